"""The places that a scan looks at: small areas or the cells of a grid, and which of them each event lies in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import numpy as np
import shapely
from numpy.typing import NDArray

from upstream.errors import BadInput, NotHeld
from upstream.measures.events import Events, LeftOut
from upstream.places.areas import areas_of_small_areas, force_of_lsoa
from upstream.places.grids import Grid, beside, cells_of, grid
from upstream.places.outlines import Outlines, outlines, touching, vintages_held
from upstream.places.residents import residents_of
from upstream.places.tables import CHANGES, read_table
from upstream.stats.neighbours import Neighbours
from upstream.store import Store

Unit = Literal["small area", "square", "hexagon"]
UNITS: Final[tuple[Unit, ...]] = get_args(Unit)
DEFAULT_ACROSS: Final = 500.0
"""Metres across a cell, where nobody says."""
OWN_FORCE: Final = 0.05
"""A force in which at least this share of the events lies is one that is looked at: a stray point is not."""
FEWEST_PLACES: Final = 3
SHARED_POINTS: Final = (
    "Points are shared map points, to which open data moves every crime: many at one point need not have happened at "
    "one place, so places smaller than a small area say little."
)


@dataclass(frozen=True, slots=True)
class Study:
    """Places to look at, each array (n,) in one order.

    Attributes
    ----------
    unit : str
    across : float or None
        Metres across a cell.
    vintage : int or None
        Census of the small areas.
    keys, names : of str
        Codes and names of small areas; of a cell the metres of its centre, and no name.
    outlines : of object
        Polygons, metres.
    x, y : of float64
        A point inside each, metres.
    square_km : of float64
        Area, of a cell that part which lies in the area looked at.
    residents : of float64, or None
        People living in each small area; not a number where not held.
    neighbours : Neighbours
        Places that share a side or a corner.
    bounded : bool
        Whether the edge of the area is known from outlines held; else the cells lie about the events alone.
    successors : mapping
        Small-area code of another census -> the one code of this census that it became or came from.
    """

    unit: Unit
    across: float | None
    vintage: int | None
    keys: NDArray[np.str_]
    names: NDArray[np.str_]
    outlines: NDArray[np.object_]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    square_km: NDArray[np.float64]
    residents: NDArray[np.float64] | None
    neighbours: Neighbours
    bounded: bool
    successors: Mapping[str, str]
    cells: Grid | None = None

    def __len__(self) -> int:
        return len(self.keys)


@dataclass(frozen=True, slots=True)
class Placed:
    """Where events lie in a study.

    Attributes
    ----------
    at : (events,) of int64
        Position of the place; -1: in none of them.
    left_out : tuple of LeftOut
        Why events have no place: those of the events themselves and those found here.
    """

    at: NDArray[np.int64]
    left_out: tuple[LeftOut, ...]

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Events that have a place; (events,)."""
        return self.at >= 0


def study_of(
    events: Events,
    store: Store,
    *,
    unit: Unit = "small area",
    across: float = DEFAULT_ACROSS,
    area_names: Mapping[str, str] | None = None,
) -> Study:
    """The places of a scan: every small area of the areas asked for, or of the forces that the events lie in, or the
    cells over them; those without an event included, for leaving them out makes any pattern look stronger.

    Parameters
    ----------
    events
        What is scanned.
    unit, across
        Small areas, or cells so many metres across.
    area_names
        Names of areas by the codes that the records use, as look-ups name areas.

    Raises
    ------
    NotHeld
        No outlines of the small areas are held.
    BadInput
        Fewer than three places.
    """
    held = _outlines_of(events, store, area_names or {})
    found = _of_small_areas(held, store) if unit == "small area" else _of_cells(events, held, unit, across)
    if len(found) < FEWEST_PLACES:
        raise BadInput(f"{len(found)} places to look at.", allowed=f"{FEWEST_PLACES} or more")
    return found


def place_events(study: Study, events: Events) -> Placed:
    """Which place each event lies in: by its small-area code, which is surer than its point, or by its point."""
    if study.cells is not None:
        at = cells_of(study.cells, events.easting, events.northing)
        reasons = {"outside the area looked at": at < 0}
    else:
        position = {str(code): at for at, code in enumerate(study.keys)}
        codes, where = np.unique(events.small_area, return_inverse=True)
        known = [position.get(str(code), position.get(study.successors.get(str(code), ""), -1)) for code in codes]
        at = np.array(known, np.int64)[where] if len(codes) else np.empty(0, np.int64)
        unknown = events.small_area == ""
        reasons = {"no small area": unknown, "small area outside the area looked at": (at < 0) & ~unknown}
    new = tuple(LeftOut(reason, int(which.sum())) for reason, which in reasons.items() if which.any())
    return Placed(at, (*events.left_out, *new))


