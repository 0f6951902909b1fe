"""Analyses as they were worked out: what was asked, of which versions of the records, and the answer."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Analysis(models.Model):
    """One answer. The same question of the same records has one answer, which never changes."""

    class Kind(models.TextChoices):
        NEAR_REPEATS = "near_repeats", "Near repeats"
        CLUSTERS = "clusters", "New clusters"
        HOT_SPOTS = "hot_spots", "Hot spots"
        WHEN = "when", "When it happens"
        PROFILE = "profile", "Problem profile"
        CONCENTRATION = "concentration", "Concentration"
        FACILITIES = "facilities", "Risky facilities"

    kind = models.CharField(max_length=20, choices=Kind.choices)
    asked = models.JSONField()
    question = models.CharField(max_length=64, help_text="A digest of the kind and of what was asked.")
    tables = models.JSONField(help_text="Table name to the version that was read.")
    rests_on = models.CharField(max_length=64, help_text="A digest of the versions and of the way of calculating.")
    engine_version = models.CharField(max_length=40)
    answer = models.JSONField()
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="analyses")

    class Meta:
        ordering = ("-made_at", "-id")
        verbose_name_plural = "analyses"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("question", "rests_on"), name="analysis_once_of_the_same_records"),
            models.CheckConstraint(condition=~Q(question="") & ~Q(rests_on=""), name="analysis_names_what_it_rests_on"),
        ]
        indexes: ClassVar = [models.Index(fields=("question", "-made_at"))]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.made_at:%Y-%m-%d}"
