"""Counts of crimes weighed: harm in days, cost in pounds, each saying how much of it is checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from upstream.harm.weights import Standing, Weight, one_for, unit_costs, weights


class Counted(NamedTuple):
    """Crimes of one category and Home Office code (``None``: no code)."""

    category: str
    offence_code: str | None
    crimes: int


@dataclass(frozen=True, slots=True)
class Harm:
    """Days of harm of some crimes.

    Attributes
    ----------
    days
        Sum of each crime's median weight, in days.
    least, most
        The same with the mildest and the gravest offence of each crime's group, in days: how far the weight could be
        wrong, not an interval.
    days_reported
        ``days`` without crimes that come to notice by what police or shop staff do.
    weighed, without
        Crimes that have a weight, and those that have none.
    standings
        How far the weights used are checked, in alphabetical order.
    sources
        Where they come from.
    """

    days: Decimal
    least: Decimal
    most: Decimal
    days_reported: Decimal
    weighed: int
    without: int
    standings: tuple[Standing, ...]
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cost:
    """What some crimes cost society, in pounds of one year's prices.

    Attributes
    ----------
    checked, unchecked
        Pounds by unit costs that a source was seen for, and by those that are only recalled; never one sum unlabelled.
    crimes_checked, crimes_unchecked, without
        The crimes in each, and those that have no unit cost.
    price_years
        Years of the prices used.
    sources
        Where the unit costs come from.
    """

    checked: Decimal
    unchecked: Decimal
    crimes_checked: int
    crimes_unchecked: int
    without: int
    price_years: tuple[str, ...]
    sources: tuple[str, ...]


def harm_of(table: str, counts: Iterable[Counted]) -> Harm:
    """Days of harm of counted crimes.

    Question: how much harm, when a shop theft and a wounding are not one and one?

    Parameters: ``table`` that was counted; ``counts`` by category and code, whole numbers from 0.

    Assumes: each crime weighs its group's median offence. The mean of a group is often ten times its median, because a
    few grave offences lie in it; ``least`` and ``most`` show how wide the group is.

    When not to use: to judge one crime or one person; to compare forces that count offences found by police
    differently; beside unit costs in one sum (both count the same harm).

    Source: Sherman, Neyroud and Neyroud (2016), The Cambridge Crime Harm Index, Policing 10(3), 171-183; weights:
    each row of ``harm_weights.csv``.
    """
    days = least = most = reported = Decimal(0)
    weighed = without = 0
    used: set[Weight] = set()
    for one in counts:
        weight = one_for(weights(), table, one.category, one.offence_code)
        if weight is None:
            without += one.crimes
            continue
        weighed += one.crimes
        used.add(weight)
        days += one.crimes * weight.days
        least += one.crimes * weight.least
        most += one.crimes * weight.most
        reported += 0 if weight.found_by_police else one.crimes * weight.days
    standings, sources = {weight.standing for weight in used}, {weight.source for weight in used}
    return Harm(days, least, most, reported, weighed, without, tuple(sorted(standings)), tuple(sorted(sources)))


def cost_of(table: str, counts: Iterable[Counted]) -> Cost:
    """What counted crimes cost society, checked and unchecked unit costs apart.

    Question: about how much does this problem cost everybody, police included?

    Parameters: as for :func:`harm_of`.

    Assumes: each recorded crime costs what the publication gives for its type, in its own prices. Crimes that nobody
    recorded are not counted, and nothing is inflated to today.

    When not to use: as a saving that a budget would see; beside harm days in one sum.

    Source: Home Office Research Report 99 (2018); each row of ``unit_costs.csv`` with its standing.
    """
    pounds = {True: Decimal(0), False: Decimal(0)}
    crimes = {True: 0, False: 0}
    without, years, sources = 0, set(), set()
    for one in counts:
        cost = one_for(unit_costs(), table, one.category, one.offence_code)
        if cost is None:
            without += one.crimes
            continue
        checked = cost.standing != "unverified"
        pounds[checked] += one.crimes * cost.pounds
        crimes[checked] += one.crimes
        years.add(cost.price_year)
        sources.add(cost.source)
    return Cost(
        pounds[True], pounds[False], crimes[True], crimes[False], without, tuple(sorted(years)), tuple(sorted(sources))
    )