def counts_of(study: Study, placed: Placed, chosen: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
    """Events of each place, of the chosen events alone or of all; (n,)."""
    kept = placed.inside if chosen is None else placed.inside & chosen
    return np.bincount(placed.at[kept], minlength=len(study)).astype(np.int64)


def counts_by_period(study: Study, placed: Placed, period: NDArray[np.int64], periods: int) -> NDArray[np.int64]:
    """Events by place and period (n, periods); ``period`` (events,) from 0, others are left out."""
    kept = placed.inside & (period >= 0) & (period < periods)
    cells = placed.at[kept] * periods + period[kept]
    return np.bincount(cells, minlength=len(study) * periods).reshape(len(study), periods).astype(np.int64)


def notes_of(events: Events, study: Study) -> tuple[str, ...]:
    """What a reader of any scan of these events must know."""
    found = []
    if events.shared_points and study.unit != "small area":
        found.append(SHARED_POINTS)
    if not study.bounded:
        found.append("No outlines are held: the cells lie about the events alone, and the edge is not the force's.")
    if len(study.neighbours.islands):
        found.append(
            f"Places without a neighbour, of which nothing around can be said: {len(study.neighbours.islands)}."
        )
    if events.missing:
        found.append(f"Months that are not held and were not counted: {', '.join(map(str, events.missing))}.")
    if events.suspect:
        found.append(f"Months that look half uploaded: {', '.join(map(str, events.suspect))}.")
    return tuple(found)


def notes_of_points(events: Events) -> tuple[str, ...]:
    """What a reader of anything that uses exact points must know."""
    return (SHARED_POINTS,) if events.shared_points else ()


# --- which small areas ------------------------------


def _outlines_of(events: Events, store: Store, names: Mapping[str, str]) -> Outlines | None:
    """Of the census whose codes most events carry; ``None`` where no outlines are held."""
    held = {vintage: outlines(store, vintage) for vintage in vintages_held(store)}
    if not held:
        return None
    carried = Counter(events.small_area.tolist())
    # of two that know as many, the newer
    vintage = max(held, key=lambda year: (sum(carried[code] for code in held[year].codes.tolist()), year))
    own = held[vintage]
    inside = _codes_inside(events, store, names, set(own.codes.tolist()))
    return own.of(inside) if inside else own


def _codes_inside(events: Events, store: Store, names: Mapping[str, str], held: set[str]) -> set[str]:
    """Small areas of what was asked for."""
    if events.of.small_areas:
        return held & set(events.of.small_areas)
    if events.of.areas is not None:
        wanted = {*events.of.areas, *(names[code] for code in events.of.areas if code in names)}
        area_of = areas_of_small_areas(store, events.of.areas) or {}
        return {code for code in held if area_of.get(code) in wanted}
    force_of = force_of_lsoa(store)
    lying = Counter(force_of[code].code for code in events.small_area.tolist() if code in force_of)
    own = {force for force, count in lying.items() if count >= OWN_FORCE * sum(lying.values())}
    return {code for code in held if code in force_of and force_of[code].code in own}


def _of_small_areas(held: Outlines | None, store: Store) -> Study:
    if held is None:
        raise NotHeld("No outlines of small areas are held.", remedy="Add them: upstream places add lsoa FILE.geojson")
    x, y = _inner_points(held.outlines)
    living = residents_of(store, vintage=held.vintage)
    return Study(
        unit="small area",
        across=None,
        vintage=held.vintage,
        keys=held.codes,
        names=held.names,
        outlines=held.outlines,
        x=x,
        y=y,
        square_km=shapely.area(held.outlines) / 1e6,
        residents=np.array([living.get(str(code), np.nan) for code in held.codes], np.float64) if living else None,
        neighbours=touching(held.outlines),
        bounded=True,
        successors=_successors(store, held),
    )


def _of_cells(events: Events, held: Outlines | None, unit: Unit, across: float) -> Study:
    area: Any
    if held is not None and len(held.codes):
        area = shapely.union_all(held.outlines)
    else:
        area = shapely.MultiPoint(np.column_stack([events.easting, events.northing])).convex_hull.buffer(across)
    cells = grid(area, shape="hexagon" if unit == "hexagon" else "square", across=across)
    return Study(
        unit=unit,
        across=across,
        vintage=None,
        keys=cells.keys,
        names=np.full(len(cells.x), "", np.str_),
        outlines=cells.cells,
        x=cells.x,
        y=cells.y,
        square_km=cells.area / 1e6,
        residents=None,
        neighbours=beside(cells),
        bounded=held is not None,
        successors={},
        cells=cells,
    )


def _inner_points(shapes: NDArray[np.object_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    points = shapely.point_on_surface(shapes)
    return shapely.get_x(points), shapely.get_y(points)


def _successors(store: Store, held: Outlines) -> dict[str, str]:
    """Codes of the other census with one counterpart here: unchanged and merged, not split."""
    own = set(held.codes.tolist())
    reached: dict[str, set[str]] = {}
    changes = read_table(store, CHANGES)
    for old, new in zip(changes.column("lsoa11").to_pylist(), changes.column("lsoa21").to_pylist(), strict=True):
        other, here = (old, new) if held.vintage == 2021 else (new, old)
        if other not in own:
            reached.setdefault(other, set()).add(here)
    return {code: next(iter(found)) for code, found in reached.items() if len(found) == 1}
