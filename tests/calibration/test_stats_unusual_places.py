"""Of the places that stand out among others like them, no more are false than is said; and the sums are SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from upstream.errors import BadInput
from upstream.scan.exceptional import FALSE_SHARE
from upstream.stats.unusual_places import LIKE_LEAST, unusual_places

PLACES, PLANTED = 2_000, 10


def shares(rng: np.random.Generator, maps: int, ratio: float, spread: float = 1.0) -> tuple[float, float]:
    """Mean share of false ones, and share found of places with ``ratio`` times as many as theirs would be."""
    false, found = [], 0
    for _ in range(maps):
        level = rng.gamma(spread, 0.6 / spread, PLACES)
        planted = np.arange(PLACES) < (PLANTED if ratio != 1 else 0)
        level[planted] = 0.6 * ratio
        out = np.nan_to_num(unusual_places(rng.poisson(level), np.arange(PLACES) % 2).q, nan=1.0) <= FALSE_SHARE
        false.append(float((out & ~planted).sum()) / max(int(out.sum()), 1))
        found += int((out & planted).sum())
    return float(np.mean(false)), found / (maps * PLANTED)


def test_no_more_are_false_than_is_said_and_planted_places_are_found() -> None:
    rng = np.random.default_rng(20_220_704)
    nothing, _ = shares(rng, 150, 1.0)
    false, found = shares(rng, 60, 30.0)
    assert nothing <= FALSE_SHARE + 3 * np.sqrt(FALSE_SHARE * (1 - FALSE_SHARE) / 150)
    assert false <= FALSE_SHARE + 0.02
    assert found >= 0.8


def test_each_place_is_judged_by_the_others_as_scipy_has_it() -> None:
    rng = np.random.default_rng(9)
    counts = rng.negative_binomial(1, 0.5, 60)
    found = unusual_places(counts, np.zeros(60), level=1e-9)  # nothing is set aside
    for at in range(60):
        others = np.delete(counts, at)
        mean, spread = others.mean(), others.var(ddof=1)
        p = stats.nbinom.sf(counts[at] - 1, mean**2 / (spread - mean), mean / spread)
        assert found.expected[at] == pytest.approx(mean)
        assert found.p[at] == pytest.approx(p, rel=1e-9)
    even = np.tile([1, 2], 30)
    assert unusual_places(even, np.zeros(60)).p[1] == pytest.approx(stats.poisson.sf(1, np.delete(even, 1).mean()))


def test_too_few_places_of_a_kind_are_not_judged_and_bad_counts_are_refused() -> None:
    found = unusual_places(np.full(LIKE_LEAST, 3), np.r_[np.zeros(LIKE_LEAST - 1), 1])
    assert np.isnan(found.p).all()
    with pytest.raises(BadInput, match="whole numbers"):
        unusual_places([0.5], ["a"])
    with pytest.raises(BadInput, match="one kind a place"):
        unusual_places([1, 2], ["a"])
