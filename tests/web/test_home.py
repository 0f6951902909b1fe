"""The home page and the dashboard: what waits for a person, and how plans stand, from what they may see."""

import csv
import datetime
import io
import re
import tomllib

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from factories.people import AreaFactory, OrganisationFactory, TeamFactory, person
from factories.problems import ActionFactory, InvitationFactory, PlanFactory
from factories.reports import ReportFactory
from factories.signing_in import sign_in
from upstream_web.design.glossary import glossary
from upstream_web.home.queries import desk, figures_for, reports_for
from upstream_web.people.permissions import Permission
from upstream_web.problems.access import visible_plans
from upstream_web.problems.models import Plan
from upstream_web.problems.queries import tallies
from upstream_web.problems.questions import HELP
from upstream_web.reports.changes import take_step

pytestmark = pytest.mark.django_db
PAST = datetime.date(2026, 1, 31)


@pytest.fixture
def force():
    return AreaFactory(code="FORCE", name="Whole force")


def area(force, name):
    return AreaFactory(code=name.upper(), name=name, parent=force)


def words(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_each_sees_what_waits_for_them(client: Client, force) -> None:
    north = area(force, "North")
    team = TeamFactory(area=north)
    officer = person(Permission.PLAN_START, team=team)
    returned = PlanFactory(team=team, owner=officer, status="returned", title="Came back")
    late = PlanFactory(team=team, owner=officer, status="active", next_review_on=PAST, title="Late review")
    sent = PlanFactory(team=team, owner=officer, status="submitted", title="Sent up")
    ActionFactory(plan=late, owner=officer, title="Call the landlord")
    ActionFactory(plan=late, title="Somebody else's")
    client.force_login(officer)
    page = words(client.get("/"))
    assert all(text in page for text in (returned.title, late.title, "Call the landlord", "Start a plan"))
    assert "Somebody else" not in page
    assert sent.title not in page
    client.force_login(person(Permission.PLAN_SUPERVISE, team=TeamFactory(area=north)))
    assert "Sent up" in words(client.get("/"))
    client.force_login(person(Permission.PLAN_HUB, team=TeamFactory(area=force)))
    assert "Late review" in words(client.get("/"))
    client.force_login(person(Permission.PLAN_SUPERVISE, team=TeamFactory(area=area(force, "South"))))
    assert "Nothing waits for you today." in words(client.get("/"))


def test_tallies_count_what_the_person_sees_and_add_up(force) -> None:
    north, south = TeamFactory(area=area(force, "North")), TeamFactory(area=area(force, "South"))
    PlanFactory.create_batch(3, team=north, colour="red")
    PlanFactory(team=north, next_review_on=PAST)
    PlanFactory.create_batch(2, team=south, colour="green")
    PlanFactory(team=south, status="closed", closed_on=PAST, colour="amber")
    everything = visible_plans(person(Permission.PLAN_HUB, team=TeamFactory(area=force)))
    whole, *rows = tallies(everything, "area", datetime.date(2026, 2, 1))
    assert [(row.name, row.open, row.red, row.green, row.unscored, row.overdue) for row in rows] == [
        ("North", 4, 3, 0, 1, 1),
        ("South", 2, 0, 2, 0, 0),
    ]
    for name in ("open", "red", "amber", "green", "unscored", "overdue", "drifting"):
        assert getattr(whole, name) == sum(getattr(row, name) for row in rows)
    assert all(row.open == row.red + row.amber + row.green + row.unscored for row in rows)
    only_north = visible_plans(person(Permission.PLAN_SUPERVISE, team=TeamFactory(area=north.area)))
    assert [row.name for row in tallies(only_north, "area", PAST)] == ["All", "North"]


def test_the_download_holds_the_list_and_no_formula(client: Client, force) -> None:
    team = TeamFactory(area=force)
    PlanFactory(team=team, title='=HYPERLINK("http://x")')
    PlanFactory(title="Not open to this person")
    client.force_login(person(Permission.PLAN_START, team=team))
    answer = client.get("/plans/export.csv?show=all")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode())))
    assert [row["title"] for row in rows] == ['\'=HYPERLINK("http://x")']
    assert "How plans stand" in words(client.get("/plans/dashboard/"))


