"""How few places hold how much: concentration, its J-curve, risky facilities, and whether the places stay the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.spatial import cKDTree

from upstream.errors import BadInput
from upstream.measures.events import Events, LeftOut
from upstream.periods import Month
from upstream.scan.study import Study, counts_of, notes_of, notes_of_points, place_events
from upstream.stats.concentration import USUAL_SHARES, Concentration, concentration
from upstream.stats.stability import Stability, leading, stability

Exposure = Literal["places", "residents", "area"]
"""What chance deals events out by: every place alike, by people living there, by square kilometres."""
YEAR: Final = 12
FEWEST_FACILITIES: Final = 3


@dataclass(frozen=True, slots=True)
class Concentrated:
    """How concentrated the events of a study are.

    Attributes
    ----------
    study : Study
    counts : (n,) of int64
        Events of each place.
    found : Concentration
        Shares, Gini coefficients, and what chance gives.
    exposure : str
    curve : (n,) of float64
        Share of the events in the first place, the first two and so on, the most first: the J-curve, seen from its end.
    stable : tuple of (Month, Month, Stability)
        The leading places of each year in the next: first months of both years.
    left_out : tuple of LeftOut
    notes : tuple of str
        What a reader must know.
    """

    study: Study
    counts: NDArray[np.int64]
    found: Concentration
    exposure: Exposure
    curve: NDArray[np.float64]
    stable: tuple[tuple[Month, Month, Stability], ...]
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]


def concentrated(
    events: Events,
    study: Study,
    *,
    rng: np.random.Generator,
    exposure: Exposure = "places",
    shares: Sequence[float] = USUAL_SHARES,
    simulations: int = 199,
) -> Concentrated:
    """How few places hold how much of what happened, and whether they are the same every year.

    Question: is this a problem of few places, and of the same ones?

    Parameters: ``events`` and the ``study`` that they lie in; ``exposure`` what chance deals them out by; ``shares`` of
    the events asked about; ``rng`` of the ``simulations``.

    Assumes: as :func:`upstream.stats.concentration.concentration`; whole years are compared, counted back from the
    last month asked for.

    When not to use: small areas were drawn to hold like numbers of people: they hide how few streets and addresses hold
    most of it.

    Source: Weisburd 2015, Criminology 53:133-157; Wilcox and Eck 2011, Criminology & Public Policy 10:473-482
    (J-curve).
    """
    placed = place_events(study, events)
    counts = counts_of(study, placed)
    if not counts.sum():
        raise BadInput(
            "None of the events lies in the places looked at.", remedy="Ask for other types, months or areas."
        )
    found = concentration(counts, rng=rng, shares=shares, exposure=_exposure(study, exposure), simulations=simulations)
    ordered = np.sort(counts)[::-1]
    by_year = _by_year(events)
    stable = []
    for before, after in pairwise(by_year):
        first, second = (counts_of(study, placed, chosen) for _, chosen in (before, after))
        if first.sum() and second.sum():
            top = int(found.needed[0])
            stable.append((before[0], after[0], stability(first, second, top=top)))
    return Concentrated(
        study=study,
        counts=counts,
        found=found,
        exposure=exposure,
        curve=ordered.cumsum() / ordered.sum(),
        stable=tuple(stable),
        left_out=placed.left_out,
        notes=notes_of(events, study),
    )


def _exposure(study: Study, by: Exposure) -> NDArray[np.float64] | None:
    if by == "places":
        return None
    if by == "area":
        return study.square_km
    if study.residents is None or not np.isfinite(study.residents).all():
        raise BadInput("How many people live in each place is not held.", allowed="places, area")
    return study.residents


def _by_year(events: Events) -> list[tuple[Month, NDArray[np.bool_]]]:
    """Whole years, oldest first, counted back from the last month asked for; without those that lack a month."""
    last, first = Month.of(events.of.last), Month.of(events.of.first)
    missing = {month.index for month in events.missing}
    years = []
    while last.index - first.index + 1 >= YEAR:
        start = last - (YEAR - 1)
        if not missing & set(range(start.index, last.index + 1)):
            years.append((start, (events.month >= start.index) & (events.month <= last.index)))
        last = start - 1
    return years[::-1]


@dataclass(frozen=True, slots=True)
class RiskyFacilities:
    """Events about facilities of one kind.

    Attributes
    ----------
    names : (n,) of str
    easting, northing : (n,) of float64
    counts : (n,) of int64
        Events nearest to the facility and within ``radius`` metres of it: each event once.
    found : Concentration
        Over the facilities.
    order : (n,) of int64
        Facilities, the most events first.
    radius : float
    beyond : int
        Events near none of them.
    left_out : tuple of LeftOut
    notes : tuple of str
    """

    names: NDArray[np.str_]
    easting: NDArray[np.float64]
    northing: NDArray[np.float64]
    counts: NDArray[np.int64]
    found: Concentration
    order: NDArray[np.int64]
    radius: float
    beyond: int
    left_out: tuple[LeftOut, ...]
    notes: tuple[str, ...]


def risky_facilities(
    events: Events,
    names: Sequence[str],
    easting: ArrayLike,
    northing: ArrayLike,
    *,
    radius: float,
    rng: np.random.Generator,
    simulations: int = 199,
) -> RiskyFacilities:
    """Which few of many like facilities have most of the events about them.

    Question: of these pubs, car parks, schools or shops, is it all of them or a few?

    Parameters: ``events``; ``names``, ``easting``, ``northing`` (n,) of every facility of the kind, the quiet ones
    included; ``radius`` metres within which an event is about the nearest of them; ``rng`` of the ``simulations``.

    Assumes: all facilities of the kind are listed, and what happens near one has to do with it.

    When not to use: to blame a manager: nearby streets, size and custom matter; open data, whose points are moved.

    Source: Eck, Clarke and Guerette 2007, Crime Prevention Studies 21:225-264.
    """
    place = np.column_stack([np.asarray(easting, np.float64), np.asarray(northing, np.float64)])
    if len(names) < FEWEST_FACILITIES:
        raise BadInput(
            f"{len(names)} facilities of the kind to look at.", allowed="three or more, to be compared",
            remedy="Ask for a wider area or another kind.",
        )  # fmt: skip
    if len(place) != len(names) or not np.isfinite(place).all() or not radius > 0:
        raise BadInput(f"{len(names)} facilities and a radius of {radius}.", allowed="each with a place; above 0")
    away, nearest = cKDTree(place).query(np.column_stack([events.easting, events.northing]))
    near = away <= radius
    counts = np.bincount(nearest[near], minlength=len(place)).astype(np.int64)
    if not counts.sum():
        raise BadInput(f"No event lies within {radius:g} metres of any of them.", remedy="Are they in this force?")
    return RiskyFacilities(
        names=np.array(list(names), np.str_),
        easting=place[:, 0],
        northing=place[:, 1],
        counts=counts,
        found=concentration(counts, rng=rng, simulations=simulations),
        order=leading(counts, len(counts)),
        radius=radius,
        beyond=int((~near).sum()),
        left_out=events.left_out,
        notes=notes_of_points(events),
    )
