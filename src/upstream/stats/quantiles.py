"""Quantiles of values, and of exact histograms of whole seconds that areas can add up."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput
from upstream.stats.distributions import binomial_quantile
from upstream.stats.intervals import CONFIDENCE, Interval

Definition = Literal["linear", "nearest_rank"]
"""``linear``: type 7 of Hyndman and Fan (1996), The American Statistician 50, 361-365, the one spreadsheets use.
``nearest_rank``: the smallest value with at least that share at or below it."""
ROUNDING: Final = 1e-9
"""Share x n this close to a whole number is that number: 0.9 x 10 must not become rank 10 through binary fractions."""


def quantile_of_histogram(
    histogram: ArrayLike, share: float, *, definition: Definition = "linear", first: int = 0
) -> float:
    """A quantile of whole numbers from a count of each.

    Question: what is the median time, when only counts of each second are kept?

    Parameters: ``histogram`` (k,) counts of the values ``first``, ``first`` + 1 ...; ``share`` 0 to 1; ``definition``.

    Assumes: whole numbers; the histogram is exact, so histograms of areas add to the force's (medians do not).

    When not to use: values grouped into wider classes.

    Source: Hyndman and Fan (1996), The American Statistician 50, 361-365.
    """
    cumulative, n = _cumulative(histogram)
    _check_share(share)
    if definition == "nearest_rank":
        return float(first + _at_rank(cumulative, max(int(np.ceil(share * n - ROUNDING)), 1)))
    position = share * (n - 1)
    below = int(np.floor(position + ROUNDING))
    low = _at_rank(cumulative, below + 1)
    high = _at_rank(cumulative, min(below + 2, n))
    return float(first + low + max(position - below, 0.0) * (high - low))


def quantile_of_values(values: ArrayLike, n: ArrayLike, share: float) -> float:
    """A quantile of the values that occur, each as often as counted.

    Question: as :func:`quantile_of_histogram`, when the values are few and far apart.

    Parameters: ``values`` (k,) ascending; ``n`` (k,) how often each occurs; ``share`` 0 to 1.

    Assumes: nothing; exact, definition 7.

    When not to use: on classes of values rather than the values.

    Source: Hyndman and Fan (1996), The American Statistician 50, 361-365.
    """
    held = np.asarray(values, dtype=np.float64)
    cumulative, total = _cumulative(n)
    _check_share(share)
    position = share * (total - 1)
    below = int(np.floor(position + ROUNDING))
    low, high = (float(held[_at_rank(cumulative, rank)]) for rank in (below + 1, min(below + 2, total)))
    return low + max(position - below, 0.0) * (high - low)


def quantile_interval_of_histogram(
    histogram: ArrayLike, share: float, *, first: int = 0, confidence: float = CONFIDENCE
) -> Interval:
    """A quantile with a distribution-free interval, from a histogram of whole numbers.

    Question: how precisely is this median or 90th percentile known?

    Parameters: as :func:`quantile_of_histogram`; ``confidence`` 0 to 1.

    Assumes: independent values of one distribution. The ends are order statistics whose ranks are binomial quantiles;
    coverage is at least ``confidence``. An end that the sample is too small to give is infinite.

    When not to use: values in clusters (one incident, several times).

    Source: Conover, Practical Nonparametric Statistics, 3rd ed. (1999), section 3.2.
    """
    cumulative, n = _cumulative(histogram)
    estimate = quantile_of_histogram(histogram, share, first=first)
    tail = (1 - confidence) / 2
    low_rank = binomial_quantile(tail, n, share)
    high_rank = binomial_quantile(1 - tail, n, share) + 1
    lower = float(first + _at_rank(cumulative, low_rank)) if low_rank >= 1 else -np.inf
    upper = float(first + _at_rank(cumulative, high_rank)) if high_rank <= n else np.inf
    return Interval(estimate, lower, upper, confidence)


def histogram_of(values: ArrayLike, *, length: int | None = None) -> NDArray[np.int64]:
    """Counts of the whole numbers 0, 1, 2 ...; shape (k,). Refuses negative values and fractions."""
    x = np.asarray(values)
    whole = x.astype(np.int64)
    if np.any(whole != x) or np.any(whole < 0):
        raise BadInput(
            "A histogram was asked for values that are not whole and positive.", allowed="whole numbers from 0"
        )
    return np.bincount(whole, minlength=length or 0)


def share_within(histogram: ArrayLike, limit: int, *, first: int = 0) -> tuple[int, int]:
    """How many values are at most ``limit``, and how many there are: a numerator and its denominator."""
    counts = np.asarray(histogram, dtype=np.int64)
    return int(counts[: max(limit - first + 1, 0)].sum()), int(counts.sum())


def _cumulative(histogram: ArrayLike) -> tuple[NDArray[np.int64], int]:
    counts = np.asarray(histogram, dtype=np.int64)
    if counts.ndim != 1 or counts.size == 0 or counts.min() < 0 or counts.sum() == 0:
        raise BadInput("An empty histogram, or one with a negative count.", allowed="counts, at least one above 0")
    cumulative = np.cumsum(counts)
    return cumulative, int(cumulative[-1])


def _check_share(share: float) -> None:
    if not 0 <= share <= 1:
        raise BadInput(f"A quantile at {share} was asked for.", allowed="0 to 1")


def _at_rank(cumulative: NDArray[np.int64], rank: int) -> int:
    return int(np.searchsorted(cumulative, rank))
