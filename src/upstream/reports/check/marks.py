"""A sentence as a line of marks: periods, per cents, points and counts, whatever they are.

A pattern then sees the shape of a claim and never a stray number in a date or a reference.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from upstream.reports.check.numbers import Value, parse_value, tidy
from upstream.reports.check.spans import Span, find_spans

_NUMBER = re.compile(
    r"(?P<money>£)?(?<![\w.,:/])(?P<sign>[-+](?=\d))?(?P<number>\d{1,3}(?:,\d{3})"
    r"+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<scale>\s?(?:million|bn|m|k)\b)?"
    r"(?P<points>\s?-?(?:(?:percentage[ -])?points?\b|% ?points?|ppts?\b|pp\b))?(?P<percent>\s?%|"
    r"\s?per ?cent\b|\s?pct\b)?(?P<times>\s?(?:x\b|times\b))?(?![\w]|\.\d|,\d|:\d|/\d)",
    re.IGNORECASE,
)
# numbers that name or measure something else
_NAMES = re.compile(
    r"\b(?:table|figure|page|pages|grade|grades|outcome|outcomes|quarter|section|chapter|"
    r"annex|appendix|paragraph|schedule|tier|level|band|category|class|"
    r"group|code|priority|kpi|item|recommendation|recommendations|zone|sector|ward|beat|"
    r"team|operation|op|objective|question|action|part|version|type|oc|type|stage|phase|"
    r"step|"
    r"outcome type|under|over|aged|age|top|step|room|slide|chart|note|footnote|act|"
    r"standard deviations?|within|every|each of the)\s+\d[\d.,]*(?:\s?(?:-|to|and|/)"
    r"\s?\d+)*(?:st|nd|rd|th|s)?\b",
    re.IGNORECASE,
)
_UNITS = re.compile(
    r"\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|"
    r"thirty)[- ]?(?:consecutive |full |calendar |working |rolling |standard |previous |"
    r"successive )?"
    r"(?:months?|weeks?|days?|years?|hours?|minutes?|mins?|seconds?|secs?|quarters?|month|"
    r"points of standard|standard deviations?|sd)\b|\b\d+(?:st|nd|rd|th)\b|"
    r"\b(?:999|101|111|112|24/7|360)(?= (?:calls?|abandon\w*|contacts?|service|demand|answer\w*|line|volumes?))|"
    r"\bper (?:1,?000|10,?000|100,?000|million)\b|\b\d+(?:\.\d+){2,}\b|#\d+|\b[A-Z]{1,"
    r"3}\d+\b|\b\d{1,2}[:.]\d{2}(?: ?[ap]m)?\b(?=\s*(?:hours|[ap]m|to \d{1,2}[:.]\d{2}))|\b\d{1,"
    r"2}:\d{2}(?::\d{2})?\b",
    re.IGNORECASE,
)
_YEAR_BEFORE = re.compile(
    r"(?:\bin|since|during|until|before|after|years?|for|summer|spring|autumn|winter|"
    r"early|late|mid|through|between|and|ending|ended|by|baseline|the|of|-|/|\()\s*$",
    re.IGNORECASE,
)
_LEVEL_BEFORE = re.compile(
    r"(?:\bto|\bat|\bwas|\bwere|recorded|reach\w*|saw|totall\w*|total of|numbered|there "
    r"(?:were|was)|to reach|[:,])\s*\(?$",
    re.IGNORECASE,
)
_AMOUNTS_BEFORE = re.compile(r"\b(?:amount|add(?:s|ed)? up|come|came|equal)\w* to\s*$", re.IGNORECASE)
_COMPARED_BEFORE = re.compile(r"(?:\bfrom|against|with|than|\bon|\bon the|versus|\bvs?\.?|\bto)\s*$", re.IGNORECASE)


def _is_count(text: str, start: int, end: int) -> bool:
    """Whether four digits that could be a year are a count: by the words before, and by a count of like size beside."""
    before = text[max(start - 30, 0) : start]
    if re.match(
        r"\s+(?:in|records?|cases?|offences?|crimes?|incidents?|reports?|calls?|were|seen|then|now)\b", text[end:]
    ) and not re.search(r"\bin\s*$", before):
        return True
    if _AMOUNTS_BEFORE.search(before):
        return True
    rest = text[:start] + " " * (end - start) + text[end:]
    others = [
        float(m[0].replace(",", ""))
        for m in re.finditer(r"(?<![\d.,/])(?:\d{1,2},\d{3}|\d{3,5})(?![\d,%/]|\.\d)", rest)
    ]
    like = any(600 <= n <= 6000 and not 1990 <= n <= 2040 for n in others)
    if _LEVEL_BEFORE.search(before) and not re.search(r"(?:19|20)\d\d\s+to\s*$", before):
        return like or not re.search(r"(?:\bto|[:,])\s*$", before)
    return like and bool(_COMPARED_BEFORE.search(before)) and not _YEAR_BEFORE.search(before)


@dataclass(frozen=True, slots=True)
class Marked:
    """A sentence as a line of marks.

    Attributes
    ----------
    line
        Lower case, with ``<p0>`` for periods, ``<t1>`` for per cents, ``<q2>`` for percentage points, ``<x0>`` for
        "3 times" and ``<n3>`` for other numbers.
    numbers, spans
        What the marks stand for.
    """

    text: str
    line: str
    numbers: tuple[Value, ...]
    spans: tuple[Span, ...]


def names_in(text: str) -> frozenset[str]:
    """Names with a number in them that a marked line does without ("outcome 17", "grade 1")."""
    return frozenset(m[0].lower() for m in _NAMES.finditer(tidy(text)))


# "Forest and Fell": a name with a capital inside a sentence, and nothing that moved
_NAME_NOT_MOVE = re.compile(r"(?<=[a-z,] )(Fell|Rose|Rise|Drop|Fall|Falls|Down|Downs|Over|Under)(?= |,|\.|$)")


# falls of people, which say nothing of numbers falling
_ACCIDENTS = re.compile(
    r"(\b(?:(?:in)?patient|trips and|slips and|trips or|resident)|^|\bof|<n\d+>|: ) falls\b(?! (?:to|by|from|of) <)|"
    r"(^)falls\b(?= (?:with|from|in|among|at|resulting|causing|and|were|are)\b)"
)
_QUOTED = re.compile(r"[“\"]([^“”\"]{4,400})[”\"]|(?<![\w])'([^']{4,400})'(?!\w)")


def cites(text: str) -> bool:
    """Whether a sentence repeats somebody else's figures: a number in quotation marks is no claim of its own."""
    return any(_NUMBER.search(m[1] or m[2]) for m in _QUOTED.finditer(tidy(text)))


