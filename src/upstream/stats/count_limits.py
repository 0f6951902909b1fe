"""Limits for counts, and the rule that chooses among kinds of limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.stats.distributions import (
    chi2_sf,
    negative_binomial_cdf,
    negative_binomial_quantile,
    negative_binomial_sf,
    normal_quantile,
    poisson_cdf,
    poisson_quantile,
)
from upstream.stats.limits import (
    ALPHA,
    BASELINE_WANTED,
    Limits,
    counts,
    known_values,
    t_limits,
    t_multiple,
)

SMALL_MEAN: Final = 10.0
"""Below a mean of ten a month, limits that assume a normal distribution miss their nominal cover."""
OVERDISPERSION_ALPHA: Final = 0.10
"""One-sided level at which a small-count baseline is taken to vary more than Poisson. Lenient, because 12 values show
overdispersion poorly and too narrow limits cost more than too wide ones."""
JEFFREYS_SHAPE: Final = 0.5
"""Shape of the Jeffreys prior of a Poisson mean. Source: Hahn and Meeker, Statistical Intervals, 2nd ed. (2017),
chapter 7."""


@dataclass(frozen=True, slots=True)
class Dispersion:
    """How much more than Poisson a baseline varies.

    Attributes
    ----------
    phi : float
        Pearson chi-square over its degrees of freedom: 1 for Poisson counts.
    p : float
        One-sided chance of so large a value for Poisson counts (0 to 1).
    """

    phi: float
    p: float


def dispersion(baseline: ArrayLike) -> Dispersion:
    """Pearson's dispersion of counts about their mean.

    Question: do these counts vary more than a Poisson count with a steady mean would?

    Parameters: ``baseline`` (n,) counts, NaN for missing.

    Assumes: the same expected count in every month.

    When not to use: when months have different exposure.

    Source: McCullagh and Nelder, Generalized Linear Models, 2nd ed. (1989), chapter 6.
    """
    held = counts(known_values(baseline))
    mean, n = float(held.mean()), held.size
    if mean == 0:
        return Dispersion(1.0, 1.0)
    chi2 = float(((held - mean) ** 2).sum() / mean)
    return Dispersion(chi2 / (n - 1), float(chi2_sf(chi2, n - 1)))


@dataclass(frozen=True, slots=True)
class Predictive:
    """Negative binomial distribution of one more count.

    Attributes
    ----------
    size : float
        Successes waited for; need not be whole.
    success : float
        Chance of success (0 to 1); the count is the number of failures.
    """

    size: float
    success: float

    def at_most(self, count: float) -> float:
        """P(X <= count)."""
        return negative_binomial_cdf(count, self.size, self.success)

    def above(self, count: float) -> float:
        """P(X > count)."""
        return negative_binomial_sf(count, self.size, self.success)

    def quantile(self, p: float) -> float:
        """The smallest count that is not exceeded with chance ``p`` or more."""
        return float(negative_binomial_quantile(p, self.size, self.success))


def poisson_predictive(baseline: ArrayLike) -> Predictive:
    """Of a Poisson count with the unknown mean of the baseline's, after Jeffreys: see :func:`poisson_limits`."""
    held = counts(known_values(baseline))
    return Predictive(float(held.sum()) + JEFFREYS_SHAPE, held.size / (held.size + 1))


def small_count_predictive(baseline: ArrayLike, *, alpha: float = ALPHA) -> Predictive | None:
    """What one more small count may be, if nothing changes; ``None`` from a mean of ten, where normal limits do.

    Question: what distribution do the limits of :func:`count_limits` take small counts to have?

    Parameters: as for :func:`poisson_limits`.

    Assumes: as :func:`poisson_limits`, or :func:`negative_binomial_limits` where the baseline varies more than Poisson.

    When not to use: rates, per cents and times.

    Source: Hahn and Meeker, Statistical Intervals, 2nd ed. (2017), chapter 7 (Jeffreys).
    """
    held = counts(known_values(baseline))
    if held.mean() >= SMALL_MEAN:
        return None
    wider = _wider_than_poisson(held, alpha) if dispersion(held).p < OVERDISPERSION_ALPHA else None
    return wider or poisson_predictive(held)


def _wider_than_poisson(held: NDArray[np.float64], alpha: float) -> Predictive | None:
    """As :func:`negative_binomial_limits`; ``None`` when its variance is no larger than the Poisson predictive one."""
    n, mean = held.size, float(held.mean())
    widening = t_multiple(n, alpha) / float(normal_quantile(1 - alpha / 2))
    variance = float(held.var(ddof=1)) * widening**2
    if variance <= mean * (1 + 1 / n) or mean == 0:
        return None
    return Predictive(mean**2 / (variance - mean), mean / variance)


