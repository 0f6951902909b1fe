"""Violence as a partner counts it beside violence as the police record it: by small area and week, nobody linked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import ibis
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from upstream.errors import BadInput, NotHeld
from upstream.measures.asked import EngineName
from upstream.measures.conditions import unbound
from upstream.measures.engines import ask
from upstream.measures.events import Events, EventsOf, events
from upstream.measures.questions import Question
from upstream.measures.result import TableVersion
from upstream.measures.source_tables import source_table
from upstream.periods import Month, months
from upstream.places.areas import areas_of_small_areas
from upstream.records.local_time import LOCAL_ZONE
from upstream.records.quality import month_states
from upstream.stats.false_alarms import stands_out
from upstream.stats.shared_counts import excess
from upstream.store import ReadingScope, Snapshot, Store

Source = Literal["ed_assaults", "ambulance_incidents"]
Counts = NDArray[np.int64]

SOURCES: Final[Mapping[Source, str]] = {
    "ed_assaults": "Assaults seen by emergency departments",
    "ambulance_incidents": "Ambulance calls to assaults",
}
AMBULANCE_KINDS: Final = ("assault", "weapon")
"""Kinds of ambulance call that are violence."""
RECORDED: Final = (
    "homicide",
    "violence_with_injury",
    "violence_without_injury",
    "personal_robbery",
    "business_robbery",
)
"""Categories of the force's crimes in which an injury by violence can stand. Sexual offences are left out: few are seen
as assaults by an emergency department, and many are recorded years after."""
RECORDED_LATER: Final = dt.timedelta(days=60)
"""How long after the last week a crime committed in it may be recorded and still be counted."""
SHOWN_FROM: Final = 8
"""Fewer assaults in a place are never shown: the rule of the health service's own tables for places smaller than a
country (Hospital Episode Statistics analysis guide: 1 to 7 are suppressed)."""
FALSE_DISCOVERY: Final = 0.1
"""Share of the places named that may be named wrongly, by the method's own reckoning."""
WEEK: Final = 7
TIMES: Final = ("every hour", "weekend nights", "other nights", "days")
"""Parts of the week that are counted apart: nights are from 20:00 to 05:59, of the weekend those that begin on Friday
and Saturday."""


@dataclass(frozen=True, slots=True)
class PartnerCounts:
    """Violence by small area and week, from a partner and from the police.

    Attributes
    ----------
    source
        Table of the partner.
    small_areas, areas
        Codes (n) of the small areas of the force, and the policing area of each.
    weeks
        First days (Mondays) of the weeks compared.
    partner, recorded
        Counts (parts of the week, n, weeks) by :data:`TIMES`, dated by when it happened.
    by_site
        Partner's assaults by hospital site; empty for another source.
    told
        Answers of the injured by whether the police had been told; empty where nobody was asked.
    unplaced, elsewhere, unplaced_recorded
        Partner's assaults of no known small area and of one outside the force; recorded violence of either.
    left_out
        Months that some week asked for touches and that are not held, or look half uploaded, in either table.
    tables
        Versions read.
    """

    source: Source
    small_areas: tuple[str, ...]
    areas: tuple[str, ...]
    weeks: tuple[dt.date, ...]
    partner: Counts
    recorded: Counts
    by_site: Mapping[str, int]
    told: Mapping[str, int]
    unplaced: int
    elsewhere: int
    unplaced_recorded: int
    left_out: tuple[Month, ...]
    tables: tuple[TableVersion, ...]


@dataclass(frozen=True, slots=True)
class PartnerPlace:
    """A small area with violence that a partner sees, beside what the police record there.

    Attributes
    ----------
    small_area, area
        Codes.
    partner, recorded
        Assaults of either in the weeks compared.
    expected
        Partner's assaults, were the mix of the two that of the whole force.
    least_unknown
        Partner's assaults that cannot be among the recorded ones of their week, each recorded one holding one at most.
    p, q
        Chance of as many, and with the false-discovery rate held over every small area.
    first, last
        Days compared, both included.
    stands_out
        Whether the partner sees far more there than the police record.
    """

    small_area: str
    area: str
    partner: int
    recorded: int
    expected: float
    least_unknown: int
    p: float
    q: float
    first: dt.date
    last: dt.date
    stands_out: bool


