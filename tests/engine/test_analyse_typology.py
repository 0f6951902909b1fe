"""The typology and the most similar areas from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from commands import ended
from fixtures_needs import NeedsForce
from upstream.analyse.index_definition import load_index
from upstream.errors import BadInput

FORCES = "force,unemployed,density\nNorth,4.0,200\nSouth,4.1,210\nEast,9.0,3000\nWest,5.0,260\n"


def run(folder: Path, *arguments: str) -> int:
    return ended("--config", str(folder / "upstream.toml"), "analyse", *arguments)


def test_the_version_that_was_used_can_be_read() -> None:
    assert load_index("typology", 1).hash == "e2846d455a01ca2e"


def test_classes_in_words_as_json_and_as_a_file(
    needs_force: NeedsForce, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "t.parquet"
    assert run(needs_force.folder, "typology", "--classes", "3", "--json", "--out", str(path)) == 0
    made = json.loads(capsys.readouterr().out)
    areas = made["small_areas"]
    assert len(areas) == 39
    for one in made["classes"]:
        inside = [row for row in areas if row["class"] == one["number"]]
        assert one["small_areas"] == len(inside)
        assert one["residents"] == sum(row["residents"] for row in inside)
        assert one["rural"] == sum(row["rural"] for row in inside)
        assert one["stable"] == (one["stability"] >= 0.75)
    assert [one["small_areas"] for one in made["classes"]] == sorted(
        (one["small_areas"] for one in made["classes"]), reverse=True
    )
    assert all(0 <= row["certainty"] <= 1 and row["class"] != row["second_class"] for row in areas)
    best = max(made["tried"], key=lambda one: one["silhouette"])
    assert made["by_silhouette"] == best["classes"]
    assert duckdb.sql(f"SELECT count(*) FROM '{path}'").fetchall() == [(39,)]
    assert run(needs_force.folder, "typology", "--classes", "3") == 0
    assert "lie between classes" in capsys.readouterr().out


def test_small_areas_and_forces_that_are_alike(
    needs_force: NeedsForce, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = needs_force.codes[3]
    assert run(needs_force.folder, "similar", code, "--count", "4", "--json") == 0
    made = json.loads(capsys.readouterr().out)
    assert len(made["similar"]) == 4
    assert code not in [row["code"] for row in made["similar"]]
    assert [row["distance"] for row in made["similar"]] == sorted(row["distance"] for row in made["similar"])
    table = tmp_path / "forces.csv"
    table.write_text(FORCES)
    assert run(needs_force.folder, "similar", "North", "--in", str(table), "--count", "2") == 0
    said = capsys.readouterr().out
    assert said.index("South") < said.index("West")
    assert "East" not in said


@pytest.mark.parametrize(
    "arguments",
    [["typology", "--classes", "1"], ["typology", "--classes", "99"], ["similar", "E09999999"],
     ["similar", "North", "--in", "nothing.csv"], ["typology", "--weight", "sex=1"]],
)  # fmt: skip
def test_what_is_refused(needs_force: NeedsForce, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(needs_force.folder, *arguments) == BadInput.exit_code
    assert "Error: " in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    ["force,age\nA,1\nB,2\n", "force,a\nA,x\nB,2\n", "force,a\nA,1\nA,2\n", "force,a,b\nA,1\nB,2\n", "", "f\nA\n"],
)
def test_tables_that_are_refused(
    needs_force: NeedsForce, tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "t.csv"
    table.write_text(text)
    assert run(needs_force.folder, "similar", "A", "--in", str(table), "--count", "1") == BadInput.exit_code
