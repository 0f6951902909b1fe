"""Events of a list of one's own: a CSV file with a day and a point in each row, for methods that need no store."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from upstream.csv_files import named_columns, rows_in
from upstream.errors import BadInput
from upstream.measures.events import Events, EventsOf, LeftOut
from upstream.places.national_grid import GridPoints, checked, from_degrees

_POINTS: Final = (("easting", "northing"), ("longitude", "latitude"), ("x", "y"))
_LINES_SAID: Final = 5
OTHER_GRID: Final = "a list on another grid"
"""Table of events whose metres are not those of the National Grid: they cannot be put on a map."""


def events_in_file(
    path: Path, *, types: tuple[str, ...] = (), first: dt.date | None = None, last: dt.date | None = None
) -> Events:
    """The events of a CSV file: ``date`` (YYYY-MM-DD) and a point, with ``type`` where types are asked for.

    Question: where and when did what is listed happen?

    Parameters: ``path``; ``types`` those wanted, as the file writes them; ``first``, ``last`` days wanted, by default
    all. Points are ``easting`` and ``northing`` (metres on the National Grid), ``longitude`` and ``latitude`` (degrees)
    or ``x`` and ``y`` (metres of any other grid).

    Assumes: a row is one event, on one day, at its own point.

    When not to use: lists whose points are shared or whose days are only months.

    Raises
    ------
    BadInput
        The file cannot be read, lacks a column, has degrees for metres, or no row of it can be used.
    """
    rows = rows_in(path)
    if not rows:
        raise BadInput(f"{path.name} has no rows.", allowed="a heading and a row an event")
    pair = next((pair for pair in _POINTS if {"date", *pair} <= set(rows[0])), None)
    if pair is None or (types and "type" not in rows[0]):
        raise BadInput(
            f"{path.name} has the columns {named_columns([*rows[0]])}.",
            allowed="date, with easting and northing, longitude and latitude, or x and y; and type, to choose by it",
        )
    points = _points(pair, [_number(row[pair[0]]) for row in rows], [_number(row[pair[1]]) for row in rows])
    day = np.array([_day(row["date"]) for row in rows], "datetime64[D]")
    kind = np.array([row.get("type") or "" for row in rows])
    asked = np.isin(kind, types) if types else np.ones(len(rows), bool)
    for limit, after in ((first, True), (last, False)):
        if limit is not None:
            asked &= np.isnat(day) | ((day >= np.datetime64(limit)) if after else (day <= np.datetime64(limit)))
    kept, left_out = _usable(asked, day, points, np.array([row.line for row in rows]))
    if not kept.any():
        raise BadInput(
            f"No row of {path.name} is an event of what is asked for.",
            allowed=f"days {_span(day)}" + (f"; types {', '.join(sorted(set(kind)))}" if types else ""),
            remedy=" ".join(f"{one.count:,} were left out: {one.reason}." for one in left_out) or None,
        )
    of = EventsOf(first or day[kept].min().item(), last or day[kept].max().item(), types=types)
    order = np.flatnonzero(kept)[np.lexsort((points.northing[kept], points.easting[kept], day[kept]))]
    nothing, midnight = np.full(len(order), ""), day[order].astype("datetime64[m]")
    last_minute: NDArray[np.datetime64] = np.add(midnight, np.timedelta64(24 * 60 - 1, "m"))
    return Events(
        of=of,
        table=OTHER_GRID if pair == _POINTS[2] else "a list",
        easting=points.easting[order],
        northing=points.northing[order],
        day=day[order],
        start=midnight,
        end=last_minute,
        small_area=nothing,
        area=nothing,
        type=kind[order],
        harm_days=np.full(len(order), np.nan),
        read=int(asked.sum()),
        left_out=left_out,
        without_times=0,
        approximate=int(points.approximate[order].sum()),
        missing=(),
        suspect=(),
        tables=(),
    )


def _points(pair: tuple[str, str], x: list[float], y: list[float]) -> GridPoints:
    if pair == _POINTS[0]:
        return checked(x, y)
    if pair == _POINTS[1]:
        return from_degrees(x, y)
    east, north = np.array(x), np.array(y)
    missing = ~(np.isfinite(east) & np.isfinite(north))
    given = np.abs(np.concatenate([east[~missing], north[~missing]]))
    if len(given) and given.max() <= 180:
        raise BadInput(
            "x and y are degrees.",
            allowed="metres of a projected grid",
            remedy="Name the columns longitude and latitude if they are degrees.",
        )
    return GridPoints(east, north, missing, np.zeros(len(east), bool), np.zeros(len(east), bool))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _day(text: str) -> np.datetime64:
    try:
        return np.datetime64(dt.date.fromisoformat(text[:10]))
    except ValueError:
        return np.datetime64("NaT")


def _usable(
    asked: NDArray[np.bool_], day: NDArray[np.datetime64], points: GridPoints, lines: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], tuple[LeftOut, ...]]:
    """Which rows are used, and why the others asked for are not, each once."""
    kept, left_out = asked.copy(), []
    for wrong, words in (
        (np.isnat(day), "no day that can be read (YYYY-MM-DD)"),
        (points.missing, "no point that can be read"),
        (points.outside, "a point outside Great Britain"),
    ):
        lost = kept & wrong
        kept &= ~wrong
        if lost.any():
            left_out.append(LeftOut(f"{words}, {_lines(lines[lost])}", int(lost.sum())))
    return kept, tuple(left_out)


def _lines(numbers: NDArray[np.int64]) -> str:
    said = ", ".join(str(number) for number in numbers[:_LINES_SAID])
    return f"line{'s' * (len(numbers) > 1)} {said}{' and others' * (len(numbers) > _LINES_SAID)}"


def _span(day: NDArray[np.datetime64]) -> str:
    known = day[~np.isnat(day)]
    return f"{known.min()} to {known.max()}" if len(known) else "written YYYY-MM-DD"
