"""Facilities in a small place and around it, from partners' registers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from upstream.errors import NotHeld
from upstream.measures.facilities_near import FURTHEST_METRES, FacilitiesNear, Facility, FacilityKind, facilities_near
from upstream.places.outlines import outlines
from upstream.store import ReadingScope, Store

REGISTERS: Final[dict[FacilityKind, str]] = {"licensed premises": "licensed_premises", "school": "school_exclusions"}
AROUND_METRES: Final = 250.0
"""How far around a place facilities are counted: about three minutes on foot. A choice."""


@dataclass(frozen=True, slots=True)
class NearBy:
    """Facilities in and around a place.

    Attributes
    ----------
    inside, around
        In the place, and within ``metres`` of its outline; by kind and name.
    metres
        How far around was looked.
    without_point
        Facilities of the registers without a point: any of them may be near.
    not_held
        Kinds of which no register is held or open.
    """

    inside: tuple[Facility, ...]
    around: tuple[Facility, ...]
    metres: float
    without_point: int
    not_held: tuple[str, ...]


def near_by(
    codes: Collection[str], vintage: int, store: Store, scope: ReadingScope, *, metres: float = AROUND_METRES
) -> NearBy | None:
    """Facilities in some small areas and around them; ``None`` without register or outline, or of too wide a place.

    Question: what stands here that could have to do with a problem?

    Parameters: ``codes`` of small areas and their census; ``metres`` around.

    Assumes: :func:`upstream.measures.facilities_near.facilities_near`.

    When not to use: to say that a facility causes crime.
    """
    kinds = [kind for kind, table in REGISTERS.items() if store.holds(table) and table in scope.tables]
    try:
        held = outlines(store, vintage, codes)
    except NotHeld:
        return None
    if not kinds or not held.codes.size:
        return None
    place = shapely.union_all(held.outlines)
    middle = place.centroid
    corners = shapely.get_coordinates(place)
    reach = float(np.hypot(corners[:, 0] - middle.x, corners[:, 1] - middle.y).max()) + metres
    if reach > FURTHEST_METRES:
        return None
    found = facilities_near(store, scope, (middle.x, middle.y), reach, kinds=kinds)
    return _parted(found, place, metres, tuple(kind for kind in REGISTERS if kind not in kinds))


def _parted(found: FacilitiesNear, place: shapely.Geometry, metres: float, not_held: tuple[str, ...]) -> NearBy:
    points = shapely.points([[one.easting, one.northing] for one in found.facilities] or np.empty((0, 2)))
    away = shapely.distance(place, points)
    ordered = sorted(zip(found.facilities, away, strict=True), key=lambda pair: (pair[0].kind, pair[0].name))
    return NearBy(
        tuple(one for one, far in ordered if far == 0),
        tuple(one for one, far in ordered if 0 < far <= metres),
        metres,
        found.without_point,
        not_held,
    )
