"""The only door of this area to the engine: near repeats, new clusters and times, worked out and drawn."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from upstream.analyse.timing import as_plain, timing
from upstream.errors import NotHeld
from upstream.measures.asked import ENGINE_VERSION
from upstream.measures.crime_types import CRIMES_OF
from upstream.measures.event_records import EventRecord, event_records
from upstream.measures.events import Events, EventsOf, events
from upstream.places.tables import AREAS, read_table
from upstream.records.quality import month_facts
from upstream.reports.document import Block
from upstream.reports.explore_files import chain_event_file
from upstream.reports.near_repeat_pages import near_repeat_blocks
from upstream.reports.scan_maps import area_outlines
from upstream.reports.scan_pages import cluster_blocks
from upstream.reports.when_pages import when_blocks
from upstream.scan import event_rows
from upstream.scan.clusters import ClustersOf, clusters
from upstream.scan.near_repeat import NearRepeatOf, NearRepeats, near_repeats
from upstream.scan.read_facts import read_facts
from upstream.store import ReadingScope, Store
from upstream_web.measures.engine.store import force

PURPOSE = "Patterns of events looked into on the site"
TABLE = "crimes"
DAYS = 365
"""Days of events that an analysis rests on, the last one included."""
DAYS_OF_TIMES = 1_096
"""The same for times: three years, as a time of year must be seen more than once."""
TYPES = tuple(sorted(CRIMES_OF))
CALCULATION = f"{ENGINE_VERSION}.2"
"""Of the kept answers of this area: the second number rises when an answer says more, or says it otherwise."""


@dataclass(frozen=True, slots=True)
class Worked:
    """What the engine worked out, as plain data, and what it rests on."""

    answer: dict[str, Any]
    tables: dict[str, int]
    engine_version: str


@dataclass(frozen=True, slots=True)
class Held:
    """What can be asked of: the areas by code, and the first and last day of the records; no days without records."""

    force: str
    areas: dict[str, str]
    first: datetime.date | None
    last: datetime.date | None
    versions: dict[str, int]


def held() -> Held:
    """What the store holds now."""
    of = force()
    store = of.store
    if not store.holds(TABLE):
        return Held(of.name, of.areas, None, None, {})
    version = store.version(TABLE)
    first, last = _days(of.settings.store, version, of.settings.force_key)
    return Held(of.name, of.areas, first, last, {TABLE: version})


@lru_cache(maxsize=8)
def _days(store: Path, version: int, force_key: str | None) -> tuple[datetime.date | None, datetime.date | None]:
    facts = month_facts(Store(store), TABLE, force_key)
    return (facts[0].month.first_day, facts[-1].month.last_day) if facts else (None, None)


def work_out(kind: str, asked: Mapping[str, Any], who: str, say: Callable[[str], None]) -> Worked:
    """Read the events and work an analysis out, with the map's outlines."""
    say("Reading the records")
    found = _events(asked, who, DAYS_OF_TIMES if kind == "when" else DAYS)
    say("Working it out")
    store = force().store
    names = _names(store)
    if kind == "when":
        answer = as_plain(timing(found))
    else:
        answer = _near_repeats(found, names) if kind == "near_repeats" else _clusters(found, names, asked["model"])
        answer["outlines"] = area_outlines(found, store)
    answer["read"] = read_facts(found, found.left_out)
    return Worked(answer, {one.table: one.version for one in found.tables}, CALCULATION)


def drawn(
    kind: str, answer: Mapping[str, Any], *, small_numbers: bool, lead: Callable[[int], str] | None = None
) -> tuple[Block, ...]:
    """A kept answer as blocks of a page; small numbers only for those who may see the records.

    ``lead`` gives the address of the page of a chain.
    """
    if kind == "near_repeats":
        return near_repeat_blocks(answer, small_numbers=small_numbers, lead=lead)
    draw = {"clusters": cluster_blocks, "when": when_blocks}
    return draw[kind](answer, small_numbers=small_numbers)


def _near_repeats(found: Events, names: Mapping[str, str]) -> dict[str, Any]:
    made = near_repeats(found, NearRepeatOf())
    return event_rows.near_repeat_facts(made) | {
        "bands": event_rows.bands(made),
        "risk": event_rows.risk_areas(made, names),
        "windows": event_rows.risk_windows(made, names),
        "chain_rows": event_rows.chains(made, names),
        "chain_events": _chain_events(made, names),
    }


def _chain_events(made: NearRepeats, names: Mapping[str, str]) -> dict[str, Any]:
    """Events of chains, each a short list: an answer may have tens of thousands."""
    rows = event_rows.chain_events(made, names)
    columns = ("chain", "event", "day", "type", "lsoa")
    own = {row["lsoa"]: row["name"] for row in rows}
    return {"columns": columns, "rows": [[row[name] for name in columns] for row in rows], "names": own}


def _clusters(found: Events, names: Mapping[str, str], model: str) -> dict[str, Any]:
    made = clusters(found, ClustersOf(model="poisson" if model == "poisson" else "permutation"))
    return event_rows.cluster_facts(made) | {"clusters": event_rows.cluster_rows(made, names)}


def _events(asked: Mapping[str, Any], who: str, days: int) -> Events:
    of = force()
    if not of.store.holds(TABLE):
        raise NotHeld("No crimes with days and points are held.", remedy="Add the force's own crimes first.")
    last = datetime.date.fromisoformat(asked["to"])
    begin = max(last - datetime.timedelta(days=days - 1), held().first or last)
    question, settings = _question(asked, begin, last), of.settings
    scope = ReadingScope(who, PURPOSE, frozenset({TABLE}))
    return events(
        question, of.store, scope, engine=settings.engine, memory=settings.memory, threads=settings.threads
    )  # fmt: skip


def _question(asked: Mapping[str, Any], first: datetime.date, last: datetime.date) -> EventsOf:
    areas = (asked["area"],) if asked["area"] else None
    return EventsOf(first, last, areas=areas, types=(asked["type"],), force=force().settings.force_key)


def chain_events(answer: Mapping[str, Any], chain: int) -> list[dict[str, Any]]:
    """The events of one chain of a kept answer, the first first; none where there is no such chain."""
    return [row for row in chain_event_file(answer) if row["chain"] == chain] if "chain_events" in answer else []


def chain_records(
    asked: Mapping[str, Any], answer: Mapping[str, Any], chain: int, *, who: str, purpose: str
) -> tuple[EventRecord, ...]:
    """The records of a chain, of the version that the answer was worked out of; the reading has a purpose."""
    of, read = force(), answer["read"]
    first, last = (datetime.date.fromisoformat(read[name]) for name in ("first", "last"))
    question, settings = _question(asked, first, last), of.settings
    return event_records(
        question, [row["event"] for row in chain_events(answer, chain)], of.store,
        ReadingScope(who, purpose, frozenset({TABLE}), question.areas), version=read["tables"][TABLE],
        engine=settings.engine, memory=settings.memory, threads=settings.threads,
    )  # fmt: skip


def _names(store: Store) -> dict[str, str]:
    if not store.holds(AREAS.name):
        return {}
    return {row["lsoa"]: row["name"] or row["lsoa"] for row in read_table(store, AREAS).to_pylist()}
