"""Constructions and layouts that the rules read by structure: each beside a clean look-alike."""

from __future__ import annotations

import pytest

from upstream.reports.check import check_text
from upstream.reports.check.reading.sheets import read_csv

GRADING = "| Measure | June 2022 |\n|---|---|\n| Evidence grading | 44% |\n| Upload | 61% |\n\n"


def rules_of(text: str) -> set[str]:
    return set(check_text(text).counts())


RATIOS = [
    (
        "There were 16.6 tutors per pupil (9 tutors; 149 pupils).",
        "There were 16.6 pupils per tutor (9 tutors; 149 pupils).",
    ),
    (
        "Pupils reached: 132. Tutors: 19. Pupils reached per tutor: 0.14.",
        "Pupils reached: 132. Tutors: 19. Pupils reached per tutor: 6.9.",
    ),
    (
        "The 120 nurses looked after 25 beds. That is 4.8 each.",
        "The 120 nurses looked after 25 beds. That is 0.21 each.",
    ),
    (
        "Spread over 9 crews, the 62 bins come to 0.15 each.",
        "Spread over 9 crews, the 62 bins come to 6.9 each.",
    ),
    (
        "The tutor to pupil ratio is 1 to 16.4 (477 to 29).",
        "The tutor to pupil ratio is 1 to 16.4 (29 to 477).",
    ),
    (
        "If the 10 calls are shared out, each of the 206 desks has 20.6.",
        "If the 206 calls are shared out, each of the 10 desks has 20.6.",
    ),
]


@pytest.mark.parametrize(("wrong", "right"), RATIOS)
def test_a_ratio_is_read_by_its_nouns(wrong: str, right: str) -> None:
    assert rules_of(wrong) == {"ratio_wrong_way"}
    assert rules_of(right) == set()


@pytest.mark.parametrize(
    "text",
    [
        "2.1 24 lessons were held, 14% down from the 28 held the month before.",
        "We looked at 153 people followed up; 121, or 79.1%, were back in class.",
        "The 127 of the 276 trainees matched make up 46 per cent.",
        "There were 469 orders in June 2022 (364 in Northam, 28 in Westerby and 77 in Easton).",
        "Thefts have risen: 200 in 2021; 212 in 2022. Two forces, with 1.1 and 1.3 million people, had similar rates.",
    ],
)
def test_numbers_that_only_look_like_a_contradiction(text: str) -> None:
    assert rules_of(text) == set()


def test_shares_leave_rows_out_that_repeat_a_part_of_the_row_above() -> None:
    table = "| Kind | Share |\n|---|---|\n| Paid | 40% |\n| of which late | 25% |\n| Open | {} |\n| All | 100% |\n"
    assert rules_of(table.format("60%")) == set()
    assert rules_of(table.format("75%")) == {"parts_do_not_sum"}


def test_the_name_of_a_csv_file_is_the_title_of_its_table() -> None:
    def title(name: str) -> str:
        return read_csv("area,count\nNorth,5\nSouth,7\n", name).tables[0].title

    assert title("01_arrests_by_area_2023_24.csv") == "arrests by area 2023/24"
    assert title("folder/crime-counts_2022_06.csv") == "crime counts 2022-06"
    assert title("a.csv") == ""


QUARTERS = """
| Month | North | South | East | Total |
|---|---|---|---|---|
| Jan | 210 | 34 | 588 | 832 |
| Feb | 302 | 41 | 648 | 991 |
| Mar | {} | {} | 506 | 815 |
| Q1 | 783 | 113 | 1742 | 2638 |
"""
AREA = (
    "## {}\n\n| Kind | 2021 | 2022 |\n|---|---|---|\n| Theft | {} | {} |\n| Arson | {} | {} |\n| Fraud | {} | {} |\n\n"
)


def test_two_numbers_interchanged_are_found_by_the_sums_that_an_exchange_mends() -> None:
    assert rules_of(QUARTERS.format(271, 38)) == set()
    assert "rows_swapped" in rules_of(QUARTERS.format(38, 271))


