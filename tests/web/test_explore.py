"""Pages of patterns: what is kept is shown at once, what is not is asked for; small numbers to whom they are open."""

import csv
import io
import json
import re
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from factories.people import AreaFactory, TeamFactory, person
from factories.signing_in import sign_in
from upstream.errors import NotHeld
from upstream_web.explore import changes
from upstream_web.explore.engine import work_out
from upstream_web.explore.models import Analysis
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission
from upstream_web.places.models import Area
from upstream_web.runs.models import Run
from upstream_web.runs.tasks import carry_out

ASKED = {"type": "Violence and sexual offences", "area": "", "to": "2022-06-30"}
QUERY = "?type=Violence+and+sexual+offences&area=&to=2022-06-30"


def reader(*more: Permission) -> User:
    area = AreaFactory(kind=Area.Kind.FORCE)
    return person(Permission.MEASURE_READ, *more, team=TeamFactory(area=area), area=area)


@pytest.fixture(scope="module")
def worked() -> dict[str, object]:
    """Answers that the tests of this file share: work it out once a kind."""
    return {}


@pytest.fixture
def kept(figures: Path, db: None, worked: dict) -> dict[str, Analysis]:
    by = reader()
    asked = {"near_repeats": ASKED, "clusters": ASKED | {"model": "permutation"}, "when": ASKED}
    for kind, question in asked.items():
        if kind not in worked:
            worked[kind] = work_out(kind, question, "tests", [].append)
    own = {kind: replace(worked[kind], answer=deepcopy(worked[kind].answer)) for kind in asked}  # a test may change it
    return {kind: changes.keep(kind=kind, asked=asked[kind], worked=own[kind], by=by) for kind in asked}


def test_a_kept_answer_is_shown_with_its_table_and_map(
    kept: dict, client: Client, django_assert_max_num_queries: object
) -> None:
    client = sign_in(client, reader(Permission.MEASURE_RECORDS))
    with django_assert_max_num_queries(20):
        page = client.get(f"/explore/near-repeats/{QUERY}")
    text = page.content.decode()
    assert "Pairs of events by how far and how long apart" in text
    assert "up to 100 metres" in text
    assert re.search(r"[0-9] times \((under |over )?[0-9]+%\)", text)  # chance in words, not p
    assert "crimes version" in text
    assert "Nobody has asked this yet" not in text
    clusters = client.get(f"/explore/clusters/{QUERY}&model=permutation").content.decode()
    assert "Looked at" in clusters
    assert "replicas" in clusters


def test_when_shows_the_week_and_every_test(kept: dict, client: Client) -> None:
    opened = sign_in(client, reader(Permission.MEASURE_RECORDS)).get(f"/explore/when/{QUERY}").content.decode()
    for words in ("Hours of the week", "What was tested", "Weekday and hour", "Bank holiday, England and Wales"):
        assert words in opened
    assert "crossed out" not in opened
    shut = sign_in(client, reader()).get(f"/explore/when/{QUERY}").content.decode()
    assert "Cells under 5 are crossed out" in shut
    analysis = kept["when"]
    analysis.answer["read"]["used"] = 99
    Analysis.objects.filter(pk=analysis.pk).update(answer=analysis.answer)
    few = client.get(f"/explore/when/{QUERY}").content.decode()
    assert "Fewer than 100 events" in few
    assert "Hours of the week" not in few


def test_when_is_a_file_in_every_form_with_small_hours_withheld(kept: dict, client: Client) -> None:
    def rows(part: str, ending: str = "json") -> list[dict[str, Any]]:
        answer = client.get(f"/explore/when/file/{ending}/{QUERY}&part={part}")
        assert answer.status_code == 200, part
        return (
            json.loads(answer.content)
            if ending == "json"
            else list(csv.DictReader(io.StringIO(answer.content.decode())))
        )

    answer = kept["when"].answer
    sign_in(client, reader(Permission.MEASURE_RECORDS))
    week = rows("")
    assert [row["events"] for row in week] == [row["events"] for row in answer["week"]]
    assert [list(row) for row in week[:1]] == [["weekday", "hour", "events"]]
    assert [float(row["events"]) for row in rows("", "csv")] == [row["events"] for row in week]
    assert {row["name"] for row in rows("patterns")} == {row["name"] for row in answer["patterns"]}
    assert sum(row["events"] for row in rows("months")) == answer["read"]["used"]
    answer["week"][0]["events"], answer["week"][1]["events"], answer["months"][0]["events"] = 2.5, 6.5, 3
    Analysis.objects.filter(pk=kept["when"].pk).update(answer=answer)
    sign_in(client, reader())
    assert [row["events"] for row in rows("")][:2] == [None, 6.5]
    assert rows("months")[0]["events"] is None
    answer["read"]["used"] = 99
    Analysis.objects.filter(pk=kept["when"].pk).update(answer=answer)
    for part in ("", "months", "patterns"):
        assert client.get(f"/explore/when/file/csv/{QUERY}&part={part}").status_code == 404, part


