"""Needs of small areas: counted once for each state of the records, ranked and allotted as often as asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from upstream.analyse.index_definition import IndexDefinition, load_index
from upstream.analyse.needs import Index, Ranked, as_rows, draws_of, ranked
from upstream.analyse.needs_kept import keep_needs, kept_needs, needs_key
from upstream.analyse.similar import Similar, similar_small_areas
from upstream.analyse.small_area_needs import TABLES, VINTAGE, Needs, needs_of
from upstream.analyse.typology import Typology, typology_of
from upstream.analyse.typology import as_rows as typology_rows
from upstream.errors import NotHeld, UpstreamError
from upstream.places.outlines import outlines
from upstream.places.tables import BOUNDARIES
from upstream.reports.document import Chart
from upstream.reports.need_maps import index_map, posts_map, types_map
from upstream.reports.place_maps import Sheet, sheet_of
from upstream.respond.allocation import (
    Allocation,
    Cost,
    Place,
    Rules,
    allocate,
    both_readings,
    costs,
    travel_from_middle,
)
from upstream.store import ReadingScope, Store
from upstream_web.measures.engine.store import force

PURPOSE = "Index of needs of the force's small areas"
INDEX, TYPES = "vulnerability", "typology"
MOST_TOP = 100


class CannotExplore(UpstreamError):
    """Why the engine gave nothing, in words for whoever asked."""


def definition(key: str, weights: Mapping[str, float] | None = None) -> IndexDefinition:
    """The newest version of an index, with other weights where they are given."""
    try:
        return load_index(key).weighted(weights or {})
    except UpstreamError as error:
        raise CannotExplore(error.what, allowed=error.allowed) from error


def held(key: str) -> Needs | None:
    """What is counted of the records as they are now; `None` before anybody had it counted."""
    found = _read(str(force().store.root), _name(key), key)
    if found is None:
        _read.cache_clear()  # it may be counted at any moment, by another process
    return found


def _name(key: str) -> str:
    """The name of the count of an index of the records as they are now."""
    of = force()
    return needs_key(load_index(key), of.store, of.areas, of.settings.force_key)


@lru_cache(maxsize=4)
def _read(root: str, name: str, key: str) -> Needs | None:
    return kept_needs(force().store, name, load_index(key))


def count(key: str, who: str) -> Needs:
    """Count the needs of an index for a person, and keep them."""
    of = force()
    settings = of.settings
    try:
        found = needs_of(
            load_index(key), of.store, ReadingScope(who, PURPOSE, TABLES, personal=True), areas=of.areas,
            force=settings.force_key, engine=settings.engine, memory=settings.memory, threads=settings.threads,
        )  # fmt: skip
    except UpstreamError as error:
        raise CannotExplore(error.what, allowed=error.allowed, remedy=error.remedy) from error
    keep_needs(of.store, _name(key), found)
    return found


def index_of(needs: Needs, weights: Mapping[str, float], top: int) -> Index:
    """The index with these weights."""
    return _ranked(_Known(_name(INDEX), needs), tuple(sorted(weights.items())), top)


@dataclass(frozen=True, slots=True)
class _Known:
    """Needs that are told apart by the name of their count."""

    name: str
    needs: Needs = field(compare=False)


@lru_cache(maxsize=16)
def _ranked(known: _Known, weights: tuple[tuple[str, float], ...], top: int) -> Index:
    try:
        return ranked(definition(INDEX, dict(weights)), known.needs, force().store, top=top, drawn=_drawn(known))
    except UpstreamError as error:
        raise CannotExplore(error.what, allowed=error.allowed) from error


@lru_cache(maxsize=1)
def _drawn(known: _Known) -> NDArray[np.float64]:
    """The draws for every choice of weights: some 30 megabytes for 500 small areas."""
    return draws_of(load_index(INDEX), known.needs)


def rows_of(index: Index) -> list[dict[str, object]]:
    """A row a small area, for a file."""
    return as_rows(index)


def types_of(needs: Needs, classes: int | None) -> Typology:
    """The typology of needs that are counted."""
    return _typed(_Known(_name(TYPES), needs), classes)


@lru_cache(maxsize=8)
def _typed(known: _Known, classes: int | None) -> Typology:
    try:
        return typology_of(load_index(TYPES), known.needs, classes=classes)
    except UpstreamError as error:
        raise CannotExplore(error.what, allowed=error.allowed) from error


def similar_to(needs: Needs, code: str, count: int) -> Similar:
    """The small areas most like one, by the variables of the typology."""
    try:
        return similar_small_areas(load_index(TYPES), needs, code, count=count)
    except UpstreamError as error:
        raise CannotExplore(error.what, allowed=error.allowed) from error


def sheet_of_small_areas(codes: frozenset[str]) -> tuple[tuple[str, ...], Sheet] | None:
    """Those of these small areas that have an outline, as they are drawn; `None` where no outlines are held."""
    store = force().store
    return _sheet(store.root, store.version(BOUNDARIES.name) if store.holds(BOUNDARIES.name) else -1, codes)


def map_of_index(index: Index, shown: Sequence[Ranked]) -> Chart | None:
    """The index as a map; `None` where no outlines are held."""
    drawn = sheet_of_small_areas(frozenset(row.area.code for row in index.areas))
    return index_map(index, *drawn, shown) if drawn else None


def map_of_types(made: Typology) -> Chart | None:
    """The types as a map; `None` where no outlines are held."""
    drawn = sheet_of_small_areas(frozenset(row.area.code for row in made.areas))
    return types_map(made, *drawn) if drawn else None


def rows_of_types(made: Typology) -> list[dict[str, object]]:
    """A row a small area with its class, for a file."""
    return typology_rows(made)


def map_of_posts(way: Allocation, places: tuple[Place, ...]) -> Chart | None:
    """Where one way puts posts, as a map; `None` where no outlines are held."""
    drawn = sheet_of_small_areas(frozenset(place.code for place in places))
    return posts_map(way, places, *drawn) if drawn else None


@lru_cache(maxsize=4)
def _sheet(root: Path, version: int, codes: frozenset[str]) -> tuple[tuple[str, ...], Sheet] | None:
    """Outlines of small areas as they are drawn: worked out once for a version of them."""
    try:
        held = outlines(Store(root), VINTAGE, codes)
    except NotHeld:
        return None
    return (tuple(held.codes.tolist()), sheet_of(held.outlines)) if held.codes.size else None


@dataclass(frozen=True, slots=True)
class Ways:
    """Posts put every way.

    places : those that posts may be put in
    ways, costs : both readings of the rule first, where it can be read; the best last
    readings : whether both readings are among them
    why_not : why they are not, in words
    travel : whether the way is counted
    """

    places: tuple[Place, ...]
    ways: tuple[Allocation, ...]
    costs: tuple[Cost, ...]
    readings: bool
    why_not: str
    travel: bool


def ways_of(index: Index, needs: Needs, by: str, rules: Rules, *, travel: bool = False) -> Ways:
    """Posts put every way; `travel` counts the way from the middle of each policing area, where outlines are held."""
    return _ways(_Known(_name(INDEX), needs), index.areas, by, rules, travel)


@lru_cache(maxsize=32)
def _ways(known: _Known, areas: tuple[Ranked, ...], by: str, rules: Rules, travel: bool) -> Ways:
    years = load_index(INDEX).months / 12
    harm = dict(zip((area.code for area in known.needs.areas), (known.needs.harm / years).tolist(), strict=True))
    minutes = _travel(areas) if travel else {}
    places = tuple(
        Place(row.area.code, row.area.name, row.area.area,
              max(row.score, 0.0) if by == "index" else harm[row.area.code], row.area.residents,
              minutes.get(row.area.code, 0.0), row.rank if by == "index" else 0)
        for row in areas
    )  # fmt: skip
    try:
        ways = allocate(places, rules)
    except UpstreamError as error:
        raise CannotExplore(error.what, allowed=error.allowed) from error
    try:
        readings, why_not = both_readings(places, rules.posts, rules), ""
    except UpstreamError as error:
        readings, why_not = (), str(error)
    every = (*readings, *ways)
    return Ways(places, every, costs(places, every, ways[-1]), bool(readings), why_not, bool(minutes))


def _travel(areas: tuple[Ranked, ...]) -> dict[str, float]:
    """Minutes from the middle of each policing area; nothing where some outline is not held."""
    codes = frozenset(row.area.code for row in areas)
    store = force().store
    middles = _middles(store.root, store.version(BOUNDARIES.name) if store.holds(BOUNDARIES.name) else -1, codes)
    if middles.keys() != codes:
        return {}
    x, y = np.array([middles[row.area.code] for row in areas]).T
    residents = np.array([float(row.area.residents) for row in areas])
    minutes = travel_from_middle(x, y, [row.area.area for row in areas], residents)
    return dict(zip((row.area.code for row in areas), minutes.tolist(), strict=True))


@lru_cache(maxsize=2)
def _middles(root: Path, version: int, codes: frozenset[str]) -> dict[str, tuple[float, float]]:
    try:
        held = outlines(Store(root), VINTAGE, codes)
    except NotHeld:
        return {}
    middle = shapely.centroid(held.outlines)
    return dict(zip(held.codes.tolist(), zip(shapely.get_x(middle).tolist(), shapely.get_y(middle).tolist(),
                                             strict=True), strict=True))  # fmt: skip


def rows_of_ways(made: Ways) -> list[dict[str, object]]:
    """A row a small area that some way puts a post in, for a file."""
    return [
        {"code": place.code, "name": place.name, "area": place.group, "residents": place.residents,
         "minutes_of_travel": round(place.travel, 1), **{way.way: int(way.posts[at]) for way in made.ways}}
        for at, place in enumerate(made.places)
        if any(way.posts[at] for way in made.ways)
    ]  # fmt: skip
