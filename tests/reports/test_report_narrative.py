"""Key points: every number bound, direction and sign agreed, every edge worded rightly."""

from __future__ import annotations

import calendar
import dataclasses
import math
import re
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upstream.measures.definition import Definition
from upstream.measures.loading import load_packs
from upstream.measures.result import MeasureResult, Provenance, Rank, Series
from upstream.periods import Month
from upstream.reports.binding import Binding
from upstream.reports.document import Text, text_of
from upstream.reports.figures import Figure, figure, printed
from upstream.reports.figures import Provenance as Source
from upstream.reports.narrative import key_points, side_of_mean, streak
from upstream.reports.period_words import month_list, months_not_held, ytd_words

PACK = load_packs(("force",))[0]
COUNT, SHARE = PACK.definition("crime_total"), PACK.definition("victim_referral_rate")
UP, DOWN = ("more than", "higher than"), ("fewer than", "lower than", "less than")

_DATE = re.compile(rf"\b(?:{'|'.join(calendar.month_name[1:])})(?: \d{{4}})?\b|per 1,000")


def binding(definition: Definition, series: Series, *, public: bool = False) -> Binding:
    provenance = Provenance(definition.key, "0" * 16, (), "select 1", "duckdb", "1")
    return Binding(MeasureResult(definition, {"force": series}, provenance), public)


def points(definition: Definition, series: Series, *, public: bool = False) -> list[str]:
    bound = binding(definition, series, public=public)
    return [text_of(runs) for runs in key_points(bound, bound.result.series["force"])]


numbers = st.lists(st.one_of(st.integers(0, 40), st.integers(0, 9_000)).map(float), min_size=27, max_size=30)
gaps = st.sets(st.integers(0, 29), max_size=6)


@settings(max_examples=150, deadline=None)
@given(numbers=numbers, gaps=gaps, share=st.booleans())
def test_every_number_of_a_sentence_is_bound(
    one_series: Callable[..., Series], numbers: list[float], gaps: set[int], share: bool
) -> None:
    definition = SHARE if share else COUNT
    values = [math.nan if i in gaps else (n % 100 if share else n) for i, n in enumerate(numbers)]
    series = one_series(definition, values)
    for runs in key_points(binding(definition, series), series):
        for run in runs:
            if isinstance(run, Text):
                assert not re.search(r"\d", _DATE.sub("", run.text)), run.text
            elif isinstance(run, Figure):
                assert run.value is not None
                assert run.source.query


@settings(max_examples=150, deadline=None)
@given(numbers=numbers, gaps=gaps)
def test_direction_words_agree_with_the_sign(
    one_series: Callable[..., Series], numbers: list[float], gaps: set[int]
) -> None:
    values = [math.nan if i in gaps else n for i, n in enumerate(numbers)]
    series = one_series(COUNT, values)
    said = points(COUNT, series)
    for change in series.changes:
        sentence = next((s for s in said if f"in {change.then_label} (" in s and "running" not in s), None)
        if sentence is None:
            assert not math.isfinite(change.difference)  # only what is not held goes unsaid
            continue
        assert any(w in sentence for w in UP) == (change.difference > 0)
        assert any(w in sentence for w in DOWN) == (change.difference < 0)
        assert ("the same as" in sentence) == (change.difference == 0)


def test_a_volume_above_its_limit_says_so_with_the_limit(one_series: Callable[..., Series]) -> None:
    series = one_series(COUNT, [100, 104, 98, 101, 99, 103, 97, 102, 100, 96, 104, 100, 98, 101, 102, 99, 160])
    first = points(COUNT, series)[0]
    assert first.startswith("In June 2022 there were 160, above the upper control limit of ")


def test_a_volume_below_its_limit_is_never_passed_over(one_series: Callable[..., Series]) -> None:
    series = one_series(COUNT, [100, 104, 98, 101, 99, 103, 97, 102, 100, 96, 104, 100, 98, 101, 102, 99, 40])
    assert "below the lower control limit of " in points(COUNT, series)[0]


