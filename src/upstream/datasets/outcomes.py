"""Outcomes given to crimes: how many, which, in which month, as published; each linked to a crime recorded before.

Charges follow the published change: 117 more than 1,448 is 1,565, which the category table and June's 6.0% bear out;
the 1,257 printed beside it does not follow. Bicycle theft and shoplifting are swapped back. (Source 004, report p.24
and 45.)
"""

from __future__ import annotations

from heapq import heappop, heappush
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from upstream.datasets import clock
from upstream.datasets.crimes import CANCELLED, Crimes
from upstream.datasets.offences import ALL_CATEGORIES, KEYWORD_WEIGHT, weights
from upstream.datasets.published_tables import AREAS, CATEGORIES, FORCE, wanted
from upstream.datasets.sampling import choose_in_groups, counts, successes
from upstream.datasets.setting import Setting
from upstream.datasets.writing import Coded, references

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Printed = dict[tuple[int, int], int]

CODES: Final = ("1", "1A", "3", "4", "8", "10", "12", "13", "14", "15", "16", "17", "18", "20", "21", "22")
CHARGE, SIXTEEN, OTHER = 0, 1, 2
# report p.24 to 29: all outcomes, charges, outcome 16 of a month; 7,898 is 2,543 / 32.2%, 19,333 is 6,844 / 35.4%,
# 22,814 is 1,962 / 8.6%; months inside a quarter are spread evenly where only the quarter is printed
_TOTAL: Final = {
    (2021, 4): 6410, (2021, 5): 6440, (2021, 6): 6483, (2022, 1): 7350, (2022, 2): 7500, (2022, 3): 7964,
    (2022, 4): 7837, (2022, 5): 7905, (2022, 6): 7898,
}  # fmt: skip
_CHARGES: Final = {
    (2021, 4): 470, (2021, 5): 480, (2021, 6): 498, (2022, 1): 570, (2022, 2): 590, (2022, 3): 562,
    (2022, 4): 553, (2022, 5): 538, (2022, 6): 474,
}  # fmt: skip
_SIXTEEN: Final = {
    (2021, 4): 2270, (2021, 5): 2280, (2021, 6): 2294, (2022, 4): 2453, (2022, 5): 2395, (2022, 6): 2543,
}  # fmt: skip
_ALTERNATE: Final = {(2022, 4): 93, (2022, 5): 93, (2022, 6): 93}
_ALTERNATE_SHARE: Final = 0.17
_DA_TOTAL: Final = {(2022, 4): 1400, (2022, 5): 1405, (2022, 6): 1488}
_DA_CHARGES: Final = {(2021, 4): 96, (2021, 5): 98, (2021, 6): 57, (2022, 4): 101, (2022, 5): 112, (2022, 6): 88}
_DA_SIXTEEN: Final = {(2022, 4): 850, (2022, 5): 857, (2022, 6): 910}
_SPOTLIGHT: Final = {
    "14": {(2022, 1): 640, (2022, 2): 650, (2022, 3): 672, (2022, 4): 745, (2022, 5): 758, (2022, 6): 711},
    "17": {(2022, 1): 58, (2022, 2): 56, (2022, 3): 54, (2022, 4): 38, (2022, 5): 38, (2022, 6): 39},
    "20": {(2022, 1): 72, (2022, 2): 72, (2022, 3): 71, (2022, 4): 63, (2022, 5): 62, (2022, 6): 55},
    "22": {(2022, 1): 103, (2022, 2): 103, (2022, 3): 103, (2022, 4): 95, (2022, 5): 93, (2022, 6): 79},
}
_SPOTLIGHT_SHARE: Final = {"14": 0.088, "17": 0.006, "20": 0.009, "22": 0.013}
# shares in the months that nothing is printed for
_SHARE_OF_CRIMES: Final = 0.92
_CHARGE_SHARE: Final = 0.074
_SIXTEEN_SHARE: Final = 0.335
_DA_SHARE: Final = 0.185
_DA_CHARGE_SHARE: Final = 0.072
_DA_SIXTEEN_SHARE: Final = 0.61
_PROPERTY: Final = np.array(
    [any(word in c for word in ("burglary", "theft", "vehicle", "damage", "shoplifting")) for c in ALL_CATEGORIES]
)
_LAG_DAYS: Final = 35.0
_QUARTER_PRINTED: Final = (2022, 4)


def _published(cell: str) -> Array:
    return np.array([float(wanted(FORCE, category, cell) or 0) for category in CATEGORIES])


def _wanted(printed: Printed, when: tuple[int, int], scale: float) -> int | None:
    """The printed figure of a month at this scale; none where chance decides."""
    return round(printed[when] * scale) if when in printed else None


