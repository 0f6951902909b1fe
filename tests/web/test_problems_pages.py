"""The pages of plans, as their users walk through them."""

import pytest
from django.test import Client

from factories.people import AreaFactory, OrganisationFactory, TeamFactory, person
from factories.problems import ActionFactory, AnswerFactory, InvitationFactory, NoteFactory, PlanFactory, ready_plan
from upstream_web.people.permissions import Permission
from upstream_web.problems.models import Plan
from upstream_web.problems.questions import help_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return person(Permission.PLAN_START, team=TeamFactory(area=AreaFactory(code="NORTH")))


@pytest.fixture
def team(officer):
    return officer.memberships.get().team


@pytest.fixture
def signed_in(client: Client, officer) -> Client:
    client.force_login(officer)
    return client


def words(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_starting_shows_similar_plans_first_then_makes_the_plan(signed_in, team) -> None:
    PlanFactory(team=team, title="Shop thefts in the old town", status="closed", closed_on="2026-02-01")
    PlanFactory(title="Shop thefts that this person may not see")
    given = {
        "title": "Shop thefts on the parade",
        "area": team.area.pk,
        "team": team.pk,
        "size": "beat",
        "kind": "neighbourhood",
    }
    first = words(signed_in.post("/plans/start/", {**given, "look": "1"}))
    assert "Shop thefts in the old town" in first
    assert "may not see" not in first
    assert Plan.objects.count() == 2
    made = signed_in.post("/plans/start/", {**given, "start": "1"})
    assert made.status_code == 302
    assert "Shop thefts on the parade" in words(signed_in.get(made["Location"]))


@pytest.mark.parametrize("forged", ["area", "team"])
def test_a_forged_form_starts_no_plan_in_an_area_or_team_not_ones_own(signed_in, team, forged) -> None:
    other = TeamFactory()
    given = {
        "title": "Sheds",
        "area": team.area.pk,
        "team": team.pk,
        "size": "beat",
        "kind": "neighbourhood",
        "start": "1",
    }
    page = signed_in.post("/plans/start/", given | {forged: other.area.pk if forged == "area" else other.pk})
    assert page.status_code != 302
    assert not Plan.objects.exists()
    assert signed_in.post("/plans/start/", given).status_code == 302


def test_answering_keeps_a_draft_then_saves(signed_in, team) -> None:
    plan = PlanFactory(team=team)
    address = f"/plans/{plan.pk}/scanning/background/edit/"
    signed_in.post(address, {"raised_by-text": "A resident", "raised_by-version": 0, "draft": "1"})
    assert plan.answers.count() == 0
    assert "A resident" in words(signed_in.get(address))
    signed_in.post(address, {"raised_by-text": "A resident, in May", "raised_by-version": 0})
    assert plan.answers.get(question="raised_by").text == "A resident, in May"
    assert "your draft" not in words(signed_in.get(address))


def test_a_clash_shows_both_texts_and_saving_again_keeps_what_was_put_together(signed_in, team) -> None:
    plan = PlanFactory(team=team)
    AnswerFactory(plan=plan, question="raised_by", text="Their words")
    address = f"/plans/{plan.pk}/scanning/background/edit/"
    page = words(signed_in.post(address, {"raised_by-text": "My words", "raised_by-version": 0}))
    assert "Their words" in page
    assert "My words" in page
    assert 'name="raised_by-version" value="1"' in page
    signed_in.post(address, {"raised_by-text": "Both words", "raised_by-version": 1, "resolved": "1"})
    assert plan.answers.get().text == "Both words"


def test_details_that_both_changed_are_shown_and_nothing_is_saved(signed_in, team) -> None:
    plan = ready_plan(team=team)
    given = {"title": "Mine", "size": "beat", "marking": "official", "review_every_days": 28, "version": 1}
    page = words(signed_in.get(f"/plans/{plan.pk}/details/"))
    assert "Details of the plan" in page
    assert signed_in.post(f"/plans/{plan.pk}/details/", given).status_code == 302
    plan.refresh_from_db()
    assert plan.title == "Mine"


def test_a_step_that_is_not_ready_says_what_is_missing(signed_in, team) -> None:
    plan = PlanFactory(team=team)
    page = words(signed_in.post(f"/plans/{plan.pk}/step/submit/", {}))
    assert "Answer all six CHEERS questions: 6 are empty." in page
    assert "<title>Error:" in page


def test_submitting_and_the_supervisors_return(client, officer, team) -> None:
    plan = ready_plan(team=team, owner=officer)
    client.force_login(officer)
    assert client.post(f"/plans/{plan.pk}/step/submit/", {}).status_code == 302
    assert client.post(f"/plans/{plan.pk}/step/approve/", {}).status_code == 403
    client.force_login(person(Permission.PLAN_SUPERVISE, team=TeamFactory(area=team.area)))
    assert "Say why" in words(client.post(f"/plans/{plan.pk}/step/return/", {"comment": ""}))
    assert client.post(f"/plans/{plan.pk}/step/return/", {"comment": "Which shops?"}).status_code == 302
    assert "Which shops?" in words(client.get(f"/plans/{plan.pk}/"))


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "{{ 7*7 }}", "{% raw %}", "' OR 1=1 --", "{{config}}"])
def test_what_people_type_is_shown_as_they_typed_it(signed_in, team, text) -> None:
    plan = PlanFactory(team=team, title=text, problem=text, place=text)
    AnswerFactory(plan=plan, text=text, evidence=text)
    for page in ("", "scanning/", "history/", "sharing/"):
        html = words(signed_in.get(f"/plans/{plan.pk}/{page}"))
        assert "<script>alert" not in html
        assert "49" not in html.split("<h1")[1].split("</h1>")[0]


