"""Draws by chance, of which some must hit a given number: records of a group, and successes among trials."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

SWING: Final = 0.01
"""Relative standard deviation of a real share from month to month, beyond chance."""


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


def successes(
    trials: Integers, share: Array | float, rng: np.random.Generator, total: int | None = None, swing: float = SWING
) -> Integers:
    """Successes of every group, varying as chance does about a level; their sum as printed, where it is.

    Each group's share is the level times a factor of its own (a real month differs from the next by a little more than
    chance), and its successes are binomial. Where the sum is printed, what is wanting is given to failures, or taken
    from successes, each equally likely: a multivariate hypergeometric draw, so the groups keep their chance variation.

    Parameters
    ----------
    trials : (groups,) int64
        Months, categories or areas: the answers, crimes or calls of each.
    share : (groups,) float64 or float
        Level of the share, between 0 and 1.
    total : int, optional
        Printed sum of the successes; none leaves every group to chance.
    swing : float
        Relative standard deviation of the real share around its level.
    """
    real = np.clip(share * (1 + swing * rng.standard_normal(trials.shape)), 0, 1)
    drawn: Integers = rng.binomial(trials, real)
    return drawn if total is None else tie(drawn, trials, total, rng)


def tie(drawn: Integers, trials: Integers, total: int, rng: np.random.Generator) -> Integers:
    """Successes whose sum is ``total`` (as near as the trials allow), changed by as little as that takes."""
    wanting = min(total, int(trials.sum())) - int(drawn.sum())
    if wanting > 0:
        return drawn + rng.multivariate_hypergeometric(trials - drawn, wanting)
    return drawn - rng.multivariate_hypergeometric(drawn, min(-wanting, int(drawn.sum())))


def counts(level: Array | float, rng: np.random.Generator, size: int | None = None, swing: float = SWING) -> Integers:
    """Poisson counts about a level that itself moves a little."""
    shape = np.shape(level) if size is None else (size,)
    drawn: Integers = rng.poisson(np.maximum(level * (1 + swing * rng.standard_normal(shape)), 0))
    return drawn
