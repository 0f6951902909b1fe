"""Kept answers as files for other programs: the same figures as the page, with outlines for a map."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from upstream.places.national_grid import in_degrees, to_degrees
from upstream.reports.explore_files import (
    Rows,
    band_file,
    chain_event_file,
    chain_file,
    cluster_file,
    concentration_file,
    facility_file,
    hot_spot_file,
    month_file,
    pattern_file,
    risk_file,
    week_file,
    window_file,
)
from upstream.reports.rows_out import rows_as
from upstream.reports.when_pages import too_few_hours
from upstream.scan.event_rows import shape
from upstream_web.explore.engine.places import places_of_answer
from upstream_web.explore.models import Analysis

ROWS = ("csv", "parquet", "json")
DRAWN = ("csv", "geojson", "parquet", "json")
PARTS = {
    Analysis.Kind.HOT_SPOTS: {"": DRAWN},
    Analysis.Kind.NEAR_REPEATS: {
        "": DRAWN, "bands": ROWS, "areas": ("geojson",), "windows": DRAWN, "chains": ROWS, "events": ROWS,
    },
    Analysis.Kind.CONCENTRATION: {"": DRAWN},
    Analysis.Kind.FACILITIES: {"": DRAWN},
    Analysis.Kind.CLUSTERS: {"": DRAWN, "areas": ("geojson",)},
    Analysis.Kind.WHEN: {"": ROWS, "months": ROWS, "patterns": ROWS},
}  # fmt: skip
"""What of each kind of answer there is a file of: its main rows, others by name, and in which forms."""
OF_RECORDS = frozenset({"windows", "events"})
"""Parts of single events: for those who may go to the records, as is all of named facilities."""
_PARTED = {
    "bands": lambda answer, _: band_file(answer),
    "windows": lambda answer, _: window_file(answer),
    "chains": lambda answer, small_numbers: chain_file(answer, small_numbers=small_numbers),
    "events": lambda answer, _: chain_event_file(answer),
    "months": lambda answer, small_numbers: month_file(answer, small_numbers=small_numbers),
    "patterns": lambda answer, small_numbers: pattern_file(answer, small_numbers=small_numbers),
}


def has_part(kind: str, answer: Mapping[str, Any], part: str, *, records: bool) -> bool:
    """Whether the reader may have a part of a kept answer, which may be of before the part was added."""
    if not records and (part in OF_RECORDS or kind == Analysis.Kind.FACILITIES):
        return False
    if kind == Analysis.Kind.WHEN and not records and too_few_hours(answer):
        return False
    return {"chains": "chain_rows", "events": "chain_events"}.get(part, part or "read") in {*answer, "areas"}


def file_of(kind: str, answer: Mapping[str, Any], part: str, ending: str, *, small_numbers: bool) -> bytes:
    """One part of a kept answer as a file; the caller has looked into :data:`PARTS` whether there is one."""
    if part == "areas":
        outlines = _polygons(answer["outlines"])
        return rows_as(f".{ending}", [{"area": at} for at in range(1, len(outlines) + 1)], shapes=outlines)
    rows = _PARTED[part](answer, small_numbers) if part else _rows(kind, answer, small_numbers)
    if ending != "geojson":
        return rows_as(f".{ending}", rows)
    if kind == Analysis.Kind.FACILITIES:
        shapes = list(shapely.points(to_degrees(*([row[name] for row in rows] for name in ("easting", "northing")))))
    elif kind in (Analysis.Kind.HOT_SPOTS, Analysis.Kind.CONCENTRATION):
        places = places_of_answer(answer)
        at = {code: number for number, code in enumerate(places.codes.tolist())}
        rows = [row for row in rows if row["lsoa"] in at]
        shapes = list(in_degrees(places.outlines[[at[row["lsoa"]] for row in rows]]))
    else:
        shapes = [shape(row) for row in rows]
    return rows_as(f".{ending}", rows, shapes=shapes)


def _rows(kind: str, answer: Mapping[str, Any], small_numbers: bool) -> Rows:
    made = {
        Analysis.Kind.HOT_SPOTS: hot_spot_file,
        Analysis.Kind.NEAR_REPEATS: risk_file,
        Analysis.Kind.CLUSTERS: cluster_file,
        Analysis.Kind.CONCENTRATION: concentration_file,
        Analysis.Kind.WHEN: week_file,
        Analysis.Kind.FACILITIES: lambda answer, **_: facility_file(answer),
    }
    return made[Analysis.Kind(kind)](answer, small_numbers=small_numbers)


def _polygons(rings: list[list[list[float]]]) -> list[shapely.Geometry]:
    return list(in_degrees(np.array([shapely.Polygon(ring) for ring in rings], object))) if rings else []
