"""The only door of evidence cards to the engine: local results put together."""

from collections.abc import Iterable

from upstream.evidence.synthesis import Study, put_together, study_of
from upstream.reports.document import Block
from upstream.reports.forest import forest_blocks
from upstream.stats.intervals import Interval
from upstream_web.evidence.models import LocalResult

FEWEST = 2


def pooled(key: str, results: Iterable[LocalResult]) -> tuple[Block, ...]:
    """Results that have an interval, put together; nothing where fewer than two have one."""
    studies = [study for row in results if (study := _study(row))]
    if len(studies) < FEWEST:
        return ()
    return forest_blocks(put_together(studies), key)


def _study(row: LocalResult) -> Study | None:
    if row.effect is None or row.lower is None or row.upper is None:
        return None
    ends = [1 + value / 100 for value in (row.effect, row.lower, row.upper)]
    if not 0 < ends[1] <= ends[0] <= ends[2] or ends[1] == ends[2]:
        return None
    return study_of(row.plan_ref or f"{row.found_on:%Y-%m}", Interval(*ends), level=row.design_level)
