"""Month-end snapshots: open investigations, problem-solving plans, and the offender management cohort."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from upstream.datasets import clock
from upstream.datasets.crimes import CANCELLED, Crimes
from upstream.datasets.offences import ALL_CATEGORIES, weights
from upstream.datasets.people import Parties, pseudonyms
from upstream.datasets.setting import Setting
from upstream.datasets.writing import Coded
from upstream.periods import Month

Integers = NDArray[np.int64]

# source 004, report p.36, 5 July 2022: workflows and open investigations of each team in the bands 1-4, 5-9, 10-19
# and 20 or more; the first five teams are the local policing areas in report order
_TEAMS: Final = (
    ("Local policing", ((129, 268), (106, 761), (122, 1583), (5, 119))),
    ("Local policing", ((141, 329), (122, 855), (63, 776), (1, 20))),
    ("Local policing", ((121, 259), (71, 456), (56, 753), (7, 163))),
    ("Local policing", ((115, 264), (95, 663), (92, 1279), (18, 402))),
    ("Local policing", ((115, 273), (110, 748), (53, 642), (3, 65))),
    ("North team", ((39, 63), (1, 8), (0, 0), (5, 127))),
    ("South team", ((57, 94), (3, 21), (4, 73), (2, 43))),
    ("Public contact", ((22, 45), (20, 146), (19, 253), (4, 92))),
    ("Protective services", ((39, 73), (8, 59), (6, 73), (0, 0))),
    ("Other", ((8, 8), (0, 0), (0, 0), (0, 0))),
)
BANDS: Final = ((1, 4), (5, 9), (10, 19), (20, 60))
# volume against the last snapshot: five months of growth, 2% in the last
_LEVEL: Final = {
    (2022, 6): 1.0,
    (2022, 5): 0.980,
    (2022, 4): 0.966,
    (2022, 3): 0.951,
    (2022, 2): 0.934,
    (2022, 1): 0.915,
}
_LEVEL_BEFORE: Final = 0.93
_NEW_SHARE: Final = 0.35
_STUDENT_SHARE: Final = 0.24
_DURABLE: Final = {"rape": 6.0, "other_sexual_offences": 4.0, "homicide": 20.0, "violence_with_injury": 1.6,
                   "misc_crimes_against_society": 2.5, "drug_offences": 2.0}  # fmt: skip

# report p.30, 8 July 2022: red, amber, green and unscored plans of each area
_PLANS: Final = ((0, 1, 19, 31), (0, 0, 1, 18), (0, 1, 6, 8), (0, 3, 6, 28), (1, 2, 2, 19))
RATINGS: Final = ("red", "amber", "green", "unscored")
SIZES: Final = ("beat", "standard", "force")

# report p.31: 176 offenders in March and 156 in June 2022; 24% suspected in Q1 2022/23 (June 23%), 19% a year before
_COHORT: Final = {(2022, 3): 176, (2022, 4): 170, (2022, 5): 163, (2022, 6): 156}
_COHORT_USUAL: Final = 210
# the threshold rose in October 2021: from there the cohort shrinks to the printed 176 of March 2022
_COHORT_SHRINKS: Final = (Month(2021, 10), 6)
_SUSPECTED: Final = {
    (2022, 4): 0.245,
    (2022, 5): 0.245,
    (2022, 6): 0.23,
    (2021, 4): 0.19,
    (2021, 5): 0.19,
    (2021, 6): 0.19,
}
_SUSPECTED_USUAL: Final = 0.21
_LEAVERS_A_MONTH: Final = 6


def _shares(total: int, holders: int, low: int, high: int, rng: np.random.Generator) -> Integers:
    """``total`` investigations among ``holders``, each with ``low`` to ``high``."""
    held = np.full(holders, low)
    for _ in range(200):
        left = total - int(held.sum())
        if left <= 0:
            break
        room = np.flatnonzero(held < high)
        if not room.size:
            break
        held[rng.permutation(room)[:left]] += 1
    return held


def _holders(level: float, rng: np.random.Generator) -> tuple[Integers, Integers]:
    """Team and number of the workflow of every open investigation."""
    teams, workflows = [], []
    number = 0
    for team, (_, bands) in enumerate(_TEAMS):
        for (low, high), (count, total) in zip(BANDS, bands, strict=True):
            holders = round(count * level)
            wanted = min(max(round(total * level), holders * low), holders * high)
            held = _shares(wanted, holders, low, high, rng)
            workflows.append(np.repeat(number + np.arange(holders), held))
            teams.append(np.full(int(held.sum()), team))
            number += 200
    return np.concatenate(teams), np.concatenate(workflows)


def _open_crimes(
    crimes: Crimes, day: np.ndarray[Any, Any], team: Integers, snapshot: np.datetime64, rng: np.random.Generator
) -> Integers:
    """A different crime for each investigation: a third from the last four weeks, the others older."""
    held = np.searchsorted(day, snapshot, side="right")
    begin = np.searchsorted(day, snapshot - np.timedelta64(540, "D"))
    rows = np.arange(begin, held)
    rows = rows[~crimes.crimed_incident[rows] & (crimes.status[rows] != CANCELLED)]
    age = (snapshot - day[rows]).astype(np.int64)
    old = np.where(age < 28, 0.0, np.exp(-age / 150.0)) * weights(_DURABLE, 1.0)[crimes.category[rows]]
    young = (age < 28) * 1.0
    out = np.full(team.size, -1)
    free = np.ones(rows.size, bool)
    for area in (0, 1, 2, 3, 4, -1):
        mine = np.flatnonzero(team == area) if area >= 0 else np.flatnonzero(team > 4)
        here = np.flatnonzero(free & ((crimes.area[rows] == area) | (area < 0)))
        fresh = round(_NEW_SHARE * mine.size)
        taken: list[Integers] = []
        for weight, count in ((young, fresh), (old, mine.size - fresh)):
            with np.errstate(divide="ignore"):
                key = np.log(weight[here]) + rng.gumbel(size=here.size)
            best = here[np.argsort(-key, kind="stable")[:count]]
            taken.append(best[weight[best] > 0])
        chosen = np.concatenate(taken)
        free[chosen] = False
        out[mine[: chosen.size]] = rows[chosen[rng.permutation(chosen.size)]]
    return out


def investigation_batches(crimes: Crimes, refs: Any, setting: Setting) -> Iterator[dict[str, Any]]:
    """Columns of the ``open_investigations`` contract, a batch a snapshot."""
    areas, months, scale, as_at, key, rng = (
        setting.areas,
        setting.months,
        setting.scale,
        setting.as_at,
        setting.person_key,
        setting.rng,
    )
    day = clock.local_date(crimes.recorded)
    for month in months:
        level = scale * _LEVEL.get((month.year, month.month), _LEVEL_BEFORE * (1 + 0.02 * float(rng.standard_normal())))
        snapshot = np.datetime64(month.last_day)
        team, workflow = _holders(level, rng)
        crime = _open_crimes(crimes, day, team, snapshot, rng)
        found = crime >= 0
        team, workflow, crime = team[found], workflow[found], crime[found]
        numbers, index = np.unique(workflow, return_inverse=True)
        yield {
            "snapshot_on": np.full(crime.size, snapshot),
            "crime_ref": refs.take(crime),
            "opened_on": np.minimum(day[crime], snapshot),
            "workflow": Coded(index.astype(np.int64), pseudonyms(numbers, key + b"-workflow")),
            "team": Coded(team, [name for name, _ in _TEAMS]),
            "area": Coded(np.where(team < len(areas), team, -1), areas),
            "category": Coded(crimes.category[crime], list(ALL_CATEGORIES)),
            "student_officer": (workflow * 7919 % 100) < _STUDENT_SHARE * 100,
            "as_at": np.full(crime.size, as_at),
        }


def plan_columns(setting: Setting) -> dict[str, Any]:
    """Columns of the ``problem_plans`` contract: the plans of the last snapshot, and others closed before it."""
    areas, months, scale, as_at, rng = setting.areas, setting.months, setting.scale, setting.as_at, setting.rng
    counts = np.array(_PLANS) if scale >= 1 else np.maximum(np.rint(np.array(_PLANS) * scale).astype(np.int64), 0)
    index = np.repeat(np.arange(counts.size), counts.ravel())
    area, rating = np.unravel_index(index, counts.shape)
    last, first = months[-1].last_day, months[0].first_day
    span = (last - first).days
    n = area.size
    opened = np.datetime64(last) - np.minimum(rng.exponential(270, n), span + 300).astype(np.int64) - 1
    closed_area = rng.integers(0, len(areas), n)
    closed_opened = np.datetime64(first) + rng.integers(0, max(span - 60, 1), n)
    closed = np.minimum(closed_opened + rng.integers(30, 240, n), np.datetime64(months[-1].first_day) - 1)
    area, opened = np.r_[area, closed_area], np.r_[opened, closed_opened]
    rating = np.r_[rating, rng.choice(4, n, p=[0.02, 0.06, 0.25, 0.67])]
    ends = np.r_[np.full(n, np.datetime64("NaT"), "datetime64[D]"), closed.astype("datetime64[D]")]
    size = rng.choice(3, area.size, p=[0.62, 0.33, 0.05])
    parts = []
    for month in months:
        snapshot, begin = np.datetime64(month.last_day), np.datetime64(month.first_day)
        held = np.flatnonzero((opened <= snapshot) & (np.isnat(ends) | (ends >= begin)))
        parts.append((held, np.full(held.size, snapshot)))
    plan, snapshot_on = (np.concatenate(column) for column in zip(*parts, strict=True))
    shown = np.where(ends[plan] <= snapshot_on, ends[plan], np.datetime64("NaT"))
    return {
        "snapshot_on": snapshot_on,
        "plan_ref": Coded(plan, [f"P{i + 1:05d}" for i in range(area.size)]),
        "area": Coded(area[plan], areas),
        "opened_on": opened[plan],
        "closed_on": shown,
        "rating": Coded(rating[plan], list(RATINGS)),
        "size": Coded(size[plan], list(SIZES)),
        "as_at": np.full(plan.size, as_at),
    }


def manage_offenders(crimes: Crimes, parties: Parties, setting: Setting) -> dict[str, Any]:
    """Columns of the ``iom_cohort`` contract; some suspects of each month become members of the cohort.

    ``parties.person`` is changed in place: as many suspects of crimes without the domestic abuse keyword as the
    published re-offending rate wants are given to different members of the cohort.
    """
    areas, months, scale, as_at, key, rng = (
        setting.areas,
        setting.months,
        setting.scale,
        setting.as_at,
        setting.person_key,
        setting.rng,
    )
    slots = np.flatnonzero(parties.suspect & ~crimes.keywords["domestic_abuse"][parties.crime])
    slots = slots[crimes.status[parties.crime[slots]] != CANCELLED]
    slot_month = crimes.month[parties.crime[slots]]
    parts = []
    leaver = parties.people
    for t, month in enumerate(months):
        when = (month.year, month.month)
        shrunk = max(month.index - _COHORT_SHRINKS[0].index + 1, 0) * _COHORT_SHRINKS[1]
        size = max(round(_COHORT.get(when, _COHORT_USUAL - shrunk) * scale), 1)
        members = leaver + np.arange(size)
        suspected = round(_SUSPECTED.get(when, _SUSPECTED_USUAL) * size)
        candidates = rng.permutation(slots[slot_month == t])[:suspected]
        parties.person[candidates] = rng.permutation(members)[: candidates.size]
        parts.append((members, np.full(size, np.datetime64(month.last_day)), rng.random(size)))
        leaver += round(_LEAVERS_A_MONTH * scale)
    person, snapshot, chance = (np.concatenate(column) for column in zip(*parts, strict=True))
    numbers, index = np.unique(person, return_inverse=True)
    return {
        "snapshot_on": snapshot,
        "person": Coded(index.astype(np.int64), pseudonyms(numbers, key)),
        "area": Coded(person % len(areas), areas),
        "cohort": Coded(person % 3, ["fixed", "flex", "free"]),
        "setting": Coded((chance < 0.18).astype(np.int64), ["community", "custody"]),
        "as_at": np.full(person.size, as_at),
    }
