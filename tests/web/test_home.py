"""The home page and the dashboard: what waits for a person, and how plans stand, from what they may see."""

import csv
import datetime
import io

import pytest
from django.test import Client

from factories.people import AreaFactory, TeamFactory, person
from factories.problems import ActionFactory, PlanFactory
from upstream_web.people.permissions import Permission
from upstream_web.problems.access import visible_plans
from upstream_web.problems.queries import tallies

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
