"""Who looks into the records: those whose role reads measures; small numbers, those who may go to the records."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import Http404

from upstream.periods import Month
from upstream.places.tree import TreeLevel
from upstream_web.explore import queries
from upstream_web.explore.engine import CALCULATION, Held, chain_events, held
from upstream_web.explore.engine.concentration import versions_of
from upstream_web.explore.engine.places import Seen, seen
from upstream_web.explore.engine.profiles import profile_versions
from upstream_web.explore.models import Analysis
from upstream_web.people.access import require, standing
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission
from upstream_web.places.models import Area


@dataclass(frozen=True, slots=True)
class Open:
    """A kept analysis as a person has it open.

    small_numbers : whether the person may see counts under five in the place asked for
    stale : whether records were added since, or the calculation has changed
    """

    analysis: Analysis
    small_numbers: bool
    stale: bool


@dataclass(frozen=True, slots=True)
class OpenLook:
    """Counts as a person has them open.

    small_numbers : whether the person may see counts under five in the place asked for
    """

    seen: Seen
    small_numbers: bool


def records_for_exploring(user: User) -> Held:
    """What is held, for whoever may look into it."""
    require(user, Permission.MEASURE_READ)
    return held()


def analysis_for_reading(user: User, kind: str, asked: Mapping[str, Any]) -> Open | None:
    """The newest answer to a question; `None` where nobody has asked it yet."""
    return _opened(user, kind, asked, lambda now: now.versions)


def _opened(
    user: User, kind: str, asked: Mapping[str, Any], versions: Callable[[Held], Mapping[str, int]]
) -> Open | None:
    """`versions` gives those of the tables that an answer rests on, as they are held now."""
    now = records_for_exploring(user)
    found = queries.kept(kind, asked)
    if found is None:
        return None
    stale = found.tables != versions(now) or found.engine_version != CALCULATION
    return Open(found, sees_records(user, asked["area"], now), stale)


def chain_for_reading(user: User, asked: Mapping[str, Any], chain: int) -> Open:
    """Near repeats with a chain of that number, for whoever may go to the records of the place."""
    found = analysis_for_reading(user, Analysis.Kind.NEAR_REPEATS, asked)
    if found is None or not found.small_numbers or not chain_events(found.analysis.answer, chain):
        raise Http404
    return found


def look_for_reading(
    user: User, *, types: tuple[str, ...], area: str, first: Month, last: Month,
    by: TreeLevel = "small_area", within: str = "",
) -> OpenLook:  # fmt: skip
    """Counts of types, an area and months, for whoever may look into the records."""
    now = records_for_exploring(user)
    return OpenLook(seen(types, area, first, last, by, within), sees_records(user, area, now))


def places_for_reading(user: User, kind: str, asked: Mapping[str, Any]) -> Open | None:
    """The newest answer about places to a question of months; `None` where nobody has asked it yet."""
    return _opened(user, kind, asked, lambda _: versions_of(asked))


def profile_for_reading(user: User, asked: Mapping[str, Any]) -> Open | None:
    """The newest profile of a question; `None` where nobody has asked it yet."""
    return _opened(user, Analysis.Kind.PROFILE, asked, lambda _: profile_versions())


def may_start_plans(user: User) -> bool:
    """Whether the person starts plans anywhere: then a profile has a way to one."""
    return standing(user).allows(Permission.PLAN_START)


def sees_records(user: User, code: str, of: Held) -> bool:
    """Whether the person may go to the records of an area, or of the whole force where none is named."""
    paths = standing(user).paths(Permission.MEASURE_RECORDS)
    if "" in paths:
        return True
    areas = Area.objects.current()
    if Area.objects.filter(path__in=paths, kind=Area.Kind.FORCE).exists():
        return True
    own = areas.filter(Q(code=code) | Q(name=of.areas.get(code, code))) if code else areas.none()
    return any(area.path.startswith(path) for area in own for path in paths)
