"""Harm weights and unit costs against the values of their sources, and the sums made of them by hand."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest

from upstream.harm.totals import Counted, cost_of, harm_of
from upstream.harm.weights import STANDING_WORDS, one_for, unit_costs, weights
from upstream.records.contract import code_list

# Cambridge Crime Harm Index 2026 update by Home Office subgroup: median, least, most (days)
PUBLISHED = {
    ("homicide", None): ("5475", "730", "5475"),
    ("rape", "19C"): ("2555", "1825", "4745"),
    ("personal_robbery", "34B"): ("365", "365", "365"),
    ("residential_burglary", "28E"): ("273.5", "2", "730"),
    ("shoplifting", "46"): ("1", "1", "1"),
    ("criminal_damage_arson", "58C"): ("2", "1", "365"),
    ("criminal_damage_arson", "56B"): ("185", "5", "365"),
    ("drug_offences", "92A"): ("5", "1", "547.5"),
    ("drug_offences", "92E"): ("3", "1", "547.5"),
}


@pytest.mark.parametrize(("crime", "days"), PUBLISHED.items(), ids=str)
def test_weights_are_those_of_the_index(crime: tuple[str, str | None], days: tuple[str, str, str]) -> None:
    found = one_for(weights(), "crimes", *crime)
    assert found is not None
    assert (found.days, found.least, found.most) == tuple(map(Decimal, days))


def test_every_category_has_one_weight_for_the_rest_of_its_codes_and_asb_has_none() -> None:
    for table, name in (("crimes", "crime_categories"), ("street_crimes", "police_uk_categories")):
        held = code_list(name)
        assert held is not None
        old = {"violent_crime", "public_disorder_and_weapons", "anti_social_behaviour"}
        for category in set(held.codes) - old:
            rest = [w for w in weights() if (w.table, w.category, w.offence_codes) == (table, category, ())]
            assert len(rest) == 1, category
    assert one_for(weights(), "street_crimes", "anti_social_behaviour", None) is None


def test_every_row_says_where_it_comes_from_and_how_far_it_is_checked() -> None:
    for row in (*weights(), *unit_costs()):
        assert row.source
        assert row.as_of
        assert row.standing in STANDING_WORDS
    assert all(w.least <= w.days <= w.most for w in weights())


def test_harm_is_the_sum_of_each_crimes_median_with_the_groups_ends_beside_it() -> None:
    counts = [Counted("residential_burglary", "28E", 4), Counted("shoplifting", "46", 10), Counted("piracy", None, 3)]
    harm = harm_of("crimes", counts)
    assert harm.days == Decimal("1104")  # 4 x 273.5 + 10 x 1
    assert (harm.least, harm.most) == (Decimal(18), Decimal(2930))  # 4 x 2 + 10; 4 x 730 + 10
    assert harm.days_reported == Decimal("1094")  # without the shop thefts
    assert (harm.weighed, harm.without) == (14, 3)
    assert harm.standings == ("secondary",)


def test_an_unchecked_unit_cost_is_never_in_the_checked_sum() -> None:
    counts = [
        Counted("personal_robbery", "34B", 2),  # 11,320 seen
        Counted("residential_burglary", "28E", 3),  # 5,930 recalled
        Counted("vehicle_offences", "45", 5),  # 870 seen
        Counted("vehicle_offences", "126", 7),  # no unit cost
    ]
    cost = cost_of("crimes", counts)
    assert cost.checked == 2 * 11_320 + 5 * 870
    assert cost.unchecked == 3 * 5_930
    assert (cost.crimes_checked, cost.crimes_unchecked, cost.without) == (7, 3, 7)
    assert cost.price_years == ("2015/16",)


@pytest.mark.shared
def test_the_files_agree_with_the_tables_they_were_taken_from(shared: Path) -> None:
    with (shared / "reference" / "cambridge_chi_2026_by_subgroup.csv").open(encoding="utf-8") as file:
        held = {row["ho_offence_subgroup"].lower(): row for row in csv.DictReader(file)}
    for weight in weights():
        row = held.get(weight.subgroup.partition(";")[0].lower())
        if weight.table == "crimes":
            assert row is not None, weight.subgroup
            values = [Decimal(row[name]) for name in ("median_days", "min_days", "max_days")]
            assert [weight.days, weight.least, weight.most] == values
    with (shared / "reference" / "unit_costs_of_crime_2018.csv").open(encoding="utf-8") as file:
        costs = {Decimal(row["unit_cost_gbp"]): row for row in csv.DictReader(file) if row["unit_cost_gbp"]}
    for cost in unit_costs():
        checked = costs[cost.pounds]["status"] == "press-verified"
        assert cost.standing == ("secondary" if checked else "unverified"), cost.crime_type
