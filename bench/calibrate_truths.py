"""Whether the truths planted in the synthetic force are found, and what is found beside them, over many seeds.

    python bench/calibrate_truths.py [--seeds 24] [--write]

Crimes alone are drawn, as `upstream.datasets.build(folder, seed=seed, scale=scale)` writes them, and looked at as the
night of a month's end does. ``--write`` puts the table into docs/explanation/signals.md.
"""

from __future__ import annotations

import argparse
import datetime as dt
import re
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
from calibrate_signals import PAGE, PLANTED_TYPE, SEED, words
from force_drawn import MONTHS, Recorded, drawn
from numpy.typing import NDArray

from upstream.datasets.published_tables import AREAS
from upstream.measures.crime_types import CRIMES_OF
from upstream.measures.events import Events
from upstream.periods import Month
from upstream.records.quality import NEIGHBOURS, Cell, PartMonth, too_low
from upstream.scan.clusters import clusters
from upstream.scan.exceptional import FALSE_SHARE, exceptional
from upstream.scan.point_signals import CLUSTERS_OF, HISTORY_DAYS
from upstream.scan.volumes import BASELINE_MONTHS, READ_MONTHS
from upstream.stats.false_alarms import benjamini_hochberg, stands_out
from upstream.stats.level_shifts import level_shifts

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from fixtures_events import made

START, END = "<!-- planted: written by bench/calibrate_truths.py -->", "<!-- planted: end -->"
NIGHTS = tuple(Month(2022, number) for number in (4, 5, 6))
BEFORE = Month(2022, 3)
"""A night on which no cluster is planted yet."""
STEP, STEP_NIGHTS = "Public order", tuple(Month(2022, number) for number in (2, 3, 4, 5, 6))
SCALES = ((1.0, 1.0), (0.5, 0.3), (0.25, 0.3))
"""Scales, and the share of the seeds that each is tried with."""
Found = dict[str, list[bool]]
"""What each seed gave, by what was asked."""
Faults = list[tuple[PartMonth, ...]]


def year_to(of: Recorded, night: Month) -> Events:
    """The records of a type in the year to a month's end."""
    first = night.last_day - dt.timedelta(days=HISTORY_DAYS - 1)
    since = (of.day - np.datetime64(first)).astype(int)
    own = of.where((of.kind == PLANTED_TYPE) & (since >= 0) & (since < HISTORY_DAYS))
    return made(
        own.x, own.y, (own.day - np.datetime64(first)).astype(int), small_areas=own.small.codes[own.place], first=first
    )


def looked_for_cluster(of: Recorded, found: Found) -> None:
    """By which night it is known, and whether another one is called new that night or before it is planted."""
    place, known = of.planted.cluster["lsoa"], False
    found["cluster, quiet night"].append(bool(clusters(year_to(of, BEFORE), CLUSTERS_OF).new))
    for night in NIGHTS:
        new = () if known else clusters(year_to(of, night), CLUSTERS_OF).new
        known = known or any(place in one.small_areas for one in new)
        found[f"cluster by {night.label}"].append(known)
        if new:
            found["cluster elsewhere"].append(any(place not in one.small_areas for one in new))


def uploaded(of: Recorded) -> list[dict[Cell, int]]:
    """Records by area and category of each month."""
    names, category = np.unique(of.category, return_inverse=True)
    counts = np.zeros((len(MONTHS), len(AREAS), names.size), np.int64)
    np.add.at(counts, (of.month, of.area, category.ravel()), 1)
    return [{(AREAS[a], str(names[c])): int(n) for (a, c), n in np.ndenumerate(month) if n} for month in counts]


def faults(of: Recorded) -> Faults:
    """What the rule names in each month."""
    months = uploaded(of)
    near = [[at + step for step in range(-NEIGHBOURS, NEIGHBOURS + 1) if step] for at in range(len(months))]
    return [
        too_low(own, [months[at] for at in beside if 0 <= at < len(months)])
        for own, beside in zip(months, near, strict=True)
    ]


def looked_for_half_month(of: Recorded, named: Faults, found: Found) -> None:
    """Whether it is named as just that, and how many others are."""
    truth = of.planted.half_month
    at = MONTHS.index(Month.parse(truth["month"]))
    found["half month"].append([(low.area, low.category) for low in named[at]] == [(truth["area"], None)])
    found["other months named"] += [bool(low) for low in named[:at] + named[at + 1 :]]


def walls(of: Recorded, named: Faults) -> tuple[list[tuple[str, int]], NDArray[np.float64]]:
    """Counts by month of each type in the force (-1) and in each area; what is only partly there is not known."""
    series, rows = [], []
    for kind in CRIMES_OF:
        own = of.where(of.kind == kind)
        counts = np.zeros((len(AREAS), len(MONTHS)))
        np.add.at(counts, (own.area, own.month), 1)
        for at, lows in enumerate(named):
            for low in lows:
                counts[slice(None) if low.area is None else AREAS.index(low.area), at] = np.nan
        series += [(kind, -1), *((kind, area) for area in range(len(AREAS)))]
        rows += [counts.sum(axis=0), *counts]
    return series, np.array(rows)


def looked_for_step(of: Recorded, named: Faults, found: Found) -> None:
    """By which night public order is said to be raised in the force or an area, by a month or by months together."""
    series, values = walls(of, named)
    known = False
    for night in STEP_NIGHTS:
        last = MONTHS.index(night) + 1
        held = values[:, max(last - READ_MONTHS, 0) : last]
        month = exceptional(held[:, -1], held[:, -(BASELINE_MONTHS + 1) : -1])
        high = {int(at) for at in np.flatnonzero(month.out) if held[at, -1] > month.expected[at]}
        lasting = level_shifts(held)
        for family in (lasting.dependent, ~lasting.dependent):
            out = np.flatnonzero(family)[stands_out(benjamini_hochberg(lasting.p[family]), level=FALSE_SHARE)]
            high |= {int(at) for at in out if np.nansum(held[at, -lasting.length[at] :]) > lasting.expected[at]}
        known = known or any(series[at][0] == STEP for at in high)
        found[f"step by {night.label}"].append(known)


def row(name: str, of: list[Found]) -> str:
    cells = [words(float(np.mean(one[name])), len(one[name])) if one[name] else "" for one in of]
    return f"| {name} | " + " | ".join(cells) + " |"


def main() -> None:
    """Draw, look, print, and keep where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    every: list[Found] = []
    for scale, share in SCALES:
        found: Found = defaultdict(list)
        for seed in range(SEED, SEED + max(round(options.seeds * share), 1)):
            of = drawn(seed, scale)
            named = faults(of)
            looked_for_cluster(of, found)
            looked_for_half_month(of, named, found)
            looked_for_step(of, named, found)
            print(scale, seed, {name: values[-1] for name, values in found.items()}, flush=True)
        every.append(found)
    names = list(dict.fromkeys(name for found in every for name in found))
    head = "| what | " + " | ".join(f"scale {scale:g}" for scale, _ in SCALES) + " |"
    table = "\n".join([head, "|---" * (len(SCALES) + 1) + "|", *(row(name, every) for name in names)])
    print(table)
    if options.write:
        page = PAGE.read_text("utf-8")
        made_new = re.sub(
            f"{re.escape(START)}.*{re.escape(END)}", lambda _: f"{START}\n{table}\n{END}", page, flags=re.DOTALL
        )
        PAGE.write_text(made_new, "utf-8")


if __name__ == "__main__":
    main()
