"""The one page of a beat plan: all of it is saved, or nothing where somebody else changed the same words."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from upstream_web.people.models import User
from upstream_web.problems.changes.assessment import name_assessment
from upstream_web.problems.changes.parts import save_objective, save_response
from upstream_web.problems.changes.plans import save_answers
from upstream_web.problems.models import NamedAssessment, Plan

SET_ELSEWHERE = ("before_from", "before_to", "after_from", "phase_in", "also_began", "rule_changes")
A_YEAR = datetime.timedelta(days=365)
TO_WRITE_IT = datetime.timedelta(days=14)
"""From the end of the period that is judged to the day by which its result is written."""


@transaction.atomic
def save_beat(
    *,
    plan: Plan,
    by: User,
    answers: Mapping[str, Mapping[str, Any]],
    objective: Mapping[str, Any],
    response: Mapping[str, Any],
    assessment: Mapping[str, Any],
    based_on: Mapping[str, int],
) -> Plan:
    """Save answers, the first objective, the first response and how the plan will be judged; an empty part is left.

    based_on : the version of each answer, of `objective` and of `response` that the person saw, 0 for none
    """
    save_answers(plan=plan, by=by, answers=answers, based_on=based_on)
    held = plan.objectives.first()
    if objective and _differs(held, objective):
        save_objective(plan=plan, by=by, row=held, based_on=based_on["objective"], **objective)
    held = plan.responses.first()
    if response and _differs(held, response):
        first = {} if held else {"organisation": plan.lead}
        save_response(plan=plan, by=by, row=held, based_on=based_on["response"], **first, **response)
    if assessment and objective:
        _name(plan, by, measure=objective["measure"], until=objective["by_when"], **assessment)
    plan.refresh_from_db()
    return plan


def _name(plan: Plan, by: User, *, measure: str, until: datetime.date, **values: Any) -> None:
    held, today = plan.named_assessments.first(), timezone.localdate()
    if values.get("compared") is None:  # words alone: they name a known place, or none
        values.pop("compared", None)
    values |= {"measure": measure, "area": plan.area, "after_to": until, "review_on": until + TO_WRITE_IT}
    if held is None:
        values |= {"before_from": today - A_YEAR, "before_to": today - datetime.timedelta(days=1), "after_from": today}
    else:  # may have been set on its own page
        values |= {name: getattr(held, name) for name in SET_ELSEWHERE}
    if _differs(held, values):
        name_assessment(plan=plan, by=by, **values)


def _differs(row: Any | NamedAssessment, values: Mapping[str, Any]) -> bool:
    return row is None or any(getattr(row, name) != value for name, value in values.items())
