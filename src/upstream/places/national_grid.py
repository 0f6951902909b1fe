"""Places in metres on the British National Grid: by OSTN15, as Ordnance Survey has it, to the millimetre."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from convertbng.cutil import convert_bng, convert_osgb36_to_ll
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput

Floats = NDArray[np.float64]

EAST_MOST: Final = 700_000.0
NORTH_MOST: Final = 1_300_000.0
"""Metres that the grid reaches east and north of its false origin."""
_BRITAIN: Final = (-9.5, 49.5, 2.8, 61.5)
"""West, south, east and north of everything that the grid covers, in degrees."""
_ELSEWHERE: Final = (
    (0.0, 50_000.0, 150_000.0, 612_000.0),  # Ireland
    (150_000.0, 440_000.0, 185_000.0, 592_000.0),  # and its north-east coast
    (640_000.0, 0.0, 700_000.0, 140_000.0),  # France from Boulogne to Calais
    (560_000.0, 0.0, 640_000.0, 60_000.0),  # and about Dieppe
)
"""West, south, east and north of boxes that hold the neighbours' land within the grid and nothing of Great Britain."""
_MOSTLY: Final = 0.5

# Ordnance Survey, A guide to coordinate systems in Great Britain (2020): annexes A to C and section 6.6
_GRS80: Final = (6_378_137.0, 6_356_752.314140)
_AIRY: Final = (6_377_563.396, 6_356_256.909)
_SCALE, _LAT0, _LON0, _E0, _N0 = 0.9996012717, math.radians(49), math.radians(-2), 400_000.0, -100_000.0
_SHIFT: Final = np.array([-446.448, 125.157, -542.060])
_TURN: Final = np.radians(np.array([-0.1502, -0.2470, -0.8421]) / 3600)
_TURNED: Final = np.array([[1, -_TURN[2], _TURN[1]], [_TURN[2], 1, -_TURN[0]], [-_TURN[1], _TURN[0], 1]])
_STRETCH: Final = 20.4894e-6


@dataclass(frozen=True, slots=True)
class GridPoints:
    """Points on the grid.

    Attributes
    ----------
    easting, northing : (n,) float64
        Metres; not a number where a point has no place or lies outside Great Britain.
    missing : (n,) bool
        No coordinates were given.
    outside : (n,) bool
        Coordinates were given and lie outside Great Britain and the sea about it.
    approximate : (n,) bool
        Good to about 5 metres: OSTN15, as held here, does not reach the Isles of Scilly, Unst and the open sea.
    """

    easting: Floats
    northing: Floats
    missing: NDArray[np.bool_]
    outside: NDArray[np.bool_]
    approximate: NDArray[np.bool_]


def from_degrees(longitude: ArrayLike, latitude: ArrayLike) -> GridPoints:
    """Points of WGS84 (or ETRS89: the same to the decimetre) degrees on the National Grid.

    Question: where, in metres, is a point of open data?

    Parameters: ``longitude``, ``latitude`` (n,) degrees, not a number where there is none.

    Assumes: OSTN15, which Ordnance Survey defines the grid by: to the millimetre of its own worked example. A
    projection without its grid is off by up to 3.5 metres.

    When not to use: outside Great Britain. Such points are marked, never moved; longitude given for latitude is
    refused.

    Source: Ordnance Survey (2020), A guide to coordinate systems in Great Britain, section 6.3.
    """
    lon, lat = _pair(longitude, latitude)
    missing = ~(np.isfinite(lon) & np.isfinite(lat))
    given = ~missing
    inside = _within(lon, lat, _BRITAIN)
    swapped = _within(lat, lon, _BRITAIN)
    if given.any() and swapped.sum() > _MOSTLY * given.sum():
        raise BadInput(
            f"{int(swapped.sum()):,} of {int(given.sum()):,} points lie in Great Britain only with longitude and "
            "latitude exchanged.",
            allowed="longitude (-9 to 2) first, then latitude (49 to 61)",
        )
    if given.any() and not inside.any() and max(np.abs(lon[given]).max(), np.abs(lat[given]).max()) > 180:
        raise BadInput("The points are not in degrees.", allowed="longitude and latitude", remedy="Are they in metres?")
    east, north = np.full(len(lon), np.nan), np.full(len(lon), np.nan)
    approximate = np.zeros(len(lon), bool)
    if inside.any():
        east[inside], north[inside] = _by_grid(lon[inside], lat[inside]).T
        approximate = inside & np.isnan(east)
        east[approximate], north[approximate] = by_formula(lon[approximate], lat[approximate]).T
    return _marked(east, north, missing, approximate)


