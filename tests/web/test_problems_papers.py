"""Papers of a plan: to print, as PDF, in brief; the sheet of a meeting; what the public reads."""

import datetime
import io
import json
import re
from typing import Any

import pikepdf
import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from factories.people import AreaFactory, OrganisationFactory, TeamFactory, person
from factories.problems import (
    ActionFactory,
    AnswerFactory,
    InvitationFactory,
    NamedAssessmentFactory,
    ObjectiveFactory,
    PlanFactory,
    ResponseFactory,
    ResultFactory,
)
from factories.signing_in import sign_in
from upstream.reports.pdf import as_typst_data
from upstream_web.audit.models import AuditEvent
from upstream_web.people.permissions import Permission
from upstream_web.problems.changes.public import approve_summary, withdraw_summary
from upstream_web.problems.models import Plan, PublicSummary
from upstream_web.problems.public_words import told_by
from upstream_web.problems.views import papers

pytestmark = pytest.mark.django_db
TYPST = "#panic(1) $x^2$ *bold* _it_ @ref \\ `raw` <label> // comment {{ 7*7 }} <script>alert(1)</script>"


@pytest.fixture
def officer():
    area = AreaFactory(code="NORTH", name="North")
    return person(Permission.PLAN_START, Permission.SENSITIVE_READ, team=TeamFactory(area=area))


@pytest.fixture
def team(officer):
    return officer.memberships.get().team


@pytest.fixture
def signed_in(client: Client, officer) -> Client:
    sign_in(client, officer)
    return client


@pytest.fixture
def supervisor(team):
    return person(Permission.PLAN_SUPERVISE, Permission.PLAN_START, team=team, area=team.area)


def full_plan(**fields: Any) -> Plan:
    plan = PlanFactory(problem="Thefts from shops on the parade every Friday.", **fields)
    AnswerFactory(plan=plan, question="community", text="Shoppers and staff.")
    AnswerFactory(plan=plan, question="why", text="Exits are not watched.")
    ObjectiveFactory(plan=plan)
    ResponseFactory(plan=plan)
    ActionFactory(plan=plan, title="Move the till")
    NamedAssessmentFactory(plan=plan)
    ResultFactory(plan=plan)
    return plan


def words(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).replace("&#39;", "'")


@pytest.fixture
def as_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """PDFs come as the data that they are laid out from, so that their words can be read."""
    monkeypatch.setattr(papers, "render_pdf", lambda document: as_typst_data(document).encode())


def data_of(answer: Any) -> dict[str, Any]:
    assert answer.status_code == 200, answer.status_code
    assert answer["Content-Type"] == "application/pdf"
    return json.loads(answer.content)


def text_of(data: Any) -> str:
    """Every word of it, in order."""
    if isinstance(data, dict):
        return " ".join(text_of(value) for value in data.values())
    if isinstance(data, list):
        return " ".join(text_of(value) for value in data)
    return str(data)


def pdf(answer: Any) -> pikepdf.Pdf:
    assert answer.status_code == 200, answer.status_code
    return pikepdf.open(io.BytesIO(answer.content))


PARTS = ("Shoppers and staff.", "Exits are not watched.", "Move the till", "Staff greet everybody", "Go on greeting")


def test_the_whole_plan_prints_and_its_pdf_says_the_same(signed_in, team, as_data) -> None:
    plan = full_plan(team=team)
    page = words(signed_in.get(f"/plans/{plan.pk}/paper/"))
    said = text_of(data_of(signed_in.get(f"/plans/{plan.pk}/paper.pdf")))
    for part in (plan.title, plan.ref, *PARTS, "Fewer thefts from shops", "The market square"):
        assert part in page
        assert part in said


@pytest.mark.parametrize("kind", ["paper", "brief"])
def test_pdfs_are_tagged_titled_and_in_english(signed_in, team, kind) -> None:
    plan = full_plan(team=team)
    answer = signed_in.get(f"/plans/{plan.pk}/{kind}.pdf")
    assert answer["Content-Disposition"] == f'attachment; filename="{plan.ref}-{kind}.pdf"'
    with pdf(answer) as paper:
        assert paper.Root.MarkInfo.Marked
        assert str(paper.Root.Lang) == "en-GB"
        with paper.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == f"{plan.title} - {plan.ref}"


