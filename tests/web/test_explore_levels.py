"""The explorer by ward and beat, and inside one of them: the same records, counted by whole small areas."""

import csv
import html
import io
import json
import re
from pathlib import Path
from urllib.parse import parse_qs

import numpy as np
import pytest
from django.test import Client

from factories.people import AreaFactory, TeamFactory, person
from factories.signing_in import sign_in
from planted_map import SIDE, code, crimes, planted
from upstream.places.add import add_places
from upstream_web.people.permissions import Permission
from upstream_web.places.models import Area

YEAR = "first=2021-01&last=2021-12"
WARD = "E05000001"
CORNER = ((1, SIDE - 1), (2, SIDE - 1))
SMALL_WARD = "E05000003"


@pytest.fixture(scope="module")
def wards(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A planted map whose left half is one ward and whose right half, but for one square, another."""
    folder = tmp_path_factory.mktemp("wards")
    store = planted(folder, crimes(np.random.default_rng(5))[::3])
    lines = [
        f"{code(row, column)},{WARD if column < SIDE // 2 else 'E05000002'},{'West' if column < SIDE // 2 else 'East'}"
        for row in range(SIDE) for column in range(SIDE) if (row, column) not in ((0, SIDE - 1), *CORNER)
    ]  # fmt: skip
    lines += [f"{code(row, column)},{SMALL_WARD},Corner" for row, column in CORNER]
    (folder / "wards.csv").write_text("\n".join(["LSOA21CD,WD24CD,WD24NM", *lines]) + "\n", "utf-8")
    add_places(store, "lookup", folder / "wards.csv", who="tests")
    (folder / "upstream.toml").write_text('[force]\nname = "Squareshire"\n[store]\npath = "store"\n', "utf-8")
    return folder


@pytest.fixture
def signed(wards: Path, settings: object, db: None, client: Client) -> Client:
    settings.ENGINE_SETTINGS = wards / "upstream.toml"
    area = AreaFactory(kind=Area.Kind.FORCE)
    team = TeamFactory(area=area)
    sign_in(client, person(Permission.MEASURE_READ, Permission.MEASURE_RECORDS, team=team, area=area))
    return client


def rows_of(client: Client, query: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(f"/explore/map/file/csv/?{query}").content.decode())))


def test_wards_are_sums_of_their_small_areas(signed: Client) -> None:
    small = {row["lsoa"]: int(row["count"]) for row in rows_of(signed, YEAR)}
    by_ward = {row["ward"]: int(row["count"]) for row in rows_of(signed, f"by=ward&{YEAR}")}
    west = sum(count for one, count in small.items() if int(one[7:]) < SIDE // 2)
    none = small.get(code(0, SIDE - 1), 0)
    corner = sum(small.get(code(*at), 0) for at in CORNER)
    assert by_ward == {WARD: west, "E05000002": sum(small.values()) - west - none - corner, SMALL_WARD: corner}
    text = signed.get(f"/explore/map/?by=ward&{YEAR}").content.decode()
    assert "3 wards, the darker the more" in text
    assert "Without a ward" in text
    assert "made of whole small areas" in text
    drawn = json.loads(signed.get(f"/explore/map/file/geojson/?by=ward&{YEAR}").content)
    assert {one["properties"]["name"] for one in drawn["features"]} == {"West", "East", "Corner"}


def test_a_ward_leads_to_the_small_areas_inside_it(signed: Client) -> None:
    text = signed.get(f"/explore/map/?by=ward&{YEAR}").content.decode()
    address = re.search(r'href="(\?[^"]*within=ward%3AE05000001[^"]*)"', text)[1].replace("&amp;", "&")
    inside = signed.get(f"/explore/map/{address}").content.decode()
    assert "Inside West." in inside
    assert "<h1" in inside
    assert "West, Squareshire" in inside
    within = rows_of(signed, f"within=ward:{WARD}&{YEAR}")
    assert within == [row for row in rows_of(signed, YEAR) if int(row["lsoa"][7:]) < SIDE // 2]
    assert "within=ward%3A" in text


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("by=beat", "not one of the available choices"),
        ("within=ward:E05999999", "That area is not held"),
        ("within=beat:N1", "That area is not held"),
        ("within=nonsense", "That area is not held"),
        ("within=small_area:E01000000", "That area is not held"),
    ],
)
def test_levels_and_areas_that_are_not_held_are_said(signed: Client, query: str, words: str) -> None:
    page = signed.get(f"/explore/map/?{query}&{YEAR}")
    assert page.status_code == 200
    assert words in page.content.decode()
    assert signed.get(f"/explore/map/file/csv/?{query}&{YEAR}").status_code == 404


def test_inside_an_area_its_small_areas_lead_to_one_problem_profile(signed: Client) -> None:
    """Of an area of more small areas than a profile takes there is none, but each small area has its own."""
    text = signed.get(f"/explore/map/?within=ward:{WARD}&{YEAR}").content.decode()
    links = [parse_qs(html.unescape(one)) for one in re.findall(r'href="/explore/profile/\?([^"]*)"', text)]
    assert len({one["small"][0] for one in links}) == 25  # the rows of the table
    assert all(len(one["small"]) == 1 for one in links)
    assert "Everything about West" not in text
    beat = signed.get(f"/explore/map/?within=ward:{SMALL_WARD}&{YEAR}").content.decode()
    every = [parse_qs(html.unescape(one)) for one in re.findall(r'href="/explore/profile/\?([^"]*)"', beat)]
    whole = next(one for one in every if len(one["small"]) > 1)
    assert "Everything about Corner" in beat
    assert sorted(whole["small"]) == [code(row, SIDE - 1) for row in (1, 2)]
    page = signed.get("/explore/profile/", {**whole, "first": whole["first"][0], "last": whole["last"][0]})
    assert "2 small areas" in page.content.decode()
    assert "There is a problem" not in page.content.decode()
