"""Where and at what hours patrols would stop: squares with most recorded events, and the hours that hold them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from upstream.errors import BadInput
from upstream.measures.events import Events
from upstream.respond.patrol import HotSpot

ACROSS: Final = 200.0
"""Metres of a square: a street block or two, which can be walked round in a stop. A choice, not an estimate."""
LEAST_EVENTS: Final = 10
"""Events that a square has at least, at two points or more: no patrol is planned of one household."""
LEAST_POINTS: Final = 2
HOURS: Final = 24
MOST_PLACES: Final = 40


@dataclass(frozen=True, slots=True)
class BusyHours:
    """The hours of the day in which most of the events of the chosen squares can have happened.

    Attributes
    ----------
    begin, hours
        First hour of the day (0 to 23), and how many.
    share
        Of the events whose hour is known, 0 to 1; of so many hours by chance it would be ``hours / 24``.
    known
        Events whose hour is known.
    by_hour
        Array (24,) of events by hour; one that can have happened in several hours is spread over them.
    """

    begin: int
    hours: int
    share: float
    known: int
    by_hour: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PatrolPlaces:
    """Squares to patrol.

    Attributes
    ----------
    spots
        The most events first; the weight of each is its events.
    events
        Array (spots,) of events in each.
    small_areas
        Of each, the small area with most of its events; empty where none is known.
    busy
        Hours that hold most of their events; ``None`` where no hour is known.
    of_all
        Their share of all events with a point, 0 to 1.
    squares
        Squares with any event: with ``of_all``, how far they are concentrated.
    passed_over
        Squares with as many events as one that was chosen, left out because all are at one point.
    """

    spots: tuple[HotSpot, ...]
    events: NDArray[np.int64]
    small_areas: tuple[str, ...]
    busy: BusyHours | None
    of_all: float
    squares: int
    passed_over: int


def patrol_places(
    events: Events, *, count: int, hours: int, names: dict[str, str] | None = None, across: float = ACROSS
) -> PatrolPlaces:
    """The squares with most events, and the hours that hold most of those.

    Question: where, and when of a day, would short stops meet most of what is recorded?

    Parameters: ``events`` of a period with points; ``count`` squares at most; ``hours`` of a patrol, whole, 1 to 24;
    ``names`` of small areas; ``across`` metres of a square on the National Grid.

    Assumes: what was recorded before comes again where it was. A square that is busy once falls back a little: its next
    year is nearer the mean, for chance put some squares first.

    When not to use: on open data, whose points are shared map points; for events that patrols themselves find.

    Source: that a few small places hold much of a town's crime and go on holding it: Weisburd (2015), Criminology 53,
    133-157. The size of the squares is ours.

    Raises
    ------
    BadInput
        Open data, no square with enough events, or numbers that cannot be.
    """
    if not 1 <= count <= MOST_PLACES or not 1 <= hours <= HOURS or across <= 0:
        raise BadInput(f"{count} places for {hours} hours cannot be chosen.",
                       allowed=f"1 to {MOST_PLACES} places, 1 to {HOURS} hours")  # fmt: skip
    if events.open_data:
        raise BadInput("Open data has shared map points and no hours, so it cannot say where to stop.",
                       allowed="the force's own crimes or incidents")  # fmt: skip
    placed = np.isfinite(events.easting) & np.isfinite(events.northing)
    x, y = events.easting[placed], events.northing[placed]
    square = np.column_stack([np.floor(x / across), np.floor(y / across)]).astype(np.int64)
    squares, of, counts = np.unique(square, axis=0, return_inverse=True, return_counts=True)
    of = of.ravel()
    points = _points_in(x, y, of, len(squares))
    enough = (counts >= LEAST_EVENTS) & (points >= LEAST_POINTS)
    if not enough.any():
        raise BadInput(f"No square of {across:.0f} metres has {LEAST_EVENTS} events at two points or more.",
                       allowed="a longer period, more types or a wider area")  # fmt: skip
    order = np.lexsort((squares[:, 1], squares[:, 0], -counts))
    chosen = order[enough[order]][:count]
    within = np.isin(of, chosen)
    small = tuple(_most(events.small_area[placed][of == at]) for at in chosen)
    spots = tuple(_spot(squares[at], int(counts[at]), across, (names or {}).get(code, code))
                  for at, code in zip(chosen, small, strict=True))  # fmt: skip
    return PatrolPlaces(
        spots, counts[chosen].astype(np.int64), small,
        busy_hours(events.start[placed][within], events.end[placed][within], hours),
        float(counts[chosen].sum() / len(x)), len(squares),
        int(((counts >= counts[chosen].min()) & (counts >= LEAST_EVENTS) & (points < LEAST_POINTS)).sum()),
    )  # fmt: skip


def busy_hours(start: NDArray[np.datetime64], end: NDArray[np.datetime64], hours: int) -> BusyHours | None:
    """The run of whole hours that holds most events; the earliest among equals. ``None``: no time is known.

    An event that can have happened at any minute of a range counts in each hour by its share of the range; a range of a
    day or more says nothing about the hour and is left out.
    """
    known = ~np.isnat(start) & ~np.isnat(end)
    minutes = (end[known] - start[known]).astype(np.int64)
    use = minutes < HOURS * 60
    first = (start[known][use].astype("datetime64[m]").astype(np.int64)) % (HOURS * 60)
    minutes = minutes[use]
    if not len(first):
        return None
    by_hour = np.zeros(HOURS)
    for begin, long in zip(first.tolist(), minutes.tolist(), strict=True):
        by_hour += _spread(begin, long)
    held = np.array([np.roll(by_hour, -at)[:hours].sum() for at in range(HOURS)])
    begin = int(np.argmax(np.round(held, 9)))
    return BusyHours(begin, hours, float(held[begin] / by_hour.sum()), len(first), by_hour)


def _spread(begin: int, minutes: int) -> NDArray[np.float64]:
    """One event over the hours of its range."""
    found = np.zeros(HOURS)
    if minutes == 0:
        found[begin // 60] = 1.0
        return found
    at, left = begin, minutes
    while left > 0:
        here = min(60 - at % 60, left)
        found[(at // 60) % HOURS] += here / minutes
        at, left = at + here, left - here
    return found


def _points_in(
    x: NDArray[np.float64], y: NDArray[np.float64], of: NDArray[np.int64], squares: int
) -> NDArray[np.int64]:
    """Different points (to the metre) in each square."""
    apart = np.unique(np.column_stack([of, np.round(x).astype(np.int64), np.round(y).astype(np.int64)]), axis=0)
    return np.bincount(apart[:, 0], minlength=squares)


def _most(codes: NDArray[np.str_]) -> str:
    found, counts = np.unique(codes[codes != ""], return_counts=True)
    return str(found[np.argmax(counts)]) if len(found) else ""


def _spot(square: NDArray[np.int64], events: int, across: float, name: str) -> HotSpot:
    east, north = (square + 0.5) * across
    where = f"{east:.0f}, {north:.0f}"
    return HotSpot(f"{east:.0f}-{north:.0f}", f"{name or 'Square'} ({where})", float(east), float(north), float(events))
