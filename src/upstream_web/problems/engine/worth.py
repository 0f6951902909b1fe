"""The door of a plan's worth to the engine: what was found and what somebody said, as the engine takes them."""

from decimal import Decimal

from upstream.assess.quoted import Beside, beside
from upstream.assess.unit_value import BEARERS, UnitPart, UnitPounds
from upstream.assess.value import NOT_SPLIT
from upstream.assess.worth_words import pence
from upstream.harm.prices import published_values
from upstream.reports.kept_worth import Assumed, KeptWorth, kept_worth
from upstream_web.design.environment import day
from upstream_web.problems.models import Assessed, WorthAssumed

__all__ = ["BEARERS", "NOT_SPLIT", "assumed_of", "pence", "quoted_for", "worth_of"]


def worth_of(row: Assessed, cost: Decimal | float | None, said: WorthAssumed | None = None) -> KeptWorth:
    """The worth of what was found: `.per_pound`, `.line`, `.valued.main.benefit` ... or `.why_not`."""
    spent = cost if said is None or said.spent is None else said.spent
    return kept_worth(row.result, last=row.asked["to"], cost=float(spent or 0), assumed=assumed_of(said))


def assumed_of(said: WorthAssumed | None) -> Assumed:
    """The engine's assumptions; where nobody said any, every quoted figure stands beside and nothing is assumed."""
    if said is None:
        return Assumed(beside=tuple(one.key for one in published_values()))
    unit = None
    if said.unit_likely is not None:
        parts = tuple(UnitPart(name, said.unit_parts[name]) for name in BEARERS if said.unit_parts.get(name))
        unit = UnitPounds(said.unit_least, said.unit_likely, said.unit_most, said.unit_prices, said.unit_source, parts)
    held = {one.key for one in published_values()}
    return Assumed(
        said.prices,
        said.optimism / 100,
        said.optimism_source,
        {bearer: share / 100 for bearer, share in said.cashable.items()},
        said.cash_reason,
        unit,
        tuple(key for key in said.beside if key in held),
        said.spent_on,
        day(said.made_at),
    )


def quoted_for(prices: str) -> tuple[Beside, ...]:
    """Every figure that others quote, in prices of a financial year."""
    return beside([one.key for one in published_values()], prices)
