"""The names of things and places that the tables of a report carry, and the words that tell them apart."""

from __future__ import annotations

import re
from functools import lru_cache

from upstream.reports.check.grids import Grid
from upstream.reports.check.labels import is_total, key, stem, words
from upstream.reports.check.spans import is_period_label, without_periods

_PLAIN = {
    stem(w)
    for w in [
        "table",
        "figure",
        "by",
        "and",
        "the",
        "of",
        "in",
        "for",
        "to",
        "a",
        "an",
        "on",
        "at",
        "with",
        "per",
        "all",
        "monthly",
        "month",
        "months",
        "volume",
        "volumes",
        "count",
        "counts",
        "number",
        "numbers",
        "recorded",
        "offence",
        "offences",
        "crime",
        "crimes",
        "type",
        "types",
        "level",
        "levels",
        "trend",
        "trends",
        "performance",
        "key",
        "measure",
        "measures",
        "data",
        "headline",
        "headlines",
        "summary",
        "comparison",
        "compared",
        "latest",
        "period",
        "report",
        "force",
        "area",
        "areas",
        "district",
        "districts",
        "local",
        "policing",
        "lpa",
        "year",
        "years",
        "quarter",
        "quarterly",
        "annual",
        "date",
        "position",
        "overview",
        "detail",
        "details",
        "main",
        "statistic",
        "statistics",
        "incident",
        "incidents",
        "police",
        "annex",
        "appendix",
        "total",
        "totals",
        "figures",
        "points",
        "current",
        "previous",
        "last",
        "this",
        "rolling",
        "ytd",
        "fytd",
        "cytd",
        "end",
        "ending",
        "financial",
        "calendar",
        "week",
        "weekly",
        "daily",
        "average",
        "each",
        "every",
        "against",
        "versus",
        "vs",
        "breakdown",
        "category",
        "categories",
        "group",
        "section",
        "page",
    ]
}


@lru_cache(maxsize=50_000)
def telling(text: str) -> frozenset[str]:
    """The words of a title or header that say what it is about: no periods, no plain report words, no numbers."""
    return frozenset(
        w for w in words(without_periods(text.replace("_", " "))) if w not in _PLAIN and not w.isdigit() and len(w) > 1
    )


# "above the upper limit" is a remark and names nothing
_PLACE = re.compile(r"\b(?:above|below|within|outside|inside|beyond)\b.*\blimits?\b", re.IGNORECASE)


def vocabulary(grids: tuple[Grid, ...]) -> dict[frozenset[str], str]:
    """Names of things (areas, measures) that rows and columns carry, by their telling words."""
    found: dict[frozenset[str], str] = {}
    for grid in grids:
        labels = [k for row in grid.rows for k in row.keys] + [
            c.header for c in grid.columns if c.role == "count" and c.span is None
        ]
        for label in labels:
            if (
                label
                and len(label) < 80
                and not _PLACE.search(label)
                and not is_total(label)
                and not is_period_label(label)
                and telling(label)
            ):
                found.setdefault(key(label), label)
    return found
