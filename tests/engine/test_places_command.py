"""``upstream places`` from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commands import ended

POPULATION = "lsoa21_code,total_residents,total_households\nE01000001,10,4\nwrong,1,1\n"


def run(folder: Path, *arguments: str) -> int:
    """Exit code of one command with its own settings file."""
    (folder / "upstream.toml").touch()
    return ended("--config", str(folder / "upstream.toml"), "places", *arguments)


def test_add_and_status(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "census2021.csv").write_text(POPULATION)
    assert run(tmp_path, "add", "population", str(tmp_path / "census2021.csv"), "--json") == 0
    (added,) = json.loads(capsys.readouterr().out)
    assert (added["read"], added["accepted"], added["quarantined"], added["already_held"]) == (2, 1, 1, 0)
    assert added["reasons"] == {"lsoa21_code is not an area code": 1}
    assert run(tmp_path, "add", "population", str(tmp_path / "census2021.csv")) == 0
    assert "2 read = 0 accepted + 1 quarantined + 1 already held" in capsys.readouterr().out
    assert run(tmp_path, "status", "--json") == 0
    held = {line["what"]: line["rows"] for line in json.loads(capsys.readouterr().out)}
    assert held["population census-2021"] == 1
    assert held["look-up 2011 to 2021"] == 0
    assert held["quarantine"] == 1
    assert run(tmp_path, "status") == 0
    assert "not held" in capsys.readouterr().out


def test_exit_code_and_advice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "add", "lookup", str(tmp_path / "nothing.csv")) == 2
    assert "There is no file" in capsys.readouterr().err
    (tmp_path / "people.csv").write_text("lsoa21_code,total_residents\nE01000001,10\n")
    assert run(tmp_path, "add", "population", str(tmp_path / "people.csv")) == 2
    assert "--period" in capsys.readouterr().err
    assert run(tmp_path, "add", "population", str(tmp_path / "people.csv"), "--period", "mid-2022") == 0
