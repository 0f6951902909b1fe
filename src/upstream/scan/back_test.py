"""Did the map say where the next events would be? Every map beside the plainest: the same places as last time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from upstream.errors import BadInput
from upstream.measures.events import Events, LeftOut
from upstream.periods import Month, months
from upstream.scan.study import Placed, Study, counts_of, notes_of, place_events
from upstream.stats.concentration import accuracy
from upstream.stats.local_association import getis_ord

Map = Literal["same places", "all months", "gi", "density", "harm"]
MAPS: Final[tuple[Map, ...]] = get_args(Map)
MAP_WORDS: Final[dict[Map, str]] = {
    "same places": "The same places as in the period before (naive)",
    "all months": "Counts of every month before, the recent ones the more",
    "gi": "Gi* of the months before",
    "density": "Kernel density of the months before",
    "harm": "Days of harm of the months before",
}
USUAL_AREAS: Final = (0.01, 0.05, 0.1)
"""Shares of the area that a map may name."""
HALF_LIFE_MONTHS: Final = 6.0
HISTORY_MONTHS: Final = 12
DENSITY_METRES: Final = 500.0
_INTERVAL: Final = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class MapScore:
    """How one map did over every period tested, at one share of the area.

    Attributes
    ----------
    map : str
        :data:`Map`.
    area : float
        Share of the area named: the places that come nearest to what was asked for.
    hits, later : int
        Later events in the places named, and all later events.
    hit_rate, index, efficiency : float
        ``hits`` over ``later``; over ``area`` (PAI); and over the best that the same area could have had (PEI).
    gain : float
        ``hit_rate`` less that of the naive map.
    gain_low, gain_high : float
        95% interval of the gain, drawing periods anew; not a number with fewer than three periods.
    """

    map: Map
    area: float
    hits: int
    later: int
    hit_rate: float
    index: float
    efficiency: float
    gain: float
    gain_low: float
    gain_high: float


@dataclass(frozen=True, slots=True)
class BackTest:
    """Maps tested on the period after them.

    Attributes
    ----------
    study : Study
    periods : tuple of Month
        First month of each period tested.
    period_months : int
    scores : tuple of MapScore
        By share of the area asked for, then map: the naive one first.
    left_out : tuple of LeftOut
    notes : tuple of str
    """

    study: Study
    periods: tuple[Month, ...]
    period_months: int
    scores: tuple[MapScore, ...]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]


def back_test(
    events: Events,
    study: Study,
    *,
    rng: np.random.Generator,
    maps: Sequence[Map] = ("same places", "all months", "gi"),
    areas: Sequence[float] = USUAL_AREAS,
    tested: int = 6,
    period_months: int = 1,
) -> BackTest:
    """How much of what came next lay in the places that each map named.

    Question: is this map any better than going where it happened last time?

    Parameters: ``events`` of the months before and of those tested; the ``study`` that they lie in; ``maps``; ``areas``
    shares of the whole area that a map may name; ``tested`` periods, the last ones asked for, of ``period_months``
    each; ``rng`` of the interval of the gain, and of equal places.

    Assumes: a map knows the months before the period alone, at most a year of them. Places are named until the share of
    the area is nearest. Policing the places named makes a map look worse than it was.

    When not to use: to compare at different areas; months with a missing one among them (they are left out).

    Source: Chainey, Tompson and Uhlig 2008, Security Journal 21:4-28; Hunt 2016 (efficiency); Lee, O and Eck 2020,
    Journal of Quantitative Criminology 36:653-680 (the naive map).
    """
    wanted = tuple(dict.fromkeys(("same places", *maps)))
    if unknown := [name for name in wanted if name not in MAPS]:
        raise BadInput(f"No such map: {', '.join(unknown)}.", allowed=", ".join(MAPS))
    if not areas or not all(0 < share < 1 for share in areas):
        raise BadInput(f"Shares of the area {list(areas)}.", allowed="above 0, below 1")
    starts = _tested(events, tested, period_months)
    placed = place_events(study, events)
    if events.read and not placed.inside.any():
        why = ", ".join(f"{one.count:,} {one.reason}" for one in placed.left_out)
        raise BadInput(
            f"None of the {events.read:,} events lies in a place looked at: {why}.", allowed="events in places"
        )
    results = np.array([
        [_scored(events, study, placed, name, start, period_months, areas, rng) for name in wanted] for start in starts
    ])  # (periods, maps, areas, 4)  # fmt: skip
    scores = [
        _score(name, results[:, at, share], results[:, 0, share], rng)
        for share in range(len(areas))
        for at, name in enumerate(wanted)
    ]
    return BackTest(study, tuple(starts), period_months, tuple(scores), placed.left_out, notes_of(events, study))


def _tested(events: Events, tested: int, length: int) -> list[Month]:
    """First months of the periods tested, oldest first: whole, held, and with the period before them held."""
    first, end = Month.of(events.of.first), Month.of(events.of.last)
    missing = set(events.missing)
    found: list[Month] = []
    while len(found) < tested and end.index - first.index + 1 >= 2 * length:
        start = end - (length - 1)
        if not missing & set(months(start - length, end)):
            found.append(start)
        end = start - 1
    if not found:
        raise BadInput(
            f"{events.of.first} to {events.of.last} hold no period of {length} months with one before it.",
            allowed="at least two periods, whole and held",
        )
    return found[::-1]


def _scored(
    events: Events, study: Study, placed: Placed, name: Map, start: Month, length: int, areas: Sequence[float],
    rng: np.random.Generator,
) -> list[tuple[float, float, float, float]]:  # fmt: skip
    """Share of area named, hits, later events and the most hits possible, for each share asked for."""
    later = counts_of(study, placed, (events.month >= start.index) & (events.month < start.index + length))
    if not later.sum():
        return [(share, 0, 0, 0) for share in areas]
    value = _value(events, study, placed, name, start, length, rng)
    per_area = value / study.square_km if name != "gi" else value
    # places alike are put in an order of chance: none leads by its number
    order = np.lexsort((rng.random(len(value)), -per_area))
    found = accuracy(order, later, study.square_km)
    ideal = accuracy(np.argsort(-later / study.square_km, kind="stable"), later, study.square_km)
    total = float(later.sum())
    rows = []
    for share in areas:
        at = int(np.argmin(np.abs(found.area - share)))
        named = float(found.area[at])
        best = float(np.interp(named, np.r_[0, ideal.area], np.r_[0, ideal.hit_rate]))
        rows.append((named, float(found.hit_rate[at]) * total, total, best * total))
    return rows


def _value(
    events: Events, study: Study, placed: Placed, name: Map, start: Month, length: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """What a map says of each place from what was known before a month."""
    before = events.month < start.index
    if name == "same places":
        return counts_of(study, placed, before & (events.month >= start.index - length)).astype(np.float64)
    history = before & (events.month >= start.index - HISTORY_MONTHS) & placed.inside
    ago = start.index - 1 - events.month[history]
    if name == "all months":
        return _summed(study, placed.at[history], 0.5 ** (ago / HALF_LIFE_MONTHS))
    if name == "harm":
        return _summed(study, placed.at[history], np.nan_to_num(events.harm_days[history]))
    if name == "gi":
        counts = counts_of(study, placed, history)
        if np.ptp(counts) == 0:
            return counts.astype(np.float64)
        return np.nan_to_num(getis_ord(counts, study.neighbours, rng=rng, permutations=0).statistic)
    return _dense(events, study, history) * study.square_km


def _summed(study: Study, at: NDArray[np.int64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.bincount(at, weight, len(study)).astype(np.float64)


def _dense(events: Events, study: Study, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Kernel density (quartic) at the middle of each place, point by point: few places need no grid."""
    points = cKDTree(np.column_stack([events.easting[chosen], events.northing[chosen]]))
    pairs = cKDTree(np.column_stack([study.x, study.y])).sparse_distance_matrix(
        points, DENSITY_METRES, output_type="ndarray"
    )
    return np.bincount(pairs["i"], (1 - (pairs["v"] / DENSITY_METRES) ** 2) ** 2, len(study)).astype(np.float64)


def _score(name: Map, own: NDArray[np.float64], naive: NDArray[np.float64], rng: np.random.Generator) -> MapScore:
    """One map at one share of the area, over the periods (periods, 4)."""
    area, (hits, later, best) = own[:, 0].mean(), own[:, 1:].sum(0)
    if not later:
        raise BadInput("Nothing happened in any period tested.", remedy="Ask for other types or months.")
    low = high = float("nan")
    if len(own) >= 3:
        drawn = rng.integers(0, len(own), (2_000, len(own)))
        whole = np.maximum(own[drawn, 2].sum(1), 1)
        low, high = np.percentile((own[drawn, 1] - naive[drawn, 1]).sum(1) / whole, _INTERVAL)
    return MapScore(
        map=name,
        area=float(area),
        hits=round(hits),
        later=round(later),
        hit_rate=float(hits / later),
        index=float(hits / later / area),
        efficiency=float(hits / best) if best else 0.0,
        gain=float((hits - naive[:, 1].sum()) / later),
        gain_low=float(low),
        gain_high=float(high),
    )
