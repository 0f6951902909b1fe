"""Chains and windows of near repeats: who sees which events, which records, and what everybody else sees."""

import csv
import datetime as dt
import html
import io
import json
import re
from pathlib import Path
from urllib.parse import parse_qsl

import pytest
from django.test import Client

from factories.people import AreaFactory, TeamFactory, person
from factories.signing_in import sign_in
from planted_repeats import burglaries
from stores import filled
from upstream.reports import near_repeat_pages
from upstream_web.audit.models import AuditEvent
from upstream_web.explore import changes
from upstream_web.explore.engine import work_out
from upstream_web.explore.models import Analysis
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission
from upstream_web.places.models import Area

ASKED = {"type": "Burglary", "area": "", "to": "2022-12-31"}
PURPOSE = "Visits to plan after these burglaries"


@pytest.fixture(scope="module")
def force(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repeats")
    filled(folder / "store", {"crimes": burglaries()})
    areas = '[[areas]]\ncode = "A"\nname = "Area A"\n'
    (folder / "upstream.toml").write_text(f'{areas}[force]\nname = "Repeatshire"\n[store]\npath = "store"\n', "utf-8")
    return folder


@pytest.fixture(scope="module")
def worked() -> dict[str, object]:
    return {}


@pytest.fixture
def kept(force: Path, settings: object, db: None, worked: dict) -> Analysis:
    settings.ENGINE_SETTINGS = force / "upstream.toml"
    if not worked:
        worked["near_repeats"] = work_out("near_repeats", ASKED, "tests", [].append)
    return changes.keep(kind="near_repeats", asked=ASKED, worked=worked["near_repeats"], by=reader())


def reader(*more: Permission) -> User:
    area = AreaFactory(kind=Area.Kind.FORCE)
    return person(Permission.MEASURE_READ, *more, team=TeamFactory(area=area), area=area)


def entitled() -> User:
    return reader(Permission.MEASURE_RECORDS)


def page(client: Client, user: User) -> str:
    sign_in(client, user)
    return client.get("/explore/near-repeats/", ASKED).content.decode()


def table(client: Client, part: str) -> list[dict[str, str]]:
    answer = client.get("/explore/near-repeats/file/csv/", ASKED | {"part": part})
    assert answer.status_code == 200, part
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_those_entitled_see_chains_windows_and_their_files(
    kept: Analysis, client: Client, django_assert_max_num_queries: object
) -> None:
    user = entitled()
    sign_in(client, user)
    with django_assert_max_num_queries(20):
        text = client.get("/explore/near-repeats/", ASKED).content.decode()
    assert "Events that follow one another, the latest first" in text
    assert "Visits to plan after 31 December 2022" in text
    led = re.search(r'href="/explore/near-repeats/chain/1/\?([^"]*)"', text)[1]
    assert dict(parse_qsl(html.unescape(led), keep_blank_values=True)) == ASKED
    chains, events, windows = (table(client, part) for part in ("chains", "events", "windows"))
    assert len(chains) == len(kept.answer["chain_rows"]) > 25
    assert [row["last"] for row in chains] == sorted((row["last"] for row in chains), reverse=True)
    assert sum(int(row["events"]) for row in chains) == len(events)
    drawn = json.loads(client.get("/explore/near-repeats/file/geojson/", ASKED | {"part": "windows"}).content)
    assert len(drawn["features"]) == len(windows) == len(kept.answer["windows"]) > 0
    assert all(dt.date.fromisoformat(row["until"]) > dt.date(2022, 12, 31) for row in windows)


def test_others_see_no_single_event(kept: Analysis, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(near_repeat_pages, "MOST_ROWS", 25)  # so many that withheld squares are among them
    text = page(client, reader())
    assert "they are for those who may go to the records" in text
    assert "/chain/" not in text
    assert "Round the event of" not in text
    shown = table(client, "chains")
    large = [row for row in kept.answer["chain_rows"] if row["events"] >= 5]
    assert len(shown) == len(large) > 0
    assert all(int(row["events"]) % 5 == 0 and row["reach_metres"] == "" for row in shown)
    assert {len(row[name]) for row in shown for name in ("first", "last")} == {len("2022-12")}
    squares = table(client, "")
    few = [row for row in squares if row["events"] == ""]
    assert {row["latest"] for row in few} == {""}
    places = [(float(row["easting"]), float(row["northing"])) for row in few]
    assert places == sorted(places)
    shown = [tuple(map(float, at)) for at in re.findall(r">\s*(\d+), (\d+)\s*</td>", text)]
    every = [(float(row["easting"]), float(row["northing"])) for row in squares]
    assert shown[:25] == every[:25]  # the page has the order of the file
    assert places[0] in shown
    for part in ("windows", "events"):
        assert client.get("/explore/near-repeats/file/csv/", ASKED | {"part": part}).status_code == 404
    assert client.get("/explore/near-repeats/chain/1/", ASKED).status_code == 403


def test_a_chain_lists_its_events_and_for_a_purpose_its_records(kept: Analysis, client: Client) -> None:
    user = entitled()
    sign_in(client, user)
    text = client.get("/explore/near-repeats/chain/1/", ASKED).content.decode()
    first = kept.answer["chain_rows"][0]
    assert f"{first['events']} events, the first first" in text
    assert "Residential burglary" in text
    own = [row for row in kept.answer["chain_events"]["rows"] if row[0] == 1]
    refs = {row["crime_ref"] for row in burglaries() if row["lsoa"] in {one[4] for one in own}}
    assert not [ref for ref in refs if f">{ref}<" in text]
    address = "/explore/near-repeats/chain/1/?type=Burglary&area=&to=2022-12-31"
    assert client.post(address, {"purpose": "short"}).status_code == 422
    assert not AuditEvent.objects.filter(action="analysis.records_read").exists()
    shown = client.post(address, {"purpose": PURPOSE}).content.decode()
    assert len([ref for ref in refs if f">{ref}<" in shown.replace("\n", "")]) == len(own)
    read = AuditEvent.objects.get(action="analysis.records_read")
    assert (read.details["chain"], read.details["purpose"]) == (1, PURPOSE)


def test_a_chain_that_is_not_there_or_not_theirs_is_not_found(kept: Analysis, client: Client) -> None:
    sign_in(client, entitled())
    for address, asked in (("chain/999", ASKED), ("chain/1", ASKED | {"type": "Robbery"}), ("chain/1", {"to": "soon"})):
        assert client.get(f"/explore/near-repeats/{address}/", asked).status_code == 404, address
    elsewhere = AreaFactory(kind=Area.Kind.POLICING_AREA, code="B")
    sign_in(client, person(Permission.MEASURE_READ, Permission.MEASURE_RECORDS, area=elsewhere))
    assert client.get("/explore/near-repeats/chain/1/", ASKED).status_code == 404


def test_records_of_another_version_are_not_shown(kept: Analysis, client: Client) -> None:
    sign_in(client, entitled())
    Analysis.objects.filter(pk=kept.pk).update(engine_version="older")
    address = "/explore/near-repeats/chain/1/?type=Burglary&area=&to=2022-12-31"
    text = client.post(address, {"purpose": PURPOSE}).content.decode()
    assert "work it out again" in text
    assert "records, the latest first" not in text
    assert not AuditEvent.objects.filter(action="analysis.records_read").exists()


def test_an_answer_of_before_chains_is_still_shown(kept: Analysis, client: Client) -> None:
    new = ("windows", "chain_rows", "chain_events")
    old = {name: value for name, value in kept.answer.items() if name not in new}
    Analysis.objects.filter(pk=kept.pk).update(answer=old, engine_version="3")
    text = page(client, entitled())
    assert "Pairs of events by how far and how long apart" in text
    assert "it is worked out otherwise now" in text
    for part in ("chains", "events", "windows"):
        assert client.get("/explore/near-repeats/file/csv/", ASKED | {"part": part}).status_code == 404
    assert client.get("/explore/near-repeats/chain/1/", ASKED).status_code == 404
