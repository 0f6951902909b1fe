"""Who has the pages of needs: whoever reads signals; has needs counted who decides on them; plans patrols who starts
plans."""

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from upstream_web.needs.engine.patrols import areas_held
from upstream_web.needs.models import IndexVersion, PatrolPlan, PatrolVisit
from upstream_web.people.access import require, standing
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission
from upstream_web.places.models import Area

READ = Permission.SIGNAL_READ
COUNT = Permission.SIGNAL_DECIDE
COMPARE = Permission.MEASURE_READ
PATROL = Permission.PLAN_START


def versions_seen_by(user: User) -> QuerySet[IndexVersion]:
    """Versions of the index, for whoever reads signals."""
    return IndexVersion.objects.defer("content") if standing(user).allows(READ) else IndexVersion.objects.none()


def may_profile(user: User) -> bool:
    """Whether the person may have a problem profile of a place."""
    return standing(user).allows(Permission.MEASURE_READ)


def may_count(user: User) -> bool:
    """Whether the person has needs counted anew."""
    return standing(user).allows(COUNT)


def reads_needs(user: User) -> bool:
    """Whether the person has the pages of needs beside those of partners."""
    return standing(user).allows(READ)


def sees_small_counts(user: User) -> bool:
    """Whether the person sees small counts of the whole force: whoever reads its signals, which have them."""
    paths = standing(user).paths(Permission.SIGNAL_READ)
    return "" in paths or Area.objects.filter(path__in=paths, kind=Area.Kind.FORCE).exists()


def patrols_seen_by(user: User) -> QuerySet[PatrolPlan]:
    """Patrol plans of the areas in which the person reads signals."""
    below = Q(pk__in=[])
    for path in standing(user).paths(READ):
        below |= Q(area__path__startswith=path)
    return PatrolPlan.objects.filter(below)


def patrol_for_reading(user: User, pk: int) -> PatrolPlan:
    """A patrol plan that the person may read; absent and forbidden look the same."""
    return get_object_or_404(patrols_seen_by(user).select_related("area", "made_by"), pk=pk)


def may_patrol(user: User, area: Area | None = None) -> bool:
    """Whether the person makes patrol plans and writes stops down: anywhere, or in an area."""
    return standing(user).allows(PATROL, area)


def patrol_for_recording(user: User, pk: int) -> PatrolPlan:
    """A patrol plan whose stops the person may write down."""
    plan = patrol_for_reading(user, pk)
    require(user, PATROL, plan.area)
    return plan


def visit_for_withdrawing(user: User, pk: int, visit: int) -> PatrolVisit:
    """A stop that the person may take back."""
    plan = patrol_for_recording(user, pk)
    return get_object_or_404(PatrolVisit.objects.standing().filter(spot__plan=plan), pk=visit)


def areas_for_patrols(user: User) -> dict[int, tuple[Area, str]]:
    """Areas that the person may plan patrols of, each with its code in the records; the force's is empty."""
    codes, names = areas_held(), {name: code for code, name in areas_held().items()}
    found = {}
    for area in Area.objects.current().filter(kind__in=(Area.Kind.FORCE, Area.Kind.POLICING_AREA)):
        code = "" if area.kind == Area.Kind.FORCE else area.code if area.code in codes else names.get(area.name)
        if code is not None and may_patrol(user, area):
            found[area.pk] = (area, code)
    return found
