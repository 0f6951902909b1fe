"""Unit costs, prices and the worth of an answer: what is refused, what is said, and where each figure is from."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from upstream.assess.answer_value import Valuing, range_of, value_answer
from upstream.assess.finding import Finding, Refused, difference_of, maryland, ratio_of
from upstream.assess.ladder import Answer
from upstream.assess.quoted import beside
from upstream.assess.unit_value import (
    BEARERS,
    UnitPart,
    UnitPounds,
    days_of_counts,
    unit_of_counts,
    unit_of_crime,
    unit_of_quoted,
    unit_of_row,
)
from upstream.assess.value import NOT_SPLIT
from upstream.assess.worth_words import (
    beside_the_table,
    drawn,
    exactly,
    pounds,
    quoted,
    said_beside,
    said_of_worth,
    three_figures,
)
from upstream.errors import BadInput
from upstream.harm.assumptions import cost_categories, optimism_grades
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
    beside_it = " ".join(beside_the_table(value_answer(Answer(COMPARED, (), (), ()), valuing).main))
    for words in ("How likely it is that", "still pay if its worth were 78% less", "not to be added to pounds"):
        assert words in beside_it
    assert "avoided" not in beside_it
    free = " ".join(said_of_worth(value_answer(Answer(COMPARED, (), (), ()), Valuing(UNIT, 0)).main, "burglaries"))
    assert "there is no return" in free
    assert (exactly(1_234.5), exactly(900.0)) == ("£1,234.50", "£900")
    assert (three_figures(-259_311), three_figures(0.4), three_figures(math.inf)) == (-259_000, 0.4, math.inf)
    assert (pounds(259_311), pounds(-1_234), pounds(0.4), pounds(math.inf)) == ("£259,000", "−£1,230", "£0", "no limit")


def test_who_bears_what_was_counted_as_far_as_it_was_seen() -> None:
    rapes, vehicles = Counted("rape", None, 1), Counted("vehicle_offences", "48", 3)
    mixed = unit_of_counts("crimes", [rapes, vehicles, Counted("residential_burglary", None, 4)])
    assert [(one.bearer, one.pounds) for one in mixed.parts] == [("police", pytest.approx((6_360 + 3 * 2_030) / 8))]
    assert mixed.not_split == ("Domestic burglary", "Rape", "Theft of vehicle")
    assert unit_of_crime("Robbery").not_split == ("Robbery",)
    killed = unit_of_counts("crimes", [Counted("homicide", None, 2)])
    assert [one.bearer for one in killed.parts] == ["police", "justice"]
    said = " ".join(said_of_worth(value_answer(Answer(COMPARED, (), (), ()), Valuing(mixed, 1)).main, "crimes"))
    assert "not of all of it, for Domestic burglary, Rape, Theft of vehicle: the Home Office" in said
    assert "Spared to police" in said


def test_a_table_may_say_who_bears_it_by_the_home_offices_kinds_of_cost() -> None:
    row = {
        "crime": "Theft", "pounds": "100", "price_year": "2020/21", "source": "own", "harm": "30", "property": "20",
        "health_services": "5", "justice": "15", "police": "10", "lost_output": "12", "defensive": "8",
    }  # fmt: skip
    parts = {one.bearer: one.pounds for one in unit_of_row(row).parts}
    assert parts == {"police": 10, "justice": 15, "health": 5, "victim": 50, "other": 20}
    with pytest.raises(BadInput, match="more than it"):
        unit_of_row({**row, "victim": "30"})  # of the victim twice
    with pytest.raises(BadInput, match="not a number"):
        unit_of_row({**row, "harm": "nan"})
    with pytest.raises(BadInput, match="more than it"):
        replace(UNIT, parts=(UnitPart("police", math.nan),))
    assert {one.bearer for one in cost_categories()} <= set(BEARERS)
    assert {one.stage for one in cost_categories()} == {"anticipation", "consequence", "response"}
    assert all(one.why and one.source for one in cost_categories())


def test_shares_for_optimism_have_a_grade_and_a_source() -> None:
    grades = optimism_grades()
    assert [(one.grade, one.per_cent) for one in grades] == [(1, 0), (2, 5), (3, 10), (4, 15), (5, 25), (6, 40)]
    assert all("Green Book" in one.said and "recalled and not yet checked" in one.said for one in grades)


def test_figures_that_others_quote_stand_beside_a_worth_and_change_none_of_it() -> None:
    plain = value_answer(Answer(COMPARED, (), (), ()), Valuing(UNIT, 5_000, "2024/25"))
    keys = tuple(one.key for one in published_values())
    made = value_answer(Answer(COMPARED, (), (), ()), Valuing(UNIT, 5_000, "2024/25", beside=keys))
    assert made.main == plain.main
    assert said_beside(plain) == []
    youth, _, _, treatment = said_beside(made)
    factor = price_level("2009/10", "2024/25").factor
    assert f"£207,000, {pounds(207_000 * factor)} in prices of 2024/25" in youth
    for words in ("Published in 2009", "taken as 2009/10", "Audit Commission", "Not comparable: It is what one young"):
        assert words in youth
    assert "£4.00 for each pound. Published in 2018; a return has no price year" in treatment
    assert [one.repriced for one in beside(keys, "1980/81")] == [None] * 4
    with pytest.raises(BadInput, match="no quoted value 'luck'"):
        beside(["luck"], "2024/25")


def test_every_assumption_is_said() -> None:
    unit = replace(UNIT, least=500, most=2_000, parts=(UnitPart("police", 400),))
    valuing = Valuing(
        unit, 5_000, "2024/25", 0.25, {"police": 0.1, NOT_SPLIT: 0.0}, None, "our own nine plans", "two posts ended"
    )  # fmt: skip
    made = value_answer(Answer(COMPARED, (), (), ()), valuing, draws=500)
    said = " ".join([*said_of_worth(made.main, "burglaries", made.by), drawn(made)])
    for words in (
        "25% was taken off for optimism: our own nine plans",
        "10% of what is spared to police was said to be cash: two posts ended",
        "500 draws of the effect and the unit cost",
        "It pays from 5.0 (95% interval: ",
        "Cash that budgets would see, as it was said: £",
    ):
        assert words in said
    assert "None of it is counted as cash" not in said
    assert "as given and without a source" in " ".join(said_of_worth(made.main, "burglaries"))
