"""Reading the audit log."""

import datetime

from django.db import models
from django.db.models import QuerySet
from django.utils import timezone

from upstream_web.audit.models import AuditEvent, AuditSeal

READINGS = models.Q(action__endswith=".read") | models.Q(action__endswith="_read") | models.Q(action__endswith="_taken")
"""Readings, and papers and lists that were taken out of the site."""

SIGNING = models.Q(action__startswith="person.sign")
MOST_NAMED = 200
"""Objects whose name has the words, of which what belongs to them is looked for too."""


def history_of(obj: models.Model) -> QuerySet[AuditEvent]:
    """What happened to an object and to all that belongs to it, latest first."""
    return AuditEvent.objects.filter(_of(obj._meta.label_lower, str(obj.pk))).order_by("-id")


def done_by(person_id: int) -> QuerySet[AuditEvent]:
    """What a person did and read, latest first."""
    return AuditEvent.objects.filter(by_id=person_id).order_by("-id")


def search(
    *,
    by_ids: list[int] | None = None,
    action: str = "",
    words: str = "",
    kind: str = "",
    number: str = "",
    first: datetime.date | None = None,
    last: datetime.date | None = None,
    before: int | None = None,
) -> QuerySet[AuditEvent]:
    """Events latest first, narrowed by people, action, object and days (both included); `before` is the page's end."""
    rows = AuditEvent.objects.order_by("-id")
    if by_ids is not None:
        rows = rows.filter(by_id__in=by_ids)
    if action == "read":
        rows = rows.filter(READINGS)
    elif action == "changed":
        rows = rows.exclude(READINGS | SIGNING)
    elif action == "signing":
        rows = rows.filter(SIGNING)
    if words:
        rows = rows.filter(_named(words))
    if kind and number:
        rows = rows.filter(_of(kind, number))
    if first:
        rows = rows.filter(at__gte=_midnight(first))
    if last:
        rows = rows.filter(at__lt=_midnight(last + datetime.timedelta(days=1)))
    return rows.filter(id__lt=before) if before else rows


def _named(words: str) -> models.Q:
    """Events of objects whose name has the words, and of what belongs to them, such as the files of a plan."""
    having = models.Q(object_name__icontains=words)
    found = AuditEvent.objects.filter(having).order_by("object_type", "object_id")
    keys: dict[str, list[str]] = {}
    for kind, key in found.values_list("object_type", "object_id").distinct()[:MOST_NAMED]:
        keys.setdefault(kind, []).append(key)
    for kind, of_kind in keys.items():
        having |= models.Q(parent_type=kind, parent_id__in=of_kind)
    return having


def heads() -> QuerySet[AuditSeal]:
    """Seals, the newest first."""
    return AuditSeal.objects.order_by("-number")


def _of(kind: str, number: str) -> models.Q:
    """An object's own events and its parts': two look-ups, because SQLite walks the whole log for one OR."""
    own = AuditEvent.objects.filter(object_type=kind, object_id=number).values("id")
    of_parts = AuditEvent.objects.filter(parent_type=kind, parent_id=number).values("id")
    return models.Q(id__in=own.union(of_parts, all=True))


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))
