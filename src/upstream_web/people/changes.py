"""Every write to people, bodies, teams, memberships and accounts."""

import datetime
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from upstream_web.audit.changes import System, record
from upstream_web.people.models import Membership, Organisation, PolicingBodyForm, Role, Team, User
from upstream_web.people.permissions import Permission
from upstream_web.people.tasks import send_letter
from upstream_web.places.models import Area


@transaction.atomic
def add_organisation(
    *, name: str, kind: str, by: Any, valid_from: datetime.date, area: Area | None = None
) -> Organisation:
    """Add a body."""
    organisation = Organisation.objects.create(name=name, kind=kind, area=area, valid_from=valid_from)
    record(by=by, action="organisation.added", of=organisation, after={"name": name, "kind": kind, "area": area})
    return organisation


@transaction.atomic
def set_policing_body_form(
    *, organisation: Organisation, form: str, valid_from: datetime.date, by: Any
) -> PolicingBodyForm:
    """Give a local policing body a new form from a day; the one before ends the day before."""
    day_before = valid_from - datetime.timedelta(days=1)
    organisation.forms.current(on=valid_from).update(valid_to=day_before)
    row = PolicingBodyForm.objects.create(organisation=organisation, form=form, valid_from=valid_from)
    record(by=by, action="organisation.form_set", of=organisation, after={"form": form, "from": valid_from})
    return row


@transaction.atomic
def add_team(
    *, name: str, kind: str, organisation: Organisation, by: Any, valid_from: datetime.date, area: Area | None = None
) -> Team:
    """Add a team."""
    team = Team.objects.create(name=name, kind=kind, organisation=organisation, area=area, valid_from=valid_from)
    record(by=by, action="team.added", of=team, after={"name": name, "organisation": organisation, "area": area})
    return team


@transaction.atomic
def add_person(*, email: str, name: str, by: Any, post: str = "", password: str | None = None) -> User:
    """Add an account; without a password it can only be used once one is set, or by the identity provider."""
    user = User.objects.create_user(email=email, name=name, password=password)
    user.post = post
    user.save(update_fields=["post"])
    record(by=by, action="person.added", of=user, after={"name": name, "email": email, "post": post})
    return user


@transaction.atomic
def join(
    *,
    user: User,
    team: Team,
    role: Role,
    by: Any,
    valid_from: datetime.date,
    valid_to: datetime.date | None = None,
    area: Area | None = None,
) -> Membership:
    """Put a person in a team with a role."""
    row = Membership.objects.create(
        user=user, team=team, role=role, area=area, valid_from=valid_from, valid_to=valid_to
    )
    after = {"team": team, "role": role, "area": area, "from": valid_from, "to": valid_to}
    record(by=by, action="membership.added", of=row, parent=user, after=after)
    return row


@transaction.atomic
def leave(*, membership: Membership, last_day: datetime.date, by: Any) -> None:
    """End a membership; what the person did stays theirs."""
    before = {"to": membership.valid_to}
    membership.valid_to = last_day
    membership.save(update_fields=["valid_to"])
    record(
        by=by, action="membership.ended", of=membership, parent=membership.user, before=before, after={"to": last_day}
    )


@transaction.atomic
def set_role(*, key: str, name: str, description: str, permissions: Sequence[str], by: Any) -> Role:
    """Make a role or change what it allows. Unknown permissions are refused."""
    allowed = sorted(Permission(permission).value for permission in permissions)
    role = Role.objects.filter(key=key).first() or Role(key=key)
    before = {"name": role.name, "description": role.description, "permissions": role.permissions} if role.pk else {}
    role.name, role.description, role.permissions = name, description, allowed
    role.save()
    after = {"name": name, "description": description, "permissions": allowed}
    record(by=by, action="role.set", of=role, before=before, after=after)
    return role


ACCOUNT_CHANGES = {
    "password_changed": "Your password was changed.",
    "password_set": "A password was set on your account.",
    "password_reset": "A new password was chosen from the link that we sent you.",
    "totp_activated": "An authenticator app was added as a second step.",
    "totp_deactivated": "The authenticator app was removed from your account.",
    "webauthn_added": "A security key was added to your account.",
    "webauthn_removed": "A security key was removed from your account.",
    "recovery_codes_generated": "New recovery codes were made for your account.",
    "account_connected": "Your organisation's sign-in was connected to your account.",
    "account_disconnected": "Your organisation's sign-in was taken off your account.",
}
"""What may change on an account, and how its owner is told."""


@transaction.atomic
def record_sign_in(*, user: User, method: str, address: str) -> None:
    """Record that somebody signed in, and how."""
    record(by=user, action="person.signed_in", of=user, details={"method": method, "address": address})


@transaction.atomic
def record_failed_sign_in(*, email: str, address: str) -> None:
    """Record a failed attempt. What was typed is not kept unless it is an address that we know."""
    user = User.objects.filter(email__iexact=email).first() or User(name="an unknown address")
    record(by=System("sign-in"), action="person.sign_in_failed", of=user, details={"address": address})


@transaction.atomic
def record_account_change(*, user: User, what: str) -> None:
    """Record a change that somebody made to their own way of signing in, and tell them by e-mail."""
    words = {"name": user.name, "what": ACCOUNT_CHANGES[what], "when": f"{timezone.localtime():%d/%m/%Y %H:%M}"}
    record(by=user, action=f"account.{what}", of=user)
    letter = (user.email, "Your Upstream account was changed", "people/mail/account_changed.txt", words)
    transaction.on_commit(lambda: send_letter.enqueue(*letter))
