"""Exceptional volumes: a last month, or last months together, with far more, or far fewer, of a type than before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from upstream.measures.crime_types import counts_incidents, type_by_key
from upstream.periods import Month
from upstream.places.areas import areas_of_small_areas
from upstream.records.quality import MonthFact, month_facts
from upstream.scan.exceptional import Exceptional, exceptional
from upstream.scan.households import ADDRESSES, MANY_AT_ONE, left_without_one, of_ones
from upstream.scan.monthly_counts import SHARED_POINTS, MonthlyCounts, Series, monthly_counts
from upstream.scan.night import Night
from upstream.scan.shifts import shifts
from upstream.scan.signals import Kind, Signal, key_of
from upstream.stats.count_limits import count_limits
from upstream.stats.false_alarms import outside_p
from upstream.stats.level_shifts import BASELINE, LENGTHS

BASELINE_MONTHS: Final = 24
"""Months before the judged one that it is compared with, as far as they are held: two of every month of the year."""
READ_MONTHS: Final = BASELINE + max(LENGTHS)
"""Months read, the judged one among them: what a lasting change is compared with."""
DAYS_A_MONTH: Final = 365.25 / 12
TABLES: Final = ("crimes", "incidents", "street_crimes")
METHOD: Final = (
    f"Counts of the month against the {BASELINE_MONTHS} months before, as far as held: two-sided chance by the "
    "distribution suited to the count (Poisson or negative binomial under ten a month, t above); false-discovery rate "
    "of Benjamini and Hochberg over every place and type looked at, whole areas and small areas apart, series whose "
    "months carry over into one another apart."
)


@dataclass(frozen=True)
class Volumes:
    """What a table's months gave.

    Attributes
    ----------
    signals
        Of exceptional volumes.
    looked_at
        Series of which the last month was tested.
    lasting_looked_at
        Series of which the last months together were tested.
    left_out
        Candidates left out, by reason.
    version
        Of the table.
    """

    signals: tuple[Signal, ...]
    looked_at: int
    lasting_looked_at: int
    left_out: Counter[str]
    version: int


class _Found(NamedTuple):
    """One exceptional count: its row, whether it is high, and the cut that p values of its family had to make."""

    row: int
    high: bool
    cut: float


def volumes(night: Night, table: str) -> Volumes | None:
    """Exceptional volumes of the last whole month of a table; ``None`` when that month is not held.

    Question: where was there more, or less, of some crime than in the months before, in the last month or for some
    months now?

    Parameters: ``night``; ``table`` one of :data:`TABLES`.

    Assumes: what is recorded is what is counted, by the day it was recorded. Months that are missing, or look only
    partly uploaded for the place and type, are neither judged nor compared with.

    When not to use: to say why. Recording changes make exceptional volumes too.
    """
    judged = night.last_month
    facts = _facts(night, table)
    if judged not in facts or facts[judged].state == "missing":
        return None
    first = max(min(facts), judged - (READ_MONTHS - 1))
    counted = monthly_counts(
        night.store, table, first, judged, night.scope, areas=tuple(night.areas), force=night.force
    )  # fmt: skip
    kept = [at for at, one in enumerate(counted.series) if _looked_at(one, night, table)]
    series = tuple(counted.series[at] for at in kept)
    values = _known(counted, kept, series, facts)
    lasting = shifts(night, counted, series, values)
    values = values[:, -(BASELINE_MONTHS + 1) :]
    looked, found = _judged(series, values)
    rest, left_out = _not_of_one(night, counted, series, values, found)
    made = tuple(_signal(night, counted, series[one.row], values[one.row], result, at) for one, result, at in rest)
    return Volumes(
        (*made, *lasting.signals), looked, lasting.looked_at, left_out + lasting.left_out, counted.version
    )  # fmt: skip


def _facts(night: Night, table: str) -> dict[Month, MonthFact]:
    carried = areas_of_small_areas(night.store, tuple(night.areas)) if table in SHARED_POINTS else None
    facts = month_facts(night.store, table, night.force, area_of=carried)
    return {fact.month: fact for fact in facts if fact.month <= night.last_month}


def _looked_at(one: Series, night: Night, table: str) -> bool:
    """The force only when all of it may be read; a small area only where it can be told that it is not one address."""
    if one.area is None:
        return night.whole_force
    return one.small_area is None or table in ADDRESSES | SHARED_POINTS


def _known(
    counted: MonthlyCounts, kept: Sequence[int], series: Sequence[Series], facts: dict[Month, MonthFact]
) -> NDArray[np.float64]:
    """Counts with NaN for what is not held, or looks only partly uploaded, in each series."""
    values = counted.counts[kept].astype(np.float64)
    types = type_by_key(counted.table)
    for month, fact in facts.items():
        column = month.index - counted.first.index
        if not 0 <= column < counted.months:
            continue
        if fact.state == "missing":
            values[:, column] = np.nan
        for low in fact.low:
            for row, one in enumerate(series):
                here = None in (low.area, one.area) or low.area == one.area
                if here and (low.category is None or types.get(low.category) == one.type):
                    values[row, column] = np.nan
    return values


def _judged(series: Sequence[Series], values: NDArray[np.float64]) -> tuple[int, list[tuple[_Found, Exceptional, int]]]:
    """Every exceptional series, whole areas and small areas judged as families of their own."""
    small = np.array([one.small_area is not None for one in series], bool)
    looked, found = 0, []
    for family in (np.flatnonzero(~small), np.flatnonzero(small)):
        result = exceptional(values[family, -1], values[family, :-1])
        looked += result.tested
        for at in np.flatnonzero(result.out):
            high = bool(values[family[at], -1] > result.expected[at])
            found.append((_Found(int(family[at]), high, result.cut(bool(result.dependent[at]))), result, int(at)))
    return looked, found


# --- nothing of one household --------------------


def _not_of_one(
    night: Night,
    counted: MonthlyCounts,
    series: Sequence[Series],
    values: NDArray[np.float64],
    found: Sequence[tuple[_Found, Exceptional, int]],
) -> tuple[list[tuple[_Found, Exceptional, int]], Counter[str]]:
    """Candidates that stand without their busiest address and their most frequent victim."""
    small = [one for one in found if series[one[0].row].small_area is not None]
    if counted.table not in ADDRESSES or not small:
        return list(found), Counter()
    last = counted.first + (counted.months - 1)
    highs = of_ones(night, counted.table, _codes(series, small, high=True), last.first_day, last.last_day)
    lows = of_ones(night, counted.table, _codes(series, small, high=False), counted.first.first_day, last.last_day)
    rest, left_out = [], Counter[str]()
    for one in found:
        own = series[one[0].row]
        if own.small_area is not None:
            addresses, victims = (highs if one[0].high else lows)[own.small_area, own.type]
            if not _stands(one[0], values[one[0].row], left_without_one(addresses, victims)):
                left_out[MANY_AT_ONE] += 1
                continue
        rest.append(one)
    return rest, left_out


def _codes(series: Sequence[Series], of: Iterable[tuple[_Found, Exceptional, int]], *, high: bool) -> list[str]:
    """Small areas of the high candidates, or of the low ones."""
    return [series[one[0].row].small_area or "" for one in of if one[0].high == high]


def _stands(found: _Found, values: NDArray[np.float64], left: int) -> bool:
    """Whether it would be exceptional without its busiest one; a low month stands on the records it is low against."""
    if not found.high:
        return left > 0
    before = values[:-1]
    return left > float(np.nanmean(before)) and outside_p(left, before, of_counts=True) <= found.cut


# --- in words ------------------------------------


def _by_small_area(counted: MonthlyCounts, own: Series) -> dict[str, int]:
    """Records of the month in each small area of an area, for its map; nothing for a small area itself."""
    if own.small_area is not None:
        return {}
    found: Counter[str] = Counter()
    for one, row in zip(counted.series, counted.counts, strict=True):
        if one.small_area is not None and own.area in (None, one.area):
            found[one.small_area] += int(row[-1]) if one.type == own.type else 0
    return dict(sorted(found.items()))


def _signal(
    night: Night, counted: MonthlyCounts, own: Series, values: NDArray[np.float64], result: Exceptional, at: int
) -> Signal:
    month = counted.first + (counted.months - 1)
    count, expected, p = int(values[-1]), float(result.expected[at]), float(result.p[at])
    kind: Kind = "high_volume" if count > expected else "low_volume"
    limits = count_limits(values[:-1])
    dependent = bool(result.dependent[at])
    small = () if own.small_area is None else (own.small_area,)
    each = counted.harm.get((own.area, own.type), counted.harm.get((None, own.type), 0.0))
    held = int(np.isfinite(values[:-1]).sum())
    things = "incidents" if counts_incidents(counted.table, (own.type,)) else "crimes"
    figures: dict[str, Any] = {
        "table": counted.table,
        "usual_low": float(limits.lower),
        "usual_high": float(limits.upper),
        "q": float(result.q[at]),
        "baseline_months": held,
        "first_month": str(month - (values.size - 1)),
        "counts": [None if np.isnan(value) else int(value) for value in values],
        "looked_at": result.tested,
        "carries_over": dependent,
        "by_small_area": _by_small_area(counted, own),
    }
    evidence = (
        f"{own.type} in {night.place(own.area, own.small_area)}: {count:,} {things} recorded in {month.label}, where "
        f"{expected:,.1f} would be usual by the {held} months before ({limits.lower:,.0f} to {limits.upper:,.0f} in 19 "
        "months of 20)."
    )
    return Signal(
        key=key_of(kind, (own.type,), own.area, small, str(month)),
        kind=kind,
        types=(own.type,),
        area=own.area,
        small_areas=small,
        place=night.place(own.area, own.small_area),
        first=month.first_day,
        last=month.last_day,
        count=count,
        expected=expected,
        p=p,
        recurrence_days=None if dependent else DAYS_A_MONTH / max(p * result.tested, np.finfo(float).tiny),
        false_alarm_share=None if dependent else result.level,
        harm_days=abs(count - expected) * each,
        figures=figures,
        evidence=evidence,
        method=METHOD,
        tables={counted.table: counted.version},
    )
