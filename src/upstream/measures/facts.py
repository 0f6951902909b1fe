"""Answers laid out as arrays: whole numbers by area label and day or month, and each measure's own months."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from upstream.measures.definition import Definition, Tally, pooling
from upstream.measures.engines import Answer
from upstream.measures.filters import admits
from upstream.measures.questions import FIXED_POINT, QuestionKey, Sum, other_question_keys
from upstream.measures.result import FORCE, NOT_KNOWN, Floats, Ints
from upstream.periods import Month
from upstream.records.contract import contract
from upstream.records.quality import PartMonth, category_column

LEAST_SHARE: Final = 0.005
"""An area that the settings do not name is shown when it has at least this share of a table's rows."""
UNUSABLE: Final = -1
"""Histogram value of rows that a duration cannot use."""


@dataclass(frozen=True)
class Frame:
    """The labels and months that every array is laid out by.

    ``labels`` are the force, its areas and :data:`NOT_KNOWN`; ``months`` are consecutive; ``force_codes`` are the area
    codes that stand for the whole force in returns.
    """

    labels: tuple[str, ...]
    months: tuple[Month, ...]
    force_codes: tuple[str, ...] = (FORCE,)

    @property
    def first_day(self) -> dt.date:
        return self.months[0].first_day

    @property
    def days(self) -> int:
        return (self.months[-1].last_day - self.first_day).days + 1

    @property
    def month_starts(self) -> NDArray[np.int64]:
        """Day offset of each month's first day, shape (n_months,)."""
        return np.array([(month.first_day - self.first_day).days for month in self.months])

    @property
    def rows(self) -> dict[str, int]:
        """Row of each label, the codes that stand for the force among them."""
        return {label: at for at, label in enumerate(self.labels)} | dict.fromkeys(self.force_codes, 0)

    def positions(self, labels: pa.Array) -> NDArray[np.int64]:
        """Row of each label; labels that are no area go to ``NOT_KNOWN``."""
        index = self.rows
        last = index[NOT_KNOWN]
        encoded = pc.dictionary_encode(labels)
        known = np.array([index.get(label, last) for label in encoded.dictionary.to_pylist()], dtype=np.int64)
        return np.asarray(known[np.asarray(encoded.indices)] if len(known) else np.zeros(0, dtype=np.int64))


@dataclass(frozen=True)
class DailyFacts:
    """One table by label and day: ``rows`` (n_labels, n_days) and each sum; the force is the sum of all labels."""

    rows: Ints
    sums: dict[Sum, Ints]


@dataclass(frozen=True)
class Histogram:
    """Values and how many rows have them, by label and month.

    ``value`` and ``n`` are sorted by cell (label x month) and value; ``starts`` (n_labels x n_months + 1,) says where
    each cell begins.
    """

    value: Ints
    n: Ints
    starts: Ints
    months: int

    def at(self, label: int, months: Sequence[int]) -> tuple[Ints, Ints]:
        """Different values, ascending, and their counts in one label over some months."""
        cells = [label * self.months + month for month in months]
        pieces = [slice(self.starts[cell], self.starts[cell + 1]) for cell in cells]
        value = np.concatenate([self.value[piece] for piece in pieces])
        n = np.concatenate([self.n[piece] for piece in pieces])
        if len(pieces) == 1:
            return value, n
        values, inverse = np.unique(value, return_inverse=True)
        return values, np.bincount(inverse, weights=n, minlength=values.size).astype(np.int64)


def histograms_of(answer: Answer, frame: Frame) -> tuple[Histogram, ...]:
    """A histogram for each sum of an answer, rows in any order; the force has all rows, whatever their label."""
    rows = answer.rows
    label, value = frame.positions(_array(rows, "label")), _whole(rows, "value")
    cell = label * len(frame.months) + _whole(rows, "month") - frame.months[0].index
    span = int(value.max(initial=UNUSABLE)) - UNUSABLE + 1
    place = np.concatenate((cell % len(frame.months), cell)) * span + np.tile(value - UNUSABLE, 2)
    order = np.argsort(place)
    place = place[order]
    at = np.flatnonzero(np.diff(place, prepend=-1))
    found = []
    for column in range(len(answer.question.sums)):
        n = np.tile(_whole(rows, f"s{column}"), 2)[order]
        total = np.add.reduceat(n, at) if at.size else n
        some = np.flatnonzero(total)
        where = place[at[some]]
        starts = np.searchsorted(where, np.arange(len(frame.labels) * len(frame.months) + 1) * span)
        found.append(Histogram(where % span + UNUSABLE, total[some], starts, len(frame.months)))
    return tuple(found)


