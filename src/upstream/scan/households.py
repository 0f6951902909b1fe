"""Nothing about one person or one household is a signal: what is left of some records without their busiest one."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from upstream.measures.crime_types import type_by_key
from upstream.measures.engines import ask_duckdb
from upstream.measures.slice_questions import SliceRows, by_address, by_victim
from upstream.scan.night import Night

PEOPLE: Final = "people_in_crimes"
ADDRESSES: Final = frozenset({"crimes"})
"""Tables that know the address of each record."""
MANY_AT_ONE: Final = "rested on one address or one victim"

OfOnes = Mapping[tuple[str, str], tuple[list[int], list[int]]]
"""Records at each address, and of each victim, by small area and type."""


def left_without_one(by_address: Sequence[int], by_victim: Sequence[int]) -> int:
    """Records that remain without those of the busiest address, or without those of the most frequent victim.

    Parameters
    ----------
    by_address
        Records at each address (a pair of coordinates); every record is in one. An address may be one household, so a
        record whose address is not known counts as at the same one.
    by_victim
        Records of each person who was a victim; records without such a person are left out. Empty: nobody is known.

    Returns
    -------
    int
        0 when all are at one address, or all of one victim: such records are never a signal. A signal must stand with
        what remains.
    """
    total = sum(by_address)
    return total - max([*by_address, *by_victim], default=0)


def of_ones(night: Night, table: str, small_areas: Iterable[str], first: dt.date, last: dt.date) -> OfOnes:
    """Records at each address, and of each victim where people are held, in some small areas and days."""
    found: dict[tuple[str, str], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    wanted = tuple(sorted({*small_areas}))
    if not wanted:
        return found
    types = type_by_key(table)
    names = [table]
    if night.store.holds(PEOPLE) and night.scope.covers(PEOPLE):
        names.append(PEOPLE)
    opened = {name: night.store.snapshot(name, scope=night.scope) for name in names}
    rows = SliceRows(
        table, first, last, visible=opened[table].areas, force=night.force, small_areas=wanted, types=tuple(types)
    )
    questions = [by_address(rows), *([by_victim(rows)] if len(names) > 1 else [])]
    with ask_duckdb(questions, opened) as answers:
        for which, answer in enumerate(answers):
            for row in answer.rows.to_pylist():
                found[row["lsoa"], types[row["type"]]][which].append(int(row["n"]))
    return found
