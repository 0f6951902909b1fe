"""Who read what: the audit log in a real browser, with axe at the end."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from playwright.sync_api import expect

from journeys.web.conftest import Visit
from journeys.web.steps import broken_rules
from upstream_web.audit import seals
from upstream_web.audit.models import AuditEvent
from upstream_web.demo.people import Cast
from upstream_web.problems.changes.plans import start_plan
from upstream_web.problems.changes.sharing import add_file
from upstream_web.problems.models import Plan

pytestmark = pytest.mark.browser


def sensitive_plan(cast: Cast) -> Plan:
    """A plan with a file that only some may read."""
    officer = cast.people["officer@demo.example"]
    team = cast.teams["safer neighbourhood", "B"]
    plan = start_plan(by=officer, title="Burglary around Mill Lane", area=cast.areas["B"], team=team)
    upload = SimpleUploadedFile("who-was-burgled.txt", b"The homes of four streets.")
    add_file(plan=plan, by=officer, upload=upload, what="Where the homes are", marking="sensitive")
    return plan


def test_an_auditor_follows_who_read_what(visit: Visit, cast: Cast) -> None:
    """Given a sensitive file that two people opened, when the auditor looks for one of them, then that reading stands
    there with its plan, leads to everything that was done with the file, and the head of the chain can be kept."""
    plan = sensitive_plan(cast)
    for who in ("sergeant", "hub"):
        reader = visit(who, f"/plans/{plan.pk}/")
        with reader.expect_download():
            reader.get_by_role("link", name="who-was-burgled.txt").click()
    digest = seals.seal()[-1].digest

    page = visit("auditor", "/")
    page.get_by_role("navigation").get_by_role("link", name="Audit log").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Why do you need to read this?")
    page.get_by_label("A complaint or a conduct matter").check()
    page.get_by_label("Reference").fill("C/17")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Done by").fill("Kestrel")
    page.get_by_label("What", exact=True).select_option("Readings only")
    page.get_by_label("Of", exact=True).fill("Mill Lane")
    page.get_by_role("button", name="Show").click()
    rows = page.get_by_role("table").locator("tbody tr")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("Jo Kestrel")
    expect(rows).to_contain_text("who-was-burgled.txt")
    assert broken_rules(page) == []

    rows.get_by_role("link").click()
    expect(page.get_by_text("Only of one object.")).to_be_visible()
    table = page.get_by_role("table")
    for words in ("Mina Faraday", "Jo Kestrel", "Robin Ashdown"):
        expect(table).to_contain_text(words)
    assert broken_rules(page) == []

    page.get_by_role("link", name="Seals of the log").click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save the newest head").click()
    assert digest in saved.value.path().read_text("utf-8")
    assert broken_rules(page) == []
    asked = AuditEvent.objects.filter(action="audit.read").order_by("id")
    assert {row.details["purpose"] for row in asked} == {"A complaint or a conduct matter (C/17)"}
    assert any(re.search("Kestrel", row.details.get("person", "")) for row in asked)
