"""Every write to people, bodies, teams, memberships and accounts."""

import datetime
from collections.abc import Sequence
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone

from upstream_web.audit.changes import System, record
from upstream_web.audit.retention import kept_for
from upstream_web.people import handover
from upstream_web.people.models import Membership, OneTimeLink, Organisation, PolicingBodyForm, Role, Team, User
from upstream_web.people.permissions import Permission
from upstream_web.people.tasks import send_letter, send_password_link
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
def edit_organisation(*, organisation: Organisation, name: str, kind: str, area: Area | None, by: Any) -> None:
    """Correct a body's name, kind or area."""
    _edit(organisation, {"name": name, "kind": kind, "area": area}, action="organisation.edited", by=by)


@transaction.atomic
def succeed_organisation(*, organisation: Organisation, name: str, valid_from: datetime.date, by: Any) -> Organisation:
    """A new body takes over from a day: the old one ends the day before, its teams move with their people and work."""
    day_before = valid_from - datetime.timedelta(days=1)
    if organisation.valid_to:
        raise ValidationError(f"{organisation} ended on {organisation.valid_to:%d/%m/%Y} already.")
    if valid_from <= organisation.valid_from:
        raise ValidationError(f"The day must be after {organisation.valid_from:%d/%m/%Y}, when {organisation} began.")
    heir = Organisation.objects.create(
        name=name, kind=organisation.kind, area=organisation.area, valid_from=valid_from, succeeds=organisation
    )
    _edit(organisation, {"valid_to": day_before}, action="organisation.ended", by=by)
    moved = [team.name for team in organisation.teams.current(on=valid_from)]
    organisation.teams.current(on=valid_from).update(organisation=heir)
    after = {"name": name, "succeeds": organisation, "from": valid_from, "teams": moved}
    record(by=by, action="organisation.succeeded", of=heir, parent=organisation, after=after)
    return heir


@transaction.atomic
def end_organisation(*, organisation: Organisation, last_day: datetime.date, by: Any) -> None:
    """A body ends with nobody to succeed it."""
    _edit(organisation, {"valid_to": last_day}, action="organisation.ended", by=by)


@transaction.atomic
def add_team(
    *, name: str, kind: str, organisation: Organisation, by: Any, valid_from: datetime.date, area: Area | None = None
) -> Team:
    """Add a team."""
    team = Team.objects.create(name=name, kind=kind, organisation=organisation, area=area, valid_from=valid_from)
    record(by=by, action="team.added", of=team, after={"name": name, "organisation": organisation, "area": area})
    return team


@transaction.atomic
def edit_team(*, team: Team, name: str, kind: str, area: Area | None, by: Any) -> None:
    """Correct a team's name, kind or area."""
    _edit(team, {"name": name, "kind": kind, "area": area}, action="team.edited", by=by)


@transaction.atomic
def end_team(*, team: Team, last_day: datetime.date, by: Any) -> None:
    """A team ends, and with it every membership that would have gone on."""
    _edit(team, {"valid_to": last_day}, action="team.ended", by=by)
    for membership in team.memberships.current(on=last_day).select_related("user", "team", "role"):
        if membership.valid_to is None or membership.valid_to > last_day:
            leave(membership=membership, last_day=last_day, by=by)


@transaction.atomic
def add_person(*, email: str, name: str, by: Any, post: str = "", password: str | None = None) -> User:
    """Add an account; without a password it can only be used once one is set, or by the identity provider."""
    user = User.objects.create_user(email=email, name=name, password=password)
    user.post = post
    user.save(update_fields=["post"])
    record(by=by, action="person.added", of=user, after={"name": name, "email": email, "post": post})
    return user


@transaction.atomic
def edit_person(*, user: User, name: str, email: str, post: str, by: Any) -> None:
    """Correct a person's name, e-mail address or post."""
    _edit(user, {"name": name, "email": email.strip().lower(), "post": post}, action="person.edited", by=by)


@transaction.atomic
def close_account(*, user: User, by: Any) -> None:
    """Nobody signs in with it any more, and wherever it is signed in, it is signed out; its tokens end for good.

    What the person did stays.
    """
    _refuse_oneself(user, by, "close your own account")
    _edit(user, {"is_active": False}, action="account.closed", by=by)
    user.credentials_since = timezone.now()
    user.save(update_fields=["credentials_since"])
    for session in UserSession.objects.filter(user=user):
        session.end()


@transaction.atomic
def open_account(*, user: User, by: Any) -> None:
    """A closed account can be used again."""
    _edit(user, {"is_active": True}, action="account.opened", by=by)


@transaction.atomic
def take_second_step_off(*, user: User, by: Any) -> None:
    """For whoever lost phone, key and recovery codes: they add a new second step the next time they sign in."""
    _refuse_oneself(user, by, "take your own second step off here")
    number, _ = Authenticator.objects.filter(user=user).delete()
    record(by=by, action="account.second_step_taken_off", of=user, details={"removed": number})


