"""Surveys: changes of shares in samples that are not simple, and what goes with the answer."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput
from upstream.stats.comparisons import ShareChange
from upstream.stats.count_regression import fit_counts
from upstream.stats.distributions import reach, two_sided
from upstream.stats.intervals import (
    CONFIDENCE,
    Interval,
    checked_share,
    difference_of_scores,
    wilson_interval_of_share,
)

MOST_FACTORS: Final = 8
"""Dominance looks at every set of factors: 2^8 regressions take a second."""


def change_with_design(
    yes_now: float,
    n_now: float,
    yes_then: float,
    n_then: float,
    *,
    design_effect: float = 1.0,
    level: float = 0.05,
) -> ShareChange:
    """Two survey shares from independent samples with a published design effect.

    Question: did the share change by more than sampling explains, in a clustered or weighted survey?

    Parameters: those who said yes and those asked, now and then; ``design_effect`` (1 or more), the variance of a share
    over that of a simple sample as large; ``level`` two-sided.

    Assumes: independent samples; one design effect for both.

    When not to use: waves that share respondents (:func:`overlapping_waves`); many questions at once without allowing
    for their number (:func:`holm`).

    Source: Kish 1965, Survey Sampling, section 8.2 (n over the design effect); Newcombe 1998, Statistics in Medicine
    17, 873-890 (limits that hold in small samples).
    """
    hits = [checked_share(yes_now, n_now), checked_share(yes_then, n_then)]
    if not (np.isfinite(design_effect) and design_effect >= 1):
        raise BadInput(f"The design effect is {design_effect}.", allowed="1 or more")
    shares, sizes = [a / b for a, b in hits], [b / design_effect for _, b in hits]
    limits = [wilson_interval_of_share(s, n, confidence=1 - level) for s, n in zip(shares, sizes, strict=True)]
    pooled = sum(a for a, _ in hits) / sum(b for _, b in hits)
    variance = pooled * (1 - pooled) * sum(1 / n for n in sizes)
    apart = shares[0] - shares[1]
    p = two_sided(apart / np.sqrt(variance)) if variance > 0 else 1.0
    return ShareChange(shares[0], shares[1], difference_of_scores(*limits), p, p < level, sizes[0], sizes[1])


@dataclass(frozen=True, slots=True)
class Driver:
    """What one factor has to do with the answer, others held.

    Attributes
    ----------
    odds : Interval
        Factor on the odds of yes for one unit more of it.
    p : float
        Two-sided p of no relation.
    dominance : float
        Its share of what all factors together explain (0 to 1 where all help), averaged over every set of others.
    """

    odds: Interval
    p: float
    dominance: float


def drivers(yes: ArrayLike, factors: ArrayLike, *, confidence: float = CONFIDENCE) -> tuple[Driver, ...]:
    """What goes with an answer: odds ratios and dominance, one :class:`Driver` a column.

    Question: which of these go with being satisfied, and how much of it does each account for?

    Parameters: ``yes`` (n,) of 0 and 1; ``factors`` (n, k), at most eight; ``confidence`` 0 to 1.

    Assumes: respondents independent; factors add up on the scale of log odds.

    When not to use: to say that changing one would change the answer: what goes with satisfaction need not cause it,
    and what was not asked is not seen.

    Source: Azen and Traxel 2009, Journal of Educational and Behavioral Statistics 34, 319-347 (dominance in logistic
    regression), with McFadden's measure of what is explained.
    """
    y, x = np.asarray(yes, np.float64), np.asarray(factors, np.float64)
    if x.ndim != 2 or y.shape != (len(x),) or not np.isin(y, (0, 1)).all() or not 1 <= x.shape[1] <= MOST_FACTORS:
        raise BadInput(
            f"Answers of shape {y.shape}, factors of {x.shape}.", allowed=f"answers 0 or 1; 1 to {MOST_FACTORS} factors"
        )
    k, ones = x.shape[1], np.ones(len(y))
    full = fit_counts(y, np.column_stack([ones, x]), totals=ones)
    nothing = fit_counts(y, ones[:, None], totals=ones).deviance
    explained: dict[tuple[int, ...], float] = {(): 0.0}
    for size in range(1, k + 1):
        for chosen in combinations(range(k), size):
            fit = fit_counts(y, np.column_stack([ones, x[:, chosen]]), totals=ones)
            explained[chosen] = 1 - fit.deviance / nothing
    z = reach(confidence)
    return tuple(_driver(full.coefficients, full.bread, one, explained, k, z, confidence) for one in range(k))


def _driver(
    coefficients: NDArray[np.float64],
    covariance: NDArray[np.float64],
    one: int,
    explained: dict[tuple[int, ...], float],
    k: int,
    z: float,
    confidence: float,
) -> Driver:
    others = [at for at in range(k) if at != one]
    gain = sum(
        (explained[tuple(sorted((*held, one)))] - explained[held]) / comb(k - 1, size) / k
        for size in range(k)
        for held in combinations(others, size)
    )
    log, error = float(coefficients[one + 1]), float(np.sqrt(covariance[one + 1, one + 1]))
    odds = Interval(float(np.exp(log)), float(np.exp(log - z * error)), float(np.exp(log + z * error)), confidence)
    whole = explained[tuple(range(k))]
    return Driver(odds, two_sided(log / error), gain / whole if whole > 0 else 0.0)
