"""An index made of several indicators of the same areas, and how far its ranks can be trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri
from scipy.stats import rankdata

from upstream.errors import BadInput
from upstream.stats.intervals import CONFIDENCE
from upstream.stats.rate_smoothing import variance_of_rates

Transformation = Literal["exponential", "z", "normal"]
Array = NDArray[np.float64]

DECAY: Final = 23.0
"""Constant of the exponential transformation: 10% cancellation and the most deprived tenth spread over half of the
scale. Source: Ministry of Housing, Communities and Local Government, The English Indices of Deprivation 2019: technical
report, on the transformation of domain ranks (section 3.6)."""
TOP: Final = 100.0
SIMULATIONS: Final = 1000
WEIGHT_CONCENTRATION: Final = 50.0
"""How firmly the weights are held: of a Dirichlet distribution about them. At 50 a weight of 20% mostly lies between
10% and 32%. Nobody knows a true weight, so this is a choice, and it is shown."""
_LEAST_SPREAD: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator of n areas, in its own unit; a higher value means more need.

    Attributes
    ----------
    values : array (n,)
        What is ranked: values as they are, or rates drawn together where they rest on small counts.
    shape, rate : array (n,) or None
        Of the gamma distribution that each area's true rate follows given its count; ``None``: taken as exact.
    """

    values: Array
    shape: Array | None = None
    rate: Array | None = None


@dataclass(frozen=True, slots=True)
class Composite:
    """An index.

    Attributes
    ----------
    scores : array (n,)
        Weighted sum of the transformed indicators.
    ranks : array (n,) of int
        1 the highest score; equal scores share the smaller rank.
    parts : array (n, m)
        Each indicator transformed, before weighting.
    weights : array (m,)
        As used, summing to 1.
    """

    scores: Array
    ranks: NDArray[np.int64]
    parts: Array
    weights: Array


