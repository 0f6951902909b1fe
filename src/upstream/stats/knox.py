"""Space-time interaction of points: Knox's test over bands of distance and lag."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numba import get_num_threads, njit, prange
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree
from scipy.stats import poisson

from upstream.errors import BadInput
from upstream.stats.points import points
from upstream.stats.shuffles import shuffles

Metric = Literal["euclidean", "manhattan"]
Closed = Literal["left", "right"]
"""Which end of a band belongs to it: ``left``: from <= x < to; ``right``: from < x <= to, and 0 in the first band."""

_MINKOWSKI: Final = {"manhattan": 1.0, "euclidean": 2.0}
_MOST_SPAN: Final = 10_000_000
"""Units of time between the first and the last point: the lags are looked up in a table."""
_BLOCK: Final = 2**14
"""Pairs counted before a count is put by: fewer than a 16-bit counter holds."""
_BATCH: Final = 64
"""Permutations drawn at once: the times of a point in all of them are two lines of the processor's cache."""
_SIMULATED_BAND: Final = (0.025, 0.975)


@dataclass(frozen=True, slots=True)
class Knox:
    """Pairs of points by band of distance and band of lag, beside what chance gives.

    Attributes
    ----------
    observed : array (distances, lags) of int64
        Pairs found.
    expected : array (distances, lags) of float
        Mean of the count over all permutations of the times, exactly: pairs of the distance band times pairs of the
        lag band over all pairs.
    lower, upper : array (distances, lags) of float
        2.5% and 97.5% of the count over the permutations drawn.
    p_more, p_fewer : array (distances, lags) of float
        (1 + permutations with at least, at most, as many) / (1 + permutations). One-sided.
    p_poisson : array (distances, lags) of float
        P(X >= observed) for a Poisson count with the expected mean: Knox's own approximation, no permutations.
    permutations : int
        Permutations drawn.
    points : int
        Points given.
    """

    observed: NDArray[np.int64]
    expected: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    p_more: NDArray[np.float64]
    p_fewer: NDArray[np.float64]
    p_poisson: NDArray[np.float64]
    permutations: int
    points: int

    @property
    def ratio(self) -> NDArray[np.float64]:
        """Observed over expected: the Knox ratio; not a number where nothing is expected."""
        ratio = np.full(self.observed.shape, np.nan)
        np.divide(self.observed, self.expected, out=ratio, where=self.expected > 0)
        return ratio


@dataclass(frozen=True, slots=True)
class _Pairs:
    """Pairs of points nearer than the last finite break, band after band of distance.

    ``first`` and ``second`` point, in the order of the first within a band; band b is from ``start[b]`` on.
    """

    first: NDArray[np.int32]
    second: NDArray[np.int32]
    start: NDArray[np.int64]


