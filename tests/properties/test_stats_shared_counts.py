"""What must hold of two sources' counts, whatever they are."""

from __future__ import annotations

import numpy as np
import pytest

from upstream.errors import BadInput
from upstream.stats.shared_counts import LEAST_PERIODS, excess, unshared


def _two(seed: int, places: int = 30, periods: int = 40) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    b = rng.poisson(rng.lognormal(0, 0.8, (places, 1)), (places, periods))
    return rng.binomial(b, 0.3) + rng.poisson(0.2, (places, periods)), b


def test_order_of_places_and_periods_does_not_matter() -> None:
    a, b = _two(1)
    rng = np.random.default_rng(2)
    places, periods = rng.permutation(30), rng.permutation(40)
    one, other = unshared(a, b), unshared(a[places][:, periods], b[places][:, periods])
    assert one.share == pytest.approx(other.share, abs=1e-12)
    assert (one.lower, one.upper) == pytest.approx((other.lower, other.upper), abs=1e-12)
    assert excess(a[places, 0], b[places, 0]).p == pytest.approx(excess(a[:, 0], b[:, 0]).p[places])


def test_what_is_wholly_held_is_not_unshared_and_what_is_apart_is() -> None:
    _, b = _two(5)
    same = unshared(b, b)
    assert (same.share, same.upper, same.least) == pytest.approx((0, 0, 0), abs=1e-12)
    a, b = np.zeros((4, 30), int), np.zeros((4, 30), int)
    a[:2], b[2:] = 3, np.random.default_rng(6).poisson(2, (2, 30))
    apart = unshared(a, b)
    assert apart.share == pytest.approx(1, abs=0.1)
    assert apart.least == 1


@pytest.mark.parametrize("seed", range(20))
def test_the_least_is_never_more_than_what_is_unshared(seed: int) -> None:
    rng = np.random.default_rng(seed)
    b = rng.poisson(0.8, (20, 30))
    shared, alone = rng.binomial(b, 0.5), rng.poisson(0.4, (20, 30))
    assert unshared(shared + alone, b).least <= alone.sum() / (shared + alone).sum() + 1e-12


def test_nothing_known_is_no_number_and_nothing_to_see_no_signal() -> None:
    a, b = _two(7)
    for first, second in ((a * 0, b), (a, b * 0), (a[:1], b[:1])):
        got = unshared(first, second)
        assert np.isnan(got.share)
        assert np.isnan(got.lower)
    nothing = excess([0, 0], [0, 0])
    assert nothing.p.tolist() == [1, 1]
    assert excess([0, 5], [9, 0]).p[0] == 1


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (np.ones((3, LEAST_PERIODS - 1)), np.ones((3, LEAST_PERIODS - 1))),
        (np.ones((3, 30)), np.ones((4, 30))),
        (np.ones(30), np.ones(30)),
        (-np.ones((3, 30)), np.ones((3, 30))),
        (np.full((3, 30), 0.5), np.ones((3, 30))),
        (np.full((3, 30), np.nan), np.ones((3, 30))),
    ],
)
def test_what_cannot_be_compared_is_refused(first: np.ndarray, second: np.ndarray) -> None:
    with pytest.raises(BadInput):
        unshared(first, second)
