"""The published interrupted series, and a second package's errors of the same models."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.discrete.discrete_model import NegativeBinomial

from upstream.errors import BadInput
from upstream.stats.count_regression import (
    autoregressive,
    clustered,
    fit_counts,
    fit_negative_binomial,
    newey_west,
    separated,
)
from upstream.stats.interrupted import deviance_test, interrupted_series, placebo_starts

SICILY = Path(__file__).parents[3] / "shared" / "data" / "golden" / "sicily_smoking_ban_its.csv"
TO = 1e-5  # as many digits as are given; R stops its fit at a relative change of 1e-8


@pytest.fixture(scope="module")
def sicily() -> dict[str, np.ndarray]:
    rows = list(csv.DictReader(SICILY.read_text("utf-8").splitlines()))
    return {name: np.array([float(row[name]) for row in rows]) for name in ("aces", "stdpop", "smokban")}


@pytest.mark.shared
def test_a_step_as_published(sicily: dict[str, np.ndarray]) -> None:
    # Lopez Bernal, Cummins and Gasparrini 2017, IJE 46:348-355, their code run in R; normal limits
    start = int(sicily["smokban"].argmax())
    plain, quasi, season = (
        interrupted_series(sicily["aces"], start, exposure=sicily["stdpop"], small_sample=False, **more)
        for more in ({"model": "poisson"}, {}, {"harmonics": 2})
    )
    assert (plain.step.estimate, plain.step.lower, plain.step.upper) == pytest.approx(
        (0.894377, 0.864686, 0.925086), abs=TO
    )
    assert quasi.dispersion == pytest.approx(3.559195, abs=TO)
    assert (quasi.step.lower, quasi.step.upper) == pytest.approx((0.839189, 0.953193), abs=TO)
    assert (season.step.estimate, season.step.lower, season.step.upper) == pytest.approx(
        (0.885072, 0.839401, 0.933227), abs=TO
    )
    assert season.dispersion == pytest.approx(2.262186, abs=TO)
    assert np.log(season.trend.estimate) == pytest.approx(0.005389, abs=1e-6)
    assert season.observed / season.expected == pytest.approx(season.step.estimate)


@pytest.mark.shared
def test_a_slope_as_published(sicily: dict[str, np.ndarray]) -> None:
    start = int(sicily["smokban"].argmax())
    bare, sloped = (
        interrupted_series(sicily["aces"], start, exposure=sicily["stdpop"], harmonics=2, slope=slope)
        for slope in (False, True)
    )
    assert sloped.slope is not None
    assert (sloped.step.estimate, sloped.slope.estimate) == pytest.approx((0.876464, 1.001483), abs=TO)
    f, p = deviance_test(bare.fit, sloped.fit)
    assert (f, p) == pytest.approx((0.6388, 0.428), abs=5e-4)
    assert sloped.observed / sloped.expected == pytest.approx(sloped.effect.estimate)


def months(seed: int, n: int = 48, dispersion: float = 2.0, mean: float = 30.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.negative_binomial(mean / (dispersion - 1), 1 / dispersion, n).astype(float)


def designed(n: int = 48) -> np.ndarray:
    t = np.arange(n)
    return np.column_stack([np.ones(n), t - 30.0, np.sin(t), t >= 30.0])


def test_errors_agree_with_another_package() -> None:
    y, x = months(1), designed()
    fit = fit_counts(y, x)
    model = sm.GLM(y, x, family=sm.families.Poisson())
    quasi = model.fit(scale="X2")
    assert fit.coefficients == pytest.approx(quasi.params, abs=1e-7)
    assert fit.dispersion * fit.bread == pytest.approx(quasi.cov_params(), abs=1e-8)
    assert fit.deviance == pytest.approx(quasi.deviance)
    hac = model.fit(cov_type="HAC", cov_kwds={"maxlags": 3, "use_correction": True})
    assert newey_west(fit, 3).covariance == pytest.approx(hac.cov_params(), rel=1e-6)
    groups = np.arange(48) // 6
    robust = model.fit(cov_type="cluster", cov_kwds={"groups": groups})
    assert clustered(fit, groups).covariance == pytest.approx(robust.cov_params(), rel=1e-6)


def test_negative_binomials_agree_with_another_package() -> None:
    y, x = months(2, n=120, dispersion=4), designed(120)
    fit = fit_negative_binomial(y, x)
    other = NegativeBinomial(y, x).fit(disp=0, method="bfgs", maxiter=500)
    assert fit.spread == pytest.approx(other.params[-1], rel=1e-3)
    assert fit.coefficients == pytest.approx(other.params[:-1], abs=1e-3)
    given = sm.GLM(y, x, family=sm.families.NegativeBinomial(alpha=fit.spread)).fit()
    assert fit.coefficients == pytest.approx(given.params, abs=1e-6)
    assert fit.deviance == pytest.approx(given.deviance, rel=1e-6)


def test_shares_agree_with_another_package() -> None:
    y, c, x = months(3), months(4, mean=80), designed()
    fit = fit_counts(y, x, totals=y + c)
    other = sm.GLM(np.column_stack([y, c]), x, family=sm.families.Binomial()).fit()
    assert fit.coefficients == pytest.approx(other.params, abs=1e-7)
    assert fit.bread == pytest.approx(other.cov_params(), rel=1e-6)


def test_what_moves_the_control_too_is_no_effect() -> None:
    season = np.round(40 * (1 + 0.5 * np.sin(np.arange(36) * 0.9)))
    found = interrupted_series(season * np.where(np.arange(36) < 24, 4, 2), 24, control=season * 3)
    assert found.step.estimate == pytest.approx(0.5)
    assert found.expected == pytest.approx(season[24:].sum() * 4)


def test_a_window_of_phasing_in_and_other_changes_are_left_out() -> None:
    level = np.repeat([100.0, 80.0, 50.0, 60.0], [12, 12, 3, 12])
    found = interrupted_series(level, 24, phase_in=3, other_changes=[12])
    assert found.step.estimate == pytest.approx(0.75, rel=1e-6)
    assert np.isnan(found.without[24:27]).all()
    assert found.observed == 720


def test_placebo_starts_see_nothing_of_what_came_after() -> None:
    level = np.concatenate([months(5, n=24), np.full(12, 1.0)])
    placebos = placebo_starts(level, [8, 12, 16], until=24)
    assert [len(one.fitted) for one in placebos] == [24, 24, 24]
    assert all(0.3 < one.step.estimate < 3 for one in placebos)


@pytest.mark.parametrize(
    ("counts", "start", "more"),
    [
        (np.full(24, 5.0), 0, {}),
        (np.full(24, 5.0), 24, {}),
        (np.full(24, 5.0), 30, {}),
        (np.full(24, 5.0), 2, {}),
        (np.full(24, 5.0), 12, {"phase_in": 10}),
        (np.zeros(24), 12, {}),
        (np.repeat([5.0, 0.0], 12), 12, {}),
        (np.repeat([0.0, 5.0], 12), 12, {}),
        (np.full(24, 5.0), 12, {"other_changes": [12]}),
        (np.full(24, 5.0), 12, {"exposure": 0}),
        (np.full(24, 5.0), 12, {"control": np.zeros(24)}),
        (np.full(24, 5.0), 12, {"control": np.ones(23)}),
        (np.full(8, 5.0), 4, {"harmonics": 3}),
        (np.full(24, np.nan), 12, {}),
    ],
)
def test_what_has_no_answer_is_refused(counts: np.ndarray, start: int, more: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        interrupted_series(counts, start, **more)


def test_separation_is_seen_where_it_is_and_only_there() -> None:
    x = np.column_stack([np.ones(8), np.repeat([0.0, 1.0], 4)])
    none = np.zeros(8, bool)
    for nil in ([0, 1, 2, 3], [4, 5, 6, 7]):
        assert separated(x, nil=np.isin(np.arange(8), nil), full=none)
    assert not separated(x, nil=np.isin(np.arange(8), [0, 1, 4]), full=none)
    assert separated(x, nil=none, full=np.arange(8) < 4)
    with pytest.raises(BadInput, match="no event"):
        fit_counts(np.repeat([0.0, 3.0], 4), x)
    with pytest.raises(BadInput, match="say the same"):
        fit_counts(np.arange(8.0), np.column_stack([x, x[:, 1]]))


def related(rng: np.random.Generator, n: int, r: float) -> np.ndarray:
    log = np.zeros(n)
    for t in range(1, n):
        log[t] = r * log[t - 1] + rng.normal(0, 0.25 * np.sqrt(1 - r**2))
    return rng.poisson(60 * np.exp(log)).astype(float)


def test_steps_hold_where_months_follow_one_another() -> None:
    """Calibration, small: 36 months, correlation 0.5; independent errors reject far too often there."""
    rng, rejected = np.random.default_rng(8), {"independent": 0, "autoregressive": 0}
    trials = 200
    for _ in range(trials):
        y = related(rng, 36, 0.5)
        for kind in rejected:
            rejected[kind] += interrupted_series(y, 20, residuals=kind).p < 0.05
    assert rejected["independent"] / trials > 0.12
    assert rejected["autoregressive"] / trials < 0.05 + 5 * np.sqrt(0.05 * 0.95 / trials)


def test_steps_hold_where_months_are_independent() -> None:
    rng, trials = np.random.default_rng(9), 250
    held = {"independent": 0, "autoregressive": 0}
    for _ in range(trials):
        y = rng.negative_binomial(30, 0.5, 36) * 1.0
        y[20:] = rng.binomial(y[20:].astype(int), 0.7)
        for kind in held:
            step = interrupted_series(y, 20, residuals=kind).step
            held[kind] += step.lower <= 0.7 <= step.upper
    for share in held.values():
        assert share / trials == pytest.approx(0.95, abs=5 * np.sqrt(0.05 * 0.95 / trials))


def test_correlation_is_found_again_after_a_fit() -> None:
    rng, x = np.random.default_rng(10), designed(36)
    found = []
    for _ in range(200):
        e = np.zeros(36)
        for t in range(1, 36):
            e[t] = 0.5 * e[t - 1] + rng.normal()
        found.append(autoregressive(fit_counts(np.round(4000 + 60 * e), x)).autocorrelation)
    # the fit is of 4 columns; uncorrected, the mean is 0.26. Clipped at 0 and at 0.95
    assert np.mean(found) == pytest.approx(0.5, abs=0.1)
