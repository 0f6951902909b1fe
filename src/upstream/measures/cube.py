"""Counts of one table by policing area, small area, type and month: read once a version, then asked in many ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
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
from upstream.places.areas import Area, areas_of_small_areas
from upstream.records.quality import month_states
from upstream.store import ReadingScope, Store

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Coded:
    """A column of words as whole numbers, which are quicker to choose among.

    Attributes
    ----------
    names : (words,) of str
        Each word once, in order.
    codes : (cells,) of int32
        Where the word of each cell stands in ``names``.
    """

    names: NDArray[np.str_]
    codes: NDArray[np.int32]

    def among(self, wanted: Iterable[str]) -> NDArray[np.bool_]:
        """(cells,) Whether the word of each cell is one of those."""
        chosen = set(wanted)
        return np.array([name in chosen for name in self.names.tolist()], np.bool_)[self.codes]


@dataclass(frozen=True, slots=True)
class Cube:
    """Rows of a table, counted; each column (cells,).

    Attributes
    ----------
    table : str
    area, small_area, type : Coded
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
    area: Coded
    small_area: Coded
    type: Coded
    month: Ints
    n: Ints
    held: tuple[Month, ...]
    suspect: tuple[Month, ...]
    version: TableVersion

    @property
    def open_data(self) -> bool:
        """Whether the table is of police.uk, whose points are shared ones."""
        return self.table == "street_crimes"

    def small_areas(self, area: str = "") -> frozenset[str]:
        """Small areas with any row, of one area or of all."""
        codes = self.small_area.codes[self.area.among((area,))] if area else self.small_area.codes
        return frozenset(self.small_area.names[np.unique(codes)].tolist()) - {""}


@dataclass(frozen=True, slots=True)
class Looked:
    """One look into a cube.

    Attributes
    ----------
    codes : (n,) of str
        Small areas (or the areas they are grouped by) with any row, in order of their codes.
    counts : (n,) of int64
        Rows of each.
    months : tuple of (Month, int or None)
        Rows of each month asked for, in order; ``None``: not held.
    without : int
        Rows without a small area: with ``counts`` they add up to ``total``.
    total : int
    suspect : tuple of Month
        Months among them that look half uploaded.
    """

    codes: NDArray[np.str_]
    counts: Ints
    months: tuple[tuple[Month, int | None], ...]
    without: int
    total: int
    suspect: tuple[Month, ...]

    @property
    def small_areas(self) -> dict[str, int]:
        """Rows by small-area code, those with any."""
        return dict(zip(self.codes.tolist(), self.counts.tolist(), strict=True))


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
    small = _coded(rows, "lsoa")
    if table == "street_crimes":
        area = _looked_up(small, areas_of_small_areas(store, area_codes) or {})
    else:
        area = _coded(rows, "area")
    return Cube(
        table=table,
        area=area,
        small_area=small,
        type=_coded(rows, "type"),
        month=np.asarray(rows.column("month").to_numpy(), np.int64),
        n=np.asarray(rows.column("n").to_numpy(), np.int64),
        held=held,
        suspect=tuple(month for month in held if states[month] == "suspect"),
        version=TableVersion(table, snapshot.version, snapshot.committed_at.isoformat()),
    )


def look(
    of: Cube, first: Month, last: Month, *,
    types: Sequence[str] = (), areas: Sequence[str] = (), small_areas: Iterable[str] | None = None,
) -> Looked:  # fmt: skip
    """Rows of some types, areas, small areas (``None``: all) and months, by small area and by month.

    Anti-social behaviour of open data is incidents: it is counted by itself or not at all.
    """
    kept = (of.month >= first.index) & (of.month <= last.index)
    wanted, without = types_in(of.table, types), left_out(of.table, types)
    if wanted is not None:
        kept &= of.type.among(wanted)
    if without:
        kept &= ~of.type.among(without)
    if areas:
        kept &= of.area.among(areas)
    if small_areas is not None:
        kept &= of.small_area.among(small_areas)
    names = of.small_area.names
    counts = np.bincount(of.small_area.codes[kept], of.n[kept], len(names)).astype(np.int64)
    known = (counts > 0) & (names != "")
    span = range(first.index, last.index + 1)
    by_month = np.bincount(of.month[kept] - first.index, of.n[kept], len(span)).astype(int)
    held = {month.index for month in of.held}
    return Looked(
        without=int(counts[names == ""].sum()),
        codes=names[known],
        counts=counts[known],
        months=tuple((first + at, int(by_month[at]) if index in held else None) for at, index in enumerate(span)),
        total=int(of.n[kept].sum()),
        suspect=tuple(month for month in of.suspect if first <= month <= last),
    )


def grouped(looked: Looked, area_of: Mapping[str, Area]) -> Looked:
    """The same rows by the areas that their small areas lie in; those of no area join the ones without a small area."""
    by_area: Counter[str] = Counter()
    without = looked.without
    for code, count in looked.small_areas.items():
        if code in area_of:
            by_area[area_of[code].code] += count
        else:
            without += count
    codes = sorted(by_area)
    counts = np.array([by_area[code] for code in codes], np.int64)
    return replace(looked, codes=np.array(codes, np.str_), counts=counts, without=without)


def _coded(rows: pa.Table, name: str) -> Coded:
    coded = rows.column(name).cast(pa.string()).fill_null("").combine_chunks().dictionary_encode()
    return _in_order(coded.dictionary.to_pylist(), coded.indices.to_numpy())


def _looked_up(small: Coded, area_of: dict[str, str]) -> Coded:
    return _in_order([area_of.get(code, "") for code in small.names.tolist()], small.codes)


def _in_order(words: Sequence[str], codes: NDArray[np.integer]) -> Coded:
    """Each word once: several may be the same."""
    names = sorted(set(words))
    at = {name: code for code, name in enumerate(names)}
    return Coded(np.array(names, np.str_), np.array([at[word] for word in words], np.int32)[codes])