@pytest.mark.parametrize(("wrong", "expected"), [(False, set()), (True, {"rows_swapped"})])
def test_rows_of_the_table_for_the_whole_are_interchanged(wrong: bool, expected: set[str]) -> None:
    north, south, east = (152, 97, 30, 26, 279, 245), (103, 87, 39, 44, 46, 31), (87, 129, 68, 51, 181, 242)
    whole = [sum(values) for values in zip(north, south, east, strict=True)]
    if wrong:
        whole = [*whole[4:], *whole[2:4], *whole[:2]]
    areas = zip(("North", "South", "East", "All areas"), (north, south, east, whole), strict=True)
    assert rules_of("".join(AREA.format(name, *values) for name, values in areas)) == expected


def test_a_row_of_per_cents_is_no_part_of_a_sum() -> None:
    table = (
        "| Period | North | South | East | Total |\n|---|---|---|---|---|\n| 2021 | 110 | 250 | 360 | 720 |\n"
        "| 2022 | 121 | 200 | 396 | 717 |\n| Percentage change | +10% | -20% | +10% | -0% |\n"
    )
    assert rules_of(table) == set()
    assert rules_of(table.replace("717", "771").replace("-0%", "+7%")) == {"parts_do_not_sum"}


def test_a_list_of_exceptions_to_nothing_is_a_list() -> None:
    table = (
        "| Kind | June 2022 | Upper limit | Lower limit |\n|---|---|---|---|\n| Theft | 120 | 110 | 60 |\n"
        "| Arson | 44 | 60 | 30 |\n| Fraud | 73 | 99 | 50 |\n\n{}\n"
    )
    assert rules_of(table.format("No volume exceeded its upper limit other than theft.")) == set()
    assert "outside_limits_not_listed" in rules_of(table.format("No volume exceeded its upper limit."))


def test_more_than_halved_is_a_fall() -> None:
    assert rules_of("Kitchen fires more than halved, to 128 from 413.") == set()
    assert rules_of("Kitchen fires more than halved, to 328 from 413.") == {"sentence_cannot_hold"}


TARGETS = [
    (
        "Visits were meant to be 95% or better. At 86% they were.",
        "Visits were meant to be 95% or better. At 86% they were not.",
    ),
    ("The target of 80% was not met in June 2022: 85%.", "The target of 80% was not met in June 2022: 75%."),
    ("Goal for safety: at least 60%. Result: 68%. Not met.", "Goal for safety: at least 60%. Result: 58%. Not met."),
    (
        "It took 6.5 weeks where 5 weeks is the most allowed: met.",
        "It took 4.5 weeks where 5 weeks is the most allowed: met.",
    ),
    (
        "Arrival has to stay at or under 8 hours. It was 9 hours, so it did.",
        "Arrival has to stay at or under 8 hours. It was 7 hours, so it did.",
    ),
    (
        "Attendance is non-compliant: 74% against a required minimum of 70%.",
        "Attendance is non-compliant: 64% against a required minimum of 70%.",
    ),
    ("Answering (61%) is on or above target (70%).", "Answering (71%) is on or above target (70%)."),
]


@pytest.mark.parametrize(("wrong", "right"), TARGETS)
def test_a_verdict_is_read_whatever_words_carry_it(wrong: str, right: str) -> None:
    assert rules_of(wrong) == {"target_claim_wrong"}
    assert rules_of(right) == set()


@pytest.mark.parametrize(
    "text",
    [
        "Plan coverage: 37%, 5 points less than 42% in August 2020.",
        "Pledge fulfilment: 36.6%, 17.7 points less than 54.3% in 2022/23.",
        "The fund of £100,000 helped.\n\n11\n\nThe offer was to be at most 12 places. It was.",
    ],
)
def test_words_of_target_inside_a_name_judge_nothing(text: str) -> None:
    assert rules_of(text) == set()


STANDARDS = (
    "| Measure | Expected (at least) | Actual |\n|---|---|---|\n| Answering | 70% | 74% |\n| Attendance | 80% | 78% |\n"
    "| Checks | 85% | 88% |\n| Files | 60% | 50% |\n\n{}\n"
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Two of the four standards were met.", set()),
        ("2.1 Of the 4 standards, 2 were missed.", set()),
        ("Three of the four standards were met.", {"target_claim_wrong"}),
        ("Of the 4 standards, none were met.", {"target_claim_wrong"}),
        ("All the standards were met.", {"target_claim_wrong"}),
        ("Three of the five standards of the inspectorate were met.", set()),
    ],
)
def test_targets_met_are_counted(text: str, expected: set[str]) -> None:
    assert rules_of(STANDARDS.format(text)) == expected


