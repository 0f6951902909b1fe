"""Recorded events as arrays: where, when and what, for every method that looks for a pattern in them.

No person and no reference of a record is among them: a pattern in places needs neither.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from upstream.errors import BadInput, NotHeld
from upstream.harm.weights import one_for, weights
from upstream.measures.asked import EngineName
from upstream.measures.crime_types import ASB, left_out, types_in
from upstream.measures.engines import ask
from upstream.measures.result import TableVersion
from upstream.measures.slice_questions import SliceRows, each_row
from upstream.measures.slices import table_of, within
from upstream.periods import Month, months
from upstream.places.areas import areas_of_small_areas
from upstream.places.national_grid import GridPoints, checked, from_degrees
from upstream.records.local_time import LOCAL_ZONE
from upstream.records.quality import month_states
from upstream.store import ReadingScope, Snapshot, Store

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Need = Literal["point", "small area"]
"""What an event must have to be used."""

LONGEST_DAYS: Final = 3_660
"""Days that one reading may cover: ten years."""
_ORDER: Final = ("day", "start", "end", "x", "y", "lsoa", "type", "code", "area")


@dataclass(frozen=True, slots=True)
class EventsOf:
    """Which events are asked for.

    Attributes
    ----------
    first, last
        Days on which they were recorded, both included; whole months for open data, which has no days.
    areas
        Area codes as the records have them; ``None``: the whole force.
    small_areas
        Codes of small areas within them; empty: all.
    types
        Types as plans name them; empty: every crime. Anti-social behaviour is asked for by itself.
    force
        Slug of the force, where a table holds several.
    """

    first: dt.date
    last: dt.date
    areas: tuple[str, ...] | None = None
    small_areas: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    force: str | None = None

    def __post_init__(self) -> None:
        days = (self.last - self.first).days + 1
        if not 1 <= days <= LONGEST_DAYS:
            raise BadInput(
                f"{self.first} to {self.last} cannot be read.",
                allowed=f"1 to {LONGEST_DAYS:,} days, the first no later than the last",
            )
        if ASB in self.types and len(self.types) > 1:
            raise BadInput(
                f"{', '.join(self.types)} are not of one kind.", allowed=f"crimes, or {ASB} (incidents) by itself"
            )


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Events that were asked for and are not among those given: why, and how many."""

    reason: str
    count: int


@dataclass(frozen=True, slots=True)
class Events:
    """Recorded events, in order of day, time and place.

    Attributes, each array (n,)
    ----------
    of : EventsOf
        What was asked.
    table : str
        "crimes", "incidents" or "street_crimes" (open data).
    easting, northing : of float64
        Metres on the British National Grid; not a number where the place is not known as a point.
    day : of datetime64[D]
        Local day recorded, by which every figure counts; of open data the first of the month.
    start, end : of datetime64[m]
        Earliest and latest minute, on the local clock, in which it can have happened; not a time where not known.
    small_area, area : of str
        Codes; empty where not known.
    type : of str
        Key in the table's type column.
    harm_days : of float64
        Days of harm that an event of its kind weighs; not a number where it has no weight.
    read : int
        Events asked for: ``len(day)`` and every count of ``left_out`` together.
    left_out : tuple of LeftOut
    without_times : int
        Events whose times are not known or were reversed (the latest before the earliest); their start is not a time.
    approximate : int
        Points good to about 5 metres only, because OSTN15 does not reach them.
    missing, suspect : tuple of Month
        Months asked for of which nothing is held (never the same as nothing happened), and that look half uploaded.
    tables : tuple of TableVersion
    """

    of: EventsOf
    table: str
    easting: Floats
    northing: Floats
    day: NDArray[np.datetime64]
    start: NDArray[np.datetime64]
    end: NDArray[np.datetime64]
    small_area: NDArray[np.str_]
    area: NDArray[np.str_]
    type: NDArray[np.str_]
    harm_days: Floats
    read: int
    left_out: tuple[LeftOut, ...]
    without_times: int
    approximate: int
    missing: tuple[Month, ...]
    suspect: tuple[Month, ...]
    tables: tuple[TableVersion, ...]

    def __post_init__(self) -> None:
        if self.read != len(self.day) + sum(one.count for one in self.left_out):
            raise AssertionError(f"{self.read} events read do not add up")

    @property
    def open_data(self) -> bool:
        """Whether points are shared map points and only the month is known: many events at one point are no sign that
        they happened at one place."""
        return self.table == "street_crimes"

    shared_points = open_data
    month_only = open_data

    @property
    def month(self) -> NDArray[np.int64]:
        """Months since year 0, as :attr:`upstream.periods.Month.index`; (n,)."""
        return self.day.astype("datetime64[M]").astype(np.int64) + 1970 * 12


