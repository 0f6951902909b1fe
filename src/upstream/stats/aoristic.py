"""When things happened of which only a range of time is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput

WEEK_MINUTES: Final = 7 * 24 * 60
_MONDAY: Final = np.datetime64("1970-01-05T00:00", "m")


@dataclass(frozen=True, slots=True)
class Aoristic:
    """Events by hour and weekday, each event one in all.

    Attributes
    ----------
    weights : array (24, 7) of float
        Row: hour of the day from midnight; column: Monday to Sunday. Sums to ``events``.
    events : int
        Events used.
    reversed : int
        Events left out because they end before they begin.
    uncertain : int
        Events whose range is longer than an hour.
    over_a_week : int
        Events whose range is a week or longer: they say nothing of hour or day, and weigh 1/168 in each.
    """

    weights: NDArray[np.float64]
    events: int
    reversed: int
    uncertain: int
    over_a_week: int


def aoristic(begins: ArrayLike, ends: ArrayLike) -> Aoristic:
    """Events spread over the hours and weekdays at which they may have happened.

    Question: at which hours and weekdays do events happen, when each is known to lie between two moments?

    Parameters:

    begins, ends : (n,) of datetime64
        First and last moment the event can have happened, local wall time, read to the minute; an end that is not
        known is NaT and stands for the beginning.

    Assumes: an event is equally likely in every minute of its range; a burglary while people were at work is not.
    Hours of the ends are favoured where ranges are long: look at the exact events beside it.

    When not to use: ranges that mostly exceed a day.

    Source: Ratcliffe 2002, Journal of Quantitative Criminology 18:23-43; the rules for a missing end, for up to a
    minute (whole in its hour) and for a week and more (1/168 each) as in the R package aoristic 1.1.1.
    """
    first = np.asarray(begins, "datetime64[m]")
    last = np.asarray(ends, "datetime64[m]")
    if first.shape != last.shape or first.ndim != 1:
        raise BadInput(f"{first.size} beginnings and {last.size} ends.", allowed="one of each for every event")
    if np.isnat(first).any():
        raise BadInput(f"{int(np.isnat(first).sum())} events have no beginning.", remedy="Leave them out and say so.")
    last = np.where(np.isnat(last), first, last)
    wrong = last < first
    first, last = first[~wrong], last[~wrong]
    minutes = (last - first).astype(np.int64)
    start = (first - _MONDAY).astype(np.int64) % WEEK_MINUTES
    long = minutes >= WEEK_MINUTES
    length = np.maximum(minutes, 1)
    weights = _spread(start[~long], length[~long]).reshape(7, 24, 60).sum(2).T + long.sum() / (7 * 24)
    return Aoristic(
        weights=weights,
        events=len(first),
        reversed=int(wrong.sum()),
        uncertain=int((minutes > 60).sum()),
        over_a_week=int(long.sum()),
    )


def _spread(start: NDArray[np.int64], length: NDArray[np.int64]) -> NDArray[np.float64]:
    """Weight of every minute of the week: a step up where a range begins and down where it ends, summed."""
    steps = np.zeros(2 * WEEK_MINUTES + 1)
    np.add.at(steps, start, 1 / length)
    np.add.at(steps, start + length, -1 / length)
    level: NDArray[np.float64] = steps.cumsum()[:-1]
    return level[:WEEK_MINUTES] + level[WEEK_MINUTES:]
