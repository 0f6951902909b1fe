"""Patrol plans: places and hours from the records, stops between them, and the dose that was delivered."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from upstream.errors import UpstreamError
from upstream.measures.asked import ENGINE_VERSION
from upstream.measures.crime_types import CRIMES_OF
from upstream.measures.events import Events, EventsOf, events
from upstream.places.tables import AREAS, read_table
from upstream.records.quality import month_facts
from upstream.reports.document import Block
from upstream.reports.patrol_pages import SOURCE, day_sheet, day_tables, dose_blocks
from upstream.reports.pdf import render_pdf
from upstream.respond.patrol import HotSpot, PatrolPlan, Shift, Stop, Visit, dose, dose_by_week, patrol_plan
from upstream.respond.patrol_places import PatrolPlaces, patrol_places
from upstream.store import ReadingScope, Store
from upstream_web.measures.engine.store import force
from upstream_web.needs.engine import CannotExplore

PURPOSE = "Places and hours of a patrol plan"
TABLE = "crimes"
DAYS = 365
"""Days of events that a plan rests on."""
USUAL_HOUR = 18
"""When a patrol begins where no record says at what hours things happen; a choice."""
TYPES = tuple(sorted(CRIMES_OF))

__all__ = [
    "SOURCE", "TYPES", "HotSpot", "MadePatrol", "Stop", "Visit", "areas_held", "day_pdf", "dose_drawn", "last_day",
    "make_patrol", "sheet_tables",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class MadePatrol:
    """A plan that the engine made, and what it rests on."""

    plan: PatrolPlan
    spots: tuple[HotSpot, ...]
    begins: dt.time
    facts: dict[str, Any]
    read_from: dt.date
    read_to: dt.date
    tables: dict[str, int]
    engine_version: str = ENGINE_VERSION


def areas_held() -> dict[str, str]:
    """Code to name of the areas that records name."""
    return force().areas


def last_day() -> dt.date | None:
    """The last day of the records; `None` where there are none with points."""
    store = force().store
    return _last_day(store.root, store.version(TABLE), force().settings.force_key) if store.holds(TABLE) else None


@lru_cache(maxsize=4)
def _last_day(root: Path, version: int, force_key: str | None) -> dt.date | None:
    facts = month_facts(Store(root), TABLE, force_key)
    return facts[-1].month.last_day if facts else None


def make_patrol(asked: Mapping[str, Any], who: str) -> MadePatrol:
    """Choose places and hours from a year of records, and plan the stops of every day asked for."""
    try:
        found = _events(asked, who)
        places = patrol_places(found, count=asked["places"], hours=-(-asked["minutes"] // 60), names=_names())
        begins = _begins(asked["begins"], places)
        day, last = dt.date.fromisoformat(asked["first"]), dt.date.fromisoformat(asked["last"])
        shifts = [
            Shift(dt.datetime.combine(day + dt.timedelta(days=at), begins), asked["minutes"], asked["teams"])
            for at in range((last - day).days + 1)
        ]
        plan = patrol_plan(places.spots, shifts, rng=np.random.default_rng(), stop=asked["stop"])
    except UpstreamError as error:
        raise CannotExplore(error.what, allowed=error.allowed, remedy=error.remedy) from error
    facts: dict[str, Any] = {"of_all": places.of_all, "squares": places.squares, "passed_over": places.passed_over}
    if places.busy is not None:
        facts["busy"] = {"begin": places.busy.begin, "hours": places.busy.hours, "share": places.busy.share}
    tables = {one.table: one.version for one in found.tables}
    return MadePatrol(plan, places.spots, begins, facts, found.of.first, found.of.last, tables)


def _events(asked: Mapping[str, Any], who: str) -> Events:
    of, last = force(), last_day()
    if last is None:
        raise CannotExplore("No crimes with days and points are held, so nothing says where to stop.")
    question = EventsOf(
        last - dt.timedelta(days=DAYS - 1), last, (asked["code"],) if asked["code"] else None,
        types=tuple(asked["types"]), force=of.settings.force_key,
    )  # fmt: skip
    settings = of.settings
    return events(
        question, of.store, ReadingScope(who, PURPOSE, frozenset({TABLE})), engine=settings.engine,
        memory=settings.memory, threads=settings.threads,
    )  # fmt: skip


def _begins(asked: str, places: PatrolPlaces) -> dt.time:
    if asked:
        return dt.time.fromisoformat(asked)
    return dt.time(places.busy.begin if places.busy is not None else USUAL_HOUR)


def _names() -> dict[str, str]:
    store = force().store
    if not store.holds(AREAS.name):
        return {}
    return {row["lsoa"]: row["name"] or row["lsoa"] for row in read_table(store, AREAS).to_pylist()}


def dose_drawn(stops: Sequence[Stop], visits: Sequence[Visit], names: Mapping[str, str]) -> tuple[Block, ...]:
    """What was delivered against the stops that were due, as charts with their tables."""
    planned = {key: sum(one.minutes for one in stops if one.spot == key) for key in names}
    due = PatrolPlan(tuple(stops), planned, {}, 0.0, 0)
    return dose_blocks(dose(due, visits), dose_by_week(stops, visits), names)


def sheet_tables(stops: Sequence[Stop], spots: Sequence[HotSpot]) -> tuple[Block, ...]:
    """The stops of one day, a table a team."""
    return day_tables(stops, spots)


def day_pdf(title: str, day: dt.date, stops: Sequence[Stop], spots: Sequence[HotSpot], made: dt.datetime) -> bytes:
    """The same as a PDF."""
    of = force()
    return render_pdf(
        day_sheet(title, day, day_tables(stops, spots), force=of.name, marking=of.settings.marking, created=made)
    )  # fmt: skip