@dataclass(frozen=True)
class MonthlyFacts:
    """A measure's own months.

    Attributes
    ----------
    numerator : (n_labels, n_months) floats
        Count, sum or hits of each month.
    denominator : same shape or None
    held : (n_labels, n_months) bools
        Whether the records of the month are held.
    histogram : Histogram or None
        Of a duration, in seconds or days.
    weights_squared, answers, hits : same shape or None
        Of a weighted proportion: sum of squared weights, unweighted answers and unweighted answers in the numerator.
    daily : tuple of (n_labels, n_days) floats
        Numerator and denominator by day where they can be added up by day; else empty.
    part : (n_labels, n_months) bools or None
        Months whose upload looks incomplete for what this measure counts in an area; ``None``: none.
    """

    numerator: Floats
    denominator: Floats | None
    held: NDArray[np.bool_]
    histogram: Histogram | None = None
    weights_squared: Floats | None = None
    answers: Floats | None = None
    hits: Floats | None = None
    daily: tuple[Floats, ...] = ()
    part: NDArray[np.bool_] | None = None


@dataclass
class Facts:
    """Every answer, laid out by one frame; ``part`` has what looks too low in each incomplete month of a table."""

    frame: Frame
    daily: dict[str, DailyFacts] = field(default_factory=dict)
    other: dict[QuestionKey, Answer] = field(default_factory=dict)
    sql: dict[object, str] = field(default_factory=dict)
    histograms: dict[QuestionKey, tuple[Histogram, ...]] = field(default_factory=dict)
    part: Mapping[str, Mapping[Month, tuple[PartMonth, ...]]] = field(default_factory=dict)


def labels_of(answers: Sequence[Answer], areas: Sequence[str], force_codes: Sequence[str]) -> tuple[str, ...]:
    """The force, its areas and the not-known line.

    When no areas are given, every area named in a fair share of some table's rows: police.uk points now and then fall
    in a district far away, which is no area of the force.
    """
    found = list(areas)
    if not found:
        named: set[str] = set()
        for answer in answers:
            totals = answer.rows.group_by("label").aggregate([("rows", "sum")])
            least = LEAST_SHARE * (pc.sum(totals.column("rows_sum")).as_py() or 0)
            named |= {row["label"] for row in totals.to_pylist() if row["rows_sum"] >= least}
        found = sorted(named - {NOT_KNOWN, FORCE, *force_codes})
    return (FORCE, *found, NOT_KNOWN)


def lay_out_daily(answer: Answer, frame: Frame) -> DailyFacts:
    """Arrays of a daily answer."""
    rows = answer.rows
    label = frame.positions(_array(rows, "label"))
    offset = (_array(rows, "day").cast(pa.date32()).cast(pa.int32()).to_numpy() - _epoch_day(frame.first_day)).astype(
        np.int64
    )
    by_force = answer.question.tables == ("returns",)
    shape = (len(frame.labels), frame.days)

    def spread(name: str) -> Ints:
        grid = np.zeros(shape, dtype=np.int64)
        np.add.at(grid, (label, offset), _whole(rows, name))
        if not by_force:
            grid[0] = grid.sum(axis=0)
        return grid

    sums = {one: spread(f"s{at}") for at, one in enumerate(answer.question.sums)}
    return DailyFacts(spread("rows"), sums)


def _epoch_day(day: dt.date) -> int:
    return (day - dt.date(1970, 1, 1)).days


def _array(rows: pa.Table, name: str) -> pa.Array:
    return rows.column(name).combine_chunks()