def test_the_highest_marking_counts(signed_in, team, as_data) -> None:
    plan = full_plan(team=team)
    assert data_of(signed_in.get(f"/plans/{plan.pk}/paper.pdf"))["marking"] == "OFFICIAL"
    ActionFactory(plan=plan, title="Visit the witness", marking="sensitive")
    assert data_of(signed_in.get(f"/plans/{plan.pk}/paper.pdf"))["marking"] == "OFFICIAL-SENSITIVE"
    page = signed_in.get(f"/plans/{plan.pk}/paper/").content.decode()
    assert "app-paper--sensitive" in page
    assert page.count("OFFICIAL-SENSITIVE") >= 2


def test_what_people_typed_is_never_source(signed_in, team) -> None:
    plan = full_plan(team=team, title=TYPST[:160])
    ActionFactory(plan=plan, title=TYPST[:200], details=TYPST)
    for kind in ("paper", "brief"):
        with (
            pdf(signed_in.get(f"/plans/{plan.pk}/{kind}.pdf")) as paper,
            paper.open_metadata() as metadata,
        ):
            assert metadata["dc:title"] == f"{plan.title} - {plan.ref}"
        page = signed_in.get(f"/plans/{plan.pk}/{kind}/").content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_the_brief_is_one_sheet_however_long_the_plan(signed_in, team) -> None:
    plan = full_plan(team=team, status="submitted")
    Plan.objects.filter(pk=plan.pk).update(problem="A very long story of it. " * 400)
    for at in range(12):
        ObjectiveFactory(plan=plan, what="A long objective that goes on about what will change. " * 20)
        ActionFactory(plan=plan, title="An action with a title that says what somebody is to do " * 3, number=70 + at)
        ResponseFactory(plan=plan, title="A response with a title that says what somebody is to do " * 2)
    with pdf(signed_in.get(f"/plans/{plan.pk}/brief.pdf")) as brief:
        assert len(brief.pages) == 1
    page = words(signed_in.get(f"/plans/{plan.pk}/brief/"))
    assert "Approve the plan, or return it with comments." in page
    assert "…" in page


def test_a_partner_gets_the_stages_opened_to_them_and_no_sensitive_action(client, team, as_data) -> None:
    plan = full_plan(team=team)
    ActionFactory(plan=plan, title="Visit the witness", marking="sensitive")
    partner = person(Permission.PLAN_START, team=TeamFactory(organisation=OrganisationFactory(kind="council")))
    body = partner.memberships.get().team.organisation
    InvitationFactory(plan=plan, organisation=body, scanning="read", analysis="none", response="read")
    client.force_login(partner)
    for address in ("paper/", "paper.pdf"):
        answer = client.get(f"/plans/{plan.pk}/{address}")
        said = text_of(data_of(answer)) if address.endswith("pdf") else words(answer)
        assert "Shoppers and staff." in said
        assert "Move the till" in said
        for hidden in ("Exits are not watched.", "Go on greeting", "Visit the witness", "Supervision", "SENSITIVE"):
            assert hidden not in said


@pytest.mark.parametrize("address", ["paper/", "paper.pdf", "brief/", "brief.pdf", "public/"])
def test_papers_are_as_hidden_as_their_plan(client, officer, address) -> None:
    plan = full_plan()
    assert client.get(f"/plans/{plan.pk}/{address}").status_code == 302
    sign_in(client, officer)
    assert client.get(f"/plans/{plan.pk}/{address}").status_code == 404


def test_taking_a_paper_along_is_recorded(signed_in, team, officer) -> None:
    plan = full_plan(team=team)
    signed_in.get(f"/plans/{plan.pk}/brief.pdf")
    event = AuditEvent.objects.get(action="plan.paper_taken")
    assert (event.by_id, event.object_id, event.details["paper"]) == (officer.pk, str(plan.pk), "brief")
    signed_in.get("/plans/meeting/NORTH/sheet.pdf")
    assert AuditEvent.objects.filter(action="plan.meeting_sheet_taken", object_id=str(plan.area_id)).exists()


