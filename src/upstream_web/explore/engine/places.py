"""Places: counts looked into by type, area and month, and hot spots worked out; with the outlines to draw them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import shapely

from upstream.errors import NotHeld
from upstream.measures.crime_types import ASB, CRIMES_OF
from upstream.measures.cube import Cube, Looked, grouped, look
from upstream.measures.events import EventsOf, events
from upstream.measures.kept_cubes import kept_cube
from upstream.measures.slices import table_of
from upstream.periods import Month
from upstream.places.areas import Area
from upstream.places.national_grid import in_degrees
from upstream.places.outlines import Outlines, outlines, vintages_held
from upstream.places.tables import AREAS, BOUNDARIES, CHANGES, DISTRICTS, LEVELS, POPULATION
from upstream.places.tree import WORDS, TreeLevel, area_of_each, levels_held
from upstream.reports.document import Block
from upstream.reports.explore_pages import Places, explored_blocks, hot_spot_blocks, ordered, places_of
from upstream.reports.rows_out import rows_as
from upstream.scan.hot_spot_answer import hot_spot_answer
from upstream.scan.study import study_of
from upstream.store import ReadingScope, Store
from upstream_web.explore.engine import CALCULATION, PURPOSE, Worked
from upstream_web.measures.engine.store import force, stamps

TYPES = tuple(sorted([*CRIMES_OF, ASB]))
SEED = 2015
USUAL_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Seen:
    """One look, and what it is drawn with.

    looked : counts by small area and month
    places : outlines and names of the small areas of the place
    open_data : whether it is of police.uk
    version : of the table
    by : what the counts are by, a level of the tree of areas
    """

    looked: Looked
    places: Places
    open_data: bool
    table: str
    version: int
    by: TreeLevel


def months_held(types: tuple[str, ...] = ()) -> tuple[Month, ...]:
    """Months that can be asked for; none without records."""
    try:
        return _cube(_records_of(types)).held
    except NotHeld:
        return ()


def levels() -> dict[str, str]:
    """Levels that records can be counted by, from the top down, and their names."""
    store = force().store
    return {level: WORDS[level] for level in (*_levels(str(store.root), _stamp(store)), "small_area")}


def area_named(within: str) -> str:
    """The name of an area given as its level and code ("ward:E05000001"); nothing where there is no such area."""
    level, _, code = within.partition(":")
    if level not in levels() or level == "small_area":
        return ""
    found = _area_of_each(str(force().store.root), level, _stamp(force().store))
    return next((area.name for area in found.values() if area.code == code), "")


def small_areas_inside(within: str) -> list[str]:
    """Codes of the small areas of an area given as its level and code, in order."""
    store = force().store
    return sorted(_small_areas_in(str(store.root), within, _stamp(store)))


def seen(
    types: tuple[str, ...], area: str, first: Month, last: Month, by: TreeLevel = "small_area", within: str = ""
) -> Seen:
    """Counts of some types, an area and months by small area or a level above it, inside one area of a level or all."""
    records = _records_of(types)
    of = _cube(records)
    own = _small_areas_in(records.root, within, records.stamp) if within else None
    looked = look(of, first, last, types=types, areas=(area,) if area else (), small_areas=own)
    if by != "small_area":
        looked = grouped(looked, _area_of_each(records.root, by, records.stamp))
    places = _places_of(records, area, by, within)
    return Seen(looked, places, of.open_data, of.table, of.version.version, by)


def explored(
    found: Seen, *, noun: str, where: str, small_numbers: bool, lead: Callable[[str], str] | None = None
) -> tuple[Block, ...]:
    """The look as blocks of a page."""
    return explored_blocks(
        found.looked, found.places, noun=noun, where=where, small_numbers=small_numbers, open_data=found.open_data,
        level=WORDS[found.by].lower(), lead=lead,
    )  # fmt: skip


def as_file(found: Seen, ending: str, *, small_numbers: bool) -> bytes:
    """The same figures as CSV or GeoJSON; of small areas without an outline GeoJSON has none."""
    names = dict(zip(found.places.codes.tolist(), found.places.names.tolist(), strict=True))
    key = "lsoa" if found.by == "small_area" else found.by
    rows = ordered(found.looked, small_numbers=small_numbers).rows(names, key=key)
    if ending != ".geojson":
        return rows_as(ending, rows)
    position = {code: at for at, code in enumerate(found.places.codes.tolist())}
    drawn = [row for row in rows if row[key] in position]
    shapes = in_degrees(found.places.outlines[[position[row[key]] for row in drawn]])
    return rows_as(ending, drawn, shapes=list(shapes))


def hot_spots(asked: Mapping[str, Any], who: str, say: Callable[[str], None]) -> Worked:
    """Hot spots, harm spots and the naive map of a type, an area and months."""
    of = force()
    say("Reading the records")
    first, last = Month.parse(asked["first"]), Month.parse(asked["last"])
    areas = (asked["area"],) if asked["area"] else None
    question = EventsOf(first.first_day, last.last_day, areas, types=(asked["type"],), force=of.settings.force_key)
    table = table_of(question.types, of.store)
    scope = ReadingScope(who, PURPOSE, frozenset({table}))
    settings = of.settings
    read = events(
        question, of.store, scope, need="small area",
        engine=settings.engine, memory=settings.memory, threads=settings.threads,
    )  # fmt: skip
    say("Working it out")
    answer = hot_spot_answer(
        read, study_of(read, of.store, area_names=of.areas), seed=SEED, of=asked.get("of", "counts")
    )
    return Worked(answer, {one.table: one.version for one in read.tables}, CALCULATION)


def hot_spots_drawn(
    answer: Mapping[str, Any], *, small_numbers: bool, lead: Callable[[str], str] | None = None
) -> tuple[Block, ...]:
    """A kept answer as blocks of a page; ``lead`` gives the address of the problem profile of a small area."""
    return hot_spot_blocks(answer, places_of_answer(answer), small_numbers=small_numbers, lead=lead)


def residents_held() -> bool:
    """Whether anybody gave how many people live in each small area."""
    return force().store.holds(POPULATION.name)


def places_of_answer(answer: Mapping[str, Any]) -> Places:
    """The small areas of a kept answer, of the census that it was worked out on."""
    store = force().store
    codes = frozenset(row["lsoa"] for row in answer.get("places", answer.get("rows", ())))
    return _places(str(store.root), (answer["study"]["vintage"],), codes, _stamp(store))


def versions_now(types: tuple[str, ...]) -> dict[str, int]:
    """The table that a question of these types is of, and its newest version."""
    store = force().store
    try:
        table = table_of(types, store)
    except NotHeld:
        return {}
    return {table: store.version(table)}


class _Records(NamedTuple):
    """The records that a look is into, and the look-ups and outlines about them: a cube and its places are kept for
    each."""

    root: str
    table: str
    version: int
    stamp: tuple[int, ...]
    force_key: str | None
    codes: tuple[str, ...]


def _records_of(types: tuple[str, ...]) -> _Records:
    of = force()
    table = table_of(types, of.store)
    settings = of.settings
    return _Records(
        str(settings.store),
        table,
        _versions(str(settings.store), stamps(settings.store))[table],
        _stamp(of.store),
        settings.force_key,
        tuple(of.areas),
    )


def _stamp(store: Store) -> tuple[int, ...]:
    """Versions of the look-ups and outlines: what is drawn changes with them."""
    held = _versions(str(store.root), stamps(store.root))
    return tuple(held.get(table.name, -1) for table in (AREAS, DISTRICTS, LEVELS, CHANGES, POPULATION, BOUNDARIES))


@lru_cache(maxsize=4)
def _versions(root: str, changed: tuple[tuple[str, int], ...]) -> dict[str, int]:
    """Newest version by table, read again when a table's log has changed."""
    store = Store(Path(root))
    return {name: store.version(name) for name in store.tables()}


