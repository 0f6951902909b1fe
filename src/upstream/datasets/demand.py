"""Incidents, the hourly count of those without a unit, and the public's calls and digital contacts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from upstream.datasets import clock
from upstream.datasets.geography import SmallAreas
from upstream.datasets.sampling import choose_in_groups, thin
from upstream.datasets.setting import Setting
from upstream.datasets.targets import Targets
from upstream.datasets.writing import Coded, references
from upstream.periods import Month

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

TYPES: Final = ("asb_personal", "asb_nuisance", "asb_environmental", "crime", "public_safety_welfare", "transport",
                "administration")  # fmt: skip
_OTHER_TYPES: Final = (0.36, 0.38, 0.14, 0.12)
_GRADES: Final = (0.14, 0.30, 0.16, 0.22, 0.18)
_HOURS: Final = np.array([
    [3.0, 2.2, 1.7, 1.3, 1.1, 1.2, 1.6, 2.4, 3.6, 4.3, 4.8, 5.0,
     5.1, 5.1, 5.2, 5.6, 5.9, 6.1, 6.1, 5.9, 5.6, 5.2, 4.7, 3.9],
])  # fmt: skip
_WEEKDAY: Final = np.array([[1.00, 0.97, 0.97, 0.98, 1.06, 1.06, 0.96]])
# source 004, report p.42 and 43: medians in seconds (12:37 and 1:07:19) and targets of 20 minutes, 2 and 48 hours.
# Times are lognormal: the spread is what puts 74.8% and 60.3% inside the target.
_MEDIAN: Final = {1: 757.0, 2: 4039.0, 3: 70_000.0}
_SPREAD: Final = {1: 0.690, 2: 2.2147, 3: 1.30}
_DISPATCH_SHARE: Final = {1: 0.18, 2: 0.55, 3: 0.85}
# report p.42: grade 1 inside the target in North and South Worcestershire 82.6% and 79.8%, force 74.8%
_GRADE_1_INSIDE: Final = (0.798, 0.826, 0.700, 0.620, 0.770)
_ACKNOWLEDGE_MEDIAN: Final = {1: 45.0, 2: 150.0, 3: 600.0, 4: 900.0, 5: 1200.0}
_TARGET_SECONDS: Final = 1200.0
_NEVER_ARRIVED: Final = {1: 0.03, 2: 0.10, 3: 0.25}

# report p.39 to 41, June 2022: share inside 10 and 30 seconds, abandoned, digital contacts of a month
_CALLS: Final = {"999": 19_500, "101": 26_000}
_INSIDE: Final = {"999": (10, 0.90, 0.91), "101": (30, 0.45, 0.52)}
_INSIDE_MAY: Final = {"999": 0.91, "101": 0.47}
_ABANDONED: Final = {"999": (0.024, 0.016), "101": (0.245, 0.18)}
_ABANDONED_MAY: Final = {"999": 0.022, "101": 0.223}
_DIGITAL: Final = {(2022, 6): 2162, (2022, 5): 2252}
_DIGITAL_USUAL: Final = 2_050
CHANNELS: Final = ("999", "101", "digital")

# report p.44: unresourced by grade on 30 June 2022 (0, 298, 130 and 273 in grades 4 and 5), 617 a month before,
# 410 a year before; South Worcestershire has 106 of the grade 2
_UNRESOURCED: Final = np.array([
    [0, 106, 32, 40, 30],
    [0, 62, 26, 32, 24],
    [0, 34, 18, 20, 13],
    [0, 54, 30, 35, 24],
    [0, 42, 24, 32, 23],
])  # fmt: skip
_UNRESOURCED_LEVEL: Final = ((Month(2021, 6), 410 / 701), (Month(2022, 5), 617 / 701), (Month(2022, 6), 1.0))


def _journeys(grade: Integers, area: Integers, rng: np.random.Generator) -> tuple[Array, Array]:
    """Seconds from acknowledgement to dispatch and to arrival; NaN where no unit went."""
    dispatch, arrive = np.full(grade.size, np.nan), np.full(grade.size, np.nan)
    for g, median in _MEDIAN.items():
        mine = np.flatnonzero(grade == g)
        spread = np.full(mine.size, _SPREAD[g])
        middle = np.full(mine.size, median)
        if g == 1:
            # the area's median follows from its own share inside the target
            inside = ndtri(np.array(_GRADE_1_INSIDE))
            middle = _TARGET_SECONDS / np.exp(inside[area[mine]] * _SPREAD[g])
        whole = np.clip(middle * np.exp(spread * rng.standard_normal(mine.size)), 45, 20 * clock.SECONDS_IN_DAY)
        part = rng.beta(2, 2 * (1 / _DISPATCH_SHARE[g] - 1), mine.size)
        went = rng.random(mine.size) >= _NEVER_ARRIVED[g]
        arrive[mine] = np.where(went, whole, np.nan)
        dispatch[mine] = np.where(went | (rng.random(mine.size) < 0.3), whole * part, np.nan)
    return dispatch, arrive


def _after(start: NDArray[np.datetime64], seconds: Array, read: np.datetime64) -> NDArray[np.datetime64]:
    """Times that many seconds later; what lies beyond the day the rows were read has not happened yet."""
    known = ~np.isnan(seconds)
    out = np.full(start.size, np.datetime64("NaT"), "datetime64[us]")
    out[known] = start[known] + np.round(seconds[known]).astype("timedelta64[s]").astype("timedelta64[us]")
    out[out >= read] = np.datetime64("NaT")
    return out


def _kinds(area: Integers, month: Integers, disorder: Integers, span: int, rng: np.random.Generator) -> Integers:
    """Type of each incident: exactly the anti-social behaviour wanted, the rest by share."""
    asb = choose_in_groups(area * span + month, np.ones(area.size), disorder.ravel(), rng)
    within = np.searchsorted(np.cumsum([0.14, 0.82]), rng.random(area.size))
    other = 3 + np.minimum(np.searchsorted(np.cumsum(_OTHER_TYPES), rng.random(area.size)), 3)
    return np.where(asb, within, other)


def incident_batches(targets: Targets, small: SmallAreas, setting: Setting) -> Iterator[dict[str, Any]]:
    """Columns of the ``incidents`` contract, a batch for each twelve months."""
    areas, scale, as_at, rng = setting.areas, setting.scale, setting.as_at, setting.rng
    incidents = thin(targets.incidents, scale, rng)
    disorder = np.minimum(thin(targets.anti_social, scale, rng), incidents)
    mental = thin(targets.mental_health, scale, rng)
    chance = small.residents * rng.lognormal(0, 0.6, small.codes.size)
    number = 1
    for begin in range(0, len(targets.months), 12):
        months = targets.months[begin : begin + 12]
        part = slice(begin, begin + 12)
        counts = incidents[:, part]
        index = np.repeat(np.arange(counts.size), counts.ravel())
        area, month = np.unravel_index(index, counts.shape)
        n = area.size
        day = clock.draw_days(month, np.zeros(n, np.int64), months, _WEEKDAY, rng)
        opened = clock.to_utc(clock.at(day, clock.draw_seconds(np.zeros(n, np.int64), _HOURS, rng)))
        kind = _kinds(area, month, disorder[:, part], len(months), rng)
        grade = 1 + np.minimum(np.searchsorted(np.cumsum(_GRADES), rng.random(n)), 4)
        middle = np.array([0.0, *_ACKNOWLEDGE_MEDIAN.values()])[grade]
        acknowledged = _after(opened, middle * rng.lognormal(0, 0.8, n), as_at)
        dispatch, arrive = _journeys(grade, area, rng)
        order = np.argsort(opened, kind="stable")
        columns: dict[str, Any] = {
            "opened_at": opened,
            "opened_on": day,
            "acknowledged_at": acknowledged,
            "dispatched_at": _after(acknowledged, dispatch, as_at),
            "arrived_at": _after(acknowledged, arrive, as_at),
            "grade": grade,
            "mental_health": choose_in_groups(month, (kind == 4) + 0.05, mental[part], rng),
        }
        place = _places(area, chance, small, rng)
        columns = {name: value[order] for name, value in columns.items()}
        yield {
            "incident_ref": references("I", number, n),
            "incident_type": Coded(kind[order], list(TYPES)),
            "area": Coded(area[order], areas),
            "lsoa": Coded(place[order], small.codes.tolist()),
            "as_at": np.full(n, as_at),
            **columns,
        }
        number += n


def _places(area: Integers, chance: Array, small: SmallAreas, rng: np.random.Generator) -> Integers:
    out = np.zeros(area.size, np.int64)
    for a in range(int(small.area.max()) + 1):
        mine = np.flatnonzero(area == a)
        candidates = np.flatnonzero(small.area == a)
        cumulative = np.cumsum(chance[candidates])
        out[mine] = candidates[np.searchsorted(cumulative / cumulative[-1], rng.random(mine.size))]
    return out


def _call_rates(channel: str, month: Month, rng: np.random.Generator) -> tuple[float, float]:
    """Share of all calls answered inside the standard, and share abandoned."""
    _, june, usual = _INSIDE[channel]
    lost_june, lost_usual = _ABANDONED[channel]
    if month == Month(2022, 6):
        return june, lost_june
    if month == Month(2022, 5):
        return _INSIDE_MAY[channel], _ABANDONED_MAY[channel]
    wobble = 0.006 if channel == "999" else 0.025
    return min(usual + abs(rng.normal(0, wobble)), 0.97), max(lost_usual + rng.normal(0, 0.1 * lost_usual), 0.002)


def _calls(channel: str, month: Month, count: int, rng: np.random.Generator) -> tuple[Array, NDArray[np.bool_]]:
    """Seconds to the answer (NaN if abandoned) and which calls were abandoned, hitting both shares."""
    standard, _, _ = _INSIDE[channel]
    inside, lost = _call_rates(channel, month, rng)
    fate = rng.permutation(count)
    in_time = fate < round(inside * count)
    abandoned = fate >= count - round(lost * count)
    quick = rng.gamma(2.0, standard / 6, count) % standard
    mean_over = 20.0 if channel == "999" else 260.0
    slow = standard + 1 + rng.exponential(mean_over, count)
    return np.where(abandoned, np.nan, np.where(in_time, quick, slow)), abandoned


def contact_batches(setting: Setting) -> Iterator[dict[str, Any]]:
    """Columns of the ``contacts`` contract, a batch a quarter."""
    areas, months, scale, as_at, rng = setting.areas, setting.months, setting.scale, setting.as_at, setting.rng
    number = 1
    for begin in range(0, len(months), 3):
        parts = [
            _month_contacts(channel, month, scale, rng) for month in months[begin : begin + 3] for channel in CHANNELS
        ]
        queued, wait, abandoned, channel = (np.concatenate(column) for column in zip(*parts, strict=True))
        order = np.argsort(queued, kind="stable")
        queued, wait = queued[order], wait[order]
        n = queued.size
        yield {
            "contact_ref": references("K", number, n),
            "channel": Coded(channel[order], list(CHANNELS)),
            "queued_at": queued,
            "queued_on": clock.local_date(queued),
            "answered_at": _after(queued, wait, as_at),
            "abandoned": abandoned[order],
            "area": Coded(np.searchsorted(np.cumsum([0.25, 0.22, 0.14, 0.22]), rng.random(n)), areas),
            "as_at": np.full(n, as_at),
        }
        number += n


def _month_contacts(
    channel: str, month: Month, scale: float, rng: np.random.Generator
) -> tuple[NDArray[np.datetime64], Array, NDArray[np.bool_], Integers]:
    when = (month.year, month.month)
    growth = 1 + 0.03 * (month.index - Month(2022, 6).index) / 12
    if channel == "digital":
        usual = _DIGITAL_USUAL * max(growth - 0.12 * (Month(2022, 6).index - month.index) / 12, 0.3)
        count = _DIGITAL.get(when, int(rng.poisson(usual)))
    else:
        season = 1 + 0.06 * np.cos(2 * np.pi * (month.month - 7) / 12)
        boost = 1.05 if channel == "999" and month == Month(2022, 6) else 1.0
        count = int(rng.poisson(_CALLS[channel] * growth * season * boost))
    count = int(thin(np.array([count]), scale, rng)[0])
    zero = np.zeros(count, np.int64)
    day = clock.draw_days(zero, zero, (month,), _WEEKDAY, rng)
    queued = clock.to_utc(clock.at(day, clock.draw_seconds(zero, _HOURS, rng)))
    code = np.full(count, CHANNELS.index(channel))
    if channel == "digital":
        return queued, rng.exponential(5_400, count), np.zeros(count, bool), code
    wait, abandoned = _calls(channel, month, count, rng)
    return queued, wait, abandoned, code


def unresourced_columns(setting: Setting) -> dict[str, Any]:
    """Columns of the ``unresourced`` contract: every hour of every day, area and grade."""
    areas, months, scale, as_at, rng = setting.areas, setting.months, setting.scale, setting.as_at, setting.rng
    first, last = np.datetime64(months[0].first_day), np.datetime64(months[-1].last_day)
    days = np.arange(first, last + 1)
    anchors = [np.datetime64(m.last_day) for m, _ in _UNRESOURCED_LEVEL]
    at = np.array([(a - first).astype(int) for a in anchors], dtype=float)
    level = np.interp(np.arange(days.size), at, [v for _, v in _UNRESOURCED_LEVEL])
    noise = np.where(np.isin(days, anchors), 1.0, np.exp(rng.normal(0, 0.06, days.size)))
    hour = 1 + 0.10 * np.sin(2 * np.pi * (np.arange(24) - 13) / 24)
    # the reads of 08:00 to 22:00 have mean 1, so that their daily mean is the published level
    hour = hour / hour[8:23].mean()
    expected = (level * noise)[:, None, None, None] * hour[None, :, None, None] * _UNRESOURCED[None, None] * scale
    drawn = rng.poisson(expected)
    day, clock_hour, area, grade = (index.ravel() for index in np.indices(drawn.shape))
    return {
        "area": Coded(area, areas),
        "grade": grade + 1,
        "read_on": days[day],
        "hour": clock_hour,
        "incidents": drawn.ravel(),
        "as_at": np.full(day.size, as_at),
    }
