"""Small areas of one census carried to another: unchanged, merged, split or cut irregularly."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal

import pyarrow as pa

from upstream.errors import BadInput, NotHeld
from upstream.places.population import residents_of
from upstream.places.tables import CHANGES, read_table
from upstream.store import Store

Vintage = Literal[2011, 2021]

IRREGULAR: Final = "X"
WEIGHTS: Final = pa.schema(
    [("from_code", pa.string()), ("to_code", pa.string()), ("weight", pa.float64()), ("estimated", pa.bool_())]
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
        from_code, to_code (text), weight (share, those of one from_code sum to 1), estimated (true: shared out, or the
        boundary was cut irregularly). Every code of either vintage that the look-up has is a from_code; a code of
        ``to_vintage`` is carried to itself.

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
        (code, to, share, len(reached) > 1 or code in irregular)
        for code, reached in sorted(targets.items())
        for to, share in zip(reached, _shares(reached, residents), strict=True)
    ]
    columns = zip(*rows, strict=True) if rows else ((),) * len(WEIGHTS)
    return pa.table(
        [pa.array(values, field.type) for values, field in zip(columns, WEIGHTS, strict=True)], schema=WEIGHTS
    )


def _shares(codes: list[str], residents: dict[str, int]) -> list[float]:
    """Shares by residents, or even ones where a number is lacking or nobody lives."""
    numbers = [residents.get(code) for code in codes]
    total = sum(number for number in numbers if number is not None)
    if any(number is None for number in numbers) or total == 0:
        return [1 / len(codes)] * len(codes)
    return [(number or 0) / total for number in numbers]


def unknown_vintage(weights: pa.Table, codes: Iterable[str]) -> tuple[str, ...]:
    """Codes that the look-up does not have, each once, in order: kept as they are, and to be reported."""
    known = set(weights.column("from_code").to_pylist())
    return tuple(sorted({code for code in codes if code and code not in known}))
