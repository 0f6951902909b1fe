"""Outlines of small areas in metres, and which of them touch."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from upstream.errors import NotHeld
from upstream.places.national_grid import projected
from upstream.places.tables import AREAS, BOUNDARIES, read_table
from upstream.stats.neighbours import Neighbours, neighbours_of
from upstream.store import Store

TOUCHING_METRES: Final = 1.0
"""Outlines this near touch: published corners are rounded to about a decimetre."""
Outline = NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Outlines:
    """Small areas of one census that have an outline, by code.

    Attributes, each array (n,)
    ----------
    vintage : int
        Census year of the codes.
    codes : of str
    names : of str
        Empty where no look-up has one.
    outlines : of object
        Polygons on the British National Grid, metres.
    """

    vintage: int
    codes: NDArray[np.str_]
    names: NDArray[np.str_]
    outlines: Outline

    def of(self, codes: Collection[str]) -> Outlines:
        """Those of these codes alone."""
        kept = np.isin(self.codes, list(codes))
        return Outlines(self.vintage, self.codes[kept], self.names[kept], self.outlines[kept])


def vintages_held(store: Store) -> tuple[int, ...]:
    """Censuses of which outlines are held, oldest first."""
    return tuple(sorted(set(read_table(store, BOUNDARIES).column("vintage").to_pylist())))


def outlines(store: Store, vintage: int, codes: Collection[str] | None = None) -> Outlines:
    """Outlines of the small areas of a census, of these codes alone or of all.

    Raises
    ------
    NotHeld
        There are none of that census.
    """
    rows = read_table(store, BOUNDARIES).to_pylist()
    own = sorted((row["lsoa"], row["wkb"]) for row in rows if row["vintage"] == vintage)
    if not own:
        held = ", ".join(map(str, vintages_held(store)))
        raise NotHeld(
            f"No outlines of {vintage} small areas are held.",
            allowed=f"outlines of {held}" if held else None,
            remedy="Add them: upstream places add lsoa FILE.geojson",
        )
    if codes is not None:
        wanted = set(codes)
        own = [pair for pair in own if pair[0] in wanted]
    names = {row["lsoa"]: row["name"] or "" for row in read_table(store, AREAS).to_pylist()}
    return Outlines(
        vintage,
        np.array([code for code, _ in own], np.str_),
        np.array([names.get(code, "") for code, _ in own], np.str_),
        projected(np.array(shapely.from_wkb([wkb for _, wkb in own]), object)),
    )


def touching(shapes: Outline) -> Neighbours:
    """Neighbours by contiguity: outlines that share a side or a corner ("queen"), each of weight one.

    An island has none: it is given as such, never joined to the mainland unsaid.
    """
    tree = shapely.STRtree(shapes)
    one, other = tree.query(shapes, predicate="dwithin", distance=TOUCHING_METRES)
    lists: list[list[int]] = [[] for _ in shapes]
    for place, beside in zip(one.tolist(), other.tolist(), strict=True):
        if place != beside:
            lists[place].append(beside)
    return neighbours_of(lists)


def within_metres(places: Outlines, codes: Collection[str], metres: float) -> tuple[str, ...]:
    """Codes of other small areas whose outlines lie within some metres of these: those that touch lie at nought."""
    own = np.isin(places.codes, list(codes))
    tree = shapely.STRtree(places.outlines)
    near = tree.query(places.outlines[own], predicate="dwithin", distance=max(metres, TOUCHING_METRES))[1]
    return tuple(sorted(set(places.codes[near].tolist()) - set(places.codes[own].tolist())))
