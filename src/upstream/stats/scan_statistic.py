"""Clusters in space, and newly arisen in space and time, by scanning circles and cylinders of every size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree
from scipy.stats import gumbel_r

from upstream.errors import BadInput
from upstream.stats.points import points
from upstream.stats.scan_kernels import (
    all_ratios,
    first_apart,
    highest_of_permuted,
    highest_of_poisson,
    highest_of_windows,
)
from upstream.stats.shuffles import shuffles

_BATCH: Final = 64
"""Replicas drawn at once."""
_FEWEST_EVENTS: Final = 2
"""Events in a cluster: one alone is none."""
_ENDLESS: Final = 10**12
"""Cases of a whole that is not conditioned on: the ratio then tends to that of what is expected alone."""
_PRIOR: Final = 0.5
"""Added to the history of each place. Source: Jeffreys's prior of a multinomial."""
Windows = Literal["latest", "any"]
Statistic = Literal["conditional", "expectation"]


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
        Periods that it spans; 0 where time was not scanned.
    cases : int
    expected : float
        Cases if nothing were different there.
    log_likelihood_ratio : float
    p : float
        (1 + replicas whose highest ratio is at least as high) / (1 + replicas): already allows for every circle tried.
    p_fitted : float
        The same from a Gumbel distribution fitted to the replicas: finer than counting them.
    ended : int
        Whole periods between its end and the latest period; 0: it is still there.
    """

    places: NDArray[np.int64]
    periods: int
    cases: int
    expected: float
    log_likelihood_ratio: float
    p: float
    p_fitted: float
    ended: int = 0

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
    ratios = all_ratios(found[:, None], base[:, None], zones.order, zones.size, total)
    highest = [
        highest_of_poisson(
            rng.multinomial(total, base / total, min(_BATCH, simulations - done)), base, zones.order, zones.size, total
        )
        for done in range(0, simulations, _BATCH)
    ]
    return _scan(ratios, found[:, None], base[:, None], zones, total, np.concatenate(highest or [np.empty(0)]), ())


def space_time_poisson_scan(
    cases: ArrayLike,
    expected: ArrayLike,
    zones: Zones,
    *,
    rng: np.random.Generator,
    simulations: int = 999,
    most_periods: int | None = None,
    windows: Windows = "latest",
    statistic: Statistic = "conditional",
    history: ArrayLike | None = None,
) -> Scan:
    """The circles and periods with more cases than expected there and then.

    Question: where have there been more cases of late than there were to expect?

    Parameters:

    cases : (n, periods) of int
        Cases of each place in each period, the latest last.
    expected : (n, periods)
        Cases to expect, or population.
    zones
        Circles to look at.
    rng, simulations
        Source and number of replicas.
    most_periods
        Longest cylinder; ``None``: all periods.
    windows
        "latest": cylinders that reach to the latest period (still there); "any": also those that have ended.
    statistic
        "conditional": given the number of all cases, ``expected`` scaled to it; "expectation": ``expected`` as it is,
        so that a rise everywhere is found too.
    history : (n,), optional
        Earlier cases of each place, where ``expected`` is drawn from them: the replicas then differ as such a history
        does too, which a history taken as certain would leave out. With "conditional" only.

    Assumes: cases are independent and Poisson about what is expected.

    When not to use: without a good expectation (:func:`permutation_scan` needs none).

    Source: Kulldorff 2001, Journal of the Royal Statistical Society A 164:61-72 (prospective); expectation-based:
    Neill, Moore, Sabhnani and Daniel 2005, KDD '05:218-227.
    """
    base = np.asarray(expected, np.float64)
    if base.ndim != 2 or base.shape[0] != len(zones.size) or not base.shape[1] or not (base >= 0).all():
        raise BadInput(f"Expected cases of shape {base.shape}.", allowed="one from 0 for each place and period")
    found = _whole(np.asarray(cases).ravel(), base.size).reshape(base.shape)
    longest = base.shape[1] if most_periods is None else most_periods
    if not 1 <= longest <= base.shape[1] or not base.sum():
        raise BadInput(f"Cylinders of {longest} periods.", allowed=f"1 to {base.shape[1]}, and something expected")
    if history is not None and (statistic != "conditional" or np.shape(history) != (len(zones.size),)):
        raise BadInput("A history was given.", allowed='earlier cases of each place, with statistic "conditional"')
    total = int(found.sum())
    base = base * (total / base.sum()) if statistic == "conditional" else base
    whole = total if statistic == "conditional" else _ENDLESS
    spans = _spans(base.shape[1], longest, windows)
    sums = [np.ascontiguousarray(_over(table, spans)) for table in (found, base)]
    highest = [
        highest_of_windows(
            _replicas(base, total, statistic, history, min(_BATCH, simulations - done), rng),
            sums[1], spans, zones.order, zones.size, whole,
        )
        for done in range(0, simulations, _BATCH)
    ]  # fmt: skip
    ratios = all_ratios(sums[0], sums[1], zones.order, zones.size, whole)
    ages = tuple((int(end - start), int(base.shape[1] - end)) for start, end in spans)
    return _scan(ratios, sums[0], sums[1], zones, total, np.concatenate(highest or [np.empty(0)]), ages)


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
    ratios = all_ratios(cases, expected, zones.order, zones.size, total)
    where = where.astype(np.int32)
    highest = [
        highest_of_permuted(
            where,
            shuffles(age, min(_BATCH, simulations - done), rng),
            expected,
            zones.order,
            zones.size,
        )
        for done in range(0, simulations, _BATCH)
    ]
    ages_of_spans = tuple((span, 0) for span in range(1, most_periods + 1))
    return _scan(ratios, cases, expected, zones, total, np.concatenate(highest or [np.empty(0)]), ages_of_spans)


def _spans(periods: int, longest: int, windows: Windows) -> NDArray[np.int64]:
    """First period and the one after the last of every window: (windows, 2)."""
    ends = [periods] if windows == "latest" else range(1, periods + 1)
    return np.array([(end - length, end) for end in ends for length in range(1, min(longest, end) + 1)], np.int64)


def _over(table: NDArray[np.generic], spans: NDArray[np.int64]) -> NDArray[np.generic]:
    """Sums over each window: (n, windows)."""
    running = np.concatenate([np.zeros((len(table), 1), table.dtype), table.cumsum(1)], axis=1)
    sums: NDArray[np.generic] = running[:, spans[:, 1]] - running[:, spans[:, 0]]
    return sums


def _replicas(
    base: NDArray[np.float64],
    total: int,
    statistic: Statistic,
    history: ArrayLike | None,
    number: int,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Cases drawn were nothing different anywhere: (number, n, periods)."""
    if statistic == "expectation":
        return rng.poisson(base, (number, *base.shape))
    shares = np.tile(base.ravel() / base.sum(), (number, 1))
    if history is not None:
        of_place = base.sum(1) / base.sum()
        drawn = rng.dirichlet(np.asarray(history, np.float64) + _PRIOR, number)
        rise = np.divide(drawn, of_place, out=np.zeros_like(drawn), where=of_place > 0)
        shares = (shares.reshape(number, *base.shape) * rise[:, :, None]).reshape(number, -1)
    return np.stack([_dealt(of, total, rng) for of in shares]).reshape(number, *base.shape)


