"""What one source holds beyond another, against the plainest way of working it out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import betabinom, binom, t

from upstream.stats.shared_counts import excess, unshared


def _share_by_loops(a: np.ndarray, b: np.ndarray, left_out: int | None) -> float:
    places, periods = a.shape
    up = down = seen = known = 0.0
    for w in range(periods):
        for i in range(places):
            beyond = [c[i, w] - c[i].sum() * c[:, w].sum() / c.sum() for c in (a, b)]
            if w != left_out:
                up += beyond[0] * beyond[1]
                down += beyond[1] ** 2
                seen, known = seen + a[i, w], known + b[i, w]
    return 1 - up / down * known / seen


def test_share_and_interval_by_loops() -> None:
    rng = np.random.default_rng(3)
    b = rng.poisson(rng.lognormal(0.5, 0.8, (9, 1)), (9, 24))
    a = rng.binomial(b, 0.4) + rng.poisson(0.5, (9, 24))
    got = unshared(a, b, confidence=0.9)
    parts = np.array([_share_by_loops(a, b, w) for w in range(24)])
    share = _share_by_loops(a, b, None)
    error = np.sqrt(23 / 24 * ((parts - parts.mean()) ** 2).sum())
    reach = t.ppf(0.95, 23) * error
    assert got.share == pytest.approx(share, abs=1e-12)
    assert got.lower == pytest.approx(max(share - reach, 0), abs=1e-12)
    assert got.upper == pytest.approx(min(share + reach, 1), abs=1e-12)
    beyond = sum(max(int(a[i, w]) - int(b[i, w]), 0) for i in range(9) for w in range(24))
    assert got.least == pytest.approx(beyond / a.sum(), abs=1e-12)
    assert (got.first, got.second, got.periods) == (a.sum(), b.sum(), 24)


def test_chances_are_those_of_the_beta_binomial() -> None:
    rng = np.random.default_rng(4)
    b = rng.poisson(12, 60)
    a = rng.binomial(b, 0.3) + rng.poisson(rng.gamma(0.5, 6, 60))
    got = excess(a, b)
    share, both = a.sum() / (a + b).sum(), a + b
    assert got.overdispersion > 0.01
    scale = (1 - got.overdispersion) / got.overdispersion
    assert got.p == pytest.approx(betabinom.sf(a - 1, both, share * scale, (1 - share) * scale), rel=1e-8)
    assert got.expected == pytest.approx(both * share)


def test_chances_are_binomial_where_places_do_not_differ() -> None:
    a, b = np.array([4, 6, 5, 5, 0]), np.array([10, 15, 13, 12, 0])
    got = excess(a, b)
    assert got.overdispersion == 0
    assert got.p == pytest.approx(binom.sf(a - 1, a + b, 20 / 70))
