"""Counting a plan's records on one click: the engine's own figures, kept; small numbers kept from partners."""

import datetime
import itertools
import re
import uuid
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client, TestCase
from django.utils import timezone

from factories.people import AreaFactory, OrganisationFactory, TeamFactory, person
from factories.problems import InvitationFactory, PlanFactory
from upstream.analyse.kept import COUNTS_ALONE, as_data, from_data
from upstream.analyse.problem_profile import ProblemProfile
from upstream.analyse.profile_counts import ProfileOf, profile
from upstream.periods import Month
from upstream.store import Store
from upstream.store.scopes import ReadingScope, readings
from upstream_web.audit.models import AuditEvent
from upstream_web.people.permissions import Permission
from upstream_web.problems.models import Plan
from upstream_web.runs.models import Run
from upstream_web.runs.tasks import carry_out

pytestmark = pytest.mark.django_db
PERIOD = {"period_from": datetime.date(2021, 4, 1), "period_to": datetime.date(2022, 6, 30)}
TYPES = ["Burglary", "Shoplifting"]


@pytest.fixture
def officer():
    return person(Permission.PLAN_START, team=TeamFactory(area=AreaFactory(code="A", name="South")))


@pytest.fixture
def plan(officer) -> Plan:
    return PlanFactory(team=officer.memberships.get().team, crime_types=TYPES, **PERIOD)


@pytest.fixture
def signed_in(client: Client, officer) -> Client:
    client.force_login(officer)
    return client


def words(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode())).replace("&#39;", "'")


