"""Counting a plan's records: what the engine found is kept with the plan, and what was kept before stays."""

from django.db import transaction

from upstream_web.people.models import User
from upstream_web.places.queries import small_areas_of
from upstream_web.problems.changes.found import keep_found
from upstream_web.problems.changes.versions import keep_version
from upstream_web.problems.engine import CannotCount, Counted, count_records
from upstream_web.problems.models import Plan, Slice
from upstream_web.runs.changes import start
from upstream_web.runs.models import Run

COUNT = "problems.count"


def ask_to_count(*, plan: Plan, stage: str, by: User) -> Run:
    """Ask for the records of the plan to be counted; a large store takes longer than a page may."""
    parameters = {"plan": plan.pk, "stage": stage}
    return start(kind_key=COUNT, title=f"Count the records of {plan.ref}", parameters=parameters, by=by)


def count_again(*, plan: Plan, by: User) -> Slice:
    """Count the records of the plan now; the reading is done before the plan is locked, so nobody waits for it."""
    return keep_slice(plan=plan, by=by, counted=count_records(plan, _small_areas(plan), by.email))


@transaction.atomic
def keep_slice(*, plan: Plan, by: User, counted: Counted) -> Slice:
    """Keep what was counted; it stands in the plan's next version."""
    row = keep_found(kind=Slice, plan=plan, by=by, found=counted, action="plan.records_counted")
    keep_version(plan=row.plan, by=by, why="Counted from records")
    return row


def _small_areas(plan: Plan) -> list[str]:
    """The small areas named, or those of a place that is smaller than the records' own areas."""
    if plan.small_areas:
        return list(plan.small_areas)
    kinds = plan.area.Kind
    if plan.area.kind in (kinds.FORCE, kinds.POLICING_AREA):
        return []
    inside = small_areas_of(plan.area)
    if not inside:
        raise CannotCount(
            f"Which small areas {plan.area.name} consists of is not known here. Name them in the plan's details."
        )
    return inside