def knox(
    x: ArrayLike,
    y: ArrayLike,
    times: ArrayLike,
    *,
    distance_breaks: Sequence[float],
    lag_breaks: Sequence[float],
    rng: np.random.Generator,
    permutations: int = 999,
    metric: Metric = "euclidean",
    distance_closed: Closed = "left",
    lag_closed: Closed = "left",
    same_place: bool = False,
    cumulative: bool = False,
) -> Knox:
    """Knox's test: pairs near in place and in time, beside what chance gives.

    Question: are points that are near in place also near in time more often than if the times were dealt out at random?

    Parameters:

    x, y : (n,)
        Coordinates in one unit of length, projected.
    times : (n,) of int
        Moments in whole units (days, hours) from any origin.
    distance_breaks, lag_breaks
        Ends of the bands, ascending, the first nought; the last may be infinite. Same units as the coordinates, the
        times.
    rng
        Source of the permutations.
    permutations
        Permutations of the times; 0: no permutation, the p-values and the band are not numbers.
    metric
        Distance along the axes (``manhattan``) or straight (``euclidean``).
    distance_closed, lag_closed
        Which end of a band belongs to it.
    same_place
        A first band of distance of its own for pairs at no distance; only with ``distance_closed="right"``.
    cumulative
        Each band reaches from nought to its end, in both directions.

    Assumes: the risk of each place keeps its share over time: where places grow at different rates the test sees
    interaction that is none (population shift bias). Points snapped to shared places are no longer apart by what they
    were.

    When not to use: months without days; points of public data moved to anonymous map points.

    Source: Knox 1964, Applied Statistics 13:25-30; permutation and p-value as in Besag and Diggle 1977, Applied
    Statistics 26:327-333. Bands closed on the left are those of the R package NearRepeat; the Near Repeat Calculator
    1.3 closes distance on the right, lags on the left, measures along the axes and keeps the same place apart.
    """
    place = points(x, y)
    moments = _moments(times, len(place))
    if len(place) < 2:
        raise BadInput(f"Knox's test was given {len(place)} points.", allowed="two points or more")
    if same_place and distance_closed != "right":
        raise BadInput("A band for the same place needs bands of distance closed on the right.")
    reach = _breaks(distance_breaks, "distance")
    lags = _breaks(lag_breaks, "lag")
    upper_ends = np.concatenate([[0.0], reach[1:]]) if same_place else reach[1:]
    order = cKDTree(place).indices  # neighbours in place stand near in memory
    place, moments = place[order], moments[order]
    pairs = _pairs(place, upper_ends, metric, distance_closed)
    totals = _pairs_by_lag(moments, lags[1:], lag_closed)
    shape = (len(upper_ends), len(totals))
    open_ended = bool(np.isinf(upper_ends[-1]))
    moments = moments.astype(np.int16 if moments.max() < np.iinfo(np.int16).max else np.int32)
    longest = _longest_lags(lags[1:], lag_closed, moments.dtype)

    def counted(rows: NDArray[np.integer]) -> NDArray[np.int64]:
        up_to = _count(pairs.first, pairs.second, pairs.start, np.ascontiguousarray(rows.T), longest, get_num_threads())
        found: NDArray[np.int64] = np.diff(up_to, axis=1, prepend=0).transpose(2, 0, 1)
        if open_ended:  # what is in no nearer band
            found = np.concatenate([found[:, :-1], totals - found[:, :-1].sum(1, keepdims=True)], axis=1)
        return found.cumsum(1).cumsum(2) if cumulative else found

    observed = counted(moments[None, :])[0]
    by_distance = np.diff(pairs.start).astype(np.float64)
    if open_ended:
        by_distance[-1] = len(place) * (len(place) - 1) / 2 - by_distance[:-1].sum()
    expected = np.outer(by_distance, totals) / (len(place) * (len(place) - 1) / 2)
    expected = expected.cumsum(0).cumsum(1) if cumulative else expected
    drawn = np.concatenate(
        [counted(shuffles(moments, min(_BATCH, permutations - done), rng)) for done in range(0, permutations, _BATCH)]
        or [np.empty((0, *shape), np.int64)]
    )
    return _summary(observed, expected, drawn, len(place))


def _summary(observed: NDArray[np.int64], expected: NDArray[np.float64], drawn: NDArray[np.int64], points: int) -> Knox:
    number = len(drawn)
    nothing = np.full(observed.shape, np.nan)
    lower, upper = np.quantile(drawn, _SIMULATED_BAND, axis=0) if number else (nothing, nothing)
    return Knox(
        observed=observed,
        expected=expected,
        lower=lower,
        upper=upper,
        p_more=(1 + (drawn >= observed).sum(0)) / (1 + number) if number else nothing,
        p_fewer=(1 + (drawn <= observed).sum(0)) / (1 + number) if number else nothing,
        p_poisson=poisson.sf(observed - 1, expected),
        permutations=number,
        points=points,
    )


def near_pairs(
    x: ArrayLike, y: ArrayLike, times: ArrayLike, *, within: float, lag: float, metric: Metric = "euclidean"
) -> NDArray[np.int64]:
    """Which points are near one another in place and in time: the pairs that :func:`knox` counts.

    ``within`` and ``lag`` are the farthest that is near, both included. Returns (pairs, 2), the earlier point of each
    pair first; of two at one moment the one given first.
    """
    place = points(x, y)
    moments = np.asarray(times)
    if not len(place):
        return np.empty((0, 2), np.int64)
    all_pairs = cKDTree(place).query_pairs(within, p=_MINKOWSKI[metric], output_type="ndarray")
    pairs: NDArray[np.int64] = all_pairs.astype(np.int64)
    pairs = pairs[np.abs(moments[pairs[:, 0]] - moments[pairs[:, 1]]) <= lag]
    turned = moments[pairs[:, 0]] > moments[pairs[:, 1]]
    pairs[turned] = pairs[turned][:, ::-1]
    return pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))]


def _moments(times: ArrayLike, points: int) -> NDArray[np.int64]:
    given = np.asarray(times)
    if given.shape != (points,):
        raise BadInput(f"Knox's test was given {points} places and {given.shape[0] if given.ndim else 0} times.")
    if not np.issubdtype(given.dtype, np.integer):
        raise BadInput(f"The times are {given.dtype}.", allowed="whole numbers of one unit, such as days since 1970")
    moments = given.astype(np.int64) - (given.min() if points else 0)
    if points and moments.max() > _MOST_SPAN:
        raise BadInput(
            f"The times span {moments.max():,} units.", allowed=f"{_MOST_SPAN:,} at most", remedy="Use a coarser unit."
        )
    return moments


