"""Signals from the points of crimes: new clusters, near-repeat risk areas, emerging and stubborn hot spots."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, cast

import numpy as np
from numpy.typing import NDArray

from upstream.errors import BadInput, NotHeld
from upstream.measures.crime_types import CRIMES_OF, types_in
from upstream.measures.engines import ask_duckdb
from upstream.measures.events import Events, EventsOf, events
from upstream.measures.slice_questions import SliceRows, by_victim
from upstream.scan.clusters import ClustersOf, NewCluster, clusters
from upstream.scan.emerging import CLASS_WORDS, Class, emerging
from upstream.scan.households import MANY_AT_ONE, PEOPLE, left_without_one
from upstream.scan.near_repeat import Chain, NearRepeatOf, NearRepeats, near_repeats
from upstream.scan.night import Night
from upstream.scan.signals import Signal, key_of
from upstream.scan.study import place_events, study_of

TABLE: Final = "crimes"
"""The force's own crimes: points of open data are shared, and incidents have none."""
HISTORY_DAYS: Final = 365
"""Days looked at: a whole year, so that a place keeps its share through every season."""
HOT_MONTHS: Final = 24
HOT_PERMUTATIONS: Final = 999
CLUSTERS_OF: Final = ClustersOf(longest_days=56, recurrence_days=365.0 * len(CRIMES_OF))
"""One look a night at each type: so seldom for each that chance gives one a year over all of them."""
NEAR_REPEATS_OF: Final = NearRepeatOf()
NEAR_REPEAT_TYPES: Final = ("Burglary", "Vehicle crime")
"""Source: Johnson et al. 2007, Journal of Quantitative Criminology 23:201-219 (burglary); Youstin et al. 2011, Criminal
Justice and Behavior 38:1042-1060 (vehicle crime among others)."""
LEAST_CHAIN: Final = 3
"""Events of a chain that is shown, two of them besides those of its busiest address."""
HOT: Final[tuple[Class, ...]] = ("new", "consecutive", "intensifying", "persistent")
"""Emerging: the first three; stubborn: the last."""


@dataclass(frozen=True)
class PointSignals:
    """What the points of crimes gave.

    Attributes
    ----------
    signals
        Of every kind.
    looked_at
        Types looked at, by kind.
    left_out
        Candidates left out, by reason.
    not_looked_for
        Why some types were not looked at, by kind.
    """

    signals: tuple[Signal, ...]
    looked_at: Counter[str]
    left_out: Counter[str]
    not_looked_for: dict[str, str]


def point_signals(night: Night, wanted: Collection[str], tell: Callable[[str], None]) -> PointSignals:
    """Clusters, near repeats and hot spots, as far as they are wanted, type by type."""
    found: list[Signal] = []
    looked_at, left_out = Counter[str](), Counter[str]()
    without: dict[str, dict[str, str]] = {}
    rng = np.random.default_rng(CLUSTERS_OF.seed)
    for kind in CRIMES_OF:
        tell(f"Looking at the points of {kind}")
        held = _events(night, kind, HISTORY_DAYS)
        if held is None:
            continue
        parts = {"clusters": _clusters(night, kind, held, left_out)}
        parts["hot spots"] = _hot_spots(night, kind, left_out, rng)
        if kind in NEAR_REPEAT_TYPES:
            parts["near repeats"] = _near_repeats(night, kind, held, left_out)
        for name in (one for one in parts if one in wanted):
            try:
                found += list(parts[name])
            except (BadInput, NotHeld) as error:
                without.setdefault(name, {})[kind] = str(error)
            else:
                looked_at[name] += 1
    told = {f"{name} of {', '.join(of)}": next(iter(of.values())) for name, of in without.items()}
    return PointSignals(tuple(found), looked_at, left_out, told)


def _events(night: Night, kind: str, days: int) -> Events | None:
    first = night.to - dt.timedelta(days=days - 1)
    try:
        of = EventsOf(first, night.to, night.scope.areas, types=(kind,), force=night.force)
        return events(of, night.store, night.scope)
    except NotHeld:
        return None


# --- new clusters --------------------------------


