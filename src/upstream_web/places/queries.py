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


def places_like(place: Area | None) -> dict[str, tuple[str, ...]]:
    """Code of each current place of the same kind, with its small areas; of no place: every small area by itself."""
    small = Area.objects.current().filter(kind=Area.Kind.SMALL_AREA).values_list("code", "path")
    if place is None or place.kind == Area.Kind.SMALL_AREA:
        return {code: (code,) for code, _ in small}
    alike = Area.objects.current().filter(kind=place.kind).values_list("code", "path")
    return {of: tuple(code for code, path in small if path.startswith(above)) for of, above in alike}


MOST_TO_TICK = 300
"""More small areas than this are not offered one by one: a place above them is."""


def places_to_treat(area: Area, codes: Iterable[str]) -> tuple[list[Area], list[Area]]:
    """Places within an area that consist of small areas, and those small areas, where they are few enough to tick; else
    those of some codes."""
    inside = list(Area.objects.current().within(area))
    small = [one for one in inside if one.kind == Area.Kind.SMALL_AREA]
    paths = {"/".join(one.path.split("/")[:at]) + "/" for one in small for at in range(1, one.path.count("/"))}
    above = [one for one in inside if one.kind != Area.Kind.SMALL_AREA and one.path in paths]
    wanted = set(codes)
    return above, small if len(small) <= MOST_TO_TICK else [one for one in small if one.code in wanted]


def places_to_compare(area: Area) -> QuerySet[Area]:
    """Places that one in an area may be compared with: others that plans are made for, and its own small areas where
    they are few enough to list."""
    above = Q(kind=Area.Kind.FORCE) | Q(pk=area.pk)
    small = Area.objects.current().within(area).filter(kind=Area.Kind.SMALL_AREA)
    listed = small if small.count() <= MOST_TO_TICK else Area.objects.none()
    return (areas_with_plans().exclude(above) | listed).order_by("path")


def names_of_places(codes: Iterable[str]) -> dict[str, str]:
    """Names by code."""
    return dict(Area.objects.filter(code__in=set(codes)).values_list("code", "name"))


def place_named(words: str) -> Area | None:
    """The one current place of this name or code; none where no place, or several, are called so."""
    name = words.strip()
    places = Area.objects.current().filter(Q(name__iexact=name) | Q(code__iexact=name))[:2]
    return places[0] if len(places) == 1 else None
