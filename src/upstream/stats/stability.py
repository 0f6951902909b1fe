"""Whether the places that led once lead again, and how far they would fall back by chance alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import spearmanr

from upstream.errors import BadInput


@dataclass(frozen=True, slots=True)
class Stability:
    """The leading places of one period in the next.

    Attributes
    ----------
    top : int
        Places called leading.
    stayed : int
        Of them, leading again.
    jaccard : float
        ``stayed`` over the places that led in either, 0 to 1.
    jaccard_by_chance : float
        What as many places drawn blindly each time would give.
    rank_correlation : float
        Spearman's, of all places; not a number where one of the periods has all places alike.
    before, after : int
        Events of the leading places of the first period, in it and in the second.
    expected_after : float
        Events to expect of them in the second period if no place had changed: their counts drawn back towards the mean
        as far as counts of this spread are chance, then scaled by the change of the whole.
    """

    top: int
    stayed: int
    jaccard: float
    jaccard_by_chance: float
    rank_correlation: float
    before: int
    after: int
    expected_after: float


def leading(counts: ArrayLike, top: int) -> NDArray[np.int64]:
    """Positions of the ``top`` highest counts, highest first; of equals, those that come first."""
    return np.argsort(-np.asarray(counts, np.float64), kind="stable")[:top]


def stability(before: ArrayLike, after: ArrayLike, *, top: int) -> Stability:
    """How far the leading places of one period led in the next.

    Question: are these hot spots the same as last year's, and is a fall there more than falling back to the usual?

    Parameters:

    before, after : (n,) of int
        Events of each place in two periods of the same length.
    top
        How many places are called leading.

    Assumes: for ``expected_after``, counts that are Poisson about levels of their own, the levels spread as the counts
    say (a gamma distribution, by its moments).

    When not to use: to say that a place improved because it led: of places chosen for being high, most fall. Compare
    with ``expected_after``.

    Source: Weisburd, Bushway, Lum and Yang 2004, Criminology 42:283-322 (stability); Hauer 1997, Observational
    Before-After Studies in Road Safety, ch. 11 (regression to the mean, method of moments).
    """
    first, second = np.asarray(before, np.float64), np.asarray(after, np.float64)
    if first.shape != second.shape or first.ndim != 1 or not 0 < top <= len(first):
        raise BadInput(
            f"{first.size} and {second.size} counts, the first {top}.", allowed="as many of both, 1 to all of them"
        )
    if min(first.min(), second.min()) < 0 or not first.sum():
        raise BadInput("There are no events to lead with.", allowed="counts from 0, at least one above")
    here, there = leading(first, top), leading(second, top)
    stayed = len(np.intersect1d(here, there))
    share = top / len(first)
    alike = np.ptp(first) == 0 or np.ptp(second) == 0
    mean, variance = first.mean(), first.var(ddof=1) if len(first) > 1 else 0.0
    kept = max(0.0, 1 - mean / variance) if variance > 0 else 0.0
    level = mean + kept * (first[here] - mean)
    return Stability(
        top=top,
        stayed=stayed,
        jaccard=stayed / (2 * top - stayed),
        jaccard_by_chance=share / (2 - share),
        rank_correlation=float("nan") if alike else float(spearmanr(first, second).statistic),
        before=int(first[here].sum()),
        after=int(second[here].sum()),
        expected_after=float(level.sum() * second.sum() / first.sum()),
    )
