"""What the site remembers of figures: which months were worked out from what. The figures are the engine's."""

from typing import ClassVar

from django.db import models
from django.db.models import QuerySet
from django.utils import timezone

from upstream_web.runs.models import Run


class CalculationQuerySet(models.QuerySet["Calculation"]):
    """Adjectives of calculations."""

    def with_definitions(self, digest: str) -> "QuerySet[Calculation]":
        """Made from these definitions by this version of the calculation."""
        return self.filter(definitions=digest)


class Calculation(models.Model):
    """The measures to one month, worked out from named versions of tables; the engine keeps the results themselves."""

    month = models.CharField(max_length=7)
    kept_as = models.CharField(max_length=40, unique=True)
    """Name of the results in the cache of the engine's store."""
    definitions = models.CharField(max_length=64)
    """Digest of every definition and of the version of the calculation."""
    tables = models.JSONField(default=dict)
    """Table name to version."""
    held_from = models.CharField(max_length=7)
    held_to = models.CharField(max_length=7)
    """First and last month of records then held."""
    run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="calculations")
    made_at = models.DateTimeField(default=timezone.now)

    objects = CalculationQuerySet.as_manager()

    class Meta:
        ordering = ("-month", "-made_at")
        indexes: ClassVar = [models.Index(fields=("definitions", "month", "-made_at"), name="calculation_of_month")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(month__regex=r"^[0-9]{4}-[0-9]{2}$"), name="calculation_has_a_month"
            ),
            models.CheckConstraint(condition=~models.Q(kept_as=""), name="calculation_is_kept"),
        ]

    def __str__(self) -> str:
        return f"Measures to {self.month}"
