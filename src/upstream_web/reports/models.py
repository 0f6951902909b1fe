"""Reports as frozen documents with a life: draft, in review, signed off, published, superseded."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone

from upstream_web.measures.models import Calculation
from upstream_web.runs.models import Run

PERSON = settings.AUTH_USER_MODEL


class ReportQuerySet(models.QuerySet["Report"]):
    """Adjectives of reports."""

    def published(self) -> "QuerySet[Report]":
        """Valid today."""
        return self.filter(state=Report.State.PUBLISHED)

    def released(self) -> "QuerySet[Report]":
        """Published now or once."""
        return self.filter(state__in=(Report.State.PUBLISHED, Report.State.SUPERSEDED))

    def public(self) -> "QuerySet[Report]":
        """Made for everybody, small numbers withheld."""
        return self.filter(audience=Report.Audience.PUBLIC)


class Report(models.Model):
    """A report on the measures to a month."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        IN_REVIEW = "in_review", "In review"
        SIGNED_OFF = "signed_off", "Signed off"
        PUBLISHED = "published", "Published"
        SUPERSEDED = "superseded", "Superseded"

    class Audience(models.TextChoices):
        INTERNAL = "internal", "Internal: small numbers are shown"
        PUBLIC = "public", "Public: small numbers are withheld, and everybody may read it once it is published"

    title = models.CharField(max_length=160)
    month = models.CharField(max_length=7)
    audience = models.CharField(max_length=10, choices=Audience.choices)
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    calculation = models.ForeignKey(Calculation, null=True, on_delete=models.PROTECT, related_name="reports")
    run = models.ForeignKey(Run, null=True, on_delete=models.PROTECT, related_name="reports")
    begun_by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="reports")
    begun_at = models.DateTimeField(default=timezone.now)
    digest = models.CharField(max_length=64, blank=True)
    """SHA-256 over the digests of all its files; empty until they are made."""
    supersedes = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="superseded_by")

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ("-month", "-id")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=("draft", "in_review", "signed_off", "published", "superseded")),
                name="report_state_is_known",
            ),
            models.CheckConstraint(condition=Q(audience__in=("internal", "public")), name="report_audience_is_known"),
            models.CheckConstraint(condition=Q(state="draft") | ~Q(digest=""), name="report_beyond_draft_has_files"),
            # one valid report of a month for each audience
            models.UniqueConstraint(
                fields=("month", "audience"), condition=Q(state="published"), name="report_published_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title}, {self.month}"

    @property
    def is_public(self) -> bool:
        """Whether it is made for everybody."""
        return self.audience == self.Audience.PUBLIC


class Step(models.Model):
    """One step of a report's life: who took it, when, from which state to which, and what they said."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="steps")
    action = models.CharField(max_length=20)
    from_state = models.CharField(max_length=12, choices=Report.State.choices)
    to_state = models.CharField(max_length=12, choices=Report.State.choices)
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    words = models.TextField(blank=True)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.action} {self.report_id}"


class Comment(models.Model):
    """What a reader of a draft says about it."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="comments")
    by = models.ForeignKey(PERSON, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    text = models.TextField()

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(text=""), name="report_comment_says_something")]

    def __str__(self) -> str:
        return self.text[:60]


class ReportFile(models.Model):
    """One format of the document, with its digest."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="files")
    kind = models.CharField(max_length=5)
    file = models.FileField(upload_to="reports/%Y/")
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()

    class Meta:
        ordering = ("id",)
        constraints: ClassVar = [models.UniqueConstraint(fields=("report", "kind"), name="report_has_a_format_once")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.report_id}"


class Finding(models.Model):
    """A place where the check says that the document contradicts itself; somebody answers each before sign-off."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="findings")
    rule = models.CharField(max_length=40)
    severity = models.CharField(max_length=10)
    place = models.TextField()
    arithmetic = models.TextField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(PERSON, null=True, on_delete=models.PROTECT, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("rule", "id")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(answer="", answered_by__isnull=True, answered_at__isnull=True)
                | (~Q(answer="") & Q(answered_by__isnull=False, answered_at__isnull=False)),
                name="finding_answer_has_its_author",
            )
        ]

    def __str__(self) -> str:
        return f"{self.rule}: {self.arithmetic[:60]}"
