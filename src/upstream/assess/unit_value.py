"""What one event costs: of the unit costs held here, of a table that is given, of what was counted, or as quoted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from upstream.assess.finding import Refused
from upstream.errors import BadInput
from upstream.harm.assumptions import cost_categories
from upstream.harm.prices import cost_parts, published_values
from upstream.harm.totals import Counted, cost_of, harm_of
from upstream.harm.weights import STANDING_WORDS, UnitCost, one_for, unit_costs

BEARERS: Final = ("police", "justice", "health", "victim", "business", "other")
"""Columns of a table of unit costs that say who bears it; so do those of the Home Office's kinds of cost."""


@dataclass(frozen=True, slots=True)
class UnitPart:
    """The part of a unit cost that one bearer carries, in pounds an event."""

    bearer: str
    pounds: float


@dataclass(frozen=True, slots=True)
class UnitPounds:
    """Pounds that one event costs.

    Attributes
    ----------
    least, likely, most
        Pounds.
    price_year, source
        The year of its prices (empty: not known), and where it is from.
    parts
        Who bears how much of ``likely``, as far as the source splits it.
    unchecked
        Share of ``likely`` that rests on unit costs recalled and not checked, 0 to 1.
    without
        Share of the events that have no unit cost, and so count nothing, 0 to 1.
    not_split
        Crimes whose source, as far as it was seen, does not say wholly who bears them.
    """

    least: float
    likely: float
    most: float
    price_year: str
    source: str
    parts: tuple[UnitPart, ...] = ()
    unchecked: float = 0.0
    without: float = 0.0
    not_split: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.least <= self.likely <= self.most < math.inf:
            raise BadInput(
                f"{self.least}, {self.likely}, {self.most} are no cost.", allowed="0 <= least <= likely <= most"
            )
        least = min((one.pounds for one in self.parts), default=0.0)
        if not (least >= 0 and sum(one.pounds for one in self.parts) <= self.likely * 1.005):  # refuses nan too
            raise BadInput(
                "The parts of a unit cost come to more than it.", allowed="parts from 0 that add up to no more"
            )


def unit_of_crime(crime: str) -> UnitPounds:
    """The unit cost of a crime by its publication's own name."""
    found = next((one for one in unit_costs() if one.crime_type.lower() == crime.lower()), None)
    if found is None:
        raise BadInput(
            f"No unit cost of {crime!r} is held.",
            allowed=", ".join(sorted(one.crime_type for one in unit_costs())),
            remedy="Give it (--pounds), or a table of unit costs (--unit-costs).",
        )
    pounds = float(found.pounds)
    parts = _parts_of(found)
    unchecked = found.standing == "unverified"
    said = found.source if unchecked else f"{found.source} ({STANDING_WORDS[found.standing]})"
    return UnitPounds(
        pounds, pounds, pounds, found.price_year, said, parts, float(unchecked), not_split=_not_split([found])
    )


def unit_of_counts(table: str, counts: Iterable[Counted]) -> UnitPounds:
    """The mean unit cost of what was counted; events without one count nothing, and are said."""
    held = list(counts)
    cost, events = cost_of(table, held), sum(one.crimes for one in held)
    costed = cost.crimes_checked + cost.crimes_unchecked
    if not costed or len(cost.price_years) != 1:
        raise Refused(
            "None of what was counted has a unit cost.",
            remedy="Most types of recorded crime have one; incidents and the open data of police.uk have none.",
        )
    whole = float(cost.checked + cost.unchecked)
    each = whole / events
    found = [(one_for(unit_costs(), table, one.category, one.offence_code), one.crimes) for one in held]
    costs = [(row, crimes) for row, crimes in found if row is not None and crimes]
    return UnitPounds(
        each,
        each,
        each,
        cost.price_years[0],
        "; ".join(cost.sources),
        _parts_together(costs, events),
        float(cost.unchecked) / whole,
        cost.without / events,
        _not_split(row for row, _ in costs),
    )


def _parts_of(row: UnitCost) -> tuple[UnitPart, ...]:
    return tuple(UnitPart(one.bearer, one.pounds) for one in cost_parts() if one.crime_type == row.crime_type)


def _parts_together(costs: Iterable[tuple[UnitCost, int]], events: int) -> tuple[UnitPart, ...]:
    """The mean of each bearer's part over all events, as far as it was seen."""
    pounds: dict[str, float] = {}
    for row, crimes in costs:
        for part in _parts_of(row):
            pounds[part.bearer] = pounds.get(part.bearer, 0.0) + crimes * part.pounds
    return tuple(UnitPart(bearer, pounds[bearer] / events) for bearer in BEARERS if bearer in pounds)


def _not_split(costs: Iterable[UnitCost]) -> tuple[str, ...]:
    """Names of the crimes whose parts do not come to the whole."""
    rest = {row.crime_type: float(row.pounds) - sum(one.pounds for one in _parts_of(row)) for row in costs}
    return tuple(sorted(name for name, pounds in rest.items() if pounds > 0))


def days_of_counts(table: str, counts: Iterable[Counted]) -> float | None:
    """The mean days of harm of what was counted; None where nothing has a weight."""
    held = list(counts)
    made = harm_of(table, held)
    return float(made.days) / sum(one.crimes for one in held) if made.weighed else None


def unit_of_quoted(key: str, price_year: str = "") -> UnitPounds:
    """A figure that is often quoted, as a unit cost of one person; its prices are of a year that must be given."""
    persons = [one for one in published_values() if one.per == "person"]
    found = next((one for one in persons if one.key == key), None)
    if found is None:
        raise BadInput(f"There is no quoted value {key!r}.", allowed=", ".join(one.key for one in persons))
    said = f"{found.source}, published in {found.published} ({STANDING_WORDS[found.standing]})"
    return UnitPounds(found.pounds, found.pounds, found.pounds, found.price_year or price_year, said)


def unit_of_row(row: Mapping[str, str]) -> UnitPounds:
    """A row of anybody's table: crime, pounds, price_year, source; and, where known, least, most, and who bears it.

    Who bears it may be said by bearer, or by the Home Office's kinds of cost (:func:`cost_categories`).
    """

    def number(name: str, otherwise: float) -> float:
        text = (row.get(name) or "").strip()
        try:
            number = float(text) if text else otherwise
        except ValueError:
            number = math.inf
        if math.isinf(number) or (text and math.isnan(number)):
            raise BadInput(f"{text!r} ({name}) is not a number.", allowed="pounds as figures alone, such as 2000")
        return number

    likely = number("pounds", math.nan)
    if not (math.isfinite(likely) and (row.get("price_year") or "").strip() and (row.get("source") or "").strip()):
        raise BadInput(
            f"A unit cost lacks its pounds, the year of its prices or its source: {dict(row)}.",
            allowed="pounds, price_year and source in every row",
        )
    of = {name: name for name in BEARERS} | {one.key: one.bearer for one in cost_categories()}
    pounds: dict[str, float] = {}
    for name, bearer in of.items():
        if (row.get(name) or "").strip():
            pounds[bearer] = pounds.get(bearer, 0.0) + number(name, 0.0)
    parts = tuple(UnitPart(name, pounds[name]) for name in BEARERS if name in pounds)
    least, most = number("least", likely), number("most", likely)
    return UnitPounds(least, likely, most, row["price_year"].strip(), row["source"].strip(), parts)
