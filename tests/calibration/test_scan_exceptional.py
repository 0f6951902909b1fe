"""Of the exceptional volumes on a wall, no more are false than is said; and what is planted is found."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from upstream.scan.exceptional import FALSE_SHARE, exceptional

MONTHS = 24
SERIES = 150
CHANGED = 15
WALLS, WALLS_DEEP = 60, 2_000
RESTLESS = 0.08
"""Standard deviation of the log of a place's level from month to month beyond chance: see the test of part months."""


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20220701)


def drawn(rng: np.random.Generator, ratio: float) -> NDArray[np.float64]:
    """Counts from half a crime to 300 a month, restless and seasonal; the first series change in the last month."""
    level = np.exp(rng.uniform(np.log(0.5), np.log(300), (SERIES, 1)))
    season = 1 + 0.12 * np.sin(2 * np.pi * (np.arange(MONTHS + 1) + rng.uniform(0, 12)) / 12)
    level = level * season * np.exp(rng.normal(0, RESTLESS, (SERIES, MONTHS + 1)))
    level[:CHANGED, -1] *= ratio
    return rng.poisson(level).astype(np.float64)


def shares(rng: np.random.Generator, walls: int, ratio: float) -> tuple[float, float, float]:
    """Mean share of false ones where one is promised, share found of what was planted, share of walls with any."""
    false, found, any_at_all = [], 0, 0
    for _ in range(walls):
        counts = drawn(rng, ratio)
        result = exceptional(counts[:, -1], counts[:, :-1])
        promised = result.out & ~result.dependent
        any_at_all += bool(promised.any())
        changed = np.arange(SERIES) < (CHANGED if ratio != 1 else 0)
        false.append(float((promised & ~changed).sum()) / max(int(promised.sum()), 1))
        found += int((result.out & changed).sum())
    return float(np.mean(false)), found / (walls * CHANGED), any_at_all / walls


@pytest.mark.parametrize(("ratio", "at_least"), [(2.0, 0.4), (0.4, 0.15)])
def test_no_more_are_false_than_is_said_and_most_of_what_is_planted_is_found(
    rng: np.random.Generator, ratio: float, at_least: float
) -> None:
    false, found, _ = shares(rng, WALLS, ratio)
    assert false <= FALSE_SHARE + 0.02, "three standard errors of 60 walls"
    assert found >= at_least, "most series hold under ten a month, where half or double is no news"


def test_where_nothing_changed_hardly_any_wall_shows_anything(rng: np.random.Generator) -> None:
    assert shares(rng, WALLS, 1.0)[2] <= FALSE_SHARE + 3 * np.sqrt(FALSE_SHARE * (1 - FALSE_SHARE) / WALLS)


@pytest.mark.deep
def test_the_share_over_many_walls(rng: np.random.Generator) -> None:
    for ratio in (1.0, 1.5, 2.0, 0.4):
        false, found, any_at_all = shares(rng, WALLS_DEEP // 4, ratio)
        print(f"ratio {ratio}: false {false:.3f}, found {found:.2f}, walls with any {any_at_all:.3f}")  # noqa: T201
        assert false <= FALSE_SHARE + 0.01
