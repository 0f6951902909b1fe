"""The lines of a plan: hypotheses, objectives, responses and what was delivered."""

import datetime
from typing import Any

from django.db import models, transaction
from django.forms.models import model_to_dict

from upstream_web.audit.changes import record
from upstream_web.people.models import User
from upstream_web.problems.changes.versions import keep_version, locked, refuse_clash
from upstream_web.problems.models import Delivery, Hypothesis, Objective, Plan, Response


def save_hypothesis(
    *, plan: Plan, by: User, row: Hypothesis | None = None, based_on: int = 0, **values: Any
) -> Hypothesis:
    """Add or change a hypothesis."""
    return _save(plan=plan, by=by, row=row or Hypothesis(plan=plan), based_on=based_on, values=values)


def save_objective(
    *, plan: Plan, by: User, row: Objective | None = None, based_on: int = 0, **values: Any
) -> Objective:
    """Add or change an objective."""
    return _save(plan=plan, by=by, row=row or Objective(plan=plan), based_on=based_on, values=values)


def save_response(*, plan: Plan, by: User, row: Response | None = None, based_on: int = 0, **values: Any) -> Response:
    """Add or change a response."""
    return _save(plan=plan, by=by, row=row or Response(plan=plan), based_on=based_on, values=values)


@transaction.atomic
def remove_part(*, row: Hypothesis | Objective | Response, by: User) -> None:
    """Take a line out of the plan; the versions before keep it."""
    plan = locked(Plan.objects, row.plan_id)
    name = row._meta.verbose_name
    record(by=by, action=f"plan.{row._meta.model_name}_removed", of=row, parent=plan, before=_values(row))
    row.delete()
    keep_version(plan=plan, by=by, why=f"{str(name).capitalize()} taken out")


@transaction.atomic
def add_delivery(*, response: Response, by: User, on: datetime.date, amount: float, note: str = "") -> Delivery:
    """Write down some of the dose as delivered."""
    plan = locked(Plan.objects, response.plan_id)
    row = Delivery.objects.create(response=response, on=on, amount=amount, note=note, by=by)
    record(
        by=by,
        action="plan.dose_delivered",
        of=row,
        parent=plan,
        details={"response": response, "on": on, "amount": amount},
    )
    return row


@transaction.atomic
def _save(*, plan: Plan, by: User, row: Any, based_on: int, values: dict[str, Any]) -> Any:
    plan = locked(Plan.objects, plan.pk)
    new = row.pk is None
    before: dict[str, Any] = {}
    if not new:
        row = locked(type(row).objects, row.pk)
        before = _values(row)
        if row.version != based_on:
            refuse_clash(row, values)
    for name, value in values.items():
        setattr(row, name, value)
    row.version = 1 if new else row.version + 1
    row.save()
    action = f"plan.{row._meta.model_name}_{'added' if new else 'changed'}"
    record(by=by, action=action, of=row, parent=plan, before=before, after=_values(row))
    keep_version(plan=plan, by=by, why=f"{str(row._meta.verbose_name).capitalize()} {'added' if new else 'changed'}")
    return row


def _values(row: models.Model) -> dict[str, Any]:
    return model_to_dict(row, exclude=["id", "plan", "version"])