def test_the_dashboard_and_the_list_are_narrowed_to_a_team(client: Client, force) -> None:
    north, south = area(force, "North"), area(force, "South")
    one, other, hidden = (TeamFactory(area=north, name=name) for name in ("Ash team", "Birch team", "Hidden team"))
    PlanFactory(team=one, area=north, status="active", title="Sheds", next_review_on=PAST)
    PlanFactory(team=one, area=south, title="Cars")
    PlanFactory(team=other, area=north, status="active", title="Shops", next_review_on=PAST)
    PlanFactory(team=hidden, area=south, marking="sensitive")
    client.force_login(person(Permission.PLAN_SEE_AREA, team=TeamFactory(area=force)))
    whole, page = (words(client.get(f"/plans/dashboard/{query}")) for query in ("", f"?team={one.pk}"))
    assert "Hidden team" not in whole
    assert "How the plans of Ash team stand" in page
    assert "Sheds" in page
    assert "Shops" in whole
    assert "Shops" not in page
    assert f"?team={other.pk}&amp;show=open" in whole
    assert f"?area=NORTH&amp;team={one.pk}&amp;show=open" in page
    listed = words(client.get(f"/plans/?area=NORTH&team={one.pk}&show=open"))
    assert ("Sheds" in listed, "Cars" in listed, "Shops" in listed) == (True, False, False)
    for not_offered in (hidden.pk, 987_654, "x", "9" * 40, "²"):
        assert "How plans stand" in words(client.get("/plans/dashboard/", {"team": not_offered}))
        assert "Shops" in words(client.get("/plans/", {"team": not_offered}))


def test_teams_of_one_name_are_counted_apart(client: Client, force) -> None:
    same = [TeamFactory(area=force, name="North team", organisation=OrganisationFactory()) for _ in range(2)]
    for team in (*same, same[0]):
        PlanFactory(team=team)
    found = tallies(Plan.objects.all(), "team", timezone.localdate())
    assert [(row.name, row.open) for row in found] == [("All", 3), ("North team", 2), ("North team", 1)]


@pytest.mark.parametrize(
    ("path", "marked"),
    [
        ("/", "Home"),
        ("/plans/", "Plans"),
        ("/plans/dashboard/", "How plans stand"),
        ("/people/", "People"),
        *((path, "") for path in ("/account/reauthenticate/", "/account/password/change/", "/search/", "/words/")),
    ],
)
def test_the_menu_marks_where_one_is_and_nothing_else(client: Client, path: str, marked: str) -> None:
    sign_in(client, person())
    page = client.get(path).content.decode()
    menu = re.search(r'<ul[^>]*id="areas-of-work".*?</ul>', page, re.DOTALL).group()
    found = re.findall(r'aria-current="[a-z]+"[^>]*>(?:\s|<strong[^>]*>)*([^<]+?)\s*<', menu)
    assert (found, menu.count("aria-current")) == (([marked], 1) if marked else ([], 0))


def test_a_supervisor_sees_late_reviews_of_the_area_and_the_owner_their_own(client: Client, force) -> None:
    north = TeamFactory(area=area(force, "North"))
    officer = person(Permission.PLAN_START, team=north)
    PlanFactory(team=north, owner=officer, status="active", next_review_on=PAST, title="Late in the north")
    PlanFactory(team=north, owner=officer, status="draft", title="Not sent")
    client.force_login(person(Permission.PLAN_SUPERVISE, team=TeamFactory(area=north.area)))
    page = words(client.get("/"))
    assert "Reviews overdue in your area" in page
    assert "Late in the north" in page
    assert "Not sent" not in page
    client.force_login(officer)
    page = words(client.get("/"))
    assert "Your reviews that are overdue" in page
    assert "Reviews overdue in your area" not in page
    assert "Not sent" in page


def test_counts_of_actions_say_what_is_late_and_what_is_soon(client: Client, force) -> None:
    team, today = TeamFactory(area=force), timezone.localdate()
    officer = person(Permission.PLAN_START, team=team)
    plan = PlanFactory(team=team, owner=officer, status="active")
    for days in (-3, -1, 0, 7, 8):
        ActionFactory(plan=plan, owner=officer, due_on=today + datetime.timedelta(days=days))
    found = desk(officer)
    assert (found.actions.count, found.late, found.soon) == (5, 2, 2)


def test_an_action_of_an_organisation_waits_for_its_people_where_nobody_is_named(client: Client, force) -> None:
    plan = PlanFactory(team=TeamFactory(area=force))
    other = OrganisationFactory(name="Hill Homes", kind="housing")
    colleague = person(team=TeamFactory(organisation=other, area=None))
    ActionFactory(plan=plan, organisation=other, title="Mend the lock")
    ActionFactory(plan=plan, organisation=other, title="Named", owner_name="Jo", owner_email="jo@hill.example")
    ActionFactory(plan=plan, title="Of the force")
    assert desk(colleague).actions.count == 0
    InvitationFactory(plan=plan, organisation=other)
    assert [action.title for action in desk(colleague).actions.rows] == ["Mend the lock"]


