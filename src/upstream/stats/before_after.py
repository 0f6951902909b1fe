"""Counts by month before and after, alone and against a comparison, where counts vary more than by chance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc

from upstream.errors import BadInput
from upstream.stats.distributions import beta_quantile, normal_quantile, normal_sf, reach, two_sided
from upstream.stats.intervals import CONFIDENCE, Interval

Floats = NDArray[np.float64]
SMOOTHED: Final = 0.5
"""Added to each count before its logarithm is taken. Source: Gart (1966), Biometrika 53, 637-639; for small counts:
Agresti (1999), Biometrics 55, 597-602."""
LEAST_PERIODS: Final = 4
"""Fewer periods show no drift: a line and its error take three."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A rate after over a rate before, alone or over the same ratio of a comparison.

    Attributes
    ----------
    ratio : Interval
        1 is no change, 0.8 a fall by a fifth. A limit is 0 or infinite where a count is nil.
    p : float
        Two-sided p value of no change (0 to 1); below the level exactly when the interval leaves out 1.
    expected : float
        Events that there would have been after without a change.
    observed : float
        Events after.
    dispersion : float
        Variance of a month's count over its mean that was allowed for (1 or more).
    degrees : float
        Degrees of freedom of ``dispersion``; infinite where it was given.
    """

    ratio: Interval
    p: float
    expected: float
    observed: float
    dispersion: float
    degrees: float

    @property
    def difference(self) -> Interval:
        """Events more (below 0: fewer) than expected; what is expected is taken as it is."""
        low, high = (
            self.expected * (limit - 1) if self.expected else 0.0 for limit in (self.ratio.lower, self.ratio.upper)
        )
        return Interval(self.observed - self.expected, low, high, self.ratio.confidence)


def counts_before_after(
    before: ArrayLike,
    after: ArrayLike,
    *,
    exposure_before: ArrayLike = 1.0,
    exposure_after: ArrayLike = 1.0,
    dispersion: float | None = None,
    confidence: float = CONFIDENCE,
) -> Ratio:
    """The rate of months after over that of months before.

    Question: by what factor did this count change, allowing for how much its months vary?

    Parameters: ``before`` (n,) and ``after`` (m,) counts by month; their exposures (days, residents), one or one a
    month; ``dispersion`` (1 or more) where it is known, else it is estimated from the months of both periods;
    ``confidence`` 0 to 1.

    Assumes: months that vary independently about one level before and another after: no season (compare the same
    months of two years), no trend.

    When not to use: to call a change an effect: what would have happened anyway is not in it. A place chosen for a bad
    time falls back by itself.

    Source: Przyborowski and Wilenski 1940, Biometrika 31, 313-323 (given their sum the later count is binomial); Brown,
    Cai and DasGupta 2001, Statistical Science 16, 101-133 (Jeffreys' limits); McCullagh and Nelder 1989, section 6.2
    (variance over mean).
    """
    return counts_compared(
        before,
        after,
        None,
        None,
        exposure_before=exposure_before,
        exposure_after=exposure_after,
        dispersion=dispersion,
        confidence=confidence,
    )


def counts_compared(
    before: ArrayLike,
    after: ArrayLike,
    control_before: ArrayLike | None,
    control_after: ArrayLike | None,
    *,
    exposure_before: ArrayLike = 1.0,
    exposure_after: ArrayLike = 1.0,
    dispersion: float | None = None,
    degrees: float = float("inf"),
    confidence: float = CONFIDENCE,
) -> Ratio:
    """The ratio after over before of a treated place, over that of a comparison in the same months.

    Question: did the treated place change by another factor than the comparison?

    Parameters: ``before`` (n,), ``after`` (m,), ``control_before`` (n,) and ``control_after`` (m,) counts of the same
    months; exposures of the treated place and of the comparison move alike; ``dispersion`` (1 or more) where it is
    known, else it is estimated from how treated and comparison months vary about their shares of one another;
    ``degrees`` of freedom of a given dispersion; ``confidence`` 0 to 1.

    Assumes: without a change both would have changed by one factor; what moves both (season, trend, weather) is then
    out of it. Months vary independently otherwise.

    When not to use: a comparison that what was done reaches too; one that moved otherwise before.

    Source: Gart 1966, Biometrika 53, 637-639; Agresti 1999, Biometrics 55, 597-602 (limits for small counts).
    """
    periods = [_counts(before, "before"), _counts(after, "after")]
    controls = None
    if control_before is not None and control_after is not None:
        controls = [_counts(control_before, "comparison before"), _counts(control_after, "comparison after")]
        if [len(c) for c in controls] != [len(p) for p in periods]:
            raise BadInput("Treated and comparison months differ in number.", allowed="the same months of both")
    exposures = [_exposure(exposure_before, periods[0]), _exposure(exposure_after, periods[1])]
    phi, free = _dispersion(periods, controls, exposures) if dispersion is None else (dispersion, degrees)
    if phi < 1:
        raise BadInput(f"The dispersion is {phi}.", allowed="1 or more")
    return _ratio(periods, controls, exposures, phi, free, confidence)


def _counts(counts: ArrayLike, name: str) -> Floats:
    held = np.atleast_1d(np.asarray(counts, dtype=np.float64))
    if held.ndim != 1 or not held.size or not np.isfinite(held).all() or (held < 0).any():
        raise BadInput(f"The counts {name} are {np.asarray(counts).tolist()}.", allowed="one or more counts from 0")
    return held


def _exposure(exposure: ArrayLike, counts: Floats) -> Floats:
    held = np.broadcast_to(np.asarray(exposure, dtype=np.float64), counts.shape)
    if not np.isfinite(held).all() or (held <= 0).any():
        raise BadInput("An exposure is not above 0.", allowed="numbers above 0")
    return held


def _dispersion(periods: list[Floats], controls: list[Floats] | None, exposures: list[Floats]) -> tuple[float, float]:
    """Pearson's chi-square over its degrees of freedom, within each period, and those degrees."""
    chi, free = 0.0, 0
    for at, (y, exposed) in enumerate(zip(periods, exposures, strict=True)):
        if controls is None:
            expected = [exposed * y.sum() / exposed.sum()]
        else:
            both, share = y + controls[at], (y.sum() / max(y.sum() + controls[at].sum(), 1.0))
            expected = [both * share, both * (1 - share)]
        for seen, mean in zip([y] if controls is None else [y, controls[at]], expected, strict=True):
            kept = mean > 0
            chi += float(((seen - mean)[kept] ** 2 / mean[kept]).sum())
        free += len(y) - 1
    if not free:
        raise BadInput(
            "One count before and one after do not show how much counts vary.",
            allowed="several months, or a dispersion",
            remedy="Give the counts by month.",
        )
    return max(1.0, chi / free), float(free)


def _ratio(
    periods: list[Floats],
    controls: list[Floats] | None,
    exposures: list[Floats],
    phi: float,
    free: float,
    confidence: float,
) -> Ratio:
    first, second = (float(p.sum()) for p in periods)
    change = float(exposures[1].sum() / exposures[0].sum())
    others: tuple[float, ...] = ()
    if controls is not None:
        others = (float(controls[0].sum()), float(controls[1].sum()))
        change = others[1] / others[0] if others[0] else float("inf")
    if first + second == 0 or (controls is not None and sum(others) == 0):
        raise BadInput(
            "No event was counted, before or after.", allowed="events in the treated place and in the comparison"
        )
    if controls is None:
        low, high, p = _conditional(second / phi, first / phi, change, free, confidence)
    else:
        low, high, p = _of_four(np.array([first, second, *others]), phi, free, confidence)
    estimate = second / (first * change) if first * change > 0 and np.isfinite(change) else float("inf")
    ratio = Interval(estimate, low, high, confidence)
    expected = first * change if np.isfinite(change) else float("nan")
    return Ratio(ratio, p, expected, second, phi, free)


def _conditional(
    after: float, before: float, change: float, free: float, confidence: float
) -> tuple[float, float, float]:
    """Limits of a ratio of two counts, and p: given their sum the later is a share, its limits Jeffreys'.

    Where the dispersion was estimated each tail is as far out as Student's t says.
    """
    tail = float(normal_sf(reach(confidence, free)))
    low = 0.0 if after == 0 else float(beta_quantile(tail, after + SMOOTHED, before + SMOOTHED))
    high = 1.0 if before == 0 else float(beta_quantile(1 - tail, after + SMOOTHED, before + SMOOTHED))
    nil = change / (1 + change)
    below = float(betainc(after + SMOOTHED, before + SMOOTHED, nil))
    outer = min(below, 1 - below)
    p = two_sided(float(normal_quantile(1 - outer)), free) if outer > 0 else 0.0
    return low / (1 - low) / change, high / (1 - high) / change if high < 1 else float("inf"), p


def _of_four(cells: Floats, phi: float, free: float, confidence: float) -> tuple[float, float, float]:
    """Limits of a ratio of ratios, and p, from counts before, after, and of the comparison before, after."""
    signs = np.array([-1.0, 1.0, 1.0, -1.0])
    log = float(signs @ np.log(cells + SMOOTHED))
    error = float(np.sqrt(phi * (1 / (cells + SMOOTHED)).sum()))
    low, high = np.exp(log + np.array([-1, 1]) * reach(confidence, free) * error)
    nil_below, nil_above = bool((cells[signs > 0] == 0).any()), bool((cells[signs < 0] == 0).any())
    return 0.0 if nil_below else float(low), float("inf") if nil_above else float(high), two_sided(log / error, free)


@dataclass(frozen=True, slots=True)
class Drift:
    """How the share of a treated place among treated and comparison moved before anything was done.

    Attributes
    ----------
    per_period : Interval
        Factor by which the ratio of treated to comparison grew a period; 1 where they moved alike.
    p : float
        Two-sided p value of moving alike (0 to 1).
    periods : int
        Periods looked at.
    """

    per_period: Interval
    p: float
    periods: int


def drift_apart(counts: ArrayLike, control: ArrayLike, *, confidence: float = CONFIDENCE) -> Drift:
    """Whether a treated place and its comparison drifted apart before anything was done.

    Question: did the two move alike before, so that the comparison says what would have happened after?

    Parameters: ``counts`` and ``control`` (n,) of the same periods before, four or more; ``confidence`` 0 to 1.

    Assumes: periods vary independently about a straight line of the logarithm of the ratio.

    When not to use: to prove that they moved alike: with few periods a drift goes unseen. Read the interval.

    Source: Armitage 1955, Biometrics 11, 375-386 (trend of a proportion, score form), its variance times Pearson's
    dispersion.
    """
    y, c = _counts(counts, "of the place"), _counts(control, "of the comparison")
    if len(y) != len(c) or len(y) < LEAST_PERIODS or not y.sum() or not c.sum():
        raise BadInput(
            f"{len(y)} and {len(c)} periods.", allowed=f"{LEAST_PERIODS} or more of both, with events in both"
        )
    both, share = y + c, float(y.sum() / (y.sum() + c.sum()))
    at = np.arange(len(y)) - float(both @ np.arange(len(y)) / both.sum())
    information = share * (1 - share) * float(both @ at**2)
    kept = both > 0
    chi = float(((y - both * share)[kept] ** 2 / (both[kept] * share * (1 - share))).sum())
    slope = float(at @ (y - both * share)) / information
    left = max(chi - slope**2 * information, 0.0)
    phi, free = max(1.0, left / (int(kept.sum()) - 2)), float(int(kept.sum()) - 2)
    error = float(np.sqrt(phi / information))
    low, high = np.exp(slope + np.array([-1, 1]) * reach(confidence, free) * error)
    per_period = Interval(float(np.exp(slope)), float(low), float(high), confidence)
    return Drift(per_period, two_sided(slope / error, free), len(y))
