"""Burglaries of one year, some of them again near by within a week, as rows of the table of crimes."""

from __future__ import annotations

import datetime as dt

import numpy as np

from stores import Rows

FIRST = dt.date(2022, 1, 1)
LAST = dt.date(2022, 12, 31)


def burglaries() -> Rows:
    """200 burglaries, 60 of them again near by within a week, and fifteen new ones of the last days."""
    rng = np.random.default_rng(7)
    x, y, day = *rng.uniform(400_000, 406_000, (2, 200)), rng.integers(0, 355, 200)
    again = rng.choice(200, 60, replace=False)
    x = np.concatenate([x, x[again] + rng.uniform(-60, 60, 60), 403_000 + rng.uniform(-200, 200, 15)])
    y = np.concatenate([y, y[again] + rng.uniform(-60, 60, 60), 403_000 + rng.uniform(-200, 200, 15)])
    day = np.concatenate([day, day[again] + rng.integers(1, 8, 60), rng.integers(355, 365, 15)])
    return [
        {
            "crime_ref": f"C{at}", "record_kind": "crime", "status": "recorded", "area": "A",
            "category": "residential_burglary",
            "lsoa": f"S{int(x[at] // 1_000)}", "easting": float(round(x[at])), "northing": float(round(y[at])),
            "recorded_on": FIRST + dt.timedelta(days=int(day[at])),
        }
        for at in range(275)
    ]  # fmt: skip
