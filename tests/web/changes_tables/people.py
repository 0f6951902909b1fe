"""How to call each change of people, bodies and accounts."""

import datetime
from functools import partial

from allauth.usersessions.models import UserSession
from django.utils import timezone

from factories.people import (
    AreaFactory,
    MembershipFactory,
    OrganisationFactory,
    RoleFactory,
    TeamFactory,
    UserFactory,
    person,
)
from factories.signing_in import second_step
from upstream_web.audit.changes import System
from upstream_web.people import access, changes
from upstream_web.people.models import OneTimeLink, Organisation, PolicingBodyForm, Team
from upstream_web.people.permissions import Permission

DAY = datetime.date(2026, 5, 7)


def add_organisation():
    by = UserFactory()
    return partial(changes.add_organisation, name="Council", kind=Organisation.Kind.COUNCIL, valid_from=DAY, by=by)


def edit_organisation():
    by, body, area = UserFactory(), OrganisationFactory(), AreaFactory()
    return partial(changes.edit_organisation, organisation=body, name="Another name", kind=body.kind, area=area, by=by)


def succeed_organisation():
    by, team = UserFactory(), TeamFactory()
    return partial(changes.succeed_organisation, organisation=team.organisation, name="Heir", valid_from=DAY, by=by)


def end_organisation():
    by, body = UserFactory(), OrganisationFactory()
    return partial(changes.end_organisation, organisation=body, last_day=DAY, by=by)


def set_policing_body_form():
    by, body = UserFactory(), OrganisationFactory(kind=Organisation.Kind.POLICING_BODY)
    return partial(
        changes.set_policing_body_form, organisation=body, form=PolicingBodyForm.Form.MAYOR, valid_from=DAY, by=by
    )


def add_team():
    by, body = UserFactory(), OrganisationFactory()
    return partial(
        changes.add_team, name="Beat team", kind=Team.Kind.NEIGHBOURHOOD, organisation=body, valid_from=DAY, by=by
    )


def edit_team():
    by, team = UserFactory(), TeamFactory()
    return partial(changes.edit_team, team=team, name="Another name", kind=team.kind, area=team.area, by=by)


def end_team():
    by, membership = UserFactory(), MembershipFactory()
    return partial(changes.end_team, team=membership.team, last_day=DAY, by=by)


def add_person():
    by = UserFactory()
    return partial(changes.add_person, email="sam@force.example", name="Sam", by=by)


def edit_person():
    by, user = UserFactory(), UserFactory()
    return partial(changes.edit_person, user=user, name="Another name", email=user.email, post="", by=by)


def close_account():
    by, user = UserFactory(), UserFactory()
    return partial(changes.close_account, user=user, by=by)


def open_account():
    by, user = UserFactory(), UserFactory(is_active=False)
    return partial(changes.open_account, user=user, by=by)


def take_second_step_off():
    by, user = UserFactory(), UserFactory()
    second_step(user)
    return partial(changes.take_second_step_off, user=user, by=by)


def invite():
    by, user = UserFactory(), UserFactory()
    return partial(changes.invite, user=user, by=by)


def join():
    by, user, team, role = UserFactory(), UserFactory(), TeamFactory(), RoleFactory()
    return partial(changes.join, user=user, team=team, role=role, valid_from=DAY, by=by)


def leave():
    by, membership = UserFactory(), MembershipFactory()
    return partial(changes.leave, membership=membership, last_day=DAY, by=by)


def hand_over():
    by, membership, to = UserFactory(), MembershipFactory(), UserFactory()
    return partial(changes.hand_over, user=membership.user, to=to, last_day=DAY, by=by)


def set_role():
    by = UserFactory()
    allowed = [Permission.PLAN_START.value]
    return partial(changes.set_role, key="new", name="New", description="A role.", permissions=allowed, by=by)


def make_link():
    by, later = UserFactory(), timezone.now() + datetime.timedelta(days=1)
    return partial(
        changes.make_link,
        purpose="action",
        target_id="1",
        email="jo@housing.example",
        token_hash="0" * 64,
        expires_at=later,
        by=by,
    )


def use_link():
    by, later = UserFactory(), timezone.now() + datetime.timedelta(days=1)
    link = OneTimeLink.objects.create(
        purpose="action", target_id="1", email="jo@housing.example", token_hash="0" * 64, expires_at=later, made_by=by
    )
    return partial(changes.use_link, link=link, by=by)


def forget_links():
    ago = timezone.now() - datetime.timedelta(days=60)
    OneTimeLink.objects.create(
        purpose="action", target_id="1", email="jo@housing.example", token_hash="0" * 64, made_by=UserFactory(),
        made_at=ago, expires_at=ago + datetime.timedelta(days=14),
    )  # fmt: skip
    return partial(changes.forget_links, by=System("tidy"))


def forget_sessions():
    UserSession.objects.create(
        user=UserFactory(), session_key="over", ip="127.0.0.1", user_agent="x", created_at=timezone.now(),
        last_seen_at=timezone.now(), data={},
    )  # fmt: skip
    return partial(changes.forget_sessions, by=System("tidy"))


def record_sign_in():
    user = UserFactory()
    return partial(changes.record_sign_in, user=user, method="password", address="127.0.0.1")


def record_failed_sign_in():
    return partial(changes.record_failed_sign_in, email="nobody@force.example", address="127.0.0.1")


