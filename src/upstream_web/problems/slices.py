"""What was counted for a plan, shaped for its pages: data for templates, never HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from upstream.reports.document import Block
from upstream_web.measures.presenters.blocks import block
from upstream_web.problems.access import PlanAccess
from upstream_web.problems.changes.slices import COUNT
from upstream_web.problems.engine import records_of
from upstream_web.problems.models import Plan, Slice
from upstream_web.runs import presenters as runs
from upstream_web.runs.models import Run

TITLES = {Plan.Stage.SCANNING: "Demand, harm and cost", Plan.Stage.ANALYSIS: "When, where and who again"}


@dataclass(frozen=True, slots=True)
class Records:
    """The part of a stage's page that comes from records.

    row : what was counted last, or `None` when nothing was
    blocks : what it says, as plain data
    more : how many were counted before and stay
    counting : how far the count is that somebody asked for, or why the last one came to nothing; `None` when it is done
    may_count : whether the person may have them counted now
    """

    title: str
    row: Slice | None
    blocks: tuple[dict[str, Any], ...]
    more: int
    counting: dict[str, Any] | None
    may_count: bool


def records_on(plan: Plan, access: PlanAccess, stage: str) -> dict[str, Records]:
    """The records for Scanning and Analysis; nothing for the other stages."""
    if stage not in TITLES:
        return {}
    rows = list(plan.slices.select_related("made_by").order_by("-made_at", "-id")[:1])
    row = rows[0] if rows else None
    counting = counting_of(plan) if access.whole else None
    may = access.whole and plan.is_open and Plan.Stage.ANALYSIS in access.writes
    more = plan.slices.count() - 1 if row and access.whole else 0
    blocks = _blocks(row, access, stage) if row else ()
    return {"records": Records(TITLES[stage], row, blocks, more, counting, may)}


def counting_of(plan: Plan) -> dict[str, Any] | None:
    """The count of the plan's records that was asked for last, in words, unless it is done."""
    return run_of(plan, COUNT)


def run_of(plan: Plan, kind: str) -> dict[str, Any] | None:
    """Work on the plan's records that was asked for last, in words, unless it is done: anybody may have asked."""
    asked = Run.objects.filter(kind=kind, parameters__plan=plan.pk).select_related("asked_by").first()
    if asked is None or asked.state == Run.State.DONE:
        return None
    return {"run": asked, "tag": runs.tag(asked), "now": runs.words(asked), "ended": asked.ended_at is not None}


def whole_slice(row: Slice, access: PlanAccess) -> dict[str, tuple[dict[str, Any], ...]]:
    """Everything counted at one time, by heading."""
    return {title: _blocks(row, access, stage) for stage, title in TITLES.items()}


def _blocks(row: Slice, access: PlanAccess, stage: str) -> tuple[dict[str, Any], ...]:
    first, *others = records_of(row, stage, public=not access.whole)
    under = [{"kind": "prose", "title": one.title, "blocks": _plain(one.blocks)} for one in others]
    return (*_plain(first.blocks), *under)


def _plain(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    return [block(one, lambda _: "") for one in blocks]
