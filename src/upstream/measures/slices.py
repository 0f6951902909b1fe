"""Which tables hold the records that are asked for, at which versions, and which of their rows lie in a place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from upstream.errors import NotHeld
from upstream.measures.crime_types import ASB
from upstream.measures.result import TableVersion
from upstream.places.areas import areas_of_small_areas
from upstream.store import ReadingScope, Snapshot, Store


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


def tables_with(table: str, store: Store, scope: ReadingScope) -> list[str]:
    """A table of records and those beside it: incidents beside crimes, and people where the scope covers them."""
    found = [table]
    if table == "crimes" and store.holds("incidents"):
        found.append("incidents")
    if table == "crimes" and store.holds("people_in_crimes") and scope.covers("people_in_crimes"):
        found.append("people_in_crimes")
    return found


def versions_of(opened: Mapping[str, Snapshot]) -> tuple[TableVersion, ...]:
    """What figures of these tables rest on, by the tables' names."""
    return tuple(TableVersion(name, of.version, of.committed_at.isoformat()) for name, of in sorted(opened.items()))


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
