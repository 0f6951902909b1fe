"""Who read what is marked OFFICIAL-SENSITIVE: recorded before it is shown, once a quarter of an hour, and shown."""

import datetime
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from factories.people import AreaFactory, OrganisationFactory, TeamFactory, person
from factories.problems import ActionFactory, InvitationFactory, NoteFactory, ObjectiveFactory, PlanFactory
from factories.signing_in import sign_in
from upstream_web.audit import changes as audit
from upstream_web.audit.models import AuditEvent
from upstream_web.people.permissions import Permission
from upstream_web.problems.changes.actions import update_action
from upstream_web.problems.models import Marking, Plan
from upstream_web.programs import changes as programs
from upstream_web.programs.models import Scope

pytestmark = pytest.mark.django_db
PAGES = (
    *("", "scanning/", "analysis/", "response/", "assessment/", "sharing/", "history/", "history/readers/"),
    *("details/", "paper/", "brief/", "records/", "note/", "file/add/", "objective/add/", "step/submit/"),
)


@pytest.fixture
def team():
    return TeamFactory(area=AreaFactory(code="NORTH"))


@pytest.fixture
def officer(team):
    return person(Permission.PLAN_START, Permission.SENSITIVE_READ, team=team, name="Officer Ash")


@pytest.fixture
def signed_in(client: Client, officer) -> Client:
    return sign_in(client, officer)


@pytest.fixture
def marked(team, officer) -> Plan:
    return PlanFactory(team=team, owner=officer, marking=Marking.SENSITIVE)


@pytest.fixture
def official(team, officer) -> Plan:
    return PlanFactory(team=team, owner=officer)


def readings(**fields: Any) -> list[tuple[str, str, str]]:
    rows = AuditEvent.objects.filter(action__endswith=".read", **fields).order_by("id")
    return list(rows.values_list("action", "object_type", "object_id"))


def later(monkeypatch: pytest.MonkeyPatch, **time: int) -> None:
    now = timezone.now() + datetime.timedelta(**time)
    monkeypatch.setattr(audit.timezone, "now", lambda: now)


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.mark.parametrize("page", PAGES)
def test_every_page_of_a_marked_plan_records_who_opened_it(signed_in, marked, officer, page) -> None:
    answer = signed_in.get(f"/plans/{marked.pk}/{page}")
    shown = answer.status_code == 200
    assert shown or answer.status_code == 405
    assert readings() == ([("plan.read", "problems.plan", str(marked.pk))] if shown else [])
    assert {event.by_id for event in AuditEvent.objects.filter(action="plan.read")} <= {officer.pk}


def test_a_plan_that_is_not_marked_records_nothing(signed_in, official) -> None:
    ActionFactory(plan=official)
    NoteFactory(plan=official)
    for page in PAGES:
        signed_in.get(f"/plans/{official.pk}/{page}")
    assert readings() == []


@pytest.mark.parametrize(
    ("page", "kinds"),
    [
        ("", ["note.read", "action.read"]),
        ("response/", ["action.read"]),
        ("history/", ["note.read", "action.read"]),
        ("history/compare/?old={old}&new={new}", ["note.read", "action.read"]),
        ("paper/", ["action.read"]),
        ("action/{action}/change/", ["action.read"]),
        ("scanning/", []),
    ],
)
def test_marked_notes_and_actions_of_another_plan_are_recorded_where_they_are_shown(
    signed_in, official, officer, page, kinds
) -> None:
    action = ActionFactory(plan=official, marking=Marking.SENSITIVE)
    NoteFactory(plan=official, marking=Marking.SENSITIVE)
    for _ in range(2):
        update_action(action=action, by=officer, text="Spoke to them", state="to_do")
    old, new = sorted(official.versions.values_list("number", flat=True))
    answer = signed_in.get(f"/plans/{official.pk}/{page.format(action=action.pk, old=old, new=new)}")
    assert answer.status_code == 200
    assert [kind for kind, *_ in readings()] == kinds
    assert len(readings(parent_type="problems.plan", parent_id=str(official.pk))) == len(kinds)


def test_an_action_by_itself_is_recorded(signed_in, official) -> None:
    action = ActionFactory(plan=official, marking=Marking.SENSITIVE)
    signed_in.get(f"/plans/actions/{action.pk}/")
    assert readings() == [("action.read", "problems.action", str(action.pk))]


def test_who_may_not_see_the_note_has_not_read_it(client, team, official) -> None:
    NoteFactory(plan=official, marking=Marking.SENSITIVE)
    sign_in(client, person(Permission.PLAN_START, team=team))
    for page in ("", "history/"):
        assert client.get(f"/plans/{official.pk}/{page}").status_code == 200
    assert readings() == []


def test_turning_pages_is_one_reading_and_a_later_visit_another(signed_in, marked, monkeypatch) -> None:
    for page in ("", "scanning/", "", "history/"):
        signed_in.get(f"/plans/{marked.pk}/{page}")
    assert len(readings()) == 1
    later(monkeypatch, minutes=14)
    signed_in.get(f"/plans/{marked.pk}/")
    assert len(readings()) == 1
    later(monkeypatch, minutes=2)
    signed_in.get(f"/plans/{marked.pk}/")
    assert len(readings()) == 2


def test_two_people_are_two_readings_and_a_partner_is_one_of_them(client, signed_in, marked) -> None:
    partner = person(Permission.PLAN_START, team=TeamFactory(organisation=OrganisationFactory(kind="council")))
    organisation = partner.memberships.get().team.organisation
    InvitationFactory(plan=marked, organisation=organisation, scanning="read", sensitive=True)
    signed_in.get(f"/plans/{marked.pk}/scanning/")
    sign_in(client, partner)
    assert client.get(f"/plans/{marked.pk}/scanning/").status_code == 200
    assert AuditEvent.objects.filter(action="plan.read", by_id=partner.pk).count() == 1
    assert len(readings()) == 2