def checked(easting: ArrayLike, northing: ArrayLike) -> GridPoints:
    """Points that are said to be on the grid already: degrees are refused, what is off the grid is marked.

    (0, 0) is what systems write for "not known": it is no place.
    """
    east, north = _pair(easting, northing)
    nothing = (east == 0) & (north == 0)
    missing = ~(np.isfinite(east) & np.isfinite(north)) | nothing
    given = ~missing
    if given.any() and np.abs(east[given]).max() <= 180 and np.abs(north[given]).max() <= 180:
        raise BadInput(
            f"The eastings and northings of {int(given.sum()):,} points are degrees.",
            allowed="metres on the British National Grid",
            remedy="Give longitude and latitude as such, or convert them.",
        )
    return _marked(east.copy(), north.copy(), missing, np.zeros(len(east), bool))


def to_degrees(easting: ArrayLike, northing: ArrayLike) -> Floats:
    """Longitude and latitude (n, 2), WGS84, of points on the grid: the way back from :func:`from_degrees`."""
    east, north = _pair(easting, northing)
    if not len(east):
        return np.empty((0, 2))
    found = np.column_stack(convert_osgb36_to_ll(np.ascontiguousarray(east), np.ascontiguousarray(north)))
    lacking = np.isnan(_by_grid(found[:, 0], found[:, 1])[:, 0])  # one way and back must be the same way
    if lacking.any():
        found[lacking] = _degrees_by_formula(east[lacking], north[lacking])
    degrees: Floats = found
    return degrees


