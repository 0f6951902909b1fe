"""Every figure of a worth beside the same worked out without a single draw: quadrature and quantiles in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest

from upstream.assess.finding import Finding, difference_of, maryland, ratio_of
from upstream.assess.unit_value import UnitPart, UnitPounds
from upstream.assess.value import Worth, worth
from upstream.harm.prices import PriceLevel
from upstream.stats.distributions import normal_cdf

EVENTS, ERROR = 40.0, 12.0
LEAST, LIKELY, MOST = 500.0, 1_000.0, 2_100.0
COST, FACTOR, OPTIMISM = 15_000.0, 1.25, 0.2
KEPT = FACTOR * (1 - OPTIMISM)
FINDING = Finding(
    "m", "M", "q", "e", "burglaries", "lower", 80.0, 120.0, ratio_of(math.log(2 / 3), 0.1),
    difference_of(-EVENTS, ERROR), 0.01, 0.99, maryland(before_and_after=True, comparison="comparable"), ("a",), ("b",),
)  # fmt: skip
PARTS = (UnitPart("police", 200), UnitPart("health", 50))


@pytest.fixture(scope="module")
def made() -> Worth:
    return worth(
        FINDING, UnitPounds(LEAST, LIKELY, MOST, "2015/16", "made up", PARTS), cost=COST,
        rng=np.random.default_rng(8), level=PriceLevel("2015/16", "2024/25", FACTOR, "made up"), optimism=OPTIMISM,
        cashable={"police": 0.5}, harm_days=3.0, draws=100_000,
    )  # fmt: skip


def below(pounds: float) -> float:
    """Probability that the benefit is below: the normal's share for each unit cost, summed over the triangle."""
    unit = np.linspace(LEAST, MOST, 20_001)
    up, down = (unit - LEAST) / (LIKELY - LEAST), (MOST - unit) / (MOST - LIKELY)
    dense = np.minimum(up, down)
    share = np.array(normal_cdf((pounds / (unit * KEPT) - EVENTS) / ERROR))
    return float((dense * share).sum() / dense.sum())


def where(share: float) -> float:
    """The pounds below which a share of the benefit lies, by halving."""
    low, high = -100_000.0, 300_000.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) < share else (low, middle)
    return low


def of_triangle(share: float) -> float:
    """The unit cost below which a share of it lies."""
    whole, first = MOST - LEAST, LIKELY - LEAST
    if share < first / whole:
        return LEAST + math.sqrt(share * whole * first)
    return MOST - math.sqrt((1 - share) * whole * (MOST - LIKELY))


def test_the_benefit_and_what_is_worked_out_of_it(made: Worth) -> None:
    low, high = where(0.025), where(0.975)
    assert made.benefit.estimate == EVENTS * LIKELY * KEPT
    assert (made.benefit.lower, made.benefit.upper) == pytest.approx((low, high), rel=0.02)
    assert (made.net.lower, made.net.upper) == pytest.approx((low - COST, high - COST), rel=0.02, abs=250)
    assert made.returned is not None
    assert (made.returned.lower, made.returned.upper) == pytest.approx((low / COST, high / COST), rel=0.02)
    assert made.chance_it_pays == pytest.approx(1 - below(COST), abs=0.003)


def test_each_bearer_has_its_part_of_the_uncertainty_and_cash_has_its_own(made: Worth) -> None:
    for bearer, share in (("police", 0.2), ("health", 0.05), ("not split", 0.75)):
        (one,) = [saved for saved in made.bearers if saved.bearer == bearer]
        assert (one.benefit.lower, one.benefit.upper) == pytest.approx(
            (share * where(0.025), share * where(0.975)), rel=0.02
        )
    assert made.cash.upper == pytest.approx(0.1 * where(0.975), rel=0.02)


def test_the_cost_of_each_and_harm_days_have_the_uncertainty_of_the_effect(made: Worth) -> None:
    few, many = EVENTS - 1.959964 * ERROR, EVENTS + 1.959964 * ERROR
    each = made.cost_of_each
    assert (each.lower, each.estimate, each.upper) == pytest.approx((COST / many, COST / EVENTS, COST / few), rel=0.02)
    assert made.harm_days is not None
    assert (made.harm_days.lower, made.harm_days.upper) == pytest.approx((3 * few, 3 * many), rel=0.02)


def test_the_break_even_has_the_uncertainty_of_the_unit_cost(made: Worth) -> None:
    cheap, dear = of_triangle(0.025) * KEPT, of_triangle(0.975) * KEPT
    got = made.break_even
    assert got.estimate == COST / (LIKELY * KEPT)
    assert (got.lower, got.upper) == pytest.approx((COST / dear, COST / cheap), rel=0.01)


def test_spread_agrees_with_the_variance_of_a_product(made: Worth) -> None:
    mean = (LEAST + LIKELY + MOST) / 3
    variance = (LEAST**2 + LIKELY**2 + MOST**2 - LEAST * LIKELY - LEAST * MOST - LIKELY * MOST) / 18
    spread = KEPT * math.sqrt(ERROR**2 * mean**2 + variance * EVENTS**2 + ERROR**2 * variance)
    # nearly normal: the interval is as wide as that of a normal with this spread, its middle a little off
    assert made.benefit.upper - made.benefit.lower == pytest.approx(2 * 1.96 * spread, rel=0.05)
