"""The mixture of donors nearest to a target: shares from nought up that add up to one, found exactly."""

from __future__ import annotations

from typing import Final

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_CLOSE: Final = 1e-10
"""A donor is let in when it lowers the squared distance by more than this share of the largest term."""
_TINY: Final = 1e-13
_MOST: Final = 10_000


def nearest_mixture(donors: Floats, target: Floats, *, ridge: float = 0.0) -> Floats:
    """Shares (n,) of donors (k, n) whose mixture is nearest to the target (k,), plus ``ridge`` times their squares.

    Question: which mixture of the donors is most like the treated place?

    Parameters: ``donors`` (k, n) what is matched, a column a donor; ``target`` (k,); ``ridge`` from nought up draws
    shares together.

    Assumes: nothing; the problem is convex, and the point found is its minimum.

    When not to use: where shares may be below nought.

    Source: Wolfe (1976), Mathematical Programming 11, 128-149 (the nearest point of a polytope).
    """
    away = donors - target[:, None]
    product = away.T @ away
    if ridge:
        product[np.diag_indices_from(product)] += ridge
    return mixture_of_products(np.ascontiguousarray(product))


def mixture_of_products(product: Floats) -> Floats:
    """The same from inner products (n, n) of the donors' distances from the target."""
    found: Floats = _walk(product, _CLOSE, _TINY, _MOST)
    return found


def _walked(product: Floats, close: float, tiny: float, most: int) -> Floats:
    """Wolfe's walk: a small set of donors whose affine minimum lies inside; one enters or leaves at a time."""
    many = product.shape[0]
    first = 0
    largest = 0.0
    for j in range(many):
        if product[j, j] < product[first, first]:
            first = j
        largest = max(largest, product[j, j])
    members = np.empty(many, np.int64)
    members[0] = first
    size = 1
    share = np.zeros(many)
    share[first] = 1.0
    if largest == 0.0:
        return share
    inside = np.zeros(many, np.bool_)
    inside[first] = True
    slope = product[first].copy()
    for _ in range(most):
        level = 0.0
        for i in range(size):
            level += share[members[i]] * slope[members[i]]
        enters, lowest = -1, level - close * max(level, largest * 1e-6)
        for j in range(many):
            if not inside[j] and slope[j] < lowest:
                enters, lowest = j, slope[j]
        if enters < 0:
            return share
        members[size] = enters
        inside[enters] = True
        size += 1
        while True:
            block = np.empty((size, size))
            for i in range(size):
                for j in range(size):
                    block[i, j] = product[members[i], members[j]] + largest
                block[i, i] += tiny * largest
            wanted = np.linalg.solve(block, np.ones(size))
            wanted /= wanted.sum()
            step = 1.0
            for i in range(size):
                if wanted[i] <= 0.0:
                    now = share[members[i]]
                    step = min(step, now / (now - wanted[i]) if now > wanted[i] else 0.0)
            for i in range(size):
                now = share[members[i]]
                share[members[i]] = now + step * (wanted[i] - now)
            if step >= 1.0:
                break
            kept = 0
            for i in range(size):
                if share[members[i]] > 1e-14 and not (wanted[i] <= 0.0 and share[members[i]] <= 1e-12):
                    members[kept] = members[i]
                    kept += 1
                else:
                    share[members[i]] = 0.0
                    inside[members[i]] = False
            size = kept
        slope = np.zeros(many)
        for i in range(size):
            for j in range(many):
                slope[j] += share[members[i]] * product[members[i], j]
    return share


_walk = njit(cache=True)(_walked)