@transaction.atomic
def invite(*, user: User, by: Any) -> None:
    """Send the person a link to choose a password."""
    record(by=by, action="account.invited", of=user)
    transaction.on_commit(lambda: send_password_link.enqueue(user.email))


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
    """Put a person in a team with a role. Nobody gives a role to themselves."""
    _refuse_oneself(user, by, "give yourself a role")
    if user.memberships.filter(team=team, role=role).current(on=valid_from).exists():
        raise ValidationError(f"{user} is in {team} as {role} on that day already.")
    row = Membership.objects.create(
        user=user, team=team, role=role, area=area, valid_from=valid_from, valid_to=valid_to
    )
    after = {"team": team, "role": role, "area": area, "from": valid_from, "to": valid_to}
    record(by=by, action="membership.added", of=row, parent=user, after=after)
    return row


@transaction.atomic
def leave(*, membership: Membership, last_day: datetime.date, by: Any) -> None:
    """End a membership; what the person did stays theirs."""
    if last_day < membership.valid_from:
        raise ValidationError(f"The membership begins on {membership.valid_from:%d/%m/%Y}: it cannot end before.")
    before = {"to": membership.valid_to}
    membership.valid_to = last_day
    membership.save(update_fields=["valid_to"])
    record(
        by=by, action="membership.ended", of=membership, parent=membership.user, before=before, after={"to": last_day}
    )


@transaction.atomic
def hand_over(*, user: User, to: User, last_day: datetime.date, by: Any) -> dict[str, int]:
    """Somebody moves: their memberships end, and their open work passes to another. How much of each kind passed."""
    if to == user or not to.is_active:
        raise ValidationError("Choose somebody else whose account is open.")
    refused = handover.refusals(user, to)
    if refused:
        raise ValidationError(refused)
    passed = {holding.key: holding.pass_on(user=user, to=to, by=by) for holding in handover.holdings()}
    for membership in user.memberships.current(on=last_day).select_related("user", "team", "role"):
        if membership.valid_to is None or membership.valid_to > last_day:
            leave(membership=membership, last_day=last_day, by=by)
    record(by=by, action="person.handed_over", of=user, details={"to": to, "last_day": last_day, "passed": passed})
    return passed


@transaction.atomic
def make_link(
    *, purpose: str, target_id: str, email: str, token_hash: str, expires_at: datetime.datetime, by: User
) -> OneTimeLink:
    """Keep the digest of a new one-time link, and end those before it that nobody has used.

    Call `links.make`, which also makes the link itself.
    """
    row = OneTimeLink(
        purpose=purpose, target_id=target_id, email=email, token_hash=token_hash, expires_at=expires_at, made_by=by
    )
    replaced = _put_in_place_of_earlier(row)
    after = {"purpose": purpose, "target": target_id, "email": email}
    record(by=by, action="link.made", of=row, after=after, details={"replaced": replaced} if replaced else {})
    return row


def _put_in_place_of_earlier(row: OneTimeLink) -> int:
    """Keep a new link as the only one to its thing; how many it ended. One made at the same instant waits at the
    constraint until this one is kept, and then ends it: of the two, the later one opens."""
    earlier = OneTimeLink.objects.newest().filter(purpose=row.purpose, target_id=row.target_id)
    replaced = 0
    while True:
        replaced += earlier.update(replaced_at=timezone.now())
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError:
            if not earlier.exists():
                raise
        else:
            return replaced


@transaction.atomic
def use_link(*, link: OneTimeLink, by: Any) -> bool:
    """Use a link up; false when somebody was quicker."""
    used = OneTimeLink.objects.unused().filter(pk=link.pk).update(used_at=timezone.now())
    if used:
        record(by=by, action="link.used", of=link, details={"purpose": link.purpose, "target": link.target_id})
    return bool(used)


@transaction.atomic
def forget_links(*, by: Any) -> int:
    """Delete links that opened their thing, or no longer would, a while ago; how many. The log keeps who made them."""
    before = timezone.now() - kept_for("links")
    count, _ = OneTimeLink.objects.filter(Q(used_at__lt=before) | Q(expires_at__lt=before)).delete()
    if count:
        record(by=by, action="link.forgotten", of=OneTimeLink(), details={"links": count})
    return count


@transaction.atomic
def forget_sessions(*, by: Any) -> int:
    """Delete sessions that are over, with what was typed in them, and where each was used from; how many."""
    Session.objects.filter(expire_date__lt=timezone.now() - kept_for("sessions")).delete()
    over = UserSession.objects.exclude(session_key__in=Session.objects.values("session_key"))
    count, _ = over.delete()
    if count:
        record(by=by, action="session.forgotten", of=User(), details={"sessions": count})
    return count


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


def _edit(row: models.Model, values: dict[str, Any], *, action: str, by: Any) -> None:
    before = {field: getattr(row, field) for field in values}
    for field, value in values.items():
        setattr(row, field, value)
    row.full_clean()
    row.save(update_fields=list(values))
    record(by=by, action=action, of=row, before=before, after=values)


def _refuse_oneself(user: User, by: Any, what: str) -> None:
    if by.pk == user.pk:
        raise ValidationError(f"You cannot {what}. Ask another administrator.")


TOKENS_ENDED = "Tokens that programs used for you have ended: make new ones where you still need them."
ACCOUNT_CHANGES = {
    "password_changed": f"Your password was changed. {TOKENS_ENDED}",
    "password_set": "A password was set on your account.",
    "password_reset": f"A new password was chosen from the link that we sent you. {TOKENS_ENDED}",
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
