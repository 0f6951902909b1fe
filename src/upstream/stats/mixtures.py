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
_MOST_STEPS: Final = 200
_LEFT_OVER: Final = 1e-12


def nearest_mixture(donors: Floats, target: Floats, *, ridge: float = 0.0) -> Floats:
    """Shares (n,) of donors (k, n) whose mixture is nearest to the target (k,), plus ``ridge`` times their squares.

    Question: which mixture of the donors is most like the treated place?

    Parameters: ``donors`` (k, n) what is matched, a column a donor; ``target`` (k,); ``ridge`` from nought up draws
    shares together.

    Assumes: nothing; the problem is convex, and the point found is its minimum.

    When not to use: where shares may be below nought.

    Source: Wolfe (1976), Mathematical Programming 11, 128-149 (the nearest point of a polytope); with a ridge and more
    donors than things matched the dual, Newton's method on its pieces: Qi and Sun (1993), Mathematical Programming 58,
    353-367.
    """
    if ridge and donors.shape[0] < donors.shape[1]:
        return _drawn_together(donors, target, ridge)
    away = donors - target[:, None]
    product = away.T @ away
    if ridge:
        product[np.diag_indices_from(product)] += ridge
    return mixture_of_products(np.ascontiguousarray(product))


def _drawn_together(donors: Floats, target: Floats, ridge: float) -> Floats:
    """With a ridge most donors share a little: one unknown a thing matched, and one for the sum, find them all."""
    size = float(np.abs(donors - target[:, None]).max()) or 1.0
    found: Floats = _dual(
        np.ascontiguousarray((donors - target[:, None]) / size), ridge / size**2, _MOST_STEPS, _LEFT_OVER
    )
    return found


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


def _dually(away: Floats, ridge: float, most: int, close: float) -> Floats:
    """Shares max(0, (level - away' miss) / ridge), where the miss is their mixture and they add up to one."""
    matched, many = away.shape
    miss = away.sum(axis=1) / many
    level = ridge / many + (miss @ away).mean()
    for _ in range(most):
        share = np.maximum(0.0, (level - miss @ away) / ridge)
        height = level - (miss @ miss) / 2 - ridge * (share @ share) / 2
        slope = np.empty(matched + 1)
        slope[:matched] = away @ share - miss
        slope[matched] = 1.0 - share.sum()
        if np.abs(slope).max() < close:
            break
        bend = np.zeros((matched + 1, matched + 1))
        bend[matched, matched] = 1e-9
        for j in range(many):
            if share[j] > 0.0:
                for a in range(matched):
                    for b in range(a + 1):
                        bend[a, b] += away[a, j] * away[b, j]
                    bend[matched, a] -= away[a, j]
                bend[matched, matched] += 1.0
        for a in range(matched + 1):
            for b in range(a + 1):
                bend[a, b] /= ridge
                bend[b, a] = bend[a, b]
            if a < matched:
                bend[a, a] += 1.0
        way = np.linalg.solve(bend, slope)
        gain, size = slope @ way, 1.0
        while size > 1e-10:
            tried, at = miss + size * way[:matched], level + size * way[matched]
            new = np.maximum(0.0, (at - tried @ away) / ridge)
            if at - (tried @ tried) / 2 - ridge * (new @ new) / 2 >= height + 1e-4 * size * gain - 1e-14 * abs(height):
                break
            size /= 2
        miss, level = tried, at
    share = np.maximum(0.0, (level - miss @ away) / ridge)
    total: Floats = share / share.sum()
    return total


_dual = njit(cache=True)(_dually)
