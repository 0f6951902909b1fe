"""What may not stand in words for the public: whatever could tell one person or household from another."""

import re
from collections.abc import Iterable

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_STREETS = "Road|Street|Lane|Close|Avenue|Drive|Way|Court|Place"
_WHO = (
    (r"[\w.+-]+@[\w-]+\.[\w.]+", "an e-mail address"),
    (r"(?<!\d)(?:\+44|0)\s?\d(?:[\s-]?\d){8,9}(?!\d)", "a telephone number"),
    (r"\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b", "a postcode"),
    (
        rf"\b\d{{1,4}}[A-Za-z]?,?\s+(?:[A-Z][a-z]+\s+){{1,3}}(?:{_STREETS})\b",
        "an address",
    ),
    (r"\bOFFICIAL\b", "a protective marking"),
)
_COUNTS = ((rf"(?<![\d.,:/£-])\b[1-4]\b(?![\d.,]*\d|[:/%]|\s+(?:{_MONTHS})\b)", "a count under five"),)


def told_by(text: str, names: Iterable[str], *, counts: bool = True) -> list[str]:
    """What in a text tells too much, each with the words found.

    names : of the people who work on the plan
    counts : whether a count under five tells too much, too
    """
    rules = _WHO + _COUNTS if counts else _WHO
    found = [f"{what}: {match.group()}" for rule, what in rules for match in re.finditer(rule, text)]
    lower = text.lower()
    return found + [f"a name: {name}" for name in dict.fromkeys(names) if name and name.lower() in lower]
