"""Figures of one place are no contradiction of another's; names are no verbs; lists are no sums."""

from __future__ import annotations

import random
from pathlib import Path

from upstream.reports.check import check_paths
from upstream.reports.check.findings import Finding
from upstream.reports.check.scopes import places_said

KINDS = ("Burglary", "Drugs offences", "Criminal damage", "Robbery")


def found(folder: Path, text: str) -> tuple[Finding, ...]:
    path = folder / "report.md"
    path.write_text(text, "utf-8")
    return tuple(check_paths([path]).findings)


def table(title: str, counts: tuple[int, ...], limits: tuple[int, ...] = (200, 500, 400, 90)) -> str:
    rows = [f"| {kind} | {limit} | {n} |" for kind, limit, n in zip(KINDS, limits, counts, strict=True)]
    return f"**{title}**\n\n| Kind | Upper limit | June 2022 |\n|---|---|---|\n" + "\n".join(rows) + "\n\n"


WHOLE, PART = (
    table("All crime, June 2022", (180, 368, 300, 80)),
    table("All crime in Fenside, June 2022", (20, 40, 51, 8)),
)


def test_names_behind_a_preposition_are_places() -> None:
    said = places_said("In June 2022 there were 75 drugs offences in Burnham Moss and at Forest and Fell.")
    assert said == {frozenset({"burnham", "moss"}), frozenset({"forest", "and", "fell"})}
    assert not places_said("Across the Force, thefts in April 2021 rose in the year.")


def test_a_level_is_held_against_the_table_of_its_own_place(tmp_path: Path) -> None:
    assert not found(
        tmp_path,
        WHOLE + PART + "Drugs offences in Fenside: 40 in June 2022.\n\nThere were 368 drugs offences in June 2022.\n",
    )
    wrong = found(tmp_path, WHOLE + PART + "There were 358 drugs offences in June 2022.\n")
    assert {f.rule for f in wrong} == {"fact_quoted_differently"}
    assert not found(tmp_path, PART + WHOLE + "There were 75 drugs offences in Burnham Moss in June 2022.\n")


def test_a_list_of_exceptions_belongs_to_the_table_of_its_place(tmp_path: Path) -> None:
    over = table("All crime, June 2022", (180, 520, 300, 80))
    said = "Across the force one volume was above its upper limit in June 2022: drugs offences.\n"
    assert not found(tmp_path, over + PART + said)
    missed = found(tmp_path, table("All crime, June 2022", (220, 520, 300, 80)) + PART + said)
    assert [(f.rule, f.where.row) for f in missed] == [("outside_limits_not_listed", "Burglary")]


def test_a_name_is_no_verb(tmp_path: Path) -> None:
    rose = "| Kind | June 2021 | June 2022 |\n|---|---|---|\n| Total crime | 1573 | 1713 |\n| Theft | 400 | 420 |\n\n"
    assert not found(tmp_path, "**Total crime in Forest and Fell, June 2022 and June 2021**\n\n" + rose)
    assert found(
        tmp_path, "**Total crime**\n\n" + rose + "Total crime fell from 1713 in June 2021 to 1573 in June 2022.\n"
    )


def test_under_a_scheme_is_not_under_a_number(tmp_path: Path) -> None:
    assert not found(tmp_path, "Offenders managed under the scheme almost doubled in the year, from 170 to 328.\n")
    assert not found(tmp_path, "Offenders managed under the scheme were stable, at 844 against 841 a year ago.\n")


def test_a_list_of_some_rows_is_no_sum(tmp_path: Path) -> None:
    rows = (
        "| Kind | Limit passed | Jan 2022 |\n|---|---|---|\n"
        "| Theft | 378 | 447 |\n| Arson | 31 | 38 |\n| Damage | 50 | 52 |\n"
    )
    assert not found(tmp_path, "**Volumes outside their limits**\n\n" + rows + "| Total crime | 1,299 | 1,393 |\n")
    wrong = "| Kind | 2021 | 2022 |\n|---|---|---|\n| Theft | 378 | 447 |\n| Arson | 31 | 38 |\n| Total | 409 | 495 |\n"
    assert [f.rule for f in found(tmp_path, wrong)] == ["parts_do_not_sum"]


