"""Actions: a line in a plan that somebody in any organisation does by a day."""

import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from upstream_web.people.models import Organisation, User
from upstream_web.problems.models.plan import Marking, Plan
from upstream_web.problems.models.sara import Response


class ActionQuerySet(models.QuerySet["Action"]):
    """Adjectives of actions."""

    def open(self) -> "ActionQuerySet":
        """Neither done nor dropped."""
        return self.filter(state__in=(Action.State.TO_DO, Action.State.BLOCKED))

    def overdue(self, on: datetime.date | None = None) -> "ActionQuerySet":
        """Open after their day."""
        return self.open().filter(due_on__lt=on or timezone.localdate())


class Action(models.Model):
    """One thing to do."""

    class State(models.TextChoices):
        TO_DO = "to_do", "To do"
        BLOCKED = "blocked", "Blocked"
        DONE = "done", "Done"
        DROPPED = "dropped", "Dropped"

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="actions")
    response = models.ForeignKey(Response, null=True, blank=True, on_delete=models.SET_NULL, related_name="actions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    details = models.TextField(blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="actions")
    owner = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="actions_owned")
    owner_name = models.CharField("who does it, if they have no account", max_length=120, blank=True)
    owner_email = models.EmailField("their e-mail address", blank=True)
    due_on = models.DateField()
    state = models.CharField(max_length=20, choices=State.choices, default=State.TO_DO)
    blocker = models.TextField("what stands in the way", blank=True)
    done_on = models.DateField(null=True, blank=True)
    marking = models.CharField(max_length=20, choices=Marking.choices, default=Marking.OFFICIAL)
    reminded_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = ActionQuerySet.as_manager()

    class Meta:
        ordering = ("due_on", "id")
        indexes: ClassVar = [
            models.Index(fields=("owner", "state", "due_on"), name="action_by_owner"),
            models.Index(fields=("state", "due_on"), name="action_by_due_day"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("plan", "number"), name="action_number_once_in_a_plan"),
            models.CheckConstraint(
                condition=Q(state="done", done_on__isnull=False) | (~Q(state="done") & Q(done_on__isnull=True)),
                name="action_done_has_its_day",
            ),
            models.CheckConstraint(condition=~Q(state="blocked") | ~Q(blocker=""), name="action_blocked_says_by_what"),
        ]

    def __str__(self) -> str:
        return f"{self.plan.ref}/{self.number} {self.title}"

    def searched(self) -> dict[str, dict[int, str]]:
        """Text by weight, for the word index; whoever sees an action reads all of it."""
        return {"": {6: self.title, 2: self.details}}

    @property
    def is_overdue(self) -> bool:
        """Whether it is open after its day."""
        return self.state in (self.State.TO_DO, self.State.BLOCKED) and self.due_on < timezone.localdate()

    @property
    def takes_links(self) -> bool:
        """Whether a one-time link may open it: for somebody without an account, and nothing about it sensitive."""
        named = bool(self.owner_email) and self.owner_id is None
        plain = self.marking == self.plan.marking == Marking.OFFICIAL
        return named and plain and self.plan.is_open and self.state != self.State.DROPPED


class ActionUpdate(models.Model):
    """What somebody said of an action, on a day."""

    action = models.ForeignKey(Action, on_delete=models.CASCADE, related_name="updates")
    text = models.TextField()
    state = models.CharField(max_length=20, choices=Action.State.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    by_name = models.CharField(max_length=120)

    class Meta:
        ordering = ("-at", "-id")

    def __str__(self) -> str:
        return f"{self.action}: {self.at:%Y-%m-%d}"
