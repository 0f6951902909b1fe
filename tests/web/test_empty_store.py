"""A site whose store holds nothing yet, or too little, or cannot be read: every page says so, none breaks."""

import logging
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client, TestCase
from django.urls import URLPattern, get_resolver, reverse

from factories.people import person
from factories.problems import PlanFactory
from factories.signing_in import sign_in
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission
from upstream_web.programs import changes as programs
from upstream_web.programs.models import Scope
from upstream_web.runs.models import Run

pytestmark = pytest.mark.django_db
PARTS = {"month": "2022-06", "key": "crime_total", "code": "A", "area": "A", "kind": "csv", "pk": 1, "action": "submit"}
NOTHING_HELD = "No records are held yet"
OF_A_MONTH = ("scorecard", "measure", "compare", "download", "records", "commentary", "versions", "paper", "area")


def addresses(space: str) -> dict[str, str]:
    """Every address of an area of the site by its name, for the usual objects."""
    resolvers = [one for one in get_resolver().url_patterns if getattr(one, "namespace", "") == space]
    patterns = [one for resolver in resolvers for one in resolver.url_patterns if isinstance(one, URLPattern)]
    parts = {one.name: one.pattern.regex.groupindex for one in patterns}
    return {name: reverse(f"{space}:{name}", kwargs={key: PARTS[key] for key in keys}) for name, keys in parts.items()}


MEASURES = addresses("measures")
ADDRESSES = ["/", *MEASURES.values(), *addresses("reports").values()]


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture
def everything() -> User:
    return person(*Permission)


@pytest.fixture
def allowed(client: Client, everything: User) -> Client:
    return sign_in(client, everything)


@pytest.fixture(params=["no settings", "no folder", "an empty folder", "packs named", "places only"])
def empty(request: Any, settings: Any, tmp_path: Path) -> Path:
    """A site without records: what there is of its store differs."""
    store, written = tmp_path / "store", ""
    if request.param == "packs named":
        written = '[report]\npacks = ["force"]\n'
    if request.param == "an empty folder":
        store.mkdir()
    if request.param == "places only":
        figures = request.getfixturevalue("figures_folder")
        held = next(
            path for path in figures.glob("store*/*") if (path / "_delta_log").is_dir() and "place" in path.name
        )
        shutil.copytree(held, store / held.name)
    settings.ENGINE_SETTINGS = tmp_path / "upstream.toml"
    if request.param != "no settings":
        settings.ENGINE_SETTINGS.write_text(written, "utf-8")
    return tmp_path


def test_no_page_breaks_without_records(allowed: Client, empty: Path) -> None:
    for address in ADDRESSES:
        for answer in (allowed.get(address), allowed.post(address, {"month": "2022-06"})):
            assert answer.status_code < 500, address


def test_a_page_of_measures_says_that_no_records_are_held_and_what_to_do(allowed: Client, empty: Path) -> None:
    for address in (MEASURES[name] for name in (*OF_A_MONTH, "index")):
        page = allowed.get(address)
        assert page.status_code == 200, address
        assert NOTHING_HELD in words(page), address
        assert "Ask whoever runs Upstream" in words(page)
        assert "upstream records add" in words(page)
        assert 'method="post" action="/measures/calculate/"' not in page.content.decode()
    assert NOTHING_HELD in words(allowed.get("/reports/new/"))


def test_nothing_is_begun_without_records(allowed: Client, empty: Path, everything: User) -> None:
    asked = allowed.post("/measures/calculate/", {"month": "2022-06"})
    assert asked.status_code == 409
    assert NOTHING_HELD in words(asked)
    plan = PlanFactory(team=everything.memberships.get().team, owner=everything)
    assert Run.objects.count() == 0
    with TestCase.captureOnCommitCallbacks(execute=True):
        counted = allowed.post(f"/plans/{plan.pk}/records/count/", {"stage": "analysis"})
    assert NOTHING_HELD in words(allowed.get(counted["Location"]))
    assert plan.slices.count() == 0


def test_the_api_says_that_no_records_are_held(everything: User, empty: Path) -> None:
    cache.clear()
    made = programs.make_token(by=everything, name="List", scopes=Scope.values, days=30)
    for address in ("/api/v1/measures", "/api/v1/measures?month=2022-06", "/api/v1/measures/crime_total/figures"):
        answer = Client(headers={"authorization": f"Bearer {made.secret}"}).get(address)
        assert answer.status_code == 404
        assert answer.json()["title"].startswith(NOTHING_HELD)


def test_some_tables_are_enough_for_the_measures_that_count_from_them(
    allowed: Client, figures_folder: Path, settings: Any, tmp_path: Path
) -> None:
    held = next(figures_folder.glob("store*")) / "incidents"
    shutil.copytree(held, tmp_path / "store" / "incidents")
    settings.ENGINE_SETTINGS = tmp_path / "upstream.toml"
    for address in ADDRESSES:
        assert allowed.get(address).status_code < 500, address
    page = words(allowed.get("/measures/"))
    assert "No measures have been calculated yet" in page
    assert NOTHING_HELD not in page


@pytest.fixture(params=["settings", "table"])
def damaged(request: Any, settings: Any, tmp_path: Path, figures_folder: Path) -> Path:
    """A store, or its settings, that an operator must mend."""
    settings.ENGINE_SETTINGS = tmp_path / "upstream.toml"
    if request.param == "settings":
        settings.ENGINE_SETTINGS.write_text("[force\n", "utf-8")
        return tmp_path
    shutil.copytree(next(figures_folder.glob("store*")) / "incidents", tmp_path / "store" / "incidents")
    for entry in (tmp_path / "store" / "incidents" / "_delta_log").glob("*.json"):
        entry.write_text("{", "utf-8")
    return tmp_path


def test_what_cannot_be_read_is_said_and_the_reason_is_in_the_log(
    allowed: Client, damaged: Path, everything: User, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "upstream_web.config.middleware"):
        answer = allowed.get("/measures/")
    assert answer.status_code == 503
    assert "The records cannot be read now" in words(answer)
    assert str(damaged) not in answer.content.decode()
    assert caplog.records[0].getMessage().startswith("/measures/ cannot be shown: ")
    cache.clear()
    made = programs.make_token(by=everything, name="List", scopes=Scope.values, days=30)
    refused = Client(headers={"authorization": f"Bearer {made.secret}"}).get("/api/v1/measures")
    assert refused.status_code == 503
    assert str(damaged) not in refused.content.decode()
    assert allowed.get("/").status_code == 200
