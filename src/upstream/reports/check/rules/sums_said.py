"""Sums said in a sentence: "there were 398 visits: 69 in the north, 64 in the south and 265 in the east".

A list of three counts or more, each with a short tail of its own, and one count outside the list. A list that says that
it is whole ("made up of", "in total", a colon, a bracket) must add up to that count; any list may not exceed it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from upstream.reports.check.evidence import Evidence, shown
from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.labels import key
from upstream.reports.check.lexicon import words_in
from upstream.reports.check.marks import Marked, mark
from upstream.reports.check.numbers import Value, show
from upstream.reports.check.reading.model import Sentence

_TAIL = r"(?: (?!and\b)[a-z'&-]+){1,5}?"
_REST = r"(?:the (?:remaining|other|rest,?|last|final) )"
_HEAD = r"(?:[a-z'&-]+ ){1,4}?"
# "86 in the north, 319 in the south and 32 in the east"; "North 86, South 319 and East 32"
_LISTS = (
    re.compile(rf"<n\d+>{_TAIL}(?:[,;] <n\d+>{_TAIL})+,? and {_REST}?<n\d+>(?: (?!and\b)[a-z'&-]+){{1,5}}"),
    re.compile(rf"(?<![a-z'])(?:{_HEAD})?<n\d+>(?:[,;] {_HEAD}<n\d+>)+,? and {_HEAD}<n\d+>"),
)
# words that make a list a selection, or its members overlap
_SELECTS = re.compile(
    r"\b(?:includ\w+|mostly|mainly|mainly|notably|such as|for example|e\.g\.|among|largest|highest|most|top|led by|"
    r"of (?:which|these|whom|those|them)|at least|more than one|both|about|around|nearly|some|average\w*|mean|per|each|"
    r"from(?= <)|then|previous\w*|compar\w*|against|target\w*|than|rising|falling|rose|fell|respectively)\b"
)
_WHOLE = re.compile(
    r"\b(?:made up|make up|makes up|consist\w*|compris\w*|add(?:s|ed|ing)? up|sum(?:s|med)? to|in (?:total|all)|"
    r"altogether|remaining|the (?:other|rest|balance)\b|"
    r"totall?\w*|divid\w*|split|broke\w* down|together|namely|that is)\b|: (?:[a-z' ]{1,40}? )?<n\d+>|"
    r"\((?:[a-z' ]{1,40}? )?<n\d+>"
)
_OPENING_WHOLE = re.compile(r"(?:out )?of (?:(?:the|these|those|all|our|its) )*<n\d+>")
_LEAST_PARTS = 3
_PREPOSITIONS = words_in("in at for by on under through within")


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a list, the one count outside it, and what the list leaves open.

    Attributes
    ----------
    complete
        Whether words say that the list is whole.
    names
        The words that tell the parts apart, as labels of a table would.
    alike
        Whether all parts stand with one preposition, so that they count what the whole counts.
    """

    parts: tuple[Value, ...]
    whole: Value
    complete: bool
    names: frozenset[frozenset[str]]
    alike: bool


def _parts_of(marked: Marked) -> Parts | None:
    line = marked.line
    counts = [int(n) for n in re.findall(r"<n(\d+)>", line)]
    if len(counts) <= _LEAST_PARTS or re.search(r"<[tqx]\d+>", line) or _SELECTS.search(line):
        return None
    # "of the 339 cases, 79 were ...": the whole opens the sentence and is no part of the list
    first = _OPENING_WHOLE.match(line)
    listed = line[first.end() :] if first is not None else line
    for pattern in _LISTS:
        for match in pattern.finditer(listed):
            inside = [int(n) for n in re.findall(r"<n(\d+)>", match[0])]
            outside = [n for n in counts if n not in inside]
            if len(inside) < _LEAST_PARTS or len(outside) != 1:
                continue
            values = tuple(marked.numbers[n] for n in inside)
            whole = marked.numbers[outside[0]]
            tails = _tails(match[0])
            if all(v.whole for v in (*values, whole)) and len(set(tails)) > 1:
                opened = {tail.split()[0] for tail in tails}
                alike = len(opened) == 1 and opened <= _PREPOSITIONS
                names = frozenset(key(" ".join(tail.split()[alike:])) for tail in tails)
                return Parts(values, whole, bool(_WHOLE.search(line)), names, alike)
    return None


def _tails(listed: str) -> list[str]:
    """What stands with each number of a list."""
    return [piece.strip() for piece in re.split(r"<n\d+>|[,;]| and ", listed) if piece.strip()]


def _groups(evidence: Evidence) -> set[frozenset[frozenset[str]]]:
    """Sets of labels that the tables of a document have under one head: all places, all kinds."""
    found = set()
    for grid in evidence.grids:
        found.add(frozenset(key(row.keys[0]) for row in grid.rows if row.keys and not row.total))
        found.add(frozenset(key(c.header) for c in grid.columns if c.role == "count" and not c.total))
    return found


def _finding(sentence: Sentence, said: Parts) -> Finding:
    added = sum(v.number for v in said.parts)
    side = "more" if added > said.whole.number else "less"
    apart = show(abs(added - said.whole.number))
    figures = (
        Figure("total", said.whole.text, said.whole.number),
        *(Figure("part", v.text, v.number) for v in said.parts),
    )
    text = (
        f"{shown(list(said.parts), added)}, but the total said is {said.whole.text} ({apart} {side}) "
        f"(“{sentence.text[:220]}”)"
    )
    return Finding("parts_do_not_sum", "error", Where(sentence.file, sentence.line or None), figures, text)


def sums_said(evidence: Evidence) -> list[Finding]:
    """Every sentence that lists the parts of a count."""
    found = []
    groups = _groups(evidence)
    for sentence in evidence.sentences:
        said = _parts_of(mark(sentence.full))
        if said is None:
            continue
        added, largest = sum(v.number for v in said.parts), max(v.number for v in said.parts)
        over = added > said.whole.number and (said.alike or (said.complete and largest < said.whole.number))
        under = added < said.whole.number and (said.complete or (said.alike and said.names in groups))
        if over or under:
            found.append(_finding(sentence, said))
    return found