@dataclass(frozen=True, slots=True)
class RankIntervals:
    """How far ranks move when weights and counts could have been others.

    Attributes
    ----------
    lower, upper : array (n,) of int
        Interval of each rank.
    in_top : array (n,)
        Share of the simulations in which the area is among the first ``top``, 0 to 1.
    top : int
        How many areas ``in_top`` is about.
    confidence : float
        Of the intervals, 0 to 1.
    """

    lower: NDArray[np.int64]
    upper: NDArray[np.int64]
    in_top: Array
    top: int
    confidence: float


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Ranks when each indicator in turn is left out.

    Attributes
    ----------
    ranks : array (m, n) of int
        Row i: ranks without indicator i.
    correlation : array (m,)
        Spearman's correlation of those ranks with the whole index's.
    replaced : array (m,) of int
        Areas among the first ``top`` that are no longer there.
    top : int
        How many areas ``replaced`` is about.
    """

    ranks: NDArray[np.int64]
    correlation: Array
    replaced: NDArray[np.int64]
    top: int


def exact(values: ArrayLike, *, more_is_need: bool = True) -> Indicator:
    """An indicator without noise of its own, turned so that more means more need, for :func:`composite`."""
    found = np.array(values, np.float64)
    if found.ndim != 1 or found.size < 2 or not np.isfinite(found).all():
        raise BadInput("The values of an indicator do not fit.", allowed="a number for each of two or more areas")
    return Indicator(found if more_is_need else -found)


def shrunken_rates(counts: ArrayLike, exposures: ArrayLike, *, dispersion: float = 1.0) -> Indicator:
    """Rates of small counts drawn towards their mean, as far as chance could have made them differ.

    Question: which areas have a high rate, when the smallest areas have the highest and the lowest rates by chance?

    Parameters: ``counts`` (n,) of events, or their weighted sum; ``exposures`` (n,), > 0, in one unit (residents);
    ``dispersion`` (> 0) variance over mean of a count: for a sum of weighted events, the mean weight of a unit of it.

    Assumes: counts / ``dispersion`` are Poisson about each area's rate, and rates follow one gamma distribution, its
    mean and variance by moments. Where rates vary no more than chance makes them, every area has the mean.

    When not to use: areas of quite different kinds, for which one mean means nothing.

    Source: Clayton and Kaldor (1987), Biometrics 43, 671-681; moments: Marshall (1991), Applied Statistics 40, 283-294.
    """
    events, bases = np.asarray(counts, np.float64), np.asarray(exposures, np.float64)
    if events.ndim != 1 or events.shape != bases.shape or events.size < 2:
        raise BadInput("Counts and exposures do not fit.", allowed="one of each for two or more areas")
    if not np.isfinite(events).all() or np.any(events < 0) or np.any(~(bases > 0)) or dispersion <= 0:
        raise BadInput("Counts and exposures do not fit.", allowed="counts from 0, exposures and dispersion above 0")
    events, bases = events / dispersion, bases / dispersion
    mean = events.sum() / bases.sum()
    if mean == 0:
        return Indicator(np.zeros(events.size))
    spread = max(variance_of_rates(events, bases), _LEAST_SPREAD * mean**2)
    shape, rate = mean**2 / spread + events, mean / spread + bases
    return Indicator(shape / rate, shape, rate)


def exponential_scores(values: ArrayLike) -> Array:
    """Ranks on a scale from 0 to 100 that is stretched at the top, so that one low indicator hides no high one.

    Question: how can indicators of different units be added, so that an area that is very high on one is not cancelled
    by being low on another?

    Parameters: ``values`` (..., n), higher meaning more need; the last axis are areas. Equal values share the mean of
    their ranks.

    Assumes: only the order matters.

    When not to use: where distances between values mean something that should count (use :func:`z_scores`).

    Source: English Indices of Deprivation 2019: technical report, on domain ranks (section 3.6):
    X = -23 ln(1 - R (1 - exp(-100/23))). It gives the published scores of 2025 again.
    """
    found = np.asarray(values, np.float64)
    share = _ranked(found) / found.shape[-1]
    return np.asarray(-DECAY * np.log(1 - share * (1 - np.exp(-TOP / DECAY))))


def z_scores(values: ArrayLike) -> Array:
    """Values less their mean over their SD (ddof = 0) along the last axis; all 0 where they do not differ."""
    found = np.asarray(values, np.float64)
    apart = found - found.mean(axis=-1, keepdims=True)
    deviation = found.std(axis=-1, keepdims=True)
    return np.asarray(np.divide(apart, deviation, out=np.zeros_like(apart), where=deviation > 0))


def normal_scores(values: ArrayLike) -> Array:
    """Ranks as quantiles of the normal distribution: order alone counts, and no outlier pulls.

    Question: how can skewed indicators be compared, or things sorted by them, without a few extremes deciding?

    Parameters: ``values`` (..., n); the last axis are areas. Equal values share the mean of their ranks.

    Assumes: only the order matters.

    When not to use: where how far apart values are should count (use :func:`z_scores`).

    Source: Blom (1958), Statistical Estimates and Transformed Beta-Variables: quantiles at (rank - 1/2) / n.
    """
    found = np.asarray(values, np.float64)
    return np.asarray(ndtri((rankdata(found, axis=-1) - 0.5) / found.shape[-1]))


def transformed(values: Array, transformation: Transformation) -> Array:
    """Indicators (m, n) on one scale, for :func:`composite`."""
    scales = {"exponential": exponential_scores, "z": z_scores, "normal": normal_scores}
    return scales[transformation](values)


def composite(
    indicators: Sequence[Indicator], weights: ArrayLike, *, transformation: Transformation = "exponential"
) -> Composite:
    """Add transformed indicators, each by its weight.

    Question: in which areas do several needs come together?

    Parameters: m ``indicators`` of the same n areas; ``weights`` (m,), from 0, in any unit; ``transformation``.

    Assumes: that the weights say how much each need matters; they are a choice.

    When not to use: to compare an area's score at two times: it is relative to the other areas.

    Source: OECD and Joint Research Centre, Handbook on Constructing Composite Indicators (2008), steps 5 and 6.
    """
    values, shares = _checked(indicators, weights)
    parts = transformed(values, transformation).T
    scores = parts @ shares
    return Composite(scores, ranks_of(scores), parts, shares)


def drawn_parts(
    indicators: Sequence[Indicator],
    *,
    rng: np.random.Generator,
    transformation: Transformation = "exponential",
    noise: bool = True,
    simulations: int = SIMULATIONS,
) -> Array:
    """Transformed indicators as other counts would have made them, (simulations, m, n).

    Question: what could the indicators as well have been? Whatever the weights: drawn once, they serve every choice.

    Parameters: as :func:`rank_intervals`.

    Assumes: each rate follows its own gamma distribution, independently of the others.

    When not to use: without rates (:func:`shrunken_rates`); then every simulation is the same.

    Source: as :func:`rank_intervals`.
    """
    varies = noise and any(one.shape is not None for one in indicators)
    size = simulations if varies else 1
    values = np.empty((size, len(indicators), indicators[0].values.size))
    for at, one in enumerate(indicators):
        values[:, at] = one.values
        if varies and one.shape is not None and one.rate is not None:
            values[:, at] = rng.gamma(one.shape, size=(size, one.values.size)) / one.rate
    parts = transformed(values, transformation)
    return np.broadcast_to(parts, (simulations, *parts.shape[1:]))


def rank_intervals(
    indicators: Sequence[Indicator],
    weights: ArrayLike,
    *,
    rng: np.random.Generator,
    top: int,
    transformation: Transformation = "exponential",
    weight_concentration: float | None = WEIGHT_CONCENTRATION,
    noise: bool = True,
    confidence: float = CONFIDENCE,
    simulations: int = SIMULATIONS,
    drawn: Array | None = None,
) -> RankIntervals:
    """Ranks under other weights and other counts that could as well have been.

    Question: is the third area really above the tenth?

    Parameters: as :func:`composite`; ``rng``; ``top`` how many areas are to be chosen; ``weight_concentration`` of the
    Dirichlet distribution about the weights, ``None``: the weights are certain; ``noise``: whether rates vary as their
    counts could; ``confidence``; ``simulations``; ``drawn`` what :func:`drawn_parts` gave of the same indicators and
    transformation, ``None``: drawn here.

    Assumes: weights and counts vary independently. Values taken as exact (:func:`exact`) do not vary, though they have
    errors of their own.

    When not to use: as a statement about errors of recording; those are shared by all simulations.

    Source: Goldstein and Spiegelhalter (1996), Journal of the Royal Statistical Society A 159, 385-443; Saisana,
    Saltelli and Tarantola (2005), Journal of the Royal Statistical Society A 168, 307-323.
    """
    values, shares = _checked(indicators, weights)
    n = values.shape[1]
    if not 1 <= top <= n or simulations < 1:
        raise BadInput(f"The first {top} of {n} areas cannot be chosen.", allowed=f"1 to {n}")
    if drawn is not None and drawn.shape != (simulations, *values.shape):
        raise BadInput(f"Draws of shape {drawn.shape} are not of these indicators.",
                       allowed=f"{(simulations, *values.shape)}")  # fmt: skip
    chosen = _weights_drawn(shares, weight_concentration, rng, simulations)
    if drawn is None:
        drawn = drawn_parts(
            indicators, rng=rng, transformation=transformation, noise=noise, simulations=simulations
        )  # fmt: skip
    found = ranks_of(np.matmul(chosen[:, None, :], drawn)[:, 0])
    tail = (1 - confidence) / 2
    ends = [round(share * (simulations - 1)) for share in (tail, 1 - tail)]
    lower, upper = np.partition(found, ends, axis=0)[ends]
    ranks = ranks_of(shares @ transformed(values, transformation))
    return RankIntervals(
        np.minimum(lower, ranks), np.maximum(upper, ranks), (found <= top).mean(axis=0), top, confidence
    )  # fmt: skip


def leave_one_out(
    indicators: Sequence[Indicator],
    weights: ArrayLike,
    *,
    top: int,
    transformation: Transformation = "exponential",
) -> LeftOut:
    """Ranks without each indicator in turn.

    Question: does the choice of one indicator decide who is at the top?

    Parameters: as :func:`composite`, with two or more indicators; ``top`` how many areas are to be chosen.

    Assumes: the other weights keep their proportions.

    When not to use: as an interval; it shows what one choice does.

    Source: OECD and Joint Research Centre, Handbook on Constructing Composite Indicators (2008), step 7.
    """
    values, shares = _checked(indicators, weights)
    if np.count_nonzero(shares) < 2:
        raise BadInput("Nothing is left without the only indicator.", allowed="two or more indicators with a weight")
    parts = transformed(values, transformation)
    whole = ranks_of(shares @ parts)
    ranks = np.empty((len(indicators), values.shape[1]), np.int64)
    for at in range(len(indicators)):
        ranks[at] = ranks_of(np.delete(shares, at) @ np.delete(parts, at, axis=0))
    correlation = np.array([np.corrcoef(rankdata(whole), rankdata(row))[0, 1] for row in ranks])
    replaced = ((whole <= top)[None, :] & (ranks > top)).sum(axis=1)
    return LeftOut(ranks, correlation, replaced, top)


def ranks_of(scores: ArrayLike) -> NDArray[np.int64]:
    """Rank of each score along the last axis, 1 the highest; equal scores share the smaller rank. Shaped as given."""
    # scores are sums of rounded numbers: those that agree to ten digits are equal
    found = np.round(np.asarray(scores, np.float64), 10)
    return _ranked(np.asarray(-found, np.float64), lowest=True).astype(np.int64)


def _ranked(values: Array, *, lowest: bool = False) -> Array:
    """Ranks along the last axis, 1 the least; equal values share the mean, or the lowest, of their ranks.

    As scipy's ``rankdata``, which weighs what it is given for longer than it ranks a thousand small areas.
    """
    if not np.isfinite(values).all():
        return np.asarray(rankdata(values, method="min" if lowest else "average", axis=-1), np.float64)
    rows = np.ascontiguousarray(values).reshape(-1, values.shape[-1])
    return _shared_ranks(rows, np.argsort(rows, axis=-1), lowest).reshape(values.shape)


@njit(cache=True)
def _shared_ranks(rows: Array, order: NDArray[np.int64], lowest: bool) -> Array:
    ranks = np.empty(rows.shape)
    for row in range(rows.shape[0]):
        first = 0
        for at in range(1, rows.shape[1] + 1):
            ends = at == rows.shape[1] or rows[row, order[row, at]] != rows[row, order[row, first]]
            if ends:
                rank = first + 1.0 if lowest else (first + 1 + at) / 2
                for one in range(first, at):
                    ranks[row, order[row, one]] = rank
                first = at
    return ranks


def _checked(indicators: Sequence[Indicator], weights: ArrayLike) -> tuple[Array, Array]:
    shares = np.asarray(weights, np.float64)
    sizes = {one.values.size for one in indicators}
    if len(sizes) != 1 or shares.shape != (len(indicators),):
        raise BadInput("Indicators and weights do not fit.", allowed="one weight an indicator, of the same areas")
    if not np.isfinite(shares).all() or np.any(shares < 0) or shares.sum() <= 0:
        raise BadInput("The weights cannot be used.", allowed="numbers from 0, at least one above 0")
    return np.array([one.values for one in indicators]), shares / shares.sum()


def _weights_drawn(shares: Array, concentration: float | None, rng: np.random.Generator, simulations: int) -> Array:
    """Weights of every simulation, (simulations, m)."""
    if concentration is None:
        return np.tile(shares, (simulations, 1))
    used = shares > 0
    drawn = np.zeros((simulations, shares.size))
    drawn[:, used] = rng.dirichlet(shares[used] * concentration, size=simulations)
    return drawn
