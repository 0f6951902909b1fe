"""What a wall of charts flags when nothing has changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput
from upstream.stats.comparisons import SIGNIFICANCE
from upstream.stats.count_limits import JEFFREYS_SHAPE, SMALL_MEAN, poisson_predictive, small_count_predictive
from upstream.stats.distributions import (
    chi2_quantile,
    normal_cdf,
    normal_quantile,
    normal_sf,
    poisson_cdf,
    t_quantile,
    two_sided,
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


def small_count_false_alarms(limits: Limits, baseline: ArrayLike, rules: RuleSet, *, points: int) -> FalseAlarms:
    """Expected false flags of one series of small counts, whose runs and limits the normal distribution misjudges.

    Question: how often would this chart be flagged, if nothing had changed? Of a series with a mean of a quarter most
    months are 0, and seven below the mean in a row are no news: 18%, not 3.5%.

    Parameters: ``limits`` with the ``baseline`` (n,) of counts, mean under ten, that they were made from; ``rules``;
    ``points`` in the chart.

    Assumes: independent Poisson counts, their mean gamma distributed about the baseline's (Jeffreys). Chances as in
    :func:`expected_false_alarms`, worked out for each of 64 means and averaged. Two equal counts end a trend, so its
    chance is at most that of a continuous value.

    When not to use: counts that vary much more than Poisson flag more.

    Source: as :func:`expected_false_alarms`; checked in ``tests/calibration/test_measures_wall.py``.
    """
    held = counts(known_values(baseline))
    if held.mean() >= SMALL_MEAN:
        raise BadInput(f"The baseline's mean is {held.mean():g}.", allowed=f"less than {SMALL_MEAN:g}")
    shares = (np.arange(NODES) + 0.5) / NODES
    means = chi2_quantile(shares, 2 * (held.sum() + JEFFREYS_SHAPE)) / (2 * held.size)
    centre, reach = limits.centre, NEAR_LIMIT
    above, below = _beyond(means, centre, high=True), _beyond(means, centre, high=False)
    outside = _beyond(means, limits.upper, high=True) + _beyond(means, limits.lower, high=False)
    near_high = _beyond(means, centre + reach * (limits.upper - centre), high=True)
    near_low = _beyond(means, centre - reach * (centre - limits.lower_unfloored), high=False)
    near = sum(np.mean(b * (one**2 - (one - b) ** 2)) for one, b in ((above, near_high), (below, near_low)))
    shift = np.mean(above**rules.shift + below**rules.shift) if rules.shift and points >= rules.shift else 0.0
    return FalseAlarms(
        series=1,
        outside=float(outside.mean()),
        shift=float(shift),
        trend=trend_chance(rules.trend) if rules.trend and points >= rules.trend else 0.0,
        near=float(near) if rules.near and points >= 3 else 0.0,
    )


def _beyond(means: NDArray[np.float64], line: float, *, high: bool) -> NDArray[np.float64]:
    """Chance that a Poisson count of each mean lies strictly beyond a line."""
    if high:
        return np.array([1 - float(poisson_cdf(np.floor(line), mean)) for mean in means])
    return np.array([float(poisson_cdf(np.ceil(line) - 1, mean)) for mean in means])


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


def outside_p(value: float, baseline: ArrayLike, *, of_counts: bool) -> float:
    """Two-sided chance of a value at least as far out as this one, if the series has not changed.

    Question: how surprising is the latest value, given its baseline?

    Parameters: ``value`` and ``baseline`` (n,) in one unit; ``of_counts`` whether they count things: small ones are
    judged as :func:`count_limits.count_limits` judges them (predictive distribution, doubled smaller tail), all else
    as normal values (t). NaN where every baseline value is the same and no count: nothing says how far is far.

    Assumes: as :func:`count_limits.count_limits` or :func:`limits.t_limits`.

    When not to use: values whose months carry over into one another.

    Source: Hahn and Meeker, Statistical Intervals (1991), chapters 4 and 7.
    """
    held = known_values(baseline)
    n = held.size
    sd = float(held.std(ddof=1))
    next_one = small_count_predictive(held) if of_counts else None
    if next_one is None and of_counts and sd == 0:
        next_one = poisson_predictive(held)
    if next_one is not None:
        return min(1.0, 2 * min(next_one.at_most(value), next_one.above(value - 1)))
    if sd == 0:
        return float("nan")
    return two_sided((value - held.mean()) / (sd * np.sqrt(1 + 1 / n)), n - 1)


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
