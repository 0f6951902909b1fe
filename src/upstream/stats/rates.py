"""Rates against expectation, and funnel limits."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput
from upstream.stats.distributions import chi2_quantile, normal_quantile, reach
from upstream.stats.intervals import CONFIDENCE, Interval, poisson_interval

WINSORISED: Final = 0.10
"""Share of z scores drawn in at either end before overdispersion is estimated. Source: Spiegelhalter (2005)."""


def rate(count: float, population: float, per: float, *, confidence: float = CONFIDENCE) -> Interval:
    """A count per so many residents, with its exact Poisson interval.

    Question: how common is it, and how precisely is that known?

    Parameters: ``count`` of events; ``population`` (> 0); ``per`` the base, for example 1000; ``confidence`` 0 to 1.

    Assumes: a Poisson count and a population known exactly.

    When not to use: counts that vary more than Poisson; small areas whose daytime population differs from residents.

    Source: Garwood (1936), Biometrika 28, 437-442.
    """
    if not population > 0 or not per > 0:
        raise BadInput(f"A rate per {per} of {population} residents.", allowed="both more than 0")
    return poisson_interval(count, exposure=population / per, confidence=confidence)


def _kept_by_winsorising(share: float) -> float:
    """Mean square of a standard normal value winsorised by ``share`` at either end: 0.68 for a tenth."""
    edge = float(-normal_quantile(share))
    return 1 - 2 * share - 2 * edge * math.exp(-(edge**2) / 2) / math.sqrt(2 * math.pi) + 2 * share * edge**2


@dataclass(frozen=True, slots=True)
class FunnelLimits:
    """Limits of observed over expected.

    Attributes
    ----------
    level : float
        Coverage, 0 to 1.
    lower, upper : array (n,)
        Ratios; a unit outside differs from expectation by more than chance.
    between_units : float
        Standard deviation of the units' true ratios that the limits allow for; 0 for Poisson limits.
    """

    level: float
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    between_units: float


def funnel_limits(expected: ArrayLike, *, level: float = CONFIDENCE) -> FunnelLimits:
    """Exact Poisson limits of observed over expected counts.

    Question: which units differ from what was expected of them by more than chance?

    Parameters: ``expected`` (n,) counts (> 0); ``level`` 0 to 1, usually 0.95 or 0.998.

    Assumes: Poisson counts; expectations known.

    When not to use: units that differ for reasons the expectation leaves out (:func:`overdispersed_funnel_limits`).

    Source: Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202; chi-square quantiles over 2E.
    """
    e = _positive(expected)
    tail = (1 - level) / 2
    return FunnelLimits(
        level, chi2_quantile(tail, 2 * e) / (2 * e), chi2_quantile(1 - tail, 2 * (e + 1)) / (2 * e), 0.0
    )


def overdispersed_funnel_limits(
    observed: ArrayLike, expected: ArrayLike, *, level: float = CONFIDENCE, corrected: bool = True
) -> FunnelLimits:
    """Funnel limits widened for differences between units that the expectation leaves out (additive model).

    Question: which units differ by more than units usually do?

    Parameters: ``observed`` and ``expected`` (n,) counts, expected > 0; ``level`` 0 to 1; ``corrected`` makes good what
    winsorising takes from the spread of a normal sample (32%). As published, without it, 95% limits leave out some 11%
    of unremarkable units; ``corrected=False`` reproduces those.

    Assumes: true ratios normal about 1 on the ratio scale; z scores winsorised at 10%, so outliers do not hide
    themselves.

    When not to use: fewer than about ten units.

    Source: Spiegelhalter (2005), Statistics in Medicine 24, 1185-1202, section 4.
    """
    e, o = _positive(expected), np.asarray(observed, dtype=np.float64)
    s = 1 / np.sqrt(e)
    z = (o / e - 1) / s
    low, high = np.quantile(z, [WINSORISED, 1 - WINSORISED])
    phi = float(np.mean(np.clip(z, low, high) ** 2)) / (_kept_by_winsorising(WINSORISED) if corrected else 1.0)
    w, n = 1 / s**2, z.size
    tau2 = max(0.0, (n * phi - (n - 1)) / float(w.sum() - (w**2).sum() / w.sum())) if n > 1 else 0.0
    half = reach(level) * np.sqrt(s**2 + tau2)
    return FunnelLimits(level, np.maximum(1 - half, 0.0), 1 + half, float(np.sqrt(tau2)))


def _positive(expected: ArrayLike) -> NDArray[np.float64]:
    e = np.asarray(expected, dtype=np.float64)
    if e.size == 0 or np.any(~(e > 0)):
        raise BadInput("An expected count is not positive.", allowed="more than 0")
    return e