def _breaks(given: Sequence[float], of: str) -> NDArray[np.float64]:
    breaks = np.asarray(given, np.float64)
    good = breaks.ndim == 1 and len(breaks) >= 2 and breaks[0] == 0 and bool((np.diff(breaks) > 0).all())
    if not good or not np.isfinite(breaks[:-1]).all() or len(breaks) > 200:
        raise BadInput(
            f"Breaks of {of} {list(given)}.", allowed="2 to 200 ascending numbers from 0; the last may be inf"
        )
    return breaks


def _pairs(place: NDArray[np.float64], ends: NDArray[np.float64], metric: Metric, closed: Closed) -> _Pairs:
    """Pairs within the last finite end, band after band."""
    finite = ends[np.isfinite(ends)]
    if not len(finite):
        nothing = np.empty(0, np.int32)
        return _Pairs(nothing, nothing, np.zeros(len(ends) + 1, np.int64))
    found = cKDTree(place).query_pairs(finite[-1], p=_MINKOWSKI[metric], output_type="ndarray")
    first, second = found[:, 0].astype(np.int32), found[:, 1].astype(np.int32)
    del found
    away = np.abs(place[first] - place[second])
    distance = away.sum(1) if metric == "manhattan" else np.hypot(away[:, 0], away[:, 1])
    band = np.searchsorted(finite, distance, side="left" if closed == "right" else "right")
    order = np.argsort(band * np.int64(len(place)) + first, kind="stable")
    start = np.searchsorted(band[order], np.arange(len(ends) + 1))
    order = order[: start[-1]]
    return _Pairs(first[order], second[order], start.astype(np.int64))


def _longest_lags(ends: NDArray[np.float64], closed: Closed, dtype: np.dtype[np.integer]) -> NDArray[np.integer]:
    """The longest whole lag at or before the end of each band."""
    whole = np.floor(ends) if closed == "right" else np.ceil(ends) - 1
    return np.minimum(whole, np.iinfo(dtype).max).astype(dtype)


def _pairs_by_lag(moments: NDArray[np.int64], ends: NDArray[np.float64], closed: Closed) -> NDArray[np.int64]:
    """Pairs of each band of lag, whatever their distance: the same for every permutation."""
    ordered = np.sort(moments)
    number = len(ordered)
    up_to = [
        number * (number - 1) // 2
        if np.isinf(end)
        else int((np.searchsorted(ordered, ordered + end, side=closed) - np.arange(1, number + 1)).clip(0).sum())
        for end in ends
    ]
    return np.diff([0, *up_to]).astype(np.int64)


def _turned(rows: NDArray[np.integer]) -> NDArray[np.integer]:
    """Rows as columns, a few hundred at a time so that both stay in the processor's cache."""
    number, points = rows.shape
    columns = np.empty((points, number), rows.dtype)
    for start in prange((points + 255) // 256):
        for point in range(start * 256, min(points, start * 256 + 256)):
            for row in range(number):
                columns[point, row] = rows[row, point]
    return columns


_turn = njit(parallel=True, cache=True)(_turned)


def _counted(
    first: NDArray[np.int32],
    second: NDArray[np.int32],
    start: NDArray[np.int64],
    times: NDArray[np.integer],
    longest: NDArray[np.integer],
    threads: int,
) -> NDArray[np.int64]:
    """Pairs by band that are no longer apart than the end of each lag: (bands, lags, permutations).

    ``times`` (points, permutations): all permutations of a pair are compared together, many in one instruction, which
    works while every number stays as small as it is given: hence ``narrow`` round each.
    """
    narrow = times.dtype.type
    bands, lags, number = len(start) - 1, len(longest), times.shape[1]
    parts = np.zeros((threads, bands, lags, number), np.int64)
    share = (len(first) + threads - 1) // threads
    for part in prange(threads):
        block = np.zeros((lags, number), np.int16)
        apart = np.zeros(number, times.dtype)
        for band in range(bands):
            begin, end = max(start[band], part * share), min(start[band + 1], (part + 1) * share)
            for low in range(begin, end, _BLOCK):
                block[:] = 0
                for pair in range(low, min(end, low + _BLOCK)):
                    one, other = times[first[pair]], times[second[pair]]
                    for row in range(number):
                        away = narrow(one[row] - other[row])
                        apart[row] = away if away >= 0 else narrow(-away)
                    for lag in range(lags):
                        reach, counts = longest[lag], block[lag]
                        for row in range(number):
                            counts[row] += np.int16(apart[row] <= reach)
                parts[part, band] += block
    together: NDArray[np.int64] = parts.sum(0)
    return together


_count = njit(parallel=True, cache=True)(_counted)
