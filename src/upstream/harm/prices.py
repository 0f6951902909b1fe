"""Prices of one year in those of another, by the GDP deflator; published values with their source and age."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal, cast

from upstream.errors import BadInput
from upstream.harm.weights import Standing


@dataclass(frozen=True, slots=True)
class PriceLevel:
    """How much the prices of one year are in those of another.

    Attributes
    ----------
    of, to
        Financial years: "2015/16".
    factor
        Pounds of ``to`` for a pound of ``of``.
    source
        Where the deflator is from.
    forecast
        Whether either year's deflator is a forecast.
    """

    of: str
    to: str
    factor: float
    source: str
    forecast: bool = False

    def __post_init__(self) -> None:
        if not self.factor > 0:
            raise BadInput(f"A deflator of {self.factor} is none.", allowed="above 0")


@dataclass(frozen=True, slots=True)
class PublishedValue:
    """A figure that is often quoted: pounds of one person, or pounds returned for each pound.

    Attributes
    ----------
    key, title
        Its name for a program, and what it is of.
    pounds, per
        The figure, and of what it is: "person" or "pound".
    published, price_year
        The year it came out, and that of its prices; empty where the source does not say.
    standing, source
        How far it is checked, and where it comes from.
    not_comparable
        Why it is not to be compared with a worth of one's own.
    """

    key: str
    title: str
    pounds: float
    per: Literal["person", "pound"]
    published: int
    price_year: str
    standing: Standing
    source: str
    not_comparable: str

    def age(self, year: int) -> str:
        """How old it is in a year, in words."""
        return f"published in {self.published}, {year - self.published} years old"


@dataclass(frozen=True, slots=True)
class CostPart:
    """What one crime costs one bearer: police, justice, health ..., in prices of ``price_year``."""

    crime_type: str
    bearer: str
    pounds: float
    price_year: str
    standing: Standing
    source: str


def price_level(of: str, to: str) -> PriceLevel:
    """Pounds of one financial year in those of another.

    Question: what is a unit cost of 2015/16 in today's prices?

    Parameters: ``of`` and ``to`` financial years as "2015/16".

    Assumes: that what is valued grew dearer as everything did that the country makes.

    When not to use: for costs that are known in the prices wanted; pay and prisons do not follow the deflator.

    Source: HM Treasury, GDP deflators at market prices; its user's guide (inflating a figure by the ratio of two
    years); values: each row of ``gdp_deflators.csv`` with its standing.
    """
    known = _deflators()
    for year in (of, to):
        if year not in known:
            years = list(known)
            raise BadInput(
                f"There is no deflator for {year or 'a year of prices that is not known'}.",
                allowed=f"a financial year from {years[0]} to {years[-1]}",
                remedy="Give the year of the prices (--price-year), or leave them as they are.",
            )
    (old, kind_old, source), (new, kind_new, _) = known[of], known[to]
    return PriceLevel(of, to, new / old, source, "forecast" in (kind_old, kind_new))


@cache
def published_values() -> tuple[PublishedValue, ...]:
    """Every figure that is often quoted, with its source and age."""
    return tuple(
        PublishedValue(
            row["key"],
            row["title"],
            float(row["pounds"]),
            cast("Literal['person', 'pound']", row["per"]),
            int(row["published"]),
            row["price_year"],
            cast("Standing", row["standing"]),
            row["source"],
            row["not_comparable"],
        )
        for row in _rows("published_values.csv")
    )


@cache
def cost_parts() -> tuple[CostPart, ...]:
    """The parts of unit costs that a source was seen for."""
    return tuple(
        CostPart(
            row["crime_type"],
            row["bearer"],
            float(row["pounds"]),
            row["price_year"],
            cast("Standing", row["standing"]),
            row["source"],
        )
        for row in _rows("cost_parts.csv")
    )


def price_years() -> tuple[str, ...]:
    """The financial years that have a deflator, in order."""
    return tuple(_deflators())


@cache
def _deflators() -> dict[str, tuple[float, str, str]]:
    return {row["year"]: (float(row["index"]), row["kind"], row["source"]) for row in _rows("gdp_deflators.csv")}


def _rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(resources.files("upstream.harm").joinpath(name).read_text("utf-8").splitlines()))
