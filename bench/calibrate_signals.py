"""How often a night shows a signal of each kind where nothing is happening, and how often planted ones are found.

    python bench/calibrate_signals.py [--looks 100] [--only cluster] [--write]

Each kind is looked for by its own method and settings, over all types that a night looks at, in worlds of the synthetic
force's own pattern (its places, its volumes, the season of each policing area) in which nothing else is happening.
Types with many records are thinned, so that a look is quick. Repeat locations and violence known to partners alone are
drawn from distributions. ``--write`` puts the table into docs/explanation/signals.md and the shares into
src/upstream/scan/calibrated.toml, from which the site prints them; kinds that were left out keep their figures.
"""

from __future__ import annotations

import argparse
import datetime as dt
import re
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from force_drawn import A_YEAR, MONTHS, Recorded, drawn, quiet_year
from numpy.typing import NDArray

from upstream.datasets.published_tables import AREAS
from upstream.measures.crime_types import CRIMES_OF
from upstream.measures.events import Events
from upstream.records.quality import NEIGHBOURS, Cell, too_low
from upstream.scan.calibration import Simulated, simulated
from upstream.scan.clusters import clusters
from upstream.scan.emerging import classes
from upstream.scan.exceptional import FALSE_SHARE, exceptional
from upstream.scan.near_repeat import near_repeats
from upstream.scan.point_signals import (
    CLUSTERS_OF,
    HOT,
    HOT_MONTHS,
    LEAST_CHAIN,
    NEAR_REPEAT_TYPES,
    NEAR_REPEATS_OF,
)
from upstream.scan.repeat_locations import together
from upstream.scan.shifts import LEAST_RECORDS
from upstream.scan.signals import KIND_WORDS, KINDS, Kind
from upstream.scan.volumes import BASELINE_MONTHS, READ_MONTHS
from upstream.stats.false_alarms import benjamini_hochberg, stands_out
from upstream.stats.intervals import wilson_interval
from upstream.stats.level_shifts import level_shifts
from upstream.stats.local_association import getis_ord
from upstream.stats.neighbours import Neighbours, nearest
from upstream.stats.shared_counts import excess
from upstream.stats.trend import mann_kendall
from upstream.stats.unusual_places import unusual_places

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from fixtures_events import made

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/explanation/signals.md"
KEPT = ROOT / "src/upstream/scan/calibrated.toml"
SEED = 20220630
START, END = "<!-- calibration: written by bench/calibrate_signals.py -->", "<!-- calibration: end -->"
FIRST_DAY, LAST_DAY = MONTHS[-A_YEAR].first_day, MONTHS[-1].last_day
MOST_SCANNED, MOST_REPEATED = 400, 1_500
"""Records of a type in a year that are looked at for clusters; for near repeats."""
SMALL_AREAS = 96
"""Small areas of a wall, of 480."""
RESTLESS = 0.08
"""Standard deviation of the log of a level from month to month beyond chance; of a type in an area 0.12."""
PLANTED_TYPE = "Vehicle crime"
Floats = NDArray[np.float64]
Trial = Callable[[np.random.Generator, Kind | None], set[Kind]]
"""One look: the kinds that it shows; where a kind is planted, whether that very one is found."""


@cache
def force() -> Recorded:
    """The synthetic force's crimes, without the place where a cluster is planted."""
    held = drawn()
    return held.where(held.small.codes[held.place] != held.planted.cluster["lsoa"])


@cache
def of_type(kind: str) -> Recorded:
    return force().where(force().kind == kind)


def events_of(world: Recorded, extra: Floats | None = None) -> Events:
    """A year's records, and others (x, y, days after the first) that are called PLANTED."""
    day = (world.day - np.datetime64(FIRST_DAY)).astype(float)
    own = np.array([world.x, world.y, day])
    every = own if extra is None else np.concatenate([own, extra], axis=1)
    codes = np.where(np.arange(every.shape[1]) < len(world), np.resize(world.small.codes[world.place], every.shape[1]),
                     "PLANTED")  # fmt: skip
    return made(every[0], every[1], every[2].astype(int), small_areas=codes, first=FIRST_DAY)


