"""A map of its own invention: an island in the North Sea with five policing areas, towns and small areas.

It lies where there is open sea, so no small area can be mistaken for a real one.
"""

from __future__ import annotations

import csv
import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from upstream.places.national_grid import to_degrees

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

SMALL_AREAS: Final = 480
RESIDENTS: Final = 1_300_000
# share of small areas and residents by policing area, in report order
_AREA_SHARE: Final = (0.24, 0.22, 0.15, 0.25, 0.14)
_TOWN_SHARE: Final = (0.70, 0.84, 0.62, 0.58, 0.90)
_TOWNS: Final = (4, 4, 3, 5, 2)
_CENTRE: Final = (645_000.0, 500_000.0)
_RADIUS: Final = 44_000.0
# places of the five areas around the centre: angle in degrees and distance as a share of the radius
_AREA_SEATS: Final = ((250, 0.50), (10, 0.45), (180, 0.62), (110, 0.58), (55, 0.30))
_TOWN_SPREAD: Final = 2_400.0
_RURAL_RESIDENTS_PER_KM2: Final = 350.0
ADDRESSES: Final = 60
"""Addresses in a small area at which crimes are placed (a stand-in for the few hundred real ones)."""


@dataclass(frozen=True, slots=True)
class SmallAreas:
    """The invented map.

    Attributes
    ----------
    codes : (n,) str
        Codes such as S01000001, grouped by policing area.
    names : (n,) str
        Invented names.
    area : (n,) int64
        Index of the policing area, 0 to 4.
    x, y : (n,) float64
        National Grid easting and northing of the centre, metres.
    spread : (n,) float64
        Typical distance of addresses from the centre, metres.
    residents, households : (n,) int64
        People and households.
    deprivation : (n,) int64
        Rank, 1 the most deprived.
    rural : (n,) bool
        Sparse enough to be called rural.
    shapes : (n,) object
        Polygons in National Grid metres.
    address_x, address_y : (n, ADDRESSES) float64
        Where crimes are placed.
    """

    codes: NDArray[np.str_]
    names: NDArray[np.str_]
    area: Integers
    x: Array
    y: Array
    spread: Array
    residents: Integers
    households: Integers
    deprivation: Integers
    rural: NDArray[np.bool_]
    shapes: NDArray[np.object_]
    address_x: Array
    address_y: Array


def _coast(rng: np.random.Generator) -> shapely.Polygon:
    """A closed wavy line about the centre."""
    angle = np.linspace(0, 2 * math.pi, 180, endpoint=False)
    radius = np.full(angle.size, _RADIUS)
    for wave in range(2, 9):
        radius += rng.normal(0, _RADIUS * 0.09 / wave) * np.cos(wave * angle + rng.uniform(0, 2 * math.pi))
    return shapely.Polygon(
        np.column_stack([_CENTRE[0] + 1.1 * radius * np.cos(angle), _CENTRE[1] + radius * np.sin(angle)])
    )


def _seats() -> Array:
    angle = np.radians([a for a, _ in _AREA_SEATS])
    distance = np.array([d for _, d in _AREA_SEATS]) * _RADIUS
    return np.column_stack([_CENTRE[0] + distance * np.cos(angle), _CENTRE[1] + distance * np.sin(angle)])


def _points(rng: np.random.Generator, coast: shapely.Polygon, count: int) -> tuple[Array, Integers]:
    """Centres of small areas: crowded in towns, scattered between them, each inside its policing area."""
    seats = _seats()
    points, area = [], []
    for index in range(len(seats)):
        wanted = max(4, round(count * _AREA_SHARE[index]))
        towns = _inside(rng, coast, seats, index, _TOWNS[index], None)
        size = rng.dirichlet(np.arange(_TOWNS[index], 0, -1) * 4.0)
        in_town = round(wanted * _TOWN_SHARE[index])
        which = rng.choice(_TOWNS[index], in_town, p=size)
        points.append(_inside(rng, coast, seats, index, in_town, towns[which]))
        points.append(_inside(rng, coast, seats, index, wanted - in_town, None))
        area.append(np.full(wanted, index))
    return np.vstack(points), np.concatenate(area)


def _inside(
    rng: np.random.Generator, coast: shapely.Polygon, seats: Array, index: int, count: int, near: Array | None
) -> Array:
    """Random points on the island that are nearest to one seat, about given places or anywhere."""
    out = np.zeros((count, 2))
    todo = np.arange(count)
    west, south, east, north = coast.bounds
    while todo.size:
        if near is None:
            tried = np.column_stack([rng.uniform(west, east, todo.size), rng.uniform(south, north, todo.size)])
        else:
            tried = near[todo] + rng.normal(0, _TOWN_SPREAD, (todo.size, 2))
        nearest = ((tried[:, None] - seats) ** 2).sum(axis=2).argmin(axis=1)
        good = (nearest == index) & shapely.contains_xy(coast, tried[:, 0], tried[:, 1])
        out[todo[good]] = tried[good]
        todo = todo[~good]
    return out


_STARTS: Final = ("Alder", "Brack", "Cold", "Dun", "Elm", "Fen", "Gorse", "Hazel", "Iron", "Kestrel", "Larch", "Mill")
_ENDS: Final = ("beck", "combe", "dyke", "field", "garth", "holt", "mere", "ness", "ridge", "stow", "wick", "worth")


def _names(count: int) -> list[str]:
    towns = [f"{start}{end}" for end in _ENDS for start in _STARTS]
    return [f"{towns[i // 4 % len(towns)]} {i // 4 // len(towns) * 4 + i % 4 + 1:03d}" for i in range(count)]


