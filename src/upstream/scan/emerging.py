"""Emerging hot spots: which places are newly hot, hot for long, growing or fading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from upstream.errors import BadInput
from upstream.measures.events import Events, LeftOut
from upstream.periods import Month, months
from upstream.scan.hot_spots import FALSE_DISCOVERIES, FEWEST_PLACES
from upstream.scan.study import Study, counts_by_period, notes_of, place_events
from upstream.stats.false_alarms import benjamini_hochberg
from upstream.stats.local_association import getis_ord
from upstream.stats.trend import Trend, mann_kendall

Class = Literal[
    "new", "consecutive", "intensifying", "persistent", "diminishing", "sporadic", "oscillating", "historical", "none"
]
CLASS_WORDS: Final[dict[Class, str]] = {
    "new": "Hot in the last period and never before",
    "consecutive": "Hot without a break up to the last period, and never before that",
    "intensifying": "Hot nearly always, the last period included, and more so over time",
    "persistent": "Hot nearly always, without rising or falling",
    "diminishing": "Hot nearly always, the last period included, and less so over time",
    "sporadic": "Hot in the last period, on and off before",
    "oscillating": "Hot in the last period, and cold at some time before",
    "historical": "Hot nearly always, but not in the last period",
    "none": "None of these",
}
NEARLY_ALWAYS: Final = 0.9
FEWEST_PERIODS: Final = 10
"""Below this a trend test says nothing."""
TREND_LEVEL: Final = 0.05


@dataclass(frozen=True, slots=True)
class Emerging:
    """Places by how they became hot.

    Attributes
    ----------
    study : Study
    months : tuple of Month
        First month of each period, oldest first; missing months are not among them.
    counts : (n, periods) of int64
    z : (n, periods) of float64
        Gi* of each place among the places of its period.
    hot, cold : (n, periods) of bool
        At a false-discovery rate of 5% over the places and periods together.
    trend : Trend
        Mann and Kendall's test of each row of ``z``; each array (n,).
    called : (n,) of str
        :data:`Class` of each place.
    left_out : tuple of LeftOut
    notes : tuple of str
    """

    study: Study
    months: tuple[Month, ...]
    counts: NDArray[np.int64]
    z: NDArray[np.float64]
    hot: NDArray[np.bool_]
    cold: NDArray[np.bool_]
    trend: Trend
    called: NDArray[np.str_]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]


def emerging(
    events: Events, study: Study, *, rng: np.random.Generator, permutations: int = 199, period_months: int = 1
) -> Emerging:
    """How the hot spots of a map came about.

    Question: which places are newly hot, which for long, and which are growing or fading?

    Parameters: ``events`` and the ``study`` that they lie in; ``period_months`` counted together; ``rng`` of the
    ``permutations`` of each period.

    Assumes: each period's map is looked at by itself, so a change of the whole force makes nothing hot; z of one place
    is compared over time with the memory of months allowed for. Periods with a missing month are left out.

    When not to use: fewer than ten periods; counts so small that most places have none in most periods: use longer
    periods or larger places.

    Source: classes as Esri documents them for its emerging hot spot analysis, and sfhotspot's open version; Ord and
    Getis 1995; Kendall 1975, Hamed and Rao 1998 for the trend.
    """
    starts, period = _periods(events, period_months)
    if len(starts) < FEWEST_PERIODS or len(study) < FEWEST_PLACES:
        raise BadInput(
            f"{len(starts)} periods of {period_months} months in {len(study)} places.",
            allowed=f"{FEWEST_PERIODS} periods and {FEWEST_PLACES} places or more",
            remedy="Ask for more months.",
        )
    placed = place_events(study, events)
    counts = counts_by_period(study, placed, period, len(starts))
    z, p, above = _maps(counts, study, rng, permutations)
    certain = benjamini_hochberg(p.ravel()).reshape(p.shape) <= FALSE_DISCOVERIES
    hot, cold = certain & above, certain & ~above
    trend = mann_kendall(z)
    return Emerging(
        study=study,
        months=tuple(starts),
        counts=counts,
        z=z,
        hot=hot,
        cold=cold,
        trend=trend,
        called=classes(hot, cold, trend),
        left_out=placed.left_out,
        notes=notes_of(events, study),
    )


def classes(hot: NDArray[np.bool_], cold: NDArray[np.bool_], trend: Trend) -> NDArray[np.str_]:
    """:data:`Class` of each place from when it was hot and cold (n, periods) and its trend."""
    periods = hot.shape[1]
    last, times = hot[:, -1], hot.sum(1)
    nearly = times >= NEARLY_ALWAYS * periods
    # how many periods up to the last were hot without a break
    run = np.where(hot.all(1), periods, np.argmin(hot[:, ::-1], axis=1))
    rises, falls = (trend.p <= TREND_LEVEL) & (trend.s > 0), (trend.p <= TREND_LEVEL) & (trend.s < 0)
    found = np.full(len(hot), "none", "<U12")
    for word, meets in (
        ("historical", nearly & ~last),
        ("sporadic", last & ~nearly & (times > run)),
        ("oscillating", last & ~nearly & cold.any(1)),
        ("consecutive", last & ~nearly & (run >= 2) & (times == run)),
        ("new", last & (times == 1)),
        ("persistent", nearly & last),
        ("intensifying", nearly & last & rises),
        ("diminishing", nearly & last & falls),
    ):
        found[meets] = word  # later words are closer
    return found


def _periods(events: Events, length: int) -> tuple[list[Month], NDArray[np.int64]]:
    """First months of whole periods, counted back from the last month asked for, and the period of each event (-1: in
    none)."""
    if length < 1:
        raise BadInput(f"Periods of {length} months.", allowed="1 or more")
    first, last = Month.of(events.of.first), Month.of(events.of.last)
    missing = set(events.missing)
    starts, end = [], last
    while end.index - first.index + 1 >= length:
        start = end - (length - 1)
        if not missing & set(months(start, end)):
            starts.append(start)
        end = start - 1
    starts.reverse()
    period = np.full(len(events.day), -1, np.int64)
    for at, start in enumerate(starts):
        period[(events.month >= start.index) & (events.month < start.index + length)] = at
    return starts, period


def _maps(
    counts: NDArray[np.int64], study: Study, rng: np.random.Generator, permutations: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """z, two-sided p and whether there is more around than less, of every place and period."""
    z, p = np.zeros(counts.shape), np.ones(counts.shape)
    above = np.zeros(counts.shape, bool)
    for at in range(counts.shape[1]):
        values = counts[:, at]
        if np.ptp(values) == 0:
            continue  # a map that is all alike has no hot spot
        local = getis_ord(values, study.neighbours, rng=rng, permutations=permutations, conditional=False)
        z[:, at] = np.nan_to_num(local.statistic)
        p[:, at] = np.nan_to_num(local.p, nan=1.0)
        above[:, at] = local.p_high <= local.p_low
    return z, p, above