def partner_counts(
    source: Source,
    store: Store,
    scope: ReadingScope,
    first: dt.date,
    last: dt.date,
    *,
    areas: Mapping[str, str] | None = None,
    engine: EngineName = "duckdb",
    spark: Any = None,
    memory: str | None = None,
    threads: int | None = None,
) -> PartnerCounts:
    """A partner's violence beside recorded violence, by small area and whole week.

    Question: where and in which weeks do a partner and the police each see violence?

    Parameters: ``source``; ``store``; ``scope`` must cover the partner's table, and its areas bound what is counted;
    ``first``, ``last`` days, of which the whole weeks (from Monday) are used; ``areas`` name by code of
    the force's policing areas; without them every area of the look-up is the force's.

    Assumes: both tables name small areas of one census. Violence is of the day it happened; where the police do not
    know it, of the day it was recorded. A week that touches a month not held, or half uploaded, in either table is left
    out.

    When not to use: to look for one person's visit among the crimes.

    Raises
    ------
    NotHeld
        No such table, no crimes, no look-up of small areas, or no whole week of both.
    """
    for table in (source, "crimes"):
        if not store.holds(table):
            raise NotHeld(f"No table of {table} is held.", remedy="Add it with: upstream records add.")
    area_of = _places(store, areas or {}, scope)
    weeks, left_out = _weeks(store, source, first, last)
    reading = {"engine": engine, "spark": spark, "memory": memory, "threads": threads}
    snapshot = store.snapshot(source, scope=scope)
    with ask([_question(source, weeks)], {source: snapshot}, **reading) as answers:
        rows = answers[0].rows
    known = _recorded(store, scope, weeks, reading)
    small = tuple(sorted(area_of))
    hours = _local_hours(rows)
    seen = _tally(hours, _part_of_week(hours), _texts(rows, "lsoa"), _numbers(rows), small, weeks)
    recorded = _tally_recorded(known, small, weeks)
    return PartnerCounts(
        source=source,
        small_areas=small,
        areas=tuple(area_of[code] for code in small),
        weeks=tuple(weeks),
        partner=seen.counts,
        recorded=recorded.counts,
        by_site=_by(rows, "site"),
        told=_by(rows, "told"),
        unplaced=seen.unplaced,
        elsewhere=seen.elsewhere,
        unplaced_recorded=recorded.unplaced + recorded.elsewhere,
        left_out=left_out,
        tables=(_version(source, snapshot), *known.tables),
    )  # fmt: skip


def partner_only_places(counts: PartnerCounts, *, level: float = FALSE_DISCOVERY) -> tuple[PartnerPlace, ...]:
    """Small areas in which a partner sees far more violence than the police record, surest first.

    Question: where does violence happen that the police hardly know of?

    Parameters, assumes, when not to use: as :func:`partner_places`.
    """
    return tuple(one for one in partner_places(counts, level=level) if one.stands_out)


def partner_places(counts: PartnerCounts, *, level: float = FALSE_DISCOVERY) -> tuple[PartnerPlace, ...]:
    """Small areas with enough of a partner's violence to be shown, those first that stand out most surely.

    Question: where does a partner see violence, and where far more of it than the police record?

    Parameters: ``counts``; ``level`` the false-discovery rate over every small area compared.

    Assumes: as :func:`upstream.stats.shared_counts.excess`. A place is shown, and can stand out, only where at least
    :data:`SHOWN_FROM` of the partner's assaults happened.

    When not to use: where hospitals that serve one part of the force do not report; to say who was hurt.
    """
    held = np.flatnonzero((counts.partner[0] + counts.recorded[0]).sum(axis=1))
    seen, known = counts.partner[0][held], counts.recorded[0][held]
    totals, recorded = seen.sum(axis=1), known.sum(axis=1)
    result = excess(totals, recorded)
    least = np.maximum(seen - known, 0).sum(axis=1)
    stand = stands_out(result.q, level=level)
    last = counts.weeks[-1] + dt.timedelta(days=WEEK - 1)
    return tuple(
        PartnerPlace(
            counts.small_areas[held[at]], counts.areas[held[at]], int(totals[at]), int(recorded[at]),
            float(result.expected[at]), int(least[at]), float(result.p[at]), float(result.q[at]), counts.weeks[0], last,
            bool(stand[at]),
        )
        for at in sorted(np.flatnonzero(totals >= SHOWN_FROM), key=lambda at: (result.p[at], held[at]))
    )  # fmt: skip


