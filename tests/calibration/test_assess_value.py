"""What an effect was worth: against sums in closed form, and never without a comparison."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from upstream.assess.finding import Comparison, Finding, Refused, difference_of, maryland, ratio_of
from upstream.assess.value import UnitPounds, worth
from upstream.errors import BadInput
from upstream.stats.distributions import normal_cdf

FLAT = UnitPounds(1000, 1000, 1000, "2015/16", "made up")
SPREAD = UnitPounds(500, 1000, 2100, "2015/16", "made up")


def finding(comparison: Comparison = "comparable") -> Finding:
    return Finding(
        "m", "M", "q", "e", "burglaries", "lower", 80.0, 100.0, ratio_of(math.log(0.8), 0.1), difference_of(-20, 8),
        0.01, 0.99, maryland(before_and_after=True, comparison=comparison), ("a",), ("b",),
    )  # fmt: skip


def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def test_the_draws_agree_with_closed_form() -> None:
    got = worth(finding(), FLAT, cost=12_000, rng=rng())
    assert (got.avoided.estimate, got.benefit.estimate, got.net.estimate) == (20, 20_000, 8_000)
    assert got.avoided.lower == pytest.approx(20 - 1.96 * 8, abs=0.5)  # 20,000 draws: about 0.13 of error
    assert got.net.upper == pytest.approx(8_000 + 1_960 * 8, abs=500)
    assert got.chance_it_pays == pytest.approx(float(normal_cdf(1.0)), abs=0.01)  # (20 - 12) / 8
    assert (got.cost_of_each, got.break_even) == (600, 12)


def test_a_ratio_alone_is_enough() -> None:
    got = worth(replace(finding(), difference=None), FLAT, cost=0, rng=rng())
    assert got.avoided.estimate == pytest.approx(20)
    assert got.avoided.lower == pytest.approx(80 * (math.exp(-math.log(0.8) - 0.196) - 1), abs=0.5)


def test_optimism_and_prices_scale_the_benefit_and_a_spread_widens_it() -> None:
    plain, cut = (worth(finding(), FLAT, cost=0, rng=rng(), optimism=share) for share in (0.0, 0.4))
    assert cut.benefit.lower == pytest.approx(0.6 * plain.benefit.lower)
    assert worth(finding(), FLAT, cost=6_000, rng=rng(), deflator=1.5).break_even == 4
    spread = worth(finding(), SPREAD, cost=0, rng=rng())
    assert spread.benefit.upper > plain.benefit.upper


def test_there_is_no_worth_without_a_comparison() -> None:
    with pytest.raises(Refused, match="compares with nothing"):
        worth(finding("none"), FLAT, cost=0, rng=rng())
    with pytest.raises(Refused, match="better more"):
        worth(replace(finding(), better="higher"), FLAT, cost=0, rng=rng())
    with pytest.raises(Refused, match="no finite effect"):
        worth(
            replace(finding(), difference=difference_of(math.nan, 1), ratio=ratio_of(0, math.inf)),
            FLAT,
            cost=0,
            rng=rng(),
        )
    for wrong in ({"cost": -1}, {"optimism": 1}, {"deflator": 0}):
        with pytest.raises(BadInput):
            worth(finding(), FLAT, **{"cost": 0, "rng": rng(), **wrong})
    with pytest.raises(BadInput, match="no cost"):
        UnitPounds(2, 1, 3, "2015/16", "made up")
