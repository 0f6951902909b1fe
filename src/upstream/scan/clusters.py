"""New clusters: where more has happened of late than there was to expect, looked for anew each night."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from upstream.errors import BadInput
from upstream.measures.events import Events
from upstream.scan.dated import refuse_open_data, refuse_too_few
from upstream.scan.households import left_without_one
from upstream.stats.scan_statistic import Cluster, Scan, Zones, circles, permutation_scan, space_time_poisson_scan

Model = Literal["permutation", "poisson"]

LEAST_HISTORY: Final = 5
"""Times the longest cylinder that the history must span. Ours: the share of a place rests on what came before."""


@dataclass(frozen=True, slots=True)
class ClustersOf:
    """How new clusters are looked for.

    Attributes
    ----------
    model
        "permutation": each place and each day by its own total (no expectation is needed; a rise everywhere is none);
        "poisson": the latest days against the history of each place before them.
    longest_days
        Days that a cluster may have lasted up to the last day.
    cell_metres
        Events in one square of the grid count as at one place.
    most_share, most_metres
        Largest part of all events in one circle; its largest radius.
    screened, simulations
        Replicas of the first look; of the second, which only clusters that may be one have.
    candidate_p
        p-value of the first look, from the fitted tail, up to which there is a second.
    recurrence_days
        A cluster is new when chance alone gives one so strong less than once in so many days, scanned every night.
    seed
        Of the replicas: the same seed gives the same p-values.
    """

    model: Model = "permutation"
    longest_days: int = 28
    cell_metres: float = 250.0
    most_share: float = 0.1
    most_metres: float = 2_000.0
    screened: int = 99
    simulations: int = 999
    candidate_p: float = 0.05
    recurrence_days: float = 365.0
    seed: int = 2005

    def __post_init__(self) -> None:
        if self.model not in ("permutation", "poisson"):
            raise BadInput(f"{self.model} is no model.", allowed="permutation or poisson")
        if not 1 <= self.longest_days <= 366 or not self.cell_metres >= 50 or not self.most_metres > 0:
            raise BadInput(
                f"Clusters of {self.longest_days} days in cells of {self.cell_metres:g} metres.",
                allowed="1 to 366 days, cells of 50 metres or more, a radius above 0",
            )
        if not 19 <= self.screened <= self.simulations <= 99_999:
            raise BadInput(
                f"{self.screened} and {self.simulations} replicas.", allowed="19 to 99,999, no more in the first look"
            )


@dataclass(frozen=True, slots=True)
class NewCluster:
    """A circle and the days up to the last one in which more happened than there was to expect.

    Attributes
    ----------
    easting, northing, radius_metres
        Middle of the circle and how far it reaches, to the edge of its outermost squares.
    first, last
        Days, both included; ``last`` is the day of the scan.
    events : int
        Events in it.
    expected : float
        Events to expect in it.
    addresses : int
        Different points among the events.
    small_areas
        Codes, those with most events first.
    log_likelihood_ratio, p, p_fitted : float
        Already allowing for every circle and every number of days tried that night.
    recurrence_days : float
        1 / ``p_fitted``: scanned every night, chance alone gives a cluster so strong on one night in so many.
    new : bool
        Whether that is as seldom as was asked.
    """

    easting: float
    northing: float
    radius_metres: float
    first: dt.date
    last: dt.date
    events: int
    expected: float
    addresses: int
    small_areas: tuple[str, ...]
    log_likelihood_ratio: float
    p: float
    p_fitted: float
    recurrence_days: float
    new: bool

    @property
    def ratio(self) -> float:
        """Events over events expected."""
        return self.events / self.expected if self.expected else float("inf")


@dataclass(frozen=True, slots=True)
class Clusters:
    """What one night's scan found.

    Attributes
    ----------
    of
        How it was looked for.
    clusters
        The strongest first; none shares a place with a stronger one.
    at_one_address
        Clusters left out because they rest on one address, which may be one household.
    events, places, cylinders
        Events and squares looked at; circles and numbers of days tried.
    replicas
        Replicas that the p-values rest on.
    to
        The last day.
    """

    of: ClustersOf
    clusters: tuple[NewCluster, ...]
    at_one_address: int
    events: int
    places: int
    cylinders: int
    replicas: int
    to: dt.date

    @property
    def new(self) -> tuple[NewCluster, ...]:
        """Those that chance alone gives as seldom as was asked."""
        return tuple(one for one in self.clusters if one.new)


@dataclass(frozen=True, slots=True)
class _Places:
    """Squares with events: ``of_event`` (n,) which; ``x``, ``y`` their middles."""

    of_event: NDArray[np.int64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    zones: Zones


def clusters(events: Events, of: ClustersOf, *, most: int = 10) -> Clusters:
    """Clusters of the latest days that are still there on the last one.

    Question: where has more happened of late than there was to expect, and is it more than chance among all the places
    and days looked at, scanned every night?

    Parameters: ``events`` of one kind over at least five times ``of.longest_days``, by the day they were recorded (so
    that what is reported late delays a cluster and never makes one); ``of``; ``most`` clusters given.

    Assumes: with "permutation" places keep their shares over the days given; with "poisson" they keep those of the days
    before the latest ``of.longest_days``, whose own chance is allowed for.

    When not to use: open data (refused); kinds of crime that come in bursts of records of one event.

    A p-value allows for everything tried on its night. Scanned every night, a share p of nights has a cluster so strong
    by chance, whether or not nights resemble one another: hence the recurrence interval of 1 / p nights.

    Source: Kulldorff et al. 2005, PLoS Medicine 2(3):e59 (permutation model, recurrence interval); Kulldorff 2001,
    Journal of the Royal Statistical Society A 164:61-72 (prospective Poisson); Abrams, Kulldorff and Kleinman 2010,
    International Journal of Health Geographics 9:61 (tail by a Gumbel distribution).
    """
    refuse_open_data(events, "new clusters")
    refuse_too_few(events, "new clusters")
    ages = _ages(events, of)
    places = _places(events, of)
    rng = np.random.default_rng(of.seed)
    scan = _scanned(places, ages, of, of.screened, rng)
    if scan.clusters and scan.clusters[0].p_fitted <= of.candidate_p:
        scan = _scanned(places, ages, of, of.simulations, rng)
    found: list[NewCluster] = []
    single = 0
    for cluster in scan.clusters:
        if len(found) == most or not cluster.p_fitted <= max(of.candidate_p, found[0].p_fitted if found else 1.0):
            break
        rows = np.flatnonzero(np.isin(places.of_event, cluster.places) & (ages < cluster.periods))
        if _rests_on_one(events, rows, cluster):
            single += 1
            continue
        found.append(_cluster(events, rows, cluster, places, of))
    return Clusters(
        of, tuple(found), single, len(ages), len(places.x), scan.zones, len(scan.highest), events.of.last
    )  # fmt: skip


def _ages(events: Events, of: ClustersOf) -> NDArray[np.int64]:
    """Days before the last one."""
    ages = (np.datetime64(events.of.last) - events.day).astype(np.int64)
    history = (events.of.last - events.of.first).days + 1
    if history < LEAST_HISTORY * of.longest_days:
        raise BadInput(
            f"{history} days of events for clusters of up to {of.longest_days} days.",
            allowed=f"{LEAST_HISTORY * of.longest_days} days or more",
            remedy="Ask for an earlier first day, or shorter clusters.",
        )
    if not (ages < of.longest_days).any() or not (ages >= of.longest_days).any():
        raise BadInput(
            f"{(ages < of.longest_days).sum():,} of {len(ages):,} events are of the latest {of.longest_days} days.",
            allowed="events in those days and before them",
        )
    return ages


def _places(events: Events, of: ClustersOf) -> _Places:
    side = of.cell_metres
    cells = np.column_stack([events.easting // side, events.northing // side]).astype(np.int64)
    squares, of_event, counts = np.unique(cells, axis=0, return_inverse=True, return_counts=True)
    middles: NDArray[np.float64] = ((squares + 0.5) * side).astype(np.float64)
    x, y = middles[:, 0], middles[:, 1]
    if len(squares) == 1:
        raise BadInput(
            f"All {len(cells):,} events lie in one square of {side:g} metres.", allowed="events in two squares or more"
        )
    zones = circles(x, y, counts, most_share=of.most_share, most_distance=of.most_metres)
    return _Places(of_event.ravel().astype(np.int64), x, y, zones)


def _scanned(places: _Places, ages: NDArray[np.int64], of: ClustersOf, number: int, rng: np.random.Generator) -> Scan:
    if of.model == "permutation":
        return permutation_scan(
            places.of_event, ages, places.zones, most_periods=of.longest_days, rng=rng, simulations=number
        )
    late = ages < of.longest_days
    before = np.bincount(places.of_event[~late], minlength=len(places.x))
    cases = np.zeros((len(places.x), of.longest_days), np.int64)
    np.add.at(cases, (places.of_event[late], of.longest_days - 1 - ages[late]), 1)
    expected = np.tile((before + 0.5)[:, None], (1, of.longest_days))
    return space_time_poisson_scan(
        cases, expected, places.zones, rng=rng, simulations=number, history=before
    )  # fmt: skip


def _rests_on_one(events: Events, rows: NDArray[np.int64], cluster: Cluster) -> bool:
    """Whether without its busiest address there is no more than was to be expected."""
    points = np.column_stack([events.easting[rows], events.northing[rows]])
    _, counts = np.unique(points, axis=0, return_counts=True)
    rest = left_without_one(counts.tolist(), ())
    return rest < 2 or rest <= cluster.expected


def _cluster(events: Events, rows: NDArray[np.int64], cluster: Cluster, places: _Places, of: ClustersOf) -> NewCluster:
    x, y = places.x[cluster.places], places.y[cluster.places]
    points = np.unique(np.column_stack([events.easting[rows], events.northing[rows]]), axis=0)
    codes, counts = np.unique(events.small_area[rows], return_counts=True)
    recurrence = 1 / cluster.p_fitted if cluster.p_fitted > 0 else float("inf")
    return NewCluster(
        easting=float(x[0]),
        northing=float(y[0]),
        radius_metres=float(np.hypot(x - x[0], y - y[0]).max() + of.cell_metres / 2),
        first=events.of.last - dt.timedelta(days=cluster.periods - 1),
        last=events.of.last,
        events=cluster.cases,
        expected=cluster.expected,
        addresses=len(points),
        small_areas=tuple(str(code) for code in codes[np.argsort(-counts, kind="stable")] if code),
        log_likelihood_ratio=cluster.log_likelihood_ratio,
        p=cluster.p,
        p_fitted=cluster.p_fitted,
        recurrence_days=recurrence,
        new=recurrence >= of.recurrence_days,
    )
