"""What was found of a plan's effect, shaped for its pages: data for templates, never HTML."""

from dataclasses import dataclass
from typing import Any

from upstream_web.measures.presenters.blocks import block
from upstream_web.problems.access import PlanAccess
from upstream_web.problems.changes.assessing import ASSESS
from upstream_web.problems.engine import assessment_of, versions_held
from upstream_web.problems.engine.designs import counted_in_words
from upstream_web.problems.models import Assessed, NamedAssessment, Plan
from upstream_web.problems.queries import changed_after_start, is_stale
from upstream_web.problems.slices import run_of
from upstream_web.problems.worth import ShownWorth, worth_shown


@dataclass(frozen=True, slots=True)
class Found:
    """The part of the assessment's page that comes from records.

    row : what was found last, or `None`
    blocks : what it says, as plain data
    worth : what it was worth, as plain data; and why it has no worth, where it has none
    whole : whether the reader sees small numbers
    changed : whether how the plan is judged was changed since
    stale : whether records came in since, so that the monthly run assesses it again
    working : how far the assessment is that somebody asked for; `None` when it is done
    may_assess, may_design : whether the person may have it assessed now, and design how it is judged
    late : when it was changed after it had begun, and why; nothing where it was not
    """

    row: Assessed | None
    blocks: tuple[dict[str, Any], ...]
    worth: ShownWorth | None
    whole: bool
    changed: bool
    stale: bool
    working: dict[str, Any] | None
    may_assess: bool
    may_design: bool
    late: NamedAssessment | None


def found_on(plan: Plan, access: PlanAccess, stage: str) -> dict[str, Any]:
    """What was found, for the assessment; nothing for the other stages."""
    if stage != Plan.Stage.ASSESSMENT:
        return {}
    row = plan.assessed.select_related("made_by", "plan__area").first()
    named = plan.named_assessments.first()
    blocks = () if row is None else tuple(block(one, lambda _: "") for one in _blocks(row, access))
    may = access.whole and plan.is_open and stage in access.writes
    changed = row is not None and named is not None and row.named_id != named.pk
    worth = worth_shown(row, plan) if row is not None and access.whole else None
    working = run_of(plan, ASSESS) if access.whole else None
    late = changed_after_start(plan)
    stale = row is not None and plan.is_open and is_stale(row, versions_held())
    ready = may and named is not None
    found = Found(row, blocks, worth, access.whole, changed, stale, working, ready, may, late)
    return {"found": found, "counted_in_words": counted_in_words}


def _blocks(row: Assessed, access: PlanAccess) -> tuple[Any, ...]:
    return assessment_of(row, public=not access.whole)
