"""A partner reads the stages of a plan that are open to them, and no word of another, wherever they look."""

import io
import zipfile
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from factories.people import OrganisationFactory, TeamFactory, person
from factories.problems import (
    ActionFactory,
    AnswerFactory,
    InvitationFactory,
    NamedAssessmentFactory,
    NoteFactory,
    ObjectiveFactory,
    PlanFactory,
    ResponseFactory,
    ResultFactory,
)
from factories.signing_in import sign_in
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission
from upstream_web.problems.access import visible_actions
from upstream_web.problems.models import Hypothesis, Plan
from upstream_web.problems.urls import urlpatterns
from upstream_web.programs.changes import make_token
from upstream_web.programs.models import Scope

pytestmark = pytest.mark.django_db
STAGES = Plan.Stage.values
SAYS = {
    "scanning": ("heron-scanning",),
    "analysis": ("heron-analysis", "heron-hypothesis"),
    "response": ("heron-objective", "heron-response", "heron-action"),
    "assessment": ("heron-named", "heron-lesson"),
    "nothing that a partner reads": ("heron-note", "heron-sensitive"),
}
"""Words that stand on each stage, and in what no invitation of these opens."""


@pytest.fixture
def plan() -> Plan:
    made = PlanFactory(status="active", team=TeamFactory())
    hypothesis = Hypothesis.objects.create(plan=made, statement="heron-hypothesis", test="Look")
    AnswerFactory(plan=made, question="community", text="heron-scanning")
    AnswerFactory(plan=made, question="why", text="heron-analysis")
    ObjectiveFactory(plan=made, what="heron-objective")
    ResponseFactory(plan=made, title="heron-response", hypothesis=hypothesis)
    ActionFactory(plan=made, title="heron-action")
    ActionFactory(plan=made, title="heron-sensitive", marking="sensitive")
    NamedAssessmentFactory(plan=made, measure="heron-named")
    ResultFactory(plan=made, lesson="heron-lesson")
    NoteFactory(plan=made, text="heron-note")
    return made


def addresses(plan: Plan) -> Iterator[str]:
    """Every address below a plan, its parts' and its actions', and every list that may speak of it."""
    parts = {
        "hypothesis": plan.hypotheses.get().pk, "objective": plan.objectives.get().pk, "invitation": 1,
        "response": plan.responses.get().pk, "action": plan.actions.first().pk, "step": "submit", "file": 1, "row": 1,
        "stage": "scanning", "group": "cheers",
    }  # fmt: skip
    for pattern in urlpatterns:
        needed = {*pattern.pattern.converters}
        if "pk" not in needed or pattern.name.startswith("workbook"):
            continue
        kind = pattern.name.partition("_")[2].partition("_")[0]
        of = plan.actions.all() if str(pattern.pattern).startswith("actions/") else [plan]
        for one in of:
            given = parts | {"pk": one.pk, "part": parts.get(kind, parts["response"])}
            for stage in STAGES if "stage" in needed else ("",):
                values = given | ({"stage": stage} if stage else {})
                yield reverse(f"problems:{pattern.name}", kwargs={key: values[key] for key in needed})
    yield from (f"/plans/?words={word}&show=all" for words in SAYS.values() for word in words)
    yield from (f"/search/?q={word}" for words in SAYS.values() for word in words)
    yield from ("/", "/actions/", "/notices/", "/plans/export.csv?show=all", "/plans/export.xlsx?show=all")
    yield from ("/plans/dashboard/", f"/plans/meeting/?area={plan.area.code}")
    yield from ("/api/v1/plans", "/api/v1/actions", f"/api/v1/plans/{plan.pk}", f"/api/v1/plans/{plan.pk}/actions")


def read(client: Client, address: str) -> str:
    """What an address says, the words that were asked for aside."""
    answer = client.get(address)
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            content = b" ".join(archive.read(name) for name in archive.namelist())
    asked = address.partition("=")[2].partition("&")[0]
    return (
        content.decode(errors="ignore").replace(asked, "")
        if asked.startswith("heron")
        else content.decode(errors="ignore")
    )


def partner_invited_to(plan: Plan, extents: dict[str, str]) -> User:
    housing = OrganisationFactory(kind="housing")
    nothing = dict.fromkeys(STAGES, "none")
    InvitationFactory(plan=plan, organisation=housing, **nothing | extents)
    return person(Permission.PLAN_START, Permission.SENSITIVE_READ, team=TeamFactory(organisation=housing))


@pytest.mark.parametrize("extent", ["read", "write"])
@pytest.mark.parametrize("stage", STAGES)
def test_a_partner_reads_no_word_of_a_stage_that_is_shut(plan: Plan, stage: str, extent: str) -> None:
    partner = partner_invited_to(plan, {stage: extent})
    secret = make_token(by=partner, name="List", scopes=Scope.values, days=30).secret
    pages = sign_in(Client(), partner)
    program = Client(headers={"authorization": f"Bearer {secret}"})
    found = set()
    for address in addresses(plan):
        text = read(program if address.startswith("/api") else pages, address)
        for of, words in SAYS.items():
            for word in words:
                if word in text:
                    assert of == stage, f"{address} says {word} to a partner invited to {stage}"
                    found.add(word)
    assert found == {*SAYS[stage]}, "if the stage itself says nothing, this proves nothing"


def test_a_cause_that_a_partner_may_not_read_stays_when_they_change_the_response(plan: Plan) -> None:
    partner = partner_invited_to(plan, {"response": "write"})
    response = plan.responses.get()
    client = sign_in(Client(), partner)
    address = f"/plans/{plan.pk}/response/{response.pk}/change/"
    given = {"title": "Wider doors", "mechanism": "m", "tier": "primary", "version": response.version}
    given |= {"organisation": response.organisation_id, "side": response.side, "hypothesis": ""}
    assert client.post(address, given).status_code == 302
    response.refresh_from_db()
    assert (response.title, response.hypothesis.statement) == ("Wider doors", "heron-hypothesis")


def test_a_marked_plan_that_opens_by_an_invitation_alone_opens_as_far_as_that_goes(plan: Plan) -> None:
    """Of a team that may not read what is marked, in a body that is invited to scanning of a marked plan."""
    Plan.objects.update(marking="sensitive")
    body = OrganisationFactory(kind="housing")
    InvitationFactory(plan=plan, organisation=body, scanning="read", response="none", sensitive=True)
    officer = person(Permission.PLAN_SEE_AREA, team=TeamFactory(organisation=body, area=plan.area))
    client = sign_in(Client(), officer)
    assert client.get(f"/plans/{plan.pk}/").status_code == 200
    assert client.get(f"/plans/{plan.pk}/response/").status_code == 404
    assert not visible_actions(officer).exists()
    assert "heron-action" not in read(client, "/search/?q=action")
