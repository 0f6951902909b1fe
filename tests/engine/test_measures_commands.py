"""``upstream measures``: what a person types and what comes back."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from rich.console import Console

from upstream.cli.main import main
from upstream.cli.measures_shown import list_table
from upstream.measures.forecasts import SCHEMA as FORECASTS
from upstream.measures.loading import load_pack, load_packs
from upstream.records.contract import contract
from upstream.store import Store

DEFINITION = """key = "homicides"
title = "Homicides"
question = "How many?"
objective = "o"
key_question = "k"
kind = "count"
table = "crimes"
filter = "category = 'homicide'"
good = "lower"
owner = "Head of Crime"
reviewed = 2022-04-01
next_review = 2023-04-01
source = "test"
"""
PACK = """key = "p"
title = "P"
report_title = "R"
source = "test"
[[objectives]]
key = "o"
number = "1"
title = "O"
[[key_questions]]
key = "k"
number = "1.1"
objective = "o"
text = "K?"
"""


@pytest.fixture
def force(tmp_path: Path) -> Path:
    """A folder with settings, a pack of one measure and a store with three homicides in June 2022."""
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "pack.toml").write_text(PACK, "utf-8")
    (tmp_path / "pack" / "homicides.toml").write_text(DEFINITION, "utf-8")
    (tmp_path / "upstream.toml").write_text('[[areas]]\ncode = "A"\nname = "Area A"\n', "utf-8")
    store, schema = Store(tmp_path / "store"), contract("crimes").schema
    values = {"crime_ref": ["1", "2", "3"], "recorded_on": [dt.date(2022, 6, 7)] * 3, "area": ["A", "A", "B"],
              "category": ["homicide"] * 3}  # fmt: skip
    table = pa.table({f.name: pa.array(values.get(f.name, [None] * 3), f.type) for f in schema}, schema=schema)
    path = store.folder("crimes") / "one.parquet"
    pq.write_table(table, path)
    store.commit("crimes", schema=schema, note={}, made_from=None, add=[path])
    return tmp_path


def call(folder: Path, *arguments: str) -> None:
    main(["--config", str(folder / "upstream.toml"), "measures", *arguments])


def test_run_gives_figures_by_area_for_a_program(force: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        call(force, "run", "--to", "2022-06", "--pack", str(force / "pack"), "--json")
        found = json.loads(capsys.readouterr().out)
        series = found["measures"]["homicides"]["series"]
        assert {area: one["latest"]["value"] for area, one in series.items()} == {"force": 3, "A": 2, "not_known": 1}
        assert found["tables"][0]["version"] == 0
        assert series["force"]["rolling_12"]["value"] is None
    assert len(list((force / "store" / ".measures").iterdir())) == 1


def test_run_refuses_a_measure_and_an_area_that_are_not_there(force: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for extra, reason in ((("--measure", "homicide"), "Allowed: homicides"), (("--area", "Z"), "no area 'Z'")):
        with pytest.raises(SystemExit) as ended:
            call(force, "run", "--to", "2022-06", "--pack", str(force / "pack"), *extra)
        assert ended.value.code == 2
        assert reason in capsys.readouterr().err


def test_by_week(force: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(force, "by", "homicides", "week", "--to", "2022-06", "--pack", str(force / "pack"), "--json")
    periods = {p["first"]: p["value"]["value"] for p in json.loads(capsys.readouterr().out)["periods"]}
    assert periods == {"2022-06-06": 3, "2022-06-13": 0, "2022-06-20": 0}


def test_periods_of_a_month_before_the_records_are_not_an_empty_table(
    force: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        call(force, "by", "homicides", "week", "--to", "2010-06", "--pack", str(force / "pack"))
    assert ended.value.code == 3
    assert "No record of homicides is held up to 2010-06" in capsys.readouterr().err


def test_a_measure_of_the_force_alone_is_no_empty_row_of_an_area(
    force: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    alone = DEFINITION.replace('"homicides"', '"alone"').replace('"Homicides"', '"Alone"') + "by_area = false\n"
    (force / "pack" / "alone.toml").write_text(alone, "utf-8")
    call(force, "run", "--to", "2022-06", "--pack", str(force / "pack"), "--area", "A")
    said = capsys.readouterr().out
    assert "Homicides" in said
    assert "Alone" not in said


def test_packs_of_which_no_table_is_held_are_left_out(force: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(force, "run", "--to", "2022-06", "--json")
    found = json.loads(capsys.readouterr().out)["measures"]
    assert found["crime_total"]["series"]
    assert not [key for key in found if key.startswith("street_")]


def test_codes_that_are_their_own_names_are_not_explained(force: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = force / "upstream.toml"
    settings.write_text(settings.read_text("utf-8") + '[[areas]]\ncode = "B"\nname = "B"\n', "utf-8")
    call(force, "run", "--to", "2022-06", "--pack", str(force / "pack"))
    assert "Areas: A Area A. ▲" in capsys.readouterr().out


def test_keys_are_listed_whole_on_a_narrow_terminal() -> None:
    definitions = [one for pack in load_packs() for one in pack.definitions]
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(list_table(definitions))
    shown = console.export_text()
    assert not [one.key for one in definitions if one.key not in shown]


TARGET = '[[targets]]\ntext = "At most 5"\ncomparator = "at_most"\nvalue = 5\nby = "2022-06"\n'


def likelihoods_kept(force: Path, *given: tuple[str, float]) -> None:
    """Likelihoods of the homicides in the store, each by the definition's hash or another."""
    (force / "pack" / "homicides.toml").write_text(DEFINITION + TARGET, "utf-8")
    (definition,) = load_pack(force / "pack").definitions
    row = {"measure": "homicides", "area": "force", "target": "At most 5", "made_to": "2022-03", "by": "2022-06"}
    rows = [{**row, "definition_hash": made_by or definition.hash, "probability": p} for made_by, p in given]
    store = Store(force / "store")
    path = store.folder("forecasts") / "kept.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=FORECASTS), path)
    store.commit("forecasts", schema=FORECASTS, note={}, made_from=None, add=[path])


