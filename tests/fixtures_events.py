"""Events made up for tests of what looks for patterns in them."""

from __future__ import annotations

import datetime as dt

import numpy as np
from numpy.typing import ArrayLike

from upstream.measures.events import Events, EventsOf

FIRST = dt.date(2022, 1, 1)


def made(
    x: ArrayLike,
    y: ArrayLike,
    days: ArrayLike,
    *,
    span: int = 365,
    table: str = "crimes",
    hours: ArrayLike | None = None,
    lasted: ArrayLike = 0,
    small_areas: ArrayLike | None = None,
    first: dt.date = FIRST,
) -> Events:
    """Events at some points, ``days`` after the first, at an hour (noon), known to within ``lasted`` minutes."""
    x, y = np.asarray(x, float), np.asarray(y, float)
    number = len(x)
    day = np.datetime64(first) + np.asarray(days, np.int64)
    minutes = np.round(60 * (np.full(number, 12.0) if hours is None else np.asarray(hours, float))).astype(
        "timedelta64[m]"
    )
    start = day.astype("datetime64[m]") + minutes
    words = np.full(number, "S1") if small_areas is None else np.asarray(small_areas, np.str_)
    return Events(
        of=EventsOf(first, first + dt.timedelta(days=span - 1)),
        table=table,
        easting=x,
        northing=y,
        day=day,
        start=start,
        end=start + np.broadcast_to(np.asarray(lasted, "timedelta64[m]"), start.shape),
        small_area=words,
        area=np.full(number, "A"),
        type=np.full(number, "residential_burglary"),
        harm_days=np.ones(number),
        read=number,
        left_out=(),
        without_times=0,
        approximate=0,
        missing=(),
        suspect=(),
        tables=(),
    )
