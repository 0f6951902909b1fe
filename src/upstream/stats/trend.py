"""Whether series rise or fall: Mann and Kendall's test, with ties and memory allowed for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm, rankdata

from upstream.errors import BadInput

Floats = NDArray[np.float64]

Memory = Literal["fitted", "hamed rao", "none"]
"""How the variance allows for periods that are like the one before. ``hamed rao``: by the significant ones of the first
three autocorrelations of the ranks, as published. ``fitted``: by one autocorrelation, freed of the bias that taking the
trend out gives it, and its powers; in 24 periods with a memory of 0.5 it finds a trend in 8% where there is
none, the published way in 18%, no allowance in 19% (tests/calibration/test_stats_places.py)."""

FEWEST: Final = 6
_LAGS: Final = 3
_SIGNIFICANT: Final = 0.05
_STRONGEST: Final = 0.95
_ALIKE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Trend:
    """Trends of many series.

    Attributes, each array (n,)
    ----------
    s : of int64
        Later values that are higher, less those that are lower, over all pairs.
    tau : of float64
        ``s`` over the number of pairs, -1 to 1.
    slope : of float64
        Sen's: median change a step over all pairs.
    variance : of float64
        Of ``s`` where nothing changes, with ties and memory.
    z, p : of float64
        Standardised ``s`` and its two-sided chance; 0 and 1 where all values are alike.
    """

    s: NDArray[np.int64]
    tau: Floats
    slope: Floats
    variance: Floats
    z: Floats
    p: Floats


def mann_kendall(series: ArrayLike, *, memory: Memory = "fitted") -> Trend:
    """Mann and Kendall's test of many series at once.

    Question: does what is counted at a place go up, or down, over the periods?

    Parameters:

    series : (n, periods)
        Values, one row a place, equally spaced in time.
    memory
        How the variance allows for it: :data:`Memory`.

    Assumes: no trend under the null, whatever the distribution; memory that fades from step to step. Ties are
    allowed for.

    When not to use: fewer than about ten periods (p is rough); series with seasons, unless whole years are compared.

    Source: Kendall 1975, Rank Correlation Methods, ch. 4 (ties); Hamed and Rao 1998, Journal of Hydrology 204:182-196;
    Sen 1968, Journal of the American Statistical Association 63:1379-1389; bias of the autocorrelation as van
    Giersbergen 2005, Economics Letters 89:188-191.
    """
    x = np.atleast_2d(np.asarray(series, np.float64))
    number, periods = x.shape
    if periods < FEWEST or not np.isfinite(x).all():
        raise BadInput(f"{number} series of {periods} periods.", allowed=f"{FEWEST} periods or more without gaps")
    s, slope = _pairs(x)
    variance = _variance(x)
    if memory != "none":
        variance = variance * _inflation(_autocorrelations(x, slope, memory))
    spread = np.sqrt(np.maximum(variance, 0))
    z = np.divide(s - np.sign(s), spread, out=np.zeros(number), where=spread > 0)
    return Trend(s, s / (periods * (periods - 1) / 2), slope, variance, z, 2 * norm.sf(np.abs(z)))


def _pairs(x: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Signs summed over all pairs, and the median slope."""
    periods = x.shape[1]
    first, second = np.triu_indices(periods, 1)
    s, slope = np.zeros(len(x), np.int64), np.zeros(len(x))
    most = max(1, 4_000_000 // len(first))  # rows at a time: pairs of all at once would not fit
    for start in range(0, len(x), most):
        rise = x[start : start + most, second] - x[start : start + most, first]
        s[start : start + most] = np.sign(rise).sum(1)
        slope[start : start + most] = np.median(rise / (second - first), axis=1)
    return s, slope


def _variance(x: Floats) -> Floats:
    """Of s, from the number of periods and how many values are alike."""
    periods = x.shape[1]
    ordered = np.sort(x, axis=1)
    # t(t-1)(2t+5) summed over runs of t alike: added up by each member's place in its run
    place = np.ones(x.shape)
    for at in range(1, periods):
        place[:, at] = np.where(ordered[:, at] == ordered[:, at - 1], place[:, at - 1] + 1, 1)

    def lost(t: Floats) -> Floats:
        return t * (t - 1) * (2 * t + 5)

    ties = (lost(place) - lost(place - 1)).sum(1)
    variance: Floats = (periods * (periods - 1) * (2 * periods + 5) - ties) / 18
    return variance


def _autocorrelations(x: Floats, slope: Floats, memory: Memory) -> Floats:
    """Of the ranks, trend taken out, by lag from 1: (n, periods - 1)."""
    periods = x.shape[1]
    rest = x - slope[:, None] * np.arange(1, periods + 1)
    step = np.maximum(np.abs(x).max(1, keepdims=True), 1) * _ALIKE  # what a last binary digit sets apart is alike
    ranks = rankdata(np.round(rest / step), axis=1)
    ranks = ranks - ranks.mean(1, keepdims=True)
    whole = (ranks**2).sum(1)
    lags = _LAGS if memory == "hamed rao" else 1
    products = np.stack([(ranks[:, lag:] * ranks[:, :-lag]).sum(1) for lag in range(1, lags + 1)], axis=1)
    rho = np.divide(products, whole[:, None], out=np.zeros(products.shape), where=whole[:, None] > 0)
    if memory == "hamed rao":
        limit = norm.ppf(1 - _SIGNIFICANT / 2) / np.sqrt(periods)
        found = np.zeros((len(x), periods - 1))
        found[:, :lags] = np.where(np.abs(rho) > limit, rho, 0)
        return found
    # a see-saw is taken for chance: a variance that is too small finds trends that are not there
    unbiased = np.clip((rho + 2 / periods) / (1 - 4 / periods), 0, _STRONGEST)
    powers: Floats = unbiased ** np.arange(1, periods)
    return powers


def _inflation(rho: Floats) -> Floats:
    """How much wider autocorrelations (n, periods - 1) make the variance of s."""
    periods = rho.shape[1] + 1
    left = periods - np.arange(1, periods)
    total = (left * (left - 1) * (left - 2) * rho).sum(1)
    inflation: Floats = 1 + 2 * total / (periods * (periods - 1) * (periods - 2))
    return inflation
