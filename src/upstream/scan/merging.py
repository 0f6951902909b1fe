"""Signals that speak of one thing, put together: one group is one thing for a person to decide on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from math import hypot
from typing import Final

from upstream.scan.signals import Group, Signal

NEAR_DAYS: Final = 31
"""Periods this many days apart, or less, may be of one thing: months that follow one another are."""
NEAR_METRES: Final = 250.0
"""Circles this far apart, edge to edge, may be of one thing: about the length of a street."""
VOLUMES: Final = frozenset({"high_volume", "low_volume"})

Neighbours = Mapping[str, Collection[str]]


def grouped(signals: Sequence[Signal], neighbours: Neighbours | None = None) -> tuple[Group, ...]:
    """Groups of signals of one thing, most harm days first; equal ones by key, so that no order of input shows.

    Parameters
    ----------
    neighbours
        Codes of the small areas that adjoin each; without it only the same small area is near.
    """
    ordered = sorted(signals, key=_rank)
    parent = list(range(len(ordered)))

    def root(at: int) -> int:
        while parent[at] != at:
            parent[at] = parent[parent[at]]
            at = parent[at]
        return at

    for a, b in combinations(range(len(ordered)), 2):
        if of_one_thing(ordered[a], ordered[b], neighbours or {}):
            first, second = sorted((root(a), root(b)))
            parent[second] = first
    groups: dict[int, list[Signal]] = {}
    for at, one in enumerate(ordered):
        groups.setdefault(root(at), []).append(one)
    return tuple(Group(ones[0], tuple(ones[1:])) for ones in groups.values())


def of_one_thing(a: Signal, b: Signal, neighbours: Neighbours) -> bool:
    """Whether two signals speak of one thing: near in time, and of one type at places that touch, or of one place.

    Two volumes must go the same way; of them a whole area touches what lies in it. Other kinds touch where their small
    areas or circles do, so that a large area does not draw everything in it together.
    """
    if not _near_in_time(a, b):
        return False
    if {a.kind, b.kind} == VOLUMES:
        return False
    alike = not a.types or not b.types or bool({*a.types} & {*b.types})
    if a.kind == b.kind:
        return alike and _touch(a, b, neighbours)
    if "data_fault" in (a.kind, b.kind):
        return "low_volume" in (a.kind, b.kind) and alike and _touch(a, b, neighbours)
    return _same_place(a, b)


def continues(new: Signal, old: Signal) -> bool:
    """Whether a new signal says again, of a later period, what an old one said: same kind, types and place."""
    same = (new.kind, new.types, new.area) == (old.kind, old.types, old.area)
    if not same or new.first < old.first or not _near_in_time(new, old):
        return False
    if new.small_areas or old.small_areas:
        return bool({*new.small_areas} & {*old.small_areas})
    return _circles_meet(new, old) if _has_circle(new) and _has_circle(old) else _has_circle(new) == _has_circle(old)


def _rank(signal: Signal) -> tuple[float, float, str]:
    """Most harm days first; of what has no weight, what differs most from what was expected."""
    return (-signal.harm_days, -abs(signal.count - (signal.expected or 0.0)), signal.key)


def _near_in_time(a: Signal, b: Signal) -> bool:
    near = dt.timedelta(days=NEAR_DAYS)
    return a.first <= b.last + near and b.first <= a.last + near


def _touch(a: Signal, b: Signal, neighbours: Neighbours) -> bool:
    if _whole(a) or _whole(b):
        return a.area == b.area or None in (a.area, b.area)
    return _same_place(a, b) or any({*a.small_areas} & {*neighbours.get(code, ())} for code in b.small_areas)


def _same_place(a: Signal, b: Signal) -> bool:
    """Whether both are of parts of areas that have something in common, or both of the same whole area."""
    if _whole(a) != _whole(b):
        return False
    if _whole(a):
        return a.area == b.area and bool({*a.types} & {*b.types})
    if {*a.small_areas} & {*b.small_areas}:
        return True
    return _has_circle(a) and _has_circle(b) and _circles_meet(a, b)


def _whole(signal: Signal) -> bool:
    return not signal.small_areas and not _has_circle(signal)


def _has_circle(signal: Signal) -> bool:
    return signal.easting is not None and signal.northing is not None


def _circles_meet(a: Signal, b: Signal) -> bool:
    across, along = (a.easting or 0.0) - (b.easting or 0.0), (a.northing or 0.0) - (b.northing or 0.0)
    return hypot(across, along) <= (a.radius_metres or 0.0) + (b.radius_metres or 0.0) + NEAR_METRES
