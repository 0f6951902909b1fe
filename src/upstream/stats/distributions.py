"""The distributions that intervals, limits and tests need, straight from SciPy's special functions.

``scipy.stats`` gives the same figures; importing it takes most of a second and each call of it a tenth of a
millisecond, which a wall of a thousand charts feels. Arguments may be arrays unless a docstring says otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

AS_EXTREME: Final = 1e-7
"""Outcomes at most this much likelier (relatively) than the one seen count as equally extreme: ties are lost in the
rounding of probabilities. Source: R, ``binom.test`` and ``fisher.test``."""

Floats = NDArray[np.float64]


def normal_cdf(x: ArrayLike) -> Floats:
    """P(Z <= x) of a standard normal value."""
    return np.asarray(special.ndtr(x))


def normal_sf(x: ArrayLike) -> Floats:
    """P(Z > x) of a standard normal value."""
    return np.asarray(special.ndtr(-np.asarray(x)))


def normal_quantile(p: ArrayLike) -> Floats:
    """The value that a standard normal value does not exceed with chance ``p``."""
    return np.asarray(special.ndtri(p))


def t_sf(x: ArrayLike, df: ArrayLike) -> Floats:
    """P(T > x) of Student's t."""
    return np.asarray(special.stdtr(df, -np.asarray(x)))


def t_quantile(p: ArrayLike, df: ArrayLike) -> Floats:
    """The value that Student's t does not exceed with chance ``p``."""
    return np.asarray(special.stdtrit(df, p))


def reach(confidence: float, df: float = math.inf) -> float:
    """How many standard errors a two-sided interval reaches to either side: Student's t, normal for endless ``df``."""
    tail = 0.5 + confidence / 2
    return float(normal_quantile(tail)) if math.isinf(df) else float(t_quantile(tail, df))


def two_sided(statistic: float, df: float = math.inf) -> float:
    """Chance of a statistic as far from nought, to either side: Student's t, normal for endless ``df``."""
    return float(2 * (normal_sf(abs(statistic)) if math.isinf(df) else t_sf(abs(statistic), df)))


def chi2_sf(x: ArrayLike, df: ArrayLike) -> Floats:
    """P(X > x) of chi-square."""
    return np.asarray(special.chdtrc(df, x))


def chi2_quantile(p: ArrayLike, df: ArrayLike) -> Floats:
    """The value that chi-square does not exceed with chance ``p``."""
    return np.asarray(2 * special.gammaincinv(np.asarray(df) / 2, p))


def beta_quantile(p: ArrayLike, a: ArrayLike, b: ArrayLike) -> Floats:
    """The value that a beta-distributed share does not exceed with chance ``p``."""
    return np.asarray(special.betaincinv(a, b, p))


def poisson_pmf(k: ArrayLike, mean: float) -> Floats:
    """P(X = k) of a Poisson count."""
    at = np.asarray(k, dtype=np.float64)
    return np.asarray(np.exp(special.xlogy(at, mean) - special.gammaln(at + 1) - mean))


def poisson_cdf(k: ArrayLike, mean: float) -> Floats:
    """P(X <= k) of a Poisson count; 0 for negative ``k``."""
    at = np.floor(k)
    return np.where(at < 0, 0.0, special.pdtr(np.maximum(at, 0), mean))


def poisson_quantile(p: float, mean: float) -> int:
    """The smallest count that a Poisson count does not exceed with chance ``p`` or more."""
    return _smallest(p, special.pdtrik(p, mean), lambda k: float(special.pdtr(k, mean)))


def negative_binomial_cdf(k: float, size: float, success: float) -> float:
    """P(X <= k) of the failures before ``size`` successes; ``size`` need not be whole; 0 for negative ``k``."""
    return float(special.betainc(size, math.floor(k) + 1, success)) if k >= 0 else 0.0


def negative_binomial_sf(k: float, size: float, success: float) -> float:
    """P(X > k) of the failures before ``size`` successes."""
    return float(special.betaincc(size, math.floor(k) + 1, success)) if k >= 0 else 1.0


