"""Every bad input of places and events, by the commands: a clear answer or a clear refusal, never a silent number."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from planted_map import ISLAND, SIDE, code, crimes, places_file
from stores import Rows, filled
from upstream.cli.main import upstream
from upstream.errors import UpstreamError
from upstream.places.add import add_places
from upstream.store import Store

SCANS = {
    "concentration": (), "hotspots": ("--permutations", "19"), "harm-spots": (), "emerging": (), "back-test": (),
    "near-repeat": ("--permutations", "19"), "clusters": (),
}  # fmt: skip
DAYS = ("--from", "2020-01-01", "--to", "2021-12-31")


def event(number: int, **other: Any) -> dict[str, Any]:
    return {
        "crime_ref": f"C{number}", "record_kind": "crime", "status": "recorded", "area": "A", "lsoa": code(1, 1),
        "recorded_on": dt.date(2020, 1, 5) + dt.timedelta(days=number % 700), "category": "shoplifting",
        "easting": 401_500, "northing": 301_500,
    } | other  # fmt: skip


def site(folder: Path, rows: Rows, squares: Path) -> Path:
    """Settings of a store that holds these crimes and the map of squares."""
    folder.mkdir(exist_ok=True)
    store = filled(folder / "store", {"crimes": rows})
    for table in (squares / "store").glob("places_*"):
        shutil.copytree(table, store.root / table.name)
    (folder / "upstream.toml").write_text('[[areas]]\ncode = "A"\nname = "Hams"\n[store]\npath = "store"\n', "utf-8")
    return folder / "upstream.toml"


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("bad")
    add_places(Store(folder / "store"), "lsoa", places_file(folder), who="tests")
    usual = crimes(np.random.default_rng(3))[::20]
    spread = [event(at, easting=400_050 + 97 * (at % 150), northing=300_050 + 89 * (at % 170)) for at in range(400)]
    rows = {
        "usual": usual,
        "at one point": [event(at) for at in range(400)],
        "one event": [event(1)],
        "in degrees": [row | {"easting": -2, "northing": 52} for row in spread],
        "exchanged": [row | {"easting": row["northing"] + 500_000, "northing": row["easting"]} for row in spread],
        "without a place": [row | {"easting": None, "northing": None, "lsoa": None} for row in spread],
    }
    return {which: site(folder / which.replace(" ", "-"), own, folder) for which, own in rows.items()}


def run(config: Path, command: str, *more: str) -> None:
    given = ["--config", str(config), "scan", command, *SCANS[command], *more]
    upstream.main(given, prog_name="upstream", standalone_mode=False)


def refusal(config: Path, command: str, *more: str) -> str:
    with pytest.raises(UpstreamError) as refused:
        run(config, command, *more)
    return str(refused.value)


@pytest.mark.parametrize("command", list(SCANS))
@pytest.mark.parametrize("which", ["one event", "without a place"])
def test_one_event_or_none_with_a_place_is_refused_or_said(
    sites: dict[str, Path], capsys: pytest.CaptureFixture[str], which: str, command: str
) -> None:
    """Where a command answers at all, it says that it has one event, or why every one was left out."""
    try:
        run(sites[which], command, *DAYS, "--json")
    except UpstreamError as refused:
        said = str(refused)
        assert "Allowed:" in said or "Ask for" in said, said
        assert which == "one event" or re.search("left out|[Nn]one of the|No events|0 events", said), said
        return
    told = json.loads(capsys.readouterr().out)
    assert told["read"]["read"] == (1 if which == "one event" else 400)
    assert which == "one event" or sum(told["read"]["left_out"].values()) == 400


@pytest.mark.parametrize("command", list(SCANS))
def test_reversed_dates_are_refused(sites: dict[str, Path], command: str) -> None:
    said = refusal(sites["usual"], command, "--from", "2021-12-31", "--to", "2020-01-01")
    assert "The first day, 2021-12-31, is after the last, 2020-01-01" in said


@pytest.mark.parametrize("command", list(SCANS))
def test_days_before_any_record_are_not_none(sites: dict[str, Path], command: str) -> None:
    assert "are held" in refusal(sites["usual"], command, "--from", "2001-01-01", "--to", "2001-12-31")


@pytest.mark.parametrize("command", ["near-repeat", "clusters"])
def test_points_in_degrees_or_exchanged_are_refused(sites: dict[str, Path], command: str) -> None:
    assert "degrees" in refusal(sites["in degrees"], command, *DAYS)
    assert "400 more were left out: outside Great Britain" in refusal(sites["exchanged"], command, *DAYS)


@pytest.mark.parametrize("command", ["hotspots", "concentration"])
def test_points_in_degrees_are_refused_in_squares_too(sites: dict[str, Path], command: str) -> None:
    assert "degrees" in refusal(sites["in degrees"], command, *DAYS, "--by", "square")


def test_all_at_one_point_is_said(sites: dict[str, Path], capsys: pytest.CaptureFixture[str]) -> None:
    run(sites["at one point"], "concentration", *DAYS, "--json")
    told = json.loads(capsys.readouterr().out)
    assert [row["events"] for row in told["rows"]][:2] == [400, 0]
    run(sites["at one point"], "hotspots", *DAYS)
    assert "One place holds 100% of the events" in " ".join(capsys.readouterr().out.split())
    for command in ("near-repeat", "clusters"):
        assert "All 400 events lie at one point" in refusal(sites["at one point"], command, *DAYS)


def test_islands_and_empty_places_are_places(
    sites: dict[str, Path], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run(sites["usual"], "hotspots", *DAYS, "--json", "--out", str(tmp_path / "hot.csv"))
    told = json.loads(capsys.readouterr().out)
    assert told["study"]["without_neighbours"] == 1
    with (tmp_path / "hot.csv").open(encoding="utf-8") as file:
        rows = {row["lsoa"]: row for row in csv.DictReader(file)}
    assert len(rows) == SIDE**2 + 1
    assert (rows[ISLAND]["events"], rows[ISLAND]["called"]) == ("0", "not certain")


def test_rates_need_residents(sites: dict[str, Path], capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert "How many people live in each place is not held" in refusal(
        sites["usual"], "hotspots", *DAYS, "--of", "rates", "--by", "square"
    )
    said = refusal(sites["usual"], "hotspots", *DAYS, "--of", "rates")
    assert "Add a population of small areas" in said
    rows = [f"{code(row, column)},{900 + 10 * row + column}" for row in range(SIDE) for column in range(SIDE)]
    people = tmp_path / "people.csv"
    people.write_text("\n".join(["lsoa21_code,total_residents", *rows, f"{ISLAND},50"]) + "\n", "utf-8")
    config = tmp_path / "with" / "upstream.toml"
    shutil.copytree(sites["usual"].parent, config.parent)
    add_places(Store(config.parent / "store"), "population", people, who="tests", period="mid-2020")
    for method in ("gi", "moran"):
        run(config, "hotspots", *DAYS, "--of", "rates", "--method", method, "--json")
        told = json.loads(capsys.readouterr().out)
        assert told["of"] == "rates"
        assert "Rates are to the people who live there" in " ".join(told["read"]["notes"])
        assert {row["lsoa"] for row in told["rows"][:4]} <= {code(r, c) for r in range(1, 6) for c in range(1, 6)}
