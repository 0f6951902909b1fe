"""Ages and sexes of the invented people: theirs alone, so that nothing else of the force changes by them.

No published figure is met here. The shares are choices that look like a force: victims of every age, suspects younger
and mostly male, victims of domestic abuse mostly female, and about one in eight not recorded.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from upstream.datasets import clock
from upstream.datasets.crimes import Crimes
from upstream.datasets.people import Parties, pseudonyms
from upstream.datasets.setting import Setting
from upstream.datasets.writing import Coded
from upstream.records.contract import contract

TABLE: Final = "ages_and_sexes"
_FROM: Final = np.array([0, 10, 18, 25, 35, 45, 55, 65, 90])
"""Ages at which the bands of the contract begin, and where the last is drawn to."""
_VICTIMS: Final = np.array([0.02, 0.11, 0.16, 0.23, 0.19, 0.14, 0.09, 0.06])
_SUSPECTS: Final = np.array([0.00, 0.16, 0.23, 0.29, 0.18, 0.09, 0.04, 0.01])
_FEMALE: Final = {"victim": 0.50, "abused": 0.74, "suspect": 0.22}
_NOT_RECORDED: Final = 0.12
_DAYS_A_YEAR: Final = 365.25


def bands() -> tuple[str, ...]:
    """The bands of the contract, youngest first."""
    return next(column.allowed for column in contract(TABLE).columns if column.name == "age_band")


def age_columns(crimes: Crimes, parties: Parties, refs: pa.Array, setting: Setting) -> dict[str, Any]:
    """Columns of the ``ages_and_sexes`` contract: one person has one sex and grows older from crime to crime."""
    private = ~parties.business
    crime, person, suspect = parties.crime[private], parties.person[private], parties.suspect[private]
    numbers, index = np.unique(person, return_inverse=True)
    rng = np.random.default_rng(list(setting.person_key))  # a stream of its own
    suspected = np.zeros(numbers.size, bool)
    abused = np.zeros(numbers.size, bool)
    suspected[index[suspect]] = True
    abused[index[crimes.keywords["domestic_abuse"][crime]]] = True
    female = rng.random(numbers.size) < np.where(
        suspected, _FEMALE["suspect"], np.where(abused, _FEMALE["abused"], _FEMALE["victim"])
    )
    at_end = _ages(suspected, rng)
    recorded = clock.local_date(crimes.recorded[crime])
    before = (np.datetime64(setting.months[-1].last_day) - recorded).astype("timedelta64[D]").astype(np.int64)
    age = np.maximum(at_end[index] - before / _DAYS_A_YEAR, 0)
    band = np.searchsorted(_FROM[1:-1], age, side="right")
    known = rng.random((2, crime.size)) >= _NOT_RECORDED
    return {
        "crime_ref": refs.take(pa.array(crime)),
        "person": Coded(index.astype(np.int64), pseudonyms(numbers, setting.person_key)),
        "recorded_on": recorded,
        "age_band": Coded(np.where(known[0], band, -1), list(bands())),
        "sex": Coded(np.where(known[1], (~female[index]).astype(np.int64), -1), ["female", "male"]),
        "area": Coded(crimes.area[crime], setting.areas),
        "as_at": np.full(crime.size, setting.as_at),
    }


def _ages(suspected: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.float64]:
    """Age of each person on the last day of the records, in years."""
    band = np.where(
        suspected,
        rng.choice(_SUSPECTS.size, suspected.size, p=_SUSPECTS),
        rng.choice(_VICTIMS.size, suspected.size, p=_VICTIMS),
    )
    made: NDArray[np.float64] = _FROM[band] + rng.random(band.size) * (_FROM[band + 1] - _FROM[band])
    return made
