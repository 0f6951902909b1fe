"""Long work on measures."""

from typing import Any

from django.urls import reverse

from upstream.errors import NotHeld
from upstream.periods import Month
from upstream_web.measures import changes, queries
from upstream_web.people.permissions import Permission
from upstream_web.runs.kinds import Outcome, holders_of, kind_of_run
from upstream_web.runs.progress import Progress


@kind_of_run(changes.CALCULATE, may_ask=holders_of(Permission.MEASURE_READ), seen_by=Permission.MEASURE_READ)
def calculate_month(progress: Progress, by: Any, *, month: str) -> Outcome:
    """Work the measures to a month out."""
    from upstream_web.measures.engine.figures import calculate_month as calculate  # heavy: only where it runs

    to = Month.parse(month)
    made = calculate(to, by.name, progress.say)
    progress.rests_on(made.tables, made.engine_version)
    changes.note_calculation(month=month, made=made, run=progress.run, by=by)
    return Outcome(f"the measures to {to.label}", reverse("measures:scorecard", args=[month]))


@kind_of_run(changes.PAPER, may_ask=holders_of(Permission.MEASURE_READ))
def make_paper(progress: Progress, by: Any, *, month: str, keys: list[str], kind: str, title: str) -> Outcome:
    """Make slides or a Word file of the chosen measures."""
    from upstream_web.measures import papers  # heavy: only where it runs
    from upstream_web.measures.engine.figures import figures
    from upstream_web.measures.engine.paper import paper_of

    calculation = queries.calculation_of(month)
    found = figures(calculation.kept_as, calculation.definitions) if calculation is not None else None
    if calculation is None or found is None:
        raise NotHeld(f"The measures to {month} are not calculated.", remedy="Calculate them first.")
    progress.rests_on(calculation.tables, found.results.engine_version)
    progress.say(f"Drawing {len(keys)} measures")
    paper = paper_of(found, title, tuple(keys), queries.commentary_of_month(month))
    return Outcome(title, content=papers.MAKERS[kind](paper), file_name=f"performance-{month}.{kind}")
