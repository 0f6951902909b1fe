"""Crimes and crimed incidents, one record each, to the monthly counts wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from upstream.datasets import clock
from upstream.datasets.geography import ADDRESSES, SmallAreas
from upstream.datasets.offences import (
    ALL_CATEGORIES,
    DELAY,
    DELAY_OTHERWISE,
    HOMICIDE,
    HOURS,
    KEYWORD_CRIME_SHARE,
    KEYWORD_WEIGHT,
    KIND,
    OFFENCES,
    PUBLIC_ORDER_WITH_VICTIM,
    REPORTING_HOURS,
    RURAL_SHARE,
    VICTIM_BASED,
    WEEKDAY,
    WINDOW_HOURS,
    WINDOW_SPREAD,
    weights,
)
from upstream.datasets.published_tables import AREAS, CATEGORIES, KEYWORDS
from upstream.datasets.sampling import choose_in_groups, thin
from upstream.datasets.targets import Targets
from upstream.periods import Month

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Times = NDArray[np.datetime64]

RECORDED: Final = 0
CANCELLED: Final = 1
RECLASSIFIED: Final = 2
STATUSES: Final = ("recorded", "cancelled", "reclassified")
_CANCELLED_SHARE: Final = 0.02
_RECLASSIFIED_SHARE: Final = 0.015
_NO_END_SHARE: Final = 0.06
_NEAR_REPEAT_SHARE: Final = 0.22
_NEAR_REPEAT_METRES: Final = 90.0
_NEAR_REPEAT_DAYS: Final = 6.0
# share of the crimes of a small area at its busiest addresses: index = floor(ADDRESSES u^power)
_ADDRESS_POWER: Final = 2.3
_VIOLENCE_WITHOUT_INJURY: Final = CATEGORIES.index("violence_without_injury")
_PUBLIC_ORDER: Final = CATEGORIES.index("public_order")
_BURGLARY: Final = CATEGORIES.index("residential_burglary")


@dataclass(slots=True)
class Crimes:
    """Columns of the records, each of length n.

    Attributes
    ----------
    month, area, category : int64
        Indices into the months, the areas and :data:`ALL_CATEGORIES`.
    crimed_incident : bool
        Put on the crime system but not a notifiable crime.
    status, previous : int64
        Index into :data:`STATUSES`; category before re-classification, or -1.
    place : int64
        Index of the small area.
    easting, northing : float64
        Metres.
    recorded, committed_from, committed_to : datetime64[us]
        UTC; ``committed_to`` may be NaT.
    offence : int64
        Index into the offences of the category.
    victim_based : bool
        There is a specific victim.
    keywords : dict of (n,) bool
        One for each of :data:`KEYWORDS` and "alcohol".
    """

    month: Integers
    area: Integers
    category: Integers
    crimed_incident: Flags
    status: Integers
    previous: Integers
    place: Integers
    easting: Array
    northing: Array
    recorded: Times
    committed_from: Times
    committed_to: Times
    offence: Integers
    victim_based: Flags
    keywords: dict[str, Flags]

    @property
    def counted(self) -> Flags:
        """Recorded crimes that count: neither crimed incidents nor cancelled."""
        counted: Flags = ~self.crimed_incident & (self.status != CANCELLED)
        return counted


@dataclass(frozen=True, slots=True)
class Rows:
    """Where, when and what before any detail: indices of month, area and category, and the kind of record."""

    month: Integers
    area: Integers
    category: Integers
    crimed_incident: Flags
    keyword: Integers


def _spell_out(targets: Targets, scale: float, rng: np.random.Generator) -> tuple[Rows, dict[str, Integers]]:
    """One row a record from the counts; also how many crimes must carry each keyword by (area, month)."""
    areas, _, span = targets.crimes.shape
    homicides = np.zeros((areas, 1, span), np.int64)
    for t, count in enumerate(targets.homicides):
        np.add.at(homicides[:, 0, t], rng.integers(0, areas, int(count)), 1)
    counts = thin(np.concatenate([targets.crimes, homicides], axis=1), scale, rng)
    crime_index = np.repeat(np.arange(counts.size), counts.ravel())
    area, category, month = np.unravel_index(crime_index, counts.shape)
    crimes_wanted, extra = {}, []
    for k, keyword in enumerate(KEYWORDS):
        wanted = thin(targets.keywords[:, k], scale, rng)
        crimes_wanted[keyword] = np.rint(wanted * KEYWORD_CRIME_SHARE[keyword]).astype(np.int64)
        rest = wanted - crimes_wanted[keyword]
        index = np.repeat(np.arange(rest.size), rest.ravel())
        extra.append((*np.unravel_index(index, rest.shape), np.full(index.size, k)))
    extra_area, extra_month, extra_keyword = (np.concatenate(column) for column in zip(*extra, strict=True))
    n = extra_area.size
    rows = Rows(
        np.r_[month, extra_month],
        np.r_[area, extra_area],
        np.r_[category, np.full(n, _VIOLENCE_WITHOUT_INJURY)],
        np.r_[np.zeros(month.size, bool), np.ones(n, bool)],
        np.r_[np.full(month.size, -1), extra_keyword],
    )
    return rows, crimes_wanted


def place_weights(small: SmallAreas, rng: np.random.Generator) -> Array:
    """Chance of each small area by category, (categories, small areas): stable hot spots, the rural share as wanted."""
    heat = rng.normal(0, 0.75, small.codes.size) - 0.7 * (small.deprivation / small.deprivation.max() - 0.5)
    own = rng.normal(0, 0.45, (5, small.codes.size))
    out: Array = small.residents[None] ** 0.8 * np.exp(heat[None] + own[KIND])
    centre = rng.random(small.codes.size) < 0.05
    out[np.isin(KIND, (0, 2))] *= np.where(centre & ~small.rural, 5.0, 1.0)
    for area, share in enumerate(RURAL_SHARE):
        mine = small.area == area
        for rural, part in ((True, share), (False, 1 - share)):
            chosen = mine & (small.rural == rural)
            total = out[:, chosen].sum(axis=1, keepdims=True)
            out[:, chosen] *= np.divide(part, total, out=np.zeros_like(total), where=total > 0)
    return out


def _draw_places(
    area: Integers, category: Integers, chance: Array, small: SmallAreas, rng: np.random.Generator
) -> Integers:
    out = np.zeros(area.size, np.int64)
    group = area * len(ALL_CATEGORIES) + category
    order = np.argsort(group, kind="stable")
    edges = np.searchsorted(group[order], np.arange(len(AREAS) * len(ALL_CATEGORIES) + 1))
    for g in range(len(edges) - 1):
        mine = order[edges[g] : edges[g + 1]]
        if mine.size:
            a, c = divmod(g, len(ALL_CATEGORIES))
            candidates = np.flatnonzero(small.area == a)
            cumulative = np.cumsum(chance[c, candidates])
            out[mine] = candidates[np.searchsorted(cumulative / cumulative[-1], rng.random(mine.size))]
    return out


def _times(rows: Rows, months: tuple[Month, ...], rng: np.random.Generator) -> tuple[Times, Times, Times]:
    """Recorded, committed from and committed to, in local time."""
    n = rows.month.size
    kind = KIND[rows.category]
    day = clock.draw_days(rows.month, kind, months, WEEKDAY, rng)
    same_day, delay = np.array([DELAY.get(c, DELAY_OTHERWISE) for c in ALL_CATEGORIES])[rows.category].T
    late = rng.random(n) > same_day
    lag = np.where(late, 1 + np.floor(rng.exponential(delay)), 0).astype("timedelta64[D]")
    end = clock.draw_seconds(kind, HOURS, rng)
    reported = clock.draw_seconds(np.zeros(n, np.int64), REPORTING_HOURS, rng)
    soon = end + 300 + rng.exponential(4_000, n)
    seconds = np.where(late, reported, np.minimum(soon, clock.SECONDS_IN_DAY - 1))
    committed_to = clock.at(day - lag, np.minimum(end, seconds))
    width = WINDOW_HOURS[kind] * rng.lognormal(0, WINDOW_SPREAD, n) * (rng.random(n) < 0.8)
    start = committed_to - (width * 3600).astype("timedelta64[s]").astype("timedelta64[us]")
    return clock.at(day, seconds), start, committed_to


def _near_repeats(
    rows: Rows, place: Integers, xy: Array, times: tuple[Times, Times, Times], rng: np.random.Generator
) -> None:
    """Move a share of dwelling burglaries to within a few days and metres of another of the same area and month."""
    burglary = np.flatnonzero((rows.category == _BURGLARY) & ~rows.crimed_incident)
    if burglary.size < 2:
        return
    group = rows.area[burglary] * (rows.month.max() + 1) + rows.month[burglary]
    order = burglary[np.argsort(group, kind="stable")]
    group = np.sort(group)
    begin, end = np.searchsorted(group, group), np.searchsorted(group, group, side="right")
    # the first half of each group are originators, so that no chain is followed
    position = np.arange(group.size) - begin
    half = np.maximum((end - begin) // 2, 1)
    follows = (position >= half) & (rng.random(group.size) < 2 * _NEAR_REPEAT_SHARE)
    child = order[follows]
    parent = order[begin[follows] + (rng.random(child.size) * half[follows]).astype(np.int64)]
    gap = (1 + np.floor(rng.exponential(_NEAR_REPEAT_DAYS, child.size))).astype("timedelta64[D]")
    recorded = times[0][parent] + gap
    fits = recorded.astype("datetime64[M]") == times[0][parent].astype("datetime64[M]")
    child, parent, gap = child[fits], parent[fits], gap[fits]
    place[child] = place[parent]
    xy[:, child] = xy[:, parent] + rng.normal(0, _NEAR_REPEAT_METRES, (2, child.size))
    for column in times:
        column[child] = column[parent] + gap


def _keywords(rows: Rows, wanted: dict[str, Integers], alcohol: Integers, rng: np.random.Generator) -> dict[str, Flags]:
    crime = np.flatnonzero(~rows.crimed_incident)
    span = alcohol.size
    out = {}
    for k, keyword in enumerate(KEYWORDS):
        flag = rows.keyword == k
        weight = weights(KEYWORD_WEIGHT[keyword])[rows.category[crime]]
        group = rows.area[crime] * span + rows.month[crime]
        flag[crime] |= choose_in_groups(group, weight, wanted[keyword].ravel(), rng)
        out[keyword] = flag
    flag = np.zeros(rows.month.size, bool)
    weight = weights(KEYWORD_WEIGHT["alcohol"])[rows.category[crime]]
    flag[crime] = choose_in_groups(rows.month[crime], weight, alcohol, rng)
    out["alcohol"] = flag
    return out


def _offence(category: Integers, rng: np.random.Generator) -> Integers:
    out = np.zeros(category.size, np.int64)
    for c, name in enumerate(ALL_CATEGORIES):
        mine = category == c
        share = np.cumsum([part for _, _, part in OFFENCES[name]])
        out[mine] = np.minimum(np.searchsorted(share, rng.random(int(mine.sum()))), share.size - 1)
    return out


def draw_crimes(targets: Targets, small: SmallAreas, scale: float, rng: np.random.Generator) -> Crimes:
    """Every crime and crimed incident of the force.

    Parameters
    ----------
    targets
        Records wanted by area, line and month.
    small
        The map.
    scale
        Share of the full size; below 1 the counts are thinned at random.
    rng
        Source of everything random.
    """
    rows, wanted = _spell_out(targets, scale, rng)
    chance = place_weights(small, rng)
    place = _draw_places(rows.area, rows.category, chance, small, rng)
    address = (ADDRESSES * rng.random(place.size) ** _ADDRESS_POWER).astype(np.int64)
    xy = np.stack([small.address_x[place, address], small.address_y[place, address]])
    times = _times(rows, targets.months, rng)
    _near_repeats(rows, place, xy, times, rng)
    n = place.size
    victim = VICTIM_BASED[rows.category] | (
        (rows.category == _PUBLIC_ORDER) & (rng.random(n) < PUBLIC_ORDER_WITH_VICTIM)
    )
    reclassified = ~rows.crimed_incident & (rows.category != HOMICIDE) & (rng.random(n) < _RECLASSIFIED_SHARE)
    previous = np.where(reclassified, (rows.category + rng.integers(1, len(CATEGORIES), n)) % len(CATEGORIES), -1)
    recorded = clock.to_utc(times[0])
    # a wall-clock time in the hour that is skipped in spring can come out after the record
    committed_to = np.minimum(clock.to_utc(times[2]), recorded)
    committed_from = np.minimum(clock.to_utc(times[1]), committed_to)
    committed_to[rng.random(n) < _NO_END_SHARE] = np.datetime64("NaT")
    crimes = Crimes(
        rows.month,
        rows.area,
        rows.category,
        rows.crimed_incident,
        np.where(reclassified, RECLASSIFIED, RECORDED),
        previous,
        place,
        np.rint(xy[0]),
        np.rint(xy[1]),
        recorded,
        committed_from,
        committed_to,
        _offence(rows.category, rng),
        victim & ~rows.crimed_incident,
        _keywords(rows, wanted, thin(targets.alcohol, scale, rng), rng),
    )
    return _with_cancelled(crimes, rng)


def _with_cancelled(crimes: Crimes, rng: np.random.Generator) -> Crimes:
    """Add records that were cancelled later: copies in kind of others, moved to another day, never counted."""
    real = np.flatnonzero(~crimes.crimed_incident & (crimes.category != HOMICIDE))
    again = rng.choice(real, int(real.size * _CANCELLED_SHARE), replace=False)
    every = np.r_[np.arange(crimes.month.size), again]
    taken = {
        name: getattr(crimes, name)[every]
        for name in Crimes.__slots__
        if name not in ("keywords", "status", "previous")
    }
    status = np.r_[crimes.status, np.full(again.size, CANCELLED)]
    previous = np.r_[crimes.previous, np.full(again.size, -1)]
    keywords = {name: flag[every] for name, flag in crimes.keywords.items()}
    return sorted_by_time(Crimes(status=status, previous=previous, keywords=keywords, **taken))


def sorted_by_time(crimes: Crimes) -> Crimes:
    """The same records in the order they were recorded."""
    order = np.argsort(crimes.recorded, kind="stable")
    return take(crimes, order)


def take(crimes: Crimes, rows: NDArray[np.generic]) -> Crimes:
    """Chosen records, by index or mask."""
    columns = {name: getattr(crimes, name)[rows] for name in Crimes.__slots__ if name != "keywords"}
    return Crimes(keywords={name: flag[rows] for name, flag in crimes.keywords.items()}, **columns)
