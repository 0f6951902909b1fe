"""Most similar things against SciPy's standardised distance and lists sorted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import cdist

from upstream.errors import BadInput
from upstream.stats.similarity import most_similar


@pytest.mark.parametrize("seed", range(4))
def test_distances_are_scipys(seed: int) -> None:
    rng = np.random.default_rng(seed)
    table, weights = rng.normal(size=(30, 4)) * [1, 10, 100, 0.1], rng.uniform(0.2, 3, 4)
    found = most_similar(table, 5, weights=weights, count=6)
    away = cdist(table[[5]], table, "seuclidean", V=table.var(axis=0) / (weights / weights.sum()))[0]
    order = sorted((i for i in range(30) if i != 5), key=lambda i: away[i])[:6]
    assert found.order.tolist() == order
    assert found.distance == pytest.approx(away[order])
    assert found.parts.sum(axis=1) == pytest.approx(np.ones(6))
    kept = []
    for one in order:
        there = 0
        for left in range(4):
            rest = [at for at in range(4) if at != left]
            scale = table[:, rest].var(axis=0) / weights[rest]
            near = cdist(table[[5]][:, rest], table[:, rest], "seuclidean", V=scale)[0]
            there += one in sorted((i for i in range(30) if i != 5), key=lambda i: near[i])[:6]
        kept.append(there / 4)
    assert found.kept == pytest.approx(kept)


@settings(deadline=None, max_examples=50)
@given(arrays(np.float64, (8, 3), elements=st.integers(-50, 50).map(float)), st.integers(0, 7))
def test_units_do_not_matter(table: np.ndarray, of: int) -> None:
    plain, other = most_similar(table, of, count=3), most_similar(table * [4, 1, 1] + [0, 7, 0], of, count=3)
    assert np.allclose(plain.distance, other.distance)


def test_a_twin_is_nearest_and_nothing_sets_it_apart() -> None:
    found = most_similar([[1.0, 2.0], [5.0, 1.0], [1.0, 2.0], [9.0, 9.0]], 0, count=2)
    assert found.order[0] == 2
    assert found.distance[0] == 0
    assert found.parts[0].tolist() == [0, 0]


def test_a_variable_that_never_differs_counts_nothing() -> None:
    table = np.array([[0.0, 3.0], [1.0, 3.0], [5.0, 3.0]])
    assert most_similar(table, 0, count=2).order.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("table", "of", "weights", "count"),
    [([[1.0]], 0, None, 1), ([[1.0], [2.0]], 2, None, 1), ([[1.0], [2.0]], 0, None, 2), ([[1.0], [2.0]], 0, [0], 1),
     ([[1.0], [2.0]], 0, [1, 1], 1), ([[np.nan], [2.0]], 0, None, 1)],
)  # fmt: skip
def test_what_cannot_be_compared(table: list[list[float]], of: int, weights: list[float] | None, count: int) -> None:
    with pytest.raises(BadInput):
        most_similar(table, of, weights=weights, count=count)