def record_account_change():
    user = UserFactory()
    return partial(changes.record_account_change, user=user, what="password_changed")


def keeper_of_elsewhere():
    return person(Permission.PEOPLE_MANAGE, team=TeamFactory(area=AreaFactory(parent=AreaFactory())))


def without_the_role():
    return person(*(one for one in Permission if one != Permission.PEOPLE_MANAGE))


def refused_at(door, factory):
    """Two who may not: one who keeps people elsewhere, one who keeps nobody."""

    def to_others():
        return partial(door, keeper_of_elsewhere(), factory().pk)

    def to_everybody_else():
        return partial(door, without_the_role(), factory().pk)

    return (to_others, to_everybody_else)


def somebody():
    return MembershipFactory().user


def without_keeping_people():
    return partial(access.require, without_the_role(), Permission.PEOPLE_MANAGE)


def role_elsewhere():
    return partial(access.role_for_managing, keeper_of_elsewhere(), RoleFactory().key)


def oneself(change, **given):
    def asked():
        by = UserFactory()
        return partial(change, user=by, by=by, **given)

    return asked


def to_oneself():
    by = UserFactory()
    return partial(changes.join, user=by, team=TeamFactory(), role=RoleFactory(), valid_from=DAY, by=by)


def twice():
    row = MembershipFactory()
    return partial(changes.join, user=row.user, team=row.team, role=row.role, valid_from=DAY, by=UserFactory())


def before_it_began():
    day = datetime.date(2001, 1, 1)
    return partial(changes.leave, membership=MembershipFactory(), last_day=day, by=UserFactory())


def to_a_closed_account():
    user, to = UserFactory(), UserFactory(is_active=False)
    return partial(changes.hand_over, user=user, to=to, last_day=DAY, by=UserFactory())


def no_such_permission():
    given = {"key": "new", "name": "New", "description": "A role.", "permissions": ["all.of.it"]}
    return partial(changes.set_role, by=UserFactory(), **given)


def the_same_address():
    UserFactory(email="sam@force.example")
    return partial(changes.add_person, email="SAM@force.example", name="Sam", by=UserFactory())


def succeeded_before_it_began():
    day = datetime.date(2001, 1, 1)
    return partial(
        changes.succeed_organisation, organisation=OrganisationFactory(), name="Heir", valid_from=day, by=UserFactory()
    )


CALLS = {
    one.__name__: one
    for one in (
        *(add_organisation, edit_organisation, succeed_organisation, end_organisation, set_policing_body_form),
        *(add_team, edit_team, end_team, add_person, edit_person),
        *(close_account, open_account, take_second_step_off, invite, join),
        *(leave, hand_over, set_role, make_link, use_link),
        *(forget_links, forget_sessions, record_sign_in, record_failed_sign_in, record_account_change),
    )
}
WRITES = {
    "add_organisation": ("organisation.added",),
    "add_person": ("person.added",),
    "add_team": ("team.added",),
    "close_account": ("account.closed",),
    "edit_organisation": ("organisation.edited",),
    "edit_person": ("person.edited",),
    "edit_team": ("team.edited",),
    "end_organisation": ("organisation.ended",),
    "end_team": (
        "team.ended",
        "membership.ended",
    ),
    "forget_links": ("link.forgotten",),
    "forget_sessions": ("session.forgotten",),
    "hand_over": (
        "membership.ended",
        "person.handed_over",
    ),
    "invite": ("account.invited",),
    "join": ("membership.added",),
    "leave": ("membership.ended",),
    "make_link": ("link.made",),
    "open_account": ("account.opened",),
    "record_account_change": ("account.password_changed",),
    "record_failed_sign_in": ("person.sign_in_failed",),
    "record_sign_in": ("person.signed_in",),
    "set_policing_body_form": ("organisation.form_set",),
    "set_role": ("role.set",),
    "succeed_organisation": (
        "organisation.ended",
        "organisation.succeeded",
    ),
    "take_second_step_off": ("account.second_step_taken_off",),
    "use_link": ("link.used",),
}
BODY = refused_at(access.body_for_managing, OrganisationFactory)
TEAM = refused_at(access.team_for_managing, TeamFactory)
PERSON = refused_at(access.person_for_managing, somebody)

REFUSED = {
    "add_organisation": (without_keeping_people,),
    **dict.fromkeys(("edit_organisation", "end_organisation", "set_policing_body_form", "add_team"), BODY),
    "succeed_organisation": (*BODY, succeeded_before_it_began),
    **dict.fromkeys(("edit_team", "end_team"), TEAM),
    "add_person": (without_keeping_people, the_same_address),
    **dict.fromkeys(("edit_person", "open_account", "invite"), PERSON),
    "close_account": (*PERSON, oneself(changes.close_account)),
    "take_second_step_off": (*PERSON, oneself(changes.take_second_step_off)),
    "join": (without_keeping_people, to_oneself, twice),
    "leave": (*refused_at(access.membership_for_managing, MembershipFactory), before_it_began),
    "hand_over": (*PERSON, to_a_closed_account),
    "set_role": (role_elsewhere, no_such_permission),
}
NO_PERSON_ASKS = {
    "make_link": "a part of what sends the link",
    "use_link": "the link is its own proof, see test_people_links",
    **dict.fromkeys(("forget_links", "forget_sessions"), "the operator's command"),
    **dict.fromkeys(("record_sign_in", "record_failed_sign_in", "record_account_change"), "signing in itself"),
}
