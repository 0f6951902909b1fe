"""The index of needs: definitions that are refused, what is said, and the command."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import duckdb
import pytest

from commands import ended
from fixtures_needs import AREAS, NeedsForce
from upstream.analyse.index_definition import load_index, read_index, versions
from upstream.analyse.needs import index_of_needs
from upstream.analyse.small_area_needs import TABLES
from upstream.errors import BadInput, NotHeld, Refused
from upstream.store import ReadingScope, Store
from upstream.store.scopes import readings

TEXT = resources.files("upstream.analyse").joinpath("definitions/vulnerability_1.toml").read_text("utf-8")


def run(folder: Path, *arguments: str) -> int:
    return ended("--config", str(folder / "upstream.toml"), "analyse", *arguments)


def test_every_version_that_was_ever_used_can_be_read() -> None:
    assert versions("vulnerability") == (1,)
    # a version that is changed is another index: this is what its ranks rest on
    assert load_index("vulnerability", 1).hash == "f0b979359bf2b6ff"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('title = "Income deprivation"', 'title = "Share of male residents"', "protected"),
        ('domain = "income"', 'domain = "ethnicity"', "protected"),
        ("months = 36", "months = 0", "out of range"),
        ("weight = 25", "weight = -1", "weight"),
        ('counts = "harm"', 'counts = "stops"', "counts"),
        ('transformation = "exponential"', 'transformation = "log"', "transformation"),
        ('owner = "Head of analysis"', "", "owner is lacking"),
        ("version = 1", "version = true", "version"),
        ('domain = "income"', "", "domain"),
        ('key = "violence"', 'key = "harm"', "each with a key"),
        ('types = ["Burglary", ', 'types = ["Anti-social behaviour", ', "anti-social"),
        ("weight = 25", "weight = 25\nsecret = 1", "secret is not known"),
        ("months = 36", "months = ", "not TOML"),
    ],
)
def test_definitions_that_are_refused(old: str, new: str, said: str) -> None:
    assert old in TEXT
    with pytest.raises(BadInput, match=said):
        read_index(TEXT.replace(old, new, 1).encode(), "mine.toml")


def test_other_weights_are_another_index() -> None:
    plain = load_index("vulnerability")
    other = plain.weighted({"harm": 50})
    assert other.hash != plain.hash
    with pytest.raises(BadInput, match="no such indicator"):
        plain.weighted({"age": 1})
    with pytest.raises(BadInput):
        plain.weighted({one.key: 0.0 for one in plain.indicators})
    with pytest.raises(BadInput):
        plain.weighted({"harm": float("nan")})
    with pytest.raises(BadInput, match="no index"):
        load_index("vulnerability", 9)


def test_without_people_their_weight_falls_to_the_rest_and_is_said(needs_force: NeedsForce) -> None:
    scope = ReadingScope("tests", "no people", TABLES)
    found = index_of_needs(load_index("vulnerability"), needs_force.store, scope, areas=AREAS)
    assert [one.key for one, _ in found.lacking] == ["repeats"]
    assert "repeats" not in [one.of.key for one in found.indicators]
    assert sum(one.share for one in found.indicators) == pytest.approx(1)


def test_reading_people_is_logged_and_bounded(needs_force: NeedsForce) -> None:
    with pytest.raises(Refused):
        needs_force.store.snapshot("people_in_crimes")
    index_of_needs(
        load_index("vulnerability"), needs_force.store, ReadingScope("ana", "why", TABLES, personal=True), areas=AREAS
    )
    assert any(
        line["table"] == "people_in_crimes" and line["who"] == "ana" for line in readings(needs_force.store.root)
    )


def test_an_empty_store_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "upstream.toml").touch()
    assert run(tmp_path, "index") == NotHeld.exit_code
    assert "upstream places add" in capsys.readouterr().err
    with pytest.raises(NotHeld):
        index_of_needs(load_index("vulnerability"), Store(tmp_path / "none"), ReadingScope("t", "t", TABLES))


def test_the_command_in_words_as_json_and_as_files(
    needs_force: NeedsForce, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(needs_force.folder, "index", "--top", "5", "--out", str(tmp_path / "index.csv")) == 0
    said = capsys.readouterr().out
    assert "Vulnerability Location Index, version 1" in said
    assert "Rural: " in said
    assert "White: " in said
    assert run(needs_force.folder, "index", "--top", "5", "--json", "--out", str(tmp_path / "index.parquet")) == 0
    made = json.loads(capsys.readouterr().out)
    assert [row["rank"] for row in made["small_areas"]] == sorted(row["rank"] for row in made["small_areas"])
    for name in ("index.csv", "index.parquet"):
        rows = duckdb.sql(f"SELECT lsoa, rank FROM '{tmp_path / name}' ORDER BY rank, lsoa").fetchall()
        assert rows == [(row["lsoa"], row["rank"]) for row in made["small_areas"]]


def test_a_partners_table_is_an_indicator(
    needs_force: NeedsForce, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "mine.toml"
    column = '[[indicators]]\nkey = "assaults"\ntitle = "Assaults seen in hospital"\nwhy = "Half are not told."\n' \
             'counts = "file"\nper = "residents"\nweight = 50\n'  # fmt: skip
    own.write_text(TEXT + "\n" + column)
    table = tmp_path / "hospital.csv"
    table.write_text("lsoa21,assaults\n" + "".join(f"{code},{i}\n" for i, code in enumerate(needs_force.codes)))
    options = ["index", "--definition", str(own), "--json"]
    assert run(needs_force.folder, *options) == 0
    assert "assaults" in json.loads(capsys.readouterr().out)["index"]["lacking"]
    assert run(needs_force.folder, *options, "--table", str(table)) == 0
    rows = json.loads(capsys.readouterr().out)["small_areas"]
    at = {row["lsoa"]: row for row in rows}[needs_force.codes[7]]
    assert at["value_assaults"] == pytest.approx(7000 / at["residents"], abs=0.001)


@pytest.mark.parametrize(
    "content", ["lsoa,ethnicity\nE01000001,1\n", "lsoa,a\nE01000001,x\n", "lsoa,a\nE01000001,1\nE01000001,2\n", ""]
)
def test_tables_that_are_refused(
    needs_force: NeedsForce, tmp_path: Path, content: str, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "t.csv"
    table.write_text(content)
    assert run(needs_force.folder, "index", "--table", str(table)) == BadInput.exit_code
    assert "Error: " in capsys.readouterr().err


@pytest.mark.parametrize(
    "options",
    [["--top", "0"], ["--top", "999"], ["--weight", "harm"], ["--weight", "age=3"], ["--version", "7"],
     ["--out", "x.xyz"], ["--to", "2022-13"], ["--definition", "nothing.toml"], ["--out", "x.geojson"]],
)  # fmt: skip
def test_options_that_are_refused(
    needs_force: NeedsForce, options: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert run(needs_force.folder, "index", *options) == BadInput.exit_code
    assert list(tmp_path.iterdir()) == []
