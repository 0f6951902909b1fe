"""The paper of a plan's assessment, its PDF and its bundle."""

from __future__ import annotations

import io
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from factories.assessed import assessed
from factories.people import OrganisationFactory, TeamFactory, person
from factories.problems import InvitationFactory, NamedAssessmentFactory, PlanFactory, ResponseFactory
from upstream.reports.assessment_bundle import rerun
from upstream_web.audit.models import AuditEvent
from upstream_web.people.permissions import Permission
from upstream_web.problems.changes.assessing import keep_assessed
from upstream_web.problems.changes.assessment import name_assessment
from upstream_web.problems.engine import Counted
from upstream_web.problems.models import AssessedCounts, Plan
from upstream_web.problems.queries import changed_after_start

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Plan:
    team = TeamFactory()
    owner = person(Permission.PLAN_START, team=team)
    made = PlanFactory(team=team, owner=owner, status=Plan.Status.ACTIVE, title="Robbery at the station")
    NamedAssessmentFactory(plan=made, locked_at=timezone.now(), measure="Robberies")
    return made


def client_of(plan: Plan) -> Client:
    client = Client()
    client.force_login(plan.owner)
    return client


def test_there_is_no_paper_before_it_was_assessed(plan: Plan) -> None:
    for page in ("assessed", "assessed_pdf", "assessed_bundle"):
        assert client_of(plan).get(reverse(f"problems:{page}", args=[plan.pk])).status_code == 404
    shown = client_of(plan).get(reverse("problems:assessment", args=[plan.pk])).content.decode()
    assert reverse("problems:assessed", args=[plan.pk]) not in shown


def test_the_paper_says_how_it_was_designed_and_what_was_found(plan: Plan) -> None:
    ResponseFactory(plan=plan, cost=2000)
    assessed(plan)
    text = client_of(plan).get(reverse("problems:assessed", args=[plan.pk])).content.decode()
    for words in (
        "Did it work? Robbery at the station",
        "; not changed after.",
        "Locked on",
        "crimes version 3",
        "Treated: one small area; compared with every other small area of the force.",
        "The effect by every method that the data carry",
        "It would be overturned by:",
        "Worth to society",
        "upstream assess rerun",
        "References",
    ):
        assert words in text
    page = client_of(plan).get(reverse("problems:assessment", args=[plan.pk])).content.decode()
    assert reverse("problems:assessed_bundle", args=[plan.pk]) in page
    pdf = client_of(plan).get(reverse("problems:assessed_pdf", args=[plan.pk]))
    assert pdf.content.startswith(b"%PDF")
    assert AuditEvent.objects.filter(action="plan.paper_taken").count() == 1


def test_a_design_changed_after_it_was_locked_is_said(plan: Plan) -> None:
    named = plan.named_assessments.get()
    fields = ("measure", "area", "comparison", "before_from", "before_to", "after_from", "after_to", "review_on")
    values = {name: getattr(named, name) for name in fields} | {"smallest_effect": 10.0}
    name_assessment(plan=plan, by=plan.owner, reason="The market moved.", **values)
    assessed(plan)
    text = client_of(plan).get(reverse("problems:assessed", args=[plan.pk])).content.decode()
    assert "changed after" in text
    assert "The market moved" in text
    assert ("take it as exploratory" in text) == (changed_after_start(plan) is not None)
    days = {
        "after_from": timezone.localdate() - timedelta(days=9),
        "after_to": timezone.localdate() + timedelta(days=9),
    }
    early = {
        "before_from": days["after_from"] - timedelta(days=99),
        "before_to": days["after_from"] - timedelta(days=1),
    }
    for _ in range(2):
        name_assessment(plan=plan, by=plan.owner, reason="Again.", **values | days | early)
    assessed(plan)
    text = client_of(plan).get(reverse("problems:assessed", args=[plan.pk])).content.decode()
    assert "take it as exploratory" in text


def test_a_bundle_counts_again_as_counted_or_rounded(plan: Plan, tmp_path: Path) -> None:
    assessed(plan)
    for query, kind in (("", "bundle"), ("?for=anybody", "bundle, rounded")):
        got = client_of(plan).get(reverse("problems:assessed_bundle", args=[plan.pk]) + query)
        assert got["Content-Disposition"] == f'attachment; filename="{plan.ref}-assessment.zip"'
        file = tmp_path / "bundle.zip"
        file.write_bytes(got.content)
        made = rerun(file)
        assert (made.differs, made.damaged, bool(made.rounded)) == ((), (), bool(query))
        assert AuditEvent.objects.latest("pk").details["paper"] == kind
    with zipfile.ZipFile(io.BytesIO(got.content)) as opened:
        assert b"S01000002" not in opened.read("counts.csv")


def test_counts_that_were_not_kept_are_said(plan: Plan) -> None:
    assessed(plan, counts=False)
    assert (
        "recorded crimes of robbery"
        in client_of(plan).get(reverse("problems:assessed", args=[plan.pk])).content.decode()
    )
    got = client_of(plan).get(reverse("problems:assessed_bundle", args=[plan.pk]), follow=True)
    assert "The counts of this assessment were not kept" in got.content.decode()


def test_counts_are_kept_apart_from_what_was_found(plan: Plan) -> None:
    found = Counted(asked={}, data_versions={}, engine_version="3", result={"main": 1, "panel": {"units": []}})
    row = keep_assessed(plan=plan, by=plan.owner, named=plan.named_assessments.get(), found=found)
    assert row.result == {"main": 1}
    assert AssessedCounts.objects.get().data == {"units": []}
    assert found.result["panel"]  # what was found is not changed


def test_a_partner_who_is_invited_gets_the_change_alone_and_rounded_data(plan: Plan) -> None:
    ResponseFactory(plan=plan, cost=2000)
    assessed(plan)
    housing = OrganisationFactory(kind="council")
    partner = person(Permission.PLAN_START, team=TeamFactory(organisation=housing))
    InvitationFactory(plan=plan, organisation=housing, assessment="read")
    client = Client()
    client.force_login(partner)
    text = client.get(reverse("problems:assessed", args=[plan.pk])).content.decode()
    assert "Small numbers are withheld" in text
    assert "Worth to society" not in text
    assert "In its own terms" not in text
    got = client.get(reverse("problems:assessed_bundle", args=[plan.pk]))  # not asked for rounded
    with zipfile.ZipFile(io.BytesIO(got.content)) as opened:
        assert b"S01000002" not in opened.read("counts.csv")
        assert "rounded to the nearest 5" in opened.read("README.md").decode()
    page = client.get(reverse("problems:assessment", args=[plan.pk])).content.decode()
    assert "small numbers rounded" in page
    assert "as counted</a>" not in page
