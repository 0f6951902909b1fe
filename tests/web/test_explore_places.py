"""The explorer and hot spots: the same figures on map, table and file, small numbers to whom they are open."""

import csv
import datetime as dt
import html
import io
import json
import re
import shutil
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pytest
from django.test import Client

from factories.people import AreaFactory, TeamFactory, person
from factories.signing_in import sign_in
from planted_map import ISLAND, SIDE, code, crimes, planted
from stores import put, street_files
from upstream.places.add import add_places
from upstream.store import Store
from upstream_web.explore import changes
from upstream_web.explore.engine.places import hot_spots
from upstream_web.explore.models import Analysis
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission
from upstream_web.places.models import Area
from upstream_web.runs.models import Run
from upstream_web.runs.tasks import carry_out

YEAR = "first=2021-01&last=2021-12"
ASKED = {"type": "Shoplifting", "area": "", "first": "2020-07", "last": "2021-12"}
QUERY = "?type=Shoplifting&area=&first=2020-07&last=2021-12"


@pytest.fixture(scope="module")
def squares(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site's settings and a store with a planted map."""
    folder = tmp_path_factory.mktemp("squares")
    rng = np.random.default_rng(5)
    rows = crimes(rng)
    for row in rows[::7]:
        row["area"] = "B"
    put(planted(folder, rows), "incidents", [
        {"incident_ref": "I1", "opened_at": dt.datetime(2021, 6, 1, 5, tzinfo=dt.UTC), "area": "A",
         "lsoa": code(1, 1), "opened_on": dt.date(2021, 6, 1), "incident_type": "asb_nuisance"}
    ])  # fmt: skip
    areas = "".join(f'[[areas]]\ncode = "{one}"\nname = "Area {one}"\n' for one in "AB")
    (folder / "upstream.toml").write_text(f'{areas}[force]\nname = "Squareshire"\n[store]\npath = "store"\n', "utf-8")
    return folder


@pytest.fixture
def held(squares: Path, settings: object, db: None) -> Path:
    settings.ENGINE_SETTINGS = squares / "upstream.toml"
    return squares


RESIDENTS = {code(row, column): 800 + 40 * row + column for row in range(SIDE) for column in range(SIDE)}
RESIDENTS[ISLAND] = 900


@pytest.fixture(scope="module")
def people(squares: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with how many people live in each small area."""
    folder = tmp_path_factory.mktemp("peopled") / "site"
    shutil.copytree(squares, folder)
    path = folder / "census2021.csv"
    lines = [f"{lsoa},{count}" for lsoa, count in RESIDENTS.items()]
    path.write_text("\n".join(["lsoa21_code,total_residents", *lines]) + "\n", "utf-8")
    add_places(Store(folder / "store"), "population", path, who="tests")
    return folder


@pytest.fixture
def peopled(people: Path, settings: object, db: None) -> Path:
    settings.ENGINE_SETTINGS = people / "upstream.toml"
    return people


def reader(*more: Permission) -> User:
    area = AreaFactory(kind=Area.Kind.FORCE)
    return person(Permission.MEASURE_READ, *more, team=TeamFactory(area=area), area=area)


def signed_in(client: Client, user: User) -> Client:
    sign_in(client, user)
    return client


def rows_of(client: Client, query: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(f"/explore/map/file/csv/?{query}").content.decode())))


def test_map_table_months_and_files_have_the_same_figures(
    held: Path, client: Client, django_assert_max_num_queries: object
) -> None:
    signed_in(client, reader(Permission.MEASURE_RECORDS))
    query = f"type=Burglary&type=Shoplifting&area=&{YEAR}"
    with django_assert_max_num_queries(20):
        text = client.get(f"/explore/map/?{query}").content.decode()
    assert "Burglary and shoplifting, " in text
    rows = rows_of(client, query)
    total = sum(int(row["count"]) for row in rows)
    assert f'<dd class="govuk-summary-list__value">{total:,} burglary and shoplifting</dd>' in text.replace("\n", "")
    first = rows[0]
    assert f"{int(first['count']):,}" in re.search(rf"{re.escape(first['name'])}.*?</tr>", text, re.DOTALL)[0]
    drawn = json.loads(client.get(f"/explore/map/file/geojson/?{query}").content)
    assert {one["properties"]["lsoa"]: one["properties"]["count"] for one in drawn["features"]} == {
        row["lsoa"]: int(row["count"]) for row in rows
    }
    assert text.count("<svg") == 3  # the chart of months twice: for wide and for narrow screens
    parts = [sum(int(row["count"]) for row in rows_of(client, f"type=Burglary&type=Shoplifting&area={area}&{YEAR}"))
             for area in "AB"]  # fmt: skip
    assert sum(parts) == total
    assert parts[0] > 0


def test_small_numbers_are_withheld_from_those_without_the_records(held: Path, client: Client) -> None:
    query = "type=Burglary&area=&first=2021-12&last=2021-12"
    opened = rows_of(signed_in(client, reader(Permission.MEASURE_RECORDS)), query)
    shut = rows_of(signed_in(client, reader()), query)
    assert {row["lsoa"] for row in opened} == {row["lsoa"] for row in shut}
    assert all(row["count"] == "" or (int(row["count"]) >= 5 and int(row["count"]) % 5 == 0) for row in shut)
    assert any(row["count"] == "" for row in shut)
    assert any(0 < int(row["count"]) < 5 for row in opened)
    text = client.get(f"/explore/map/?{query}").content.decode()
    assert "under 5" in text
    assert "counts under five are not shown" in text
    # those withheld stand in the order of their codes: their order says nothing
    codes = [row["lsoa"] for row in shut if row["count"] == ""]
    assert codes == sorted(codes)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("first=2021-06&last=2020-06", "the first no later than the last"),
        ("first=1999-01&last=2021-06", "Give months from"),
        ("first=June&last=2021-06", "Give a month as year and month"),
        ("type=Anti-social+behaviour&type=Burglary", "choose it by itself"),
        ("type=Magic", "not one of the available choices"),
        ("area=Nowhere", "not one of the available choices"),
    ],
)
def test_what_cannot_be_asked_is_said(held: Path, client: Client, query: str, words: str) -> None:
    page = signed_in(client, reader()).get(f"/explore/map/?{query}")
    assert page.status_code == 200, page
    assert words in page.content.decode()
    assert client.get(f"/explore/map/file/csv/?{query}").status_code == 404
    assert client.get("/explore/map/file/exe/").status_code == 404


def test_anti_social_behaviour_is_incidents_by_itself(held: Path, client: Client) -> None:
    text = signed_in(client, reader()).get("/explore/map/?type=Anti-social+behaviour").content.decode()
    assert "Counted from incidents version" in text


def test_hot_spots_are_worked_out_once_and_shown_side_by_side(held: Path, client: Client) -> None:
    signed_in(client, reader(Permission.MEASURE_RECORDS))
    assert "Nobody has asked this yet" in client.get(f"/explore/hot-spots/{QUERY}").content.decode()
    client.post("/explore/hot-spots/", ASKED)
    run = Run.objects.get()
    carry_out.call(run.pk)
    run.refresh_from_db()
    assert run.state == Run.State.DONE, run.reason
    text = client.get(run.output_address).content.decode()
    for words in ("More than chance, counting the places around", "Most harm", "The same places as before",
                  "Would these maps have helped?", "this is the naive map"):  # fmt: skip
        assert words in text, words
    assert text.count("<svg") == 3
    kept = Analysis.objects.get()
    assert kept.tables == run.inputs
    assert sum(row["events"] for row in kept.answer["places"]) == kept.answer["read"]["read"]
    shut = signed_in(client, reader()).get(f"/explore/hot-spots/{QUERY}").content.decode()
    assert "counts under five are not shown" in shut
    hot = kept.answer["places"][0]
    shown = re.search(rf"<th[^>]*>\s*{hot['name']}\s*</th>.*?</tr>", shut, re.DOTALL)[0]
    assert f"{round(hot['events'] / 5) * 5:,}</td>" in shown.replace("\n", "")


def test_rates_are_offered_where_residents_are_known(held: Path, client: Client) -> None:
    signed_in(client, reader(Permission.MEASURE_RECORDS))
    rates = f"/explore/hot-spots/{QUERY}&of=rates"
    assert "How many people live in each small area is not held" in client.get(rates).content.decode()
    assert "Counts say where to send people" not in client.get(f"/explore/hot-spots/{QUERY}").content.decode()


def test_rates_are_of_the_residents_and_of_the_count_that_is_shown(peopled: Path, client: Client) -> None:
    asked = ASKED | {"of": "rates"}
    by = reader(Permission.MEASURE_RECORDS)
    worked = hot_spots(asked, "tests", [].append)
    changes.keep(kind="hot_spots", asked=asked, worked=worked, by=by)
    address = f"/explore/hot-spots/{QUERY}&of=rates"
    text = signed_in(client, by).get(address).content.decode()
    for words in ("Higher rates than chance", "To 1,000 residents", "those at risk are visitors", "The same of counts"):
        assert words in text, words
    assert "Nobody has asked this yet" in client.get(f"/explore/hot-spots/{QUERY}").content.decode()
    true = {row["lsoa"]: row for row in worked.answer["places"]}
    first, *_ = true.values()
    assert first["residents"] == RESIDENTS[first["lsoa"]]

    def file() -> list[dict[str, str]]:
        given = client.get(f"/explore/hot-spots/file/csv/{QUERY}&of=rates").content.decode()
        return list(csv.DictReader(io.StringIO(given)))

    for row in file():
        assert float(row["rate_per_1000"]) == pytest.approx(
            1000 * int(row["events"]) / RESIDENTS[row["lsoa"]], abs=0.006
        )
        assert float(row["smoothed_rate_per_1000"]) == pytest.approx(true[row["lsoa"]]["smoothed_rate"], abs=0.006)
    signed_in(client, reader())
    for row in file():
        assert row["smoothed_rate_per_1000"] == ""
        assert (row["rate_per_1000"] == "") == (row["events"] == "")
        if row["events"]:
            assert int(row["events"]) % 5 == 0
            assert float(row["rate_per_1000"]) == pytest.approx(
                1000 * int(row["events"]) / RESIDENTS[row["lsoa"]], abs=0.006
            )


def test_a_place_leads_to_its_problem_profile(held: Path, client: Client) -> None:
    by = reader(Permission.MEASURE_RECORDS)
    changes.keep(kind="hot_spots", asked=ASKED, worked=hot_spots(ASKED, "tests", [].append), by=by)
    signed_in(client, by)
    asked = {"type": "Shoplifting", "first": "2020-07", "last": "2021-12"}
    hot = code(3, 3)
    addresses = ("/explore/hot-spots/" + QUERY, "/explore/map/" + QUERY)
    for address in addresses:
        links = profiles_in(client.get(address).content.decode())
        assert {"area": "", **asked} in links, address
        assert {"area": "", **asked, "small": hot} in links, address
    whole = client.get("/explore/profile/", asked | {"area": "", "small": hot}).content.decode()
    assert "There is a problem" not in whole
    assert "Problem profile: shoplifting" in whole


def profiles_in(text: str) -> list[dict[str, str]]:
    found = re.findall(r'href="/explore/profile/\?([^"]*)"', text)
    return [dict(parse_qsl(html.unescape(one), keep_blank_values=True)) for one in found]


def test_records_added_since_are_said(held: Path, client: Client) -> None:
    by = reader()
    worked = hot_spots(ASKED, "tests", [].append)
    kept = changes.keep(kind="hot_spots", asked=ASKED, worked=worked, by=by)
    assert "Records were added since" not in signed_in(client, by).get(f"/explore/hot-spots/{QUERY}").content.decode()
    Analysis.objects.filter(pk=kept.pk).update(tables={"crimes": -1})
    assert "Records were added since" in client.get(f"/explore/hot-spots/{QUERY}").content.decode()


def test_open_data_alone_is_looked_into_with_a_warning(
    settings: object, tmp_path: Path, client: Client, db: None
) -> None:
    given = [("2021-01", "0.52", "51.27", f"E0100000{at % 3}", "Burglary") for at in range(20)]
    street_files(tmp_path, given)
    (tmp_path / "upstream.toml").write_text('[store]\npath = "store"\n', "utf-8")
    settings.ENGINE_SETTINGS = tmp_path / "upstream.toml"
    text = signed_in(client, reader(Permission.MEASURE_RECORDS)).get("/explore/map/").content.decode()
    assert "places are shared map points" in text
    assert "<svg" in text  # the months; there is no outline to draw
    assert [int(row["count"]) for row in rows_of(client, "")] == [7, 7, 6]


def test_without_records_the_page_says_so(settings: object, tmp_path: Path, client: Client, db: None) -> None:
    settings.ENGINE_SETTINGS = tmp_path / "upstream.toml"
    page = signed_in(client, reader()).get("/explore/map/").content.decode()
    assert "No records of these types are held yet" in page
    assert "No records of these types are held yet" in client.get("/explore/hot-spots/").content.decode()
