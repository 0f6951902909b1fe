"""Risky facilities of the registers that the store holds: every one of a kind, and nobody's pupils."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from planted_premises import BUSY, crimes_about, exclusions, premises
from stores import filled
from upstream.cli.main import main
from upstream.errors import BadInput, NotHeld
from upstream.measures.registers import REGISTERS, listed, registers_held
from upstream.store import ReadingScope, Store

SCOPE = ReadingScope("tests", "facilities of registers", frozenset({"licensed_premises", "school_exclusions"}))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("registers")
    tables = {"crimes": crimes_about(), "licensed_premises": premises(), "school_exclusions": exclusions()}
    filled(folder / "store", tables)
    (folder / "upstream.toml").write_text('[[areas]]\ncode = "A"\nname = "Area A"\n', "utf-8")
    return folder


def test_a_kind_is_listed_whole_but_for_what_has_ended_or_no_point(folder: Path) -> None:
    store = Store(folder / "store")
    every = listed("licensed premises", store, SCOPE)
    assert len(every.names) == 28
    assert every.without_point == 1
    assert "Ham L28" not in every.references
    assert every.names[0] == "The 0 Bells"
    assert (every.easting[0], every.northing[0]) == BUSY
    assert listed("drinking places", store, SCOPE).names.tolist() == [f"The {at} Bells" for at in range(10)]
    assert len(listed("off-licences", store, SCOPE).names) == 0
    assert len(listed("licensed premises", store, SCOPE, areas=("B",)).names) == 0


def test_a_school_is_its_latest_row_and_nothing_of_pupils(folder: Path) -> None:
    schools = listed("schools", Store(folder / "store"), SCOPE)
    assert schools.names.tolist() == ["School 0", "School 1", "School 2", "School 3"]
    assert not [name for name in dir(schools) if "exclusion" in name or "pupil" in name]


def test_what_is_not_held_or_not_known_is_said(folder: Path, tmp_path: Path) -> None:
    assert registers_held(Store(folder / "store")) == tuple(REGISTERS)
    empty = filled(tmp_path / "store", {"crimes": crimes_about()[:3]})
    assert registers_held(empty) == ()
    with pytest.raises(NotHeld, match="No register of schools"):
        listed("schools", empty, SCOPE)
    with pytest.raises(BadInput, match="drinking places"):
        listed("bars", empty, SCOPE)


def test_the_command_finds_the_busy_one_of_a_register(folder: Path, capsys: pytest.CaptureFixture) -> None:
    asked = ["--config", str(folder / "upstream.toml"), "scan", "concentration", "--type",
             "Violence and sexual offences", "--from", "2020-01-01", "--to", "2021-12-31"]  # fmt: skip
    main([*asked, "--register", "licensed premises", "--radius", "50", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["without_point"] == 1
    assert found["rows"][0] | {"easting": 0, "northing": 0} == {
        "name": "The 0 Bells", "easting": 0, "northing": 0, "events": 80,
    }  # fmt: skip
    near = np.sort([row["events"] for row in found["rows"]])[::-1]
    assert near.sum() + found["beyond"] == 120
    half = next(one for one in found["concentration"]["shares"] if one["of_events"] == 0.5)
    assert half["places"] == 1
    assert half["by_chance"] > 5 / 28
    for wrong in (["--register", "bars"], ["--register", "schools", "--facilities", str(folder / "upstream.toml")]):
        with pytest.raises(SystemExit) as end:
            main([*asked, *wrong])
        assert end.value.code
