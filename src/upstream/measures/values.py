"""Figures of one measure in one area: months, rolling windows and years to date, missing where a month is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from upstream.measures.definition import Definition, pooling
from upstream.measures.facts import UNUSABLE, MonthlyFacts
from upstream.measures.result import Floats, State, Value
from upstream.measures.source_tables import source_table
from upstream.periods import Month
from upstream.stats.intervals import wilson_interval_of_share
from upstream.stats.quantiles import quantile_interval_of_histogram, quantile_of_values
from upstream.units import PER_1000, PERCENT

NAN: Final = float("nan")
SECONDS: Final = {"seconds": 1.0, "minutes": 60.0, "days": 86_400.0}
ROLLING: Final = {"month": 1, "rolling_3": 3, "rolling_6": 6, "rolling_12": 12}
LAST_MONTHS: Final = {"month": range(1, 13), "quarter": (3, 6, 9, 12), "year": (3,), "occasion": range(1, 13)}
"""Calendar months in which a figure of each frequency ends."""


@dataclass(frozen=True)
class Line:
    """One measure in one area over consecutive months.

    Attributes
    ----------
    definition : Definition
    area : str
    label : int
        Row of the area in the facts.
    months : tuple of Month
    facts : MonthlyFacts
    population : float
        Residents, for a rate; NaN when not known.
    wanted : (n_months,) bools
        Months in which a figure is expected.
    held : (n_months,) bools
        Months whose records are held in full.
    part : (n_months,) bools
        Months whose upload looks incomplete: shown as part, never as a figure.
    breaks : tuple of int
        Indices of the first month after each change of recording in this area.
    """

    definition: Definition
    area: str
    label: int
    months: tuple[Month, ...]
    facts: MonthlyFacts
    population: float
    wanted: NDArray[np.bool_]
    held: NDArray[np.bool_]
    part: NDArray[np.bool_]
    breaks: tuple[int, ...]

    @property
    def numerator(self) -> Floats:
        return np.where(self.wanted & self.held, self.facts.numerator[self.label], NAN)

    @property
    def denominator(self) -> Floats:
        if self.facts.denominator is None:
            return np.full(len(self.months), NAN)
        return np.where(self.wanted & self.held, self.facts.denominator[self.label], NAN)

    @property
    def states(self) -> tuple[State, ...]:
        return tuple(
            "not_applicable" if not w else "held" if h else "part" if p else "missing"
            for w, h, p in zip(self.wanted, self.held, self.part, strict=True)
        )

    def at(self, month: Month) -> int:
        """Index of a month; negative when it is before the first."""
        return month.index - self.months[0].index


def make_line(
    definition: Definition, area: str, label: int, months: tuple[Month, ...], facts: MonthlyFacts, population: float
) -> Line:
    """The line of one area, its expected and held months worked out."""
    part = facts.held[label] & (facts.part[label] if facts.part is not None else False)
    held = facts.held[label] & ~part
    wanted = np.array([month.month in LAST_MONTHS[definition.frequency] for month in months])
    anywhere = np.flatnonzero(facts.held[0])
    first = int(anywhere[0]) if anywhere.size else len(months)
    if definition.starts is not None:
        first = max(first, definition.starts.index - months[0].index)
    wanted[: max(first, 0)] = False
    if definition.lag_months:
        wanted[len(months) - definition.lag_months :] = False
    if definition.frequency == "occasion":
        wanted &= held
    if definition.kind == "repeat" and anywhere.size:
        held[: int(anywhere[0]) + definition.window_months] = False
    breaks = tuple(b.start.index - months[0].index for b in definition.breaks if b.concerns(area))
    return Line(definition, area, label, months, facts, population, wanted, held, part, breaks)


def monthly_values(line: Line) -> Floats:
    """Each month's own value in the measure's unit, NaN when missing, shape (n_months,)."""
    if line.facts.histogram is not None:
        return np.array([over(line, [at]).value for at in range(len(line.months))])
    return _scaled(line, line.numerator, line.denominator)


def windowed_values(line: Line, monthly: Floats) -> Floats:
    """The headline value of the window that ends in each month, shape (n_months,)."""
    if line.definition.window == "month":
        return monthly
    return np.array([over(line, window(line, at, line.definition.window)).value for at in range(len(line.months))])


def window(line: Line, at: int, name: str) -> list[int]:
    """Indices of the months of a window that ends at ``at``; negative ones lie before the first month."""
    if name == "year_to_date":
        return list(range(line.at(line.months[at].financial_year.first_month), at + 1))
    return list(range(at - ROLLING[name] + 1, at + 1))


def over(line: Line, months: Sequence[int], *, interval: bool = False) -> Value:
    """The figure for some consecutive months together.

    A sum needs every month. A ratio, quantile or proportion also needs every month from the measure's start on, but may
    build up: months before its start are left out and said. Nothing reaches across a change of recording; a window that
    builds up starts anew there.
    """
    before_break = 0
    if line.definition.builds_up:
        since = _since_break(line, months)
        before_break, months = len(months) - len(since), since
    how = pooling(line.definition)
    if how == "last":
        months = list(months)[-1:]
    elif how == "none" and len(months) > 1:
        return Value(NAN, NAN, NAN, "not_applicable", 0, len(months))
    inside = [at for at in months if at >= 0]
    expected = [at for at in inside if line.wanted[at]]
    held = [at for at in expected if line.held[at]]
    lacking = before_break + len(months) - len(inside)
    lacking += len(inside) - len(expected) if line.definition.frequency == "month" else 0
    total = len(expected) + lacking
    crossed = any(months[0] < b <= months[-1] for b in line.breaks)
    if not expected:
        return Value(NAN, NAN, NAN, "not_applicable", 0, total)
    build_up = how == "pool" and (line.definition.starts is not None or line.definition.builds_up)
    if len(held) < len(expected) or crossed or (lacking and not build_up):
        state: State = "part" if held or line.part[expected].any() else "missing"
        return Value(NAN, NAN, NAN, state, len(held), total)
    made = (
        _from_histogram(line, held, interval) if line.facts.histogram is not None else _from_sums(line, held, interval)
    )
    return Value(made[0], made[1], made[2], "part" if lacking else "held", len(held), total, made[3], made[4])


def _since_break(line: Line, months: Sequence[int]) -> Sequence[int]:
    """The months from the last change of recording on."""
    since = max([b for b in line.breaks if months[0] < b <= months[-1]], default=months[0])
    return [at for at in months if at >= since]


def _scaled(line: Line, above: Floats, below: Floats) -> Floats:
    kind = line.definition.kind
    if kind == "rate":
        return above * PER_1000 / line.population
    if kind in ("count", "level", "holders") or line.facts.denominator is None:
        return above
    share: Floats = np.divide(above, below, out=np.full(above.shape, NAN), where=below > 0)
    return share * PERCENT if line.definition.unit == "percent" else share


def _from_sums(line: Line, months: Sequence[int], interval: bool) -> tuple[float, float, float, float, float]:
    above = float(line.facts.numerator[line.label, months].sum())
    grid = line.facts.denominator
    below = NAN if grid is None else float(grid[line.label, months].sum())
    value = float(_scaled(line, np.array([above]), np.array([below]))[0])
    low = high = NAN
    share = line.definition.unit == "percent" and line.definition.of_separate_events
    if interval and share and below > 0 and 0 <= above <= below:
        found = wilson_interval_of_share(above / below, effective_answers(line, months))
        low, high = found.lower * PERCENT, found.upper * PERCENT
    return value, above, below, low, high


def effective_answers(line: Line, months: Sequence[int]) -> float:
    """The denominator of some months; of a weighted survey Kish's effective number of answers."""
    if line.facts.denominator is None:
        return NAN
    below = float(line.facts.denominator[line.label, months].sum())
    if line.facts.weights_squared is None:
        return below
    squares = float(line.facts.weights_squared[line.label, months].sum())
    return below**2 / squares if squares > 0 else 0.0


