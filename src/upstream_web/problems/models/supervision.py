"""Who may see a plan, who judged it, and every step it took."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from upstream_web.files.models import StoredFile
from upstream_web.people.models import Dated, DatedQuerySet, Organisation, User
from upstream_web.problems.models.plan import Marking, Plan


class StatusRecord(models.Model):
    """One step of a plan from a status to the next."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="status_records")
    transition = models.CharField(max_length=20)
    from_status = models.CharField(max_length=20, blank=True)
    to_status = models.CharField(max_length=20, choices=Plan.Status.choices)
    comment = models.TextField(blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.plan.ref}: {self.from_status} to {self.to_status}"


class Review(models.Model):
    """A supervisor's look at a plan under way."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="reviews")
    due_on = models.DateField(null=True, blank=True)
    held_on = models.DateField()
    text = models.TextField("what was found and agreed")
    next_on = models.DateField("next review")
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("-held_on", "-id")

    def __str__(self) -> str:
        return f"{self.plan.ref}: review of {self.held_on}"


class Score(models.Model):
    """Marks for a plan on its rubric: eight items of 0 to 3, by its owner, a supervisor or the hub."""

    class Scorer(models.TextChoices):
        SELF = "self", "By the owner"
        SUPERVISOR = "supervisor", "By a supervisor"
        HUB = "hub", "By the hub"

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="scores")
    rubric = models.CharField(max_length=40)
    scorer = models.CharField(max_length=20, choices=Scorer.choices)
    marks = models.JSONField()
    """Mark by item key, 0 to 3."""
    notes = models.JSONField(default=dict)
    total = models.PositiveSmallIntegerField()
    colour = models.CharField(max_length=10, choices=Plan.Colour.choices)
    capped_by = models.CharField(max_length=60)
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [models.CheckConstraint(condition=Q(total__range=(0, 24)), name="score_total_0_to_24")]

    def __str__(self) -> str:
        return f"{self.plan.ref}: {self.total} of 24"


class Invitation(Dated):
    """A partner organisation that works on a plan, and how far it may see and write, step by step."""

    class Extent(models.TextChoices):
        NONE = "none", "Cannot see it"
        READ = "read", "Can read it"
        WRITE = "write", "Can read and write it"

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="invitations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="invitations")
    scanning = models.CharField(max_length=10, choices=Extent.choices, default=Extent.READ)
    analysis = models.CharField(max_length=10, choices=Extent.choices, default=Extent.NONE)
    response = models.CharField(max_length=10, choices=Extent.choices, default=Extent.READ)
    assessment = models.CharField(max_length=10, choices=Extent.choices, default=Extent.NONE)
    sensitive = models.BooleanField("may see what is marked OFFICIAL-SENSITIVE", default=False)
    purpose = models.CharField(max_length=300)
    invited_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = DatedQuerySet.as_manager()

    class Meta(Dated.Meta):
        ordering = ("organisation__name",)
        constraints: ClassVar = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=("plan", "organisation", "valid_from"), name="invited_once_a_day"),
            models.CheckConstraint(
                condition=~Q(scanning="none", analysis="none", response="none", assessment="none"),
                name="invitation_opens_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan.ref}: {self.organisation}"


class AwardNomination(models.Model):
    """A plan put forward for an award."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="nominations")
    award = models.CharField(max_length=160)
    summary = models.TextField("summary, up to 400 words")
    case = models.TextField("why it deserves it")
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("-at",)

    def __str__(self) -> str:
        return f"{self.plan.ref}: {self.award}"


class PlanFile(models.Model):
    """A file that belongs to a plan, with a marking of its own."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="files")
    file = models.OneToOneField(StoredFile, on_delete=models.CASCADE, related_name="+")
    what = models.CharField("what it shows", max_length=200, blank=True)
    marking = models.CharField(max_length=20, choices=Marking.choices, default=Marking.OFFICIAL)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.plan.ref}: {self.file.name}"

    @property
    def is_sensitive(self) -> bool:
        """Whether the file is marked OFFICIAL-SENSITIVE, or its plan."""
        return Marking.SENSITIVE in (self.marking, self.plan.marking)
