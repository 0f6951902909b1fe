"""Shuffles: every order as likely as any other, and the same draws on any number of processors."""

from __future__ import annotations

from itertools import permutations

import numba
import numpy as np
import pytest
from scipy.stats import chisquare

from upstream.stats.shuffles import shuffles


def test_every_order_is_as_likely_as_any_other() -> None:
    drawn = shuffles(np.arange(4, dtype=np.int16), 48_000, np.random.default_rng(1))
    orders, counts = np.unique(drawn, axis=0, return_counts=True)
    assert [tuple(order) for order in orders.tolist()] == list(permutations(range(4)))
    assert chisquare(counts).pvalue > 0.001
    # where a value went in one draw says nothing of where it goes in the next
    together = np.histogram2d(drawn[:-1, 0], drawn[1:, 0], bins=4)[0]
    assert chisquare(together.ravel()).pvalue > 0.001


def test_values_stay_the_same_and_seeds_decide() -> None:
    values = np.random.default_rng(2).integers(0, 50, 999)
    drawn = shuffles(values, 20, np.random.default_rng(3))
    assert (np.sort(drawn, axis=1) == np.sort(values)).all()
    assert len(np.unique(drawn, axis=0)) == 20
    before = numba.get_num_threads()
    numba.set_num_threads(1)
    try:
        assert (shuffles(values, 20, np.random.default_rng(3)) == drawn).all()
    finally:
        numba.set_num_threads(before)
    assert shuffles(values[:1], 2, np.random.default_rng(3)).tolist() == [[values[0]], [values[0]]]
    assert shuffles(values[:0], 2, np.random.default_rng(3)).shape == (2, 0)


def test_no_value_is_likelier_at_one_place_than_another() -> None:
    drawn = shuffles(np.arange(1_000, dtype=np.int32), 4_000, np.random.default_rng(4))
    # mean place of a value over 4,000 draws: 999 / 2, standard error 288.7 / sqrt(4,000)
    assert drawn.mean(0) == pytest.approx(np.full(1_000, 499.5), abs=4.5 * 288.7 / 4_000**0.5)