def test_an_ended_plan_has_a_day_of_its_end_and_no_next_review(signed_in, team) -> None:
    open_, ended = full_plan(team=team, next_review_on="2026-03-01"), full_plan(team=team, next_review_on="2026-03-01")
    Plan.objects.filter(pk=ended.pk).update(status="closed", closed_on="2026-02-03")
    said = words(signed_in.get(f"/plans/{ended.pk}/paper/"))
    assert "Ended on" in said
    assert "3 February 2026" in said
    assert "Next review" not in said
    assert "Next review" in words(signed_in.get(f"/plans/{open_.pk}/paper/"))


# --- the meeting ------------------------------


def test_the_sheet_has_decisions_and_open_actions_by_organisation(signed_in, team, as_data) -> None:
    council = OrganisationFactory(name="Aldercombe Council", kind="council")
    plan = full_plan(team=team, status="submitted", title="Thefts on the parade")
    quiet = PlanFactory(team=team, status="active", next_review_on=timezone.localdate(), title="Nothing to decide")
    late = PlanFactory(team=team, status="active", next_review_on=datetime.date(2026, 1, 2), title="A late review")
    ActionFactory(plan=quiet, title="Mend the light", organisation=council, owner_name="Sam Reed", number=40)
    ActionFactory(plan=quiet, title="Already done", organisation=council, state="done", done_on="2026-02-01", number=41)
    ActionFactory(plan=quiet, title="Secret visit", organisation=council, marking="sensitive", number=42)
    PlanFactory(team=team, status="submitted", title="Marked plan", marking="sensitive")
    elsewhere = full_plan(status="submitted", title="Elsewhere")
    page = words(signed_in.get("/plans/meeting/?area=NORTH"))
    said = text_of(data_of(signed_in.get("/plans/meeting/NORTH/sheet.pdf")))
    for shown in (page, said):
        assert plan.title in shown
        assert late.title in shown
        assert quiet.title not in shown
        assert elsewhere.title not in shown
        assert shown.index("Aldercombe Council") < shown.index("Mend the light")
        assert "Sam Reed" in shown
        assert "30 June 2026" in shown
        for hidden in ("Already done", "Secret visit", "Marked plan"):
            assert hidden not in shown
    assert "2, of which 2 overdue" in page


def test_the_sheet_asks_for_an_area_and_knows_no_other(signed_in, client) -> None:
    assert "Make the sheet" in words(signed_in.get("/plans/meeting/"))
    assert signed_in.get("/plans/meeting/?area=NOWHERE").status_code == 404
    assert signed_in.get("/plans/meeting/NOWHERE/sheet.pdf").status_code == 404


def test_the_sheet_takes_few_queries_however_many_rows(signed_in, team, django_assert_max_num_queries) -> None:
    for at in range(12):
        plan = full_plan(team=team, status="submitted")
        ActionFactory(plan=plan, organisation=OrganisationFactory(), number=50 + at)
    with django_assert_max_num_queries(20):
        signed_in.get("/plans/meeting/?area=NORTH")
    with django_assert_max_num_queries(20):
        signed_in.get(f"/plans/{plan.pk}/paper/")


# --- the public ------------------------------

GOOD = "People told us of thefts from shops. Staff now greet everybody, and thefts fell by about a quarter."


def publish(client: Client, plan: Plan, **given: Any) -> Any:
    data = {"title": "Thefts from shops", "text": GOOD, "read": "on", **given}
    return client.post(f"/plans/{plan.pk}/public/", {name: value for name, value in data.items() if value})


def test_a_supervisor_publishes_and_anybody_reads_it_without_names_or_markings(client, supervisor, team) -> None:
    plan = full_plan(team=team, status="active", place="12 Mill Lane", public_summary=GOOD)
    address = f"/plans/public/{plan.ref}/"
    assert client.get(address).status_code == 404
    sign_in(client, supervisor)
    assert GOOD in words(client.get(f"/plans/{plan.pk}/public/"))
    assert publish(client, plan).status_code == 302
    client.logout()
    page = words(client.get(address))
    assert GOOD in page
    for hidden in ("OFFICIAL", plan.owner.name, "12 Mill Lane", "Move the till", plan.title):
        assert hidden not in page
    assert "Thefts from shops" in words(client.get("/plans/public/"))
    event = AuditEvent.objects.get(action="plan.public_summary_approved")
    assert event.by_id == supervisor.pk


