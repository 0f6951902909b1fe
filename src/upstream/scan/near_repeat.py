"""Near repeats: whether crimes follow one another near by and soon, which ones do, and where to expect the next."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from upstream.errors import BadInput
from upstream.measures.events import Events
from upstream.scan.dated import dated, refuse_open_data, refuse_too_few
from upstream.scan.raised_risk import LEAST_CELL, RiskArea, RiskWindow, raised_bands, risk_areas, risk_windows
from upstream.stats.false_alarms import benjamini_hochberg
from upstream.stats.knox import Knox, Metric, knox, near_pairs

MOST_FALSE: Final = 0.05
"""Share of the bands called raised that may be so by chance (Benjamini and Hochberg, over the bands of one table)."""
LEAST_RATIO: Final = 1.2
"""Observed over expected from which a band is called raised. Source: Ratcliffe 2009, Near Repeat Calculator manual."""
MOST_PERMUTATIONS: Final = 99_999


@dataclass(frozen=True, slots=True)
class NearRepeatOf:
    """How near and how soon is looked at.

    Attributes
    ----------
    distances
        Ends of the bands of distance, metres: (100, 200): up to 100; over 100, up to 200.
    days
        Ends of the bands of time, whole days: (7, 14): up to 7 days; 8 to 14 days.
    metric
        "euclidean" (straight) or "manhattan" (along the axes, as streets go).
    same_place
        A first band of its own for events at the same point.
    cumulative
        Each band reaches from nought to its end.
    permutations
        Times that the days are dealt out anew.
    chain_metres, chain_days
        Events no farther and no later than this follow one another in a chain.
    cell_metres
        Side of the squares in which risk is shown.
    seed
        Of the permutations: the same seed gives the same table.
    """

    distances: tuple[float, ...] = (100.0, 200.0, 300.0, 400.0)
    days: tuple[int, ...] = (7, 14, 21, 28)
    metric: Metric = "euclidean"
    same_place: bool = True
    cumulative: bool = False
    permutations: int = 999
    chain_metres: float = 200.0
    chain_days: int = 14
    cell_metres: float = 200.0
    seed: int = 1964

    def __post_init__(self) -> None:
        for name, ends in (("distances", self.distances), ("days", self.days)):
            if not ends or list(ends) != sorted(set(ends)) or not ends[0] > 0 or not np.isfinite(ends[-1]):
                raise BadInput(f"Bands of {name} end at {list(ends)}.", allowed="ascending numbers above 0")
        if any(day != int(day) for day in (*self.days, self.chain_days)):
            raise BadInput(f"Bands of days end at {list(self.days)}.", allowed="whole days")
        if not 1 <= self.permutations <= MOST_PERMUTATIONS:
            raise BadInput(f"{self.permutations} permutations.", allowed=f"1 to {MOST_PERMUTATIONS:,}")
        if self.cell_metres < LEAST_CELL:
            raise BadInput(
                f"Cells of {self.cell_metres:g} metres may show one household.", allowed=f"{LEAST_CELL:g} or more"
            )
        if not self.chain_metres > 0 or not self.chain_days > 0:
            raise BadInput("A chain needs a distance and days.", allowed="numbers above 0")


@dataclass(frozen=True, slots=True)
class Link:
    """One event of a chain: its number among the events in order of day, its day, small area and key of its type."""

    event: int
    day: dt.date
    small_area: str
    type: str


@dataclass(frozen=True, slots=True)
class Chain:
    """Events that follow one another near by and soon: events, not people; nothing says that one person did them.

    Attributes
    ----------
    links
        In order of day, two or more.
    easting, northing
        Their middle, metres.
    reach_metres
        From the middle to the farthest of them.
    """

    links: tuple[Link, ...]
    easting: float
    northing: float
    reach_metres: float

    @property
    def first(self) -> dt.date:
        """Day of the first event."""
        return self.links[0].day

    @property
    def last(self) -> dt.date:
        """Day of the last event."""
        return self.links[-1].day


@dataclass(frozen=True, slots=True)
class NearRepeats:
    """Near repeats among some events.

    Attributes
    ----------
    of
        What was looked at.
    table
        Pairs of events by band of distance (rows) and of time (columns), beside what chance gives.
    q : array (distances, days) of float
        p-values allowing for every band of the table.
    raised : array (distances, days) of bool
        Bands with a q of 0.05 at most and a ratio of 1.2 at least.
    events
        Events looked at.
    by_recording
        Of them dated by the day they were recorded, as no time is known.
    uncertain
        Of them known only to lie between days as far apart as the first band of time, or further.
    chains
        That of the latest event first; without those at one point, which may be one household.
    chains_at_one_point
        How many those are.
    risk
        Squares at raised risk on ``to``, most events first; empty where no band is raised.
    windows
        Round which recent events, how far and until when, that of the latest event first; empty likewise.
    to
        The day up to which events were looked at.
    """

    of: NearRepeatOf
    table: Knox
    q: NDArray[np.float64]
    raised: NDArray[np.bool_]
    events: int
    by_recording: int
    uncertain: int
    chains: tuple[Chain, ...]
    chains_at_one_point: int
    risk: tuple[RiskArea, ...]
    windows: tuple[RiskWindow, ...]
    to: dt.date
    distance_words: tuple[str, ...] = field(default=())
    day_words: tuple[str, ...] = field(default=())


def near_repeats(events: Events, of: NearRepeatOf) -> NearRepeats:
    """Knox's test of some events, their chains, and where risk is raised after the latest.

    Question: does a crime make another near by and soon more likely, and where is that so now?

    Parameters: ``events`` of one kind of crime with days and points; ``of`` the bands.

    Assumes: the risk of each place keeps its share over the days looked at; an event happened in the middle of the time
    in which it can have happened. Bands of distance and of time hold their farther end.

    When not to use: open data (refused); many kinds of crime together, whose rhythms differ; to say who did what.

    Source: Knox 1964, Applied Statistics 13:25-30; Johnson et al. 2007, Journal of Quantitative Criminology
    23:201-219; raised bands as in Ratcliffe, Near Repeat Calculator manual (2009), with the false discovery rate held.
    """
    refuse_open_data(events, "near repeats")
    refuse_too_few(events, "near repeats")
    when = dated(events, of.days[0])
    day = (when.day - np.datetime64("1970-01-01")).astype(np.int64)
    if day.min() == day.max():
        raise BadInput(f"All {len(day):,} events happened on one day.", allowed="events on two days or more")
    table = _table(events, day, of)
    chains = _chains(events, day, of)
    apart = tuple(chain for chain in chains if chain.reach_metres > 0)
    q = benjamini_hochberg(table.p_more.ravel()).reshape(table.p_more.shape)
    raised = (q <= MOST_FALSE) & (table.ratio >= LEAST_RATIO)
    bands = raised_bands(of.distances, of.days, table.ratio, raised, same_place=of.same_place)
    return NearRepeats(
        of=of,
        table=table,
        q=q,
        raised=raised,
        events=len(day),
        by_recording=when.by_recording,
        uncertain=when.uncertain,
        chains=apart,
        chains_at_one_point=len(chains) - len(apart),
        risk=risk_areas(events, day, bands, metric=of.metric, side=of.cell_metres),
        windows=risk_windows(events, day, bands),
        to=events.of.last,
        distance_words=distance_words(of),
        day_words=day_words(of),
    )


def distance_words(of: NearRepeatOf) -> tuple[str, ...]:
    """The bands of distance in words, nearest first."""
    ends = [f"{end:g}" for end in of.distances]
    if of.cumulative:
        words = [f"up to {end} metres" for end in ends]
    else:
        words = [f"up to {ends[0]} metres"]
        words += [f"{low} to {high} metres" for low, high in pairwise(ends)]
    return ("same place", *words) if of.same_place else tuple(words)


def day_words(of: NearRepeatOf) -> tuple[str, ...]:
    """The bands of time in words, soonest first."""
    starts = [0, *(int(end) + 1 for end in of.days[:-1])]
    if of.cumulative:
        starts = [0] * len(of.days)
    return tuple(f"{low} to {int(high)} days" for low, high in zip(starts, of.days, strict=True))


def _table(events: Events, day: NDArray[np.int64], of: NearRepeatOf) -> Knox:
    return knox(
        events.easting,
        events.northing,
        day,
        distance_breaks=[0.0, *of.distances],
        lag_breaks=[0.0, *of.days],
        rng=np.random.default_rng(of.seed),
        permutations=of.permutations,
        metric=of.metric,
        distance_closed="right",
        lag_closed="right",
        same_place=of.same_place,
        cumulative=of.cumulative,
    )


def _chains(events: Events, day: NDArray[np.int64], of: NearRepeatOf) -> tuple[Chain, ...]:
    """Events joined to events that are near and soon, and so on."""
    number = len(day)
    pairs = near_pairs(
        events.easting, events.northing, day, within=of.chain_metres, lag=of.chain_days, metric=of.metric
    )
    joined = csr_array((np.ones(len(pairs), bool), (pairs[:, 0], pairs[:, 1])), shape=(number, number))
    _, group = connected_components(joined, directed=False)
    order = np.lexsort((np.arange(number), day, group))
    parts = np.split(order, np.flatnonzero(np.diff(group[order])) + 1)
    chains = [_chain(events, day, part) for part in parts if len(part) > 1]
    return tuple(sorted(chains, key=lambda chain: (-chain.last.toordinal(), -len(chain.links), chain.links[0].event)))


def _chain(events: Events, day: NDArray[np.int64], rows: NDArray[np.int64]) -> Chain:
    x, y = events.easting[rows], events.northing[rows]
    middle = float(x.mean()), float(y.mean())
    return Chain(
        links=tuple(
            Link(int(row) + 1, _date(day[row]), str(events.small_area[row]), str(events.type[row])) for row in rows
        ),
        easting=middle[0],
        northing=middle[1],
        reach_metres=float(np.hypot(x - middle[0], y - middle[1]).max()),
    )


def _date(day: np.int64 | int) -> dt.date:
    return dt.date(1970, 1, 1) + dt.timedelta(days=int(day))
