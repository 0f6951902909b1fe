"""The worth of an answer: of its strongest method that compared, with the others beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from upstream.assess.finding import Finding, Refused
from upstream.assess.ladder import Answer
from upstream.assess.unit_value import UnitPounds
from upstream.assess.value import DRAWS, Worth, worth
from upstream.errors import BadInput
from upstream.harm.prices import PriceLevel, price_level

SEED: Final = 20_151
"""Of the draws: the same answer has the same worth on every page and in every paper."""


@dataclass(frozen=True, slots=True)
class Valuing:
    """How an answer is valued.

    Attributes
    ----------
    unit
        Pounds an event.
    cost
        Pounds spent, in the prices wanted.
    prices
        Financial year of the prices wanted; empty: those of the unit cost.
    optimism, optimism_source
        Share taken off the benefit, 0 to 1, and where that share is from.
    cashable, cash_reason
        Share of each bearer's part that a budget would see, as somebody said, and which budget was cut.
    harm_days
        Days of harm of one event; None: not known.
    beside
        Keys of figures that others quote, to be seen beside the worth; never part of it.
    spent_on
        What was paid, as somebody said; empty: not said.
    said_on
        The day on which all this was said; empty: with the question.
    """

    unit: UnitPounds
    cost: float
    prices: str = ""
    optimism: float = 0.0
    cashable: Mapping[str, float] | None = None
    harm_days: float | None = None
    optimism_source: str = ""
    cash_reason: str = ""
    beside: tuple[str, ...] = ()
    spent_on: str = ""
    said_on: str = ""


@dataclass(frozen=True, slots=True)
class Valued:
    """An answer valued.

    Attributes
    ----------
    main
        The worth by the strongest method that compared.
    others
        The worth by each other method that compared, strongest first.
    by
        How it was valued.
    draws
        Of the Monte Carlo.
    """

    main: Worth
    others: tuple[Worth, ...]
    by: Valuing
    draws: int

    @property
    def bearers(self) -> tuple[str, ...]:
        """Whose the worth is, as far as that is known."""
        return tuple(one.bearer for one in self.main.bearers)


def value_answer(answer: Answer, by: Valuing, *, draws: int = DRAWS) -> Valued:
    """Value an answer; refused where no method compared with anything."""
    compared = [one for one in (answer.main, *answer.checks) if one.maryland.compared]
    if not compared:
        raise Refused(
            "No method that answered compared with anything: a change is not an effect, so it has no worth.",
            allowed="an answer with a comparison",
            remedy="Name a comparison place.",
        )
    level = _level(by)
    made = []
    for one in compared:
        try:
            made.append(_worth(one, by, level, draws))
        except Refused:
            if one is compared[0]:
                raise
    return Valued(made[0], tuple(made[1:]), by, draws)


def _worth(of: Finding, by: Valuing, level: PriceLevel | None, draws: int) -> Worth:
    return worth(
        of,
        by.unit,
        cost=by.cost,
        rng=np.random.default_rng(SEED),
        level=level,
        optimism=by.optimism,
        cashable=by.cashable,
        harm_days=by.harm_days,
        draws=draws,
    )


def range_of(others: Iterable[Worth]) -> tuple[float, float] | None:
    """The least and the greatest worth by the other methods; None without any."""
    held = [one.benefit.estimate for one in others]
    return (min(held), max(held)) if held else None


def _level(by: Valuing) -> PriceLevel | None:
    if not by.prices or by.prices == by.unit.price_year:
        return None
    if not by.unit.price_year:
        raise BadInput(
            "The year of the unit cost's prices is not known, so it cannot be re-priced.",
            allowed="a unit cost with a year of prices",
            remedy="Say which year its prices are of (--price-year), or leave --prices out.",
        )
    return price_level(by.unit.price_year, by.prices)
