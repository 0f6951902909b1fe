"""A measure by day, week, month, quarter or financial year: the same facts, added up over other periods."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from upstream.errors import BadInput
from upstream.measures.asked import Asked, EngineName
from upstream.measures.definition import Definition
from upstream.measures.facts import Frame, monthly_facts
from upstream.measures.gathering import gather
from upstream.measures.result import NOT_KNOWN, Value
from upstream.measures.values import NAN, Line, make_line, over
from upstream.periods import Month
from upstream.store import Snapshot
from upstream.units import PER_1000, PERCENT

Grain = Literal["day", "week", "month", "quarter", "year"]
GRAINS: Final = ("day", "week", "month", "quarter", "year")
DAYS_IN_WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class Period:
    """One period of a measure in one area: first and last day, a label for readers, and the figure."""

    first: dt.date
    last: dt.date
    label: str
    value: Value


def by_period(
    definition: Definition,
    tables: Mapping[str, Snapshot],
    grain: Grain,
    *,
    to: Month,
    areas: Mapping[str, str],
    force: str | None = None,
    populations: Mapping[str, float] | None = None,
    engine: EngineName = "duckdb",
) -> dict[str, tuple[Period, ...]]:
    """The complete periods of a measure up to ``to``, by area, oldest first.

    Days and weeks are given for what can be added up by day; a median, a number of different people or a stock has
    none. A period of which a month is missing is missing.

    Raises
    ------
    BadInput
        No such grain, or the measure has no figure for it.
    """
    if grain not in GRAINS:
        raise BadInput(f"There is no period {grain!r}.", allowed=", ".join(GRAINS))
    facts = gather([definition], tables, Asked(to, areas, force, populations=populations), engine)
    monthly = monthly_facts(definition, facts)
    if grain in ("day", "week") and not monthly.daily:
        raise BadInput(f"{definition.key} has no figure by {grain}.", allowed="month, quarter, year")
    found = {}
    for at, area in enumerate(facts.frame.labels):
        if area == NOT_KNOWN and not monthly.numerator[at].any():
            continue
        line = make_line(definition, area, at, facts.frame.months, monthly, (populations or {}).get(area, NAN))
        found[area] = _days(line, facts.frame, grain) if grain in ("day", "week") else _months(line, grain)
    return found


def _months(line: Line, grain: Grain) -> tuple[Period, ...]:
    expected = np.flatnonzero(line.wanted)
    first = int(expected[0]) if expected.size else len(line.months)
    groups: dict[str, list[int]] = {}
    for at in range(first, len(line.months)):
        month = line.months[at]
        names = {"month": month.label, "quarter": str(month.quarter), "year": str(month.financial_year)}
        groups.setdefault(names[grain], []).append(at)
    length = {"month": 1, "quarter": 3, "year": 12}[grain]
    return tuple(
        Period(line.months[some[0]].first_day, line.months[some[-1]].last_day, name, over(line, some))
        for name, some in groups.items()
        if len(some) == length
    )


def _days(line: Line, frame: Frame, grain: Grain) -> tuple[Period, ...]:
    """Days, or whole weeks from Monday, of the months from the first held one on."""
    expected = np.flatnonzero(line.wanted & line.held)
    if not expected.size:
        return ()
    start = line.months[int(expected[0])].first_day
    step = DAYS_IN_WEEK if grain == "week" else 1
    if grain == "week" and start.weekday():
        start += dt.timedelta(days=DAYS_IN_WEEK - start.weekday())
    found = []
    last = line.months[int(np.flatnonzero(line.wanted)[-1])].last_day
    while start + dt.timedelta(days=step - 1) <= last:
        end = start + dt.timedelta(days=step - 1)
        label = f"week of {start.isoformat()}" if grain == "week" else start.isoformat()
        found.append(Period(start, end, label, _of_days(line, frame, start, end)))
        start = end + dt.timedelta(days=1)
    return tuple(found)


def _of_days(line: Line, frame: Frame, first: dt.date, last: dt.date) -> Value:
    months = {Month.of(first), Month.of(last)}
    held = all(line.held[line.at(month)] for month in months)
    if not held:
        return Value(NAN, NAN, NAN, "missing", 0, 1)
    some = slice((first - frame.first_day).days, (last - frame.first_day).days + 1)
    sums = [float(grid[line.label, some].sum()) for grid in line.facts.daily]
    value = _value(line, sums)
    return Value(value, sums[0], sums[1] if len(sums) > 1 else NAN, "held", 1, 1)


def _value(line: Line, sums: Sequence[float]) -> float:
    if line.definition.kind == "rate":
        return sums[0] * PER_1000 / line.population
    if len(sums) == 1:
        return sums[0]
    share = sums[0] / sums[1] if sums[1] else NAN
    return share * PERCENT if line.definition.unit == "percent" else share
