"""A plan's assessment fills itself from records, and what was found goes to the evidence."""

from __future__ import annotations

import datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from factories.people import AreaFactory, TeamFactory, person
from factories.problems import NamedAssessmentFactory, PlanFactory, ResponseFactory
from upstream_web.evidence.changes import add_card
from upstream_web.people.permissions import Permission
from upstream_web.places.queries import small_areas_named
from upstream_web.problems.changes.assessing import assess_again
from upstream_web.problems.changes.assessment import write_result
from upstream_web.problems.engine import CannotCount, effect_of
from upstream_web.problems.models import Assessed, Plan

pytestmark = pytest.mark.django_db
BUSY = "S01000462"
DAYS = {
    "before_from": datetime.date(2021, 6, 1),
    "before_to": datetime.date(2022, 1, 31),
    "after_from": datetime.date(2022, 3, 1),
    "after_to": datetime.date(2022, 12, 31),
}


def plan_of(comparison: str = "Where nothing changes", **named: object) -> Plan:
    team = TeamFactory()
    owner = person(Permission.PLAN_START, team=team)
    plan = PlanFactory(team=team, owner=owner, status=Plan.Status.ACTIVE, small_areas=[BUSY])
    NamedAssessmentFactory(
        plan=plan, locked_at=timezone.now(), measure="Crimes", comparison=comparison, **{**DAYS, **named}
    )
    return plan


def page_of(plan: Plan) -> str:
    client = Client()
    client.force_login(plan.owner)
    return client.get(reverse("problems:assessment", args=[plan.pk])).content.decode()


@pytest.mark.usefixtures("figures")
def test_the_page_fills_itself_as_records_come_in() -> None:
    plan = plan_of()
    assert "Not assessed from records yet" in page_of(plan)
    out = StringIO()
    call_command("assess_plans", stdout=out)
    assert out.getvalue() == "Assessed 1 plans\n"
    text = page_of(plan)
    for words in ("Did it work? From records", "than without it", "Maryland scale", "What it assumes", "<svg"):
        assert words in text
    assert "Compared with every other small area of the force" in text
    assert "begun February 2022" in text  # the months between before and after count as after
    call_command("assess_plans", stdout=out)
    assert out.getvalue().endswith("Assessed 0 plans\n")  # no table has grown since


@pytest.mark.usefixtures("figures")
def test_the_comparison_is_the_place_named() -> None:
    market = AreaFactory(name="The market", kind="ward")
    codes = [f"S01{number:06d}" for number in range(40, 80)]
    for code in codes:
        AreaFactory(code=code, parent=market, kind="small_area")
    plan = plan_of("the market")
    assert small_areas_named(market.code) == codes
    row = assess_again(plan=plan, by=plan.owner)
    assert row.asked["comparison"] == codes
    assert row.asked["to"] == "2022-06"  # no further than records are held
    found = effect_of(row)
    assert found.level in (2, 3, 4)
    assert found.change is not None
    assert found.lower is not None
    assert found.upper is not None
    assert found.lower <= found.change <= found.upper
    assert "Compared with the 40 small areas named" in page_of(plan)


@pytest.mark.usefixtures("figures")
def test_what_cannot_be_assessed_says_why() -> None:
    plan = plan_of(after_from=datetime.date(2023, 3, 1), after_to=datetime.date(2023, 9, 1))
    with pytest.raises(CannotCount, match="The page fills itself"):
        assess_again(plan=plan, by=plan.owner)
    plan.named_assessments.all().delete()
    with pytest.raises(CannotCount, match="not named yet"):
        assess_again(plan=plan, by=plan.owner)
    nowhere = plan_of()
    Plan.objects.filter(pk=nowhere.pk).update(small_areas=[])
    with pytest.raises(CannotCount, match="consists of is not known"):
        assess_again(plan=Plan.objects.get(pk=nowhere.pk), by=nowhere.owner)
    assert not Assessed.objects.exists()


@pytest.mark.usefixtures("figures")
def test_what_was_found_goes_to_the_card_that_a_response_cites() -> None:
    plan = plan_of()
    card = add_card(key="lights", by=plan.owner, kind="intervention", title="Lights", summary="s", source="x")
    ResponseFactory(plan=plan, card=card)
    row = assess_again(plan=plan, by=plan.owner)
    written = {"process": "p", "outcome": "o", "verdict": "none", "lesson": "l", "decision": "close"}
    write_result(plan=plan, by=plan.owner, before=10.0, after=5.0, **written)
    local, found = card.local_results.get(), effect_of(row)
    assert (local.effect, local.lower, local.upper) == (found.change, found.lower, found.upper)
    assert (local.design_level, local.cases, local.place_type) == (found.level, found.cases, "Local policing area")
    NamedAssessmentFactory(plan=plan, locked_at=timezone.now(), **DAYS)  # judged otherwise since: what was found is old
    write_result(plan=plan, by=plan.owner, before=10.0, after=5.0, **written)
    assert card.local_results.get().effect == -50