def cluster(rng: np.random.Generator, planted: Kind | None) -> set[Kind]:
    """Every type; planted: sixteen vehicle crimes within 250 metres of a point in the last four weeks."""
    found = []
    for kind in (PLANTED_TYPE,) if planted else CRIMES_OF:
        world, extra = quiet_year(of_type(kind), rng, MOST_SCANNED), None
        if planted:
            at, angle, away = rng.integers(len(world)), rng.uniform(0, 2 * np.pi, 16), 250 * np.sqrt(rng.random(16))
            place = np.array([world.x[at] + away * np.cos(angle), world.y[at] + away * np.sin(angle)])
            extra = np.vstack([place, rng.integers(337, 365, 16)])
        found += clusters(events_of(world, extra), CLUSTERS_OF).new
    here = [one for one in found if not planted or "PLANTED" in one.small_areas]
    return {"cluster"} if here else set()


def near_repeat(rng: np.random.Generator, planted: Kind | None) -> set[Kind]:
    """Burglary and vehicle crime; planted: one burglary in ten is followed by another within 100 metres and a week."""
    shown: set[Kind] = set()
    since = LAST_DAY - dt.timedelta(days=NEAR_REPEATS_OF.chain_days)
    for kind in NEAR_REPEAT_TYPES[:1] if planted else NEAR_REPEAT_TYPES:
        world = quiet_year(of_type(kind), rng, MOST_REPEATED)
        if planted:
            before, after = np.split(rng.permutation(len(world))[: 2 * (len(world) // 10)], 2)
            world.x[after], world.y[after] = world.x[before], world.y[before] + rng.uniform(-90, 90, after.size)
            world.day[after] = np.minimum(world.day[before] + rng.integers(1, 8, after.size), np.datetime64(LAST_DAY))
        found = near_repeats(events_of(world), NEAR_REPEATS_OF)
        chains = [one for one in found.chains if len(one.links) >= LEAST_CHAIN and one.last >= since]
        if found.risk and (chains or planted):
            shown.add("near_repeat")
    return shown


@cache
def beside() -> Neighbours:
    return nearest(force().small.x, force().small.y, 6)


@cache
def monthly(kind: str) -> Floats:
    """Records to expect (small areas, calendar months): each place its own level, each policing area its season."""
    own = of_type(kind)
    season = np.ones((len(AREAS), A_YEAR))
    np.add.at(season, (own.area, own.month % A_YEAR), 1)
    season /= season.mean(axis=1, keepdims=True)
    level = np.bincount(own.place, minlength=own.small.codes.size) / len(MONTHS)
    return level[:, None] * season[own.small.area]


def hot_spot(rng: np.random.Generator, planted: Kind | None) -> set[Kind]:
    """Every type over two years, the small areas dealt out anew over the map; planted: one and its neighbours have
    eight times the mean of vehicle crimes."""
    for kind in (PLANTED_TYPE,) if planted else CRIMES_OF:
        expected = np.tile(rng.permutation(monthly(kind)), HOT_MONTHS // A_YEAR)
        at = int(rng.integers(len(expected)))
        middle = [at, *beside().index[beside().start[at] : beside().start[at + 1]]]
        expected[middle] = 8 * monthly(kind).mean() if planted else expected[middle]
        if np.isin(_called(rng.poisson(expected), rng)[middle if planted else slice(None)], HOT).any():
            return {"hot_spot"}
    return set()


def _called(counts: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.str_]:
    """As the night's look does, of places whose months are given."""
    maps = [
        getis_ord(month, beside(), permutations=999, rng=rng, conditional=False) if np.ptp(month) else None
        for month in counts.T
    ]
    z, p, above = (np.column_stack([how(one) for one in maps]) for how in (
        lambda one: np.zeros(len(counts)) if one is None else np.nan_to_num(one.statistic),
        lambda one: np.ones(len(counts)) if one is None else np.nan_to_num(one.p, nan=1.0),
        lambda one: np.zeros(len(counts), bool) if one is None else one.p_high <= one.p_low,
    ))  # fmt: skip
    certain = benjamini_hochberg(p.ravel()).reshape(p.shape) <= 0.05
    return classes(certain & above, certain & ~above, mann_kendall(z))


def volumes(rng: np.random.Generator, planted: Kind | None) -> set[Kind]:
    """Every type in the force, its areas and some small areas; planted: vehicle crime of an area three
    fifths more, or half as much, in the last three months."""
    areas, small = [], []
    chosen = rng.choice(force().small.codes.size, SMALL_AREAS, replace=False)
    judged = int(rng.integers(A_YEAR))  # any month of the year: June is a busy one
    for kind in CRIMES_OF:
        expected = np.tile(monthly(kind), READ_MONTHS // A_YEAR + 2)[:, judged : judged + READ_MONTHS]
        wave = np.exp(rng.normal(0, RESTLESS, (len(AREAS), READ_MONTHS)))
        if planted and kind == PLANTED_TYPE:
            wave[0, -3:] *= 1.6 if planted == "high_volume" else 0.5
        counts = rng.poisson(expected * wave[force().small.area])
        by_area = np.array([counts[force().small.area == area].sum(axis=0) for area in range(len(AREAS))])
        areas += [*by_area, by_area.sum(axis=0)]
        small += list(counts[chosen])
    whole = np.array(areas, float)
    up, down = _sides(whole, np.array(small, float))
    if planted:
        at = list(CRIMES_OF).index(PLANTED_TYPE) * (len(AREAS) + 1)
        return {planted} if at in (up if planted == "high_volume" else down) else set()
    return {kind for kind, rows in (("high_volume", up), ("low_volume", down)) if rows}


def _sides(whole: Floats, small: Floats) -> tuple[set[int], set[int]]:
    """Rows that stand out high and low, as the night judges them; those of small areas counted after the others."""
    up, down = set(), set()
    for start, values in ((0, whole), (len(whole), small)):
        latest, baselines = values[:, -1], values[:, -(BASELINE_MONTHS + 1) : -1]
        month = exceptional(latest, baselines)
        enough = np.flatnonzero(values.sum(axis=1) >= LEAST_RECORDS)
        lasting = level_shifts(values[enough])
        out = [(at, latest[at] > month.expected[at]) for at in np.flatnonzero(month.out)]
        for family in (lasting.dependent, ~lasting.dependent):
            rows = np.flatnonzero(family)[stands_out(benjamini_hochberg(lasting.p[family]), level=FALSE_SHARE)]
            out += [(enough[at], values[enough[at], -lasting.length[at] :].sum() > lasting.expected[at]) for at in rows]
        for at, high in out:
            (up if high else down).add(int(at) + start)
    return up, down


def data_fault(rng: np.random.Generator, planted: Kind | None) -> set[Kind]:
    """A month and its neighbours by area and category; planted: half of what one area has was not uploaded."""
    months = [_uploaded(at, rng) for at in range(2 * NEIGHBOURS + 1)]
    own, near = months[NEIGHBOURS], months[:NEIGHBOURS] + months[NEIGHBOURS + 1 :]
    if planted:
        area = AREAS[int(rng.integers(len(AREAS)))]
        own = {cell: int(rng.binomial(n, 0.5)) if cell[0] == area else n for cell, n in own.items()}
        near = near[: NEIGHBOURS + int(rng.integers(NEIGHBOURS + 1))]  # as early as it may be found
        return {"data_fault"} if any((low.area, low.category) == (area, None) for low in too_low(own, near)) else set()
    return {"data_fault"} if too_low(own, near) else set()


def _uploaded(at: int, rng: np.random.Generator) -> dict[Cell, int]:
    names, cells = _cells()
    expected = cells[:, :, at % A_YEAR]
    counts = rng.poisson(expected * np.exp(rng.normal(0, 1.5 * RESTLESS, expected.shape)))
    return {(AREAS[area], names[at]): int(n) for (area, at), n in np.ndenumerate(counts) if n}


@cache
def _cells() -> tuple[list[str], Floats]:
    """The force's own categories, and records to expect (areas, categories, calendar months)."""
    held = force()
    names, category = np.unique(held.category, return_inverse=True)
    expected = np.zeros((len(AREAS), names.size, A_YEAR))
    np.add.at(expected, (held.area, category.ravel(), held.month % A_YEAR), A_YEAR / len(MONTHS))
    return names.tolist(), expected


def repeat_location(rng: np.random.Generator, planted: Kind | None) -> set[Kind]:
    """Thirteen types at 2,000 stretches that differ as gamma variables do; planted: one has twenty times the mean."""
    every = []
    for at in range(len(CRIMES_OF)):
        level = rng.gamma(1.0, 0.6, 2_000)
        level[0] = 12.0 if planted and not at else level[0]
        every.append(unusual_places(rng.poisson(level), np.arange(2_000) % 2))
    out = [stands_out(one.q, level=FALSE_SHARE) for one in together(every)]
    return {"repeat_location"} if (out[0][0] if planted else any(one.any() for one in out)) else set()


def partner_only(rng: np.random.Generator, planted: Kind | None) -> set[Kind]:
    """Small areas whose mix differs as beta variables do; planted: in one the partner sees half, not a tenth."""
    both = rng.poisson(rng.gamma(3.0, 20.0, 200))
    share = rng.beta(6.0, 54.0, 200)
    if planted:
        both[0], share[0] = 60, 0.5
    seen = rng.binomial(both, share)
    found = stands_out(excess(seen, both - seen).q, level=0.1) & (seen >= 8)
    return {"partner_only"} if (found[0] if planted else found.any()) else set()


TRIALS: dict[Trial, tuple[Kind, ...]] = {
    repeat_location: ("repeat_location",), partner_only: ("partner_only",), data_fault: ("data_fault",),
    cluster: ("cluster",), volumes: ("high_volume", "low_volume"), near_repeat: ("near_repeat",),
    hot_spot: ("hot_spot",),
}  # fmt: skip
"""The kinds that each tells of."""
TIMES: dict[Trial, float] = {repeat_location: 4, data_fault: 8, partner_only: 4, hot_spot: 0.2}
"""Looks by how quick they are, in so many times what is asked for."""


def tried(trial: Trial, looks: int) -> dict[Kind, Simulated]:
    """Looks where nothing is happening, and a quarter as many where one is planted."""
    rng = np.random.default_rng([SEED, list(TRIALS).index(trial)])
    shown = [trial(rng, None) for _ in range(looks)]
    every, planted = {}, max(looks // 4, 1)
    for kind in TRIALS[trial]:
        found = sum(kind in trial(rng, kind) for _ in range(planted)) / planted
        every[kind] = Simulated(sum(kind in kinds for kinds in shown) / looks, looks, found, planted)
    return every


def words(share: float, of: int) -> str:
    """A share with the interval that the true one lies in (95%)."""
    held = wilson_interval(round(share * of), of)
    return f"{share:.1%} ({float(held.lower):.1%} to {float(held.upper):.1%}) of {of:,}"


def written(new: dict[Kind, Simulated]) -> None:
    """Keep the figures, those of other kinds as they were, and the table of them."""
    every = {kind: held for kind in KINDS if (held := new.get(kind) or simulated(kind))}
    kept = ["# Written by bench/calibrate_signals.py."]
    rows = ["| kind | looks that show one where nothing is happening | found where planted |", "|---|---|---|"]
    for kind, one in every.items():
        rows.append(f"| {KIND_WORDS[kind]} | {words(one.false_looks, one.looks)} | {words(one.found, one.planted)} |")
        kept += ["", f"[{kind}]", f"false_looks = {one.false_looks:.5f}", f"looks = {one.looks}"]
        kept += [f"found = {one.found:.5f}", f"planted = {one.planted}"]
    KEPT.write_text("\n".join([*kept, ""]), "utf-8")
    page = PAGE.read_text("utf-8")
    table = "\n".join([START, *rows, END])
    PAGE.write_text(re.sub(f"{re.escape(START)}.*{re.escape(END)}", lambda _: table, page, flags=re.DOTALL), "utf-8")


def main() -> None:
    """Simulate, print, and keep where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--looks", type=int, default=100)
    parser.add_argument("--only", choices=KINDS, action="append")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    for trial, kinds in TRIALS.items():
        if options.only and not set(kinds) & set(options.only):
            continue
        new = tried(trial, max(round(options.looks * TIMES.get(trial, 1)), 1))
        for kind, one in new.items():
            print(kind, words(one.false_looks, one.looks), "found", words(one.found, one.planted), flush=True)
        if options.write:
            written(new)


if __name__ == "__main__":
    main()
