"""What the site remembers of figures: which months were worked out from what. The figures are the engine's."""

from typing import ClassVar

from django.conf import settings
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


class Words(models.Model):
    """What people write about a measure of a month, in the parts that the report has."""

    measure = models.CharField(max_length=120)
    month = models.CharField(max_length=7)
    author = models.CharField("post of the author", max_length=120, blank=True)
    meaning = models.TextField("What does this mean?", blank=True)
    next_steps = models.TextField("Next steps", blank=True)
    action = models.TextField("Action required", blank=True)
    likelihood = models.PositiveSmallIntegerField("likelihood, in per cent", null=True, blank=True)
    likelihood_by = models.CharField("who judged it (a post)", max_length=120, blank=True)
    likelihood_reason = models.CharField("why", max_length=300, blank=True)

    class Meta:
        abstract = True

    @property
    def written(self) -> dict[str, object]:
        """The words by field."""
        return {name: getattr(self, name) for name in WRITTEN}


WRITTEN = (
    *("author", "meaning", "next_steps", "action"),
    *("likelihood", "likelihood_by", "likelihood_reason"),
)


class CommentaryVersion(Words):
    """One version of the commentary on a measure of a month; versions are added, never changed."""

    number = models.PositiveIntegerField()
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="commentary")
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("month", "measure", "-number")
        constraints: ClassVar = [
            # two people who wrote from the same version cannot both become the next one
            models.UniqueConstraint(fields=("month", "measure", "number"), name="commentary_version_once"),
            models.CheckConstraint(condition=models.Q(number__gte=1), name="commentary_versions_count_from_one"),
            models.CheckConstraint(
                condition=models.Q(likelihood__isnull=True)
                | (models.Q(likelihood__lte=100) & ~models.Q(likelihood_by="") & ~models.Q(likelihood_reason="")),
                name="commentary_likelihood_has_name_and_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"Commentary on {self.measure}, {self.month}, version {self.number}"


class CommentaryDraft(Words):
    """What one person is writing, kept on the server; `base` is the version that they started from."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="commentary_drafts")
    base = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("person", "month", "measure"), name="commentary_draft_once")
        ]

    def __str__(self) -> str:
        return f"Draft of {self.person} on {self.measure}, {self.month}"
