"""Where high values lie beside high ones: Getis and Ord's Gi and Gi*, Moran's I, whole and local."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit, prange
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.stats import norm, pearson3

from upstream.errors import BadInput
from upstream.stats.false_alarms import benjamini_hochberg
from upstream.stats.neighbours import Neighbours

_BATCH: Final = 256
"""Permutations whose draws are held at once."""
_FEWEST_COUNTED: Final = 10
"""Permutations at least as far out, below which the tail is fitted instead of counted."""


@dataclass(frozen=True, slots=True)
class Local:
    """A statistic of every place and how unusual it is.

    Attributes, each array (n,)
    ----------
    statistic : of float
        z of Gi or Gi*; I of local Moran. Not a number where it is not defined (an island's Gi).
    p_normal : of float
        Two-sided, from the normal approximation; not a number for local Moran. Too small in the tail for counts of few.
    p_high, p_low : of float
        (1 + permutations with at least, at most, as much around the place) / (1 + permutations). One-sided.
    p : of float
        Two-sided: twice the smaller of the two, at most 1. Where fewer than ten permutations go as far, the tail is
        that of a gamma distribution (Pearson's type III) with the mean, variance and skewness of the permutations:
        counting alone cannot go below 1 in as many as were drawn, too coarse to correct for thousands of places.
    q : of float
        ``p`` corrected for the number of places by Benjamini and Hochberg: flag at most 0.05 and about 5% of the flags
        are false.
    permutations : int
    """

    statistic: NDArray[np.float64]
    p_normal: NDArray[np.float64]
    p_high: NDArray[np.float64]
    p_low: NDArray[np.float64]
    p: NDArray[np.float64]
    q: NDArray[np.float64]
    permutations: int


@dataclass(frozen=True, slots=True)
class Moran:
    """Moran's I of all places together.

    Attributes
    ----------
    i, expected, variance : float
        The statistic, and its mean and variance where values are independent draws of one normal distribution.
    p_normal : float
        Two-sided, from the normal distribution.
    p : float
        Two-sided, from permutations of the values; not a number without.
    """

    i: float
    expected: float
    variance: float
    p_normal: float
    p: float


def getis_ord(
    values: ArrayLike,
    neighbours: Neighbours,
    *,
    rng: np.random.Generator,
    star: bool = True,
    permutations: int = 999,
    conditional: bool = True,
) -> Local:
    """Getis and Ord's Gi or Gi* of every place.

    Question: around which places is there more, or less, than chance would put there?

    Parameters:

    values : (n,)
        Counts or rates, one a place. Rates of small places: smooth them first, or small places lead by chance.
    neighbours
        Who is beside whom. Rows may be scaled at will: it changes nothing.
    rng
        Source of the permutations.
    star
        Gi*: the place itself is one of its neighbours, with the largest weight of its row. Gi: it is not.
    permutations
        0: none, and only ``p_normal`` is held.
    conditional
        Of the other places' values, the place's own held: is there more *around* it than chance would put there? Else,
        for Gi*, of all values: is there more at and around it? A place that is high by itself is then found, too.

    Assumes: one process over the whole map under the null: a city centre will lead whatever else there is.

    When not to use: fewer than about 30 places; values that are nearly all nought (look at counts of larger places).

    Source: Ord and Getis 1995, Geographical Analysis 27:286-306; conditional permutation as Anselin 1995.
    """
    x = _values(values, neighbours)
    number = len(x)
    sums, weights, squares = _row_sums(x, neighbours)
    if star:
        own = _own_weights(neighbours)
        sums, weights, squares = sums + own * x, weights + own, squares + own**2
        mean, spread, others = x.mean(), x.std(), number
    else:
        mean = (x.sum() - x) / (number - 1)
        spread = np.sqrt(np.maximum(((x**2).sum() - x**2) / (number - 1) - mean**2, 0))
        others = number - 1
    scale = spread * np.sqrt((others * squares - weights**2) / (others - 1))
    z = np.full(number, np.nan)
    np.divide(sums - mean * weights, scale, out=z, where=scale > 1e-12)
    if star and not conditional:
        return _local(z, 2 * norm.sf(np.abs(z)), x, _with_itself(neighbours), rng, permutations, own=True)
    return _local(z, 2 * norm.sf(np.abs(z)), x, neighbours, rng, permutations)


def local_moran(
    values: ArrayLike, neighbours: Neighbours, *, rng: np.random.Generator, permutations: int = 999
) -> Local:
    """Local Moran of every place.

    Question: which places are like, or unlike, the places around them?

    Parameters: as :func:`getis_ord`; weights are used as given. ``p_high`` is of more than chance *around* the place:
    with a high value of its own it is a hot spot, with a low one a hole.

    Assumes: as :func:`getis_ord`.

    When not to use: as :func:`getis_ord`.

    Source: Anselin 1995, Geographical Analysis 27:93-115, eq. 12, with m2 the sum of squares over n.
    """
    x = _values(values, neighbours)
    z = x - x.mean()
    sums, _, _ = _row_sums(z, neighbours)
    return _local(z * sums / (z**2).mean(), np.full(len(x), np.nan), x, neighbours, rng, permutations)


def moran(
    values: ArrayLike, neighbours: Neighbours, *, rng: np.random.Generator | None = None, permutations: int = 0
) -> Moran:
    """Moran's I of all places together.

    Question: do neighbouring places have like values?

    Parameters: as :func:`getis_ord`; ``rng`` is needed for permutations.

    Assumes: for ``p_normal``, independent draws of one normal distribution; the permutations need only that any place
    could have had any value.

    When not to use: counts of places of unlike size; use rates, smoothed.

    Source: Cliff and Ord 1981, Spatial Processes, p.44 (variance under normality).
    """
    x = _values(values, neighbours)
    number, matrix = len(x), neighbours.matrix
    z = x - x.mean()
    total = float(neighbours.weight.sum())
    i = _moran(z, matrix, total)
    both = matrix + matrix.T
    s1 = float((both.multiply(both)).sum()) / 2
    s2 = float(((np.asarray(matrix.sum(0)) + np.asarray(matrix.sum(1))) ** 2).sum())
    expected = -1 / (number - 1)
    variance = (number**2 * s1 - number * s2 + 3 * total**2) / ((number**2 - 1) * total**2) - expected**2
    p = float("nan")
    if permutations and rng is not None:
        drawn = np.array([_moran(rng.permutation(z), matrix, total) for _ in range(permutations)])
        fewest = min((drawn >= i - 1e-12).sum(), (drawn <= i + 1e-12).sum())
        p = min(1.0, float(2 * (1 + fewest) / (1 + permutations)))
    return Moran(i, expected, variance, float(2 * norm.sf(abs(i - expected) / np.sqrt(variance))), p)


def _moran(z: NDArray[np.float64], matrix: csr_array, total: float) -> float:
    return float(len(z) / total * (z @ (matrix @ z)) / (z @ z))


def _values(given: ArrayLike, neighbours: Neighbours) -> NDArray[np.float64]:
    x = np.asarray(given, np.float64)
    if x.shape != (neighbours.places,):
        raise BadInput(f"{x.size} values for {neighbours.places} places with neighbours.", allowed="one a place")
    if not np.isfinite(x).all():
        raise BadInput(f"{int((~np.isfinite(x)).sum())} places have no value.", remedy="Leave them out of both.")
    if len(x) < 3 or np.ptp(x) == 0:
        raise BadInput(
            f"{len(x)} places{' that all have the same value' if len(x) > 2 else ''}.",
            allowed="three places or more, not all alike",
        )
    return x


def _row_sums(
    x: NDArray[np.float64], neighbours: Neighbours
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """By row: the weighted sum of values, the sum of weights, the sum of their squares."""
    rows = np.repeat(np.arange(neighbours.places), np.diff(neighbours.start))

    def summed(parts: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.bincount(rows, parts, neighbours.places).astype(np.float64)

    return summed(neighbours.weight * x[neighbours.index]), summed(neighbours.weight), summed(neighbours.weight**2)


def _own_weights(neighbours: Neighbours) -> NDArray[np.float64]:
    own = np.ones(neighbours.places)
    held = np.diff(neighbours.start) > 0
    own[held] = np.maximum.reduceat(neighbours.weight, neighbours.start[:-1][held])
    return own


def _with_itself(neighbours: Neighbours) -> Neighbours:
    """Each place among its own neighbours, with the largest weight of its row."""
    places = np.arange(neighbours.places)
    start = neighbours.start + np.arange(neighbours.places + 1)
    index = np.insert(neighbours.index, neighbours.start[:-1], places).astype(np.int32)
    weight = np.insert(neighbours.weight, neighbours.start[:-1], _own_weights(neighbours))
    return Neighbours(start, index, weight)


def _local(
    statistic: NDArray[np.float64],
    p_normal: NDArray[np.float64],
    x: NDArray[np.float64],
    neighbours: Neighbours,
    rng: np.random.Generator,
    permutations: int,
    *,
    own: bool = False,
) -> Local:
    nothing = np.full(len(x), np.nan)
    if not permutations:
        return Local(statistic, p_normal, nothing, nothing, nothing, nothing, 0)
    observed, _, _ = _row_sums(x, neighbours)
    most = int(np.diff(neighbours.start).max(initial=0))
    tally = np.zeros((len(x), 5))
    slack = 1e-9 * max(1.0, float(np.abs(observed).max()))
    for done in range(0, permutations, _BATCH):
        number = min(_BATCH, permutations - done)
        # one bank of draws serves every place: which values stand around it, out of the n - 1 others (or of all n)
        among = len(x) if own else len(x) - 1
        bank = np.array([rng.choice(among, most, replace=False) for _ in range(number)], np.int32)
        _compare(x, neighbours.start, neighbours.weight, observed, bank.reshape(number, most), own, slack, tally)
    alone = np.diff(neighbours.start) == 0
    tally[alone] = np.nan
    above, below = tally[:, 0], tally[:, 1]
    p = _two_sided(tally, permutations, _half_step(x, neighbours))
    return Local(
        statistic=statistic,
        p_normal=p_normal,
        p_high=(1 + above) / (1 + permutations),
        p_low=(1 + below) / (1 + permutations),
        p=p,
        q=benjamini_hochberg(p),
        permutations=permutations,
    )


def _half_step(x: NDArray[np.float64], neighbours: Neighbours) -> NDArray[np.float64]:
    """Half of what lies between two sums of whole counts: the smooth tail begins there, not at the sum itself."""
    largest = _own_weights(neighbours)
    return largest / 2 if np.equal(x, np.floor(x)).all() else np.zeros(len(x))


def _two_sided(tally: NDArray[np.float64], permutations: int, half_step: NDArray[np.float64]) -> NDArray[np.float64]:
    """Counted where enough permutations go as far, fitted beyond."""
    fewest = np.minimum(tally[:, 0], tally[:, 1])
    p = np.minimum(2 * (1 + fewest) / (1 + permutations), 1)
    mean, square, cube = (tally[:, 2:] / permutations).T  # of the distance from the observed sum
    variance = square - mean**2
    fitted = (fewest < _FEWEST_COUNTED) & (variance > 0)
    spread = np.sqrt(variance[fitted])
    skew = (cube - 3 * mean * square + 2 * mean**3)[fitted] / spread**3
    out = np.abs(mean[fitted])
    out = np.sign(-mean[fitted]) * np.maximum(out - half_step[fitted], 0) / spread
    tail = np.where(out > 0, pearson3.sf(out, skew), pearson3.cdf(out, skew))
    p[fitted] = np.minimum(np.minimum(2 * tail, 1), 2 * (1 + _FEWEST_COUNTED) / (1 + permutations))
    return p


def _compared(
    x: NDArray[np.float64],
    start: NDArray[np.int64],
    weight: NDArray[np.float64],
    observed: NDArray[np.float64],
    bank: NDArray[np.int32],
    own: bool,
    slack: float,
    tally: NDArray[np.float64],
) -> None:
    """Add up, by place: draws at least, at most, what is around it; and the first three powers of how far they are."""
    for place in prange(len(x)):
        first, last = start[place], start[place + 1]
        for row in range(len(bank)):
            drawn = 0.0
            for at in range(first, last):
                other = bank[row, at - first]
                drawn += weight[at] * x[other + (not own and other >= place)]
            away = drawn - observed[place]
            tally[place, 0] += away >= -slack
            tally[place, 1] += away <= slack
            tally[place, 2] += away
            tally[place, 3] += away * away
            tally[place, 4] += away * away * away


_compare = njit(parallel=True, cache=True)(_compared)
