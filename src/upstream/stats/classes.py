"""Classes of things that are alike: k-means, how many classes, and whether they would be found again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.cluster.vq import ClusterError, kmeans2
from scipy.spatial.distance import cdist

from upstream.errors import BadInput

Array = NDArray[np.float64]
Labels = NDArray[np.int64]

STARTS: Final = 20
REFERENCES: Final = 10
RESAMPLES: Final = 100
STABLE: Final = 0.75
"""Mean Jaccard similarity from which a class is stable. Source: Hennig (2007), section 5: 0.75 and above is a valid,
stable cluster; 0.6 to 0.75 indicates patterns; below that the class should not be trusted."""
_BLOCK: Final = 2_000
_MOST_STEPS: Final = 100
_MOST_STARTS: Final = 100


@dataclass(frozen=True, slots=True)
class Classes:
    """Classes, the largest first.

    Attributes
    ----------
    labels : array (n,) of int
        Class of each thing, 0 to k - 1.
    centres : array (k, m)
        Mean of each class.
    sizes : array (k,) of int
        Things in each.
    within : float
        Sum of squared distances to the centres.
    silhouette : array (n,)
        Of each thing, -1 to 1: how much nearer its own class is than the next; 0 for one alone in its class.
    second : array (n,) of int
        The class that is next nearest on average.
    """

    labels: Labels
    centres: Array
    sizes: NDArray[np.int64]
    within: float
    silhouette: Array
    second: Labels


@dataclass(frozen=True, slots=True)
class NumberOfClasses:
    """How well each number of classes does.

    Attributes
    ----------
    ks : tuple of int
        Numbers tried.
    silhouette : array (c,)
        Mean silhouette.
    gap, gap_error : array (c,)
        Gap statistic and its standard error.
    by_silhouette, by_gap : int
        The number with the highest silhouette; the smallest whose gap is within one error of the next one's.
    """

    ks: tuple[int, ...]
    silhouette: Array
    gap: Array
    gap_error: Array
    by_silhouette: int
    by_gap: int


@dataclass(frozen=True, slots=True)
class Stability:
    """Whether classes are found again in resampled data.

    Attributes
    ----------
    jaccard : array (k,)
        Mean, over resamples, of the largest share of things in common with a class found there, 0 to 1.
    membership : array (n, k)
        Share of the resamples in which each thing falls into each class, when classes found are matched to the
        original ones; rows sum to 1.
    resamples : int
    """

    jaccard: Array
    membership: Array
    resamples: int


def classed(values: ArrayLike, k: int, *, rng: np.random.Generator, starts: int = STARTS) -> Classes:
    """Sort things into k classes so that squared distances to the classes' means are small.

    Question: which areas are alike?

    Parameters: ``values`` (n, m), variables on scales that may be added; ``k`` classes; ``rng``; ``starts`` from
    different first centres (k-means++), of which the best is kept.

    Assumes: round classes of about equal spread; the result depends on scales, and a little on the start.

    When not to use: to say that classes exist. K-means sorts anything into k; see :func:`number_of_classes` and
    :func:`stability`.

    Source: Lloyd (1982), IEEE Transactions on Information Theory 28, 129-137; Arthur and Vassilvitskii (2007), SODA,
    1027-1035; silhouettes: Rousseeuw (1987), Journal of Computational and Applied Mathematics 20, 53-65.
    """
    table = _table(values)
    if not 2 <= k <= len(np.unique(table, axis=0)):
        raise BadInput(f"{k} classes cannot be made.", allowed=f"2 to {len(np.unique(table, axis=0))}")
    labels, centres, within = _best(table, k, rng, starts)
    order = np.lexsort((centres[:, 0], -np.bincount(labels, minlength=k)))
    labels = np.argsort(order)[labels]
    silhouette, second = _silhouettes(table, labels, k)
    return Classes(labels, centres[order], np.bincount(labels, minlength=k), within, silhouette, second)


def number_of_classes(
    values: ArrayLike,
    ks: Sequence[int],
    *,
    rng: np.random.Generator,
    references: int = REFERENCES,
    starts: int = STARTS,
) -> NumberOfClasses:
    """Try several numbers of classes.

    Question: how many classes are there, if any?

    Parameters: ``values`` (n, m); ``ks`` numbers from 2, rising by one; ``rng``; ``references`` tables of no classes
    that the gap compares with, uniform in the box about the principal axes; ``starts``.

    Assumes: as :func:`classed`.

    When not to use: as the last word. The two rules often differ; people must be able to name the classes.

    Source: Tibshirani, Walther and Hastie (2001), Journal of the Royal Statistical Society B 63, 411-423, section 3
    (b); Rousseeuw (1987).
    """
    table, tried = _table(values), tuple(ks)
    if not tried or tried[0] < 2 or list(tried) != list(range(tried[0], tried[0] + len(tried))):
        raise BadInput(f"The numbers {list(ks)} cannot be tried.", allowed="numbers from 2, rising by one")
    silhouette, log_within = [], []
    for k in tried:
        found = classed(table, k, rng=rng, starts=starts)
        silhouette.append(float(found.silhouette.mean()))
        log_within.append(np.log(found.within) if found.within > 0 else -np.inf)
    middle = table.mean(axis=0)
    turned = (table - middle) @ np.linalg.svd(table - middle, full_matrices=False)[2].T
    expected = np.empty((references, len(tried)))
    for at in range(references):
        box = rng.uniform(turned.min(axis=0), turned.max(axis=0), turned.shape)
        # fewer starts: noise of the start is part of the error that is reported
        expected[at] = [np.log(_best(box, k, rng, max(1, starts // 4))[2]) for k in tried]
    gap = expected.mean(axis=0) - np.array(log_within)
    error = expected.std(axis=0) * np.sqrt(1 + 1 / references)
    enough = [at for at in range(len(tried) - 1) if gap[at] >= gap[at + 1] - error[at + 1]]
    return NumberOfClasses(
        tried, np.array(silhouette), gap, error, tried[int(np.argmax(silhouette))],
        tried[enough[0]] if enough else tried[-1],
    )  # fmt: skip


def stability(
    values: ArrayLike,
    found: Classes,
    *,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
    starts: int = STARTS // 4,
) -> Stability:
    """Sort resampled things again, and see which classes come back.

    Question: would these classes have been found in slightly other data?

    Parameters: ``values`` (n, m) and the classes ``found`` in them; ``rng``; ``resamples`` with replacement;
    ``starts`` for each.

    Assumes: things are a sample of those that could have been there.

    When not to use: to say that a class matters; a stable class may be of no use.

    Source: Hennig (2007), Computational Statistics and Data Analysis 52, 258-271.
    """
    table, k = _table(values), len(found.sizes)
    jaccard = np.zeros(k)
    membership = np.zeros((len(table), k))
    for _ in range(resamples):
        drawn = np.unique(picked := rng.integers(len(table), size=len(table)))
        labels, centres, _ = _best(table[picked], min(k, len(np.unique(table[drawn], axis=0))), rng, starts)
        own = np.empty(len(table), np.int64)
        own[picked] = labels
        common = np.zeros((k, len(centres)))
        np.add.at(common, (found.labels[drawn], own[drawn]), 1)
        either = common.sum(axis=1, keepdims=True) + common.sum(axis=0, keepdims=True) - common
        shares = np.divide(common, either, out=np.zeros_like(common), where=either > 0)
        jaccard += shares.max(axis=1)
        nearest = cdist(table, centres, "sqeuclidean").argmin(axis=1)
        membership[np.arange(len(table)), shares.argmax(axis=0)[nearest]] += 1
    return Stability(jaccard / resamples, membership / resamples, resamples)


def _table(values: ArrayLike) -> Array:
    table = np.array(values, np.float64)
    if table.ndim != 2 or len(table) < 3 or table.shape[1] < 1 or not np.isfinite(table).all():
        raise BadInput(f"A table of shape {table.shape} was given.", allowed="three or more rows of finite numbers")
    return table


def _best(table: Array, k: int, rng: np.random.Generator, starts: int) -> tuple[Labels, Array, float]:
    """The best of several starts: labels, centres, sum of squares."""
    best: tuple[Labels, Array, float] | None = None
    for _ in range(starts):
        labels, centres, within = _settled(table, k, rng)
        if best is None or within < best[2] - 1e-12:
            best = labels, centres, within
    if best is None:
        raise BadInput("No start was asked for.", allowed="one or more")
    return best


def _settled(table: Array, k: int, rng: np.random.Generator) -> tuple[Labels, Array, float]:
    """One start, taken on until no label changes; where a class runs empty, another start."""
    for _ in range(_MOST_STARTS):
        try:
            centres, labels = kmeans2(table, k, iter=10, minit="++", missing="raise", rng=rng)
            for _ in range(_MOST_STEPS):
                before = labels
                centres, labels = kmeans2(table, centres, iter=1, minit="matrix", missing="raise")
                if np.array_equal(labels, before):
                    break
        except ClusterError:
            continue
        means = np.array([table[labels == at].mean(axis=0) for at in range(k)])
        return labels.astype(np.int64), means, float(((table - means[labels]) ** 2).sum())
    raise BadInput(f"{k} classes cannot be made: one is always empty.", remedy="Ask for fewer.")


def _silhouettes(table: Array, labels: Labels, k: int) -> tuple[Array, Labels]:
    sizes = np.bincount(labels, minlength=k)
    totals = np.empty((len(table), k))
    member = np.eye(k)[labels]
    for start in range(0, len(table), _BLOCK):
        totals[start : start + _BLOCK] = cdist(table[start : start + _BLOCK], table) @ member
    each = np.arange(len(table))
    own_size = sizes[labels]
    inner = totals[each, labels] / np.maximum(own_size - 1, 1)
    others = totals / sizes
    others[each, labels] = np.inf
    second = others.argmin(axis=1)
    outer = others[each, second]
    largest = np.maximum(inner, outer)
    width = np.divide(outer - inner, largest, out=np.zeros(len(table)), where=largest > 0)
    return np.where(own_size == 1, 0.0, width), second
