"""Which district, partnership and force a small area belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal, get_args

from upstream.places.residents import residents_of
from upstream.places.tables import AREAS, CHANGES, DISTRICTS, read_table
from upstream.store import Store

Level = Literal["district", "csp", "force"]
NUMBER_IN_NAME: Final = " [0-9]{3}[A-Z]$"
"""The end of a small area's name, for engines: what stands before it is the district ("Worcester 001A")."""
LEVELS: Final[tuple[Level, ...]] = get_args(Level)


@dataclass(frozen=True, slots=True, order=True)
class Area:
    """An area by code and name; without a look-up the name is its code."""

    code: str
    name: str


def district_from_name(lsoa_name: str | None) -> Area | None:
    """The district in an LSOA's own name: "Carlisle 002D" lies in Carlisle. Nothing when the name has no such form."""
    district, _, number = (lsoa_name or "").strip().rpartition(" ")
    if not district or not number[:3].isdigit():
        return None
    return Area(district, district)


def district_of_lsoa(store: Store) -> dict[str, Area]:
    """LSOA code (2011 or 2021) -> its district (local authority)."""
    return level_of_lsoa(store, "district")


def csp_of_lsoa(store: Store) -> dict[str, Area]:
    """LSOA code -> its community safety partnership; its district where that has none, or several, of its own."""
    return {**level_of_lsoa(store, "district"), **level_of_lsoa(store, "csp")}


def areas_of_small_areas(store: Store, codes: Collection[str] = ()) -> dict[str, str] | None:
    """Area by small-area code of either census, from the look-ups held: community safety partnerships, else districts.

    An area is named by its code where ``codes`` has it (the settings name areas so), else by its name. Without look-ups
    ``None``.
    """
    if not store.holds(AREAS.name):
        return None
    found = csp_of_lsoa(store)
    return {lsoa: area.code if area.code in codes else area.name for lsoa, area in found.items()} or None


def force_of_lsoa(store: Store) -> dict[str, Area]:
    """LSOA code -> its police force area."""
    return level_of_lsoa(store, "force")


def level_of_lsoa(store: Store, level: Level) -> dict[str, Area]:
    """LSOA code (2011 or 2021) -> its area of a level, where one is known and it is the only one."""
    rows = read_table(store, AREAS).to_pylist()
    above = _above_district(store, level)
    found: dict[str, Area] = {}
    for row in rows:
        code, name = row[f"{level}_code"], row[f"{level}_name"]
        area = Area(code, name or code) if code else above.get(row["district_code"])
        if area is None and level == "district":
            area = district_from_name(row["name"])
        if area is not None:
            found[row["lsoa"]] = area
    fill_across_vintages(store, found)
    return found


def _above_district(store: Store, level: str) -> dict[str, Area]:
    """District code -> the only area of a level it belongs to."""
    if level == "district":
        return {}
    several: dict[str, set[Area]] = {}
    for row in read_table(store, DISTRICTS).to_pylist():
        code = row[f"{level}_code"]
        if code:
            several.setdefault(row["district_code"], set()).add(Area(code, row[f"{level}_name"] or code))
    return {district: next(iter(areas)) for district, areas in several.items() if len(areas) == 1}


def fill_across_vintages(store: Store, found: dict[str, Area]) -> None:
    """A code without an area takes that of the codes it became or came from: where they lie in several, whole that in
    which most of its residents live."""
    pieces: dict[str, list[str]] = {}
    held = read_table(store, CHANGES)
    for old, new in zip(held.column("lsoa11").to_pylist(), held.column("lsoa21").to_pylist(), strict=True):
        for code, other in ((old, new), (new, old)):
            if code not in found and other in found:
                pieces.setdefault(code, []).append(other)
    apart = {code: others for code, others in pieces.items() if len({found[other] for other in others}) > 1}
    residents = residents_of(store, vintage=2011) | residents_of(store, vintage=2021) if apart else {}
    for code, others in pieces.items():
        live: Counter[Area] = Counter()
        for other in others:
            live[found[other]] += residents.get(other, 1)
        # the first by residents, then by code, so that the answer never depends on the order of rows
        found[code] = min(live, key=lambda area: (-live[area], area))