def test_a_table_on_its_side_is_read_by_its_columns() -> None:
    table = (
        "| Measure | Checks | Files | Attendance |\n|---|---|---|---|\n| Expected (at least) | 75% | 90% | 65% |\n"
        "| Actual | 78.5% | 91.6% | 67.1% |\n| Outcome | Above | Above | {} |\n"
    )
    assert rules_of(table.format("Above")) == set()
    assert rules_of(table.format("Below")) == {"target_claim_wrong"}


YEARS = (
    "| Kind | {} | {} | {} | Change {} to 2019/20 (%) |\n|---|---|---|---|---|\n| Theft | 100 | 110 | 121 | 10% |\n"
    "| Arson | 50 | 40 | 44 | 10% |\n"
)


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (("2017/18", "2018/19", "2019/20", "2018/19"), set()),
        (("2018/19", "2018/19", "2019/20", "2018/19"), {"wrong_period_label"}),
        (("2017/18", "2016/17", "2019/20", "2018/19"), {"wrong_period_label"}),
    ],
)
def test_a_column_of_change_names_the_columns_it_compares(headers: tuple[str, ...], expected: set[str]) -> None:
    assert rules_of(YEARS.format(*headers)) == expected


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (
            "The first quarter (July, August, September) of 2024/25 had 180 cases.",
            "The first quarter (April, May, June) of 2024/25 had 180 cases.",
        ),
        (
            "From May 2023 to the end of September 2023, that is 6 months, we counted 316.",
            "From May 2023 to the end of September 2023, that is 5 months, we counted 316.",
        ),
        (
            "Our financial year 2020/21 began in April 2019 and ended in March 2020.",
            "Our financial year 2020/21 began in April 2020 and ended in March 2021.",
        ),
        (
            "There were 202 reports over thirteen months (April 2024 to March 2025).",
            "There were 202 reports over twelve months (April 2024 to March 2025).",
        ),
    ],
)
def test_a_period_explained_by_another(wrong: str, right: str) -> None:
    assert rules_of(wrong) == {"wrong_period_label"}
    assert rules_of(right) == set()


@pytest.mark.parametrize(
    "above",
    [
        "**Thefts by area: June 2021 and June 2022**\n\n",
        "Table 4\nThefts by area: June 2021 and June 2022\n\n",
        "Table 4. Thefts by area: June 2021 and June 2022\n\n3\n\n",
    ],
)
def test_the_line_above_a_table_is_its_title(above: str) -> None:
    table = "| Area | June 2021 | June 2022 |\n|---|---|---|\n| North | 50 | 61 |\n| South | 44 | 37 |\n"
    assert rules_of(above + table) == set()
    assert rules_of(above + table.replace("June 2021", "June 2020")) == {"wrong_period_label"}


@pytest.mark.parametrize(
    "text",
    [
        "Several rows are normal (15,851 repeats in 193,646 rows), and 1.3% of their numbers do not occur elsewhere.",
        "The pathway has more than 100 agencies, split by area, 50 languages and food banks.",
        "Concentration (80/20), persistence and streaks are shown.",
        "Vintages 17/18/19 are held, and java is 17.0.15 here.",
        "The code (RFC 2104) is kept under a secret of at least 16 bytes.",
        "Months of 1 to 7 are suppressed by the publisher.",
        "*Table 3: Visits, April 2021: Numbers from 1 to 4 are shown as fewer than 5.*",
        "Spiking reports halved to 357, having been 714.",
    ],
)
def test_real_text_that_looks_like_a_contradiction(text: str) -> None:
    assert rules_of(text) == set()


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        (
            "Vehicle stops totalled 303: 86 in North, 319 in East and 32 in South.",
            "Vehicle stops totalled 437: 86 in North, 319 in East and 32 in South.",
        ),
        (
            "The 927 calls were made up of 751 in North, 54 in East and 68 in South.",
            "The 873 calls were made up of 751 in North, 54 in East and 68 in South.",
        ),
        (
            "There were 398 sittings, with 69 in North, 64 in East and 780 in South.",
            "There were 398 sittings, with 69 in North, 64 in East and 80 in South.",
        ),
    ],
)
def test_a_list_that_says_it_is_whole_adds_up(wrong: str, right: str) -> None:
    assert rules_of(wrong) == {"parts_do_not_sum"}
    assert rules_of(right) == set()


