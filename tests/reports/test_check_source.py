"""The check on a real published report: the faults known by hand must be found."""

from __future__ import annotations

from pathlib import Path

import pytest

from upstream.reports.check import CheckReport, check_paths

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def report(shared: Path) -> CheckReport:
    return check_paths(shared / "sources" / "004_167fe7a0c21c4a11.txt")


@pytest.fixture(scope="module")
def tables(shared: Path) -> CheckReport:
    return check_paths(shared / "golden" / "seeds" / "crime_tables_2022_06.csv")


@pytest.mark.parametrize(
    ("rule", "line", "words"),
    [
        ("rows_copied", 2881, ("1435, 2663, -46%", "Domestic Abuse")),
        ("sentence_cannot_hold", 1853, ("1,257 - 1,448 = -191",)),
        ("sentence_cannot_hold", 1759, ("4 / 60% = 6.67",)),
        ("sentence_cannot_hold", 3123, ("100 x 347 / 685 = 50.7%", "divided by the later figure")),
        ("outside_limits_not_listed", 2755, ("8338 > 7996",)),
        ("outside_limits_not_listed", 2831, ("508 < 537",)),
        ("outside_limits_not_listed", 3006, ("524 > 496",)),
        ("fact_quoted_differently", 1234, ("20 min", "12 min")),
        ("target_claim_wrong", 1234, ("12:37", "12 minutes")),
        ("fact_quoted_differently", 2217, ("40% - 50%", "25% - 35%")),
        ("parts_do_not_sum", 2761, ("1 + 3 + 0 + 0 + 2 = 6",)),
    ],
)
def test_known_fault_is_found(report: CheckReport, rule: str, line: int, words: tuple[str, ...]) -> None:
    said = [f.arithmetic for f in report.findings if f.rule == rule and f.where.line == line]
    assert any(all(word in text for word in words) for text in said), said


def test_findings_stay_few(report: CheckReport) -> None:
    """Each was looked at by hand (docs/explanation/check-source-report.md): a new one must be looked at too."""
    assert len(report.findings) == 20
    assert report.sentences > 2000


def test_given_tables(tables: CheckReport) -> None:
    said = "\n".join(f.arithmetic for f in tables.findings)
    assert tables.counts()["outside_limits_not_listed"] == 7
    assert "8338 > 7996" in said
    assert any(f.rule == "rows_copied" and "1435, 2663" in f.arithmetic for f in tables.findings)
    # categories to total recorded crime in one area, and areas to force in one category
    assert "4,769, but the total printed is 4841" in said
    assert "1 + 3 + 0 + 0 + 2 = 6" in said
