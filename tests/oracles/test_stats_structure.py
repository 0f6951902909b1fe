"""The model of a monthly series against Gaussian conditioning written out, one combination of variances at a time."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from upstream.stats.structure import DIFFUSE, DRIFT_RATIOS, FLOW_RATIOS, SEASON_RATIOS, STOCK_RATIOS, structure

HELD = (0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13)
TARGETS = (3, 14, 15, 20)
BREAK = 8


def covariance(a: int, b: int, first: int, level: float, season: float, drift: float) -> float:
    """Of the values of two months: shared steps of level, the drift, the months of the year, a dated step, noise."""
    origin = max(HELD)
    apart = 2 * np.pi * (a - b) / 12
    same_month = (a + first - 1) % 12 == (b + first - 1) % 12
    return float(
        DIFFUSE * (1 + (a >= BREAK and b >= BREAK))
        + level * (min(a, b) + 1)
        + drift * (a - origin) * (b - origin)
        + season * (np.cos(apart) / 2 + np.cos(2 * apart) / 4 + same_month / 4)
        + (a == b)
    )


@pytest.mark.parametrize(("first", "ratios"), [(4, FLOW_RATIOS), (1, STOCK_RATIOS)])
def test_weights_spread_and_likelihood_are_those_of_conditioning(first: int, ratios: tuple[float, ...]) -> None:
    found = structure(HELD, TARGETS, first, (BREAK,), ratios)
    assert found.diffuse == 2
    combinations = list(product(ratios, SEASON_RATIOS, DRIFT_RATIOS))
    assert len(found.log_det) == len(combinations)
    months = HELD + TARGETS
    n = len(HELD)
    for at, (level, season, drift) in enumerate(combinations):
        whole = np.array([[covariance(a, b, first, level, season, drift) for b in months] for a in months])
        of_held, across, ahead = whole[:n, :n], whole[:n, n:], whole[n:, n:]
        weights = np.linalg.solve(of_held, across)
        # the step and the first level are as good as unknown: their variance of 100,000 costs digits
        np.testing.assert_allclose(found.weights[at], weights, rtol=1e-5, atol=1e-6)
        left = ahead - across.T @ weights
        np.testing.assert_allclose(found.spread[at] @ found.spread[at].T, left, rtol=1e-4, atol=1e-4)
        assert found.log_det[at] == pytest.approx(np.linalg.slogdet(of_held)[1], rel=1e-8)
