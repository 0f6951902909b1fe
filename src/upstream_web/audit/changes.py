"""Writing to the audit log. A change and its record are one transaction, or neither happens."""

import dataclasses
import datetime
import decimal
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from upstream_web.audit.models import AuditEvent

READ_AGAIN_AFTER = datetime.timedelta(minutes=15)
"""Whoever turns the pages of one plan reads it once; after this long, it is a new reading."""


class NotInTransaction(Exception):
    """A change was about to be recorded outside the transaction that makes it."""


def record(
    *,
    by: Any,
    action: str,
    of: models.Model,
    parent: models.Model | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    details: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Record that `by` did `action` to the object `of`.

    by : the person, or a `System` for work that no person started
    action : area and verb, such as ``plan.submitted``
    before, after : values of the fields that changed; equal ones are left out
    parent : the object on whose history the event is shown, such as the plan of an action
    """
    if not transaction.get_connection().in_atomic_block:
        raise NotInTransaction(f"{action}: call it inside the transaction of the change itself.")
    said = {**_changed(before or {}, after or {}), **_plain(details or {})}
    return AuditEvent.objects.create(**_columns(by, action, of, parent, said))


@transaction.atomic
def record_reading(
    *, by: Any, action: str, of: models.Model, purpose: str, details: Mapping[str, Any] | None = None
) -> AuditEvent:
    """Record that `by` read something sensitive, and why; the action is such as ``note.read``."""
    return record(by=by, action=action, of=of, details={"purpose": purpose, **(details or {})})


@dataclasses.dataclass(frozen=True, slots=True)
class Reading:
    """Something sensitive that a page is about to show.

    action : such as ``note.read``
    parent : the object on whose history it is shown
    details : what else is known, such as the program that reads
    """

    action: str
    of: models.Model
    parent: models.Model | None = None
    details: Mapping[str, Any] = dataclasses.field(default_factory=dict)


def record_readings(*, by: Any, readings: Sequence[Reading]) -> None:
    """Record what `by` is about to read, before it is shown; what they read within `READ_AGAIN_AFTER` is there already.

    Two questions of the database, however many readings; one when all are there already.
    """
    since = timezone.now() - READ_AGAIN_AFTER
    actions = {one.action for one in readings}
    recent = AuditEvent.objects.filter(by_id=by.pk, at__gte=since, action__in=actions)
    held = list(recent.values_list("action", "object_type", "object_id", "details")) if actions else []
    events = [AuditEvent(**_columns(by, one.action, one.of, one.parent, _plain(one.details))) for one in readings]
    new = [one for one in events if (one.action, one.object_type, one.object_id, one.details) not in held]
    if new:
        AuditEvent.objects.bulk_create(new)


def _columns(
    by: Any, action: str, of: models.Model, parent: models.Model | None, details: dict[str, Any]
) -> dict[str, Any]:
    return {
        "at": timezone.now(),
        "by_id": by.pk,
        "by_name": by.name,
        "action": action,
        "object_type": of._meta.label_lower,
        "object_id": "" if of.pk is None else str(of.pk),
        "object_name": str(of)[:300],
        "parent_type": parent._meta.label_lower if parent else "",
        "parent_id": str(parent.pk) if parent else "",
        "details": details,
    }


class System:
    """Work that no person started: a nightly task, a command of the operator."""

    pk = None

    def __init__(self, name: str) -> None:
        self.name = name


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    rows = {}
    for field in [*before, *(name for name in after if name not in before)]:
        old, new = plain_value(before.get(field)), plain_value(after.get(field))
        if old != new:
            rows[field] = {"old": old, "new": new}
    return rows


def _plain(details: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain_value(value) for name, value in details.items()}


def plain_value(value: Any) -> Any:
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, datetime.date | datetime.datetime | datetime.time | uuid.UUID | decimal.Decimal):
        return value.isoformat() if hasattr(value, "isoformat") else str(value)
    if isinstance(value, Mapping):
        return {str(key): plain_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set):
        return [plain_value(item) for item in value]
    return value
