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


def odds(a: list[int], n: list[int], c: list[int], m: list[int], *, more: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Logarithms of the odds of a in n over those of c in m, and their errors; ``more`` is added to every cell."""
    yes, no, other, rest = (np.array(x) + more for x in (a, np.subtract(n, a), c, np.subtract(m, c)))
    return np.log(yes * rest / (no * other)), np.sqrt(1 / yes + 1 / no + 1 / other + 1 / rest)


@pytest.mark.parametrize(
    ("between", "tau", "effect", "error"),
    [
        ("paule-mandel", 0.3681, -0.3811, 0.2060),
        ("dersimonian-laird", 0.2323, -0.3240, 0.1540),
        ("reml", 0.1843, -0.2980, 0.1343),
    ],
)
def test_low_dose_aspirin(between: str, tau: float, effect: float, error: float) -> None:
    """DerSimonian and Kacker (2007), Contemporary Clinical Trials 28, 105-114, tables 3 and 4, as metafor's tests hold
    them to four decimals: six trials of aspirin in pregnancy, log odds ratios."""
    logs, errors = odds(
        [5, 5, 12, 69, 9, 313],
        [156, 303, 565, 1570, 103, 4659],
        [8, 17, 9, 94, 11, 352],
        [74, 303, 477, 1565, 105, 4650],
    )
    got = pool(logs, errors, between=between, hartung_knapp=False)
    assert np.sqrt(got.between) == pytest.approx(tau, abs=PRINTED)
    assert (got.effect.estimate, got.error) == pytest.approx((effect, error), abs=PRINTED)


EXPECTANCY = np.array([0.03, 0.12, -0.14, 1.18, 0.26, -0.06, -0.02, -0.32, 0.27, 0.80, 0.54, 0.18, -0.02, 0.23, -0.18,
                       -0.06, 0.30, 0.07, -0.07])  # fmt: skip
EXPECTANCY_VARIANCE = np.array([0.0156, 0.0216, 0.0279, 0.1391, 0.1362, 0.0106, 0.0106, 0.0484, 0.0269, 0.0630, 0.0912,
                                0.0497, 0.0835, 0.0841, 0.0253, 0.0279, 0.0193, 0.0088, 0.0303])  # fmt: skip


@pytest.mark.parametrize(
    ("between", "knapp", "printed"),
    [
        ("reml", False, (0.0188, 0.0837, 0.0516, -0.0175, 0.1849)),
        ("reml", True, (0.0188, 0.0837, 0.0616, -0.0457, 0.2131)),
        ("dersimonian-laird", False, (0.0259, 0.0893, 0.0558, -0.0200, 0.1987)),
        ("dersimonian-laird", True, (0.0259, 0.0893, 0.0636, -0.0442, 0.2229)),
    ],
)
def test_what_teachers_expect(between: str, knapp: bool, printed: tuple[float, ...]) -> None:
    """Raudenbush (2009), Handbook of Research Synthesis, table 16.3, as metafor's tests hold it to four decimals:
    nineteen experiments on teachers' expectations; variance between, effect, error, 95% interval."""
    got = pool(EXPECTANCY, np.sqrt(EXPECTANCY_VARIANCE), between=between, hartung_knapp=knapp)
    effect = got.effect
    assert (got.between, effect.estimate, got.error, effect.lower, effect.upper) == pytest.approx(printed, abs=PRINTED)
    assert got.q == pytest.approx(35.8295, abs=1e-4)


def test_eggers_regression_as_printed() -> None:
    """Ultrasound for thrombosis without symptoms (Kearon et al. 1998, fourteen studies with both counts): metafor's
    regtest(model="lm") prints t = 2.7886 on 12, p = 0.0164, limit 0.9192 (page of the data set dat.kearon1998)."""
    found = [10, 15, 10, 13, 10, 16, 12, 13, 24, 17, 5, 18, 24, 26]
    ill = [25, 24, 14, 23, 32, 61, 49, 26, 42, 27, 22, 31, 28, 55]
    well = [53, 32, 47, 123, 56, 186, 138, 74, 57, 91, 46, 245, 104, 89]
    cleared = [47, 29, 44, 123, 55, 184, 137, 66, 55, 85, 45, 240, 104, 81]
    got = asymmetry(*odds(found, ill, np.subtract(well, cleared).tolist(), well, more=0.5))
    assert (got.t, got.p, got.limit) == pytest.approx((2.7886, 0.0164, 0.9192), abs=PRINTED)


def test_eggers_regression() -> None:
    # no page prints it for these trials; the same function gives what is printed for others (above), and the line is
    # the one of metafor's source (least squares of effect on standard error, weights 1/variance), by another program
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
