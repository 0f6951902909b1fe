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

Table 2: all crimes heard, and year to date

| Kind | Jun 2024 | Jun 2023 | Year to date 2024/25 |
|---|---|---|---|
| Burglary | 215 | 201 | 618 |
| Theft | 417 | 320 | 1081 |
| Knife crime | 179 | 193 | 505 |
| Hate crime | 242 | 198 | 599 |
| All crimes heard | 1053 | 912 | 2803 |
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
        "Loans (1,164) drew fewer readers than visits (507).",
        "Loans (1,164) drew more readers than visits (507).",
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
        "parts_do_not_sum",
        "Of the 1,135 open loans, 352 are urgent, 274 are soon due and the other 499 can wait.",
        "Of the 1,125 open loans, 352 are urgent, 274 are soon due and the other 499 can wait.",
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


AREAS = """**Table 1. Loans returned on time by branch, June 2024 (standard: 85%)**

| Branch | Returned on time | Returned | On time |
|---|---|---|---|
| Central | 187 | 235 | 79.6% |
| Coastal | 72 | 79 | 91.1% |
| Moorside | 249 | 284 | 87.7% |
| Northern | 279 | 376 | 74.2% |
| Borough | 787 | 974 | 80.8% |

{said}
"""
REACHED = [
    (
        "The 85% standard was reached in Central and Coastal only.",
        "Only Coastal and Moorside reached the standard of 85%.",
    ),
    (
        "Every branch except Northern reached the 85% standard.",
        "Every branch except Northern and Central reached the 85% standard.",
    ),
    ("Three of the four branches reached the 85% standard.", "Two of the four branches reached the 85% standard."),
    (
        "The borough figure of 80.8% is above the 85% standard.",
        "The borough figure of 80.8% is below the 85% standard.",
    ),
]


@pytest.mark.parametrize(("wrong", "right"), REACHED)
def test_who_reaches_a_standard(wrong: str, right: str) -> None:
    assert rules_of(AREAS.format(said=wrong)) == {"target_claim_wrong"}
    assert rules_of(AREAS.format(said=right)) == set()


PAGES = SCORES + "\n## Teachers trained\n\n{said}\n"
ON_THE_PAGE = [
    (
        "The target is at least 92%; the latest result of 97.0% meets it.",
        "The target is at least 92%; the latest result of 94.0% meets it.",
    ),
    ("Target: 90 per cent or more.", "Target: 92 per cent or more."),
]


@pytest.mark.parametrize(("wrong", "right"), ON_THE_PAGE)
def test_a_scorecard_and_the_page_of_its_measure(wrong: str, right: str) -> None:
    assert rules_of(PAGES.format(said=wrong)) == {"fact_quoted_differently"}
    assert rules_of(PAGES.format(said=right)) == set()


HEADLINES = [
    (
        "There were 1,585 noise reports in the 2024/25 year to date.",
        "There were 1,385 noise reports in the 2024/25 year to date.",
    ),
    ("Graffiti reports: 263 in June 2024.", "Graffiti reports: 163 in June 2024."),
    (
        "Vehicles: 698 in the year to date (April to June 2024).",
        "Vehicles: 598 in the year to date (April to June 2024).",
    ),
    (
        "Residents made 1,754 reports about graffiti in June 2024.",
        "Residents made 163 reports about graffiti in June 2024.",
    ),
]


@pytest.mark.parametrize(("wrong", "right"), HEADLINES)
def test_a_headline_and_the_row_it_quotes(wrong: str, right: str) -> None:
    table = "Table 1: all reports\n\n" + KINDS.split("\nTable 2")[0].replace("| Jun 2024 | Jun", "| June 2024 | June")
    assert rules_of(f"{table}| All reports | 963 | 956 | 3124 |\n\n{wrong}\n") == {"fact_quoted_differently"}
    assert rules_of(f"{table}| All reports | 963 | 956 | 3124 |\n\n{right}\n") == set()


SAID_TWICE = [
    (
        "# Northam Library: Report\n\nNortham Library lent 381 large-print books in May 2024.\n\n"
        "As noted, 361 large-print books were lent in May 2024.",
        "# Northam Library: Report\n\nNortham Library lent 361 large-print books in May 2024.\n\n"
        "As noted, 361 large-print books were lent in May 2024.",
    ),
    (
        "The proportion of readers content after a visit was 60.5 per cent in July 2024.\n\n"
        "To recap, 62.0 per cent was the proportion of readers content after a visit in July 2024.",
        "The proportion of readers content after a visit was 62.0 per cent in July 2024.\n\n"
        "To recap, 62.0 per cent was the proportion of readers content after a visit in July 2024.",
    ),
]


@pytest.mark.parametrize(("wrong", "right"), SAID_TWICE)
def test_a_fact_in_two_sentences(wrong: str, right: str) -> None:
    assert rules_of(wrong) == {"fact_quoted_differently"}
    assert rules_of(right) == set()