def _apart(printed: Printed, rng: np.random.Generator) -> Printed:
    """The same figures with the first two months of each quarter, of which only the sum is known, parted by chance."""
    out = dict(printed)
    for year, month in printed:
        after = (year, month + 1)
        if month % 3 == 1 and after in printed:
            both = printed[year, month] + printed[after]
            out[year, month] = int(rng.binomial(both, printed[year, month] / both))
            out[after] = both - out[year, month]
    return out


def _known(rng: np.random.Generator) -> dict[str, Printed]:
    """All printed figures by what they count, drawn once a build."""
    whole = {"total": _TOTAL, "charges": _CHARGES, "sixteen": _SIXTEEN, "alternate": _ALTERNATE, "abuse": _DA_TOTAL,
             "abuse_charges": _DA_CHARGES, "abuse_sixteen": _DA_SIXTEEN, **_SPOTLIGHT}  # fmt: skip
    return {name: _apart(printed, rng) for name, printed in whole.items()}


def _month_plan(when: tuple[int, int], crimes: Integers, scale: float, known: dict[str, Printed],
                rng: np.random.Generator) -> tuple[Integers, Integers, Integers]:  # fmt: skip
    """Outcomes, charges and outcome 16 of a month by category."""
    outcomed = _published("outcomed_ytd")
    if when not in _SIXTEEN or when < _QUARTER_PRINTED:
        # elsewhere each category keeps its ratio of outcomes to crimes
        recorded = np.array([sum(wanted(area, c, "ytd_2022_23") or 0 for area in AREAS) for c in CATEGORIES])
        outcomed = outcomed * (crimes + 0.1) / np.maximum(recorded, 1)
    total = _wanted(known["total"], when, scale)
    if total is None:
        total = int(counts(_SHARE_OF_CRIMES * float(crimes.sum()), rng, 1)[0])
    by_category: Integers = rng.multinomial(total, outcomed / outcomed.sum())
    charges, sixteen = _wanted(known["charges"], when, scale), _wanted(known["sixteen"], when, scale)
    charged = _within(by_category, by_category, "positive_action_pct", charges, _CHARGE_SHARE, rng)
    closed = _within(by_category - charged, by_category, "outcome16_pct", sixteen, _SIXTEEN_SHARE, rng)
    return by_category, charged, closed


def _within(open_to: Integers, outcomes: Integers, cell: str, printed: int | None, usual: float,
            rng: np.random.Generator) -> Integers:  # fmt: skip
    """Outcomes of a kind by category: shares as published, moved together to the month's level."""
    expected = outcomes * _published(cell)
    level = usual * outcomes.sum() if printed is None else printed
    share = np.minimum(expected * level / max(expected.sum(), 1) / np.maximum(open_to, 1), 1)
    return successes(open_to, share, rng, printed)


def _aims(among: Integers, share: float, printed: Printed, setting: Setting) -> Integers:
    """How many of the records of each month are of a kind: the printed figure, or a draw about the usual share."""
    return np.array([
        wanted if (wanted := _wanted(printed, (m.year, m.month), setting.scale)) is not None
        else int(successes(among[t : t + 1], share, setting.rng)[0])
        for t, m in enumerate(setting.months)
    ], np.int64)  # fmt: skip


def _codes(kind: Integers, category: Integers, month: Integers, known: dict[str, Printed],
           setting: Setting) -> Integers:  # fmt: skip
    """Outcome code of each outcome, an index into :data:`CODES`."""
    rng, span = setting.rng, len(setting.months)
    code = np.full(kind.size, CODES.index("16"))
    charge = np.flatnonzero(kind == CHARGE)
    alternate = _aims(np.bincount(month[charge], minlength=span), _ALTERNATE_SHARE, known["alternate"], setting)
    picked = choose_in_groups(month[charge], np.ones(charge.size), alternate, rng)
    code[charge] = np.where(picked, CODES.index("1A"), CODES.index("1"))
    left = np.flatnonzero(kind == OTHER)
    property_crime = _PROPERTY[category[left]]
    for name, usual in _SPOTLIGHT_SHARE.items():
        aim = _aims(np.bincount(month, minlength=span), usual, known[name], setting)
        likely = np.where(property_crime, 0.15, 1.0)
        picked = choose_in_groups(month[left], likely, aim, rng)
        code[left[picked]] = CODES.index(name)
        left, property_crime = left[~picked], property_crime[~picked]
    rest = ("3", "4", "8", "10", "12", "13", "15", "18", "21")
    chance = np.where(
        property_crime[:, None], [0.01, 0.01, 0.03, 0.01, 0.00, 0.01, 0.10, 0.82, 0.01],
        [0.03, 0.00, 0.09, 0.02, 0.02, 0.02, 0.42, 0.37, 0.03],
    )  # fmt: skip
    drawn = (np.cumsum(chance, axis=1) < rng.random((left.size, 1))).sum(axis=1)
    code[left] = np.array([CODES.index(name) for name in rest])[np.minimum(drawn, len(rest) - 1)]
    return code


