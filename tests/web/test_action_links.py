"""An action that somebody without an account answers from an e-mailed link: that action, and nothing else."""

import datetime
import re

import pytest
from django.core import mail
from django.test import Client, TestCase
from django.utils import timezone

from factories.people import OrganisationFactory, TeamFactory, person
from factories.problems import ActionFactory, NoteFactory, PlanFactory
from upstream_web.audit.models import AuditEvent
from upstream_web.people.models import OneTimeLink
from upstream_web.people.permissions import Permission
from upstream_web.problems.changes.actions import update_action
from upstream_web.problems.models import Action

pytestmark = pytest.mark.django_db
JO = "jo@housing.example"


@pytest.fixture
def team():
    return TeamFactory()


@pytest.fixture
def officer(team):
    return person(Permission.PLAN_START, Permission.SENSITIVE_READ, team=team, name="Officer Ash")


@pytest.fixture
def plan(team, officer):
    return PlanFactory(team=team, owner=officer, title="Thefts by a family we watch", problem="The cousins of number 9")


@pytest.fixture
def action(plan) -> Action:
    return ActionFactory(
        plan=plan,
        title="Mend the lock of the bin store",
        details="Both doors.",
        organisation=OrganisationFactory(name="Hill Homes", kind="housing"),
        owner_name="Jo",
        owner_email="Jo@housing.example",
        due_on=datetime.date(2026, 6, 30),
    )


def sent(officer, action) -> str:
    """The path of the link, as the letter has it."""
    client = Client()
    client.force_login(officer)
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert client.post(f"/plans/actions/{action.pk}/send-link/").status_code == 302
    return re.search(r"http://127\.0\.0\.1:8765(/\S+)", mail.outbox[-1].body)[1]


@pytest.fixture
def jo(officer, action) -> Client:
    """A browser that has used the link."""
    client, path = Client(), sent(officer, action)
    assert client.get(path).status_code == 200
    assert client.post(path)["Location"] == f"/plans/actions/{action.pk}/by-link/"
    return client


def page_of(action: Action) -> str:
    return f"/plans/actions/{action.pk}/by-link/"


def test_the_letter_says_that_something_waits_and_not_what(officer, action) -> None:
    sent(officer, action)
    letter = mail.outbox[-1]
    assert letter.to == ["Jo@housing.example"]
    assert "30 June 2026" in letter.body
    assert "Officer Ash" in letter.body
    for hidden in (action.title, action.details, action.plan.title, action.plan.problem, action.plan.ref):
        assert hidden not in letter.subject + letter.body


def test_the_page_shows_the_action_and_nothing_else_of_the_plan(jo, action) -> None:
    NoteFactory(plan=action.plan, text="The informant lives at number 9", marking="sensitive")
    ActionFactory(plan=action.plan, title="Visit the cousins", marking="sensitive")
    page = jo.get(page_of(action)).content.decode()
    for shown in ("Mend the lock of the bin store", "Both doors.", "30 June 2026", "Hill Homes"):
        assert shown in page
    for hidden in ("number 9", "cousins", "family we watch", action.plan.ref, "Officer Ash"):
        assert hidden not in page


@pytest.mark.parametrize(
    "path", ["/plans/", "/plans/{plan}/", "/plans/actions/{action}/", "/plans/{plan}/response/", "/"]
)
def test_the_link_opens_no_other_page(jo, action, path) -> None:
    answer = jo.get(path.format(plan=action.plan.pk, action=action.pk))
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


def test_another_action_stays_shut(jo, action) -> None:
    other = ActionFactory(plan=action.plan, owner_email=JO)
    assert jo.get(page_of(other)).status_code == 404
    assert Client().get(page_of(action)).status_code == 404


def test_saying_that_it_is_done(jo, action) -> None:
    answer = jo.post(
        page_of(action), {"state": "done", "text": "Both are mended", "blocker": "", "based_on": 1}, follow=True
    )
    assert "Thank you" in answer.content.decode()
    action.refresh_from_db()
    assert action.state == "done"
    update = action.updates.get()
    assert (update.text, update.by, update.by_name) == ("Both are mended", None, "Jo by e-mailed link")
    event = AuditEvent.objects.get(action="plan.action_updated")
    assert (event.by_id, event.by_name) == (None, JO)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"state": "blocked", "text": ""}, "Say what stands in the way"),
        ({"state": "to_do", "text": " "}, "Say how far it has come"),
        ({"state": "dropped", "text": "No"}, "Select a valid choice"),
        ({}, "“How does it go” needs an answer."),
    ],
)
def test_what_says_nothing_is_not_taken(jo, action, given, words) -> None:
    page = jo.post(page_of(action), given | {"based_on": 1}).content.decode()
    assert words in page
    assert not action.updates.exists()


