"""The explorer and the hot spots on a screen and on a telephone: axe, nothing wider than the page, a question asked."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from journeys.web.conftest import Visit
from journeys.web.steps import broken_rules, seen_at_every_size
from planted_map import planted
from planted_premises import crimes_about, premises
from planted_repeats import burglaries
from stores import filled, put
from upstream_web.demo.people import Cast
from upstream_web.explore import changes
from upstream_web.explore.engine import concentration, work_out
from upstream_web.explore.engine.places import hot_spots

pytestmark = pytest.mark.browser
ASKED = {"type": "Shoplifting", "area": "", "first": "2021-01", "last": "2021-12"}


def test_places_are_looked_into_from_the_first_page_to_the_file(
    visit: Visit, cast: Cast, settings: object, tmp_path: Path
) -> None:
    planted(tmp_path)
    (tmp_path / "upstream.toml").write_text('[[areas]]\ncode = "A"\nname = "Hams"\n[store]\npath = "store"\n', "utf-8")
    settings.ENGINE_SETTINGS = tmp_path / "upstream.toml"
    by = cast.people["analyst@demo.example"]
    changes.keep(kind="hot_spots", asked=ASKED, worked=hot_spots(ASKED, "tests", [].append), by=by)
    page = visit("analyst", "/explore/")
    page.get_by_role("link", name="Map and months").click()
    page.get_by_text("Crime types: every crime").click()
    page.get_by_label("Shoplifting").check()
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Shoplifting, ")
    expect(page.get_by_role("img")).to_have_count(2)
    seen_at_every_size(page)
    with page.expect_download() as loading:
        page.get_by_role("link", name="CSV").click()
    assert loading.value.suggested_filename == "places-2021-12.csv"
    page = visit("analyst", "/explore/hot-spots/?type=Shoplifting&area=&first=2021-01&last=2021-12")
    expect(page.get_by_text("so by chance, at most")).to_be_visible()
    expect(page.get_by_role("img")).to_have_count(3)
    seen_at_every_size(page)
    a_map_is_opened_and_read_by_keyboard(page)


def a_map_is_opened_and_read_by_keyboard(page: Page) -> None:
    """Nothing of the map is asked for before its button is pressed, and nothing of any other host after."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    button = page.get_by_role("button", name="Move around the map")
    button.focus()
    assert not [one for one in asked if "/map" in one]
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-ready=yes]", timeout=30_000)
    canvas = page.get_by_role("region", name="Hot spots, by events: a map to move around in")
    expect(canvas).to_be_focused()
    for key in ("+", "ArrowRight", "-", "ArrowLeft"):
        page.keyboard.press(key)
    page.wait_for_timeout(1_500)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="events")).to_have_text(re.compile(r"^Square \d+: .* events"))
    home = page.url.split("/explore/")[0]
    assert all(one.startswith((home, "blob:", "data:")) for one in asked), asked
    assert broken_rules(page) == []


def test_near_repeats_lead_to_a_chain_and_for_a_purpose_to_its_records(
    visit: Visit, cast: Cast, settings: object, tmp_path: Path
) -> None:
    filled(tmp_path / "store", {"crimes": burglaries()})
    (tmp_path / "upstream.toml").write_text('[[areas]]\ncode = "A"\nname = "Hams"\n[store]\npath = "store"\n', "utf-8")
    settings.ENGINE_SETTINGS = tmp_path / "upstream.toml"
    asked = {"type": "Burglary", "area": "", "to": "2022-12-31"}
    worked = work_out("near_repeats", asked, "tests", [].append)
    changes.keep(kind="near_repeats", asked=asked, worked=worked, by=cast.people["analyst@demo.example"])
    page = visit("analyst", "/explore/near-repeats/?type=Burglary&area=&to=2022-12-31")
    expect(page.get_by_role("region", name="Visits to plan after 31 December 2022").first).to_be_visible()
    seen_at_every_size(page)
    page.get_by_role("link", name="Chain 1", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Chain 1")
    page.get_by_label("Why do you need the records?").fill("Visits to plan after these burglaries")
    page.get_by_role("button", name="Show the references").click()
    expect(page.get_by_text("records, the latest first")).to_be_visible()
    seen_at_every_size(page)


def test_risky_facilities_are_asked_for_and_read(visit: Visit, cast: Cast, settings: object, tmp_path: Path) -> None:
    put(planted(tmp_path, crimes_about()), "licensed_premises", premises())
    (tmp_path / "upstream.toml").write_text('[[areas]]\ncode = "A"\nname = "Hams"\n[store]\npath = "store"\n', "utf-8")
    settings.ENGINE_SETTINGS = tmp_path / "upstream.toml"
    asked = {"type": "Violence and sexual offences", "area": "", "first": "2020-01", "last": "2021-12"}
    by = cast.people["analyst@demo.example"]
    near = asked | {"kind": "licensed premises", "radius": "100"}
    changes.keep(kind="facilities", asked=near, worked=concentration.facilities(near, "tests", [].append), by=by)
    places = asked | {"exposure": "places"}
    worked = concentration.concentration(places, "tests", [].append)
    changes.keep(kind="concentration", asked=places, worked=worked, by=by)
    page = visit("analyst", "/explore/")
    page.get_by_role("link", name="Risky facilities", exact=True).click()
    page.get_by_label("Crime type").select_option("Violence and sexual offences")
    page.get_by_label("First month").fill("2020-01")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("cell", name="The 0 Bells")).to_be_visible()
    seen_at_every_size(page)
    page = visit("analyst", f"/explore/concentration/?{urlencode(places)}")
    expect(page.get_by_role("img")).to_have_count(1)
    seen_at_every_size(page)
