"""Clusters in space, and newly arisen in space and time, by scanning circles and cylinders of every size."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit, prange
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree
from scipy.stats import gumbel_r

from upstream.errors import BadInput
from upstream.stats.points import points
from upstream.stats.shuffles import shuffles

_BATCH: Final = 64
"""Replicas drawn at once."""
_FEWEST_EVENTS: Final = 2
"""Events in a cluster: one alone is none."""


@dataclass(frozen=True, slots=True)
class Zones:
    """Circles round every place: the nearest places to each, as far as a circle may grow.

    Attributes
    ----------
    order : array (n, k) of int32
        Places by distance from each, itself first.
    size : array (n,) of int32
        How many of them the largest circle holds; beyond, ``order`` is not read.
    """

    order: NDArray[np.int32]
    size: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Cluster:
    """One circle or cylinder.

    Attributes
    ----------
    places : array of int64
        Places inside, the centre first.
    periods : int
        Latest periods that it spans; 0 where time was not scanned.
    cases : int
    expected : float
        Cases if nothing were different there.
    log_likelihood_ratio : float
    p : float
        (1 + replicas whose highest ratio is at least as high) / (1 + replicas): already allows for every circle tried.
    p_fitted : float
        The same from a Gumbel distribution fitted to the replicas: finer than counting them.
    """

    places: NDArray[np.int64]
    periods: int
    cases: int
    expected: float
    log_likelihood_ratio: float
    p: float
    p_fitted: float

    def recurrence(self, scans_a_year: float) -> float:
        """Years between clusters as strong as this by chance alone, when the scan is run so often a year."""
        return 1 / (self.p_fitted * scans_a_year)


@dataclass(frozen=True, slots=True)
class Scan:
    """Clusters, the strongest first; none shares a place with a stronger one.

    Attributes
    ----------
    clusters : tuple of Cluster
        All with a likelihood ratio above nought; most are chance, as their p-values say.
    cases : int
        Cases in all.
    highest : array (simulations,) of float
        Highest log likelihood ratio of each replica.
    zones : int
        Circles or cylinders tried.
    """

    clusters: tuple[Cluster, ...]
    cases: int
    highest: NDArray[np.float64]
    zones: int


def circles(
    x: ArrayLike,
    y: ArrayLike,
    weight: ArrayLike,
    *,
    most_share: float = 0.1,
    most_distance: float = np.inf,
) -> Zones:
    """Circles round each place, as large as a share of the whole or a distance allows, for :func:`poisson_scan`.

    ``x``, ``y`` (n,) projected coordinates of the places; ``weight`` (n,) what the share is of (population, expected
    cases, events); ``most_share`` the largest part of the weight in one circle, above 0, at most 0.5;
    ``most_distance`` the largest radius, unit of the coordinates.
    """
    place = points(x, y)
    mass = np.asarray(weight, np.float64)
    if mass.shape != (len(place),) or not (mass >= 0).all() or not mass.sum():
        raise BadInput(f"{len(place)} places and {mass.size} weights.", allowed="a place and a weight from 0 for each")
    if not 0 < most_share <= 0.5 or not most_distance > 0:
        raise BadInput(f"Circles of up to {most_share:.0%} and {most_distance}.", allowed="a share up to 50%")
    tree, most, number = cKDTree(place), most_share * mass.sum() + 1e-9, len(place)
    k = min(64, number)
    while True:
        distance, order = tree.query(place, k)
        distance, order = distance.reshape(number, k), order.reshape(number, k)
        held = (mass[order].cumsum(1) <= most) & (distance <= most_distance)
        if k == number or not held[:, -1].any():
            return Zones(order.astype(np.int32), held.sum(1).astype(np.int32))
        k = min(2 * k, number)


def poisson_scan(
    cases: ArrayLike, expected: ArrayLike, zones: Zones, *, rng: np.random.Generator, simulations: int = 999
) -> Scan:
    """The circles with more cases than expected.

    Question: where are there more cases than the people there would have?

    Parameters:

    cases : (n,) of int
        Cases of each place.
    expected : (n,)
        Population, or cases expected; scaled to the number of cases.
    zones
        Circles to look at.
    rng, simulations
        Source and number of replicas.

    Assumes: cases are independent and in proportion to what is expected. A crime that comes in series breaks it.

    When not to use: to watch week by week (:func:`permutation_scan`).

    Source: Kulldorff 1997, Communications in Statistics 26:1481-1496.
    """
    found = _whole(cases, len(zones.size))
    base = np.asarray(expected, np.float64)
    if base.shape != found.shape or not (base >= 0).all() or not base.sum():
        raise BadInput(f"{base.size} expected for {found.size} places.", allowed="one from 0 for each")
    total = int(found.sum())
    base = base * (total / base.sum())
    ratios = _ratios(found[:, None], base[:, None], zones.order, zones.size, total)
    highest = [
        _highest_poisson(
            rng.multinomial(total, base / total, min(_BATCH, simulations - done)), base, zones.order, zones.size, total
        )
        for done in range(0, simulations, _BATCH)
    ]
    return _scan(
        ratios, found[:, None], base[:, None], zones, total, np.concatenate(highest or [np.empty(0)]), timed=False
    )


def permutation_scan(
    places: ArrayLike,
    ages: ArrayLike,
    zones: Zones,
    *,
    most_periods: int,
    rng: np.random.Generator,
    simulations: int = 999,
) -> Scan:
    """The circles with more events of late than place and time alone explain.

    Question: where has more happened of late than the place and the time would each have alone?

    Parameters:

    places : (events,) of int
        Place of each event, 0 to n - 1.
    ages : (events,) of int
        Periods (days, weeks) before the latest one: 0 is the latest.
    zones
        Circles to look at.
    most_periods
        Longest cylinder; all end with the latest period.
    rng, simulations
        Source and number of replicas; the ages are dealt out anew among the events.

    Assumes: no population is needed, each place is its own standard; places keep their shares of events over the time
    given: a new estate is seen as a cluster.

    When not to use: less than about five times ``most_periods`` of history.

    Source: Kulldorff et al. 2005, PLoS Medicine 2(3):e59.
    """
    where, age = np.asarray(places), np.asarray(ages)
    number = len(zones.size)
    whole = np.issubdtype(where.dtype, np.integer) and np.issubdtype(age.dtype, np.integer)
    if where.shape != age.shape or where.ndim != 1 or len(where) < _FEWEST_EVENTS or not whole:
        raise BadInput(
            f"{where.size} places and {age.size} ages.", allowed="whole numbers, one of each for every event"
        )
    if where.min() < 0 or where.max() >= number or age.min() < 0 or not 0 < most_periods <= age.max():
        raise BadInput(
            f"Places {where.min()} to {where.max()}, ages {age.min()} to {age.max()}, cylinders of {most_periods}.",
            allowed=f"places 0 to {number - 1}, ages from 0, cylinders of a period or more, shorter than the history",
        )
    total = len(where)
    age = np.minimum(age, most_periods).astype(np.int16)
    of_place = np.bincount(where, minlength=number).astype(np.float64)
    late = np.array([(age < span).sum() for span in range(1, most_periods + 1)], np.float64)
    expected = np.outer(of_place, late) / total
    cases = _late_cases(where, age, number, most_periods)
    ratios = _ratios(cases, expected, zones.order, zones.size, total)
    where = where.astype(np.int32)
    highest = [
        _highest_permuted(
            where,
            shuffles(age, min(_BATCH, simulations - done), rng),
            expected,
            zones.order,
            zones.size,
        )
        for done in range(0, simulations, _BATCH)
    ]
    return _scan(ratios, cases, expected, zones, total, np.concatenate(highest or [np.empty(0)]), timed=True)


def _whole(given: ArrayLike, places: int) -> NDArray[np.int64]:
    counts = np.asarray(given)
    if counts.shape != (places,) or not np.equal(counts, np.floor(counts)).all() or (counts < 0).any():
        raise BadInput(f"Cases of {counts.size} places for {places} circles.", allowed="a whole number from 0 for each")
    if counts.sum() < _FEWEST_EVENTS:
        raise BadInput(f"{int(counts.sum())} cases in all.", allowed=f"{_FEWEST_EVENTS} or more")
    return counts.astype(np.int64)


def _late_cases(where: NDArray[np.integer], age: NDArray[np.int16], places: int, most: int) -> NDArray[np.int64]:
    """Events of each place in the last 1, 2, ... periods: (places, most)."""
    by_age = np.bincount(where.astype(np.int64) * (most + 1) + age, minlength=places * (most + 1))
    late: NDArray[np.int64] = by_age.reshape(places, most + 1)[:, :most].cumsum(1)
    return late


def _scan(
    ratios: NDArray[np.float64],
    cases: NDArray[np.int64],
    expected: NDArray[np.float64],
    zones: Zones,
    total: int,
    highest: NDArray[np.float64],
    *,
    timed: bool,
) -> Scan:
    """The strongest circle or cylinder, the strongest that shares no place with it, and so on."""
    fit = gumbel_r.fit(highest) if len(highest) > 1 and np.ptp(highest) > 0 else None
    clusters = []
    spans = cases.shape[1]
    above = np.flatnonzero(ratios > 0)
    above = above[np.argsort(-ratios.ravel()[above], kind="stable")]
    for at in _first_apart(above, zones.order, spans):
        ratio = float(ratios.flat[at])
        centre, rest = divmod(int(at), zones.order.shape[1] * spans)
        reach, span = divmod(rest, spans)
        inside = zones.order[centre, : reach + 1].astype(np.int64)
        count = int(cases[inside, span].sum())
        clusters.append(
            Cluster(
                places=inside,
                periods=span + 1 if timed else 0,
                cases=count,
                expected=float(expected[inside, span].sum()),
                log_likelihood_ratio=ratio,
                p=float((1 + (highest >= ratio - 1e-9).sum()) / (1 + len(highest))),
                p_fitted=float(gumbel_r.sf(ratio, *fit)) if fit else float("nan"),
            )
        )
    return Scan(tuple(clusters), total, highest, int(zones.size.sum()) * cases.shape[1])


def _apart(strongest: NDArray[np.int64], order: NDArray[np.int32], spans: int) -> NDArray[np.int64]:
    """Those that share no place with a stronger one."""
    taken = np.zeros(len(order), np.bool_)
    kept = np.empty(len(strongest), np.int64)
    number = 0
    for at in strongest:
        centre, reach = at // (order.shape[1] * spans), at % (order.shape[1] * spans) // spans
        free = True
        for place in order[centre, : reach + 1]:
            if taken[place]:
                free = False
                break
        if free:
            taken[order[centre, : reach + 1]] = True
            kept[number] = at
            number += 1
    return kept[:number]


_first_apart = njit(cache=True)(_apart)


def _log_ratio(count: float, expected: float, total: float) -> float:
    """Log likelihood ratio of more inside than outside; nought where there is not more."""
    if count < 2 or count <= expected:
        return 0.0
    ratio = count * math.log(count / expected)
    if count < total:
        ratio += (total - count) * math.log((total - count) / (total - expected))
    return ratio


_ratio = njit(cache=True, inline="always")(_log_ratio)


def _bound(count: float, expected: float, total: float) -> float:
    """No less than the ratio and without a logarithm: ln u <= (u - 1/u) / 2 for u >= 1, ln(1 - v) <= -v."""
    inside = (count * count - expected * expected) / (2 * expected)
    return inside - (total - count) * (count - expected) / (total - expected)


_limit = njit(cache=True, inline="always")(_bound)


def _all_ratios(
    cases: NDArray[np.int64],
    expected: NDArray[np.float64],
    order: NDArray[np.int32],
    size: NDArray[np.int32],
    total: int,
) -> NDArray[np.float64]:
    """Log likelihood ratio by centre, reach and span: (n, k, spans)."""
    spans = cases.shape[1]
    found = np.zeros((len(size), order.shape[1], spans))
    for centre in prange(len(size)):
        count, base = np.zeros(spans), np.zeros(spans)
        for reach in range(size[centre]):
            place = order[centre, reach]
            for span in range(spans):
                count[span] += cases[place, span]
                base[span] += expected[place, span]
                found[centre, reach, span] = _ratio(count[span], base[span], total)
    return found


_ratios = njit(parallel=True, cache=True)(_all_ratios)


def _highest_of_one(
    cases: NDArray[np.float64],
    expected: NDArray[np.float64],
    order: NDArray[np.int32],
    size: NDArray[np.int32],
    total: int,
) -> float:
    """The highest ratio over every centre, reach and span; the logarithm is taken only where it can be the highest."""
    spans = cases.shape[1]
    best = 0.0
    count, base = np.zeros(spans), np.zeros(spans)
    for centre in range(len(size)):
        count[:] = 0.0
        base[:] = 0.0
        for reach in range(size[centre]):
            place = order[centre, reach]
            for span in range(spans):
                count[span] += cases[place, span]
                base[span] += expected[place, span]
                if count[span] > base[span] and _limit(count[span], base[span], total) > best:
                    best = max(best, _ratio(count[span], base[span], total))
    return best


_highest = njit(cache=True)(_highest_of_one)


def _highest_of_poisson(
    drawn: NDArray[np.int64],
    expected: NDArray[np.float64],
    order: NDArray[np.int32],
    size: NDArray[np.int32],
    total: int,
) -> NDArray[np.float64]:
    """The highest ratio of each row of drawn cases."""
    highest = np.zeros(len(drawn))
    places = expected.reshape(-1, 1)
    for row in prange(len(drawn)):
        highest[row] = _highest(drawn[row].astype(np.float64).reshape(-1, 1), places, order, size, total)
    return highest


_highest_poisson = njit(parallel=True, cache=True)(_highest_of_poisson)


def _highest_of_permuted(
    where: NDArray[np.int32],
    drawn: NDArray[np.int16],
    expected: NDArray[np.float64],
    order: NDArray[np.int32],
    size: NDArray[np.int32],
) -> NDArray[np.float64]:
    """The highest ratio of each row of permuted ages."""
    places, most = expected.shape
    total = len(where)
    highest = np.zeros(len(drawn))
    for row in prange(len(drawn)):
        cases = np.zeros((places, most))
        for event in range(total):
            if drawn[row, event] < most:
                cases[where[event], drawn[row, event]] += 1
        for place in range(places):
            for span in range(1, most):
                cases[place, span] += cases[place, span - 1]
        highest[row] = _highest(cases, expected, order, size, total)
    return highest


_highest_permuted = njit(parallel=True, cache=True)(_highest_of_permuted)
