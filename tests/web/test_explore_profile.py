"""The problem profile as a page and a PDF: its figures, small numbers to whom they are open, a plan of it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client, TestCase

from factories.people import AreaFactory, TeamFactory, person
from upstream.analyse.kept import from_data
from upstream_web.audit.models import AuditEvent
from upstream_web.explore.models import Analysis
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission
from upstream_web.places.models import Area
from upstream_web.problems.models import Plan
from upstream_web.runs.models import Run

pytestmark = pytest.mark.django_db
WHOLE = {"type": ["Burglary"], "area": "A", "small": "", "first": "2020-07", "last": "2022-06"}
YEAR = {"type": [], "area": "", "small": "", "first": "2021-04", "last": "2022-03"}


def reader(client: Client, *more: Permission, area: Area | None = None) -> User:
    place = area or AreaFactory(kind=Area.Kind.FORCE)
    user = person(Permission.MEASURE_READ, *more, team=TeamFactory(area=place), area=place)
    client.force_login(user)
    return user


def words(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def asked_for(client: Client, asked: dict[str, Any]) -> Analysis:
    """Ask for a profile and have it worked out."""
    with TestCase.captureOnCommitCallbacks(execute=True):
        client.post("/explore/profile/", asked)
    run = Run.objects.latest("id")
    assert run.state == Run.State.DONE, run.reason
    return Analysis.objects.get()


def test_it_is_asked_for_kept_and_shown_with_the_engines_figures(
    figures: Any, client: Client, django_assert_max_num_queries: Any
) -> None:
    reader(client, Permission.MEASURE_RECORDS)
    before = words(client.get("/explore/profile/", WHOLE))
    assert "Nobody has asked this yet" in before
    found = asked_for(client, WHOLE)
    made = from_data(found.answer)
    assert set(found.tables) >= {"crimes", "people_in_crimes", "ages_and_sexes"}
    with django_assert_max_num_queries(20):
        page = client.get("/explore/profile/", WHOLE)
    said = words(page)
    assert f"{made.profile.total:,} , July 2020 to June 2022" in said
    assert made.people is not None
    assert "Victims by age and sex" in said
    assert made.people.victims.people == made.profile.repeats.victims
    here = made.comparators[0]
    assert f"{here.rate.estimate:.1f}" in said
    assert "Not verified:" in said  # a recalled unit cost is never shown without saying so
    assert "Ambulance incidents" in said.split("Not in this profile")[-1]
    paper = client.get("/explore/profile/paper.pdf", WHOLE)
    assert paper["Content-Type"] == "application/pdf"
    assert AuditEvent.objects.filter(action="analysis.paper_taken").count() == 1
    assert "Problem profile: burglary" in words(client.get("/explore/"))


def test_small_numbers_and_ages_are_kept_from_whoever_may_not_go_to_the_records(figures: Any, client: Client) -> None:
    reader(client)
    asked_for(client, WHOLE)
    page = client.get("/explore/profile/", WHOLE)
    cells = re.findall(r'numeric">\s*(?:<data[^>]*>)?([0-9,]+)(?![\d.,])', page.content.decode())
    assert len(cells) > 50
    assert all(int(cell.replace(",", "")) % 5 == 0 for cell in cells)
    assert "subtracted from each other until one person is left" in words(page)
    assert "Victims by age and sex" not in words(page)


def test_ages_of_a_fixed_question_are_open_to_everybody_rounded(figures: Any, client: Client) -> None:
    reader(client)
    found = from_data(asked_for(client, YEAR).answer)
    assert found.people is not None
    page = words(client.get("/explore/profile/", YEAR))
    table = page.split("Victims by age and sex")[1].split("Suspects by age and sex")[0]
    everybody = [int(n.replace(",", "")) for n in re.search(r"All ages ([\d, ]+)", table)[1].split()]
    assert everybody[-1] == 5 * round(found.people.victims.people / 5)
    assert all(n % 5 == 0 for n in everybody)


def test_a_small_area_nobody_knows_is_an_error_and_an_unasked_paper_is_not_there(figures: Any, client: Client) -> None:
    reader(client)
    page = words(client.get("/explore/profile/", WHOLE | {"small": "E01999999"}))
    assert "No small area E01999999 is known" in page
    assert client.get("/explore/profile/paper.pdf", WHOLE).status_code == 404
    assert "There is a problem" not in words(client.get("/explore/profile/"))


def test_a_plan_starts_from_it_with_its_place_types_and_months(figures: Any, client: Client) -> None:
    area = AreaFactory(code="A", name="South")
    reader(client, Permission.PLAN_START, Permission.MEASURE_RECORDS, area=area)
    first = next(iter(from_data(asked_for(client, WHOLE).answer).profile.small_areas)).key
    asked = WHOLE | {"small": first}
    Analysis.objects.all().delete()
    asked_for(client, asked)
    page = client.get("/explore/profile/", asked).content.decode()
    address = re.search(r'href="(/plans/start/\?[^"]+)"', page)[1].replace("&amp;", "&")
    form = client.get(address)
    assert f"July 2020 to June 2022, small areas {first}" in words(form)
    user = User.objects.latest("id")
    given = {
        "title": "Burglary: South", "place": "South", "crime_types": ["Burglary"], "area": area.pk,
        "team": user.memberships.get().team.pk, "size": "standard", "kind": "neighbourhood", "start": "1",
    }  # fmt: skip
    with TestCase.captureOnCommitCallbacks(execute=True):
        assert client.post(address, given).status_code == 302
    plan = Plan.objects.get()
    assert (plan.started_from, plan.small_areas) == ("profile", [first])
    assert (str(plan.period_from), str(plan.period_to)) == ("2020-07-01", "2022-06-30")
    row = plan.slices.get()
    counted = from_data(row.result)
    assert counted.profile.total == from_data(Analysis.objects.get().answer).profile.total > 0
    assert row.data_versions.keys() >= {"crimes", "ages_and_sexes"}
    assert "The same elsewhere" in words(client.get(f"/plans/{plan.pk}/analysis/"))
