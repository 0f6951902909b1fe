"""Which way is good: whether more or less of a measure is wanted, as its own words say."""

from __future__ import annotations

import re

_LOWER_IS_BETTER = re.compile(
    (
        r"minute|second|hour|\bdays?\b|wait\w*|abandon\w*|absence|sickness|overdue|backlog|"
        r"response time|time to|attrition|complain\w*|reoffend\w*|repeat|vacanc\w*|"
        r"outstanding|unresourced|turnover|crimes?\b|offences?\b|burglar\w*|robber\w*|"
        r"violence|thefts?|incidents?|casualt\w*|collision\w*|at most|no more than|maximum|"
        r"not exceed|or (?:less|fewer|below|under)|less than|fewer than|reduc\w*"
    ),
    re.IGNORECASE,
)
_HIGHER_IS_BETTER = re.compile(
    (
        r"satisf\w*|accura\w*|quality|coverage|timeliness|retention|uptake|confidence|answered|complet\w*|"
        r"complian\w*|attend\w*|positive|charge|"
        r"outcome|detect\w*|solved|training|trained|resolved|within|on time|in time|at least|"
        r"minimum|or (?:more|above|over|higher|better)|recruit\w*|referr\w*|upheld|engage\w*|"
        r"success\w*|clearance|closed|visit\w*|seiz\w*|disrupt\w*|survey\w*|performance|\bfix\b|victim\w* "
        r"(?:contact|updat)"
    ),
    re.IGNORECASE,
)


def better_of(text: str) -> int | None:
    """1 when higher is better, -1 when lower is, ``None`` when the words do not say."""
    # "the four-hour standard" names a measure and says nothing of hours
    text = (
        re.sub(r"\b\w+[- ](?:hours?|minutes?|days?|weeks?|seconds?)\b", " ", text, flags=re.IGNORECASE)
        if re.search(r"%|per ?cent", text)
        else text
    )
    high, low = _HIGHER_IS_BETTER.search(text), _LOWER_IS_BETTER.search(text)
    if re.search(r"at most|no more than|maximum|not exceed|or (?:less|fewer|below|under)", text, re.IGNORECASE):
        return -1
    if re.search(r"at least|minimum|or (?:more|above|over|higher)", text, re.IGNORECASE):
        return 1
    if re.search(r"%|per ?cent", text) and high:
        return 1
    return 1 if high and not low else -1 if low and not high else None
