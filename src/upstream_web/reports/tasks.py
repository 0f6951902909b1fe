"""Long work on reports."""

from typing import Any

from django.urls import reverse

from upstream.errors import NotHeld
from upstream_web.measures import queries as measures
from upstream_web.people.permissions import Permission
from upstream_web.reports import changes
from upstream_web.reports.access import is_maker
from upstream_web.reports.models import Report
from upstream_web.runs.kinds import Outcome, kind_of_run
from upstream_web.runs.progress import Progress


@kind_of_run(changes.MAKE, may_ask=lambda user, _: is_maker(user), seen_by=Permission.REPORT_REVIEW)
def make(progress: Progress, by: Any, *, report: int) -> Outcome:
    """Make a draft's files in every format and check them."""
    from upstream_web.measures.engine.commentary import as_commentary  # heavy: only where it runs
    from upstream_web.measures.engine.figures import figures
    from upstream_web.reports.engine import draw

    row = Report.objects.get(pk=report)
    calculation = measures.calculation_of(row.month)
    found = figures(calculation.kept_as, calculation.definitions) if calculation is not None else None
    if calculation is None or found is None:
        raise NotHeld(f"The measures to {row.month} are not calculated.", remedy="Calculate them first.")
    progress.rests_on(calculation.tables, found.results.engine_version)
    words = {key: as_commentary(one) for key, one in measures.commentary_of_month(row.month).items()}
    drawn = draw(found, public=row.is_public, commentary=words, who=by.name, say=progress.say)
    changes.keep_files(report=row, drawn=drawn, calculation=calculation, by=by)
    return Outcome(str(row), reverse("reports:report", args=[row.pk]))
