"""Who was victim and suspect: invented people whose repeat rates are those published.

A victim in a month is a repeat victim when there was another offence against the same person in the preceding twelve
months (source 004, report p.32). Month by month, as many people as the rate asks for are drawn from those of the eleven
months before (so that both readings of the window agree), the rest are new. Domestic abuse has its own pool, because
both offences must be domestic abuse there.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from upstream.datasets.crimes import CANCELLED, Crimes
from upstream.datasets.offences import BUSINESS_VICTIM, weights
from upstream.datasets.sampling import successes
from upstream.datasets.setting import Setting
from upstream.periods import Month

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

LOOK_BACK_MONTHS: Final = 11
# source 004, report p.32: repeat victims of June 2022, 2021 and 2020; p.33: DA repeat rate 41 to 43% over eight months
_REPEAT_VICTIMS: Final = {(2022, 6): 1897, (2021, 6): 1591, (2020, 6): 1482}
_REPEAT_VICTIM_SHARE: Final = 0.205
_REPEAT_VICTIM_SHARE_EARLIER: Final = 0.175
_LATER_FROM: Final = Month(2021, 10)
_DA_VICTIM_RATES: Final = {(2022, 6): 0.41}
_DA_VICTIM_RATE: Final = 0.42
# report p.34: 48% of DA suspects in June 2022, 44 to 49% over eight months; 557 people
_DA_SUSPECT_RATES: Final = {(2022, 6): 0.48, (2022, 5): 0.46}
_DA_SUSPECT_RATE: Final = 0.465
_SUSPECT_SHARE_OTHER: Final = 0.24
_OTHER_SUSPECT_REPEATS: Final = 0.25
_DA_SUSPECTS_PER_RECORD: Final = 0.52
_SECOND_OFFENCE_SHARE: Final = 0.03
_FIRMS_A_PLACE: Final = 8


@dataclass(frozen=True, slots=True)
class Parties:
    """Roles of people in crimes.

    Attributes
    ----------
    crime : (n,) int64
        Row of the crime.
    person : (n,) int64
        Number of the person; turned into a keyed pseudonym when written.
    suspect : (n,) bool
        Suspect, otherwise victim.
    business : (n,) bool
        The victim is a business.
    people : int
        How many people were invented.
    """

    crime: Integers
    person: Integers
    suspect: Flags
    business: Flags
    people: int

    def of(self, rows: Flags) -> Parties:
        """Only the chosen rows."""
        return Parties(self.crime[rows], self.person[rows], self.suspect[rows], self.business[rows], self.people)


class _Pool:
    """People of recent months, to draw repeats from without drawing anyone twice."""

    def __init__(self) -> None:
        self._months: list[Integers] = []

    def add(self, people: Integers) -> None:
        self._months = [*self._months[-(LOOK_BACK_MONTHS - 1) :], np.unique(people)]

    def draw(self, count: int, but_not: Integers, rng: np.random.Generator) -> Integers:
        """Up to ``count`` different people of the months held, likelier the more often they are in it."""
        if not self._months or count <= 0:
            return np.zeros(0, np.int64)
        every = np.concatenate(self._months)
        shuffled = every[rng.permutation(every.size)]
        _, first = np.unique(shuffled, return_index=True)
        people = shuffled[np.sort(first)]
        return people[~np.isin(people, but_not)][:count]


def _assign(slots: int, repeats: Integers, fresh: int, rng: np.random.Generator) -> Integers:
    """People for ``slots`` offences: each repeat once, some of them twice, the others new from number ``fresh``."""
    twice = min(int(slots * _SECOND_OFFENCE_SHARE), repeats.size)
    people = np.r_[repeats, repeats[:twice]][:slots]
    out: Integers = np.r_[people, fresh + np.arange(slots - people.size)]
    rng.shuffle(out)
    return out


def _needed(slots: int, rate: float, rng: np.random.Generator, printed: bool = False) -> int:
    """How many different repeat people make the rate, when some of them fill two slots."""
    people = slots - int(slots * _SECOND_OFFENCE_SHARE)
    return int(successes(np.array([people]), rate, rng, round(rate * people) if printed else None)[0])


@dataclass(frozen=True, slots=True)
class _Rates:
    """How many people of a month are repeats.

    Attributes
    ----------
    abuse, usual_abuse
        Share among domestic abuse slots: of a printed month, and of the others.
    other
        Share among the other slots, a value a month.
    people
        Repeat people of a month in all, where printed; takes the place of ``other``.
    """

    abuse: dict[tuple[int, int], float]
    usual_abuse: float
    other: list[float]
    people: list[float | None]


def _role(month: Integers, abuse: Flags, rates: _Rates, fresh: int, setting: Setting) -> tuple[Integers, int]:
    """A person for every slot (victim or suspect), month by month; also the next free number."""
    rng = setting.rng
    person = np.zeros(month.size, np.int64)
    abuse_pool, every_pool = _Pool(), _Pool()
    order = np.argsort(month, kind="stable")
    edges = np.searchsorted(month[order], np.arange(len(setting.months) + 1))
    for t, when in enumerate(setting.months):
        mine = order[edges[t] : edges[t + 1]]
        da, other = mine[abuse[mine]], mine[~abuse[mine]]
        known = rates.abuse.get((when.year, when.month))
        rate = rates.usual_abuse if known is None else known
        wanted = _needed(da.size, rate, rng, known is not None)
        da_people = abuse_pool.draw(wanted, np.zeros(0, np.int64), rng)
        person[da] = _assign(da.size, da_people, fresh, rng)
        fresh += da.size
        printed = rates.people[t]
        count = _needed(other.size, rates.other[t], rng) if printed is None else printed - da_people.size
        other_people = every_pool.draw(max(int(count), 0), person[da], rng)
        person[other] = _assign(other.size, other_people, fresh, rng)
        fresh += other.size
        abuse_pool.add(person[da])
        every_pool.add(person[mine])
    return person, fresh


def draw_parties(crimes: Crimes, setting: Setting) -> Parties:
    """Victims and suspects of the crimes."""
    rng = setting.rng
    abuse = crimes.keywords["domestic_abuse"]
    named = crimes.victim_based | (crimes.crimed_incident & (abuse | crimes.keywords["hate"]))
    business = named & (rng.random(named.size) < weights(BUSINESS_VICTIM, 0.0)[crimes.category]) & ~abuse
    private = np.flatnonzero(named & ~business & (crimes.status != CANCELLED))
    person, fresh = _role(crimes.month[private], abuse[private], _victim_rates(setting), 1, setting)
    firms = np.flatnonzero(business & (crimes.status != CANCELLED))
    firm = fresh + crimes.place[firms] * _FIRMS_A_PLACE + rng.integers(0, _FIRMS_A_PLACE, firms.size)
    fresh += (int(crimes.place.max()) + 1) * _FIRMS_A_PLACE if crimes.place.size else 0
    suspects, suspect_people, fresh = _suspects(crimes, abuse, fresh, setting)
    return Parties(
        np.r_[private, firms, suspects],
        np.r_[person, firm, suspect_people],
        np.r_[np.zeros(private.size + firms.size, bool), np.ones(suspects.size, bool)],
        np.r_[np.zeros(private.size, bool), np.ones(firms.size, bool), np.zeros(suspects.size, bool)],
        fresh,
    )


def _victim_rates(setting: Setting) -> _Rates:
    counts = [_REPEAT_VICTIMS.get((m.year, m.month)) for m in setting.months]
    return _Rates(
        _DA_VICTIM_RATES,
        _DA_VICTIM_RATE,
        [_REPEAT_VICTIM_SHARE if m >= _LATER_FROM else _REPEAT_VICTIM_SHARE_EARLIER for m in setting.months],
        [None if count is None else count * setting.scale for count in counts],
    )


def _suspects(crimes: Crimes, abuse: Flags, fresh: int, setting: Setting) -> tuple[Integers, Integers, int]:
    chance = np.where(abuse, _DA_SUSPECTS_PER_RECORD, _SUSPECT_SHARE_OTHER) * (crimes.status != CANCELLED)
    slots = np.flatnonzero(setting.rng.random(abuse.size) < chance)
    span = len(setting.months)
    rates = _Rates(_DA_SUSPECT_RATES, _DA_SUSPECT_RATE, [_OTHER_SUSPECT_REPEATS] * span, [None] * span)
    person, fresh = _role(crimes.month[slots], abuse[slots], rates, fresh, setting)
    return slots, person, fresh


def pseudonyms(numbers: Integers, key: bytes) -> list[str]:
    """Keyed pseudonyms, 64 hexadecimal digits each, of invented people."""
    return [hashlib.blake2b(int(n).to_bytes(8, "big"), key=key, digest_size=32).hexdigest() for n in numbers]