@pytest.mark.parametrize(
    ("wrong", "right", "rule"),
    [
        (
            "In May 2022 we had 149 visits. In May 2023 we had 118, a rise of 20.8%.",
            "In May 2022 we had 149 visits. In May 2023 we had 118, a fall of 20.8%.",
            "sentence_cannot_hold",
        ),
        ("Visits ↑ 38% to 662 (was 1,074).", "Visits ↓ 38% to 662 (was 1,074).", "sentence_cannot_hold"),
        (
            "Take-up: 45.0%, 5.9 points less than 39.1% in May 2022.",
            "Take-up: 33.2%, 5.9 points less than 39.1% in May 2022.",
            "sentence_cannot_hold",
        ),
        (
            "Grants now run at 220, a retreat of 181 on 338.",
            "Grants now run at 220, a retreat of 118 on 338.",
            "sentence_cannot_hold",
        ),
        (
            "Most of the 351 defendants pleaded guilty: 144.",
            "Most of the 351 defendants pleaded guilty: 244.",
            "percent_does_not_follow",
        ),
        (
            "91 per cent (n=216) of trainees matched (N=310) kept the job.",
            "70 per cent (n=216) of trainees matched (N=310) kept the job.",
            "percent_does_not_follow",
        ),
        (
            "There were 55 cells inspected, of which 59 were clean.",
            "There were 55 cells inspected, of which 49 were clean.",
            "impossible_value",
        ),
        (
            "In March 2022 we had 844 visits, which brings the year to date to 490.",
            "In March 2022 we had 844 visits, which brings the year to date to 4,900.",
            "impossible_value",
        ),
        (
            "There were 4,730 visits in the year to date, including 8,440 in March 2022.",
            "There were 8,440 visits in the year to date, including 4,730 in March 2022.",
            "impossible_value",
        ),
    ],
)
def test_sentences_read_by_their_structure(wrong: str, right: str, rule: str) -> None:
    assert rules_of(wrong) == {rule}
    assert rules_of(right) == set()


SAID_TWICE = [
    (
        "The target on take-up is 75%. Take-up carries a target of 85%.",
        "The target on take-up is 75%. Uptake of advice carries a target of 85%.",
    ),
    (
        GRADING + "Evidence grading for June 2022: 47%.\n",
        GRADING + "Evidence grading for June 2022: 44%.\n",
    ),
    (
        "How many first visits were there in June 2022? It was 4,735. First visits numbered 4,375 in June 2022.",
        "How many first visits were there in June 2022? It was 4,735. First visits numbered 4,735 in June 2022.",
    ),
]


@pytest.mark.parametrize(("wrong", "right"), SAID_TWICE)
def test_one_fact_said_twice(wrong: str, right: str) -> None:
    assert rules_of(wrong) == {"fact_quoted_differently"}
    assert rules_of(right) == set()


def test_two_breakdowns_of_one_thing_have_one_total() -> None:
    text = (
        "Table 1: Thefts by day, June 2022\n\n| Day | June 2022 |\n|---|---|\n| Weekday | 370 |\n| Weekend | 311 |\n"
        "| Total | 681 |\n\nTable 2: Thefts by time, June 2022\n\n| Time | June 2022 |\n|---|---|\n| Day | 400 |\n"
        "| Night | {} |\n| Total | {} |\n"
    )
    assert rules_of(text.format(281, 681)) == set()
    assert rules_of(text.format(216, 616)) == {"fact_quoted_differently"}
    assert rules_of(text.format(216, 616).replace("by time", "by time, where known")) == set()
