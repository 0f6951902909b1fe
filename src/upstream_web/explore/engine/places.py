"""Places: counts looked into by type, area and month, and hot spots worked out; with the outlines to draw them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from upstream.errors import NotHeld
from upstream.measures.asked import ENGINE_VERSION
from upstream.measures.crime_types import ASB, CRIMES_OF
from upstream.measures.cube import Cube, Looked, cube, look
from upstream.measures.events import EventsOf, events
from upstream.measures.slices import table_of
from upstream.periods import Month
from upstream.places.national_grid import in_degrees
from upstream.places.outlines import outlines, vintages_held
from upstream.places.tables import AREAS, BOUNDARIES, CHANGES, DISTRICTS
from upstream.reports.document import Block
from upstream.reports.explore_pages import Places, explored_blocks, hot_spot_blocks, looked_rows
from upstream.reports.rows_out import rows_as
from upstream.scan.hot_spot_answer import hot_spot_answer
from upstream.scan.study import study_of
from upstream.store import ReadingScope, Store
from upstream_web.explore.engine import PURPOSE, Worked
from upstream_web.measures.engine.store import force

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
    """

    looked: Looked
    places: Places
    open_data: bool
    table: str
    version: int


def months_held(types: tuple[str, ...] = ()) -> tuple[Month, ...]:
    """Months that can be asked for; none without records."""
    try:
        return _cube_of(types).held
    except NotHeld:
        return ()


def seen(types: tuple[str, ...], area: str, first: Month, last: Month) -> Seen:
    """Counts of some types, an area and months."""
    of = _cube_of(types)
    looked = look(of, first, last, types=types, areas=(area,) if area else ())
    return Seen(looked, _places_of(of, area), of.open_data, of.table, of.version.version)


def explored(found: Seen, *, noun: str, where: str, small_numbers: bool) -> tuple[Block, ...]:
    """The look as blocks of a page."""
    return explored_blocks(
        found.looked, found.places, noun=noun, where=where, small_numbers=small_numbers, open_data=found.open_data
    )


def as_file(found: Seen, ending: str, *, small_numbers: bool) -> bytes:
    """The same figures as CSV or GeoJSON; of small areas without an outline GeoJSON has none."""
    names = dict(zip(found.places.codes.tolist(), found.places.names.tolist(), strict=True))
    rows = looked_rows(found.looked, names, small_numbers=small_numbers)
    if ending != ".geojson":
        return rows_as(ending, rows)
    position = {code: at for at, code in enumerate(found.places.codes.tolist())}
    drawn = [row for row in rows if row["lsoa"] in position]
    shapes = in_degrees(found.places.outlines[[position[row["lsoa"]] for row in drawn]])
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
    answer = hot_spot_answer(read, study_of(read, of.store, area_names=of.areas), seed=SEED)
    return Worked(answer, {one.table: one.version for one in read.tables}, ENGINE_VERSION)


def hot_spots_drawn(answer: Mapping[str, Any], *, small_numbers: bool) -> tuple[Block, ...]:
    """A kept answer as blocks of a page."""
    found = _outlines(str(force().settings.store), answer["study"]["vintage"], _stamp(force().store))
    codes = {row["lsoa"] for row in answer["places"]}
    own = np.isin(found.codes, list(codes))
    places = Places(found.codes[own], found.names[own], found.outlines[own])
    return hot_spot_blocks(answer, places, small_numbers=small_numbers)


def versions_now(types: tuple[str, ...]) -> dict[str, int]:
    """The table that a question of these types is of, and its newest version."""
    store = force().store
    try:
        table = table_of(types, store)
    except NotHeld:
        return {}
    return {table: store.version(table)}


def _cube_of(types: tuple[str, ...]) -> Cube:
    of = force()
    table = table_of(types, of.store)
    settings = of.settings
    return _cube(
        str(settings.store), table, of.store.version(table), _stamp(of.store), settings.force_key, tuple(of.areas)
    )


def _stamp(store: Store) -> tuple[int, ...]:
    """Versions of the look-ups and outlines: what is drawn changes with them."""
    return tuple(
        store.version(table.name) if store.holds(table.name) else -1
        for table in (AREAS, DISTRICTS, CHANGES, BOUNDARIES)
    )


@lru_cache(maxsize=6)
def _cube(
    root: str, table: str, version: int, stamp: tuple[int, ...], force_key: str | None, codes: tuple[str, ...]
) -> Cube:
    """Read once a version in each process of the site; every look after that is a sum in memory."""
    scope = ReadingScope("the site", PURPOSE, frozenset({table}))
    settings = force().settings
    return cube(
        Store(Path(root)), table, scope, force=force_key, area_codes=codes, engine=settings.engine,
        memory=settings.memory, threads=settings.threads,
    )  # fmt: skip


@lru_cache(maxsize=4)
def _outlines(root: str, vintage: int, stamp: tuple[int, ...]) -> Places:
    held = outlines(Store(Path(root)), vintage)
    return Places(held.codes, np.where(held.names == "", held.codes, held.names), held.outlines)


def _places_of(of: Cube, area: str) -> Places:
    """Small areas of an area (those most of whose records are counted there), or of the whole force."""
    store = force().store
    own = of.small_areas(area)
    held = [_outlines(str(store.root), vintage, _stamp(store)) for vintage in vintages_held(store)]
    if not held:
        return Places(np.empty(0, np.str_), np.empty(0, np.str_), np.empty(0, object))
    best = max(held, key=lambda one: len(own & set(one.codes.tolist())))  # the census whose codes the records carry
    kept = np.isin(best.codes, list(own))
    return Places(best.codes[kept], best.names[kept], best.outlines[kept])
