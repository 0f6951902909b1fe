"""Rates of places of very different sizes: shrunk towards the rate of all, or as standard deviations from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Smoothed:
    """Rates after shrinking, and what they were shrunk by.

    Attributes
    ----------
    rate : (n,) of float64
        Events to one of the population, shrunk.
    own : (n,) of float64
        Share of the place's own rate in it: 1 is not shrunk at all, 0 wholly to the mean.
    mean, variance : float
        Of the true rates, as they are estimated; the variance is never below nought.
    """

    rate: Floats
    own: Floats
    mean: float
    variance: float


def empirical_bayes(counts: ArrayLike, population: ArrayLike) -> Smoothed:
    """Rates of places, each shrunk towards the rate of all places together, the more the fewer people it has.

    Question: which places have a high rate, allowing for what chance alone does to places of few people?

    Parameters: ``counts`` (n,) of events, ``population`` (n,) of people, above nought.

    Assumes: counts are Poisson given the true rates, which vary about one mean with one variance, whatever the place's
    size.

    When not to use: where the true rates rise or fall over the map (all are shrunk to one mean); to publish a rate of
    one place; where nobody lives and much happens (town centres, stations): residents are not who is at risk there.

    Source: Marshall 1991, Applied Statistics 40:283-294 (global estimator, moments). Where the moments give a variance
    below nought it is set to nought, as the source has it; packages that do not, turn rates about their mean.
    """
    events, people = _checked(counts, population)
    rate = events / people
    mean, variance = float(events.sum() / people.sum()), max(0.0, variance_of_rates(events, people))
    noise = mean / people
    own = np.divide(variance, variance + noise, out=np.zeros_like(rate), where=variance + noise > 0)
    return Smoothed(own * rate + (1 - own) * mean, own, mean, variance)


def standardised_rates(counts: ArrayLike, population: ArrayLike) -> Floats:
    """Rates of places as standard deviations from the rate of all, each by the deviation of a place of its size; (n,).

    Question: as :func:`empirical_bayes`, for statistics that look at how like neighbours are (Moran's I): unlike
    shrunk rates, these vary alike wherever many or few people live.

    Parameters: as :func:`empirical_bayes`.

    Assumes: as :func:`empirical_bayes`.

    When not to use: as :func:`empirical_bayes`; to say how high a rate is.

    Source: Assuncao and Reis 1999, Statistics in Medicine 18:2147-2162 (EBI): a variance below nought of a place is
    replaced by its Poisson part.
    """
    events, people = _checked(counts, population)
    mean = events.sum() / people.sum()
    noise = mean / people
    spread = variance_of_rates(events, people) + noise
    return np.asarray((events / people - mean) / np.sqrt(np.where(spread < 0, noise, spread)), np.float64)


def _checked(counts: ArrayLike, population: ArrayLike) -> tuple[Floats, Floats]:
    events, people = np.asarray(counts, np.float64), np.asarray(population, np.float64)
    if events.shape != people.shape or events.ndim != 1 or len(events) < 2:
        raise BadInput(
            f"Counts {events.shape} and populations {people.shape}.", allowed="one of each a place, two places or more"
        )
    if not (np.isfinite(events).all() and (events >= 0).all()):
        raise BadInput("Some counts are no counts.", allowed="numbers from nought up")
    lacking = ~(np.isfinite(people) & (people > 0))
    if lacking.any():
        raise BadInput(
            f"{lacking.sum():,} of {len(people):,} places have no population.", allowed="people above nought"
        )
    if not events.any():
        raise BadInput("No place has any event.", allowed="one event or more")
    return events, people


def variance_of_rates(events: Floats, people: Floats) -> float:
    """Variance of the true rates, by moments.

    Question: how much do the rates of places differ, beyond what chance does to places of few people?

    Parameters: ``events`` (n,) and ``people`` (n,), above nought.

    Assumes: as :func:`empirical_bayes`.

    When not to use: without looking at its sign: it is below nought where rates differ less than chance makes them.

    Source: Marshall 1991, as in :func:`empirical_bayes`.
    """
    mean = events.sum() / people.sum()
    return float((people * (events / people - mean) ** 2).sum() / people.sum() - mean / people.mean())
