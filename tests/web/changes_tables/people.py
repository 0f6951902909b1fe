"""How to call each change of people, bodies and accounts."""

import datetime

from allauth.usersessions.models import UserSession
from django.utils import timezone

from factories.people import AreaFactory, MembershipFactory, OrganisationFactory, RoleFactory, TeamFactory, UserFactory
from factories.signing_in import second_step
from upstream_web.audit.changes import System
from upstream_web.people import changes
from upstream_web.people.models import OneTimeLink, Organisation, PolicingBodyForm, Team
from upstream_web.people.permissions import Permission

DAY = datetime.date(2026, 5, 7)


def add_organisation():
    by = UserFactory()
    return lambda: changes.add_organisation(name="Council", kind=Organisation.Kind.COUNCIL, valid_from=DAY, by=by)


def edit_organisation():
    by, body, area = UserFactory(), OrganisationFactory(), AreaFactory()
    return lambda: changes.edit_organisation(organisation=body, name="Another name", kind=body.kind, area=area, by=by)


def succeed_organisation():
    by, team = UserFactory(), TeamFactory()
    return lambda: changes.succeed_organisation(organisation=team.organisation, name="Heir", valid_from=DAY, by=by)


def end_organisation():
    by, body = UserFactory(), OrganisationFactory()
    return lambda: changes.end_organisation(organisation=body, last_day=DAY, by=by)


def set_policing_body_form():
    by, body = UserFactory(), OrganisationFactory(kind=Organisation.Kind.POLICING_BODY)
    return lambda: changes.set_policing_body_form(
        organisation=body, form=PolicingBodyForm.Form.MAYOR, valid_from=DAY, by=by
    )


def add_team():
    by, body = UserFactory(), OrganisationFactory()
    return lambda: changes.add_team(
        name="Beat team", kind=Team.Kind.NEIGHBOURHOOD, organisation=body, valid_from=DAY, by=by
    )


def edit_team():
    by, team = UserFactory(), TeamFactory()
    return lambda: changes.edit_team(team=team, name="Another name", kind=team.kind, area=team.area, by=by)


def end_team():
    by, membership = UserFactory(), MembershipFactory()
    return lambda: changes.end_team(team=membership.team, last_day=DAY, by=by)


def add_person():
    by = UserFactory()
    return lambda: changes.add_person(email="sam@force.example", name="Sam", by=by)


def edit_person():
    by, user = UserFactory(), UserFactory()
    return lambda: changes.edit_person(user=user, name="Another name", email=user.email, post="", by=by)


def close_account():
    by, user = UserFactory(), UserFactory()
    return lambda: changes.close_account(user=user, by=by)


def open_account():
    by, user = UserFactory(), UserFactory(is_active=False)
    return lambda: changes.open_account(user=user, by=by)


def take_second_step_off():
    by, user = UserFactory(), UserFactory()
    second_step(user)
    return lambda: changes.take_second_step_off(user=user, by=by)


def invite():
    by, user = UserFactory(), UserFactory()
    return lambda: changes.invite(user=user, by=by)


def join():
    by, user, team, role = UserFactory(), UserFactory(), TeamFactory(), RoleFactory()
    return lambda: changes.join(user=user, team=team, role=role, valid_from=DAY, by=by)


def leave():
    by, membership = UserFactory(), MembershipFactory()
    return lambda: changes.leave(membership=membership, last_day=DAY, by=by)


def hand_over():
    by, membership, to = UserFactory(), MembershipFactory(), UserFactory()
    return lambda: changes.hand_over(user=membership.user, to=to, last_day=DAY, by=by)


def set_role():
    by = UserFactory()
    allowed = [Permission.PLAN_START.value]
    return lambda: changes.set_role(key="new", name="New", description="A role.", permissions=allowed, by=by)


def make_link():
    by, later = UserFactory(), timezone.now() + datetime.timedelta(days=1)
    return lambda: changes.make_link(
        purpose="action", target_id="1", email="jo@housing.example", token_hash="0" * 64, expires_at=later, by=by
    )


def use_link():
    by, later = UserFactory(), timezone.now() + datetime.timedelta(days=1)
    link = OneTimeLink.objects.create(
        purpose="action", target_id="1", email="jo@housing.example", token_hash="0" * 64, expires_at=later, made_by=by
    )
    return lambda: changes.use_link(link=link, by=by)


def forget_links():
    ago = timezone.now() - datetime.timedelta(days=60)
    OneTimeLink.objects.create(
        purpose="action", target_id="1", email="jo@housing.example", token_hash="0" * 64, made_by=UserFactory(),
        made_at=ago, expires_at=ago + datetime.timedelta(days=14),
    )  # fmt: skip
    return lambda: changes.forget_links(by=System("tidy"))


def forget_sessions():
    UserSession.objects.create(
        user=UserFactory(), session_key="over", ip="127.0.0.1", user_agent="x", created_at=timezone.now(),
        last_seen_at=timezone.now(), data={},
    )  # fmt: skip
    return lambda: changes.forget_sessions(by=System("tidy"))


def record_sign_in():
    user = UserFactory()
    return lambda: changes.record_sign_in(user=user, method="password", address="127.0.0.1")


def record_failed_sign_in():
    return lambda: changes.record_failed_sign_in(email="nobody@force.example", address="127.0.0.1")


def record_account_change():
    user = UserFactory()
    return lambda: changes.record_account_change(user=user, what="password_changed")


CALLS = {name: call for name, call in list(globals().items()) if getattr(call, "__module__", "") == __name__}
