"""What plans have to say beside a signal: the open ones of its place and types, and where a new one starts."""

from django.db.models import Q
from django.urls import reverse

from upstream_web.people.access import own_teams, standing
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission
from upstream_web.problems.access import visible_plans
from upstream_web.problems.models import Plan
from upstream_web.signals.access import may_decide
from upstream_web.signals.beside import Beside
from upstream_web.signals.models import Signal

MOST = 10
LOOKED_AT = 500


def plans_beside(user: User, signal: Signal) -> list[Beside]:
    """The plan that the signal started, and open plans of its place and types, as far as the person may read them."""
    parts = signal.area.path.rstrip("/").split("/")
    above = ["/".join(parts[: at + 1]) + "/" for at in range(len(parts))]
    place = Q(area__path__startswith=signal.area.path) | Q(area__path__in=above)
    started = Q(started_from=Plan.StartedFrom.SIGNAL, started_from_ref=str(signal.pk))
    rows = visible_plans(user).filter(started | (place & ~Q(status__in=Plan.ENDED)))
    rows = rows.select_related("area").order_by("-opened_on", "-id")[:LOOKED_AT]
    found = [_beside(plan, signal) for plan in rows if _started(plan, signal) or _alike(plan, signal)]
    return sorted(found, key=lambda one: not one.started_here)[:MOST]


def address_to_accept(user: User, signal: Signal) -> str:
    """Where the person may accept the signal: those who decide on it, start plans there and have a team."""
    may = may_decide(user, signal) and standing(user).allows(Permission.PLAN_START, signal.area)
    return reverse("problems:accept_signal", args=[signal.pk]) if may and own_teams(user).exists() else ""


def _started(plan: Plan, signal: Signal) -> bool:
    return plan.started_from == Plan.StartedFrom.SIGNAL and plan.started_from_ref == str(signal.pk)


def _alike(plan: Plan, signal: Signal) -> bool:
    """Of a type of the signal; where both name small areas, of one of them too."""
    if not {*plan.crime_types} & {*signal.types}:
        return False
    small = {*signal.lead["small_areas"]}
    return not small or not plan.small_areas or bool(small & {*plan.small_areas})


def _beside(plan: Plan, signal: Signal) -> Beside:
    here = _started(plan, signal)
    words = f"{'Started from this signal. ' if here else ''}{plan.area.name}, {plan.get_status_display().lower()}"
    return Beside(f"{plan.ref} {plan.title}", reverse("problems:overview", args=[plan.pk]), words, here)
