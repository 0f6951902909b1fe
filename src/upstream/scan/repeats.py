"""Again: how many victims, suspects and addresses had more than one crime, and how soon the next one came."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from upstream.disclosure.published import published_count, share_is_safe
from upstream.errors import BadInput
from upstream.measures.events import Events
from upstream.measures.person_events import PersonEvents
from upstream.scan.dated import refuse_open_data
from upstream.stats.time_to_next import TimeToNext, time_to_next, waits

Subject = Literal["victims", "suspects", "addresses"]
HORIZONS: Final = (7, 30, 90, 180, 365)
"""Days within which the next is looked for."""
MOST: Final = 5
"""Subjects with this many crimes or more are counted together: a long tail would describe single ones."""


@dataclass(frozen=True, slots=True)
class Within:
    """Share of crimes after which the same subject had another within some days, with its 95% limits; 0 to 1."""

    days: int
    share: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class RepeatPlace:
    """Addresses of one small area: how many had two crimes or more, and how many crimes those had."""

    small_area: str
    addresses: int
    again: int
    crimes_again: int


@dataclass(frozen=True, slots=True)
class RepeatCounts:
    """How many of some subjects had crimes again: counts alone, never a list of them.

    Attributes
    ----------
    subject
        "victims", "suspects" or "addresses".
    first, last
        Days looked at, both included.
    by_crimes
        Subjects with one crime, two, three, four, and five or more.
    subjects, crimes
        All of them, and all their crimes.
    again, crimes_again
        Subjects with two crimes or more, and their crimes.
    within
        How soon the next came, for each of :data:`HORIZONS` that the days reach.
    curve
        The whole curve, days since; the records' end is allowed for.
    places
        Small areas by addresses with two crimes or more, most first; of addresses alone.
    """

    subject: Subject
    first: dt.date
    last: dt.date
    by_crimes: tuple[int, ...]
    subjects: int
    crimes: int
    again: int
    crimes_again: int
    within: tuple[Within, ...]
    curve: TimeToNext
    places: tuple[RepeatPlace, ...] = ()


def repeat_people(events: PersonEvents) -> RepeatCounts:
    """People who were victims, or suspects, again, as counts.

    Question: how many had more than one crime in these days, what part of all crimes was that, and how soon was the
    next?

    Parameters: ``events`` of people.

    Assumes: as :func:`~upstream.stats.time_to_next.time_to_next`; a crime is of the day on which it was recorded.

    When not to use: to choose a person; to say what one person will do.

    Source: Farrell and Pease 1993, Once Bitten, Twice Bitten, Home Office Crime Prevention Unit paper 46.
    """
    subject: Subject = "victims" if events.role == "victim" else "suspects"
    return _counted(subject, events.who, events.day, events.of.first, events.of.last)


def repeat_addresses(events: Events) -> RepeatCounts:
    """Addresses (points of the records) with more than one crime, as counts, and by small area.

    Question, assumptions: as :func:`repeat_people`. Records at one point count as at one address: a block of flats is
    one.

    When not to use: open data, whose points are shared (refused).
    """
    refuse_open_data(events, "repeat addresses")
    points = np.column_stack([events.easting, events.northing])
    _, who = np.unique(points, axis=0, return_inverse=True) if len(points) else (points, np.empty(0, np.int64))
    who = who.ravel().astype(np.int64)
    found = _counted("addresses", who, events.day, events.of.first, events.of.last)
    return _with_places(found, who, events.small_area)


def _counted(
    subject: Subject, who: NDArray[np.int64], day: NDArray[np.datetime64], first: dt.date, last: dt.date
) -> RepeatCounts:
    if not len(who):
        raise BadInput(
            f"No {subject} were found.", allowed="one crime or more", remedy="Ask for more days, types or areas."
        )
    _, counts = np.unique(who, return_counts=True)
    by_crimes = tuple(int(n) for n in np.bincount(np.minimum(counts, MOST), minlength=MOST + 1)[1:])
    since = (day - np.datetime64(first)).astype(np.int64)
    length = (last - first).days
    curve = time_to_next(*waits(who, since, end=length))
    return RepeatCounts(
        subject=subject,
        first=first,
        last=last,
        by_crimes=by_crimes,
        subjects=len(counts),
        crimes=len(who),
        again=int((counts > 1).sum()),
        crimes_again=int(counts[counts > 1].sum()),
        within=tuple(Within(days, *curve.at(days)) for days in HORIZONS if days <= length),
        curve=curve,
    )


def _with_places(found: RepeatCounts, who: NDArray[np.int64], small_area: NDArray[np.str_]) -> RepeatCounts:
    _, first, counts = np.unique(who, return_index=True, return_counts=True)
    areas, place = np.unique(small_area[first], return_inverse=True)
    more = counts > 1
    addresses, again = np.bincount(place), np.bincount(place[more], minlength=len(areas))
    crimes = np.bincount(place[more], weights=counts[more], minlength=len(areas))
    places = [
        RepeatPlace(str(area), int(addresses[at]), int(again[at]), int(crimes[at])) for at, area in enumerate(areas)
    ]
    ranked = sorted(places, key=lambda place: (-place.again, -place.crimes_again, place.small_area))
    return replace(found, places=tuple(ranked))


def plain_repeats(found: RepeatCounts, *, public: bool = False) -> dict[str, Any]:
    """The counts as JSON has them; what is small is withheld from the public, as nothing."""

    shown = share_is_safe(found.again, found.subjects, part_of_whole=True) or not public
    return {
        "subject": found.subject,
        "first": found.first.isoformat(),
        "last": found.last.isoformat(),
        "by_crimes": {
            f"{n}" if n < MOST else f"{n} or more": _count(subjects, public)
            for n, subjects in enumerate(found.by_crimes, 1)
        },
        "subjects": _count(found.subjects, public),
        "crimes": _count(found.crimes, public),
        "again": _count(found.again, public),
        "crimes_again": _count(found.crimes_again, public),
        "share_again": found.again / found.subjects if shown else None,
        "share_of_crimes": found.crimes_again / found.crimes if shown else None,
        "next_within": [
            {"days": one.days, "share": one.share, "lower": one.lower, "upper": one.upper}
            for one in (found.within if shown else ())
        ],
    }


def _count(value: int, public: bool) -> int | None:
    shown = published_count(value) if public else float(value)
    return int(shown) if np.isfinite(shown) else None


def curve_rows(found: RepeatCounts, *, public: bool = False) -> list[dict[str, Any]]:
    """The curve of the time to the next, one row for each day on which it rises; whole weeks for the public."""
    curve = found.curve
    if public:  # a step of one day may be one person
        if not share_is_safe(found.again, found.subjects, part_of_whole=True):
            return []
        last = int(curve.times[-1]) if len(curve.times) else 0
        weeks = [(day, *curve.at(day)) for day in range(7, last + 1, 7)]
        return [{"days": d, "share": s, "lower": low, "upper": high} for d, s, low, high in weeks]
    return [
        {
            "days": int(curve.times[at]),
            "share": float(curve.again[at]),
            "lower": float(curve.lower[at]),
            "upper": float(curve.upper[at]),
        }
        for at in range(len(curve.times))
    ]


def place_rows(found: RepeatCounts, names: dict[str, str], *, public: bool = False) -> list[dict[str, Any]]:
    """Small areas by their addresses with two crimes or more; small counts withheld from the public."""

    return [
        {
            "lsoa": one.small_area,
            "name": names.get(one.small_area, one.small_area),
            "addresses": _count(one.addresses, public),
            "addresses_again": _count(one.again, public),
            "crimes_again": _count(one.crimes_again, public),
        }
        for one in found.places
        if one.again and one.small_area
    ]


def lines(found: RepeatCounts) -> Sequence[str]:
    """What was found, in sentences."""
    one = {"victims": "victim", "suspects": "suspect", "addresses": "address"}[found.subject]
    said = [
        f"{found.again:,} of {found.subjects:,} {found.subject} ({found.again / found.subjects:.1%}) had two crimes or "
        f"more, and {found.crimes_again / found.crimes:.1%} of the crimes."
    ]
    said += [
        f"After a crime, the same {one} had another within {w.days} days in {w.share:.1%} of cases "
        f"(95% limits {w.lower:.1%} to {w.upper:.1%})."
        for w in found.within
    ]
    return said
