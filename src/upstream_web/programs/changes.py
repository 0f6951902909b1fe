"""Making, using and ending tokens."""

import datetime
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from upstream_web.audit.changes import record
from upstream_web.people.models import User
from upstream_web.programs.access import digest_of
from upstream_web.programs.models import ApiToken, Scope

PREFIX = "upstream_"
"""How every token begins, so that scanners of code and logs can find one that leaked."""


@dataclass(frozen=True, slots=True)
class Made:
    """A new token, and its secret, which nobody can read again."""

    token: ApiToken
    secret: str


@transaction.atomic
def make_token(*, by: User, name: str, scopes: Iterable[str], days: int) -> Made:
    """Make a token that works for a number of days."""
    secret = PREFIX + secrets.token_urlsafe(32)
    allowed = sorted(Scope(scope).value for scope in scopes)
    token = ApiToken.objects.create(
        user=by,
        name=name,
        scopes=allowed,
        token_hash=digest_of(secret),
        expires_at=timezone.now() + datetime.timedelta(days=days),
    )
    after = {"name": name, "scopes": allowed, "until": token.expires_at}
    record(by=by, action="api.token_made", of=token, after=after)
    return Made(token, secret)


@transaction.atomic
def end_token(*, token: ApiToken, by: User) -> None:
    """End a token: from this moment it opens nothing."""
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    record(by=by, action="api.token_ended", of=token)


def note_use(*, token: ApiToken) -> None:
    """Remember on which day a token was last used: one write a day."""
    today = timezone.localdate()
    if token.used_on != today:
        ApiToken.objects.filter(pk=token.pk).update(used_on=today)
