"""Lines of a plan: causes, objectives, responses, actions, assessment, scores, reviews."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from factories.people import AreaFactory, OrganisationFactory, TeamFactory, person
from factories.problems import ActionFactory, InvitationFactory, PlanFactory, ResponseFactory, ready_plan
from upstream_web.audit.queries import history_of
from upstream_web.evidence.models import EvidenceCard
from upstream_web.people.permissions import Permission
from upstream_web.problems.access import access_to
from upstream_web.problems.changes import actions, assessment, parts, sharing, supervision
from upstream_web.problems.changes.plans import change_details
from upstream_web.problems.changes.versions import EditClash
from upstream_web.problems.models import Plan
from upstream_web.problems.rubrics import judge, rubric

pytestmark = pytest.mark.django_db
DAY = {"due_on-day": 1, "due_on-month": 9, "due_on-year": 2026}


@pytest.fixture
def officer():
    return person(Permission.PLAN_START, team=TeamFactory(area=AreaFactory(code="NORTH")))


@pytest.fixture
def plan(officer):
    return PlanFactory(team=officer.memberships.get().team, owner=officer)


@pytest.fixture
def signed_in(client: Client, officer) -> Client:
    client.force_login(officer)
    return client


def words(answer) -> str:
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def test_a_hypothesis_is_added_changed_and_taken_out(signed_in, plan) -> None:
    given = {"statement": "Poor lighting", "test": "Compare lit and unlit streets", "state": "open", "version": 0}
    assert signed_in.post(f"/plans/{plan.pk}/hypothesis/add/", given).status_code == 302
    row = plan.hypotheses.get()
    assert "Poor lighting" in words(signed_in.get(f"/plans/{plan.pk}/analysis/"))
    signed_in.post(f"/plans/{plan.pk}/hypothesis/{row.pk}/change/", {**given, "state": "supported", "version": 1})
    row.refresh_from_db()
    assert (row.state, row.version) == ("supported", 2)
    signed_in.post(f"/plans/{plan.pk}/hypothesis/{row.pk}/remove/")
    assert not plan.hypotheses.exists()
    assert [event.action for event in history_of(plan)][:3] == [
        "plan.hypothesis_removed",
        "plan.hypothesis_changed",
        "plan.hypothesis_added",
    ]


def test_a_line_changed_by_two_people_loses_nothing(officer, plan) -> None:
    row = parts.save_hypothesis(plan=plan, by=officer, statement="A", test="T")
    parts.save_hypothesis(plan=plan, by=officer, row=row, based_on=1, statement="B")
    with pytest.raises(EditClash) as clash:
        parts.save_hypothesis(plan=plan, by=officer, row=row, based_on=1, statement="C")
    assert [(c.theirs, c.yours) for c in clash.value.clashes] == [("B", "C")]
    row.refresh_from_db()
    assert row.statement == "B"


def test_a_response_cites_a_card_and_counts_its_dose(signed_in, plan) -> None:
    card = EvidenceCard.objects.create(key="lighting", kind="finding", title="Street lighting", summary="s", source="x")
    given = {"title": "New lamps", "mechanism": "Being seen", "side": "location", "tier": "primary", "card": card.pk}
    given |= {"organisation": plan.lead_id, "dose_unit": "lamps", "dose_planned": "10", "version": 0}
    assert signed_in.post(f"/plans/{plan.pk}/response/add/", given).status_code == 302
    response = plan.responses.get()
    day = {"on-day": "3", "on-month": "3", "on-year": "2026", "amount": "4"}
    assert signed_in.post(f"/plans/{plan.pk}/response/{response.pk}/delivered/", day).status_code == 302
    page = words(signed_in.get(f"/plans/{plan.pk}/response/"))
    assert "4 of 10 lamps delivered" in page
    assert "Street lighting" in page


def test_an_action_from_adding_to_done(signed_in, officer, plan) -> None:
    given = {"title": "Visit", "organisation": plan.lead_id, "marking": "official", "version": 0, **DAY}
    assert signed_in.post(f"/plans/{plan.pk}/action/add/", given).status_code == 302
    action = plan.actions.get()
    address = f"/plans/actions/{action.pk}/"
    assert "Say what stands in the way" in words(
        signed_in.post(address, {"text": "No key", "state": "blocked", "based_on": 1})
    )
    assert signed_in.post(address, {"text": "Done today", "state": "done", "based_on": 1}).status_code == 302
    action.refresh_from_db()
    assert action.done_on is not None
    assert action.updates.get().by_name == officer.name


def test_an_update_of_an_action_that_somebody_changed_meanwhile_is_kept_and_asked_again(
    signed_in, officer, plan
) -> None:
    action = ActionFactory(plan=plan)
    address = f"/plans/actions/{action.pk}/"
    assert 'name="based_on" value="1"' in signed_in.get(address).content.decode()
    actions.update_action(action=action, by=officer, text="Shut", state="blocked", blocker="They are shut")
    stale = {"text": "All visited", "state": "done", "blocker": "", "based_on": 1}
    page = signed_in.post(address, stale)
    assert "now it is “Blocked”" in words(page)
    assert "All visited</textarea>" in page.content.decode()
    assert action.updates.count() == 1
    action.refresh_from_db()
    assert (action.state, action.version) == ("blocked", 2)
    assert 'name="based_on" value="2"' in page.content.decode()
    assert signed_in.post(address, stale | {"based_on": 2}).status_code == 302
    action.refresh_from_db()
    assert (action.state, action.updates.first().text) == ("done", "All visited")


def test_an_update_that_does_not_say_what_it_rests_on_is_refused(signed_in, plan) -> None:
    action = ActionFactory(plan=plan)
    page = signed_in.post(f"/plans/actions/{action.pk}/", {"text": "All visited", "state": "done"})
    assert "Open the page again" in words(page)
    assert not action.updates.exists()


def test_a_wrong_date_is_refused_with_an_example_and_the_text_is_kept(signed_in, plan) -> None:
    given = {"title": "Visit the shops", "organisation": plan.lead_id, "marking": "official", **DAY, "due_on-month": 13}
    page = words(signed_in.post(f"/plans/{plan.pk}/action/add/", given))
    assert "“1 13 2026” is not a date." in page
    assert "Visit the shops" in page
    assert 'href="#id_due_on-day"' in page


def test_a_partner_works_on_their_own_action_only(client, plan) -> None:
    housing = OrganisationFactory(kind="housing")
    InvitationFactory(plan=plan, organisation=housing, scanning="none", response="read")
    theirs, other = ActionFactory(plan=plan, organisation=housing), ActionFactory(plan=plan)
    hidden = ActionFactory(plan=plan, organisation=housing, marking="sensitive", title="Watch number 9")
    client.force_login(person(team=TeamFactory(organisation=housing)))
    assert (
        client.post(f"/plans/actions/{theirs.pk}/", {"text": "Fixed", "state": "done", "based_on": 1}).status_code
        == 302
    )
    assert client.post(f"/plans/actions/{other.pk}/", {"text": "x", "state": "done"}).status_code == 403
    assert client.get(f"/plans/actions/{hidden.pk}/").status_code == 404
    for page in ("", "response/"):
        assert hidden.title not in words(client.get(f"/plans/{plan.pk}/{page}"))


def values(**other: object) -> dict[str, object]:
    day = datetime.date
    given = {"measure": "Thefts", "comparison": "Market square", "smallest_effect": 20.0, "review_on": day(2026, 9, 1)}
    given |= {"before_from": day(2025, 1, 1), "before_to": day(2025, 12, 31)}
    return given | {"after_from": day(2026, 2, 1), "after_to": day(2026, 8, 1), **other}


def test_the_named_assessment_is_locked_and_a_later_change_needs_a_reason(officer, plan) -> None:
    assessment.name_assessment(plan=plan, by=officer, area=plan.area, **values())
    assessment.name_assessment(plan=plan, by=officer, area=plan.area, **values(measure="Shop thefts"))
    assert [row.measure for row in plan.named_assessments.all()] == ["Shop thefts"]
    plan.named_assessments.update(locked_at=datetime.datetime(2026, 2, 1, tzinfo=datetime.UTC))
    with pytest.raises(ValidationError, match="say why"):
        assessment.name_assessment(plan=plan, by=officer, area=plan.area, **values(measure="All thefts"))
    assessment.name_assessment(
        plan=plan, by=officer, area=plan.area, reason="Shops closed", **values(measure="All thefts")
    )
    assert [row.measure for row in plan.named_assessments.all()] == ["All thefts", "Shop thefts"]
    assert all(row.locked_at for row in plan.named_assessments.all())


def test_a_change_of_recording_that_tells_who_or_where_is_refused(officer, plan) -> None:
    """Its words go into bundles that anybody may be handed."""
    said = values(rule_changes=[["2025-06", "The desk at 12 Mill Lane closed"]])
    with pytest.raises(ValidationError, match="an address: 12 Mill Lane"):
        assessment.name_assessment(plan=plan, by=officer, area=plan.area, **said)
    said = values(rule_changes=[["2025-06", "New recording system"]])
    assert assessment.name_assessment(plan=plan, by=officer, area=plan.area, **said).rule_changes


def test_a_result_reaches_the_evidence_card_failures_too(officer, plan) -> None:
    card = EvidenceCard.objects.create(key="watch", kind="intervention", title="Watch", summary="s", source="x")
    ResponseFactory(plan=plan, card=card)
    given = {"process": "p", "outcome": "o", "lesson": "Ask first", "decision": "close", "before": 10.0, "after": 12.0}
    assessment.write_result(plan=plan, by=officer, verdict="worse", **given)
    local = card.local_results.get()
    assert (local.plan_ref, local.effect) == (plan.ref, pytest.approx(20.0))
    assert "It got worse" in local.what
    assert plan.stage == "scanning"
    plan.refresh_from_db()
    assert plan.stage == "assessment"


def test_a_technique_is_shown_by_its_name(signed_in, plan) -> None:
    EvidenceCard.objects.create(
        key="t7", kind="technique", technique=7, title="Help people see", summary="s", source="x"
    )
    ResponseFactory(plan=plan, technique=7)
    assert "7. Help people see" in signed_in.get(f"/plans/{plan.pk}/response/").content.decode()


def test_a_partner_who_was_never_invited_reads_the_lesson_and_nothing_else_of_the_plan(client: Client, officer) -> None:
    hidden = ("Heron title", "Heron place", "Heron problem", "heron-done", "heron-happened", "heron-residents", "4242")
    plan = PlanFactory(owner=officer, title=hidden[0], place=hidden[1], problem=hidden[2])
    card = EvidenceCard.objects.create(key="watch", kind="intervention", title="Watch", summary="s", source="x")
    ResponseFactory(plan=plan, card=card)
    given = dict(zip(("process", "outcome", "community"), hidden[3:6], strict=True)) | {
        "before": 4242.0,
        "after": 2121.0,
    }
    assessment.write_result(plan=plan, by=officer, lesson="Ask first", decision="close", verdict="some", **given)
    client.force_login(person())
    page = client.get("/evidence/watch/").content.decode()
    assert all(words in page for words in (plan.ref, "Some effect. Ask first", "−50%"))
    unsaid = (*hidden, officer.name, plan.area.name, plan.lead.name, plan.team.name, f"/plans/{plan.pk}/")
    assert [words for words in unsaid if words in page] == []
    assert client.get(f"/plans/{plan.pk}/").status_code == 404
    assert "0 found" in client.get("/search/?q=Ask+first").content.decode()


@pytest.mark.parametrize("told", ["Sergeant Ash Reed", "12 Mill Lane", "07700 900123", "ash@hill.example", "AB1 2CD"])
def test_a_lesson_that_tells_who_or_where_is_refused_and_the_words_stay(signed_in, plan, told) -> None:
    ActionFactory(plan=plan, owner=None, owner_name="Sergeant Ash Reed", owner_email="x@hill.example")
    given = {"process": "p", "outcome": "o", "decision": "close", "verdict": "some"}
    address = f"/plans/{plan.pk}/assessment/result/"
    page = signed_in.post(address, {**given, "lesson": f"Ask {told} first"}).content.decode()
    assert "Everybody who signs in reads lessons" in page
    assert f"Ask {told} first" in page
    assert not plan.results.exists()
    assert signed_in.post(address, {**given, "lesson": "Ask 3 shops first"}).status_code == 302


def test_what_came_of_a_marked_plan_reaches_no_card(officer, plan) -> None:
    """Everybody reads the cards."""
    card = EvidenceCard.objects.create(key="watch", kind="intervention", title="Watch", summary="s", source="x")
    ResponseFactory(plan=plan, card=card)
    given = {"process": "p", "outcome": "o", "lesson": "Ask number nine first", "decision": "close", "verdict": "some"}
    assessment.write_result(plan=plan, by=officer, **given)
    assert card.local_results.count() == 1
    plan.refresh_from_db()
    marked = {"based_on": plan.version, "before": {"marking": "official"}, "marking": "sensitive"}
    change_details(plan=plan, by=officer, **marked)
    assert not card.local_results.exists()
    assessment.write_result(plan=plan, by=officer, **given)
    assert not card.local_results.exists()


@pytest.mark.parametrize("kind", Plan.Kind.values)
def test_every_kind_of_plan_has_a_rubric_of_eight_items_of_four_marks(kind) -> None:
    items = rubric(kind)
    assert len(items) == 8
    assert all(len(item.marks) == 4 for item in items)


@pytest.mark.parametrize(
    ("marks", "total", "colour", "capped"),
    [
        ([3] * 8, 24, "green", ""),
        ([2] * 6 + [3] * 2, 18, "green", "Is it a problem?"),
        ([2] * 7 + [3], 17, "amber", "Is it a problem?"),
        ([3] * 7 + [1], 22, "amber", "Reviewed on time"),
        ([3] * 7 + [0], 21, "red", "Reviewed on time"),
        ([1] * 7 + [2], 9, "red", "Is it a problem?"),
    ],
)
def test_the_colour_follows_from_the_marks_and_names_what_caps_it(marks, total, colour, capped) -> None:
    keys = [item.key for item in rubric("neighbourhood")]
    found = judge("neighbourhood", dict(zip(keys, marks, strict=True)))
    assert (found.total, found.colour, found.capped_by) == (total, colour, capped)


def test_marks_out_of_range_or_missing_are_refused() -> None:
    keys = [item.key for item in rubric("neighbourhood")]
    with pytest.raises(ValueError, match="0 to 3"):
        judge("neighbourhood", dict.fromkeys(keys, 4))
    with pytest.raises(ValueError, match="0 to 3"):
        judge("neighbourhood", {keys[0]: 3})


def test_the_plan_shows_the_hubs_score_before_its_owners(officer, plan) -> None:
    keys = [item.key for item in rubric("neighbourhood")]
    hub = person(Permission.PLAN_HUB, team=TeamFactory(area=plan.area))
    low, high = dict.fromkeys(keys, 1), dict.fromkeys(keys, 3)
    supervision.score(plan=plan, by=officer, access=access_to(officer, plan), scorer="self", marks=high, notes={})
    plan.refresh_from_db()
    assert plan.colour == "green"
    supervision.score(plan=plan, by=hub, access=access_to(hub, plan), scorer="hub", marks=low, notes={})
    supervision.score(plan=plan, by=officer, access=access_to(officer, plan), scorer="self", marks=high, notes={})
    plan.refresh_from_db()
    assert plan.colour == "red"
    with pytest.raises(PermissionDenied):
        supervision.score(plan=plan, by=officer, access=access_to(officer, plan), scorer="hub", marks=high, notes={})


def test_scoring_and_reviewing_on_their_pages(client, plan) -> None:
    sergeant = person(Permission.PLAN_SUPERVISE, team=TeamFactory(area=plan.area))
    client.force_login(sergeant)
    marks = {item.key: "2" for item in rubric("neighbourhood")}
    assert client.post(f"/plans/{plan.pk}/score/", {"scorer": "supervisor", **marks}).status_code == 302
    assert client.post(f"/plans/{plan.pk}/review/", {"text": "Go on"}).status_code == 302
    plan.refresh_from_db()
    assert plan.next_review_on > datetime.date(2026, 1, 1)
    page = words(client.get(f"/plans/{plan.pk}/"))
    assert "16 of 24, amber" in page
    assert "Go on" in page


def test_twenty_writers_lose_no_update(officer, plan) -> None:
    action = ActionFactory(plan=plan)
    for i in range(20):
        actions.update_action(action=action, by=officer, text=f"Update {i}", state="to_do")
    assert action.updates.count() == 20
    assert history_of(plan).count() == 20


def test_a_ready_plans_forms_open_filled(signed_in, officer) -> None:
    plan = ready_plan(team=officer.memberships.get().team, owner=officer)
    row = plan.objectives.get()
    assert "Fewer thefts" in words(signed_in.get(f"/plans/{plan.pk}/objective/{row.pk}/change/"))
    assert "Market" in words(signed_in.get(f"/plans/{plan.pk}/assessment/name/")).title()
    assert "Staff greet" in words(signed_in.get(f"/plans/{plan.pk}/response/{plan.responses.get().pk}/change/"))
    assert "Summary" in words(signed_in.get(f"/plans/{plan.pk}/nominate/"))


def test_history_and_versions_keep_sensitive_lines_from_those_who_may_not_see_them(client, officer, plan) -> None:
    parts.save_hypothesis(plan=plan, by=officer, statement="Poor lighting", test="Compare")
    given = {"organisation": plan.lead, "due_on": datetime.date(2026, 9, 1)}
    plain = actions.add_action(plan=plan, by=officer, title="Visit the shops", **given)
    hidden = actions.add_action(plan=plan, by=officer, title="Watch number nine", marking="sensitive", **given)
    actions.update_action(action=hidden, by=officer, text="Seen at the back door", state="to_do")
    sharing.add_note(plan=plan, by=officer, text="Caller at number nine", marking="sensitive")
    upload = SimpleUploadedFile("number-nine.pdf", b"%PDF-1.7")
    sharing.add_file(plan=plan, by=officer, upload=upload, what="", marking="sensitive")
    first, last = plan.versions.last().number, plan.versions.first().number
    pages = [f"/plans/{plan.pk}/history/", f"/plans/{plan.pk}/history/compare/?old={first}&new={last}"]
    client.force_login(officer)
    for page in pages:
        shown = words(client.get(page))
        assert plain.title in shown
        assert not any(text in shown for text in ("number nine", "number-nine", "back door"))
    client.force_login(person(Permission.PLAN_START, Permission.SENSITIVE_READ, team=plan.team))
    assert all(hidden.title in words(client.get(page)) for page in pages)
