"""Reads of the tree of areas."""

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from upstream_web.places.models import Area


def areas_with_plans() -> QuerySet[Area]:
    """Areas that plans are made for: the force, its policing areas and their beats, not small areas."""
    return Area.objects.current().exclude(kind=Area.Kind.SMALL_AREA).order_by("path")


def areas_within(paths: tuple[str, ...]) -> QuerySet[Area]:
    """The same below any of some paths."""
    found = Area.objects.none()
    for path in paths:
        found |= areas_with_plans().filter(path__startswith=path)
    return found.order_by("path")


def small_areas_of(area: Area) -> list[str]:
    """Codes of the small areas that a place is, or consists of."""
    return small_areas_within([area])


def small_areas_within(areas: Iterable[Area]) -> list[str]:
    """Codes of the small areas that any of some places is, or consists of."""
    given = list(areas)
    own = {area.code for area in given if area.kind == Area.Kind.SMALL_AREA}
    above = [Q(path__startswith=area.path) for area in given if area.kind != Area.Kind.SMALL_AREA]
    found = Area.objects.current().filter(reduce(or_, above, Q(pk__in=())), kind=Area.Kind.SMALL_AREA)
    return sorted(own | set(found.values_list("code", flat=True)))


def small_areas_by_code(codes: Iterable[str]) -> list[Area]:
    """The small areas of some codes that the tree has."""
    return list(Area.objects.current().filter(kind=Area.Kind.SMALL_AREA, code__in=list(codes)))


def place_named(words: str) -> Area | None:
    """The one current place of this name or code; none where no place, or several, are called so."""
    name = words.strip()
    places = Area.objects.current().filter(Q(name__iexact=name) | Q(code__iexact=name))[:2]
    return places[0] if len(places) == 1 else None
