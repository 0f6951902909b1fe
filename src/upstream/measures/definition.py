"""What a measure is: the frozen form of a reviewed definition file.

The syntax is in ``docs/reference/measure-definition.md``; :mod:`upstream.measures.loading` reads the files.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final, Literal

from upstream.measures.filters import Filter
from upstream.measures.source_tables import source_table
from upstream.periods import Month
from upstream.units import Unit

Kind = Literal[
    "count",
    "level",
    "rate",
    "proportion",
    "ratio",
    "mean",
    "duration",
    "repeat",
    "holders",
    "linked_share",
    "page",
]
Good = Literal["higher", "lower", "within", "neither"]
Window = Literal["month", "rolling_3", "rolling_6", "rolling_12", "year_to_date"]
Frequency = Literal["month", "quarter", "year", "occasion"]
LimitsRule = Literal["two_sd", "xmr", "counts", "none"]
Comparator = Literal["at_least", "at_most", "above", "below", "between"]
Statistic = Literal["median", "mean", "percentile", "share", "people"]
Prior = Literal["offence", "month"]
Pooling = Literal["sum", "pool", "last", "none"]

KIND_UNITS: Final[dict[str, Unit]] = {
    "count": "count",
    "level": "count",
    "rate": "per_1000",
    "proportion": "percent",
    "ratio": "ratio",
    "mean": "count",
    "duration": "minutes",
    "repeat": "percent",
    "holders": "count",
    "linked_share": "percent",
    "page": "count",
}

STOCKS: Final = frozenset({"level", "holders"})
"""Kinds that describe a moment: a longer period has its last month's value."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What is added up, a row of ``table`` at a time.

    Attributes
    ----------
    table : str
        A table of ``records/contracts``.
    filter : Filter or None
        Which rows; ``None``: all.
    column : str or None
        Column to sum; ``None``: rows are counted.
    distinct : tuple of str
        Columns whose different combinations are counted; empty: rows, or the column's sum.
    """

    table: str
    filter: Filter | None = None
    column: str | None = None
    distinct: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """What good looks like.

    Attributes
    ----------
    text : str
        As the source words it.
    comparator : str or None
        ``None``: prose only.
    value, low, high : float or None
        In the measure's unit; with ``relative_to``, ``value`` is a per cent change.
    relative_to : {"last_year", "baseline"} or None
    baseline_from, baseline_to : Month or None
    on : {"value", "year_to_date", "rolling_12"}
    by : Month, "year_end" or None
    source : str or None
    """

    text: str
    comparator: Comparator | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    relative_to: Literal["last_year", "baseline"] | None = None
    baseline_from: Month | None = None
    baseline_to: Month | None = None
    on: Literal["value", "year_to_date", "rolling_12"] = "value"
    by: Month | Literal["year_end"] | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Break:
    """A change of recording: ``start`` is the first month recorded in the new way; no ``areas``: everywhere."""

    start: Month
    what: str
    source: str | None = None
    areas: tuple[str, ...] = ()

    def concerns(self, area: str) -> bool:
        """Whether the break lies in this area's series (the force's own series always has it)."""
        return not self.areas or area in self.areas or area == "force"


@dataclass(frozen=True, slots=True)
class Section:
    """A headed part of a page of prose; ``text`` is Markdown."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Definition:
    """One measure as calculated: placeholders filled, defaults set, filters parsed and checked.

    ``key`` of an alternative reading is ``<key>@<name>`` and its ``alternative_of`` the default's key. Fields that a
    kind does not use are ``None`` or empty. ``numerator`` is there for every kind but ``page``; for ``duration``,
    ``repeat`` and ``holders`` it says which rows are looked at. ``stock`` marks a share or ratio of a state at the
    period's end, or of twelve months already rolled up: months of it are never put together. ``amounts`` marks a
    share of time or money, ``signed`` a difference, which may fall below zero; ``builds_up`` a rolling window that is
    given before it is full.
    """

    key: str
    pack: str
    title: str
    question: str
    kind: Kind
    unit: Unit
    decimals: int
    good: Good
    objective: str
    key_question: str
    owner: str
    reviewed: dt.date
    next_review: dt.date
    source: str
    kpi_refs: tuple[str, ...] = ()
    by_area: bool = True
    window: Window = "month"
    frequency: Frequency = "month"
    lag_months: int = 0
    stock: bool = False
    amounts: bool = False
    signed: bool = False
    builds_up: bool = False
    starts: Month | None = None
    in_scorecard: bool = True
    limits: LimitsRule = "two_sd"
    about: str = ""
    caveats: tuple[str, ...] = ()
    likelihood: bool = True
    likelihood_reason: str = ""
    targets: tuple[Target, ...] = ()
    breaks: tuple[Break, ...] = ()
    sections: tuple[Section, ...] = ()
    numerator: Tally | None = None
    denominator: Tally | None = None
    weight: str | None = None
    duration_from: str | None = None
    duration_to: str | None = None
    statistic: Statistic | None = None
    percentile: float | None = None
    person: str | None = None
    window_months: int = 12
    prior: Prior = "offence"
    holder: str | None = None
    at_least: int = 1
    at_most: int | None = None
    linked: Tally | None = None
    linked_person: str | None = None
    returns: tuple[str, ...] = ()
    reading: str | None = None
    reading_reason: str | None = None
    alternatives: tuple[str, ...] = ()
    alternative_of: str | None = None
    family: str | None = None
    code: str | None = None
    path: str = ""

    @property
    def tables(self) -> tuple[str, ...]:
        """Every table it reads, the main one first."""
        tallies = (self.numerator, self.denominator, self.linked)
        return tuple(dict.fromkeys(tally.table for tally in tallies if tally is not None))

    @property
    def of_separate_events(self) -> bool:
        """Whether it is a share of rows that each happened by itself, so that binomial intervals and tests hold.

        Days of one sickness, minutes of one outage or pounds of one invoice belong together; arrests are no part of
        the offences that they are divided by.
        """
        above, below = self.numerator, self.denominator
        return not self.amounts and (above is None or below is None or above.table == below.table)

    @property
    def hash(self) -> str:
        """SHA-256 (16 hex digits) of everything that a figure or its description depends on; not the file's place."""
        return hashlib.sha256(json.dumps(_plain(self), sort_keys=True).encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    """Nested plain values in a stable order, for hashing."""
    if isinstance(value, Filter):
        return value.text
    if dataclasses.is_dataclass(value) and not isinstance(value, Month | type):
        return {
            field.name: _plain(getattr(value, field.name))
            for field in dataclasses.fields(value)
            if field.name != "path"
        }
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


@dataclass(frozen=True, slots=True)
class Objective:
    """A strategic objective, as the scorecard groups by it."""

    key: str
    number: str
    title: str


@dataclass(frozen=True, slots=True)
class KeyQuestion:
    """A key question under an objective."""

    key: str
    number: str
    objective: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the report: which measures it shows, in order."""

    key: str
    title: str
    key_question: str
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class WideTable:
    """A wide table of volumes: its rows are measures; ``outcomes`` are measures printed as further columns."""

    key: str
    title: str
    measures: tuple[str, ...]
    outcomes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack of definitions in the report's order."""

    key: str
    title: str
    report_title: str
    source: str
    objectives: tuple[Objective, ...]
    key_questions: tuple[KeyQuestion, ...]
    pages: tuple[Page, ...]
    tables: tuple[WideTable, ...]
    definitions: tuple[Definition, ...]

    def definition(self, key: str) -> Definition:
        """The measure of that key; ``KeyError`` when the pack has none."""
        for definition in self.definitions:
            if definition.key == key:
                return definition
        raise KeyError(key)


def pooling(definition: Definition) -> Pooling:
    """How months make a longer period: their sum, one ratio or quantile of all, the last month's, or not at all."""
    tallies = [t for t in (definition.numerator, definition.denominator) if t is not None]
    if definition.kind in ("repeat", "linked_share", "page"):
        return "none"
    if definition.stock or definition.kind in STOCKS or any(source_table(tally.table).snapshot for tally in tallies):
        return "last"
    if definition.kind in ("count", "rate"):
        return "sum"
    if definition.kind == "ratio" and any(tally.distinct for tally in tallies):
        return "none"
    return "pool"
