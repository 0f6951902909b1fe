"""Which months are there, which are missing, and which look only partly uploaded.

A month with no file or no rows between the first and the last month held is *missing*: it is never zero. A month of
which a file was added that held no rows is held, with nothing recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final, Literal

import duckdb
import pyarrow as pa

from upstream.periods import Month, months
from upstream.places.areas import NUMBER_IN_NAME
from upstream.records.contract import Column, Contract, contract
from upstream.records.month_replacement import held_months
from upstream.store import Store
from upstream.store.duckdb_session import duckdb_session, named, parquet_files, quoted

MonthState = Literal["held", "missing", "suspect"]

PARTIAL_BELOW: Final = 0.6
"""A cell is suspiciously low below this share of the lowest of its neighbouring months. Our own rule, set on the open
data of four forces: it finds the half-uploaded July 2020 of Northumbria (anti-social behaviour, 1,368 between 6,274 and
5,729) and nothing else in their 63 months, in the force or in any district. How often it is wrong where nothing is
missing is measured in ``tests/calibration/test_records_part_months.py``."""

PARTIAL_BELOW_IN_AREA: Final = 0.5
"""... and below this share for a category in one area: there are some hundred such cells a month, and at 0.6 one month
in two hundred would be named though whole."""

PARTIAL_STANDARD_ERRORS: Final = 5.0
"""... and only if it is also this many Poisson standard errors below, so that rare categories are left alone."""

NEIGHBOURS: Final = 2
"""Months on either side that a month is compared with; at least this many must be held."""


Cell = tuple[str | None, str | None]
"""An area and a category; ``None``: not known, or every one of them."""

SMALL_AREAS: Final = frozenset({"lsoa", "lsoa_name"})
DISTRICT_SQL: Final = f"regexp_replace(lsoa_name, {quoted(NUMBER_IN_NAME)}, '')"


@dataclass(frozen=True, slots=True)
class PartMonth:
    """What is far too low in one month, as after an incomplete upload.

    Attributes
    ----------
    area
        The area, or ``None`` for the whole force.
    category
        The category, or ``None`` for all rows.
    rows
        Rows in the month.
    lowest_neighbour
        Rows in the lowest of the held months up to two before and after.
    """

    area: str | None
    category: str | None
    rows: int
    lowest_neighbour: int


@dataclass(frozen=True, slots=True)
class MonthFact:
    """What is known about one month of one table.

    Attributes
    ----------
    month, state
        The month; "held", "missing" or "suspect" (held, but looks only partly uploaded).
    rows
        Rows held; 0 when missing.
    low
        What makes it suspect.
    """

    month: Month
    state: MonthState
    rows: int
    low: tuple[PartMonth, ...] = ()


def month_states(store: Store, table: str, force: str | None = None) -> dict[Month, MonthState]:
    """The state of every month from the first to the last held; see :func:`month_facts`."""
    return {fact.month: fact.state for fact in month_facts(store, table, force)}


def month_facts(
    store: Store, table: str, force: str | None = None, *, area_of: Mapping[str, str] | None = None
) -> tuple[MonthFact, ...]:
    """What is known about every month from the first to the last held.

    Parameters
    ----------
    table
        A table of records; none of its rows are shown, so no reading scope is needed.
    force
        Slug of the force, for police.uk tables; ``None`` there means all forces together.
    area_of
        Area by small-area code, for police.uk tables; ``None``: the district that a small area's name gives.

    Returns
    -------
    tuple of MonthFact
        In order of month; empty when nothing is held.
    """
    if not store.holds(table):
        return ()
    of = contract(table)
    counts = _counts(store, of, force, area_of)
    totals = {month: sum(by.values()) for month, by in counts.items()}
    if of.written_by == "replace_month":
        keys = held_months(store, table)
        recorded = {Month.parse(month) for slug, month in keys if force in (None, slug)}
        totals = {month: totals.get(month, 0) for month in recorded}
    if not totals:
        return ()
    return tuple(
        _fact(month, totals, counts) if month in totals else MonthFact(month, "missing", 0)
        for month in months(min(totals), max(totals))
    )


def _fact(month: Month, totals: Mapping[Month, int], counts: Mapping[Month, Mapping[Cell, int]]) -> MonthFact:
    near = [other for other in (month + step for step in range(-NEIGHBOURS, NEIGHBOURS + 1) if step) if other in totals]
    low = too_low(counts.get(month, {}), [counts.get(other, {}) for other in near])
    return MonthFact(month, "suspect" if low else "held", totals[month], low)


def too_low(own: Mapping[Cell, int], near: Sequence[Mapping[Cell, int]]) -> tuple[PartMonth, ...]:
    """What is far too low in a month, by category, area, and category in an area; each shortfall is named once.

    Question
        Was only part of this month uploaded: of a category, of an area, or of a category in an area?

    Parameters
    ----------
    own, near
        Rows by area and category of the month, and of each held month up to two before and after it.

    Assumes
        Neighbouring months are alike to within 40% and chance, a category in an area to within half. A fall that stays
        is a fall, not an upload: the lowest neighbour counts.
    When not to use
        To find several months in a row of which parts are missing, or cells under 25 rows: too few to tell.
    Source
        Ours; see :data:`PARTIAL_BELOW` and :data:`PARTIAL_STANDARD_ERRORS`.
    """
    if len(near) < NEIGHBOURS:
        return ()
    by_category = _low(own, near, lambda cell: (None, cell[1]))
    told = {low.category for low in by_category}
    rest, *near_rest = ({cell: n for cell, n in month.items() if cell[1] not in told} for month in (own, *near))
    whole = _low(own, near, lambda _: (None, None))
    others = min(sum(month.values()) for month in near_rest)
    # a low category may pull the total down: the month is low as a whole when its other rows are nearer to that too
    if whole and (sum(rest.values()) <= (1 + PARTIAL_BELOW) / 2 * others if others else len(told) > 1):
        return whole
    by_area = _low(rest, near_rest, lambda cell: (cell[0], None) if cell[0] is not None else None)
    areas = {None, *(low.area for low in by_area)}
    by_both = _low(rest, near_rest, lambda cell: cell if cell[0] not in areas else None, PARTIAL_BELOW_IN_AREA)
    return (*by_category, *by_area, *by_both)


def _low(
    own: Mapping[Cell, int],
    near: Sequence[Mapping[Cell, int]],
    group: Callable[[Cell], Cell | None],
    below: float = PARTIAL_BELOW,
) -> tuple[PartMonth, ...]:
    """The groups of cells that are far too low; cells of the group ``None`` are left out."""
    sums = []
    for month in (own, *near):
        added: dict[Cell, int] = {}
        for cell, rows in month.items():
            of = group(cell)
            if of is not None:
                added[of] = added.get(of, 0) + rows
        sums.append(added)
    found = []
    for of in sorted({of for added in sums[1:] for of in added}, key=str):
        rows, least = sums[0].get(of, 0), min(added.get(of, 0) for added in sums[1:])
        if rows < below * least and least - rows > PARTIAL_STANDARD_ERRORS * sqrt(least):
            found.append(PartMonth(*of, rows, least))
    return tuple(found)


def category_column(of: Contract) -> Column | None:
    """The column by which months of a table are compared: its first code list of kinds, not of places."""
    return next((c for c in of.columns if c.code_list not in (None, "areas", "forces")), None)


def _counts(
    store: Store, of: Contract, force: str | None, area_of: Mapping[str, str] | None
) -> dict[Month, dict[Cell, int]]:
    snapshot = store.snapshot_for_writing(of.table)
    if not snapshot.files:
        return {}
    category = category_column(of)
    kind = named(category.name) if category else "NULL"
    where = f"AND force = {quoted(force)}" if force and "force" in of.names else ""
    day = "month_on" if "month_on" in of.names else of.event_date
    with duckdb_session([store.root]) as connection:
        area, join = _area_sql(connection, of, area_of)
        rows = connection.execute(
            f"SELECT year({day}), month({day}), {area}, {kind}, count(*) FROM {parquet_files(snapshot.files)} {join} "
            f"WHERE {day} IS NOT NULL {where} GROUP BY ALL"
        ).fetchall()
    counts: dict[Month, dict[Cell, int]] = {}
    for year, month, place, code, number in rows:
        counts.setdefault(Month(year, month), {})[place, code] = number
    return counts


def _area_sql(
    connection: duckdb.DuckDBPyConnection, of: Contract, area_of: Mapping[str, str] | None
) -> tuple[str, str]:
    """The SQL of a row's area, and the join that it needs."""
    if "area" in of.names:
        return "area", ""
    if not set(of.names) >= SMALL_AREAS:
        return "NULL", ""
    if area_of is None:
        return DISTRICT_SQL, ""
    codes = pa.table({"small_area": list(area_of), "carried_to": list(area_of.values())})
    connection.register("carried", codes)
    return "carried_to", "LEFT JOIN carried ON small_area = lsoa"
