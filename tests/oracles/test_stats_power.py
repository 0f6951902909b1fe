"""Power beside statsmodels, and the return to the mean beside the formula for normal values."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm
from statsmodels.stats.rates import power_poisson_ratio_2indep

from upstream.stats.falling_back import expected_return
from upstream.stats.power import Design, chance_of_seeing


@pytest.mark.parametrize(("ratio", "dispersion", "after"), [(0.97, 1.0, 12), (0.95, 3.0, 6), (1.03, 2.0, 24)])
def test_the_chance_is_that_of_statsmodels(ratio: float, dispersion: float, after: int) -> None:
    ours = chance_of_seeing(Design(1000.0, 12, after, dispersion=dispersion), ratio)[0]
    peer = power_poisson_ratio_2indep(
        1000.0 * ratio, 1000.0, nobs1=after, nobs_ratio=12 / after, dispersion=dispersion, alpha=0.05,
        alternative="two-sided", method_var="alt", value=1, return_results=False,
    )  # fmt: skip
    assert ours == pytest.approx(peer, abs=2e-3)


def test_places_beyond_a_bound_fall_by_what_barnett_and_others_give() -> None:
    """Barnett, van der Pols and Dobson 2005: within variance over the root of the whole, times C(z)."""
    rng = np.random.default_rng(41)
    between, within = 30.0, 20.0  # standard deviations: a count of 400 on average varies by 20
    counts = rng.poisson(rng.normal(400.0, between, (20_000, 1)))
    z = 1.0
    bound = 400.0 + z * np.hypot(between, within)
    beyond = np.flatnonzero(counts[:, 0] > bound)
    made = expected_return(counts, int(beyond[0]))
    returns = counts[beyond, 0].mean() - (made.own * counts[beyond, 0].mean() + (1 - made.own) * counts.mean())
    formula = within**2 / np.hypot(between, within) * norm.pdf(z) / norm.sf(z)
    assert returns == pytest.approx(formula, rel=0.05)
    assert made.expected.estimate == pytest.approx(
        made.own * counts[beyond[0], 0] + (1 - made.own) * counts.mean(), rel=1e-9
    )
