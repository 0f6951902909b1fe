"""Ratios said in sentences: "16 pupils to each teacher: 320 pupils, 20 teachers".

A ratio and the two counts it comes from are found by arithmetic: one of three numbers is the quotient of the other
two. Which count is divided by which is read from the words; a finding is a quotient that fits only the wrong way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.labels import stem
from upstream.reports.check.marks import Marked, mark
from upstream.reports.check.nouns import phrase_after, tokens
from upstream.reports.check.numbers import Value, show
from upstream.reports.check.reading.model import Sentence
from upstream.reports.check.rules.ratio_words import divisors_by_nouns

_CUE = re.compile(
    r"\bratio\b|\bas many\b|\bper (?!(?:cent|annum|year|month|week|day|1,?000|10,?000|100,?000|head of population)\b)|"
    r"\baverag\w+\b|\bone (?:[a-z'-]+ ){1,5}(?:to|for|per)\b|\b(?:workload|caseload|load)\b|\b\w+ an? [a-z]+[,.;(]|"
    r"\bto (?:one|a|each|every)\b|\b(?:each|every|apiece|outnumber\w*|on average|a head|divided|shared)\b|"
    r"<n\d+>\s*(?:to|:)\s*<n\d+>|-to-"
)
_NOUN = r"((?:[a-z'-]+ ){0,2}?[a-z'-]+)"
# the words after which the thing that is divided by stands
_BOTTOM = (
    re.compile(
        rf"\bratio of [^<.;:]+? to {_NOUN}(?= (?:is|was|are|were|of|at|stood|stands|has|fell|rose|now|came|for|"
        rf"in)\b|[,:;(<.]|$| <)"
    ),
    re.compile(rf"\boutnumber\w* (?:the |our )?{_NOUN}(?= by\b)"),
    re.compile(
        rf"\b(?:for|to|per|with|at|of) (?:each|every|a single|one|an average) {_NOUN}(?=[,:;.()]| (?:<|\(|is|was|"
        rf"were|are|on|in|at|stood|and|had|came|this|during)|$)"
    ),
    re.compile(
        rf"\bper (?!cent\b|<){_NOUN}(?=[,:;.()]| (?:<|\(|is|was|were|are|on|in|at|stood|and|came|this|during)|$)"
    ),
    re.compile(
        rf"(?:^|[,;:] )(?:so |and |that |then |meaning )?(?:on average,? )?(?:each|every|the average|an average|"
        rf"the typical) {_NOUN}(?= (?:had|has|held|holds|carried|carries|dealt|deals|handled|saw|was|is|covered|"
        rf"managed|looked|worked|took|would|served|supported|\w+ed)\b)"
    ),
    re.compile(
        rf"(?:^|[,;:.] )(?:the |our )?{_NOUN} (?:had|have|held|hold|carried|carry|handled|saw|managed|took|\w+ed) "
        rf"[^;:.]*\b(?:apiece|each)\b"
    ),
    re.compile(rf"\b(?:by|among|amongst|between|across) (?:the |our )?(?:<n\d+> )?{_NOUN}\b[^;:.]*\b(?:each|apiece)\b"),
    re.compile(rf"-to-{_NOUN} ratio\b"),
    re.compile(rf"<[nx]\d+> (?:[a-z'-]+ ){{1,3}}?an? {_NOUN}(?=[,:;.()]|$| (?:<|\(|is|was|were|in|at|on|and)\b)"),
    re.compile(
        rf"\b(?:one|a single|1) {_NOUN} (?:to|for|per|serves|handles|has|had|holds|carries|covers|"
        rf"looks after)\b[^;:.]*<[nx]\d+>"
    ),
    re.compile(rf"\b{_NOUN} (?:average|averaged|averages|carry an average of|have an average of|had an average of)\b"),
)
_SHARED_BY = re.compile(r"(?:by|among|amongst|between|across|over) (?:the |our |just |only )*<n(\d+)>")
_LEAST_APART = 1.02


def _fits(ratio: Value, top: Value, bottom: Value) -> bool:
    return bottom.number != 0 and abs(ratio.number - top.number / bottom.number) <= ratio.half + 1e-9


def _triples(marked: Marked) -> list[tuple[int, int, int]]:
    """(ratio, one, other) of numbers of which the first is a quotient of the others, either way."""
    plain = [int(n) for n in re.findall(r"<[nx](\d+)>", marked.line)]
    found = []
    for r in plain:
        others = [
            n
            for n in plain
            if n != r
            and marked.numbers[n].whole
            and marked.numbers[n].text[:1] not in "£$€"
            and marked.numbers[n].number > 1
        ]
        if len(others) != 2:
            others = [n for n in others if marked.numbers[n].number != 1]
        for i, a in enumerate(others):
            for b in others[i + 1 :]:
                one, other, ratio = marked.numbers[a], marked.numbers[b], marked.numbers[r]
                high, low = max(one.number, other.number), min(one.number, other.number)
                if high / low > _LEAST_APART and (_fits(ratio, one, other) or _fits(ratio, other, one)):
                    found.append((r, a, b))
    return found


def _bottom_of(marked: Marked, a: int, b: int) -> int | None:
    """Which of two counts is divided by: the one whose noun the words name so, else the second."""
    line = marked.line
    nouns = {n: _noun_of(line, n) for n in (a, b)}
    for pattern in _BOTTOM:
        for match in pattern.finditer(line):
            said = [stem(t) for t in tokens(match[1]) if t[0].isalpha()]
            hits = [n for n in (a, b) if nouns[n] and said and nouns[n][-1] == said[-1]]
            if len(hits) == 1:
                return hits[0]
            if said and not nouns[a] and not nouns[b]:
                # bare counts in the order in which the words name their things
                return b if line.index(f"<n{a}>") < line.index(f"<n{b}>") else a
    ordered = re.search(
        rf"<n({a}|{b})>[^<.;:]{{2,40}}? (?:for|to|over|per|among|across|against) (?:the |our )?<n({a}|{b})>", line
    )
    if ordered is not None and ordered[1] != ordered[2]:
        return int(ordered[2])
    shared = [int(m[1]) for m in _SHARED_BY.finditer(line) if int(m[1]) in (a, b)]
    return shared[0] if len(shared) == 1 else None


def _noun_of(line: str, number: int) -> tuple[str, ...]:
    """The noun directly behind a count, or that it is said of ("nurses: 12")."""
    after = re.match(r"\s+(?:[a-z'-]+ ){0,2}?[a-z'-]+", line.split(f"<n{number}>", 1)[1])
    if after is None:
        before = re.search(r"([a-z'-]+)\s*(?::|=|were|was|numbered|totalled)\s*$", line.split(f"<n{number}>", 1)[0])
        return (stem(before[1]),) if before else ()
    said = tokens(line)
    return phrase_after(said, said.index(f"<n{number}>"))[:3]


def _sentence(sentence: Sentence, text: str, *, most: int) -> Finding | None:
    # "each of the 20" and "spread over 20" count those who share, and name nothing here
    plain = re.sub(r"\b([Ee]ach|[Ee]very one) of the (?=\d)", r"\1 of those ", text)
    plain = re.sub(r"\b(spread|shared|divided|split)( out)? over (?=\d)", r"\1 among ", plain, flags=re.IGNORECASE)
    plain = re.sub(r"\((\d[\d,]*) over (?=\d)", r"(\1 divided by ", plain)
    marked = mark(re.sub(r"\bover (?=\d)", "among ", plain))
    if not _CUE.search(marked.line) or len(re.findall(r"<[nx]\d+>", marked.line)) > most:
        return None
    wrong: list[Finding] = []
    for r, a, b in _triples(marked):
        named = divisors_by_nouns(marked.line, r, a, b)
        bottom = _bottom_of(marked, a, b) if not named else named.pop() if len(named) == 1 else None
        if bottom is None:
            continue
        top = a if bottom == b else b
        ratio, over, under = marked.numbers[r], marked.numbers[top], marked.numbers[bottom]
        if _fits(ratio, over, under):
            return None
        exact = show(over.number / under.number, max(ratio.decimals, 0) + 1)
        figures = (
            Figure("ratio", ratio.text, ratio.number),
            Figure("top", over.text, over.number),
            Figure("bottom", under.text, under.number),
        )
        said = (
            f"{over.text} / {under.text} = {exact}, but {ratio.text} is said; that is the ratio the other way round "
            f"(“{text[:200]}”)"
        )
        wrong.append(Finding("ratio_wrong_way", "error", Where(sentence.file, sentence.line or None), figures, said))
    return wrong[0] if wrong else None


_TERSE = 8


def _contexts(evidence: Evidence, n: int) -> Iterator[tuple[str, int]]:
    """A sentence alone, with the one before, and with two before that each only give a number of a thing."""
    sentence = evidence.sentences[n]
    yield sentence.full, 6
    before = [
        s for s in evidence.sentences[max(n - 2, 0) : n] if (s.file, s.section) == (sentence.file, sentence.section)
    ]
    # numbers beside the ratio and its two counts belong to something else
    for back in (before[-1:], before if len(before) == 2 and all(_is_terse(s) for s in before) else []):
        text = "; ".join([*(s.text.rstrip(".") for s in back), sentence.text])
        if back and len(text) < 320:
            yield text, 3


def _is_terse(sentence: Sentence) -> bool:
    return len(sentence.text.split()) <= _TERSE and len(mark(sentence.text).numbers) == 1


def ratios_said(evidence: Evidence) -> list[Finding]:
    """Every sentence that says a ratio, alone and with those before it that give its counts."""
    found = []
    for n, sentence in enumerate(evidence.sentences):
        tried = (_sentence(sentence, text, most=most) for text, most in _contexts(evidence, n))
        one = next((f for f in tried if f is not None), None)
        found += [one] if one is not None else []
    return found