def _clusters(night: Night, kind: str, held: Events, left_out: Counter[str]) -> Iterator[Signal]:
    found = clusters(held, CLUSTERS_OF)
    left_out[MANY_AT_ONE] += found.at_one_address
    for one in found.new:
        victims = _victims(night, kind, one.small_areas, one.first, one.last)
        if one.events - max(victims, default=0) <= max(one.expected, 1.0):
            left_out[MANY_AT_ONE] += 1
            continue
        yield _of_cluster(night, kind, held, one)


def _of_cluster(night: Night, kind: str, held: Events, one: NewCluster) -> Signal:
    area, place = _place(night, held, one.small_areas)
    each = _harm_each(held)
    evidence = (
        f"{kind}, {place}: {one.events:,} crimes at {one.addresses:,} addresses within {one.radius_metres:,.0f} "
        f"metres, {_day(one.first)} to {_day(one.last)}, where {one.expected:,.1f} would be expected."
    )
    method = (
        f"Space-time permutation scan of {HISTORY_DAYS} days: circles of up to {CLUSTERS_OF.most_metres:,.0f} metres, "
        f"up to {CLUSTERS_OF.longest_days} days up to the last; {CLUSTERS_OF.screened} replicas and a fitted tail, "
        f"{CLUSTERS_OF.simulations} for candidates; every circle, length and crime type allowed for."
    )
    return Signal(
        key=key_of("cluster", (kind,), area, one.small_areas[:1], f"{one.first:%Y-%m}"),
        kind="cluster",
        types=(kind,),
        area=area,
        small_areas=one.small_areas,
        place=place,
        first=one.first,
        last=one.last,
        count=one.events,
        expected=one.expected,
        p=min(one.p_fitted * len(CRIMES_OF), 1.0),
        recurrence_days=min(one.recurrence_days / len(CRIMES_OF), 1e9),
        harm_days=max(one.events - one.expected, 0.0) * each,
        easting=one.easting,
        northing=one.northing,
        radius_metres=one.radius_metres,
        figures={"table": TABLE, "addresses": one.addresses, "log_likelihood_ratio": one.log_likelihood_ratio},
        evidence=evidence,
        method=method,
        tables={one.table: one.version for one in held.tables},
    )


# --- near repeats --------------------------------


def _near_repeats(night: Night, kind: str, held: Events, left_out: Counter[str]) -> Iterator[Signal]:
    found = near_repeats(held, NEAR_REPEATS_OF)
    if not found.risk:
        return
    since = night.to - dt.timedelta(days=NEAR_REPEATS_OF.chain_days)
    for chain in found.chains:
        if chain.last < since or len(chain.links) < LEAST_CHAIN:
            continue
        rows = np.array([link.event - 1 for link in chain.links])
        codes = tuple(dict.fromkeys(link.small_area for link in chain.links if link.small_area))
        victims = _victims(night, kind, codes, chain.first, chain.last)
        if left_without_one(_by_address(held, rows), victims) < LEAST_CHAIN - 1:
            left_out[MANY_AT_ONE] += 1
            continue
        yield _of_chain(night, kind, held, found, chain, codes)


def _of_chain(
    night: Night, kind: str, held: Events, found: NearRepeats, chain: Chain, codes: tuple[str, ...]
) -> Signal:
    area, place = _place(night, held, codes)
    raised = np.where(found.raised, found.table.ratio, np.nan)
    until = max(one.until for one in found.risk)
    number = len(chain.links)
    evidence = (
        f"{kind}, {place}: {number:,} crimes followed one another within {NEAR_REPEATS_OF.chain_metres:,.0f} metres "
        f"and {NEAR_REPEATS_OF.chain_days} days, {_day(chain.first)} to {_day(chain.last)}. Near by and soon after "
        f"such a crime there are up to {np.nanmax(raised):.1f} times as many as chance gives."
    )
    return Signal(
        key=key_of("near_repeat", (kind,), area, codes[:1], f"{chain.first:%Y-%m-%d}"),
        kind="near_repeat",
        types=(kind,),
        area=area,
        small_areas=codes,
        place=place,
        first=chain.first,
        last=chain.last,
        count=number,
        p=float(np.min(found.table.p_more[found.raised])),
        harm_days=number * _harm_each(held),
        easting=chain.easting,
        northing=chain.northing,
        radius_metres=chain.reach_metres + NEAR_REPEATS_OF.chain_metres,
        figures={"table": TABLE, "raised_until": until.isoformat(), "ratio": float(np.nanmax(raised))},
        evidence=evidence,
        method=(
            f"Knox's test of {HISTORY_DAYS} days by bands of distance and time, {NEAR_REPEATS_OF.permutations} "
            "permutations, false-discovery rate 5% over the bands; chains whose last crime is not two weeks old."
        ),
        tables={one.table: one.version for one in held.tables},
    )


