"""What people ask of needs: a new count, and partners' violence compared."""

import datetime as dt

from upstream_web.people.models import User
from upstream_web.runs.changes import start
from upstream_web.runs.models import Run

COUNT_NEEDS = "needs.count"
COMPARE_PARTNERS = "needs.overlay"


def ask_to_count(*, by: User) -> Run:
    """Ask for needs to be counted from the records as they are now."""
    return start(kind_key=COUNT_NEEDS, title="Count the needs of small areas", parameters={}, by=by)


def ask_to_compare(*, source: str, to: dt.date, by: User) -> Run:
    """Ask for a partner's violence to be compared with recorded violence, the year up to a day."""
    title = f"Violence that partners see, to {to:%-d %B %Y}"
    return start(
        kind_key=COMPARE_PARTNERS, title=title, parameters={"source": source, "to": to.isoformat()}, by=by
    )  # fmt: skip
