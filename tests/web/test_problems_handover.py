"""When somebody moves their open plans and actions pass on, or it is said why they cannot; titles stay hidden."""

import datetime

import pytest
from django.core.exceptions import ValidationError

from factories.people import AreaFactory, TeamFactory, person
from factories.problems import ActionFactory, PlanFactory
from upstream_web.audit.queries import history_of
from upstream_web.people import changes, handover
from upstream_web.people.permissions import Permission

pytestmark = pytest.mark.django_db
LAST = datetime.date(2026, 11, 30)


@pytest.fixture
def team():
    return TeamFactory(area=AreaFactory(code="NORTH"))


def test_open_plans_and_actions_pass_on_and_ended_ones_stay(team) -> None:
    leaver, successor = (person(Permission.PLAN_START, team=team) for _ in range(2))
    by = person(Permission.PEOPLE_MANAGE)
    plan = PlanFactory(team=team, owner=leaver, title="Thefts on the parade")
    closed = PlanFactory(team=team, owner=leaver, status="closed", closed_on="2026-02-01")
    action, done = (
        ActionFactory(plan=plan, owner=leaver),
        ActionFactory(plan=plan, owner=leaver, state="done", done_on="2026-02-01"),
    )
    listed = handover.listed(leaver)
    assert {item.title for item in listed} == {plan.ref, f"{plan.ref}/{action.number}"}
    passed = changes.hand_over(user=leaver, to=successor, last_day=LAST, by=by)
    assert {key: passed[key] for key in ("plans", "actions")} == {"plans": 1, "actions": 1}
    for row in (plan, action, closed, done):
        row.refresh_from_db()
    assert [row.owner for row in (plan, action, closed, done)] == [successor, successor, leaver, leaver]
    assert {"plan.given", "plan.action_changed"} <= {event.action for event in history_of(plan)}


def test_work_does_not_pass_to_somebody_who_could_not_do_it(team) -> None:
    leaver = person(Permission.PLAN_START, team=team)
    PlanFactory(team=team, owner=leaver)
    ActionFactory(plan=PlanFactory(team=team), owner=leaver)
    stranger = person(Permission.PLAN_START)
    with pytest.raises(ValidationError) as refused:
        changes.hand_over(user=leaver, to=stranger, last_day=LAST, by=person(Permission.PEOPLE_MANAGE))
    assert len(refused.value.messages) == 2
    assert handover.listed(leaver)
