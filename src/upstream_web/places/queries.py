"""Reads of the tree of areas."""

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
    inside = Area.objects.current().within(area).filter(kind=Area.Kind.SMALL_AREA)
    return list(inside.order_by("code").values_list("code", flat=True))


def small_areas_named(name: str) -> list[str]:
    """Codes of the small areas of the one current place of this name or code; none where no place is called so."""
    places = Area.objects.current().filter(Q(name__iexact=name.strip()) | Q(code__iexact=name.strip()))[:2]
    return small_areas_of(places[0]) if len(places) == 1 else []
