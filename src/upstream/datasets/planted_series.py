"""The counts of one planted intervention alone, drawn anew: for asking many times whether a method finds it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from upstream.datasets.crimes import place_weights
from upstream.datasets.geography import SmallAreas
from upstream.datasets.offences import ALL_CATEGORIES
from upstream.datasets.planted import INTERVENTIONS, treated_and_control
from upstream.datasets.targets import Targets
from upstream.periods import Month

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class PlantedSeries:
    """Counts by small area of one policing area and month, and what was planted in them.

    Attributes
    ----------
    counts : int64 (places, months)
        Of one category.
    treated, control : tuple of str
        Names of 16 places each: their rows in ``counts``.
    months : tuple of Month
        Columns of ``counts``.
    first : Month
        The first month after it began.
    judged : int
        Months before and after by which it may be judged.
    ratio : float
        True ratio; 1 where nothing was done.
    """

    counts: Counts
    treated: tuple[str, ...]
    control: tuple[str, ...]
    months: tuple[Month, ...]
    first: Month
    judged: int
    ratio: float

    def rows(self) -> list[tuple[str, str, float]]:
        """Place, month and count of the months that it may be judged by."""
        kept = [
            at for at, month in enumerate(self.months) if -self.judged <= month.index - self.first.index < self.judged
        ]
        return [
            (name_of(place), str(self.months[at]), float(counts[at]))
            for place, counts in enumerate(self.counts)
            for at in kept
        ]


def name_of(place: int) -> str:
    """A place, by its row."""
    return f"place {place + 1}"


def draw_series(key: str, targets: Targets, small: SmallAreas, rng: np.random.Generator) -> PlantedSeries:
    """Draw where the crimes of an area and category happened, and plant the intervention as the whole force has it.

    Parameters
    ----------
    key
        Of the intervention: ``"hot_spot_patrols"``.
    targets
        Monthly counts of the area, the same for treated and comparison places.
    small
        The map.
    rng
        Draws hot spots, places and what is taken away.
    """
    _, category, area, first, judged, ratio = next(one for one in INTERVENTIONS if one[0] == key)
    index = ALL_CATEGORIES.index(category)
    chance = place_weights(small, rng)[index, small.area == area]
    wanted = targets.crimes[area, index]
    counts = rng.multinomial(wanted, chance / chance.sum()).T.astype(np.int64)
    totals = counts.sum(1)
    treated, control = treated_and_control(totals)
    start = first.index - targets.months[0].index
    gone = rng.binomial(counts[treated, start:], 1 - ratio)
    counts[treated, start:] -= gone
    elsewhere = np.setdiff1d(np.arange(totals.size), np.r_[treated, control])
    weight = totals[elsewhere] + 0.5
    counts[elsewhere, start:] += rng.multinomial(gone.sum(0), weight / weight.sum()).T
    names = [tuple(name_of(int(one)) for one in side) for side in (treated, control)]
    return PlantedSeries(counts, names[0], names[1], targets.months, first, judged, ratio)
