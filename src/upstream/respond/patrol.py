"""Short stops in hot spots: a plan of who is where when, and how much of it was done."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from upstream.errors import BadInput

SHORTEST: Final = 10
LONGEST: Final = 16
"""Minutes of a stop after which a hot spot stays quiet longest. Source: Koper (1995), Justice Quarterly 12, 649-672, on
one city: from 10 minutes on stops did more than driving through, and most at about 15. One study of when disorder came
next, not a trial of lengths, and not repeated elsewhere when this was written."""
STOP: Final = 15
KM_AN_HOUR: Final = 30.0
"""Speed of a car between hot spots, in a straight line; a choice, not an estimate."""


@dataclass(frozen=True, slots=True)
class HotSpot:
    """A place to stop at: metres on the National Grid, and a weight (expected harm or crimes), from 0."""

    key: str
    name: str
    easting: float
    northing: float
    weight: float


@dataclass(frozen=True, slots=True)
class Shift:
    """When teams are out: the first minute, how long, and how many teams."""

    start: dt.datetime
    minutes: int
    teams: int


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop: the team (from 1), where, from when, for how many minutes."""

    team: int
    spot: str
    start: dt.datetime
    minutes: int


@dataclass(frozen=True, slots=True)
class PatrolPlan:
    """A plan of stops.

    Attributes
    ----------
    stops
        In order of start, then team.
    planned
        Hot spot to minutes.
    wanted
        Hot spot to minutes in proportion to its weight: what the plan aims at.
    travel
        Minutes on the way.
    minutes
        Of all teams together; stops, travel and what is left over add up to it.
    """

    stops: tuple[Stop, ...]
    planned: dict[str, int]
    wanted: dict[str, float]
    travel: float
    minutes: int


@dataclass(frozen=True, slots=True)
class Visit:
    """A stop that was made."""

    spot: str
    start: dt.datetime
    minutes: float


@dataclass(frozen=True, slots=True)
class Dose:
    """What one hot spot got.

    Attributes
    ----------
    spot
        Key.
    planned, delivered
        Minutes.
    visits_planned, visits
        Stops.
    as_planned
        Visits that began within a quarter of an hour of a planned stop, each planned stop counted once.
    in_band
        Visits of 10 to 16 minutes.
    """

    spot: str
    planned: float
    delivered: float
    visits_planned: int
    visits: int
    as_planned: int
    in_band: int

    @property
    def share(self) -> float:
        """Delivered over planned minutes; NaN where nothing was planned."""
        return self.delivered / self.planned if self.planned else float("nan")


def patrol_plan(
    spots: Sequence[HotSpot], shifts: Sequence[Shift], *, rng: np.random.Generator, stop: int = STOP
) -> PatrolPlan:
    """Plan short stops at hot spots, more of them where the weight is greater, in an order nobody can guess.

    Question: how are so many hours made into stops that keep hot spots quiet?

    Parameters: ``spots``; ``shifts``; ``rng`` of the order; ``stop`` minutes of each, 10 to 16.

    Assumes: straight roads at 30 km/h. No team is sent where another stands, and none stops twice running at one place
    while others are due.

    When not to use: as a duty roster; breaks, calls and handovers are for those who know them.

    Source: length of stops: Koper (1995), Justice Quarterly 12, 649-672; a trial of stops of about 15 minutes (not of
    one length against another): Telep, Mitchell and Weisburd (2014), Justice Quarterly 31, 905-933.
    """
    if not SHORTEST <= stop <= LONGEST:
        raise BadInput(f"Stops of {stop} minutes were asked for.", allowed=f"{SHORTEST} to {LONGEST} minutes")
    if (
        not spots
        or len({spot.key for spot in spots}) < len(spots)
        or any(not (spot.weight >= 0 and math.isfinite(spot.easting + spot.northing + spot.weight)) for spot in spots)
    ):
        raise BadInput(
            f"{len(spots)} hot spots were given.", allowed="one or more, each once, with a place and a weight"
        )
    if not shifts or any(shift.minutes < stop or shift.teams < 1 for shift in shifts):
        raise BadInput("The shifts cannot be used.", allowed=f"{stop} minutes or more, one team or more")
    weights = np.array([spot.weight for spot in spots]) if any(s.weight for s in spots) else np.ones(len(spots))
    minutes = sum(shift.minutes * shift.teams for shift in shifts)
    stops: list[Stop] = []
    given = np.zeros(len(spots))
    travel = 0.0
    for shift in shifts:
        made, way = _one_shift(spots, shift, weights, given, stop, rng)
        stops += made
        travel += way
    planned = {spot.key: int(given[at]) for at, spot in enumerate(spots)}
    total = given.sum()
    wanted = {spot.key: float(total * weights[at] / weights.sum()) for at, spot in enumerate(spots)}
    return PatrolPlan(tuple(sorted(stops, key=lambda s: (s.start, s.team))), planned, wanted, travel, minutes)


