"""How much of what happens is at how few places, and how well a map of it held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput

USUAL_SHARES: Final = (0.25, 0.5, 0.8)
"""Shares of all events that papers on the concentration of crime ask about."""
_INTERVAL: Final = (0.025, 0.975)


@dataclass(frozen=True, slots=True)
class Concentration:
    """How unevenly counts lie over places.

    Attributes
    ----------
    places, events : int
        Places, those with nothing included; sum of their counts.
    gini : float
        0 where every place has the same, near 1 where one has all.
    generalised_gini : float
        The same measured from the most even spread that the number of events allows: 0 where no place has more than
        one, though there are fewer events than places.
    shares : array (shares,) of float
        Shares of events asked for, 0 to 1.
    needed : array (shares,) of int64
        Fewest places that together hold at least the share.
    lower, upper : array (shares,) of float
        95% interval of ``needed`` as a share of places, drawing places anew.
    by_chance : array (shares,) of float
        Mean of ``needed`` as a share of places if every event had fallen on a place by chance, in proportion to
        ``exposure``.
    gini_by_chance : float
        Mean of ``gini`` likewise.
    """

    places: int
    events: int
    gini: float
    generalised_gini: float
    shares: NDArray[np.float64]
    needed: NDArray[np.int64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    by_chance: NDArray[np.float64]
    gini_by_chance: float

    @property
    def needed_share(self) -> NDArray[np.float64]:
        """``needed`` over all places."""
        return self.needed / self.places


@dataclass(frozen=True, slots=True)
class Accuracy:
    """What the first places of a map held in the period after it.

    Attributes, each array (places,), after the first place, the first two and so on
    ----------
    area : share of the whole area, 0 to 1.
    hit_rate : share of the later events, 0 to 1.
    index : predictive accuracy index: hit rate over area; 1 is what chance gives.
    efficiency : index over the highest that the same area could have had.
    """

    area: NDArray[np.float64]
    hit_rate: NDArray[np.float64]
    index: NDArray[np.float64]
    efficiency: NDArray[np.float64]


def gini(counts: ArrayLike) -> float:
    """Gini coefficient of counts over places, as :func:`concentration` gives it.

    2 sum(i x_(i)) / (n c) - (n + 1) / n, x ascending, n places, c events (Bernasco and Steenbeek 2017, Journal of
    Quantitative Criminology 33:451-467).
    """
    ordered = np.sort(_counts(counts))
    number, total = len(ordered), float(ordered.sum())
    return float(2 * (np.arange(1, number + 1) @ ordered) / (number * total) - (number + 1) / number)


def generalised_gini(counts: ArrayLike) -> float:
    """Gini coefficient that is 0 when fewer events than places lie as evenly as they can: max(n / c, 1) (G - 1) + 1.

    As :func:`concentration` gives it (Bernasco and Steenbeek 2017, Journal of Quantitative Criminology 33:451-467).
    """
    given = _counts(counts)
    return float(max(len(given) / given.sum(), 1.0) * (gini(given) - 1) + 1)


def concentration(
    counts: ArrayLike,
    *,
    rng: np.random.Generator,
    shares: Sequence[float] = USUAL_SHARES,
    exposure: ArrayLike | None = None,
    simulations: int = 199,
) -> Concentration:
    """How concentrated counts are over places, with what chance alone would give.

    Question: how few places hold a quarter, half, four fifths of what happens, and would chance alone do it?

    Parameters:

    counts : (n,) of int
        Events of each place, nought included: leaving empty places out makes crime look less concentrated.
    rng
        Source of the draws.
    shares
        Shares of events, above 0 to 1.
    exposure : (n,), optional
        What chance deals events out by (residents, homes, length of street); default: every place alike.
    simulations
        Draws for the interval and for chance.

    Assumes: places of one kind. The interval draws places anew and so supposes that they are independent; neighbours
    are not, and it is then too narrow.

    When not to use: counts of areas that were drawn to hold like numbers of people, to say anything of streets.

    Source: Weisburd 2015, Criminology 53:133-157; Bernasco and Steenbeek 2017 for fewer events than places.
    """
    given = _counts(counts)
    wanted = np.asarray(shares, np.float64)
    if not ((wanted > 0) & (wanted <= 1)).all():
        raise BadInput(f"Shares {list(shares)}.", allowed="numbers above 0, at most 1")
    chance = _chances(exposure, len(given))
    events = int(given.sum())
    again, dealt, uneven = [], [], []
    for _ in range(simulations):
        drawn = given[rng.integers(0, len(given), len(given))]
        if drawn.sum():
            again.append(_needed(drawn, wanted))
        by_chance = rng.multinomial(events, chance)
        dealt.append(_needed(by_chance, wanted))
        uneven.append(gini(by_chance))
    lower, upper = np.quantile(again, _INTERVAL, axis=0) / len(given)
    return Concentration(
        places=len(given),
        events=events,
        gini=gini(given),
        generalised_gini=generalised_gini(given),
        shares=wanted,
        needed=_needed(given, wanted),
        lower=lower,
        upper=upper,
        by_chance=np.mean(dealt, axis=0) / len(given),
        gini_by_chance=float(np.mean(uneven)),
    )


def accuracy(order: ArrayLike, later: ArrayLike, areas: ArrayLike) -> Accuracy:
    """Hit rate and predictive accuracy index of a map, place by place.

    Question: how much of the later events lay in the places a map named first?

    Parameters:

    order : (n,) of int
        Places, the most dangerous by the map first; each once.
    later : (n,) of int
        Events of each place in the period after the map's.
    areas : (n,) of float
        Area of each place, one unit.

    Assumes: later events that the map did not see. Policing the places named lowers their later events: a map that is
    acted on well looks worse than it was.

    When not to use: to compare maps at different areas: the index falls as the area grows, whatever the map.

    Source: Chainey, Tompson and Uhlig 2008, Security Journal 21:4-28 (index); Hunt 2016, thesis, Rutgers (efficiency).
    """
    first, events, size = np.asarray(order), _counts(later), np.asarray(areas, np.float64)
    if sorted(first.tolist()) != list(range(len(events))) or size.shape != events.shape or not (size > 0).all():
        raise BadInput(
            f"An order of {len(first)} places, counts of {len(events)} and areas of {len(size)}.",
            allowed="each place once in the order, a count and an area above nought for each",
        )
    area = size[first].cumsum() / size.sum()
    hit_rate = events[first].cumsum() / events.sum()
    best = np.argsort(-events / size, kind="stable")
    most = np.interp(area, np.r_[0, size[best].cumsum() / size.sum()], np.r_[0, events[best].cumsum() / events.sum()])
    return Accuracy(area=area, hit_rate=hit_rate, index=hit_rate / area, efficiency=hit_rate / most)


def _counts(given: ArrayLike) -> NDArray[np.int64]:
    counts = np.asarray(given)
    whole = counts.ndim == 1 and len(counts) > 0 and bool(np.equal(counts, np.floor(counts)).all())
    if not whole or (counts < 0).any() or not counts.sum():
        raise BadInput(
            f"Counts of {counts.size} places that sum to {counts.sum() if counts.size else 0}.",
            allowed="whole numbers from 0, at least one above",
        )
    return counts.astype(np.int64)


def _chances(exposure: ArrayLike | None, places: int) -> NDArray[np.float64]:
    weights = np.ones(places) if exposure is None else np.asarray(exposure, np.float64)
    if weights.shape != (places,) or not (weights >= 0).all() or not weights.sum():
        raise BadInput(f"An exposure of {weights.size} places for counts of {places}.", allowed="one from 0 for each")
    shares: NDArray[np.float64] = weights / weights.sum()
    return shares


def _needed(counts: NDArray[np.int64], shares: NDArray[np.float64]) -> NDArray[np.int64]:
    held = np.sort(counts)[::-1].cumsum()
    # whole events: a share of a count is reached at the next whole number, whatever its last binary digit
    reached: NDArray[np.int64] = np.searchsorted(held, np.ceil(shares * held[-1] - 1e-9)).astype(np.int64)
    return reached + 1
