"""Knox's counts beside every pair looked at in turn, and what must not change them."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from upstream.errors import BadInput
from upstream.stats.knox import knox, near_pairs

REACH, LAGS = [0, 0.5, 1.5, 3, np.inf], [0, 2, 5, np.inf]


def slow(x, y, t, metric: str, distance_closed: str, lag_closed: str) -> list[list[int]]:
    """Every pair, every band, by comparison."""

    def place(value: float, breaks: list[float], closed: str) -> int:
        for number, (low, high) in enumerate(pairwise(breaks)):
            lowest = number == 0 and value == 0
            if (low <= value < high) if closed == "left" else (low < value <= high or lowest):
                return number
        raise AssertionError(value)

    table = [[0] * (len(LAGS) - 1) for _ in REACH[1:]]
    for i, j in combinations(range(len(t)), 2):
        dx, dy = abs(x[i] - x[j]), abs(y[i] - y[j])
        distance = dx + dy if metric == "manhattan" else float(np.hypot(dx, dy))
        table[place(distance, REACH, distance_closed)][place(abs(int(t[i]) - int(t[j])), LAGS, lag_closed)] += 1
    return table


@pytest.mark.parametrize("metric", ["manhattan", "euclidean"])
@pytest.mark.parametrize("distance_closed", ["left", "right"])
@pytest.mark.parametrize("lag_closed", ["left", "right"])
def test_every_pair_is_counted_where_it_belongs(metric: str, distance_closed: str, lag_closed: str) -> None:
    rng = np.random.default_rng(7)
    x, y, t = rng.integers(0, 8, 90) / 2, rng.integers(0, 8, 90) / 2, rng.integers(0, 12, 90)  # many ties
    settings = {"metric": metric, "distance_closed": distance_closed, "lag_closed": lag_closed}
    found = knox(x, y, t, distance_breaks=REACH, lag_breaks=LAGS, rng=rng, permutations=0, **settings)
    assert found.observed.tolist() == slow(x, y, t, **settings)


def test_the_expected_count_is_the_mean_over_permutations() -> None:
    rng = np.random.default_rng(8)
    x, y, t = rng.random(60) * 4, rng.random(60) * 4, rng.integers(0, 12, 60)
    ours = knox(x, y, t, distance_breaks=REACH, lag_breaks=LAGS, rng=rng, permutations=0)
    drawn = [slow(x, y, rng.permutation(t), "euclidean", "left", "left") for _ in range(400)]
    error = np.std(drawn, axis=0) / 20
    assert (np.abs(np.mean(drawn, axis=0) - ours.expected) < 4 * error + 1e-9).all()


def test_cumulative_bands_are_sums_of_bands() -> None:
    rng = np.random.default_rng(9)
    x, y, t = rng.random(200) * 4, rng.random(200) * 4, rng.integers(0, 12, 200)
    kinds = [
        knox(x, y, t, distance_breaks=REACH, lag_breaks=LAGS, rng=np.random.default_rng(1), cumulative=cumulative)
        for cumulative in (False, True)
    ]
    assert (kinds[1].observed == kinds[0].observed.cumsum(0).cumsum(1)).all()
    assert kinds[1].expected == pytest.approx(kinds[0].expected.cumsum(0).cumsum(1))
    assert kinds[1].p_more[-1, -1] == 1  # every pair there is


def test_order_origin_and_batches_change_nothing() -> None:
    rng = np.random.default_rng(10)
    x, y, t = rng.random(300) * 4, rng.random(300) * 4, rng.integers(0, 30, 300)
    given = {"distance_breaks": REACH, "lag_breaks": LAGS, "permutations": 0}
    one = knox(x, y, t, rng=rng, **given)
    order = rng.permutation(300)
    assert (knox(x[order] + 5e5, y[order] - 7, t[order] + 19_000, rng=rng, **given).observed == one.observed).all()


def test_near_pairs_are_those_counted() -> None:
    rng = np.random.default_rng(11)
    x, y, t = rng.random(120) * 4, rng.random(120) * 4, rng.integers(0, 30, 120)
    pairs = near_pairs(x, y, t, within=0.5, lag=3)
    counted = knox(
        x, y, t, distance_breaks=[0, 0.5], lag_breaks=[0, 3], distance_closed="right", lag_closed="right", rng=rng,
        permutations=0,
    )  # fmt: skip
    assert len(pairs) == counted.observed[0, 0] > 0
    assert (t[pairs[:, 0]] <= t[pairs[:, 1]]).all()
    assert near_pairs([], [], [], within=1, lag=1).shape == (0, 2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"x": [1.0]}, "given 1 points"),
        ({"x": [1.0, np.nan, 2.0]}, "1 of 3 points have no place"),
        ({"times": [1, 2]}, "3 places and 2 times"),
        ({"times": [0.5, 1.0, 2.0]}, "whole numbers"),
        ({"times": [0, 1, 10**8]}, "coarser unit"),
        ({"distance_breaks": [0, 100, 50]}, "Breaks of distance"),
        ({"lag_breaks": [1, 2]}, "Breaks of lag"),
        ({"same_place": True}, "closed on the right"),
    ],
)
def test_what_cannot_be_tested_is_refused(change: dict, words: str) -> None:
    given = {
        "x": [0.0, 1.0, 2.0],
        "y": [0.0, 0.0, 0.0],
        "times": [0, 1, 2],
        "distance_breaks": [0, 1],
        "lag_breaks": [0, 1],
    }
    given |= change
    if len(given["x"]) == 1:
        given |= {"y": [0.0], "times": [0]}
    with pytest.raises(BadInput, match=words):
        knox(**given, rng=np.random.default_rng(0))


def test_points_all_at_one_place_interact_with_nothing() -> None:
    same = knox(
        np.zeros(50),
        np.zeros(50),
        np.arange(50),
        distance_breaks=[0, 1],
        lag_breaks=[0, 5],
        rng=np.random.default_rng(1),
    )
    assert same.p_more[0, 0] == 1
    assert same.ratio[0, 0] == pytest.approx(1)