def test_whoever_reads_measures_sees_what_lies_outside_its_limits(client: Client, ready: object) -> None:
    client.force_login(person(Permission.MEASURE_READ))
    page = words(client.get("/"))
    assert "Outside their limits in June 2022" in page
    shown = figures_for(person(Permission.MEASURE_READ)).outside
    assert all(one["text"] in page and one["side"] for one in shown)
    assert figures_for(person(Permission.MEASURE_READ, Permission.PLAN_START)) is None


def test_a_report_waits_for_the_next_person_and_not_for_who_took_the_step(client: Client) -> None:
    maker = person(Permission.COMMENTARY_WRITE, Permission.REPORT_REVIEW)
    reviewer = person(Permission.REPORT_REVIEW)
    report = ReportFactory(begun_by=maker, title="To the panel")
    assert [one["step"] for one in reports_for(maker)["waiting"]] == ["Send for review"]
    assert reports_for(reviewer)["waiting"] == []
    take_step(report=report, action="submit", words="", by=maker)
    assert reports_for(maker)["waiting"] == []
    assert [one["step"] for one in reports_for(reviewer)["waiting"]] == ["Agree, as reviewer"]


@pytest.mark.parametrize(("query", "there"), [("show=mine", ["Mine"]), ("show=drifting", ["Of another"])])
def test_the_list_is_narrowed_to_ones_own_and_to_what_drifts(client: Client, force, query: str, there: list) -> None:
    team = TeamFactory(area=force)
    officer = person(Permission.PLAN_START, team=team)
    long_ago = timezone.now() - datetime.timedelta(days=43)
    PlanFactory(team=team, owner=officer, title="Mine")
    Plan.objects.filter(pk=PlanFactory(team=team, title="Of another").pk).update(changed_at=long_ago)
    client.force_login(officer)
    page = words(client.get(f"/plans/?{query}"))
    assert [title for title in ("Mine", "Of another") if f">{title}</a>" in page] == there


def test_the_words_used_here_are_explained_and_every_help_leads_to_one(client: Client) -> None:
    page = words(client.get("/words/"))
    helped = tomllib.loads(HELP.read_text("utf-8"))
    used = {key for one in helped.values() for key in one["words"]}
    assert used
    assert all(f'id="{key}"' in page for key in used)
    assert all(one.meaning[-1] in ".?" for one in glossary().values())


def test_all_of_ones_actions_are_one_link_away(client: Client, force) -> None:
    team = TeamFactory(area=force)
    officer = person(Permission.PLAN_START, team=team)
    plan = PlanFactory(team=team, owner=officer, status="active")
    for number in range(12):
        ActionFactory(plan=plan, owner=officer, title=f"Action number {number}.")
    client.force_login(officer)
    assert words(client.get("/")).count("Action number") == 10
    assert words(client.get("/?actions=all")).count("Action number") == 12


def test_a_plan_starts_with_what_the_page_before_knew(client: Client, ready: object, force) -> None:
    north = area(force, "North")
    team = TeamFactory(area=force)
    client.force_login(person(Permission.PLAN_START, Permission.MEASURE_READ, team=team))
    page = words(client.get("/measures/2022-06/measure/crime_total/"))
    assert "/plans/start/?from=measure&amp;ref=crime_total&amp;title=Total+recorded+crime" in page
    form = words(client.get("/plans/start/?from=place&area=NORTH"))
    assert f'<option value="{north.pk}" selected>' in form
    client.force_login(person(Permission.MEASURE_READ))
    assert "/plans/start/" not in words(client.get("/measures/2022-06/measure/crime_total/"))


def test_the_desk_asks_the_database_as_often_for_much_as_for_little(client: Client, force) -> None:
    team = TeamFactory(area=force)
    officer = person(Permission.PLAN_START, Permission.PLAN_SUPERVISE, Permission.PLAN_HUB, team=team)
    client.force_login(officer)

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/").status_code == 200
        return len(captured)

    def work(number: int) -> None:
        for status in ("draft", "returned", "submitted", "active"):
            plans = PlanFactory.create_batch(number, team=team, owner=officer, status=status, next_review_on=PAST)
            ActionFactory(plan=plans[0], owner=officer)
            PlanFactory.create_batch(number, team=team, status=status, next_review_on=PAST)

    work(11)  # more than a list shows, so that each is counted as well
    few = queries()
    work(11)
    assert queries() == few < 20
