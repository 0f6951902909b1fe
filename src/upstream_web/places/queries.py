"""Reads of the tree of areas."""

from django.db.models import QuerySet

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
