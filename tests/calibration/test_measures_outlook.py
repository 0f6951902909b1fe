"""Likelihoods of shares: what is said to be likely happens about as often as said, also after a quiet history."""

from __future__ import annotations

import numpy as np
import pytest

from upstream.stats.forecast import forecast, month_paths

SERIES = 300
HISTORY = 36
AHEAD = 3


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(4)


def shares(rng: np.random.Generator, *, quiet: bool) -> tuple[np.ndarray, np.ndarray]:
    """Histories (SERIES, HISTORY) and outcomes of steady shares of 80 answers; ``quiet``: the history hardly varies."""
    level = rng.uniform(0.3, 0.8, size=(SERIES, 1))
    drawn = rng.binomial(80, np.broadcast_to(level, (SERIES, HISTORY + AHEAD))) / 80
    history = level + (rng.normal(0, 0.004, size=(SERIES, HISTORY)) if quiet else 0) + 0 * drawn[:, :HISTORY]
    return (history if quiet else drawn[:, :HISTORY]), drawn[:, -1]


def cover(history: np.ndarray, outcome: np.ndarray, rng: np.random.Generator, trials: float | None) -> float:
    inside = 0
    for row, came in zip(history, outcome, strict=True):
        made = forecast(row, AHEAD, rng=rng, first_calendar_month=7, scale="proportion", paths=1000, trials=trials)
        low, high = np.quantile(month_paths(made, AHEAD), [0.025, 0.975])
        inside += int(low <= came <= high)
    return inside / len(history)


def test_intervals_of_sampled_shares_cover(rng: np.random.Generator) -> None:
    history, outcome = shares(rng, quiet=False)
    # three standard errors of 300 draws are 3.8 points; discrete shares and averaged variances cover a little more
    assert 0.91 <= cover(history, outcome, rng, 80) <= 0.99


def test_a_history_quieter_than_its_own_sampling_is_not_believed(rng: np.random.Generator) -> None:
    history, outcome = shares(rng, quiet=True)
    assert cover(history, outcome, rng, None) < 0.5, "without the sampling error the interval is far too narrow"
    assert 0.91 <= cover(history, outcome, rng, 80) <= 1.0


def test_sampling_error_changes_no_forecast_that_has_it_already(rng: np.random.Generator) -> None:
    history = shares(rng, quiet=False)[0][0]
    with_floor, without = (
        month_paths(
            forecast(
                history, 1, rng=np.random.default_rng(1), first_calendar_month=7, scale="proportion", trials=trials
            ),
            1,
        )
        for trials in (10_000, None)
    )
    np.testing.assert_array_equal(with_floor, without)
