"""Smoothed and standardised rates beside esda's own answers, and a second way of working them out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upstream.errors import BadInput
from upstream.stats.rate_smoothing import empirical_bayes, standardised_rates

COUNTS = np.array([3, 40, 0, 12, 90, 7, 1, 25])
PEOPLE = np.array([210, 1500, 90, 800, 1600, 350, 40, 1400])
SHRUNK = [0.020012497721, 0.026899399040, 0.017214913649, 0.016973999769,
          0.054342468922, 0.022540800356, 0.028565444237, 0.018821585602]  # fmt: skip
"""esda 2.9.0, Empirical_Bayes(COUNTS, PEOPLE).r"""
STANDARD = [-0.790238431056, -0.189275185011, -1.244725764333, -0.884340875848,
            1.650817218523, -0.539225949914, -0.150447870461, -0.734058408353]  # fmt: skip
"""esda 2.9.0, assuncao_rate(COUNTS, PEOPLE)"""
PRINTED = [1.03843594, -0.04099089, -0.56250375, -1.73061861]
"""esda 2.9.0, printed in the documentation of assuncao_rate."""
LEVEL = ([30, 25, 25, 15, 33, 21, 30, 20], [100, 100, 110, 90, 100, 90, 110, 90])


def test_esda_gives_the_same() -> None:
    np.testing.assert_allclose(empirical_bayes(COUNTS, PEOPLE).rate, SHRUNK, atol=1e-12)  # digits that were printed
    np.testing.assert_allclose(standardised_rates(COUNTS, PEOPLE), STANDARD, atol=1e-11)
    np.testing.assert_allclose(standardised_rates(*LEVEL)[:4], PRINTED, atol=1e-8)


def test_rates_no_further_apart_than_chance_are_one_rate() -> None:
    # esda lets the variance below nought through here, and a rate of 0.30 becomes 0.2435 where the mean is 0.2519
    found = empirical_bayes(*LEVEL)
    assert found.variance == 0
    np.testing.assert_allclose(found.rate, found.mean)
    assert found.mean == pytest.approx(sum(LEVEL[0]) / sum(LEVEL[1]))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 5_000)), min_size=2, max_size=25))
def test_shrunk_rates_lie_between_their_own_and_the_mean(pairs: list[tuple[int, int]]) -> None:
    counts, people = np.array(pairs).T
    if not counts.any():
        return
    found = empirical_bayes(counts, people)
    total, everybody = int(counts.sum()), int(people.sum())
    for at, (count, size) in enumerate(pairs):
        own, mean = count / size, total / everybody
        spread = sum(n * (c / n - mean) ** 2 for c, n in pairs) / everybody - mean / (everybody / len(pairs))
        weight = max(spread, 0.0) / (max(spread, 0.0) + mean / size)
        assert found.rate[at] == pytest.approx(weight * own + (1 - weight) * mean, abs=1e-12)
        assert min(own, mean) - 1e-12 <= found.rate[at] <= max(own, mean) + 1e-12
    # the fewer people, the more of the mean
    assert (np.diff(found.own[np.argsort(people)]) >= -1e-12).all()


def test_smoothed_rates_are_nearer_the_truth() -> None:
    """By simulation: of 200 maps with known rates, the mean error of shrunk rates is well below that of raw ones."""
    rng = np.random.default_rng(9)
    raw, shrunk = [], []
    for _ in range(200):
        people = rng.integers(100, 3_000, 60)
        truth = rng.gamma(8, 0.01 / 8, 60)
        counts = rng.poisson(truth * people)
        raw.append(((counts / people - truth) ** 2).mean())
        shrunk.append(((empirical_bayes(counts, people).rate - truth) ** 2).mean())
    assert np.mean(shrunk) < 0.6 * np.mean(raw)


@pytest.mark.parametrize(
    ("counts", "people", "words"),
    [
        ([1, 2], [10, 0], "1 of 2 places have no population"),
        ([1, 2], [10, np.nan], "1 of 2 places have no population"),
        ([1, 2], [10], "one of each a place"),
        ([1], [10], "two places or more"),
        ([0, 0], [10, 20], "No place has any event"),
        ([1, -2], [10, 20], "no counts"),
        ([1, np.nan], [10, 20], "no counts"),
    ],
)
def test_what_is_no_rate_is_refused(counts: list[float], people: list[float], words: str) -> None:
    for smooth in (empirical_bayes, standardised_rates):
        with pytest.raises(BadInput, match=words):
            smooth(counts, people)
