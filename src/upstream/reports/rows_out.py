"""Rows of an analysis as a file for other programs: CSV, Parquet, JSON, or GeoJSON with outlines of small areas."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
import shapely

from upstream.errors import BadInput
from upstream.places.tables import BOUNDARIES, read_table
from upstream.reports.spreadsheet import as_plain_text
from upstream.store import Store

Rows = Sequence[Mapping[str, Any]]
Shapes = Sequence[shapely.Geometry | None]
ENDINGS: Final = (".csv", ".parquet", ".json", ".geojson")


def write_rows(path: Path, rows: Rows, store: Store | None = None, *, shapes: Shapes | None = None) -> Path:
    """Write rows of the same columns; the file's ending says how.

    GeoJSON draws ``shapes`` (one a row, degrees; ``None``: the row has none), or
    else takes outlines of ``lsoa`` from the store.

    Raises
    ------
    BadInput
        The ending is not known, or nobody holds the outlines.
    """
    path.write_bytes(rows_as(path.suffix, rows, store, shapes=shapes))
    return path


def rows_as(suffix: str, rows: Rows, store: Store | None = None, *, shapes: Shapes | None = None) -> bytes:
    """The file's content; ``suffix`` such as ``.csv`` says how. As :func:`write_rows`."""
    makers = {".csv": _csv, ".json": _json, ".parquet": _parquet}
    ending = suffix.lower()
    if ending not in ENDINGS:
        raise BadInput(f"The ending {suffix!r} is not known.", allowed=", ".join(ENDINGS))
    if ending == ".geojson":
        return _features(rows, _outlines(rows, store) if shapes is None else shapes)
    return makers[ending](rows)


def _csv(rows: Rows) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    names = list(rows[0]) if rows else []
    writer.writerow(names)
    for row in rows:
        cells = [row[name] for name in names]
        writer.writerow([as_plain_text(cell) if isinstance(cell, str) else cell for cell in cells])
    return out.getvalue().encode()


def _json(rows: Rows) -> bytes:
    return (json.dumps([dict(row) for row in rows], ensure_ascii=False, default=str) + "\n").encode()


def _parquet(rows: Rows) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist([dict(row) for row in rows]), sink)
    return bytes(sink.getvalue().to_pybytes())


def _outlines(rows: Rows, store: Store | None) -> list[shapely.Geometry]:
    if any("lsoa" not in row for row in rows):
        raise BadInput("These rows are not of small areas, so they have no outline.", allowed=", ".join(ENDINGS[:-1]))
    held = read_table(store, BOUNDARIES).to_pylist() if store is not None else []
    outlines = {row["lsoa"]: row["wkb"] for row in sorted(held, key=lambda row: row["vintage"])}
    lacking = [row["lsoa"] for row in rows if row["lsoa"] not in outlines]
    if lacking:
        raise BadInput(
            f"No outline of {lacking[0]} is held ({len(lacking)} lack one).",
            remedy="Add boundaries first: upstream places add lsoa FILE.geojson",
        )
    return [shapely.from_wkb(outlines[row["lsoa"]]) for row in rows]


def _features(rows: Rows, shapes: Shapes) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": dict(row),
            "geometry": None if shape is None else json.loads(shapely.to_geojson(shape)),
        }
        for row, shape in zip(rows, shapes, strict=True)
    ]
    made = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, default=str)
    return (made + "\n").encode()
