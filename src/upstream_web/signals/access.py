"""Who may read signals, and who decides on them. Absent and forbidden look the same."""

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404

from upstream_web.people.access import standing
from upstream_web.people.models import Membership, Role, User
from upstream_web.people.permissions import Permission
from upstream_web.signals.models import Look, Signal


def visible_signals(user: User) -> QuerySet[Signal]:
    """The signals of the areas in which the person reads signals."""
    below = Q(pk__in=[])
    for path in standing(user).paths(Permission.SIGNAL_READ):
        below |= Q(area__path__startswith=path)
    return Signal.objects.filter(below)


def signal_for_reading(user: User, pk: int) -> Signal:
    """A signal that the person may read."""
    signal = visible_signals(user).select_related("area", "team").filter(pk=pk).first()
    if signal is None:
        raise Http404
    return signal


def may_decide(user: User, signal: Signal) -> bool:
    """Whether the person decides on signals of its area."""
    return standing(user).allows(Permission.SIGNAL_DECIDE, signal.area)


def signal_for_deciding(user: User, pk: int) -> Signal:
    """A signal that the person may watch or dismiss."""
    signal = signal_for_reading(user, pk)
    if not may_decide(user, signal):
        raise PermissionDenied
    return signal


def looks_for_reading(user: User) -> QuerySet[Look]:
    """The looks, for whoever reads signals."""
    return Look.objects.all() if standing(user).allows(Permission.SIGNAL_READ) else Look.objects.none()


def who_decides() -> list[User]:
    """Everybody who decides on signals anywhere today."""
    roles = [role.pk for role in Role.objects.all() if Permission.SIGNAL_DECIDE in role.permissions]
    rows = Membership.objects.current().filter(role__in=roles, user__is_active=True).select_related("user")
    return list({row.user_id: row.user for row in rows.order_by("user_id")}.values())
