"""Hours of the week, for events whose time is known only to lie between two times."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput
from upstream.records.local_time import LOCAL_ZONE

LONGEST: Final = 24
"""Hours an event may have lasted and still be placed. Ours: beyond a day a span says nothing of the hour."""
HOURS: Final = 24
DAYS: Final = 7
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class WeekHours:
    """Events by weekday and hour.

    Attributes
    ----------
    cells : array (7, 24) of float
        Events by weekday (Monday first) and hour of the local clock; an event of several possible hours is shared
        equally among them, so cells need not be whole.
    placed : int
        Events shared out: the sum of ``cells``.
    not_placed : int
        Events without a time, or whose span is longer than a day or ends before it starts.
    """

    cells: NDArray[np.float64]
    placed: int
    not_placed: int


def week_hours(start: ArrayLike, span: ArrayLike, n: ArrayLike) -> WeekHours:
    """Events by hour of the week, each shared among the hours in which it can have happened.

    Question: at what hours, when many a burglary is only known to have happened between leaving and coming home?

    Parameters: ``start`` (k,) hours since 1970 in UTC, NaN where not known; ``span`` (k,) whole hours from the hour of
    the start to that of the end; ``n`` (k,) events of each, whole numbers.

    Assumes: each hour touched is equally likely; the local clock is that of London.

    When not to use: to test a pattern (the shares are not independent events), or where most spans are a day long: the
    shares are then flat whatever happened.

    Source: Ratcliffe (2000), Aoristic analysis, International Journal of Geographical Information Science 14(7),
    669-679.
    """
    first, length, events = np.asarray(start, float), np.asarray(span, float), np.asarray(n, np.int64)
    if not first.shape == length.shape == events.shape or first.ndim != 1 or np.any(events < 0):
        raise BadInput("Starts, spans and counts do not fit.", allowed="one of each, counts from 0")
    known = np.isfinite(first) & np.isfinite(length) & (length >= 0) & (length <= LONGEST)
    cells = np.zeros((DAYS, HOURS))
    begins, lengths, weights = first[known].astype(np.int64), length[known].astype(np.int64), events[known]
    for hours in np.unique(lengths):
        of = lengths == hours
        share = weights[of] / (hours + 1)
        for later in range(int(hours) + 1):
            weekday, hour = _local(begins[of] + later)
            np.add.at(cells, (weekday, hour), share)
    return WeekHours(cells, int(weights.sum()), int(events[~known].sum()))


def _local(hours: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Weekday and hour that a London clock shows at hours since 1970."""
    zone = ZoneInfo(LOCAL_ZONE)
    distinct, where = np.unique(hours, return_inverse=True)
    clocks = [(_EPOCH + dt.timedelta(hours=int(hour))).astimezone(zone) for hour in distinct]
    weekday = np.array([clock.weekday() for clock in clocks], np.int64)
    hour = np.array([clock.hour for clock in clocks], np.int64)
    return weekday[where], hour[where]
