"""One small chart for each area, side by side, each on its own scale."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import groupby
from textwrap import wrap

from upstream.reports.charts import WIDTH, Point, Scale, tick_label, ticks
from upstream.reports.svg import Drawing, width_of

COLUMNS = 3
ONE_ROW = 5
"""So many stand side by side; more stand in rows of :data:`COLUMNS`."""
PANEL_HEIGHT = 112.0
LEFT, RIGHT, TOP, BOTTOM = 40.0, 10.0, 30.0, 22.0
NAME_LEFT = 6.0
NARROW = 180.0


@dataclass(frozen=True, slots=True)
class Panel:
    """One area or measure: its name, its months, and the most its values can be."""

    name: str
    points: tuple[Point, ...]
    ceiling: float = math.inf


def draw_panels(key: str, title: str, description: str, panels: tuple[Panel, ...], *, ceiling: float = math.inf) -> str:
    """Every area's values with their limits, as one SVG.

    Scales differ from panel to panel: the shapes are to be compared, not the heights; the table beside them has the
    numbers.
    """
    columns = max(COLUMNS, len(panels)) if len(panels) <= ONE_ROW else COLUMNS
    rows = -(-len(panels) // columns)
    page, width = Drawing(WIDTH, PANEL_HEIGHT * max(rows, 1)), WIDTH / columns
    for index, panel in enumerate(panels):
        box = Box(width * (index % columns), PANEL_HEIGHT * (index // columns), width)
        _draw_panel(page, panel, box, min(ceiling, panel.ceiling))
    return page.svg(key, title, description)


@dataclass(frozen=True, slots=True)
class Box:
    """Where a panel stands."""

    left: float
    top: float
    width: float


def _draw_panel(page: Drawing, panel: Panel, box: Box, ceiling: float) -> None:
    left, top = box.left, box.top
    _name(page, panel.name, box)
    seen = [min(v, ceiling) for p in panel.points for v in (p.value, p.lower, p.upper) if v is not None]
    low, high = (min(seen), max(seen)) if seen else (0.0, 1.0)
    marks = ticks(min(low, 0.0) if 0 <= low < 0.45 * high else low, high, 2, ceiling)
    floor = top + PANEL_HEIGHT - BOTTOM
    scale = Scale(marks[0], marks[-1], floor, top + TOP)
    wide = box.width - LEFT - RIGHT
    step = wide / max(len(panel.points), 1)
    x = [left + LEFT + (i + 0.5) * step for i in range(len(panel.points))]
    for mark in marks:
        page.line("c-grid", left + LEFT, scale.y(mark), left + LEFT + wide, scale.y(mark))
        label = tick_label(mark, marks[1] - marks[0])
        page.text("t-soft", left + LEFT - 6, scale.y(mark) + 4, label, size=11, anchor="end")
    _limits(page, panel.points, x, step, scale, ceiling)
    _values(page, panel.points, x, scale, floor)
    page.line("c-axis", left + LEFT, floor, left + LEFT + wide, floor)
    for year, run in groupby(enumerate(panel.points), key=lambda pair: pair[1].month.financial_year):
        places = [i for i, _ in run]
        start = x[places[0]] - step / 2
        page.line("c-axis", start, floor, start, floor + 5)
        named = str(year)[2:] if box.width < NARROW else str(year)
        if len(places) * step > width_of(named, 11):
            page.text("t-soft", (x[places[0]] + x[places[-1]]) / 2, floor + 16, named, size=11, anchor="middle")


def _name(page: Drawing, name: str, box: Box) -> None:
    """On one line where it fits, else on two smaller ones."""
    room, x = box.width - NAME_LEFT, box.left + NAME_LEFT
    if width_of(name, 12.5) <= room:
        page.text("t-ink", x, box.top + 16, name, size=12.5, bold=True)
        return
    lines = wrap(name, int(room / width_of("n", 11)), max_lines=2, placeholder=" ...")
    for number, line in enumerate(lines):
        page.text("t-ink", x, box.top + 9 + 12 * number, line, size=11, bold=True)


def _limits(
    page: Drawing, points: tuple[Point, ...], x: list[float], step: float, scale: Scale, ceiling: float
) -> None:
    for (upper, lower), run in groupby(enumerate(points), key=lambda pair: (pair[1].upper, pair[1].lower)):
        if upper is None or lower is None:
            continue
        places = [i for i, _ in run]
        start, wide = x[places[0]] - step / 2, step * len(places)
        top = scale.y(min(upper, ceiling))
        page.rect("c-band", start, top, wide, scale.y(lower) - top)


def _values(page: Drawing, points: tuple[Point, ...], x: list[float], scale: Scale, floor: float) -> None:
    for held, run in groupby(enumerate(points), key=lambda pair: pair[1].value is not None):
        places = [i for i, _ in run]
        if held:
            page.path("c-value", [(x[i], scale.y(points[i].value or 0.0)) for i in places])
        else:
            for i in places:
                page.cross(x[i], floor - 5, 2.2)
    for i, point in enumerate(points):
        if point.value is None:
            continue
        if point.flag:
            page.triangle("c-flag", x[i], scale.y(point.value), 4.5, up=point.flag == "above")
        elif i == len(points) - 1:
            page.dot("c-dot", x[i], scale.y(point.value), 3.2)
