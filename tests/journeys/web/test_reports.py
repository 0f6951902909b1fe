"""Words and reports in a real browser: bound figures, review by another person, publishing, superseding."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from fixtures_figures import MONTH
from journeys.web.conftest import Visit
from journeys.web.steps import broken_rules
from upstream_web.demo.people import Cast
from upstream_web.measures.models import Calculation, CommentaryVersion
from upstream_web.reports.models import Report

pytestmark = pytest.mark.browser
EDITOR = f"/measures/{MONTH}/measure/crime_total/commentary/"


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def begin(page: Page, title: str) -> str:
    """Begin a report, answer what the check found, send it for review; its address."""
    page.goto("/reports/")
    page.get_by_role("button", name="Begin a report").click()
    page.get_by_label("Title").fill(title)
    page.get_by_label("Internal: small numbers are shown").check()
    press(page, "Begin and make it")
    page.get_by_role("button", name="Go to").click()
    expect(page.get_by_role("link", name="PDF")).to_be_visible()
    while page.get_by_text(re.compile(r", \d+ not answered")).count():
        group = page.locator("details", has_text=re.compile(r", \d+ not answered")).first
        group.locator("summary").click()
        group.get_by_label("Answer to those ticked").fill("Looked at: it is as the records have it.")
        group.get_by_role("button", name="Answer").click()
    press(page, "Send for review")
    expect(page.get_by_text("In review").first).to_be_visible()
    return page.url


def finish(visit: Visit, address: str) -> Page:
    """The head of performance agrees, the deputy chief signs off and publishes."""
    reviewer = visit("performance", address)
    press(reviewer, "Agree, as reviewer")
    expect(reviewer.get_by_text("You reviewed it: another person signs it off.")).to_be_visible()
    signer = visit("deputy", address)
    press(signer, "Sign off")
    press(signer, "Publish")
    expect(signer.get_by_text("Published").first).to_be_visible()
    return signer


@pytest.fixture
def figures_ready(cast: Cast, ready: Calculation) -> Calculation:
    """The cast, and the measures of the small force."""
    return ready


def test_an_analyst_writes_commentary_and_publishes(visit: Visit, figures_ready: Calculation) -> None:
    """Given a measure, when the analyst types a number that nothing backs, then its line is named; mended, it stands on
    the page and in the report, which others review, sign off and publish, and which a later one takes the place of."""
    page = visit("analyst", EDITOR)
    page.set_default_timeout(120_000)
    page.get_by_label("Whose words these are").fill("Head of Crime")
    page.get_by_label("What does this mean?").fill("Burglary fell.\n\nCrime came to 999,999 in the month.")
    press(page, "Put on the page")
    expect(page.get_by_role("alert")).to_contain_text("Line 3")
    expect(page.get_by_role("alert")).to_contain_text("999,999")
    assert broken_rules(page) == []
    assert not CommentaryVersion.objects.exists()
    page.get_by_label("What does this mean?").fill("Burglary fell.\n\nCrime came to {{this}} in the month.")
    press(page, "Put on the page")
    expect(page.get_by_text("Your words are on the page.")).to_be_visible()
    expect(page.get_by_text("Crime came to")).to_contain_text(re.compile(r"Crime came to [\d,]+ in the month\."))

    first = begin(page, "To the panel")
    published = finish(visit, first)
    assert broken_rules(published) == []
    reader = visit("commissioner", "/reports/")
    reader.get_by_role("link", name="To the panel").click()
    reader.get_by_role("link", name="Web page").click()
    expect(reader.get_by_text("Crime came to")).to_be_visible()

    second = begin(page, "To the panel, corrected")
    finish(visit, second)
    reader.goto(first)
    expect(reader.get_by_text("A newer report has taken its place")).to_be_visible()
    reader.get_by_role("link", name="To the panel, corrected").click()
    expect(reader.get_by_role("heading", level=1)).to_have_text("To the panel, corrected")
    assert broken_rules(reader) == []
    assert list(Report.objects.order_by("pk").values_list("state", flat=True)) == ["superseded", "published"]
