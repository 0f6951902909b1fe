"""What an effect was worth, with how unsure it is carried through; never a saving without a comparison."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from upstream.assess.finding import Finding, Refused
from upstream.assess.unit_value import UnitPounds
from upstream.errors import BadInput
from upstream.harm.prices import PriceLevel
from upstream.stats.distributions import reach
from upstream.stats.intervals import CONFIDENCE, Interval

Floats = NDArray[np.float64]
DRAWS: Final = 20_000
NOT_SPLIT: Final = "not split"
"""Whoever bears the part of a unit cost that its source does not split."""


@dataclass(frozen=True, slots=True)
class Saved:
    """What one bearer is spared.

    Attributes
    ----------
    bearer
        "police", "justice", "health", "victim" ... or :data:`NOT_SPLIT`.
    share
        Of the whole, 0 to 1.
    benefit
        Pounds.
    cash
        Share of it that a budget would see, 0 to 1: nought unless somebody said otherwise.
    """

    bearer: str
    share: float
    benefit: Interval
    cash: float


@dataclass(frozen=True, slots=True)
class Worth:
    """What an effect was worth.

    Attributes
    ----------
    method
        Title of the method whose effect was valued.
    avoided
        Events that did not happen because of it; below nought, more happened.
    benefit, net
        Pounds, and pounds less what it cost.
    cost
        Pounds spent.
    chance_it_pays
        Probability that the benefit exceeds the cost, 0 to 1.
    returned
        Pounds of benefit for each pound spent; None where nothing was spent.
    cost_of_each
        Pounds spent for each event avoided; infinite where none was, or where that cannot be ruled out.
    break_even
        Events that must be avoided for it to pay; a range where the unit cost is one.
    can_be_wrong
        Share of the benefit that may be wrong before it no longer pays, 0 to 1; None where it does not pay.
    unit, level, optimism
        What was assumed: the unit cost, its re-pricing, the share taken off the benefit.
    bearers
        Whose it is, in the order of the unit cost's parts; they add up to the benefit.
    harm_days
        Days of harm avoided, valued apart: never added to pounds, because they are of the same events.
    """

    method: str
    avoided: Interval
    benefit: Interval
    net: Interval
    cost: float
    chance_it_pays: float
    returned: Interval | None
    cost_of_each: Interval
    break_even: Interval
    can_be_wrong: float | None
    unit: UnitPounds
    level: PriceLevel
    optimism: float
    bearers: tuple[Saved, ...]
    harm_days: Interval | None

    @property
    def cash(self) -> Interval:
        """Pounds that budgets would see; nought where nobody said that any is cash."""
        share = sum(one.cash * one.share for one in self.bearers)
        return _scaled(self.benefit, share)


def worth(
    finding: Finding,
    unit: UnitPounds,
    *,
    cost: float,
    rng: np.random.Generator,
    level: PriceLevel | None = None,
    optimism: float = 0.0,
    cashable: Mapping[str, float] | None = None,
    harm_days: float | None = None,
    draws: int = DRAWS,
    confidence: float = CONFIDENCE,
) -> Worth:
    """The worth of an effect on events that are better fewer.

    Question: what did the events that were avoided cost those who would have borne them, against what was spent?

    Parameters: ``finding`` from a method with a comparison; ``unit`` pounds an event; ``cost`` pounds spent, in the
    prices wanted; ``level`` the price level wanted over that of ``unit`` (as they are, unless given); ``optimism``
    share taken off the benefit, 0 to 1; ``cashable`` share of a bearer's part that a budget would see, by bearer;
    ``harm_days`` that one event weighs; ``draws`` of the Monte Carlo; ``confidence`` 0 to 1.

    Assumes: an effect normal as a difference, each side of the estimate as wide as its interval says, or else as a log
    ratio; a unit cost triangular between least and most;
    the two independent; that every event avoided saves its whole average cost, little of which is cash; nothing after
    the last period counted, so nothing is discounted.

    When not to use: without a comparison (refused); to add pounds to days of harm, which value the same events.

    Source: HM Treasury, The Green Book (2022), paragraphs 5.43 to 5.46 (optimism bias: benefits have no generic
    value, so the share is given by whoever has evidence of it) and its advice on switching values; own arrangement.
    """
    _allowed(finding, cost, optimism, harm_days)
    made = level or PriceLevel(unit.price_year, unit.price_year, 1.0, unit.source)
    avoided = _avoided(finding, rng, draws)
    wide = unit.most > unit.least
    pounds = rng.triangular(unit.least, unit.likely, unit.most, draws) if wide else np.full(draws, unit.likely)
    kept = made.factor * (1 - optimism)
    benefit = avoided * pounds * kept
    middle, each = _middle(finding), unit.likely * kept
    whole = _interval(middle * each, benefit, confidence)
    return Worth(
        finding.title,
        _interval(middle, avoided, confidence),
        whole,
        _interval(middle * each - cost, benefit - cost, confidence),
        cost,
        float((benefit > cost).mean()),
        _scaled(whole, 1 / cost) if cost else None,
        _cost_of_each(cost, _interval(middle, avoided, confidence)),
        _break_even(cost, each, pounds * kept, confidence),
        1 - cost / whole.estimate if whole.estimate > cost else None,
        unit,
        made,
        optimism,
        _bearers(unit, whole, cashable or {}),
        None if harm_days is None else _interval(middle * harm_days, avoided * harm_days, confidence),
    )


def _allowed(finding: Finding, cost: float, optimism: float, harm_days: float | None) -> None:
    if not finding.maryland.compared:
        raise Refused(
            f"{finding.title} compares with nothing: its change is not an effect, so it has no worth.",
            allowed="a finding with a comparison",
            remedy="Name a comparison place.",
        )
    if finding.better != "lower":
        raise Refused(f"{finding.unit} are better more.", allowed="events that are better fewer")
    if not (0 <= cost < math.inf and 0 <= optimism < 1 and 0 <= (harm_days or 0) < math.inf):
        raise BadInput(
            "A cost, a share for optimism or days of harm are not usable.", allowed="finite, from 0; a share under 100%"
        )


def parts_of(unit: UnitPounds) -> dict[str, float]:
    """Pounds of one event by who bears them, the rest as :data:`NOT_SPLIT`."""
    parts = {one.bearer: one.pounds for one in unit.parts}
    rest = unit.likely - sum(parts.values())
    return parts | ({NOT_SPLIT: rest} if rest > unit.likely * 1e-9 else {})


def _bearers(unit: UnitPounds, benefit: Interval, cashable: Mapping[str, float]) -> tuple[Saved, ...]:
    parts = parts_of(unit)
    unknown = [name for name in cashable if name not in parts]
    if unknown or any(not 0 <= share <= 1 for share in cashable.values()):
        raise BadInput(
            f"Nothing is known of what {unknown[0]} bears." if unknown else "A share that is cash is not usable.",
            allowed=f"{', '.join(parts)}; shares from 0 to 100%",
        )
    shares = {name: pounds / unit.likely if unit.likely else 0.0 for name, pounds in parts.items()}
    return tuple(Saved(name, share, _scaled(benefit, share), cashable.get(name, 0.0)) for name, share in shares.items())


def _break_even(cost: float, each: float, drawn: Floats, confidence: float) -> Interval:
    """Events that must be avoided: the dearer one is, the fewer."""
    if not each > 0:
        return Interval(math.inf, math.inf, math.inf, confidence)
    dear = _interval(each, drawn, confidence)
    return Interval(cost / each, cost / dear.upper, cost / dear.lower if dear.lower > 0 else math.inf, confidence)


def _cost_of_each(cost: float, avoided: Interval) -> Interval:
    """Pounds for each event avoided; without limit where none avoided cannot be ruled out."""
    low, middle, high = (
        cost / events if events > 0 else math.inf for events in (avoided.upper, avoided.estimate, avoided.lower)
    )
    return Interval(middle, low, high, avoided.confidence)


def _middle(finding: Finding) -> float:
    if finding.difference is not None and math.isfinite(finding.difference.estimate):
        return -finding.difference.estimate
    if finding.log_ratio is None:
        raise Refused(f"{finding.title} has no finite effect.", allowed="an effect with an interval")
    return finding.observed * (math.exp(-finding.log_ratio.estimate) - 1)


def _avoided(finding: Finding, rng: np.random.Generator, draws: int) -> Floats:
    effect = finding.difference
    if effect is not None and all(map(math.isfinite, (effect.estimate, effect.lower, effect.upper))):
        z = reach(effect.confidence)
        off = rng.normal(0.0, 1.0, draws) / z
        sides = np.where(off > 0, effect.upper - effect.estimate, effect.estimate - effect.lower)
        return -(effect.estimate + off * sides)
    if finding.log_ratio is None:
        raise Refused(f"{finding.title} has no finite effect.", allowed="an effect with an interval")
    ratio = np.exp(rng.normal(finding.log_ratio.estimate, finding.log_ratio.error, draws))
    avoided: Floats = finding.observed * (1 / ratio - 1)
    return avoided


def _interval(estimate: float, drawn: Floats, confidence: float) -> Interval:
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Interval(estimate, float(low), float(high), confidence)


def _scaled(of: Interval, by: float) -> Interval:
    return Interval(of.estimate * by, of.lower * by, of.upper * by, of.confidence)
