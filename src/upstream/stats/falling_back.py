"""Regression to the mean: what a place that was chosen for a bad time would count next, with nothing done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput
from upstream.stats.distributions import negative_binomial_quantile, poisson_quantile
from upstream.stats.intervals import CONFIDENCE, Interval
from upstream.stats.peers import dispersion_of_table
from upstream.stats.rate_smoothing import empirical_bayes

Floats = NDArray[np.float64]
LEAST_PLACES: Final = 5
"""Fewer do not show how far places differ. Ours."""


@dataclass(frozen=True, slots=True)
class Return:
    """What a chosen place would count next with nothing done.

    Attributes
    ----------
    recent
        Events counted in the last periods, those it was chosen by.
    expected : Interval
        Events in as many periods to come, with the range in which the count itself would lie.
    own
        Share of the place's own record in what is expected, 0 to 1; the rest is the mean of all places.
    periods
        How many periods ``recent`` and ``expected`` span.
    places
        How many places the mean was learnt from.
    dispersion
        Variance over mean of a place's periods about its level (1 or more).
    """

    recent: float
    expected: Interval
    own: float
    periods: int
    places: int
    dispersion: float

    @property
    def ratio(self) -> float:
        """Expected over recent: 0.7 is a fall of 30% that needs no cause. Not a number where nothing was counted."""
        return self.expected.estimate / self.recent if self.recent else float("nan")


def expected_return(
    counts: ArrayLike, chosen: int, *, periods: int = 1, exposure: ArrayLike = 1.0, confidence: float = CONFIDENCE
) -> Return:
    """What a chosen place would count in the next periods if nothing were done.

    Question: how much of a better time after a bad one comes by itself?

    Parameters: ``counts`` (places, n) by period, of every place that could have been chosen, five or more; ``chosen``
    row of the place; ``periods`` (1 to n) by whose counts it was chosen, and how many to come; ``exposure`` one, or
    (places, n), above 0; ``confidence`` 0 to 1 of the range of the count.

    Assumes: each place has a lasting level of its own; levels are gamma about one mean; periods vary about the level
    by chance with one dispersion, beside what moves all places at once. The level to come is the mean of the periods
    given: season and trend are not carried forward.

    When not to use: places that are not alike in kind (a town centre among villages); a level that truly moved, which
    this takes for a bad time; to say how bad a place is.

    Source: Hauer 1997, Observational Before-After Studies in Road Safety, chapter 11 (empirical Bayes); Barnett, van
    der Pols and Dobson 2005, Int J Epidemiol 34, 215-220. Moments: Marshall 1991, Applied Statistics 40, 283-294.
    """
    held, exposed = _checked(counts, exposure, chosen, periods)
    phi = dispersion_of_table(held, exposure=exposed) if held.shape[1] > 1 else 1.0
    people = exposed.sum(axis=1)
    levels = empirical_bayes(held.sum(axis=1) / phi, people / phi)
    to_come = float(exposed[chosen, -periods:].sum())
    mean = float(levels.rate[chosen]) * to_come
    own = float(levels.own[chosen])
    spread = phi * mean + levels.variance * (1 - own) * to_come**2
    low, high = _range(mean, spread, confidence)
    recent = float(held[chosen, -periods:].sum())
    return Return(recent, Interval(mean, low, high, confidence), own, periods, len(held), phi)


def _checked(counts: ArrayLike, exposure: ArrayLike, chosen: int, periods: int) -> tuple[Floats, Floats]:
    held = np.asarray(counts, np.float64)
    if held.ndim != 2 or len(held) < LEAST_PLACES or not np.isfinite(held).all() or (held < 0).any():
        raise BadInput(
            f"Counts of shape {held.shape} were given.",
            allowed=f"counts from 0 of {LEAST_PLACES} places or more by period",
            remedy="Give the counts of every place that could have been chosen.",
        )
    if not (0 <= chosen < len(held) and 1 <= periods <= held.shape[1]):
        raise BadInput(
            f"Place {chosen} and its last {periods} periods were asked for.",
            allowed=f"a place from 0 to {len(held) - 1}, 1 to {held.shape[1]} periods",
        )
    exposed = np.broadcast_to(np.asarray(exposure, np.float64), held.shape)
    if not np.isfinite(exposed).all() or (exposed <= 0).any():
        raise BadInput("An exposure is not above 0.", allowed="numbers above 0")
    return held, exposed


def _range(mean: float, variance: float, confidence: float) -> tuple[float, float]:
    """The range of a count of this mean and variance: negative binomial, Poisson where it varies no more."""
    tails = (0.5 - confidence / 2, 0.5 + confidence / 2)
    if mean <= 0:
        return 0.0, 0.0
    if variance <= mean * (1 + 1e-9):
        low, high = (poisson_quantile(tail, mean) for tail in tails)
    else:
        low, high = (negative_binomial_quantile(tail, mean**2 / (variance - mean), mean / variance) for tail in tails)
    return float(low), float(high)
