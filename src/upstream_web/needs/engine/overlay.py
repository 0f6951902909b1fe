"""Violence that partners see beside recorded violence: counted once for each state of the records, and kept."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from upstream.analyse.overlay import overlay
from upstream.analyse.overlay_kept import overlay_answer
from upstream.errors import UpstreamError
from upstream.measures.asked import ENGINE_VERSION
from upstream.measures.cache import SPOILT, content_of, keep_content
from upstream.measures.partner_violence import SOURCES as TITLES
from upstream.measures.partner_violence import PartnerCounts, Source, partner_counts
from upstream.places.areas import areas_of_small_areas
from upstream.places.tables import AREAS, BY_NAME, read_table
from upstream.records.quality import month_states
from upstream.reports.document import Block
from upstream.reports.overlay_pages import overlay_blocks
from upstream.reports.rows_out import rows_as
from upstream.store import ReadingScope, Store
from upstream_web.measures.engine.store import force
from upstream_web.needs.engine import CannotExplore, sheet_of_small_areas

PURPOSE = "Violence that partners see beside recorded violence, on the site"
SOURCES: dict[str, Source] = {"ed": "ed_assaults", "ambulance": "ambulance_incidents"}
RECORDED = "crimes"
FOLDER = ".overlays"
KEPT = 24
DAYS_BEFORE = 364
PARTS = {"shares": ("csv", "parquet"), "places": ("csv", "geojson", "parquet")}
"""What there is a file of, and in which forms."""


@dataclass(frozen=True, slots=True)
class Partner:
    """A source that can be compared: its key, its name in words, and the days held of it and of crimes."""

    key: str
    title: str
    first: dt.date
    last: dt.date


def partners_held() -> dict[str, Partner]:
    """The sources that can be compared now."""
    store = force().store
    if not store.holds(RECORDED):
        return {}
    found = {}
    for key, table in SOURCES.items():
        days = _days(store.root, table, _version(store, table), _version(store, RECORDED))
        if days is not None:
            found[key] = Partner(key, TITLES[table], *days)
    return found


def _version(store: Store, table: str) -> int:
    return store.version(table) if store.holds(table) else -1


@lru_cache(maxsize=4)
def _days(root: Path, table: str, version: int, recorded: int) -> tuple[dt.date, dt.date] | None:
    """The first and last day that both tables hold."""
    store = Store(root)
    both = set(month_states(store, table)) & set(month_states(store, RECORDED))
    return (min(both).first_day, max(both).last_day) if both else None


def kept_overlay(source: str, to: dt.date) -> dict[str, Any] | None:
    """The comparison as it was worked out from the records as they are now; `None` where nobody asked for it."""
    try:
        found: dict[str, Any] = content_of(force().store.root / FOLDER, _name(source, to))
    except SPOILT:
        return None
    return found


def work_out_overlay(source: str, to: dt.date, who: str) -> dict[str, int]:
    """Compare for a person, and keep it; the versions of the tables that were read."""
    counts = _counts(source, to, who)
    store = force().store
    try:
        made = overlay(counts)
    except UpstreamError as error:
        raise CannotExplore(error.what, allowed=error.allowed) from error
    names = {row["lsoa"]: row["name"] or row["lsoa"] for row in read_table(store, AREAS).to_pylist()}
    keep_content(store.root / FOLDER, _name(source, to), overlay_answer(made, names), most=KEPT)
    return {one.table: one.version for one in counts.tables}


def overlay_drawn(answer: Mapping[str, Any], *, small_numbers: bool) -> tuple[Block, ...]:
    """A kept comparison as blocks of a page."""
    of, half = force(), _half(answer, small_numbers)
    drawn = sheet_of_small_areas(frozenset(_small_areas(of.store.root, _version(of.store, AREAS.name), half)))
    return overlay_blocks(half, of.areas, *(drawn or ()))


def overlay_file(answer: Mapping[str, Any], part: str, ending: str, *, small_numbers: bool) -> bytes:
    """Its shares, or its small areas, as a file; the caller has looked into :data:`PARTS`."""
    half = _half(answer, small_numbers)
    rows = half["rows" if part == "shares" else "places"]
    try:
        return rows_as(f".{ending}", rows, force().store)
    except UpstreamError as error:
        raise CannotExplore(error.what, remedy=error.remedy) from error


def _half(answer: Mapping[str, Any], small_numbers: bool) -> dict[str, Any]:
    half: dict[str, Any] = answer["full" if small_numbers else "public"]
    return half


def _small_areas(root: Path, version: int, half: Mapping[str, Any]) -> list[str]:
    """Every small area of the policing areas compared, so that the map shows where nothing was seen too."""
    areas = {row["name"] for row in half["rows"] if row["of"] == "area"}
    named = areas | {force().areas.get(area, area) for area in areas}
    return [code for code, area in _area_of(root, version).items() if area in named]


@lru_cache(maxsize=2)
def _area_of(root: Path, version: int) -> dict[str, str]:
    return areas_of_small_areas(Store(root), tuple(force().areas)) or {} if version >= 0 else {}


def _counts(source: str, to: dt.date, who: str) -> PartnerCounts:
    of = force()
    table, settings = SOURCES[source], of.settings
    try:
        return partner_counts(
            table, of.store, ReadingScope(who, PURPOSE, frozenset({table, RECORDED}), personal=True),
            to - dt.timedelta(days=DAYS_BEFORE), to, areas=of.areas, engine=settings.engine, memory=settings.memory,
            threads=settings.threads,
        )  # fmt: skip
    except UpstreamError as error:
        raise CannotExplore(error.what, allowed=error.allowed, remedy=error.remedy) from error


def _name(source: str, to: dt.date) -> str:
    """Everything that a comparison rests on."""
    of = force()
    tables = sorted({SOURCES[source], RECORDED, *BY_NAME})
    versions = {name: of.store.version(name) for name in tables if of.store.holds(name)}
    facts = [source, to.isoformat(), versions, of.areas, ENGINE_VERSION]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:40]