def test_outside_the_limits_is_not_interchanged(tmp_path: Path) -> None:
    rows = (
        "| Kind | Upper limit | Lower limit | May 2021 | YTD 2021/22 | YTD 2020/21 | YTD % change |\n"
        "|---|---|---|---|---|---|---|\n"
        "| Fires | 238 | 165 | 347 | 547 | 429 | 27.5% |\n| Rescues | 554 | 444 | 301 | 794 | 997 | -20.4% |\n"
        "| Alarms | 479 | 347 | 426 | 953 | 830 | 14.8% |\n| Floods | 146 | 100 | 125 | 262 | 258 | 1.6% |\n"
    )
    assert not found(tmp_path, rows)


def test_a_fall_of_more_than_all_and_a_minute_of_more_than_sixty(tmp_path: Path) -> None:
    wrong = ("Complaints fell by 107% on the year.", "The average was 8 minutes 78 seconds.")
    clean = (
        "Complaints rose by 107% on the year.",
        "The average was 8 minutes 58 seconds.",
        "The budget fell by 107%.",
    )
    assert all([f.rule for f in found(tmp_path, text)] == ["impossible_value"] for text in wrong)
    assert not any(found(tmp_path, text) for text in clean)


def test_a_table_that_lists_the_volumes_outside_is_a_list(tmp_path: Path) -> None:
    whole = table("All crime, June 2022", (220, 520, 300, 80))
    head = "**Volumes outside their limits, June 2022**\n\n| Kind | June 2022 | Limit passed |\n|---|---|---|\n"
    both = head + "| Burglary | 220 | 200 |\n| Drugs offences | 520 | 500 |\n"
    assert not found(tmp_path, whole + both)
    assert {f.rule for f in found(tmp_path, whole + head + "| Drugs offences | 520 | 500 |\n")} == {
        "outside_limits_not_listed"
    }


def test_a_row_of_one_place_repeated_on_the_page_of_another(tmp_path: Path) -> None:
    head = "| Kind | June 2022 | June 2021 | YTD 2022/23 |\n|---|---|---|---|\n"
    rows = head + "| Theft | 67 | {theft} |\n| Arson | 31 | {arson} |\n"
    one = "**All crime in Fenside**\n\n" + rows.format(theft="717 | 1708", arson="45 | 133")
    other = "**All crime in Old Town**\n\n" + rows.replace("67", "{month}").replace("31", "58")
    assert not found(tmp_path, one + other.format(month=83, theft="690 | 1650", arson="39 | 120"))
    wrong = found(tmp_path, one + other.format(month=67, theft="717 | 1708", arson="39 | 120"))
    assert [f.rule for f in wrong] == ["rows_copied"]


def rounded_report(off: int = 0) -> str:
    """Ten tables of areas and their force, each count rounded by itself to the nearest five; one total is off."""
    draw, parts = random.Random(5), []
    for thing in range(10):
        exact = [[draw.randint(150, 2_000) for _ in range(4)] for _ in range(5)]
        rows = [*exact, [sum(column) for column in zip(*exact, strict=True)]]
        shown = [[5 * round(n / 5) for n in row] for row in rows]
        shown[-1][2] += off if thing == 3 else 0
        names = ("North", "South", "East", "West", "Mid", "Whole force")
        lines = [f"| {name} | {' | '.join(map(str, row))} |" for name, row in zip(names, shown, strict=True)]
        head = "| Area | April 2022 | May 2022 | June 2022 | July 2022 |\n|---|---|---|---|---|"
        parts.append(f"## Thing {thing} by area\n\n" + "\n".join([head, *lines]))
    return "\n\n".join(parts)


def test_rounded_counts_need_not_add_up_to_the_last_five(tmp_path: Path) -> None:
    assert not found(tmp_path, rounded_report())
    assert [f.rule for f in found(tmp_path, rounded_report(off=200))] == ["parts_do_not_sum"]
