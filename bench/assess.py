"""Assessments: Seattle's 9,603 donors, 500 areas with every placebo, and examples beside peers in the same run.

Prints JSON lines. Needs the open data beside the project (../shared/data). R is not on this machine and is not run;
what was taken elsewhere for Seattle: R survey::calibrate 3.0 to 4.2 s, pysyncon no result in 420 s.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import json
import sys
import time
from pathlib import Path

import calibrate_assess
import numpy as np
import pandas as pd
import pyarrow.csv
import pysyncon
import statsmodels.api as sm
from causal_impact import CausalImpact, ModelOptions
from numpy.typing import NDArray
from timing import best

from upstream.stats.calibrated_weights import calibrated_weights
from upstream.stats.interrupted import interrupted_series
from upstream.stats.mixtures import nearest_mixture
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
PEERS_DONORS = 100
PLACEBO_ANALYSES, ANALYSES_BAR = 10_000, 600.0
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


def mixture() -> bool:
    """One treated place and its mixture, by the peer's optimiser and by ours; ours must be as near or nearer."""
    rng = np.random.default_rng(2)
    levels = rng.gamma(3, 10, (PEERS_DONORS + 1, 1)) * np.exp(np.cumsum(rng.normal(0, 0.02, (1, BEFORE)), axis=1))
    counts = rng.poisson(levels).astype(float)
    counts /= counts.std(0, ddof=1)  # as the peer does to every period
    frame, one = pd.DataFrame(counts[1:].T), pd.Series(counts[0], name="treated")
    peer = pysyncon.Synth()

    def theirs() -> None:
        peer.fit(X0=frame, X1=one, Z0=frame, Z1=one, custom_V=np.ones(BEFORE))

    seconds, slow = best(lambda: nearest_mixture(counts[1:].T, counts[0]), 5), best(theirs, 2)
    near, far = (
        float(((frame.to_numpy() @ shares - counts[0]) ** 2).sum())
        for shares in (nearest_mixture(counts[1:].T, counts[0]), np.asarray(peer.W))
    )
    right = near <= far * (1 + 1e-6)
    say(bench=f"mixture of {PEERS_DONORS} donors over {BEFORE} months", ours_seconds=seconds, peer="pysyncon",
        peer_seconds=slow, ratio=seconds / slow, bar="quicker, as near", met=right and seconds < slow,
        right=right)  # fmt: skip
    return right and seconds < slow


def structural() -> bool:
    """CausalImpact's example: 2,000 draws kept of 2,200, on both sides."""
    table = np.genfromtxt(GOLDEN / "causalimpact_vignette.csv", delimiter=",", names=True)
    frame = pd.DataFrame({"y": table["y"], "x": table["x1"]})
    options = ModelOptions(niter=2000, nwarmup=200, expected_model_size=1)

    def ours() -> Floats:
        return without_it(table["y"], 70, rng=np.random.default_rng(1), controls=table["x1"]).draws.mean(1)

    made = ours()
    right = abs(float(made.mean()) - 106.54) < 0.1 and abs(float(made.std()) - 0.37) < 0.05
    seconds = best(ours, 5)
    slow = best(lambda: CausalImpact(frame, [0, 69], [70, 99], model_args=options), 5)
    met = right and seconds < 2 * slow
    say(bench="structural series, CausalImpact's example, 2,000 draws", ours_seconds=seconds,
        peer="bsts-causalimpact (Rust)", peer_seconds=slow, ratio=seconds / slow,
        bar="the published figures, within twice the peer", met=met, right=right)  # fmt: skip
    return met


def interrupted() -> bool:
    """The Sicily smoking ban: a quasi-Poisson step with two harmonics, as published, beside statsmodels' GLM."""
    table = np.genfromtxt(GOLDEN / "sicily_smoking_ban_its.csv", delimiter=",", names=True)
    start, months = int(table["smokban"].argmax()), np.arange(1, table.size + 1)
    waves = [f(2 * np.pi * k * months / 12) for k in (1, 2) for f in (np.sin, np.cos)]
    design = np.column_stack([np.ones(table.size), table["smokban"], months, *waves])

    def theirs() -> object:
        model = sm.GLM(table["aces"], design, family=sm.families.Poisson(), offset=np.log(table["stdpop"]))
        return model.fit(scale="X2")

    def ours() -> object:
        return interrupted_series(table["aces"], start, exposure=table["stdpop"], harmonics=2, small_sample=False)

    step = ours().step.estimate
    right = abs(step - float(np.exp(theirs().params[1]))) < 1e-6 and abs(step - 0.885072) < 1e-5
    seconds, slow = best(ours, 20), best(theirs, 20)
    say(bench="interrupted series, the Sicily smoking ban", ours_seconds=seconds, peer="statsmodels GLM",
        peer_seconds=slow, ratio=seconds / slow, bar="quicker, the published step", met=right and seconds < slow,
        right=right)  # fmt: skip
    return right and seconds < slow


def placebo_analyses() -> bool:
    """Ten thousand placebo analyses of every method, drawn from recorded crime as the calibration draws them."""
    single = 540
    asked = argparse.Namespace(
        data=GOLDEN.parent, single=single, several=single * 2 // 5, daily=single // 10, methods=[], processes=2,
        simulated=False, kept=None,
    )  # fmt: skip
    began = time.perf_counter()
    with contextlib.redirect_stdout(sys.stderr):
        analyses = 2 * len(calibrate_assess.run(asked))
    seconds = (time.perf_counter() - began) / analyses * PLACEBO_ANALYSES
    met = seconds < ANALYSES_BAR
    say(bench=f"{PLACEBO_ANALYSES:,} placebo analyses, two processes ({analyses:,} made)", ours_seconds=seconds,
        bar=f"{ANALYSES_BAR:g} s", met=met)  # fmt: skip
    return met


def main() -> int:
    if not GOLDEN.is_dir():
        say(bench="synthetic methods", ours_seconds=None, bar="the open data are beside the project", met=False)
        return 1
    every = (seattle, placebos, mixture, structural, interrupted, placebo_analyses)
    met = [one() for one in every]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
