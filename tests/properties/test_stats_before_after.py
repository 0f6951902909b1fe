"""What must hold of comparisons before and after whatever the counts, and how they agree with another package."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from upstream.errors import BadInput
from upstream.stats.before_after import counts_before_after, counts_compared, drift_apart
from upstream.stats.displacement import displacement_difference

months = st.lists(st.integers(0, 60), min_size=3, max_size=14).filter(lambda y: sum(y) > 0)


@settings(max_examples=30, deadline=None)
@given(months, months)
def test_the_interval_leaves_out_one_exactly_when_p_is_below_the_level(before: list[int], after: list[int]) -> None:
    found = counts_before_after(before, after)
    assert (found.p < 0.05) == (found.ratio.lower > 1 or found.ratio.upper < 1)
    assert found.ratio.lower <= found.ratio.estimate <= found.ratio.upper
    back = counts_before_after(before[::-1], after[::-1])
    assert (back.p, back.ratio.lower) == pytest.approx((found.p, found.ratio.lower))


@settings(max_examples=30, deadline=None)
@given(months, months)
def test_the_other_way_round_is_one_over(before: list[int], after: list[int]) -> None:
    there, back = counts_before_after(before, after), counts_before_after(after, before)
    assert there.p == pytest.approx(back.p)
    assert there.ratio.lower * back.ratio.upper == pytest.approx(1) or there.ratio.lower == 0


def test_what_moves_both_places_is_no_effect() -> None:
    season = np.array([10, 30, 50, 30, 10, 30])
    found = counts_compared(season * 2, season, season * 4, season * 2)
    assert found.ratio.estimate == 1
    assert found.dispersion == 1
    assert found.expected == season.sum()


def test_months_of_a_level_agree_with_a_quasi_poisson_model() -> None:
    rng = np.random.default_rng(5)
    y = rng.negative_binomial(40, 0.3, 30).astype(float)
    after = np.repeat([0.0, 1.0], [18, 12])
    model = sm.GLM(y, sm.add_constant(after), family=sm.families.Poisson()).fit(scale="X2")
    found = counts_before_after(y[:18], y[18:])
    assert found.ratio.estimate == pytest.approx(np.exp(model.params[1]))
    assert found.dispersion == pytest.approx(model.scale)
    # half an event added to each count of a thousand moves the limits in the fourth decimal
    assert np.log(found.ratio.upper / found.ratio.lower) == pytest.approx(2 * 2.0484 * model.bse[1], rel=1e-3)


def test_ratios_against_a_comparison_agree_with_a_binomial_model() -> None:
    rng = np.random.default_rng(6)
    y, c = rng.poisson(40, 24).astype(float), rng.poisson(120, 24).astype(float)
    after = np.repeat([0.0, 1.0], [12, 12])
    model = sm.GLM(np.column_stack([y, c]), sm.add_constant(after), family=sm.families.Binomial()).fit()
    chi = ((y - (y + c) * model.fittedvalues) ** 2 / ((y + c) * model.fittedvalues * (1 - model.fittedvalues))).sum()
    assert chi > 22
    found = counts_compared(y[:12], y[12:], c[:12], c[12:])
    assert found.ratio.estimate == pytest.approx(np.exp(model.params[1]))
    assert found.dispersion == pytest.approx(chi / 22)


def test_drift_agrees_with_a_binomial_model_near_nil() -> None:
    rng = np.random.default_rng(7)
    y, c = rng.poisson(400, 24).astype(float), rng.poisson(900, 24).astype(float)
    model = sm.GLM(np.column_stack([y, c]), sm.add_constant(np.arange(24.0)), family=sm.families.Binomial()).fit()
    found = drift_apart(y, c)
    assert np.log(found.per_period.estimate) == pytest.approx(model.params[1], rel=0.01)
    steep = drift_apart(y * np.linspace(1, 2, 24).round(1) * 10, c * 10)
    assert steep.p < 0.001


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 500), min_size=8, max_size=8).filter(any))
def test_a_difference_is_the_sum_of_its_parts_and_of_its_places(counts: list[int]) -> None:
    places = np.array(counts).reshape(4, 2)
    names = ("treated", "control", "displacement", "displacement_control")
    found = displacement_difference(**dict(zip(names, places, strict=True)))
    assert found.total.estimate == found.local.estimate + found.displaced.estimate
    assert found.standard_error**2 == pytest.approx(sum(counts))
    two = displacement_difference(**{name: [row, row] for name, row in zip(names, places, strict=True)})
    assert two.total.estimate == 2 * found.total.estimate
    assert two.standard_error**2 == pytest.approx(2 * sum(counts))


@pytest.mark.parametrize(
    ("before", "after"), [([0, 0], [0, 0]), ([1], [2]), ([1, -1], [2, 3]), ([], [1]), ([1, float("nan")], [1, 2])]
)
def test_counts_that_say_nothing_are_refused(before: list[float], after: list[float]) -> None:
    with pytest.raises(BadInput):
        counts_before_after(before, after)


def test_a_comparison_of_other_months_is_refused() -> None:
    with pytest.raises(BadInput):
        counts_compared([1, 2, 3], [1, 2], [1, 2], [1, 2])
    with pytest.raises(BadInput):
        drift_apart([1, 2, 3], [1, 2, 3])


def test_nothing_after_still_has_an_upper_limit() -> None:
    found = counts_before_after([3, 4, 5, 2], [0, 0, 0, 0])
    assert (found.ratio.estimate, found.ratio.lower) == (0, 0)
    assert 0 < found.ratio.upper < 1
    assert counts_before_after([0, 0, 0], [3, 4, 5]).ratio.upper == float("inf")
