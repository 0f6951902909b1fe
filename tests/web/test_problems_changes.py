"""Starting, answering and stepping: nobody's words are lost, every change is audited and kept as a version."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from factories.people import TeamFactory, person
from factories.problems import PlanFactory, ResultFactory, ready_plan
from upstream_web.audit.queries import history_of
from upstream_web.people.permissions import Permission
from upstream_web.problems.access import access_to
from upstream_web.problems.changes.plans import change_details, save_answers, start_plan
from upstream_web.problems.changes.steps import take_step
from upstream_web.problems.changes.versions import EditClash
from upstream_web.problems.models import Plan
from upstream_web.problems.transitions import TRANSITIONS, steps_from

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return person(Permission.PLAN_START, team=TeamFactory())


@pytest.fixture
def plan(officer):
    team = officer.memberships.get().team
    return start_plan(by=officer, title="Thefts on the parade", area=team.area, team=team)


def test_a_started_plan_has_a_number_a_version_and_a_history(plan, officer) -> None:
    another = start_plan(by=officer, title="Another", area=plan.area, team=plan.team, on=plan.opened_on)
    assert (plan.ref[-5:], another.ref[-5:]) == ("-0001", "-0002")
    assert (plan.status, plan.stage, plan.versions.count()) == ("draft", "scanning", 1)
    assert [event.action for event in history_of(plan)] == ["plan.started"]


def test_answers_are_saved_audited_and_kept(plan, officer) -> None:
    save_answers(plan=plan, by=officer, answers={"community": {"text": "Shoppers"}}, based_on={"community": 0})
    plan.refresh_from_db()
    assert plan.answers.get().text == "Shoppers"
    assert history_of(plan)[0].details["community"]["new"]["text"] == "Shoppers"
    latest, first = plan.versions.all()
    assert latest.content["answers"]["community"]["text"] == "Shoppers"
    assert "community" not in first.content["answers"]


def test_saving_the_same_words_again_changes_nothing(plan, officer) -> None:
    for based_on in (0, 1):
        save_answers(
            plan=plan, by=officer, answers={"community": {"text": "Shoppers"}}, based_on={"community": based_on}
        )
    assert plan.versions.count() == 2


def test_two_people_who_answer_the_same_question_lose_nothing(plan, officer) -> None:
    save_answers(plan=plan, by=officer, answers={"community": {"text": "Shoppers"}}, based_on={"community": 0})
    with pytest.raises(EditClash) as clash:
        save_answers(
            plan=plan,
            by=officer,
            answers={"community": {"text": "Staff"}, "harmful": {"text": "Loss"}},
            based_on={"community": 0, "harmful": 0},
        )
    assert [(c.field, c.theirs, c.yours, c.version) for c in clash.value.clashes] == [
        ("community", "Shoppers", "Staff", 1)
    ]
    assert plan.answers.count() == 1
    both = {"community": {"text": "Shoppers and staff"}}
    save_answers(plan=plan, by=officer, answers=both, based_on={"community": 1}, resolved=True)
    assert plan.answers.get().text == "Shoppers and staff"
    assert history_of(plan)[0].details["merged"] is True


def test_details_clash_only_where_both_changed_the_same_field(plan, officer) -> None:
    seen = {"title": plan.title, "place": ""}
    change_details(plan=plan, by=officer, based_on=1, before=seen, title="Thefts, parade", place="")
    change_details(plan=plan, by=officer, based_on=1, before=seen, title=seen["title"], place="The parade")
    plan.refresh_from_db()
    assert (plan.title, plan.place) == ("Thefts, parade", "The parade")
    with pytest.raises(EditClash):
        change_details(plan=plan, by=officer, based_on=1, before=seen, title="Shop thefts")


def test_a_plan_goes_all_the_way_round(officer) -> None:
    team = officer.memberships.get().team
    plan = ready_plan(team=team, owner=officer)
    sergeant = person(Permission.PLAN_SUPERVISE, team=TeamFactory(area=team.area))
    for who, step, comment, status in [
        (officer, "submit", "", "submitted"),
        (sergeant, "return", "Say where the figures come from.", "returned"),
        (officer, "submit", "", "submitted"),
        (sergeant, "approve", "", "active"),
        (officer, "assess", "", "assessing"),
    ]:
        plan = take_step(plan=plan, by=who, access=access_to(who, plan), step=step, comment=comment)
        assert plan.status == status
    assert plan.named_assessments.get().locked_at is not None
    with pytest.raises(ValidationError, match="Write the result first"):
        take_step(plan=plan, by=sergeant, access=access_to(sergeant, plan), step="close")
    ResultFactory(plan=plan)
    plan = take_step(plan=plan, by=sergeant, access=access_to(sergeant, plan), step="close")
    assert plan.closed_on is not None
    plan = take_step(plan=plan, by=sergeant, access=access_to(sergeant, plan), step="reopen", comment="It came back.")
    assert (plan.status, plan.closed_on) == ("active", None)


def test_steps_are_refused_to_the_wrong_person_at_the_wrong_time_and_when_not_ready(officer) -> None:
    team = officer.memberships.get().team
    unready = PlanFactory(team=team, owner=officer)
    with pytest.raises(ValidationError) as missing:
        take_step(plan=unready, by=officer, access=access_to(officer, unready), step="submit")
    assert len(missing.value.messages) == 5
    plan = ready_plan(team=team, owner=officer)
    with pytest.raises(ValidationError, match="cannot take the step"):
        take_step(plan=plan, by=officer, access=access_to(officer, plan), step="assess")
    plan = take_step(plan=plan, by=officer, access=access_to(officer, plan), step="submit")
    with pytest.raises(PermissionDenied):
        take_step(plan=plan, by=officer, access=access_to(officer, plan), step="approve")
    sergeant = person(Permission.PLAN_SUPERVISE, team=TeamFactory(area=team.area))
    with pytest.raises(ValidationError, match="Say why"):
        take_step(plan=plan, by=sergeant, access=access_to(sergeant, plan), step="return")


def test_every_status_can_be_reached_and_only_the_ended_ones_need_reopening() -> None:
    reached = {"draft"}
    while (more := {t.target for status in reached for t in steps_from(status)} - reached) != set():
        reached |= more
    assert reached == set(Plan.Status.values)
    assert {t.key for t in TRANSITIONS if set(t.sources) & set(Plan.ENDED)} == {"reopen"}
