"""Search: the same words find the same things on every database, and nothing hidden is found or counted."""

import pytest
from django.core.management import call_command
from django.http import Http404
from django.test import Client

from factories.people import MembershipFactory, OrganisationFactory, TeamFactory, UserFactory, person
from factories.problems import InvitationFactory, PlanFactory
from upstream_web.home.search import search
from upstream_web.people.permissions import Permission
from upstream_web.problems.access import (
    access_to,
    action_for_reading,
    action_for_working,
    plans_to_search,
    visible_actions,
)
from upstream_web.problems.changes.actions import add_action
from upstream_web.problems.changes.plans import save_answers, start_plan
from upstream_web.problems.models import Plan
from upstream_web.search.models import IndexedWord
from upstream_web.search.queries import Match, Readable, matching
from upstream_web.search.words import words_of

pytestmark = pytest.mark.django_db


def plans_with(text, user) -> list[int]:
    return [match.object_id for match in matching(plans_to_search(user), text).best]


def actions_with(text, user) -> list[int]:
    return [match.object_id for match in matching(Readable(visible_actions(user)), text).best]


def plan_of(team, title, **fields):
    return start_plan(by=person(Permission.PLAN_START, team=team), title=title, area=team.area, team=team, **fields)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Thefts from the cafés on Mill Lane", ["theft", "cafe", "mill", "lane"]),
        ("BURGLARIES burglary Burglary's", ["burglari", "burglari", "burglari", "s"]),
        ("Straße ÉCLAIR ﬁnd", ["strass", "eclair", "find"]),
        ("P2026-0012", ["p2026", "0012"]),
        ("% _ ' \" \\ --", []),
    ],
)
def test_words_are_cut_the_same_everywhere(text, words) -> None:
    assert words_of(text) == words


def test_all_words_must_be_there_and_the_title_counts_most() -> None:
    team = TeamFactory()
    user = person(Permission.PLAN_START, team=team)
    title = plan_of(team, "Thefts of bicycles at the station")
    body = plan_of(team, "Something else", problem="Bicycle thefts are rare here")
    plan_of(team, "Thefts from shops")
    assert plans_with("theft bicycle", user) == [title.pk, body.pk]
    assert plans_with("station bicycle shop", user) == []
    assert plans_with("the of", user) == []


def test_an_answer_is_found_once_saved_and_not_after_it_is_changed() -> None:
    team = TeamFactory()
    user = person(Permission.PLAN_START, team=team)
    plan = plan_of(team, "Thefts")
    save_answers(plan=plan, by=user, answers={"why": {"text": "Lamps are broken"}}, based_on={"why": 0})
    assert plans_with("lamp", user) == [plan.pk]
    shut = Readable(Plan.objects.none(), {"": Plan.objects.all()})
    assert matching(shut, "theft").count == 1
    assert matching(shut, "lamp").count == 0
    save_answers(plan=plan, by=user, answers={"why": {"text": "Doors are open"}}, based_on={"why": 1})
    assert plans_with("lamp", user) == []


def test_what_is_hidden_is_neither_found_nor_counted(client: Client) -> None:
    plan_of(TeamFactory(), "Thefts at the hidden yard")
    client.force_login(person(Permission.PLAN_START))
    page = client.get("/search/?q=hidden+yard").content.decode()
    assert "0 found that are open to you" in page


def test_actions_are_found_by_whoever_may_open_them() -> None:
    team, housing = TeamFactory(), OrganisationFactory(kind="housing")
    plan = plan_of(team, "Burglary")
    by, due = UserFactory(), "2026-09-01"
    shown = add_action(plan=plan, by=by, title="Mend the gate", organisation=housing, due_on=due)
    hidden = add_action(plan=plan, by=by, title="Watch the gate", organisation=housing, due_on=due, marking="sensitive")
    InvitationFactory(plan=plan, organisation=housing, response="read")
    partner = person(team=TeamFactory(organisation=housing))
    officer = person(Permission.PLAN_START, Permission.SENSITIVE_READ, team=team)
    assert actions_with("gate", partner) == [shown.pk]
    assert set(actions_with("gate", officer)) == {shown.pk, hidden.pk}
    assert action_for_working(partner, shown.pk)[0] == shown
    assert actions_with("gate", person(Permission.PLAN_START)) == []


def test_the_index_built_anew_is_the_same() -> None:
    plan_of(TeamFactory(), "Thefts of bicycles")
    call_command("load_evidence", verbosity=0)
    fields = ("object_type", "object_id", "part", "word", "weight")
    before = set(IndexedWord.objects.values_list(*fields))
    IndexedWord.objects.filter(word__startswith="b").delete()
    IndexedWord.objects.create(object_type="problems.plan", object_id=10**9, word="gone", weight=1)
    call_command("reindex", verbosity=0)
    assert set(IndexedWord.objects.values_list(*fields)) == before


