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
from upstream.datasets.sampling import choose_in_groups
from upstream.datasets.setting import Setting
from upstream.datasets.writing import Coded, references
from upstream.periods import Month

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

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


def _split(total: int, weight: Array) -> Integers:
    """A whole number shared out by weight, by largest remainder."""
    exact = total * weight / weight.sum()
    out: Integers = np.floor(exact).astype(np.int64)
    out[np.argsort(out - exact, kind="stable")[: total - int(out.sum())]] += 1
    return out


def _published(cell: str) -> Array:
    return np.array([float(wanted(FORCE, category, cell) or 0) for category in CATEGORIES])


def _month_plan(when: tuple[int, int], crimes: Integers, scale: float) -> tuple[Integers, Integers, Integers]:
    """Outcomes, charges and outcome 16 of a month by category."""
    outcomed = _published("outcomed_ytd")
    if when not in _SIXTEEN or when < _QUARTER_PRINTED:
        # elsewhere each category keeps its ratio of outcomes to crimes
        recorded = np.array([sum(wanted(area, c, "ytd_2022_23") or 0 for area in AREAS) for c in CATEGORIES])
        outcomed = outcomed * (crimes + 0.1) / np.maximum(recorded, 1)
    usual = _SHARE_OF_CRIMES * crimes.sum()
    total = round(_TOTAL[when] * scale) if when in _TOTAL else round(usual)
    by_category = _split(total, outcomed)
    charges = round(_CHARGES[when] * scale) if when in _CHARGES else round(_CHARGE_SHARE * total)
    sixteen = round(_SIXTEEN[when] * scale) if when in _SIXTEEN else round(_SIXTEEN_SHARE * total)
    charged = np.minimum(_split(charges, by_category * _published("positive_action_pct") + 1e-9), by_category)
    closed = np.minimum(_split(sixteen, by_category * _published("outcome16_pct") + 1e-9), by_category - charged)
    return by_category, charged, closed


def _codes(kind: Integers, category: Integers, month: Integers, months: tuple[Month, ...], scale: float,
           rng: np.random.Generator) -> Integers:  # fmt: skip
    """Outcome code of each outcome, an index into :data:`CODES`."""
    code = np.full(kind.size, CODES.index("16"))
    charge = np.flatnonzero(kind == CHARGE)
    alternate = np.array([
        round(_ALTERNATE[w] * scale) if (w := (m.year, m.month)) in _ALTERNATE
        else round(_ALTERNATE_SHARE * int((month[charge] == t).sum()))
        for t, m in enumerate(months)
    ])  # fmt: skip
    picked = choose_in_groups(month[charge], np.ones(charge.size), alternate, rng)
    code[charge] = np.where(picked, CODES.index("1A"), CODES.index("1"))
    left = np.flatnonzero(kind == OTHER)
    property_crime = _PROPERTY[category[left]]
    for name, usual in _SPOTLIGHT_SHARE.items():
        aim = np.array([
            round(_SPOTLIGHT[name][w] * scale) if (w := (m.year, m.month)) in _SPOTLIGHT[name]
            else round(usual * int((month == t).sum()))
            for t, m in enumerate(months)
        ])  # fmt: skip
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


def _abuse(kind: Integers, category: Integers, month: Integers, months: tuple[Month, ...], scale: float,
           rng: np.random.Generator) -> NDArray[np.bool_]:  # fmt: skip
    """Which outcomes are of domestic abuse offences."""
    aim = np.zeros((len(months), 3), np.int64)
    for t, m in enumerate(months):
        when = (m.year, m.month)
        everything = int((month == t).sum())
        total = round(_DA_TOTAL[when] * scale) if when in _DA_TOTAL else round(_DA_SHARE * everything)
        aim[t, CHARGE] = round(_DA_CHARGES[when] * scale) if when in _DA_CHARGES else round(_DA_CHARGE_SHARE * total)
        aim[t, SIXTEEN] = round(_DA_SIXTEEN[when] * scale) if when in _DA_SIXTEEN else round(_DA_SIXTEEN_SHARE * total)
        aim[t, OTHER] = max(total - aim[t, CHARGE] - aim[t, SIXTEEN], 0)
    weight = weights(KEYWORD_WEIGHT["domestic_abuse"], 1e-6)[category]
    return choose_in_groups(month * 3 + kind, weight, aim.ravel(), rng)


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
    counted = crimes.counted
    for t, m in enumerate(months):
        crimes_held = np.bincount(crimes.category[counted & (crimes.month == t)], minlength=len(ALL_CATEGORIES))
        by_category, charged, closed = _month_plan((m.year, m.month), crimes_held[: len(CATEGORIES)], scale)
        for which, count in ((CHARGE, charged), (SIXTEEN, closed), (OTHER, by_category - charged - closed)):
            spelt = np.repeat(np.arange(len(CATEGORIES)), count)
            parts.append((np.full(spelt.size, t), np.full(spelt.size, which), spelt))
    month, kind, category = (np.concatenate(column) for column in zip(*parts, strict=True))
    first = np.array([m.first_day for m in months], dtype="datetime64[D]")
    length = np.array([m.days for m in months])
    day = first[month] + (rng.random(month.size) * length[month]).astype(np.int64)
    order = np.argsort(day, kind="stable")
    month, kind, category, day = month[order], kind[order], category[order], day[order]
    abuse = _abuse(kind, category, month, months, scale, rng)
    code = _codes(kind, category, month, months, scale, rng)
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
