"""Lasting changes: types of which an area or small area recorded more, or fewer, for some months together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from upstream.measures.crime_types import counts_incidents
from upstream.periods import Month
from upstream.scan.exceptional import FALSE_SHARE
from upstream.scan.households import ADDRESSES, MANY_AT_ONE, OfOnes, left_without_one, of_ones
from upstream.scan.monthly_counts import MonthlyCounts, Series
from upstream.scan.night import Night
from upstream.scan.signals import Kind, Signal, key_of
from upstream.stats.false_alarms import benjamini_hochberg, stands_out
from upstream.stats.level_shifts import BASELINE, LENGTHS, LevelShifts, forecast, level_shifts

SHOWN_MONTHS: Final = 24
"""Months before the change that its chart shows."""
LEAST_RECORDS: Final = 20
"""Series with fewer in all the months read are not looked at: no change of theirs could be told from chance."""
DAYS_A_MONTH: Final = 365.25 / 12
USUAL: Final = 1.96
"""Standard deviations that hold 19 of 20."""
METHOD: Final = (
    f"The last {', '.join(map(str, LENGTHS[:-1]))} and {LENGTHS[-1]} months together against the {BASELINE} months "
    "before, as far as held: level and one yearly wave by least squares, the variance widened by what carries over "
    "from month to month, the larger of the chances by Student's t and by a negative binomial count, times the number "
    "of lengths; every month of the change on one side. False-discovery rate of Benjamini and Hochberg over every "
    "place and type, whole areas and small areas apart, series whose months carry over beyond season apart."
)


@dataclass(frozen=True)
class Shifts:
    """What a table's months gave.

    Attributes
    ----------
    signals
        Of lasting changes.
    looked_at
        Series tested.
    left_out
        Candidates left out, by reason.
    """

    signals: tuple[Signal, ...]
    looked_at: int
    left_out: Counter[str]


@dataclass(frozen=True, slots=True)
class _Shift:
    """One change: its row, what it was found by, and the p value that it had to reach."""

    row: int
    values: NDArray[np.float64]
    months: int
    expected: float
    p: float
    q: float
    cut: float
    dependent: bool
    tested: int

    @property
    def count(self) -> int:
        return int(self.values[-self.months :].sum())


def shifts(night: Night, counted: MonthlyCounts, series: Sequence[Series], values: NDArray[np.float64]) -> Shifts:
    """Changes of level that have lasted to the last month counted.

    Question: where is there more, or less, of a type for some months now, by too little a month to show in one?

    Parameters: ``night``; ``counted`` a table's months; ``series`` and ``values`` (series, months) of it, NaN for what
    is not held or looks only partly uploaded.

    Assumes: as :func:`~upstream.stats.level_shifts.level_shifts` for each series.

    When not to use: to say when it began to the month, or why. A change of recording makes such a change too.
    """
    enough = np.flatnonzero(np.nansum(values, axis=1) >= LEAST_RECORDS)
    found = level_shifts(values[enough])
    candidates = tuple(_candidates(series, values, enough, found))
    stand, left_out = _not_of_one(night, counted, series, candidates)
    made = tuple(_signal(night, counted, series[one.row], one) for one in stand)
    return Shifts(made, int(np.isfinite(found.p).sum()), left_out)


def _candidates(
    series: Sequence[Series], values: NDArray[np.float64], rows: NDArray[np.int64], found: LevelShifts
) -> Iterator[_Shift]:
    """Whole and small areas, and series that carry over and those that do not, judged as families of their own."""
    small = np.array([series[row].small_area is not None for row in rows], bool)
    for where, carries in product((small, ~small), (found.dependent, ~found.dependent)):
        family = where & carries & np.isfinite(found.p)
        q = benjamini_hochberg(found.p[family])
        out = stands_out(q, level=FALSE_SHARE)
        cut = FALSE_SHARE * float(out.sum()) / max(q.size, 1)
        for at, own in zip(np.flatnonzero(family)[out], q[out], strict=True):
            yield _Shift(
                int(rows[at]), values[rows[at]], int(found.length[at]), float(found.expected[at]), float(found.p[at]),
                float(own), cut, bool(found.dependent[at]), q.size,
            )  # fmt: skip


def _not_of_one(
    night: Night, counted: MonthlyCounts, series: Sequence[Series], found: Sequence[_Shift]
) -> tuple[list[_Shift], Counter[str]]:
    """Changes that stand without their busiest address and their most frequent victim."""
    stand, left_out = [], Counter[str]()
    last = counted.first + (counted.months - 1)
    by_first: dict[Month, OfOnes] = {}
    for one in found:
        own = series[one.row]
        if own.small_area is not None and counted.table in ADDRESSES:
            # what a low month is low against are the months before it
            first = last - (one.months - 1) if one.count > one.expected else counted.first
            if first not in by_first:
                codes = [series[other.row].small_area or "" for other in found]
                by_first[first] = of_ones(night, counted.table, codes, first.first_day, last.last_day)
            if not _stands(one, left_without_one(*by_first[first][own.small_area, own.type])):
                left_out[MANY_AT_ONE] += 1
                continue
        stand.append(one)
    return stand, left_out


def _stands(one: _Shift, left: int) -> bool:
    if one.count <= one.expected:
        return left > 0
    of = forecast(one.values[: -one.months], one.months)
    return of is not None and left > of.expected and of.p(left) * len(LENGTHS) <= one.cut


def _signal(night: Night, counted: MonthlyCounts, own: Series, one: _Shift) -> Signal:
    last = counted.first + (counted.months - 1)
    first = last - (one.months - 1)
    kind: Kind = "high_volume" if one.count > one.expected else "low_volume"
    each = counted.harm.get((own.area, own.type), counted.harm.get((None, own.type), 0.0))
    of = forecast(one.values[: -one.months], one.months)
    reach = USUAL * float(np.sqrt(of.variance)) if of else 0.0
    things = "incidents" if counts_incidents(counted.table, (own.type,)) else "crimes"
    small = () if own.small_area is None else (own.small_area,)
    return Signal(
        key=key_of(kind, (own.type,), own.area, small, f"{first} to {last}"),
        kind=kind,
        types=(own.type,),
        area=own.area,
        small_areas=small,
        place=night.place(own.area, own.small_area),
        first=first.first_day,
        last=last.last_day,
        count=one.count,
        expected=one.expected,
        p=one.p,
        recurrence_days=None if one.dependent else DAYS_A_MONTH / max(one.p * one.tested, np.finfo(float).tiny),
        false_alarm_share=None if one.dependent else FALSE_SHARE,
        harm_days=abs(one.count - one.expected) * each,
        figures=_figures(counted, one, reach),
        evidence=(
            f"{own.type} in {night.place(own.area, own.small_area)}: {one.count:,} {things} recorded in the "
            f"{one.months} months {first.label} to {last.label}, where {one.expected:,.1f} would be usual by the level "
            f"and season before ({max(one.expected - reach, 0):,.0f} to {one.expected + reach:,.0f} in 19 cases of 20)."
        ),
        method=METHOD,
        tables={counted.table: counted.version},
    )


def _figures(counted: MonthlyCounts, one: _Shift, reach: float) -> dict[str, Any]:
    shown = one.values[-(SHOWN_MONTHS + one.months) :]
    return {
        "table": counted.table,
        "months": one.months,
        "usual_low": max(one.expected - reach, 0.0),
        "usual_high": one.expected + reach,
        "q": one.q,
        "first_month": str(counted.first + (counted.months - shown.size)),
        "counts": [None if np.isnan(value) else int(value) for value in shown],
        "looked_at": one.tested,
        "carries_over": one.dependent,
    }
