"""Places in metres on the British National Grid: by OSTN15, as Ordnance Survey has it, to the millimetre."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from convertbng.cutil import convert_bng
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput

Floats = NDArray[np.float64]

EAST_MOST: Final = 700_000.0
NORTH_MOST: Final = 1_300_000.0
"""Metres that the grid reaches east and north of its false origin."""
_BRITAIN: Final = (-9.5, 49.5, 2.5, 61.5)
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
        found = convert_bng(np.ascontiguousarray(lon[inside]), np.ascontiguousarray(lat[inside]))
        east[inside], north[inside] = np.asarray(found[0]), np.asarray(found[1])
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


def by_formula(longitude: Floats, latitude: Floats) -> Floats:
    """Eastings and northings (n, 2) by one shift of the datum and the transverse Mercator projection."""
    lon, lat = np.radians(longitude), np.radians(latitude)
    a, b = _GRS80
    e2 = 1 - (b / a) ** 2
    nu = a / np.sqrt(1 - e2 * np.sin(lat) ** 2)
    here = np.stack([nu * np.cos(lat) * np.cos(lon), nu * np.cos(lat) * np.sin(lon), nu * (1 - e2) * np.sin(lat)])
    rx, ry, rz = _TURN
    turned = np.array([[1, -rz, ry], [rz, 1, -rx], [-ry, rx, 1]])
    there = _SHIFT[:, None] + (1 + _STRETCH) * (turned @ here)
    return _mercator(*_on_airy(there))


def _on_airy(xyz: Floats) -> tuple[Floats, Floats]:
    """Latitude and longitude, radians, of geocentric metres (3, n)."""
    a, b = _AIRY
    e2 = 1 - (b / a) ** 2
    level = np.hypot(xyz[0], xyz[1])
    lat = np.arctan2(xyz[2], level * (1 - e2))
    for _ in range(6):
        nu = a / np.sqrt(1 - e2 * np.sin(lat) ** 2)
        lat = np.arctan2(xyz[2] + e2 * nu * np.sin(lat), level)
    return lat, np.arctan2(xyz[1], xyz[0])


def _mercator(lat: Floats, lon: Floats) -> Floats:
    a, b = _AIRY
    e2, n = 1 - (b / a) ** 2, (a - b) / (a + b)
    sin, cos, tan2 = np.sin(lat), np.cos(lat), np.tan(lat) ** 2
    nu = a * _SCALE / np.sqrt(1 - e2 * sin**2)
    rho = a * _SCALE * (1 - e2) / (1 - e2 * sin**2) ** 1.5
    eta2 = nu / rho - 1
    d, s = lat - _LAT0, lat + _LAT0
    along = b * _SCALE * (
        (1 + n + 1.25 * n**2 + 1.25 * n**3) * d
        - (3 * n + 3 * n**2 + 2.625 * n**3) * np.sin(d) * np.cos(s)
        + (1.875 * n**2 + 1.875 * n**3) * np.sin(2 * d) * np.cos(2 * s)
        - 35 / 24 * n**3 * np.sin(3 * d) * np.cos(3 * s)
    )  # fmt: skip
    p = lon - _LON0
    north = (
        _N0 + along + nu / 2 * sin * cos * p**2
        + nu / 24 * sin * cos**3 * (5 - tan2 + 9 * eta2) * p**4
        + nu / 720 * sin * cos**5 * (61 - 58 * tan2 + tan2**2) * p**6
    )  # fmt: skip
    east = (
        _E0 + nu * cos * p
        + nu / 6 * cos**3 * (nu / rho - tan2) * p**3
        + nu / 120 * cos**5 * (5 - 18 * tan2 + tan2**2 + 14 * eta2 - 58 * tan2 * eta2) * p**5
    )  # fmt: skip
    return np.column_stack([east, north])


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