_FRACTION = re.compile(r"(?<=\()(\d[\d,]*)\s?/\s?(\d[\d,]*)(?=[),;])")
# "0.12:1", never a time of day
_TO_ONE = re.compile(r"(?<![\d:.])(\d+\.\d+|(?<=ratio of )\d+|(?<=ratio was )\d+|(?<=ratio is )\d+)\s?:\s?1(?![\d:])")


# "(101:295)": two counts, where they are too large for a time of day
_ODDS = re.compile(r"\((\d[\d,]*) ?: ?(\d[\d,]*)\)")


def _odds(match: re.Match[str]) -> str:
    hour, minute = (int(n.replace(",", "") or 0) for n in match.groups())
    return f"({match[1]} to {match[2]})" if hour > 24 or minute > 59 else match[0]


def _spelt(match: re.Match[str]) -> str:
    """ "(404/854)" as "(404 of 854)"; "(21/22)" may be a year and stays."""
    top, bottom = (int(n.replace(",", "") or 0) for n in match.groups())
    # "(80/20)" is a rule of thumb
    return match[0] if top > bottom or bottom in {top + 1, (top + 1) % 100} else f"{match[1]} of {match[2]}"


# "2.1 24 arrests were made", "3.4.1 The force": the number of a paragraph, which counts nothing
_PARAGRAPH = re.compile(r"^\d{1,2}(?:\.\d{1,2}){1,3}\.?\s+(?=[A-Z“\"‘(]|£?\d)")


_RISES = re.compile(r"\s?[↑▲⬆]\s?(?=[\d£])")
_FALLS = re.compile(r"\s?[↓▼⬇]\s?(?=[\d£])")


def without_paragraph_number(text: str) -> str:
    """ "3.1 Of the five" as "Of the five"."""
    return _PARAGRAPH.sub("", text)


@lru_cache(maxsize=20_000)
def mark(text: str) -> Marked:
    """Turn a sentence into a line of marks; nothing of one that cites another."""
    plain = (
        ""
        if cites(text)
        else _TO_ONE.sub(r"\1 to 1", _ODDS.sub(_odds, _FRACTION.sub(_spelt, without_paragraph_number(tidy(text)))))
        .replace("*", "")
        .replace("→", " -> ")
        .replace("<", " ")
        .replace(">", " ")
    )
    plain = _FALLS.sub(" down ", _RISES.sub(" up ", plain))
    chars = list(plain)
    pieces: list[tuple[int, int, str]] = []
    spans: list[Span] = []
    numbers: list[Value] = []
    taken = [False] * len(chars)

    def take(start: int, end: int, with_mark: str) -> None:
        taken[start:end] = [True] * (end - start)
        pieces.append((start, end, with_mark))

    for named in find_spans(plain):
        if named.span.kind == "year" and _is_count(plain, named.start, named.end):
            continue
        take(named.start, named.end, f"<p{len(spans)}>")
        spans.append(named.span)
    for pattern in (_NAMES, _UNITS):
        for match in pattern.finditer(plain):
            if any(taken[match.start() : match.end()]):
                continue
            if (
                pattern is _NAMES
                and re.match(r"(?:over|under|level|within|act|part|top|type|action)\b", match[0], re.IGNORECASE)
                and re.match(r"\s*(?:%|per ?cent|unit|[a-z]*,\d)", plain[match.end() :])
            ):
                continue
            words = re.sub(r"\d", "", match[0]).lower()
            take(match.start(), match.end(), words)
    for match in _NUMBER.finditer(plain):
        if any(taken[match.start() : match.end()]):
            continue
        kind = "q" if match["points"] else "t" if match["percent"] else "x" if match["times"] else "n"
        scale = {"million": "m", "bn": "bn", "m": "m", "k": "k"}.get((match["scale"] or "").strip().lower(), "")
        value = parse_value(f"{match['sign'] or ''}{match['number']}{scale}{'%' if kind in 'tq' else ''}")
        if value is None:
            continue
        take(match.start(), match.end(), f"<{kind}{len(numbers)}>")
        numbers.append(Value(value.number, value.decimals, value.percent, match[0].strip()))
    line, at = [], 0
    for start, end, with_mark in sorted(pieces):
        line += [plain[at:start], with_mark]
        at = end
    names = _NAME_NOT_MOVE.sub(r"_\1", "".join([*line, plain[at:]]))
    shape = _ACCIDENTS.sub(lambda m: f"{m[1] or ''} accidents", names.lower())
    return Marked(plain, shape, tuple(numbers), tuple(spans))
