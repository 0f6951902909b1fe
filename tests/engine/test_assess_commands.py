"""The commands of assess, on files that anybody might give."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from upstream.cli.main import main


def run(*arguments: str) -> int:
    try:
        main(["assess", *arguments])
    except SystemExit as end:
        return int(end.code or 0)
    return 0


@pytest.fixture
def counts(tmp_path: Path) -> str:
    rows = ["unit,period,count"]
    for unit in ("Marsh Green", "Hill", "Dale"):
        for month in range(1, 13):
            number = 20 + month % 3
            rows.append(f"{unit},2022-{month:02d},{number // 2 if unit == 'Marsh Green' and month > 8 else number}")
    (tmp_path / "counts.csv").write_text("\n".join(rows), "utf-8")
    return str(tmp_path / "counts.csv")


def test_an_effect_from_a_file(counts: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("effect", counts, "--treated", "Marsh Green", "--start", "2022-09", "--outcome", "burglaries")
    assert run(*asked) == 0
    said = capsys.readouterr().out
    assert "Burglaries were" in said
    assert "lower than without it" in said
    assert "Maryland scale" in said
    assert "Check, " in said
    assert run(*asked, "--json") == 0
    assert json.loads(capsys.readouterr().out)["main"]["unit"] == "burglaries"


def test_a_design_from_a_file(counts: str, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("design", counts, "--treated", "Marsh Green", "--buffer", "Dale", "--outcome", "burglaries")
    assert run(*asked, "--hoped", "30") == 0
    said = capsys.readouterr().out
    assert "ith Hill: Level" in said
    assert "Not with Dale: It is near by" in said
    assert "one of 30% has a chance of" in said
    assert run(*asked, "--json") == 0
    assert json.loads(capsys.readouterr().out)["curves"][0]["seen"][0]["months"] == 3
    assert run("design", counts, "--treated", "Nowhere") == 2
    assert "has no rows" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"--start": "2023-09"}, "outside the data"),
        ({"--treated": "Nowhere"}, "has no rows"),
        ({"--comparison": "Marsh Green"}, "both treated and comparison"),
    ],
)
def test_what_cannot_be_assessed_is_said(
    counts: str, capsys: pytest.CaptureFixture[str], change: dict[str, str], says: str
) -> None:
    given = {"--treated": "Marsh Green", "--start": "2022-09", **change}
    assert run("effect", counts, *(word for pair in given.items() for word in pair)) == 2
    assert says in capsys.readouterr().err


def test_files_that_are_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for text, says in (("unit,period\nA,2022-01", "no column count"), ("unit,period,count\n", "no rows"),
                       ("unit,period,count\nA,2022-01,many", "not a number")):  # fmt: skip
        file = tmp_path / "counts.csv"
        file.write_text(text, "utf-8")
        assert run("effect", str(file), "--treated", "A", "--start", "2022-01") == 2
        assert says in capsys.readouterr().err


def test_results_put_together(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "results.csv"
    file.write_text("name,ratio,lower,upper\nHill,0.8,0.6,1.07\nDale,0.9,0.7,1.16\nFen,0.85,0.7,1.03\n", "utf-8")
    assert run("pool", str(file)) == 0
    assert "On average over 3 results: 15% lower" in capsys.readouterr().out
    file.write_text("name,ratio,lower,upper\nHill,0.8,0,1\nDale,0.9,0.7,1.16\n", "utf-8")
    assert run("pool", str(file)) == 2
    assert "no interval of a ratio" in capsys.readouterr().err