def negative_binomial_quantile(p: float, size: float, success: float) -> int:
    """The smallest count that the failures before ``size`` successes do not exceed with chance ``p`` or more."""
    near = special.nbdtrik(p, size, success)
    return _smallest(p, near, lambda k: negative_binomial_cdf(k, size, success))


def binomial_quantile(p: float, n: int, share: float) -> int:
    """The smallest number of hits in ``n`` trials that is not exceeded with chance ``p`` or more."""
    return _smallest(p, special.bdtrik(p, n, share), lambda k: float(special.bdtr(k, n, share)))


def _smallest(p: float, near: float, cdf: Callable[[int], float]) -> int:
    """The smallest whole number whose ``cdf`` is at least ``p``, from a value ``near`` it."""
    k = math.ceil(near) if math.isfinite(near) else 0
    while k > 0 and cdf(k - 1) >= p:
        k -= 1
    while cdf(k) < p:
        k += 1
    return k


def binomial_test(hits: int, n: int, share: float) -> float:
    """Two-sided exact p value of ``hits`` in ``n`` trials: every outcome no likelier than the one seen.

    Question: could so many hits come from trials of this probability?

    Parameters: whole numbers 0 <= ``hits`` <= ``n``; ``share`` between 0 and 1.

    Assumes: independent trials of one probability.

    When not to use: counts that vary more than binomial.

    Source: Clopper and Pearson (1934), Biometrika 26, 404-413; the two-sided rule as in R's ``binom.test``.
    """
    middle = n * share
    if hits == middle:
        return 1.0
    bound = _log_binomial(hits, n, share) + math.log1p(AS_EXTREME)
    if hits < middle:  # the first outcome beyond the mode that is no likelier
        low, high = math.ceil(middle), n + 1
        while low < high:
            at = (low + high) // 2
            low, high = (low, at) if _log_binomial(at, n, share) <= bound else (at + 1, high)
        return min(1.0, _at_most(hits, n, share) + _at_least(low, n, share))
    low, high = -1, math.floor(middle)  # the last outcome before the mode that is no likelier
    while low < high:
        at = (low + high + 1) // 2
        low, high = (at, high) if _log_binomial(at, n, share) <= bound else (low, at - 1)
    return min(1.0, _at_most(low, n, share) + _at_least(hits, n, share))


def _log_binomial(k: int, n: int, share: float) -> float:
    ways = math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)
    return ways + k * math.log(share) + (n - k) * math.log1p(-share)


def _at_most(k: int, n: int, share: float) -> float:
    return float(special.bdtr(k, n, share)) if k >= 0 else 0.0


def _at_least(k: int, n: int, share: float) -> float:
    return 0.0 if k > n else 1.0 if k <= 0 else float(special.bdtrc(k - 1, n, share))


def fisher_test(hits_now: int, n_now: int, hits_then: int, n_then: int) -> float:
    """Two-sided exact p value of two proportions, given their total: every table no likelier than the one seen.

    Question: could these two shares be one?

    Parameters: two numerators and denominators; the smaller sample should be in the thousands at most (every table is
    looked at).

    Assumes: two independent samples.

    When not to use: samples that share members.

    Source: Fisher (1935), The Design of Experiments, section 21; the two-sided rule as in R's ``fisher.test``.
    """
    hits, total = hits_now + hits_then, n_now + n_then
    x = np.arange(max(0, hits - n_then), min(n_now, hits) + 1, dtype=np.float64)

    def log_ways(n: float, k: Floats) -> Floats:
        return np.asarray(special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1))

    chance = np.exp(log_ways(n_now, x) + log_ways(n_then, hits - x) - log_ways(total, np.array(float(hits))))
    seen = chance[hits_now - int(x[0])]
    return float(min(1.0, chance[chance <= seen * (1 + AS_EXTREME)].sum()))