def _whole(rows: pa.Table, name: str) -> Ints:
    """A column of whole numbers; an empty sum is zero."""
    return np.asarray(pc.fill_null(_array(rows, name).cast(pa.int64()), 0).to_numpy(), dtype=np.int64)


def _by_month(grid: Ints, frame: Frame) -> Ints:
    return np.add.reduceat(grid, frame.month_starts, axis=1)


def monthly_facts(definition: Definition, facts: Facts) -> MonthlyFacts:
    """The months of one measure from the answers."""
    made = _counted(definition, facts, _held(definition, facts))
    part = _part(definition, facts)
    return replace(made, part=part) if part.any() else made


def _part(definition: Definition, facts: Facts) -> NDArray[np.bool_]:
    """Months in which what the measure may count is far too low, as after an incomplete upload.

    What is low in the whole force concerns every area; what is low in one area, that area and the force.
    """
    frame = facts.frame
    rows = frame.rows
    found = np.zeros((len(frame.labels), len(frame.months)), dtype=bool)
    for tally in (definition.numerator, definition.denominator, definition.linked):
        for month, low in facts.part.get(tally.table, {}).items() if tally is not None else ():
            at = month.index - frame.months[0].index
            if tally is None or not 0 <= at < len(frame.months):
                continue
            for one in low:
                if may_count(tally, one):
                    own = rows.get(one.area, rows[NOT_KNOWN]) if one.area is not None else slice(None)
                    found[own, at] = found[0, at] = True
    return found


def may_count(tally: Tally, low: PartMonth) -> bool:
    """Whether what is too low in a month may be among what is counted."""
    column = category_column(contract(tally.table))
    if column is None or low.category is None or tally.filter is None:
        return True
    return admits(tally.filter.condition, column.name, low.category) is not False


def _counted(definition: Definition, facts: Facts, held: NDArray[np.bool_]) -> MonthlyFacts:
    match definition.kind:
        case "duration":
            return _of_histogram(definition, facts, held)
        case "holders":
            return _of_holders(definition, facts, held)
        case "repeat" | "linked_share":
            (key,) = other_question_keys(definition)
            people, hits = (_grid(facts, key, name) for name in ("n", "hits"))
            if definition.statistic == "people":
                return MonthlyFacts(hits, None, held)
            return MonthlyFacts(hits, people, held)
        case _:
            return _of_sums(definition, facts, held)


def _held(definition: Definition, facts: Facts) -> NDArray[np.bool_]:
    """Months with any row in every table read; for returns, with a row of this very return (in the area, too)."""
    frame = facts.frame
    held = np.ones((len(frame.labels), len(frame.months)), dtype=bool)
    for tally in (definition.numerator, definition.denominator, definition.linked):
        if tally is None:
            continue
        if tally.table == "returns" and not tally.distinct:
            held &= _returned(tally, facts)
        else:
            held &= (_by_month(facts.daily[tally.table].rows, frame)[0] > 0)[None, :]
    return held


def _returned(tally: Tally, facts: Facts) -> NDArray[np.bool_]:
    rows = _by_month(facts.daily["returns"].sums[Sum(tally.filter)], facts.frame) > 0
    areas = rows[1:-1]
    usual = areas.any(axis=1)
    all_areas = areas[usual].all(axis=0) if usual.any() else np.zeros(rows.shape[1], dtype=bool)
    rows[0] |= all_areas
    return rows


def _tally_by_day(tally: Tally, weight: str | None, facts: Facts) -> Floats:
    one = Sum(tally.filter, weight or tally.column)
    grid = facts.daily[tally.table].sums[one].astype(np.float64)
    if tally.table == "returns":
        # a figure for the whole force stands; where there is none, the force is the sum of its areas
        own = facts.daily["returns"].sums[Sum(tally.filter)][0] > 0
        grid[0] = np.where(own, grid[0], grid[1:].sum(axis=0))
    return grid / FIXED_POINT if one.scaled else grid


