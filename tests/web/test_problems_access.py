"""Who sees which plan, as a table; lists and single plans agree."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from factories.people import (
    AreaFactory,
    MembershipFactory,
    OrganisationFactory,
    RoleFactory,
    TeamFactory,
    UserFactory,
    person,
)
from factories.problems import ActionFactory, InvitationFactory, NoteFactory, PlanFactory
from upstream_web.people.permissions import Permission
from upstream_web.problems.access import access_to, action_for_working, plan_for_reading, visible_plans
from upstream_web.problems.changes.sharing import invite

pytestmark = pytest.mark.django_db


@pytest.fixture
def force():
    return AreaFactory(code="FORCE")


@pytest.fixture
def plan(force):
    area = AreaFactory(code="NORTH", parent=force)
    return PlanFactory(team=TeamFactory(area=area))


def sees(user, plan) -> bool:
    listed = visible_plans(user).filter(pk=plan.pk).exists()
    try:
        plan_for_reading(user, plan.pk)
    except Http404:
        opened = False
    else:
        opened = True
    assert listed == opened, "the list and the page disagree"
    return opened


@pytest.mark.parametrize(
    ("permissions", "where", "expected"),
    [
        ([Permission.PLAN_START], "team", True),
        ([Permission.PLAN_START], "area", False),
        ([Permission.PLAN_SUPERVISE], "area", True),
        ([Permission.PLAN_SUPERVISE], "force", True),
        ([Permission.PLAN_SUPERVISE], "elsewhere", False),
        ([Permission.PLAN_HUB], "force", True),
        ([Permission.PLAN_SEE_AREA], "area", True),
        ([Permission.MEASURE_READ, Permission.AUDIT_READ, Permission.PEOPLE_MANAGE], "force", False),
    ],
)
def test_who_sees_a_plan(plan, force, permissions, where, expected) -> None:
    teams = {
        "team": plan.team,
        "area": TeamFactory(area=plan.area),
        "force": TeamFactory(area=force),
        "elsewhere": TeamFactory(area=AreaFactory(code="SOUTH", parent=force)),
    }
    assert sees(person(*permissions, team=teams[where]), plan) is expected


def test_a_former_member_and_somebody_without_membership_see_nothing(plan) -> None:
    former = UserFactory()
    MembershipFactory(user=former, team=plan.team, role=RoleFactory(), valid_to="2021-01-01")
    assert not sees(former, plan)
    assert not sees(UserFactory(), plan)
    assert not sees(plan.owner, plan)


def test_a_closed_account_sees_nothing_though_its_memberships_go_on(plan) -> None:
    officer = person(Permission.PLAN_START, team=plan.team)
    assert sees(officer, plan)
    closed = UserFactory(is_active=False)
    MembershipFactory(user=closed, team=plan.team, role=officer.memberships.get().role)
    assert not sees(closed, plan)


def test_a_sensitive_plan_needs_the_permission_too(plan) -> None:
    plan.marking = "sensitive"
    plan.save()
    assert not sees(person(Permission.PLAN_START, team=plan.team), plan)
    assert sees(person(Permission.PLAN_START, Permission.SENSITIVE_READ, team=plan.team), plan)


def test_a_partner_sees_the_invited_stages_while_the_invitation_holds(plan) -> None:
    council = OrganisationFactory(kind="council")
    officer = person(team=TeamFactory(organisation=council))
    assert not sees(officer, plan)
    invitation = InvitationFactory(plan=plan, organisation=council, analysis="none", response="write")
    assert sees(officer, plan)
    access = access_to(officer, plan)
    assert access.reads == {"scanning", "response"}
    assert access.writes == {"response"}
    assert not access.whole
    invitation.valid_to = invitation.valid_from
    invitation.save()
    assert not sees(officer, plan)


def test_a_new_invitation_takes_the_place_of_the_one_before(plan) -> None:
    council = OrganisationFactory(kind="council")
    officer = person(team=TeamFactory(organisation=council))
    InvitationFactory(plan=plan, organisation=council, analysis="write", sensitive=True)
    narrower = {"scanning": "read", "analysis": "none", "response": "none", "assessment": "none"}
    invite(plan=plan, by=plan.owner, organisation=council, purpose="Section 115", extents=narrower)
    access = access_to(officer, plan)
    assert (access.reads, access.writes, access.sensitive) == ({"scanning"}, frozenset(), False)


def test_a_partner_sees_a_sensitive_plan_only_when_the_invitation_says_so(plan) -> None:
    plan.marking = "sensitive"
    plan.save()
    council = OrganisationFactory(kind="council")
    officer = person(Permission.SENSITIVE_READ, team=TeamFactory(organisation=council))
    invitation = InvitationFactory(plan=plan, organisation=council)
    assert not sees(officer, plan)
    invitation.sensitive = True
    invitation.save()
    assert sees(officer, plan)


def test_absent_and_forbidden_look_the_same(plan) -> None:
    stranger = person(Permission.PLAN_START)
    with pytest.raises(Http404) as forbidden:
        plan_for_reading(stranger, plan.pk)
    with pytest.raises(Http404) as absent:
        plan_for_reading(stranger, 10**9)
    assert str(forbidden.value) == str(absent.value)


def test_a_partner_invited_to_every_stage_is_still_a_partner(client, plan) -> None:
    housing = OrganisationFactory(kind="housing")
    partner = person(Permission.PLAN_START, team=TeamFactory(organisation=housing))
    everything = dict.fromkeys(("scanning", "analysis", "response", "assessment"), "write")
    InvitationFactory(plan=plan, organisation=housing, **everything)
    NoteFactory(plan=plan, text="Between ourselves")
    access = access_to(partner, plan)
    assert (len(access.reads), len(access.writes), access.whole) == (4, 4, False)
    client.force_login(partner)
    assert "Between ourselves" not in client.get(f"/plans/{plan.pk}/").content.decode()
    for page in ("history/", "history/readers/", "sharing/", "records/"):
        assert client.get(f"/plans/{plan.pk}/{page}").status_code == 404
    assert client.get(f"/plans/{plan.pk}/details/").status_code == 403
    assert client.post(f"/plans/{plan.pk}/records/count/").status_code == 403


@pytest.mark.parametrize(
    ("who", "whose_action", "expected"),
    [
        ("team", "force", "updates"),
        ("supervisor", "force", "updates"),
        ("owner who only reads", "force", "updates"),
        ("analyst", "force", "reads"),
        ("hub", "force", "reads"),
        ("hub elsewhere", "force", "absent"),
        ("invited to respond", "invited", "updates"),
        ("invited to respond", "force", "reads"),
        ("invited to respond and reader of the area", "invited", "updates"),
        ("invited to scanning alone", "scanning", "absent"),
        ("reader of a body not invited", "reader", "reads"),
    ],
)
def test_who_says_how_an_action_goes(plan, force, who, whose_action, expected) -> None:
    bodies = {
        "force": plan.team.organisation,
        **{key: OrganisationFactory() for key in ("invited", "scanning", "reader")},
    }
    InvitationFactory(plan=plan, organisation=bodies["invited"], response="read")
    InvitationFactory(plan=plan, organisation=bodies["scanning"], scanning="read", response="none")
    elsewhere = AreaFactory(code="SOUTH", parent=force)

    def one(permission, body, area=plan.area):
        return person(*([permission] if permission else []), team=TeamFactory(organisation=bodies[body], area=area))

    people = {
        "team": lambda: person(Permission.PLAN_START, team=plan.team),
        "supervisor": lambda: one(Permission.PLAN_SUPERVISE, "force"),
        "owner who only reads": lambda: one(Permission.PLAN_SEE_AREA, "force"),
        "analyst": lambda: one(Permission.PLAN_SEE_AREA, "force"),
        "hub": lambda: one(Permission.PLAN_HUB, "force"),
        "hub elsewhere": lambda: one(Permission.PLAN_HUB, "force", elsewhere),
        "invited to respond": lambda: one(None, "invited"),
        "invited to respond and reader of the area": lambda: one(Permission.PLAN_SEE_AREA, "invited"),
        "invited to scanning alone": lambda: one(None, "scanning"),
        "reader of a body not invited": lambda: one(Permission.PLAN_SEE_AREA, "reader"),
    }
    somebody = people[who]()
    owner = somebody if who.startswith("owner") else None
    action = ActionFactory(plan=plan, organisation=bodies[whose_action], owner=owner)
    try:
        action_for_working(somebody, action.pk)
        found = "updates"
    except PermissionDenied:
        found = "reads"
    except Http404:
        found = "absent"
    assert found == expected
