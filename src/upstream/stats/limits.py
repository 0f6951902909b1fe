"""Control limits for a series of values, from a baseline of earlier values.

Every function takes the baseline as an array (NaN for a missing value) and returns :class:`Limits`. Limits are never
rounded: a value equal to a rounded limit may lie on either side of the real one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from upstream.errors import BadInput
from upstream.stats.distributions import normal_cdf, poisson_cdf, t_quantile, two_sided

LimitMethod = Literal["sd", "t", "xmr", "c", "poisson_known", "poisson", "negative_binomial"]

BASELINE_WANTED: Final = 12
"""Values in a full baseline: the months of one financial year."""
BASELINE_LEAST: Final = 10
"""Fewer values than this refuse a baseline; 10 or 11 are used and the result says so."""
SD_MULTIPLE: Final = 2.0
"""Mean +/- 2 SD. Source: West Mercia Police and Crime Panel, 7 September 2022, performance report p.45."""
ALPHA: Final = 0.05
"""Two-sided chance of a false flag that the count-suited and t limits aim at."""
XMR_CONSTANT: Final = 2.66
"""3 / 1.128 rounded. Source: NHS England, Making Data Count; NHSRplotthedots, ``ptd_spc_standard``."""
RANGE_OF_TWO: Final = 1.128
"""Mean range of two normal values, in standard deviations (d2). Source: NIST/SEMATECH e-Handbook, 6.3.2.2."""
XMR_CONSTANT_EXACT: Final = 3 / RANGE_OF_TWO
"""Unrounded. Source: NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.2."""
MOVING_RANGE_SCREEN: Final = 3.267
"""Upper limit of a moving range of two, as a multiple of its mean. Source: NHSRplotthedots, ``ptd_spc_standard``."""
MOVING_RANGE_RELATIVE_VARIANCE: Final = 0.826
"""(n - 1) x relative variance of the mean moving range of two. Source: Cryer and Ryan (1990), Journal of Quality
Technology 22(3), 187-192."""
C_CHART_MULTIPLE: Final = 3.0
"""Source: NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.3.1."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Control limits, in the unit of the series and unrounded.

    Attributes
    ----------
    centre : float
        Centre line: the mean of the baseline.
    lower, upper : float
        A value strictly below ``lower`` or strictly above ``upper`` is outside.
    lower_unfloored : float
        The lower limit before the floor was applied; run rules measure their two-thirds lines from it.
    method : str
        How the limits were made.
    baseline_n : int
        Values that the baseline held.
    baseline_wanted : int
        Values that a full baseline would hold.
    false_alarm : float
        Nominal chance that a value of an unchanged series lies outside, given ``baseline_n`` (0 to 1); NaN when it
        is not known in closed form.
    ddof : int or None
        Delta degrees of freedom of the standard deviation, when one was used (1: divided by n - 1).
    """

    centre: float
    lower: float
    upper: float
    lower_unfloored: float
    method: LimitMethod
    baseline_n: int
    baseline_wanted: int
    false_alarm: float
    ddof: int | None = None

    @property
    def baseline_is_full(self) -> bool:
        """Whether every wanted baseline value was held."""
        return self.baseline_n >= self.baseline_wanted


def known_values(baseline: ArrayLike, *, least: int = BASELINE_LEAST) -> NDArray[np.float64]:
    """The values of a baseline that are held, in order; refuses fewer than ``least``.

    A NaN is a missing value: it is left out and never counts as zero.
    """
    values = np.asarray(baseline, dtype=np.float64)
    if values.ndim != 1:
        raise BadInput(f"A baseline of shape {values.shape} was given.", allowed="one row of values")
    held = values[np.isfinite(values)]
    if held.size < least:
        raise BadInput(
            f"The baseline holds {held.size} of {values.size} values.",
            allowed=f"at least {least}",
            remedy="Add the missing months, or print the series without limits.",
        )
    return held


def _made(
    centre: float,
    lower: float,
    upper: float,
    method: LimitMethod,
    n: int,
    wanted: int,
    false_alarm: float,
    floor: float | None,
    ddof: int | None = None,
) -> Limits:
    floored = lower if floor is None else max(lower, floor)
    return Limits(centre, floored, upper, lower, method, n, wanted, false_alarm, ddof)


def sd_limits(
    baseline: ArrayLike, *, multiple: float = SD_MULTIPLE, floor: float | None = 0.0, wanted: int = BASELINE_WANTED
) -> Limits:
    """Limits at the mean plus and minus a multiple of the sample standard deviation.

    Question: which values are far from last year's, by the rule that the force publishes?

    Parameters: ``baseline`` (n,) values in any unit, NaN for missing; ``multiple`` of the standard deviation (n - 1 in
    its denominator, ddof = 1); ``floor`` no lower limit goes below, ``None`` for a series that may be negative;
    ``wanted`` values in a full baseline.

    Assumes: independent values of one normal distribution in baseline and after.

    When not to use: counts under about ten a month (:func:`count_limits`); series with a trend or seasons in the
    baseline, which widen the limits. With 12 baseline values 8.1% of unchanged values lie outside, not 4.6%:
    ``false_alarm`` carries P(|t with n - 1 df| > multiple / sqrt(1 + 1/n)).

    Source: West Mercia Police and Crime Panel, 7 September 2022, performance report p.45; the t distribution of a new
    value: Hahn and Meeker, Statistical Intervals (1991), chapter 4.
    """
    held = known_values(baseline)
    n = held.size
    mean, sd = float(held.mean()), float(held.std(ddof=1))
    chance = two_sided(multiple / np.sqrt(1 + 1 / n), n - 1)
    return _made(mean, mean - multiple * sd, mean + multiple * sd, "sd", n, wanted, chance, floor, ddof=1)


def t_limits(
    baseline: ArrayLike, *, alpha: float = ALPHA, floor: float | None = 0.0, wanted: int = BASELINE_WANTED
) -> Limits:
    """Limits that one new value of an unchanged series leaves with chance ``alpha``: 2.29 SD for 12 values at 5%.

    Question: which values are surprising, when the mean and SD themselves are estimates?

    Parameters: ``baseline`` (n,) values in any unit, NaN for missing; ``alpha`` two-sided, 0 to 1; ``floor`` and
    ``wanted`` as for :func:`sd_limits`.

    Assumes: independent values of one normal distribution in baseline and after.

    When not to use: small counts (:func:`count_limits`); trending or seasonal baselines.

    Source: Hahn and Meeker, Statistical Intervals (1991), chapter 4.
    """
    held = known_values(baseline)
    n = held.size
    mean, sd = float(held.mean()), float(held.std(ddof=1))
    half = t_multiple(n, alpha) * sd
    return _made(mean, mean - half, mean + half, "t", n, wanted, alpha, floor, ddof=1)


def t_multiple(n: int, alpha: float = ALPHA) -> float:
    """Standard deviations from the mean of ``n`` values to a two-sided prediction limit for one more."""
    return float(t_quantile(1 - alpha / 2, n - 1) * np.sqrt(1 + 1 / n))


def moving_ranges(values: ArrayLike) -> NDArray[np.float64]:
    """Absolute differences of neighbouring values, shape (n - 1,); NaN wherever either neighbour is missing."""
    return np.abs(np.diff(np.asarray(values, dtype=np.float64)))


def independence_p(values: ArrayLike) -> float:
    """One-sided chance that independent values would follow one another as closely as these do.

    Question: does each month carry over into the next, so that limits made for independent months flag too often?

    Parameters: ``values`` (n,) in time order, NaN for missing (a step never bridges a gap); NaN is returned for fewer
    than ten values, 1 when they are all alike.

    Assumes: roughly normal values; the ratio of the mean squared step to twice the variance is about normal.

    When not to use: to find the size of the dependence; seasonal series fail it too, and rightly.

    Source: von Neumann (1941), Annals of Mathematical Statistics 12, 367-395; variance 4 (n - 2) / (n^2 - 1) of the
    ratio: Young (1941), Annals of Mathematical Statistics 12, 293-300.
    """
    x = np.asarray(values, dtype=np.float64)
    held = x[np.isfinite(x)]
    steps = moving_ranges(x)
    steps = steps[np.isfinite(steps)]
    n = held.size
    if n < BASELINE_LEAST or steps.size == 0:
        return float("nan")
    spread = float(held.var())
    if spread == 0:
        return 1.0
    ratio = float(np.mean(steps**2)) * (n - 1) / n / spread
    return float(normal_cdf((ratio - 2) / np.sqrt(4 * (n - 2) / (n**2 - 1))))


def xmr_limits(
    baseline: ArrayLike,
    *,
    screened: bool = False,
    constant: float = XMR_CONSTANT,
    floor: float | None = 0.0,
    wanted: int = BASELINE_WANTED,
) -> Limits:
    """Limits at the mean plus and minus a multiple of the mean moving range (individuals chart).

    Question: which values are outside the routine month-to-month variation?

    Parameters: ``baseline`` (n,) values in time order, NaN for missing (a moving range never bridges a gap);
    ``screened`` drops moving ranges of 3.267 times their mean or more, once; ``constant`` 2.66 or 3/1.128 (they differ
    in the fourth digit); ``floor`` and ``wanted`` as for :func:`sd_limits`.

    Assumes: independent, roughly normal values; a slow drift is not taken for noise.

    When not to use: seasonal or autocorrelated series (too narrow), small counts.

    Source: NIST/SEMATECH e-Handbook, 6.3.2.2; NHS England, Making Data Count; NHSRplotthedots ``ptd_spc_standard``.
    The nominal false-alarm chance treats the mean moving range as a scale with 0.605 (n - 1) degrees of freedom: Cryer
    and Ryan (1990), Journal of Quality Technology 22(3), 187-192. Simulated, it is half a point too high at most.
    """
    held = known_values(baseline)
    ranges = moving_ranges(baseline)
    ranges = ranges[np.isfinite(ranges)]
    if ranges.size == 0:
        raise BadInput("No two neighbouring baseline values are held.", allowed="at least one pair of neighbours")
    typical = float(ranges.mean())
    if screened and typical > 0:
        kept = ranges[ranges < MOVING_RANGE_SCREEN * typical]
        typical = float(kept.mean()) if kept.size else typical
    mean, n = float(held.mean()), held.size
    chance = _xmr_false_alarm(constant, n, ranges.size)
    return _made(mean, mean - constant * typical, mean + constant * typical, "xmr", n, wanted, chance, floor)


def _xmr_false_alarm(constant: float, n: int, ranges: int) -> float:
    """Chance that a new normal value lies outside; c4 is the bias of the scale with the degrees of freedom used."""
    df = ranges / (2 * MOVING_RANGE_RELATIVE_VARIANCE)
    c4 = np.sqrt(2 / df) * np.exp(special.gammaln((df + 1) / 2) - special.gammaln(df / 2))
    return two_sided(constant * RANGE_OF_TWO / c4 / np.sqrt(1 + 1 / n), df)


def c_chart_limits(baseline: ArrayLike, *, multiple: float = C_CHART_MULTIPLE, wanted: int = BASELINE_WANTED) -> Limits:
    """Limits at the mean plus and minus three square roots of the mean (c chart).

    Question: which counts are outside, if they vary as a Poisson count does?

    Parameters: ``baseline`` (n,) counts, NaN for missing; ``multiple`` of the square root of the mean; ``wanted``
    values in a full baseline.

    Assumes: Poisson counts with a known mean, large enough to be roughly normal.

    When not to use: recorded crime, which varies more than Poisson; means under about ten. Kept for comparison with
    published charts.

    Source: NIST/SEMATECH e-Handbook, 6.3.3.1.
    """
    held = counts(known_values(baseline))
    mean = float(held.mean())
    half = multiple * np.sqrt(mean)
    inside = poisson_cdf(np.floor(mean + half), mean) - poisson_cdf(np.ceil(mean - half) - 1, mean)
    return _made(mean, mean - half, mean + half, "c", held.size, wanted, float(1 - inside), 0.0)


def counts(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The values, refused unless every one is a whole number of zero or more."""
    if np.any(values < 0) or np.any(values != np.floor(values)):
        raise BadInput("Count limits were asked for values that are not counts.", allowed="whole numbers from 0")
    return values
