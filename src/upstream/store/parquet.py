"""Row counts and bounds of a Parquet file from its footer alone, as a Delta log entry keeps them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

LONGEST_BOUND: Final = 64
"""Characters of a text bound; a longer one is left out, since a cut-off maximum would be wrong."""


def file_rows(path: Path) -> int:
    """Number of rows in a Parquet file."""
    return int(pq.read_metadata(path).num_rows)


def file_statistics(path: Path) -> tuple[int, dict[str, dict[str, Any]]]:
    """Rows of a Parquet file, and its bounds and null counts by column.

    Returns
    -------
    tuple of int and dict
        Number of rows; ``minValues``, ``maxValues`` and ``nullCount``, each column -> value, in the JSON forms of the
        Delta protocol (section "Per-file Statistics"). A column whose footer does not say is left out.
    """
    footer = pq.read_metadata(path)
    lowest: dict[str, Any] = {}
    highest: dict[str, Any] = {}
    nulls: dict[str, int] = {}
    for position in range(footer.num_columns):
        name = footer.schema.column(position).path
        groups = [footer.row_group(group).column(position).statistics for group in range(footer.num_row_groups)]
        if not groups or any(group is None for group in groups):
            continue
        if all(group.has_null_count for group in groups):
            nulls[name] = sum(group.null_count for group in groups)
        bounded = [group for group in groups if group.has_min_max]
        if len(bounded) != sum(1 for group in groups if group.num_values > 0) or not bounded:
            continue
        low, high = min(group.min for group in bounded), max(group.max for group in bounded)
        if _fits(low) and _fits(high):
            lowest[name], highest[name] = _as_json(low), _as_json(high)
    return int(footer.num_rows), {"minValues": lowest, "maxValues": highest, "nullCount": nulls}


def _fits(value: Any) -> bool:
    if isinstance(value, float):
        return value == value and abs(value) != float("inf")
    if isinstance(value, str):
        return len(value) <= LONGEST_BOUND
    return isinstance(value, int | dt.date)


def _as_json(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value.isoformat() if isinstance(value, dt.date) else value
