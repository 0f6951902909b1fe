"""Who may do what: from the memberships that hold today. Nothing is allowed that no role allows."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404

from upstream_web.people.models import Membership, Organisation, Role, Team, User
from upstream_web.people.permissions import Permission
from upstream_web.places.models import Area


@dataclass(frozen=True, slots=True)
class Standing:
    """What a person is today.

    memberships : those that hold today
    team_ids, organisation_ids : of those memberships
    """

    memberships: tuple[Membership, ...]
    team_ids: frozenset[int]
    organisation_ids: frozenset[int]

    def allows(self, permission: Permission, area: Area | None = None) -> bool:
        """Whether some membership allows it, for the area where one is given."""
        return any(area is None or path_covers(path, area) for path in self.paths(permission))

    def paths(self, permission: Permission) -> tuple[str, ...]:
        """Paths of the areas in which the person may do it; an empty path is everywhere."""
        rows = (m for m in self.memberships if permission in m.role.permissions)
        return tuple(dict.fromkeys(m.responsible_for.path if m.responsible_for else "" for m in rows))


def only(permission: Permission) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Before a page: refuse whoever may not do this anywhere. Goes before what asks for a password or a reason."""

    def before(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def asking(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            require(request.user, permission)
            return view(request, *args, **kwargs)

        return asking

    return before


def standing(user: User) -> Standing:
    """The person's standing, read once for a request (it is kept on the user object)."""
    kept = getattr(user, "_standing", None)
    if kept is None:
        rows: Iterable[Membership] = ()
        if user.is_authenticated and user.is_active:
            rows = user.memberships.current().select_related("role", "team__area", "team__organisation", "area")
        rows = tuple(rows)
        kept = Standing(rows, frozenset(m.team_id for m in rows), frozenset(m.team.organisation_id for m in rows))
        user._standing = kept
    return kept


def path_covers(path: str, area: Area) -> bool:
    """Whether the area lies at or below the path."""
    return area.path.startswith(path)


def require(user: User, permission: Permission, area: Area | None = None) -> None:
    """Refuse unless the person may do it."""
    if not standing(user).allows(permission, area):
        raise PermissionDenied(permission)


def person_for_reading(user: User, pk: int) -> User:
    """A colleague; absent and not to be seen look the same."""
    return get_object_or_404(people_seen_by(user), pk=pk)


def people_seen_by(user: User) -> QuerySet[User]:
    """Oneself and the people of one's organisations; everybody for those who keep people or read the audit log."""
    mine = standing(user)
    if mine.allows(Permission.PEOPLE_MANAGE) or mine.allows(Permission.AUDIT_READ):
        return User.objects.all()
    colleagues = Membership.objects.current().filter(team__organisation_id__in=mine.organisation_ids)
    return User.objects.filter(Q(pk=user.pk) | Q(pk__in=colleagues.values("user_id")))


def manages(user: User, area: Area | None) -> bool:
    """Whether the person keeps people, teams and bodies of this area; without one, of the whole force."""
    if area is not None:
        return standing(user).allows(Permission.PEOPLE_MANAGE, area)
    return any(path.count("/") <= 1 for path in standing(user).paths(Permission.PEOPLE_MANAGE))


def manages_person(user: User, other: User) -> bool:
    """Whether the person keeps this account: every team that the other is in must be theirs to keep."""
    if manages(user, None):
        return True
    areas = [membership.responsible_for for membership in standing(other).memberships]
    return bool(areas) and all(area is not None and manages(user, area) for area in areas)


def person_for_managing(user: User, pk: int) -> User:
    """An account to change."""
    other = person_for_reading(user, pk)
    if not manages_person(user, other):
        raise Http404
    return other


def body_for_managing(user: User, pk: int) -> Organisation:
    """A body to change."""
    return _to_manage(user, get_object_or_404(Organisation.objects.select_related("area"), pk=pk))


def team_for_managing(user: User, pk: int) -> Team:
    """A team to change."""
    return _to_manage(user, get_object_or_404(Team.objects.select_related("area", "organisation"), pk=pk))


def body_for_reading(pk: int) -> Organisation:
    """A body: which there are is no secret to anybody who has signed in."""
    return get_object_or_404(Organisation.objects.select_related("area", "succeeds"), pk=pk)


def team_for_reading(user: User, pk: int) -> Team:
    """A team of one's own organisation; any team for those who keep people."""
    team = get_object_or_404(Team.objects.select_related("area", "organisation"), pk=pk)
    if not reads_teams_of(user, team.organisation_id):
        raise Http404
    return team


def reads_teams_of(user: User, organisation_id: int) -> bool:
    """Whether the person sees who is in an organisation's teams: their own, or any for those who keep people."""
    who = standing(user)
    every = who.allows(Permission.PEOPLE_MANAGE) or who.allows(Permission.AUDIT_READ)
    return every or organisation_id in who.organisation_ids


def roles_to_give(user: User) -> QuerySet[Role]:
    """Roles that the person may give: those over people or the audit log only by who keeps the whole force."""
    if manages(user, None):
        return Role.objects.all()
    weighty = {*settings.SECOND_STEP_FOR, Permission.PEOPLE_MANAGE, Permission.AUDIT_READ}
    return Role.objects.filter(pk__in=[role.pk for role in Role.objects.all() if not weighty & {*role.permissions}])


def membership_for_managing(user: User, pk: int) -> Membership:
    """A membership to end."""
    row = get_object_or_404(Membership.objects.select_related("user", "team__area", "area", "role"), pk=pk)
    if not manages(user, row.responsible_for):
        raise Http404
    return row


def role_for_reading(key: str) -> Role:
    """A role: what roles allow is no secret to anybody who has signed in."""
    return get_object_or_404(Role, key=key)


def role_for_managing(user: User, key: str) -> Role:
    """A role to change, by whoever keeps the people of the whole force."""
    if not manages(user, None):
        raise Http404
    return get_object_or_404(Role, key=key)


def area_for_reading(code: str) -> Area:
    """An area by its code."""
    return get_object_or_404(Area.objects.select_related("parent"), code=code)


def area_for_managing(user: User, code: str) -> Area:
    """An area to change."""
    area = area_for_reading(code)
    if not manages(user, area):
        raise Http404
    return area


def _to_manage(user: User, row: Any) -> Any:
    if not manages(user, row.area):
        raise Http404
    return row


def signed_in_recently(request: HttpRequest) -> bool:
    """Whether the person proved who they are in the last quarter of an hour."""
    records = get_authentication_records(request, request.user)
    return bool(records) and time.time() - records[-1]["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def recently_signed_in(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Before a sensitive page: whoever signed in long ago proves again who they are, and comes back to the page."""

    @wraps(view)
    def asking(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if signed_in_recently(request):
            return view(request, *args, **kwargs)
        provider = _only_by_provider(request)
        if provider:
            return HttpResponseRedirect(provider)
        raise ReauthenticationRequired  # allauth asks, keeps a form that was sent, and resumes it

    return asking


def lacks_second_step(request: HttpRequest) -> bool:
    """Whether some permission of the person asks for a second step of signing in that the account does not have."""
    needed = [Permission(key) for key in settings.SECOND_STEP_FOR]
    if not any(standing(request.user).allows(permission) for permission in needed):
        return False
    if settings.SECOND_STEP_BY_PROVIDER and _signed_in_by_provider(request):
        return False
    return not has_second_step(request.user)


def has_second_step(user: User) -> bool:
    """Whether an authenticator app or a key was added; recovery codes alone are none."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return Authenticator.objects.filter(user=user, type__in=kinds).exists()


def _signed_in_by_provider(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "socialaccount" for record in records)


def _only_by_provider(request: HttpRequest) -> str:
    """Where somebody proves who they are who has no password and no second step here; empty for everybody else."""
    if request.user.has_usable_password() or Authenticator.objects.filter(user=request.user).exists():
        return ""
    account = SocialAccount.objects.filter(user=request.user).first()
    if account is None:
        raise PermissionDenied("no way to prove who this is")
    provider = get_adapter().get_provider(request, account.provider)
    return provider.get_login_url(request, process="login", next=request.get_full_path(), auth_params="prompt=login")


def own_teams(user: User) -> QuerySet[Team]:
    """The teams that the person is in today."""
    return Team.objects.filter(pk__in=standing(user).team_ids)
