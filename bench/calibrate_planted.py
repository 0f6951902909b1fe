"""Are the effects planted in the synthetic force found, and is its null not? Each drawn anew, many times.

    python bench/calibrate_planted.py [--seeds 200] [--write docs/explanation/calibration-assess.md]

Hot spots, places and what is taken away are drawn for each seed; monthly totals of the area, which treated and
comparison places share, are drawn once. Each plan is judged as its manifest says: 16 small areas beside 16 others, 12
months either side.
"""

from __future__ import annotations

import argparse
import re
from collections import defaultdict
from pathlib import Path

import numpy as np

from upstream.assess.finding import Finding
from upstream.assess.ladder import answer
from upstream.assess.methods import METHODS
from upstream.assess.panel import panel_of
from upstream.datasets.geography import invent_map
from upstream.datasets.planted import INTERVENTIONS
from upstream.datasets.planted_series import draw_series
from upstream.datasets.targets import monthly_targets
from upstream.periods import Month, months

START, END = "<!-- planted: written by bench/calibrate_planted.py -->", "<!-- planted: end -->"
FIRST, LAST = Month(2018, 7), Month(2022, 6)
LEVEL = 0.05
QUICK, DEAR_SEEDS = [method for method in METHODS if method.key != "structural"], 40
"""The structural series draws 2,000 futures: it is asked of so many seeds only."""


def found(one: Finding, ratio: float) -> tuple[bool, bool]:
    """Whether it rejects on the right side (of the null: at all), and whether its interval holds the truth."""
    low, high, truth = (
        (one.ratio.lower, one.ratio.upper, ratio)
        if one.ratio
        else (one.difference.lower, one.difference.upper, one.observed * (1 - 1 / ratio))
    )
    right = ratio == 1 or one.probability_of_benefit > 1 - LEVEL / 2
    return one.p < LEVEL and right, low <= truth <= high


def run(seeds: int) -> list[str]:
    rng = np.random.default_rng([2022, 0])
    small = invent_map(rng)
    targets = monthly_targets(tuple(months(FIRST, LAST)), rng)
    seen, titles = defaultdict(list), {method.key: method.title for method in METHODS}
    for key, *_, ratio in INTERVENTIONS:
        for seed in range(seeds):
            one = draw_series(key, targets, small, np.random.default_rng([seed, 16]))
            panel = panel_of(
                one.rows(), outcome="crimes", treated=one.treated, start=str(one.first), comparison=one.control
            )
            got = answer(panel, METHODS if seed < DEAR_SEEDS else QUICK)
            seen[key, "answer"].append(found(got.main, ratio))
            for finding in (got.main, *got.checks):
                seen[key, finding.method].append(found(finding, ratio))
    names = [key for key, *_ in INTERVENTIONS]
    lines = ["", "| | " + " | ".join(f"{one[0].replace('_', ' ')} ({one[-1]:g})" for one in INTERVENTIONS) + " |"]
    lines.append("|" + " --- |" * (len(names) + 1))
    for method, title in {"answer": "**The answer of the ladder**", **titles}.items():
        if any((name, method) in seen for name in names):
            shares = (np.mean(seen[name, method], axis=0) for name in names)
            lines.append(f"| {title} | " + " | ".join(f"{a:.1%}; {b:.1%}" for a, b in shares) + " |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--write", type=Path)
    args = parser.parse_args()
    lines = run(args.seeds)
    print("\n".join(lines))
    if args.write:
        page, made = args.write.read_text("utf-8"), f"{START}\n" + "\n".join(lines) + f"\n\n{END}"
        pattern = re.escape(START) + ".*" + re.escape(END)
        args.write.write_text(re.sub(pattern, lambda _: made, page, flags=re.DOTALL), "utf-8")


if __name__ == "__main__":
    main()
