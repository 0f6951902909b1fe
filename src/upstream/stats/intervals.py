"""Confidence intervals for proportions, counts and their ratios."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from upstream.errors import BadInput
from upstream.stats.distributions import beta_quantile, chi2_quantile, reach

CONFIDENCE: Final = 0.95
"""Two-sided confidence unless another is asked for."""


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and its confidence interval.

    Attributes
    ----------
    estimate, lower, upper : float
        In one unit: a proportion (0 to 1), a count, a rate, a ratio or a difference. NaN or infinite where it does
        not exist.
    confidence : float
        0 to 1.
    """

    estimate: float
    lower: float
    upper: float
    confidence: float = CONFIDENCE


def whole(value: float, name: str) -> int:
    """``value`` as a count; refused unless whole and not negative."""
    if not (value >= 0 and float(value).is_integer()):
        raise BadInput(f"{name} is {value}.", allowed="a whole number from 0")
    return int(value)


def checked_share(successes: float, n: float) -> tuple[int, int]:
    """The two counts of a proportion; refused when they cannot be one."""
    hits, base = whole(successes, "The numerator"), whole(n, "The denominator")
    if base == 0 or hits > base:
        raise BadInput(
            f"{hits} of {base} is not a proportion.", allowed="0 <= numerator <= denominator, denominator > 0"
        )
    return hits, base


def wilson_interval(successes: float, n: float, *, confidence: float = CONFIDENCE) -> Interval:
    """Wilson's score interval for a proportion.

    Question: how precisely is this proportion known?

    Parameters: ``successes`` of ``n`` (counts; fractional when ``n`` is an effective sample size: use
    :func:`wilson_interval_of_share`); ``confidence`` 0 to 1.

    Assumes: independent trials with one probability.

    When not to use: clustered or weighted samples without an effective n.

    Source: Wilson (1927), Journal of the American Statistical Association 22, 209-212.
    """
    hits, base = checked_share(successes, n)
    return wilson_interval_of_share(hits / base, base, confidence=confidence)


def wilson_interval_of_share(share: float, effective_n: float, *, confidence: float = CONFIDENCE) -> Interval:
    """As :func:`wilson_interval`, from a proportion (0 to 1) and an effective sample size that need not be whole."""
    z = reach(confidence)
    spread = 1 + z * z / effective_n
    middle = (share + z * z / (2 * effective_n)) / spread
    half = z / spread * np.sqrt(share * (1 - share) / effective_n + z * z / (4 * effective_n**2))
    lower = 0.0 if share == 0 else float(middle - half)
    upper = 1.0 if share == 1 else float(middle + half)
    return Interval(share, lower, upper, confidence)


def poisson_interval(count: float, *, exposure: float = 1.0, confidence: float = CONFIDENCE) -> Interval:
    """Exact interval for the mean of a Poisson count, divided by an exposure.

    Question: how precisely does one count measure the rate behind it?

    Parameters: ``count`` of events; ``exposure`` (> 0) in the unit the rate is wanted in, for example thousands of
    residents; ``confidence`` 0 to 1.

    Assumes: a Poisson count.

    When not to use: counts that vary more than Poisson; the interval is then too narrow.

    Source: Garwood (1936), Biometrika 28, 437-442: chi-square quantiles with 2x and 2(x + 1) degrees of freedom.
    """
    x = whole(count, "The count")
    if exposure <= 0:
        raise BadInput(f"The exposure is {exposure}.", allowed="more than 0")
    tail = (1 - confidence) / 2
    lower = 0.0 if x == 0 else float(chi2_quantile(tail, 2 * x)) / 2
    upper = float(chi2_quantile(1 - tail, 2 * (x + 1))) / 2
    return Interval(x / exposure, lower / exposure, upper / exposure, confidence)


def rate_ratio(
    count_now: float,
    count_then: float,
    *,
    exposure_now: float = 1.0,
    exposure_then: float = 1.0,
    dispersion: float = 1.0,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Exact conditional interval for the ratio of two Poisson rates, now over then.

    Question: by what factor did the rate change?

    Parameters: two counts and their exposures in one unit (days, residents); ``dispersion`` (>= 1), variance over mean,
    widens the interval; ``confidence`` 0 to 1.

    Assumes: independent Poisson counts. Given their sum the first is binomial; its Clopper-Pearson interval is carried
    over to the ratio.

    When not to use: overdispersed or overlapping counts (this year to date against a year that contains it).

    Source: Przyborowski and Wilenski (1940), Biometrika 31, 313-323; Clopper and Pearson (1934), Biometrika 26,
    404-413.
    """
    now, then = whole(count_now, "The count now"), whole(count_then, "The count then")
    scale = exposure_then / exposure_now
    if now + then == 0:
        return Interval(float("nan"), 0.0, float("inf"), confidence)
    tail = (1 - confidence) / 2
    x, y = now / dispersion, then / dispersion
    low = 0.0 if now == 0 else float(beta_quantile(tail, x, y + 1))
    high = 1.0 if then == 0 else float(beta_quantile(1 - tail, x + 1, y))
    estimate = now / then * scale if then else float("inf")
    return Interval(estimate, _odds(low) * scale, _odds(high) * scale, confidence)


def _odds(p: float) -> float:
    return p / (1 - p) if p < 1 else float("inf")


def newcombe_difference(
    successes_now: float, n_now: float, successes_then: float, n_then: float, *, confidence: float = CONFIDENCE
) -> Interval:
    """Newcombe's hybrid score interval for the difference of two proportions, now minus then.

    Question: by how many points did the proportion change, and how precisely is that known?

    Parameters: two numerators and denominators (counts); ``confidence`` 0 to 1. Returns proportions (-1 to 1).

    Assumes: two independent samples of independent trials.

    When not to use: waves that share respondents (:func:`comparisons.overlapping_waves`).

    Source: Newcombe (1998), Statistics in Medicine 17, 873-890, method 10.
    """
    now = wilson_interval(successes_now, n_now, confidence=confidence)
    then = wilson_interval(successes_then, n_then, confidence=confidence)
    return difference_of_scores(now, then)


def difference_of_scores(now: Interval, then: Interval) -> Interval:
    """The difference of two Wilson estimates with Newcombe's interval (:func:`newcombe_difference`)."""
    difference = now.estimate - then.estimate
    down = np.hypot(now.estimate - now.lower, then.upper - then.estimate)
    up = np.hypot(now.upper - now.estimate, then.estimate - then.lower)
    return Interval(difference, float(difference - down), float(difference + up), now.confidence)
