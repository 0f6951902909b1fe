"""Whether the chance of seeing a change is what was promised, and what a place chosen for a bad time counts next.

Bands are five standard errors of the trials about what is promised.
"""

from __future__ import annotations

import numpy as np
import pytest

from upstream.stats.before_after import counts_before_after, counts_compared
from upstream.stats.falling_back import expected_return
from upstream.stats.power import LIKELY, Design, smallest_ratio

CI, DEEP = 800, 8_000
trials_of = pytest.mark.parametrize("trials", [CI, pytest.param(DEEP, marks=pytest.mark.deep)])


def draw(rng: np.random.Generator, mean: np.ndarray | float, dispersion: float, n: int) -> np.ndarray:
    if dispersion == 1:
        return rng.poisson(mean, n)
    return rng.negative_binomial(np.asarray(mean) / (dispersion - 1), 1 / dispersion, n)


def slack(share: float, trials: int) -> float:
    return 5 * float(np.sqrt(share * (1 - share) / trials))


@trials_of
@pytest.mark.parametrize(("mean", "compared", "dispersion", "after"), [
    (20.0, 0.0, 2.0, 12), (20.0, 50.0, 2.0, 12), (40.0, 40.0, 3.0, 6), (10.0, 0.0, 1.0, 12),
])  # fmt: skip
def test_the_smallest_effect_is_seen_80_times_in_100(
    mean: float, compared: float, dispersion: float, after: int, trials: int
) -> None:
    rng = np.random.default_rng(31)
    degrees = (1 if dispersion > 1 else 1e6) * (10.0 + after)
    ratio = smallest_ratio(Design(mean, 12, after, compared, dispersion, degrees))
    assert ratio is not None
    seen = 0
    for _ in range(trials):
        y, z = draw(rng, mean, dispersion, 12), draw(rng, mean * ratio, dispersion, after)
        known = 1.0 if dispersion == 1 else None
        if compared:
            c, d = draw(rng, compared, dispersion, 12), draw(rng, compared, dispersion, after)
            made = counts_compared(y, z, c, d, dispersion=known)
        else:
            made = counts_before_after(y, z, dispersion=known)
        seen += made.p < 0.05 and made.ratio.estimate < 1
    assert seen / trials == pytest.approx(LIKELY, abs=slack(LIKELY, trials))


@trials_of
@pytest.mark.parametrize("dispersion", [1.0, 2.0])
@pytest.mark.parametrize(("shape", "periods"), [(4.0, 12), (20.0, 3)])
def test_the_worst_of_fifty_counts_next_what_was_expected_of_it(
    shape: float, periods: int, dispersion: float, trials: int
) -> None:
    """Places that differ much, seen for a year; and places that hardly differ, seen for a quarter."""
    rng = np.random.default_rng(32)
    expected, recent, held, after, own = np.zeros((5, trials // 2))
    for trial in range(trials // 2):
        levels = rng.gamma(shape, 8 / shape, 50)
        counts = np.array([draw(rng, level, dispersion, periods + 1) for level in levels])
        chosen = int(np.argmax(counts[:, periods - 1]))
        made = expected_return(counts[:, :periods], chosen)
        expected[trial], recent[trial], after[trial] = made.expected.estimate, made.recent, counts[chosen, periods]
        held[trial] = made.expected.lower <= after[trial] <= made.expected.upper
        own[trial] = counts[chosen, :periods].mean()
    error = float(np.std(after - expected)) / np.sqrt(len(after))
    assert float(np.mean(after - expected)) == pytest.approx(0, abs=4 * error)
    assert float(np.mean(recent - after)) > 20 * error
    assert held.mean() > 0.95 - slack(0.05, len(held))
    if periods == 3:  # its own mean, not drawn to the others', is far too high: here it matters
        assert float(np.mean(own - after)) > 10 * error
