"""Plans in a real browser, as acceptance criteria: who, what they do, what then holds; axe at the end of each."""

from __future__ import annotations

import datetime
import time

import pytest
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from playwright.sync_api import Page, expect

from factories.problems import PlanFactory, ready_plan
from factories.workbooks import hub_workbook
from journeys.web.conftest import PASSWORD, Visit
from journeys.web.steps import broken_rules, fill_day, tab_to
from upstream_web.demo.people import Cast
from upstream_web.intake.models import Batch
from upstream_web.problems.models import Plan
from upstream_web.problems.rubrics import rubric

pytestmark = pytest.mark.browser

PATTERN = "/plans/start/?from=place&crime_type=Burglary&place=Mill+Lane&title=Burglary+of+homes+around+Mill+Lane"
SCANNING = ("community", "harmful", "expectation", "events", "recurring", "similarity")
TODAY = timezone.localdate


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def plan_of(cast: Cast, make: object = PlanFactory, **fields: object) -> Plan:
    """A plan of the officer's team."""
    officer = cast.people["officer@demo.example"]
    team = cast.teams["safer neighbourhood", "B"]
    return make(team=team, owner=officer, area=cast.areas["B"], **fields)


def test_a_sergeant_starts_a_plan_from_a_burglary_pattern_and_submits_it(visit: Visit, cast: Cast) -> None:
    """Given a pattern of burglaries, when the sergeant has answered what is asked, then a supervisor has the plan."""
    ended = {"status": "closed", "closed_on": datetime.date(2026, 5, 1)}
    plan_of(cast, title="Burglary at Mill Court", crime_types=["Burglary"], **ended)
    page = visit("sergeant", PATTERN)
    press(page, "See similar plans")
    expect(page.get_by_text("Burglary at Mill Court")).to_be_visible()
    press(page, "Start the plan")
    expect(page.get_by_role("heading", level=1)).to_have_text("Burglary of homes around Mill Lane")
    plan = Plan.objects.get(title="Burglary of homes around Mill Lane")
    page.goto(f"/plans/{plan.pk}/scanning/cheers/edit/")
    for key in SCANNING:
        page.locator(f"[name={key}-text]").fill("Nine homes in six weeks, by the rear alley.")
    press(page, "Save")
    page.goto(f"/plans/{plan.pk}/analysis/pattern/edit/")
    page.get_by_label("Why does it happen here?").fill("Locks snap, and alleys hide whoever forces a door.")
    press(page, "Save")
    page.get_by_role("link", name="Response", exact=True).click()
    page.get_by_role("button", name="Add an objective").click()
    page.get_by_label("What will change, and for whom?").fill("Fewer burgled homes around Mill Lane")
    page.get_by_label("How will it be seen? Name the measure").fill("Burglaries of homes recorded a month")
    fill_day(page, "By when", "30 9 2027")
    press(page, "Save")
    page.get_by_role("button", name="Add a response").click()
    page.get_by_label("What will be done?").fill("New locks for burgled homes and their neighbours")
    page.get_by_label("How should it work?").fill("The next target is harder.")
    press(page, "Save")
    page.get_by_role("link", name="Assessment", exact=True).click()
    page.get_by_role("button", name="Name the assessment").click()
    page.get_by_label("Outcome measure").fill("Burglaries of homes recorded a month")
    page.get_by_label("Compared with, in words").fill("Station Road, where nothing changes")
    days = {"Before: from": "1 1 2026", "Before: to": "31 12 2026", "After: from": "1 2 2027", "After: to": "31 8 2027"}
    for legend, day in (days | {"Result to be written by": "15 9 2027"}).items():
        fill_day(page, legend, day)
    page.get_by_label("Smallest reduction worth having, per cent").fill("20")
    press(page, "Save")
    page.get_by_role("link", name="Overview", exact=True).click()
    page.get_by_role("button", name="Send to the supervisor").click()
    press(page, "Send to the supervisor")
    expect(page.get_by_text("With the supervisor").first).to_be_visible()
    assert Plan.objects.get(pk=plan.pk).status == "submitted"
    assert broken_rules(page) == []


