"""What partners see, as a page: the engine's own figures, small counts withheld, files of the same."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from django.test import Client

from factories.access import areas
from factories.people import AreaFactory, person
from fixtures_needs import FIRST_DAY, NeedsForce, Quiet, put
from upstream.store import Store
from upstream_web.audit.models import AuditEvent
from upstream_web.needs.engine.overlay import kept_overlay
from upstream_web.needs.tasks import compare_partners
from upstream_web.people.permissions import Permission
from upstream_web.places.models import Area

pytestmark = pytest.mark.django_db
ASKED = {"source": "ed", "to": "2022-06-30"}
LONELY = 7
"""Position of a small area that the hospital sees often and the police seldom."""


def _assaults(of: NeedsForce) -> list[dict[str, Any]]:
    """Where the police record crimes too, but for one in five."""
    rng = np.random.default_rng(4)
    recorded = [crime["lsoa"] for crime in of.crimes if crime["lsoa"] not in (None, of.codes[LONELY])]
    rows: list[dict[str, Any]] = []
    for number in range(1200):
        day = FIRST_DAY + dt.timedelta(days=int(rng.integers(365)))
        place = of.codes[LONELY] if number % 5 == 0 else recorded[int(rng.integers(len(recorded)))]
        rows.append({
            "site": "RXA01", "reported_from": day, "reported_to": day, "record_number": number,
            "assault_at": dt.datetime.combine(day, dt.time(12), dt.UTC), "assaulted_on": day, "method": "body_part",
            "location_type": "street", "lsoa": place, "as_at": FIRST_DAY + dt.timedelta(days=364),
        })  # fmt: skip
    return rows


@pytest.fixture(scope="module")
def with_partner(needs_force: NeedsForce, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small force with a year of assaults seen by its hospital."""
    folder = tmp_path_factory.mktemp("overlay") / "force"
    shutil.copytree(needs_force.folder, folder)
    put(Store(folder / "store"), "ed_assaults", _assaults(needs_force))
    return folder


@pytest.fixture
def site(with_partner: Path, settings: Any) -> Path:
    settings.ENGINE_SETTINGS = with_partner / "upstream.toml"
    return with_partner


@pytest.fixture
def compared(site: Path) -> dict[str, Any]:
    to = dt.date.fromisoformat(ASKED["to"])
    if kept_overlay("ed", to) is None:
        compare_partners(Quiet(), person(Permission.MEASURE_READ), **ASKED)
    found = kept_overlay("ed", to)
    assert found is not None
    return found


def whole_force() -> Area:
    return AreaFactory(kind=Area.Kind.FORCE, parent=None)


def test_before_it_is_worked_out_the_page_asks(site: Path, client: Client) -> None:
    client.force_login(person(Permission.MEASURE_READ))
    page = client.get("/needs/partners/", {**ASKED, "to": "2022-05-31"}).content.decode()
    assert "Nobody has had this worked out" in page
    assert client.post("/needs/partners/", {**ASKED, "to": "2022-05-31"}).status_code == 302
    assert client.get("/needs/partners/places/csv/", {**ASKED, "to": "2022-05-31"}).status_code == 404


@pytest.mark.parametrize("to", ["2023-06-30", "2001-01-01", "soon", ""])
def test_days_that_are_not_held_are_said(site: Path, client: Client, to: str) -> None:
    client.force_login(person(Permission.MEASURE_READ))
    page = client.get("/needs/partners/", {**ASKED, "to": to}).content.decode()
    assert "There is a problem" in page
    assert "Work it out" not in page
    assert client.get("/needs/partners/", {**ASKED, "source": "fire"}).content.decode().count("There is a problem") == 1


def test_without_a_partner_there_is_nothing_to_compare(needs_force: NeedsForce, settings: Any, client: Client) -> None:
    settings.ENGINE_SETTINGS = needs_force.folder / "upstream.toml"
    client.force_login(person(Permission.MEASURE_READ))
    page = client.get("/needs/partners/").content.decode()
    assert "nothing to compare" in page
    assert "What to compare" not in page


def test_the_page_has_the_figures_and_the_place_that_only_the_partner_knows(
    compared: dict[str, Any], needs_force: NeedsForce, client: Client
) -> None:
    client.force_login(person(Permission.MEASURE_READ, Permission.SIGNAL_READ, area=whole_force()))
    page = client.get("/needs/partners/", ASKED).content.decode()
    (force,) = (row for row in compared["full"]["rows"] if row["of"] == "force")
    assert f"{force['lower']:.0%} to {force['upper']:.0%}" in page
    for words in ("By policing area", "Northing", "By part of the week", "Weekend nights", "What it assumes"):
        assert words in page
    named = [row for row in compared["full"]["places"] if row["stands_out"]]
    assert [row["lsoa"] for row in named] == [needs_force.codes[LONELY]]
    assert named[0]["name"] in page


def test_files_have_the_same_figures(compared: dict[str, Any], client: Client) -> None:
    client.force_login(person(Permission.MEASURE_READ, Permission.SIGNAL_READ, area=whole_force()))
    rows = list(csv.DictReader(io.StringIO(client.get("/needs/partners/places/csv/", ASKED).content.decode())))
    full = compared["full"]["places"]
    assert [(row["lsoa"], int(row["partner"])) for row in rows] == [(row["lsoa"], row["partner"]) for row in full]
    taken = AuditEvent.objects.get(action="overlay.file_taken")
    assert taken.details == {**ASKED, "part": "places", "as": "csv"}
    parquet = client.get("/needs/partners/shares/parquet/", ASKED).content
    assert pq.read_table(io.BytesIO(parquet)).num_rows == len(compared["full"]["rows"])
    assert client.get("/needs/partners/shares/geojson/", ASKED).status_code == 404  # shares have no outline
    assert client.get("/needs/partners/places/geojson/", ASKED).status_code == 404  # no outlines are held


def test_small_counts_are_withheld_from_those_who_do_not_read_signals_of_the_force(
    compared: dict[str, Any], client: Client
) -> None:
    hidden = {row["lsoa"] for row in compared["full"]["places"] if 0 < row["recorded"] < 8}
    assert hidden, "the test needs one"
    north, _ = areas()
    for who in (person(Permission.MEASURE_READ), person(Permission.MEASURE_READ, Permission.SIGNAL_READ, area=north)):
        client.force_login(who)
        rows = list(csv.DictReader(io.StringIO(client.get("/needs/partners/places/csv/", ASKED).content.decode())))
        assert {row["lsoa"] for row in rows if row["recorded"] == ""} == hidden
        assert not AuditEvent.objects.filter(action="overlay.file_taken").exists()  # nothing that is not disclosed
        assert "Counts of 1 to 7 are withheld" in client.get("/needs/partners/", ASKED).content.decode()


def test_everything_kept_is_plain(compared: dict[str, Any]) -> None:
    assert json.loads(json.dumps(compared, allow_nan=False)) == compared


def test_few_queries(compared: dict[str, Any], client: Client, django_assert_max_num_queries: Any) -> None:
    client.force_login(person(Permission.MEASURE_READ))
    client.get("/needs/partners/", ASKED)
    with django_assert_max_num_queries(15):
        client.get("/needs/partners/", ASKED)
