"""Of the lasting changes that a wall shows, no more are false than is said, and planted ones are found."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from upstream.errors import BadInput
from upstream.scan.exceptional import FALSE_SHARE
from upstream.stats.false_alarms import benjamini_hochberg, stands_out
from upstream.stats.level_shifts import BASELINE, LENGTHS, forecast, level_shifts

MONTHS = BASELINE + max(LENGTHS)
SERIES, CHANGED = 90, 9
RESTLESS, SEASON = 0.08, 0.12


def drawn(rng: np.random.Generator, ratio: float, lasting: int, carried: float = 0.0) -> NDArray[np.float64]:
    """Counts from five crimes to 700 a month, restless and seasonal; the first series change for the last months."""
    level = np.exp(rng.uniform(np.log(5), np.log(700), (SERIES, 1)))
    wave = 1 + SEASON * np.sin(2 * np.pi * (np.arange(MONTHS) + rng.uniform(0, 12)) / 12)
    beyond = rng.normal(0, RESTLESS, (SERIES, MONTHS))
    for month in range(1, MONTHS):
        beyond[:, month] = carried * beyond[:, month - 1] + np.sqrt(1 - carried**2) * beyond[:, month]
    level = level * wave * np.exp(beyond)
    level[:CHANGED, -lasting:] *= ratio
    return rng.poisson(level).astype(np.float64)


def shares(
    rng: np.random.Generator, walls: int, ratio: float, lasting: int, carried: float = 0.0
) -> tuple[float, float]:
    """Mean share of false ones where a share is promised, and share found of what was planted."""
    false, found = [], 0
    for _ in range(walls):
        result = level_shifts(drawn(rng, ratio, lasting, carried))
        out = np.zeros(SERIES, bool)
        for family in (result.dependent, ~result.dependent):
            out[family] = stands_out(benjamini_hochberg(result.p[family]), level=FALSE_SHARE)
        changed = np.arange(SERIES) < (CHANGED if ratio != 1 else 0)
        promised = out & ~result.dependent
        false.append(float((promised & ~changed).sum()) / max(int(promised.sum()), 1))
        found += int((out & changed).sum())
    return float(np.mean(false)), found / (walls * CHANGED)


def test_no_more_are_false_than_is_said_and_changes_are_found() -> None:
    rng = np.random.default_rng(20_220_702)
    nothing = shares(rng, 12, 1.0, 3)[0]
    false, found = shares(rng, 6, 1.4, 3)
    assert nothing <= FALSE_SHARE + 3 * np.sqrt(FALSE_SHARE * (1 - FALSE_SHARE) / 12)
    assert false <= FALSE_SHARE + 0.03
    assert found >= 0.45


@pytest.mark.deep
def test_the_share_over_many_walls() -> None:
    rng = np.random.default_rng(20_220_703)
    for ratio, lasting in ((1.0, 3), (1.3, 3), (1.4, 3), (1.4, 5), (0.7, 5)):
        false, found = shares(rng, 200, ratio, lasting)
        print(f"ratio {ratio} for {lasting} months: false {false:.3f}, found {found:.2f}")  # noqa: T201
        assert false <= FALSE_SHARE + 0.015


def test_a_forecast_is_the_level_and_the_season_and_its_chances_are_even() -> None:
    rng = np.random.default_rng(4)
    month = np.arange(42)
    truth = 100 * (1 + 0.3 * np.sin(2 * np.pi * month / 12))
    chances = []
    for _ in range(300):
        counts = rng.poisson(truth).astype(float)
        found = forecast(counts[:36], 3)
        assert found is not None
        chances.append(found.p(float(counts[36:39].sum())))
    assert found.each == pytest.approx(truth[36:39], rel=0.12)
    assert 0.02 <= np.mean(np.array(chances) <= 0.1) <= 0.14, "careful, and no more false than one in ten"


def test_what_cannot_be_judged_is_not() -> None:
    short = level_shifts(np.full((1, 12), 5.0))
    assert np.isnan(short.p).all()
    assert short.length.tolist() == [0]
    gap = np.full((1, 42), 5.0)
    gap[0, -1] = np.nan
    assert np.isnan(level_shifts(gap).p).all(), "a last month that is not held is no change"
    nothing = level_shifts(np.zeros((1, 42)))
    assert nothing.p[0] == 1.0, "where nothing ever was, nothing is no change"
    with pytest.raises(BadInput, match="series by months"):
        level_shifts([1.0, 2.0])
