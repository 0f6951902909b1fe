"""Columns of changes that do not say what they are; volumes to date and limits; parts by their name."""

from __future__ import annotations

from pathlib import Path

import pytest

from upstream.reports.check import check_paths
from upstream.reports.check.findings import Finding

HEAD = "| Area | June 2022 | June 2021 | 2022/23 to date | 2021/22 to date | YTD change |\n|---|---|---|---|---|---|\n"


def found(folder: Path, name: str, text: str) -> tuple[Finding, ...]:
    (folder / name).write_text(text, "utf-8")
    return tuple(check_paths([folder / name]).findings)


@pytest.mark.parametrize("wrong", ["", "East"])
@pytest.mark.parametrize(
    "changes",
    [("9.5", "-10.0", "20.4"), ("0.095", "-0.100", "0.204"), ("25", "-31", "103"), ("10", "-10", "20")],
    ids=["per cent", "fraction", "difference", "whole per cent"],
)
def test_a_change_column_is_what_its_rows_say(tmp_path: Path, changes: tuple[str, ...], wrong: str) -> None:
    levels = {"North": (90, 80, 288, 263), "East": (80, 95, 279, 310), "South": (200, 150, 608, 505)}
    lines = []
    for (area, counts), change in zip(levels.items(), changes, strict=True):
        printed = ("7" + change.lstrip("-")) if area == wrong else change
        lines.append(f"| {area} | {' | '.join(map(str, counts))} | {printed} |")
    more = "| West | 40 | 50 | 130 | 130 | 0 |\n"
    reported = found(tmp_path, "report.md", "# Thefts\n\n" + HEAD + "\n".join(lines) + "\n" + more)
    assert {f.rule for f in reported} == ({"percent_does_not_follow"} if wrong else set())
    assert all(f.where.row == "East" for f in reported)


def test_what_is_to_date_is_not_held_against_the_limits_of_a_month(tmp_path: Path) -> None:
    table = (
        "| Kind | Upper limit | Lower limit | June 2022 | 2022/23 to date |\n|---|---|---|---|---|\n"
        "| Theft | 120 | 60 | 100 | 310 |\n| Arson | 40 | 10 | {arson} | 75 |\n| Damage | 90 | 30 | 70 | 200 |\n\n"
        "No volume was outside its limits in June 2022.\n"
    )
    assert not found(tmp_path, "clean.md", table.format(arson=25))
    assert [f.where.row for f in found(tmp_path, "wrong.md", table.format(arson=44))] == ["Arson"]


def test_a_part_is_of_the_column_that_its_name_repeats(tmp_path: Path) -> None:
    head = "| Month | Received | Closed | Closed in time |\n|---|---|---|---|\n"
    rows = "| Apr-26 | 120 | 118 | 110 |\n| May-26 | 116 | 125 | 119 |\n| Jun-26 | 131 | 129 | {last} |\n"
    assert not found(tmp_path, "clean.md", head + rows.format(last=127))  # closed may be more than received
    wrong = found(tmp_path, "wrong.md", head + rows.format(last=135))
    assert [(f.rule, f.where.row) for f in wrong] == [("impossible_value", "Jun-26")]
