"""What a careful reader sees without knowing the report: each fault beside the same words without it."""

from __future__ import annotations

import pytest

from upstream.reports.check import check_text

KINDS = """| Kind | Jun 2024 | Jun 2023 | 2024/25 to date |
|---|---|---|---|
| Noise | 435 | 455 | 1385 |
| Graffiti | 163 | 159 | 518 |
| Begging | 153 | 139 | 623 |
| Vehicles | 212 | 203 | 598 |

Table 2: by month

| Kind | Apr | May | Jun | Year to date |
|---|---|---|---|---|
| Noise | 484 | 466 | 435 | 1385 |
| Graffiti | 180 | 175 | 163 | 518 |
| Begging | 231 | 239 | 153 | 623 |
| Vehicles | 190 | 196 | 212 | 598 |
"""
THEMES = """Table 1: cross-cutting themes

| Theme | May 2024 | Jun 2024 | Year to date 2024/25 |
|---|---|---|---|
| Knife crime | 188 | 179 | 505 |
| Hate crime | 182 | 242 | 599 |

Table 2: all crimes, and year to date

| Kind | Jun 2024 | Jun 2023 | Year to date 2024/25 |
|---|---|---|---|
| Burglary | 215 | 201 | 618 |
| Theft | 417 | 320 | 1081 |
| Knife crime | 179 | 193 | 505 |
| Hate crime | 242 | 198 | 599 |
| All crimes | 1053 | 912 | 2803 |
"""


def rules_of(text: str) -> set[str]:
    return set(check_text(text).counts())


def test_two_rows_interchanged_between_sister_tables() -> None:
    assert rules_of(KINDS) == set()
    swapped = KINDS.replace("| Noise | 435 | 455 | 1385 |", "| Noise | 163 | 159 | 518 |", 1)
    swapped = swapped.replace("| Graffiti | 163 | 159 | 518 |", "| Graffiti | 435 | 455 | 1385 |", 1)
    assert "rows_swapped" in rules_of(swapped)


def test_one_number_of_two_tables() -> None:
    assert rules_of(THEMES) == set()
    assert "fact_quoted_differently" in rules_of(
        THEMES.replace("| Hate crime | 182 | 242 | 599 |", "| Hate crime | 182 | 242 | 799 |")
    )


SENTENCES = [
    (
        "sentence_cannot_hold",
        "There were more lessons (101) than visits (650) over the period.",
        "There were fewer lessons (101) than visits (650) over the period.",
    ),
    (
        "sentence_cannot_hold",
        "Loans (40) outnumbered returns (52).",
        "Loans (52) outnumbered returns (40).",
    ),
    (
        "sentence_cannot_hold",
        "Loans have fallen for three months in a row: 95 in April, 90 in May, 97 in June and 32 in July.",
        "Loans have fallen for three months in a row: 95 in April, 90 in May, 57 in June and 32 in July.",
    ),
    (
        "sentence_cannot_hold",
        "There were 286 loans in June 2024. This is 45 more than in June 2023, up 14.7 per cent.",
        "There were 286 loans in June 2024. This is 45 more than in June 2023, up 18.7 per cent.",
    ),
    (
        "parts_do_not_sum",
        "Of the 339 loans in June 2024, 79 were renewed, 150 were returned and the remaining 164 were lost.",
        "Of the 393 loans in June 2024, 79 were renewed, 150 were returned and the remaining 164 were lost.",
    ),
    (
        "parts_do_not_sum",
        "There were 540 letters from readers: 222 came by post, 107 came online and 221 were brought in.",
        "There were 550 letters from readers: 222 came by post, 107 came online and 221 were brought in.",
    ),
    (
        "wrong_period_label",
        "Fares were agreed for the 2018-21 financial year.",
        "Fares were agreed for the 2018-19 financial year, and the 2018-21 strategy.",
    ),
    (
        "wrong_period_label",
        "Loans fell from 120 in June 2024 to 100 in June 2024.",
        "Loans fell from 120 in June 2023 to 100 in June 2024.",
    ),
]


@pytest.mark.parametrize(("rule", "wrong", "right"), SENTENCES)
def test_sentences(rule: str, wrong: str, right: str) -> None:
    assert rules_of(wrong) == {rule}
    assert rules_of(right) == set()


MONTHS = """**Visits, Q1 2024/25 (April to June 2024)**

| Place | Apr 2024 | May 2024 | Jun 2024 |
|---|---|---|---|
| A | 5 | 7 | 9 |
"""


@pytest.mark.parametrize(
    ("old", "new"), [("Jun 2024", "Aug 2024"), ("| Apr 2024 | May 2024 | Jun 2024 |", "| Apr | Apr | Jun |")]
)
def test_columns_of_a_title_with_its_months(old: str, new: str) -> None:
    assert rules_of(MONTHS) == set()
    assert "wrong_period_label" in rules_of(MONTHS.replace(old, new))


SCORES = """| Measure | Standard | Previous | Latest | Status |
|---|---|---|---|---|
| Pupils on time | 85% or more | 70.4% | 72.6% | Missed |
| Parents content | Under review | 78.3% | 77.3% | Not judged |
| Teachers trained | 92% or more | 95.3% | 94.0% | Met |
"""


def test_a_target_that_is_not_set_leaves_the_others_judged() -> None:
    assert rules_of(SCORES) == set()
    assert rules_of(SCORES.replace("72.6% | Missed", "72.6% | Met")) == {"target_claim_wrong"}
