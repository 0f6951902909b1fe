"""Draws that hit a given number exactly: so many of a group, weighted, without replacement."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


def rank_in_group(group: Integers, key: Array) -> Integers:
    """Position of each record in its group when sorted by ``key``, highest first, from 0."""
    order = np.lexsort((-key, group))
    sorted_group = group[order]
    start = np.r_[True, sorted_group[1:] != sorted_group[:-1]]
    begin = np.maximum.accumulate(np.where(start, np.arange(group.size), 0))
    rank = np.empty(group.size, np.int64)
    rank[order] = np.arange(group.size) - begin
    return rank


def choose_in_groups(group: Integers, weight: Array, wanted: Integers, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Mark ``wanted[g]`` records of every group g, likelier where the weight is higher (Gumbel top-k).

    Parameters
    ----------
    group : (n,) int64
        Group of each record, an index into ``wanted``.
    weight : (n,) float64
        Relative chance; a record of weight 0 is taken only when no other is left.
    wanted : (groups,) int64
    """
    with np.errstate(divide="ignore"):
        key = np.log(np.maximum(weight, 1e-12)) + rng.gumbel(size=group.size)
    return rank_in_group(group, key) < wanted[group]


def thin(counts: Integers, scale: float, rng: np.random.Generator) -> Integers:
    """Counts at another scale: thinned at random below 1, multiplied above."""
    if scale == 1:
        return counts
    whole = int(scale)
    return counts * whole + rng.binomial(counts, scale - whole)
