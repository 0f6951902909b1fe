"""Delivery, surveys and groups of people from the command line, and an assessment with months of coming in."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from commands import ended

MONTHS = [f"{2020 + m // 12}-{m % 12 + 1:02d}" for m in range(24)]


def run(*arguments: str) -> int:
    return ended("assess", *arguments)


def file_of(folder: Path, header: str, rows: list[tuple[object, ...]]) -> str:
    (folder / "given.csv").write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]), "utf-8")
    return str(folder / "given.csv")


def test_dose(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(1)
    dose = rng.uniform(0, 4, (4, 24)).round(2)
    rows = [(u, m, rng.poisson(40 * np.exp(-0.1 * dose[i, j])), dose[i, j])
            for i, u in enumerate("ABCD") for j, m in enumerate(MONTHS)]  # fmt: skip
    file = file_of(tmp_path, "unit,period,count,dose", rows)
    assert run("dose", file, "--outcome", "assaults", "--delivered", "hours") == 0
    said = capsys.readouterr().out
    assert said.startswith("Perhaps: 16% fewer assaults than expected")
    assert "not yet an effect" in said
    assert run("dose", file, "--lag", "1", "--json") == 0
    assert json.loads(capsys.readouterr().out)["method"] == "dose"


def test_drivers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(2)
    polite = rng.normal(size=300).round(2)
    yes = (rng.random(300) < 1 / (1 + np.exp(-polite))).astype(int)
    file = file_of(tmp_path, "satisfied,polite", list(zip(yes.tolist(), polite.tolist(), strict=True)))
    assert run("drivers", file, "--answer", "satisfied") == 0
    said = capsys.readouterr().out
    assert said.startswith("polite: odds of yes")
    assert "p below 0.001" in said
    assert "need not cause it" in said
    assert run("drivers", file, "--answer", "satisfied", "--json") == 0
    assert json.loads(capsys.readouterr().out)[0]["name"] == "polite"
    assert run("drivers", file_of(tmp_path, "satisfied", [(1,), (0,)]), "--answer", "satisfied") == 2
    assert "a column for each factor" in capsys.readouterr().err


def test_follow_up_and_survey(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(3)
    until = rng.exponential(np.where(np.arange(120) % 2, 20, 8))
    rows = [(at % 2, round(min(float(t), 12), 1), int(t <= 12)) for at, t in enumerate(until)]
    file = file_of(tmp_path, "took_part,months,happened", rows)
    assert run("follow-up", file, "--what", "reoffending") == 0
    assert "60 took part and 60 did not" in capsys.readouterr().out
    assert run("follow-up", file_of(tmp_path, "took_part,months,happened", [(2, 1, 1)]), "--what", "x") == 2
    assert "neither 0 nor 1" in capsys.readouterr().err
    few = file_of(tmp_path, "took_part,months,happened", rows[:18])
    assert run("follow-up", few, "--what", "reoffending") == 2
    assert "9 people" in capsys.readouterr().err
    waves = ("--yes-now", "90", "--asked-now", "120", "--yes-before", "70", "--asked-before", "118")
    assert run("survey", "--what", "they feel safe", *waves) == 0
    assert "19 more" in capsys.readouterr().out
    assert run("survey", "--what", "they feel safe", *waves, "--design-effect", "4", "--json") == 0
    assert json.loads(capsys.readouterr().out)["p"] > 0.05


def test_months_of_coming_in_and_another_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(4)
    rows = [
        (u, m, rng.poisson(30) + (99 if u == "A" and m in MONTHS[12:14] else 0)) for u in "ABCDEFGH" for m in MONTHS
    ]
    file = file_of(tmp_path, "unit,period,count", rows)
    asked = ("effect", file, "--treated", "A", "--start", MONTHS[12], "--json")
    assert run(*asked) == 0
    counted = json.loads(capsys.readouterr().out)["main"]
    assert run(*asked, "--phase-in", "2", "--also-began", MONTHS[6]) == 0
    left_out = json.loads(capsys.readouterr().out)["main"]
    assert left_out["observed"] < counted["observed"] - 190
    assert any("coming in" in caveat for caveat in left_out["caveats"])
    assert any(f"began there in {MONTHS[6]}" in caveat for caveat in left_out["caveats"])
    assert run(*asked, "--phase-in", "12") == 2
    assert "nothing is left after" in capsys.readouterr().err


def test_a_changed_recording_rule_cuts_before_and_is_said_after(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(5)
    rows = [(u, m, rng.poisson(20) + (60 if m < MONTHS[6] else 0)) for u in "ABCDEF" for m in MONTHS]
    file = file_of(tmp_path, "unit,period,count", rows)
    asked = ("effect", file, "--treated", "A", "--start", MONTHS[12], "--json")
    assert run(*asked, "--rule-changed", MONTHS[6]) == 0
    before = json.loads(capsys.readouterr().out)["main"]
    assert any(f"before {MONTHS[6]} is left out" in caveat for caveat in before["caveats"])
    assert before["line"]["periods"][0] == MONTHS[6]
    assert run(*asked, "--rule-changed", MONTHS[15]) == 0
    after = json.loads(capsys.readouterr().out)["main"]
    assert any("part of the change may be recording" in caveat for caveat in after["caveats"])
    assert run(*asked, "--rule-changed", "2031-01") == 2
    assert "outside the data" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("rows", "start", "said"),
    [
        ([], "2021-01", "no rows"),
        ([(u, m, 5) for u in "AB" for m in MONTHS], "2023-01", "outside the data"),
        ([(u, m, 5) for u in "AB" for m in MONTHS], MONTHS[0], "nothing before it began"),
        ([(u, m, 0) for u in "AB" for m in MONTHS], "2021-01", "ever counted"),
        ([(u, m, 5) for u in "AB" for m in MONTHS if m != "2020-05"], "2021-01", "no month right after 2020-04"),
        ([(u, m, 5) for u in "AB" for m in MONTHS if (u, m) != ("A", "2020-05")], "2021-01", "no count for 2020-05"),
        ([(u, m, 5) for u in "AAB" for m in MONTHS], "2021-01", "2 rows for"),
        ([(u, m, -5) for u in "AB" for m in MONTHS], "2021-01", "below nought"),
    ],
)
def test_what_cannot_be_assessed_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: list[tuple[object, ...]], start: str, said: str
) -> None:
    file = file_of(tmp_path, "unit,period,count", rows)
    assert run("effect", file, "--treated", "A", "--start", start) == 2
    assert said in capsys.readouterr().err


def test_a_comparison_that_overlaps_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = file_of(tmp_path, "unit,period,count", [(u, m, 5) for u in "AB" for m in MONTHS])
    assert run("effect", file, "--treated", "A", "--comparison", "A", "--start", "2021-01") == 2
    assert "A is both treated and comparison" in capsys.readouterr().err


def test_nothing_after_in_the_treated_place_is_no_silent_number(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Perfect separation: every event lies before. What answers says a limit, and the rest say why they do not."""
    rows = [(u, m, 0 if u == "A" and m >= MONTHS[12] else 6) for u in "ABCDEF" for m in MONTHS]
    assert run("effect", file_of(tmp_path, "unit,period,count", rows), "--treated", "A", "--start", MONTHS[12]) == 0
    said = capsys.readouterr().out
    assert "nan" not in said
    assert "inf" not in said
    assert "Not used, Interrupted series: No event was counted before, or none after" in said
