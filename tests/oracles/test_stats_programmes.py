"""Programmes, doses and surveys beside another package, and how often they are right."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from statsmodels.duration.survfunc import survdiff
from statsmodels.stats.proportion import binom_test, proportion_confint

from upstream.errors import BadInput
from upstream.stats.dose import dose_response
from upstream.stats.follow_up import against_rate, log_rank
from upstream.stats.survey_change import change_with_design, drivers


@pytest.mark.parametrize(("events", "n", "percent"), [(19, 270, 7.04), (2, 38, 5.26)])
def test_reoffending_of_two_programmes_beside_a_base_rate(events: int, n: int, percent: float) -> None:
    found = against_rate(events, n, 0.25)
    assert 100 * found.share.estimate == pytest.approx(percent, abs=0.005)
    assert (found.share.lower, found.share.upper) == pytest.approx(proportion_confint(events, n, method="wilson"))
    assert found.p == pytest.approx(binom_test(events, n, 0.25))
    assert found.expected == n / 4
    assert found.ratio.upper == pytest.approx(found.share.upper * 4)


def people(rng: np.random.Generator, ratio: float = 1.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    first = np.arange(160) < 60
    until = np.ceil(rng.exponential(np.where(first, 300 / ratio, 300)))
    followed = rng.integers(100, 500, 160)
    return np.minimum(until, followed), until <= followed, first


def test_log_rank_agrees_with_another_package() -> None:
    times, happened, first = people(np.random.default_rng(1), 0.6)
    chi, p = survdiff(times, happened.astype(int), first.astype(int))
    found = log_rank(times, happened, first)
    assert found.p == pytest.approx(p)
    assert ((found.observed - found.expected) * np.log(found.ratio.estimate)) == pytest.approx(chi)


def test_log_rank_holds() -> None:
    rng, trials = np.random.default_rng(2), 600
    rejected = sum(log_rank(*people(rng)).p < 0.05 for _ in range(trials))
    held = [log_rank(*people(rng, 0.8)).ratio for _ in range(trials)]
    slack = 5 * np.sqrt(0.05 * 0.95 / trials)
    assert rejected / trials == pytest.approx(0.05, abs=slack)
    assert np.mean([one.lower <= 0.8 <= one.upper for one in held]) == pytest.approx(0.95, abs=slack)


def test_doses_agree_with_another_package_and_compare_a_place_with_itself() -> None:
    rng = np.random.default_rng(3)
    place = np.repeat(np.arange(5), 12)
    dose = rng.uniform(0, 10, 60) + 3 * place  # more is sent where there is more
    y = rng.negative_binomial(20, 20 / (20 + 20 * np.exp(0.4 * place - 0.05 * dose))).astype(float)
    design = np.column_stack([(place[:, None] == np.arange(5)).astype(float), dose - dose.mean()])
    other = sm.GLM(y, design, family=sm.families.Poisson()).fit(scale="X2")
    found = dose_response(y, dose, groups=place)
    assert np.log(found.per_unit.estimate) == pytest.approx(other.params[-1])
    assert found.dispersion == pytest.approx(other.scale)
    assert found.per_unit.upper < 1 < dose_response(y, dose).per_unit.upper


def test_doses_without_effect_are_found_5_times_in_100() -> None:
    rng, trials = np.random.default_rng(4), 300
    dose = np.arange(24) % 6
    rejected = sum(dose_response(rng.negative_binomial(20, 0.5, 24), dose).p < 0.05 for _ in range(trials))
    assert rejected / trials == pytest.approx(0.05, abs=5 * np.sqrt(0.05 * 0.95 / trials))


def test_a_design_effect_is_as_many_fewer_asked() -> None:
    plain, wide = (change_with_design(620, 1000, 560, 1000, design_effect=d) for d in (1, 2))
    assert plain.significant
    assert not wide.significant
    assert wide.effective_n_now == 500
    assert wide.difference.estimate == pytest.approx(0.06)
    assert change_with_design(310, 500, 280, 500).p == pytest.approx(wide.p)


def test_clustered_surveys_hold_with_their_design_effect() -> None:
    rng, trials = np.random.default_rng(5), 600
    # 40 clusters of 20, correlation 0.05: design effect 1 + 19 x 0.05 = 1.95
    yes = rng.binomial(20, rng.beta(0.6 * 19, 0.4 * 19, (trials, 2, 40))).sum(2)
    plain, allowed = (
        np.mean([change_with_design(a, 800, b, 800, design_effect=d).p < 0.05 for a, b in yes]) for d in (1, 1.95)
    )
    assert plain > 0.1
    assert allowed == pytest.approx(0.05, abs=5 * np.sqrt(0.05 * 0.95 / trials))


def test_drivers_agree_with_another_package_and_share_what_is_explained() -> None:
    rng = np.random.default_rng(6)
    x = rng.normal(size=(400, 3))
    x[:, 1] += x[:, 0]
    yes = (rng.random(400) < 1 / (1 + np.exp(-0.3 - x[:, 0]))).astype(float)
    other = sm.Logit(yes, sm.add_constant(x)).fit(disp=0)
    found = drivers(yes, x)
    assert [np.log(one.odds.estimate) for one in found] == pytest.approx(other.params[1:], abs=1e-5)
    assert [one.p for one in found] == pytest.approx(other.pvalues[1:], rel=1e-4)
    assert sum(one.dominance for one in found) == pytest.approx(1)
    assert found[0].dominance > found[1].dominance > found[2].dominance


def test_what_says_nothing_is_refused() -> None:
    refused = (
        lambda: against_rate(3, 2, 0.2),
        lambda: against_rate(1, 2, 0),
        lambda: log_rank([1, 2], [True, True], [True, True]),
        lambda: log_rank([1, 2], [False, False], [True, False]),
        lambda: log_rank([1, 2], [True, False, True], [True, False]),
        lambda: dose_response([1, 2, 3], [4, 4, 4]),
        lambda: dose_response([0, 0, 0], [4, 5, 6]),
        lambda: change_with_design(1, 2, 1, 2, design_effect=0.5),
        lambda: drivers([0, 1, 0, 1, 1, 0], np.array([[0, 1, 0, 1, 1, 0]]).T),  # perfectly told apart
        lambda: drivers([0, 1, 2], np.ones((3, 1))),
    )
    for ask in refused:
        with pytest.raises(BadInput):
            ask()
