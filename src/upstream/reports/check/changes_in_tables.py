"""Columns of changes without a sign that says whether they count or are per cents: their own rows say it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from upstream.reports.check.grids import Grid, Row
from upstream.reports.check.numbers import EPSILON, Value, in_per_cent, percent_agrees

_LEAST_FITS: Final = 2
_LEAST_DECIMALS: Final = 2


def changes_read(grid: Grid) -> Grid:
    """The grid with each plain "change" column that its rows prove to be per cents (or fractions) read as such."""
    for at, column in enumerate(grid.columns):
        if column.role == "difference":
            grid = _read(grid, at)
    return grid


def _read(grid: Grid, at: int) -> Grid:
    counts = [n for n, c in enumerate(grid.columns) if c.role in {"count", "average"} and n != at]
    pairs = list(itertools.permutations(counts, 2))
    fits = {
        reading: max((_rows_that_fit(grid.rows, at, pair, holds) for pair in pairs), default=0)
        for reading, holds in _READINGS.items()
    }
    best = max(fits, key=lambda reading: fits[reading])  # the difference where two fit alike
    if best == "difference" or fits[best] < _LEAST_FITS:
        return grid
    columns = (*grid.columns[:at], replace(grid.columns[at], role="percent_change"), *grid.columns[at + 1 :])
    rows = tuple(_in_per_cent(row, at) for row in grid.rows) if best == "fraction" else grid.rows
    return replace(grid, columns=columns, rows=rows)


def _difference(printed: Value, now: Value, then: Value) -> bool:
    return abs(printed.number - (now.number - then.number)) <= printed.half * (printed.decimals > 0) + EPSILON


def _per_cent(printed: Value, now: Value, then: Value) -> bool:
    return percent_agrees(printed, now, then, change=True)


def _fraction(printed: Value, now: Value, then: Value) -> bool:
    return printed.decimals >= _LEAST_DECIMALS and percent_agrees(in_per_cent(printed), now, then, change=True)


_READINGS: Final[dict[str, Callable[[Value, Value, Value], bool]]] = {
    "difference": _difference,
    "per cent": _per_cent,
    "fraction": _fraction,
}


def _rows_that_fit(
    rows: tuple[Row, ...], at: int, pair: tuple[int, int], holds: Callable[[Value, Value, Value], bool]
) -> int:
    """Rows that a reading explains; a nought says nothing, for it fits every reading."""
    fitting = 0
    for row in rows:
        printed, now, then = row.values[at], row.values[pair[0]], row.values[pair[1]]
        if printed is not None and now is not None and then is not None and abs(printed.number) > EPSILON:
            fitting += holds(printed, now, then)
    return fitting


def _in_per_cent(row: Row, at: int) -> Row:
    value = row.values[at]
    return row if value is None else replace(row, values=(*row.values[:at], in_per_cent(value), *row.values[at + 1 :]))
