"""How often each method of assessment is wrong where nothing was done: placebo interventions in recorded crime.

    python bench/calibrate_assess.py --data ../shared/data [--write docs/explanation/calibration-assess.md]
        [--standing src/upstream/assess/standing.csv] [--kept FILE] [--single 4000] [--several 1200] [--daily 300]
        [--methods KEY ...] [--processes 2] [--simulated]

Places, a kind of crime and a start are drawn at random (``bench/placebos.py``); the true effect is nil. For coverage a
fifth of the treated places' events after the start is taken away at random, and the interval should hold that. Where a
method's own test does not hold, the spread that its intervals need is learnt from half of the places and tried on the
other half, and the other way round. The tables replace what stands between the markers of the page; the ladder reads
the file of standing. With ``--simulated`` the same is asked of places that were simulated, for a table of its own.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import re
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from placebos import MEANS, Placebo, in_steps, placebo, simulated, sources, thinned

from upstream.assess.finding import Finding
from upstream.assess.methods import METHODS
from upstream.assess.panel import Panel
from upstream.assess.standing import share_of
from upstream.errors import BadInput
from upstream.stats.empirical_calibration import spread_needed

SEED: Final = 20220630
MARKERS = {
    False: ("<!-- calibration: written by bench/calibrate_assess.py -->", "<!-- calibration: end -->"),
    True: ("<!-- simulated: written by bench/calibrate_assess.py -->", "<!-- simulated: end -->"),
}
LEVEL, KEPT, Z = 0.05, 0.8, 1.959964
HOLDS = (0.03, 0.07)
COMPARISONS = {"few": 8, "many": 20, "crowd": 140}
"""Comparison places of one treated place; twenty where donors are mixed, and a crowd where they are weighted."""
NEED = {"synthetic_control": "many", "synthetic_did": "many", "micro_synthetic": "crowd"}
LEAST = 100
"""Cells of fewer analyses are not shown or shipped."""
CHUNK = 50
DEAR = {"structural", "staggered", *NEED}
LONG = {36: 24, 365: 90}
"""Two years and three before make one cell, and so do a quarter and a year of days; of methods that are asked seldom
so do one year and more, and neighbouring bands."""
EVERY = {"structural": 8, "staggered": 3}
"""Of a dear method one placebo in so many is asked."""


class Row(NamedTuple):
    """One method asked about one placebo: on the scale where nought is no effect, with and without a planted fall."""

    method: str
    step: str
    places: int
    source: str
    before: int
    band: float
    half: int
    effect: float
    reach: float
    rejected: bool
    low: float
    middle: float
    high: float
    truth: float


def scaled(found: Finding) -> tuple[float, float, float]:
    """Lower limit, estimate, upper limit: of the log ratio, or of the difference as a share of what was expected."""
    if found.ratio is None:
        size = share_of(found)
        return tuple(v / size for v in (found.difference.lower, found.difference.estimate, found.difference.upper))
    one = (found.ratio.lower, found.ratio.estimate, found.ratio.upper)
    return tuple(math.log(v) if 0 < v < math.inf else (-math.inf if v == 0 else math.inf) for v in one)


def facing(low: float, middle: float, high: float) -> tuple[float, float]:
    """Effect, and how far its interval reaches towards nought; where nothing was counted, the limit that there is."""
    if math.isinf(middle):
        limit = min(high, 0.0) if middle < 0 else max(low, 0.0)
        return limit, 0.0
    return middle, high - middle if middle < 0 else middle - low


def asked(run: object, one: Panel) -> Finding | None:
    try:
        return run(one)
    except BadInput:
        return None


def rows_of(one: Placebo, rng: np.random.Generator, methods: set[str]) -> Iterator[Row]:
    plain = (one.panel, *thinned(rng, one.panel, KEPT))
    steps = (in_steps(one.panel), *thinned(rng, in_steps(one.panel), KEPT))
    for method in METHODS:
        panel, cut, gone = steps if method.key == "staggered" else plain
        if method.key not in methods or method.needs.lacking(panel):
            continue
        found, after = asked(method.run, panel), asked(method.run, cut)
        if found is None or after is None or found.p is None:
            continue
        effect, reach = facing(*scaled(found))
        truth = math.log(KEPT) if after.ratio is not None else gone / share_of(after)
        source = one.source
        half = zlib.crc32(f"{source.kind} {one.unit}".encode()) % 2 if source.places == 1 else int(rng.integers(2))
        yield Row(method.key, source.step, source.places, source.name, one.before, one.band, half, effect, reach,
                  found.p < LEVEL, *scaled(after), truth)  # fmt: skip


class Job(NamedTuple):
    """Some placebos with a stream of their own."""

    folder: str
    step: str
    places: int
    size: str
    seed: int
    count: int
    methods: tuple[str, ...]


def chunk(job: Job) -> tuple[list[Row], float]:
    """The analyses of a job, and the seconds of a processor that they took."""
    held = [one for one in _held(job.folder) if (one.step, one.places) == (job.step, job.places)]
    rows, began = [], time.process_time()
    rng = np.random.default_rng([SEED, job.seed])
    own = {m.key for m in METHODS if NEED.get(m.key, "few") == job.size and m.key in job.methods}
    least = min((m.needs.before for m in METHODS if m.key in own), default=0)
    comparisons = COMPARISONS[job.size] + (job.places if job.places > 1 else 0)
    for at in range(job.count):
        one = placebo(rng, held, comparisons, least)
        rows.extend(rows_of(one, rng, {key for key in own if at % EVERY.get(key, 1) == 0}))
    return rows, time.process_time() - began


_SOURCES: dict[str, list] = {}


def _held(folder: str) -> list:
    if folder not in _SOURCES:
        _SOURCES[folder] = sources(Path(folder)) if folder else simulated()
    return _SOURCES[folder]


def jobs(args: argparse.Namespace) -> list[Job]:
    """Small jobs of every kind by turns, so that a run that is cut short has some of each."""
    chosen, made = tuple(args.methods or (m.key for m in METHODS)), []
    counts = {
        ("month", 1, "few"): args.single,
        ("month", 1, "many"): args.single // 6,
        ("month", 12, "few"): args.several,
        ("month", 12, "many"): args.several // 10,
        ("month", 12, "crowd"): args.several // 6,
        ("day", 1, "few"): args.daily,
    }
    for kind, ((step, places, size), count) in enumerate(counts.items()):
        turns = math.ceil(args.single / CHUNK)
        shares = np.diff(np.linspace(0, count, turns + 1).round().astype(int))
        folder = "" if args.simulated else str(args.data)
        made += [(turn, kind, Job(folder, step, places, size, 100 * turn + kind, int(share), chosen))
                 for turn, share in enumerate(shares) if share]  # fmt: skip
    return [job for *_, job in sorted(made, key=lambda one: one[:2])]


def run(args: argparse.Namespace) -> list[Row]:
    rows, spent, began = [], 0.0, time.perf_counter()
    mapped = map if args.processes == 1 else ProcessPoolExecutor(args.processes).map
    for some, seconds in mapped(chunk, jobs(args)):
        rows += some
        spent += seconds
        if args.kept:
            with args.kept.open("a", encoding="utf-8") as file:
                file.writelines(json.dumps(row) + "\n" for row in some)
    wall = round(time.perf_counter() - began)
    print(json.dumps({"analyses": 2 * len(rows), "seconds": wall, "processor": round(spent)}))
    return rows


class Cell(NamedTuple):
    """What the placebos of one cell say."""

    analyses: int
    raw: float
    spread: float
    false: float
    covered: float
    raw_covered: float


def cell_of(rows: list[Row]) -> Cell:
    effect, reach, low, middle, high, truth = (
        np.array([getattr(row, name) for row in rows]) for name in ("effect", "reach", "low", "middle", "high", "truth")
    )
    half = np.array([row.half for row in rows])
    spread, tried = spread_needed(effect, reach), np.zeros(len(rows))
    for side in (0, 1):
        tried[half != side] = spread_needed(effect[half == side], reach[half == side])
    with np.errstate(invalid="ignore"):
        missed = np.where(np.isfinite(middle), np.where(truth < middle, middle - low, high - middle), 0.0)
        away = np.where(np.isfinite(middle), np.abs(middle - truth), np.where(truth > high, truth - high, 0.0))
    return Cell(
        len(rows),
        float(np.mean([row.rejected for row in rows])),
        spread,
        float((np.abs(effect) > np.hypot(reach, Z * tried)).mean()),
        float((away <= np.hypot(missed, Z * tried) + 1e-12).mean()),
        float((away <= missed + 1e-12).mean()),
    )


def cells(rows: list[Row], *names: str) -> dict[tuple, Cell]:
    grouped: dict[tuple, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[tuple(getattr(row, name) for name in names)].append(row)
    return {key: cell_of(some) for key, some in sorted(grouped.items()) if len(some) >= LEAST}


def coarser(row: Row) -> Row:
    """The row as its cell of the table has it."""
    before, band = LONG.get(row.before, row.before), row.band
    if row.method in DEAR:
        before = min(before, 12) if row.step == "month" else 90
        bands = MEANS[row.step, row.places]
        band = bands[bands.index(band) // 2 * 2] if row.places == 1 else bands[0]
    return row._replace(before=before, band=band)


def line(*parts: object) -> str:
    return "| " + " | ".join(str(part) for part in parts) + " |"


def header(*parts: str) -> list[str]:
    return ["", line(*parts), "|" + " --- |" * len(parts)]


def said(one: Cell | None) -> str:
    if one is None:
        return ""
    high = "**" if one.raw > HOLDS[1] else ""
    wide = f"; widened by {100 * math.expm1(one.spread):.0f}%: {one.false:.1%}" if one.spread else ""
    return f"{high}{one.raw:.1%}{high}{wide}; held {one.covered:.1%} ({one.analyses:,})"


def tables(rows: list[Row]) -> Iterator[str]:
    titles = {method.key: method.title for method in METHODS}
    shapes = sorted({(row.step, row.places) for row in rows}, key=lambda one: (one[0] != "month", one[1]))
    for step, places in shapes:
        own = [row for row in rows if (row.step, row.places) == (step, places)]
        what = "One treated place" if places == 1 else f"{places} treated small areas"
        yield f"\n## {what}, {step}s" + (", simulated" if own[0].source == "Simulated" else "")
        names = sorted({row.source for row in own})
        by_source = cells(own, "method", "source")
        yield from header("", *names)
        for key, title in titles.items():
            if any(k == key for k, _ in by_source):
                yield line(title, *(said(by_source.get((key, name))) for name in names))
        held = [coarser(row) for row in own]
        by_band = cells(held, "method", "before", "band")
        bands, lengths = sorted({row.band for row in held}), sorted({row.before for row in held})
        for key, title in titles.items():
            if not any(k == key for k, _, _ in by_band):
                continue
            yield f"\n### {title}"
            own_bands = [band for band in bands if any((key, before, band) in by_band for before in lengths)]
            yield from header(f"{step}s before", *(f"{band:g} or more a {step}" for band in own_bands))
            for before in lengths:
                if any((key, before, band) in by_band for band in own_bands):
                    yield line(f"{before} or more", *(said(by_band.get((key, before, band))) for band in own_bands))


def standing(rows: list[Row]) -> Iterator[tuple[str, ...]]:
    yield ("method", "step", "places", "before", "mean", "analyses", "raw", "spread", "false_positives", "coverage")
    for key, one in cells([coarser(row) for row in rows], "method", "step", "places", "before", "band").items():
        yield (*map(str, key), str(one.analyses), *(f"{v:.4f}" for v in (one.raw, one.spread, one.false, one.covered)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--write", type=Path)
    parser.add_argument("--standing", type=Path)
    parser.add_argument("--kept", type=Path, help="Every analysis, to make the tables from again without asking.")
    parser.add_argument("--single", type=int, default=4_000)
    parser.add_argument("--several", type=int, default=1_200)
    parser.add_argument("--daily", type=int, default=300)
    parser.add_argument("--methods", nargs="*", default=[])
    parser.add_argument("--simulated", action="store_true", help="Places that were simulated: --single of them.")
    parser.add_argument("--processes", type=int, default=2)
    args = parser.parse_args()
    if args.simulated:
        args.several = args.daily = 0
    if args.kept and args.kept.exists():
        rows = [Row(*json.loads(one)) for one in args.kept.read_text("utf-8").splitlines()]
    else:
        rows = run(args)
    lines = list(tables(rows))
    print("\n".join(lines))
    if args.write:
        page = args.write.read_text("utf-8")
        start, end = MARKERS[args.simulated]
        made = f"{start}\n" + "\n".join(lines) + f"\n\n{end}"
        pattern = re.escape(start) + ".*" + re.escape(end)
        args.write.write_text(re.sub(pattern, lambda _: made, page, flags=re.DOTALL), "utf-8")
    if args.standing:
        with args.standing.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(standing(rows))


if __name__ == "__main__":
    main()
