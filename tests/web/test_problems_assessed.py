"""A plan's assessment fills itself from records, and what was found goes to the evidence."""

from __future__ import annotations

import datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from factories.people import AreaFactory, TeamFactory, person
from factories.problems import NamedAssessmentFactory, PlanFactory, ResponseFactory
from upstream.assess.worth_words import pence
from upstream_web.evidence.changes import add_card
from upstream_web.people.permissions import Permission
from upstream_web.places.models import Area
from upstream_web.problems.changes.assessing import assess_again
from upstream_web.problems.changes.assessment import name_assessment, write_result
from upstream_web.problems.engine import CannotCount, effect_of
from upstream_web.problems.engine.worth import worth_of
from upstream_web.problems.models import Assessed, NamedAssessment, Plan
from upstream_web.problems.portfolio import came_of
from upstream_web.problems.worth import costs_of

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
    for words in (
        "What the records say",
        "Did it work?",
        "than without it",
        "Maryland scale",
        "What it assumes",
        "<svg",
    ):
        assert words in text
    assert "Compared with every other small area of the force" in text
    assert "begun in February 2022" in text  # the months between before and after count as after
    call_command("assess_plans", stdout=out)
    assert out.getvalue().endswith("Assessed 0 plans\n")  # no table has grown since
    assert "Records came in since" not in page_of(plan)
    Assessed.objects.update(data_versions={"crimes": -1})
    assert "Records came in since" in page_of(plan)
    for done in (1, 0):
        call_command("assess_plans", stdout=out)
        assert out.getvalue().endswith(f"Assessed {done} plans\n")
    assert "Records came in since" not in page_of(plan)
    assert plan.assessed.count() == 2  # what was found before stays
    NamedAssessmentFactory(plan=plan, locked_at=timezone.now(), measure="Crimes", **DAYS)
    call_command("assess_plans", stdout=out)
    assert out.getvalue().endswith("Assessed 1 plans\n")  # how it is judged has changed


@pytest.mark.usefixtures("figures")
def test_the_comparison_is_the_place_named() -> None:
    market = AreaFactory(name="The market", kind="ward")
    codes = [f"S01{number:06d}" for number in range(40, 80)]
    for code in codes:
        AreaFactory(code=code, parent=market, kind="small_area")
    plan = plan_of()
    plan.named_assessments.get().places.create(area=market, role="compared")
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


def named(plan: Plan, **given: object) -> NamedAssessment:
    values = {"measure": "Crimes", "comparison": "The market", "smallest_effect": 20.0, "review_on": DAYS["after_to"]}
    return name_assessment(plan=plan, by=plan.owner, area=plan.area, **{**DAYS, **values, **given})


def test_what_is_counted_and_where_is_kept_as_it_was_named() -> None:
    market, street = AreaFactory(name="The market", kind="ward"), AreaFactory(code=BUSY, kind="small_area")
    plan = PlanFactory(small_areas=[BUSY], crime_types=["Burglary"])
    row = named(plan, comparison=" the MARKET")
    assert row.places_by_role() == {"treated": [street], "compared": [market], "buffer": []}
    Plan.objects.filter(pk=plan.pk).update(crime_types=["Drugs"], small_areas=[])
    assert NamedAssessment.objects.get().crime_types == ["Burglary"]
    assert plan.versions.first().content["named_assessments"][str(row.pk)]["compared"] == ["The market"]
    assert named(plan, comparison="Somewhere else").places_by_role()["compared"] == []


def test_a_place_has_one_role() -> None:
    market, street = AreaFactory(kind="ward"), AreaFactory(code=BUSY, kind="small_area")
    row = named(PlanFactory(), places={"compared": [market, street], "treated": [street], "buffer": [market]})
    assert row.places_by_role() == {"treated": [street], "compared": [market], "buffer": []}
    with pytest.raises(IntegrityError), transaction.atomic():
        row.places.create(area=street, role="buffer")


@pytest.mark.usefixtures("figures")
def test_what_is_near_by_is_in_no_comparison_and_a_category_of_the_records_can_be_counted() -> None:
    types = ["violence_with_injury", "violence_without_injury", "public_order"]
    plan = plan_of(crime_types=types)
    area = AreaFactory(code="S01000463", kind="small_area")
    plan.named_assessments.get().places.create(area=area, role="buffer")
    row = assess_again(plan=plan, by=plan.owner)
    assert (row.asked["buffer"], row.asked["crime_types"]) == (["S01000463"], types)
    assert "violence with injury and violence without injury" in page_of(plan)


