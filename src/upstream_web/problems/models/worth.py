"""What somebody said that the worth of a plan is to assume."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from upstream_web.people.models import User
from upstream_web.problems.models.plan import Plan


class WorthAssumed(models.Model):
    """Assumptions of a plan's worth; the newest holds, all stay.

    optimism : per cent taken off the benefit, with where that share is from; grade where it is one of the guidance's
    prices : financial year wanted; empty: that of the last month counted
    spent : pounds in all, where it is not what the responses cost
    unit_* : pounds that one event costs, where it is not what the publications held give; parts by who bears them
    cashable : per cent of each bearer's part that a budget was cut by, by bearer
    beside : keys of figures that others quote, seen beside the worth
    """

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="worth_assumed")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    optimism = models.FloatField("taken off for optimism, per cent", default=0)
    optimism_grade = models.PositiveSmallIntegerField(null=True, blank=True)
    optimism_source = models.TextField(blank=True)
    prices = models.CharField("prices of", max_length=7, blank=True)
    spent = models.DecimalField("pounds spent", max_digits=14, decimal_places=2, null=True, blank=True)
    spent_on = models.CharField("what was paid", max_length=300, blank=True)
    unit_likely = models.FloatField("pounds of one event", null=True, blank=True)
    unit_least = models.FloatField("pounds of one event, at least", null=True, blank=True)
    unit_most = models.FloatField("pounds of one event, at most", null=True, blank=True)
    unit_prices = models.CharField("prices of the pounds of one event", max_length=7, blank=True)
    unit_parts = models.JSONField("who bears how much of one event", default=dict, blank=True)
    unit_source = models.CharField("source of the pounds of one event", max_length=300, blank=True)
    cashable = models.JSONField("cash, per cent by bearer", default=dict, blank=True)
    cash_reason = models.CharField("which budget was cut", max_length=300, blank=True)
    beside = models.JSONField("quoted figures seen beside it", default=list, blank=True)

    class Meta:
        ordering = ("-id",)
        verbose_name_plural = "worth assumed"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(optimism__gte=0, optimism__lt=100), name="worth_optimism_is_a_share"),
            models.CheckConstraint(
                condition=Q(optimism=0) | ~Q(optimism_source=""), name="worth_optimism_has_a_source"
            ),
            models.CheckConstraint(condition=Q(spent__isnull=True) | Q(spent__gte=0), name="worth_spent_from_nought"),
            models.CheckConstraint(
                condition=Q(unit_likely__isnull=True)
                | (Q(unit_least__gte=0) & Q(unit_least__lte=F("unit_likely")) & Q(unit_likely__lte=F("unit_most"))),
                name="worth_unit_cost_is_in_order",
            ),
            models.CheckConstraint(
                condition=Q(unit_likely__isnull=True) | (~Q(unit_prices="") & ~Q(unit_source="")),
                name="worth_unit_cost_has_year_and_source",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan.ref}: worth, as said on {self.made_at:%Y-%m-%d}"
