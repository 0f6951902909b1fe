"""Chances of seeing a change of a share: as published, every case counted, and beside the tests that will be asked."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from commands import ended
from upstream.assess.design_of_people import programme_planned
from upstream.assess.finding import Refused
from upstream.errors import BadInput
from upstream.stats.comparisons import share_change
from upstream.stats.power_of_shares import chance_beside_others, chance_beside_rate, people_needed, smallest_share


def test_as_r_prints_it() -> None:
    """The examples of R's help page of power.prop.test: 0.740 of 50 a group, and 76.7 a group for 0.9."""
    assert chance_beside_others(50, 50, 0.75, 0.5) == pytest.approx(0.740, abs=5e-4)
    assert people_needed(lambda n: chance_beside_others(n, n, 0.75, 0.5), likely=0.9) == 77


@pytest.mark.parametrize(
    ("people", "rate", "share"), [(40, 0.25, 0.1), (33, 0.6, 0.85), (12, 0.5, 0.05), (10, 0.05, 0.01)]
)
def test_beside_a_rate_every_case_is_counted(people: int, rate: float, share: float) -> None:
    rejected = [
        events
        for events in range(people + 1)
        if binomtest(events, people, rate).pvalue <= 0.05 and (events < people * rate) == (share < rate)
    ]
    counted = float(binom.pmf(rejected, people, share).sum()) if rejected else 0.0
    assert chance_beside_rate(people, rate, share) == pytest.approx(counted, abs=1e-12)


@pytest.mark.parametrize(("people", "others", "share", "low"), [(60, 120, 0.2, 0.02), (30, 30, 0.12, 0.08)])
def test_beside_others_as_the_test_that_will_be_asked(people: int, others: int, share: float, low: float) -> None:
    rng = np.random.default_rng(8)
    drawn = zip(rng.binomial(people, share, 1500), rng.binomial(others, 0.45, 1500), strict=True)
    said = [
        made.significant and made.now < made.then for made in (share_change(a, people, b, others) for a, b in drawn)
    ]
    assert -0.02 < np.mean(said) - chance_beside_others(people, others, 0.45, share) < low


def test_the_smallest_and_the_most() -> None:
    smallest = smallest_share(lambda share: chance_beside_others(200, 200, 0.4, share), 0.4, fewer=True)
    assert smallest is not None
    assert chance_beside_others(200, 200, 0.4, smallest) >= 0.8 > chance_beside_others(200, 200, 0.4, smallest + 0.001)
    assert smallest_share(lambda share: chance_beside_rate(10, 0.05, share), 0.05, fewer=True) is None
    assert people_needed(lambda n: 0.0 * n) is None


def test_what_cannot_be_asked() -> None:
    with pytest.raises(BadInput, match="no change"):
        chance_beside_rate(50, 0.3, 0.3)
    with pytest.raises(BadInput, match="shares between"):
        chance_beside_others(50, 50, 0.3, 1.0)
    with pytest.raises(BadInput, match="0 others"):
        chance_beside_others(50, 0, 0.3, 0.1)
    with pytest.raises(Refused, match="too few"):
        programme_planned(9, 0.3, what="reoffending")
    with pytest.raises(Refused, match="Hope for less"):
        programme_planned(50, 0.6, what="completing", hoped=0.7, better="higher")


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("assess", "design-programme", "--what", "reoffending", "--people", "1094", "--rate", "25")
    assert ended(*asked, "--others", "1094") == 0
    said = capsys.readouterr().out
    assert "a fall from 25% to 20.0% (by 20%) is likely (80%) to be seen" in said
    assert "1,094 people must take part, and as many others" in said
    assert ended(*asked[:-3], "9", "--rate", "25") == 2
    assert "too few" in capsys.readouterr().err
