"""From a design to the evidence card, in a real browser: what was locked before is what is judged after."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from factories.people import AreaFactory
from factories.problems import PlanFactory, ResponseFactory
from journeys.web.conftest import Visit
from journeys.web.steps import seen_at_every_size
from planted_map import ALWAYS, code, planted
from upstream_web.demo.people import Cast
from upstream_web.evidence.models import EvidenceCard
from upstream_web.problems.changes.assessing import assess_again
from upstream_web.problems.changes.assessment import write_result
from upstream_web.problems.changes.designing import design_again
from upstream_web.problems.models import Plan

pytestmark = pytest.mark.browser
ASKED = {
    "place": "", "small_areas": [code(2, column) for column in (2, 3, 4)], "crime_types": [], "begins": "2021-01",
    "metres": 0, "effect": 20.0, "chosen_by": 3,
}  # fmt: skip
WRITTEN = {"process": "Done.", "outcome": "As found.", "verdict": "none", "lesson": "Ask first.", "decision": "close"}


@pytest.fixture
def plan(cast: Cast, settings: object, tmp_path: Path) -> Plan:
    """A plan of the officer's team for three of nine busy squares; the others are left alone."""
    planted(tmp_path)
    (tmp_path / "upstream.toml").write_text('[[areas]]\ncode = "B"\nname = "Hams"\n[store]\npath = "store"\n', "utf-8")
    settings.ENGINE_SETTINGS = tmp_path / "upstream.toml"
    for row, column in ALWAYS:
        AreaFactory(code=code(row, column), name=f"Square {row} {column}", kind="small_area", parent=cast.areas["B"])
    made = PlanFactory(
        title="Thefts at the squares",
        area=cast.areas["B"],
        team=cast.teams["safer neighbourhood", "B"],
        owner=cast.people["officer@demo.example"],
        status=Plan.Status.ACTIVE,
        small_areas=[code(2, column) for column in (2, 3, 4)],
    )
    ResponseFactory(plan=made, card=EvidenceCard.objects.get(key="street-lighting"))
    return made


def test_a_design_is_locked_judged_by_the_records_and_told_on_the_evidence_card(visit: Visit, plan: Plan) -> None:
    """Given a plan, when its officer locks a design and records come in, then the card has what they say."""
    page = visit("officer", f"/plans/{plan.pk}/assessment/")
    page.get_by_role("button", name="Design the assessment").click()
    expect(page.get_by_role("button", name="Work it out")).to_be_visible()
    design_again(plan=plan, by=plan.owner, asked=ASKED)
    page.reload()
    expect(page.get_by_text("likely (80 times in 100) to be seen").first).to_be_visible()
    expect(page.get_by_role("checkbox", name="Square 3 3")).to_be_checked()
    seen_at_every_size(page)
    page.get_by_role("button", name="Lock this design").click()
    expect(page.get_by_text("Locked: this is how the plan will be judged")).to_be_visible()
    assert {area.code for area in plan.named_assessments.get().places_by_role()["treated"]} == set(plan.small_areas)
    expect(page.get_by_role("button", name="Assess from records")).to_be_visible()
    assess_again(plan=plan, by=plan.owner)
    page.reload()
    expect(page.get_by_role("heading", name="Did it work?")).to_be_visible()
    expect(page.get_by_text("small areas named")).to_be_visible()
    write_result(plan=plan, by=plan.owner, **WRITTEN)
    page.goto(f"/evidence/{EvidenceCard.objects.get(key='street-lighting').key}/")
    expect(page.get_by_text(plan.ref).first).to_be_visible()
    page = visit("hub", "/plans/portfolio/")
    expect(page.get_by_role("link", name="Thefts at the squares")).to_be_visible()
    seen_at_every_size(page)