def events(
    of: EventsOf,
    store: Store,
    scope: ReadingScope,
    *,
    need: Need = "point",
    engine: EngineName = "duckdb",
    spark: Any = None,
    memory: str | None = None,
    threads: int | None = None,
) -> Events:
    """Recorded events of some types, days and places, read once at one version of their table.

    Question: where and when did what was recorded happen, as far as it is known?

    Parameters: ``of`` what is asked; ``store``; ``scope`` whose areas bound what is read; ``need`` what an event must
    have to be used ("small area": events without a point are given too, as incidents never have one).

    Assumes: crimes that still stand, each where its record has it; points of open data are shared map points, of which
    only the month is known.

    When not to use: to say who; to look for repeats at one address in open data.

    Raises
    ------
    NotHeld
        No such table is held, or nothing of those days.
    BadInput
        Part of a month of open data; points in degrees or exchanged; points of a table that has none.
    """
    table = table_of(of.types, store)
    _fits(of, table, need)
    missing, suspect = _months(of, table, store)
    snapshot = store.snapshot(table, scope=scope)
    wanted = rows_asked(of, table, snapshot, store)
    options = {"spark": spark, "memory": memory, "threads": threads}
    with ask([each_row(wanted)], {table: snapshot}, engine, **options) as answers:
        rows = answers[0].rows
    area_of = areas_of_small_areas(store, of.areas or ()) if table == "street_crimes" else None
    return _laid_out(of, table, need, rows, area_of, missing, suspect, snapshot)


def rows_asked(of: EventsOf, table: str, snapshot: Snapshot, store: Store) -> SliceRows:
    """Which rows of a table the events are."""
    own = within(table, of.areas, of.small_areas, store)
    return SliceRows(
        table,
        of.first,
        of.last,
        areas=own.areas,
        small_areas=own.small_areas,
        types=types_in(table, of.types),
        visible=None if table == "street_crimes" else snapshot.areas,  # open data is for everybody
        force=of.force,
        without_types=left_out(table, of.types),
    )


def _fits(of: EventsOf, table: str, need: Need) -> None:
    if need == "point" and table == "incidents":
        raise BadInput("Incidents have no points.", allowed="methods by small area", remedy="Ask by small area.")
    whole = Month.of(of.first).first_day == of.first and Month.of(of.last).last_day == of.last
    if table == "street_crimes" and not whole:
        raise BadInput(f"{of.first} to {of.last}: open data has no days.", allowed="whole months")


def _months(of: EventsOf, table: str, store: Store) -> tuple[tuple[Month, ...], tuple[Month, ...]]:
    states = month_states(store, table, of.force)
    asked = tuple(months(Month.of(of.first), Month.of(of.last)))
    missing = tuple(month for month in asked if states.get(month, "missing") == "missing")
    if len(missing) == len(asked):
        held = [month for month, state in states.items() if state != "missing"]
        between = f"{min(held).label} to {max(held).label}" if held else None
        raise NotHeld(f"No records of {asked[0].label} to {asked[-1].label} are held.", allowed=between)
    return missing, tuple(month for month in asked if states.get(month) == "suspect")