# --- which places, which weeks --------------------


def _places(store: Store, areas: Mapping[str, str], scope: ReadingScope) -> dict[str, str]:
    """Small area to policing area, of those that the reader may see."""
    area_of = areas_of_small_areas(store, areas)
    if area_of is None:
        raise NotHeld("Which small areas the force has is not held.", remedy="Add a look-up of places.")
    code_of = {name: code for code, name in areas.items()}
    carried = {small: code_of.get(area, area) for small, area in area_of.items()}
    allowed = [codes for codes in (tuple(areas) or None, scope.areas) if codes is not None]
    found = {small: area for small, area in carried.items() if all(area in codes for codes in allowed)}
    if not found:
        raise NotHeld("No small area of the places asked for is in the look-up.")
    return found


def _weeks(store: Store, source: str, first: dt.date, last: dt.date) -> tuple[list[dt.date], tuple[Month, ...]]:
    """Mondays of the whole weeks of which both tables hold every month, and the months that keep weeks out."""
    if last < first:
        raise BadInput(f"{first} to {last} cannot be compared.", allowed="a first day no later than the last")
    usable = [
        {month for month, state in month_states(store, table).items() if state == "held"}
        for table in (source, "crimes")
    ]
    asked = list(months(Month.of(first), Month.of(last)))
    lacking = tuple(month for month in asked if not all(month in held for held in usable))
    monday = first + dt.timedelta(days=-first.weekday() % WEEK)
    weeks = []
    while monday + dt.timedelta(days=WEEK - 1) <= last:
        touched = {Month.of(monday), Month.of(monday + dt.timedelta(days=WEEK - 1))}
        if not touched & set(lacking):
            weeks.append(monday)
        monday += dt.timedelta(days=WEEK)
    if not weeks:
        raise NotHeld(f"No whole week of {first} to {last} is held of both {source} and crimes.")
    return weeks, lacking


# --- reading --------------------------------------


def _question(source: Source, weeks: Sequence[dt.date]) -> Question:
    """The partner's violence by UTC hour, small area, site and answer: hour, lsoa, site, told, n."""
    table = source_table(source)
    rows = unbound(table)
    day = rows[table.event_date]
    rows = rows.filter(day >= ibis.literal(weeks[0]), day <= ibis.literal(weeks[-1] + dt.timedelta(days=WEEK - 1)))
    if source == "ambulance_incidents":
        rows = rows.filter(rows["kind"].isin(list(AMBULANCE_KINDS)).fill_null(False))
    moment = rows["assault_at" if source == "ed_assaults" else "called_at"]

    def column(name: str) -> ibis.Value:
        return rows[name] if name in table.columns else ibis.null("string")

    rows = rows.mutate(
        upstream_hour=moment.truncate("h"), upstream_site=column("site"), upstream_told=column("police_told")
    )
    answer = rows.group_by(
        hour=rows.upstream_hour, lsoa=rows["lsoa"], site=rows.upstream_site, told=rows.upstream_told
    ).agg(n=rows.count())  # fmt: skip
    return Question("slice", (source,), answer)


def _recorded(store: Store, scope: ReadingScope, weeks: Sequence[dt.date], reading: Mapping[str, Any]) -> Events:
    last = weeks[-1] + dt.timedelta(days=WEEK - 1) + RECORDED_LATER
    states = month_states(store, "crimes")
    held = max(month for month, state in states.items() if state != "missing").last_day
    return events(EventsOf(weeks[0], min(last, held)), store, scope, need="small area", **reading)


