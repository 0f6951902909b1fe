"""Long work on measures."""

from typing import Any

from django.urls import reverse

from upstream.periods import Month
from upstream_web.measures import changes
from upstream_web.people.permissions import Permission
from upstream_web.runs.kinds import Outcome, kind_of_run
from upstream_web.runs.progress import Progress


@kind_of_run(changes.CALCULATE, seen_by=Permission.MEASURE_READ)
def calculate_month(progress: Progress, by: Any, *, month: str) -> Outcome:
    """Work the measures to a month out."""
    from upstream_web.measures.engine.figures import calculate_month as calculate  # heavy: only where it runs

    to = Month.parse(month)
    made = calculate(to, by.name, progress.say)
    progress.rests_on(made.tables, made.engine_version)
    changes.note_calculation(month=month, made=made, run=progress.run, by=by)
    return Outcome(f"the measures to {to.label}", reverse("measures:scorecard", args=[month]))
