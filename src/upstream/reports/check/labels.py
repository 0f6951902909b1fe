"""Labels of rows, columns and list items, compared as people read them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from upstream.reports.check.numbers import tidy

_WORD = re.compile(r"[a-z0-9]+")
_BRACKETS = re.compile(r"\([^()]*\)")
_FILLER = {
    "the",
    "of",
    "and",
    "in",
    "for",
    "a",
    "an",
    "by",
    "to",
    "on",
    "at",
    "volume",
    "volumes",
    "number",
    "no",
    "count",
    "counts",
    "recorded",
    "offence",
    "offences",
    "crime",
    "crimes",
    "incident",
    "incidents",
    "case",
    "cases",
    "crimed",
    "inc",
    "incs",
    "area",
    "district",
    "lpa",
    "s",
}
_TOTAL = re.compile(
    r"^(?:(?:grand|sub|overall|force|area|all)[ -]?)*totals?\b|\btotals?$|^all$|^all "
    r"(?:areas|districts|categories|types|crimes?|offences?|"
    r"forces?|sites|centres|regions|commands|stations|branches|offices|units|services|causes|kinds|sources|months|"
    r"groups|lpas?|localities|divisions|boroughs|teams|ages|outcomes|departments|"
    r"grades|wards|sectors|beats|reasons|channels)\b|"
    r"^(?:whole )?force(?:[ -]?wide| area| overall)?$|^overall$|^sum$|^county$|^combined$|^total\b|^(?:whole|"
    r"entire)\b|^all [a-z]+s$|^in all$",
    re.IGNORECASE,
)
_AVERAGE = re.compile(
    r"\b(?:average|mean|median|rate|per|ratio|%|percent|percentage|per cent|pct|proportion|share|rank|index)\b|%",
    re.IGNORECASE,
)


def stem(word: str) -> str:
    """Singular, roughly: enough to hold "offences" and "offence" together."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


_FILLER_STEMS = frozenset(stem(w) for w in _FILLER)


@lru_cache(maxsize=50_000)
def words(text: str) -> tuple[str, ...]:
    """Stemmed words of a label, "&" read as "and"."""
    return tuple(stem(w) for w in _WORD.findall(tidy(text).lower().replace("&", " and ").replace("'s", "")))


@lru_cache(maxsize=50_000)
def key(text: str) -> frozenset[str]:
    """The words that tell a label from others; the plain words when nothing else is left."""
    full = words(_BRACKETS.sub(" ", text)) or words(text)
    kept = frozenset(w for w in full if w not in _FILLER_STEMS)
    return kept or frozenset(full)


def _meets(word: str, others: Iterable[str]) -> bool:
    return any(
        word == o or (min(len(word), len(o)) >= 4 and (word.startswith(o) or o.startswith(word))) for o in others
    )


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """0 to 1: share of words in common, abbreviations counted ("misc" and "miscellaneous")."""
    if not one or not other:
        return 0.0
    both = sum(_meets(w, other) for w in one)
    return both / (len(one) + len(other) - both) if both <= min(len(one), len(other)) else 1.0


@lru_cache(maxsize=50_000)
def is_total(text: str) -> bool:
    """Whether a label says that it is the sum of others."""
    return bool(_TOTAL.search(tidy(text).strip(" :*"))) and not re.search(
        r"\b(?:average|mean|median|rate)\b", text, re.IGNORECASE
    )


@lru_cache(maxsize=50_000)
def is_average(text: str) -> bool:
    """Whether a label says that its values do not add up (an average, a rate, a share)."""
    return bool(_AVERAGE.search(tidy(text)))


def telling(text: str) -> bool:
    """Whether a label has a word beyond the plain ones ("incidents", "crime")."""
    return any(w not in _FILLER_STEMS for w in words(text))


@lru_cache(maxsize=50_000)
def word_set(text: str) -> frozenset[str]:
    """The different words of a text."""
    return frozenset(words(text))


def said_in(label: str, text: str) -> bool:
    """Whether all telling words of a label stand close together in a text."""
    wanted = key(label)
    if not wanted or not wanted <= word_set(text):
        return False
    said = words(text)
    if len(wanted) == 1:
        return True
    spans = [n for n, w in enumerate(said) if w in wanted]
    reach = len(wanted) + 4
    return any(len({said[m] for m in spans if n <= m < n + reach}) == len(wanted) for n in spans)