def test_likelihoods_are_scored_when_their_date_has_passed(force: Path, capsys: pytest.CaptureFixture[str]) -> None:
    likelihoods_kept(force, ("", 0.8), ("", 0.6), ("another definition", 0.1))
    pack = str(force / "pack")
    call(force, "score", "--to", "2022-06", "--pack", pack, "--json")
    found = json.loads(capsys.readouterr().out)
    assert (found["scored"], found["reached"]) == (2, 2)
    assert found["expected"] == pytest.approx(1.4)
    assert found["brier"] == pytest.approx((0.2**2 + 0.4**2) / 2)
    call(force, "score", "--to", "2022-06", "--pack", pack)
    assert (
        "2 likelihoods scored: 2 reached, about 1.4 were to be expected. Brier score 0.100" in capsys.readouterr().out
    )


def test_likelihoods_are_not_scored_before_their_date(force: Path, capsys: pytest.CaptureFixture[str]) -> None:
    likelihoods_kept(force, ("", 0.8))
    with pytest.raises(SystemExit) as ended:
        call(force, "score", "--to", "2022-05", "--pack", str(force / "pack"))
    assert ended.value.code == 3
    assert "can be scored by 2022-05" in capsys.readouterr().err


def test_list_and_show(force: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(force, "list", "--pack", str(force / "pack"), "--json")
    assert [one["key"] for one in json.loads(capsys.readouterr().out)] == ["homicides"]
    call(force, "show", "homicides", "--pack", str(force / "pack"), "--json")
    assert json.loads(capsys.readouterr().out)["Numerator"] == "rows of crimes where category = 'homicide'"


def test_check_ends_with_two_and_names_the_line(force: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(force, "check", str(force / "pack"))
    assert "1 measure read, 0 problems" in capsys.readouterr().out
    bad = force / "pack" / "homicides.toml"
    bad.write_text(DEFINITION.replace("'homicide'", "'murder'"), "utf-8")
    with pytest.raises(SystemExit) as ended:
        call(force, "check", str(bad))
    assert ended.value.code == 2
    assert "homicides.toml:8: 'murder' is not a value of column 'category'" in capsys.readouterr().out
