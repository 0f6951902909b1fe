"""The day on which each event happened, and what cannot be told of events that have no day or no place of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from upstream.errors import BadInput
from upstream.measures.events import Events


@dataclass(frozen=True, slots=True)
class Dated:
    """Days of events.

    Attributes
    ----------
    day : array (n,) of datetime64[D]
        The middle of the time in which it can have happened; the day it was recorded where no time is known.
    by_recording : int
        Events dated by the day they were recorded.
    uncertain : int
        Events that can have happened on days further apart than ``days`` asked for.
    """

    day: NDArray[np.datetime64]
    by_recording: int
    uncertain: int


def dated(events: Events, days: int) -> Dated:
    """When each event happened, to the day; ``days`` apart or more is uncertain."""
    known = ~np.isnat(events.start)
    last = np.where(np.isnat(events.end), events.start, events.end)
    middle = events.start + (last - events.start) // 2
    day = np.where(known, middle.astype("datetime64[D]"), events.day)
    apart = (last - events.start)[known] // np.timedelta64(1, "D")
    return Dated(day, int((~known).sum()), int((apart >= days).sum()))


def refuse_open_data(events: Events, what: str) -> None:
    """Open data moves events to shared map points and knows the month alone."""
    if events.open_data:
        raise BadInput(
            f"Open data gives no {what}: it holds the month of an event, never the day, and moves every event to a "
            "map point that it shares with others.",
            allowed="the force's own records, with days and points",
            remedy="Add the force's crimes, or look for places by month instead.",
        )


def refuse_too_few(events: Events, what: str) -> None:
    """Two events at least, not all at one point, not all on one day of recording."""
    number = len(events.day)
    if number < 2:
        held = "No events were" if not number else "One event was"
        reasons = "".join(f" {one.count:,} more were left out: {one.reason}." for one in events.left_out)
        raise BadInput(
            f"{held} found: {what} need two at least.{reasons}",
            allowed="two events or more, with coordinates",
            remedy="Ask for more days, types or areas.",
        )
    if len(np.unique(np.column_stack([events.easting, events.northing]), axis=0)) == 1:
        raise BadInput(
            f"All {number:,} events lie at one point: near and far cannot be told apart.",
            allowed="events at two points or more",
            remedy="Look at the point by itself, or ask for a wider area.",
        )
