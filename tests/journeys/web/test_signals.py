"""Signals in a real browser, as acceptance criteria: who, what they do, what then holds; axe at the end of each."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from factories.signals import found, plain
from journeys.web.conftest import Visit
from journeys.web.steps import broken_rules
from upstream_web.audit.changes import System
from upstream_web.demo.people import Cast
from upstream_web.problems.models import Plan
from upstream_web.signals.changes import take_in
from upstream_web.signals.models import Signal

pytestmark = pytest.mark.browser
FELL = "Vehicle crime in Alderbeck 001: 40 crimes recorded in June 2022, where 12.0 would be usual."


@pytest.fixture
def inbox(cast: Cast) -> None:
    """What a look found: one that is worth a plan, and one that is a mistake of the records."""
    wrong = plain(
        kind="low_volume", area="B", small_areas=[], harm_days=20.0, types=["Robbery"], evidence="Hardly any."
    )
    names = {"A": "Hollinmarch", "B": "North Merrowvale"}
    take_in(found=found([plain()], [wrong], areas=names), by=System("signals_propose"))


@pytest.mark.parametrize("width", [1280, 375])
def test_the_hub_accepts_a_signal_and_a_prefilled_plan_exists(
    visit: Visit, cast: Cast, inbox: None, width: int
) -> None:
    """Given new signals, when the hub accepts one, then a plan has its place, types and months, and they link."""
    page = visit("hub", "/", viewport={"width": width, "height": 900})
    page.get_by_role("link", name="More than usual: Vehicle crime").click()
    expect(page.get_by_text(FELL)).to_be_visible()
    expect(page.get_by_text("At most 5% of such signals")).to_be_visible()
    assert broken_rules(page) == []
    page.get_by_role("button", name="Accept: start a plan").click()
    page.get_by_label("What is the problem, in a few words?").fill("Cars broken into at Alderbeck")
    assert broken_rules(page) == []
    page.get_by_role("button", name="Start the plan").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Cars broken into at Alderbeck")
    plan = Plan.objects.get()
    assert (plan.area.code, plan.crime_types, plan.small_areas) == ("A", ["Vehicle crime"], ["S01000001"])
    assert plan.answers.get(question="recurring").text == FELL
    assert broken_rules(page) == []
    page.get_by_role("link", name="More than usual, Alderbeck 001").click()
    expect(page.get_by_role("link", name=f"{plan.ref} Cars broken into at Alderbeck")).to_be_visible()
    expect(page.get_by_text("Accepted").first).to_be_visible()


def test_a_signal_is_dismissed_with_a_reason_and_counts_against_its_kind(visit: Visit, cast: Cast, inbox: None) -> None:
    """Given a signal that is a mistake of the records, when the hub dismisses it, then that is counted."""
    page = visit("hub", "/signals/?kind=low_volume")
    assert broken_rules(page) == []
    page.get_by_role("link", name="Fewer than usual: Robbery").click()
    page.get_by_role("button", name="Dismiss").click()
    page.get_by_role("button", name="Dismiss", exact=True).click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    page.get_by_label("Nothing is happening: chance, or a mistake in the records").check()
    page.get_by_label("In your own words").fill("Half of the month came late")
    page.get_by_role("button", name="Dismiss", exact=True).click()
    expect(page.get_by_text("The signal is dismissed")).to_be_visible()
    assert Signal.objects.get(kind="low_volume").reason == "false"
    page.goto("/signals/how-often/")
    row = page.get_by_role("row", name="Fewer than usual")
    expect(row).to_contain_text("0% (0% to 79%)")
    assert broken_rules(page) == []
