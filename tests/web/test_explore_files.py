"""What the pages of patterns show, as files: the same figures, and no small ones for those who may not see them."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from django.db import DatabaseError
from django.test import Client

from factories.people import AreaFactory, TeamFactory, person
from factories.signing_in import sign_in
from planted_map import crimes, planted
from upstream_web.audit.models import AuditEvent
from upstream_web.explore import changes
from upstream_web.explore.engine import work_out
from upstream_web.explore.engine.places import hot_spots
from upstream_web.explore.models import Analysis
from upstream_web.people.permissions import Permission
from upstream_web.places.models import Area

ASKED = {
    "hot_spots": {"type": "Burglary", "area": "", "first": "2021-10", "last": "2021-12"},
    "near_repeats": {"type": "Burglary", "area": "", "to": "2021-12-28"},
    "clusters": {"type": "Burglary", "area": "", "to": "2021-12-28", "model": "permutation"},
}
ADDRESS = {"hot_spots": "hot-spots", "near_repeats": "near-repeats", "clusters": "clusters"}
CLUSTER = {
    "lsoa": "E01000202", "name": "Square 0202", "small_areas": "E01000202", "easting": 402_500.0, "northing": 302_500.0,
    "radius_metres": 300.0, "first": "2021-12-20", "last": "2021-12-28", "events": 3, "expected": 0.2, "ratio": 15.0,
    "addresses": 3, "log_likelihood_ratio": 6.0, "p": 0.001, "p_fitted": 0.001, "recurrence_days": 900.0, "new": True,
}  # fmt: skip
SQUARE = {
    "lsoa": "E01000202", "name": "Square 0202", "easting": 402_000.0, "northing": 302_000.0, "metres": 200.0,
    "events": 8, "ratio": 1.8, "latest": "2021-12-27", "until": "2022-01-05",
}  # fmt: skip


@pytest.fixture(scope="module")
def squares(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    planted(folder, crimes(np.random.default_rng(5)))
    (folder / "upstream.toml").write_text('[force]\nname = "Squareshire"\n[store]\npath = "store"\n', "utf-8")
    return folder


@pytest.fixture(scope="module")
def worked() -> dict[str, object]:
    return {}


@pytest.fixture
def kept(squares: Path, settings: object, db: None, worked: dict) -> dict[str, Analysis]:
    """An answer of each kind, with a cluster and a square of known counts."""
    settings.ENGINE_SETTINGS = squares / "upstream.toml"
    if not worked:
        worked["hot_spots"] = hot_spots(ASKED["hot_spots"], "tests", [].append)
        worked |= {kind: work_out(kind, ASKED[kind], "tests", [].append) for kind in ("near_repeats", "clusters")}
        worked["near_repeats"].answer["risk"] = [SQUARE | {"events": 2, "easting": 402_200.0}, SQUARE]
        worked["clusters"].answer["clusters"] = [CLUSTER, CLUSTER | {"events": 13}]
    by = reader()
    return {kind: changes.keep(kind=kind, asked=ASKED[kind], worked=one, by=by) for kind, one in worked.items()}


def reader(*more: Permission) -> object:
    area = AreaFactory(kind=Area.Kind.FORCE)
    return person(Permission.MEASURE_READ, *more, team=TeamFactory(area=area), area=area)


def sent(client: Client, kind: str, ending: str, part: str = "") -> bytes:
    answer = client.get(f"/explore/{ADDRESS[kind]}/file/{ending}/", ASKED[kind] | {"part": part})
    assert answer.status_code == 200, f"{kind} {ending} {part}"
    assert f'.{ending}"' in answer["Content-Disposition"]
    return answer.content


def table(client: Client, kind: str, part: str = "") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(sent(client, kind, "csv", part).decode())))


@pytest.mark.parametrize("kind", list(ASKED))
def test_every_form_has_the_same_rows(kept: dict, client: Client, kind: str) -> None:
    sign_in(client, reader(Permission.MEASURE_RECORDS))
    rows = table(client, kind)
    held = pq.read_table(io.BytesIO(sent(client, kind, "parquet"))).to_pylist()
    drawn = json.loads(sent(client, kind, "geojson"))["features"]
    counts = [int(row["events"]) for row in rows]
    assert counts == [row["events"] for row in held] == [one["properties"]["events"] for one in drawn]
    answer = kept[kind].answer
    given = {"hot_spots": "places", "near_repeats": "risk", "clusters": "clusters"}[kind]
    assert sorted(counts) == sorted(row["events"] for row in answer[given])
    west, south = np.array(drawn[0]["geometry"]["coordinates"]).reshape(-1, 2).min(axis=0)
    assert -2.1 < west < -1.7
    assert 52.5 < south < 52.8


def taken() -> list[tuple[str, str, str, str]]:
    rows = AuditEvent.objects.filter(action__endswith=".file_taken").order_by("id")
    return [(one.action, one.object_id, one.details.get("part", ""), one.details["as"]) for one in rows]


def test_a_file_with_small_counts_is_recorded_before_it_is_sent(kept: dict, client: Client) -> None:
    look = "/explore/map/file/csv/"
    months = {"area": "", "first": "2021-10", "last": "2021-12", "type": "Burglary"}
    sign_in(client, reader())
    sent(client, "near_repeats", "csv", "chains")
    assert client.get(look, months).status_code == 200
    assert taken() == []  # what everybody may have
    sign_in(client, reader(Permission.MEASURE_RECORDS))
    sent(client, "near_repeats", "csv", "chains")
    assert client.get(look, months).status_code == 200
    number = str(kept["near_repeats"].pk)
    assert taken() == [("analysis.file_taken", number, "chains", "csv"), ("counts.file_taken", "", "", "csv")]


def test_where_the_log_cannot_be_written_no_file_leaves(
    kept: dict, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(**_: object) -> None:
        raise DatabaseError("the log is full")

    sign_in(client, reader(Permission.MEASURE_RECORDS))
    monkeypatch.setattr(changes, "record", broken)
    with pytest.raises(DatabaseError):
        client.get(f"/explore/{ADDRESS['clusters']}/file/csv/", ASKED["clusters"])


def test_parts_of_an_answer(kept: dict, client: Client) -> None:
    sign_in(client, reader())
    assert len(table(client, "near_repeats", "bands")) == len(kept["near_repeats"].answer["bands"])
    areas = json.loads(sent(client, "clusters", "geojson", "areas"))["features"]
    assert len(areas) == len(kept["clusters"].answer["outlines"]) > 0


def test_hot_spots_of_few_events_tell_neither_rank_nor_harm(kept: dict, client: Client) -> None:
    sign_in(client, reader())
    true = {row["lsoa"]: row for row in kept["hot_spots"].answer["places"]}
    rows = table(client, "hot_spots")
    few = [row for row in rows if row["events"] == ""]
    assert {row["lsoa"] for row in few} == {code for code, row in true.items() if row["events"] < 5}
    assert all(row["rank_by_events"] == row["harm_days"] == row["harm_rank_low"] == "" for row in few)
    calm = [row["lsoa"] for row in few if row["called"] != "hot"]
    assert calm == sorted(calm)
    each = {round(float(row["harm_days"]) / int(row["events"]), 6) for row in rows if row["events"]}
    weights = {round(row["harm_days"] / row["events"], 6) for row in true.values() if row["events"] >= 5}
    assert each == weights  # harm is that of the rounded count


def test_clusters_and_squares_of_few_events_are_withheld(kept: dict, client: Client) -> None:
    sign_in(client, reader())
    first, last = table(client, "clusters")
    assert (first["events"], last["events"], last["addresses"]) == ("15", "", "")
    assert first["ratio"] == last["ratio"] == last["log_likelihood_ratio"] == ""
    assert [row["events"] for row in table(client, "near_repeats")] == ["10", ""]
    text = client.get("/explore/clusters/", ASKED["clusters"]).content.decode()
    assert "times what was to be expected" not in text
    assert "15.0" not in text


@pytest.mark.parametrize(
    ("address", "asked"),
    [
        ("hot-spots/file/exe/", ASKED["hot_spots"]),
        ("hot-spots/file/csv/", ASKED["hot_spots"] | {"part": "bands"}),
        ("near-repeats/file/geojson/", ASKED["near_repeats"] | {"part": "bands"}),
        ("near-repeats/file/csv/", ASKED["near_repeats"] | {"type": "Robbery"}),
        ("clusters/file/csv/", ASKED["clusters"] | {"to": "soon"}),
    ],
)
def test_what_is_no_file_is_not_found(kept: dict, client: Client, address: str, asked: dict) -> None:
    sign_in(client, reader(Permission.MEASURE_RECORDS))
    assert client.get(f"/explore/{address}", asked).status_code == 404
