"""Harm weights and unit costs as their reviewed files have them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from importlib import resources
from typing import Final, Literal, Protocol, TypeVar, cast

Standing = Literal["verified", "secondary", "derived", "unverified"]
"""How far a value is checked: against its publication; against another's copy of it; worked out from such copies by
another; not at all (recalled)."""

STANDING_WORDS: Final[dict[Standing, str]] = {
    "verified": "checked against its publication",
    "secondary": "seen as another source quotes it",
    "derived": "worked out by another source",
    "unverified": "recalled, not checked",
}


class Named(Protocol):
    """What a weight and a unit cost share: the crimes that they are of."""

    @property
    def table(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def offence_codes(self) -> tuple[str, ...]: ...


T = TypeVar("T")
N = TypeVar("N", bound=Named)


@dataclass(frozen=True, slots=True)
class Weight:
    """Days of harm of one crime: the days of prison that sentencing starts from for a first offence.

    Attributes
    ----------
    table, category
        Table of records and its category.
    offence_codes
        Home Office codes within the category; empty: every code that no other row of the category names.
    subgroup
        The index's group that the category is read as.
    days
        Median of the offences of the group, in days.
    least, most
        The mildest and gravest offence of the group, in days.
    found_by_police
        Whether most such crimes come to notice by what police or shop staff do, so that counts follow effort.
    as_of, standing, source
        Edition, how far it is checked, where it comes from.
    """

    table: str
    category: str
    offence_codes: tuple[str, ...]
    subgroup: str
    days: Decimal
    least: Decimal
    most: Decimal
    found_by_police: bool
    as_of: str
    standing: Standing
    source: str


@dataclass(frozen=True, slots=True)
class UnitCost:
    """Pounds that one crime costs society, in prices of ``price_year``.

    Attributes
    ----------
    table, category, offence_codes
        As of :class:`Weight`.
    crime_type
        The publication's own name of the crime.
    pounds, price_year
        The cost and the year of its prices; nothing is inflated here.
    as_of, standing, source
        When published, how far it is checked, where it comes from.
    """

    table: str
    category: str
    offence_codes: tuple[str, ...]
    crime_type: str
    pounds: Decimal
    price_year: str
    as_of: str
    standing: Standing
    source: str


@cache
def weights() -> tuple[Weight, ...]:
    """Every harm weight. Anti-social behaviour has none: the index weighs crimes."""
    return tuple(_rows("harm_weights.csv", _weight))


@cache
def unit_costs() -> tuple[UnitCost, ...]:
    """Every unit cost that is known, checked or not."""
    return tuple(_rows("unit_costs.csv", _unit_cost))


def one_for(rows: Sequence[N], table: str, category: str, offence_code: str | None) -> N | None:
    """The row for a crime: that of its code, else that of the rest of its category, else none."""
    of_category = [row for row in rows if row.table == table and row.category == category]
    named = [row for row in of_category if offence_code in row.offence_codes]
    return next(iter([*named, *(row for row in of_category if not row.offence_codes)]), None)


def _rows(name: str, read: Callable[[dict[str, str]], T]) -> list[T]:
    text = resources.files("upstream.harm").joinpath(name).read_text("utf-8")
    return [read(row) for row in csv.DictReader(text.splitlines())]


def _weight(row: dict[str, str]) -> Weight:
    return Weight(
        row["table"],
        row["category"],
        tuple(row["offence_codes"].split()),
        row["subgroup"],
        Decimal(row["days"]),
        Decimal(row["least"]),
        Decimal(row["most"]),
        row["found_by_police"] == "yes",
        row["as_of"],
        cast("Standing", row["standing"]),
        row["source"],
    )


def _unit_cost(row: dict[str, str]) -> UnitCost:
    return UnitCost(
        row["table"],
        row["category"],
        tuple(row["offence_codes"].split()),
        row["crime_type"],
        Decimal(row["pounds"]),
        row["price_year"],
        row["as_of"],
        cast("Standing", row["standing"]),
        row["source"],
    )
