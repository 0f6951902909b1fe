"""Recorded crime of many places, and interventions that never were drawn from it at random."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

from upstream.assess.panel import NEVER, Panel

BEFORE = {"month": (6, 12, 24, 36), "day": (90, 365)}
AFTER = {"month": (6, 12), "day": (90, 180)}
"""Lengths of the time before and after that are looked at."""
MEANS = {("month", 1): (0.5, 2.0, 5.0, 20.0), ("month", 12): (5.0, 20.0, 60.0), ("day", 1): (0.2, 1.0)}
"""Events a period before, in the treated places together: where each band begins."""
SEVERAL = 12
"""Treated small areas, and comparison ones, where several are treated."""
STEPS = (0, 1, 3)
"""Periods after the first start at which the places of a roll-out in steps begin."""
NEIGHBOURS = 24
"""Comparison places are drawn from so many whose level before is nearest."""
KINDS = ("Burglary", "Vehicle crime", "Violence and sexual offences", "Criminal damage and arson", "Other theft")
NORTHUMBRIA, MANCHESTER, NEW_YORK = (
    "Northumbria, 27 months",
    "Greater Manchester burglary, 36 months",
    "New York vehicle theft, 48 months",
)


@dataclass(frozen=True, eq=False)
class Source:
    """Counts of many places by period, of one kind of crime; small places are treated several at a time."""

    name: str
    kind: str
    step: str
    places: int
    counts: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Placebo:
    """A panel in which nothing was done, and what it was drawn from."""

    source: Source
    before: int
    after: int
    band: float
    first: int
    unit: int
    panel: Panel


def tally(places: list[str], periods: list[str]) -> NDArray[np.float64]:
    """Counts by place and period, from one entry an event; a period that nobody has is not there."""
    unit, at = np.unique(places, return_inverse=True)
    period, when = np.unique(periods, return_inverse=True)
    counts = np.zeros((len(unit), len(period)))
    np.add.at(counts, (at, when), 1)
    return counts


def northumbria(folder: Path) -> Iterator[Source]:
    """27 months (2022-01 was never published: the months on either side are taken to follow one another)."""
    events = defaultdict(lambda: ([], []))
    with zipfile.ZipFile(folder / "police-uk/northumbria-street.zip") as archive:
        for name in archive.namelist():
            rows = arrow_csv.read_csv(io.BytesIO(archive.read(name)))
            rows = rows.filter(pc.is_in(rows["Crime type"], pa.array(KINDS)))
            for kind, area in zip(rows["Crime type"].to_pylist(), rows["LSOA name"].to_pylist(), strict=True):
                if area:
                    places, months = events[kind]
                    places.append(area)
                    months.append(name[:7])
    for kind, (places, months) in sorted(events.items()):
        yield Source(NORTHUMBRIA, kind, "month", SEVERAL, tally(places, months))
        # the middle-layer area that the small area is part of
        yield Source(NORTHUMBRIA, kind, "month", 1, tally([place[:-1] for place in places], months))


def squares(lon: list[float], lat: list[float], side: float) -> list[str]:
    """Squares of about ``side`` kilometres."""
    x = np.floor(np.array(lon) * 111.3 * np.cos(np.radians(np.mean(lat))) / side).astype(int)
    y = np.floor(np.array(lat) * 111.3 / side).astype(int)
    return [f"{a},{b}" for a, b in zip(x, y, strict=True)]


def points(name: str, path: Path, columns: tuple[str, str, str], sides: dict[float, int]) -> Iterator[Source]:
    when, lon, lat = columns
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row[lon] and row[lat]]
    x, y = [float(row[lon]) for row in rows], [float(row[lat]) for row in rows]
    for side, places in sides.items():
        at = squares(x, y, side)
        yield Source(name, f"squares of {side:g} km", "month", places, tally(at, [row[when][:7] for row in rows]))
    if len(rows[0][when]) > len("2014-01"):
        side = max(sides)
        yield Source(
            name, f"squares of {side:g} km", "day", 1, tally(squares(x, y, side), [row[when][:10] for row in rows])
        )


def sources(folder: Path) -> list[Source]:
    return [
        *northumbria(folder),
        *points(
            MANCHESTER,
            folder / "police-uk/greater-manchester-burglary-2016-02_2019-01.csv.gz",
            ("Month", "Longitude", "Latitude"),
            {0.75: SEVERAL, 1.5: 1, 3.0: 1},
        ),
        *points(
            NEW_YORK,
            folder / "incidents/nyc_vehicle_theft_2014_2017.csv.gz",
            ("date_single", "longitude", "latitude"),
            {1.0: SEVERAL, 2.0: 1, 4.0: 1},
        ),
    ]


def simulated(places: int = 240, months: int = 60) -> list[Source]:
    """Places that are known: a common season and trend, each with a level that wanders by itself, counts by chance.

    The wandering is a tenth of the level, with half of it left after a month; half as much variance again as Poisson's.
    """
    rng = np.random.default_rng(1)
    at = np.arange(months)
    common = np.exp(0.1 * np.sin(2 * np.pi * at / 12) + np.cumsum(rng.normal(0, 0.02, months)))
    wander = np.zeros((places, months))
    for month in range(1, months):
        wander[:, month] = 0.5 * wander[:, month - 1] + rng.normal(0, 0.1 * np.sqrt(0.75), places)
    level = np.exp(rng.uniform(np.log(0.6), np.log(60), (places, 1)))
    mean = level * common * np.exp(wander)
    return [Source("Simulated", "simulated", "month", 1, rng.poisson(rng.gamma(2 * mean, 0.5)).astype(float))]


def placebo(rng: np.random.Generator, held: list[Source], comparisons: int, least: int = 0) -> Placebo:
    """Places drawn at random, treated from a period drawn at random, beside places like them before.

    Every place of a band is as likely as every other, from whatever records it is: a source with one busy town centre
    does not give that town centre as often as another gives all of its eighty.
    """
    step, places = held[0].step, held[0].places
    means = MEANS[step, places]
    while True:
        before = int(rng.choice([length for length in BEFORE[step] if length >= least]))
        after = int(rng.choice(AFTER[step]))
        band = float(rng.choice(means))
        upper = min((m for m in means if m > band), default=np.inf)
        windows = list(_windows(rng, held, before, after, places + comparisons))
        fits = [np.flatnonzero((level * places >= band) & (level * places < upper)) for _, _, level in windows]
        sizes = np.array([len(fit) for fit in fits], float)
        if sizes.sum() == 0:
            continue
        at = int(rng.choice(len(windows), p=sizes / sizes.sum()))
        source, first, level = windows[at]
        unit = int(rng.choice(fits[at]))
        near = np.argsort(np.abs(level - level[unit]), kind="stable")
        if places == 1:
            chosen = [unit, *rng.choice(near[near != unit][:NEIGHBOURS], comparisons, replace=False)]
        else:
            chosen = rng.permutation(near[: max(2 * places, places + comparisons)])
        counts = source.counts[np.asarray(chosen), first : first + before + after]
        return Placebo(source, before, after, band, first, unit, panel(counts, places, before, step))


def _windows(
    rng: np.random.Generator, held: list[Source], before: int, after: int, places: int
) -> Iterator[tuple[Source, int, NDArray[np.float64]]]:
    """A time drawn from each source that is long enough, and the level of its places before."""
    for source in held:
        periods = source.counts.shape[1]
        if before + after <= periods and len(source.counts) > places:
            first = int(rng.integers(0, periods - before - after + 1))
            yield source, first, source.counts[:, first : first + before].mean(1)


def panel(counts: NDArray[np.float64], treated: int, start: int, step: str) -> Panel:
    units, periods = counts.shape
    months = (f"{2000 + m // 12}-{m % 12 + 1:02d}" for m in range(periods))
    days = (str(np.datetime64("2014-01-01") + d) for d in range(periods))
    return Panel(
        outcome="events",
        better="lower",
        units=tuple(f"u{k}" for k in range(units)),
        roles=(*("treated",) * treated, *("comparison",) * (units - treated)),
        periods=tuple(months if step == "month" else days),
        step=step,
        counts=counts,
        starts=np.array([start] * treated + [NEVER] * (units - treated)),
        exposure=np.ones_like(counts),
        weights=np.ones(units),
    )


def in_steps(one: Panel) -> Panel:
    """The same places, three of them (or as many as are treated) begun some periods after one another."""
    starts = one.starts.copy()
    many = max(int(one.treated.sum()), len(STEPS))
    starts[:many] = one.start + np.array(STEPS)[np.arange(many) % len(STEPS)]
    roles = ("treated",) * many + one.roles[many:]
    return replace(one, starts=starts, roles=roles)


def thinned(rng: np.random.Generator, one: Panel, kept: float) -> tuple[Panel, float]:
    """The panel with a share of the treated events after the start taken away at random, and how many went."""
    counts = one.counts.copy()
    for unit, start in enumerate(one.starts):
        if start != NEVER:
            counts[unit, start:] = rng.binomial(one.counts[unit, start:].astype(int), kept)
    return replace(one, counts=counts), float(counts.sum() - one.counts.sum())
