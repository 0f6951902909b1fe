"""Weights against a general optimiser and by what must not change them; chance of a false alarm; refusals."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from upstream.errors import BadInput
from upstream.stats.calibrated_weights import Distance, calibrated_weights
from upstream.stats.weighted_comparisons import placebo_groups, weighted_comparison

Floats = NDArray[np.float64]


def some(seed: int, donors: int = 30) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    held = np.column_stack([np.ones(donors), rng.poisson(4, (donors, 2)), rng.normal(size=donors)]).astype(float)
    return held, rng.dirichlet(np.ones(donors)) @ held * 5


@pytest.mark.parametrize("distance", ["raking", "truncated linear"])
def test_the_same_as_a_general_optimiser(distance: Distance) -> None:
    held, targets = some(1)
    base = np.full(30, 5 / 30)

    def apart(w: Floats) -> float:
        if distance == "raking":
            return float(np.sum(w * np.log(np.maximum(w, 1e-300) / base) - w))
        return float(np.sum((w - base) ** 2 / (2 * base)))

    slow = minimize(
        apart, base, bounds=[(1e-12, None)] * 30, method="SLSQP", options={"ftol": 1e-14, "maxiter": 1000},
        constraints={"type": "eq", "fun": lambda w: w @ held - targets},
    )  # fmt: skip
    found = calibrated_weights(held, targets, distance=distance)
    assert found.weights == pytest.approx(slow.x, abs=2e-5)
    assert found.weights @ held == pytest.approx(targets, abs=1e-8)


def test_order_scale_and_a_repeated_target_change_nothing() -> None:
    held, targets = some(2)
    found = calibrated_weights(held, targets).weights
    mixed = np.random.default_rng(0).permutation(30)
    scale = np.array([1, 1000, 0.01, 7])
    assert calibrated_weights(held[mixed], targets).weights == pytest.approx(found[mixed], abs=1e-9)
    assert calibrated_weights(held * scale, targets * scale).weights == pytest.approx(found, abs=1e-9)
    doubled = np.column_stack([held, held[:, 1] + held[:, 2]])
    twice = calibrated_weights(doubled, np.append(targets, targets[1] + targets[2]))
    assert twice.weights == pytest.approx(found, abs=1e-9)


def test_where_the_treated_have_none_only_donors_without_it_weigh() -> None:
    held, targets = some(3, 60)
    rare = np.append(np.zeros(50), np.ones(10))
    weights = calibrated_weights(np.column_stack([held, rare]), np.append(targets, 0.0)).weights
    assert weights[50:].tolist() == [0.0] * 10
    assert weights[:50] == pytest.approx(calibrated_weights(held[:50], targets).weights, abs=1e-8)


@pytest.mark.parametrize("distance", ["raking", "truncated linear"])
def test_refused_outside_the_donors(distance: Distance) -> None:
    held, targets = some(4)
    targets[1] = held[:, 1].max() * 5.01
    with pytest.raises(BadInput, match="no weights from nought up"):
        calibrated_weights(held, targets, distance=distance)


@pytest.mark.parametrize(
    ("held", "targets", "words"),
    [
        (np.ones((3, 3)), np.ones(3), "more than one way"),
        (np.column_stack([np.ones(9), np.zeros(9)]), np.array([2.0, 1.0]), "No donor has anything of target 2"),
        (np.column_stack([np.ones(9), np.full(9, 2.0)]), np.array([2.0, 5.0]), "contradict"),
        (np.full((9, 1), np.nan), np.ones(1), "cannot be calibrated"),
    ],
)
def test_refused(held: Floats, targets: Floats, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        calibrated_weights(held, targets)


def test_false_alarms_are_five_in_a_hundred_and_intervals_hold() -> None:
    # 400 towns of 300 places, twenty treated with nothing done; a place keeps its level, so its periods hang together
    rng = np.random.default_rng(8)
    many, alarms, held_true, rows_alarms = 400, 0, 0, 0
    for _ in range(many):
        level = rng.gamma(4, 1, 300)
        counts = rng.poisson(level[:, None] * np.ones(8)).astype(float)
        after = rng.poisson((level * rng.gamma(8, 1 / 8, 300))[:, None] * np.ones(4)).astype(float)
        matched = np.column_stack([np.ones(300), counts[:, :4].sum(1), counts[:, 4:].sum(1)])
        weights = calibrated_weights(matched[20:], matched[:20].sum(0)).weights
        found = weighted_comparison(after[:20], after[20:], weights)
        alarms += abs(found.z) > 1.96
        held_true += abs(np.log(found.ratio)) < 1.96 * found.log_ratio_error
        rows_alarms += abs(weighted_comparison(after[:20], after[20:], weights, rows_independent=True).z) > 1.96
    assert 0.03 <= alarms / many <= 0.08
    assert 0.92 <= held_true / many <= 0.97
    # what the package does, places' periods taken as independent, is wrong more often
    assert rows_alarms / many > 0.10


def test_placebo_groups_hold_their_level_and_find_what_was_planted() -> None:
    rng = np.random.default_rng(5)
    level = rng.gamma(4, 1, 250)
    before, after = (rng.poisson(level * 6).astype(float) for _ in range(2))
    matched = np.column_stack([np.ones(250), before])
    groups = placebo_groups(matched, after[:, None], 15, rng=rng, groups=200)
    assert groups.left_out < 10
    assert np.mean([groups.p(z) <= 0.05 for z in groups.z]) == pytest.approx(0.05, abs=0.02)
    weights = calibrated_weights(matched[15:], matched[:15].sum(0)).weights
    halved = weighted_comparison(after[:15, None] / 2, after[15:, None], weights)
    assert groups.p(halved.z) < 0.02
    assert halved.ratio == pytest.approx(0.5, abs=0.12)