def test_recording_takes_at_most_two_questions_however_much_is_shown(signed_in, team, officer) -> None:
    plans = [PlanFactory(team=team, owner=officer) for _ in range(2)]
    for marking, plan in zip((Marking.OFFICIAL, Marking.SENSITIVE), plans, strict=True):
        Plan.objects.filter(pk=plan.pk).update(marking=marking)
        for _ in range(5):
            NoteFactory(plan=plan, marking=marking)
            ActionFactory(plan=plan, marking=marking)
    taken = []
    for plan in (*plans, plans[1]):
        signed_in.get("/people/me/")
        with CaptureQueriesContext(connection) as found:
            signed_in.get(f"/plans/{plan.pk}/")
        taken.append(len(found))
    plain, first, again = taken
    assert (first - plain, again - plain) == (2, 1)


def test_what_cannot_be_recorded_is_not_shown(signed_in, marked, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise DatabaseError("the log cannot be written")

    monkeypatch.setattr(AuditEvent.objects, "bulk_create", fail)
    with pytest.raises(DatabaseError, match="cannot be written"):
        signed_in.get(f"/plans/{marked.pk}/")


def test_a_file_of_a_marked_plan_is_recorded_whatever_its_own_marking(signed_in, marked, officer) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from upstream_web.problems.changes.sharing import add_file

    upload = SimpleUploadedFile("list.txt", b"words")
    row = add_file(plan=marked, by=officer, upload=upload, what="List", marking=Marking.OFFICIAL)
    assert b"".join(signed_in.get(f"/plans/{marked.pk}/file/{row.pk}/").streaming_content) == b"words"
    assert AuditEvent.objects.filter(action="plan.sensitive_file_read").count() == 1


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_list_taken_out_is_recorded_with_how_many_are_marked(signed_in, marked, official, kind) -> None:
    assert signed_in.get(f"/plans/export.{kind}").status_code == 200
    event = AuditEvent.objects.get(action="plan.list_taken")
    assert event.details == {"as": kind, "plans": 2, "marked": 1}


def test_programs_are_recorded_with_their_name(officer, marked) -> None:
    cache.clear()
    action = ActionFactory(plan=marked)
    made = programs.make_token(by=officer, name="Nightly list", scopes=Scope.values, days=30)
    program = Client(headers={"authorization": f"Bearer {made.secret}"})
    for _ in range(2):
        assert program.get(f"/api/v1/plans/{marked.pk}").status_code == 200
        assert program.get("/api/v1/actions").json()["count"] == 1
        assert program.get(f"/api/v1/actions/{action.pk}").status_code == 200
    assert [kind for kind, *_ in readings()] == ["plan.read", "action.read"]
    assert {event.details["program"] for event in AuditEvent.objects.filter(action__endswith=".read")} == {
        "Nightly list"
    }


def test_the_history_says_who_read_and_keeps_it_apart_from_what_was_done(client, signed_in, marked, team) -> None:
    objective = ObjectiveFactory(plan=marked)
    signed_in.get(f"/plans/{marked.pk}/")
    signed_in.get(f"/plans/{marked.pk}/paper.pdf")
    signed_in.post(f"/plans/{marked.pk}/note/", {"text": "We met.", "marking": "official"})
    assert objective.plan == marked
    history = signed_in.get(f"/plans/{marked.pk}/history/").content.decode()
    assert f"/plans/{marked.pk}/history/readers/" in history
    assert "Note written" in history
    assert ">Read<" not in history
    sign_in(client, person(Permission.PLAN_START, Permission.SENSITIVE_READ, team=team, name="Officer Birch"))
    page = words(client.get(f"/plans/{marked.pk}/history/readers/"))
    assert "Officer Ash" in page
    assert "Officer Birch" in page
    assert "Paper taken out" in page
    assert "Paper: The whole plan" in page
    assert "Marking: OFFICIAL-SENSITIVE" in page
    assert "note" not in page.lower()


def test_who_read_a_marked_note_is_shown_to_those_who_may_see_the_note(client, signed_in, official, team) -> None:
    NoteFactory(plan=official, marking=Marking.SENSITIVE)
    signed_in.get(f"/plans/{official.pk}/")
    assert "Note read" in words(signed_in.get(f"/plans/{official.pk}/history/readers/"))
    sign_in(client, person(Permission.PLAN_START, team=team))
    assert "Note read" not in words(client.get(f"/plans/{official.pk}/history/readers/"))


def test_the_audit_log_finds_every_kind_of_reading(signed_in, marked, official, client) -> None:
    NoteFactory(plan=official, marking=Marking.SENSITIVE)
    signed_in.get(f"/plans/{marked.pk}/")
    signed_in.get(f"/plans/{official.pk}/")
    signed_in.get(f"/plans/{marked.pk}/paper.pdf")
    AuditEvent.objects.create(
        at=timezone.now(), action="measure.records_read", by_name="Analyst", object_type="x", object_id="1"
    )
    auditor = person(Permission.AUDIT_READ)
    sign_in(client, auditor)
    client.post("/people/purpose/?next=/audit/", {"purpose": "check", "reference": ""})
    page = client.get("/audit/?action=read")
    assert page.status_code == 200
    for kind in ("Plan read", "Note read", "Plan paper taken", "Measure records read"):
        assert kind in words(page)
    assert "Plan read" not in words(client.get("/audit/?action=changed"))
