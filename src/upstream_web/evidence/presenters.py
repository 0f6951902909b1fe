"""Results of a card put together, shaped for its page: data for templates, never HTML."""

from collections.abc import Sequence
from typing import Any

from upstream_web.evidence.engine import filed, pooled
from upstream_web.evidence.models import EvidenceCard, LocalResult, PublishedResult
from upstream_web.measures.presenters.blocks import block


def together(
    card: EvidenceCard, results: Sequence[LocalResult], published: Sequence[PublishedResult]
) -> list[dict[str, Any]]:
    """Blocks of the pool; none where fewer than two results have an interval."""
    return [block(one, lambda _: "") for one in pooled(card.key, results, published)]


def news(results: Sequence[LocalResult]) -> dict[str, Any]:
    """What is filed of all plans: the funnel, and how many results have an interval."""
    found = filed(results)
    shown = [block(one, lambda _: "") for one in found.blocks]
    return {"blocks": shown, "with_interval": found.with_interval, "without": found.without}
