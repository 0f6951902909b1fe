"""A published table of the exact test of few events, a slow second reading, and how often it rejects."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from upstream.errors import BadInput
from upstream.stats.multinomial import g_test

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("counts", "g", "p"),
    [((3, 0, 0, 0, 0, 0, 0), 11.68, 0.0204), ((2, 1, 0, 0, 0, 0, 0), 7.86, 0.3878), ((1, 1, 1, 0, 0, 0, 0), 5.08, 1)],
)
def test_three_events_on_seven_days(counts: tuple[int, ...], g: float, p: float) -> None:
    # Wheeler 2016, Policing: An International Journal 39:4; printed to two and four decimals
    found = g_test(counts, rng=RNG)
    assert found.exact
    assert found.g == pytest.approx(g, abs=0.005)
    assert found.p == pytest.approx(p, abs=0.00005)


def test_every_order_of_events_looked_at_in_turn_gives_the_same() -> None:
    share = np.array([0.5, 0.3, 0.2])
    found = g_test([4, 0, 1], share, rng=RNG)

    def g(counts: np.ndarray) -> float:
        return 2 * sum(n * np.log(n / (5 * s)) for n, s in zip(counts, share, strict=True) if n)

    p = sum(
        float(np.prod(share[list(order)]))
        for order in product(range(3), repeat=5)
        if g(np.bincount(order, minlength=3)) >= found.g - 1e-9
    )
    assert found.p == pytest.approx(p)


def test_simulated_where_there_are_many_and_right_as_often_as_it_says() -> None:
    rng = np.random.default_rng(24)
    many = g_test([400, 420, 380, 410, 390, 405, 395], rng=rng)
    assert not many.exact
    assert many.p > 0.3
    assert g_test([400, 420, 380, 410, 390, 505, 395], rng=rng).p < 0.01
    rejected = sum(g_test(rng.multinomial(6, [1 / 7] * 7), rng=rng).p <= 0.05 for _ in range(400))
    assert rejected / 400 < 0.05 + 3 * (0.05 * 0.95 / 400) ** 0.5


@pytest.mark.parametrize(
    ("counts", "shares"),
    [([1], None), ([0, 0], None), ([1, -1], None), ([0.5, 1], None), ([1, 2], [1, 0]), ([1, 2], [1])],
)
def test_what_cannot_be_tested_is_refused(counts: list, shares: list | None) -> None:
    with pytest.raises(BadInput):
        g_test(counts, shares, rng=RNG)
