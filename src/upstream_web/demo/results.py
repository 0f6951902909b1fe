"""What came of the plans of the demonstration: by the records where these can tell, else as somebody wrote it."""

import datetime
from contextlib import suppress
from typing import Any

from django.utils import timezone

from upstream_web.people.models import User
from upstream_web.problems.changes.assessing import assess_again
from upstream_web.problems.engine import CannotCount, effect_of
from upstream_web.problems.models import Assessed, Plan

VERDICTS = {"worked": (0.55, "close"), "some": (0.8, "adapt"), "none": (1.02, "close"), "worse": (1.3, "close")}


def result_of(plan: Plan, verdict: str, number: int, *, by: User | None) -> dict[str, Any]:
    """A result: of the records where somebody asks them and they can tell, else the verdict and numbers by hand."""
    if by is not None:
        with suppress(CannotCount):
            return as_found(assess_again(plan=plan, by=by))
    share, decision = VERDICTS[verdict]
    before, after = float(number), float(round(number * share))
    outcome = (
        f"From {before:g} to {after:g} a quarter; the comparison place went from {before + 3:g} to {before + 1:g}."
    )
    return {"outcome": outcome, "before": before, "after": after, "verdict": verdict, "decision": decision}


def as_found(row: Assessed) -> dict[str, Any]:
    """What is written of a result that the engine found, whatever that was."""
    found = effect_of(row)
    return {
        "outcome": f"{found.words} How likely it did good: {found.verdict}.",
        "verdict": "worked" if found.good else "worse" if found.bad else "none",
        "decision": "scale" if found.good else "close",
    }


def noon(day: datetime.date) -> datetime.datetime:
    """The middle of a day."""
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(12)))
