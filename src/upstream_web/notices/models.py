"""Notices: what a person should know of, whether they have seen it, and letters that say how many wait."""

from typing import ClassVar

from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone

from upstream_web.people.models import User


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Adjectives of notices."""

    def unread(self) -> "QuerySet[Notice]":
        """Not seen yet."""
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    """One thing for one person. It keeps the id of its subject and none of its words: those may be sensitive later."""

    class Kind(models.TextChoices):
        PLAN_SUBMITTED = "plan_submitted", "Sent to you to approve"
        PLAN_RETURNED = "plan_returned", "Returned to you with comments"
        PLAN_APPROVED = "plan_approved", "Approved"
        PLAN_GIVEN = "plan_given", "Given to you"
        REVIEW_DUE = "review_due", "Review due"
        ACTION_GIVEN = "action_given", "An action for you"
        ACTION_DUE = "action_due", "Action due within three days"
        ACTION_OVERDUE = "action_overdue", "Action overdue"
        ACTION_ANSWERED = "action_answered", "A partner answered"
        SIGNALS_NEW = "signals_new", "New signals"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=30, choices=Kind.choices)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    once = models.CharField(max_length=120, blank=True)
    """Where not empty, the person gets one notice with this key and no second."""
    at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [
            models.Index(fields=("user", "read_at"), name="notice_unread_of_person"),
            models.Index(fields=("subject_type", "subject_id"), name="notice_of_subject"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("user", "once"), condition=~Q(once=""), name="notice_once_for_a_person")
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subject_type} {self.subject_id}"


class NoticeSettings(models.Model):
    """How a person wants to hear of notices by e-mail; who has chosen nothing hears daily."""

    class Digest(models.TextChoices):
        DAILY = "daily", "Once a day, when something new is unread"
        NONE = "none", "Never"

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="notice_settings")
    digest = models.CharField(max_length=10, choices=Digest.choices, default=Digest.DAILY)

    def __str__(self) -> str:
        return f"{self.user}: {self.digest}"


class Digest(models.Model):
    """A letter to one person on one day: claimed by one sender at a time, then sent."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    claimed_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=("user", "day"), name="one_digest_a_person_and_day")]

    def __str__(self) -> str:
        return f"{self.user}: {self.day}"
