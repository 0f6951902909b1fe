"""What was counted for a plan, shaped for its pages: data for templates, never HTML."""

from dataclasses import dataclass
from typing import Any

from upstream_web.measures.presenters.blocks import block
from upstream_web.problems.access import PlanAccess
from upstream_web.problems.engine import analysis_of, demand_of
from upstream_web.problems.models import Plan, Slice

TITLES = {Plan.Stage.SCANNING: "Demand, harm and cost", Plan.Stage.ANALYSIS: "When, where and who again"}


@dataclass(frozen=True, slots=True)
class Records:
    """The part of a stage's page that comes from records.

    row : what was counted last, or `None` when nothing was
    blocks : what it says, as plain data
    more : how many were counted before and stay
    may_count : whether the person may have them counted now
    """

    title: str
    row: Slice | None
    blocks: tuple[dict[str, Any], ...]
    more: int
    may_count: bool


def records_on(plan: Plan, access: PlanAccess, stage: str) -> dict[str, Records]:
    """The records for Scanning and Analysis; nothing for the other stages."""
    if stage not in TITLES:
        return {}
    rows = list(plan.slices.select_related("made_by").order_by("-made_at", "-id")[:1])
    row = rows[0] if rows else None
    may = access.whole and plan.is_open and Plan.Stage.ANALYSIS in access.writes
    more = plan.slices.count() - 1 if row and access.whole else 0
    return {"records": Records(TITLES[stage], row, _blocks(row, access, stage) if row else (), more, may)}


def whole_slice(row: Slice, access: PlanAccess) -> dict[str, tuple[dict[str, Any], ...]]:
    """Everything counted at one time, by heading."""
    return {title: _blocks(row, access, stage) for stage, title in TITLES.items()}


def _blocks(row: Slice, access: PlanAccess, stage: str) -> tuple[dict[str, Any], ...]:
    made = demand_of if stage == Plan.Stage.SCANNING else analysis_of
    return tuple(block(one, lambda _: "") for one in made(row, public=not access.whole))