def test_a_limit_that_would_print_like_its_value_gets_another_digit(one_series: Callable[..., Series]) -> None:
    series = one_series(COUNT, [30.0] * 14 + [39.0])
    limits = dataclasses.replace(series.limits[0])
    limits.upper[:] = 38.6
    limits.lower[:] = 10.0
    series = dataclasses.replace(series, limits=(limits,))
    assert points(COUNT, series)[0] == "In June 2022 there were 39, above the upper control limit of 38.6."


@pytest.mark.parametrize(
    ("then", "now", "wanted"),
    [
        (0, 3, "That is 3 more than in June 2021 (0)"),
        (2, 1, "That is 1 fewer than in June 2021 (2)"),
        (5, 5, "That is the same as in June 2021 (5)."),
        (200, 150, "That is 50 (25%) fewer than in June 2021 (200)"),
        (0, 0, "That is the same as in June 2021 (0)."),
    ],
)
def test_bases_of_nothing_and_of_little(
    one_series: Callable[..., Series], then: float, now: float, wanted: str
) -> None:
    said = points(COUNT, one_series(COUNT, [then, *([7.0] * 11), now]))
    assert any(sentence.startswith(wanted) for sentence in said), said
    assert not any("%" in s for s in said if "June 2021" in s and then < 10)


def test_one_is_singular(one_series: Callable[..., Series]) -> None:
    assert points(COUNT, one_series(COUNT, [4.0] * 9 + [1.0]))[0] == "In June 2022 there was 1."


def test_a_missing_month_is_said_and_nothing_is_compared_with_it(one_series: Callable[..., Series]) -> None:
    said = points(COUNT, one_series(COUNT, [5.0] * 12 + [math.nan]))
    assert len(said) == 1
    assert said[0].startswith(
        "The records of June 2022 are not held, so there is no figure for it. The last figure held is 5"
    )
    said = points(COUNT, one_series(COUNT, [math.nan] + [5.0] * 12))
    assert "It cannot be compared with June 2021, which is not held." in said


def test_shares_that_print_alike_are_almost_the_same(one_series: Callable[..., Series]) -> None:
    said = points(SHARE, one_series(SHARE, [50.02] + [60.0] * 11 + [49.98]))
    assert any(s.startswith("It is almost the same as in June 2021 (50.0%)") for s in said), said


def test_a_streak_has_its_length_and_its_start(one_series: Callable[..., Series]) -> None:
    series = one_series(COUNT, [20.0] * 12 + [30.0, 25.0, 22.0, 18.0])
    assert streak(series) == (3, -1)
    assert "It has fallen for 3 months running, from 30 in March 2022." in points(COUNT, series)
    assert streak(one_series(COUNT, [1.0, math.nan, 2.0, 3.0])) == (1, 1)
    assert streak(one_series(COUNT, [3.0, 3.0])) == (0, 0)


def test_side_of_mean_stops_at_a_gap(one_series: Callable[..., Series]) -> None:
    series = one_series(COUNT, [10.0] * 12 + [9.0, 12.0] + [12.0, 13.0, 14.0])
    limits = dataclasses.replace(series.limits[0])
    limits.centre[:] = 11.0
    assert side_of_mean(dataclasses.replace(series, limits=(limits,))) == (4, 1)


def test_a_rank_is_said_with_what_chance_allows(one_series: Callable[..., Series]) -> None:
    series = dataclasses.replace(one_series(COUNT, [5.0] * 13), rank=Rank(3, 2, 5, 8, 12.0, ("a", "b")))
    said = points(COUNT, series)
    assert said[-1] == (
        "Among 8 similar forces its rate per 1,000 residents is number 3 from the lowest; with chance allowed for, "
        "between 2 and 5."
    )


def test_the_public_sees_no_small_count(one_series: Callable[..., Series]) -> None:
    said = points(COUNT, one_series(COUNT, [2.0] * 12 + [3.0]), public=True)
    assert said[0] == "The number for June 2022 is small and is not printed."
    assert not re.search(r"\b[1-4]\b", " ".join(said))


