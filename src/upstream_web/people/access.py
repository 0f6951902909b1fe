"""Who may do what: from the memberships that hold today. Nothing is allowed that no role allows."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied

from upstream_web.people.models import Membership, User
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
