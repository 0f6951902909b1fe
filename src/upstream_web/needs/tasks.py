"""Counting needs as long work."""

from typing import Any

from django.urls import reverse

from upstream_web.needs.access import COUNT, READ
from upstream_web.needs.changes import COUNT_NEEDS
from upstream_web.runs.kinds import Outcome, holders_of, kind_of_run
from upstream_web.runs.progress import Progress


@kind_of_run(COUNT_NEEDS, may_ask=holders_of(COUNT), seen_by=READ)
def count_needs(progress: Progress, by: Any) -> Outcome:
    """Count the needs of every small area, for the index and the typology."""
    from upstream_web.needs import engine as needs  # heavy: only where it runs

    found = None
    for key in (needs.INDEX, needs.TYPES):
        progress.say(f"Counting for the {key}")
        found = needs.count(key, by.email)
        progress.rests_on({one.table: one.version for one in found.tables}, needs.definition(key).hash)
    return Outcome("needs of small areas", reverse("needs:index"))
