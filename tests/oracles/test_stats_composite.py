"""The index by loops and sorted lists, on random data."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import rankdata

from upstream.errors import BadInput
from upstream.stats.composite import (
    Transformation,
    composite,
    drawn_parts,
    exact,
    exponential_scores,
    leave_one_out,
    rank_intervals,
    ranks_of,
    shrunken_rates,
)


def _slow_rank(values: list[float], at: int) -> float:
    """Mean place among all values, counted one by one from the lowest."""
    below = sum(1 for value in values if value < values[at])
    same = sum(1 for value in values if value == values[at])
    return below + (same + 1) / 2


def _slow_scores(indicators: list[list[float]], weights: list[float], kind: str) -> list[float]:
    n, scores = len(indicators[0]), []
    for area in range(n):
        score = 0.0
        for values, weight in zip(indicators, weights, strict=True):
            if kind == "exponential":
                share = _slow_rank(values, area) / n
                part = -23 * math.log(1 - share * (1 - math.exp(-100 / 23)))
            else:
                mean = sum(values) / n
                part = (values[area] - mean) / math.sqrt(sum((value - mean) ** 2 for value in values) / n)
            score += part * weight / sum(weights)
        scores.append(score)
    return scores


@pytest.mark.parametrize("kind", ["exponential", "z"])
@pytest.mark.parametrize("seed", range(5))
def test_scores_ranks_and_ranks_without_one(kind: Transformation, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = [list(map(float, rng.poisson(4, 30))) for _ in range(4)]  # many ties
    weights = list(rng.uniform(0.1, 3, 4))
    indicators = [exact(one) for one in values]
    found = composite(indicators, weights, transformation=kind)
    slow = _slow_scores(values, weights, kind)
    assert found.scores == pytest.approx(slow, abs=1e-9)
    assert found.ranks.tolist() == [1 + sum(other > one + 1e-9 for other in slow) for one in slow]
    without = leave_one_out(indicators, weights, top=5, transformation=kind)
    for at in range(4):
        rest = [i for i in range(4) if i != at]
        again = _slow_scores([values[i] for i in rest], [weights[i] for i in rest], kind)
        assert without.ranks[at].tolist() == [1 + sum(other > one + 1e-9 for other in again) for one in again]


@pytest.mark.parametrize("dispersion", [1.0, 2.5])
def test_shrinking_by_the_moments_one_at_a_time(dispersion: float) -> None:
    rng = np.random.default_rng(7)
    bases = rng.uniform(500, 3000, 40)
    counts = rng.poisson(rng.gamma(4, 0.01 / 4, 40) * bases) * 1.0
    mean = sum(counts) / sum(bases)
    seen = sum(e * (c / e - mean) ** 2 for c, e in zip(counts, bases, strict=True)) / sum(bases)
    between = seen - dispersion * mean / (sum(bases) / len(bases))
    slow = []
    for c, e in zip(counts, bases, strict=True):
        kept = between / (between + dispersion * mean / e)
        slow.append(kept * c / e + (1 - kept) * mean)
    assert shrunken_rates(counts, bases, dispersion=dispersion).values == pytest.approx(slow, rel=1e-9)


def test_intervals_are_quantiles_of_ranks_drawn_one_by_one() -> None:
    rng = np.random.default_rng(3)
    indicators = [shrunken_rates(rng.poisson(20, 12), rng.uniform(5, 30, 12)), exact(rng.normal(size=12))]
    found = rank_intervals(indicators, [1, 1], rng=np.random.default_rng(5), top=3, simulations=200)
    again = np.random.default_rng(5)
    ranks = []
    shape, rate = indicators[0].shape, indicators[0].rate
    every_weight = again.dirichlet([25.0, 25.0], size=200)
    every_rate = again.gamma(shape, size=(200, 12)) / rate
    for at in range(200):
        values, weights = [list(every_rate[at]), list(indicators[1].values)], list(every_weight[at])
        scores = _slow_scores(values, weights, "exponential")
        ranks.append([1 + sum(other > one + 1e-9 for other in scores) for one in scores])
    own = composite(indicators, [1, 1]).ranks
    for area in range(12):
        drawn = sorted(row[area] for row in ranks)
        assert found.lower[area] == min(own[area], drawn[round(0.025 * 199)])
        assert found.upper[area] == max(own[area], drawn[round(0.975 * 199)])
        assert found.in_top[area] == pytest.approx(sum(rank <= 3 for rank in drawn) / 200)


def test_draws_serve_every_choice_of_weights() -> None:
    rng = np.random.default_rng(3)
    indicators = [shrunken_rates(rng.poisson(20, 12), np.full(12, 10.0)), exact(rng.normal(size=12))]
    drawn = drawn_parts(indicators, rng=np.random.default_rng(8), simulations=200)
    assert np.unique(drawn[:, 1], axis=0).shape[0] == 1  # what is exact does not vary
    for weights in ([1, 1], [3, 1], [0, 1]):
        found = rank_intervals(
            indicators, weights, rng=np.random.default_rng(5), top=3, simulations=200, drawn=drawn
        )  # fmt: skip
        used = [50.0 * weight / sum(weights) for weight in weights if weight]
        of = np.random.default_rng(5).dirichlet(used, size=200)
        shares = np.column_stack([np.zeros(200), of]) if weights[0] == 0 else of
        first = [np.mean([ranks_of(shares[at] @ drawn[at])[area] <= 3 for at in range(200)]) for area in range(12)]
        assert found.in_top.tolist() == pytest.approx(first)
    with pytest.raises(BadInput, match="not of these indicators"):
        rank_intervals(indicators, [1, 1], rng=rng, top=3, simulations=100, drawn=drawn)


@pytest.mark.parametrize("seed", range(4))
def test_ranks_are_those_of_scipy_ties_and_gaps_included(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for values in (
        rng.poisson(2, (3, 40)).astype(float),
        rng.normal(size=(2, 5, 30)),
        np.zeros((2, 7)),
        np.ones((1, 1)),
    ):
        share = rankdata(values, axis=-1) / values.shape[-1]
        np.testing.assert_array_equal(exponential_scores(values), -23 * np.log(1 - share * (1 - np.exp(-100 / 23))))
        for row in values.reshape(-1, values.shape[-1]):
            np.testing.assert_array_equal(ranks_of(row), rankdata(-np.round(row, 10), method="min"))
    assert np.isnan(exponential_scores([[1.0, np.nan, 2.0]])).all()
