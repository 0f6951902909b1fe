"""Every write about measures."""

from typing import Any

from django.db import transaction

from upstream_web.audit.changes import record
from upstream_web.measures.engine.figures import Made
from upstream_web.measures.models import Calculation
from upstream_web.runs.changes import start
from upstream_web.runs.models import Run

CALCULATE = "measures.calculate"


def ask_for_month(*, month: str, by: Any) -> Run:
    """Ask for the measures to a month to be worked out from the newest records."""
    return start(kind_key=CALCULATE, title=f"Calculate the measures to {month}", parameters={"month": month}, by=by)


@transaction.atomic
def note_calculation(*, month: str, made: Made, run: Run | None, by: Any) -> Calculation:
    """Remember that a month was worked out; the same results again change nothing but when they were made."""
    fields = {
        "month": month,
        "definitions": made.digest,
        "tables": made.tables,
        "held_from": str(made.held_from),
        "held_to": str(made.held_to),
        "run": run,
    }
    row, new = Calculation.objects.get_or_create(kept_as=made.kept_as, defaults=fields)
    record(by=by, action="measures.calculated", of=row, after={"month": month, "tables": made.tables, "new": new})
    return row
