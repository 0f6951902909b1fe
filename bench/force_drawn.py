"""The crimes of the synthetic force without its people, and worlds of its own pattern in which nothing is happening."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from upstream.datasets import planted
from upstream.datasets.build import FIRST, LAST, SEED
from upstream.datasets.crimes import draw_crimes
from upstream.datasets.geography import SmallAreas, invent_map
from upstream.datasets.offences import ALL_CATEGORIES
from upstream.datasets.published_tables import AREAS
from upstream.datasets.setting import Setting
from upstream.datasets.targets import monthly_targets
from upstream.measures.crime_types import type_by_key
from upstream.periods import months

MONTHS = tuple(months(FIRST, LAST))
A_YEAR = 12
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Recorded:
    """Recorded crimes, one element a crime, and what was planted among them.

    month, area, place : indices into the months, the policing areas and the small areas
    category, kind : key of the force's own category; crime type as plans name it
    day : when it was recorded
    x, y : National Grid metres
    """

    month: Integers
    area: Integers
    place: Integers
    category: NDArray[np.str_]
    kind: NDArray[np.str_]
    day: NDArray[np.datetime64]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    small: SmallAreas
    planted: planted.Planted

    def __len__(self) -> int:
        return len(self.month)

    def where(self, rows: NDArray[np.bool_] | Integers) -> Recorded:
        """Some of them."""
        columns = ("month", "area", "place", "category", "kind", "day", "x", "y")
        return Recorded(*(getattr(self, name)[rows] for name in columns), self.small, self.planted)


def drawn(seed: int = SEED, scale: float = 1.0) -> Recorded:
    """What ``upstream.datasets.build(folder, seed=seed, scale=scale)`` writes as crimes, as far as signals read it."""
    rng = np.random.default_rng([seed, 0])
    read = np.datetime64(MONTHS[-1].last_day)
    setting = Setting("bench", list(AREAS), MONTHS, scale, read, b"bench", rng)
    small, targets = invent_map(rng), monthly_targets(MONTHS, rng)
    crimes = draw_crimes(targets, small, scale, rng)
    truths = planted.plant(crimes, small, setting, None)
    kept = np.flatnonzero(crimes.counted & planted.half_uploaded(crimes, setting))
    category = np.array(ALL_CATEGORIES)[crimes.category[kept]]
    types: dict[str, str] = type_by_key("crimes")
    kind = np.array([types.get(key, "") for key in ALL_CATEGORIES])[crimes.category[kept]]
    day = crimes.recorded[kept].astype("datetime64[D]")
    return Recorded(
        crimes.month[kept], crimes.area[kept], crimes.place[kept], category, kind, day, crimes.easting[kept],
        crimes.northing[kept], small, truths,
    )  # fmt: skip


def quiet_year(of: Recorded, rng: np.random.Generator, most: int) -> Recorded:
    """A year in which nothing is happening: each policing area keeps its season and its places, and no place has a
    season, a cluster or a chain of its own. At most so many records.

    Each record keeps its point and is given the calendar month of another record of its area, and a day of that month.
    """
    share = min(most / max(len(of), 1) * len(MONTHS) / A_YEAR, 1.0) * A_YEAR / len(MONTHS)
    rows = np.flatnonzero(rng.random(len(of)) < share)
    chosen = of.where(rows)
    month = np.zeros(len(rows), np.int64)
    for area in range(len(AREAS)):
        own = np.flatnonzero(chosen.area == area)
        # a year ends with its June, as the last of the months held
        month[own] = rng.permutation(chosen.month[own]) % A_YEAR
    first = np.array([np.datetime64(one.first_day) for one in MONTHS[-A_YEAR:]])
    days = np.array([one.days for one in MONTHS[-A_YEAR:]])
    day = first[month] + (rng.random(len(rows)) * days[month]).astype(np.int64)
    columns: dict[str, Any] = dict(vars(chosen))
    return Recorded(**{**columns, "month": month, "day": day})