def _one_shift(
    spots: Sequence[HotSpot],
    shift: Shift,
    weights: NDArray[np.float64],
    given: NDArray[np.float64],
    stop: int,
    rng: np.random.Generator,
) -> tuple[list[Stop], float]:
    """Stops of one shift, adding their minutes to ``given``; the minutes on the way."""
    free = [0.0] * shift.teams
    at: list[int | None] = [None] * shift.teams
    until = np.full(len(spots), -1.0)
    stops: list[Stop] = []
    travel = 0.0
    while True:
        team = int(np.argmin(free))
        way = np.array([_minutes_between(spots, at[team], to) for to in range(len(spots))])
        arrive = free[team] + way
        can = (arrive + stop <= shift.minutes) & (until <= arrive)
        if len(spots) > 1 and at[team] is not None:
            can[at[team]] = False
        if not can.any():
            free[team] = math.inf
            if all(math.isinf(one) for one in free):
                return stops, travel
            continue
        # how far behind its share each place is; near ones first among equals, and chance among near equals
        due = weights / weights.sum() * (given.sum() + stop) - given - way / stop + rng.uniform(0, 1, len(spots))
        to = int(np.argmax(np.where(can, due, -np.inf)))
        begin = math.ceil(arrive[to])
        if begin + stop > shift.minutes:
            free[team] = math.inf
            continue
        stops.append(Stop(team + 1, spots[to].key, shift.start + dt.timedelta(minutes=begin), stop))
        given[to] += stop
        travel += float(way[to])
        until[to] = begin + stop
        free[team], at[team] = begin + stop, to


def _minutes_between(spots: Sequence[HotSpot], start: int | None, to: int) -> float:
    if start is None:
        return 0.0
    a, b = spots[start], spots[to]
    return math.hypot(a.easting - b.easting, a.northing - b.northing) / 1000 / KM_AN_HOUR * 60


NEAR_PLAN: Final = dt.timedelta(minutes=15)


def dose(plan: PatrolPlan, visits: Sequence[Visit]) -> tuple[Dose, ...]:
    """What was delivered against what was planned, hot spot by hot spot; visits elsewhere are a spot of their own.

    Question: was the patrol done that is to be judged?

    Parameters: the ``plan``; the ``visits`` made.

    Assumes: a visit is one stop at one hot spot; overlapping visits of two teams both count.

    When not to use: to judge officers. It says what places got.

    Source: dosage in hot-spot trials: Sherman and Weisburd (1995), Justice Quarterly 12, 625-648.
    """
    keys = list(dict.fromkeys([*plan.planned, *(visit.spot for visit in visits)]))
    made = []
    for key in keys:
        own = sorted((visit for visit in visits if visit.spot == key), key=lambda visit: visit.start)
        open_stops = [stop for stop in plan.stops if stop.spot == key]
        met = 0
        for visit in own:
            near = [stop for stop in open_stops if abs(stop.start - visit.start) <= NEAR_PLAN]
            if near:
                open_stops.remove(min(near, key=lambda stop: abs(stop.start - visit.start)))
                met += 1
        made.append(
            Dose(
                key, float(plan.planned.get(key, 0)), sum(visit.minutes for visit in own),
                sum(stop.spot == key for stop in plan.stops), len(own), met,
                sum(SHORTEST <= visit.minutes <= LONGEST for visit in own),
            )
        )  # fmt: skip
    return tuple(made)


@dataclass(frozen=True, slots=True)
class WeekDose:
    """What one week got, of every hot spot together.

    Attributes
    ----------
    monday
        The week's first day.
    planned, delivered
        Minutes.
    visits_planned, visits, in_band
        Stops planned and made, and those made of 10 to 16 minutes.
    """

    monday: dt.date
    planned: int
    delivered: float
    visits_planned: int
    visits: int
    in_band: int


def dose_by_week(stops: Sequence[Stop], visits: Sequence[Visit]) -> tuple[WeekDose, ...]:
    """What was delivered against what was planned, week by week (Monday to Sunday), without a gap.

    Question: did the dose last, or fade after the first weeks?

    Parameters: ``stops`` of the plan; the ``visits`` made.

    Assumes, when not to use, source: as :func:`dose`.
    """
    days = [one.start.date() for one in stops] + [one.start.date() for one in visits]
    if not days:
        return ()
    first = _monday(min(days))
    made = []
    for week in range((_monday(max(days)) - first).days // 7 + 1):
        monday = first + dt.timedelta(days=7 * week)
        planned = [one for one in stops if _monday(one.start.date()) == monday]
        own = [one for one in visits if _monday(one.start.date()) == monday]
        made.append(
            WeekDose(
                monday, sum(one.minutes for one in planned), sum(one.minutes for one in own), len(planned), len(own),
                sum(SHORTEST <= one.minutes <= LONGEST for one in own),
            )
        )  # fmt: skip
    return tuple(made)


def _monday(day: dt.date) -> dt.date:
    return day - dt.timedelta(days=day.weekday())