def _last_of_month(by_day: Floats, rows: Ints, frame: Frame) -> Floats:
    """Only the last figure of each month: a stock returned twice in a month is not added, and a last 0 counts."""
    given = rows > 0
    given[0] |= given[1:].any(axis=0)
    kept = np.zeros_like(by_day)
    for start, end in zip(frame.month_starts, [*frame.month_starts[1:], frame.days], strict=True):
        for row in range(by_day.shape[0]):
            on = np.flatnonzero(given[row, start:end])
            if on.size:
                kept[row, start + on[-1]] = by_day[row, start + on[-1]]
    return kept


def _of_sums(definition: Definition, facts: Facts, held: NDArray[np.bool_]) -> MonthlyFacts:
    frame = facts.frame
    above, below, weight = definition.numerator, definition.denominator, definition.weight
    daily: list[Floats] = []

    def months(tally: Tally) -> Floats:
        if tally.distinct:
            return _grid(facts, ("distinct", tally), "n")
        by_day = _tally_by_day(tally, weight, facts)
        if definition.kind == "level" and tally.table == "returns":
            by_day = _last_of_month(by_day, facts.daily["returns"].sums[Sum(tally.filter)], frame)
        daily.append(by_day)
        return np.add.reduceat(by_day, frame.month_starts, axis=1)

    if above is None:
        raise ValueError(f"{definition.key} counts nothing")
    numerator = months(above)
    denominator = months(below) if below is not None else None
    by_day = tuple(daily) if len(daily) == (1 if below is None else 2) and pooling(definition) != "last" else ()
    if weight is None or below is None:
        return MonthlyFacts(numerator, denominator, held, daily=by_day)
    sums = facts.daily[below.table].sums
    return MonthlyFacts(
        numerator,
        denominator,
        held,
        weights_squared=_by_month(sums[Sum(below.filter, weight, squared=True)], frame) / FIXED_POINT**2,
        answers=_by_month(sums[Sum(below.filter)], frame).astype(np.float64),
        hits=_by_month(sums[Sum(above.filter)], frame).astype(np.float64),
        daily=by_day,
    )


def _grid(facts: Facts, key: QuestionKey, name: str) -> Floats:
    """A monthly answer with its own force row, as (n_labels, n_months)."""
    frame, rows = facts.frame, facts.other[key].rows
    grid = np.zeros((len(frame.labels), len(frame.months)))
    label = frame.positions(_array(rows, "label"))
    month = _whole(rows, "month") - frame.months[0].index
    np.add.at(grid, (label, month), _whole(rows, name))
    return grid


def _of_histogram(definition: Definition, facts: Facts, held: NDArray[np.bool_]) -> MonthlyFacts:
    """Rows used, by month."""
    (key,) = other_question_keys(definition)
    if definition.numerator is None:
        raise ValueError(f"{definition.key} counts nothing")
    answer, frame = facts.other[key], facts.frame
    if key not in facts.histograms:
        facts.histograms[key] = histograms_of(answer, frame)
    histogram = facts.histograms[key][answer.question.sums.index(Sum(definition.numerator.filter))]
    usable = np.concatenate(([0], np.cumsum(np.where(histogram.value == UNUSABLE, 0, histogram.n))))
    used = np.diff(usable[histogram.starts]).reshape(len(frame.labels), len(frame.months))
    return MonthlyFacts(used.astype(np.float64), None, held, histogram=histogram)


def _of_holders(definition: Definition, facts: Facts, held: NDArray[np.bool_]) -> MonthlyFacts:
    (key,) = other_question_keys(definition)
    rows, frame = facts.other[key].rows, facts.frame
    rows_held = _whole(rows, "value")
    chosen = rows_held >= definition.at_least
    if definition.at_most is not None:
        chosen &= rows_held <= definition.at_most
    label, month = frame.positions(_array(rows, "label")), _whole(rows, "month") - frame.months[0].index
    grid = np.zeros((len(frame.labels), len(frame.months)))
    np.add.at(grid, (label[chosen], month[chosen]), _whole(rows, "n")[chosen])
    return MonthlyFacts(grid, None, held)


def held_months(facts: Facts) -> Mapping[str, NDArray[np.bool_]]:
    """For each table read by day, which months have any row."""
    return {table: _by_month(daily.rows, facts.frame)[0] > 0 for table, daily in facts.daily.items()}
