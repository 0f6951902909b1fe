"""Findings of synthetic methods: the planted is found, nothing is made of nothing, what cannot be said is refused."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from upstream.assess.finding import Finding, Refused
from upstream.assess.micro_synthetic import micro_synthetic
from upstream.assess.panel import Panel, panel_of
from upstream.assess.synthetic import MOST_DONORS, synthetic, synthetic_difference

Floats = NDArray[np.float64]
START = 24


def panel(counts: Floats, treated: int = 1, start: int = START, donors: int | None = None) -> Panel:
    units = [f"area {at}" for at in range(len(counts))]
    months = [f"{2019 + m // 12}-{m % 12 + 1:02d}" for m in range(counts.shape[1])]
    rows = [(unit, month, float(counts[i, t])) for i, unit in enumerate(units) for t, month in enumerate(months)]
    chosen = None if donors is None else units[treated : treated + donors]
    return panel_of(rows, outcome="burglaries", treated=units[:treated], start=months[start], comparison=chosen)


def towns(seed: int, effect: float = 1.0, units: int = 30, treated: int = 1, level: float = 60.0) -> Floats:
    rng = np.random.default_rng(seed)
    common = np.exp(np.cumsum(rng.normal(0, 0.04, (2, 36)), axis=1))
    rates = level * rng.uniform(0.7, 1.3, (units, 1)) * (rng.dirichlet(np.ones(2), units) @ common)
    rates[:treated, START:] *= effect
    return np.asarray(rng.poisson(rates), float)


@pytest.mark.parametrize("method", [synthetic, synthetic_difference])
def test_a_fall_by_a_third_is_found(method: object) -> None:
    assert callable(method)
    found: Finding = method(panel(towns(1, 0.65, level=120)))
    assert found.ratio is not None
    assert found.difference is not None
    assert found.p is not None
    assert found.p < 0.05
    assert found.ratio.lower < 0.65 < found.ratio.upper < 1
    assert found.observed - found.counterfactual == pytest.approx(found.difference.estimate)
    assert found.probability_of_benefit > 0.97
    assert found.maryland.level == 4
    assert found.line is not None
    after = found.line.expected[START:].sum()
    assert found.counterfactual == pytest.approx(after)
    named = [float(v) for k, v in found.figures.items() if k.startswith("share of")]
    assert 2 <= len(named) <= 8
    assert named == sorted(named, reverse=True)


def test_the_graph_of_a_synthetic_control_lies_on_the_mixture() -> None:
    found = synthetic(panel(towns(2)))
    assert found.line is not None
    away = np.abs(found.line.observed[:START] - found.line.expected[:START]).mean()
    assert away < 12
    for key in ("augmented_effect_a_period", "effect_at_a_pretended_earlier_start", "least_without_one_donor"):
        assert key in found.figures


def test_nothing_done_is_seldom_called_an_effect() -> None:
    seen = [[method(panel(towns(seed))).p for method in (synthetic, synthetic_difference)] for seed in range(100, 120)]
    wrong = np.mean(np.array(seen, float) <= 0.05, axis=0)
    assert (wrong <= 0.15).all()


def test_a_place_busier_than_its_comparisons_is_not_called_changed() -> None:
    """Places that move by a share of their level, as those of recorded crime do; the treated has five times as many."""
    wrong = []
    for seed in range(40):
        rng = np.random.default_rng([seed, 9])
        level = np.append(300.0, rng.uniform(50, 70, 20))[:, None]
        moved = np.exp(rng.normal(0, 0.1, (21, 1)) * (np.arange(30) >= 18))
        found = synthetic_difference(panel(rng.poisson(level * moved).astype(float), start=18))
        assert found.p is not None
        wrong.append(found.p < 0.05)
    assert np.mean(wrong) <= 0.15


def blocks(seed: int, effect: float = 1.0) -> Floats:
    rng = np.random.default_rng(seed)
    rates = rng.gamma(2, 1, (400, 1)) * np.ones(36)
    rates[:25, START:] *= effect
    return np.asarray(rng.poisson(rates), float)


def test_many_small_areas() -> None:
    counts = blocks(3, 0.5)
    found = micro_synthetic(panel(counts, treated=25), groups=59)
    assert found.ratio is not None
    assert found.p == pytest.approx(1 / (1 + int(found.figures["placebo_groups"])), abs=0.04)
    assert found.ratio.lower < 0.5 < found.ratio.upper < 1
    assert found.figures["spans_before"] == 12
    people = np.random.default_rng(1).poisson(100, 400).astype(float)
    more = micro_synthetic(panel(counts, treated=25), covariates={"residents": people}, groups=59)
    assert more.figures["matched"] == 14
    with pytest.raises(Refused, match="one value an area"):
        micro_synthetic(panel(counts, treated=25), covariates={"residents": people[:5]})


def test_small_areas_with_nothing_done() -> None:
    wrong = [micro_synthetic(panel(blocks(seed), treated=25), groups=39).p for seed in range(12)]
    assert np.mean(np.array(wrong, float) <= 0.05) <= 0.25


def test_refused_outside_the_donors() -> None:
    counts = towns(4)
    counts[0] = counts.max(0) * 2
    with pytest.raises(Refused, match="No mixture of the comparison places"):
        synthetic(panel(counts))
    busy = blocks(5)
    busy[:25] = busy.max() + 30
    with pytest.raises(Refused, match="cannot be made like"):
        micro_synthetic(panel(busy, treated=25))


def test_refused_with_few_donors_or_little_time() -> None:
    with pytest.raises(Refused, match="18 comparison places"):
        synthetic(panel(towns(5), donors=18))
    with pytest.raises(Refused, match="99 comparison areas"):
        micro_synthetic(panel(blocks(5), treated=25, donors=99))
    with pytest.raises(Refused, match="2 months before"):
        synthetic_difference(panel(towns(5), start=2))
    silent = towns(6)
    silent[0, :START] = 0
    with pytest.raises(Refused, match="before it began"):
        synthetic(panel(silent))
    gone = blocks(6)
    gone[:25, START:] = 0
    with pytest.raises(Refused, match="after it began"):
        micro_synthetic(panel(gone, treated=25))


def test_several_busy_places_are_tested_by_quieter_ones_sized_to_their_level() -> None:
    """Counts vary as the root of their level: donors a quarter as busy vary half as much."""
    wrong = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        rates = np.where(np.arange(44) < 4, 40.0, 10.0)[:, None] * np.ones(36)
        wrong.append(synthetic_difference(panel(rng.poisson(rates).astype(float), treated=4)).p)
    assert np.mean(np.array(wrong, float) <= 0.05) <= 0.2


def test_several_places_need_donors_beyond_themselves() -> None:
    with pytest.raises(Refused, match="22 comparison places are too few to test 4 treated ones"):
        synthetic(panel(towns(7, treated=4), treated=4, donors=22))


def test_more_places_than_can_each_be_tried_are_refused_at_once() -> None:
    rows = [(f"u{at}", str(2000 + year), 1.0 + (at + year) % 3) for at in range(MOST_DONORS + 2) for year in range(14)]
    panel = panel_of(rows, outcome="thefts", treated=["u0"], start="2012")
    for method in (synthetic, synthetic_difference):
        with pytest.raises(Refused, match=r"3,001 comparison places are more than can each be tried"):
            method(panel)
