"""Truths planted in the records for other methods to find: what, where, when and how large."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from upstream.datasets.crimes import Crimes
from upstream.datasets.geography import SmallAreas
from upstream.datasets.offences import ALL_CATEGORIES
from upstream.datasets.setting import Setting
from upstream.datasets.targets import PUBLIC_ORDER_STEP
from upstream.periods import Month

Integers = NDArray[np.int64]

CLUSTER_FIRST: Final = np.datetime64("2022-04-18")
CLUSTER_LAST: Final = np.datetime64("2022-06-19")
CLUSTER_SIZE: Final = 42
CLUSTER_METRES: Final = 250.0
_CLUSTER_CATEGORY: Final = "vehicle_offences"
_CLUSTER_AREA: Final = 3
HALF_MONTH: Final = Month(2019, 2)
HALF_AREA: Final = 2
HALF_SHARE: Final = 0.5
PLACES_TREATED: Final = 16
INTERVENTIONS: Final = (
    ("hot_spot_patrols", "violence_with_injury", 0, Month(2020, 10), 12, 0.65),
    ("street_lighting", "criminal_damage_arson", 1, Month(2020, 7), 12, 0.75),
    ("retail_partnership", "shoplifting", 4, Month(2021, 1), 12, 0.60),
    ("leaflets", "other_theft", 3, Month(2020, 10), 12, 1.0),
)
"""Key, category, area, first month, months before and after that it may be judged by, true ratio."""


@dataclass(frozen=True, slots=True)
class Planted:
    """What was planted, as the manifest prints it.

    Attributes
    ----------
    public_order_step : dict
        Month of the change and ratio of the level after to the level before.
    cluster : dict
        Category, area, centre, radius in metres, dates, records placed.
    interventions : list of dict
        Places, first month, months either side, true ratio.
    half_month : dict
        Table, month, area, share missing.
    """

    public_order_step: dict[str, Any]
    cluster: dict[str, Any]
    interventions: list[dict[str, Any]]
    half_month: dict[str, Any]


def _move(crimes: Crimes, rows: Integers, place: Integers, small: SmallAreas, rng: np.random.Generator) -> None:
    address = rng.integers(0, small.address_x.shape[1], rows.size)
    crimes.place[rows] = place
    crimes.easting[rows] = np.rint(small.address_x[place, address])
    crimes.northing[rows] = np.rint(small.address_y[place, address])


def treated_and_control(totals: Integers) -> tuple[Integers, Integers]:
    """The busiest places by turns: treated, and left alone to compare with."""
    ranked = np.argsort(-totals, kind="stable")[: 2 * PLACES_TREATED]
    return np.sort(ranked[::2]), np.sort(ranked[1::2])


def _intervene(crimes: Crimes, small: SmallAreas, plan: tuple[Any, ...], setting: Setting) -> dict[str, Any]:
    """Thin a category in treated places from a month on; what is taken away is found elsewhere in the area."""
    key, category, area, start, judged, ratio = plan
    rng = setting.rng
    mine = (crimes.category == ALL_CATEGORIES.index(category)) & (crimes.area == area) & ~crimes.crimed_incident
    totals = np.bincount(crimes.place[mine], minlength=small.codes.size)
    treated, control = treated_and_control(totals)
    after = np.flatnonzero(
        mine & (crimes.month >= start.index - setting.months[0].index) & np.isin(crimes.place, treated)
    )
    gone = after[rng.random(after.size) > ratio]
    elsewhere = np.setdiff1d(np.flatnonzero(small.area == area), np.r_[treated, control])
    weight = totals[elsewhere] + 0.5
    to = rng.choice(elsewhere, gone.size, p=weight / weight.sum())
    _move(crimes, gone, to, small, rng)
    return {
        "key": key,
        "category": category,
        "area": setting.areas[area],
        "first_month": str(start),
        "months_either_side": judged,
        "true_ratio": ratio,
        "treated": small.codes[treated].tolist(),
        "control": small.codes[control].tolist(),
    }


def _gather(crimes: Crimes, small: SmallAreas, setting: Setting) -> dict[str, Any]:
    """Gather offences of a few weeks about one quiet place."""
    rng = setting.rng
    category = ALL_CATEGORIES.index(_CLUSTER_CATEGORY)
    mine = crimes.counted & (crimes.category == category) & (crimes.area == _CLUSTER_AREA)
    day = crimes.recorded.astype("datetime64[D]")
    window = np.flatnonzero(mine & (day >= CLUSTER_FIRST) & (day <= CLUSTER_LAST))
    own = np.flatnonzero((small.area == _CLUSTER_AREA) & ~small.rural)
    volume = np.bincount(crimes.place[mine], minlength=small.codes.size)[own]
    place = int(own[np.argsort(volume, kind="stable")[own.size // 4]])
    chosen = rng.permutation(window)[: max(1, round(CLUSTER_SIZE * setting.scale))]
    angle, distance = rng.uniform(0, 2 * np.pi, chosen.size), CLUSTER_METRES * np.sqrt(rng.random(chosen.size))
    crimes.place[chosen] = place
    crimes.easting[chosen] = np.rint(small.x[place] + distance * np.cos(angle))
    crimes.northing[chosen] = np.rint(small.y[place] + distance * np.sin(angle))
    return {
        "category": _CLUSTER_CATEGORY,
        "area": setting.areas[_CLUSTER_AREA],
        "lsoa": str(small.codes[place]),
        "easting": round(float(small.x[place])),
        "northing": round(float(small.y[place])),
        "radius_metres": CLUSTER_METRES,
        "first_day": str(CLUSTER_FIRST),
        "last_day": str(CLUSTER_LAST),
        "records": int(chosen.size),
    }


def plant(crimes: Crimes, small: SmallAreas, setting: Setting, step: float | None) -> Planted:
    """Plant every truth; monthly counts of areas and categories stay as they are (the half month is cut when written).

    Parameters
    ----------
    crimes
        Changed in place: some records are moved.
    step
        Ratio of the public-order level after the recording change to that before, as the targets hold it.
    """
    return Planted(
        {
            "category": "public_order",
            "first_month": str(PUBLIC_ORDER_STEP),
            "ratio": None if step is None else round(step, 3),
        },
        _gather(crimes, small, setting),
        [_intervene(crimes, small, plan, setting) for plan in INTERVENTIONS],
        {"table": "crimes", "month": str(HALF_MONTH), "area": setting.areas[HALF_AREA], "share_missing": HALF_SHARE},
    )


def half_uploaded(crimes: Crimes, setting: Setting) -> NDArray[np.bool_]:
    """Records that were uploaded: in one month and area only about half of them were."""
    lost = (crimes.area == HALF_AREA) & (crimes.month == HALF_MONTH.index - setting.months[0].index)
    kept: NDArray[np.bool_] = ~(lost & (setting.rng.random(lost.size) < HALF_SHARE))
    return kept
