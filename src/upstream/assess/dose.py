"""Did more delivery go with more effect: counts of places and periods beside what was delivered there and then."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from upstream.assess.finding import Better, Finding, Refused, benefit_from_p, maryland
from upstream.assess.period_labels import calendar_of
from upstream.errors import BadInput
from upstream.stats.dose import Dose, dose_response
from upstream.stats.intervals import Interval

LEAST_PERIODS: Final = 6
"""With fewer periods a place's own level leaves too little to see a relation in. Ours."""


def more_for_more(
    rows: Iterable[tuple[str, str, float, float]],
    *,
    outcome: str,
    delivered: str,
    lag: int = 0,
    better: Better = "lower",
) -> Finding:
    """Rows of unit, period, count and dose: each place beside itself, in periods of more and of less ``delivered``.

    ``lag`` is how many periods later the outcome is looked for.
    """
    counts, doses, places = _after(list(rows), lag)
    try:
        made = dose_response(counts, doses, groups=places)
    except BadInput as why:
        raise Refused(why.what, allowed=why.allowed, remedy=why.remedy) from why
    return _finding(made, counts, doses, outcome, delivered, lag, better)


def _after(rows: list[tuple[str, str, float, float]], lag: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts, the dose of ``lag`` periods before, and places, of every unit and period that has both."""
    if not rows:
        raise Refused("There are no rows.", allowed="rows of unit, period, count and dose")
    calendar = calendar_of(list(dict.fromkeys(period for _, period, _, _ in rows)))
    at = {label: place for place, label in enumerate(calendar.labels)}
    table = {(unit, at[period]): (count, dose) for unit, period, count, dose in rows}
    if len(table) < len(rows):
        raise Refused("A unit has two rows for one period.", allowed="one row a unit and period")
    if not 0 <= lag < len(calendar.labels) - LEAST_PERIODS + 1:
        raise Refused(
            f"{len(calendar.labels)} {calendar.step}s, looked at {lag} later, are too few.",
            allowed=f"{LEAST_PERIODS} or more",
        )
    if any(not np.isfinite([count, dose]).all() or min(count, dose) < 0 for count, dose in table.values()):
        raise Refused("A count or a dose is below nought or not a number.", allowed="numbers from 0")
    both = [one for one in table if (one[0], one[1] - lag) in table]
    counts, doses = ([table[unit, when - back][part] for unit, when in both] for part, back in ((0, 0), (1, lag)))
    return np.array(counts), np.array(doses), np.array([unit for unit, _ in both])


def _finding(
    made: Dose, counts: np.ndarray, doses: np.ndarray, outcome: str, delivered: str, lag: int, better: Better
) -> Finding:
    mean = float(counts @ doses / counts.sum())
    ratio = Interval(*(limit**mean for limit in (made.per_unit.estimate, made.per_unit.lower, made.per_unit.upper)))
    seen = float(counts.sum())
    expected = float((counts / made.per_unit.estimate**doses).sum())
    later = f", {lag} periods later" if lag else ""
    return Finding(
        method="dose",
        title="More for more",
        question=f"Were there fewer, or more, {outcome} where and when more {delivered} were delivered{later}?",
        estimand=f"{outcome} as delivered over those with none delivered, at the mean of {mean:.3g} {delivered}",
        unit=outcome,
        better=better,
        observed=seen,
        counterfactual=expected,
        ratio=ratio,
        difference=Interval(seen - expected, *sorted(expected * (limit - 1) for limit in (ratio.lower, ratio.upper))),
        p=made.p,
        probability_of_benefit=benefit_from_p(made.p, better, fell=made.per_unit.estimate < 1),
        maryland=maryland(before_and_after=False, comparison="unproven"),
        assumes=(
            f"What was delivered did not depend on how many {outcome} there were at the time.",
            "Each unit more multiplies by as much, in every place; each place has a level of its own.",
        ),
        overturned_by=(
            "More sent where or when things were bad: it then looks harmful; or where they were getting better anyway.",
            "A season or a trend that delivery and outcome share.",
        ),
        caveats=("This is a relation, not yet an effect: nothing is compared with a place left alone.",),
        figures={
            "factor of one unit more": made.per_unit.estimate,
            "lower": made.per_unit.lower,
            "upper": made.per_unit.upper,
            "dispersion": made.dispersion,
        },
    )
