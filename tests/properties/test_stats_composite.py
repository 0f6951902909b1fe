"""What must hold of an index whatever the areas."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from upstream.stats.composite import composite, exact, rank_intervals, shrunken_rates

TABLE = arrays(np.float64, (3, 9), elements=st.integers(0, 20).map(float))
WEIGHTS = st.lists(st.integers(1, 9), min_size=3, max_size=3)


@settings(deadline=None, max_examples=60)
@given(TABLE, WEIGHTS, st.permutations(range(9)))
def test_the_order_of_areas_does_not_matter(values: np.ndarray, weights: list[int], order: list[int]) -> None:
    for kind in ("exponential", "z"):
        plain = composite([exact(row) for row in values], weights, transformation=kind)
        mixed = composite([exact(row[order]) for row in values], weights, transformation=kind)
        assert mixed.ranks.tolist() == plain.ranks[order].tolist()


@settings(deadline=None, max_examples=60)
@given(TABLE, WEIGHTS)
def test_units_do_not_matter_and_only_the_proportions_of_weights_do(values: np.ndarray, weights: list[int]) -> None:
    plain = composite([exact(row) for row in values], weights)
    other = composite([exact(row * 1000 + 5) for row in values], [10 * w for w in weights])
    assert np.allclose(plain.scores, other.scores)


@settings(deadline=None, max_examples=60)
@given(TABLE, WEIGHTS)
def test_more_of_any_need_never_lowers_a_place(values: np.ndarray, weights: list[int]) -> None:
    before = composite([exact(row) for row in values], weights).ranks[0]
    values = values.copy()
    values[1, 0] += 50
    assert composite([exact(row) for row in values], weights).ranks[0] <= before


@settings(deadline=None, max_examples=60)
@given(arrays(np.int64, 8, elements=st.integers(0, 40)), arrays(np.int64, 8, elements=st.integers(1, 5000)))
def test_shrinking_stays_between_the_rate_and_the_mean(counts: np.ndarray, bases: np.ndarray) -> None:
    found = shrunken_rates(counts, bases).values
    mean, rates = counts.sum() / bases.sum(), counts / bases
    assert np.all(found >= np.minimum(rates, mean) - 1e-9)
    assert np.all(found <= np.maximum(rates, mean) + 1e-9)


def test_certain_weights_and_exact_values_leave_no_interval() -> None:
    rng = np.random.default_rng(1)
    indicators = [exact(rng.normal(size=20)) for _ in range(3)]
    found = rank_intervals(
        indicators, [1, 2, 3], rng=rng, top=5, weight_concentration=None, noise=False, simulations=50
    )
    assert found.lower.tolist() == found.upper.tolist() == composite(indicators, [1, 2, 3]).ranks.tolist()
    assert found.in_top.sum() == 5


def test_an_indicator_without_weight_changes_nothing() -> None:
    rng = np.random.default_rng(2)
    two = [exact(rng.normal(size=15)) for _ in range(2)]
    idle = exact(rng.normal(size=15))
    plain = rank_intervals(two, [1, 1], rng=np.random.default_rng(4), top=3, simulations=100)
    again = rank_intervals([*two, idle], [1, 1, 0], rng=np.random.default_rng(4), top=3, simulations=100)
    assert plain.lower.tolist() == again.lower.tolist()
    assert plain.upper.tolist() == again.upper.tolist()
