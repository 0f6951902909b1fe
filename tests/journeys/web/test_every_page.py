"""Every page of plans, on a screen and on a telephone: axe, nothing wider than the page, one heading, its own title."""

from __future__ import annotations

from collections import Counter

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from playwright.sync_api import Page

from factories.assessed import assessed
from factories.problems import (
    ActionFactory,
    InvitationFactory,
    NoteFactory,
    PlanFactory,
    ResultFactory,
    ready_plan,
)
from factories.workbooks import ACTION_HEADERS, BROKEN, HEADERS, action_row, plan_row, workbook
from journeys.web.conftest import Visit
from journeys.web.steps import broken_rules
from upstream_web.demo.people import Cast
from upstream_web.problems import urls
from upstream_web.problems.changes.actions import update_action
from upstream_web.problems.changes.parts import save_hypothesis, save_response
from upstream_web.problems.changes.sharing import add_file
from upstream_web.problems.models import Plan
from upstream_web.problems.questions import questions_for

pytestmark = pytest.mark.browser

FORM_ONLY = 405
TELEPHONE = {"width": 375, "height": 700}
ELSEWHERE = {
    "download": "a file",
    "assessed_bundle": "a file",
    "action_by_link": "opened with an e-mailed link",
    "beat": "a small plan has it: see below",
    "slice": "its charts rest on records of the engine's store",
    "accept_signal": "its number is a signal's: the journeys of signals open it",
    "public": "it is there only once a supervisor approved it",
}
LONG = "Wolverhampton-Penkridge-and-Featherstone-Interchange " * 3


def full_plan(cast: Cast) -> Plan:
    """A plan with something on every page, in long words too."""
    officer, team = cast.people["officer@demo.example"], cast.teams["safer neighbourhood", "B"]
    plan = ready_plan(team=team, owner=officer, title=LONG[:150], place=LONG[:100], problem=LONG)
    save_hypothesis(plan=plan, by=officer, statement="Locks snap", test="Look at each lock", finding="", state="open")
    row = plan.responses.get()
    same = {name: getattr(row, name) for name in ("title", "mechanism", "tier", "side")}
    save_response(plan=plan, by=officer, row=row, based_on=row.version, **same, dose_planned=9, dose_unit="visits")
    NoteFactory(plan=plan, text=LONG, marking="sensitive")
    ResultFactory(plan=plan)
    update_action(
        action=ActionFactory(plan=plan, title=f"Write to {LONG[:140]}"), by=officer, text="Begun", state="to_do"
    )
    InvitationFactory(plan=plan, organisation=cast.organisations["housing"])
    file = SimpleUploadedFile("a-very-long-name-of-a-file-that-somebody-kept-for-the-plan.txt", b"words")
    add_file(plan=plan, by=officer, upload=file, what="Where the homes are", marking="official")
    assessed(plan)
    return plan


def addresses_of(plan: Plan) -> dict[str, str]:
    """Every page of a plan by name."""
    action, invitation = plan.actions.get(), plan.invitations.get()
    parts = {
        "hypothesis": plan.hypotheses.get().pk,
        "objective": plan.objectives.get().pk,
        "response": plan.responses.get().pk,
        "delivery": plan.responses.get().pk,
        "action": action.pk,
    }
    found = {}
    for pattern in urls.urlpatterns:
        name, needed = pattern.name, {*pattern.pattern.converters}
        if name in ELSEWHERE or name.endswith("_pdf") or name.startswith("workbook") or "pk" not in needed:
            continue
        of = action if str(pattern.pattern).startswith("actions/") else plan
        given = {"pk": of.pk, "part": parts.get(name.partition("_")[2]), "step": "submit", "invitation": invitation.pk}
        if name == "edit_answers":
            groups = {(stage, q.group) for stage in Plan.Stage.values for q in questions_for(stage, plan.size)}
            every = [{"pk": plan.pk, "stage": stage, "group": group} for stage, group in sorted(groups)]
        else:
            every = [{key: given[key] for key in needed}]
        for values in every:
            found[f"{name} {values.get('group', '')}"] = reverse(f"problems:{name}", kwargs=values)
    found["compare "] += "?old=2&new=3"
    return found


