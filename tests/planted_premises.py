"""A register of premises and schools on the planted map, one of them with most of the crimes about it."""

from __future__ import annotations

import datetime as dt

from planted_map import CORNER, code
from stores import Rows

DAY = dt.date(2021, 12, 1)
BUSY = (CORNER[0] + 8_500.0, CORNER[1] + 8_500.0)


def _small_area(x: float, y: float) -> str:
    return code(int((y - CORNER[1]) // 1_000), int((x - CORNER[0]) // 1_000))


def premises() -> Rows:
    """Thirty licences a kilometre apart, the busy one first; one has no point and one is ended."""
    places = [BUSY] + [(CORNER[0] + 500.0 + 1_000 * at % 15_000, CORNER[1] + 2_500.0) for at in range(29)]
    rows = [
        {
            "authority": "Ham", "licence_ref": f"L{at:02d}", "name": f"The {at} Bells", "area": "A",
            "lsoa": _small_area(x, y), "easting": x + at, "northing": y,
            "kind": "premises_licence", "on_premises": at < 10, "status": "current", "as_at": DAY,
        }
        for at, (x, y) in enumerate(places)
    ]  # fmt: skip
    rows[-1]["easting"] = None
    rows[-2]["status"] = "ended"
    return rows


def exclusions() -> Rows:
    """Four schools, one of them with two terms."""
    terms = [(at, DAY) for at in range(4)] + [(0, dt.date(2020, 7, 1))]
    return [
        {
            "school_urn": f"U{at}", "school": f"School {at}" if last == DAY else "Old name", "area": "A",
            "lsoa": code(3, at), "easting": CORNER[0] + 1_000 * at + 500, "northing": CORNER[1] + 3_500,
            "period_from": last - dt.timedelta(days=90), "period_to": last, "kind": "suspension",
            "reason_given": "disruption", "exclusions": 9, "as_at": DAY,
        }
        for at, last in terms
    ]  # fmt: skip


def crimes_about() -> Rows:
    """120 violent crimes of two years: 80 within 40 metres of the busy premises, one in turn at each of the others."""
    rows = []
    for at in range(120):
        x, y = BUSY if at < 80 else (CORNER[0] + 500.0 + 1_000 * (at - 80) % 15_000, CORNER[1] + 2_500.0)
        rows.append(
            {
                "crime_ref": f"P{at}", "record_kind": "crime", "status": "recorded", "area": "A",
                "recorded_on": dt.date(2020, 1, 5) + dt.timedelta(days=6 * at), "category": "violence_with_injury",
                "lsoa": _small_area(x, y),
                "easting": x + at % 7, "northing": y + at % 5,
            }
        )  # fmt: skip
    return rows
