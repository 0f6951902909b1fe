"""Signals that the engine proposed, what people decided on each, and every look that was had."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from upstream_web.people.models import Team
from upstream_web.places.models import Area


class State(models.TextChoices):
    """How far a signal has come."""

    WAITING = "waiting", "Waiting for its week"
    NEW = "new", "New"
    WATCHED = "watched", "Watched"
    ACCEPTED = "accepted", "Accepted"
    DISMISSED = "dismissed", "Dismissed"


class Reason(models.TextChoices):
    """Why a signal is dismissed."""

    FALSE = "false", "Nothing is happening: chance, or a mistake in the records"
    RECORDING = "recording", "A change in how it is recorded explains it"
    KNOWN = "known", "It is known and being dealt with already"
    NOT_OURS = "not_ours", "It is real, but nothing that police or partners should act on"


class SignalQuerySet(models.QuerySet["Signal"]):
    """Adjectives of signals."""

    def undecided(self) -> "QuerySet[Signal]":
        """Waiting, new or watched."""
        return self.filter(state__in=UNDECIDED)


UNDECIDED = (State.WAITING, State.NEW, State.WATCHED)


class SignalKind(models.TextChoices):
    """Its name is its own: the API describes a choice by the name of its class, and plans have kinds too."""

    HIGH_VOLUME = "high_volume", "More than usual"
    LOW_VOLUME = "low_volume", "Fewer than usual"
    CLUSTER = "cluster", "New cluster"
    NEAR_REPEAT = "near_repeat", "Near-repeat risk area"
    HOT_SPOT = "hot_spot", "Emerging or stubborn hot spot"
    REPEAT_LOCATION = "repeat_location", "Repeat location"
    DATA_FAULT = "data_fault", "Data fault"
    PARTNER_ONLY = "partner_only", "Violence known to partners alone"


class Signal(models.Model):
    """One thing that the engine says somebody should look at. Never of one person or one household."""

    Kind = SignalKind

    key = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=10, choices=Reason.choices, blank=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="signals")
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="signals", help_text="The hub.")
    types = models.JSONField("crime types", default=list)
    place = models.CharField(max_length=300)
    first = models.DateField()
    last = models.DateField()
    evidence = models.TextField()
    harm_days = models.FloatField()
    false_share = models.FloatField(null=True, help_text="Share of such signals expected to be false.")
    lead = models.JSONField()
    """The signal with most harm, as the engine gave it."""
    neighbours = models.JSONField(default=list)
    """The signals that speak of the same thing, likewise."""
    engine_version = models.CharField(max_length=20)
    proposed_at = models.DateTimeField(default=timezone.now)
    found_to = models.DateField(help_text="The last day of the newest look that found it.")
    changed_at = models.DateTimeField(default=timezone.now)

    objects = SignalQuerySet.as_manager()

    class Meta:
        ordering = ("-harm_days", "id")
        indexes: ClassVar = [
            models.Index(fields=("state", "-harm_days"), name="signal_by_harm"),
            models.Index(fields=("area", "state"), name="signal_by_area"),
            models.Index(fields=("kind", "state"), name="signal_by_kind"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(first__lte=F("last")), name="signal_days_are_in_order"),
            models.CheckConstraint(condition=Q(harm_days__gte=0), name="signal_harm_is_not_negative"),
            models.CheckConstraint(
                condition=Q(false_share__isnull=True) | Q(false_share__gte=0, false_share__lte=1),
                name="signal_false_share_is_a_share",
            ),
            models.CheckConstraint(condition=Q(state__in=State.values), name="signal_state_is_known"),
            models.CheckConstraint(
                condition=(Q(state="dismissed") & ~Q(reason="")) | (~Q(state="dismissed") & Q(reason="")),
                name="signal_dismissed_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"S{self.pk}: {self.get_kind_display().lower()}, {self.place}" if self.pk else self.place

    @property
    def is_undecided(self) -> bool:
        """Whether somebody may still accept or dismiss it."""
        return self.state in UNDECIDED


class SignalKey(models.Model):
    """A key by which the engine knows a part of a signal: the same night after night."""

    key = models.CharField(max_length=80, unique=True)
    signal = models.ForeignKey(Signal, on_delete=models.CASCADE, related_name="keys")

    def __str__(self) -> str:
        return self.key


class SignalStep(models.Model):
    """A signal came to a state: when, by whom, and why."""

    signal = models.ForeignKey(Signal, on_delete=models.CASCADE, related_name="steps")
    from_state = models.CharField(max_length=10, choices=State.choices, blank=True)
    to_state = models.CharField(max_length=10, choices=State.choices)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", help_text="None: a look."
    )
    reason = models.CharField(max_length=10, choices=Reason.choices, blank=True)
    words = models.TextField(blank=True)

    class Meta:
        ordering = ("-at", "-id")
        indexes: ClassVar = [models.Index(fields=("to_state", "at"), name="signal_step_by_day")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(from_state=F("to_state")), name="signal_step_goes_somewhere"),
            models.CheckConstraint(
                condition=(Q(to_state="dismissed") & ~Q(reason="")) | (~Q(to_state="dismissed") & Q(reason="")),
                name="signal_step_of_dismissal_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.signal_id}: {self.get_to_state_display()}"


class Look(models.Model):
    """One look at the records: to which day, on which versions, and how much was looked at and left out."""

    to = models.DateField()
    at = models.DateTimeField(default=timezone.now)
    tables = models.JSONField(default=dict)
    engine_version = models.CharField(max_length=20)
    looked_at = models.JSONField(default=dict)
    left_out = models.JSONField(default=dict)
    not_looked_for = models.JSONField(default=dict)
    found = models.PositiveIntegerField()
    added = models.PositiveIntegerField()
    more_to_come = models.BooleanField(
        default=False, help_text="Looks at newer months were to follow: alone, it is not the whole of what is held."
    )

    class Meta:
        ordering = ("-at", "-id")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(added__lte=F("found")), name="look_adds_no_more_than_it_found")
        ]

    def __str__(self) -> str:
        return f"the look to {self.to:%-d %B %Y}"
