"""What must hold of limits and run rules whatever the series."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from upstream.errors import BadInput
from upstream.stats.count_limits import count_limits, dispersion, negative_binomial_limits, poisson_limits
from upstream.stats.false_alarms import expected_false_alarms, shift_chance, trend_chance
from upstream.stats.limits import Limits, c_chart_limits, sd_limits, t_limits, xmr_limits
from upstream.stats.run_rules import (
    LIMITS_ONLY,
    MAKING_DATA_COUNT,
    NELSON,
    OUTSIDE,
    RULE_SETS,
    RuleSet,
    SpecialCause,
    in_run,
    special_causes,
    special_causes_against,
)

ALL = [sd_limits, t_limits, xmr_limits, c_chart_limits, poisson_limits, negative_binomial_limits, count_limits]
baselines = st.lists(st.integers(0, 500), min_size=12, max_size=12)
series = st.lists(st.one_of(st.integers(-6, 6), st.none()), min_size=1, max_size=40)
LIMITS = Limits(0.0, -4.5, 4.5, -4.5, "sd", 12, 12, 0.05, 1)
MIRROR = {
    SpecialCause.ABOVE_UPPER: SpecialCause.BELOW_LOWER,
    SpecialCause.SHIFT_HIGH: SpecialCause.SHIFT_LOW,
    SpecialCause.TREND_UP: SpecialCause.TREND_DOWN,
    SpecialCause.NEAR_UPPER: SpecialCause.NEAR_LOWER,
}


def array(values: list[int | None]) -> np.ndarray:
    return np.array([np.nan if v is None else v for v in values], dtype=float)


@pytest.mark.parametrize("make", ALL)
@given(baseline=baselines)
def test_limits_hold_their_centre_and_never_fall_below_zero(make: Callable[..., Limits], baseline: list[int]) -> None:
    found = make(baseline)
    assert 0 <= found.lower <= found.upper
    assert found.lower_unfloored <= found.lower
    assert found.lower <= found.centre <= found.upper
    assert found.baseline_n == 12
    assert found.baseline_is_full


@pytest.mark.parametrize("make", ALL)
def test_ten_or_eleven_values_are_used_and_said_nine_are_refused(make: Callable[..., Limits]) -> None:
    values = np.array([3, 5, 4, 6, 2, 7, 5, 4, 3, 6, 5, 4], dtype=float)
    for missing in (1, 2):
        values[3 : 3 + missing] = np.nan
        found = make(values)
        assert (found.baseline_n, found.baseline_is_full) == (12 - missing, False)
    values[3:6] = np.nan
    with pytest.raises(BadInput, match="9 of 12"):
        make(values)


def test_a_missing_month_is_not_a_zero_and_no_moving_range_bridges_it() -> None:
    values = np.array([10.0, 10, 10, np.nan, 30, 30, 30, 30, 30, 30, 30, 30])
    found = xmr_limits(values)
    assert found.centre == pytest.approx(270 / 11)
    assert found.upper == found.centre  # the only step is across the gap
    assert sd_limits(values).centre == found.centre


@given(baselines, st.integers(1, 50))
def test_limits_move_with_the_series(baseline: list[int], by: int) -> None:
    for make in (sd_limits, t_limits, xmr_limits):
        here, there = make(baseline, floor=None), make(np.array(baseline) + by, floor=None)
        assert [there.lower - by, there.centre - by, there.upper - by] == pytest.approx(
            [here.lower, here.centre, here.upper]
        )


@given(baselines)
def test_the_choice_is_one_of_the_limits_it_chooses_among(baseline: list[int]) -> None:
    found = count_limits(baseline)
    if np.mean(baseline) >= 10:
        assert found == t_limits(baseline)
    elif dispersion(baseline).p < 0.10:
        assert found == negative_binomial_limits(baseline)
    else:
        assert found == poisson_limits(baseline)


def test_count_limits_refuse_what_is_not_a_count() -> None:
    with pytest.raises(BadInput):
        count_limits([1.5] * 12)
    with pytest.raises(BadInput):
        count_limits([-1.0] * 12)


@pytest.mark.parametrize("rules", RULE_SETS, ids=lambda r: r.name)
@given(values=series)
def test_turning_a_series_over_swaps_high_and_low(rules: RuleSet, values: list[int | None]) -> None:
    up = special_causes(array(values), LIMITS, rules=rules)
    down = special_causes(-array(values), LIMITS, rules=rules)
    for high, low in MIRROR.items():
        assert np.array_equal((up & high) > 0, (down & low) > 0)


@given(series)
def test_a_missing_value_has_no_flag_and_breaks_every_run(values: list[int | None]) -> None:
    x = array(values)
    whole = special_causes(x, LIMITS)
    assert not whole[np.isnan(x)].any()
    gaps = np.flatnonzero(np.isnan(x))
    pieces = np.split(x, gaps)
    apart = [special_causes(p, LIMITS) for p in pieces if p.size]
    assert np.array_equal(np.concatenate(apart) if apart else whole, whole)


@given(series)
def test_rules_against_limits_of_their_own_are_the_same_rules(values: list[int | None]) -> None:
    x = array(values)
    full = np.ones(x.size)
    against = special_causes_against(x, centre=0 * full, lower=-4.5 * full, upper=4.5 * full, rules=NELSON)
    assert np.array_equal(against, special_causes(x, LIMITS, rules=NELSON))


@given(series)
def test_limits_only_never_flags_anything_else(values: list[int | None]) -> None:
    found = special_causes(array(values), LIMITS, rules=LIMITS_ONLY)
    assert not (found & ~np.uint8(OUTSIDE)).any()
    assert np.array_equal(found, special_causes(array(values), LIMITS) & np.uint8(OUTSIDE))


def test_near_lines_use_the_limit_before_the_floor() -> None:
    # unfloored limit -3: two thirds of the way down from 5 is below zero, so no small count is near it
    floored = Limits(5.0, 0.0, 13.0, -3.0, "sd", 12, 12, 0.08, 1)
    assert not special_causes([1, 1, 1], floored).any()


def test_a_set_of_flags_reads_as_one() -> None:
    found = special_causes([5, 6, 7, 8, 9, 10, 11], LIMITS)
    assert SpecialCause.of(found[-1]) == (
        SpecialCause.ABOVE_UPPER | SpecialCause.SHIFT_HIGH | SpecialCause.TREND_UP | SpecialCause.NEAR_UPPER
    )


def test_limits_of_another_length_are_refused() -> None:
    with pytest.raises(BadInput):
        special_causes_against([1, 2], centre=[0], lower=[-1], upper=[1])


@given(st.lists(st.booleans(), max_size=30), st.integers(1, 8))
def test_runs_are_found_wherever_they_lie(holds: list[bool], length: int) -> None:
    found = in_run(np.array(holds, dtype=bool), length)
    for i in range(len(holds)):
        start = end = i
        while start > 0 and all(holds[start - 1 : i + 1]):
            start -= 1
        while end < len(holds) - 1 and all(holds[i : end + 2]):
            end += 1
        assert found[i] == (holds[i] and end - start + 1 >= length)


def test_false_alarms_add_up_over_series_and_wait_for_enough_points() -> None:
    one, two = sd_limits(np.arange(12.0)), t_limits(np.arange(12.0))
    both = expected_false_alarms([one, two], MAKING_DATA_COUNT, points=7)
    assert both.outside == pytest.approx(one.false_alarm + 0.05)
    assert both.shift == pytest.approx(2 * shift_chance(12, 7))
    assert both.at_most == pytest.approx(both.outside + both.shift + both.trend + both.near)
    early = expected_false_alarms([one, two], MAKING_DATA_COUNT, points=2)
    assert (early.shift, early.trend, early.near) == (0, 0, 0)
    assert shift_chance(0, 7) == pytest.approx(2 / 2**7)
    assert trend_chance(7) == pytest.approx(2 / 5040)
    assert shift_chance(12, 7) > shift_chance(1200, 7) > shift_chance(0, 7)
