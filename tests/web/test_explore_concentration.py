"""Concentration and risky facilities: how few hold how much, and names of facilities to whom they are open."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
from django.test import Client

from factories.people import AreaFactory, TeamFactory, person
from factories.signing_in import sign_in
from planted_map import planted
from planted_premises import crimes_about, exclusions, premises
from stores import put
from upstream_web.explore.engine import concentration as engine
from upstream_web.explore.models import Analysis
from upstream_web.explore.place_forms import FORMS
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission
from upstream_web.places.models import Area
from upstream_web.runs.models import Run
from upstream_web.runs.tasks import carry_out

TYPE = "Violence and sexual offences"
PLACES = {"type": TYPE, "area": "", "exposure": "places", "first": "2020-01", "last": "2021-12"}
NEAR = {"type": TYPE, "area": "", "kind": "licensed premises", "radius": "50", "first": "2020-01", "last": "2021-12"}
PAGES = {"concentration": PLACES, "facilities": NEAR}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("premises")
    store = planted(folder, crimes_about())
    put(store, "licensed_premises", premises())
    put(store, "school_exclusions", exclusions())
    areas = '[[areas]]\ncode = "A"\nname = "Area A"\n'
    (folder / "upstream.toml").write_text(f'{areas}[force]\nname = "Squareshire"\n[store]\npath = "store"\n', "utf-8")
    return folder


@pytest.fixture
def held(folder: Path, settings: object, db: None) -> Path:
    settings.ENGINE_SETTINGS = folder / "upstream.toml"
    return folder


def reader(*more: Permission) -> User:
    area = AreaFactory(kind=Area.Kind.FORCE)
    return person(Permission.MEASURE_READ, *more, team=TeamFactory(area=area), area=area)


@pytest.fixture
def asked(held: Path, client: Client) -> dict[str, str]:
    """Both questions asked and answered; the address of each answer."""
    sign_in(client, reader())
    found = {}
    for page, question in PAGES.items():
        assert "Nobody has asked this yet" in client.get(f"/explore/{page}/", question).content.decode()
        client.post(f"/explore/{page}/", question)
        run = Run.objects.latest("pk")
        carry_out.call(run.pk)
        run.refresh_from_db()
        assert run.state == Run.State.DONE, run.reason
        found[page] = run.output_address
    return found


def rows(client: Client, page: str) -> list[dict[str, str]]:
    answer = client.get(f"/explore/{page}/file/csv/", PAGES[page])
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode())))


def test_those_entitled_see_which_facilities_they_are(
    asked: dict, client: Client, django_assert_max_num_queries: object
) -> None:
    sign_in(client, reader(Permission.MEASURE_RECORDS))
    with django_assert_max_num_queries(20):
        text = client.get(asked["facilities"]).content.decode()
    assert "The 0 Bells" in text
    assert "Events within 50 metres" in text
    assert "says nothing of who runs a place" in text
    assert "1 more have no point" in text
    assert text.count("<svg") == 4  # the curve and the map, wide and narrow
    assert "Circles of 50 metres" in text
    first, *rest = rows(client, "facilities")
    assert (first["name"], first["events"]) == ("The 0 Bells", "80")
    assert len(rest) == 27
    answer = Analysis.objects.get(kind="facilities").answer
    assert sum(int(row["events"]) for row in [first, *rest]) + answer["beyond"] == answer["read"]["used"] == 120
    drawn = json.loads(client.get("/explore/facilities/file/geojson/", NEAR).content)["features"]
    assert drawn[0]["geometry"]["type"] == "Point"
    assert drawn[0]["properties"]["name"] == "The 0 Bells"
    assert "Records were added" not in text


def test_others_see_how_few_hold_how_much_but_not_which(asked: dict, client: Client) -> None:
    sign_in(client, reader())
    text = client.get(asked["facilities"]).content.decode()
    assert "Names of facilities are for those who may go to the records" in text
    assert "Bells" not in text
    assert "1 of 28 licensed premises" in text
    assert text.count("<svg") == 2  # the curve, wide and narrow
    for ending in ("csv", "geojson", "parquet"):
        assert client.get(f"/explore/facilities/file/{ending}/", NEAR).status_code == 404
    line = re.search(r'class="c-value" d="M([^"]*)"', text)[1].split("L")
    heights = [(252 - float(point.split(" ")[1])) / 240 * 20 for point in line]
    assert len(line) <= 10  # a few places, and steps of five per cent
    assert all(abs(height - round(height)) < 0.02 for height in heights)
    assert "So far" not in client.get(asked["concentration"]).content.decode()
    for row in rows(client, "concentration"):
        assert row["share_so_far"] == ""
        assert row["events"] == "" or int(row["events"]) % 5 == 0


def test_few_events_are_shown_to_nobody_else(asked: dict, client: Client) -> None:
    for kind in PAGES:
        kept = Analysis.objects.get(kind=kind)
        kept.answer["concentration"]["events"] = 99
        Analysis.objects.filter(pk=kept.pk).update(answer=kept.answer)
    sign_in(client, reader())
    for page in PAGES:
        text = client.get(asked[page]).content.decode()
        assert "Fewer than 100 events" in text
        assert "<svg" not in text


def test_concentration_has_its_curve_and_the_years(asked: dict, client: Client) -> None:
    sign_in(client, reader(Permission.MEASURE_RECORDS))
    text = client.get(asked["concentration"]).content.decode()
    for words in (
        "How few hold how much",
        "Do the same places lead every year?",
        "Gini coefficient",
        "Square 0808",
        "So far",
    ):
        assert words in text, words
    found = rows(client, "concentration")
    assert (found[0]["lsoa"], found[0]["events"]) == ("E01000808", "80")
    assert float(found[-1]["share_so_far"]) == 1
    assert len(found) == 257
    assert len(json.loads(client.get("/explore/concentration/file/geojson/", PLACES).content)["features"]) == 257


def test_a_newer_register_is_said(asked: dict, client: Client) -> None:
    kept = Analysis.objects.get(kind="facilities")
    assert kept.tables.keys() == {"crimes", "licensed_premises"}
    Analysis.objects.filter(pk=kept.pk).update(tables=kept.tables | {"licensed_premises": -1})
    sign_in(client, reader())
    assert "Records were added since" in client.get(asked["facilities"]).content.decode()


@pytest.mark.parametrize(
    ("page", "wrong", "words"),
    [
        ("facilities", {"kind": "churches"}, "not one of the available choices"),
        ("facilities", {"radius": "7"}, "not one of the available choices"),
        ("facilities", {"type": "Anti-social behaviour"}, "not one of the available choices"),
        ("facilities", {"first": "2021-06", "last": "2020-06"}, "the first no later than the last"),
        ("concentration", {"exposure": "luck"}, "not one of the available choices"),
        ("concentration", {"last": "2035-01"}, "Give months from"),
        ("concentration", {"area": "Nowhere"}, "not one of the available choices"),
    ],
)
def test_what_cannot_be_asked_is_said(held: Path, client: Client, page: str, wrong: dict, words: str) -> None:
    sign_in(client, reader(Permission.MEASURE_RECORDS))
    answer = client.get(f"/explore/{page}/", PAGES[page] | wrong)
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert client.get(f"/explore/{page}/file/csv/", PAGES[page] | wrong).status_code == 404


def test_an_area_without_facilities_says_so(held: Path) -> None:
    of = NEAR | {"kind": "off-licences"}
    with pytest.raises(Exception, match="0 facilities"):
        engine.facilities(of, "tests", [].append)


def test_without_a_register_the_page_says_so(settings: object, tmp_path: Path, client: Client, db: None) -> None:
    planted(tmp_path, crimes_about())
    (tmp_path / "upstream.toml").write_text('[store]\npath = "store"\n', "utf-8")
    settings.ENGINE_SETTINGS = tmp_path / "upstream.toml"
    sign_in(client, reader())
    assert "No register of licensed premises or schools is held" in client.get("/explore/facilities/").content.decode()


def test_every_kind_of_answer_about_places_has_a_form_and_an_address() -> None:
    assert set(FORMS) == {Analysis.Kind.HOT_SPOTS, Analysis.Kind.CONCENTRATION, Analysis.Kind.FACILITIES}
