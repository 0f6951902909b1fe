"""Small areas of the places held, put into the tree: plans, and how they are judged, refer to them."""

from collections.abc import Iterable

from django.db import transaction

from upstream_web.audit.changes import System
from upstream_web.people.models import User
from upstream_web.places.changes import add_area
from upstream_web.places.models import Area
from upstream_web.problems.engine import SmallArea


@transaction.atomic
def add_small_areas(*, by: User | System, held: Iterable[SmallArea]) -> tuple[int, int]:
    """Add those that the tree lacks below the smallest area that they lie in: how many, and how many lie in none."""
    tree = list(Area.objects.current())
    known = {area.code for area in tree}
    above = {key: area for area in tree if area.kind != Area.Kind.SMALL_AREA for key in (area.name, area.code)}
    added = outside = 0
    for one in held:
        if one.code in known:
            continue
        parent = next((above[key] for pair in one.inside for key in pair if key in above), None)
        if parent is None:
            outside += 1
            continue
        add_area(code=one.code, name=one.name, kind=Area.Kind.SMALL_AREA, parent=parent, by=by)
        added += 1
    return added, outside