def test_a_supervisor_returns_a_plan_with_comments_then_approves_it(visit: Visit, cast: Cast) -> None:
    """Given a submitted plan, when it is returned, mended and approved, then its assessment is locked."""
    plan = plan_of(cast, ready_plan, status="submitted", title="Burglary around Mill Lane")
    sergeant = visit("sergeant", f"/plans/{plan.pk}/")
    sergeant.get_by_role("button", name="Return with comments").click()
    press(sergeant, "Return with comments")
    expect(sergeant.get_by_role("alert")).to_contain_text("Say why")
    sergeant.get_by_label("Comment").fill("Which homes, and since when?")
    press(sergeant, "Return with comments")
    officer = visit("officer", f"/plans/{plan.pk}/")
    expect(officer.get_by_text("Which homes, and since when?")).to_be_visible()
    officer.get_by_role("button", name="Send to the supervisor").click()
    press(officer, "Send to the supervisor")
    sergeant.goto(f"/plans/{plan.pk}/step/approve/")
    press(sergeant, "Approve")
    expect(sergeant.get_by_text("Approved and under way").first).to_be_visible()
    assert Plan.objects.get(pk=plan.pk).named_assessments.get().locked_at is not None
    assert broken_rules(sergeant) == []


def test_the_hub_scores_a_plan_and_finds_it_overdue(visit: Visit, cast: Cast) -> None:
    """Given a plan whose review is late, when the hub opens how plans stand, then it is there, and can be scored."""
    late = TODAY() - datetime.timedelta(days=9)
    plan = plan_of(cast, ready_plan, status="active", next_review_on=late, title="Burglary around Mill Lane")
    page = visit("hub", "/plans/dashboard/")
    page.get_by_role("link", name="Burglary around Mill Lane").click()
    expect(page.get_by_text("Review overdue since")).to_be_visible()
    page.get_by_role("link", name="Score the plan").click()
    page.locator("[name=scorer][value=hub]").check()
    for item in rubric(plan.kind):
        page.locator(f"[name={item.key}][value='2']").check()
    page.locator("form button.govuk-button").last.click()
    expect(page.get_by_text("16 of 24, amber")).to_be_visible()
    assert Plan.objects.get(pk=plan.pk).scores.get().total == 16
    assert broken_rules(page) == []


def test_146_plans_come_in_from_a_workbook(visit: Visit, cast: Cast) -> None:
    """Given the hub's spreadsheet, when it is uploaded, then every row is accounted for, and it comes in once."""
    content = hub_workbook(area="North Merrowvale", owner="officer@demo.example")
    page = visit("hub", "/plans/")
    page.set_default_timeout(90_000)
    for read in ("438", "0"):
        page.goto("/plans/")
        page.get_by_role("link", name="Bring plans in from a workbook").click()
        file = {"name": "register.xlsx", "mimeType": "application/octet-stream", "buffer": content}
        page.get_by_label("Workbook").set_input_files(file)
        press(page, "Upload")
        assert broken_rules(page) == []
        press(page, "See what would become of it")
        assert broken_rules(page) == []
        press(page, f"Bring in {read} rows" if read != "0" else "Keep what became of them")
        expect(page.get_by_role("heading", name="Quarantine")).to_be_visible()
    first, second = Batch.objects.order_by("pk")
    assert (first.rows_read, first.accepted, first.quarantined, first.already_held) == (447, 438, 9, 0)
    assert (second.rows_read, second.accepted, second.quarantined, second.already_held) == (447, 0, 9, 438)
    assert Plan.objects.count() == 146
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the quarantine (CSV)").click()
    assert "Narnia" in download.value.path().read_text("utf-8")
    assert broken_rules(page) == []


def test_a_plan_is_started_and_answered_without_javascript(visit: Visit, cast: Cast) -> None:
    """Given a browser that runs no scripts, when an officer works on a plan, then all of it works."""
    page = visit("", PATTERN, java_script_enabled=False)
    page.get_by_label("E-mail").fill("officer@demo.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Sign in")
    press(page, "See similar plans")
    press(page, "Start the plan")
    plan = Plan.objects.get()
    page.goto(f"/plans/{plan.pk}/scanning/cheers/edit/")
    page.locator("[name=community-text]").fill("Households of four streets.")
    press(page, "Keep as my draft")
    expect(page.locator("[name=community-text]")).to_have_value("Households of four streets.")
    press(page, "Save")
    expect(page.get_by_text("Households of four streets.")).to_be_visible()
    assert plan.answers.get().text == "Households of four streets."
    assert broken_rules(visit("officer", f"/plans/{plan.pk}/scanning/")) == []


