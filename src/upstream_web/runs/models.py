"""Long work as rows: who asked for what, how far it is, what came of it and what that rests on."""

import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone

SILENT_AFTER = datetime.timedelta(seconds=60)
"""A running run whose worker has given no sign of life for so long has lost it; the sign comes every few seconds."""


class RunQuerySet(models.QuerySet["Run"]):
    """Adjectives of runs."""

    def unfinished(self) -> "QuerySet[Run]":
        """Waiting or at work."""
        return self.filter(state__in=(Run.State.WAITING, Run.State.RUNNING))

    def silent(self, at: datetime.datetime | None = None) -> "QuerySet[Run]":
        """Running, as far as the row knows, and no longer heard of."""
        return self.filter(state=Run.State.RUNNING, alive_at__lt=(at or timezone.now()) - SILENT_AFTER)


class Run(models.Model):
    """One piece of long work that somebody asked for."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    parameters = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)

    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="runs", help_text="None: a command."
    )
    asked_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    alive_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    attempt = models.UUIDField(null=True)
    """Names the worker's hold on it: whoever was given up for lost and comes back late changes nothing."""

    steps_done = models.PositiveIntegerField(default=0)
    steps_wanted = models.PositiveIntegerField(default=0)
    at_work_on = models.CharField(max_length=200, blank=True)

    inputs = models.JSONField(default=dict)
    """Table name to version."""
    engine_version = models.CharField(max_length=20, blank=True)
    output_words = models.CharField(max_length=200, blank=True)
    output_address = models.CharField(max_length=300, blank=True)
    file = models.FileField(upload_to="runs/%Y/%m/", blank=True)
    file_name = models.CharField(max_length=120, blank=True)
    reason = models.TextField(blank=True)
    again_of = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="repeated_by")

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("asked_by", "-id"), name="run_of_person"),
            models.Index(fields=("state", "alive_at"), name="run_by_state"),
        )
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state__in=("waiting", "running", "done", "failed")), name="run_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("done", "failed"), ended_at__isnull=False)
                | Q(state__in=("waiting", "running"), ended_at__isnull=True),
                name="run_has_ended_or_not",
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(alive_at__isnull=False, attempt__isnull=False),
                name="run_at_work_is_held_by_a_worker",
            ),
            models.CheckConstraint(condition=~Q(state="failed") | ~Q(reason=""), name="run_that_failed_says_why"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_silent(self) -> bool:
        """Whether it is said to be running and nothing was heard of it for too long."""
        return self.state == self.State.RUNNING and self.alive_at < timezone.now() - SILENT_AFTER