def _laid_out(
    of: EventsOf,
    table: str,
    need: Need,
    rows: pa.Table,
    area_of: Mapping[str, str] | None,
    missing: tuple[Month, ...],
    suspect: tuple[Month, ...],
    snapshot: Snapshot,
) -> Events:
    rows = in_order(rows)
    points = _points(table, rows)
    small, kind, code = (_texts(rows, name) for name in ("lsoa", "type", "code"))
    start, end = _times(rows, "start"), _times(rows, "end")
    wrong = end < start
    start[wrong] = end[wrong] = np.datetime64("NaT")
    kept, reasons = _usable(points, small, need)
    areas = _texts(rows, "area") if area_of is None else _looked_up(small, area_of)
    return Events(
        of=of,
        table=table,
        easting=points.easting[kept],
        northing=points.northing[kept],
        day=_days(rows)[kept],
        start=start[kept],
        end=end[kept],
        small_area=small[kept],
        area=areas[kept],
        type=kind[kept],
        harm_days=_harm(table, kind, code)[kept],
        read=rows.num_rows,
        left_out=reasons,
        without_times=int(np.isnat(start[kept]).sum()),
        approximate=int(points.approximate[kept].sum()),
        missing=missing,
        suspect=suspect,
        tables=(TableVersion(table, snapshot.version, snapshot.committed_at.isoformat()),),
    )


def in_order(rows: pa.Table) -> pa.Table:
    """Engines give rows in any order: arrays come out the same whichever was asked."""
    return rows.sort_by([(name, "ascending") for name in _ORDER])


def usable_rows(table: str, rows: pa.Table, need: Need) -> Mask:
    """Which rows become events; (rows,)."""
    return _usable(_points(table, rows), _texts(rows, "lsoa"), need)[0]


def _usable(points: GridPoints, small: NDArray[np.str_], need: Need) -> tuple[Mask, tuple[LeftOut, ...]]:
    if need == "small area":
        reasons = {"no small area": small == ""}
    else:
        reasons = {"no coordinates": points.missing, "outside Great Britain": points.outside}
    kept = ~np.logical_or.reduce(list(reasons.values()))
    return kept, tuple(LeftOut(reason, int(which.sum())) for reason, which in reasons.items() if which.any())


def _points(table: str, rows: pa.Table) -> GridPoints:
    x, y = (rows.column(name).cast(pa.float64()).to_numpy(zero_copy_only=False) for name in ("x", "y"))
    return from_degrees(x, y) if table == "street_crimes" else checked(x, y)


def _texts(rows: pa.Table, name: str) -> NDArray[np.str_]:
    """A column of texts; empty where there is none."""
    coded = rows.column(name).cast(pa.string()).fill_null("").combine_chunks().dictionary_encode()
    words = np.array(coded.dictionary.to_pylist() or [""], np.str_)
    return np.asarray(words[coded.indices.to_numpy()])


def _days(rows: pa.Table) -> NDArray[np.datetime64]:
    return np.asarray(rows.column("day").cast(pa.date32()).to_numpy(), "datetime64[D]")


def _times(rows: pa.Table, name: str) -> NDArray[np.datetime64]:
    """Minutes on the local clock of instants in UTC."""
    utc = np.asarray(rows.column(name).cast(pa.timestamp("us")).to_numpy(), "datetime64[m]")
    local = utc.copy()
    known = ~np.isnat(utc)
    hours, where = np.unique(utc[known].astype("datetime64[h]").astype(np.int64), return_inverse=True)
    zone = ZoneInfo(LOCAL_ZONE)  # the clock changes on the hour, so an hour has one offset
    offsets = [dt.datetime.fromtimestamp(int(hour) * 3600, zone).utcoffset() or dt.timedelta() for hour in hours]
    minutes = np.array([offset // dt.timedelta(minutes=1) for offset in offsets], "timedelta64[m]")
    local[known] += minutes[where]
    return local


def _looked_up(small: NDArray[np.str_], area_of: Mapping[str, str]) -> NDArray[np.str_]:
    codes, where = np.unique(small, return_inverse=True)
    areas = np.array([area_of.get(str(code), "") for code in codes] or [""], np.str_)
    return areas[where]


def _harm(table: str, kind: NDArray[np.str_], code: NDArray[np.str_]) -> Floats:
    """Days that an event of a type and code weighs."""
    pairs, where = np.unique(np.char.add(np.char.add(kind, "\t"), code), return_inverse=True)
    held = [one_for(weights(), table, *_split(str(pair))) for pair in pairs]
    days = np.array([float(weight.days) if weight else np.nan for weight in held], np.float64)
    return days[where]


def _split(pair: str) -> tuple[str, str | None]:
    kind, _, code = pair.partition("\t")
    return kind, code or None
