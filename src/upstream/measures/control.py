"""Control limits of a measure's months, fixed on the previous financial year, and the special causes against them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Final

import numpy as np

from upstream.errors import BadInput
from upstream.measures.definition import Definition
from upstream.measures.result import Flag, Floats, Limits
from upstream.measures.values import Line
from upstream.periods import MONTHS_IN_YEAR, FinancialYear
from upstream.stats import limits as made
from upstream.stats.count_limits import count_limits
from upstream.stats.limits import BASELINE_LEAST, BASELINE_WANTED
from upstream.stats.run_rules import LIMITS_ONLY, MAKING_DATA_COUNT, SpecialCause, special_causes_against

RULES: Final = ("two_sd", "xmr", "counts")
YEARS_WITH_ALL_RULES: Final = 1
"""Limits beside the primary ones are worked out for this many of the newest financial years."""

DEPENDENT_BELOW: Final = 0.01
"""A baseline whose months follow one another so closely (:func:`upstream.stats.limits.independence_p`) is noted."""

_FLAGS: Final[tuple[tuple[SpecialCause, str, str], ...]] = (
    (SpecialCause.ABOVE_UPPER, "above_limit", "high"),
    (SpecialCause.BELOW_LOWER, "below_limit", "low"),
    (SpecialCause.SHIFT_HIGH, "shift", "high"),
    (SpecialCause.SHIFT_LOW, "shift", "low"),
    (SpecialCause.TREND_UP, "trend", "high"),
    (SpecialCause.TREND_DOWN, "trend", "low"),
    (SpecialCause.NEAR_UPPER, "two_of_three", "high"),
    (SpecialCause.NEAR_LOWER, "two_of_three", "low"),
)


def control(line: Line, values: Floats) -> tuple[tuple[Limits, ...], tuple[Flag, ...]]:
    """Limits by the primary rule, then by the others, and every special cause, oldest first.

    ``values`` are the months' own values: windows that overlap would always seem to run.
    """
    primary = line.definition.limits
    if primary == "none" or line.definition.frequency != "month":
        return (), ()
    order = (primary, *(rule for rule in RULES if rule != primary))
    found, flags = [], []
    for rule in order:
        limits, unfloored = _limits(line, values, rule, every_year=rule == primary)
        found.append(limits)
        rules = MAKING_DATA_COUNT if rule == primary else LIMITS_ONLY
        ways = [0, *(b for b in line.breaks if 0 < b < len(values)), len(values)]
        for start, end in pairwise(ways):  # no run or trend reaches across a change of recording
            way = slice(start, end)
            bits = special_causes_against(
                values[way],
                centre=limits.centre[way],
                lower=limits.lower[way],
                upper=limits.upper[way],
                lower_unfloored=unfloored[way],
                rules=rules,
            )
            flags += _flags(line, bits, rule, start)
    return tuple(found), tuple(sorted(flags, key=lambda flag: flag.month))


def _limits(line: Line, values: Floats, rule: str, *, every_year: bool) -> tuple[Limits, Floats]:
    n = len(values)
    centre, lower, upper, unfloored = (np.full(n, np.nan) for _ in range(4))
    newest = line.months[-1].financial_year
    years = [FinancialYear(start) for start in range(line.months[0].financial_year.start, newest.start + 1)]
    refused: str | None = None
    notes: list[str] = []
    baseline: list[int] = []
    false_alarm, dependent = float("nan"), False
    for year in years if every_year else years[-YEARS_WITH_ALL_RULES:]:
        at, judged, broken = _baseline(line, year)
        try:
            limits = _worked_out(line.definition, rule, values[at])
        except BadInput as error:
            if year == newest:
                refused = _why_none(line, year, values[at], broken) or error.what
            continue
        for array, value in zip(
            (centre, lower, upper, unfloored),
            (limits.centre, limits.lower, limits.upper, limits.lower_unfloored),
            strict=True,
        ):
            array[judged] = value
        if year == newest:
            baseline, false_alarm = at, limits.false_alarm
            if not limits.baseline_is_full:
                notes.append(f"The baseline holds {limits.baseline_n} of {limits.baseline_wanted} months.")
            if dependent := made.independence_p(values[at]) < DEPENDENT_BELOW:
                notes.append("Each month is much like the one before: these limits mark more months than they should.")
    first, last = (line.months[baseline[0]], line.months[baseline[-1]]) if baseline else (None, None)
    held = int(np.isfinite(values[baseline]).sum()) if baseline else 0
    return Limits(
        rule, centre, lower, upper, first, last, held, refused, tuple(notes), false_alarm, dependent
    ), unfloored


def _baseline(line: Line, year: FinancialYear) -> tuple[list[int], list[int], bool]:
    """Indices of the previous financial year's months, of the months they judge, and whether a break cut them short."""
    start = line.at(year.first_month)
    before = range(start - MONTHS_IN_YEAR, start)
    judged = range(max(start, 0), min(start + MONTHS_IN_YEAR, len(line.months)))
    cuts = [b for b in line.breaks if before[0] < b < judged.stop]
    cut = cuts[-1] if cuts else 0
    return [at for at in before if at >= max(cut, 0)], [at for at in judged if at >= cut], bool(cuts)


def _why_none(line: Line, year: FinancialYear, baseline: Floats, broken: bool) -> str | None:
    held = int(np.isfinite(baseline).sum())
    if held >= BASELINE_LEAST:
        return None
    since = f" since the change of recording in {line.months[line.breaks[-1]].label}" if broken else ""
    return (
        f"No limits: {held} of {BASELINE_WANTED} months of {year.previous} are held{since}; "
        f"at least {BASELINE_LEAST} are needed."
    )


def counts_things(definition: Definition, values: Floats) -> bool:
    """Whether these are numbers of things, and not amounts or differences: whole and never negative."""
    whole = definition.unit == "count" and definition.kind in ("count", "level", "holders") and not definition.signed
    held = values[np.isfinite(values)]
    return whole and not np.any(held % 1 > 0) and not np.any(held < 0)


def _worked_out(definition: Definition, rule: str, baseline: Floats) -> made.Limits:
    floor: float | None = None if definition.signed or np.any(baseline < 0) else 0.0
    if rule == "counts" and counts_things(definition, baseline):
        return count_limits(baseline)
    methods: dict[str, Callable[..., made.Limits]] = {
        "two_sd": made.sd_limits,
        "xmr": made.xmr_limits,
        "counts": made.t_limits,
    }
    return methods[rule](baseline, floor=floor)


def _flags(line: Line, bits: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], rule: str, start: int) -> list[Flag]:
    found = []
    for at in np.flatnonzero(bits):
        for cause, name, direction in _FLAGS:
            if int(bits[at]) & int(cause):
                high = direction == "high"
                found.append(
                    Flag(line.months[start + at], name, rule, "high" if high else "low", _good(line.definition, high))
                )
    return found


def _good(definition: Definition, high: bool) -> bool | None:
    if definition.good in ("neither", "within"):
        return None
    return high == (definition.good == "higher")
