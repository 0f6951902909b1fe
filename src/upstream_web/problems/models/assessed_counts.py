"""The counts that an assessment rests on, kept apart from what was found: lists of plans read the one, papers both."""

from django.db import models

from upstream_web.problems.models.sara import Assessed


class AssessedCounts(models.Model):
    """Counts by small area and month as they were when the plan was assessed, for its paper and bundle.

    data : units, roles, periods, counts and when it began, as the engine's `panel_data` gives them
    """

    assessed = models.OneToOneField(Assessed, on_delete=models.CASCADE, related_name="counts")
    data = models.JSONField()

    class Meta:
        verbose_name_plural = "assessed counts"

    def __str__(self) -> str:
        return f"Counts of {self.assessed}"
