"""A figure against earlier ones: previous month, same month last year, year to date, rolling twelve months."""

from __future__ import annotations

from typing import Final

import numpy as np

from upstream.errors import BadInput
from upstream.measures.definition import pooling
from upstream.measures.result import Change, Value
from upstream.measures.values import NAN, Line, effective_answers, over, window
from upstream.periods import MONTHS_IN_YEAR, Month
from upstream.stats.comparisons import (
    LEAST_PERCENT_BASE,
    SIGNIFICANCE,
    conditional_test,
    overlapping_waves,
    share_change,
)
from upstream.stats.count_limits import dispersion

NAMES: Final = ("previous", "same_last_year", "year_to_date", "rolling_12")


def changes(line: Line, latest: int) -> tuple[Change, ...]:
    """Every comparison that the measure allows, for the month at index ``latest``."""
    headline = line.definition.window
    step = {"month": 1, "quarter": 3, "year": 12, "occasion": 0}[line.definition.frequency]
    if line.definition.frequency == "occasion":
        earlier = np.flatnonzero(line.wanted[:latest])
        step = latest - int(earlier[-1]) if earlier.size else 0
    pairs: list[tuple[str, list[int], list[int]]] = []
    now = window(line, latest, headline)
    if step and headline != "year_to_date":  # a year to date grows: the one before has fewer months
        pairs.append(("previous", now, window(line, latest - step, headline) if latest >= step else []))
    pairs.append(("same_last_year", now, [at - MONTHS_IN_YEAR for at in now]))
    if pooling(line.definition) in ("sum", "pool"):
        to_date = window(line, latest, "year_to_date")
        pairs.append(("year_to_date", to_date, [at - MONTHS_IN_YEAR for at in to_date]))
        rolling = window(line, latest, "rolling_12")
        pairs.append(("rolling_12", rolling, [at - MONTHS_IN_YEAR for at in rolling]))
    spread = _spread(line, latest)
    return tuple(_change(line, name, now, then, spread) for name, now, then in pairs)


def label(line: Line, months: list[int]) -> str:
    """Words for consecutive months: "June 2022", "April to June 2022", "July 2021 to June 2022"."""
    first, last = (
        Month.from_index(line.months[0].index + months[0]),
        Month.from_index(line.months[0].index + months[-1]),
    )
    if len(months) == 1:
        return last.label
    return f"{first.label.split()[0] if first.year == last.year else first.label} to {last.label}"


def _spread(line: Line, latest: int) -> float:
    """How many times more than Poisson the previous financial year varied, at least 1; NaN when too little is held.

    Months before a change of recording are left out: its step is not chance. With too few months nobody knows how
    much the series varies, and to take Poisson for granted would call ordinary months significant.
    """
    if line.definition.kind not in ("count", "rate") or line.facts.numerator[line.label].min() < 0:
        return 1.0
    year = line.months[latest].financial_year.previous
    since = max([b for b in line.breaks if b <= latest], default=0)
    baseline = [line.at(month) for month in year.months if line.at(month) >= since]
    try:
        return max(1.0, dispersion(line.numerator[baseline]).phi)
    except BadInput:
        return NAN


def _change(line: Line, name: str, months_now: list[int], months_then: list[int], spread: float) -> Change:
    now = over(line, months_now)
    missing = Value(NAN, NAN, NAN, "missing", 0, len(months_now))
    then = over(line, months_then) if months_then else missing
    then_label = label(line, months_then) if months_then else "before the records held"
    difference = now.value - then.value
    crossed = [b for b in line.breaks if months_then and months_then[0] < b <= months_now[-1]]
    percent, why = _percent(line, now, then)
    p, test = NAN, None
    if crossed:
        percent, why = NAN, f"Recording changed in {line.months[crossed[-1]].label}: the two are not comparable."
    elif np.isfinite(difference):
        p, test = _tested(line, now, then, months_now, months_then, spread)
    significant = None if np.isnan(p) else bool(p < SIGNIFICANCE)
    broken = line.months[crossed[-1]] if crossed else None
    return Change(
        name, label(line, months_now), then_label, now, then, difference, percent, why, p, significant, test, broken
    )


def _percent(line: Line, now: Value, then: Value) -> tuple[float, str | None]:
    if np.isnan(now.value) or np.isnan(then.value):
        lacking = now if np.isnan(now.value) else then
        return NAN, f"{lacking.months_held} of {lacking.months_wanted} months held."
    if line.definition.unit == "percent":
        return NAN, "The figures are per cents: the difference is in percentage points."
    if then.value <= 0:
        return NAN, "The earlier figure is 0, so there is nothing to take a per cent of."
    counted = line.definition.kind in ("count", "rate", "level", "holders") and line.definition.unit != "pounds"
    if counted and then.numerator < LEAST_PERCENT_BASE:
        return NAN, f"The earlier count is {then.numerator:g}; no per cent is given on fewer than {LEAST_PERCENT_BASE}."
    return 100 * (now.value - then.value) / then.value, None


def _tested(
    line: Line, now: Value, then: Value, months_now: list[int], months_then: list[int], spread: float
) -> tuple[float, str | None]:
    kind, unit = line.definition.kind, line.definition.unit
    if kind in ("count", "rate") and _whole(now.numerator) and _whole(then.numerator) and unit != "pounds":
        if np.isnan(spread):
            return NAN, None
        # months that both windows have cancel out: only the others are two independent counts
        own_now, own_then = sorted({*months_now} - {*months_then}), sorted({*months_then} - {*months_now})
        p = conditional_test(
            round(over(line, own_now).numerator / spread),
            round(over(line, own_then).numerator / spread),
            exposure_now=_days(line, own_now),
            exposure_then=_days(line, own_then),
        )
        name = "exact conditional test of two counts, allowing for days"
        return p, name if spread == 1 else f"{name} and for variation of {spread:.1f} times Poisson"
    if pooling(line.definition) == "last" or (kind == "proportion" and not line.definition.of_separate_events):
        return NAN, None  # two moments of a stock are mostly the same people; days of one absence belong together
    if unit != "percent" or not 0 <= now.numerator <= now.denominator or not 0 <= then.numerator <= then.denominator:
        return NAN, None
    return _tested_shares(line, now, then, months_now, months_then)


def _tested_shares(
    line: Line, now: Value, then: Value, months_now: list[int], months_then: list[int]
) -> tuple[float, str | None]:
    shared = [at for at in months_now if at in months_then]
    n_now, n_then = effective_answers(line, months_now), effective_answers(line, [a for a in months_then if a >= 0])
    if min(n_now, n_then) <= 0:
        return NAN, None
    if shared:
        overlap = min(effective_answers(line, shared), n_now, n_then)
        made = overlapping_waves(now.value / 100, n_now, then.value / 100, n_then, shared_n=overlap)
        return made.p, "test of two waves that share answers"
    if line.facts.weights_squared is not None:
        made = overlapping_waves(now.value / 100, n_now, then.value / 100, n_then, shared_n=0)
        return made.p, "test of two weighted proportions"
    if not all(_whole(x) for x in (now.numerator, now.denominator, then.numerator, then.denominator)):
        return NAN, None
    made = share_change(now.numerator, now.denominator, then.numerator, then.denominator)
    return made.p, "test of two proportions (exact for small numbers)"


def _whole(value: float) -> bool:
    return bool(np.isfinite(value)) and value >= 0 and float(value).is_integer()


def _days(line: Line, months: list[int]) -> float:
    return float(sum(Month.from_index(line.months[0].index + at).days for at in months))
