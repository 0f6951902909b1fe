"""What a wall of charts flags when nothing has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.stats.comparisons import SIGNIFICANCE
from upstream.stats.distributions import (
    chi2_quantile,
    negative_binomial_cdf,
    negative_binomial_sf,
    normal_cdf,
    normal_quantile,
    normal_sf,
    t_quantile,
    t_sf,
)
from upstream.stats.limits import Limits, counts, known_values
from upstream.stats.run_rules import NEAR_LIMIT, RuleSet

NODES: Final = 64
"""Quadrature nodes for the estimated mean and for the estimated scale."""


@dataclass(frozen=True, slots=True)
class FalseAlarms:
    """Flags to expect on the latest point of every chart when no series has changed.

    Attributes
    ----------
    series : int
        Charts on the wall.
    outside, shift, trend, near : float
        Expected charts whose latest point breaks each rule, both directions together. They overlap, so the sum is an
        upper bound for charts with any flag.
    """

    series: int
    outside: float
    shift: float
    trend: float
    near: float

    @property
    def at_most(self) -> float:
        """Upper bound of the expected number of charts with any flag."""
        return min(float(self.series), self.outside + self.shift + self.trend + self.near)


def expected_false_alarms(limits: Sequence[Limits], rules: RuleSet, *, points: int) -> FalseAlarms:
    """Expected false flags on a wall, summed over its series.

    Question: how many of the flags on this wall would be there if nothing had changed?

    Parameters: ``limits``, one for each series; ``rules``; ``points`` in each chart up to and including the latest.

    Assumes: unchanged, independent, roughly normal values, whatever the series' dependence on one another (a sum of
    expectations). Outside: the chance that the limits carry, 8.1% for mean +/- 2 SD on 12 values. Shift of L: the
    chance that L values lie on one side of a mean itself estimated from n values, averaged over that error: 2 / 2^L if
    the mean were known. Trend of L: 2 / L!. Near: the latest value beyond two thirds of the limit, with at least one
    of the two before it, all three on one side, averaged over the errors of mean and scale.

    When not to use: series with seasons or autocorrelation, which flag more.

    Source: derivations in docs/explanation/control-charts.md, checked by simulation in docs/explanation/calibration.md.
    """
    outside = sum(each.false_alarm for each in limits)
    known = [each.baseline_n for each in limits]
    shift = sum(shift_chance(n, rules.shift) for n in known) if rules.shift and points >= rules.shift else 0.0
    trend = len(known) * trend_chance(rules.trend) if rules.trend and points >= rules.trend else 0.0
    near = sum(near_chance(each.baseline_n, _multiple(each)) for each in limits) if rules.near and points >= 3 else 0.0
    return FalseAlarms(len(known), outside, shift, trend, near)


def _multiple(limits: Limits) -> float:
    """Distance from centre to limit in standard deviations that would give the limits' false-alarm chance."""
    n = max(limits.baseline_n, 2)
    return round(float(-t_quantile(limits.false_alarm / 2, n - 1) * np.sqrt(1 + 1 / n)), 6)


@lru_cache(maxsize=256)
def shift_chance(baseline_n: int, length: int) -> float:
    """Chance that the latest ``length`` unchanged values all lie on one side of a mean estimated from ``baseline_n``.

    Assumes values after the baseline; the mean's error is normal with variance 1 / n of a value's. 0 for n: known mean.
    """
    above = normal_cdf(_mean_errors(baseline_n))
    return float(np.mean(above**length + (1 - above) ** length))


def trend_chance(points: int) -> float:
    """Chance that the latest ``points`` unchanged values are in rising or in falling order: 2 / points!."""
    return 2 / float(np.prod(np.arange(1, points + 1, dtype=np.float64)))


@lru_cache(maxsize=256)
def near_chance(baseline_n: int, multiple: float) -> float:
    """Chance that the latest value is one of two of three near a limit ``multiple`` estimated SDs from the mean."""
    mean = _mean_errors(baseline_n)[:, None]
    shares = (np.arange(NODES) + 0.5) / NODES
    scale = np.sqrt(chi2_quantile(shares, baseline_n - 1) / (baseline_n - 1))[None, :] if baseline_n > 1 else 1.0
    chance = 0.0
    for side in (1, -1):
        one_side = normal_sf(side * mean)
        beyond = normal_sf(side * mean + NEAR_LIMIT * multiple * scale)
        chance += float(np.mean(beyond * (one_side**2 - (one_side - beyond) ** 2)))
    return chance


def _mean_errors(baseline_n: int) -> NDArray[np.float64]:
    shares = (np.arange(NODES) + 0.5) / NODES
    width = 1 / np.sqrt(baseline_n) if baseline_n else 0.0
    return np.asarray(width * normal_quantile(shares))


def outside_p(value: float, baseline: ArrayLike, *, poisson: bool) -> float:
    """Two-sided chance of a value at least as far out as this one, if the series has not changed.

    Question: how surprising is the latest value, given its baseline?

    Parameters: ``value`` and ``baseline`` (n,) in one unit; ``poisson`` whether to take them as Poisson counts (exact
    predictive distribution, doubled smaller tail) or as normal values (t).

    Assumes: as :func:`count_limits.poisson_limits` or :func:`limits.t_limits`.

    When not to use: choosing ``poisson`` after seeing the value.

    Source: Hahn and Meeker, Statistical Intervals (1991), chapters 4 and 7.
    """
    held = known_values(baseline)
    n = held.size
    if poisson:
        size, success = float(counts(held).sum()) + 0.5, n / (n + 1)
        tails = negative_binomial_cdf(value, size, success), negative_binomial_sf(value - 1, size, success)
        return float(min(1.0, 2 * min(tails)))
    sd = float(held.std(ddof=1))
    if sd == 0:
        return 1.0 if value == held.mean() else 0.0
    return float(2 * t_sf(abs(value - held.mean()) / (sd * np.sqrt(1 + 1 / n)), n - 1))


def benjamini_hochberg(p_values: ArrayLike) -> NDArray[np.float64]:
    """q values: the share of false flags to expect if everything up to this p value were flagged; shape (n,).

    Question: which of very many points stand out, if a known share of the flags may be false?

    Parameters: ``p_values`` (n,), 0 to 1; NaN (no value held) stays NaN and does not count.

    Assumes: independent or positively dependent p values, uniform or larger when nothing changed.

    When not to use: a handful of comparisons (:func:`comparisons.holm`).

    Source: Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57, 289-300.
    """
    p = np.asarray(p_values, dtype=np.float64)
    held = np.flatnonzero(np.isfinite(p))
    order = held[np.argsort(p[held], kind="stable")]
    scaled = p[order] * held.size / np.arange(1, held.size + 1)
    q = np.full(p.shape, np.nan)
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return q


def stands_out(q_values: ArrayLike, *, level: float = SIGNIFICANCE) -> NDArray[np.bool_]:
    """Whether each q value is at most the level; NaN is not. Shape (n,)."""
    return np.asarray(np.nan_to_num(np.asarray(q_values, dtype=np.float64), nan=1.0) <= level)
