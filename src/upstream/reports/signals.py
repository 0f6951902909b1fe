"""A signal as blocks of a page: its months beside what is usual, and where it is, each with its figures as a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from upstream.periods import Month
from upstream.places.national_grid import from_degrees
from upstream.places.tables import AREAS, BOUNDARIES, read_table
from upstream.reports.charts import ControlChart, Point, draw
from upstream.reports.document import Block, Cell, Chart, Column, Row, Table, Text
from upstream.reports.svg import HEAT, Drawing
from upstream.scan.signals import Signal
from upstream.store import Store

MAP_SIDE: Final = 420
MAP_MARGIN: Final = 8
AROUND_METRES: Final = 1_500.0
"""What a map shows around a small place: about a quarter of an hour's walk."""
AROUND: Final = (0.024, 0.0135)
"""The same in degrees of longitude and latitude, in the middle of England."""
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
    if not store.holds(BOUNDARIES.name) or not (shaded or signal.small_areas or signal.easting is not None):
        return None
    outlines = _outlines(store)
    if shaded:
        shown = _in_metres({code: outlines[code] for code in shaded if code in outlines})
    else:
        shown = _around(signal, outlines)
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


def _outlines(store: Store) -> dict[str, shapely.Geometry]:
    """Outlines by small area, in degrees, of the newest census held."""
    held = read_table(store, BOUNDARIES).to_pylist()
    newest = max((row["vintage"] for row in held), default=None)
    rows = sorted((row for row in held if row["vintage"] == newest), key=lambda row: row["lsoa"])
    shapes = shapely.from_wkb(np.array([row["wkb"] for row in rows], object))
    return {row["lsoa"]: shape for row, shape in zip(rows, shapes, strict=True)}


def _in_metres(outlines: Mapping[str, shapely.Geometry]) -> dict[str, list[Points]]:
    """Rings of each outline on the National Grid; what reaches outside Great Britain has no place there."""
    rings = [
        (code, np.asarray(part.exterior.coords)[:, :2])
        for code, shape in outlines.items()
        for part in shapely.get_parts(shape)
    ]
    if not rings:
        return {}
    corners = np.concatenate([ring for _, ring in rings])
    grid = from_degrees(corners[:, 0], corners[:, 1])
    metres = np.column_stack([grid.easting, grid.northing])
    found: dict[str, list[Points]] = {}
    for (code, _), ring in zip(rings, np.split(metres, np.cumsum([len(ring) for _, ring in rings])[:-1]), strict=True):
        found.setdefault(code, []).append(ring)
    return {code: each for code, each in found.items() if all(np.isfinite(ring).all() for ring in each)}


def _around(signal: Signal, outlines: Mapping[str, shapely.Geometry]) -> dict[str, list[Points]]:
    """The small areas that reach into the surroundings of a signal's place."""
    own = [outlines[code] for code in signal.small_areas if code in outlines]
    if own:
        west, south, east, north = shapely.total_bounds(np.array(own, object))
        window = shapely.box(west - AROUND[0], south - AROUND[1], east + AROUND[0], north + AROUND[1])
        return _in_metres({code: shape for code, shape in outlines.items() if shapely.intersects(shape, window)})
    if signal.easting is None or signal.northing is None:
        return {}
    centre, reach = np.array([signal.easting, signal.northing]), (signal.radius_metres or 0.0) + AROUND_METRES

    def reaches(rings: list[Points]) -> bool:
        corners = np.concatenate(rings)
        return bool(np.all(corners.min(axis=0) <= centre + reach) and np.all(corners.max(axis=0) >= centre - reach))

    return {code: rings for code, rings in _in_metres(outlines).items() if reaches(rings)}


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
