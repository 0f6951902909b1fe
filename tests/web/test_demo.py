"""The demonstration: an account for each role, plans at every stage; refused where people are real."""

import datetime
import tomllib

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from fixtures_events import made
from upstream_web.audit.queries import history_of
from upstream_web.demo import in_records as in_records_module
from upstream_web.demo import plans as demo_plans
from upstream_web.demo.assessed import make_assessed_plans
from upstream_web.demo.in_records import in_records
from upstream_web.demo.needs import make_needs
from upstream_web.demo.people import make_cast
from upstream_web.demo.plans import make_plans
from upstream_web.demo.reports import begin_reports, publish_report
from upstream_web.evidence.models import LocalResult
from upstream_web.measures.models import Calculation
from upstream_web.needs.engine import patrols
from upstream_web.needs.models import IndexVersion, PatrolPlan, PatrolStop, PatrolVisit
from upstream_web.people.models import Role
from upstream_web.problems.access import visible_plans
from upstream_web.problems.engine import effect_of
from upstream_web.problems.models import Plan
from upstream_web.problems.queries import overdue_assessments
from upstream_web.reports import engine
from upstream_web.reports.models import Report

pytestmark = pytest.mark.django_db
FORCE = {
    "force": {"key": "marchwold", "name": "Marchwold"},
    "areas": [{"code": code, "name": f"Area {code}"} for code in "ABCDE"],
}


@pytest.fixture
def cast():
    call_command("load_roles", verbosity=0)
    call_command("load_evidence", verbosity=0)
    return make_cast(FORCE, "marchwold-demonstration")


def test_there_is_an_account_for_every_role(cast) -> None:
    held = {user.memberships.get().role.key for user in cast.people.values()}
    assert held == set(Role.objects.values_list("key", flat=True))


def test_the_policing_body_changes_its_form_when_offices_end(cast) -> None:
    forms = cast.organisations["body"].forms
    assert forms.current(on=datetime.date(2026, 1, 1)).get().form == "commissioner"
    assert forms.current(on=datetime.date(2028, 6, 1)).get().form == "board"


def test_plans_are_varied_dated_and_have_histories(cast) -> None:
    made = make_plans(cast, number=24)
    plans = Plan.objects.all()
    assert len(made) == plans.count() == 24
    assert len(set(plans.values_list("title", flat=True))) > 20
    assert len(set(plans.values_list("status", flat=True))) >= 4
    assert not plans.filter(opened_on__gt=timezone.localdate()).exists()
    assert not plans.filter(title__contains="{").exists()
    assert all(history_of(plan).exists() and plan.versions.exists() for plan in plans)
    assert visible_plans(cast.people["officer@demo.example"]).count() > 0
    assert visible_plans(cast.people["panel@demo.example"]).count() == 0
    partners = visible_plans(cast.people["council@demo.example"])
    assert set(partners) == set(
        plans.filter(invitations__organisation=cast.organisations["council"], marking="official")
    )


def test_reports_are_published_by_others_than_their_maker_unless_the_check_finds_fault(
    cast, monkeypatch, ready: Calculation, django_capture_on_commit_callbacks
) -> None:
    fault = engine.Found("rows_copied", "error", "line 3", "1 is 1")
    monkeypatch.setattr(engine, "draw", lambda *_, public, **__: engine.Drawn({"html": b"<p>"}, (fault,) * public))
    with django_capture_on_commit_callbacks(execute=True):
        panels, everybodys = begin_reports(cast.people, ready.month)
    for report in (panels, everybodys):
        publish_report(report, cast.people)
    assert panels.steps.last().by == cast.people["deputy@demo.example"]
    assert {report.audience: report.state for report in Report.objects.all()} == {
        "internal": "published",
        "public": "draft",
    }


def test_plans_of_planted_effects_are_assessed_from_the_records(figures, small_force) -> None:
    call_command("load_roles", verbosity=0)
    call_command("load_evidence", verbosity=0)
    cast = make_cast(tomllib.loads((figures / "upstream.toml").read_text("utf-8")), "marchwold-demonstration")
    in_records(cast)
    make_plans(cast, number=1)  # the people of each area come with its plans
    made = make_assessed_plans(cast, small_force.folder / "manifest.json")
    assert len(made) == 4
    for plan in made:
        row, named = plan.assessed.get(), plan.named_assessments.get()
        assert (len(row.asked["treated"]), len(row.asked["comparison"])) == (16, 16)
        assert plan.opened_on < plan.approved_on < named.after_from
        assert named.after_to <= datetime.date(2022, 6, 30)
        assert plan.status == ("closed" if plan.results.exists() else "assessing")
    assert {plan.status for plan in made} == {"closed", "assessing"}
    ended = [plan for plan in made if plan.status == "closed"]
    for plan in ended:
        local, found = LocalResult.objects.get(plan_ref=plan.ref), effect_of(plan.assessed.get())
        told = (found.change, found.lower, found.upper) if min(found.cases, found.expected) >= 20 else (None,) * 3
        assert (local.effect, local.lower, local.upper) == told
        verdict = plan.results.get().verdict
        assert (verdict == "worked", verdict == "worse") == (found.good, found.bad)


def test_ended_plans_lie_in_the_years_of_the_records_and_few_others_are_overdue(figures, monkeypatch) -> None:
    """Whatever the force: places of the records are asked where there are enough, else the result is by hand."""
    monkeypatch.setattr(in_records_module, "TREATED", 4)
    monkeypatch.setattr(in_records_module, "COMPARED", 8)
    monkeypatch.setattr(demo_plans, "FATES", (("closed none", 0.5), ("assessing", 0.5)))
    call_command("load_roles", verbosity=0)
    call_command("load_evidence", verbosity=0)
    cast = make_cast(tomllib.loads((figures / "upstream.toml").read_text("utf-8")), "marchwold-demonstration")
    plans = make_plans(cast, number=6, within=in_records(cast))
    ended = [plan for plan in plans if plan.status == "closed"]
    assert ended
    for plan in ended:
        named, last = plan.named_assessments.get(), datetime.date(2022, 6, 30)
        assert datetime.date(2018, 4, 1) <= named.before_from < named.after_to <= last
        assert named.made_at.date() < named.locked_at.date() < named.after_from
        assert plan.results.get().made_at.date() == plan.closed_on <= last
        assert not plan.assessed.exists() or plan.assessed.get().named == named
    assert any(plan.assessed.exists() for plan in ended)
    under_way = Plan.objects.filter(status="assessing")
    assert under_way.count() > len(overdue_assessments(under_way, timezone.localdate()))


def test_the_demonstration_is_refused_where_people_are_real(settings) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="known passwords"):
        call_command("demo", no_serve=True)


def test_needs_are_counted_and_a_patrol_is_partly_delivered(cast, needs_force, settings, monkeypatch) -> None:
    settings.ENGINE_SETTINGS = needs_force.folder / "upstream.toml"
    rng = np.random.default_rng(1)
    town = made(rng.uniform(400_000, 400_800, 300), rng.uniform(300_000, 300_400, 300), rng.integers(0, 365, 300))
    monkeypatch.setattr(patrols, "_events", lambda *_: town)
    make_needs(cast.people)
    assert IndexVersion.objects.get().content["areas"]
    plan = PatrolPlan.objects.get()
    assert plan.made_by == cast.people["sergeant@demo.example"]
    due = PatrolStop.objects.filter(spot__plan=plan, start__lt=timezone.now()).count()
    assert 0.4 * due < PatrolVisit.objects.filter(spot__plan=plan).count() < due
