"""The worth of an answer that was kept, from plain data: what a page and a portfolio of plans ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from upstream.assess.answer_value import Valued, Valuing, value_answer
from upstream.assess.kept import from_data
from upstream.assess.unit_value import days_of_counts, unit_of_counts
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
    """

    valued: Valued | None
    unit: str
    why_not: str = ""

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
    result: Mapping[str, Any], *, last: str, cost: float = 0.0, optimism: float = 0.0, draws: int = DRAWS
) -> KeptWorth:
    """The worth of a kept answer.

    ``result`` as the answer was kept, with what was counted by category; ``last`` the last month counted, whose
    financial year's prices are used, because what was spent was spent in them; ``cost`` pounds spent.
    """
    answer = from_data(result)
    kinds = [Counted(*one) for one in result.get("kinds", ())]
    table = result.get("table", "")
    try:
        unit = unit_of_counts(table, kinds)
        by = Valuing(unit, cost, prices_of(last), optimism, harm_days=days_of_counts(table, kinds))
        return KeptWorth(value_answer(answer, by, draws=draws), answer.main.unit)
    except BadInput as error:
        return KeptWorth(None, answer.main.unit, str(error))


def prices_of(month: str) -> str:
    """The financial year of a month, no later than the last that has a deflator."""
    return min(str(Month.parse(month).financial_year), price_years()[-1])
