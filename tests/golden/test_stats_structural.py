"""CausalImpact's own example, the seat-belt law, a slow second reading, and how often nothing is found."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from statsmodels.tsa.statespace.structural import UnobservedComponents

from upstream.assess.finding import Refused
from upstream.assess.panel import panel_of
from upstream.assess.structural import structural
from upstream.errors import BadInput
from upstream.stats.structural import season_columns, structural_step, without_it

Floats = NDArray[np.float64]


@pytest.mark.shared
def test_the_example_of_causal_impact(shared_data: Path) -> None:
    with (shared_data / "golden" / "causalimpact_vignette.csv").open() as file:
        rows = list(csv.DictReader(file))
    y, x = (np.array([float(row[name]) for row in rows]) for name in ("y", "x1"))
    found = without_it(y, 70, rng=np.random.default_rng(1), controls=x)
    mean, total = found.draws.mean(1), found.draws.sum(1)
    # printed: actual 117.05 and 3511.46; predicted 107 (0.37) and 3196 (11.03); effect 10.5 [9.8, 11.2], 315 [294, 338]
    assert [found.observed.mean(), found.observed.sum()] == pytest.approx([117.05, 3511.46], abs=0.005)
    assert mean.mean() == pytest.approx(106.54, abs=0.1)
    assert mean.std() == pytest.approx(0.37, abs=0.05)
    assert total.mean() == pytest.approx(3196, abs=3)
    assert total.std() == pytest.approx(11.03, abs=1.5)
    low, high = np.quantile(found.effects, [0.025, 0.975]) / 30
    assert [low, high] == pytest.approx([9.8, 11.2], abs=0.1)
    assert float(found.effects.mean() / total.mean()) == pytest.approx(0.099, abs=0.001)
    assert found.p < 0.002
    assert found.inclusion.tolist() == [1.0]


@pytest.mark.shared
def test_the_seat_belt_law(shared_data: Path) -> None:
    with (shared_data / "evaluation" / "uk_seatbelts_1969_1984.csv").open() as file:
        rows = list(csv.DictReader(file))
    petrol = np.log([float(row["PetrolPrice"]) for row in rows])
    # Harvey and Durbin (1986), abstract. Theirs has a season that may wander; ours is fixed: within a point and a half,
    # where the standard error is five. That 0.18 of the effect came in January, before the law, is recalled of the
    # paper and was not seen in it; without it the effects come within two points as well
    for name, published in (("drivers", -23), ("front", -30), ("rear", 3)):
        killed = np.log([float(row[name]) for row in rows])
        found = structural_step(killed, 169, season=12, controls=petrol, early=0.18)
        assert 100 * (math.exp(found.effect) - 1) == pytest.approx(published, abs=1.5)
        at_once = structural_step(killed, 169, season=12, controls=petrol)
        assert 100 * (math.exp(at_once.effect) - 1) == pytest.approx(published, abs=2)
        columns = np.column_stack([np.arange(192) >= 169, season_columns(192, 12), petrol])
        slow = UnobservedComponents(killed, "llevel", exog=columns).fit(disp=0, maxiter=200)
        assert at_once.effect == pytest.approx(slow.params[2], abs=2e-3)
        assert at_once.error == pytest.approx(slow.bse[2], rel=0.06)


def test_controls_that_matter_are_taken_and_others_left() -> None:
    rng = np.random.default_rng(2)
    controls = rng.normal(0, 1, (60, 6)).cumsum(0)
    y = 50 + 2 * controls[:, 1] - 3 * controls[:, 4] + rng.normal(0, 1, 60)
    found = without_it(y, 45, rng=rng, controls=controls, draws=600)
    assert found.inclusion[[1, 4]].min() > 0.95
    assert found.inclusion[[0, 2, 3, 5]].max() < 0.6
    assert np.sum((found.low[45:] <= y[45:]) & (y[45:] <= found.high[45:])) >= 13
    assert np.corrcoef(found.expected[45:], y[45:])[0, 1] > 0.9
    shifted = without_it(y * 3 + 7, 45, rng=np.random.default_rng(1), controls=controls * 10 - 4, draws=600)
    again = without_it(y, 45, rng=np.random.default_rng(1), controls=controls, draws=600)
    assert shifted.draws == pytest.approx(again.draws * 3 + 7, abs=1e-6)


def test_nothing_done_is_found_five_in_a_hundred_and_intervals_hold() -> None:
    rng = np.random.default_rng(4)
    p, held, steps = [], [], []
    for turn in range(120):
        control = 40 + rng.normal(0, 3, 48)
        y = 10 + control + np.cumsum(rng.normal(0, 0.02, 48)) + rng.normal(0, 2, 48)
        step = structural_step(y, 36, controls=control)
        steps.append(abs(step.effect) > 1.96 * step.error)
        if turn < 40:
            found = without_it(y, 36, rng=rng, controls=control, draws=200)
            low, high = np.quantile(found.effects, [0.025, 0.975])
            p.append(found.p <= 0.05)
            held.append(low <= 0 <= high)
    assert 0.0 <= np.mean(p) <= 0.10
    assert 0.90 <= np.mean(held) <= 1.0
    assert np.mean(steps) <= 0.12


def test_a_finding_of_a_place_with_controls() -> None:
    rng = np.random.default_rng(5)
    months = [f"{2019 + m // 12}-{m % 12 + 1:02d}" for m in range(36)]
    base = 80 * (1 + 0.3 * np.sin(np.arange(36) * np.pi / 6)) * np.exp(rng.normal(0, 0.1, 36))
    counts = {f"area {at}": rng.poisson(base) for at in range(6)}
    counts["area 0"] = rng.poisson(base * np.where(np.arange(36) >= 24, 0.6, 1.0))
    rows = [(unit, month, float(n)) for unit, line in counts.items() for month, n in zip(months, line, strict=True)]
    found = structural(panel_of(rows, outcome="burglaries", treated=["area 0"], start=months[24]), draws=300)
    assert found.ratio is not None
    assert found.ratio.lower < 0.6 < found.ratio.upper < 0.9
    assert found.probability_of_benefit > 0.97
    assert found.figures["controls"] == 1
    assert found.figures["inclusion of the comparison places together"] > 0.9
    assert found.caveats == ()
    short = structural(panel_of(rows, outcome="burglaries", treated=["area 0"], start=months[23]), draws=50)
    assert "no season is allowed for" in short.caveats[0]
    few = [(unit, month, float(int(n) // 20)) for unit, month, n in rows]
    with pytest.raises(Refused, match="a month before"):
        structural(panel_of(few, outcome="burglaries", treated=["area 0"], start=months[24]))
    with pytest.raises(Refused, match="11 periods before"):
        structural(panel_of(rows, outcome="burglaries", treated=["area 0"], start=months[11]))


def test_counts_of_many_quiet_places_are_one_control_and_measured_series_each_by_itself() -> None:
    """A shock that all share, seen dimly in each of forty quiet places: together they show it, and nothing is found."""
    months = [f"{2019 + m // 12}-{m % 12 + 1:02d}" for m in range(24)]
    shock = np.where((np.arange(24) % 9) < 3, 0.5, 1.0) * np.where(np.arange(24) >= 17, 0.6, 1.0)
    missed = []
    for seed in (8, 10):
        rng = np.random.default_rng(seed)
        counts = {"area 0": rng.poisson(120 * shock), **{f"area {at}": rng.poisson(3 * shock) for at in range(1, 41)}}
        rows = [(unit, month, float(n)) for unit, line in counts.items() for month, n in zip(months, line, strict=True)]
        found = structural(panel_of(rows, outcome="burglaries", treated=["area 0"], start=months[14]), draws=300)
        assert found.ratio is not None
        assert found.ratio.lower < 1 < found.ratio.upper
        missed.append(abs(math.log(found.ratio.estimate)))
    # with the twenty that go along most closely each in the model or out of it: 0.20
    assert np.mean(missed) < 0.1
    measured = [(unit, month, n + 0.25) for unit, month, n in rows]
    miles = panel_of(measured, outcome="miles", treated=["area 0"], start=months[14], measured=True)
    each = structural(miles, draws=50)
    assert each.figures["controls"] == 20


@pytest.mark.parametrize(
    ("values", "start", "words"),
    [
        (np.arange(30.0), 11, "not enough"),
        (np.arange(30.0), 30, "not enough"),
        (np.ones(30), 20, "never changes"),
        (np.full(30, np.nan), 20, "not a number"),
    ],
)
def test_refused(values: Floats, start: int, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        structural_step(values, start)
    with pytest.raises(BadInput, match=words):
        without_it(values, start, rng=np.random.default_rng(0))
    with pytest.raises(BadInput, match="23 periods before"):
        structural_step(np.arange(30.0), 23, season=12)
    with pytest.raises(BadInput, match="control never changes"):
        without_it(np.arange(30.0), 20, rng=np.random.default_rng(0), controls=np.ones(30))
