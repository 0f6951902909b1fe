"""Where and until when risk stays raised after recent events: as squares of a map, and as windows for visits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from upstream.measures.events import Events
from upstream.stats.knox import Metric

LEAST_CELL: Final = 100.0
"""Metres of the smallest cell that is shown: a cell is never one household."""
_EPOCH: Final = dt.date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class RaisedBand:
    """How far from an event, how long after it, and how much more likely another is: metres, days, ratio."""

    metres: float
    days: int
    ratio: float


@dataclass(frozen=True, slots=True)
class RiskArea:
    """A square in which crime is more likely than usual for some days: where a visit may prevent one.

    Attributes
    ----------
    easting, northing
        South-western corner, metres.
    metres
        Side of the square.
    small_area
        That of most of the recent events that raise its risk.
    events
        Recent events that raise it.
    ratio
        Highest ratio of the bands in which it lies: events found over events expected.
    latest
        Day of the latest of them.
    until
        Last day on which it is raised.
    """

    easting: float
    northing: float
    metres: float
    small_area: str
    events: int
    ratio: float
    latest: dt.date
    until: dt.date


@dataclass(frozen=True, slots=True)
class RiskWindow:
    """Round one recent event: how far, and until when, another is more likely than usual.

    Attributes
    ----------
    event
        Its number among the events in order of day.
    day, small_area, type
        Of the event; the type is the table's own key.
    easting, northing
        Middle of the square of :data:`LEAST_CELL` metres that the event lies in: never its own point.
    metres
        How far from the event; 0: at the same place alone.
    ratio
        Events found over events expected, so near and so soon.
    until
        Last day on which it is raised.
    """

    event: int
    day: dt.date
    small_area: str
    type: str
    easting: float
    northing: float
    metres: float
    ratio: float
    until: dt.date


def raised_bands(
    distances: Sequence[float], days: Sequence[int], ratio: NDArray[np.float64], raised: NDArray[np.bool_],
    *, same_place: bool,
) -> list[RaisedBand]:  # fmt: skip
    """For each band of distance from the nearest on, while raised at once, how long it stays so.

    Parameters: ends of the bands; ``ratio`` and ``raised`` (distances, days), with a row for the same place first where
    ``same_place``.
    """
    ends = [0.0, *distances] if same_place else list(distances)
    bands: list[RaisedBand] = []
    for end, ratios, row in zip(ends, ratio, raised, strict=True):
        longest = int(np.argmin(np.r_[row, False]))
        if longest == 0:
            if end > 0:
                break
            continue  # too few at one place say nothing of those near by
        bands.append(RaisedBand(float(end), int(days[longest - 1]), float(np.nanmax(ratios[:longest]))))
    return bands


def risk_areas(
    events: Events, day: NDArray[np.int64], bands: Sequence[RaisedBand], *, metric: Metric, side: float
) -> tuple[RiskArea, ...]:
    """Squares within the raised bands of recent events, most events first.

    Parameters: ``events`` and the ``day`` of each since 1970; squares of ``side`` metres.
    """
    to = (events.of.last - _EPOCH).days
    cells: dict[tuple[int, int], list[tuple[int, int, float]]] = {}
    for row in _recent(day, to, bands):
        x, y = float(events.easting[row]), float(events.northing[row])
        for cell, until, times in _cells_of(x, y, day[row], bands, metric, side):
            if until > to:
                cells.setdefault(cell, []).append((int(row), until, times))
    risk = [_risk_area(events, day, side, cell, found) for cell, found in cells.items()]
    return tuple(sorted(risk, key=lambda one: (-one.events, -one.ratio, one.easting, one.northing)))


def risk_windows(events: Events, day: NDArray[np.int64], bands: Sequence[RaisedBand]) -> tuple[RiskWindow, ...]:
    """Windows that are still open on the last day asked for, that of the latest event first.

    A band that another reaches beyond, in metres and in days, says nothing more and makes no window of its own.
    """
    to = (events.of.last - _EPOCH).days
    wide = [one for at, one in enumerate(bands) if all(other.days < one.days for other in bands[at + 1 :])]
    found = [
        _window(events, day, int(row), band)
        for row in _recent(day, to, bands)
        for band in wide
        if int(day[row]) + band.days > to
    ]
    return tuple(sorted(found, key=lambda one: (-one.day.toordinal(), one.event, -one.metres)))


def _recent(day: NDArray[np.int64], to: int, bands: Sequence[RaisedBand]) -> NDArray[np.int64]:
    longest = max((band.days for band in bands), default=0)
    return np.flatnonzero((day <= to) & (day > to - longest))


def _window(events: Events, day: NDArray[np.int64], row: int, band: RaisedBand) -> RiskWindow:
    return RiskWindow(
        event=row + 1,
        day=_date(day[row]),
        small_area=str(events.small_area[row]),
        type=str(events.type[row]),
        easting=_middle(float(events.easting[row])),
        northing=_middle(float(events.northing[row])),
        metres=band.metres,
        ratio=band.ratio,
        until=_date(day[row] + band.days),
    )


def _middle(metres: float) -> float:
    return (metres // LEAST_CELL + 0.5) * LEAST_CELL


def _cells_of(
    x: float, y: float, day: np.int64, bands: Sequence[RaisedBand], metric: Metric, side: float
) -> list[tuple[tuple[int, int], int, float]]:
    """Squares whose middle lies within a raised band of an event, and always its own."""
    own = int(x // side), int(y // side)
    steps = int(bands[-1].metres // side) + 1
    found = []
    for across in range(-steps, steps + 1):
        for up in range(-steps, steps + 1):
            cell = own[0] + across, own[1] + up
            dx, dy = abs((cell[0] + 0.5) * side - x), abs((cell[1] + 0.5) * side - y)
            away = dx + dy if metric == "manhattan" else float(np.hypot(dx, dy))
            inside = [one for one in bands if away <= one.metres or cell == own]
            if inside:
                found.append((cell, int(day) + max(one.days for one in inside), max(one.ratio for one in inside)))
    return found


def _risk_area(
    events: Events, day: NDArray[np.int64], side: float, cell: tuple[int, int], found: list[tuple[int, int, float]]
) -> RiskArea:
    rows = [row for row, _, _ in found]
    areas, counts = np.unique(events.small_area[rows], return_counts=True)
    return RiskArea(
        easting=cell[0] * side,
        northing=cell[1] * side,
        metres=side,
        small_area=str(areas[int(np.argmax(counts))]),
        events=len(rows),
        ratio=max(times for _, _, times in found),
        latest=_date(max(day[row] for row in rows)),
        until=_date(max(until for _, until, _ in found)),
    )


def _date(day: np.int64 | int) -> dt.date:
    return _EPOCH + dt.timedelta(days=int(day))
