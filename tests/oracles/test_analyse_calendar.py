"""The table of special days beside the rules that make them, and tables that cannot be."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path

import pytest
from dateutil.easter import easter

from upstream.analyse.calendar import spans, special_days
from upstream.errors import BadInput

MOVED = {  # by proclamation: for VE day, the Platinum Jubilee, a state funeral and a coronation
    2020: ({dt.date(2020, 5, 4)}, {dt.date(2020, 5, 8)}),
    2022: ({dt.date(2022, 5, 30)}, {dt.date(2022, 6, 2), dt.date(2022, 6, 3), dt.date(2022, 9, 19)}),
    2023: (set(), {dt.date(2023, 5, 8)}),
}


def monday(year: int, month: int, *, last: bool) -> dt.date:
    days = [dt.date(year, month, day) for day in range(1, 32) if day <= (31 if month in (5, 8) else 30)]
    found = [day for day in days if day.weekday() == 0]
    return found[-1] if last else found[0]


def by_rule(year: int) -> set[dt.date]:
    days = {easter(year) - dt.timedelta(days=2), easter(year) + dt.timedelta(days=1)}
    days |= {monday(year, 5, last=False), monday(year, 5, last=True), monday(year, 8, last=True)}
    for fixed in (dt.date(year, 1, 1), dt.date(year, 12, 25), dt.date(year, 12, 26)):
        while fixed.weekday() >= 5 or fixed in days:
            fixed += dt.timedelta(days=1)
        days.add(fixed)
    gone, more = MOVED.get(year, (set(), set()))
    return days - gone | more


@pytest.mark.parametrize("year", range(2017, 2028))
def test_bank_holidays_are_those_of_the_law(year: int) -> None:
    held = {one.first for one in spans() if one.kind == "bank_holiday" and one.first.year == year}
    assert held == by_rule(year)


def test_terms_follow_one_another_and_hold_few_bank_holidays() -> None:
    terms = [one for one in spans() if one.kind == "school_term"]
    assert all(one.last < later.first for one, later in pairwise(terms))
    holidays = {one.first for one in spans() if one.kind == "bank_holiday"}
    inside = {day for day in holidays for one in terms if one.first <= day <= one.last}
    assert {day.month for day in inside - {dt.date(2022, 9, 19)}} <= {4, 5}  # but for the state funeral
    assert all(one.source and one.place for one in spans())


def test_paydays_are_the_last_working_days() -> None:
    found = {one.name: one for one in special_days(spans(), dt.date(2021, 12, 1), dt.date(2022, 5, 30))}
    first = dt.date(2021, 12, 1)
    paid = [first + dt.timedelta(days=int(at)) for at in found["payday"].special.nonzero()[0]]
    # December 2021 ends on a Friday, January and February on a Monday, March a Thursday, April's 29th is a Friday
    assert paid == [
        dt.date(2021, 12, 31),
        dt.date(2022, 1, 31),
        dt.date(2022, 2, 28),
        dt.date(2022, 3, 31),
        dt.date(2022, 4, 29),
    ]
    assert found["bank holiday, England and Wales"].special.sum() == 6
    assert found["bank holiday, England and Wales"].known.all()


def test_beyond_the_table_nothing_is_known() -> None:
    found = {one.name: one for one in special_days(spans(), dt.date(2021, 8, 1), dt.date(2021, 10, 1))}
    term = found["school term, Herefordshire"]
    assert term.known.sum() == 30  # from 2 September on
    assert special_days(spans(), dt.date(1990, 1, 1), dt.date(1990, 12, 31)) == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kind,first\nx,2022-01-01\n", "no table of days"),
        ("kind,name,first,last,place,source\na,b,2022-02-30,2022-03-01,c,d\n", "2022-02-30"),
        ("kind,name,first,last,place,source\na,b,2022-03-02,2022-03-01,c,d\n", "before it begins"),
    ],
)
def test_tables_that_cannot_be_are_refused(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "days.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(BadInput, match=words):
        spans(path)
    with pytest.raises(BadInput, match="cannot be read"):
        spans(tmp_path / "none.csv")