def projected(outlines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Outlines in degrees on the grid: a corner that two of them share stays one corner.

    Raises
    ------
    BadInput
        A corner lies outside Great Britain and the sea about it.
    """
    degrees = shapely.get_coordinates(outlines)
    found = from_degrees(degrees[:, 0], degrees[:, 1])
    if found.outside.any() or found.missing.any():
        raise BadInput("An outline reaches outside Great Britain.", allowed="areas of Great Britain, in degrees")
    moved: NDArray[np.object_] = shapely.set_coordinates(
        outlines.copy(), np.column_stack([found.easting, found.northing])
    )
    return moved


def in_degrees(outlines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Outlines on the grid in degrees of longitude and latitude, to seven decimals: about a centimetre."""
    metres = shapely.get_coordinates(outlines)
    moved: NDArray[np.object_] = shapely.set_coordinates(
        outlines.copy(), to_degrees(metres[:, 0], metres[:, 1]).round(7)
    )
    return moved


def _by_grid(longitude: Floats, latitude: Floats) -> Floats:
    """Eastings and northings (n, 2) by OSTN15; not a number where the grid, as held, does not reach."""
    return np.column_stack(convert_bng(np.ascontiguousarray(longitude), np.ascontiguousarray(latitude)))


def by_formula(longitude: Floats, latitude: Floats) -> Floats:
    """Eastings and northings (n, 2) by one shift of the datum and the transverse Mercator projection."""
    lon, lat = np.radians(longitude), np.radians(latitude)
    there = _SHIFT[:, None] + (1 + _STRETCH) * (_TURNED @ _geocentric(lon, lat, _GRS80))
    return _mercator(*_geographic(there, _AIRY))


def _degrees_by_formula(easting: Floats, northing: Floats) -> Floats:
    lon, lat = _from_mercator(easting, northing)
    here = np.linalg.solve(_TURNED, (_geocentric(lon, lat, _AIRY) - _SHIFT[:, None]) / (1 + _STRETCH))
    return np.degrees(np.column_stack(_geographic(here, _GRS80)))


def _geocentric(lon: Floats, lat: Floats, ellipsoid: tuple[float, float]) -> Floats:
    """Metres from the middle of the earth, (3, n), at no height."""
    a, b = ellipsoid
    e2 = 1 - (b / a) ** 2
    nu = a / np.sqrt(1 - e2 * np.sin(lat) ** 2)
    return np.stack([nu * np.cos(lat) * np.cos(lon), nu * np.cos(lat) * np.sin(lon), nu * (1 - e2) * np.sin(lat)])


def _geographic(xyz: Floats, ellipsoid: tuple[float, float]) -> tuple[Floats, Floats]:
    """Longitude and latitude, radians, of geocentric metres (3, n)."""
    a, b = ellipsoid
    e2 = 1 - (b / a) ** 2
    level = np.hypot(xyz[0], xyz[1])
    lat = np.arctan2(xyz[2], level * (1 - e2))
    for _ in range(6):
        nu = a / np.sqrt(1 - e2 * np.sin(lat) ** 2)
        lat = np.arctan2(xyz[2] + e2 * nu * np.sin(lat), level)
    return np.arctan2(xyz[1], xyz[0]), lat


def _meridian(lat: Floats) -> Floats:
    """Metres along the meridian from the grid's true origin."""
    a, b = _AIRY
    n, d, s = (a - b) / (a + b), lat - _LAT0, lat + _LAT0
    arc: Floats = b * _SCALE * (
        (1 + n + 1.25 * n**2 + 1.25 * n**3) * d
        - (3 * n + 3 * n**2 + 2.625 * n**3) * np.sin(d) * np.cos(s)
        + (1.875 * n**2 + 1.875 * n**3) * np.sin(2 * d) * np.cos(2 * s)
        - 35 / 24 * n**3 * np.sin(3 * d) * np.cos(3 * s)
    )  # fmt: skip
    return arc


def _radii(lat: Floats) -> tuple[Floats, Floats]:
    """nu and rho of the projection at a latitude."""
    a, b = _AIRY
    e2 = 1 - (b / a) ** 2
    curve = 1 - e2 * np.sin(lat) ** 2
    return a * _SCALE / np.sqrt(curve), a * _SCALE * (1 - e2) / curve**1.5


def _mercator(lon: Floats, lat: Floats) -> Floats:
    sin, cos, tan2 = np.sin(lat), np.cos(lat), np.tan(lat) ** 2
    nu, rho = _radii(lat)
    eta2, p = nu / rho - 1, lon - _LON0
    north = (
        _N0 + _meridian(lat) + nu / 2 * sin * cos * p**2
        + nu / 24 * sin * cos**3 * (5 - tan2 + 9 * eta2) * p**4
        + nu / 720 * sin * cos**5 * (61 - 58 * tan2 + tan2**2) * p**6
    )  # fmt: skip
    east = (
        _E0 + nu * cos * p
        + nu / 6 * cos**3 * (nu / rho - tan2) * p**3
        + nu / 120 * cos**5 * (5 - 18 * tan2 + tan2**2 + 14 * eta2 - 58 * tan2 * eta2) * p**5
    )  # fmt: skip
    return np.column_stack([east, north])


def _from_mercator(easting: Floats, northing: Floats) -> tuple[Floats, Floats]:
    """Longitude and latitude on the Airy ellipsoid, radians."""
    lat = _LAT0 + (northing - _N0) / (_AIRY[0] * _SCALE)
    for _ in range(6):
        lat = lat + (northing - _N0 - _meridian(lat)) / (_AIRY[0] * _SCALE)
    nu, rho = _radii(lat)
    eta2, t, d = nu / rho - 1, np.tan(lat), easting - _E0
    north = lat - t / rho * (
        d**2 / (2 * nu)
        - d**4 / (24 * nu**3) * (5 + 3 * t**2 + eta2 - 9 * t**2 * eta2)
        + d**6 / (720 * nu**5) * (61 + 90 * t**2 + 45 * t**4)
    )
    east = _LON0 + (
        d / nu
        - d**3 / (6 * nu**3) * (nu / rho + 2 * t**2)
        + d**5 / (120 * nu**5) * (5 + 28 * t**2 + 24 * t**4)
        - d**7 / (5040 * nu**7) * (61 + 662 * t**2 + 1320 * t**4 + 720 * t**6)
    ) / np.cos(lat)
    return east, north


def _pair(first: ArrayLike, second: ArrayLike) -> tuple[Floats, Floats]:
    one, other = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if one.shape != other.shape or one.ndim != 1:
        raise BadInput(f"{one.size} and {other.size} coordinates.", allowed="as many of one as of the other")
    return one, other


def _within(x: Floats, y: Floats, box: tuple[float, float, float, float]) -> NDArray[np.bool_]:
    return (x >= box[0]) & (x <= box[2]) & (y >= box[1]) & (y <= box[3])


def _marked(east: Floats, north: Floats, missing: NDArray[np.bool_], approximate: NDArray[np.bool_]) -> GridPoints:
    on = (east > 0) & (east < EAST_MOST) & (north > 0) & (north < NORTH_MOST)
    for box in _ELSEWHERE:
        on &= ~_within(east, north, box)
    east[~on] = north[~on] = np.nan
    return GridPoints(east, north, missing, ~on & ~missing, approximate & on)
