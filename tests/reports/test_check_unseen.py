"""Constructions and layouts that the rules read by structure: each beside a clean look-alike."""

from __future__ import annotations

import pytest

from upstream.reports.check import check_text
from upstream.reports.check.reading.sheets import read_csv


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
