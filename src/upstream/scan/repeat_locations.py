"""Repeat locations: stretches of street with far more crimes of a type than such stretches have. Never one address."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from upstream.measures.conditions import unbound
from upstream.measures.crime_types import CRIMES_OF, type_by_key, types_in
from upstream.measures.engines import ask_duckdb
from upstream.measures.events import Events, EventsOf, events
from upstream.measures.questions import Question
from upstream.measures.slice_questions import SliceRows, by_victim
from upstream.measures.source_tables import source_table
from upstream.periods import Month
from upstream.scan.exceptional import FALSE_SHARE
from upstream.scan.households import MANY_AT_ONE, PEOPLE, left_without_one
from upstream.scan.night import Night
from upstream.scan.signals import Signal, key_of
from upstream.stats.false_alarms import benjamini_hochberg, stands_out
from upstream.stats.unusual_places import Unusual, chance_of, unusual_places

TABLE: Final = "crimes"
PREMISES: Final = "licensed_premises"
STRETCH_METRES: Final = 100.0
"""Side of the squares that stand for stretches of street: records name no streets. About ten houses."""
WINDOW_DAYS: Final = 90
"""Days counted."""
KNOWN_DAYS: Final = 730
"""Days by which a stretch is known: those where a crime of any type was recorded in them are compared."""
LEAST_ADDRESSES: Final = 3
"""Addresses with a record that a stretch must have: fewer could be known by whoever knows the street."""
METHOD: Final = (
    f"Crimes of {WINDOW_DAYS} days in squares of {STRETCH_METRES:.0f} metres where any crime was recorded in "
    f"{KNOWN_DAYS} days, against the squares of the same policing area that likewise have, or have not, licensed "
    "premises: negative binomial by moments of all the others, Poisson where they vary no more; false-discovery rate "
    "of Benjamini and Hochberg over all squares and types together. It must stand without its busiest address and its "
    f"most frequent victim, and have {LEAST_ADDRESSES} addresses."
)


@dataclass(frozen=True)
class RepeatLocations:
    """What the stretches gave.

    Attributes
    ----------
    signals
        Of repeat locations.
    looked_at
        Stretches compared, over all types.
    left_out
        Candidates left out, by reason.
    """

    signals: tuple[Signal, ...]
    looked_at: int
    left_out: Counter[str]


def repeat_locations(night: Night, tell: Callable[[str], None] = lambda _words: None) -> RepeatLocations:
    """Stretches of street with far more crimes of a type than others of their kind.

    Question: to which few stretches does one have to go again and again, far more than to others like them?

    Parameters: ``night``; ``tell`` is told what is being looked for.

    Assumes: as :func:`~upstream.stats.unusual_places.unusual_places`; a record is at its point.

    When not to use: to say that something changed: a stretch may have been so for years (hot spots and exceptional
    volumes speak of change); to find an address or a person.

    Raises
    ------
    NotHeld
        No crimes of these days are held.
    """
    tell("Looking for repeat locations")
    first = night.to - dt.timedelta(days=KNOWN_DAYS - 1)
    of = EventsOf(first, night.to, night.scope.areas, force=night.force)
    held = events(of, night.store, night.scope)
    stretch = _stretch(held.easting, held.northing)
    places, at = np.unique(stretch, axis=0, return_inverse=True)
    at = at.ravel()
    area = _area_of_each(held, at, len(places))
    like = np.char.add(np.char.add(area, "|"), _with_premises(night, places).astype(np.str_))
    recent = held.day > np.datetime64(night.to - dt.timedelta(days=WINDOW_DAYS))
    type_of = type_by_key(TABLE)
    types = np.array([type_of.get(str(key), "") for key in held.type], np.str_)
    rows = {kind: own for kind in CRIMES_OF if (own := np.flatnonzero(recent & (types == kind))).size}
    counts = [np.bincount(at[own], minlength=len(places)) for own in rows.values()]
    every = together([unusual_places(count, like) for count in counts])
    cut = (
        FALSE_SHARE * sum(int(stands_out(one.q, level=FALSE_SHARE).sum()) for one in every) / max(_looked_at(every), 1)
    )
    signals: list[Signal] = []
    left_out = Counter[str]()
    for (kind, own), found in zip(rows.items(), every, strict=True):
        signals += _of_type(night, kind, held, own, at, places, found, cut, left_out)
    return RepeatLocations(tuple(signals), _looked_at(every), left_out)


def together(every: Sequence[Unusual]) -> list[Unusual]:
    """The same with the false-discovery rate held over all of them together: type by type, thirteen families would
    show a false one thirteen times as often."""
    if not every:
        return []
    q = benjamini_hochberg(np.concatenate([one.p for one in every]))
    return [replace(one, q=own) for one, own in zip(every, np.split(q, len(every)), strict=True)]


def _looked_at(every: Sequence[Unusual]) -> int:
    return sum(int(np.isfinite(one.p).sum()) for one in every)


def _of_type(
    night: Night, kind: str, held: Events, own: NDArray[np.int64], at: NDArray[np.int64],
    places: NDArray[np.int64], found: Unusual, cut: float, left_out: Counter[str],
) -> Iterator[Signal]:  # fmt: skip
    for place in np.flatnonzero(stands_out(found.q, level=FALSE_SHARE)):
        rows = own[at[own] == place]
        _, by_address = np.unique(
            np.column_stack([held.easting[rows], held.northing[rows]]), axis=0, return_counts=True
        )
        victims = _victims(night, kind, held, rows)
        left = left_without_one([int(n) for n in by_address], victims)
        stands = chance_of(left, float(found.expected[place]), float(found.spread[place])) <= cut
        if by_address.size < LEAST_ADDRESSES or not stands:
            left_out[MANY_AT_ONE] += 1
            continue
        yield _signal(night, kind, held, rows, places[place], found, int(place), int(by_address.size))


def _signal(
    night: Night, kind: str, held: Events, rows: NDArray[np.int64], place: NDArray[np.int64], found: Unusual, at: int,
    addresses: int,
) -> Signal:  # fmt: skip
    codes = Counter(str(code) for code in held.small_area[rows] if code)
    code = min(codes, key=lambda one: (-codes[one], one)) if codes else None
    areas = Counter(str(area) for area in held.area[rows] if area)
    area = min(areas, key=lambda one: (-areas[one], one)) if areas else None
    first = night.to - dt.timedelta(days=WINDOW_DAYS - 1)
    count, expected = int(rows.size), float(found.expected[at])
    weighed = held.harm_days[rows][np.isfinite(held.harm_days[rows])]
    each = float(weighed.mean()) if weighed.size else 0.0
    where = night.place(area, code)
    year = Month.of(night.to).financial_year
    return Signal(
        key=key_of("repeat_location", (kind,), area, (), f"{place[0]},{place[1]}|{year}"),
        kind="repeat_location",
        types=(kind,),
        area=area,
        small_areas=() if code is None else (code,),
        place=where,
        first=first,
        last=night.to,
        count=count,
        expected=expected,
        p=float(found.p[at]),
        false_alarm_share=FALSE_SHARE,
        harm_days=max(count - expected, 0.0) * each,
        easting=float((place[0] + 0.5) * STRETCH_METRES),
        northing=float((place[1] + 0.5) * STRETCH_METRES),
        radius_metres=STRETCH_METRES * np.sqrt(0.5).item(),
        figures={"table": TABLE, "addresses": addresses, "q": float(found.q[at])},
        evidence=(
            f"{kind}, a stretch of about {STRETCH_METRES:.0f} metres in {where}: {count:,} crimes at {addresses:,} "
            f"addresses in the {WINDOW_DAYS} days to {night.to.day} {night.to:%B %Y}, where such stretches have "
            f"{expected:,.2f} on average."
        ),
        method=METHOD,
        tables={one.table: one.version for one in held.tables},
    )


def _stretch(easting: NDArray[np.float64], northing: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.floor(np.column_stack([easting, northing]) / STRETCH_METRES).astype(np.int64)


def _area_of_each(held: Events, at: NDArray[np.int64], number: int) -> NDArray[np.str_]:
    """The policing area that most records of each stretch lie in."""
    names, area = np.unique(held.area, return_inverse=True)
    counts = np.zeros((number, names.size), np.int64)
    np.add.at(counts, (at, area.ravel()), 1)
    return np.asarray(names[counts.argmax(axis=1)], np.str_)


def _with_premises(night: Night, places: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each stretch, or one beside it, has licensed premises; nowhere where no register may be read."""
    if not night.store.holds(PREMISES) or not night.scope.covers(PREMISES):
        return np.zeros(len(places), bool)
    rows = unbound(source_table(PREMISES))
    rows = rows.filter((rows["status"] == "current").fill_null(True), rows["easting"].notnull())
    answer = rows.select(easting=rows["easting"], northing=rows["northing"])
    with ask_duckdb(
        [Question("slice", (PREMISES,), answer)], {PREMISES: night.store.snapshot(PREMISES, scope=night.scope)}
    ) as answers:
        table = answers[0].rows
    points = [np.asarray(table.column(name).cast("float64").to_numpy(), np.float64) for name in ("easting", "northing")]
    having = {
        (int(x) + across, int(y) + along) for x, y in _stretch(*points) for across in (-1, 0, 1) for along in (-1, 0, 1)
    }
    return np.array([(int(x), int(y)) in having for x, y in places], bool)


def _victims(night: Night, kind: str, held: Events, rows: NDArray[np.int64]) -> list[int]:
    """Crimes of each person who was a victim of the type in the small areas and days of some records."""
    codes = tuple(sorted({str(code) for code in held.small_area[rows] if code}))
    if not codes or not night.store.holds(PEOPLE) or not night.scope.covers(PEOPLE):
        return []
    opened = {name: night.store.snapshot(name, scope=night.scope) for name in (TABLE, PEOPLE)}
    wanted = SliceRows(
        TABLE, night.to - dt.timedelta(days=WINDOW_DAYS - 1), night.to, visible=opened[TABLE].areas, small_areas=codes,
        types=types_in(TABLE, (kind,)), force=night.force,
    )  # fmt: skip
    with ask_duckdb([by_victim(wanted)], opened) as answers:
        return [int(row["n"]) for row in answers[0].rows.to_pylist()]
