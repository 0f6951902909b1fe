"""Which months are there, which are missing, and which look only partly uploaded.

A month with no file or no rows between the first and the last month held is *missing*: it is never zero. A month of
which a file was added that held no rows is held, with nothing recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Final, Literal

from upstream.periods import Month, months
from upstream.records.contract import Column, Contract, contract
from upstream.records.month_replacement import held_months
from upstream.store import Store
from upstream.store.duckdb_session import duckdb_session, named, parquet_files, quoted

MonthState = Literal["held", "missing", "suspect"]

PARTIAL_BELOW: Final = 0.6
"""A category is suspiciously low below this share of the lowest of its neighbouring months. Our own rule, set on the
open data of four forces: it finds the half-uploaded July 2020 of Northumbria (anti-social behaviour, 1,368 between
6,274 and 5,729) and nothing else in their 63 months."""

PARTIAL_STANDARD_ERRORS: Final = 5.0
"""... and only if it is also this many Poisson standard errors below, so that rare categories are left alone."""

NEIGHBOURS: Final = 2
"""Months on either side that a month is compared with; at least this many must be held."""


@dataclass(frozen=True, slots=True)
class PartMonth:
    """A category that is far too low in one month, as after an incomplete upload.

    Attributes
    ----------
    category
        The category, or ``None`` for all rows of the table.
    rows
        Rows in the month.
    lowest_neighbour
        Rows in the lowest of the held months up to two before and after.
    """

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


def month_facts(store: Store, table: str, force: str | None = None) -> tuple[MonthFact, ...]:
    """What is known about every month from the first to the last held.

    Parameters
    ----------
    table
        A table of records; none of its rows are shown, so no reading scope is needed.
    force
        Slug of the force, for police.uk tables; ``None`` there means all forces together.

    Returns
    -------
    tuple of MonthFact
        In order of month; empty when nothing is held.
    """
    if not store.holds(table):
        return ()
    of = contract(table)
    counts = _counts(store, of, force)
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


def _fact(month: Month, totals: Mapping[Month, int], counts: Mapping[Month, Mapping[str | None, int]]) -> MonthFact:
    near = [other for other in (month + step for step in range(-NEIGHBOURS, NEIGHBOURS + 1) if step) if other in totals]
    low: list[PartMonth] = []
    if len(near) >= NEIGHBOURS:
        own = counts.get(month, {})
        categories = {category for other in near for category in counts.get(other, {})}
        for category in sorted(categories, key=str):
            least = min(counts.get(other, {}).get(category, 0) for other in near)
            if _too_low(own.get(category, 0), least):
                low.append(PartMonth(category, own.get(category, 0), least))
        least_rows = min(totals[other] for other in near)
        if not low and _too_low(totals[month], least_rows):
            low.append(PartMonth(None, totals[month], least_rows))
    return MonthFact(month, "suspect" if low else "held", totals[month], tuple(low))


def _too_low(rows: int, least: int) -> bool:
    return rows < PARTIAL_BELOW * least and least - rows > PARTIAL_STANDARD_ERRORS * sqrt(least)


def category_column(of: Contract) -> Column | None:
    """The column by which months of a table are compared: its first code list of kinds, not of places."""
    return next((c for c in of.columns if c.code_list not in (None, "areas", "forces")), None)


def _counts(store: Store, of: Contract, force: str | None) -> dict[Month, dict[str | None, int]]:
    snapshot = store.snapshot_for_writing(of.table)
    if not snapshot.files:
        return {}
    category = category_column(of)
    kind = named(category.name) if category else "NULL"
    where = f"AND force = {quoted(force)}" if force and "force" in of.names else ""
    day = "month_on" if "month_on" in of.names else of.event_date
    with duckdb_session([store.root]) as connection:
        rows = connection.execute(
            f"SELECT year({day}), month({day}), {kind}, count(*) FROM {parquet_files(snapshot.files)} "
            f"WHERE {day} IS NOT NULL {where} GROUP BY ALL"
        ).fetchall()
    counts: dict[Month, dict[str | None, int]] = {}
    for year, month, code, number in rows:
        counts.setdefault(Month(year, month), {})[code] = number
    return counts