def _from_histogram(line: Line, months: Sequence[int], interval: bool) -> tuple[float, float, float, float, float]:
    if line.facts.histogram is None:
        raise ValueError(f"{line.definition.key} has no histogram")
    values, n = line.facts.histogram.at(line.label, months)
    if values.size and values[0] == UNUSABLE:
        values, n = values[1:], n[1:]
    used = float(n.sum())
    if used == 0:
        return NAN, 0.0, NAN, NAN, NAN
    unit = _unit_size(line)
    if line.definition.statistic == "mean":
        return float((values * n).sum()) / used / unit, used, NAN, NAN, NAN
    share = 0.5 if line.definition.percentile is None else line.definition.percentile / PERCENT
    low = high = NAN
    if interval:
        # the ends are order statistics, so the places of the values that occur do as well as the values
        found = quantile_interval_of_histogram(n, share)
        low, high = (values[int(end)] / unit if np.isfinite(end) else NAN for end in (found.lower, found.upper))
    return quantile_of_values(values, n, share) / unit, used, NAN, low, high


def _unit_size(line: Line) -> float:
    """How many of the histogram's seconds or days make one of the measure's unit."""
    name = line.definition.duration_from or ""
    main = line.definition.numerator
    if main is None:
        raise ValueError(f"{line.definition.key} counts nothing")
    in_days = line.definition.unit == "days" and _is_date(main.table, name)
    return 1.0 if in_days else SECONDS[line.definition.unit] / (86_400.0 if _is_date(main.table, name) else 1.0)


def _is_date(table: str, column: str) -> bool:
    return source_table(table).columns[column].type == "date"


def left_out(line: Line, at: int) -> int:
    """Rows of a month that a duration could not use."""
    if line.facts.histogram is None:
        return 0
    values, n = line.facts.histogram.at(line.label, [at])
    return int(n[0]) if values.size and values[0] == UNUSABLE else 0
