"""What partners keep by place: licensed premises, social housing and exclusions from schools, all invented."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from upstream.datasets.crimes import Crimes
from upstream.datasets.geography import SmallAreas
from upstream.datasets.offences import ALL_CATEGORIES
from upstream.datasets.setting import Setting
from upstream.datasets.writing import Coded, references

Integers = NDArray[np.int64]

PREMISES: Final = 640
NEAR_METRES: Final = 30.0
"""How near a crime lies to the risky premises to be counted as being at it."""
_STARTS: Final = ("The Old", "The Golden", "The Black", "The Red", "The Jolly", "The Royal", "The Quiet", "The Blue")
_ENDS: Final = (
    "Anchor",
    "Badger",
    "Cutter",
    "Dray",
    "Ferry",
    "Gull",
    "Harp",
    "Kettle",
    "Lantern",
    "Oar",
    "Plough",
    "Tern",
)
_KINDS: Final = ("premises_licence", "club_premises_certificate")
_SCHOOLS: Final = 60
_LANDLORDS: Final = ("Merrowvale Homes", "Saltersmoor Housing Trust")
_LEAST_HOMES: Final = 8
_REASONS: Final = ("assault_pupil", "assault_adult", "threat_adult", "weapon", "drugs_alcohol", "disruption", "damage")
_REASON_MEAN: Final = (1.1, 0.5, 1.0, 0.12, 0.3, 3.0, 0.25)
_PERMANENT_SHARE: Final = 0.02


@dataclass(frozen=True, slots=True)
class RiskyPremises:
    """The premises planted at the point with most recorded violence of the last twelve months.

    Attributes
    ----------
    licence_ref, name, lsoa : str
    easting, northing : int
    violence : int
        Violence with injury recorded within :data:`NEAR_METRES` in those months.
    """

    licence_ref: str
    name: str
    lsoa: str
    easting: int
    northing: int
    violence: int


def premises(crimes: Crimes, small: SmallAreas, setting: Setting) -> tuple[dict[str, Any], RiskyPremises]:
    """Columns of the ``licensed_premises`` contract, and the risky one among them."""
    rng = setting.rng
    recent = crimes.counted & (crimes.month >= len(setting.months) - 12)
    violence = np.flatnonzero(recent & (crimes.category == ALL_CATEGORIES.index("violence_with_injury")))
    busy = np.bincount(crimes.place[violence], minlength=small.codes.size)
    weight = (busy + 0.2) * np.where(small.rural, 0.4, 1.0)
    place = rng.choice(small.codes.size, PREMISES, p=weight / weight.sum())
    address = rng.integers(0, small.address_x.shape[1], PREMISES)
    east, north = np.rint(small.address_x[place, address]), np.rint(small.address_y[place, address])
    chosen = _busiest(crimes, violence)
    east[0], north[0], place[0] = crimes.easting[chosen], crimes.northing[chosen], crimes.place[chosen]
    near = np.hypot(crimes.easting[violence] - east[0], crimes.northing[violence] - north[0]) <= NEAR_METRES
    names = [f"{start} {end}" for end in _ENDS for start in _STARTS]
    refs = references("LP", 1, PREMISES)
    alcohol = rng.random(PREMISES) < 0.85
    alcohol[0] = True
    start = np.datetime64(setting.months[0].first_day) - rng.integers(0, 3000, PREMISES)
    columns = {
        "authority": Coded(small.area[place], [f"Licensing authority {code}" for code in setting.areas]),
        "licence_ref": refs,
        "name": Coded(np.arange(PREMISES) % len(names), names),
        "address": Coded(place, [f"{name} Street" for name in small.names.tolist()]),
        "postcode": Coded(np.full(PREMISES, -1), ["none"]),
        "area": Coded(small.area[place], setting.areas),
        "lsoa": Coded(place, small.codes.tolist()),
        "easting": east,
        "northing": north,
        "kind": Coded((rng.random(PREMISES) < 0.06).astype(np.int64), list(_KINDS)),
        "activities": Coded(np.where(rng.random(PREMISES) < 0.5, 0, -1), ["Recorded Music"]),
        "alcohol": alcohol,
        "on_premises": alcohol & (rng.random(PREMISES) < 0.7),
        "off_premises": alcohol & (rng.random(PREMISES) < 0.5),
        "late_refreshment": rng.random(PREMISES) < 0.35,
        "hours": Coded(rng.integers(0, 3, PREMISES), ["10:00 to 23:00", "11:00 to 00:00", "12:00 to 02:00"]),
        "capacity": 40 + rng.integers(0, 260, PREMISES),
        "status": Coded(np.zeros(PREMISES, np.int64), ["current"]),
        "granted_on": start,
        "as_at": np.full(PREMISES, setting.as_at),
    }  # fmt: skip
    risky = RiskyPremises(
        str(refs[0].as_py()), names[0], str(small.codes[place[0]]), int(east[0]), int(north[0]), int(near.sum())
    )  # fmt: skip
    return columns, risky


def _busiest(crimes: Crimes, violence: Integers) -> int:
    """A crime at the point at which most violence was recorded; any crime where there was none."""
    if not violence.size:
        return 0
    points = crimes.easting[violence] * 2e6 + crimes.northing[violence]
    _, at, counts = np.unique(points, return_index=True, return_counts=True)
    return int(violence[at[counts.argmax()]])


def _periods(setting: Setting, starts: tuple[int, ...]) -> list[tuple[dt.date, dt.date]]:
    """Periods between the months given, as far as they are held whole; the whole span where none is."""
    cuts = [month for month in (*setting.months, setting.months[-1] + 1) if month.month in starts]
    found = [(first.first_day, (after - 1).last_day) for first, after in pairwise(cuts)]
    return found or [(setting.months[0].first_day, setting.months[-1].last_day)]


def housing_columns(small: SmallAreas, setting: Setting) -> dict[str, Any]:
    """Columns of the ``housing_stock`` contract, by quarter."""
    rng = setting.rng
    periods = _periods(setting, (1, 4, 7, 10))[-8:]
    need = 1 - small.deprivation / small.deprivation.max()
    share = np.clip(0.05 + 0.25 * need + rng.normal(0, 0.05, small.codes.size), 0, 0.6)
    homes = rng.binomial(small.households, share)
    held = np.flatnonzero(homes >= _LEAST_HOMES)
    place, period = np.tile(held, len(periods)), np.repeat(np.arange(len(periods)), held.size)
    n, stock = place.size, homes[np.tile(held, len(periods))]
    ended = rng.binomial(stock, 0.016)
    return {
        "landlord": Coded((small.area[place] > 2).astype(np.int64), list(_LANDLORDS)),
        "lsoa": Coded(place, small.codes.tolist()),
        "area": Coded(small.area[place], setting.areas),
        "period_from": np.array([first for first, _ in periods], "datetime64[D]")[period],
        "period_to": np.array([last for _, last in periods], "datetime64[D]")[period],
        "homes": stock,
        "empty_homes": rng.binomial(stock, 0.02),
        "tenancies_started": rng.binomial(stock, 0.015),
        "tenancies_ended": ended,
        "evictions": rng.binomial(ended, 0.06),
        "asb_reports": rng.poisson(stock * 0.01),
        "as_at": np.full(n, setting.as_at),
    }


def school_columns(small: SmallAreas, setting: Setting) -> dict[str, Any]:
    """Columns of the ``school_exclusions`` contract, by term; rows only where somebody was excluded."""
    rng = setting.rng
    periods = _periods(setting, (1, 4, 9))
    place = rng.choice(small.codes.size, _SCHOOLS, replace=False)
    level = rng.gamma(2.0, 0.5, _SCHOOLS)
    mean = level[:, None, None] * np.array(_REASON_MEAN)[None, None, :] * np.ones((1, len(periods), 1))
    both = np.stack([rng.poisson(mean * (1 - _PERMANENT_SHARE)), rng.poisson(mean * _PERMANENT_SHARE)], axis=-1)
    school, period, reason, kind = np.nonzero(both)
    n = school.size
    return {
        "school_urn": Coded(school, [str(900_001 + i) for i in range(_SCHOOLS)]),
        "school": Coded(school, [f"{small.names[at]} School" for at in place]),
        "area": Coded(small.area[place[school]], setting.areas),
        "lsoa": Coded(place[school], small.codes.tolist()),
        "easting": np.rint(small.x[place[school]]),
        "northing": np.rint(small.y[place[school]]),
        "period_from": np.array([first for first, _ in periods], "datetime64[D]")[period],
        "period_to": np.array([last for _, last in periods], "datetime64[D]")[period],
        "kind": Coded(kind, ["suspension", "permanent"]),
        "reason_given": Coded(reason, list(_REASONS)),
        "exclusions": both[school, period, reason, kind],
        "pupils": (700 + 40 * (school % 12)).astype(np.int64),
        "as_at": np.full(n, setting.as_at),
    }