def _abuse(kind: Integers, category: Integers, month: Integers, known: dict[str, Printed],
           setting: Setting) -> NDArray[np.bool_]:  # fmt: skip
    """Which outcomes are of domestic abuse offences."""
    aim = np.zeros((len(setting.months), 3), np.int64)
    total = _aims(np.bincount(month, minlength=aim.shape[0]), _DA_SHARE, known["abuse"], setting)
    aim[:, CHARGE] = _aims(total, _DA_CHARGE_SHARE, known["abuse_charges"], setting)
    aim[:, SIXTEEN] = _aims(total, _DA_SIXTEEN_SHARE, known["abuse_sixteen"], setting)
    aim[:, OTHER] = np.maximum(total - aim[:, CHARGE] - aim[:, SIXTEEN], 0)
    weight = weights(KEYWORD_WEIGHT["domestic_abuse"], 1e-6)[category]
    return choose_in_groups(month * 3 + kind, weight, aim.ravel(), setting.rng)


def _link(crimes: Crimes, category: Integers, abuse: NDArray[np.bool_], day: NDArray[np.datetime64],
          rng: np.random.Generator) -> Integers:  # fmt: skip
    """A crime of the same category and keyword, recorded some weeks before the outcome; each crime once if possible."""
    out = np.full(category.size, -1)
    recorded = clock.local_date(crimes.recorded)
    usable = ~crimes.crimed_incident & (crimes.status != CANCELLED)
    flag = crimes.keywords["domestic_abuse"]
    for c in range(len(CATEGORIES)):
        for da in (False, True):
            mine = np.flatnonzero((category == c) & (abuse == da))
            pool = np.flatnonzero(usable & (crimes.category == c) & (flag == da))
            if pool.size == 0:
                pool = np.flatnonzero(usable & (crimes.category == c))
            if mine.size and pool.size:
                out[mine] = pool[_earlier(recorded[pool], day[mine], rng)]
    return out


def _earlier(recorded: NDArray[np.datetime64], day: NDArray[np.datetime64], rng: np.random.Generator) -> Integers:
    """Positions in a pool sorted by date, at or before each (sorted) day, each once if the pool is large enough.

    Every crime is given a day on which its outcome falls due; among those recorded by then, the one due first is taken.
    """
    due = (recorded.astype(np.int64) + rng.exponential(_LAG_DAYS, recorded.size)).tolist()
    known = np.searchsorted(recorded, day, side="right")
    again = (rng.random(day.size) * known).astype(np.int64)
    waiting: list[tuple[float, int]] = []
    position = np.zeros(day.size, np.int64)
    pushed = 0
    for j, limit in enumerate(known.tolist()):
        while pushed < limit:
            heappush(waiting, (due[pushed], pushed))
            pushed += 1
        position[j] = heappop(waiting)[1] if waiting else again[j]
    return position


def outcome_columns(crimes: Crimes, refs: Any, setting: Setting) -> dict[str, Any]:
    """Columns of the ``outcomes`` contract."""
    areas, months, scale, as_at, rng = setting.areas, setting.months, setting.scale, setting.as_at, setting.rng
    parts = []
    counted, known = crimes.counted, _known(rng)
    for t, m in enumerate(months):
        crimes_held = np.bincount(crimes.category[counted & (crimes.month == t)], minlength=len(ALL_CATEGORIES))
        by_category, charged, closed = _month_plan((m.year, m.month), crimes_held[: len(CATEGORIES)], scale, known, rng)
        for which, count in ((CHARGE, charged), (SIXTEEN, closed), (OTHER, by_category - charged - closed)):
            spelt = np.repeat(np.arange(len(CATEGORIES)), count)
            parts.append((np.full(spelt.size, t), np.full(spelt.size, which), spelt))
    month, kind, category = (np.concatenate(column) for column in zip(*parts, strict=True))
    first = np.array([m.first_day for m in months], dtype="datetime64[D]")
    length = np.array([m.days for m in months])
    day = first[month] + (rng.random(month.size) * length[month]).astype(np.int64)
    order = np.argsort(day, kind="stable")
    month, kind, category, day = month[order], kind[order], category[order], day[order]
    abuse = _abuse(kind, category, month, known, setting)
    code = _codes(kind, category, month, known, setting)
    crime = _link(crimes, category, abuse, day, rng)
    # in the first days of the span there may be no earlier crime: such an outcome belongs to a crime not held
    held = (crime >= 0) & (clock.local_date(crimes.recorded[crime]) <= day)
    crime, day, code, category, abuse = crime[held], day[held], code[held], category[held], abuse[held]
    return {
        "outcome_ref": references("O", 1, day.size),
        "crime_ref": refs.take(crime),
        "outcome_on": day,
        "outcome_code": Coded(code, list(CODES)),
        "area": Coded(crimes.area[crime], areas),
        "category": Coded(category, list(ALL_CATEGORIES)),
        "domestic_abuse": abuse,
        "as_at": np.full(day.size, as_at),
    }
