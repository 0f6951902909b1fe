"""Words about a target: what a target is called, and names of measures whose words judge nothing."""

from __future__ import annotations

import re

from upstream.reports.check.evidence import Evidence
from upstream.reports.check.rules.verdicts import met_verdict, placed

TARGET_NOUN = (
    r"(?:targets?|goals?|ambitions?|aims?|aspirations?|thresholds?|standards?|benchmarks?|"
    r"requirements?|expectations?|objectives?|"
    r"bar|mark|hurdle|yardstick|norm|quota|guideline|service level|sla|par|undertaking|guarantee|"
    r"limits?|maximum|minimum|ceiling|cap|floor|tolerance|commitments?|pledges?|promises?|trajectory|"
    r"plan|good looks like)"
)
_MOST_NAMES = 400
# "the standard for calls answered in time was missed": what stands between says which standard
_FOR_WHAT = re.compile(
    rf"\b({TARGET_NOUN}) (?:for|of|on) (?!<)(?:the |a |an )?[^<.,;:()]+?"
    r"(?= (?:was|were|is|are|has|have|had|will|by|but|while|and (?:was|is|it))\b|[.,;:()<]|$)"
)


def judges(line: str) -> bool:
    """Whether the words of a line say that something is met or missed, above or below."""
    return met_verdict(line) is not None or placed(line) is not None


def measureless(line: str) -> str:
    """A line without the name of the measure behind its target, where something is left that judges."""
    bare = _FOR_WHAT.sub(r"\1", line)
    return bare if met_verdict(bare) is not None or placed(bare) is not None else line


def names_that_judge(evidence: Evidence) -> re.Pattern[str] | None:
    """Names of rows in which a word reads as a verdict or a number as a level ("Answered within 10 seconds")."""
    labels = {k for grid in evidence.grids for row in grid.rows for k in row.keys if len(k.split()) > 1}
    judging = [k for k in labels if re.search(r"\d", k) or judges(k.lower())]
    longest = sorted(judging, key=lambda k: (-len(k), k))[:_MOST_NAMES]
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest))})(?![\w-])", re.IGNORECASE) if longest else None


def without_names(text: str, names: re.Pattern[str] | None) -> str:
    """A sentence in which the names that judge are "the measure"."""
    return text if names is None else names.sub("the measure", text)
