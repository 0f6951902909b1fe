"""Stability of leading places and weighted totals against a slow recount."""

from __future__ import annotations

import numpy as np
import pytest

from upstream.errors import BadInput
from upstream.stats.stability import leading, stability
from upstream.stats.weighted_totals import weighted_totals


def test_places_that_led_are_recounted() -> None:
    rng = np.random.default_rng(11)
    for _ in range(20):
        first, second = rng.poisson(rng.gamma(1, 4, 60)), rng.poisson(4, 60)
        found = stability(first, second, top=7)
        a, b = (sorted(range(60), key=lambda i, c=counts: (-c[i], i))[:7] for counts in (first, second))
        assert leading(first, 7).tolist() == a
        assert found.stayed == len(set(a) & set(b))
        assert found.jaccard == pytest.approx(len(set(a) & set(b)) / len(set(a) | set(b)))
        assert (found.before, found.after) == (first[a].sum(), second[a].sum())


def test_the_same_map_twice_is_stable_and_a_turned_one_is_not() -> None:
    counts = np.arange(50)
    same, turned = stability(counts, counts, top=5), stability(counts, counts[::-1], top=5)
    assert (same.jaccard, same.rank_correlation) == (1, pytest.approx(1))
    assert (turned.jaccard, turned.rank_correlation) == (0, pytest.approx(-1))
    assert np.isnan(stability(counts, np.full(50, 3), top=5).rank_correlation)


def test_blindly_drawn_places_overlap_as_chance_says() -> None:
    rng = np.random.default_rng(12)
    drawn = [stability(rng.permutation(40), rng.permutation(40), top=10) for _ in range(800)]
    # expected overlap 10 * 10 / 40 = 2.5 places, exactly (hypergeometric); sd of the mean of 800 is 0.04
    assert np.mean([one.stayed for one in drawn]) == pytest.approx(2.5, abs=0.16)
    assert drawn[0].jaccard_by_chance == pytest.approx(2.5 / 17.5)


def test_without_places_without_events_or_with_too_many_leaders_it_is_refused() -> None:
    for first, second, top in (([0, 0], [1, 1], 1), ([1, 2], [1, 2], 3), ([1, 2], [1], 1), ([1, -1], [0, 0], 1)):
        with pytest.raises(BadInput):
            stability(first, second, top=top)


def test_totals_are_sums_and_one_heavy_event_is_seen() -> None:
    place, weight = [0, 0, 1, 3, 3, 3], [5.0, 7, 100, 1, 1, 2]
    found = weighted_totals(place, weight, 5, top=1, rng=np.random.default_rng(1), draws=400)
    assert found.total.tolist() == [12, 100, 0, 4, 0]
    assert found.events.tolist() == [2, 1, 0, 3, 0]
    assert found.largest.tolist() == [7 / 12, 1, 0, 0.5, 0]
    assert (found.lower[1], found.rank_low[1]) == (0, 1)  # one event may as well not have come
    # it comes in 1 - 1/e of draws
    assert found.in_top[1] == pytest.approx(1 - np.exp(-1), abs=0.08)
    with pytest.raises(BadInput):
        weighted_totals([5], [1.0], 5, top=1, rng=np.random.default_rng(1))
    with pytest.raises(BadInput):
        weighted_totals([0], [np.nan], 5, top=1, rng=np.random.default_rng(1))


def test_the_interval_is_that_of_a_compound_poisson() -> None:
    """Wide enough: near plus and minus 1.96 roots of the sum of squared weights, for many light events."""
    rng = np.random.default_rng(5)
    weight = rng.choice([1.0, 2, 10], 2_000)
    found = weighted_totals(np.zeros(2_000, int), weight, 1, top=1, rng=rng, draws=1_500)
    half = 1.96 * np.sqrt((weight**2).sum())
    assert found.upper[0] - found.total[0] == pytest.approx(half, rel=0.08)
    assert found.total[0] - found.lower[0] == pytest.approx(half, rel=0.08)
