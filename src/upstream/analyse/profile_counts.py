"""What a problem profile and a plan count: the records of one place, types and months, every way that is asked."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from upstream.analyse.monthly import MonthOf, monthly
from upstream.analyse.when import WeekHours, week_hours
from upstream.errors import BadInput, NotHeld
from upstream.harm.totals import Cost, Counted, Harm, cost_of, harm_of
from upstream.measures.asked import ENGINE_VERSION, EngineName
from upstream.measures.crime_types import counts_incidents, left_out, type_label, types_in
from upstream.measures.engines import ask
from upstream.measures.questions import Question
from upstream.measures.result import TableVersion
from upstream.measures.slice_questions import (
    SliceRows,
    by_month,
    by_offences_a_victim,
    by_small_area,
    by_start,
    has_times,
)
from upstream.measures.slices import Within, table_of, tables_with, versions_of, within
from upstream.periods import Month, months
from upstream.places.tables import AREAS, read_table
from upstream.records.quality import PartMonth, month_facts
from upstream.store import ReadingScope, Snapshot, Store

LONGEST_MONTHS: Final = 60
"""Months that one profile may cover: beyond five years recording has changed too much."""


@dataclass(frozen=True, slots=True)
class ProfileOf:
    """What is asked.

    Attributes
    ----------
    first, last
        Whole months, both included.
    areas
        Area codes as the records have them; ``None``: the whole force.
    small_areas
        Codes of small areas within them; empty: all.
    types
        Types as plans name them; empty: every crime.
    force
        Slug of the force, where a table holds several.
    """

    first: Month
    last: Month
    areas: tuple[str, ...] | None = None
    small_areas: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    force: str | None = None

    def __post_init__(self) -> None:
        span = self.last.index - self.first.index + 1
        if not 1 <= span <= LONGEST_MONTHS:
            raise BadInput(
                f"{self.first.label} to {self.last.label} cannot be counted.",
                allowed=f"1 to {LONGEST_MONTHS} months, the first no later than the last",
            )


@dataclass(frozen=True, slots=True)
class Part:
    """One type or small area: its key, its name and how many."""

    key: str
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Repeats:
    """Who was a victim again, as counts of people.

    Attributes
    ----------
    victims
        People who were a victim of at least one of these crimes; businesses are left out.
    again
        Those of at least two of them.
    offences, offences_again
        Victim entries of all of them, and of those who were victims again.
    """

    victims: int
    again: int
    offences: int
    offences_again: int


@dataclass(frozen=True, slots=True)
class Profile:
    """One problem in the records.

    Attributes
    ----------
    of
        What was asked.
    table
        Table counted: "crimes", "incidents" (anti-social behaviour alone) or "street_crimes" (open data, which holds
        both: anti-social behaviour is counted by itself or not at all).
    months
        Each month, in order.
    total
        All of them: the sum of ``months``, of ``types`` and, with ``without_place``, of ``small_areas``.
    types, small_areas
        Largest first.
    without_place
        Rows whose small area is not known.
    hours
        By hour of the week; ``None`` where the table has no times.
    repeats
        ``None`` where no people are held.
    incidents
        Calls for service in the place by type, largest first; of open data anti-social behaviour alone; ``None`` where
        none are held.
    harm, cost
        The crimes weighed; ``None`` for incidents.
    tables
        Table versions counted.
    """

    of: ProfileOf
    table: str
    months: tuple[MonthOf, ...]
    total: int
    types: tuple[Part, ...]
    small_areas: tuple[Part, ...]
    without_place: int
    hours: WeekHours | None
    repeats: Repeats | None
    incidents: tuple[Part, ...] | None
    harm: Harm | None
    cost: Cost | None
    tables: tuple[TableVersion, ...]
    engine_version: str = ENGINE_VERSION
    counted: tuple[Counted, ...] = field(default=())


def profile(
    of: ProfileOf,
    store: Store,
    scope: ReadingScope,
    *,
    engine: EngineName = "duckdb",
    spark: Any = None,
    memory: str | None = None,
    threads: int | None = None,
) -> Profile:
    """Everything counted of one problem, each table read once at one version.

    Question: what do the records say of this place, these types and these months?

    Parameters: ``of`` what is asked; ``store``; ``scope`` whose areas bound what is read, and whose purpose is logged.

    Assumes: what is recorded is what is counted: crimes that still stand, by the day they were recorded; a place as the
    record has it. Months that are not held are ``None``. Limits are those for counts, made of the financial year
    before, as far as it is held.

    When not to use: to say whether something worked (that needs a comparison), or to compare people.

    Raises
    ------
    NotHeld
        No table of crimes is held, or none of the months.
    """
    table = table_of(of.types, store)
    asked = within(table, of.areas, of.small_areas, store)
    opened = {name: store.snapshot(name, scope=scope) for name in tables_with(table, store, scope)}
    held = {fact.month: fact for fact in month_facts(store, table, of.force) if fact.state != "missing"}
    if not any(month in held for month in months(of.first, of.last)):
        between = f"{min(held).label} to {max(held).label}" if held else None
        raise NotHeld(f"No records of {of.first.label} to {of.last.label} are held.", allowed=between)
    questions = _questions(of, table, asked, opened)
    with ask(list(questions.values()), opened, engine, spark=spark, memory=memory, threads=threads) as answers:
        rows = {name: one.rows.to_pylist() for name, one in zip(questions, answers, strict=True)}
    partial = {month for month, fact in held.items() if any(_touches(low, of, table) for low in fact.low)}
    return _laid_out(of, table, rows, set(held), partial, store, opened)


# --- what is asked ------------------------------


def rows_of(of: ProfileOf, table: str, store: Store, opened: Snapshot) -> SliceRows:
    """The rows that a profile is of, as far as the reader may see them."""
    place = within(table, of.areas, of.small_areas, store)
    return _rows(of, table, place, opened, of.first, types_in(table, of.types), left_out(table, of.types))


def _rows(
    of: ProfileOf,
    table: str,
    place: Within,
    opened: Snapshot,
    first: Month,
    types: tuple[str, ...] | None,
    without: tuple[str, ...] = (),
) -> SliceRows:
    return SliceRows(
        table,
        first.first_day,
        of.last.last_day,
        types=types,
        visible=None if table == "street_crimes" else opened.areas,  # open data is for everybody
        force=of.force,
        without_types=without,
        areas=place.areas,
        small_areas=place.small_areas,
    )


def _questions(of: ProfileOf, table: str, place: Within, opened: Mapping[str, Snapshot]) -> dict[str, Question]:
    def rows(name: str, first: Month, types: tuple[str, ...] | None, without: tuple[str, ...] = ()) -> SliceRows:
        return _rows(of, name, place, opened[name], first, types, without)

    types, without = types_in(table, of.types), left_out(table, of.types)
    before = of.first.financial_year.previous.first_month
    whole, own = rows(table, before, types, without), rows(table, of.first, types, without)
    found = {"months": by_month(whole), "small_areas": by_small_area(own)}
    if has_times(table):
        found["starts"] = by_start(own)
    if table == "crimes" and "people_in_crimes" in opened:
        found["victims"] = by_offences_a_victim(own)
    if "incidents" in opened:  # calls of every type, whatever the crimes are
        found["incidents"] = by_month(rows("incidents", of.first, None))
    if without:
        found["incidents"] = by_month(rows(table, of.first, without))
    return found


def _touches(low: PartMonth, of: ProfileOf, table: str) -> bool:
    """Whether what looks lacking in a month is part of what is counted."""
    here = low.area is None or of.areas is None or low.area in of.areas
    types = types_in(table, of.types)
    counted = (types is None or low.category in types) and low.category not in left_out(table, of.types)
    return here and (low.category is None or counted)


# --- what comes back ------------------------------


def _laid_out(
    of: ProfileOf,
    table: str,
    rows: Mapping[str, list[dict[str, Any]]],
    held: set[Month],
    partial: set[Month],
    store: Store,
    opened: Mapping[str, Snapshot],
) -> Profile:
    own = [row for row in rows["months"] if row["month"] >= of.first.index]
    counted = _counted(own)
    by_type: Counter[str] = Counter()
    for one in counted:
        by_type[one.category] += one.crimes
    places = {row["lsoa"]: int(row["n"]) for row in rows["small_areas"]}
    without = places.pop(None, 0)
    weighed = not counts_incidents(table, of.types)
    return Profile(
        of=of,
        table=table,
        months=monthly(rows["months"], of.first, of.last, held, partial),
        total=sum(int(row["n"]) for row in own),
        types=_parts({key: (type_label(table, key), n) for key, n in by_type.items()}),
        small_areas=_parts({code: (name, places[code]) for code, name in _names(store, places).items()}),
        without_place=without,
        hours=_hours(rows["starts"]) if "starts" in rows else None,
        repeats=_repeats(rows["victims"]) if "victims" in rows else None,
        incidents=_incidents(table, rows["incidents"]) if "incidents" in rows else None,
        harm=harm_of(table, counted) if weighed else None,
        cost=cost_of(table, counted) if weighed else None,
        tables=versions_of(opened),
        counted=tuple(counted),
    )


def _counted(rows: Sequence[Mapping[str, Any]]) -> list[Counted]:
    sums: Counter[tuple[str, str | None]] = Counter()
    for row in rows:
        sums[row["type"] or "", row["code"]] += int(row["n"])
    return [
        Counted(kind, code, n) for (kind, code), n in sorted(sums.items(), key=lambda one: (one[0][0], one[0][1] or ""))
    ]


def _parts(found: Mapping[str, tuple[str, int]]) -> tuple[Part, ...]:
    parts = [Part(key, name, n) for key, (name, n) in found.items()]
    return tuple(sorted(parts, key=lambda part: (-part.count, part.key)))


def _names(store: Store, codes: Mapping[str, int]) -> dict[str, str]:
    known = (
        {row["lsoa"]: row["name"] for row in read_table(store, AREAS).to_pylist()} if store.holds(AREAS.name) else {}
    )
    return {code: known.get(code) or code for code in codes}


def _hours(rows: Sequence[Mapping[str, Any]]) -> WeekHours:
    def hour(row: Mapping[str, Any]) -> float:
        if row["day"] is None or row["hour"] is None:
            return float("nan")
        return float((row["day"] - dt.date(1970, 1, 1)).days * 24 + row["hour"])

    spans = [float("nan") if row["span"] is None else float(row["span"]) for row in rows]
    return week_hours([hour(row) for row in rows], spans, [int(row["n"]) for row in rows])


def _repeats(rows: Sequence[Mapping[str, Any]]) -> Repeats:
    each = [(int(row["offences"]), int(row["n"])) for row in rows]
    again = [(offences, n) for offences, n in each if offences > 1]
    return Repeats(
        victims=sum(n for _, n in each),
        again=sum(n for _, n in again),
        offences=sum(offences * n for offences, n in each),
        offences_again=sum(offences * n for offences, n in again),
    )


def _incidents(table: str, rows: Sequence[Mapping[str, Any]]) -> tuple[Part, ...]:
    source = table if table == "street_crimes" else "incidents"
    sums: Counter[str] = Counter()
    for row in rows:
        sums[row["type"] or "not known"] += int(row["n"])
    return _parts({key: (type_label(source, key), n) for key, n in sums.items()})