def invent_map(rng: np.random.Generator, *, small_areas: int = SMALL_AREAS) -> SmallAreas:
    """Draw the island, its small areas (Voronoi cells about crowded points) and who lives there."""
    coast = _coast(rng)
    points, area = _points(rng, coast, small_areas)
    cells = shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=coast, ordered=True)
    shapes = shapely.intersection(np.array(cells.geoms), coast)
    size = shapely.area(shapes)
    n = len(points)
    weight = rng.lognormal(0, 0.22, n)
    residents = np.rint(RESIDENTS * small_areas / SMALL_AREAS * weight / weight.sum()).astype(np.int64)
    density = residents / (size / 1e6)
    spread = np.sqrt(size / math.pi) * 0.45
    need = np.log(density) * 0.35 + rng.normal(0, 1.0, n)
    rank = np.empty(n, np.int64)
    rank[np.argsort(-need, kind="stable")] = np.arange(1, n + 1)
    centre = shapely.centroid(shapes)
    x, y = shapely.get_x(centre), shapely.get_y(centre)
    offset = rng.normal(0, 0.75, (2, n, ADDRESSES)) * spread[None, :, None]
    return SmallAreas(
        np.array([f"S01{i + 1:06d}" for i in range(n)]),
        np.array(_names(n)),
        area,
        x,
        y,
        spread,
        residents,
        np.rint(residents / 2.35).astype(np.int64),
        rank,
        density < _RURAL_RESIDENTS_PER_KM2,
        shapes,
        x[:, None] + offset[0],
        y[:, None] + offset[1],
    )


def _ring(shape: shapely.Polygon) -> list[list[float]]:
    xy = shapely.get_coordinates(shape.exterior)
    return [[round(float(a), 6), round(float(b), 6)] for a, b in to_degrees(xy[:, 0], xy[:, 1])]


def write_places(folder: Path, small: SmallAreas, areas: list[tuple[str, str]], force: tuple[str, str]) -> list[Path]:
    """Write boundaries, area tree, population, deprivation and rurality in the layouts of the open data files.

    Parameters
    ----------
    folder
        Where to write.
    small
        The map.
    areas, force
        Codes and names of the five policing areas in order, and of the force.
    """
    folder.mkdir(parents=True, exist_ok=True)
    features = []
    for i, shape in enumerate(small.shapes):
        code, name = areas[small.area[i]]
        largest = shape if shape.geom_type == "Polygon" else max(shape.geoms, key=lambda part: part.area)
        properties = {
            "lsoa21_name": str(small.names[i]),
            "lsoa21_code": str(small.codes[i]),
            "ltla24_code": code,
            "ltla24_name": name,
            "csp24_code": code,
            "csp24_name": name,
            "pfa24_code": force[0],
            "pfa24_name": force[1],
        }
        geometry = {"type": "Polygon", "coordinates": [_ring(largest)]}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    boundaries = folder / "lsoa21_boundaries.geojson"
    boundaries.write_text(json.dumps({"type": "FeatureCollection", "features": features}) + "\n", "utf-8")
    return [boundaries, *_write_tables(folder, small, areas, force)]


_LOOKUP: Final = (
    "lsoa21_name", "lsoa21_code", "ward24_name", "ward24_code", "ltla24_name", "ltla24_code",
    "csp24_code", "csp24_name", "pfa24_code", "pfa24_name",
)  # fmt: skip
_DOMAINS: Final = ("IMD", "Income", "Employment", "Education", "Health", "Crime", "Housing_and_Services", "Environment")
_RURALITY: Final = {
    True: ("RLN1", "Larger rural: Nearer to a major town or city", "Rural"),
    False: ("UN1", "Urban: Nearer to a major town or city", "Urban"),
}
_SMALL_AREAS_A_WARD: Final = 4


def _write_tables(folder: Path, small: SmallAreas, areas: list[tuple[str, str]], force: tuple[str, str]) -> list[Path]:
    n = len(small.codes)
    # deciles as the indices of deprivation count them: 1 holds the most deprived tenth
    decile = (small.deprivation - 1) * 10 // n + 1
    lookup: list[list[object]] = []
    for i, (name, code) in enumerate(zip(small.names.tolist(), small.codes.tolist(), strict=True)):
        area_code, area_name = areas[small.area[i]]
        ward = (name[:-4], f"W05{i // _SMALL_AREAS_A_WARD + 1:06d}")
        lookup.append([name, code, *ward, area_name, area_code, area_code, area_name, *force])
    ranks = [*(f"{d}_decile" for d in _DOMAINS), *(f"{d}_rank" for d in _DOMAINS)]
    each = range(n)
    tables: dict[str, tuple[list[str], list[list[object]]]] = {
        "lookup_lsoa21_areas.csv": (list(_LOOKUP), lookup),
        "census2021_population_lsoa21.csv": (
            ["lsoa21_code", "total_residents", "total_households"],
            [[small.codes[i], small.residents[i], small.households[i]] for i in each],
        ),
        "imd2019_deprivation_lsoa21.csv": (
            ["lsoa21_code", *ranks],
            [[small.codes[i], *[decile[i]] * len(_DOMAINS), *[small.deprivation[i]] * len(_DOMAINS)] for i in each],
        ),
        "rural_urban_lsoa21.csv": (
            ["lsoa21_code", "ruc21_code", "classification", "ruc"],
            [[small.codes[i], *_RURALITY[bool(small.rural[i])]] for i in each],
        ),
    }
    return [_write_csv(folder / name, header, rows) for name, (header, rows) in tables.items()]


def _write_csv(path: Path, header: list[str], rows: list[list[object]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
    return path
