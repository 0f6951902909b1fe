"""Accepting a signal: a plan starts with what the records say, and the signal knows that somebody works on it."""

import datetime
from typing import Any

from django.db import transaction

from upstream.periods import Month
from upstream_web.people.access import require
from upstream_web.people.models import Team, User
from upstream_web.people.permissions import Permission
from upstream_web.places.models import Area
from upstream_web.problems.changes.plans import save_answers, start_plan
from upstream_web.problems.changes.slices import ask_to_count
from upstream_web.problems.models import Plan
from upstream_web.signals.changes import accept
from upstream_web.signals.models import Signal

MONTHS_BEFORE = 24
"""Months before a signal that its plan's records are counted from: each month has last year's beside it."""


@transaction.atomic
def accept_signal(*, signal: Signal, by: User, title: str, area: Area, team: Team, size: str) -> Plan:
    """Start a plan from a signal: its place, types, months and small areas, what CHEERS can be answered from records,
    and the records themselves, which are counted at once."""
    require(by, Permission.SIGNAL_DECIDE, signal.area)
    first, last = _period(signal)
    plan = start_plan(
        by=by,
        title=title,
        area=area,
        team=team,
        size=size,
        problem=signal.evidence,
        place=signal.place[:160],
        crime_types=list(signal.types),
        small_areas=_small_areas(signal),
        period_from=first,
        period_to=last,
        started_from=Plan.StartedFrom.SIGNAL,
        started_from_ref=str(signal.pk),
    )
    answers = _answers(signal, plan)
    plan = save_answers(plan=plan, by=by, answers=answers, based_on=dict.fromkeys(answers, 0))
    accept(signal=signal, by=by, words=f"Plan {plan.ref}")
    ask_to_count(plan=plan, stage=Plan.Stage.ANALYSIS, by=by)
    return plan


def _period(signal: Signal) -> tuple[datetime.date, datetime.date]:
    last = Month.of(signal.last)
    return (Month.of(signal.first) - MONTHS_BEFORE).first_day, last.last_day


def _small_areas(signal: Signal) -> list[str]:
    """Those of the signal, and of the neighbours merged into it; a signal of a whole area names none."""
    if not signal.lead["small_areas"]:
        return []
    found = [code for one in (signal.lead, *signal.neighbours) for code in one["small_areas"]]
    return list(dict.fromkeys(found))


def _answers(signal: Signal, plan: Plan) -> dict[str, dict[str, Any]]:
    """What the records can answer. Who is affected and who expects action only people can say; so can yes and no."""
    rests_on = f"Signal S{signal.pk}; {', '.join(f'{t} version {v}' for t, v in sorted(signal.lead['tables'].items()))}"
    types, where = ", ".join(signal.types) or "Records of every type", signal.place
    said = {
        "events": f"{types}: {signal.lead['count']:,} records, {signal.first:%-d %B %Y} to {signal.last:%-d %B %Y}.",
        "recurring": signal.evidence,
        "similarity": f"The same type in the same place and days: {types}, {where}.",
    }
    if signal.harm_days >= 1:
        said["harmful"] = f"{signal.harm_days:,.0f} days of harm (Cambridge Crime Harm Index) beyond what is expected."
    answers: dict[str, dict[str, Any]] = {key: {"text": text, "evidence": rests_on} for key, text in said.items()}
    if not plan.is_on_one_page:
        answers["raised_by"] = {"text": f"A signal from the records, proposed {signal.proposed_at:%-d %B %Y}."}
    return answers
