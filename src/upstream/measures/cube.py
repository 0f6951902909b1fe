"""Counts of one table by policing area, small area, type and month: read once a version, then asked in many ways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from upstream.errors import NotHeld
from upstream.measures.asked import EngineName
from upstream.measures.crime_types import left_out, types_in
from upstream.measures.engines import ask
from upstream.measures.result import TableVersion
from upstream.measures.slice_questions import SliceRows, by_cell
from upstream.periods import Month
from upstream.places.areas import areas_of_small_areas
from upstream.records.quality import month_states
from upstream.store import ReadingScope, Store

Ints = NDArray[np.int64]
Words = NDArray[np.str_]


@dataclass(frozen=True, slots=True)
class Cube:
    """Rows of a table, counted; each array (cells,).

    Attributes
    ----------
    table : str
    area, small_area, type : of str
        Codes; empty where not known. Areas of open data are those of the look-ups.
    month : of int64
        Months since year 0, as :attr:`upstream.periods.Month.index`.
    n : of int64
        Rows of the cell.
    held, suspect : tuple of Month
        Months held, oldest first, and those of them that look half uploaded.
    version : TableVersion
    """

    table: str
    area: Words
    small_area: Words
    type: Words
    month: Ints
    n: Ints
    held: tuple[Month, ...]
    suspect: tuple[Month, ...]
    version: TableVersion

    @property
    def open_data(self) -> bool:
        """Whether the table is of police.uk, whose points are shared ones."""
        return self.table == "street_crimes"


@dataclass(frozen=True, slots=True)
class Looked:
    """One look into a cube.

    Attributes
    ----------
    small_areas : mapping of str to int
        Rows by small-area code, those with any.
    months : tuple of (Month, int or None)
        Rows of each month asked for, in order; ``None``: not held.
    without : int
        Rows without a small area: with ``small_areas`` they add up to ``total``.
    total : int
    suspect : tuple of Month
        Months among them that look half uploaded.
    """

    small_areas: dict[str, int]
    months: tuple[tuple[Month, int | None], ...]
    without: int
    total: int
    suspect: tuple[Month, ...]


def cube(
    store: Store, table: str, scope: ReadingScope, *, force: str | None = None, area_codes: Sequence[str] = (),
    engine: EngineName = "duckdb", spark: Any = None, memory: str | None = None, threads: int | None = None,
) -> Cube:  # fmt: skip
    """Every row of a table that a figure of crimes or incidents may count, by where, what and when.

    Parameters: ``scope`` whose areas bound what is read; ``area_codes`` by which the settings name areas.

    Raises
    ------
    NotHeld
        The table is not held, or no month of it.
    """
    if not store.holds(table):
        raise NotHeld(f"No table of {table} is held.", remedy="Add records first.")
    states = month_states(store, table, force)
    held = tuple(month for month, state in states.items() if state != "missing")
    if not held:
        raise NotHeld(f"No month of {table} is held.", remedy="Add records first.")
    snapshot = store.snapshot(table, scope=scope)
    wanted = SliceRows(
        table, held[0].first_day, held[-1].last_day, visible=None if table == "street_crimes" else snapshot.areas,
        force=force,
    )  # fmt: skip
    options = {"spark": spark, "memory": memory, "threads": threads}
    with ask([by_cell(wanted)], {table: snapshot}, engine, **options) as answers:
        rows = answers[0].rows
    small = _texts(rows, "lsoa")
    if table == "street_crimes":
        area = _looked_up(small, areas_of_small_areas(store, area_codes) or {})
    else:
        area = _texts(rows, "area")
    return Cube(
        table=table,
        area=area,
        small_area=small,
        type=_texts(rows, "type"),
        month=np.asarray(rows.column("month").to_numpy(), np.int64),
        n=np.asarray(rows.column("n").to_numpy(), np.int64),
        held=held,
        suspect=tuple(month for month in held if states[month] == "suspect"),
        version=TableVersion(table, snapshot.version, snapshot.committed_at.isoformat()),
    )


def look(of: Cube, first: Month, last: Month, *, types: Sequence[str] = (), areas: Sequence[str] = ()) -> Looked:
    """Rows of some types, areas and months by small area and by month.

    Anti-social behaviour of open data is incidents: it is counted by itself or not at all.
    """
    kept = (of.month >= first.index) & (of.month <= last.index)
    wanted, without = types_in(of.table, types), left_out(of.table, types)
    if wanted is not None:
        kept &= np.isin(of.type, wanted)
    if without:
        kept &= ~np.isin(of.type, without)
    if areas:
        kept &= np.isin(of.area, list(areas))
    codes, where = np.unique(of.small_area[kept], return_inverse=True)
    counts = dict(zip(codes.tolist(), np.bincount(where, of.n[kept], len(codes)).astype(int).tolist(), strict=True))
    span = range(first.index, last.index + 1)
    by_month = np.bincount(of.month[kept] - first.index, of.n[kept], len(span)).astype(int)
    held = {month.index for month in of.held}
    return Looked(
        without=counts.pop("", 0),
        small_areas=counts,
        months=tuple((first + at, int(by_month[at]) if index in held else None) for at, index in enumerate(span)),
        total=int(of.n[kept].sum()),
        suspect=tuple(month for month in of.suspect if first <= month <= last),
    )


def _texts(rows: pa.Table, name: str) -> Words:
    coded = rows.column(name).cast(pa.string()).fill_null("").combine_chunks().dictionary_encode()
    words = np.array(coded.dictionary.to_pylist() or [""], np.str_)
    return np.asarray(words[coded.indices.to_numpy()])


def _looked_up(small: Words, area_of: dict[str, str]) -> Words:
    codes, where = np.unique(small, return_inverse=True)
    areas = np.array([area_of.get(str(code), "") for code in codes] or [""], np.str_)
    return areas[where]
