"""The worth of an answer that was kept, from plain data: what a page and a portfolio of plans ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from upstream.assess.answer_value import Valued, Valuing, value_answer
from upstream.assess.kept import from_data
from upstream.assess.unit_value import UnitPounds, days_of_counts, unit_of_counts
from upstream.assess.value import parts_of
from upstream.errors import BadInput
from upstream.harm.prices import price_years
from upstream.harm.totals import Counted
from upstream.periods import Month
from upstream.reports.assessment_worth import worth_blocks, worth_in_a_line
from upstream.reports.document import Block
from upstream.stats.intervals import Interval

DRAWS: Final = 4_000
"""Of a list: enough for two figures of an interval, and quick for a hundred plans."""


@dataclass(frozen=True, slots=True)
class Assumed:
    """What a worth is to assume, as somebody said.

    Attributes
    ----------
    prices
        Financial year wanted; empty: that of the last month counted.
    optimism, optimism_source
        Share taken off, 0 to 1, and where it is from.
    cashable, cash_reason
        Share of each bearer's part that is cash, 0 to 1, and which budget was cut.
    unit
        Pounds of one event; None: by the unit costs held.
    beside
        Keys of figures that others quote, to be seen beside it.
    spent_on
        What was paid; empty: what the responses cost.
    said_on
        The day on which this was said.
    """

    prices: str = ""
    optimism: float = 0.0
    optimism_source: str = ""
    cashable: Mapping[str, float] = field(default_factory=dict)
    cash_reason: str = ""
    unit: UnitPounds | None = None
    beside: tuple[str, ...] = ()
    spent_on: str = ""
    said_on: str = ""


NOTHING_SAID: Final = Assumed()


@dataclass(frozen=True, slots=True)
class KeptWorth:
    """The worth of a kept answer, or why it has none.

    Attributes
    ----------
    valued
        None where there is none.
    unit
        What was counted, plural.
    why_not
        Empty where there is one.
    compared
        Whether any method compared with anything.
    not_counted
        Bearers of whom cash was said and nothing is known, so that none of it counts.
    """

    valued: Valued | None
    unit: str
    why_not: str = ""
    compared: bool = True
    not_counted: tuple[str, ...] = ()

    @property
    def per_pound(self) -> Interval | None:
        """Pounds of worth for each pound spent; None where it is not known."""
        return None if self.valued is None else self.valued.main.returned

    @property
    def line(self) -> str:
        """In one sentence."""
        return self.why_not if self.valued is None else worth_in_a_line(self.valued.main, self.unit)

    def blocks(self, place: str) -> tuple[Block, ...]:
        """As blocks of a page or paper; none where there is none."""
        return () if self.valued is None else worth_blocks(self.valued, self.unit, place)


def kept_worth(
    result: Mapping[str, Any], *, last: str, cost: float = 0.0, assumed: Assumed = NOTHING_SAID, draws: int = DRAWS
) -> KeptWorth:
    """The worth of a kept answer.

    ``result`` as the answer was kept, with what was counted by category; ``last`` the last month counted, whose
    financial year's prices are used unless others are wanted, because what was spent was spent in them; ``cost`` pounds
    spent; ``assumed`` what somebody said that it is to assume.
    """
    answer = from_data(result)
    kinds = [Counted(*one) for one in result.get("kinds", ())]
    table = result.get("table", "")
    try:
        unit = assumed.unit or unit_of_counts(table, kinds)
        known = parts_of(unit)
        by = Valuing(
            unit, cost, assumed.prices or prices_of(last), assumed.optimism,
            {bearer: share for bearer, share in assumed.cashable.items() if bearer in known},
            days_of_counts(table, kinds), assumed.optimism_source, assumed.cash_reason, assumed.beside,
            assumed.spent_on, assumed.said_on,
        )  # fmt: skip
        not_counted = tuple(bearer for bearer in assumed.cashable if bearer not in known)
        return KeptWorth(value_answer(answer, by, draws=draws), answer.main.unit, not_counted=not_counted)
    except BadInput as error:
        compared = any(one.maryland.compared for one in (answer.main, *answer.checks))
        return KeptWorth(None, answer.main.unit, str(error), compared)


def prices_of(month: str) -> str:
    """The financial year of a month, no later than the last that has a deflator."""
    return min(str(Month.parse(month).financial_year), price_years()[-1])
