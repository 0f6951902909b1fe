"""How often signals of places are shown where nothing is happening, and how often planted ones are found.

    python bench/calibrate_signals.py [--trials 100] [--write]

Each kind is looked for by its own method and settings: chains of near repeats in towns of 700 burglaries a year, hot
spots on maps of 144 squares over 24 months, repeat locations among 2,000 stretches, violence known to partners alone
in 200 small areas. ``--write`` puts the table into docs/explanation/signals.md and the shares into
src/upstream/scan/calibrated.toml, from which the site prints them.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from upstream.scan.emerging import classes
from upstream.scan.near_repeat import near_repeats
from upstream.scan.point_signals import HOT, LEAST_CHAIN, NEAR_REPEATS_OF
from upstream.scan.signals import KIND_WORDS, Kind
from upstream.stats.false_alarms import benjamini_hochberg, stands_out
from upstream.stats.local_association import getis_ord
from upstream.stats.neighbours import neighbours_of
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
SIDE, MONTHS = 12, 24
BESIDE = neighbours_of(
    [
        [
            row * SIDE + column
            for row in range(max(at // SIDE - 1, 0), min(at // SIDE + 2, SIDE))
            for column in range(max(at % SIDE - 1, 0), min(at % SIDE + 2, SIDE))
            if row * SIDE + column != at
        ]
        for at in range(SIDE * SIDE)
    ]
)
"""Squares that share a side or a corner."""
Trial = Callable[[np.random.Generator, bool], bool]


def near_repeat(rng: np.random.Generator, planted: bool) -> bool:
    """A town; planted: one burglary in five is followed by another within 100 metres and a week."""
    place = rng.uniform(0, 6_000, (2, 60))
    at = rng.choice(60, 700, p=rng.dirichlet(np.full(60, 2.0)))
    x, y = place[:, at] + rng.uniform(-150, 150, (2, 700))
    day = rng.integers(0, 365, 700)
    if planted:
        after = np.arange(0, 700, 5)
        for line in (x, y):
            line[after + 1] = line[after] + rng.uniform(-70, 70, after.size)
        day[after + 1] = np.minimum(day[after] + rng.integers(0, 7, after.size), 364)
    found = near_repeats(made(x, y, day), NEAR_REPEATS_OF)
    return bool(found.risk) and (planted or any(len(chain.links) >= LEAST_CHAIN for chain in found.chains))


def hot_spot(rng: np.random.Generator, planted: bool) -> bool:
    """A map of squares of unequal, unclustered risk by month; planted: nine about a square have three times as many."""
    level = np.broadcast_to(rng.gamma(8.0, 0.5, (SIDE * SIDE, 1)), (SIDE * SIDE, MONTHS)).copy()
    middle = [row * SIDE + column for row in (5, 6, 7) for column in (5, 6, 7)]
    level[middle] *= 3.0 if planted else 1.0
    counts = rng.poisson(level)
    maps = [
        getis_ord(counts[:, month], BESIDE, permutations=999, rng=rng, conditional=False) for month in range(MONTHS)
    ]
    z, p = np.column_stack([one.statistic for one in maps]), np.column_stack([one.p for one in maps])
    above = np.column_stack([one.p_high <= one.p_low for one in maps])
    certain = benjamini_hochberg(p.ravel()).reshape(p.shape) <= 0.05
    called = classes(certain & above, certain & ~above, mann_kendall(z))
    hot = np.isin(called, HOT)
    return bool(hot[middle].any() if planted else hot.any())


def repeat_location(rng: np.random.Generator, planted: bool) -> bool:
    """Stretches that differ as gamma variables do; planted: one has twenty times the mean."""
    level = rng.gamma(1.0, 0.6, 2_000)
    level[0] = 12.0 if planted else level[0]
    out = unusual_places(rng.poisson(level), np.arange(2_000) % 2).q <= 0.05
    return bool(out[0] if planted else out.any())


def partner_only(rng: np.random.Generator, planted: bool) -> bool:
    """Small areas whose mix differs as beta variables do; planted: in one the partner sees half, not a tenth."""
    both = rng.poisson(rng.gamma(3.0, 20.0, 200))
    share = rng.beta(6.0, 54.0, 200)
    if planted:
        both[0], share[0] = 60, 0.5
    seen = rng.binomial(both, share)
    found = stands_out(excess(seen, both - seen).q, level=0.1) & (seen >= 8)
    return bool(found[0] if planted else found.any())


KINDS: dict[Kind, Trial] = {
    "near_repeat": near_repeat, "hot_spot": hot_spot, "repeat_location": repeat_location, "partner_only": partner_only,
}  # fmt: skip
TIMES: dict[Kind, int] = {"near_repeat": 4, "repeat_location": 40, "partner_only": 20}
"""Looks by how quick they are, in quarters of what is asked for."""


def main() -> None:
    """Simulate, print, and keep where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    rows = ["| kind | shown where nothing is happening | found where planted |", "|---|---|---|"]
    kept = ["# Written by bench/calibrate_signals.py.", ""]
    for kind, trial in KINDS.items():
        rng = np.random.default_rng(SEED)
        looks = options.trials * TIMES.get(kind, 1) // 4
        false = sum(trial(rng, False) for _ in range(looks)) / looks
        found = sum(trial(rng, True) for _ in range(looks // 4)) / (looks // 4)
        rows.append(f"| {KIND_WORDS[kind]} | {false:.1%} of {looks:,} looks | {found:.0%} of {looks // 4:,} |")
        kept += [f"[{kind}]", f"false_looks = {false:.4f}", f"looks = {looks}", ""]
        print(rows[-1], flush=True)
    if not options.write:
        return
    KEPT.write_text("\n".join(kept), "utf-8")
    page = PAGE.read_text("utf-8")
    table = "\n".join([START, *rows, END])
    PAGE.write_text(re.sub(f"{re.escape(START)}.*{re.escape(END)}", lambda _: table, page, flags=re.DOTALL), "utf-8")


if __name__ == "__main__":
    main()
