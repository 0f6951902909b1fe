"""Plans and actions of a workbook: made in one transaction, and taken back in one."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from upstream_web.audit.changes import record
from upstream_web.audit.queries import READINGS, history_of
from upstream_web.intake.changes import hold_rows, release_rows
from upstream_web.intake.judged import Judged
from upstream_web.intake.models import Batch, Row
from upstream_web.people.access import require
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission
from upstream_web.problems.changes.plans import open_plan
from upstream_web.problems.changes.versions import keep_version
from upstream_web.problems.models import Action, Note, Objective, Plan, StatusRecord
from upstream_web.search.changes import index


@transaction.atomic
def bring_in(*, batch: Batch, by: User, rows: Iterable[Judged]) -> Batch:
    """Make the plans and actions of the accepted rows, and keep what became of every row."""
    rows = list(rows)
    accepted = [row for row in rows if row.fate == Row.Fate.ACCEPTED]
    actions: dict[str, list[Judged]] = {}
    for row in accepted:
        if row.part == "actions":
            actions.setdefault(row.key.lower(), []).append(row)
    held = {}
    for row in accepted:
        if row.part == "plans":
            require(by, Permission.PLAN_IMPORT, row.values["area"])
            held[row.key.lower()] = _make(batch, by, row, actions.get(row.key.lower(), [])).pk
    return hold_rows(batch=batch, by=by, rows=rows, held=held)


@transaction.atomic
def take_back(*, batch: Batch, by: User) -> Batch:
    """Remove the plans of a batch; refused, in words, once somebody has worked on one. The audit log keeps it all."""
    require(by, Permission.PLAN_IMPORT)
    plans = list(Plan.objects.select_for_update().filter(pk__in=_plans_of(batch)))
    changed = changed_since(batch, plans)
    if changed:
        raise ValidationError(f"It cannot be undone: {', '.join(plan.ref for plan in changed)} changed since.")
    for plan in plans:
        for action in plan.actions.all():
            index(of=action, texts={})
        index(of=plan, texts={})
        record(by=by, action="plan.import_undone", of=plan, details={"workbook": batch.name})
        plan.delete()
    return release_rows(batch=batch, by=by)


def changed_since(batch: Batch, plans: Iterable[Plan]) -> list[Plan]:
    """The plans with which something was done since they came in; reading one or taking a paper is nothing done."""
    return [plan for plan in plans if history_of(plan).filter(pk__gt=batch.last_event).exclude(READINGS).exists()]


def _plans_of(batch: Batch) -> list[int]:
    return list(batch.held_keys.values_list("object_id", flat=True))


def _make(batch: Batch, by: User, row: Judged, actions: list[Judged]) -> Plan:
    values: dict[str, Any] = dict(row.values)
    objective = values.pop("objective")
    source = {"started_from": Plan.StartedFrom.WORKBOOK, "started_from_ref": row.key}
    plan = open_plan(by=by, **values, **source)
    if plan.status != Plan.Status.DRAFT:
        said = f"Brought in from {batch.name}, row {row.number}"
        StatusRecord.objects.create(
            plan=plan, transition="bring in", to_status=plan.status, comment=said, at=timezone.now(), by=by
        )
    if row.notes:
        _note(batch, by, row, plan)
    if objective:
        made = Objective.objects.create(plan=plan, **objective)
        record(by=by, action="plan.objective_added", of=made, parent=plan, after=objective)
    for number, action in enumerate(actions, 1):
        _make_action(by, plan, number, action.values)
    keep_version(plan=plan, by=by, why=f"Brought in with {len(actions)} actions from {batch.name}")
    return plan


def _note(batch: Batch, by: User, row: Judged, plan: Plan) -> None:
    text = "\n".join([f"Brought in from {batch.name}, row {row.number}, reference {row.key}.", *row.notes])
    note = Note.objects.create(plan=plan, text=text, marking=plan.marking, at=timezone.now(), by=by)
    record(by=by, action="plan.noted", of=note, parent=plan, details={"marking": plan.marking})


def _make_action(by: User, plan: Plan, number: int, values: Mapping[str, Any]) -> Action:
    values = {**values, "organisation": values["organisation"] or plan.lead, "marking": plan.marking}
    action = Action.objects.create(plan=plan, number=number, **values)
    index(of=action, texts=action.searched())
    record(by=by, action="plan.action_added", of=action, parent=plan, after=values)
    return action
