"""Distinct persons and distinct repeat persons, month by month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput

LookBack = Literal["from_event", "from_month_start"]
"""Where the look-back window is counted from.

``from_event``: an event is a repeat if the same person had another in the twelve months up to its own date (the same
day counts). ``from_month_start``: if the person had one in the twelve whole months before the event's month or, where
asked for, earlier in that month.
"""
WINDOW_MONTHS: Final = 12
"""Source: West Mercia Police and Crime Panel, 7 September 2022, performance report p.32."""
EPOCH: Final = np.datetime64("1970-01-01", "D")
KEY_BITS: Final = 63


@dataclass(frozen=True, slots=True)
class RepeatCounts:
    """Persons by month and group.

    Attributes
    ----------
    first_month : int
        Months from January 1970 to the first row.
    persons : array (months, groups) of int64
        Distinct persons with at least one event in the month.
    repeats : array (months, groups) of int64
        Those of them with another event in the look-back window.
    window_held : array (months,) of bool
        Whether the whole look-back window lies within the data; where false, ``repeats`` is too low.
    """

    first_month: int
    persons: NDArray[np.int64]
    repeats: NDArray[np.int64]
    window_held: NDArray[np.bool_]


def repeat_persons(
    persons: ArrayLike,
    days: ArrayLike,
    *,
    first_month: int,
    months: int,
    groups: ArrayLike | None = None,
    group_count: int = 1,
    look_back: LookBack = "from_event",
    window_months: int = WINDOW_MONTHS,
    same_month_counts: bool = True,
    held_from: int | None = None,
) -> RepeatCounts:
    """Distinct persons and distinct repeat persons of every month.

    Question: of the persons with an event in a month, how many had at least one other in the months before?

    Parameters: ``persons`` (n,) int64 codes, any values, one event an entry; ``days`` (n,) int32 days since 1 January
    1970; ``first_month`` months since January 1970 and ``months``, the rows wanted; ``groups`` (n,) 0 to
    ``group_count`` - 1, for counts by group: the earlier event may lie in any group; ``look_back`` and
    ``window_months`` (calendar months, both ends of the window included); ``same_month_counts`` whether an earlier
    event in the same month makes a repeat; ``held_from`` first day of the data (default: the first event).

    Assumes: one person one code; days are those of the event, in one time zone. Order of the entries does not matter;
    of two events on one day one counts as the earlier.

    When not to use: codes that were not matched first, or events without a person (leave them out before).

    Source: West Mercia Police and Crime Panel, 7 September 2022, performance report p.32: a victim in the current
    reporting month with at least one other offence in the preceding 12 months. The default reads that from the date of
    the offence; ``from_month_start`` is the other reading.
    """
    person, day, group = _checked(persons, days, groups, group_count)
    if day.size == 0:
        nothing = np.zeros((months, group_count), np.int64)
        return RepeatCounts(first_month, nothing, nothing.copy(), np.zeros(months, np.bool_))
    earliest = int(day.min())
    calendar = _calendar(earliest, int(day.max()), first_month, window_months, look_back == "from_month_start")
    key, day_bits, group_bits = _keys(person, day - earliest, group, group_count)
    key = sorted_keys(key)
    out = np.zeros((2, months, group_count), np.int64)
    _count(key, day_bits, group_bits, calendar, same_month_counts, out)
    start = earliest if held_from is None else held_from
    window_start = _first_days(first_month - window_months, months)
    return RepeatCounts(first_month, out[0], out[1], window_start >= start)


def _checked(
    persons: ArrayLike, days: ArrayLike, groups: ArrayLike | None, group_count: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    person, day = np.asarray(persons, np.int64), np.asarray(days, np.int64)
    group = np.zeros(0, np.int64) if groups is None else np.asarray(groups, np.int64)
    if person.shape != day.shape or person.ndim != 1 or group.size not in (0, person.size):
        raise BadInput("Persons, days and groups differ in length.", allowed="one of each for every event")
    if group.size and (group.min() < 0 or group.max() >= group_count):
        raise BadInput("A group lies outside the groups asked for.", allowed=f"0 to {group_count - 1}")
    return person, day, group


def _keys(
    person: NDArray[np.int64], since: NDArray[np.int64], group: NDArray[np.int64], group_count: int
) -> tuple[NDArray[np.int64], int, int]:
    """Person, day and group packed into one whole number that sorts as the three do."""
    day_bits = int(since.max()).bit_length()
    group_bits = (group_count - 1).bit_length() if group.size else 0
    if person.min() < 0 or int(person.max()).bit_length() + day_bits + group_bits > KEY_BITS:
        person = np.unique(person, return_inverse=True)[1].astype(np.int64)
    if int(person.max()).bit_length() + day_bits + group_bits > KEY_BITS:
        raise BadInput("Too many persons, days and groups for one key.", allowed=f"{KEY_BITS} bits together")
    key = (person << day_bits) | since
    return (key << group_bits) | group if group_bits else key, day_bits, group_bits


def _first_days(first_month: int, months: int) -> NDArray[np.int64]:
    """Day number of the first of each month."""
    month = np.datetime64("1970-01", "M") + np.arange(first_month, first_month + months)
    return (month.astype("datetime64[D]") - EPOCH).astype(np.int64)


def _calendar(first: int, last: int, first_month: int, window: int, from_month_start: bool) -> NDArray[np.int64]:
    """For each day from ``first``: its row, the first day of its window and the first of its month; shape (d, 3)."""
    day = EPOCH + np.arange(first, last + 1)
    month = day.astype("datetime64[M]")
    month_start = month.astype("datetime64[D]")
    earlier = month - window
    if from_month_start:
        window_start = earlier.astype("datetime64[D]")
    else:
        same_day = earlier.astype("datetime64[D]") + (day - month_start)
        window_start = np.minimum(same_day, (earlier + 1).astype("datetime64[D]") - 1)
    row = (month - np.datetime64("1970-01", "M")).astype(np.int64) - first_month
    days = [((d - EPOCH).astype(np.int64) - first) for d in (window_start, month_start)]
    return np.column_stack((row, *days))


def _count_sorted(
    key: NDArray[np.int64],
    day_bits: int,
    group_bits: int,
    calendar: NDArray[np.int64],
    same_month_counts: bool,
    out: NDArray[np.int64],
) -> None:
    months, groups = out.shape[1], out.shape[2]
    counted = np.full((2, groups), -1, np.int64)
    day_mask, group_mask = (1 << day_bits) - 1, (1 << group_bits) - 1
    before, before_month, stamp = np.int64(-1), np.int64(-1), np.int64(0)
    last, row = np.int64(-1), np.int64(-1)
    last_person = np.int64(-1)
    for i in range(key.size):
        group = key[i] & group_mask
        day = (key[i] >> group_bits) & day_mask
        person = key[i] >> (group_bits + day_bits)
        if person != last_person:
            before, before_month, row, stamp = np.int64(-1), np.int64(-1), calendar[day, 0], stamp + 1
        else:
            before = last
            if calendar[day, 0] != row:
                before_month, row, stamp = last, calendar[day, 0], stamp + 1
        last, last_person = day, person
        if 0 <= row < months:
            if counted[0, group] != stamp:
                counted[0, group] = stamp
                out[0, row, group] += 1
            other = before if same_month_counts else before_month
            if other >= 0 and other >= calendar[day, 1] and counted[1, group] != stamp:
                counted[1, group] = stamp
                out[1, row, group] += 1


DIGIT_BITS: Final = 11
"""Bits sorted in one pass: 2,048 counters stay in the first-level cache."""


def sorted_keys(key: NDArray[np.int64]) -> NDArray[np.int64]:
    """Whole numbers of zero or more in ascending order, shape (n,); the input may be overwritten."""
    digits = -(-max(int(key.max()).bit_length(), 1) // DIGIT_BITS)
    return np.asarray(_sort(key, np.empty_like(key), digits))


def _radix(key: NDArray[np.int64], other: NDArray[np.int64], digits: int) -> NDArray[np.int64]:
    """Radix sort from the last digit to the first: a few passes over the keys, no comparisons."""
    mask = (1 << DIGIT_BITS) - 1
    for digit in range(digits):
        shift = digit * DIGIT_BITS
        place = np.zeros(mask + 2, np.int64)
        for i in range(key.size):
            place[((key[i] >> shift) & mask) + 1] += 1
        for d in range(mask):
            place[d + 1] += place[d]
        for i in range(key.size):
            d = (key[i] >> shift) & mask
            other[place[d]] = key[i]
            place[d] += 1
        key, other = other, key
    return key


_sort = njit(cache=True)(_radix)
_count = njit(cache=True)(_count_sorted)
