"""Reads of notices."""

import datetime
from collections import Counter

from django.db.models import Exists, OuterRef, QuerySet

from upstream_web.notices.models import Digest, Notice, NoticeSettings
from upstream_web.people.models import User


def notices_of(user: User) -> QuerySet[Notice]:
    """A person's notices, newest first."""
    return Notice.objects.filter(user=user)


def unread_count(user: User) -> int:
    """How many a person has not read."""
    return notices_of(user).unread().count()


def digest_choice(user: User) -> str:
    """How the person wants to hear by e-mail."""
    held = NoticeSettings.objects.filter(user=user).first()
    return held.digest if held else NoticeSettings.Digest.DAILY


def people_to_write_to(day: datetime.date) -> QuerySet[User]:
    """Who has something unread that no letter told of, wants letters and has not had today's."""
    told = Digest.objects.filter(user=OuterRef("user"), sent_at__gte=OuterRef("at"))
    unread = Notice.objects.unread().filter(~Exists(told), user=OuterRef("pk"))
    none = NoticeSettings.objects.filter(user=OuterRef("pk"), digest=NoticeSettings.Digest.NONE)
    had = Digest.objects.filter(user=OuterRef("pk"), day=day, sent_at__isnull=False)
    return User.objects.filter(Exists(unread), ~Exists(none), ~Exists(had), is_active=True).order_by("id")


def counts_by_kind(user: User) -> list[tuple[str, int]]:
    """How many unread notices of each kind, in the order that the kinds stand in."""
    found = Counter(notices_of(user).unread().values_list("kind", flat=True))
    return [(label, found[kind]) for kind, label in Notice.Kind.choices if found[kind]]
