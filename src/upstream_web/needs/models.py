"""Versions of the index as they were; patrol plans as they were made, and every stop that was written down."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from upstream_web.places.models import Area

STOP = (10, 16)
"""Minutes of a planned stop, from and to: what the engine allows, with its source there."""
LONGEST_VISIT = 240
MOST_TEAMS = 6


class IndexVersion(models.Model):
    """The index of needs as it stood: definition, weights and records, every small area. It never changes."""

    words = models.CharField(max_length=120, help_text="What to call it.")
    digest = models.CharField(max_length=64, unique=True, help_text="Of definition, weights, tables and calculation.")
    content = models.JSONField(help_text="The version, as the engine keeps it.")
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-made_at", "-id")
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(words=""), name="index_version_has_a_name")]

    def __str__(self) -> str:
        return self.words


class PatrolPlan(models.Model):
    """Short stops at hot spots of an area, on some days, in the hours that hold most of what was recorded there."""

    key = models.CharField(max_length=36, unique=True, help_text="Asked for once, made once.")
    title = models.CharField(max_length=120)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="patrols")
    types = models.JSONField("crime types", default=list)
    first = models.DateField()
    last = models.DateField()
    begins = models.TimeField()
    minutes = models.PositiveSmallIntegerField(help_text="Of each patrol.")
    teams = models.PositiveSmallIntegerField()
    stop = models.PositiveSmallIntegerField(help_text="Minutes of each stop.")
    travel = models.FloatField(help_text="Minutes on the way, of all patrols together.")
    read_from = models.DateField()
    read_to = models.DateField()
    facts = models.JSONField(help_text="Share of the events, squares, and the busy hours with their share.")
    tables = models.JSONField(help_text="Table name to the version that was read.")
    engine_version = models.CharField(max_length=40)
    made_at = models.DateTimeField(default=timezone.now)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-made_at", "-id")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(first__lte=F("last")), name="patrol_days_are_in_order"),
            models.CheckConstraint(condition=Q(read_from__lte=F("read_to")), name="patrol_read_days_are_in_order"),
            models.CheckConstraint(condition=Q(stop__range=STOP), name="patrol_stops_are_short"),
            models.CheckConstraint(condition=Q(minutes__gte=F("stop")), name="patrol_holds_a_stop"),
            models.CheckConstraint(condition=Q(teams__range=(1, MOST_TEAMS)), name="patrol_has_a_few_teams"),
        ]

    def __str__(self) -> str:
        return self.title


class PatrolSpot(models.Model):
    """A square to stop at; numbered from 1 on the sheet."""

    plan = models.ForeignKey(PatrolPlan, on_delete=models.CASCADE, related_name="spots")
    number = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=160)
    easting = models.FloatField()
    northing = models.FloatField()
    events = models.PositiveIntegerField()

    class Meta:
        ordering = ("plan", "number")
        constraints: ClassVar = [models.UniqueConstraint(fields=("plan", "number"), name="patrol_spot_once")]

    def __str__(self) -> str:
        return f"{self.number}. {self.name}"


class PatrolStop(models.Model):
    """A stop that is planned."""

    spot = models.ForeignKey(PatrolSpot, on_delete=models.CASCADE, related_name="stops")
    team = models.PositiveSmallIntegerField()
    start = models.DateTimeField()

    class Meta:
        ordering = ("start", "team")
        constraints: ClassVar = [models.UniqueConstraint(fields=("spot", "start"), name="patrol_stop_once")]

    def __str__(self) -> str:
        return f"{self.spot} at {self.start:%Y-%m-%d %H:%M}"


class PatrolVisitQuerySet(models.QuerySet["PatrolVisit"]):
    """Adjectives of visits."""

    def standing(self) -> "QuerySet[PatrolVisit]":
        """Those that nobody took back."""
        return self.filter(withdrawn_at__isnull=True)


class PatrolVisit(models.Model):
    """A stop that was made, written down by somebody; a mistake is taken back, never deleted."""

    spot = models.ForeignKey(PatrolSpot, on_delete=models.CASCADE, related_name="visits")
    start = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = PatrolVisitQuerySet.as_manager()

    class Meta:
        ordering = ("start", "id")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(minutes__range=(1, LONGEST_VISIT)), name="patrol_visit_lasts"),
            models.UniqueConstraint(
                fields=("spot", "start"), condition=Q(withdrawn_at__isnull=True), name="patrol_visit_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.spot} at {self.start:%Y-%m-%d %H:%M}, {self.minutes} minutes"
