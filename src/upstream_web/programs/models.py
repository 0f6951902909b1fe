"""Tokens: how a program acts for a person, for some things, until a day. Only a digest of a token is kept."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from upstream_web.people.models import User


class Scope(models.TextChoices):
    """What a token is good for; never more than its owner may do."""

    PLANS_READ = "plans.read", "Read plans"
    ACTIONS_READ = "actions.read", "Read actions"
    ACTIONS_WRITE = "actions.write", "Say how actions go"
    MEASURES_READ = "measures.read", "Read measures"
    SIGNALS_READ = "signals.read", "Read signals"


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    """Adjectives of tokens."""

    def working(self) -> "QuerySet[ApiToken]":
        """Neither ended nor too old, and their owner still has the account and the password they were made with."""
        since = Q(user__credentials_since__isnull=True) | Q(made_at__gte=F("user__credentials_since"))
        return self.filter(since, revoked_at__isnull=True, expires_at__gt=timezone.now(), user__is_active=True)


class ApiToken(models.Model):
    """One token of one person."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    scopes = models.JSONField(default=list)
    token_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_on = models.DateField(null=True, blank=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("made_at")), name="token_expires_after_it_is_made")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def works(self) -> bool:
        """Neither ended nor too old."""
        return self.revoked_at is None and not self.is_orphan and self.expires_at > timezone.now()

    @property
    def is_orphan(self) -> bool:
        """Whether its owner chose a new password since, or the account was closed meanwhile."""
        since = self.user.credentials_since
        return since is not None and self.made_at < since
