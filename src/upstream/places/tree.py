"""The tree of areas: force, local policing area, district, ward, beat, small area, output area, each dated.

Small areas (LSOAs) are what records carry. Areas above them are made of whole small areas by best fit: a small area is
counted in the one area that its look-up names, even where the true boundary cuts it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from upstream.errors import NotHeld
from upstream.places.areas import Area, fill_across_vintages, level_of_lsoa
from upstream.places.residents import residents_of
from upstream.places.tables import LEVELS, OUTPUT_AREAS, read_table
from upstream.store import Store

TreeLevel = Literal["force", "policing_area", "district", "ward", "beat", "small_area", "output_area"]
TREE: Final[tuple[TreeLevel, ...]] = get_args(TreeLevel)
"""From the top down."""
LOWER: Final[tuple[TreeLevel, ...]] = ("policing_area", "ward", "beat")
"""Levels that look-ups name besides districts and forces; each edition of their boundaries is held by itself."""
WORDS: Final[Mapping[TreeLevel, str]] = {
    "force": "Force", "policing_area": "Local policing area", "district": "District", "ward": "Ward", "beat": "Beat",
    "small_area": "Small area", "output_area": "Output area",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LevelHeld:
    """One edition of a level: its year, and how many areas and small areas it has."""

    level: TreeLevel
    edition: int
    areas: int
    small_areas: int


def lower_levels_held(store: Store) -> tuple[LevelHeld, ...]:
    """Editions of wards, beats and local policing areas, in the order of the tree, oldest first."""
    rows = read_table(store, LEVELS).to_pylist()
    editions = {(level, row["edition"]) for row in rows for level in LOWER if row["level"] == level}
    found = []
    for level, edition in sorted(editions, key=lambda one: (TREE.index(one[0]), one[1])):
        own = [row for row in rows if (row["level"], row["edition"]) == (level, edition)]
        found.append(LevelHeld(level, edition, len({row["code"] for row in own}), len(own)))
    return tuple(found)


def levels_held(store: Store) -> tuple[TreeLevel, ...]:
    """Levels above the small area by which records can be counted, from the top down."""
    lower = {one.level for one in lower_levels_held(store)}
    return tuple(
        level for level in TREE[1:5] if level in lower or (level == "district" and level_of_lsoa(store, level))
    )


def area_of_each(store: Store, level: TreeLevel, edition: int | None = None) -> dict[str, Area]:
    """Small area (of either census) -> its area of a level, by best fit.

    Question: which ward, beat, policing area, district or force is a small area counted in?

    Parameters: ``level``; ``edition``, the year of the boundaries of a ward, beat or policing area: the newest held
    where nobody says.

    Assumes: whole small areas. A code of the other census takes the area of what it became or came from; where that is
    several, the one in which most of its residents live.

    When not to use: for a street or an address, which may lie across the boundary.

    Raises
    ------
    NotHeld
        No such edition.
    """
    if level == "district" or level == "force":
        return level_of_lsoa(store, level)
    held = [one.edition for one in lower_levels_held(store) if one.level == level]
    if not held or (edition is not None and edition not in held):
        raise NotHeld(
            f"No {WORDS[level].lower()}s{f' of {edition}' if edition else ''} are held.",
            allowed=", ".join(map(str, held)) or None,
            remedy="Add them: upstream places add lookup FILE.csv",
        )
    wanted = held[-1] if edition is None else edition
    rows = read_table(store, LEVELS).to_pylist()
    own = (row for row in rows if (row["level"], row["edition"]) == (level, wanted))
    found = {row["lsoa"]: Area(row["code"], row["name"]) for row in own}
    fill_across_vintages(store, found)
    return found


def small_areas_in(store: Store, level: TreeLevel, code: str, edition: int | None = None) -> frozenset[str]:
    """Small areas of both censuses that lie in an area, by best fit; none where there is no such area."""
    return frozenset(lsoa for lsoa, area in area_of_each(store, level, edition).items() if area.code == code)


def above(store: Store, level: TreeLevel, upper: TreeLevel) -> dict[str, Area]:
    """Code of each area of a level -> the area of an upper level in which most of its residents live.

    Without residents each small area weighs the same; the first by code where two are level.
    """
    residents = residents_of(store, vintage=2021) or residents_of(store, vintage=2011)
    tops = area_of_each(store, upper)
    live: dict[str, Counter[Area]] = {}
    for lsoa, area in area_of_each(store, level).items():
        if lsoa in tops:
            live.setdefault(area.code, Counter())[tops[lsoa]] += residents.get(lsoa, 0) if residents else 1
    return {code: min(counts, key=lambda one: (-counts[one], one)) for code, counts in live.items()}


def output_areas_in(store: Store, lsoa: str) -> tuple[str, ...]:
    """Output areas that make up a small area, by code. Records carry none: they are for populations and boundaries."""
    rows = read_table(store, OUTPUT_AREAS).to_pylist()
    return tuple(sorted(row["oa"] for row in rows if row["lsoa"] == lsoa))
