"""What small counts are expected to do, against integrals and simulations written out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import integrate, stats

from upstream.errors import BadInput
from upstream.stats.count_limits import count_limits, poisson_predictive, small_count_predictive
from upstream.stats.false_alarms import small_count_false_alarms
from upstream.stats.limits import known_values, sd_limits
from upstream.stats.run_rules import MAKING_DATA_COUNT, SpecialCause, special_causes

BASELINE = [0, 1, 0, 0, 2, 0, 1, 0, 0, 0, 1, 0]


def test_held_values_keep_their_order_and_too_few_are_refused() -> None:
    assert known_values([3, np.nan, 1, 2], least=3).tolist() == [3, 1, 2]
    with pytest.raises(BadInput, match="holds 2 of 4"):
        known_values([3, np.nan, np.nan, 2], least=3)
    with pytest.raises(BadInput, match="shape"):
        known_values([[1.0, 2.0]])


@pytest.mark.parametrize("count", [0, 1, 3])
def test_one_more_count_is_poisson_averaged_over_what_its_mean_may_be(count: int) -> None:
    found = poisson_predictive(BASELINE)
    posterior = stats.gamma(sum(BASELINE) + 0.5, scale=1 / 12)
    at_most, _ = integrate.quad(lambda mean: posterior.pdf(mean) * stats.poisson.cdf(count, mean), 0, 10)
    assert found.at_most(count) == pytest.approx(at_most, abs=1e-6)
    assert found.above(count) == pytest.approx(1 - at_most, abs=1e-6)
    assert found.quantile(at_most - 1e-4) == count


def test_which_distribution_small_counts_have() -> None:
    assert small_count_predictive(BASELINE) == poisson_predictive(BASELINE)
    assert small_count_predictive([9, 11] * 6) is None, "a mean of ten is not small"
    uneven = [0, 0, 9, 1, 0, 8, 0, 0, 7, 1, 0, 6]
    wider = small_count_predictive(uneven)
    assert wider is not None
    assert wider.above(9) > 2 * poisson_predictive(uneven).above(9)
    assert wider.quantile(0.975) == count_limits(uneven).upper


def test_expected_false_flags_are_those_of_simulated_months() -> None:
    limits = sd_limits(BASELINE)
    found = small_count_false_alarms(limits, BASELINE, MAKING_DATA_COUNT, points=9)
    rng = np.random.default_rng(1)
    trials = 8000
    means = rng.gamma(sum(BASELINE) + 0.5, 1 / 12, size=trials)
    flags = np.array([special_causes(rng.poisson(mean, 9), limits)[-1] for mean in means])
    for expected, bits in (
        (found.outside, SpecialCause.ABOVE_UPPER | SpecialCause.BELOW_LOWER),
        (found.shift, SpecialCause.SHIFT_HIGH | SpecialCause.SHIFT_LOW),
        (found.near, SpecialCause.NEAR_UPPER | SpecialCause.NEAR_LOWER),
    ):
        # four standard errors
        simulated = float(np.mean((flags & int(bits)) > 0))
        assert simulated == pytest.approx(expected, abs=4 * np.sqrt(expected * (1 - expected) / trials) + 1e-9)
    assert found.shift > 0.08
    short = small_count_false_alarms(limits, BASELINE, MAKING_DATA_COUNT, points=2)
    assert (short.shift, short.trend, short.near) == (0, 0, 0)
    with pytest.raises(BadInput, match="mean"):
        small_count_false_alarms(sd_limits([12] * 12), [12] * 12, MAKING_DATA_COUNT, points=9)
