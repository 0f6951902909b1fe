"""Where need is, in a real browser: weights moved by slider, by number without scripts, and axe at the end."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from fixtures_needs import NeedsForce
from journeys.web.conftest import Visit
from journeys.web.steps import broken_rules
from upstream_web.needs import engine

pytestmark = pytest.mark.browser
PAGES = ("/needs/", "/needs/types/?classes=3", "/needs/posts/", "/needs/similar/?area=E01000005")


@pytest.fixture
def counted(needs_force: NeedsForce, settings: Any) -> None:
    settings.ENGINE_SETTINGS = needs_force.folder / "upstream.toml"
    for key in (engine.INDEX, engine.TYPES):
        if engine.held(key) is None:
            engine.count(key, "a test")


def first_of(page: Page) -> str:
    return page.get_by_role("region", name="Small areas by need").get_by_role("rowheader").first.inner_text()


def test_an_analyst_tries_other_weights(visit: Visit, counted: None) -> None:
    """Given needs that are counted, when the analyst slides harm to nothing and ranks, then the address holds the
    weight, the number stands in its field, and every page is without a fault on a screen and on a telephone."""
    page = visit("analyst", "/needs/", viewport={"width": 1280, "height": 900})
    slider = page.get_by_role("slider", name="Days of harm")
    slider.fill("0")
    expect(page.locator("#id_w_harm")).to_have_value("0")
    page.get_by_role("button", name="Rank with these").click()
    page.wait_for_url("**w_harm=0**")
    expect(page.locator("#id_w_harm")).to_have_value("0")
    for address in PAGES:
        page.goto(address)
        for width in (1280, 375):
            page.set_viewport_size({"width": width, "height": 900})
            assert broken_rules(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_weights_work_without_scripts(visit: Visit, counted: None) -> None:
    """Given a browser without scripts, when weights are typed, then the ranking is another and no slider is missed."""
    page = visit("analyst", "/needs/", java_script_enabled=False)
    before = first_of(page)
    for key in ("harm", "violence", "acquisitive", "repeats", "asb", "health"):
        page.locator(f"#id_w_{key}").fill("0")
    page.get_by_role("button", name="Rank with these").click()
    assert page.get_by_role("slider").count() == 0
    assert first_of(page) != before
