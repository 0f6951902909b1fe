"""The published difference in differences, oracles of each form, and how often they are right with few units."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import statsmodels.api as sm

from upstream.errors import BadInput
from upstream.stats.difference_in_differences import event_study, ratio_of_changes, staggered, two_way
from upstream.stats.displacement import dispersion_of_changes

CALIFORNIA = Path(__file__).parents[3] / "shared" / "data" / "golden" / "california_prop99.csv"


@pytest.mark.shared
def test_californias_tax_on_cigarettes() -> None:
    # R package synthdid (Arkhangelsky et al. 2021): -27.349, printed to three decimals
    rows = list(csv.DictReader(CALIFORNIA.read_text("utf-8").splitlines()))
    states, years = (sorted({row[name] for row in rows}) for name in ("State", "Year"))
    outcome = np.zeros((len(states), len(years)))
    for row in rows:
        outcome[states.index(row["State"]), years.index(row["Year"])] = float(row["PacksPerCapita"])
    treated = np.array([state == "California" for state in states])
    found = two_way(outcome, treated, years.index("1989"), rng=np.random.default_rng(0))
    assert found.effect.estimate == pytest.approx(-27.349, abs=5e-4)
    assert found.p_wild is None  # one treated unit
    steps = staggered(outcome, np.where(treated, years.index("1989"), -1))
    last = outcome[:, years.index("1988")]
    after = outcome[:, years.index("1989") :].mean(1) - last
    assert steps.overall.estimate == pytest.approx(after[treated].mean() - after[~treated].mean())
    assert event_study(outcome, treated, years.index("1989")).p_parallel < 0.05  # they did not move alike


MINIMUM_WAGE = {  # first year of a higher minimum wage: counties, mean log of teenagers employed in 2003 to 2007
    0: (309, [5.65463, 5.592, 5.604808, 5.638896, 5.661133]),
    2004: (20, [6.179697, 6.106564, 6.059452, 6.026704, 6.085388]),
    2006: (40, [6.573994, 6.517884, 6.527941, 6.557435, 6.543041]),
    2007: (131, [5.842906, 5.810783, 5.820866, 5.823866, 5.820048]),
}


def test_minimum_wages_and_teenagers_in_work() -> None:
    """Callaway and Sant'Anna (2021), as the vignette of their R package did prints it, to four decimals.

    Effects are of group means alone, so the means of its 500 counties (data set mpdta) stand in for the counties. The
    package prints effects before the start against the period before each; ours are against the last before the start.
    """
    outcome = np.vstack([np.tile(means, (counties, 1)) for counties, means in MINIMUM_WAGE.values()])
    starts = np.repeat([-1, 1, 3, 4], [counties for counties, _ in MINIMUM_WAGE.values()])
    found = staggered(outcome, starts)
    times = {time: effect.estimate for time, effect in found.by_time}
    assert [times[e] for e in range(4)] == pytest.approx([-0.0199, -0.0510, -0.1373, -0.1008], abs=1e-4)
    assert np.mean([times[e] for e in range(4)]) == pytest.approx(-0.0772, abs=1e-4)
    assert found.overall.estimate == pytest.approx(-0.0400, abs=1e-4)
    # by county group: means over years of -0.0105 -0.0704 -0.1373 -0.1008, of -0.0046 -0.0412, and -0.0261
    assert [effect for _, effect in found.cohorts] == pytest.approx([-0.07975, -0.0229, -0.0261], abs=1e-4)


def units(seed: int, n: int = 14, periods: int = 8, treated: int = 5) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    outcome = rng.normal(20, 3, (n, 1)) + rng.normal(0, 2, (n, periods)).cumsum(1) + np.arange(periods)
    return outcome, np.arange(n) < treated


def test_a_regression_with_effects_of_units_and_periods_gives_the_same() -> None:
    outcome, treated = units(1)
    n, periods = outcome.shape
    unit, period = np.repeat(np.arange(n), periods), np.tile(np.arange(periods), n)
    after = (treated[unit] & (period >= 5)).astype(float)
    design = np.column_stack([unit[:, None] == np.arange(n), period[:, None] == np.arange(1, periods), after]).astype(
        float
    )
    model = sm.OLS(outcome.ravel(), design).fit(cov_type="cluster", cov_kwds={"groups": unit, "use_correction": False})
    found = two_way(outcome, treated, 5)
    assert found.effect.estimate == pytest.approx(model.params[-1])
    # its own correction leaves out the units' effects: that of a regression of changes is n / (n - 2)
    assert found.standard_error == pytest.approx(model.bse[-1] * np.sqrt(n / (n - 2)))


def test_an_event_study_against_the_last_period_before() -> None:
    outcome, treated = units(2)
    found = event_study(outcome, treated, 5)
    assert found.periods == (-5, -4, -3, -2, 0, 1, 2)
    apart = outcome[treated].mean(0) - outcome[~treated].mean(0)
    seen = [one.estimate for one in found.effects]
    assert seen == pytest.approx([apart[t + 5] - apart[4] for t in found.periods])
    leaning = outcome + np.where(treated[:, None], 3.0 * np.arange(8), 0)
    assert event_study(leaning, treated, 5).p_parallel < 0.01


def test_steps_are_not_biased_where_effects_grow() -> None:
    """Two-way effects of such a roll-out have the wrong size; each step against the never treated has the right one."""
    starts = np.repeat([2, 5, -1], [4, 4, 4])
    t = np.arange(9)
    outcome = np.where((starts[:, None] >= 0) & (t >= starts[:, None]), 2.0 * (t - starts[:, None] + 1), 0.0) + 3 * t
    outcome = outcome + np.arange(12)[:, None] + np.random.default_rng(4).normal(0, 1e-6, outcome.shape)
    found = staggered(outcome, starts)
    true = np.concatenate([2.0 * np.arange(1, 8)] * 4 + [2.0 * np.arange(1, 5)] * 4).mean()
    assert found.overall.estimate == pytest.approx(true, abs=1e-4)
    times = dict(found.by_time)
    assert times[0].estimate == pytest.approx(2, abs=1e-4)
    assert times[6].estimate == pytest.approx(14, abs=1e-4)
    assert times[-3].estimate == pytest.approx(0, abs=1e-4)
    assert staggered(outcome, starts, not_yet=True).overall.estimate == pytest.approx(true, abs=1e-4)


def test_the_wild_bootstrap_holds_where_few_units_are_unlike() -> None:
    """Calibration, small: 4 treated units that vary three times as much as 8 others, nothing done."""
    rng, trials = np.random.default_rng(5), 200
    treated = np.arange(12) < 4
    rejected = 0
    for _ in range(trials):
        outcome = np.where(treated[:, None], 3, 1) * rng.normal(0, 1, (12, 2))
        found = two_way(outcome, treated, 1, rng=rng)
        assert found.p_wild is not None
        rejected += found.p_wild < 0.05
    assert rejected / trials < 0.05 + 5 * np.sqrt(0.05 * 0.95 / trials)


@pytest.mark.parametrize("many", [1, 6])
@pytest.mark.parametrize("spread", [0.0, 0.2])
def test_ratios_beside_the_spread_of_others_hold(spread: float, many: int) -> None:
    """Calibration, small: units that move by themselves; the treated by 0.8 besides."""
    rng, trials = np.random.default_rng(6), 600
    treated = np.arange(13) < many
    held = rejected = 0
    for _ in range(trials):
        level = rng.uniform(100, 200, 13)
        own = np.exp(rng.normal(0, spread, 13)) if spread else np.ones(13)
        before, after = rng.poisson(level), rng.poisson(1.2 * level * own)
        cut = np.where(treated, rng.binomial(after, 0.8), after)
        effect = ratio_of_changes(before, cut, treated).effect
        held += effect.lower <= 0.8 <= effect.upper
        rejected += ratio_of_changes(before, after, treated).p < 0.05
    slack = 5 * np.sqrt(0.05 * 0.95 / trials)
    assert held / trials == pytest.approx(0.95, abs=slack)
    assert rejected / trials == pytest.approx(0.05, abs=slack)


def test_treated_units_show_the_spread_as_the_others_do() -> None:
    """The variance between units solves its equation about the means of both sides; one treated unit adds nothing."""
    before = np.full(12, 400.0)
    after = before * np.exp(np.append(np.tile([-0.3, -0.1], 3), np.tile([0.1, 0.3], 3)))
    treated = np.arange(12) < 6
    found = ratio_of_changes(before, after, treated)
    log, chance = np.log((after + 0.5) / (before + 0.5)), 1 / (after + 0.5) + 1 / (before + 0.5)
    weight, left = 1 / (chance + found.spread**2), 0.0
    for side in (treated, ~treated):
        left += weight[side] @ (log[side] - np.average(log[side], weights=weight[side])) ** 2
    assert found.spread > 0.08
    assert left == pytest.approx(12 - 2)
    alone = ratio_of_changes(before, after, np.arange(12) == 0)
    others = log[1:]
    w = 1 / (chance[1:] + alone.spread**2)
    assert w @ (others - np.average(others, weights=w)) ** 2 == pytest.approx(11 - 1)


def test_units_that_drift_by_themselves_are_more_than_chance() -> None:
    rng = np.random.default_rng(7)
    before, after = rng.poisson(200, 400), rng.poisson(300, 400)
    assert dispersion_of_changes(before, after) == pytest.approx(1.0, abs=0.2)
    moved = rng.poisson(300 * np.exp(rng.normal(0, 0.2, 400)))
    # variance of the changes: chance 1/200 + 1/300, and 0.04 beside it: 5.8 times as much
    assert dispersion_of_changes(before, moved) == pytest.approx(5.8, rel=0.2)


@pytest.mark.parametrize(
    ("shape", "treated", "start"), [((4, 6), 0, 3), ((4, 6), 3, 3), ((4, 6), 1, 0), ((4, 6), 1, 6), ((4, 6), 1, 9)]
)
def test_what_cannot_be_compared_is_refused(shape: tuple[int, int], treated: int, start: int) -> None:
    with pytest.raises(BadInput):
        two_way(np.arange(24.0).reshape(shape) ** 2, np.arange(4) < treated, start)


def test_ratios_and_steps_without_others_are_refused() -> None:
    with pytest.raises(BadInput):
        ratio_of_changes([5, 6, 7, 8], [5, 6, 7, 8], [True, False, False, False])
    with pytest.raises(BadInput):
        ratio_of_changes([0, 6, 7, 8, 9], [0, 6, 7, 8, 9], [True, False, False, False, False])
    with pytest.raises(BadInput, match="compare with"):
        staggered(np.ones((3, 5)), [2, 2, 3])
    with pytest.raises(BadInput):
        staggered(np.ones((3, 5)), [0, -1, -1])
    with pytest.raises(BadInput, match="no spread"):
        two_way(np.ones((4, 6)), [True, False, False, False], 3)
