"""Synthetic methods: Seattle's 9,603 donors, 500 areas with every placebo, and CausalImpact's example beside a peer.

Prints JSON lines. Needs the open data beside the project (../shared/data/golden). What a peer took on the same machine
where it is not run here: R survey::calibrate 3.0 to 4.2 s, pysyncon no result in 420 s.
"""

from __future__ import annotations

import gzip
import json
import sys
from pathlib import Path

import numpy as np
import pyarrow.csv
from numpy.typing import NDArray
from timing import best

from upstream.stats.calibrated_weights import calibrated_weights
from upstream.stats.structural import without_it
from upstream.stats.synthetic_control import space_placebos, synthetic_control

GOLDEN = Path(__file__).resolve().parents[2] / "shared" / "data" / "golden"
COVARIATES = (
    *("TotalPop", "BLACK", "HISPANIC", "Males_1521", "HOUSEHOLDS"),
    *("FAMILYHOUS", "FEMALE_HOU", "RENTER_HOU", "VACANT_HOU"),
)
OUTCOMES = ("i_felony", "i_misdemea", "i_drugs", "any_crime")
PUBLISHED = (69.542588, 68.390925, 22.975131, 973.464445)
SEATTLE_BAR, PLACEBOS_BAR = 1.0, 30.0
AREAS, MONTHS, BEFORE = 501, 48, 36
Floats = NDArray[np.float64]


def say(**figures: object) -> None:
    print(json.dumps(figures), flush=True)


def seattle() -> bool:
    """Seconds of the weights alone, the data in memory; the answer must be the published one."""
    with gzip.open(GOLDEN / "seattledmi.csv.gz") as file:
        table = pyarrow.csv.read_csv(file).sort_by([("ID", "ascending"), ("time", "ascending")])
    column = {name: table[name].to_numpy().astype(float).reshape(-1, 16) for name in table.column_names}
    covariates = [column[name][:, 0] for name in COVARIATES]
    held = np.column_stack([np.ones(covariates[0].size), *covariates, *(column[name][:, :12] for name in OUTCOMES)])
    mask = column["Intervention"].max(1) > 0
    donors, targets = np.ascontiguousarray(held[~mask]), held[mask].sum(0)
    weights = calibrated_weights(donors, targets).weights
    totals = [float(weights @ column[name][~mask, 12:].sum(1)) for name in OUTCOMES]
    right = bool(np.allclose(totals, PUBLISHED, atol=1e-4))
    seconds = best(lambda: calibrated_weights(donors, targets), 5)
    met = right and seconds < SEATTLE_BAR
    say(bench=f"weights by raking, {donors.shape[0]:,} donors, {donors.shape[1]} targets", ours_seconds=seconds,
        bar=f"{SEATTLE_BAR:g} s, the published counts to 1e-4", met=met, right=right)  # fmt: skip
    return met


def placebos() -> bool:
    """One treated area, 500 donors, each of them taken as if treated; a few are checked by the slower road."""
    rng = np.random.default_rng(1)
    rates = rng.gamma(3, 10, (AREAS, 1)) * np.exp(np.cumsum(rng.normal(0, 0.02, (1, MONTHS)), axis=1))
    counts = rng.poisson(rates).astype(float)
    made = space_placebos(counts[1:], BEFORE)
    right = all(
        abs(synthetic_control(counts[at], np.delete(counts[1:], at - 1, 0), BEFORE).effect - made.effects[at - 1])
        < 1e-3
        for at in (1, 250, 500)
    )
    seconds = best(lambda: (synthetic_control(counts[0], counts[1:], BEFORE), space_placebos(counts[1:], BEFORE)), 2)
    met = right and seconds < PLACEBOS_BAR
    say(bench=f"synthetic control and {AREAS - 1} placebos, {MONTHS} months", ours_seconds=seconds,
        bar=f"{PLACEBOS_BAR:g} s", met=met, right=right)  # fmt: skip
    return met


def structural() -> bool:
    """CausalImpact's example: 2,000 draws kept."""
    table = np.genfromtxt(GOLDEN / "causalimpact_vignette.csv", delimiter=",", names=True)

    def ours() -> Floats:
        return without_it(table["y"], 70, rng=np.random.default_rng(1), controls=table["x1"]).draws.mean(1)

    made = ours()
    right = abs(float(made.mean()) - 106.54) < 0.1 and abs(float(made.std()) - 0.37) < 0.05
    say(bench="structural series, CausalImpact's example, 2,000 draws", ours_seconds=best(ours, 3),
        bar="the published figures (a Rust peer takes 0.02 s)", met=right, right=right)  # fmt: skip
    return right


def main() -> int:
    if not GOLDEN.is_dir():
        say(bench="synthetic methods", ours_seconds=None, bar="the open data are beside the project", met=False)
        return 1
    return 0 if seattle() & placebos() & structural() else 1


if __name__ == "__main__":
    sys.exit(main())