@pytest.mark.usefixtures("figures")
def test_small_areas_of_the_places_held_come_into_the_tree_once() -> None:
    north = AreaFactory(code="A", name="South Merrowvale", kind="policing_area")
    out = StringIO()
    call_command("load_small_areas", stdout=out)
    small = Area.objects.filter(kind="small_area")
    assert small.exists()
    assert set(small.values_list("parent", flat=True)) == {north.pk}  # the other areas are not in this tree
    assert "lie in no area of the tree" in out.getvalue()
    call_command("load_small_areas", stdout=out)
    assert "Added 0 small areas" in out.getvalue()


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
def test_nothing_counted_on_one_side_is_said_on_the_page_and_nothing_anywhere_is_refused() -> None:
    nowhere = plan_of(crime_types=["homicide"])
    with pytest.raises(CannotCount, match="ever counted in the treated units"):
        assess_again(plan=nowhere, by=nowhere.owner)
    gone = plan_of(crime_types=["other_theft"])
    assess_again(plan=gone, by=gone.owner)
    assert "were counted in the treated places after it began" in page_of(gone)


@pytest.mark.usefixtures("figures")
def test_what_was_found_goes_to_the_card_that_a_response_cites() -> None:
    plan = plan_of()
    card = add_card(key="lights", by=plan.owner, kind="intervention", title="Lights", summary="s", source="x")
    ResponseFactory(plan=plan, card=card)
    row = assess_again(plan=plan, by=plan.owner)
    written = {"process": "p", "outcome": "o", "verdict": "none", "lesson": "l", "decision": "close"}
    for one in (row.result["main"], *row.result["checks"]):
        one |= {"observed": 103.0, "counterfactual": 106.0}
    row.save()
    write_result(plan=plan, by=plan.owner, before=10.0, after=5.0, **written)
    local, found = card.local_results.get(), effect_of(row)
    assert (local.effect, local.lower, local.upper) == (found.change, found.lower, found.upper)
    assert (local.design_level, local.cases, local.place_type) == (found.level, 105, "Local policing area")
    for one in (row.result["main"], *row.result["checks"]):
        one |= {"observed": 19.0}
    row.save()
    write_result(plan=plan, by=plan.owner, before=10.0, after=5.0, **written)
    local = card.local_results.get()  # everybody reads cards, and this is a small number
    assert (local.effect, local.lower, local.upper, local.cases) == (None, None, None, None)
    NamedAssessmentFactory(plan=plan, locked_at=timezone.now(), **DAYS)  # judged otherwise since: what was found is old
    write_result(plan=plan, by=plan.owner, before=10.0, after=5.0, **written)
    assert card.local_results.get().effect == -50


@pytest.mark.usefixtures("figures")
def test_the_page_says_what_it_was_worth_beside_what_it_cost() -> None:
    plan = plan_of()
    row = assess_again(plan=plan, by=plan.owner)
    assert row.result["kinds"]
    assert worth_of(row, None).per_pound is None
    assert "No response of this plan has a cost yet" in page_of(plan)
    ResponseFactory(plan=plan, cost=1500)
    ResponseFactory(plan=plan, cost=500)
    ResponseFactory(plan=plan, cost=None)
    assert costs_of([plan.pk]) == {plan.pk: 2000}
    made = worth_of(row, 2000)
    assert made.valued is not None
    assert made.per_pound.estimate == pytest.approx(made.valued.main.benefit.estimate / 2000)
    (came,) = came_of([row], frozenset({plan.pk}), [plan.pk])
    back = made.per_pound
    assert came.worth == f"{pence(back.estimate)} ({pence(back.lower)} to {pence(back.upper)})"
    text = page_of(plan)
    for words in ("What it was worth", "Worth to society", "Spent for each avoided", "None of it is counted as cash"):
        assert words in text
    Assessed.objects.filter(pk=row.pk).update(result={k: v for k, v in row.result.items() if k != "kinds"})
    assert "No worth is given. None of what was counted has a unit cost" in page_of(plan)
