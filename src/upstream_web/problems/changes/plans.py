"""Starting a plan and changing what it says of itself."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from upstream_web.audit.changes import record
from upstream_web.people.access import require, standing
from upstream_web.people.models import Team, User
from upstream_web.people.permissions import Permission
from upstream_web.places.models import Area
from upstream_web.problems.changes.assessment import take_from_cards
from upstream_web.problems.changes.versions import Clash, EditClash, keep_version, locked
from upstream_web.problems.models import Answer, Marking, Plan, PlanSeries
from upstream_web.problems.questions import questions, stage_of

DETAILS = (
    "title", "problem", "size", "kind", "marking", "area", "place", "small_areas", "crime_types",
    "period_from", "period_to",
    "owner", "team", "lead", "priority", "public_summary", "review_every_days",
)  # fmt: skip
"""Fields of a plan that a form may change; the rest change by steps."""


@transaction.atomic
def start_plan(
    *, by: User, title: str, area: Area, team: Team, on: datetime.date | None = None, **details: Any
) -> Plan:
    """Start a plan in draft; its owner is whoever starts it unless another is named.

    Refused outside the areas in which the person starts plans, and for a team that is not theirs.
    """
    require(by, Permission.PLAN_START, area)
    if team.pk not in standing(by).team_ids:
        raise PermissionDenied("not a team of the person")
    plan = open_plan(by=by, title=title, area=area, team=team, on=on, **details)
    keep_version(plan=plan, by=by, why="Started")
    return plan


@transaction.atomic
def open_plan(*, by: User, title: str, area: Area, team: Team, on: datetime.date | None = None, **details: Any) -> Plan:
    """The same without its first version: whoever calls it writes more of the plan and then keeps the version."""
    day = on or timezone.localdate()
    details = {"owner": by, "lead": team.organisation, **details}
    plan = Plan.objects.create(
        ref=_next_ref(day.year), title=title, area=area, team=team, opened_on=day, version=0, **details
    )
    record(by=by, action="plan.started", of=plan, after={"title": title, "area": area, "team": team, **details})
    return plan


@transaction.atomic
def change_details(*, plan: Plan, by: User, based_on: int, before: Mapping[str, Any], **details: Any) -> Plan:
    """Change fields of `DETAILS`. `before` holds what the person saw: only a field that both changed is a clash."""
    unknown = set(details) - set(DETAILS)
    if unknown:
        raise ValueError(f"not fields that a form may change: {', '.join(sorted(unknown))}")
    plan = locked(Plan.objects, plan.pk)
    now = {name: getattr(plan, name) for name in details}
    changed = {name: value for name, value in details.items() if value != before.get(name)}
    clashes = tuple(
        Clash(name, str(now[name] or ""), str(value or ""), plan.version)
        for name, value in changed.items()
        if plan.version != based_on and now[name] not in (before.get(name), value)
    )
    if clashes:
        raise EditClash(clashes)
    for name, value in changed.items():
        setattr(plan, name, value)
    plan.save(update_fields=list(changed))
    if changed.get("marking") == Marking.SENSITIVE:
        take_from_cards(plan=plan, by=by)
    record(by=by, action="plan.changed", of=plan, before=now, after={**now, **changed})
    keep_version(plan=plan, by=by, why="Details changed")
    return plan


@transaction.atomic
def save_answers(
    *,
    plan: Plan,
    by: User,
    answers: Mapping[str, Mapping[str, Any]],
    based_on: Mapping[str, int],
    resolved: bool = False,
) -> Plan:
    """Save answers by question key: each a mapping with `text`, `evidence` and perhaps `yes`.

    based_on : the version of each answer that the person saw, 0 for none
    resolved : the person has seen both texts and decided; the version sent is then that of the text they saw last
    """
    plan = locked(Plan.objects, plan.pk)
    held = {answer.question: answer for answer in plan.answers.select_for_update().filter(question__in=list(answers))}
    clashes, before, after = [], {}, {}
    for key, sent in answers.items():
        stage_of(key)
        answer = held.get(key) or Answer(plan=plan, question=key, version=0)
        was = {"text": answer.text, "evidence": answer.evidence, "yes": answer.yes}
        new = {**was, **sent}
        if new == was:
            continue
        if answer.version != based_on.get(key, 0):
            clashes.append(Clash(key, answer.text, str(new["text"]), answer.version))
            continue
        answer.text, answer.evidence, answer.yes = new["text"], new["evidence"], new["yes"]
        answer.version, answer.changed_at, answer.changed_by = answer.version + 1, timezone.now(), by
        held[key] = answer
        before[key], after[key] = was, new
    if clashes:
        raise EditClash(tuple(clashes))
    for key in after:
        held[key].save()
    if after:
        record(
            by=by,
            action="plan.answered",
            of=plan,
            before=before,
            after=after,
            details={"merged": True} if resolved else {},
        )
        keep_version(plan=plan, by=by, why=_answered(sorted(after)))
    return plan


def _answered(keys: list[str]) -> str:
    """What was answered, for the list of versions."""
    labels = {question.key: question.label for question in questions()}
    return f"Answered: {labels[keys[0]]}" if len(keys) == 1 else f"{len(keys)} questions answered"


def _next_ref(year: int) -> str:
    """P2026-0001 and on: the year's row is held until the transaction ends, so no two plans get one number."""
    PlanSeries.objects.get_or_create(year=year)
    series = PlanSeries.objects.select_for_update().get(year=year)
    series.last += 1
    series.save(update_fields=["last"])
    return f"P{year}-{series.last:04d}"
