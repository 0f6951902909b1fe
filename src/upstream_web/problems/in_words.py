"""What the log and the versions of a plan hold, in words: names for numbers, labels for codes, nothing for nothing."""

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Field, Model

from upstream.periods import Month
from upstream_web.audit.models import AuditEvent
from upstream_web.design.environment import day
from upstream_web.problems.models import Marking, NamedAssessment, Plan
from upstream_web.problems.queries import names_of
from upstream_web.problems.questions import questions

DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
HAPPENED = {
    "plan.started": "Plan started",
    "plan.changed": "Details changed",
    "plan.answered": "Questions answered",
    "plan.noted": "Note written",
    "plan.submit": "Sent to the supervisor",
    "plan.return": "Returned with comments",
    "plan.approve": "Approved",
    "plan.assess": "Assessment begun",
    "plan.adapt": "Adapted, and goes on",
    "plan.close": "Closed",
    "plan.reopen": "Reopened",
    "plan.withdraw": "Withdrawn",
    "plan.worth_assumed": "What the worth assumes was said",
    "plan.given": "Given to another owner",
    "plan.partner_invited": "Organisation invited",
    "plan.partner_left": "Invitation ended",
    "plan.dose_delivered": "Delivery written down",
    "plan.read": "Plan read",
    "plan.paper_taken": "Paper taken out",
    "plan.sensitive_file_read": "Marked file read",
    "note.read": "Note read",
    "action.read": "Action read",
}
FIELDS = {
    "owner": "Who",
    "owner_name": "Who",
    "owner_email": "E-mail",
    "due_on": "Due",
    "by_when": "By",
    "before_from": "Before, from",
    "before_to": "Before, to",
    "after_from": "After, from",
    "after_to": "After, to",
    "phase_in": "Months until it was fully running",
    "also_began": "Something else began there",
    "rule_changes": "Recording changed",
    "later": "Begins later",
    "smallest_effect": "Smallest reduction worth having, per cent",
    "review_on": "Result due by",
    "next_review_on": "Next review",
    "dose_planned": "How much is planned",
    "dose_unit": "Counted in",
    "card": "Evidence",
    "side": "Side of the triangle",
    "tier": "Tier of prevention",
    "what": "What will change",
    "baseline": "Level now",
    "target": "Level to reach",
    "yes": "Yes or no",
    "text": "In words",
    "evidence": "Rests on",
    "cost": "Cost in pounds",
    "optimism": "Taken off for optimism, per cent",
    "optimism_grade": "Grade of the guidance",
    "optimism_source": "What that share rests on",
    "prices": "Prices of",
    "spent": "Pounds spent",
    "spent_on": "What was paid",
    "unit_likely": "Pounds of one event, most likely",
    "unit_least": "Pounds of one event, at least",
    "unit_most": "Pounds of one event, at most",
    "unit_prices": "Year of these prices",
    "unit_source": "Source of these pounds",
    "unit_parts": "Who bears these pounds",
    "cashable": "Cash, per cent",
    "cash_reason": "Which budget was cut",
    "beside": "Quoted figures seen beside it",
}
PAPERS = {"paper": "The whole plan", "brief": "Brief for a meeting"}
"""What the papers of a plan are called, by the part of their address."""

TITLES = ("title", "statement", "what", "measure", "name")
"""Fields by whose words a line of a plan is called."""


def known_of(named: NamedAssessment) -> list[tuple[str, str]]:
    """What is known of a response beside its first month, by heading; nothing where nothing is."""
    months = named.phase_in
    left_out = f"The first {'month' if months == 1 else f'{months} months'}, neither before nor after"
    later = named.later_starts()
    rows = [(row.area.name, later[row.area.code].label) for row in named.places.all() if row.area.code in later]
    told = [
        ("Coming in", left_out if months else ""),
        ("Begins later", "; ".join(f"{name} in {month}" for name, month in rows)),
        ("Something else began there", _dated(named.also_began)),
        ("Recording changed", _dated(named.rule_changes)),
    ]
    return [(label, words) for label, words in told if words]


