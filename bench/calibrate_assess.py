"""How often each method of assessment is wrong where nothing was done: placebo interventions in recorded crime.

    python bench/calibrate_assess.py --data ../shared/data [--write docs/explanation/calibration-assess.md]
        [--standing src/upstream/assess/standing.csv] [--analyses 8000] [--methods KEY ...] [--comparisons 8]

A place, a kind of crime and a start are drawn at random; the true effect is nil. For coverage a fifth of the treated
place's events after the start is taken away at random, and the interval should hold that. The tables replace what
stands between the markers of the page; the ladder reads the file of standing and refuses what does not hold.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import re
import time
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv as arrow_csv

from upstream.assess.finding import Finding
from upstream.assess.methods import METHODS
from upstream.assess.panel import NEVER, Panel
from upstream.errors import BadInput

SEED = 20220630
START, END = "<!-- calibration: written by bench/calibrate_assess.py -->", "<!-- calibration: end -->"
LEVEL, KEPT = 0.05, 0.8
HOLDS = (0.03, 0.07)
BEFORE = (6, 12, 24, 36)
"""Lengths of the time before that are looked at, in months."""
MEANS = (0.5, 2.0, 5.0, 20.0)
"""Events a month before, in the treated place: where each band begins."""
STEPS = (0, 1, 3)
"""Months after the first start at which the places of a roll-out in steps begin."""
COMPARISONS, NEIGHBOURS = 8, 24
"""Comparison places, drawn from so many whose level before is nearest."""
KINDS = ("Burglary", "Vehicle crime", "Violence and sexual offences", "Criminal damage and arson", "Other theft")


@dataclass(frozen=True, eq=False)
class Source:
    """Monthly counts of many places, of one kind of crime."""

    name: str
    kind: str
    counts: NDArray[np.float64]


def tally(places: list[str], months: list[str]) -> NDArray[np.float64]:
    """Counts by place and month, from one entry an event; a month that nobody has is not there."""
    unit, at = np.unique(places, return_inverse=True)
    month, when = np.unique(months, return_inverse=True)
    counts = np.zeros((len(unit), len(month)))
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
                    places.append(area[:-1])  # the middle-layer area that the small area is part of
                    months.append(name[:7])
    for kind, (places, months) in sorted(events.items()):
        yield Source("Northumbria, 27 months", kind, tally(places, months))


def squares(lon: list[float], lat: list[float], side: float) -> list[str]:
    """Squares of about ``side`` kilometres."""
    x = np.floor(np.array(lon) * 111.3 * np.cos(np.radians(np.mean(lat))) / side).astype(int)
    y = np.floor(np.array(lat) * 111.3 / side).astype(int)
    return [f"{a},{b}" for a, b in zip(x, y, strict=True)]


def points(name: str, path: Path, month: str, lon: str, lat: str, sides: tuple[float, ...]) -> Iterator[Source]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row[lon] and row[lat]]
    x, y = [float(row[lon]) for row in rows], [float(row[lat]) for row in rows]
    for side in sides:
        yield Source(name, f"squares of {side:g} km", tally(squares(x, y, side), [row[month][:7] for row in rows]))


def sources(folder: Path) -> list[Source]:
    return [
        *northumbria(folder),
        *points(
            "Greater Manchester burglary, 36 months",
            folder / "police-uk/greater-manchester-burglary-2016-02_2019-01.csv.gz",
            "Month",
            "Longitude",
            "Latitude",
            (1.5, 3.0),
        ),
        *points(
            "New York vehicle theft, 48 months",
            folder / "incidents/nyc_vehicle_theft_2014_2017.csv.gz",
            "date_single",
            "longitude",
            "latitude",
            (2.0, 4.0),
        ),
    ]


def placebo(
    rng: np.random.Generator, held: list[Source], comparisons: int = COMPARISONS
) -> tuple[str, int, float, Panel]:
    """A panel of one place drawn at random, treated from a month drawn at random, and of places like it before."""
    while True:
        source = held[rng.integers(len(held))]
        months = source.counts.shape[1]
        before = int(rng.choice([b for b in BEFORE if b + 6 <= months]))
        after = int(rng.choice([a for a in (6, 12) if before + a <= months]))
        first = int(rng.integers(0, months - before - after + 1))
        counts = source.counts[:, first : first + before + after]
        level = counts[:, :before].mean(1)
        band = float(rng.choice(MEANS))
        upper = min((m for m in MEANS if m > band), default=np.inf)
        units = np.flatnonzero((level >= band) & (level < upper))
        if not len(units):
            continue
        unit = int(rng.choice(units))
        near = np.argsort(np.abs(level - level[unit]), kind="stable")
        others = rng.choice(near[near != unit][:NEIGHBOURS], comparisons, replace=False)
        return source.name, before, band, panel(counts[[unit, *others]], before)


def panel(counts: NDArray[np.float64], start: int) -> Panel:
    units = len(counts)
    return Panel(
        outcome="events",
        better="lower",
        units=tuple(f"u{k}" for k in range(units)),
        roles=("treated", *("comparison",) * (units - 1)),
        periods=tuple(f"{2000 + m // 12}-{m % 12 + 1:02d}" for m in range(counts.shape[1])),
        step="month",
        counts=counts,
        starts=np.array([start] + [NEVER] * (units - 1)),
        exposure=np.ones_like(counts),
        weights=np.ones(units),
    )


def in_steps(one: Panel) -> Panel:
    """The same places, three of them treated, each some months after the one before."""
    starts = one.starts.copy()
    starts[: len(STEPS)] = one.start + np.array(STEPS)
    roles = ("treated",) * len(STEPS) + one.roles[len(STEPS) :]
    return replace(one, starts=starts, roles=roles)


def thinned(rng: np.random.Generator, one: Panel) -> tuple[Panel, float]:
    """The panel with a fifth of the treated events after the start taken away at random, and how many went."""
    counts = one.counts.copy()
    for unit, start in enumerate(one.starts):
        if start != NEVER:
            counts[unit, start:] = rng.binomial(one.counts[unit, start:].astype(int), KEPT)
    return replace(one, counts=counts), float(counts.sum() - one.counts.sum())


@dataclass
class Tally:
    asked: int = 0
    refused: int = 0
    rejected: int = 0
    thinned: int = 0
    held: int = 0


def asked(run: Callable[[Panel], Finding], one: Panel) -> Finding | None:
    try:
        return run(one)
    except BadInput:
        return None


def covers(found: Finding, gone: float) -> bool:
    if found.ratio is not None:
        return found.ratio.lower <= KEPT <= found.ratio.upper
    assert found.difference is not None
    # a fifth of what there was to expect went, as the planted share says
    return found.difference.lower <= gone <= found.difference.upper


def run(args: argparse.Namespace) -> dict[tuple[str, str, int, float], Tally]:
    rng = np.random.default_rng(SEED)
    held = sources(args.data)
    methods = [m for m in METHODS if not args.methods or m.key in args.methods]
    tallies: dict[tuple[str, str, int, float], Tally] = defaultdict(Tally)
    spent, began = defaultdict(float), time.perf_counter()
    for _ in range(args.analyses):
        name, before, band, one = placebo(rng, held, args.comparisons)
        plain, steps = (one, *thinned(rng, one)), (in_steps(one), *thinned(rng, in_steps(one)))
        for method in methods:
            one, cut, gone = steps if method.key == "staggered" else plain
            if method.needs.lacking(one):
                continue
            at = time.perf_counter()
            tally_ = tallies[method.key, name, before, band]
            found = asked(method.run, one)
            spent[method.key] += time.perf_counter() - at
            tally_.asked += 1
            if found is None or found.p is None:
                tally_.refused += 1
                continue
            tally_.rejected += found.p < LEVEL
            if (after := asked(method.run, cut)) is not None:
                tally_.thinned += 1
                tally_.held += covers(after, gone)
    print(
        json.dumps(
            {
                "analyses": args.analyses,
                "seconds": round(time.perf_counter() - began),
                "milliseconds of one": {key: round(1000 * s / args.analyses, 2) for key, s in spent.items()},
            }
        )
    )
    return tallies


def together(
    tallies: dict[tuple[str, str, int, float], Tally], keep: Callable[[tuple[str, str, int, float]], tuple]
) -> dict[tuple, Tally]:
    """Tallies added up by part of their key."""
    sums: dict[tuple, Tally] = defaultdict(Tally)
    for key, one in tallies.items():
        total = sums[keep(key)]
        for name in vars(one):
            setattr(total, name, getattr(total, name) + getattr(one, name))
    return sums


def row(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def header(*cells: str) -> list[str]:
    return ["", row(*cells), "|" + " --- |" * len(cells)]


def cell(one: Tally | None) -> str:
    answered = one.asked - one.refused if one else 0
    if one is None or answered < 100:
        return ""
    share, covered = one.rejected / answered, one.held / max(one.thinned, 1)
    mark = "" if HOLDS[0] <= share <= HOLDS[1] else " **high**" if share > HOLDS[1] else " low"
    return f"{share:.1%}{mark}; {covered:.1%} ({answered:,})"


def tables(tallies: dict[tuple[str, str, int, float], Tally]) -> Iterator[str]:
    titles = {method.key: method.title for method in METHODS}
    by_name = together(tallies, lambda key: (key[0], key[1]))
    names = sorted({name for _, name in by_name})
    keys = [key for key in titles if any(k == key for k, _ in by_name)]
    yield "\n## By where the records are from"
    yield from header("false positives at 5%; 95% intervals that hold (analyses)", *names)
    for key in keys:
        yield row(titles[key], *(cell(by_name.get((key, name))) for name in names))
    by_band = together(tallies, lambda key: (key[0], key[2], key[3]))
    for key in keys:
        yield f"\n## {titles[key]}"
        yield from header("months before", *(f"{mean:g} or more a month" for mean in MEANS))
        for before in BEFORE:
            yield row(before, *(cell(by_band.get((key, before, mean))) for mean in MEANS))


def standing(tallies: dict[tuple[str, str, int, float], Tally]) -> Iterator[tuple[object, ...]]:
    yield "method", "step", "before", "mean", "analyses", "false_positives", "coverage"
    for (key, before, mean), one in sorted(together(tallies, lambda key: (key[0], key[2], key[3])).items()):
        answered = one.asked - one.refused
        if answered >= 100:
            yield (
                key,
                "month",
                before,
                mean,
                answered,
                f"{one.rejected / answered:.4f}",
                f"{one.held / one.thinned:.4f}",
            )


def rank(cells: tuple[str, ...]) -> tuple[str, int, float]:
    return cells[0], int(cells[2]), float(cells[3])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--write", type=Path)
    parser.add_argument("--standing", type=Path)
    parser.add_argument("--analyses", type=int, default=8_000)
    parser.add_argument("--methods", nargs="*", default=[])
    parser.add_argument("--comparisons", type=int, default=COMPARISONS)
    args = parser.parse_args()
    tallies = run(args)
    lines = list(tables(tallies))
    print("\n".join(lines))
    if args.write:
        page = args.write.read_text("utf-8")
        made = f"{START}\n" + "\n".join(lines) + f"\n\n{END}"
        args.write.write_text(
            re.sub(re.escape(START) + ".*" + re.escape(END), lambda _: made, page, flags=re.DOTALL), "utf-8"
        )
    if args.standing:
        rows = [tuple(str(cell) for cell in row_) for row_ in standing(tallies)]
        if args.methods:  # what is held of the other methods stays
            with args.standing.open(encoding="utf-8", newline="") as file:
                rows += [tuple(row_) for row_ in csv.reader(file) if row_[0] not in {"method", *args.methods}]
        with args.standing.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([rows[0], *sorted(rows[1:], key=rank)])


if __name__ == "__main__":
    main()
