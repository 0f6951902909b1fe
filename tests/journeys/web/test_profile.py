"""From a problem profile to a plan, on a screen and on a telephone: axe, nothing wider than the page."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from fixtures_needs import NeedsForce
from journeys.web.conftest import Visit
from journeys.web.steps import seen_at_every_size
from upstream_web.demo.people import Cast
from upstream_web.explore import changes
from upstream_web.explore.engine.profiles import work_out_profile
from upstream_web.problems.models import Plan

pytestmark = pytest.mark.browser


def test_a_sergeant_makes_a_plan_from_a_profile(
    visit: Visit, cast: Cast, needs_force: NeedsForce, settings: Any
) -> None:
    """Given a profile that is worked out, when the sergeant reads it and makes a plan from it, then the plan has its
    small areas, types and months, and every page is without a fault at both sizes."""
    settings.ENGINE_SETTINGS = needs_force.folder / "upstream.toml"
    small = needs_force.codes[:2]
    asked = {"type": ["Burglary"], "area": "", "small": small, "first": "2021-07", "last": "2022-06"}
    worked = work_out_profile(asked, "a test", [].append)
    changes.keep(kind="profile", asked=asked, worked=worked, by=cast.people["analyst@demo.example"])
    query = f"type=Burglary&small={small[0]}&small={small[1]}&first=2021-07&last=2022-06"
    page = visit("sergeant", f"/explore/profile/?{query}")
    for heading in ("How much", "When, where and who again", "The same elsewhere", "The place"):
        expect(page.get_by_role("heading", name=heading, exact=True)).to_be_visible()
    seen_at_every_size(page)
    page.get_by_role("button", name="Make a plan from this").click()
    expect(page.get_by_text("From a problem profile: July 2021 to June 2022")).to_be_visible()
    seen_at_every_size(page)
    page.get_by_role("button", name="See similar plans").click()
    page.get_by_role("button", name="Start the plan").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Burglary")
    page.wait_for_load_state("networkidle")  # nothing of the page is asked for once the database is another's
    plan = Plan.objects.latest("pk")
    assert (plan.started_from, plan.small_areas, plan.crime_types) == ("profile", small, ["Burglary"])
