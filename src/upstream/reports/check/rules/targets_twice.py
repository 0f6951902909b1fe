"""One target said twice: the same measure with 75% in one place and 80% in another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.labels import stem
from upstream.reports.check.nouns import name_of, phrases
from upstream.reports.check.numbers import Value, same_number
from upstream.reports.check.reading.model import Sentence
from upstream.reports.check.rules.target_claims import target_of
from upstream.reports.check.rules.target_tables import aims_of

# words that a sentence about a target is made of, and that name no measure
_WORDS = frozenset(
    stem(w)
    for w in """target goal ambition aim aspiration threshold standard benchmark requirement expectation objective limit maximum
    minimum agreed required expected set work working towards reach achieve meet met missed position review kept performance
    result level year period quarter national local force board panel committee plan current annual""".split()
)
_CHANGES = re.compile(r"\b(?:raised|lowered|reduced|increased|revised|changed|previous\w*|formerly|last year|from 20\d\d|proposed|stretch|interim|by 20\d\d|new)\b")


@dataclass(frozen=True, slots=True)
class Stated:
    """A target of a measure, as a sentence or a table gives it."""

    names: frozenset[tuple[str, ...]]
    periods: frozenset[tuple[int, int]]
    value: Value
    where: Where
    text: str


def _measure(phrase: tuple[str, ...]) -> tuple[str, ...]:
    """The measure in a phrase such as "target for the completion rate"; empty when it names none."""
    at = 0
    while at < len(phrase) and phrase[at] in _WORDS | {"of", "for", "on", "to"}:
        at += 1
    kept = list(phrase[at:])
    while kept and kept[-1] in _WORDS:
        kept.pop()
    return tuple(kept)


def _in_sentence(sentence: Sentence) -> Stated | None:
    found = target_of(sentence.full)
    if found is None or _CHANGES.search(sentence.full.lower()):
        return None
    marked, value = found
    names = frozenset(name for p in phrases(marked.line) if (name := _measure(p)))
    periods = frozenset((s.first, s.last) for s in marked.spans if s.dated)
    where = Where(sentence.file, sentence.line or None)
    return Stated(names, periods, value, where, sentence.text)


def _in_tables(evidence: Evidence) -> Iterator[Stated]:
    for grid in evidence.grids:
        for r, aim in aims_of(grid).items():
            row = grid.rows[r]
            if len([k for k in row.keys if k]) == 1:
                yield Stated(frozenset({name_of(row.label)}), frozenset(), aim.value, grid.where(row), aim.figure.printed)


def _same_measure(one: Stated, other: Stated) -> bool:
    """Whether two targets name one measure in full, and no two different periods."""
    if one.value.percent != other.value.percent or (one.periods and other.periods and one.periods != other.periods):
        return False
    return bool(one.names & other.names)


def target_said_twice(evidence: Evidence) -> list[Finding]:
    """Targets of sentences against each other and against the target columns of tables."""
    tables = list(_in_tables(evidence))
    said = [s for sentence in evidence.sentences if (s := _in_sentence(sentence)) is not None]
    found = []
    for n, other in enumerate(said):
        alike = [s for s in (*tables, *said[:n]) if _same_measure(s, other)]
        if alike and not any(same_number(s.value, other.value) for s in alike):
            found.append(_finding(alike[0], other))
    return found


def _finding(first: Stated, other: Stated) -> Finding:
    thing = " ".join(max(first.names & other.names, key=len))
    said = f"target of {thing}: {first.value.text} (“{first.text[:160]}”), but {other.value.text} (“{other.text[:160]}”)."
    figures = (
        Figure(str(first.where), first.value.text, first.value.number),
        Figure(str(other.where), other.value.text, other.value.number),
    )
    return Finding("fact_quoted_differently", "error", other.where, figures, said)
