"""People of other bodies, in a real browser: a link by e-mail opens one action and nothing else."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from factories.problems import ActionFactory, InvitationFactory, NoteFactory, PlanFactory
from journeys.web.conftest import Visit
from journeys.web.steps import broken_rules
from upstream_web.demo.people import Cast

pytestmark = pytest.mark.browser
NOTE = "The family at number nine"


def test_a_housing_officer_completes_an_action_from_the_emailed_link(visit: Visit, cast: Cast) -> None:
    """Given an action of a partner without an account, when the link of the e-mail is opened, then the action can be
    completed there, the team sees it, and neither the note nor anything else of the plan opens."""
    officer, housing = cast.people["officer@demo.example"], cast.organisations["housing"]
    team = cast.teams["safer neighbourhood", "B"]
    plan = PlanFactory(team=team, owner=officer, area=cast.areas["B"], title="Burglary around Mill Lane")
    NoteFactory(plan=plan, text=NOTE, marking="sensitive")
    InvitationFactory(plan=plan, organisation=housing)
    named = {
        "owner_name": "Sal Moss",
        "owner_email": "sal@brackenfold.example",
        "title": "Mend the lock of the bin store",
    }
    action = ActionFactory(plan=plan, organisation=housing, **named)

    page = visit("officer", f"/plans/actions/{action.pk}/")
    page.get_by_role("button", name="Send the link to sal@brackenfold.example").click()
    expect(page.get_by_text("A link is on its way")).to_be_visible()
    letter = mail.outbox[-1]
    assert letter.to == ["sal@brackenfold.example"]
    assert NOTE not in letter.body
    path = re.search(r"https?://[^/\s]+(/\S+)", letter.body)[1]

    partner = visit("", path, viewport={"width": 375, "height": 700})
    partner.get_by_role("button", name="Open it").click()
    expect(partner.get_by_role("heading", level=1)).to_have_text("Mend the lock of the bin store")
    assert NOTE not in partner.content()
    assert broken_rules(partner) == []
    partner.get_by_label("It is done").check()
    partner.get_by_label("Anything to add?").fill("New lock fitted, keys with the caretaker.")
    partner.get_by_role("button", name="Send").click()
    expect(partner.get_by_text("Thank you. The team can see what you wrote.")).to_be_visible()
    for closed in (f"/plans/{plan.pk}/", f"/plans/actions/{action.pk}/"):
        partner.goto(closed)
        expect(partner.get_by_role("heading", level=1)).to_have_text("Sign in")
    partner.goto(path)
    expect(partner.get_by_text("It was used already")).to_be_visible()

    page.reload()
    expect(page.get_by_text("New lock fitted, keys with the caretaker.")).to_be_visible()
    expect(page.get_by_text("Sal Moss by e-mailed link")).to_be_visible()
    colleague = visit("housing", f"/plans/{plan.pk}/")
    expect(colleague.get_by_role("heading", level=1)).to_have_text("Burglary around Mill Lane")
    for part in ("", "scanning/", "response/"):
        colleague.goto(f"/plans/{plan.pk}/{part}")
        assert NOTE not in colleague.content()
    assert broken_rules(colleague) == []