def _dealt(shares: NDArray[np.float64], total: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Cases dealt out by shares: one by one where they are fewer than the cells, which is quicker."""
    if total >= len(shares):
        return rng.multinomial(total, shares / shares.sum())
    up_to = shares.cumsum()
    at = np.searchsorted(up_to, rng.random(total) * up_to[-1], side="right")
    return np.bincount(at, minlength=len(shares))


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
    ages: tuple[tuple[int, int], ...],
) -> Scan:
    """The strongest circle or cylinder, the strongest that shares no place with it, and so on.

    ``ages``: periods that each span holds, and since it ended; empty where time was not scanned.
    """
    fit = gumbel_r.fit(highest) if len(highest) > 1 and np.ptp(highest) > 0 else None
    clusters = []
    spans = cases.shape[1]
    above = np.flatnonzero(ratios > 0)
    above = above[np.argsort(-ratios.ravel()[above], kind="stable")]
    for at in first_apart(above, zones.order, spans):
        ratio = float(ratios.flat[at])
        centre, rest = divmod(int(at), zones.order.shape[1] * spans)
        reach, span = divmod(rest, spans)
        inside = zones.order[centre, : reach + 1].astype(np.int64)
        count = int(cases[inside, span].sum())
        clusters.append(
            Cluster(
                places=inside,
                periods=ages[span][0] if ages else 0,
                cases=count,
                expected=float(expected[inside, span].sum()),
                log_likelihood_ratio=ratio,
                p=float((1 + (highest >= ratio - 1e-9).sum()) / (1 + len(highest))),
                p_fitted=float(gumbel_r.sf(ratio, *fit)) if fit else float("nan"),
                ended=ages[span][1] if ages else 0,
            )
        )
    return Scan(tuple(clusters), total, highest, int(zones.size.sum()) * cases.shape[1])
