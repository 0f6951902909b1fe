"""Tests of two counts, two proportions and two survey waves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput
from upstream.stats.distributions import binomial_test, fisher_test, poisson_pmf, poisson_quantile, two_sided
from upstream.stats.intervals import (
    CONFIDENCE,
    Interval,
    checked_share,
    difference_of_scores,
    newcombe_difference,
    rate_ratio,
    whole,
    wilson_interval_of_share,
)

SIGNIFICANCE: Final = 0.05
"""Two-sided level at which a change is called significant."""
LEAST_PERCENT_BASE: Final = 20
"""No per cent is given on an earlier count below this. Ours: the standard error of a per cent change on an equal count
is about 100 sqrt(2 / 20) = 32 points there, so the figure would be mostly noise."""
SMALL_SAMPLE: Final = 50
"""Below this many in either sample proportions are tested exactly. Ours: the cost is a little power."""
SMALL_EXPECTED: Final = 5.0
"""So they are when fewer than this many of either answer are expected in either sample: with 60 and 600 of a share of
0.5% the z test rejects 7.5% of true nulls. Source: Cochran (1954), Biometrics 10, 417-451."""
RELATIVE_TOLERANCE: Final = 1e-9
"""Outcomes this close to the observed one in probability count as equally extreme."""


@dataclass(frozen=True, slots=True)
class Change:
    """A count compared with an earlier one.

    Attributes
    ----------
    now, then : int
        The two counts.
    difference : int
        now - then.
    percent : float or None
        100 x (now - then) / then, divided by the earlier count; ``None`` when it would mislead.
    why_no_percent : str or None
        A sentence, exactly when ``percent`` is ``None``.
    ratio : Interval
        Rate now over rate then, allowing for exposure.
    p : float
        Two-sided exact p value (0 to 1).
    significant : bool
        Whether p is below the level asked for.
    """

    now: int
    then: int
    difference: int
    percent: float | None
    why_no_percent: str | None
    ratio: Interval
    p: float
    significant: bool


def change(
    now: float,
    then: float,
    *,
    exposure_now: float = 1.0,
    exposure_then: float = 1.0,
    dispersion: float = 1.0,
    level: float = SIGNIFICANCE,
    least_base: int = LEAST_PERCENT_BASE,
) -> Change:
    """A count against an earlier count: difference, per cent where it means something, and significance.

    Question: did this volume change by more than chance?

    Parameters: two counts; their exposures in one unit (for example days in the period) when these differ;
    ``dispersion`` (>= 1), the variance of a count over its mean: 1 tests Poisson counts exactly, more divides both
    counts by it before testing (a quasi-Poisson test); ``level`` two-sided; ``least_base`` the smallest earlier count
    that a per cent is given on.

    Assumes: independent counts of different periods.

    When not to use: to pick the largest of many changes (:func:`false_alarms.benjamini_hochberg` first); periods that
    overlap. Crime counts usually vary more than Poisson: pass the dispersion of the baseline.

    Source: Przyborowski and Wilenski (1940), Biometrika 31, 313-323 (exact conditional test).
    """
    first, second = whole(now, "The count now"), whole(then, "The count then")
    if dispersion < 1:
        raise BadInput(f"The dispersion is {dispersion}.", allowed="1 or more")
    p = conditional_test(
        round(first / dispersion), round(second / dispersion), exposure_now=exposure_now, exposure_then=exposure_then
    )
    ratio = rate_ratio(first, second, exposure_now=exposure_now, exposure_then=exposure_then, dispersion=dispersion)
    why = None
    if second == 0:
        why = "The earlier count is 0, so there is nothing to take a per cent of."
    elif second < least_base:
        why = f"The earlier count is {second}; no per cent is given on fewer than {least_base}."
    percent = None if why else 100 * (first - second) / second
    return Change(first, second, first - second, percent, why, ratio, p, p < level)


def conditional_test(now: float, then: float, *, exposure_now: float = 1.0, exposure_then: float = 1.0) -> float:
    """Exact two-sided p value that two Poisson counts have one rate.

    Question: could these two counts have come from the same rate?

    Parameters: two counts and their exposures in one unit.

    Assumes: independent Poisson counts; given the sum, ``now`` is binomial. Two-sided by summing every outcome no more
    likely than the one seen.

    When not to use: counts that vary more than Poisson; the test is conservative for small counts (:func:`e_test`).

    Source: Przyborowski and Wilenski (1940), Biometrika 31, 313-323.
    """
    first, second = whole(now, "The count now"), whole(then, "The count then")
    if first + second == 0:
        return 1.0
    share = exposure_now / (exposure_now + exposure_then)
    return binomial_test(first, first + second, share)


def e_test(
    now: float, then: float, *, exposure_now: float = 1.0, exposure_then: float = 1.0, pooled: bool = False
) -> float:
    """Two-sided p value that two Poisson counts have one rate, by the E-test: more power than conditioning.

    Question: as :func:`conditional_test`, for small counts.

    Parameters: two counts and their exposures in one unit; ``pooled`` puts the difference over its error at the pooled
    rate (the score form, which some packages print) and not, as published, over that of each count; the two agree where
    exposures do.

    Assumes: independent Poisson counts; the p value is computed at the pooled estimate of the rate.

    When not to use: counts above a few thousand (the exact conditional test loses nothing there and is quicker).

    Source: Krishnamoorthy and Thomson (2004), Journal of Statistical Planning and Inference 119, 23-35.
    """
    first, second = whole(now, "The count now"), whole(then, "The count then")
    if first + second == 0:
        return 1.0
    rate = (first + second) / (exposure_now + exposure_then)
    xs, ys = _poisson_support(rate * exposure_now), _poisson_support(rate * exposure_then)
    weight = np.outer(poisson_pmf(xs, rate * exposure_now), poisson_pmf(ys, rate * exposure_then))
    seen = abs(_standardised(np.array([[first]]), np.array([[second]]), exposure_now, exposure_then, pooled)[0, 0])
    others = np.abs(_standardised(xs[:, None], ys[None, :], exposure_now, exposure_then, pooled))
    return float(min(1.0, weight[others >= seen * (1 - RELATIVE_TOLERANCE)].sum()))


def _poisson_support(mean: float) -> NDArray[np.int64]:
    low, high = (poisson_quantile(p, mean) for p in (1e-12, 1 - 1e-12))
    return np.arange(max(low - 1, 0), high + 2)


def _standardised(
    x: NDArray[np.int64], y: NDArray[np.int64], exposure_x: float, exposure_y: float, pooled: bool
) -> NDArray[np.float64]:
    difference = x / exposure_x - y / exposure_y
    variance = x / exposure_x**2 + y / exposure_y**2
    if pooled:
        variance = (x + y) / (exposure_x * exposure_y)
    return np.where(variance > 0, difference / np.sqrt(np.where(variance > 0, variance, 1.0)), 0.0)


@dataclass(frozen=True, slots=True)
class ShareChange:
    """A proportion compared with an earlier one.

    Attributes
    ----------
    now, then : float
        Proportions, 0 to 1.
    difference : Interval
        now - then, in proportions (multiply by 100 for percentage points).
    p : float
        Two-sided p value (0 to 1).
    significant : bool
        Whether p is below the level asked for.
    effective_n_now, effective_n_then : float
        Sample sizes after weighting.
    """

    now: float
    then: float
    difference: Interval
    p: float
    significant: bool
    effective_n_now: float
    effective_n_then: float


def share_change(
    successes_now: float, n_now: float, successes_then: float, n_then: float, *, level: float = SIGNIFICANCE
) -> ShareChange:
    """Two proportions from independent samples.

    Question: did this proportion change by more than chance?

    Parameters: two numerators and denominators (counts); ``level`` two-sided.

    Assumes: independent samples of independent trials. Fisher's exact test when either sample is under 50 or either
    answer is rare (fewer than five expected), else the pooled z test; Newcombe's interval throughout, so test and
    interval may differ in the last digit near the level.

    When not to use: rolling waves that share respondents (:func:`overlapping_waves`); weighted surveys
    (:func:`weighted_share`).

    Source: Newcombe (1998), Statistics in Medicine 17, 873-890; Fisher (1935), The Design of Experiments.
    """
    hits_now, base_now = checked_share(successes_now, n_now)
    hits_then, base_then = checked_share(successes_then, n_then)
    pooled = (hits_now + hits_then) / (base_now + base_then)
    smaller = min(base_now, base_then)
    if smaller < SMALL_SAMPLE or min(pooled, 1 - pooled) * smaller < SMALL_EXPECTED:
        p = fisher_test(hits_now, base_now, hits_then, base_then)
    else:
        p = _z_p(hits_now / base_now - hits_then / base_then, pooled * (1 - pooled) * (1 / base_now + 1 / base_then))
    difference = newcombe_difference(hits_now, base_now, hits_then, base_then)
    return ShareChange(
        hits_now / base_now, hits_then / base_then, difference, p, p < level, float(base_now), float(base_then)
    )


def _z_p(difference: float, variance: float) -> float:
    if variance <= 0:
        return 1.0 if difference == 0 else 0.0
    return two_sided(difference / np.sqrt(variance))


@dataclass(frozen=True, slots=True)
class WeightedShare:
    """A proportion of a weighted sample.

    Attributes
    ----------
    interval : Interval
        The weighted proportion (0 to 1) with its Wilson interval at the effective sample size.
    n : int
        Respondents.
    effective_n : float
        Kish's effective sample size, (sum w)^2 / sum w^2.
    """

    interval: Interval
    n: int
    effective_n: float


def weighted_share(
    answers: ArrayLike, weights: ArrayLike | None = None, *, confidence: float = CONFIDENCE
) -> WeightedShare:
    """The weighted proportion of respondents who said yes.

    Question: what share of the population would say yes, and how precisely is that known?

    Parameters: ``answers`` (n,) of 0 and 1; ``weights`` (n,), positive, any scale; ``None`` weighs all alike.

    Assumes: weights that correct for unequal selection; answers unrelated to the weights (Kish's approximation).

    When not to use: clustered samples with a published design factor: divide n by it instead.

    Source: Kish (1965), Survey Sampling, section 11.2C.
    """
    yes = np.asarray(answers, dtype=np.float64)
    w = np.ones(yes.shape) if weights is None else np.asarray(weights, dtype=np.float64)
    if yes.size == 0 or yes.shape != w.shape or np.any(w <= 0) or not np.isin(yes, (0, 1)).all():
        raise BadInput("Answers and weights do not fit.", allowed="one positive weight for each answer of 0 or 1")
    effective = float(w.sum() ** 2 / (w**2).sum())
    share = float((w * yes).sum() / w.sum())
    return WeightedShare(wilson_interval_of_share(share, effective, confidence=confidence), yes.size, effective)


def overlapping_waves(
    share_now: float,
    n_now: float,
    share_then: float,
    n_then: float,
    *,
    shared_n: float,
    share_of_shared: float | None = None,
    level: float = SIGNIFICANCE,
) -> ShareChange:
    """Two rolling survey results that share respondents.

    Question: did a rolling twelve-month result change, when most of its interviews were in the earlier one too?

    Parameters: proportions (0 to 1) and effective sample sizes; ``shared_n`` respondents in both; ``share_of_shared``
    their proportion (default: the pooled one).

    Assumes: respondents are interviewed once; shared ones count alike in both results. The covariance of the two is
    shared_n p (1 - p) / (n_now n_then), so only those who entered or left make the difference.

    When not to use: panels that ask the same person again.

    Source: Kish (1965), Survey Sampling, section 12.4 (overlapping samples).
    """
    if not 0 <= shared_n <= min(n_now, n_then):
        raise BadInput(f"{shared_n} respondents are shared.", allowed="0 to the smaller sample")
    pooled = (share_now * n_now + share_then * n_then) / (n_now + n_then)
    shared = pooled if share_of_shared is None else share_of_shared
    covariance = shared_n * shared * (1 - shared) / (n_now * n_then)
    under_null = pooled * (1 - pooled) * (1 / n_now + 1 / n_then - 2 * shared_n / (n_now * n_then))
    p = _z_p(share_now - share_then, under_null)
    apart = difference_of_scores(
        wilson_interval_of_share(share_now, n_now), wilson_interval_of_share(share_then, n_then)
    )
    variance = share_now * (1 - share_now) / n_now + share_then * (1 - share_then) / n_then
    shrink = np.sqrt(max(0.0, 1 - 2 * covariance / variance)) if variance > 0 else 1.0
    difference = Interval(
        apart.estimate,
        float(apart.estimate - shrink * (apart.estimate - apart.lower)),
        float(apart.estimate + shrink * (apart.upper - apart.estimate)),
        apart.confidence,
    )
    return ShareChange(share_now, share_then, difference, p, p < level, float(n_now), float(n_then))


def holm(p_values: ArrayLike) -> NDArray[np.float64]:
    """p values adjusted so that the chance of any false rejection stays at the level, shape (n,).

    Question: which of a few comparisons (one an area) stand after allowing for their number?

    Parameters: ``p_values`` (n,), 0 to 1.

    Assumes: nothing about dependence.

    When not to use: hundreds of series, where it finds nothing (:func:`false_alarms.benjamini_hochberg`).

    Source: Holm (1979), Scandinavian Journal of Statistics 6, 65-70.
    """
    p = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    stepped = np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted
