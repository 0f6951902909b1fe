"""Findings of interrupted series: the planted step is found, what moves both places is not one, refusals are plain."""

from __future__ import annotations

import numpy as np
import pytest

from upstream.assess.finding import Refused
from upstream.assess.panel import Panel, panel_of
from upstream.assess.series import interrupted, interrupted_compared

MONTHS = [f"{2020 + m // 12}-{m % 12 + 1:02d}" for m in range(48)]


def made(here: np.ndarray, there: np.ndarray | None = None, start: int = 36) -> Panel:
    series = {"here": here} | ({} if there is None else {"there": there})
    rows = [
        (unit, month, float(count))
        for unit, counts in series.items()
        for month, count in zip(MONTHS, counts, strict=True)
    ]
    return panel_of(rows, outcome="burglaries", treated=["here"], start=MONTHS[start])


def path(factor: float = 1.0, level: float = 60) -> np.ndarray:
    t = np.arange(48)
    return np.random.default_rng(3).poisson(
        level * 0.995**t * (1 + 0.3 * np.sin(t * np.pi / 6)) * np.where(t >= 36, factor, 1)
    )


def test_a_planted_step_is_found_with_its_season_and_trend() -> None:
    found = interrupted(made(path(0.7)))
    assert found.ratio is not None
    assert found.ratio.lower < 0.7 < found.ratio.upper < 1
    assert found.counterfactual == pytest.approx(found.observed / found.ratio.estimate)
    assert found.difference is not None
    assert found.difference.estimate == pytest.approx(found.observed - found.counterfactual)
    assert found.probability_of_benefit > 0.99
    assert found.maryland.level == 2
    assert found.line is not None
    assert np.isfinite(found.line.expected).all()


def test_what_moves_both_is_found_alone_and_not_against_the_comparison() -> None:
    panel = made(path(0.6), path(0.6, 90))
    assert interrupted(panel).p < 0.01
    compared = interrupted_compared(panel)
    assert compared.p > 0.05
    assert compared.maryland.level == 3


def test_a_short_time_before_is_said_and_nothing_after_is_refused() -> None:
    assert "no season" in interrupted(made(path(), start=20)).caveats[0]
    for start, counts in ((46, path()), (36, np.where(np.arange(48) >= 36, 0, path()))):
        with pytest.raises(Refused):
            interrupted(made(counts, start=start))
    with pytest.raises(Refused, match="no comparison"):
        interrupted_compared(made(path()))
