"""The commands of scans of places: what they print and write, and what they refuse."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from planted_map import ALWAYS, NEWLY, SIDE, code, planted
from upstream.cli.main import main, upstream
from upstream.errors import BadInput
from upstream.scan import nightly

DAYS = ("--from", "2020-01-01", "--to", "2021-12-31")


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("commands")
    planted(folder)
    (folder / "upstream.toml").write_text('[[areas]]\ncode = "A"\nname = "Hams"\n[store]\npath = "store"\n', "utf-8")
    return folder / "upstream.toml"


def run(config: Path, *arguments: str) -> None:
    upstream.main(["--config", str(config), "scan", *arguments], prog_name="upstream", standalone_mode=False)


def answer(capsys: pytest.CaptureFixture[str], config: Path, *arguments: str) -> dict[str, Any]:
    run(config, *arguments, *DAYS, "--json")
    return json.loads(capsys.readouterr().out)


def test_concentration_prints_tells_and_writes_the_same(
    config: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    told = answer(capsys, config, "concentration", "--area", "A")
    run(config, "concentration", *DAYS, "--out", str(tmp_path / "places.csv"))
    printed = capsys.readouterr().out
    with (tmp_path / "places.csv").open() as file:
        written = list(csv.DictReader(file))
    assert [int(row["events"]) for row in written] == [row["events"] for row in told["rows"]]
    assert sum(row["events"] for row in told["rows"]) == told["concentration"]["events"] == told["read"]["read"]
    assert told["study"]["places"] == len(written) == SIDE**2 + 1
    quarter = told["concentration"]["shares"][0]
    assert f"25% of {told['read']['read']:,} events: {quarter['places']} of 257" in " ".join(printed.split())
    assert "falling back to the usual" in printed
    assert told["rows"][0]["lsoa"] in {code(r, c) for r, c in ALWAYS}


def test_hot_spots_go_onto_a_map(config: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    run(config, "hotspots", *DAYS, "--permutations", "199", "--out", str(tmp_path / "hot.geojson"))
    assert "are hot" in capsys.readouterr().out
    features = json.loads((tmp_path / "hot.geojson").read_text("utf-8"))["features"]
    first = features[0]
    assert (len(features), first["properties"]["called"]) == (SIDE**2 + 1, "hot")
    longitude, latitude = first["geometry"]["coordinates"][0][0]
    assert (longitude, latitude) == (pytest.approx(-1.97, abs=0.05), pytest.approx(52.62, abs=0.05))
    moran = answer(capsys, config, "hotspots", "--method", "moran", "--by", "hexagon", "--across", "1500")
    assert moran["study"]["unit"] == "hexagon"
    assert moran["hot"] == sum(row["called"] == "hot" for row in moran["rows"])


def test_density_says_its_bandwidth_and_rule(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dense = answer(capsys, config, "hotspots", "--method", "density", "--bandwidth", "900", "--top", "0.02")
    assert (dense["bandwidth_metres"], dense["bandwidth_rule"]) == (900, "900 metres, as given")
    values = [row["events_per_km2"] for row in dense["rows"]]
    assert values == sorted(values, reverse=True)
    assert 402_000 < dense["rows"][0]["easting"] < 405_000


def test_harm_spots_and_emerging_classes(config: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    harm = answer(capsys, config, "harm-spots", "--type", "Burglary", "--type", "Shoplifting")
    assert harm["rows"][0]["lower"] < harm["rows"][0]["harm_days"] < harm["rows"][0]["upper"]
    run(config, "emerging", *DAYS, "--permutations", "99", "--out", str(tmp_path / "emerging.parquet"))
    rows = {row["lsoa"]: row for row in pq.read_table(tmp_path / "emerging.parquet").to_pylist()}
    assert (rows[code(3, 3)]["called"], rows[code(*NEWLY[4])]["called"]) == ("persistent", "new")
    assert "new: " in capsys.readouterr().out


def test_a_back_test_has_the_naive_map_first(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tested = answer(capsys, config, "back-test", "--map", "all months", "--share", "0.05", "--periods", "3")
    assert [row["map"] for row in tested["rows"]] == ["same places", "all months"]
    assert tested["periods"] == ["2021-10", "2021-11", "2021-12"]
    with pytest.raises(BadInput, match="no shape"):
        run(config, "back-test", *DAYS, "--out", "x.geojson")
    with pytest.raises(BadInput, match="No such map"):
        run(config, "back-test", *DAYS, "--map", "crystal")


QUICK, YEAR = ("--permutations", "19"), ("--from", "2021-01-01", "--to", "2021-12-31")
FILES = {
    "concentration": ([".geojson"], YEAR, SIDE**2 + 1),
    "hotspots": ([".csv"], (*YEAR, *QUICK), SIDE**2 + 1),
    "harm-spots": ([".parquet"], YEAR, SIDE**2 + 1),
    "emerging": ([".csv"], (*YEAR, *QUICK), SIDE**2 + 1),
    "back-test": ([".parquet"], (*YEAR, "--periods", "2"), 3),
    "near-repeat": ([".csv"], (*YEAR, *QUICK), 20),
    "clusters": ([".parquet"], (*YEAR, "--type", "Burglary", "--longest", "28"), 1),
    "signals": ([".csv", ".parquet", ".geojson", ".json"], ("--to", "2021-12-31"), 1),
}
"""Each command of scans that writes a file: endings that no other test has, what is asked, and its fewest rows."""


@pytest.mark.parametrize("command", FILES)
def test_what_is_found_comes_as_files_for_other_programs(
    config: Path, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nightly, "LOOKS", (nightly.MONTHS,))  # a whole night takes long
    monkeypatch.setattr(nightly, "propose", cache_of_one(nightly.propose))
    endings, asked, fewest = FILES[command]
    lengths = set()
    for ending in endings:
        run(config, command, *asked, "--out", str(tmp_path / f"out{ending}"))
        lengths.add(rows_in(tmp_path / f"out{ending}"))
    assert len(lengths) == 1, "the same rows whatever the file"
    assert lengths.pop() >= fewest


def rows_in(path: Path) -> int:
    """Rows of a file of any kind; those of a map must have a shape somewhere."""
    if path.suffix == ".csv":
        return len(list(csv.DictReader(path.read_text("utf-8").splitlines())))
    if path.suffix == ".parquet":
        return pq.read_table(path).num_rows
    found = json.loads(path.read_text("utf-8"))
    if path.suffix == ".json":
        return sum(map(len, found["groups"]))
    assert any(one["geometry"] for one in found["features"])
    return len(found["features"])


def cache_of_one(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, asked once alone."""
    kept: list[Any] = []

    def asked(*given: Any, **named: Any) -> Any:
        kept or kept.append(function(*given, **named))
        return kept[0]

    return asked