def _dated(pairs: Iterable[list[str]]) -> str:
    return "; ".join(f"{words} ({Month.parse(month).label})" for month, words in pairs)


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was written or changed; `old` is empty where nothing was there."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Happened:
    """An event of a plan's history in words."""

    event: AuditEvent
    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A difference between two versions: of what, which field, and both texts."""

    of: str
    line: Line


def history_in_words(events: Iterable[AuditEvent]) -> list[Happened]:
    """The events of a page, with the names of what they point to read at once."""
    rows = list(events)
    values = [(_model(row.object_type), name, value) for row in rows for name, value in row.details.items()]
    names = names_of(_wanted((model, name, part) for model, name, value in values for part in _both(value)))
    return [Happened(row, happened(row.action), tuple(_event_lines(row, names))) for row in rows]


def happened(action: str) -> str:
    """An action of the log as a heading."""
    words = action.partition(".")[2].replace("_", " ")
    return HAPPENED.get(action) or words[:1].upper() + words[1:]


def compared(old: Mapping[str, Any], new: Mapping[str, Any], *, sensitive: bool) -> list[Change]:
    """What differs between two versions, part by part; sensitive lines only for those who may see them."""
    rows = list(_differences(old, new, sensitive=sensitive))
    wanted = ((_part(part), name, value) for part, _, name, *both in rows for value in both)
    names = names_of(_wanted(wanted))
    found = []
    for part, of, name, was, now in rows:
        model = _part(part)
        found.append(Change(of, Line(label_of(name), _text(model, name, was, names), _text(model, name, now, names))))
    return found


def _differences(
    old: Mapping[str, Any], new: Mapping[str, Any], *, sensitive: bool
) -> Iterable[tuple[str, str, str, Any, Any]]:
    for part in new:
        before, after = old.get(part, {}), new[part]
        if part == "plan":
            before, after = {"": before}, {"": after}
        for key in sorted({*before, *after}):
            was, now = before.get(key) or {}, after.get(key) or {}
            if not sensitive and Marking.SENSITIVE in (was.get("marking"), now.get("marking")):
                continue
            for name in sorted({*was, *now}):
                if (was.get(name) or "") != (now.get(name) or "") and name != "question":
                    yield part, _called(part, key, now or was), name, was.get(name), now.get(name)


def _called(part: str, key: str, values: Mapping[str, Any]) -> str:
    if part == "plan":
        return "Details"
    if part == "answers":
        return label_of(key)
    words = next((str(values[name]) for name in TITLES if values.get(name)), "")
    kind = str(_part(part)._meta.verbose_name).capitalize()
    return f"{kind}: {words}" if words else kind


def label_of(name: str) -> str:
    """A field or a question as its label."""
    asked = {question.key: question.label for question in questions()}
    plain = name.replace("_", " ")
    return asked.get(name) or FIELDS.get(name) or plain[:1].upper() + plain[1:]


def _event_lines(row: AuditEvent, names: Mapping[tuple[type[Model], int], str]) -> Iterable[Line]:
    model = _model(row.object_type)
    for name, value in row.details.items():
        if isinstance(value, Mapping) and set(value) == {"old", "new"}:
            old, new = (_text(model, name, part, names) for part in (value["old"], value["new"]))
        else:
            old, new = "", _text(model, name, value, names)
        if old or new:
            yield Line(label_of(name), old, new or "nothing")


def _text(model: type[Model] | None, name: str, value: Any, names: Mapping[tuple[type[Model], int], str]) -> str:
    """A value as a person would write it."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, Mapping):  # an answer
        said = [str(value.get("text") or "")]
        said += [f"Rests on: {value['evidence']}"] if value.get("evidence") else []
        return " ".join(part for part in said if part)
    if name == "paper":
        return PAPERS.get(str(value), str(value))
    if isinstance(value, list):
        return ", ".join(_text(model, name, one, names) for one in value)
    field = _field(model, name)
    if field is not None and field.remote_field is not None and isinstance(value, int):
        return names.get((field.remote_field.model, value), f"number {value}")
    if field is not None and field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, str) and DATE.fullmatch(value):
        return day(datetime.date.fromisoformat(value))
    return str(value)


def _wanted(values: Iterable[tuple[type[Model] | None, str, Any]]) -> dict[type[Model], set[int]]:
    found: dict[type[Model], set[int]] = {}
    for model, name, value in values:
        field = _field(model, name)
        if field is not None and field.remote_field is not None and isinstance(value, int):
            found.setdefault(field.remote_field.model, set()).add(value)
    return found


def _both(value: Any) -> list[Any]:
    return [value["old"], value["new"]] if isinstance(value, Mapping) and set(value) == {"old", "new"} else [value]


def _part(name: str) -> type[Model]:
    """The kind of line that a part of a version holds."""
    return Plan if name == "plan" else getattr(Plan, name).rel.related_model


def _model(label: str) -> type[Model] | None:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None  # the log outlives the models that it tells of


def _field(model: type[Model] | None, name: str) -> Field | None:
    try:
        found = (model or Plan)._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return found if isinstance(found, Field) else None