def test_months_are_listed_in_runs() -> None:
    listed = (Month(2020, 4), Month(2020, 5), Month(2020, 6), Month(2021, 3), Month(2021, 11), Month(2021, 12))
    assert month_list(listed) == "April to June 2020, March 2021, and November and December 2021"
    assert month_list(()) == ""


def test_the_year_to_date_is_named_by_its_months() -> None:
    assert ytd_words(Month(2022, 6)) == "April to June 2022"
    assert ytd_words(Month(2022, 4)) == "April 2022"
    assert ytd_words(Month(2023, 1)) == "April 2022 to January 2023"


def test_months_not_held_are_found(one_series: Callable[..., Series]) -> None:
    series = one_series(COUNT, [1.0, math.nan, 1.0])
    assert months_not_held(series, Month(2022, 4)) == ((Month(2022, 5),), ())


@given(st.floats(-1e9, 1e9, allow_nan=False), st.integers(0, 3))
def test_printed_numbers_read_back_to_half_a_digit(number: float, decimals: int) -> None:
    back = float(printed(number, decimals).replace(",", "").replace("−", "-"))
    assert abs(back - number) <= 0.5 * 10**-decimals * (1 + 1e-6) + abs(number) * 1e-12


@pytest.mark.parametrize(
    ("number", "unit", "wanted"),
    [
        (1257.0, "count", "1,257"),
        (2.5, "count", "3"),
        (-0.04, "percent", "0.0%"),
        (-12.34, "percent", "−12.3%"),
        (1.0, "points", "1.0 percentage point"),
        (2.1, "points", "2.1 percentage points"),
        (-1500.0, "pounds", "−£1,500"),
    ],
)
def test_numbers_are_printed_as_readers_expect(number: float, unit: str, wanted: str) -> None:
    assert figure(number, unit, Source("x")).text == wanted


def test_nothing_is_compared_across_a_change_of_recording(one_series: Callable[..., Series]) -> None:
    series = one_series(COUNT, [50.0] * 9 + [20.0, 30.0, 40.0, 60.0])
    broken = Month(2022, 5)
    changes = tuple(dataclasses.replace(c, broken=broken) if c.name == "same_last_year" else c for c in series.changes)
    series = dataclasses.replace(series, changes=changes, breaks=(broken,))
    said = points(COUNT, series)
    assert "That is not comparable with June 2021 (50): recording changed in May 2022." in said
    assert not any("more than in June 2021" in sentence for sentence in said)
    assert streak(series) == (1, 1)


def test_a_comparison_is_made_once(one_series: Callable[..., Series]) -> None:
    """An annual figure's previous year is its last year; April's year to date is April."""
    values = [float(40 + i) for i in range(27)]
    series = one_series(COUNT, values)
    yearly = dataclasses.replace(COUNT, frequency="year")
    assert sum("than in July 2020 to June 2021 (" in s for s in points(yearly, series)) == 1
    assert not any("Over twelve months" in s for s in points(yearly, series))
    quarterly = dataclasses.replace(COUNT, frequency="quarter")
    assert not any(s.startswith("Year to date") for s in points(quarterly, series))  # June ends quarter one
    assert any(s.startswith("Year to date") for s in points(COUNT, series))


def test_what_is_outside_its_limits_stands_out(one_series: Callable[..., Series]) -> None:
    series = one_series(COUNT, [100, 104, 98, 101, 99, 103, 97, 102, 100, 96, 104, 100, 98, 101, 102, 99, 160])
    bold = [run.text for run in key_points(binding(COUNT, series), series)[0] if isinstance(run, Text) and run.bold]
    assert bold == ["above the upper control limit"]


def test_a_limit_gets_no_more_digits_than_its_value_needs(one_series: Callable[..., Series]) -> None:
    """Only where the value is outside: 39 within 38.996 and 50 reads as 39 and 50."""
    series = one_series(COUNT, [30.0] * 14 + [39.0])
    limits = dataclasses.replace(series.limits[0])
    limits.upper[:], limits.lower[:] = 50.0, 38.996
    series = dataclasses.replace(series, limits=(limits,))
    shown = binding(COUNT, series).limit(series, series.latest_month, "lower", beside=39.0)
    assert shown.text == "39"
