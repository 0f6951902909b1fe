"""The explorer and the hot spots on a screen and on a telephone: axe, nothing wider than the page, a question asked."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from journeys.web.conftest import Visit
from journeys.web.steps import broken_rules, seen_at_every_size
from planted_map import planted
from upstream_web.demo.people import Cast
from upstream_web.explore import changes
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