def test_a_partner_sees_their_stages_and_neither_notes_nor_history(client) -> None:
    plan = ready_plan(title="Burglary at the flats")
    NoteFactory(plan=plan, text="The informant lives at number 9", marking="sensitive")
    housing = OrganisationFactory(kind="housing")
    InvitationFactory(
        plan=plan, organisation=housing, scanning="read", analysis="none", response="write", assessment="none"
    )
    client.force_login(person(team=TeamFactory(organisation=housing)))
    page = words(client.get(f"/plans/{plan.pk}/"))
    assert "Burglary at the flats" in page
    assert "informant" not in page
    assert client.get(f"/plans/{plan.pk}/scanning/").status_code == 200
    for closed in ("analysis", "assessment", "history", "sharing"):
        assert client.get(f"/plans/{plan.pk}/{closed}/").status_code == 404
    assert client.get(f"/plans/{plan.pk}/sharing/invite/").status_code == 403


def test_inviting_and_ending_an_invitation(signed_in, team) -> None:
    plan, council = PlanFactory(team=team), OrganisationFactory(kind="council", name="Borough council")
    extents = {"scanning": "read", "analysis": "none", "response": "write", "assessment": "none"}
    address = f"/plans/{plan.pk}/sharing/invite/"
    nothing = dict.fromkeys(extents, "none")
    assert "opens nothing" in words(signed_in.post(address, {"organisation": council.pk, "purpose": "x", **nothing}))
    assert signed_in.post(address, {"organisation": council.pk, "purpose": "Section 115", **extents}).status_code == 302
    assert "Borough council" in words(signed_in.get(f"/plans/{plan.pk}/sharing/"))
    row = plan.invitations.get()
    signed_in.post(f"/plans/{plan.pk}/sharing/{row.pk}/end/")
    assert not plan.invitations.current().exists()


@pytest.mark.parametrize("address", ["/plans/", "/plans/?show=all"])
def test_the_number_of_queries_does_not_grow_with_plans(
    signed_in, team, address, django_assert_max_num_queries
) -> None:
    PlanFactory.create_batch(20, team=team)
    with django_assert_max_num_queries(12):
        page = words(signed_in.get(address))
    assert "20 plans" in page


@pytest.mark.parametrize("page", ["", "scanning/", "analysis/", "response/", "assessment/", "history/", "sharing/"])
def test_every_page_of_a_plan_stays_under_twenty_queries(signed_in, team, page, django_assert_max_num_queries) -> None:
    plan = ready_plan(team=team)
    NoteFactory.create_batch(10, plan=plan)
    with django_assert_max_num_queries(19):
        words(signed_in.get(f"/plans/{plan.pk}/{page}"))


@pytest.mark.parametrize("stage", Plan.Stage.values)
def test_every_stage_has_help_in_context(signed_in, team, stage) -> None:
    plan = PlanFactory(team=team)
    assert help_with(stage).lines[0] in words(signed_in.get(f"/plans/{plan.pk}/{stage}/"))


def test_notes_and_updates_have_help_beside_their_form(signed_in, team) -> None:
    action = ActionFactory(plan=PlanFactory(team=team))
    assert help_with("note").lines[1] in words(signed_in.get(f"/plans/{action.plan_id}/"))
    assert help_with("action_update").lines[1] in words(signed_in.get(f"/plans/actions/{action.pk}/"))
