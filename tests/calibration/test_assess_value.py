"""What an effect was worth: against sums in closed form, and never without a comparison."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from upstream.assess.finding import Comparison, Finding, Refused, difference_of, maryland, ratio_of
from upstream.assess.unit_value import UnitPart, UnitPounds
from upstream.assess.value import NOT_SPLIT, worth
from upstream.errors import BadInput
from upstream.harm.prices import PriceLevel
from upstream.stats.distributions import normal_cdf
from upstream.stats.intervals import Interval

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
    assert (got.cost_of_each.estimate, got.break_even.estimate) == (600, 12)
    assert got.returned is not None
    assert (got.returned.estimate, got.can_be_wrong) == pytest.approx((20 / 12, 0.4))


def test_an_interval_that_is_wider_on_one_side_is_carried_through_as_it_is() -> None:
    uneven = replace(finding(), difference=Interval(-50, -79, 17, 0.95))
    got = worth(uneven, FLAT, cost=0, rng=rng())
    assert (got.avoided.lower, got.avoided.upper) == pytest.approx((-17, 79), abs=1.5)  # of 20,000 draws
    assert got.benefit.lower < 0  # no change at all fits the effect, so it fits the worth


def test_a_ratio_alone_is_enough() -> None:
    got = worth(replace(finding(), difference=None), FLAT, cost=0, rng=rng())
    assert got.avoided.estimate == pytest.approx(20)
    assert got.avoided.lower == pytest.approx(80 * (math.exp(-math.log(0.8) - 0.196) - 1), abs=0.5)


def test_optimism_and_prices_scale_the_benefit_and_a_spread_widens_it() -> None:
    plain, cut = (worth(finding(), FLAT, cost=0, rng=rng(), optimism=share) for share in (0.0, 0.4))
    assert cut.benefit.lower == pytest.approx(0.6 * plain.benefit.lower)
    dearer = worth(finding(), FLAT, cost=6_000, rng=rng(), level=PriceLevel("2015/16", "2024/25", 1.5, "made up"))
    assert dearer.break_even == Interval(4, 4, 4, 0.95)
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
    for wrong in ({"cost": -1}, {"optimism": 1}, {"cost": math.nan}, {"cashable": {"police": 0.1}}):
        with pytest.raises(BadInput):
            worth(finding(), FLAT, **{"cost": 0, "rng": rng(), **wrong})
    with pytest.raises(BadInput, match="A deflator"):
        PriceLevel("2015/16", "2024/25", 0, "made up")
    with pytest.raises(BadInput, match="more than it"):
        UnitPounds(1, 1, 1, "2015/16", "made up", (UnitPart("police", 2),))
    with pytest.raises(BadInput, match="no cost"):
        UnitPounds(2, 1, 3, "2015/16", "made up")


def test_the_parts_add_up_and_only_what_was_said_to_be_cash_is() -> None:
    unit = UnitPounds(1000, 1000, 1000, "2015/16", "made up", (UnitPart("police", 250), UnitPart("health", 50)))
    got = worth(finding(), unit, cost=0, rng=rng(), cashable={"police": 0.2})
    assert [(one.bearer, one.benefit.estimate) for one in got.bearers] == [
        ("police", 5_000), ("health", 1_000), (NOT_SPLIT, 14_000),
    ]  # fmt: skip
    assert sum(one.benefit.lower for one in got.bearers) == pytest.approx(got.benefit.lower)
    assert got.cash.estimate == 1_000
    assert got.cash.lower == pytest.approx(0.05 * got.benefit.lower)  # a fifth of a quarter
    assert worth(finding(), unit, cost=0, rng=rng()).cash.estimate == 0
    with pytest.raises(BadInput, match="what justice bears"):
        worth(finding(), unit, cost=0, rng=rng(), cashable={"justice": 0.2})
    with pytest.raises(BadInput, match="that is cash"):
        worth(finding(), unit, cost=0, rng=rng(), cashable={"police": 20})


def test_the_cost_of_each_has_no_limit_where_none_avoided_cannot_be_ruled_out() -> None:
    sure = worth(finding(), FLAT, cost=12_000, rng=rng(), harm_days=3.0)
    assert sure.cost_of_each.lower == pytest.approx(12_000 / sure.avoided.upper)
    assert sure.cost_of_each.upper == pytest.approx(12_000 / sure.avoided.lower)
    assert sure.harm_days is not None
    assert sure.harm_days.estimate == 60
    unsure = worth(replace(finding(), difference=difference_of(-20, 15)), FLAT, cost=30_000, rng=rng())
    assert unsure.cost_of_each.upper == math.inf
    assert unsure.can_be_wrong is None  # it does not pay at the estimate
