"""A beat plan on one page: all that a plan needs, saved at once, by several people without loss."""

import datetime
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from factories.people import AreaFactory, TeamFactory, person
from factories.problems import AnswerFactory, ObjectiveFactory, PlanFactory
from upstream_web.people.permissions import Permission
from upstream_web.problems.changes.steps import missing_for
from upstream_web.problems.models import Plan
from upstream_web.problems.questions import questions_of_one_page

pytestmark = pytest.mark.django_db
AHEAD = timezone.localdate() + datetime.timedelta(days=200)


@pytest.fixture
def officer():
    return person(Permission.PLAN_START, team=TeamFactory(area=AreaFactory(code="NORTH")))


@pytest.fixture
def plan(officer) -> Plan:
    return PlanFactory(team=officer.memberships.get().team, owner=officer, size="beat")


@pytest.fixture
def signed_in(client: Client, officer) -> Client:
    client.force_login(officer)
    return client


def typed(**values: Any) -> dict[str, Any]:
    return {"side": "location", "tier": "secondary", **values}


def day(value: datetime.date) -> dict[str, str]:
    return {"by_when-day": str(value.day), "by_when-month": str(value.month), "by_when-year": str(value.year)}


def whole(**values: Any) -> dict[str, Any]:
    answers = {f"{question.key}-text": f"Words on {question.key}" for question in questions_of_one_page()}
    rest = {"what": "Fewer homes burgled", "measure": "Burglaries a month", "title": "New locks", "mechanism": "Harder"}
    rest |= {"comparison": "Station Road", "smallest_effect": "20", "baseline": "9", "target": "6"}
    return typed(**(answers | rest | day(AHEAD) | values))


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_one_page_holds_all_that_a_plan_needs(signed_in, plan) -> None:
    sent = signed_in.post(f"/plans/{plan.pk}/beat/", whole(send="1"))
    assert sent["Location"] == f"/plans/{plan.pk}/step/submit/"
    assert missing_for(plan, "submit") == []
    assert signed_in.post(sent["Location"], {"comment": ""}).status_code == 302
    plan.refresh_from_db()
    assert plan.status == "submitted"
    judged = plan.named_assessments.get()
    assert (judged.measure, judged.after_to, judged.comparison) == ("Burglaries a month", AHEAD, "Station Road")
    assert judged.before_to < judged.after_from == timezone.localdate()
    assert signed_in.get(f"/plans/{plan.pk}/beat/")["Location"] == f"/plans/{plan.pk}/"


def test_saving_the_same_again_changes_nothing(signed_in, plan) -> None:
    signed_in.post(f"/plans/{plan.pk}/beat/", whole())
    plan.refresh_from_db()
    before = plan.version
    page = signed_in.get(f"/plans/{plan.pk}/beat/").content.decode()
    versions = dict(re.findall(r'name="([\w-]+-version)" value="(\d+)"', page))
    assert set(versions.values()) == {"1"}
    signed_in.post(f"/plans/{plan.pk}/beat/", whole(**versions))
    plan.refresh_from_db()
    assert plan.version == before


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"what": "Fewer"}, ["Name the measure.", "Say by when."]),
        ({"title": "New locks"}, ["Say how it should work."]),
        ({"comparison": "Station Road"}, ["Say how small a change is too small.", "Name the measure."]),
        (whole(**day(timezone.localdate())), ["at least 28 days ahead"]),
    ],
)
def test_a_part_that_is_begun_is_finished(signed_in, plan, given: dict, said: list[str]) -> None:
    page = text(signed_in.post(f"/plans/{plan.pk}/beat/", typed(**given)))
    assert all(words in page for words in said)
    plan.refresh_from_db()
    assert plan.version == 1
    assert not plan.answers.exists()


def test_parts_may_wait(signed_in, plan) -> None:
    assert signed_in.post(f"/plans/{plan.pk}/beat/", typed(**{"why-text": "Locks snap"})).status_code == 302
    assert [answer.text for answer in plan.answers.all()] == ["Locks snap"]
    assert not plan.objectives.exists()
    assert not plan.responses.exists()