def test_a_plan_is_started_with_the_keyboard_alone(visit: Visit, cast: Cast) -> None:
    """Given no mouse, when an officer tabs through the pages, then the focus is always seen and a plan is started."""
    page = visit("officer", "/plans/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent.trim()") == "Skip to main content"
    page.keyboard.press("Enter")
    tab_to(page, "Start a plan")
    page.keyboard.press("Enter")
    page.wait_for_url("**/plans/start/")
    tab_to(page, "What is the problem, in a few words?")
    page.keyboard.type("Bicycles taken from the station")
    tab_to(page, "Bicycle theft")
    page.keyboard.press("Space")
    tab_to(page, "See similar plans")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Plans like this one")).to_be_visible()
    tab_to(page, "Start the plan")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bicycles taken from the station")
    assert Plan.objects.get().crime_types == ["Bicycle theft"]
    assert broken_rules(page) == []


def test_a_form_sent_after_the_session_ran_out_keeps_its_words(visit: Visit, cast: Cast) -> None:
    """Given a long form and a session that ran out, when it is sent and the officer signs in anew, then it is saved."""
    plan = plan_of(cast, title="Burglary around Mill Lane")
    page = visit("officer", f"/plans/{plan.pk}/scanning/cheers/edit/")
    long = "Nine homes in six weeks. " * 40
    page.locator("[name=events-text]").fill(long)
    (key,) = [cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "sessionid"]
    session = SessionStore(key)
    session["seen_at"] = int(time.time()) - settings.SESSION_UNUSED - 1
    session.save()
    press(page, "Save")
    expect(page.get_by_text("What you typed is kept")).to_be_visible()
    page.get_by_label("E-mail").fill("officer@demo.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    press(page, "Sign in")
    assert broken_rules(page) == []
    press(page, "Send what I typed")
    expect(page.get_by_text("Nine homes in six weeks.").first).to_be_visible()
    assert plan.answers.get(question="events").text.strip() == long.strip()
    assert broken_rules(page) == []


def test_a_sergeant_writes_a_beat_plan_on_a_phone_and_sends_it(visit: Visit, cast: Cast) -> None:
    """Given a phone, when a sergeant starts a small plan, then four presses start it, and one page and two more send
    it to the supervisor."""
    page = visit("sergeant", "/", viewport={"width": 375, "height": 700})
    page.get_by_role("button", name="Start a plan").click()
    page.get_by_label("Beat: one screen").check()
    page.get_by_label("What is the problem, in a few words?").fill("Sheds broken into on the allotments")
    page.get_by_label("Burglary").check()
    press(page, "See similar plans")
    press(page, "Start the plan")
    expect(page.get_by_role("heading", name="The whole plan on one page")).to_be_visible()
    for key in (*SCANNING, "why"):
        page.locator(f"[name={key}-text]").fill("Nine sheds in six weeks, by the broken fence.")
    page.get_by_label("What will be done?").fill("Mend the fence and mark the tools")
    page.get_by_label("How should it work?").fill("Nobody comes in unseen.")
    page.get_by_label("What will change, and for whom?").fill("Fewer sheds broken into")
    page.get_by_label("How will it be seen? Name the measure").fill("Shed burglaries a month")
    year = TODAY().year + 1
    fill_day(page, "By when", f"30 6 {year}")
    page.get_by_label("Compared with, in words").fill("The allotments at Gorse Court")
    page.get_by_label("Smallest reduction worth having, per cent").fill("30")
    assert broken_rules(page) == []
    press(page, "Save and send to the supervisor")
    press(page, "Send to the supervisor")
    expect(page.get_by_text("With the supervisor").first).to_be_visible()
    plan = Plan.objects.get()
    assert (plan.status, plan.size) == ("submitted", "beat")
    assert plan.named_assessments.get().after_to == datetime.date(year, 6, 30)
    assert broken_rules(page) == []
