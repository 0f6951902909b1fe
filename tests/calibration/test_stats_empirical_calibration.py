"""Spread learnt from placebos: the one that was put in, and intervals that hold with it."""

from __future__ import annotations

import numpy as np
import pytest

from upstream.errors import BadInput
from upstream.stats.empirical_calibration import spread_needed, widened
from upstream.stats.intervals import Interval


def placebos(seed: int, spread: float, n: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    errors = rng.uniform(0.05, 0.3, n)
    return rng.normal(0, np.hypot(errors, spread)), 1.959964 * errors


def test_the_spread_that_was_put_in_is_found_and_intervals_then_hold() -> None:
    effects, reaches = placebos(1, 0.2)
    assert np.mean(np.abs(effects) > reaches) > 0.2
    found = spread_needed(effects, reaches)
    assert found == pytest.approx(0.2, abs=0.02)
    others, reach = placebos(2, 0.2)
    p = [widened(Interval(e, e - r, e + r), found)[1] for e, r in zip(others, reach, strict=True)]
    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=0.011)


def test_where_a_test_holds_nothing_is_added() -> None:
    effects, reaches = placebos(3, 0.0)
    assert spread_needed(effects, reaches * 1.05) == 0.0
    assert widened(Interval(0.3, 0.1, 0.4), 0.0)[0] == Interval(0.3, pytest.approx(0.1), pytest.approx(0.4))


def test_an_even_number_of_placebos_leaves_five_in_a_hundred_out() -> None:
    effects = np.arange(1.0, 100.0)
    # of 99 and the next one, the 95th smallest: 95
    assert spread_needed(effects, np.zeros(99)) == pytest.approx(95 / 1.959964, rel=1e-6)


def test_p_is_below_the_level_where_the_interval_leaves_nought_out() -> None:
    for estimate in (-0.5, -0.2, 0.0, 0.2, 0.5):
        wide, p = widened(Interval(estimate, estimate - 0.1, estimate + 0.3), 0.12)
        assert (p < 0.05) == (wide.lower > 0 or wide.upper < 0)
    assert widened(Interval(0.0, -1.0, 1.0), 0.1)[1] == 1.0
    open_ended, p = widened(Interval(-2.0, -np.inf, np.inf), 0.1)
    assert (open_ended.lower, open_ended.upper, p) == (-np.inf, np.inf, 1.0)
    assert widened(Interval(-2.0, -np.inf, -1.0), 0.1)[1] < 0.001


def test_refused() -> None:
    with pytest.raises(BadInput, match="38 placebos are too few"):
        spread_needed(np.zeros(38), np.zeros(38))
    with pytest.raises(BadInput, match="do not belong together"):
        spread_needed(np.zeros(50), np.full(50, -1.0))
    with pytest.raises(BadInput, match="cannot be widened"):
        widened(Interval(np.inf, 0.0, np.inf), 0.1)