def poisson_limits_known(expected: float, *, alpha: float = ALPHA) -> Limits:
    """Limits for a Poisson count whose expected value is known, not estimated.

    Question: is this count surprising if ``expected`` were the truth?

    Parameters: ``expected`` count (> 0); ``alpha`` two-sided, 0 to 1.

    Assumes: a Poisson count; a known mean.

    When not to use: when the mean comes from a short baseline (:func:`poisson_limits`).

    Source: quantiles of the Poisson distribution; the chance carried is the exact one, at most ``alpha``.
    """
    lower, upper = (float(poisson_quantile(q, expected)) for q in (alpha / 2, 1 - alpha / 2))
    chance = float(poisson_cdf(lower - 1, expected) + 1 - poisson_cdf(upper, expected))
    return Limits(expected, lower, upper, lower, "poisson_known", 0, 0, chance)


def poisson_limits(baseline: ArrayLike, *, alpha: float = ALPHA, wanted: int = BASELINE_WANTED) -> Limits:
    """Exact prediction limits for a Poisson count whose mean is estimated from the baseline.

    Question: which small counts are surprising, given how little a short baseline says of the mean?

    Parameters: ``baseline`` (n,) counts, NaN for missing; ``alpha`` two-sided, 0 to 1; ``wanted`` values in a full
    baseline.

    Assumes: Poisson counts with one mean. With T the sum of n baseline counts, a new count X given T is negative
    binomial with size T + 1/2 and success probability n / (n + 1).

    When not to use: counts that vary more than Poisson (:func:`negative_binomial_limits`).

    Source: Hahn and Meeker, Statistical Intervals, 2nd ed. (2017), chapter 7 (Jeffreys).
    """
    held, next_one = known_values(baseline), poisson_predictive(baseline)
    lower, upper = next_one.quantile(alpha / 2), next_one.quantile(1 - alpha / 2)
    false_alarm = next_one.at_most(lower - 1) + next_one.above(upper)
    return Limits(float(held.mean()), lower, upper, lower, "poisson", held.size, wanted, false_alarm)


def negative_binomial_limits(baseline: ArrayLike, *, alpha: float = ALPHA, wanted: int = BASELINE_WANTED) -> Limits:
    """Prediction limits for a count that varies more than Poisson.

    Question: which counts are surprising, when months differ by more than chance even in a steady year?

    Parameters: as for :func:`poisson_limits`.

    Assumes: negative binomial counts. The predictive variance is the sample variance widened as the t prediction
    limits widen it, (t / z)^2 (1 + 1/n), so that for large counts the limits approach :func:`limits.t_limits`. When
    that variance is no larger than the Poisson predictive one, the Poisson limits are returned.

    When not to use: baselines with a step or trend, which pass for overdispersion.

    Source: size = m^2 / (v - m), Cameron and Trivedi, Regression Analysis of Count Data, 2nd ed. (2013), chapter 3;
    the widening is ours, by analogy, and its cover is simulated (docs/explanation/calibration.md).
    """
    held = counts(known_values(baseline))
    wider = _wider_than_poisson(held, alpha)
    if wider is None:
        return poisson_limits(baseline, alpha=alpha, wanted=wanted)
    lower, upper = wider.quantile(alpha / 2), wider.quantile(1 - alpha / 2)
    return Limits(float(held.mean()), lower, upper, lower, "negative_binomial", held.size, wanted, alpha)


def count_limits(baseline: ArrayLike, *, alpha: float = ALPHA, wanted: int = BASELINE_WANTED) -> Limits:
    """The limits best suited to a series of counts.

    Question: which limits should stand beside the published mean +/- 2 SD?

    Parameters: as for :func:`poisson_limits`.

    Assumes: counts. The rule: mean of ten or more, the t prediction limits; smaller, exact Poisson limits unless the
    baseline varies more than Poisson at the 10% level, then negative binomial. The rule looks at the baseline only,
    never at the values to be judged.

    When not to use: rates, per cents and times (:func:`limits.t_limits`).

    Source: ours; chosen by simulated false-alarm rates (docs/explanation/control-charts.md).
    """
    held = counts(known_values(baseline))
    if held.mean() >= SMALL_MEAN:
        return t_limits(baseline, alpha=alpha, wanted=wanted)
    if dispersion(baseline).p < OVERDISPERSION_ALPHA:
        return negative_binomial_limits(baseline, alpha=alpha, wanted=wanted)
    return poisson_limits(baseline, alpha=alpha, wanted=wanted)
