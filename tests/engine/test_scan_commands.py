"""``upstream scan near-repeat`` and ``clusters``: what a person types and what comes back."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from commands import ended
from planted_repeats import burglaries
from stores import filled


@pytest.fixture(scope="module")
def force(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """200 burglaries of one year, 60 of them again near by within a week, and fifteen new ones of the last days."""
    folder = tmp_path_factory.mktemp("force")
    (folder / "upstream.toml").write_text('[[areas]]\ncode = "A"\nname = "Area A"\n', "utf-8")
    (folder / "public.toml").write_text('[report]\ndisclosure = "public"\n[[areas]]\ncode = "A"\nname = "A"\n', "utf-8")
    filled(folder / "store", {"crimes": burglaries()})
    return folder


def run(folder: Path, *arguments: str, settings: str = "upstream.toml") -> int:
    return ended("--config", str(folder / settings), "scan", *arguments)


def test_near_repeats_as_a_table_json_and_files(force: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    asked = ("near-repeat", "--type", "Burglary", "--to", "2022-12-31", "--permutations", "199")
    assert run(force, *asked) == 0
    text = capsys.readouterr().out
    assert "up to 100 metres" in text
    assert "275 events of 2022-01-01 to 2022-12-31 looked at." in text
    assert "275 are dated by the day they were recorded" in text
    assert run(force, *asked, "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert found["read"]["used"] == found["events"] == 275
    near = next(
        row for row in found["rows"]["bands"] if (row["distance"], row["time"]) == ("up to 100 metres", "0 to 7 days")
    )
    assert near["raised"]
    assert near["pairs"] > 2 * near["expected"]
    drawn, bands, chains = (tmp_path / name for name in ("risk.geojson", "bands.csv", "chains.parquet"))
    windows, events = tmp_path / "windows.geojson", tmp_path / "events.csv"
    for path, more in ((drawn, ()), (bands, ()), (chains, ("--rows", "chains")), (windows, ("--rows", "windows")),
                       (events, ("--rows", "events"))):  # fmt: skip
        assert run(force, *asked, "--out", str(path), *more) == 0
    features = json.loads(drawn.read_text())["features"]
    assert len(features) == len(found["rows"]["risk"]) > 0
    corner = features[0]["geometry"]["coordinates"][0][0]
    assert -2.1 < corner[0] < -1.8  # degrees near the grid's 400 kilometres
    assert 53.4 < corner[1] < 53.7
    assert len(list(csv.DictReader(bands.read_text("utf-8").splitlines()))) == 20
    listed = pq.read_table(chains).to_pylist()
    assert [row["last"] for row in listed] == sorted((row["last"] for row in listed), reverse=True)
    held = list(csv.DictReader(events.read_text("utf-8").splitlines()))
    for row in listed:
        own = [one for one in held if one["chain"] == str(row["chain"])]
        assert (len(own), own[0]["day"], own[-1]["day"]) == (row["events"], row["first"], row["last"])
        assert {one["lsoa"] for one in own} == set(row["lsoas"].split())
        assert row["reach_metres"] % 10 == 0 < row["reach_metres"]
    assert {one["type"] for one in held} == {"Residential burglary (dwelling)"}
    circles = json.loads(windows.read_text())["features"]
    assert [one["properties"] for one in circles] == found["rows"]["windows"] != []
    assert all(one["geometry"]["type"] == "Polygon" for one in circles)


def test_the_public_sees_no_chains_and_no_small_counts(force: Path, capsys: pytest.CaptureFixture) -> None:
    asked = ("near-repeat", "--type", "Burglary", "--to", "2022-12-31", "--permutations", "199", "--json")
    assert run(force, *asked, settings="public.toml") == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert rows["chains"] == rows["windows"] == rows["events"] == []
    assert {area["events"] for area in rows["risk"]} <= {None, 5, 10, 15}
    assert any(area["events"] is None for area in rows["risk"])


def test_clusters_as_a_table_and_files(force: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    asked = ("clusters", "--type", "Burglary", "--to", "2022-12-31", "--longest", "14")
    assert run(force, *asked) == 0
    text = capsys.readouterr().out
    assert "1 new cluster on 2022-12-31." in text
    out = tmp_path / "clusters.geojson"
    assert run(force, *asked, "--json", "--out", str(out)) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["clusters"][0]["new"]
    assert found["clusters"][0]["events"] >= 12
    assert json.loads(out.read_text())["features"][0]["properties"]["lsoa"] == found["clusters"][0]["lsoa"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("near-repeat", "--to", "2022-12-31", "--from", "2023-01-01"), 2, "is after the last"),
        (("near-repeat", "--to", "2022-12-31", "--metres", "a,b"), 2, "cannot be read"),
        (("near-repeat", "--to", "2022-12-31", "--area", "Q"), 2, "no such area"),
        (("near-repeat", "--to", "2022-12-31", "--type", "Magic"), 2, "no such crime type"),
        (("near-repeat", "--to", "2022-12-31", "--type", "Robbery"), 2, "No events were found"),
        (("near-repeat", "--to", "2022-12-31", "--out", "x.geojson", "--rows", "bands"), 2, "have no shape"),
        (("clusters", "--to", "2012-12-31"), 3, "No records of"),
        (("clusters", "--to", "2022-12-31", "--longest", "0"), 2, "Clusters of 0 days"),
    ],
)
def test_what_cannot_be_done_is_said(
    force: Path, arguments: tuple[str, ...], code: int, words: str, capsys: pytest.CaptureFixture
) -> None:
    assert run(force, *arguments) == code
    assert words in capsys.readouterr().err