def test_a_blocked_action_says_why(jo, action) -> None:
    assert (
        jo.post(page_of(action), {"state": "blocked", "blocker": "The lock is on order", "based_on": 1}).status_code
        == 302
    )
    action.refresh_from_db()
    assert (action.state, action.blocker) == ("blocked", "The lock is on order")


def test_what_somebody_changed_meanwhile_is_not_overwritten(jo, action, officer) -> None:
    assert 'name="based_on" value="1"' in jo.get(page_of(action)).content.decode()
    update_action(action=action, by=officer, text="Nobody at home", state="blocked", blocker="No key")
    stale = {"state": "done", "text": "Both are mended", "based_on": 1}
    page = jo.post(page_of(action), stale).content.decode()
    assert "now it is “Blocked”" in page
    assert "Both are mended</textarea>" in page
    assert action.updates.count() == 1
    assert jo.post(page_of(action), stale | {"based_on": 2}).status_code == 302


def test_a_used_link_says_so_and_a_new_one_works(officer, action) -> None:
    path = sent(officer, action)
    Client().post(path)
    answer = Client().get(path)
    assert answer.status_code == 410
    assert "used already" in answer.content.decode()
    assert "Ask whoever sent it for a new one" in answer.content.decode()
    assert Client().post(sent(officer, action)).status_code == 302


def test_an_old_link_says_so(officer, action) -> None:
    path, ago = sent(officer, action), datetime.timedelta(days=15)
    OneTimeLink.objects.update(made_at=timezone.now() - ago, expires_at=timezone.now() - datetime.timedelta(seconds=1))
    answer = Client().post(path)
    assert answer.status_code == 410
    assert "too old" in answer.content.decode()


CLOSING = {
    "the action is marked": lambda action: Action.objects.filter(pk=action.pk).update(marking="sensitive"),
    "the plan is marked": lambda action: type(action.plan).objects.update(marking="sensitive"),
    "the plan has ended": lambda action: type(action.plan).objects.update(status="closed", closed_on="2026-05-01"),
    "it was dropped": lambda action: Action.objects.filter(pk=action.pk).update(state="dropped"),
    "somebody else does it": lambda action: Action.objects.filter(pk=action.pk).update(owner=action.plan.owner),
    "the address is another": lambda action: Action.objects.filter(pk=action.pk).update(owner_email="x@other.example"),
}


@pytest.mark.parametrize("happened", CLOSING)
def test_the_page_shuts_when_it_is_no_longer_theirs(jo, action, happened) -> None:
    assert jo.get(page_of(action)).status_code == 200
    CLOSING[happened](action)
    assert jo.get(page_of(action)).status_code == 404
    assert jo.post(page_of(action), {"state": "done", "based_on": 1}).status_code == 404
    assert not action.updates.exists()


@pytest.mark.parametrize("happened", list(CLOSING)[:5])
def test_no_link_is_sent_to_what_is_shut(officer, action, happened) -> None:
    CLOSING[happened](action)
    client = Client()
    client.force_login(officer)
    with TestCase.captureOnCommitCallbacks(execute=True):
        answer = client.post(f"/plans/actions/{action.pk}/send-link/", follow=True)
    assert "No link opens this action" in answer.content.decode()
    assert not mail.outbox


def test_only_the_team_and_its_supervisor_send_links(client, action) -> None:
    address = f"/plans/actions/{action.pk}/send-link/"
    hub = person(Permission.PLAN_HUB, team=TeamFactory(area=action.plan.area))
    client.force_login(hub)
    assert client.post(address).status_code == 403
    client.force_login(person(Permission.PLAN_START))
    assert client.post(address).status_code == 404
    supervisor = person(Permission.PLAN_SUPERVISE, team=TeamFactory(area=action.plan.area))
    client.force_login(supervisor)
    assert "Send the link to Jo@housing.example" in client.get(f"/plans/actions/{action.pk}/").content.decode()
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert client.post(address).status_code == 302
    assert len(mail.outbox) == 1
    assert AuditEvent.objects.filter(action="plan.action_link_sent", by_id=supervisor.pk).exists()
