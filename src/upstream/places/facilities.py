"""Facilities of one kind from a list: their names and where they are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from upstream.csv_files import named_columns, rows_in
from upstream.errors import BadInput
from upstream.places.national_grid import checked, from_degrees

_COLUMNS: Final = (("easting", "northing"), ("longitude", "latitude"))


@dataclass(frozen=True, slots=True)
class Facilities:
    """Facilities, each array (n,): names, and metres on the National Grid; and how many more have no point."""

    names: tuple[str, ...]
    easting: NDArray[np.float64]
    northing: NDArray[np.float64]
    without_point: int = 0


def facilities_in(path: Path) -> Facilities:
    """The facilities of a CSV file with the columns name, and easting and northing or longitude and latitude.

    Raises
    ------
    BadInput
        Columns are lacking, or a facility has no place in Great Britain.
    """
    rows = rows_in(path)
    held = set(rows[0]) if rows else set()
    pair = next((pair for pair in _COLUMNS if {"name", *pair} <= held), None)
    if pair is None:
        raise BadInput(
            f"{path.name} has the columns {named_columns(sorted(held)) or 'none'}.",
            allowed="name with easting and northing, or with longitude and latitude",
        )
    x, y = ([_number(row[name], path, at) for at, row in enumerate(rows, 2)] for name in pair)
    found = checked(x, y) if pair == _COLUMNS[0] else from_degrees(x, y)
    lost = np.flatnonzero(found.missing | found.outside)
    if len(lost):
        raise BadInput(
            f"{path.name}, line {lost[0] + 2}: {rows[lost[0]]['name']} has no place in Great Britain "
            f"({len(lost)} have none).",
            remedy="Mend their coordinates or leave them out.",
        )
    return Facilities(tuple(row["name"] or "" for row in rows), found.easting, found.northing)


def _number(text: str | None, path: Path, line: int) -> float:
    try:
        return float(text or "nan")
    except ValueError:
        raise BadInput(f"{path.name}, line {line}: {text!r} is no coordinate.", allowed="a number") from None
