"""Local wall-clock time to UTC and back, and random times of day, on whole arrays."""

from __future__ import annotations

import datetime as dt
from functools import cache
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from upstream.periods import Month

Array = NDArray[np.float64]
Times = NDArray[np.datetime64]
Integers = NDArray[np.int64]

HOUR: Final = np.timedelta64(3_600_000_000, "us")
SECONDS_IN_DAY: Final = 86_400
_YEARS: Final = range(2010, 2040)


@cache
def _changes() -> tuple[Times, Times]:
    """UTC instants at which the clocks go forward and back, one of each a year."""
    forward: list[np.datetime64] = []
    back: list[np.datetime64] = []
    for year in _YEARS:
        for month, out in ((3, forward), (10, back)):
            day = dt.date(year, month, 31)
            while day.weekday() != 6:
                day -= dt.timedelta(days=1)
            out.append(np.datetime64(day, "us") + HOUR)
    return np.array(forward), np.array(back)


def _summer(instants: Times) -> NDArray[np.bool_]:
    forward, back = _changes()
    started = np.searchsorted(forward, instants, side="right")
    ended = np.searchsorted(back, instants, side="right")
    return started > ended


def to_utc(local: Times) -> Times:
    """UTC of local wall-clock times; in the hour that happens twice, the first."""
    return np.where(_summer(local - HOUR), local - HOUR, local)


def local_date(utc: Times) -> Times:
    """Local calendar day of UTC instants, datetime64[D]."""
    return np.where(_summer(utc), utc + HOUR, utc).astype("datetime64[D]")


def draw_days(
    month: Integers, kind: Integers, months: tuple[Month, ...], by_weekday: Array, rng: np.random.Generator
) -> Times:
    """A day inside each record's month.

    Parameters
    ----------
    month, kind : (n,) int64
        Index of the month, and row of ``by_weekday``.
    by_weekday : (kinds, 7) float64
        Relative volume from Monday to Sunday.
    """
    out = np.zeros(month.size, "datetime64[D]")
    if not month.size:
        return out
    order = np.lexsort((kind, month))
    groups = month[order] * len(by_weekday) + kind[order]
    edges = np.flatnonzero(np.r_[True, np.diff(groups) > 0, True])
    for begin, end in pairwise(edges):
        which, row = divmod(int(groups[begin]), len(by_weekday))
        first = months[which].first_day
        weight = by_weekday[row][(first.weekday() + np.arange(months[which].days)) % 7]
        days = np.searchsorted(np.cumsum(weight) / weight.sum(), rng.random(end - begin))
        out[order[begin:end]] = np.datetime64(first, "D") + days
    return out


def draw_seconds(kind: Integers, by_hour: Array, rng: np.random.Generator) -> Integers:
    """Seconds since midnight, hours weighted by ``by_hour`` (kinds, 24)."""
    cumulative = np.cumsum(by_hour, axis=1) / by_hour.sum(axis=1, keepdims=True)
    u = rng.random(kind.size)
    hour = np.zeros(kind.size, np.int64)
    for row in range(len(by_hour)):
        mine = kind == row
        hour[mine] = np.searchsorted(cumulative[row], u[mine])
    return np.minimum(hour, 23) * 3600 + rng.integers(0, 3600, kind.size)


def at(day: Times, seconds: NDArray[np.generic]) -> Times:
    """A local time: a day and seconds since its midnight."""
    moment: Times = day.astype("datetime64[us]") + (seconds.astype(np.float64) * 1e6).astype("timedelta64[us]")
    return moment