def faults(page: Page, address: str) -> list[str]:
    """What is wrong with a page on a screen, then on a telephone."""
    answer = page.goto(address)
    found = [] if answer and answer.status == 200 else [f"status {answer.status}"]
    if page.locator("h1").count() != 1:
        found.append(f"{page.locator('h1').count()} main headings")
    for size in (page.viewport_size, TELEPHONE):
        page.set_viewport_size(size)
        found += broken_rules(page)
        wide, room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
        found += [f"{wide} wide at {size['width']}"] if wide > room else []
    return [f"{address}: {fault}" for fault in found]


def every_fault(visit: Visit, who: str, addresses: list[str]) -> list[str]:
    """What is wrong with any of the pages, and titles that two of them share."""
    found, titles, screen = [], [], {"width": 1280, "height": 800}
    page = visit(who, viewport=screen)
    for address in addresses:
        if page.request.get(address).status == FORM_ONLY:
            continue
        page.set_viewport_size(screen)
        found += faults(page, address)
        titles.append(page.title())
    return found + [f"{times} pages are called {title}" for title, times in Counter(titles).items() if times > 1]


def test_every_page_of_a_plan(visit: Visit, cast: Cast) -> None:
    """Given a plan with everything in it, when a supervisor opens each of its pages, then none has a fault."""
    addresses = addresses_of(full_plan(cast))
    assert len(addresses) > 30
    found = every_fault(visit, "sergeant", list(addresses.values()))
    assert not found, "\n".join(found)


def test_lists_of_plans_and_the_pages_of_a_workbook(visit: Visit, cast: Cast) -> None:
    """Given plans and a workbook, when the hub opens each page on the way in and out again, then none has a fault."""
    full_plan(cast)
    lists = ["", "dashboard/", "start/", "workbook/", "meeting/", "public/"]
    assert every_fault(visit, "hub", [f"/plans/{one}" for one in lists]) == []
    page = visit("hub", "/plans/workbook/", viewport={"width": 1280, "height": 800})
    rows = [plan_row(n, LPA="B") for n in range(1, 60)] + [plan_row(n, **cells) for n, cells in enumerate(BROKEN, 90)]
    content = workbook(Plans=[HEADERS, *rows], Actions=[ACTION_HEADERS, action_row(1)])
    file = {"name": "register.xlsx", "mimeType": "application/octet-stream", "buffer": content}
    page.get_by_label("Workbook").set_input_files(file)
    page.get_by_role("button", name="Upload").click()
    columns = page.url
    page.get_by_role("button", name="See what would become of it").click()
    preview = page.url
    assert every_fault(visit, "hub", [columns, preview]) == []
    page.get_by_role("button", name="Bring in").click()
    page.get_by_role("heading", name="Plans that came in").wait_for()
    assert every_fault(visit, "hub", [page.url, f"{page.url}undo/"]) == []


def test_a_plan_on_one_page(visit: Visit, cast: Cast) -> None:
    """Given a small plan, when its one page is opened, and sent half filled, then it has no fault either time."""
    officer, team = cast.people["officer@demo.example"], cast.teams["safer neighbourhood", "B"]
    plan = PlanFactory(team=team, owner=officer, area=cast.areas["B"], size="beat")
    address = f"/plans/{plan.pk}/beat/"
    assert every_fault(visit, "officer", [address, "/", "/words/"]) == []
    page = visit("officer", address, viewport=TELEPHONE)
    page.get_by_label("What will be done?").fill("New locks")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("link", name="Say how it should work.").click()
    assert page.evaluate("document.activeElement.name") == "mechanism"
    assert broken_rules(page) == []