# --- hot spots -----------------------------------


def _hot_spots(night: Night, kind: str, left_out: Counter[str], rng: np.random.Generator) -> Iterator[Signal]:
    last = night.last_month
    first = last - (HOT_MONTHS - 1)
    of = EventsOf(first.first_day, last.last_day, night.scope.areas, types=(kind,), force=night.force)
    held = events(of, night.store, night.scope)
    found = emerging(held, study_of(held, night.store), rng=rng, permutations=HOT_PERMUTATIONS)
    placed = place_events(found.study, held)
    for at in np.flatnonzero(np.isin(found.called, HOT)):
        code, called = str(found.study.keys[at]), str(found.called[at])
        periods = 1 if called == "new" else len(found.months)
        since = found.months[-periods].first_day
        rows = np.flatnonzero((placed.at == at) & (held.day >= np.datetime64(since)))
        victims = _victims(night, kind, (code,), since, last.last_day)
        # without its busiest one, the place must still have more than places have
        if left_without_one(_by_address(held, rows), victims) <= float(found.counts[:, -periods:].sum(axis=1).mean()):
            left_out[MANY_AT_ONE] += 1
            continue
        area, place = _place(night, held, (code,))
        count, usual = int(found.counts[at, -1]), float(found.counts[:, -1].mean())
        words = CLASS_WORDS[cast("Class", called)]
        yield Signal(
            key=key_of("hot_spot", (kind,), area, (code,), f"{called}|{last.financial_year}"),
            kind="hot_spot",
            types=(kind,),
            area=area,
            small_areas=(code,),
            place=place,
            first=last.first_day,
            last=last.last_day,
            count=count,
            expected=usual,
            harm_days=max(count - usual, 0.0) * _harm_each(held),
            figures={"table": TABLE, "class": called, "months": len(found.months)},
            evidence=(
                f"{kind}, {place}: {words[0].lower()}{words[1:]}, with its neighbours, over {len(found.months)} "
                f"months. {count:,} crimes in {last.label}; small areas have {usual:,.1f} on average."
            ),
            method=(
                "Local Gi* of each month's map of small areas, false-discovery rate 5% over places and months; class "
                "by the months in which it was hot and by the trend."
            ),
            tables={one.table: one.version for one in held.tables},
        )


# --- nothing of one household --------------------


def _by_address(held: Events, rows: NDArray[np.int64]) -> list[int]:
    points = np.column_stack([held.easting[rows], held.northing[rows]])
    return [int(n) for n in np.unique(points, axis=0, return_counts=True)[1]] if len(points) else []


def _victims(night: Night, kind: str, codes: Sequence[str], first: dt.date, last: dt.date) -> list[int]:
    """Crimes of each person who was a victim of the type in those small areas and days; nobody where none are held."""
    if not night.store.holds(PEOPLE) or not night.scope.covers(PEOPLE) or not codes:
        return []
    opened = {name: night.store.snapshot(name, scope=night.scope) for name in (TABLE, PEOPLE)}
    rows = SliceRows(
        TABLE, first, last, visible=opened[TABLE].areas, small_areas=tuple(codes), types=types_in(TABLE, (kind,)),
        force=night.force,
    )  # fmt: skip
    with ask_duckdb([by_victim(rows)], opened) as answers:
        return [int(row["n"]) for row in answers[0].rows.to_pylist()]


# --- words ---------------------------------------


def _place(night: Night, held: Events, codes: Iterable[str]) -> tuple[str | None, str]:
    """The area that most events of the first small area lie in, and the place in words."""
    code = next(iter(codes), None)
    areas = Counter(str(area) for area in held.area[held.small_area == code] if area) if code else Counter[str]()
    area = min(areas, key=lambda one: (-areas[one], one)) if areas else None
    return area, night.place(area, code)


def _harm_each(held: Events) -> float:
    """Days of harm of one event; 0 where none has a weight."""
    weighed = held.harm_days[np.isfinite(held.harm_days)]
    return float(weighed.mean()) if weighed.size else 0.0


def _day(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"