def count(client: Client, plan: Plan, stage: str = "analysis") -> Any:
    """Ask for it and go where it leads: to what was counted, or to why nothing was."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        asked = client.post(f"/plans/{plan.pk}/records/count/", {"stage": stage})
    run = Run.objects.latest("id")
    assert asked["Location"] == f"/work/{run.pk}/"
    return client.get(run.output_address or asked["Location"])


def by_the_engine(folder: Any) -> Any:
    scope = ReadingScope(
        "tests", "beside the page", frozenset({"crimes", "incidents", "people_in_crimes"}), ("A",), personal=True
    )
    of = ProfileOf(Month(2021, 4), Month(2022, 6), ("A",), (), tuple(TYPES), force="marchwold")
    return profile(of, Store(next(folder.glob("store*"))), scope)


def test_one_click_counts_keeps_versions_and_shows_the_engines_figures(signed_in, plan, figures) -> None:
    before = words(signed_in.get(f"/plans/{plan.pk}/analysis/"))
    assert "Not counted yet" in before
    page = count(signed_in, plan, "scanning")
    assert page.wsgi_request.path == f"/plans/{plan.pk}/scanning/"
    shown, expected = words(page), by_the_engine(figures)
    row = plan.slices.get()
    assert from_data(row.result).profile.total == expected.total > 20
    assert row.asked["from"] == "2021-04"
    beside = dict.fromkeys(("ages_and_sexes", "places_lsoa", "places_population"), 0)
    assert row.data_versions == {one.table: one.version for one in expected.tables} | beside
    assert f"{expected.total:,} , April 2021 to June 2022" in shown
    assert f"{float(expected.harm.days):,.0f} days of harm" in shown
    assert f"Not verified: £{float(expected.cost.unchecked):,.0f}" in shown.replace(" £", " £")
    analysis = signed_in.get(f"/plans/{plan.pk}/analysis/").content.decode()
    assert analysis.count('role="img"') == 4  # one of them twice: for wide and for narrow screens
    for part in expected.small_areas[:3]:
        assert part.name in analysis
    for month in expected.months:
        assert month.month.label in analysis


def test_counting_is_audited_logged_and_the_older_one_stays(signed_in, plan, officer, figures) -> None:
    store = Store(next(figures.glob("store*")))
    before = len(readings(store.root))
    count(signed_in, plan)
    count(signed_in, plan)
    assert plan.slices.count() == 2
    events = AuditEvent.objects.filter(action="plan.records_counted")
    assert events.count() == 2
    assert events.first().details["asked"]["crime_types"] == TYPES
    line = readings(store.root)[before]
    assert (line["who"], line["areas"], line["table"]) == (officer.email, ["A"], "people_in_crimes")
    assert plan.ref in line["purpose"]
    older = plan.slices.last()
    listed = signed_in.get(f"/plans/{plan.pk}/records/").content.decode()
    assert f"/plans/{plan.pk}/records/{older.pk}/" in listed
    assert "When, where and who again" in words(signed_in.get(f"/plans/{plan.pk}/records/{older.pk}/"))
    plan.refresh_from_db()
    assert plan.stage == Plan.Stage.ANALYSIS


def test_small_areas_named_in_the_details_narrow_the_place_and_never_leave_the_area(signed_in, plan, figures) -> None:
    whole = by_the_engine(figures)
    first = whole.small_areas[0]
    details = {
        "title": plan.title, "size": "standard", "marking": "official", "review_every_days": 28, "version": 0,
        "crime_types": TYPES, "small_areas": f"{first.key.lower()}, {first.key}", "public_summary": "",
        "period_from-day": 1, "period_from-month": 4, "period_from-year": 2021,
        "period_to-day": 30, "period_to-month": 6, "period_to-year": 2022,
    }  # fmt: skip
    plan.refresh_from_db()
    details["version"] = plan.version
    answer = signed_in.post(f"/plans/{plan.pk}/details/", details)
    assert answer.status_code == 302, answer.content.decode()
    plan.refresh_from_db()
    assert plan.small_areas == [first.key]
    count(signed_in, plan)
    assert plan.slices.get().result["profile"]["total"] == first.count
    Plan.objects.filter(pk=plan.pk).update(area=AreaFactory(code="B", name="North"))
    count(signed_in, plan)
    assert plan.slices.first().result["profile"]["total"] == 0


@pytest.mark.parametrize(
    ("area", "said"),
    [
        ({"code": "Z", "name": "Elsewhere"}, "do not know Elsewhere"),
        (
            {"code": "A1", "path": "A/A1/", "kind": "beat", "name": "Mill beat"},
            "Which small areas Mill beat consists of",
        ),
    ],
)
def test_a_place_the_records_do_not_know_is_said_plainly(signed_in, plan, figures, area, said) -> None:
    Plan.objects.filter(pk=plan.pk).update(area=AreaFactory(**area))
    page = words(count(signed_in, plan))
    assert "Failed" in page
    assert said in page
    assert plan.slices.count() == 0


def test_a_beat_is_counted_by_its_small_areas(signed_in, plan, figures) -> None:
    first, second = by_the_engine(figures).small_areas[:2]
    beat = AreaFactory(code="A1", name="Mill beat", kind="beat", path="A/A1/")
    for part in (first, second):
        AreaFactory(code=part.key, kind="small_area", path=f"A/A1/{part.key}/")
    Plan.objects.filter(pk=plan.pk).update(area=beat)
    count(signed_in, plan)
    assert plan.slices.get().result["profile"]["total"] == first.count + second.count


def test_without_a_store_or_with_months_not_held_it_says_so(signed_in, plan, settings, tmp_path, figures) -> None:
    Plan.objects.filter(pk=plan.pk).update(period_from="2030-01-01", period_to="2030-02-01")
    assert "No records of January 2030 to February 2030 are held" in words(count(signed_in, plan))
    settings.ENGINE_SETTINGS = tmp_path / "nothing.toml"
    assert "No records are held yet" in words(count(signed_in, plan))
    assert plan.slices.count() == 0
    assert django_settings.ENGINE_SETTINGS


def test_without_a_period_the_last_two_years_held_are_counted(signed_in, plan, figures) -> None:
    Plan.objects.filter(pk=plan.pk).update(period_from=None, period_to=None)
    count(signed_in, plan)
    assert (plan.slices.get().asked["from"], plan.slices.get().asked["to"]) == ("2020-07", "2022-06")


EVERYTHING = dict.fromkeys(("scanning", "analysis", "response", "assessment"), "write")


@pytest.mark.parametrize("extents", [{"scanning": "write", "analysis": "write", "response": "read"}, EVERYTHING])
def test_partners_see_no_small_number_and_count_nothing(client, signed_in, plan, figures, extents) -> None:
    count(signed_in, plan)
    result = plan.slices.get().result
    partner = person(Permission.PLAN_START, team=TeamFactory(organisation=OrganisationFactory(kind="council")))
    organisation = partner.memberships.get().team.organisation
    InvitationFactory(plan=plan, organisation=organisation, **extents)
    client.force_login(partner)
    for stage in ("scanning", "analysis"):
        page = client.get(f"/plans/{plan.pk}/{stage}/").content.decode()
        cells = re.findall(r'numeric">\s*(?:<data[^>]*>)?([0-9,]+)(?![\d.,])', page)  # rates have a point
        assert all(int(cell.replace(",", "")) % 5 == 0 for cell in cells), cells
        assert "Count again" not in page
    scanning = words(client.get(f"/plans/{plan.pk}/scanning/"))
    total = result["profile"]["total"]
    assert total % 5
    said = scanning
    for named in (plan.slices.get().made_by.name, partner.name, plan.title):  # names hold numbers too
        said = said.replace(named, "")
    assert not re.search(rf"(?<![\d,]){total:,}(?![\d,])", said)
    assert f"{5 * round(total / 5):,} , April 2021" in scanning
    assert "fewer than 5" in words(client.get(f"/plans/{plan.pk}/analysis/"))
    assert client.post(f"/plans/{plan.pk}/records/count/").status_code == 403
    assert client.get(f"/plans/{plan.pk}/records/").status_code == 404
    assert client.get(f"/plans/{plan.pk}/records/{plan.slices.get().pk}/").status_code == 404


def test_who_may_not_see_the_plan_counts_nothing_and_an_ended_plan_is_not_counted(client, plan, signed_in) -> None:
    Plan.objects.filter(pk=plan.pk).update(status="closed", closed_on="2026-01-01")
    assert signed_in.post(f"/plans/{plan.pk}/records/count/").status_code == 403
    assert signed_in.get(f"/plans/{plan.pk}/records/count/").status_code == 405
    client.force_login(person(Permission.PLAN_START))
    assert client.post(f"/plans/{plan.pk}/records/count/").status_code == 404


def test_a_page_with_records_takes_few_queries(signed_in, plan, figures, django_assert_max_num_queries) -> None:
    count(signed_in, plan)
    with django_assert_max_num_queries(20):
        signed_in.get(f"/plans/{plan.pk}/analysis/")
    with django_assert_max_num_queries(20):
        signed_in.get(f"/plans/{plan.pk}/records/")


def test_what_is_kept_comes_back_as_it_was(figures) -> None:
    made = by_the_engine(figures)
    whole = as_data(ProblemProfile(made, not_held=("Nobody.",)))
    back = from_data(whole)
    assert as_data(back) == whole
    assert (back.profile.of, back.profile.harm, back.profile.cost, back.profile.months, back.profile.counted) == (
        *(made.of, made.harm, made.cost, made.months, made.counted),
    )
    before = from_data(whole["profile"])  # as counts were kept before there were profiles
    assert as_data(before)["profile"] == whole["profile"]
    assert before.not_held == (COUNTS_ALONE,)


def test_counting_is_work_beside_the_site_that_says_how_far_it_is(client, signed_in, plan, figures) -> None:
    asked = signed_in.post(f"/plans/{plan.pk}/records/count/", {"stage": "scanning"})
    waiting = words(signed_in.get(asked["Location"]))
    assert f"Count the records of {plan.ref}" in waiting
    assert "Waiting for a worker" in waiting
    assert "Refresh this page" in waiting
    again = signed_in.post(f"/plans/{plan.pk}/records/count/", {"stage": "scanning"})
    assert again["Location"] == asked["Location"]
    carry_out.call(Run.objects.get().pk)
    done = signed_in.get(asked["Location"]).content.decode()
    assert f'href="/plans/{plan.pk}/scanning/"' in done
    row, run = plan.slices.get(), Run.objects.get()
    assert (run.inputs, run.engine_version) == (row.data_versions, row.engine_version)
    client.force_login(person(Permission.PLAN_START, team=plan.team))
    assert client.get(asked["Location"]).status_code == 404


def test_a_count_that_waits_is_at_work_or_failed_is_said_on_the_plans_own_pages(
    signed_in, officer, plan, figures
) -> None:
    pages = [f"/plans/{plan.pk}/{one}/" for one in ("scanning", "analysis", "records")]
    button = f'action="/plans/{plan.pk}/records/count/"'
    signed_in.post(f"/plans/{plan.pk}/records/count/")
    run = Run.objects.get()
    colleague = Client()
    colleague.force_login(person(Permission.PLAN_START, team=plan.team))
    for page, reader in itertools.product(pages, (signed_in, colleague)):
        said = reader.get(page)
        assert "Waiting for a worker" in words(said)
        assert f"by {officer.name}" in words(said)
        assert f'href="{page}#counting"' in said.content.decode()
        assert button not in said.content.decode()
    Run.objects.update(
        state="running", alive_at=timezone.now(), attempt=uuid.uuid4(), at_work_on="Counting the records"
    )
    assert all("Counting the records." in words(signed_in.get(page)) for page in pages)
    Run.objects.update(state="failed", reason="The store cannot be read.", ended_at=timezone.now())
    assert all("The store cannot be read." in words(signed_in.get(page)) for page in pages)
    assert button in signed_in.get(pages[0]).content.decode()
    Run.objects.update(state="waiting", ended_at=None)
    carry_out.call(run.pk)
    assert not any("was asked for" in words(signed_in.get(page)) for page in pages)


def test_a_partner_does_not_see_who_counts(signed_in, plan, figures) -> None:
    housing = OrganisationFactory(kind="housing")
    InvitationFactory(plan=plan, organisation=housing, analysis="read")
    signed_in.post(f"/plans/{plan.pk}/records/count/")
    client = Client()
    client.force_login(person(team=TeamFactory(organisation=housing)))
    assert "was asked for" not in words(client.get(f"/plans/{plan.pk}/analysis/"))


@pytest.mark.parametrize("happened", ["ended", "moved"])
def test_who_may_no_longer_count_when_the_worker_comes_to_it_gets_nothing(signed_in, plan, figures, happened) -> None:
    signed_in.post(f"/plans/{plan.pk}/records/count/")
    if happened == "ended":
        Plan.objects.filter(pk=plan.pk).update(status="closed", closed_on="2026-01-01")
    else:
        Plan.objects.filter(pk=plan.pk).update(team=TeamFactory(), owner=person())
    carry_out.call(Run.objects.get().pk)
    assert "no longer open to you" in Run.objects.get().reason
    assert not plan.slices.exists()