def test_small_numbers_are_for_those_who_may_go_to_the_records(kept: dict, client: Client) -> None:
    analysis = kept["clusters"]
    row = dict.fromkeys(("log_likelihood_ratio", "p", "p_fitted"), 0.01) | {
        "lsoa": "S1", "name": "Somewhere", "small_areas": "S1", "easting": 4e5, "northing": 4e5, "radius_metres": 250.0,
        "first": "2022-06-20", "last": "2022-06-30", "events": 3, "expected": 0.2, "ratio": 15.0, "addresses": 3,
        "recurrence_days": 800.0, "new": True,
    }  # fmt: skip
    analysis.answer["clusters"] = [row]
    Analysis.objects.filter(pk=analysis.pk).update(answer=analysis.answer)
    address = f"/explore/clusters/{QUERY}&model=permutation"
    shut = sign_in(client, reader()).get(address).content.decode()
    assert "under 5" in shut
    assert "Counts under 5 are not shown to you" in shut
    assert "1 new cluster on 30 June 2022" in shut
    opened = sign_in(client, reader(Permission.MEASURE_RECORDS)).get(address).content.decode()
    assert "under 5" not in opened
    assert "once in 800 nights" in opened


def test_what_is_not_kept_is_asked_for_and_worked_out(figures: Path, client: Client, db: None) -> None:
    by = reader()
    page = sign_in(client, by).get("/explore/near-repeats/?type=Shoplifting&area=&to=2022-06-30")
    assert "Nobody has asked this yet" in page.content.decode()
    sent = client.post("/explore/near-repeats/", {"type": "Shoplifting", "area": "", "to": "2022-06-30"})
    run = Run.objects.get()
    assert sent.url == f"/work/{run.pk}/"
    carry_out.call(run.pk)
    run.refresh_from_db()
    assert run.state == Run.State.DONE, run.reason
    shown = client.get(run.output_address).content.decode()
    assert "Pairs of events" in shown
    assert Analysis.objects.get().tables == run.inputs
    # the same of the same records is kept once
    carry_out.call(changes.ask_for(kind="near_repeats", asked=Analysis.objects.get().asked, by=by).pk)
    assert Analysis.objects.count() == 1


def test_the_usual_question_stands_there_for_whoever_asks_none(figures: Path, client: Client, db: None) -> None:
    client.force_login(person(Permission.MEASURE_READ))
    page = client.get("/explore/near-repeats/").content.decode()
    assert "Nobody has asked this yet" in page
    assert "There is a problem" not in page


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("?type=Burglary&area=&to=2032-01-01", "No records are held to that day"),
        ("?type=Burglary&area=&to=30/6/22", "Give the last day as year, month and day"),
        ("?type=Magic&area=&to=2022-06-30", "not one of the available choices"),
        ("?type=Burglary&area=Nowhere&to=2022-06-30", "not one of the available choices"),
    ],
)
def test_what_cannot_be_asked_is_said(figures: Path, client: Client, db: None, query: str, words: str) -> None:
    page = sign_in(client, reader()).get(f"/explore/near-repeats/{query}")
    assert page.status_code == 200
    assert words in page.content.decode()
    assert "There is a problem" in page.content.decode()


def test_without_records_the_page_says_so(settings: object, tmp_path: Path, client: Client, db: None) -> None:
    settings.ENGINE_SETTINGS = tmp_path / "upstream.toml"
    client = sign_in(client, reader())
    for page in ("", "near-repeats/", "clusters/", "when/"):
        assert "No crimes with days and points are held" in client.get(f"/explore/{page}").content.decode()
    with pytest.raises(NotHeld):
        work_out("near_repeats", ASKED, "tests", [].append)
