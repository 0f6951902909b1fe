"""How many people live in small areas, districts, partnerships and forces."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from upstream.errors import NotHeld
from upstream.places.areas import LEVELS, level_of_lsoa
from upstream.places.residents import periods
from upstream.places.tables import AREAS, POPULATION, read_table
from upstream.places.tree import area_of_each, lower_levels_held
from upstream.store import Store


@dataclass(frozen=True, slots=True)
class Population:
    """Residents of an area.

    Attributes
    ----------
    code
        The area, as asked for.
    residents, households
        People and households; households ``None`` where the file had none.
    lsoas, lacking
        Small areas of it that have a count, and that have none.
    period
        What the count is of, for example census-2021.
    """

    code: str
    residents: int
    households: int | None
    lsoas: int
    lacking: int
    period: str


def population_of(store: Store, areas: Collection[str], *, period: str | None = None) -> dict[str, Population]:
    """Residents of districts, partnerships or forces, by code or by name.

    Parameters
    ----------
    store
        Holds a population and a look-up or boundaries that say what each LSOA belongs to.
    areas
        Codes (E23000016) or names (West Mercia) of districts, partnerships and forces, codes of wards, beats and local
        policing areas, or LSOA codes; an unknown one is left out.
    period
        Which population; ``None``: the newest held.

    Raises
    ------
    NotHeld
        No population, or not that one.
    """
    known = periods(store)
    if not known or (period is not None and period not in known):
        raise NotHeld(
            f"The population {period} is not held." if period else "No population is held.",
            allowed=", ".join(known) or None,
            remedy="Add one: upstream places add population FILE.csv",
        )
    wanted = period or known[-1]
    counts = {row["lsoa"]: row for row in read_table(store, POPULATION).to_pylist() if row["period"] == wanted}
    vintage = next(iter(counts.values()))["vintage"]
    parts = _parts(store, set(areas), vintage)
    found = {}
    for area, codes in parts.items():
        rows = [counts[code] for code in codes if code in counts]
        if rows:
            households = [row["households"] for row in rows]
            found[area] = Population(
                code=area,
                residents=sum(row["residents"] or 0 for row in rows),
                households=None if None in households else sum(households),
                lsoas=len(rows),
                lacking=len(codes) - len(rows),
                period=wanted,
            )
    return found


def _parts(store: Store, areas: set[str], vintage: int) -> dict[str, set[str]]:
    """Area asked for -> LSOA codes of a census in it."""
    held = read_table(store, AREAS)
    codes = zip(held.column("lsoa").to_pylist(), held.column(f"in_{vintage}").to_pylist(), strict=True)
    wanted = {code for code, there in codes if there}
    parts = {code: {code} for code in areas & wanted}
    for level in LEVELS:
        for code, area in level_of_lsoa(store, level).items():
            for name in areas.intersection((area.code, area.name)) if code in wanted else ():
                parts.setdefault(name, set()).add(code)
    for one in lower_levels_held(store):  # by code alone: a ward may have the name of its town
        for code, area in area_of_each(store, one.level, one.edition).items():
            if area.code in areas and code in wanted:
                parts.setdefault(area.code, set()).add(code)
    return parts
