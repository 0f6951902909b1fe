"""Maps of what a scan found: outlines of the areas, and squares or circles on them with their numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from upstream.measures.events import Events
from upstream.places.outlines import outlines, vintages_held
from upstream.places.tables import BOUNDARIES
from upstream.reports.map_frame import MARGIN, SIDE, Frame, Points, frame_round, rings
from upstream.reports.svg import Drawing
from upstream.store import Store

LEAST_PIXELS: Final = 5.0
"""A square or circle is drawn so wide at least, so that it can be seen."""
SIMPLER_METRES: Final = 60.0
AROUND_METRES: Final = 1_500.0
NARROW: Final = 340.0
"""Pixels of the longer side on a telephone."""
BELOW: Final = 24.0
"""Pixels for the ruler."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A square or a circle of metres on the National Grid: its middle, half its width, and its number on the map."""

    easting: float
    northing: float
    reach: float
    number: int = 0
    round: bool = False


def area_outlines(events: Events, store: Store) -> list[list[list[float]]]:
    """Rings of the policing areas that the events lie in, whole metres: small areas joined by where they are counted.

    Empty without boundaries.
    """
    if not store.holds(BOUNDARIES.name) or not len(events.small_area):
        return []
    held = outlines(store, vintages_held(store)[-1])
    codes = np.unique(np.char.add(np.char.add(events.small_area, "\t"), events.area))
    area_of = dict(pair.split("\t") for pair in codes.tolist())
    found: list[list[list[float]]] = []
    for area in sorted(set(area_of.values())):
        own = np.isin(held.codes, [code for code, of in area_of.items() if of == area])
        if own.any():
            whole = shapely.simplify(shapely.union_all(shapely.buffer(held.outlines[own], 5)), SIMPLER_METRES)
            found += [np.rint(ring).tolist() for ring in rings(whole)]
    return found


def marks_of(rows: Sequence[Mapping[str, Any]]) -> list[Mark]:
    """Rows of squares or circles, numbered in their order."""
    return [
        Mark(row["easting"] + row["metres"] / 2, row["northing"] + row["metres"] / 2, row["metres"] / 2, at)
        if "metres" in row
        else Mark(row["easting"], row["northing"], row["radius_metres"], at, round=True)
        for at, row in enumerate(rows, 1)
    ]


def draw_map(
    key: str, title: str, description: str, areas: Sequence[Sequence[Sequence[float]]], marks: Sequence[Mark],
    *, numbered: int = 10, whole: bool = True, side: float = SIDE,
) -> str:  # fmt: skip
    """The picture: the areas' outlines, the marks, and the numbers of the first; north up, the same scale both ways.

    ``side`` is the pixels of its longer side: drawn small, its words stay as large."""
    lines = [np.asarray(ring, np.float64) for ring in areas]
    frame = _frame(lines, marks, whole, side)
    page = Drawing(frame.width, frame.height + BELOW)
    for line in lines:
        page.path("c-mean", frame.at(line), closed=True)
    for mark in reversed(marks):
        ((x, y),) = frame.at(np.array([[mark.easting, mark.northing]]))
        reach = max(mark.reach * frame.scale, LEAST_PIXELS / 2)
        if mark.round:
            page.dot("c-value", x, y, reach)
        else:
            page.rect("c-flag", x - reach, y - reach, 2 * reach, 2 * reach)
    for mark in reversed(marks[:numbered]):
        ((x, y),) = frame.at(np.array([[mark.easting, mark.northing]]))
        page.text("t-ink h", x + max(mark.reach * frame.scale, 2.0) + 2, y + 4, str(mark.number), size=12, bold=True)
    _ruler(page, frame)
    return page.svg(key, title, description)


def both_maps(
    key: str, title: str, description: str, areas: Sequence[Sequence[Sequence[float]]], marks: Sequence[Mark]
) -> tuple[str, str]:
    """The map as it is on a page, and small."""
    wide = draw_map(key, title, description, areas, marks)
    return wide, draw_map(f"{key}-narrow", title, description, areas, marks, side=NARROW)


def _frame(lines: Sequence[Points], marks: Sequence[Mark], whole: bool, side: float) -> Frame:
    around = [np.array([[mark.easting, mark.northing]]) + step * (mark.reach + AROUND_METRES)
              for mark in marks for step in (-1, 1)]  # fmt: skip
    return frame_round(np.concatenate([*(lines if whole else []), *around] or [np.zeros((1, 2))]), side)


def _ruler(page: Drawing, frame: Frame) -> None:
    """How long some kilometres are on the map."""
    room = page.width / 3 / frame.scale
    metres = max(
        (step for step in (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000) if step <= room), default=100
    )
    y, words = page.height - 10, f"{metres / 1000:g} km" if metres >= 1_000 else f"{metres} m"
    page.line("c-axis", MARGIN, y, MARGIN + metres * frame.scale, y)
    page.text("t-soft", MARGIN, y - 5, words, size=11)
