"""Who explores places: whoever reads signals, and has them counted who decides on signals."""

from upstream_web.people.access import standing
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission
from upstream_web.places.models import Area

READ = Permission.SIGNAL_READ
COUNT = Permission.SIGNAL_DECIDE
COMPARE = Permission.MEASURE_READ


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
