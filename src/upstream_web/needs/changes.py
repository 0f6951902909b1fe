"""What people ask of exploring: a new count of needs."""

from upstream_web.people.models import User
from upstream_web.runs.changes import start
from upstream_web.runs.models import Run

COUNT_NEEDS = "needs.count"


def ask_to_count(*, by: User) -> Run:
    """Ask for needs to be counted from the records as they are now."""
    return start(kind_key=COUNT_NEEDS, title="Count the needs of small areas", parameters={}, by=by)
