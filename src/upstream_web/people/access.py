"""Who may do what: from the memberships that hold today. Nothing is allowed that no role allows."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps

from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from upstream_web.people.models import Membership, Team, User
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
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return not Authenticator.objects.filter(user=request.user, type__in=kinds).exists()


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