@lru_cache(maxsize=6)
def _cube(of: _Records) -> Cube:
    """Read once a version in each process of the site, from a file where one is kept; a look is a sum in memory."""
    scope = ReadingScope("the site", PURPOSE, frozenset({of.table}))
    settings = force().settings
    return kept_cube(
        Store(Path(of.root)), of.table, scope, force=of.force_key, area_codes=of.codes, engine=settings.engine,
        memory=settings.memory, threads=settings.threads,
    )  # fmt: skip


@lru_cache(maxsize=4)
def _outlines(root: str, vintage: int, stamp: tuple[int, ...]) -> Outlines:
    return outlines(Store(Path(root)), vintage)


@lru_cache(maxsize=32)
def _places(root: str, vintages: tuple[int, ...], codes: frozenset[str], stamp: tuple[int, ...]) -> Places:
    """Small areas of these codes that have an outline, ready to be drawn: of the census that has most of them."""
    held = [_outlines(root, vintage, stamp).of(codes) for vintage in vintages]
    if not held:
        return places_of(np.empty(0, np.str_), np.empty(0, np.str_), np.empty(0, object))
    best = max(held, key=lambda one: len(one.codes))
    return places_of(best.codes, best.names, best.outlines)


@lru_cache(maxsize=4)
def _levels(root: str, stamp: tuple[int, ...]) -> tuple[TreeLevel, ...]:
    return levels_held(Store(Path(root)))


@lru_cache(maxsize=8)
def _area_of_each(root: str, level: TreeLevel, stamp: tuple[int, ...]) -> dict[str, Area]:
    return area_of_each(Store(Path(root)), level)


@lru_cache(maxsize=32)
def _small_areas_in(root: str, within: str, stamp: tuple[int, ...]) -> frozenset[str]:
    level, _, code = within.partition(":")
    return frozenset(lsoa for lsoa, area in _area_of_each(root, level, stamp).items() if area.code == code)


@lru_cache(maxsize=32)
def _places_of(of: _Records, area: str, by: TreeLevel, within: str) -> Places:
    """Small areas of an area (those any of whose records are counted there) or of the whole force, or the areas that
    they make up."""
    codes = _cube(of).small_areas(area)
    if within:
        codes &= _small_areas_in(of.root, within, of.stamp)
    small = _places(of.root, vintages_held(Store(Path(of.root))), codes, of.stamp)
    return small if by == "small_area" else _joined(small, _area_of_each(of.root, by, of.stamp))


def _joined(small: Places, area_of: Mapping[str, Area]) -> Places:
    """The areas that small areas make up, each of one outline."""
    parts: dict[Area, list[Any]] = {}
    for code, outline in zip(small.codes.tolist(), small.outlines, strict=True):
        if code in area_of:
            parts.setdefault(area_of[code], []).append(outline)
    whole = sorted(parts)
    outlines_of = np.array([shapely.union_all(parts[area]) for area in whole], object)
    names = np.array([area.name for area in whole], np.str_)
    return places_of(np.array([area.code for area in whole], np.str_), names, outlines_of)
