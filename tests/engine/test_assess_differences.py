"""Findings of differences in differences, at once and in steps; refusals."""

from __future__ import annotations

import numpy as np
import pytest

from upstream.assess.differences import difference_in_differences, staggered_differences
from upstream.assess.finding import Refused
from upstream.assess.panel import Panel, panel_of

MONTHS = [f"{2020 + m // 12}-{m % 12 + 1:02d}" for m in range(36)]


def made(effect: float, starts: dict[str, str], others: int = 8) -> Panel:
    rng = np.random.default_rng(2)
    season = 1 + 0.3 * np.sin(np.arange(36) * np.pi / 6)
    rows = []
    for unit in [*starts, *(f"o{k}" for k in range(others))]:
        begun = MONTHS.index(starts[unit]) if unit in starts else 99
        for m, month in enumerate(MONTHS):
            rows.append((unit, month, float(rng.poisson(40 * season[m] * (effect if m >= begun else 1)))))
    return panel_of(rows, outcome="thefts", treated=starts, comparison=[f"o{k}" for k in range(others)])


def test_a_planted_effect_is_found_and_a_null_one_is_not() -> None:
    found = difference_in_differences(made(0.7, {"a": "2022-01"}))
    assert found.ratio is not None
    assert found.ratio.lower < 0.7 < found.ratio.upper < 1
    assert found.probability_of_benefit > 0.99
    assert found.maryland.level == 4
    assert "drifted from the comparisons by" in found.caveats[-1]
    assert difference_in_differences(made(1.0, {"a": "2022-01"})).p > 0.05


def test_a_roll_out_in_steps() -> None:
    starts = {"a": "2021-07", "b": "2021-10", "c": "2022-01", "d": "2022-01"}
    panel = made(0.7, starts)
    found = staggered_differences(panel)
    months = 18 + 15 + 12 + 12
    assert found.difference is not None
    assert found.difference.lower < -0.3 * 40 * months < found.difference.upper < 0
    assert found.counterfactual == pytest.approx(found.observed - found.difference.estimate)
    with pytest.raises(Refused, match="different times"):
        difference_in_differences(panel)


def test_what_is_not_enough_is_refused() -> None:
    with pytest.raises(Refused, match="at once"):
        staggered_differences(made(0.7, {"a": "2022-01"}))
    with pytest.raises(Refused, match="others"):
        difference_in_differences(made(0.7, {"a": "2022-01"}, others=2))