def test_a_draft_is_kept_as_typed_and_dropped_when_saved(signed_in, plan) -> None:
    half = typed(what="Fewer", **{"by_when-day": "31", "by_when-month": "2", "by_when-year": "2027", "draft": "1"})
    signed_in.post(f"/plans/{plan.pk}/beat/", half)
    page = signed_in.get(f"/plans/{plan.pk}/beat/").content.decode()
    assert "This is your draft" in page
    assert 'value="31"' in page
    assert "Fewer" in page
    assert not plan.objectives.exists()
    signed_in.post(f"/plans/{plan.pk}/beat/", whole())
    assert "This is your draft" not in signed_in.get(f"/plans/{plan.pk}/beat/").content.decode()


def test_what_somebody_else_saved_meanwhile_is_shown_and_nothing_is_lost(signed_in, plan) -> None:
    AnswerFactory(plan=plan, question="why", text="Their cause")
    page = signed_in.post(f"/plans/{plan.pk}/beat/", whole(**{"why-text": "My cause"})).content.decode()
    assert "Their cause" in page
    assert "My cause" in page
    assert 'name="why-version" value="1"' in page
    assert not plan.objectives.exists(), "all or nothing"
    signed_in.post(f"/plans/{plan.pk}/beat/", whole(**{"why-text": "Both causes", "why-version": 1}))
    assert plan.answers.get(question="why").text == "Both causes"


def test_a_changed_objective_is_refused_by_its_version(signed_in, plan) -> None:
    ObjectiveFactory(plan=plan, what="Theirs", version=3)
    page = signed_in.post(f"/plans/{plan.pk}/beat/", whole(**{"objective-version": 2})).content.decode()
    assert "Theirs" in page
    assert 'name="objective-version" value="3"' in page
    assert plan.objectives.get().what == "Theirs"


def test_a_beat_plan_begins_on_its_page_and_a_standard_one_on_its_front_page(signed_in, officer) -> None:
    team = officer.memberships.get().team
    given = {"title": "Sheds", "area": team.area_id, "team": team.pk, "kind": "neighbourhood", "start": "1"}
    for size, page in (("beat", "beat/"), ("standard", "")):
        made = signed_in.post("/plans/start/", {**given, "size": size})
        assert made["Location"] == f"/plans/{Plan.objects.latest('pk').pk}/{page}"


def test_a_known_place_is_chosen_to_compare_with_and_kept_as_a_reference(signed_in: Client, plan: Plan) -> None:
    """Two places of one name: words could not tell them apart."""
    above = AreaFactory(code="OTHER", name="Quay")
    AreaFactory(code="THIRD", name="Quay")
    small = AreaFactory(code="S01000001", name="Mill Lane", kind="small_area", parent=plan.area)
    page = signed_in.get(f"/plans/{plan.pk}/beat/").content.decode()
    for place in (above, small):
        assert f'<option value="{place.pk}"' in page
    assert f'<option value="{plan.area.pk}"' not in page
    assert "every other small area of the force is then compared with" in page
    days = {"by_when-day": AHEAD.day, "by_when-month": AHEAD.month, "by_when-year": AHEAD.year}
    sent = typed(what="Fewer thefts", measure="Thefts", smallest_effect="20", compared=above.pk, **days)
    answer = signed_in.post(f"/plans/{plan.pk}/beat/", sent)
    assert answer.status_code == 302, answer.content.decode()
    named = plan.named_assessments.get()
    assert (named.compared, named.comparison) == (above, "Quay")
    page = signed_in.get(f"/plans/{plan.pk}/beat/").content.decode()
    assert f'<option value="{above.pk}" selected' in page
    page = signed_in.get(f"/plans/{plan.pk}/assessment/name/").content.decode()
    assert f'<option value="{above.pk}" selected' in page
