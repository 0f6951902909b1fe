"""Rank intervals hold the true rank as often as they say, when counts are all that is uncertain."""

from __future__ import annotations

from typing import get_args

import numpy as np

from upstream.stats.composite import Transformation, composite, exact, rank_intervals, shrunken_rates


def _covered(rng: np.random.Generator, transformation: Transformation) -> float:
    n, shares = 60, []
    for _ in range(15):
        bases = rng.uniform(800, 2500, n)
        true = [rng.gamma(6, mean / 6, n) for mean in (0.004, 0.02, 0.05)]
        ranks = composite([exact(one) for one in true], [2, 1, 1], transformation=transformation).ranks
        seen = [shrunken_rates(rng.poisson(rate * bases), bases) for rate in true]
        found = rank_intervals(
            seen, [2, 1, 1], rng=rng, top=10, transformation=transformation,
            weight_concentration=None, simulations=300,
        )  # fmt: skip
        shares.append(((found.lower <= ranks) & (ranks <= found.upper)).mean())
    return float(np.mean(shares))


def test_a_95_per_cent_interval_holds_95_per_cent() -> None:
    rng = np.random.default_rng(20_262)
    # 900 areas, correlated within a map: three standard errors are about 2 points; whole ranks make it a little more
    for transformation in get_args(Transformation):
        assert 0.93 <= _covered(rng, transformation) <= 0.985


def test_the_chance_of_the_top_is_what_comes_true() -> None:
    rng = np.random.default_rng(20_263)
    said, true_top = [], []
    for _ in range(30):
        bases = rng.uniform(800, 2500, 50)
        rates = rng.gamma(6, 0.004 / 6, 50)
        found = rank_intervals(
            [shrunken_rates(rng.poisson(rates * bases), bases)], [1], rng=rng, top=10,
            weight_concentration=None, simulations=300,
        )  # fmt: skip
        said.append(found.in_top)
        true_top.append(composite([exact(rates)], [1]).ranks <= 10)
    chance, happened = np.concatenate(said), np.concatenate(true_top)
    for low, high in ((0.0, 0.1), (0.1, 0.3), (0.3, 0.6), (0.6, 1.01)):
        inside = (chance >= low) & (chance < high)
        # 1,500 areas over four bands; about four standard errors of the smallest band (100)
        assert abs(chance[inside].mean() - happened[inside].mean()) < 0.15