def test_what_the_plan_says_later_is_not_public_until_it_is_approved_anew(client, supervisor, team) -> None:
    plan = full_plan(team=team, status="active")
    sign_in(client, supervisor)
    publish(client, plan)
    Plan.objects.filter(pk=plan.pk).update(title="The Smith boys", public_summary="About the Smiths")
    assert "Smith" not in words(client.get(f"/plans/public/{plan.ref}/"))
    publish(client, plan, text="Shorter now.")
    assert "Shorter now." in words(client.get(f"/plans/public/{plan.ref}/"))
    assert PublicSummary.objects.count() == 2
    client.post(f"/plans/{plan.pk}/public/withdraw/")
    assert client.get(f"/plans/public/{plan.ref}/").status_code == 404
    assert AuditEvent.objects.filter(action="plan.public_summary_withdrawn").count() == 1


@pytest.mark.parametrize("change", [{"status": "withdrawn", "closed_on": "2026-02-01"}, {"marking": "sensitive"}])
def test_a_plan_that_may_no_longer_be_public_is_not(client, supervisor, team, change) -> None:
    plan = full_plan(team=team, status="active")
    approve_summary(plan=plan, by=supervisor, title="T", text=GOOD)
    assert client.get(f"/plans/public/{plan.ref}/").status_code == 200
    Plan.objects.filter(pk=plan.pk).update(**change)
    assert client.get(f"/plans/public/{plan.ref}/").status_code == 404
    assert plan.ref not in client.get("/plans/public/").content.decode()


@pytest.mark.parametrize("fields", [{"status": "draft"}, {"status": "active", "marking": "sensitive"}])
def test_only_an_approved_official_plan_is_published(supervisor, team, fields) -> None:
    plan = full_plan(team=team, **fields)
    with pytest.raises(ValidationError, match="Only an approved plan"):
        approve_summary(plan=plan, by=supervisor, title="T", text=GOOD)


def test_the_team_does_not_publish_and_nobody_publishes_unread(signed_in, client, supervisor, team) -> None:
    plan = full_plan(team=team, status="active")
    assert publish(signed_in, plan).status_code == 403
    assert signed_in.post(f"/plans/{plan.pk}/public/withdraw/").status_code == 403
    sign_in(client, supervisor)
    assert publish(client, plan, read="").status_code == 200
    assert not PublicSummary.objects.exists()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Write to sam@example.org.", "an e-mail address"),
        ("Ring 01632 960123 or +44 1632 960 123.", "a telephone number"),
        ("The flats at WR1 2AB.", "a postcode"),
        ("We closed 14 Mill Lane.", "an address"),
        ("OFFICIAL: do not copy.", "a protective marking"),
        ("There were 3 burglaries.", "a count under five"),
        ("It was Sam Reed who did it.", "a name: Sam Reed"),
    ],
)
def test_words_that_tell_one_person_from_another_are_refused(supervisor, team, text, told) -> None:
    plan = full_plan(team=team, status="active")
    ActionFactory(plan=plan, owner_name="Sam Reed", number=60)
    with pytest.raises(ValidationError, match=told):
        approve_summary(plan=plan, by=supervisor, title="T", text=text)


@pytest.mark.parametrize(
    "text", ["Down from 40 to 25 on 3 May 2026.", "At 2:30 pm", "1,204 people, 4.5 per cent", "Phase 12", GOOD]
)
def test_ordinary_words_pass(text: str) -> None:
    assert told_by(text, ["Sam Reed"]) == []


def test_one_public_summary_at_a_time_is_a_rule_of_the_database(supervisor, team) -> None:
    plan = full_plan(team=team, status="active")
    row = approve_summary(plan=plan, by=supervisor, title="T", text=GOOD)
    with pytest.raises(IntegrityError), transaction.atomic():
        PublicSummary.objects.create(plan=plan, title="T", text="x", approved_at=row.approved_at)
    withdraw_summary(plan=plan, by=supervisor)
    assert not plan.public_summaries.filter(withdrawn_at__isnull=True).exists()
