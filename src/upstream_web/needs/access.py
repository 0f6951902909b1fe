"""Who explores places: whoever reads signals, and has them counted who decides on signals."""

from upstream_web.people.access import standing
from upstream_web.people.models import User
from upstream_web.people.permissions import Permission

READ = Permission.SIGNAL_READ
COUNT = Permission.SIGNAL_DECIDE


def may_profile(user: User) -> bool:
    """Whether the person may have a problem profile of a place."""
    return standing(user).allows(Permission.MEASURE_READ)


def may_count(user: User) -> bool:
    """Whether the person has needs counted anew."""
    return standing(user).allows(COUNT)
