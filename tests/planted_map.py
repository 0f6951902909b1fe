"""A small square map with known hot places, as a store: for tests of what a scan finds."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import numpy as np

from stores import Rows, filled
from upstream.periods import Month, months
from upstream.places.add import add_places
from upstream.places.national_grid import to_degrees
from upstream.store import ReadingScope, Store

SIDE = 16
METRES = 1_000.0
CORNER = (400_000.0, 300_000.0)
FIRST, LAST = Month(2020, 1), Month(2021, 12)
ALWAYS = [(row, column) for row in (2, 3, 4) for column in (2, 3, 4)]
"""Small areas that are hot in every month."""
NEWLY = [(row, column) for row in (10, 11, 12) for column in (10, 11, 12)]
"""Small areas that are hot in the last month alone."""
ISLAND = "E01009999"
SCOPE = ReadingScope("tests", "a planted map", frozenset({"crimes"}))


def code(row: int, column: int) -> str:
    return f"E0100{row:02d}{column:02d}"


def places_file(folder: Path) -> Path:
    """Outlines of the squares, and of one island far from them."""
    squares = {code(row, column): (CORNER[0] + column * METRES, CORNER[1] + row * METRES)
               for row in range(SIDE) for column in range(SIDE)}  # fmt: skip
    squares[ISLAND] = (CORNER[0] + 30_000, CORNER[1])
    features = []
    for name, (x, y) in squares.items():
        ring = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]) * METRES + (x, y)
        degrees = to_degrees(ring[:, 0], ring[:, 1]).round(7).tolist()
        properties = {"lsoa21_code": name, "lsoa21_name": f"Square {name[5:]}", "pfa24_code": "E23000099",
                      "pfa24_name": "Squareshire", "csp24_code": "E22000099", "csp24_name": "Hams",
                      "ltla24_code": "E06000099", "ltla24_name": "Ham"}  # fmt: skip
        features.append({"type": "Feature", "properties": properties,
                         "geometry": {"type": "Polygon", "coordinates": [degrees]}})  # fmt: skip
    path = folder / "squares.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    return path


def mean(row: int, column: int, month: Month) -> float:
    """Crimes to expect: one a month, nine where it is always hot, and in the last month nine where it is newly so."""
    hot = (row, column) in ALWAYS or (month == LAST and (row, column) in NEWLY)
    return 9.0 if hot else 1.0


def crimes(rng: np.random.Generator) -> Rows:
    rows: Rows = []
    for month in months(FIRST, LAST):
        for row in range(SIDE):
            for column in range(SIDE):
                for _ in range(rng.poisson(mean(row, column, month))):
                    rows.append(_crime(len(rows), row, column, month, rng))
    return rows


def _crime(number: int, row: int, column: int, month: Month, rng: np.random.Generator) -> dict[str, Any]:
    x, y = rng.uniform(1, METRES - 1, 2)
    return {
        "crime_ref": f"C{number}",
        "record_kind": "crime",
        "status": "recorded",
        "recorded_on": month.first_day + dt.timedelta(days=int(rng.integers(28))),
        "area": "A",
        "lsoa": code(row, column),
        "category": "residential_burglary" if rng.random() < 0.2 else "shoplifting",
        "easting": round(CORNER[0] + column * METRES + x),
        "northing": round(CORNER[1] + row * METRES + y),
    }


def planted(folder: Path, rows: Rows | None = None) -> Store:
    """The store: crimes as planted (or others), and the map."""
    folder.mkdir(parents=True, exist_ok=True)
    store = filled(folder / "store", {"crimes": crimes(np.random.default_rng(44)) if rows is None else rows})
    add_places(store, "lsoa", places_file(folder), who="tests")
    return store
