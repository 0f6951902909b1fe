"""A signal as blocks of a page: its months beside what is usual, and where it is, each with its figures as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from upstream.periods import Month
from upstream.places.outlines import Outlines, outlines, vintages_held
from upstream.places.tables import AREAS, BOUNDARIES, read_table
from upstream.reports.charts import ControlChart, Point, draw
from upstream.reports.document import Block, Cell, Chart, Column, Row, Table, Text
from upstream.reports.svg import HEAT, Drawing
from upstream.scan.signals import Signal
from upstream.store import Store

MAP_SIDE: Final = 420
MAP_MARGIN: Final = 8
AROUND: Final = (0.024, 0.0135)
"""Degrees of longitude and latitude shown around a small place: some 1,500 metres in the middle of England."""
MOST_ROWS: Final = 10
Points = NDArray[np.float64]


def signal_blocks(signal: Signal, store: Store) -> tuple[Block, ...]:
    """The chart of its months and the map of its place, where there is something to draw."""
    blocks: list[Block] = []
    if "counts" in signal.figures:
        blocks.append(months_chart(signal))
    drawn = place_map(signal, store)
    return (*blocks, drawn) if drawn is not None else tuple(blocks)


def months_chart(signal: Signal) -> Chart:
    """The months before it and its own, with the range that 19 months of 20 fall into."""
    first = Month.parse(signal.figures["first_month"])
    low, high = signal.figures["usual_low"], signal.figures["usual_high"]
    points = tuple(
        Point(
            first + at, None if value is None else float(value), low, signal.expected, high,
            _side(value, low, high), "" if value is None else f"{value:,}",
        )
        for at, value in enumerate(signal.figures["counts"])
    )  # fmt: skip
    title = f"{', '.join(signal.types)} each month: {signal.place}"
    description = (
        f"A line by month to {points[-1].month.label}, which holds {signal.count:,}; by the months before, "
        f"{signal.expected:,.1f} would be usual."
    )
    chart = ControlChart("signal-months", title, description, "Number", points)
    columns = (Column("Month", "text"), Column("Number"), Column("Usual, from"), Column("Usual, to"))
    rows = tuple(
        Row((_words(p.month.label), _words(p.text or "not held"), _words(f"{low:,.0f}"), _words(f"{high:,.0f}")))
        for p in points
    )
    note = "The band holds 19 months of 20 when nothing changes; it is made of the months before the last."
    data = Table("signal-months-figures", title, columns, rows)
    return Chart("signal-months", title, description, draw(chart), data, ((Text(note),),))


def place_map(signal: Signal, store: Store) -> Chart | None:
    """Where it is: small areas shaded by records, or the place among those around; ``None`` without boundaries."""
    shaded: Mapping[str, int] = signal.figures.get("by_small_area") or {}
    if not store.holds(BOUNDARIES.name) or not (shaded or signal.small_areas):
        return None
    vintage = max(vintages_held(store))
    codes = list(shaded) or _around(signal, store, vintage)
    shown = _rings(outlines(store, vintage, codes)) if codes else {}
    if not shown:
        return None
    names = {row["lsoa"]: row["name"] or row["lsoa"] for row in read_table(store, AREAS).to_pylist()}
    steps = _steps(shaded) if any(shaded.values()) else dict.fromkeys(signal.small_areas, 4)
    title = f"Where: {signal.place}"
    rows = _rows(signal, shaded, names)
    description = f"A map of {len(shown):,} small areas; the table gives the same figures."
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


def _steps(counts: Mapping[str, int]) -> dict[str, int]:
    """A shade for each count: equal steps from nothing to the most."""
    most = max(counts.values())
    return {code: min(len(HEAT) - 1, -(-n * (len(HEAT) - 1) // most)) for code, n in counts.items()}


# --- shapes --------------------------------------


@dataclass(frozen=True)
class _Frame:
    """Metres to pixels: the same scale both ways, north up."""

    west: float
    north: float
    scale: float
    width: float
    height: float

    def at(self, points: Points) -> list[tuple[float, float]]:
        x = MAP_MARGIN + (points[:, 0] - self.west) * self.scale
        y = MAP_MARGIN + (self.north - points[:, 1]) * self.scale
        return list(zip(x.tolist(), y.tolist(), strict=True))


def _rings(held: Outlines) -> dict[str, list[Points]]:
    """Rings of each outline, metres of the National Grid."""
    return {
        str(code): [np.asarray(part.exterior.coords)[:, :2] for part in shapely.get_parts(shape)]
        for code, shape in zip(held.codes, held.outlines, strict=True)
    }


def _around(signal: Signal, store: Store, vintage: int) -> list[str]:
    """Codes of the small areas that reach into the surroundings of a signal's; degrees are near enough for that."""
    held = {row["lsoa"]: row["wkb"] for row in read_table(store, BOUNDARIES).to_pylist() if row["vintage"] == vintage}
    own = [held[code] for code in signal.small_areas if code in held]
    if not own:
        return []
    west, south, east, north = shapely.total_bounds(shapely.from_wkb(own))
    window = shapely.box(west - AROUND[0], south - AROUND[1], east + AROUND[0], north + AROUND[1])
    near = shapely.intersects(shapely.from_wkb(list(held.values())), window)
    return [code for code, inside in zip(held, near, strict=True) if inside]


def _drawn(signal: Signal, shown: Mapping[str, list[Points]], steps: Mapping[str, int]) -> Drawing:
    corners = np.concatenate([ring for rings in shown.values() for ring in rings])
    low, high = corners.min(axis=0), corners.max(axis=0)
    scale = (MAP_SIDE - 2 * MAP_MARGIN) / max(float((high - low).max()), 1.0)
    frame = _Frame(
        float(low[0]), float(high[1]), scale, float(high[0] - low[0]) * scale + 2 * MAP_MARGIN,
        float(high[1] - low[1]) * scale + 2 * MAP_MARGIN,
    )  # fmt: skip
    page = Drawing(frame.width, frame.height)
    for code, rings in shown.items():
        for ring in rings:
            page.path(f"c-heat-{steps.get(code, 0)}", frame.at(ring), closed=True)
    for rings in shown.values():
        for ring in rings:
            page.path("c-outline", frame.at(ring), closed=True)
    if signal.easting is not None and signal.northing is not None:
        ((x, y),) = frame.at(np.array([[signal.easting, signal.northing]]))
        page.dot("c-ring", x, y, max((signal.radius_metres or 0.0) * scale, 4.0))
    return page
