"""The plan itself: what problem, where, whose, and how far it has come."""

import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from upstream_web.people.models import Organisation, Team, User
from upstream_web.places.models import Area
from upstream_web.problems.questions import questions


class Marking(models.TextChoices):
    """Protective marking."""

    OFFICIAL = "official", "OFFICIAL"
    SENSITIVE = "sensitive", "OFFICIAL-SENSITIVE"


class PlanQuerySet(models.QuerySet["Plan"]):
    """Adjectives of plans."""

    def open(self) -> "PlanQuerySet":
        """Plans that somebody still works on."""
        return self.exclude(status__in=Plan.ENDED)

    def overdue(self, on: datetime.date | None = None) -> "PlanQuerySet":
        """Open plans whose review was due before the day, today by default."""
        return self.open().filter(next_review_on__lt=on or timezone.localdate())

    def unscored(self) -> "PlanQuerySet":
        """Open plans that nobody has scored."""
        return self.open().filter(colour="")


class Plan(models.Model):
    """A problem-solving plan."""

    class Size(models.TextChoices):
        BEAT = "beat", "Beat: one screen"
        STANDARD = "standard", "Standard"
        FORCE = "force", "Force: a programme"

    class Kind(models.TextChoices):
        NEIGHBOURHOOD = "neighbourhood", "Neighbourhood problem"
        INTERVENTION = "intervention", "Intervention and prevention work"

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        SUBMITTED = "submitted", "With the supervisor"
        RETURNED = "returned", "Returned with comments"
        ACTIVE = "active", "Approved and under way"
        ASSESSING = "assessing", "Being assessed"
        CLOSED = "closed", "Closed"
        WITHDRAWN = "withdrawn", "Withdrawn"

    class Stage(models.TextChoices):
        SCANNING = "scanning", "Scanning"
        ANALYSIS = "analysis", "Analysis"
        RESPONSE = "response", "Response"
        ASSESSMENT = "assessment", "Assessment"

    class Colour(models.TextChoices):
        RED = "red", "Red"
        AMBER = "amber", "Amber"
        GREEN = "green", "Green"

    class StartedFrom(models.TextChoices):
        BLANK = "blank", "A blank plan"
        PLACE = "place", "A place"
        MEASURE = "measure", "A measure"
        SIGNAL = "signal", "A signal"
        PROFILE = "profile", "A problem profile"
        WORKBOOK = "workbook", "A workbook"

    ENDED = (Status.CLOSED, Status.WITHDRAWN)
    REVIEW_EVERY_DAYS = 28

    ref = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=160)
    problem = models.TextField("the problem in a sentence or two", blank=True)
    size = models.CharField(max_length=20, choices=Size.choices, default=Size.STANDARD)
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.NEIGHBOURHOOD)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.DRAFT)
    stage = models.CharField(max_length=20, choices=Stage.choices, default=Stage.SCANNING)
    marking = models.CharField(max_length=20, choices=Marking.choices, default=Marking.OFFICIAL)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="plans")
    place = models.CharField("street or place", max_length=160, blank=True)
    small_areas = models.JSONField("codes of small areas", default=list, blank=True)
    crime_types = models.JSONField(default=list, blank=True)
    period_from = models.DateField("from", null=True, blank=True)
    period_to = models.DateField("to", null=True, blank=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="plans_owned")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="plans")
    lead = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="plans_led")
    priority = models.CharField("neighbourhood priority", max_length=160, blank=True)
    public_summary = models.TextField(blank=True)
    started_from = models.CharField(max_length=20, choices=StartedFrom.choices, default=StartedFrom.BLANK)
    started_from_ref = models.CharField(max_length=160, blank=True)
    opened_on = models.DateField()
    approved_on = models.DateField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True)
    review_every_days = models.PositiveSmallIntegerField(default=REVIEW_EVERY_DAYS)
    next_review_on = models.DateField(null=True, blank=True)
    colour = models.CharField(max_length=10, choices=Colour.choices, blank=True)
    capped_by = models.CharField("the item that caps the score", max_length=60, blank=True)
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(default=timezone.now)

    objects = PlanQuerySet.as_manager()

    class Meta:
        ordering = ("-opened_on", "-id")
        indexes: ClassVar = [
            models.Index(fields=("status", "next_review_on"), name="plan_by_review"),
            models.Index(fields=("team", "status"), name="plan_by_team"),
            models.Index(fields=("area", "status"), name="plan_by_area"),
            models.Index(fields=("-opened_on", "-id"), name="plan_newest_first"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(period_from__isnull=True) | Q(period_to__isnull=True) | Q(period_from__lte=F("period_to")),
                name="plan_period_is_in_order",
            ),
            models.CheckConstraint(
                condition=Q(status__in=("closed", "withdrawn"), closed_on__isnull=False)
                | (~Q(status__in=("closed", "withdrawn")) & Q(closed_on__isnull=True)),
                name="plan_ended_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(review_every_days__range=(1, 366)), name="plan_is_reviewed_within_a_year"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ref} {self.title}"

    def searched(self) -> dict[str, dict[int, str]]:
        """Text by weight, for the word index; answers by their stage, for a partner may be invited to one alone."""
        said = {answer.question: answer.text for answer in self.answers.all()}
        asked: dict[str, list[str]] = {}
        for question in questions():
            asked.setdefault(question.stage, []).append(said.get(question.key, ""))
        whole = {8: f"{self.ref} {self.title}", 4: f"{self.place} {self.problem} {' '.join(self.crime_types)}"}
        return {"": whole, **{stage: {1: " ".join(texts)} for stage, texts in asked.items()}}

    @property
    def is_open(self) -> bool:
        """Whether somebody still works on it."""
        return self.status not in self.ENDED

    @property
    def is_on_one_page(self) -> bool:
        """A small plan that is not sent yet: all that it needs stands on one page."""
        return self.size == Plan.Size.BEAT and self.status in (Plan.Status.DRAFT, Plan.Status.RETURNED)

    @property
    def is_overdue(self) -> bool:
        """Whether its review was due before today."""
        return bool(self.is_open and self.next_review_on and self.next_review_on < timezone.localdate())


class PlanSeries(models.Model):
    """The last number given to a plan of a year."""

    year = models.PositiveSmallIntegerField(unique=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "plan series"

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class PlanVersion(models.Model):
    """The whole plan as it stood after a change, so that any two can be compared."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    why = models.CharField(max_length=200)
    content = models.JSONField()

    class Meta:
        ordering = ("-number",)
        constraints: ClassVar = [models.UniqueConstraint(fields=("plan", "number"), name="plan_version_number_once")]

    def __str__(self) -> str:
        return f"{self.plan.ref}, version {self.number}"


class Draft(models.Model):
    """What somebody has typed in a form and not yet saved; kept on the server, for them alone."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    form = models.CharField(max_length=120)
    data = models.JSONField()
    saved_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=("user", "form"), name="one_draft_a_form_and_person")]

    def __str__(self) -> str:
        return f"{self.user}: {self.form}"
