"""The only door of evidence cards to the engine: results found here and published ones put together."""

from collections.abc import Iterable
from dataclasses import dataclass

from upstream.evidence.synthesis import Study, put_together, study_of
from upstream.reports.document import Block
from upstream.reports.forest import forest_blocks
from upstream.reports.funnel import funnel_blocks
from upstream.stats.intervals import Interval
from upstream_web.evidence.models import LocalResult, PublishedResult

FEWEST = 2


def pooled(key: str, results: Iterable[LocalResult], published: Iterable[PublishedResult]) -> tuple[Block, ...]:
    """Results that have an interval, put together; nothing where fewer than two have one."""
    studies = [study for row in (*results, *published) if (study := _study(row))]
    if len(studies) < FEWEST:
        return ()
    pool = put_together(studies)
    return (*forest_blocks(pool, key), *funnel_blocks(pool, key))


@dataclass(frozen=True, slots=True)
class Filed:
    """What is filed of every plan: is it only good news?

    blocks : the funnel of all results with an interval, one of each plan; none where fewer than three have one
    with_interval, without : results with an interval, and those that only say before and after, or nothing in numbers
    """

    blocks: tuple[Block, ...]
    with_interval: int
    without: int


def filed(results: Iterable[LocalResult]) -> Filed:
    """Every result once: a plan that is filed on several cards counts as one."""
    once = {row.plan_ref or f"result {row.pk}": row for row in results}
    studies = [study for row in once.values() if (study := _study(row))]
    blocks = funnel_blocks(put_together(studies), "filed") if len(studies) >= FEWEST else ()
    return Filed(blocks, len(studies), len(once) - len(studies))


def _study(row: LocalResult | PublishedResult) -> Study | None:
    if row.effect is None or row.lower is None or row.upper is None:
        return None
    ends = [1 + value / 100 for value in (row.effect, row.lower, row.upper)]
    if not 0 < ends[1] <= ends[0] <= ends[2] or ends[1] == ends[2]:
        return None
    local = isinstance(row, LocalResult)
    name = (row.plan_ref or f"{row.found_on:%Y-%m}") if local else row.name
    return study_of(name, Interval(*ends), level=row.design_level, local=local)
