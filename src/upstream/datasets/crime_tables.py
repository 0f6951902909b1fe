"""Crimes and people as columns of their table contracts."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from upstream.datasets import clock
from upstream.datasets.crimes import STATUSES, Crimes
from upstream.datasets.geography import SmallAreas
from upstream.datasets.offences import ALL_CATEGORIES, HOMICIDE, OFFENCES, weights
from upstream.datasets.people import Parties, pseudonyms
from upstream.datasets.published_tables import KEYWORDS
from upstream.datasets.setting import Setting
from upstream.datasets.writing import Coded
from upstream.periods import Month

Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]

_KNIFE: Final = {"personal_robbery": 0.22, "business_robbery": 0.25, "violence_with_injury": 0.035, "homicide": 0.4,
                 "possession_of_weapons": 0.6, "violence_without_injury": 0.012, "rape": 0.01}  # fmt: skip
_CYBER: Final = {"violence_without_injury": 0.10, "misc_crimes_against_society": 0.45, "other_theft": 0.05,
                 "other_sexual_offences": 0.08}  # fmt: skip
_AGAINST_WOMEN: Final = {"rape": 0.88, "other_sexual_offences": 0.80, "violence_without_injury": 0.22,
                         "violence_with_injury": 0.12, "homicide": 0.3}  # fmt: skip
_RETAIL: Final = {"shoplifting": 1.0, "business_robbery": 0.8, "business_burglary": 0.3}
_DRUG: Final = {"drug_offences": 1.0, "homicide": 0.15, "violence_with_injury": 0.03, "personal_robbery": 0.08}
# source 004, report p.57: discharged firearms, 3 in Q1 of 2022/23 and none in Q4 of 2021/22
_FIREARMS: Final = {(2022, 1): 0, (2022, 2): 0, (2022, 3): 0, (2022, 4): 1, (2022, 5): 2, (2022, 6): 0}
_DRUG_HOMICIDES: Final = {(2022, 1): 1, (2022, 2): 0, (2022, 3): 0, (2022, 4): 1, (2022, 5): 0, (2022, 6): 0}
_FIREARM_CATEGORIES: Final = ("violence_with_injury", "criminal_damage_arson", "personal_robbery")


def _flag(crimes: Crimes, chance: dict[str, float], rng: np.random.Generator) -> Flags:
    return rng.random(crimes.month.size) < weights(chance, 0.0)[crimes.category]


def _fixed(
    crimes: Crimes,
    eligible: Flags,
    months: tuple[Month, ...],
    wanted: dict[tuple[int, int], int],
    rng: np.random.Generator,
) -> Flags:
    """Flag the number of eligible records that each listed month wants; in other months about one."""
    out = np.zeros(eligible.size, bool)
    for t, month in enumerate(months):
        candidates = np.flatnonzero(eligible & (crimes.month == t))
        count = wanted.get((month.year, month.month), int(rng.integers(0, 3)))
        out[rng.permutation(candidates)[:count]] = True
    return out


def crime_columns(crimes: Crimes, refs: pa.Array, small: SmallAreas, setting: Setting) -> dict[str, Any]:
    """Columns of the ``crimes`` contract."""
    areas, months, as_at, rng = setting.areas, setting.months, setting.as_at, setting.rng
    pairs = [(code, title) for name in ALL_CATEGORIES for code, title, _ in OFFENCES[name]]
    first = np.cumsum([0, *(len(OFFENCES[name]) for name in ALL_CATEGORIES)])
    offence = np.where(crimes.crimed_incident, -1, first[crimes.category] + crimes.offence)
    abuse = crimes.keywords["domestic_abuse"]
    armed = crimes.counted & np.isin(crimes.category, [ALL_CATEGORIES.index(c) for c in _FIREARM_CATEGORIES])
    drugs = _flag(crimes, _DRUG, rng) & (crimes.category != HOMICIDE)
    drugs |= _fixed(crimes, crimes.counted & (crimes.category == HOMICIDE), months, _DRUG_HOMICIDES, rng)
    n = crimes.month.size
    return {
        "crime_ref": refs,
        "record_kind": Coded(crimes.crimed_incident.astype(np.int64), ["crime", "crimed_incident"]),
        "status": Coded(crimes.status, list(STATUSES)),
        "recorded_at": crimes.recorded,
        "recorded_on": clock.local_date(crimes.recorded),
        "committed_from": crimes.committed_from,
        "committed_to": crimes.committed_to,
        "area": Coded(crimes.area, areas),
        "lsoa": Coded(crimes.place, small.codes.tolist()),
        "easting": crimes.easting,
        "northing": crimes.northing,
        "category": Coded(crimes.category, list(ALL_CATEGORIES)),
        "previous_category": Coded(crimes.previous, list(ALL_CATEGORIES)),
        "offence_code": Coded(offence, [code for code, _ in pairs]),
        "offence": Coded(
            np.where(crimes.crimed_incident, len(pairs), offence), [t for _, t in pairs] + ["Crimed incident"]
        ),
        "victim_based": crimes.victim_based,
        **{keyword: crimes.keywords[keyword] for keyword in KEYWORDS},
        "alcohol": crimes.keywords["alcohol"],
        "rural": small.rural[crimes.place],
        "knife": _flag(crimes, _KNIFE, rng),
        "firearm_discharged": _fixed(crimes, armed, months, _FIREARMS, rng),
        "drug_related": drugs,
        "cyber": _flag(crimes, _CYBER, rng),
        "against_women_and_girls": _flag(crimes, _AGAINST_WOMEN, rng) | (abuse & (rng.random(n) < 0.7)),
        "retail": _flag(crimes, _RETAIL, rng),
        "as_at": np.full(n, as_at),
    }


def people_columns(crimes: Crimes, parties: Parties, refs: pa.Array, setting: Setting) -> dict[str, Any]:
    """Columns of the ``people_in_crimes`` contract."""
    areas, as_at, key = setting.areas, setting.as_at, setting.person_key
    numbers, index = np.unique(parties.person, return_inverse=True)
    crime = parties.crime
    return {
        "crime_ref": refs.take(pa.array(crime)),
        "person": Coded(index.astype(np.int64), pseudonyms(numbers, key)),
        "role": Coded(parties.suspect.astype(np.int64), ["victim", "suspect"]),
        "recorded_on": clock.local_date(crimes.recorded[crime]),
        "category": Coded(crimes.category[crime], list(ALL_CATEGORIES)),
        "domestic_abuse": crimes.keywords["domestic_abuse"][crime],
        "business": parties.business,
        "status": Coded(crimes.status[crime], list(STATUSES)),
        "area": Coded(crimes.area[crime], areas),
        "as_at": np.full(crime.size, as_at),
    }