def test_the_page_shows_plans_actions_and_evidence(client: Client, django_assert_max_num_queries) -> None:
    call_command("load_evidence", verbosity=0)
    team = TeamFactory()
    plan = plan_of(team, "Better lighting for the path")
    add_action(plan=plan, by=UserFactory(), title="Count the lights", organisation=plan.lead, due_on="2026-09-01")
    client.force_login(person(Permission.PLAN_START, team=team))
    with django_assert_max_num_queries(15):
        page = client.get("/search/?q=light").content.decode()
    assert all(text in page for text in ("Better lighting for the path", "Count the lights", "Better street lighting"))
    assert "Type a word or two" in client.get("/search/").content.decode()
    assert client.get("/search/?q=%27%22%3Cscript%3E").status_code == 200


def test_no_action_is_found_that_is_shut() -> None:
    plan = PlanFactory()
    given = {"organisation": plan.lead, "due_on": plan.opened_on, "marking": "sensitive"}
    add_action(plan=plan, by=plan.owner, title="Watch the heron", **given)
    cleared = person(Permission.PLAN_START, Permission.SENSITIVE_READ, team=plan.team)
    assert search(cleared, "heron").action_count == 1
    for somebody in (person(Permission.PLAN_START, team=plan.team), person(Permission.PLAN_START)):
        found = search(somebody, "heron")
        assert (found.actions, found.action_count) == ([], 0)


def test_a_partner_finds_a_plan_only_by_the_words_of_the_stages_they_are_invited_to(client: Client) -> None:
    plan = PlanFactory(title="Thefts by the pond")
    texts = {"harmful": "Geese", "why": "Herons", "tried_before": "Bitterns"}
    said = {key: {"text": text} for key, text in texts.items()}
    save_answers(plan=plan, by=plan.owner, answers=said, based_on=dict.fromkeys(texts, 0))
    council = TeamFactory()
    InvitationFactory(plan=plan, organisation=council.organisation, scanning="read", analysis="none", response="none")
    partner, officer = person(team=council), person(Permission.PLAN_START, team=plan.team)
    found = {word: search(partner, word).plan_count for word in ("pond", "geese", "heron", "pond heron", "geese pond")}
    assert found == {"pond": 1, "geese": 1, "heron": 0, "pond heron": 0, "geese pond": 1}
    assert search(officer, "pond geese heron").plan_count == 1
    client.force_login(partner)
    assert "0 found that are open to you" in client.get("/search/?q=heron").content.decode()


def test_a_word_that_two_parts_hold_is_found_in_each_and_counts_once() -> None:
    plan = PlanFactory(title="Thefts")
    save_answers(
        plan=plan,
        by=plan.owner,
        answers={"harmful": {"text": "Geese, thefts"}, "why": {"text": "Geese"}},
        based_on={"harmful": 0, "why": 0},
    )
    council = TeamFactory()
    InvitationFactory(plan=plan, organisation=council.organisation, scanning="none", analysis="read", response="none")
    partner, officer = person(team=council), person(Permission.PLAN_START, team=plan.team)
    for somebody in (partner, officer):
        assert matching(plans_to_search(somebody), "geese theft").best == [Match(plan.pk, 1 + 8)]


def test_the_stages_that_search_looks_into_are_those_that_the_person_may_open() -> None:
    whole, sensitive = PlanFactory(), PlanFactory(marking="sensitive")
    council = TeamFactory()
    for plan in (whole, sensitive):
        InvitationFactory(plan=plan, organisation=council.organisation, scanning="none", analysis="write")
    cleared = PlanFactory(marking="sensitive")
    InvitationFactory(plan=cleared, organisation=council.organisation, sensitive=True, assessment="read")
    for somebody in (person(team=council), person(Permission.PLAN_START, team=whole.team), person()):
        readable = plans_to_search(somebody)
        own = set(readable.whole.values_list("pk", flat=True))
        for stage in Plan.Stage.values:
            opened = {plan.pk for plan in (whole, sensitive, cleared) if stage in access_to(somebody, plan).reads}
            assert own | set(readable.parts[stage].values_list("pk", flat=True)) == opened


def test_the_best_are_shown_and_all_that_are_open_are_counted_in_one_query(django_assert_num_queries) -> None:
    team = TeamFactory()
    user = person(Permission.PLAN_START, team=team)
    body = [plan_of(team, "Elsewhere", problem="Herons") for _ in range(3)]
    titled = [plan_of(team, "Herons") for _ in range(2)]
    plan_of(TeamFactory(), "Herons, hidden")
    readable = plans_to_search(user)
    with django_assert_num_queries(1):
        found = matching(readable, "heron", first=3)
    assert [match.object_id for match in found.best] == [titled[1].pk, titled[0].pk, body[2].pk]
    assert found.count == 5


def test_clearance_by_one_body_does_not_open_what_another_is_invited_to() -> None:
    plan = PlanFactory(marking="sensitive")
    given = {"organisation": plan.lead, "due_on": plan.opened_on}
    action = add_action(plan=plan, by=plan.owner, title="Ring the heron", **given)
    cleared, invited = TeamFactory(), TeamFactory()
    InvitationFactory(plan=plan, organisation=cleared.organisation, sensitive=True, response="none", scanning="read")
    InvitationFactory(plan=plan, organisation=invited.organisation, response="read")
    of_both = person(team=cleared)
    MembershipFactory(user=of_both, team=invited)
    assert "response" not in access_to(of_both, plan).reads
    assert actions_with("heron", of_both) == []
    with pytest.raises(Http404):
        action_for_reading(of_both, action.pk)
