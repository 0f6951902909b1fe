"""How often comparisons before and after are right where counts are few or vary more than Poisson.

Bands are five standard errors of the trials about what is promised; few counts may hold more than they promise.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from upstream.stats.before_after import counts_before_after, counts_compared, drift_apart
from upstream.stats.displacement import dispersion_of_months, displacement_difference, displacement_quotient

CI, DEEP = 600, 10_000
trials_of = pytest.mark.parametrize("trials", [CI, pytest.param(DEEP, marks=pytest.mark.deep)])
Draw = Callable[[float, int], np.ndarray]


def drawer(rng: np.random.Generator, dispersion: float) -> Draw:
    def draw(mean: float, n: int) -> np.ndarray:
        if dispersion == 1:
            return rng.poisson(mean, n)
        return rng.negative_binomial(mean / (dispersion - 1), 1 / dispersion, n)

    return draw


def slack(share: float, trials: int) -> float:
    return 5 * float(np.sqrt(share * (1 - share) / trials))


@trials_of
@pytest.mark.parametrize(("mean", "dispersion"), [(0.4, 1.0), (3.0, 1.0), (30.0, 1.0), (10.0, 2.0), (60.0, 4.0)])
def test_ratios_hold_95_in_100_and_reject_at_most_5(mean: float, dispersion: float, trials: int) -> None:
    rng = np.random.default_rng(21)
    draw = drawer(rng, dispersion)
    held = rejected = asked = 0
    for _ in range(trials):
        before, after, nil = draw(mean, 12), draw(0.7 * mean, 12), draw(mean, 12)
        if not (before.sum() and (after.sum() or nil.sum())):
            continue
        asked += 1
        ratio = counts_before_after(before, after).ratio
        held += ratio.lower <= 0.7 <= ratio.upper
        rejected += counts_before_after(before, nil).p < 0.05
    assert held / asked > 0.95 - slack(0.05, trials)
    assert rejected / asked < 0.05 + slack(0.05, trials)
    if mean >= 10:
        assert held / asked < 0.95 + slack(0.05, trials)
        assert rejected / asked > 0.05 - slack(0.05, trials)


@trials_of
@pytest.mark.parametrize(("mean", "dispersion"), [(2.0, 1.0), (20.0, 1.0), (30.0, 3.0)])
def test_ratios_of_ratios_hold_through_a_season_of_both(mean: float, dispersion: float, trials: int) -> None:
    rng = np.random.default_rng(22)
    draw = drawer(rng, dispersion)
    season = 1 + 0.5 * np.sin(np.arange(24))
    held = rejected = 0
    for _ in range(trials):
        y = np.concatenate([draw(mean * s * (1 if t < 12 else 0.6), 1) for t, s in enumerate(season)])
        nil = np.concatenate([draw(mean * s, 1) for s in season])
        c = np.concatenate([draw(3 * mean * s, 1) for s in season])
        ratio = counts_compared(y[:12], y[12:], c[:12], c[12:]).ratio
        held += ratio.lower <= 0.6 <= ratio.upper
        rejected += counts_compared(nil[:12], nil[12:], c[:12], c[12:]).p < 0.05
    assert held / trials == pytest.approx(0.95, abs=slack(0.05, trials))
    assert rejected / trials == pytest.approx(0.05, abs=slack(0.05, trials))


@trials_of
def test_differences_hold_and_over_dispersion_must_be_allowed_for(trials: int) -> None:
    rng = np.random.default_rng(23)
    draw = drawer(rng, 3.0)
    plain = allowed = 0
    for _ in range(trials):
        t, c = draw(20, 24), draw(20, 24)
        counts = [(x[:12].sum(), x[12:].sum()) for x in (t, c)]
        plain += displacement_difference(*counts).p < 0.05
        allowed += displacement_difference(*counts, dispersion=dispersion_of_months([t[:12], c[:12]])).p < 0.05
    assert plain / trials > 0.2
    # the dispersion of 11 months is itself uncertain: 5% becomes some 8% (t with 11 degrees of freedom beyond 1.96)
    assert allowed / trials == pytest.approx(0.076, abs=slack(0.076, trials))


@trials_of
def test_quotients_hold_95_in_100(trials: int) -> None:
    rng = np.random.default_rng(24)
    means = {"treated": (200, 120), "about": (150, 130), "control": (400, 400)}
    true = (130 / 400 - 150 / 400) / (120 / 400 - 200 / 400)
    held = 0
    for _ in range(trials):
        treated, about, control = (rng.poisson(m) for m in means.values())
        quotient = displacement_quotient(treated, about, control).quotient
        held += quotient.lower <= true <= quotient.upper
    assert held / trials == pytest.approx(0.95, abs=slack(0.05, trials))


@trials_of
def test_places_that_move_alike_are_called_drifting_5_times_in_100(trials: int) -> None:
    rng = np.random.default_rng(25)
    draw = drawer(rng, 2.0)
    called = np.mean([drift_apart(draw(20, 18), draw(60, 18)).p < 0.05 for _ in range(trials)])
    assert called == pytest.approx(0.05, abs=slack(0.05, trials))
