"""What partners saw: assaults in emergency departments and ambulance calls, of which the police know a share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from upstream.datasets import clock
from upstream.datasets.crimes import Crimes
from upstream.datasets.geography import SmallAreas
from upstream.datasets.offences import ALL_CATEGORIES
from upstream.datasets.sampling import thin
from upstream.datasets.setting import Setting
from upstream.datasets.writing import Coded, references

Integers = NDArray[np.int64]
Times = NDArray[np.datetime64]
Array = NDArray[np.float64]

NOT_KNOWN_SHARE: Final = {"ed_assaults": 0.40, "ambulance_incidents": 0.50}
"""Planted: share of the assaults that a partner sees and the police do not record. Real shares are disputed: nine in
ten ambulance incidents of the West Midlands had no police record of their place and time (Sutherland and others,
2021, Cambridge Journal of Evidence-Based Policing 5, 20-39)."""
SEEN_SHARE: Final = {"ed_assaults": 0.13, "ambulance_incidents": 0.07}
"""Share of recorded violence with injury that the partner sees too."""
PARTNER_ONLY_PLACES: Final = 3
PARTNER_ONLY_A_YEAR: Final = 30
"""Assaults a year, in each planted place, that an emergency department sees and the police do not."""
_LOCATED_SHARE: Final = 0.85
_SITES: Final = ("SXH01", "SXH02", "SXH03")
_SITE_AREAS: Final = (0, 2, 3)
_METHODS: Final = ("body_part", "pushed", "knife", "glass", "blunt_object", "other", "not_known")
_METHOD_SHARE: Final = (0.62, 0.09, 0.05, 0.05, 0.08, 0.04, 0.07)
_LOCATIONS: Final = (
    "home",
    "licensed_premises",
    "street",
    "public_place",
    "transport",
    "workplace",
    "other",
    "not_known",
)
_LOCATION_SHARE: Final = (0.24, 0.21, 0.30, 0.08, 0.03, 0.05, 0.03, 0.06)
_OTHER_CALLS: Final = ("overdose", "alcohol", "mental_health", "collision", "fall", "other")
_OTHER_SHARE: Final = (0.10, 0.09, 0.21, 0.06, 0.24, 0.30)
_OTHER_CALLS_A_YEAR: Final = 6_000
_FIRES: Final = ("deliberate_primary", "deliberate_primary_vehicle", "deliberate_secondary", "violence_against_crew",
                 "dwelling_without_alarm", "accidental", "malicious_false_alarm", "other_false_alarm",
                 "special_service")  # fmt: skip
_FIRE_SHARE: Final = (0.03, 0.03, 0.12, 0.005, 0.02, 0.16, 0.015, 0.37, 0.25)
_FIRES_A_YEAR: Final = 2_400
_COLLISIONS_A_YEAR: Final = 1_700
_SEVERITY_SHARE: Final = (0.015, 0.215, 0.77)


@dataclass(frozen=True, slots=True)
class Seen:
    """Assaults that a partner saw, in order of time; each array (n,).

    Attributes
    ----------
    place : int64
        Index of the small area.
    moment : datetime64[us]
        UTC.
    easting, northing : float64
    known : bool
        The police recorded it.
    alone : bool
        At one of the planted places that the police hardly know.
    """

    place: Integers
    moment: Times
    easting: Array
    northing: Array
    known: NDArray[np.bool_]
    alone: NDArray[np.bool_]


def quiet_places(crimes: Crimes, small: SmallAreas) -> Integers:
    """Small areas in which the planted assaults happen: of a town, with people, and little recorded violence."""
    violence = np.bincount(crimes.place[_violence(crimes)], minlength=small.codes.size)
    order = np.argsort(violence + 1e6 * small.rural, kind="stable")
    return np.asarray(
        order[: small.codes.size // 5][:: small.codes.size // 5 // PARTNER_ONLY_PLACES][:PARTNER_ONLY_PLACES]
    )


def _violence(crimes: Crimes) -> Integers:
    return np.flatnonzero(crimes.counted & (crimes.category == ALL_CATEGORIES.index("violence_with_injury")))


def seen_by(source: str, crimes: Crimes, small: SmallAreas, alone: Integers, setting: Setting) -> Seen:
    """Assaults of a partner: some that the police recorded, and others of the same weeks that they did not.

    Those are put in places by how much violence is recorded there, at times of recorded violence anywhere: nothing ties
    one to a recorded crime of its own place and week. The planted places have more of them.
    """
    rng = setting.rng
    violence = _violence(crimes)
    first, last = np.datetime64(setting.months[0].first_day), np.datetime64(setting.months[-1].last_day)
    day = crimes.committed_from.astype("datetime64[D]")
    violence = violence[(day[violence] >= first) & (day[violence] <= last)]
    known = violence[rng.random(violence.size) < SEEN_SHARE[source]]
    years = len(setting.months) / 12
    here = round(PARTNER_ONLY_A_YEAR * years * setting.scale) if source == "ed_assaults" else 0
    share = NOT_KNOWN_SHARE[source]
    elsewhere = max(round(known.size * share / (1 - share)) - here * alone.size, 0)
    weight = np.bincount(crimes.place[violence], minlength=small.codes.size) ** 0.8 + 0.1
    place = np.r_[rng.choice(small.codes.size, elsewhere, p=weight / weight.sum()), np.repeat(alone, here)]
    address = rng.integers(0, small.address_x.shape[1], place.size)
    moment = crimes.committed_from[rng.choice(violence, place.size)] if violence.size else crimes.committed_from[:0]
    place = place[: moment.size]
    everywhere = np.r_[crimes.place[known], place]
    when = np.r_[crimes.committed_from[known], moment]
    order = np.argsort(when, kind="stable")
    east = np.r_[crimes.easting[known], np.rint(small.address_x[place, address[: place.size]])]
    north = np.r_[crimes.northing[known], np.rint(small.address_y[place, address[: place.size]])]
    police = np.arange(everywhere.size) < known.size
    return Seen(
        everywhere[order], when[order], east[order], north[order], police[order],
        (~police & np.isin(everywhere, alone))[order],
    )  # fmt: skip


def _drawn(share: tuple[float, ...], n: int, rng: np.random.Generator) -> Integers:
    return np.minimum(np.searchsorted(np.cumsum(share), rng.random(n)), len(share) - 1)


def _placed(
    place: Integers, east: Array, north: Array, small: SmallAreas, setting: Setting, located: NDArray[np.bool_]
) -> dict[str, Any]:
    """The four columns of a place; nothing where it is not located."""
    return {
        "area": Coded(np.where(located, small.area[place], -1), setting.areas),
        "lsoa": Coded(np.where(located, place, -1), small.codes.tolist()),
        "easting": pa.array(east, pa.float64(), mask=~located),
        "northing": pa.array(north, pa.float64(), mask=~located),
    }


def ed_columns(seen: Seen, small: SmallAreas, setting: Setting) -> dict[str, Any]:
    """Columns of the ``ed_assaults`` contract."""
    rng, n = setting.rng, seen.place.size
    centre = [(small.x[small.area == a].mean(), small.y[small.area == a].mean()) for a in _SITE_AREAS]
    far = np.array([np.hypot(seen.easting - x, seen.northing - y) for x, y in centre])
    arrived = seen.moment + np.rint(rng.lognormal(7.6, 0.8, n)).astype("timedelta64[s]")
    month = arrived.astype("datetime64[M]")
    kind = _drawn(_LOCATION_SHARE, n, rng)
    told = np.where(rng.random(n) < 0.25, -1, np.where(rng.random(n) < np.where(seen.known, 0.85, 0.06), 0, 1))
    return {
        "site": Coded(far.argmin(axis=0), list(_SITES)),
        "reported_from": month.astype("datetime64[D]"),
        "reported_to": (month + 1).astype("datetime64[D]") - 1,
        "record_number": np.arange(1, n + 1),
        "arrived_at": arrived,
        "assault_at": seen.moment,
        "assaulted_on": clock.local_date(seen.moment),
        "method": Coded(_drawn(_METHOD_SHARE, n, rng), list(_METHODS)),
        "other_method": Coded(np.full(n, -1), ["none"]),
        "location_type": Coded(np.where(seen.alone, 1, kind), list(_LOCATIONS)),
        "location": Coded(np.full(n, -1), ["none"]),
        **_placed(seen.place, seen.easting, seen.northing, small, setting, rng.random(n) < _LOCATED_SHARE),
        "attackers": Coded(_drawn((0.6, 0.3, 0.1), n, rng), ["one", "several", "not_known"]),
        "police_told": Coded(told, ["yes", "no", "not_known"]),
        "as_at": np.full(n, setting.as_at),
    }


def ambulance_columns(seen: Seen, small: SmallAreas, setting: Setting) -> dict[str, Any]:
    """Columns of the ``ambulance_incidents`` contract: assaults, and calls of other kinds."""
    rng, n = setting.rng, seen.place.size
    other = _anywhere(_OTHER_CALLS_A_YEAR, small, setting)
    kinds = ["assault", "weapon", *_OTHER_CALLS]
    kind = np.r_[(rng.random(n) < 0.06).astype(np.int64), 2 + _drawn(_OTHER_SHARE, other.place.size, rng)]
    place, moment = np.r_[seen.place, other.place], np.r_[seen.moment, other.moment]
    sent = np.r_[rng.random(n) < np.where(seen.known, 0.6, 0.1), rng.random(other.place.size) < 0.05]
    order, m = np.argsort(moment, kind="stable"), place.size
    columns = _placed(
        place[order], np.r_[seen.easting, other.easting][order], np.r_[seen.northing, other.northing][order], small,
        setting, np.ones(m, bool),
    )  # fmt: skip
    return {
        "incident_ref": references("AM", 1, m),
        "called_at": moment[order],
        "called_on": clock.local_date(moment[order]),
        "kind": Coded(kind[order], kinds),
        "location_type": Coded(_drawn(_LOCATION_SHARE, m, rng), list(_LOCATIONS)),
        **columns,
        "police_sent": sent[order],
        "taken_to": Coded(np.where(rng.random(m) < 0.55, rng.integers(0, len(_SITES), m), -1), list(_SITES)),
        "as_at": np.full(m, setting.as_at),
    }


@dataclass(frozen=True, slots=True)
class _Anywhere:
    """Events anywhere in the force, in order of time: place, moment (UTC and local), easting, northing, each (n,)."""

    place: Integers
    moment: Times
    local: Times
    easting: Array
    northing: Array


def _anywhere(a_year: int, small: SmallAreas, setting: Setting) -> _Anywhere:
    rng, months = setting.rng, setting.months
    mean = np.full(len(months), a_year / 12)
    counts = thin(rng.poisson(mean), setting.scale, rng)
    month = np.repeat(np.arange(len(months)), counts)
    kind = np.zeros(month.size, np.int64)
    day = clock.draw_days(month, kind, months, np.ones((1, 7)), rng)
    hours = 1 + 0.5 * np.sin((np.arange(24) - 10) / 24 * 2 * np.pi)
    local = np.sort(clock.at(day, clock.draw_seconds(kind, hours[None], rng)))
    weight = small.residents * (1.5 - small.deprivation / small.deprivation.max())
    place = rng.choice(small.codes.size, month.size, p=weight / weight.sum())
    address = rng.integers(0, small.address_x.shape[1], month.size)
    east, north = small.address_x[place, address], small.address_y[place, address]
    return _Anywhere(place, clock.to_utc(local), local, np.rint(east), np.rint(north))


def fire_columns(small: SmallAreas, setting: Setting) -> dict[str, Any]:
    """Columns of the ``fire_incidents`` contract."""
    found = _anywhere(_FIRES_A_YEAR, small, setting)
    n = found.place.size
    return {
        "incident_ref": references("FR", 1, n),
        "happened_at": found.moment,
        "happened_on": clock.local_date(found.moment),
        "kind": Coded(_drawn(_FIRE_SHARE, n, setting.rng), list(_FIRES)),
        "property_type": Coded(np.full(n, -1), ["none"]),
        **_placed(found.place, found.easting, found.northing, small, setting, np.ones(n, bool)),
        "as_at": np.full(n, setting.as_at),
    }


def collision_columns(small: SmallAreas, setting: Setting) -> dict[str, Any]:
    """Columns of the ``road_collisions`` contract."""
    rng = setting.rng
    found = _anywhere(_COLLISIONS_A_YEAR, small, setting)
    n = found.place.size
    severity = _drawn(_SEVERITY_SHARE, n, rng)
    casualties = 1 + rng.poisson(0.3, n)
    killed = (severity == 0).astype(np.int64)
    others = rng.binomial(casualties - 1, 0.2)
    serious = np.where(severity == 1, 1 + others, np.where(severity == 0, others, 0))
    minutes = (found.local - found.local.astype("datetime64[D]")).astype("timedelta64[m]").astype(np.int64)
    words = [f"{hour:02d}:{minute:02d}" for hour in range(24) for minute in range(60)]
    return {
        "collision_ref": references("RC", 1, n),
        "happened_on": clock.local_date(found.moment),
        "clock_time": Coded(minutes, words),
        "severity": Coded(severity, ["fatal", "serious", "slight"]),
        **_placed(found.place, found.easting, found.northing, small, setting, np.ones(n, bool)),
        "vehicles": 1 + rng.binomial(2, 0.45, n),
        "casualties": casualties,
        "killed": killed,
        "seriously_injured": serious,
        "on_foot": rng.binomial(casualties, 0.14),
        "cycling": np.zeros(n, np.int64),
        "speed_limit": np.array([20, 30, 40, 50, 60, 70])[_drawn((0.08, 0.55, 0.1, 0.07, 0.14, 0.06), n, rng)],
        "as_at": np.full(n, setting.as_at),
    }
