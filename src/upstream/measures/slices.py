"""Which table holds the records that are asked for, and which of its rows lie in a place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from upstream.errors import NotHeld
from upstream.measures.crime_types import ASB
from upstream.places.areas import areas_of_small_areas
from upstream.store import Store


@dataclass(frozen=True, slots=True)
class Within:
    """Where rows must lie, by the columns that their table has; ``None``: anywhere."""

    areas: tuple[str, ...] | None
    small_areas: tuple[str, ...] | None


def table_of(types: Sequence[str], store: Store) -> str:
    """The force's own records where they are held, else open data; anti-social behaviour by itself is incidents."""
    own = "incidents" if tuple(types) == (ASB,) else "crimes"
    for name in (own, "street_crimes"):
        if store.holds(name):
            return name
    raise NotHeld(f"No table of {own} is held.", remedy="Add records first.")


def within(table: str, areas: tuple[str, ...] | None, small_areas: Sequence[str], store: Store) -> Within:
    """Rows of some areas and of some small areas in them; open data has no areas but those of its small areas."""
    small = tuple(small_areas) or None
    if table != "street_crimes" or areas is None:
        return Within(areas, small)
    area_of = areas_of_small_areas(store, areas)
    if area_of is None:
        raise NotHeld("Which small areas lie in the place is not held.", remedy="Add a look-up of places.")
    inside = [code for code, area in area_of.items() if area in areas and (small is None or code in small)]
    return Within(None, tuple(sorted(inside)))
