"""Arrests, and stops and searches."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from upstream.datasets import clock
from upstream.datasets.crimes import CANCELLED, Crimes
from upstream.datasets.offences import ALL_CATEGORIES, HOURS
from upstream.datasets.people import Parties, pseudonyms
from upstream.datasets.sampling import successes
from upstream.datasets.setting import Setting
from upstream.datasets.writing import Coded, references
from upstream.periods import Month

Integers = NDArray[np.int64]

# source 004, report p.60: DA arrests per 100 DA crimes of June 2022, by area in report order (printed: North
# Worcestershire 27, Herefordshire 38, Telford & Wrekin 31, force 31), of May 2022 and of June 2021 (7 points lower)
_JUNE_2022: Final = (0.30, 0.27, 0.38, 0.305, 0.31)
_MAY_2022: Final = (0.33, 0.27, 0.45, 0.33, 0.34)
_LATER: Final = 0.325
_EARLIER: Final = 0.24
_LATER_FROM: Final = Month(2022, 1)
_OTHER_ARRESTS: Final = 0.6
_SEARCHES_A_MONTH: Final = 620
_LEGISLATION: Final = (
    ("Misuse of Drugs Act 1971 (section 23)", "Controlled drugs", 0.62),
    ("Police and Criminal Evidence Act 1984 (section 1)", "Offensive weapons", 0.14),
    ("Police and Criminal Evidence Act 1984 (section 1)", "Stolen goods", 0.13),
    ("Police and Criminal Evidence Act 1984 (section 1)", "Articles for use in theft", 0.10),
    ("Firearms Act 1968 (section 47)", "Firearms", 0.01),
)
_RESULTS: Final = (("A no further action disposal", 0.71), ("Arrest", 0.13), ("Community resolution", 0.09),
                   ("Penalty Notice for Disorder", 0.02), ("Summons / charged by post", 0.05))  # fmt: skip
_ETHNICITIES: Final = (("White - English/Welsh/Scottish/Northern Irish/British", "White", 0.80),
                       ("Asian/Asian British - Any other Asian background", "Asian", 0.05),
                       ("Black/African/Caribbean/Black British - Any other background", "Black", 0.04),
                       ("Other ethnic group - Not stated", "White", 0.11))  # fmt: skip
_AGES: Final = (("10-17", 0.18), ("18-24", 0.34), ("25-34", 0.27), ("over 34", 0.21))


_PRINTED: Final = (Month(2022, 5), Month(2022, 6))


def _rate(month: Month, area: int) -> float:
    if month == Month(2022, 6):
        return _JUNE_2022[area]
    if month == Month(2022, 5):
        return _MAY_2022[area]
    return _LATER if month >= _LATER_FROM else _EARLIER


def _times(month: Integers, months: tuple[Month, ...], kind: int, rng: np.random.Generator) -> NDArray[np.datetime64]:
    """UTC instants inside each record's local month."""
    day = clock.draw_days(month, np.zeros(month.size, np.int64), months, np.ones((1, 7)), rng)
    seconds = clock.draw_seconds(np.full(month.size, kind), HOURS, rng)
    return clock.to_utc(clock.at(day, seconds))


def arrest_columns(crimes: Crimes, parties: Parties, setting: Setting) -> dict[str, Any]:
    """Columns of the ``arrests`` contract: suspects of the month, as many as the arrest rates want."""
    areas, months, as_at, key, rng = setting.areas, setting.months, setting.as_at, setting.person_key, setting.rng
    suspect = np.flatnonzero(parties.suspect & (crimes.status[parties.crime] != CANCELLED))
    crime = parties.crime[suspect]
    abuse = crimes.keywords["domestic_abuse"]
    chosen = []
    offences = abuse & crimes.counted
    for t, month in enumerate(months):
        for area in range(len(areas)):
            here = (crimes.month[crime] == t) & (crimes.area[crime] == area)
            of = int((offences & (crimes.month == t) & (crimes.area == area)).sum())
            level = _rate(month, area)
            printed = round(level * of) if month in _PRINTED else None
            count = int(successes(np.array([of]), level, rng, printed)[0])
            candidates = np.flatnonzero(here & abuse[crime])
            chosen.append(rng.permutation(candidates)[:count])
            others = np.flatnonzero(here & ~abuse[crime])
            chosen.append(others[rng.random(others.size) < _OTHER_ARRESTS])
    picked = np.concatenate(chosen)
    rows = crime[picked]
    numbers, index = np.unique(parties.person[suspect[picked]], return_inverse=True)
    when = _times(crimes.month[rows], months, 0, rng)
    return {
        "arrest_ref": references("A", 1, rows.size),
        "arrested_at": when,
        "arrested_on": clock.local_date(when),
        "area": Coded(crimes.area[rows], areas),
        "person": Coded(index.astype(np.int64), pseudonyms(numbers, key)),
        "domestic_abuse": abuse[rows],
        "category": Coded(crimes.category[rows], list(ALL_CATEGORIES)),
        "as_at": np.full(rows.size, as_at),
    }


def _pick(shares: list[float], size: int, rng: np.random.Generator) -> Integers:
    cumulative = np.cumsum(shares)
    return np.minimum(np.searchsorted(cumulative / cumulative[-1], rng.random(size)), len(shares) - 1)


def search_columns(setting: Setting) -> dict[str, Any]:
    """Columns of the ``stop_searches`` contract."""
    areas, months, scale, as_at, rng = setting.areas, setting.months, setting.scale, setting.as_at, setting.rng
    month = np.repeat(np.arange(len(months)), rng.poisson(_SEARCHES_A_MONTH * scale, len(months)))
    n = month.size
    when = _times(month, months, 0, rng)
    power = _pick([share for _, _, share in _LEGISLATION], n, rng)
    result = _pick([share for _, share in _RESULTS], n, rng)
    origin = _pick([share for _, _, share in _ETHNICITIES], n, rng)
    return {
        "search_ref": references("S", 1, n),
        "searched_at": when,
        "searched_on": clock.local_date(when),
        "area": Coded(_pick([0.24, 0.22, 0.15, 0.21, 0.18], n, rng), areas),
        "kind": Coded(_pick([0.86, 0.02, 0.12], n, rng), ["person", "vehicle", "person_and_vehicle"]),
        "legislation": Coded(power, [law for law, _, _ in _LEGISLATION]),
        "object_of_search": Coded(power, [what for _, what, _ in _LEGISLATION]),
        "outcome": Coded(result, [name for name, _ in _RESULTS]),
        "outcome_linked": (result > 0) & (rng.random(n) < 0.75),
        "gender": Coded(_pick([0.89, 0.10, 0.01], n, rng), ["Male", "Female", "Other"]),
        "age_range": Coded(_pick([share for _, share in _AGES], n, rng), [age for age, _ in _AGES]),
        "self_defined_ethnicity": Coded(origin, [own for own, _, _ in _ETHNICITIES]),
        "officer_defined_ethnicity": Coded(origin, [seen for _, seen, _ in _ETHNICITIES]),
        "as_at": np.full(n, as_at),
    }
