"""A signal as blocks of a page: its months beside what is usual, and where it is, each with its figures as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import numpy as np
import shapely

from upstream.periods import Month
from upstream.places.outlines import Outlines, outlines, vintages_held
from upstream.places.tables import AREAS, BOUNDARIES, read_table
from upstream.reports.charts import ControlChart, Point, draw_both
from upstream.reports.document import Block, Cell, Chart, Column, Row, Table, Text
from upstream.reports.map_frame import frame_round, rings
from upstream.reports.svg import Drawing
from upstream.reports.week_chart import shade
from upstream.scan.signals import Signal
from upstream.store import Store

MAP_SIDE: Final = 420.0
AROUND_METRES: Final = 1_500.0
"""Shown around a small place."""
MOST_ROWS: Final = 10


def signal_blocks(signal: Signal, store: Store) -> tuple[Block, ...]:
    """The chart of its months and the map of its place, where there is something to draw."""
    blocks: list[Block] = []
    if "counts" in signal.figures:
        blocks.append(months_chart(signal))
    drawn = place_map(signal, store)
    return (*blocks, drawn) if drawn is not None else tuple(blocks)


def months_chart(signal: Signal) -> Chart:
    """The months before it and its own, with the range that 19 of 20 such months, or means of them, fall into."""
    first = Month.parse(signal.figures["first_month"])
    counts, months = signal.figures["counts"], int(signal.figures.get("months", 1))
    usual = (signal.expected or 0.0) / months
    low, high = signal.figures["usual_low"] / months, signal.figures["usual_high"] / months
    points = tuple(
        Point(
            first + at, None if value is None else float(value), low, usual, high,
            # the band of a mean is too narrow for single months before
            _side(value, low, high) if months == 1 or at >= len(counts) - months else "",
            "" if value is None else f"{value:,}",
        )
        for at, value in enumerate(counts)
    )  # fmt: skip
    title = f"{', '.join(signal.types)} each month: {signal.place}"
    own = f"which holds {signal.count:,}" if months == 1 else f"whose last {months} hold {signal.count:,}"
    description = f"A line by month to {points[-1].month.label}, {own}; {usual:,.1f} a month would be usual."
    chart = ControlChart("signal-months", title, description, "Number", points)
    columns = (Column("Month", "text"), Column("Number"), Column("Usual, from"), Column("Usual, to"))
    rows = tuple(
        Row((_words(p.month.label), _words(p.text or "not held"), _words(f"{low:,.0f}"), _words(f"{high:,.0f}")))
        for p in points
    )
    of = "months" if months == 1 else f"means of {months} months"
    note = f"The band holds 19 {of} of 20 when nothing changes; it is made of the months before."
    data = Table("signal-months-figures", title, columns, rows)
    wide, narrow = draw_both(chart)
    return Chart("signal-months", title, description, wide, data, ((Text(note),),), narrow=narrow)


def place_map(signal: Signal, store: Store) -> Chart | None:
    """Where it is: small areas shaded by records, or the place among those around; ``None`` without boundaries."""
    shaded: Mapping[str, int] = signal.figures.get("by_small_area") or {}
    if not store.holds(BOUNDARIES.name) or not (shaded or signal.small_areas):
        return None
    held = outlines(store, vintages_held(store)[-1])
    shown = held.of(list(shaded)) if shaded else _around(signal, held)
    if not len(shown.codes):
        return None
    names = {row["lsoa"]: row["name"] or row["lsoa"] for row in read_table(store, AREAS).to_pylist()}
    most = max(shaded.values(), default=0)
    steps = {code: shade(n, most) for code, n in shaded.items()} if most else dict.fromkeys(signal.small_areas, 4)
    title = f"Where: {signal.place}"
    rows = _rows(signal, shaded, names)
    description = f"A map of {len(shown.codes):,} small areas; the table gives the same figures."
    columns = (Column("Small area", "text", wide=True), Column("Records"))
    data = Table("signal-place-figures", title, columns, rows)
    note = (
        f"Darker: more records in {signal.last:%B %Y}. The small areas with most are in the table."
        if shaded
        else "Dark: the place of the signal, among the small areas around it."
    )
    picture = _drawn(signal, shown, steps).svg("signal-place", title, description)
    return Chart("signal-place", title, description, picture, data, ((Text(note),),))


def _rows(signal: Signal, shaded: Mapping[str, int], names: Mapping[str, str]) -> tuple[Row, ...]:
    if shaded:
        most = sorted(shaded.items(), key=lambda one: (-one[1], one[0]))[:MOST_ROWS]
        return tuple(Row((_words(names.get(code, code)), _words(f"{n:,}"))) for code, n in most)
    if not signal.small_areas:
        return (Row((_words(signal.place), _words(f"{signal.count:,}"))),)
    named = ", ".join(names.get(code, code) for code in signal.small_areas)
    return (Row((_words(named), _words(f"{signal.count:,}"))),)


def _words(text: str) -> Cell:
    return Cell((Text(text),))


def _side(value: int | None, low: float, high: float) -> Literal["", "above", "below"]:
    if value is None or low <= value <= high:
        return ""
    return "above" if value > high else "below"


# --- shapes --------------------------------------


def _around(signal: Signal, held: Outlines) -> Outlines:
    """The small areas that reach into the surroundings of a signal's."""
    own = held.of(signal.small_areas).outlines
    if not len(own):
        return held.of(())
    west, south, east, north = shapely.total_bounds(own)
    window = shapely.box(west - AROUND_METRES, south - AROUND_METRES, east + AROUND_METRES, north + AROUND_METRES)
    return held.of(held.codes[shapely.intersects(held.outlines, window)].tolist())


def _drawn(signal: Signal, shown: Outlines, steps: Mapping[str, int]) -> Drawing:
    frame = frame_round(shapely.get_coordinates(shown.outlines), MAP_SIDE)
    page = Drawing(frame.width, frame.height)
    lines = [[frame.at(ring) for ring in rings(shape)] for shape in shown.outlines]
    for code, own in zip(shown.codes.tolist(), lines, strict=True):
        for line in own:
            page.path(f"c-heat-{steps.get(code, 0)}", line, closed=True)
    for line in (line for own in lines for line in own):
        page.path("c-outline", line, closed=True)
    if signal.easting is not None and signal.northing is not None:
        ((x, y),) = frame.at(np.array([[signal.easting, signal.northing]]))
        page.dot("c-ring", x, y, max((signal.radius_metres or 0.0) * frame.scale, 4.0))
    return page
