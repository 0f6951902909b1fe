"""Words of the pages of patterns."""

from collections.abc import Mapping
from typing import Any

from upstream_web.explore.access import Open
from upstream_web.explore.engine import drawn
from upstream_web.explore.models import Analysis
from upstream_web.measures.presenters.blocks import block

LEADS = {
    Analysis.Kind.NEAR_REPEATS: (
        "After some crimes another follows near by and soon. This page says for which distances and times that is so, "
        "and where risk is raised now: where a visit may prevent the next."
    ),
    Analysis.Kind.CLUSTERS: (
        "Where more has happened of late than there was to expect, and is still there on the last day. Of all circles "
        "and spans of days looked at, with chance allowed for."
    ),
}


def title_of(kind: str, asked: Mapping[str, Any] | None, areas: Mapping[str, str], force: str) -> str:
    """The heading of a page: what and where."""
    words = Analysis.Kind(kind).label
    if not asked:
        return words
    return f"{words}: {asked['type'].lower()}, {areas.get(asked['area'], asked['area']) or force}"


def blocks_of(found: Open | None) -> list[dict[str, Any]]:
    """An answer as blocks of a page; nothing without one."""
    if found is None:
        return []
    made = drawn(found.analysis.kind, found.analysis.answer, small_numbers=found.small_numbers)
    return [block(one, lambda _key: "") for one in made]
