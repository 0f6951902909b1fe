"""A roll-out dealt by chance: the planted effect is found at the highest level, and what was not dealt is refused."""

from __future__ import annotations

import numpy as np
import pytest

from upstream.assess.finding import Refused
from upstream.assess.panel import Panel, panel_of
from upstream.assess.rollout import dealt_by_chance

MONTHS = [f"{2021 + m // 12}-{m % 12 + 1:02d}" for m in range(24)]


def stepped(effect: float, level: float = 40.0, places: int = 12) -> Panel:
    rng = np.random.default_rng(9)
    begins = {f"beat {at}": MONTHS[(8, 12, 16)[at % 3]] for at in range(places)}
    season = 1 + 0.3 * np.sin(np.arange(24) * np.pi / 6)
    rows = []
    for beat, start in begins.items():
        rate = level * rng.uniform(0.6, 1.6) * season
        rate[MONTHS.index(start) :] *= effect
        rows += [(beat, month, float(rng.poisson(r))) for month, r in zip(MONTHS, rate, strict=True)]
    return panel_of(rows, outcome="thefts", treated=begins)


def test_a_planted_fall_is_found() -> None:
    found = dealt_by_chance(stepped(0.8), deals=499)
    assert found.ratio is not None
    assert found.difference is not None
    assert found.ratio.lower < 0.8 < found.ratio.upper < 1
    assert found.p is not None
    assert found.p < 0.02
    assert found.maryland.level == 5
    assert found.observed - found.counterfactual == pytest.approx(found.difference.estimate)
    assert found.difference.lower < found.difference.estimate < found.difference.upper < 0
    halves = {f"beat {at}": "east" if at < 6 else "west" for at in range(12)}
    assert dealt_by_chance(stepped(0.8), strata=halves, deals=499).p == pytest.approx(found.p, abs=0.02)


def test_nothing_is_made_of_nothing() -> None:
    found = dealt_by_chance(stepped(1.0), deals=199)
    assert found.ratio is not None
    assert found.ratio.lower < 1 < found.ratio.upper


def test_refused() -> None:
    with pytest.raises(Refused, match="a place and month"):
        dealt_by_chance(stepped(1.0, level=1.0))
    with pytest.raises(Refused, match="ways only"):
        dealt_by_chance(stepped(1.0, places=3))
    with pytest.raises(Refused, match="no stratum"):
        dealt_by_chance(stepped(1.0), strata={"beat 0": "east"})
