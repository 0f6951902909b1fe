"""Monthly counts of every policing area, small area and crime type: what the wall of signals is made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from upstream.harm.totals import Counted, harm_of
from upstream.measures.crime_types import type_by_key
from upstream.measures.engines import ask_duckdb
from upstream.measures.slice_questions import SliceRows, by_area_and_code, by_cell
from upstream.periods import Month
from upstream.places.areas import areas_of_small_areas
from upstream.store import ReadingScope, Store

SHARED_POINTS: Final = frozenset({"street_crimes"})
"""Tables whose points stand for several addresses each, so that no point is one household."""


class Series(NamedTuple):
    """What is counted: a policing area (``None``: the whole force), a small area in it (``None``: all) and a type."""

    area: str | None
    small_area: str | None
    type: str


@dataclass(frozen=True)
class MonthlyCounts:
    """Counts of one table.

    Attributes
    ----------
    table
        Its name.
    first
        Month of the first column.
    series
        What each row counts.
    counts
        Array (series, months); 0 where nothing was recorded.
    harm
        Days of harm of one record, by area and type.
    version
        Of the table.
    """

    table: str
    first: Month
    series: tuple[Series, ...]
    counts: NDArray[np.int64]
    harm: Mapping[tuple[str | None, str], float]
    version: int

    @property
    def months(self) -> int:
        """Columns."""
        return int(self.counts.shape[1])


def monthly_counts(
    store: Store, table: str, first: Month, last: Month, scope: ReadingScope, *, areas: Iterable[str] = (),
    force: str | None = None,
) -> MonthlyCounts:  # fmt: skip
    """Count a table by month, place and type, from ``first`` to ``last``, both included.

    Parameters
    ----------
    scope
        Its areas bound what is counted, except of open data.
    areas
        Codes of the force's policing areas; empty: every area that the records name.
    force
        Slug, where a table holds several.
    """
    opened = store.snapshot(table, scope=scope)
    wanted = SliceRows(
        table, first.first_day, last.last_day, force=force, types=tuple(type_by_key(table)),
        visible=None if table in SHARED_POINTS else opened.areas,
    )  # fmt: skip
    with ask_duckdb([by_cell(wanted), by_area_and_code(wanted)], {table: opened}) as answers:
        rows, codes = (answer.rows.to_pylist() for answer in answers)
    carried = areas_of_small_areas(store, tuple(areas)) if table in SHARED_POINTS else None
    known = frozenset(areas)
    counted = _by_series(rows, type_by_key(table), carried, known, first)
    series = tuple(sorted(counted, key=lambda one: tuple(part or "" for part in one)))
    counts = np.zeros((len(series), last.index - first.index + 1), np.int64)
    for at, one in enumerate(series):
        for month, n in counted[one].items():
            counts[at, month] = n
    return MonthlyCounts(table, first, series, counts, _harm(table, codes), opened.version)


def _by_series(
    rows: Iterable[Mapping[str, Any]],
    types: Mapping[str, str],
    carried: Mapping[str, str] | None,
    known: frozenset[str],
    first: Month,
) -> dict[Series, dict[int, int]]:
    """Counts by month of the force, of each area and of each small area; a row of no known area counts in the force."""
    found: dict[Series, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        kind, month, n = types[row["type"]], row["month"] - first.index, int(row["n"])
        small = row["lsoa"]
        area = row["area"] if carried is None else carried.get(small)
        if known and area not in known:
            area = None
        found[Series(None, None, kind)][month] += n
        if area is not None:
            found[Series(area, None, kind)][month] += n
            if small is not None:
                found[Series(area, small, kind)][month] += n
    return found


def _harm(table: str, rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str | None, str], float]:
    """Days of harm of one record by area and type; the force under ``None``."""
    types = type_by_key(table)
    counted: dict[tuple[str | None, str], list[Counted]] = defaultdict(list)
    for row in rows:
        one = Counted(row["type"], row["code"], int(row["n"]))
        for area in {row["area"], None}:
            counted[area, types[row["type"]]].append(one)
    return {key: float(harm_of(table, ones).days) / sum(one.crimes for one in ones) for key, ones in counted.items()}
