"""What an effect was worth, with how unsure it is carried through; never a saving without a comparison."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from upstream.assess.finding import Finding, Refused
from upstream.errors import BadInput
from upstream.stats.distributions import normal_quantile
from upstream.stats.intervals import CONFIDENCE, Interval

DRAWS: Final = 20_000


@dataclass(frozen=True, slots=True)
class UnitPounds:
    """Pounds that one event costs: a likely value with its least and most, the year of prices, and where it is from."""

    least: float
    likely: float
    most: float
    price_year: str
    source: str

    def __post_init__(self) -> None:
        if not 0 <= self.least <= self.likely <= self.most:
            raise BadInput(
                f"{self.least}, {self.likely}, {self.most} are no cost.", allowed="0 <= least <= likely <= most"
            )


@dataclass(frozen=True, slots=True)
class Worth:
    """What an effect was worth.

    Attributes
    ----------
    avoided
        Events that did not happen because of it; below nought, more happened.
    benefit, net
        Pounds, and pounds less what it cost.
    chance_it_pays
        Probability that the benefit exceeds the cost, 0 to 1.
    cost_of_each
        Pounds spent for each event avoided at the estimate; infinite where none was.
    break_even
        Events that must be avoided for it to pay.
    price_year, source
        Of the unit cost.
    """

    avoided: Interval
    benefit: Interval
    net: Interval
    chance_it_pays: float
    cost_of_each: float
    break_even: float
    price_year: str
    source: str


def worth(
    finding: Finding,
    unit: UnitPounds,
    *,
    cost: float,
    rng: np.random.Generator,
    optimism: float = 0.0,
    deflator: float = 1.0,
    draws: int = DRAWS,
    confidence: float = CONFIDENCE,
) -> Worth:
    """The worth of an effect on events that are better fewer.

    Question: what did the events that were avoided cost those who would have borne them, against what was spent?

    Parameters: ``finding`` from a method with a comparison; ``unit`` pounds an event; ``cost`` pounds spent, in the
    prices wanted; ``optimism`` share taken off the benefit, 0 to 1; ``deflator`` the price level wanted over that of
    ``unit``; ``draws`` of the Monte Carlo; ``confidence`` 0 to 1.

    Assumes: an effect normal as a difference, or else as a log ratio; a unit cost triangular between least and most;
    the two independent; that every event avoided saves its whole average cost, little of which is cash.

    When not to use: without a comparison (refused); to add to days of harm, which value the same events.

    Source: HM Treasury, The Green Book (appraisal with optimism bias and uncertainty carried through); own arrangement.
    """
    if not finding.maryland.compared:
        raise Refused(
            f"{finding.title} compares with nothing: its change is not an effect, so it has no worth.",
            allowed="a finding with a comparison",
            remedy="Name a comparison place.",
        )
    if finding.better != "lower":
        raise Refused(f"{finding.unit} are better more.", allowed="events that are better fewer")
    if cost < 0 or not 0 <= optimism < 1 or deflator <= 0:
        raise BadInput(
            "A cost, optimism or deflator is not usable.", allowed="cost from 0, optimism 0 to 1, deflator > 0"
        )
    avoided = _avoided(finding, rng, draws)
    wide = unit.most > unit.least
    pounds = rng.triangular(unit.least, unit.likely, unit.most, draws) if wide else np.full(draws, unit.likely)
    kept = deflator * (1 - optimism)
    benefit = avoided * pounds * kept
    middle = _middle(finding)
    each = unit.likely * kept
    return Worth(
        _interval(middle, avoided, confidence),
        _interval(middle * each, benefit, confidence),
        _interval(middle * each - cost, benefit - cost, confidence),
        float((benefit > cost).mean()),
        cost / middle if middle > 0 else math.inf,
        cost / each if each > 0 else math.inf,
        unit.price_year,
        unit.source,
    )


def _middle(finding: Finding) -> float:
    if finding.difference is not None and math.isfinite(finding.difference.estimate):
        return -finding.difference.estimate
    if finding.log_ratio is None:
        raise Refused(f"{finding.title} has no finite effect.", allowed="an effect with an interval")
    return finding.observed * (math.exp(-finding.log_ratio.estimate) - 1)


def _avoided(finding: Finding, rng: np.random.Generator, draws: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    effect = finding.difference
    if effect is not None and all(map(math.isfinite, (effect.estimate, effect.lower, effect.upper))):
        z = float(normal_quantile(0.5 + effect.confidence / 2))
        return -rng.normal(effect.estimate, (effect.upper - effect.lower) / (2 * z), draws)
    if finding.log_ratio is None:
        raise Refused(f"{finding.title} has no finite effect.", allowed="an effect with an interval")
    ratio = np.exp(rng.normal(finding.log_ratio.estimate, finding.log_ratio.error, draws))
    avoided: np.ndarray[tuple[int], np.dtype[np.float64]] = finding.observed * (1 / ratio - 1)
    return avoided


def _interval(estimate: float, drawn: np.ndarray[tuple[int], np.dtype[np.float64]], confidence: float) -> Interval:
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Interval(estimate, float(low), float(high), confidence)
