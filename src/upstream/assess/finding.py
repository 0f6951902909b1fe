"""What one method found, in a form that a page, a paper and a pool of results all read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from upstream.errors import BadInput
from upstream.stats.distributions import normal_cdf, reach
from upstream.stats.intervals import CONFIDENCE, Interval
from upstream.stats.yardstick import Likelihood, likelihood

Better = Literal["lower", "higher"]
"""Which way is good: fewer burglaries, more people satisfied."""
Comparison = Literal["none", "unproven", "comparable", "controlled"]
"""What the treated place was compared with: nothing; a place not shown to be like it; a place shown to be like it
before; several places, alike before or with other causes allowed for."""
MARYLAND_SOURCE: Final = (
    "Sherman, Gottfredson, MacKenzie, Eck, Reuter and Bushway (1998), Preventing crime: what works, what doesn't, "
    "what's promising, National Institute of Justice, Research in Brief, its scale of scientific methods"
)


class CountFree(str):
    """A sentence declared to hold no count of events: anybody may read it. Every other sentence may hold one."""

    __slots__ = ()


class Refused(BadInput):
    """The data cannot carry the question or the method: what was given, what is allowed, what to do."""


@dataclass(frozen=True, slots=True)
class Maryland:
    """The level of the Maryland scientific methods scale that was earned, 1 to 5, by what, and whether there was a
    comparison."""

    level: int
    reason: str
    compared: bool = False


def maryland(*, before_and_after: bool, comparison: Comparison = "none", random: bool = False) -> Maryland:
    """The level that a design earns: claimed by what was done, never by the name of a method.

    Question: how far does the design rule out that something else made the change?

    Parameters: ``before_and_after`` whether the outcome was counted before and after; ``comparison`` with what, and
    whether it was shown to be like the treated place; ``random`` whether chance chose who was treated.

    Assumes: that the parts of the design were carried out as said.

    When not to use: as a measure of how large or how certain an effect is.

    Source: Sherman et al. (1998), the scale of scientific methods (:data:`MARYLAND_SOURCE`).
    """
    if random and comparison != "none":
        return Maryland(
            5, "Chance chose who was treated, and they are compared with those who were not.", compared=True
        )
    if before_and_after and comparison == "controlled":
        return Maryland(
            4, "Several comparison places, alike before it began or with other causes allowed for.", compared=True
        )
    if before_and_after and comparison == "comparable":
        return Maryland(3, "Before and after, beside a comparison shown to be like it before.", compared=True)
    if before_and_after and comparison == "unproven":
        return Maryland(2, "Before and after, beside a comparison not shown to be like it.", compared=True)
    if before_and_after:
        return Maryland(2, "Before and after in one place: what else changed at the time is not ruled out.")
    if comparison != "none":
        return Maryland(2, "A comparison, but nothing counted before it began.", compared=True)
    return Maryland(1, "One look at one time: nothing to compare with.")


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """The graph of an assessment: what was seen beside what there would have been.

    Attributes
    ----------
    periods
        Labels, in order.
    observed, expected, low, high
        (periods,) in the finding's unit; NaN where a method says nothing.
    start
        Index of the first period after it began.
    """

    periods: tuple[str, ...]
    observed: NDArray[np.float64]
    expected: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    start: int

    def __post_init__(self) -> None:
        lengths = {len(self.periods), len(self.observed), len(self.expected), len(self.low), len(self.high)}
        if len(lengths) > 1 or not 0 < self.start < len(self.periods):
            raise BadInput("A line's parts differ in length, or it does not begin within them.", allowed="one a period")

    @property
    def counted(self) -> int:
        """Index of the first period after it began of which the method says something: while it was coming in, none."""
        said = np.flatnonzero(np.isfinite(self.expected[self.start :]))
        return self.start + int(said[0]) if said.size else self.start


@dataclass(frozen=True, slots=True)
class LogRatio:
    """An effect as results are pooled: the logarithm of the ratio and its standard error."""

    estimate: float
    error: float


@dataclass(frozen=True, slots=True, eq=False)
class Finding:
    """What one method found.

    Attributes
    ----------
    method, title
        Key, and the name a reader sees.
    question, estimand
        What was asked, and what exactly the effect is of, in words.
    unit
        What is counted, plural: ``"burglaries"``.
    better
        Which way is good.
    observed, counterfactual
        Totals after it began: as counted, and as there would have been without it.
    ratio, difference
        Effect as observed over counterfactual, and as observed minus counterfactual in the unit; None where a method
        has no such effect.
    p
        Two-sided p of no effect, or None.
    probability_of_benefit
        0 to 1: that the effect lies on the good side, as the method sees it.
    maryland
        Level of the Maryland scale that was earned.
    assumes, overturned_by
        What it rests on, and what would overturn it; sentences.
    caveats
        What a reader must know beside the figure; sentences, each :class:`CountFree` or for readers of counts alone.
    figures
        The method's own terms: ``{"step": -0.11, "dispersion": 1.8}``.
    line
        The graph, or None.
    log_ratio_error
        Standard error of the log ratio where the method has one; else it is read off the interval.
    measured
        Whether the effect is of a mean measure (a rate, a score) and not of a count.
    """

    method: str
    title: str
    question: str
    estimand: str
    unit: str
    better: Better
    observed: float
    counterfactual: float
    ratio: Interval | None
    difference: Interval | None
    p: float | None
    probability_of_benefit: float
    maryland: Maryland
    assumes: tuple[str, ...]
    overturned_by: tuple[str, ...]
    caveats: tuple[str, ...] = ()
    figures: Mapping[str, float | int | str] = field(default_factory=dict)
    line: Line | None = None
    log_ratio_error: float | None = None
    measured: bool = False

    def __post_init__(self) -> None:
        if self.ratio is None and self.difference is None:
            raise BadInput(f"{self.title} has no effect.", allowed="a ratio, a difference or both")
        if not 0 <= self.probability_of_benefit <= 1 or not (self.p is None or 0 <= self.p <= 1):
            raise BadInput(f"{self.title}: a probability is outside 0 to 1.")
        if not (self.assumes and self.overturned_by):
            raise BadInput(f"{self.title} does not say what it assumes and what would overturn it.")

    @property
    def verdict(self) -> Likelihood:
        """How likely it did good, on the probability yardstick."""
        return likelihood(self.probability_of_benefit)

    @property
    def log_ratio(self) -> LogRatio | None:
        """The effect as results are pooled; None without a finite ratio above nought."""
        effect = self.ratio
        if effect is None or not (0 < effect.estimate < math.inf):
            return None
        error = self.log_ratio_error
        if error is None and 0 < effect.lower <= effect.upper < math.inf:
            z = reach(effect.confidence)
            error = math.log(effect.upper / effect.lower) / (2 * z)
        return None if error is None else LogRatio(math.log(effect.estimate), error)


def something_expected(counterfactual: float) -> None:
    """Refuse an effect beside which nothing, or less than nothing, would have been: no change can be told from it."""
    if not counterfactual > 0:
        come_out = "cannot be told" if math.isnan(counterfactual) else f"comes out at {counterfactual:.1f}"
        raise Refused(
            f"What would have been counted without it {come_out}: there is nothing to hold a change against.",
            allowed="more than 0",
            remedy="Look at more kinds of event, a larger place, a longer time or another comparison.",
        )


def ratio_of(log_ratio: float, error: float, *, confidence: float = CONFIDENCE) -> Interval:
    """The ratio with its interval, from a log ratio and its standard error."""
    half = reach(confidence) * error
    return Interval(math.exp(log_ratio), math.exp(log_ratio - half), math.exp(log_ratio + half), confidence)


def difference_of(estimate: float, error: float, *, confidence: float = CONFIDENCE) -> Interval:
    """A difference with its interval, from its standard error."""
    half = reach(confidence) * error
    return Interval(estimate, estimate - half, estimate + half, confidence)


def chance_of_benefit(effect: float, error: float, better: Better) -> float:
    """The probability that a normal effect (log ratio or difference; nought is none) lies on the good side."""
    if error == 0:
        raise BadInput("A standard error of nought says nothing about chance.", allowed="more than 0")
    return float(normal_cdf((-effect if better == "lower" else effect) / error))


def benefit_from_p(p: float, better: Better, *, fell: bool) -> float:
    """The probability of benefit of a two-sided p: what is left of it lies on the side that the effect did not take."""
    good = fell == (better == "lower")
    return 1 - p / 2 if good else p / 2
