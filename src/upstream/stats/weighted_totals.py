"""Totals by place of events that weigh very differently, with how far chance moves them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput

Floats = NDArray[np.float64]
_INTERVAL: Final = (0.025, 0.975)


@dataclass(frozen=True, slots=True)
class WeightedTotals:
    """Weight of the events of each place.

    Attributes, each array (n,)
    ----------
    total : of float64
    events : of int64
    lower, upper : of float64
        95% interval of the total, had as many events been expected of each kind and chance dealt how many came.
    largest : of float64
        Weight of the heaviest event of the place over its total; 0 where there is nothing.
    rank_low, rank_high : of int64
        95% interval of the place's rank, 1 the heaviest.
    in_top : of float64
        Share of draws in which the place is among the ``top`` heaviest.
    top : int
    """

    total: Floats
    events: NDArray[np.int64]
    lower: Floats
    upper: Floats
    largest: Floats
    rank_low: NDArray[np.int64]
    rank_high: NDArray[np.int64]
    in_top: Floats
    top: int


def weighted_totals(
    place: ArrayLike, weight: ArrayLike, places: int, *, top: int, rng: np.random.Generator, draws: int = 500
) -> WeightedTotals:
    """Totals of weighted events by place.

    Question: where is most harm, when one event can weigh as much as a thousand others, and how sure is that?

    Parameters:

    place : (events,) of int
        Place of each event, 0 to ``places`` - 1.
    weight : (events,) of float
        From 0, one unit.
    places, top
        How many places there are; how many are called heaviest.
    rng, draws
        Of the draws: each event comes 0, 1, 2 ... times, Poisson with mean 1 (compound Poisson).

    Assumes: events are independent, and weights are those of the events seen: a heavy kind that has not happened at a
    place yet is not expected of it.

    When not to use: where ``largest`` is near 1: the total then is one event, and no pattern.

    Source: Hanley and MacGibbon 2006, Computer Methods and Programs in Biomedicine 83:57-62 (Poisson bootstrap).
    """
    at, weighs = np.asarray(place, np.int64), np.asarray(weight, np.float64)
    if at.shape != weighs.shape or at.ndim != 1 or not places or not 0 < top <= places:
        raise BadInput(
            f"{at.size} places of events, {weighs.size} weights, {places} places, the first {top}.",
            allowed="as many of both, 1 to all places",
        )
    if len(at) and (at.min() < 0 or at.max() >= places or not (weighs >= 0).all()):
        raise BadInput("An event has no such place, or a weight that is none.", allowed="weights from 0")
    total = np.bincount(at, weighs, places).astype(np.float64)
    heaviest = np.zeros(places)
    np.maximum.at(heaviest, at, weighs)
    drawn = np.stack([np.bincount(at, weighs * rng.poisson(1, len(at)), places) for _ in range(draws)])
    # equals are put in an order of their own in each draw, so that none leads by its number
    order = np.lexsort((rng.random(drawn.shape), -drawn), axis=1)
    rank = np.empty(drawn.shape, np.int64)
    np.put_along_axis(rank, order, np.arange(1, places + 1)[None, :], axis=1)
    lower, upper = np.quantile(drawn, _INTERVAL, axis=0)
    low, high = np.quantile(rank, _INTERVAL, axis=0, method="nearest")
    return WeightedTotals(
        total=total,
        events=np.bincount(at, minlength=places).astype(np.int64),
        lower=lower,
        upper=upper,
        largest=np.divide(heaviest, total, out=np.zeros(places), where=total > 0),
        rank_low=low.astype(np.int64),
        rank_high=high.astype(np.int64),
        in_top=(rank <= top).mean(0),
        top=top,
    )
