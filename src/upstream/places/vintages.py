"""Small areas of one census carried to another: unchanged, merged, split or cut irregularly."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

import pyarrow as pa

from upstream.errors import BadInput, NotHeld
from upstream.places.residents import residents_of
from upstream.places.tables import CHANGES, read_table
from upstream.store import Store

Vintage = Literal[2011, 2021]

IRREGULAR: Final = "X"
SHARES: Final = pa.schema(
    [
        ("from_code", pa.string()),
        ("to_code", pa.string()),
        ("part", pa.int64()),
        ("whole", pa.int64()),
        ("estimated", pa.bool_()),
    ]
)


def lsoa_carry(store: Store, to_vintage: Vintage) -> pa.Table:
    """Which codes of ``to_vintage`` a code's records belong to, and in what shares.

    Question
        How many crimes fall in each small area of one census, when some files carry the codes of another?

    Parameters
    ----------
    store
        Holds the 2011 to 2021 look-up, and a population of ``to_vintage`` if splits are to be shared by it.
    to_vintage
        Census year of the codes wanted.

    Returns
    -------
    pyarrow.Table
        from_code, to_code (text), part and whole (the share is part / whole; those of one from_code sum to 1),
        estimated (true: shared out, or the boundary was cut irregularly). Every code of either vintage that the look-up
        has is a from_code; a code of ``to_vintage`` is carried to itself.

    Assumes
        Within a code that was split, what is counted is spread as its residents are; without their numbers, evenly.
    When not to use
        To place a single record: a share of a record is not a place. Do not test differences that rest on shares only.
    Source
        Office for National Statistics, 2011 to 2021 LSOA best-fit look-up: change codes U, S, M, X.
    """
    if to_vintage not in (2011, 2021):
        raise BadInput(f"{to_vintage} is not a census whose areas are known.", allowed="2011, 2021")
    if not store.holds(CHANGES.name):
        raise NotHeld(
            "No look-up from 2011 to 2021 LSOA codes is held.", remedy="Add it: upstream places add lookup FILE.csv"
        )
    held = read_table(store, CHANGES)
    old, new = ("lsoa11", "lsoa21") if to_vintage == 2021 else ("lsoa21", "lsoa11")
    targets: dict[str, list[str]] = {}
    irregular: set[str] = set()
    for before, after, change in zip(*(held.column(name).to_pylist() for name in (old, new, "change")), strict=True):
        targets.setdefault(before, []).append(after)
        if change == IRREGULAR:
            irregular.add(before)
    for code in held.column(new).to_pylist():
        targets.setdefault(code, [code])
    residents = residents_of(store, vintage=to_vintage)
    rows = [
        (code, to, part, sum(parts), len(reached) > 1 or code in irregular)
        for code, reached in sorted(targets.items())
        for parts in [_parts(reached, residents)]
        for to, part in zip(reached, parts, strict=True)
    ]
    columns = zip(*rows, strict=True) if rows else ((),) * len(SHARES)
    return pa.table(
        [pa.array(values, field.type) for values, field in zip(columns, SHARES, strict=True)], schema=SHARES
    )


def _parts(codes: list[str], residents: Mapping[str, int]) -> list[int]:
    """Residents of the codes, or ones where a number is lacking or nobody lives."""
    numbers = [residents.get(code) for code in codes]
    if any(number is None for number in numbers) or not any(numbers):
        return [1] * len(codes)
    return [number or 0 for number in numbers]


@dataclass(frozen=True, slots=True)
class Carried:
    """Counts on the small areas of one census; ``counts`` and ``unknown`` together add up to what was given, exactly.

    Attributes
    ----------
    counts
        Code of the census -> count, a fraction where rows were shared out.
    estimated
        Those codes of which some of the count is estimated.
    unknown
        Codes that the look-up does not have, with their counts: kept as they are.
    """

    counts: Mapping[str, Fraction]
    estimated: frozenset[str]
    unknown: Mapping[str, int]


def carry_counts(counts: Mapping[str, int], shares: pa.Table) -> Carried:
    """Counts by small-area code of either census, carried by the shares of :func:`lsoa_carry`.

    Shares are kept as fractions of residents, so nothing is lost or made by rounding.
    """
    by_code: dict[str, list[tuple[str, int, int, bool]]] = {}
    for code, *share in zip(*(column.to_pylist() for column in shares.columns), strict=True):
        by_code.setdefault(code, []).append((share[0], share[1], share[2], share[3]))
    carried: dict[str, Fraction] = {}
    estimated: set[str] = set()
    unknown: dict[str, int] = {}
    for code, count in sorted(counts.items()):
        if code not in by_code:
            unknown[code] = count
        for to, part, whole, shared in by_code.get(code, ()) if count else ():
            carried[to] = carried.get(to, Fraction(0)) + Fraction(count * part, whole)
            if shared:
                estimated.add(to)
    return Carried(dict(sorted(carried.items())), frozenset(estimated), unknown)
