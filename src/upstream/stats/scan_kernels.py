"""The inner loops of the scans: every circle and span, of the data and of each replica."""

from __future__ import annotations

import math

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray


def _apart(strongest: NDArray[np.int64], order: NDArray[np.int32], spans: int) -> NDArray[np.int64]:
    """Those that share no place with a stronger one."""
    taken = np.zeros(len(order), np.bool_)
    kept = np.empty(len(strongest), np.int64)
    number = 0
    for at in strongest:
        centre, reach = at // (order.shape[1] * spans), at % (order.shape[1] * spans) // spans
        free = True
        for place in order[centre, : reach + 1]:
            if taken[place]:
                free = False
                break
        if free:
            taken[order[centre, : reach + 1]] = True
            kept[number] = at
            number += 1
    return kept[:number]


first_apart = njit(cache=True)(_apart)


def _log_ratio(count: float, expected: float, total: float) -> float:
    """Log likelihood ratio of more inside than outside; nought where there is not more."""
    if count < 2 or count <= expected:
        return 0.0
    ratio = count * math.log(count / expected)
    if count < total:
        ratio += (total - count) * math.log1p((expected - count) / (total - expected))
    return ratio


_ratio = njit(cache=True, inline="always")(_log_ratio)


def _bound(count: float, expected: float, total: float) -> float:
    """No less than the ratio and without a logarithm: ln u <= (u - 1/u) / 2 for u >= 1, ln(1 - v) <= -v."""
    inside = (count * count - expected * expected) / (2 * expected)
    return inside - (total - count) * (count - expected) / (total - expected)


_limit = njit(cache=True, inline="always")(_bound)


def _every_ratio(
    cases: NDArray[np.int64],
    expected: NDArray[np.float64],
    order: NDArray[np.int32],
    size: NDArray[np.int32],
    total: int,
) -> NDArray[np.float64]:
    """Log likelihood ratio by centre, reach and span: (n, k, spans)."""
    spans = cases.shape[1]
    found = np.zeros((len(size), order.shape[1], spans))
    for centre in prange(len(size)):
        count, base = np.zeros(spans), np.zeros(spans)
        for reach in range(size[centre]):
            place = order[centre, reach]
            for span in range(spans):
                count[span] += cases[place, span]
                base[span] += expected[place, span]
                found[centre, reach, span] = _ratio(count[span], base[span], total)
    return found


all_ratios = njit(parallel=True, cache=True)(_every_ratio)


def _highest_of_one(
    cases: NDArray[np.float64],
    expected: NDArray[np.float64],
    order: NDArray[np.int32],
    size: NDArray[np.int32],
    total: int,
) -> float:
    """The highest ratio over every centre, reach and span; the logarithm is taken only where it can be the highest."""
    spans = cases.shape[1]
    best = 0.0
    count, base = np.zeros(spans), np.zeros(spans)
    for centre in range(len(size)):
        count[:] = 0.0
        base[:] = 0.0
        for reach in range(size[centre]):
            place = order[centre, reach]
            for span in range(spans):
                count[span] += cases[place, span]
                base[span] += expected[place, span]
                if count[span] > base[span] and _limit(count[span], base[span], total) > best:
                    best = max(best, _ratio(count[span], base[span], total))
    return best


_highest = njit(cache=True)(_highest_of_one)


def _highest_of_poisson(
    drawn: NDArray[np.int64],
    expected: NDArray[np.float64],
    order: NDArray[np.int32],
    size: NDArray[np.int32],
    total: int,
) -> NDArray[np.float64]:
    """The highest ratio of each row of drawn cases."""
    highest = np.zeros(len(drawn))
    places = expected.reshape(-1, 1)
    for row in prange(len(drawn)):
        highest[row] = _highest(drawn[row].astype(np.float64).reshape(-1, 1), places, order, size, total)
    return highest


highest_of_poisson = njit(parallel=True, cache=True)(_highest_of_poisson)


def _highest_of_windows(
    drawn: NDArray[np.int64],
    expected: NDArray[np.float64],
    spans: NDArray[np.int64],
    order: NDArray[np.int32],
    size: NDArray[np.int32],
    total: int,
) -> NDArray[np.float64]:
    """The highest ratio over every window of each row of drawn cases (rows, places, periods)."""
    rows, places, periods = drawn.shape
    highest = np.zeros(rows)
    for row in prange(rows):
        cases = np.zeros((places, len(spans)))
        running = np.zeros(periods + 1)
        for place in range(places):
            for period in range(periods):
                running[period + 1] = running[period] + drawn[row, place, period]
            for span in range(len(spans)):
                cases[place, span] = running[spans[span, 1]] - running[spans[span, 0]]
        highest[row] = _highest(cases, expected, order, size, total)
    return highest


highest_of_windows = njit(parallel=True, cache=True)(_highest_of_windows)


def _highest_of_permuted(
    where: NDArray[np.int32],
    drawn: NDArray[np.int16],
    expected: NDArray[np.float64],
    order: NDArray[np.int32],
    size: NDArray[np.int32],
) -> NDArray[np.float64]:
    """The highest ratio of each row of permuted ages."""
    places, most = expected.shape
    total = len(where)
    highest = np.zeros(len(drawn))
    for row in prange(len(drawn)):
        cases = np.zeros((places, most))
        for event in range(total):
            if drawn[row, event] < most:
                cases[where[event], drawn[row, event]] += 1
        for place in range(places):
            for span in range(1, most):
                cases[place, span] += cases[place, span - 1]
        highest[row] = _highest(cases, expected, order, size, total)
    return highest


highest_of_permuted = njit(parallel=True, cache=True)(_highest_of_permuted)
