"""Findings of counts before and after: what they say, what they warn of, what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

from upstream.assess.counts import before_and_after, before_and_after_compared, comparison_earned, displacement, windows
from upstream.assess.finding import Refused
from upstream.assess.panel import Panel, panel_of

MONTHS = [f"{2020 + m // 12}-{m % 12 + 1:02d}" for m in range(36)]


def made(series: dict[str, list[float]], start: str = "2022-01", **more: object) -> Panel:
    rows = [
        (unit, month, count) for unit, counts in series.items() for month, count in zip(MONTHS, counts, strict=False)
    ]
    return panel_of(rows, outcome="burglaries", treated=["here"], start=start, **more)


def season(level: float, after: float = 1.0) -> list[float]:
    shape = 1 + 0.4 * np.sin(np.arange(36) * np.pi / 6)
    return [float(round(level * s * (after if m >= 24 else 1))) for m, s in enumerate(shape)]


def test_the_papers_counts_as_a_panel_of_two_years() -> None:
    counts = {"here": (207, 110), "there": (308, 318), "near": (178, 157), "near there": (150, 140)}
    rows = [
        (unit, year, count) for unit, pair in counts.items() for year, count in zip(("2016", "2017"), pair, strict=True)
    ]
    panel = panel_of(
        rows,
        outcome="crimes",
        treated=["here"],
        start="2017",
        comparison=["there"],
        buffer=["near"],
        comparison_buffer=["near there"],
    )
    found = displacement(panel)
    assert found.difference is not None
    assert found.difference.estimate == -118
    assert found.difference.lower == pytest.approx(-195.6106, abs=5e-5)
    assert found.observed == 110 + 157
    assert found.counterfactual == 110 + 157 + 118
    assert found.figures["quotient"] == pytest.approx(0.25819, abs=5e-6)
    assert found.maryland.level == 2  # one period before shows no likeness
    assert found.probability_of_benefit > 0.99


def test_a_fall_by_a_third_is_found_by_each() -> None:
    panel = made({"here": season(40, 0.67), "there": season(44), "elsewhere": season(36)})
    for method in (before_and_after, before_and_after_compared, displacement):
        found = method(panel)
        assert found.p is not None
        assert found.p < 0.01
        assert found.probability_of_benefit > 0.99
        assert found.line is not None
        assert found.line.start == 24
    falling = made({"here": season(40, 0.6), "there": season(44, 0.9), "elsewhere": season(36, 0.9)})
    moved = displacement(falling).difference
    assert moved is not None
    assert moved.estimate == pytest.approx(-0.3 * 40 * 12, rel=0.05)  # two controls stand for one treated place
    ratio = before_and_after_compared(panel).ratio
    assert ratio is not None
    assert ratio.estimate == pytest.approx(0.67, abs=0.02)


def test_higher_may_be_better() -> None:
    panel = made({"here": season(40, 1.5), "there": season(40)}, better="higher")
    assert before_and_after_compared(panel).probability_of_benefit > 0.99
    assert displacement(panel).probability_of_benefit > 0.99


def test_the_same_seasons_are_compared() -> None:
    panel = made({"here": season(40)[:30]}, start="2022-01")
    when = windows(panel)
    assert [MONTHS[m] for m in when.before] == [f"{y}-{m:02d}" for y in (2020, 2021) for m in range(1, 7)]
    short = windows(made({"here": season(40)[:14]}, start="2020-07"))
    assert "other seasons" in short.caveats[0]
    uneven = windows(made({"here": season(40)}, start="2021-07"))
    assert "some seasons count twice" in uneven.caveats[0]
    assert len(uneven.before) == 12


def test_a_comparison_that_drifts_is_said_and_costs_a_level() -> None:
    drifting = [float(round(x * 1.04**m)) for m, x in enumerate(season(40))]
    panel = made({"here": season(40), "there": drifting})
    assert comparison_earned(panel) == "unproven"
    found = before_and_after_compared(panel)
    assert found.maryland.level == 2
    assert any("not shown to have moved" in one for one in found.caveats)
    assert before_and_after_compared(made({"here": season(40), "there": season(40)})).maryland.level == 3
    several = made({"here": season(40)} | {f"u{k}": season(30 + k) for k in range(6)})
    assert before_and_after_compared(several).maryland.level == 4


def test_a_comparison_of_another_level_is_said() -> None:
    panel = made({"here": season(80), "there": season(40)})
    assert any("Read the ratio" in one for one in displacement(panel).caveats)
    even = made({"here": season(40), "there": season(40)})
    assert not any("Read the ratio" in one for one in displacement(even).caveats)


def test_without_a_comparison_only_one_is_left() -> None:
    panel = made({"here": season(40)})
    assert before_and_after(panel).maryland.level == 2
    assert "not yet an effect" in before_and_after(panel).caveats[-1]
    for method in (before_and_after_compared, displacement):
        with pytest.raises(Refused, match="no comparison"):
            method(panel)


def test_comparisons_that_part_from_one_another_widen_the_interval() -> None:
    alike = {f"u{k}": season(40) for k in range(6)}
    apart = {f"u{k}": season(40, 0.7 + 0.12 * k) for k in range(6)}
    for method, name in ((before_and_after_compared, "ratio"), (displacement, "difference")):
        near, far = (getattr(method(made({"here": season(40)} | others)), name) for others in (alike, apart))
        assert far.upper - far.lower > 1.5 * (near.upper - near.lower)
