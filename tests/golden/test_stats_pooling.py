"""Pooled results against published ones: thirteen trials of the BCG vaccine (Colditz et al. 1994, JAMA 271, 698-702).

Figures as the R package metafor prints them for these trials (log risk ratios), to four decimals.
"""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from upstream.evidence.synthesis import Study, put_together
from upstream.stats.pooling import asymmetry, pool

TRIALS = np.array([
    [4, 119, 11, 128], [6, 300, 29, 274], [3, 228, 11, 209], [62, 13536, 248, 12619], [33, 5036, 47, 5761],
    [180, 1361, 372, 1079], [8, 2537, 10, 619], [505, 87886, 499, 87892], [29, 7470, 45, 7232], [17, 1699, 65, 1600],
    [186, 50448, 141, 27197], [5, 2493, 3, 2338], [27, 16886, 29, 17825],
])  # fmt: skip
A, B, C, D = TRIALS.T
EFFECTS = np.log(A / (A + B) / (C / (C + D)))
ERRORS = np.sqrt(1 / A - 1 / (A + B) + 1 / C - 1 / (C + D))
PRINTED = 5e-5
"""Half a unit of the last decimal printed."""


def test_reml() -> None:
    got = pool(EFFECTS, ERRORS, hartung_knapp=False)
    assert got.between == pytest.approx(0.3132, abs=PRINTED)
    assert got.inconsistency == pytest.approx(0.9222, abs=PRINTED)
    assert got.q == pytest.approx(152.2330, abs=PRINTED)
    assert got.error == pytest.approx(0.1798, abs=PRINTED)
    effect = got.effect
    assert (effect.estimate, effect.lower, effect.upper) == pytest.approx((-0.7145, -1.0669, -0.3622), abs=PRINTED)
    assert got.prediction is not None
    assert np.exp([got.prediction.lower, got.prediction.upper]) == pytest.approx([0.1546, 1.5490], abs=PRINTED)


def test_reml_by_hartung_and_knapp() -> None:
    for floor in (True, False):  # the trials differ by more than the plain error says: the floor changes nothing
        got = pool(EFFECTS, ERRORS, floor=floor)
        assert got.error == pytest.approx(0.1808, abs=PRINTED)
        assert got.p == pytest.approx(0.0019, abs=PRINTED)
        assert (got.effect.lower, got.effect.upper) == pytest.approx((-1.1084, -0.3206), abs=PRINTED)


def test_dersimonian_and_laird() -> None:
    got = pool(EFFECTS, ERRORS, between="dersimonian-laird", hartung_knapp=False)
    assert got.between == pytest.approx(0.3088, abs=PRINTED)
    assert got.inconsistency == pytest.approx(0.9212, abs=PRINTED)
    assert got.error == pytest.approx(0.1787, abs=PRINTED)
    assert (got.effect.estimate, got.effect.lower, got.effect.upper) == pytest.approx(
        (-0.7141, -1.0644, -0.3638), abs=PRINTED
    )
    knapp = pool(EFFECTS, ERRORS, between="dersimonian-laird")
    assert (knapp.effect.lower, knapp.effect.upper) == pytest.approx((-1.1078, -0.3204), abs=PRINTED)


def test_paule_and_mandel_solve_their_equation() -> None:
    tau2 = pool(EFFECTS, ERRORS, between="paule-mandel").between
    w = 1 / (ERRORS**2 + tau2)
    assert float(w @ (EFFECTS - w @ EFFECTS / w.sum()) ** 2) == pytest.approx(12, abs=1e-6)
    assert pool([0.1, 0.1, 0.1], [1, 2, 3], between="paule-mandel").between == 0


def test_eggers_regression() -> None:
    # no page that prints it for these trials was found: the line is the one that metafor's regtest(model="lm") fits
    # (its source: least squares of effect on standard error, weights 1/variance), here by another program
    got = asymmetry(EFFECTS, ERRORS)
    other = sm.WLS(EFFECTS, sm.add_constant(ERRORS), weights=1 / ERRORS**2).fit()
    assert (got.t, got.p, got.limit) == pytest.approx((other.tvalues[1], other.pvalues[1], other.params[0]), rel=1e-9)
    assert (got.t, got.p) == pytest.approx((-1.4013, 0.1887), abs=PRINTED)


def test_a_pool_in_ratios_and_words() -> None:
    got = put_together([Study(f"Trial {n}", e, s) for n, (e, s) in enumerate(zip(EFFECTS, ERRORS, strict=True))])
    assert got.ratio.estimate == pytest.approx(0.4894, abs=PRINTED)
    assert got.disagree
    assert sum(row.weight for row in got.rows) == pytest.approx(1)
    assert got.rows[0].ratio.estimate == pytest.approx(np.exp(-0.8893), abs=PRINTED)
    assert got.sentences[0].startswith("On average over 13 results: 51% lower")
    assert "92% of the variance" in got.sentences[2]
    assert got.sentences[-1] == "No sign that only good news is filed."
    assert "cannot be told" in put_together([Study("a", -0.1, 0.1), Study("b", -0.1, 0.2)]).sentences[-1]
