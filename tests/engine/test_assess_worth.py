"""Unit costs, prices and the worth of an answer: what is refused, what is said, and where each figure is from."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from upstream.assess.answer_value import Valuing, range_of, value_answer
from upstream.assess.finding import Finding, Refused, difference_of, maryland, ratio_of
from upstream.assess.ladder import Answer
from upstream.assess.unit_value import (
    UnitPounds,
    days_of_counts,
    unit_of_counts,
    unit_of_crime,
    unit_of_quoted,
    unit_of_row,
)
from upstream.assess.worth_words import pounds, quoted, said_of_worth
from upstream.errors import BadInput
from upstream.harm.prices import cost_parts, price_level, published_values
from upstream.harm.totals import Counted
from upstream.harm.weights import unit_costs

COMPARED = Finding(
    "m", "Compared", "q", "e", "burglaries", "lower", 80.0, 100.0, ratio_of(math.log(0.8), 0.1), difference_of(-20, 8),
    0.01, 0.99, maryland(before_and_after=True, comparison="comparable"), ("a",), ("b",),
)  # fmt: skip
ALONE = replace(COMPARED, title="Alone", maryland=maryland(before_and_after=True))
UNIT = UnitPounds(1000, 1000, 1000, "2015/16", "made up")


def test_prices_of_one_year_in_those_of_another() -> None:
    made = price_level("2015/16", "2024/25")
    assert made.factor == pytest.approx(100 / 74.5804)
    assert not made.forecast
    assert price_level("2015/16", "2026/27").forecast
    back = price_level("2024/25", "2015/16").factor
    assert made.factor * back == pytest.approx(1)
    # the same series, two quarters later, as another reader of the Treasury's workbook gives it: 2013-14 times 1.3693,
    # 2018-19 times 1.2692 to prices of 2024-25
    assert price_level("2013/14", "2024/25").factor == pytest.approx(1.3693, abs=2e-4)
    assert price_level("2018/19", "2024/25").factor == pytest.approx(1.2692, abs=2e-4)
    for of in ("", "1980/81"):
        with pytest.raises(BadInput, match="no deflator"):
            price_level(of, "2024/25")


def test_figures_often_quoted_have_a_source_and_an_age() -> None:
    known = {one.key: one for one in published_values()}
    assert (known["youth_justice"].pounds, known["youth_support"].pounds) == (207_000, 47_000)
    assert (known["alcohol_treatment"].pounds, known["drug_treatment"].pounds) == (3, 4)
    said = quoted(2026)
    assert "17 years old" in said[0]
    assert all(one.source in line for one, line in zip(published_values(), said, strict=True))
    assert unit_of_quoted("youth_justice", "2009/10").price_year == "2009/10"
    with pytest.raises(BadInput, match="no quoted value"):
        unit_of_quoted("alcohol_treatment")  # a return is no cost of a person


def test_unit_costs_of_a_crime_of_what_was_counted_and_of_a_table() -> None:
    rape = unit_of_crime("rape")
    assert [(one.bearer, one.pounds) for one in rape.parts] == [("police", 6360)]
    assert unit_of_crime("Domestic burglary").unchecked == 1
    with pytest.raises(BadInput, match="No unit cost"):
        unit_of_crime("Parking")
    counted = [
        Counted("personal_robbery", None, 3),
        Counted("residential_burglary", None, 1),
        Counted("other_theft", None, 4),
    ]
    mixed = unit_of_counts("crimes", counted)
    assert mixed.likely == pytest.approx((3 * 11_320 + 5_930) / 8)
    assert mixed.without == 0.5
    assert mixed.unchecked == pytest.approx(5_930 / (3 * 11_320 + 5_930))
    assert days_of_counts("crimes", [Counted("personal_robbery", None, 2)]) == 365
    assert days_of_counts("incidents", [Counted("asb_nuisance", None, 2)]) is None
    with pytest.raises(Refused, match="None of what was counted"):
        unit_of_counts("crimes", [Counted("other_theft", None, 4)])
    row = {"crime": "Theft", "pounds": "100", "most": "150", "police": "30", "price_year": "2020/21", "source": "own"}
    assert (unit_of_row(row).most, unit_of_row(row).parts[0].pounds) == (150, 30)
    for wrong, says in (
        ({"pounds": "many"}, "not a number"),
        ({"source": ""}, "lacks"),
        ({"police": "300"}, "more than it"),
    ):
        with pytest.raises(BadInput, match=says):
            unit_of_row({**row, **wrong})


def test_parts_are_parts_of_unit_costs_held() -> None:
    held = {one.crime_type: one for one in unit_costs()}
    for name in {one.crime_type for one in cost_parts()}:
        parts = [one for one in cost_parts() if one.crime_type == name]
        assert sum(one.pounds for one in parts) <= held[name].pounds
        assert {one.price_year for one in parts} == {held[name].price_year}


def test_an_answer_is_valued_by_its_strongest_method_that_compared() -> None:
    made = value_answer(Answer(ALONE, (COMPARED, replace(COMPARED, title="Other")), (), ()), Valuing(UNIT, 5_000))
    assert (made.main.method, [one.method for one in made.others]) == ("Compared", ["Other"])
    assert range_of(made.others) == (20_000, 20_000)
    assert range_of(()) is None
    again = value_answer(Answer(COMPARED, (), (), ()), Valuing(UNIT, 5_000))
    assert again.main.benefit == made.main.benefit  # the same answer has the same worth everywhere
    with pytest.raises(Refused, match="no worth"):
        value_answer(Answer(ALONE, (), (), ()), Valuing(UNIT, 5_000))
    with pytest.raises(BadInput, match="not known, so it cannot be re-priced"):
        value_answer(Answer(COMPARED, (), (), ()), Valuing(replace(UNIT, price_year=""), 1, "2024/25"))


def test_what_a_worth_says() -> None:
    valuing = Valuing(replace(UNIT, without=0.25), 5_000, "2024/25", optimism=0.15, harm_days=2.0)
    said = " ".join(said_of_worth(value_answer(Answer(COMPARED, (), (), ()), valuing).main, "burglaries"))
    for words in (
        "Burglaries avoided by it: 20",
        "Days of harm avoided: 40",
        "prices of 2024/25",
        "For each pound spent: £4.56",  # 20 x 1,000 x 1.3408 x 0.85 / 5,000
        "None of it is counted as cash",
        "15% was taken off for optimism",
        "25% of the events have no unit cost",
        "does not say",
    ):
        assert words in said
    free = " ".join(said_of_worth(value_answer(Answer(COMPARED, (), (), ()), Valuing(UNIT, 0)).main, "burglaries"))
    assert "there is no return" in free
    assert (pounds(259_311), pounds(-1_234), pounds(0.4), pounds(math.inf)) == ("£259,000", "−£1,230", "£0", "no limit")