def _tally_recorded(known: Events, small: Sequence[str], weeks: Sequence[dt.date]) -> _Tally:
    """Recorded violence by the hour it can first have happened; where that is not known, by the day it was recorded."""
    ours = np.isin(known.type, RECORDED)
    start, day = known.start[ours].astype("datetime64[h]"), known.day[ours].astype("datetime64[h]")
    timed = ~np.isnat(start)
    hours = np.where(timed, start, day)
    part = np.where(timed, _part_of_week(hours), 0)
    return _tally(hours, part, known.small_area[ours], np.ones(int(ours.sum()), np.int64), small, weeks)


def _local_hours(rows: pa.Table) -> NDArray[np.datetime64]:
    """Hours on the local clock of instants in UTC."""
    utc = np.asarray(rows.column("hour").cast(pa.timestamp("us")).to_numpy(), "datetime64[h]")
    zone = ZoneInfo(LOCAL_ZONE)
    each, where = np.unique(utc.astype(np.int64), return_inverse=True)
    offsets = [dt.datetime.fromtimestamp(int(hour) * 3600, zone).utcoffset() or dt.timedelta() for hour in each]
    hours = np.array([offset // dt.timedelta(hours=1) for offset in offsets], np.int64)
    return np.asarray(utc + hours[where], "datetime64[h]")


def _texts(rows: pa.Table, name: str) -> NDArray[np.str_]:
    return np.array([value or "" for value in rows.column(name).to_pylist()], np.str_)


def _numbers(rows: pa.Table) -> Counts:
    return np.asarray(rows.column("n").cast(pa.int64()).to_numpy(), np.int64)


def _by(rows: pa.Table, name: str) -> dict[str, int]:
    """Rows by a column's values, of those that have one."""
    found: dict[str, int] = {}
    for value, n in zip(rows.column(name).to_pylist(), rows.column("n").to_pylist(), strict=True):
        if value:
            found[value] = found.get(value, 0) + int(n)
    return dict(sorted(found.items()))


def _version(table: str, snapshot: Snapshot) -> TableVersion:
    return TableVersion(table, snapshot.version, snapshot.committed_at.isoformat())


# --- counting -------------------------------------


@dataclass(frozen=True, slots=True)
class _Tally:
    """Counts (parts of the week, small areas, weeks), and events of no small area and of one elsewhere."""

    counts: Counts
    unplaced: int
    elsewhere: int


def _tally(
    hours: NDArray[np.datetime64],
    part: Counts,
    small: NDArray[np.str_],
    n: Counts,
    places: Sequence[str],
    weeks: Sequence[dt.date],
) -> _Tally:
    """Events by part of the week (0: no hour is known), small area and week."""
    day = hours.astype("datetime64[D]")
    monday = day - (day.astype(np.int64) + 3) % WEEK  # 1 January 1970 was a Thursday
    week, asked = _position(np.array(weeks, "datetime64[D]"), monday)
    place, placed = _position(np.array(places, np.str_), small)
    counts = np.zeros((len(TIMES), len(places), len(weeks)), np.int64)
    kept = asked & placed
    np.add.at(counts, (np.zeros(int(kept.sum()), np.int64), place[kept], week[kept]), n[kept])
    kept &= part > 0
    np.add.at(counts, (part[kept], place[kept], week[kept]), n[kept])
    return _Tally(counts, int(n[asked & (small == "")].sum()), int(n[asked & ~placed & (small != "")].sum()))


def _position(among: NDArray[Any], wanted: NDArray[Any]) -> tuple[Counts, NDArray[np.bool_]]:
    """Where each value stands among others that are in order, and whether it does."""
    at = np.minimum(np.searchsorted(among, wanted), among.size - 1)
    return at, np.asarray(among[at] == wanted)


def _part_of_week(hours: NDArray[np.datetime64]) -> Counts:
    """Index into :data:`TIMES`; the small hours belong to the night before."""
    hour = hours.astype(np.int64) % 24
    night = (hour >= 20) | (hour < 6)
    begun = (hours - np.where(hour < 6, 6, 0)).astype("datetime64[D]")
    weekday = (begun.astype(np.int64) + 3) % WEEK
    return np.where(~night, 3, np.where((weekday == 4) | (weekday == 5), 1, 2))
