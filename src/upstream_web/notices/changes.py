"""Writing notices. `notify` and `settle` are parts of other areas' changes, in whose transactions they happen."""

import datetime
from collections.abc import Iterable
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from upstream_web.audit.changes import record
from upstream_web.audit.retention import kept_for
from upstream_web.notices.models import Digest, Notice, NoticeSettings
from upstream_web.people.models import User

CLAIM_LASTS = datetime.timedelta(minutes=10)
"""After this a sender that claimed a letter and never sent it is taken for dead."""


def notice(*, to: User, kind: str, subject: models.Model, once: str = "") -> Notice:
    """A notice that is not written yet."""
    return Notice(user=to, kind=kind, subject_type=subject._meta.label_lower, subject_id=subject.pk, once=once)


def notify(rows: Iterable[Notice]) -> None:
    """Write notices; one whose `once` the person has had already is left out."""
    Notice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)


def settle(*, subject: models.Model, kinds: Iterable[str]) -> None:
    """What the notices asked for has happened: they need nobody's eyes any more."""
    about = Notice.objects.unread().filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)
    about.filter(kind__in=list(kinds)).update(read_at=timezone.now())


def mark_read(*, by: User, pk: int | None = None) -> None:
    """Mark one of a person's own notices as read, or all of them."""
    rows = by.notices.unread()
    (rows if pk is None else rows.filter(pk=pk)).update(read_at=timezone.now())


@transaction.atomic
def choose_digest(*, by: User, digest: str) -> None:
    """Choose how to hear of notices by e-mail."""
    row, _ = NoticeSettings.objects.get_or_create(user=by)
    before, row.digest = row.digest, NoticeSettings.Digest(digest)
    row.save(update_fields=["digest"])
    record(by=by, action="notices.digest_chosen", of=row, before={"digest": before}, after={"digest": row.digest})


def claim_digest(*, user: User, day: datetime.date) -> Digest | None:
    """Take a person's letter of a day to send; nothing when it is sent, or another sender has it in hand."""
    row, _ = Digest.objects.get_or_create(user=user, day=day)
    now = timezone.now()
    free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=now - CLAIM_LASTS)
    taken = Digest.objects.filter(free, pk=row.pk, sent_at__isnull=True).update(claimed_at=now)
    return row if taken else None


def close_digest(*, digest: Digest, sent: bool) -> None:
    """A claimed letter was sent, or could not be and is free to be tried again."""
    now = timezone.now()
    Digest.objects.filter(pk=digest.pk).update(**({"sent_at": now} if sent else {"claimed_at": None}))


@transaction.atomic
def forget_old(*, by: Any) -> int:
    """Delete notices and letters that have done their work; how many."""
    now = timezone.now()
    seen = Q(once="", read_at__lt=now - kept_for("seen_notices"))
    unseen = Q(once="", read_at__isnull=True, at__lt=now - kept_for("unseen_notices"))
    gone, _ = Notice.objects.filter(seen | unseen | Q(at__lt=now - kept_for("reminders"))).delete()
    letters, _ = Digest.objects.filter(day__lt=timezone.localdate() - kept_for("letters")).delete()
    if gone or letters:
        record(by=by, action="notices.forgotten", of=Notice(), details={"notices": gone, "letters": letters})
    return gone + letters
