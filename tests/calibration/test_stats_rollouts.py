"""Roll-outs: the exact test of a design small enough to deal in every way, its level, its cover, its refusals."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from upstream.errors import BadInput
from upstream.stats.rollouts import NEVER, roll_out


def test_the_same_as_dealing_in_every_way() -> None:
    rng = np.random.default_rng(1)
    y = rng.normal(size=(8, 6))
    y[:4, 3:] -= 1.0
    found = roll_out(y, [3] * 4 + [NEVER] * 4, rng=rng, deals=3000)

    def change(chosen: tuple[int, ...]) -> float:
        moved = y[:, 3:].mean(1) - y[:, :3].mean(1)
        inside = np.isin(np.arange(8), chosen)
        return float(moved[inside].mean() - moved[~inside].mean())

    exact = np.abs([change(chosen) for chosen in combinations(range(8), 4)])
    assert found.effect == pytest.approx(change((0, 1, 2, 3)))
    assert found.p == pytest.approx(np.mean(exact >= abs(found.effect) - 1e-12), abs=0.025)


def test_a_stepped_roll_out_holds_its_level_and_its_interval() -> None:
    rng = np.random.default_rng(2)
    starts = np.repeat([3, 6, 9], 4)
    wrong, held = [], []
    for _ in range(200):
        y = rng.normal(0, 2, (12, 1)) + rng.normal(0, 1, 12).cumsum() + rng.normal(0, 1, (12, 12)).cumsum(1)
        dealt = rng.permutation(starts)
        wrong.append(roll_out(y, dealt, rng=rng, deals=99).p <= 0.05)
        found = roll_out(y - 2.0 * (np.arange(12) >= dealt[:, None]), dealt, rng=rng, deals=99)
        held.append(found.lower <= -2.0 <= found.upper)
    assert np.mean(wrong) == pytest.approx(0.05, abs=0.035)
    assert np.mean(held) >= 0.92
    assert np.mean(held) <= 0.985


def test_strata_keep_their_own_starts() -> None:
    rng = np.random.default_rng(3)
    strata = np.repeat([0, 1], 6)
    starts = np.array([3] * 5 + [NEVER] + [3] + [NEVER] * 5)
    y = rng.normal(0, 0.1, (12, 6)) + 5 * strata[:, None] * (np.arange(6) >= 3)
    # places of one stratum rise by themselves, and few of them were treated: only strata see that it is no effect
    assert roll_out(y, starts, rng=rng, strata=strata, deals=400).p > 0.02
    assert roll_out(y, starts, rng=rng, deals=400).effect < -1


def test_refused() -> None:
    rng = np.random.default_rng(4)
    with pytest.raises(BadInput, match="6 ways only"):
        roll_out(np.zeros((4, 5)), [2, 2, NEVER, NEVER], rng=rng)
    with pytest.raises(BadInput, match="outside the periods"):
        roll_out(np.zeros((8, 5)), [0] * 4 + [NEVER] * 4, rng=rng)
    with pytest.raises(BadInput, match="do not belong together"):
        roll_out(np.full((8, 5), np.nan), [2] * 4 + [NEVER] * 4, rng=rng)
