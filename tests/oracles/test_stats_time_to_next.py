"""The curve of the time to the next beside statsmodels' and one worked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.duration.survfunc import SurvfuncRight

from upstream.errors import BadInput
from upstream.stats.time_to_next import time_to_next, waits


@pytest.mark.parametrize("seed", range(4))
def test_the_curve_is_that_of_statsmodels(seed: int) -> None:
    rng = np.random.default_rng(seed)
    wait, happened = rng.integers(1, 40, 200), rng.random(200) < 0.4
    found = time_to_next(wait, happened)
    peer = SurvfuncRight(wait, happened)
    assert found.times.tolist() == peer.surv_times.tolist()
    assert found.again == pytest.approx(1 - peer.surv_prob)
    assert found.at_risk.tolist() == peer.n_risk.tolist()
    # the peer gives the standard error of the share; limits on log(-log) by the delta method
    still = peer.surv_prob
    spread = 1.959964 * peer.surv_prob_se / (still * np.abs(np.log(still)))
    assert found.upper == pytest.approx(1 - still ** np.exp(spread), abs=1e-6)
    assert found.lower == pytest.approx(1 - still ** np.exp(-spread), abs=1e-6)


def test_six_worked_by_hand() -> None:
    # 1, 2+, 3, 3, 4+, 5 (+: the records ended): 5/6, then 5/6 x 2/4, then 0
    found = time_to_next([1, 2, 3, 3, 4, 5], [True, False, True, True, False, True])
    assert found.times.tolist() == [1, 3, 5]
    assert found.at_risk.tolist() == [6, 4, 1]
    assert found.again == pytest.approx([1 / 6, 1 - 5 / 12, 1.0])
    assert found.at(0.5) == (0.0, 0.0, 0.0)
    assert found.at(4)[0] == pytest.approx(7 / 12)
    assert found.half() == 3
    assert (found.number, found.happened) == (6, 4)
    assert (found.lower <= found.again).all()
    assert (found.again <= found.upper).all()


def test_waits_are_from_each_to_the_next_of_the_same() -> None:
    wait, happened = waits([7, 3, 7, 3, 9], [10, 4, 12, 4, 20], end=30)
    # of 3: day 4 to day 4, day 4 to the end; of 7: 10 to 12, 12 to the end; of 9: to the end
    assert wait.tolist() == [0, 26, 2, 18, 10]
    assert happened.tolist() == [True, False, True, False, False]
    assert waits([], [], end=3)[0].shape == (0,)


def test_ninety_five_per_cent_of_limits_hold_the_truth() -> None:
    rng = np.random.default_rng(6)
    held = 0
    for _ in range(400):
        wait = rng.geometric(0.03, 120)
        end = rng.integers(5, 60, 120)
        found = time_to_next(np.minimum(wait, end), wait <= end)
        _, low, high = found.at(20)
        held += low <= 1 - 0.97**20 <= high
    assert 0.92 < held / 400 < 0.98


@pytest.mark.parametrize(("wait", "happened"), [([1, 2], [True]), ([-1], [True]), ([0.5], [True]), ([[1]], [[True]])])
def test_what_cannot_be_is_refused(wait: list, happened: list) -> None:
    with pytest.raises(BadInput):
        time_to_next(wait, happened)


def test_nobody_again_is_no_curve() -> None:
    found = time_to_next([5, 9], [False, False])
    assert (found.happened, len(found.times)) == (0, 0)
    assert np.isnan(found.half())
    with pytest.raises(BadInput, match="no day after 3"):
        waits([1], [4], end=3)
