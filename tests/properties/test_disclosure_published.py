"""What the public sees of a number: never a small count, never more than an interval, the same twice over."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from upstream.disclosure.published import (
    LEAST_DENOMINATOR,
    POUNDS,
    published_count,
    published_value,
    share_is_safe,
    to_unit,
)
from upstream.disclosure.published_arrays import published_counts

COUNTS = st.integers(0, 10_000_000)
UNITS = st.sampled_from(["percent", "per_1000", "ratio"])


@given(COUNTS)
def test_a_count_is_withheld_under_five_and_else_a_near_multiple_of_five(count: int) -> None:
    shown = published_count(count)
    assert math.isnan(shown) == (count < 5)
    if count >= 5:
        assert shown % 5 == 0
        assert shown >= 5
        assert abs(shown - count) <= 2


@given(COUNTS)
def test_what_is_published_stays_as_it_is(count: int) -> None:
    shown = published_count(count)
    again = published_count(shown)
    assert math.isnan(again) if math.isnan(shown) else again == shown


@given(COUNTS, COUNTS)
def test_more_records_never_print_as_fewer(a: int, b: int) -> None:
    low, high = sorted((a, b))
    shown = [-1.0 if math.isnan(x) else x for x in (published_count(low), published_count(high))]
    assert shown[0] <= shown[1]


@given(st.integers(1, 4), st.integers(5, 10_000))
def test_a_total_less_its_other_part_never_gives_the_small_part(small: int, other: int) -> None:
    """Every printed pair of total and part is printed for two or more small parts."""
    total, part = published_count(other + small), published_count(other)
    makes = {
        made
        for rest in range(max(5, other - 4), other + 5)
        for made in range(5)
        if published_count(rest) == part and published_count(rest + made) == total
    }
    assert small in makes
    assert len(makes) > 1


@given(st.integers(0, 5000), st.integers(0, 5000), UNITS)
def test_a_printed_share_has_five_on_either_side_and_no_more_digits_than_its_unit(n: int, rest: int, unit: str) -> None:
    shown = published_value(100 * n / max(n + rest, 1), unit, n, n + rest)
    if math.isnan(shown):
        assert n < 5 or n + rest < LEAST_DENOMINATOR or (unit == "percent" and rest < 5)
    else:
        assert n >= 5
        assert n + rest >= LEAST_DENOMINATOR
        assert unit != "percent" or rest >= 5
        digits = 0 if unit == "percent" else 1
        assert round(shown, digits) == shown


@given(st.floats(0, 1e6), st.one_of(st.just(math.nan), st.integers(0, LEAST_DENOMINATOR - 1)))
def test_a_median_of_few_or_of_nobody_knows_how_many_is_withheld(value: float, records: float) -> None:
    assert math.isnan(published_value(value, "days", math.nan, records))


@given(st.floats(-1e9, 1e9))
def test_money_is_whole_thousands(pounds: float) -> None:
    assert to_unit(pounds, "pounds") % POUNDS == 0


def test_the_unknown_is_not_safe() -> None:
    assert not share_is_safe(math.nan, 100, part_of_whole=True)
    assert not share_is_safe(50, math.nan, part_of_whole=False)
    assert share_is_safe(5, LEAST_DENOMINATOR, part_of_whole=True)


def test_many_counts_are_published_as_each_is() -> None:
    counts = np.arange(0, 2_003)
    each = np.array([published_count(count) for count in counts.tolist()])
    np.testing.assert_array_equal(published_counts(counts), each)
