"""Which numbers in people's words stand for no value: dates, names of things, phone numbers.

Every other number in commentary must equal a figure on its page or be quoted from a named outside source. The list is
in ``docs/how-to/write-commentary.md``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)"
)

ALLOWED: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    ("a date", re.compile(rf"\b\d{{1,2}}(?:st|nd|rd|th)? {_MONTH}(?: (?:19|20)\d\d)?\b")),
    ("a month", re.compile(rf"\b{_MONTH} (?:(?:19|20)\d\d|\d\d)\b(?!%)")),
    ("a date", re.compile(r"\b(?:19|20)\d\d-\d\d(?:-\d\d)?\b")),
    ("a financial year", re.compile(r"\b(?:19|20)?\d\d[/–-]\d\d\b")),
    ("a year", re.compile(r"(?<![\d,.£])\b(?:19|20)\d\d\b(?![\d,%]|\.\d)")),
    ("a quarter", re.compile(r"\b(?:Q|Quarter |quarter )[1-4]\b")),
    ("an ordinal", re.compile(r"\b\d{1,2}(?:st|nd|rd|th)\b")),
    ("a response grade", re.compile(r"\b[Gg]rades? [1-5](?:'s|s)?(?:(?: and | or |, |/)[1-5](?:'s|s)?)*\b")),
    ("an outcome", re.compile(r"\b(?:[Oo]utcomes? |OC)\d{1,2}A?(?:(?: and | or |, |/)\d{1,2}A?)*\b")),
    ("a provision of law", re.compile(r"\b(?:[Ss]ections?|[Ss]chedules?|[Aa]rticles?|s\.|[Pp]art) \d{1,3}[A-Z]?\b")),
    ("a reference", re.compile(r"\b\d{1,2}\.\d{1,2}\.\d{1,2}\b")),
    (
        "a reference",
        re.compile(r"\b(?:[Mm]easure|[Pp]age|[Tt]able|[Rr]ef(?:erence)?|[Tt]ier|[Ll]evel) \d{1,3}(?:\.\d{1,2})*\b"),
    ),
    ("a telephone number", re.compile(r"(?<![\d,.£])\b(?:999|101|111)\b(?![\d,%]|\.\d)")),
    ("all hours", re.compile(r"\b24/7\b")),
)

NUMBER: Final = re.compile(r"(?<![\w.,£])[-−+]?£?\d[\d,]*(?:\.\d+)?%?")


@dataclass(frozen=True, slots=True)
class BareNumber:
    """A number in words: where it stands, and its text without a sign or trailing comma."""

    start: int
    end: int
    text: str


def bare_numbers(words: str) -> Iterator[BareNumber]:
    """Numbers that no allowed pattern covers, in order."""
    covered = [match.span() for _, pattern in ALLOWED for match in pattern.finditer(words)]
    for match in NUMBER.finditer(words):
        text = match[0].rstrip(",")
        start, end = match.start(), match.start() + len(text)
        if not any(a <= start + (text[0] in "-−+") and end <= b for a, b in covered):
            yield BareNumber(start, end, text)
