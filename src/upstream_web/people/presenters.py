"""Words for pages of people and of the audit log."""

import datetime
import json
import re
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db.models import QuerySet

from upstream_web.audit.models import AuditEvent
from upstream_web.people.models import Role
from upstream_web.people.permissions import WORDS, Permission


def allowed_in_words(role: Role) -> list[str]:
    """What a role allows."""
    known = set(Permission)
    return [WORDS[Permission(key)] for key in role.permissions if key in known]


@dataclass(frozen=True, slots=True)
class Change:
    """A field that changed, or a plain detail: then there is nothing old."""

    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Happening:
    """A row of the audit log in words.

    what : the action, such as ``Membership ended``
    of_kind, of_name : the object
    changes : what changed, or what else is known
    """

    event: AuditEvent
    what: str
    of_kind: str
    of_name: str
    changes: tuple[Change, ...]


def happenings(events: QuerySet[AuditEvent] | list[AuditEvent]) -> list[Happening]:
    """Rows of the audit log for a table or a timeline."""
    return [
        Happening(
            event,
            in_words(event.action),
            kind_in_words(event.object_type),
            event.object_name,
            tuple(_change(field, value) for field, value in event.details.items()),
        )
        for event in events
    ]


def in_words(key: str) -> str:
    """``membership.ended`` as Membership ended."""
    return key.replace(".", " ").replace("_", " ").capitalize()


def kind_in_words(label: str) -> str:
    """``people.user`` as Person."""
    if label == "people.user":
        return "Person"
    try:
        return str(apps.get_model(label)._meta.verbose_name).capitalize()
    except (LookupError, ValueError):
        return label  # the log outlives the models that it tells of


_DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")


def _change(field: str, value: Any) -> Change:
    name = in_words(field)
    if isinstance(value, dict) and set(value) == {"old", "new"}:
        return Change(name, "" if value["old"] in (None, "", []) else _plain(value["old"]), _plain(value["new"]))
    return Change(name, "", _plain(value))


def _plain(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, list):
        return ", ".join(_plain(item) for item in value) or "nothing"
    if isinstance(value, dict):
        return ", ".join(f"{in_words(key)}: {_plain(item)}" for key, item in value.items()) or "nothing"
    if isinstance(value, str):
        return _date(value) if _DATE.fullmatch(value) else value
    return json.dumps(value)


def _date(value: str) -> str:
    day = datetime.date.fromisoformat(value)
    return f"{day.day} {day:%B %Y}"
