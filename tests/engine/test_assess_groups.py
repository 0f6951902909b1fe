"""Findings of programmes and surveys: the sources' small groups, and what is refused."""

from __future__ import annotations

import pytest

from upstream.assess.finding import Refused
from upstream.assess.groups import beside_base_rate, beside_comparison, survey


def test_two_of_38_beside_a_published_rate() -> None:
    found = beside_base_rate(2, 38, 0.25, what="reoffending", followed_months=12, source="Ministry of Justice")
    assert found.counterfactual == 9.5
    assert found.ratio is not None
    assert found.ratio.upper < 1
    assert found.probability_of_benefit > 0.99
    assert found.maryland.level == 2
    worse = beside_base_rate(19, 270, 0.03, what="reoffending", followed_months=12, source="Ministry of Justice")
    assert worse.probability_of_benefit < 0.01


def test_completing_is_better_when_higher() -> None:
    assert beside_comparison(80, 100, 55, 100, what="completing", better="higher").probability_of_benefit > 0.99
    assert beside_comparison(55, 100, 80, 100, what="reoffending").probability_of_benefit > 0.99


def test_a_survey_with_a_design_effect() -> None:
    found = survey(620, 1000, 560, 1000, what="police do a good job", design_effect=2)
    assert found.difference is not None
    assert found.difference.estimate == pytest.approx(60)
    assert found.difference.lower < 0
    assert 0.9 < found.probability_of_benefit < 0.98
    assert "Holm" in found.caveats[-1]


def test_a_handful_of_people_is_refused() -> None:
    with pytest.raises(Refused, match="There are 4 people"):
        beside_base_rate(1, 4, 0.25, what="reoffending", followed_months=12, source="x")
    with pytest.raises(Refused):
        beside_comparison(1, 20, 1, 9, what="reoffending")
