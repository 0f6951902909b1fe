"""What is held about places."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pyarrow as pa

from upstream.places.tables import (
    AREAS,
    BOUNDARIES,
    CHANGES,
    DEPRIVATION,
    OUTPUT_AREAS,
    POPULATION,
    REFUSED,
    RURALITY,
    read_table,
)
from upstream.places.tree import WORDS, lower_levels_held
from upstream.store import Store


@dataclass(frozen=True, slots=True)
class HeldPlaces:
    """One line of what is held.

    Attributes
    ----------
    what
        For example "population census-2021".
    rows
        Small areas (or codes) it covers; rows set aside for the line "quarantine".
    """

    what: str
    rows: int


def places_held(store: Store) -> tuple[HeldPlaces, ...]:
    """What is held, in a fixed order; a line with 0 says what is lacking."""
    areas = read_table(store, AREAS)
    held = [HeldPlaces(f"areas of {year} LSOAs", _true(areas, f"in_{year}")) for year in (2011, 2021)]
    held += [
        HeldPlaces(f"{WORDS[one.level].lower()}s of {one.edition}", one.small_areas) for one in lower_levels_held(store)
    ]
    held += _by("output areas", Counter(map(str, read_table(store, OUTPUT_AREAS).column("vintage").to_pylist())))
    held.append(HeldPlaces("look-up 2011 to 2021", read_table(store, CHANGES).num_rows))
    held += _by("boundaries", Counter(map(str, read_table(store, BOUNDARIES).column("vintage").to_pylist())))
    held += _by("population", Counter(read_table(store, POPULATION).column("period").to_pylist()))
    index = read_table(store, DEPRIVATION)
    pairs = set(zip(index.column("lsoa").to_pylist(), index.column("year").to_pylist(), strict=True))
    held += _by("deprivation", Counter(str(year) for _, year in pairs))
    held += _by("rural or urban", Counter(map(str, read_table(store, RURALITY).column("vintage").to_pylist())))
    held.append(HeldPlaces("quarantine", read_table(store, REFUSED).num_rows))
    return tuple(held)


def _true(table: pa.Table, column: str) -> int:
    return sum(1 for value in table.column(column).to_pylist() if value)


def _by(what: str, counts: Counter[str]) -> list[HeldPlaces]:
    return [HeldPlaces(f"{what} {key}", counts[key]) for key in sorted(counts)] or [HeldPlaces(what, 0)]
