"""Density on a grid beside the sum over every point, and at the edge of what is counted."""

from __future__ import annotations

import numpy as np
import pytest

from upstream.errors import BadInput
from upstream.stats.density import Density, bandwidth_by_likelihood, density

SQUARE = (0.0, 0.0, 10_000.0, 10_000.0)


def exact(x, y, at: tuple[float, float], kernel: str, bandwidth: float) -> float:
    """Every point in turn."""
    away = np.hypot(x - at[0], y - at[1]) / bandwidth
    if kernel == "gaussian":
        return float(np.exp(-(away**2) / 2).sum() / (2 * np.pi * bandwidth**2))
    return float((3 / np.pi / bandwidth**2 * np.where(away < 1, (1 - away**2) ** 2, 0)).sum())


@pytest.mark.parametrize("kernel", ["quartic", "gaussian"])
@pytest.mark.parametrize("bandwidth", [300.0, 700.0])
def test_the_grid_is_within_a_fifth_of_a_per_cent_of_every_point(kernel: str, bandwidth: float) -> None:
    rng = np.random.default_rng(5)
    x, y = rng.normal(5_000, 1_000, (2, 20_000))
    found = density(x, y, bandwidth=bandwidth, cell=50, bounds=SQUARE, kernel=kernel)
    for row, column in rng.integers(80, 120, (30, 2)):
        true = exact(x, y, (found.x[column], found.y[row]), kernel, bandwidth)
        assert found.values[row, column] == pytest.approx(true, rel=0.002)
    assert found.values.sum() * 50**2 == pytest.approx(20_000, rel=0.001)


def test_even_points_are_even_up_to_the_edge() -> None:
    rng = np.random.default_rng(6)
    x, y = rng.uniform(0, 10_000, (2, 400_000))
    across = np.arange(100)
    island = (across[:, None] - 50) ** 2 + (across[None, :] - 50) ** 2 < 40**2
    found = density(x, y, bandwidth=1_000, cell=100, bounds=SQUARE, boundary=island)
    assert found.values[island] == pytest.approx(0.004, rel=0.15)  # mean 0.004 a square metre; edges are noisier
    edge = island & ((across[:, None] - 50) ** 2 + (across[None, :] - 50) ** 2 > 38**2)
    assert found.values[edge].mean() == pytest.approx(0.004, rel=0.02)
    assert np.isnan(found.values[~island]).all()
    assert found.inside + found.outside == 400_000
    assert found.inside == pytest.approx(400_000 * island.mean(), rel=0.01)


def test_moving_the_map_moves_the_density() -> None:
    rng = np.random.default_rng(7)
    x, y = rng.normal(5_000, 500, (2, 500))

    def moved(by: float) -> Density:
        bounds = (by, by, 10_000 + by, 10_000 + by)
        return density(x + by, y + by, bandwidth=600, cell=100, bounds=bounds)

    assert moved(400_000).values == pytest.approx(moved(0).values, abs=1e-12)


def test_the_likeliest_bandwidth_is_near_the_best_one() -> None:
    rng = np.random.default_rng(8)
    widths = np.arange(200, 3_001, 200)
    spread = 800.0
    x, y = rng.normal(5_000, spread, (2, 1_500))
    found = bandwidth_by_likelihood(x, y, widths.tolist())
    centres = (found.tried[0] / 6, SQUARE)
    errors = []
    for width in widths:
        made = density(x, y, bandwidth=float(width), cell=centres[0], bounds=centres[1])
        true = np.exp(-((made.x[None, :] - 5_000) ** 2 + (made.y[:, None] - 5_000) ** 2) / (2 * spread**2))
        errors.append(((made.values / 1_500 - true / (2 * np.pi * spread**2)) ** 2).sum())
    best = widths[int(np.argmin(errors))]
    assert found.bandwidth == pytest.approx(best, abs=600)
    assert found.rule == "leave-one-out likelihood"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"bandwidth": 0.0}, "bandwidth"),
        ({"cell": 200.0}, "at least 6 cells"),
        ({"bounds": (0.0, 0.0, -1.0, 5.0)}, "from least to greatest"),
        ({"bounds": (0.0, 0.0, 1e9, 1e9)}, "larger cells"),
        ({"x": [np.nan]}, "have no place"),
        ({"boundary": [[True]]}, "boundary"),
    ],
)
def test_what_cannot_be_mapped_is_refused(change: dict, words: str) -> None:
    given = {"x": [1.0], "y": [1.0], "bandwidth": 600.0, "cell": 100.0, "bounds": SQUARE} | change
    with pytest.raises(BadInput, match=words):
        density(**given)
    with pytest.raises(BadInput, match="widths above 0"):
        bandwidth_by_likelihood([1.0], [1.0], [0.0])


def test_no_points_are_no_density() -> None:
    assert not density([], [], bandwidth=600, cell=100, bounds=SQUARE).values.any()