def test_risky_facilities_are_read_from_a_list(
    config: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    listed = tmp_path / "pubs.csv"
    listed.write_text("Name,Easting,Northing\nBell,403500,303500\nCrown,409000,302000\nFox,412000,306000\n", "utf-8")
    told = answer(capsys, config, "concentration", "--facilities", str(listed), "--radius", "400")
    assert told["rows"][0]["name"] == "Bell"
    assert told["beyond"] + sum(row["events"] for row in told["rows"]) == told["read"]["read"]
    for text, words in (
        ("name,x,y\nBell,1,2\n", "has the columns"),
        ("name,easting,northing\nBell,here,2\n", "no coordinate"),
        ("name,longitude,latitude\nBell,2.35,48.8\nCrown,-1.9,52.6\n", "no place in Great Britain"),
    ):
        listed.write_text(text, "utf-8")
        with pytest.raises(BadInput, match=words):
            run(config, "concentration", *DAYS, "--facilities", str(listed))


def test_the_public_sees_no_small_number(config: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    public = config.with_name("public.toml")
    public.write_text(config.read_text("utf-8") + '[report]\ndisclosure = "public"\n', "utf-8")
    month = ("--from", "2021-12-01", "--to", "2021-12-31", "--json")
    for command in ("concentration", "hotspots", "harm-spots"):
        run(public, command, *month)
        counts = [row["events"] for row in json.loads(capsys.readouterr().out)["rows"]]
        assert None in counts
        assert all(count is None or (count >= 5 and count % 5 == 0) for count in counts), command


def test_errors_end_with_their_code_and_say_what_is_allowed(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--config", str(config), "scan", "hotspots", "--to", "2031-01-31"])
    assert ended.value.code == 3
    assert "January 2020 to December 2021" in capsys.readouterr().err
