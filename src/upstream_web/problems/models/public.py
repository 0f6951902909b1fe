"""What the public may read of a plan."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from upstream_web.people.models import User
from upstream_web.problems.models.plan import Plan


class PublicSummary(models.Model):
    """A title and summary as a supervisor approved them. What the plan itself says later changes nothing here."""

    PUBLISHABLE = (Plan.Status.ACTIVE, Plan.Status.ASSESSING, Plan.Status.CLOSED)

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="public_summaries")
    title = models.CharField(max_length=160)
    text = models.TextField("summary")
    approved_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-approved_at", "-id")
        verbose_name_plural = "public summaries"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=("plan",), condition=Q(withdrawn_at__isnull=True), name="one_public_summary_at_a_time"
            ),
            models.CheckConstraint(condition=~Q(text=""), name="public_summary_says_something"),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("approved_at")),
                name="public_summary_is_withdrawn_after_it_was_approved",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True, withdrawn_by__isnull=True)
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False),
                name="public_summary_is_withdrawn_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan.ref}: {self.title}"
