"""What a plan's pages say of how far it has come and of what happened: words, names and days, never codes."""

import datetime
import re

import pytest
from django.test import Client

from factories.people import AreaFactory, OrganisationFactory, TeamFactory, UserFactory, person
from factories.problems import ActionFactory, AnswerFactory, ObjectiveFactory, PlanFactory, ResponseFactory, ready_plan
from upstream_web.people.permissions import Permission
from upstream_web.problems.access import access_to
from upstream_web.problems.changes.actions import add_action, change_action
from upstream_web.problems.changes.parts import save_objective
from upstream_web.problems.changes.plans import save_answers, start_plan
from upstream_web.problems.presenters import progress, steps
from upstream_web.problems.queries import extent_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def team():
    return TeamFactory(area=AreaFactory(code="NORTH", name="North"))


@pytest.fixture
def officer(team):
    return person(Permission.PLAN_START, team=team, name="Officer Ash")


@pytest.fixture
def plan(team, officer):
    return start_plan(by=officer, title="Burglary", area=team.area, team=team)


def words(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_history_names_people_and_days_and_leaves_out_what_is_empty(client: Client, plan, officer) -> None:
    lead, jo = OrganisationFactory(name="Hill Homes"), UserFactory(name="Jo Moss")
    given = {"title": "Mend the lock", "details": "", "organisation": lead, "owner": None, "response": None}
    given |= {"owner_name": "", "owner_email": "", "marking": "official", "due_on": datetime.date(2027, 1, 5)}
    action = add_action(plan=plan, by=officer, **given)
    change_action(action=action, by=officer, based_on=action.version, **{**given, "owner": jo})
    client.force_login(officer)
    page = words(client.get(f"/plans/{plan.pk}/history/"))
    assert "Organisation: Hill Homes" in page
    assert "Due: 5 January 2027" in page
    assert "Who: Jo Moss" in page
    assert "Plan started" in page
    for code in ("to_do", "2027-01-05", "E-mail:", "Details:", f"Organisation: {lead.pk}"):
        assert code not in page


def test_two_versions_are_compared_by_the_names_of_their_lines(client: Client, plan, officer) -> None:
    values = {"what": "Fewer homes burgled", "measure": "A month", "baseline": 9.0, "target": None, "stop_when": ""}
    row = save_objective(plan=plan, by=officer, by_when=datetime.date(2027, 3, 1), **values)
    save_objective(
        plan=plan, by=officer, row=row, based_on=1, **{**values, "baseline": 8.5}, by_when=datetime.date(2027, 4, 1)
    )
    answer = {"why": {"text": "Locks snap", "evidence": "A look"}}
    save_answers(plan=plan, by=officer, answers=answer, based_on={"why": 0})
    client.force_login(officer)
    page = words(client.get(f"/plans/{plan.pk}/history/compare/?old=2&new=3"))
    assert "Level now Objective: Fewer homes burgled 9 8.5" in page
    assert "By Objective: Fewer homes burgled 1 March 2027 1 April 2027" in page
    page = words(client.get(f"/plans/{plan.pk}/history/compare/?old=3&new=4"))
    assert "Rests on Why does it happen here? Nothing A look" in page
    assert "Answered: Why does it happen here?" in words(client.get(f"/plans/{plan.pk}/history/"))


def test_progress_counts_what_is_written_and_no_sensitive_action(plan, officer) -> None:
    AnswerFactory(plan=plan, question="why")
    ObjectiveFactory(plan=plan)
    ResponseFactory.create_batch(2, plan=plan)
    ActionFactory(plan=plan, due_on=datetime.date(2026, 1, 1))
    ActionFactory(plan=plan, marking="sensitive")
    shown = progress(plan, access_to(officer, plan), extent_of(plan, sensitive=False))
    assert [(row["text"], row["words"], row["tag"].text) for row in shown] == [
        ("Scanning", "0 of 8 questions answered", "Not begun"),
        ("Analysis", "1 of 13 questions answered", "Under way"),
        ("Response", "1 objective, 2 responses, 1 action, 1 overdue", "Written"),
        ("Assessment", "Not named yet, no result yet", "Not begun"),
    ]
    assert extent_of(plan, sensitive=True).actions == 2


def test_what_is_missing_leads_to_where_it_is_written(client: Client, plan, officer) -> None:
    client.force_login(officer)
    page = client.get(f"/plans/{plan.pk}/").content.decode()
    assert f'href="/plans/{plan.pk}/scanning/">Answer all six CHEERS questions: 6 are empty.</a>' in page
    assert "Send to the supervisor</a>" not in page
    ready = ready_plan(team=plan.team, owner=officer)
    page = client.get(f"/plans/{ready.pk}/").content.decode()
    assert "Before it can go" not in page
    assert "/step/submit/" in page


def test_a_decision_offers_to_go_on_before_turning_back(team) -> None:
    supervisor = person(Permission.PLAN_SUPERVISE, team=team)
    plan = PlanFactory(team=team, status="submitted")
    assert [one.key for one in steps(plan, access_to(supervisor, plan))] == ["approve", "return", "withdraw"]


def test_an_action_is_shown_to_whoever_may_only_read_it(client: Client, team) -> None:
    action = ActionFactory(plan=PlanFactory(team=team), title="Mend the lock")
    client.force_login(person(Permission.PLAN_SEE_AREA, team=TeamFactory(area=team.area)))
    address = f"/plans/actions/{action.pk}/"
    page = words(client.get(address))
    assert "Mend the lock" in page
    assert "How does it go?" not in page
    assert client.post(address, {"text": "Done", "state": "done"}).status_code == 403
    action.refresh_from_db()
    assert action.state == "to_do"


def test_only_who_may_start_a_plan_is_offered_it(client: Client, team) -> None:
    client.force_login(person(Permission.PLAN_SEE_AREA, team=team))
    assert "Start a plan" not in words(client.get("/plans/"))
    client.force_login(person(Permission.PLAN_START, team=team))
    assert "Start a plan" in words(client.get("/plans/"))


def test_a_line_is_called_by_its_words_so_that_no_two_pages_share_a_title(client: Client, plan, officer) -> None:
    rows = [ObjectiveFactory(plan=plan, what=what) for what in ("Fewer homes burgled", "Fewer sheds " + "broken " * 20)]
    client.force_login(officer)
    pages = [client.get(f"/plans/{plan.pk}/objective/{row.pk}/change/").content.decode() for row in rows]
    titles = [re.search("<title>(.*?)</title>", page)[1] for page in pages]
    assert titles[0].startswith("Change the objective: Fewer homes burgled –")
    assert titles[1].endswith(f"… – {plan.ref} – Upstream")
