"""A scorecard and the pages of its measures."""

from __future__ import annotations

from pathlib import Path

import pytest

from upstream.reports.check import check_paths

CARD = (
    "| Measure | Target | Previous quarter | Latest |\n|---|---|---|---|\n"
    "| Staff with a completed review | 65% or more | 50.1% | 52.2% |\n"
    "| Visits made within seven days | 90% or more | 92.0% | 93.5% |\n\n"
)


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("The target for staff with a completed review is at least 65%; the latest result of 52.2% misses it.", 0),
        ("The target for staff with a completed review is at least 65%; the latest result of 53.9% misses it.", 1),
        ("Staff with a completed review stand at 52.2% against a target of 60%.", 1),
        ("Staff with a completed review stood at 50.1% against a target of 65%.", 0),  # the quarter before
        ("New staff stand at 41.0% against a target of 60%.", 0),
    ],
)
def test_level_and_target_are_those_of_the_scorecard(tmp_path: Path, said: str, wrong: int) -> None:
    path = tmp_path / "report.md"
    path.write_text(f"{CARD}{said}\n", "utf-8")
    assert [f.rule for f in check_paths([path]).findings] == ["fact_quoted_differently"] * wrong
