"""One count said of a thing and a period, to date or of a month, against the tables that have a row of that thing.

The noun that a table counts by ("reports", "attended") may stand with the name of a row in words and not in the table,
or the other way round; a table whose title speaks of something else than the sentence is no table of it.
"""

from __future__ import annotations

import re

from upstream.reports.check.claims import read_claims
from upstream.reports.check.cues import changes_in
from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.grids import Grid, Row
from upstream.reports.check.labels import key, words
from upstream.reports.check.lexicon import words_in
from upstream.reports.check.marks import Marked, mark
from upstream.reports.check.nouns import name_of, qualifiers_of, subject_of
from upstream.reports.check.numbers import Value, same_number
from upstream.reports.check.reading.model import Sentence
from upstream.reports.check.rules.named_rows import named_rows
from upstream.reports.check.rules.statements import no_fact, thing_of
from upstream.reports.check.rules.vocabulary import telling
from upstream.reports.check.scopes import Scopes, places_said
from upstream.reports.check.spans import Span

_TO_DATE = r"(?:year[- ]to[- ]date|(?:f|c)?ytd|to date|so far)"
_SO_FAR = re.compile(
    rf"<p\d+>,? (?:(?:financial |calendar )?year )?{_TO_DATE}|"
    rf"{_TO_DATE}(?:,? (?:of|for|in|this|the) | ?\(|: |, | )<p\d+>"
)
_JOINING = words_in("from with of in by for on and the a an about concerning regarding involving")
_KINDS = ("month", "quarter", "range", "financial_year")
# words of a title about its columns
_COMPARED = words_in("same prior earlier")
_YEAR = 12
_APRIL = 3
Period = tuple[int, int, bool]


def _period(marked: Marked) -> tuple[Period, str] | None:
    """The one dated period of a sentence, whether it is a year to date, and the line without the words that say so."""
    if len(marked.spans) != 1 or not marked.spans[0].dated:
        return None
    span = marked.spans[0]
    so_far = _SO_FAR.search(marked.line)
    if so_far is None:
        return ((span.first, span.last, False), marked.line) if span.kind in _KINDS else None
    year = _financial_year(span)
    line = f"{marked.line[: so_far.start()]}<p0>{marked.line[so_far.end() :]}"
    return ((*year, True), line) if year is not None else None


def _financial_year(span: Span) -> tuple[int, int] | None:
    """The financial year of a year, or of months that begin it."""
    if span.kind == "financial_year":
        return span.first, span.last
    return (span.first, span.first + _YEAR - 1) if span.first % _YEAR == _APRIL and span.months <= _YEAR else None


def _column(grid: Grid, period: Period) -> int | None:
    """The one column of counts for a period."""
    held = [
        n
        for n, c in enumerate(grid.columns)
        if c.role == "count" and c.span is not None and c.span.dated and not c.rolling
        if (c.span.first, c.span.last, c.cumulative) == period
    ]
    return held[0] if len(held) == 1 else None


def _unit_words(grid: Grid, row: Row) -> frozenset[str]:
    """Words that the table's heading and its totals add to every row."""
    totals = " ".join(r.label for r in grid.rows if r.total or r is grid.rows[-1] or r is grid.rows[0])
    return frozenset(words(f"{grid.table.title} {totals}")) - key(row.label)


def _same_thing(grid: Grid, row: Row, subject: tuple[str, ...], said: frozenset[str]) -> bool:
    """Whether a subject is the row's name, give or take what the table counts by."""
    thing = thing_of(subject) - _JOINING
    name = key(row.label) - _JOINING
    if not name or not name <= thing or not thing - name <= _unit_words(grid, row):
        return False
    own = frozenset(w for r in grid.rows for w in words(r.label)) | frozenset(words(" ".join(grid.key_names)))
    return telling(grid.table.title) - own - _COMPARED <= said


def _subjects(line: str, number: int) -> list[tuple[str, ...]]:
    """What a number counts: its nouns, and all the words behind it ("requests about street lights")."""
    behind = re.search(rf"<n{number}> ([a-z][a-z' -]+?)(?= (?:in|for|during|over|were|was|had) |[,.;(<]|$)", line)
    return [subject_of(line, number), name_of(behind[1]) if behind is not None else ()]


def _level(marked: Marked, line: str) -> tuple[int, Value] | None:
    """The one count of a sentence that is no change."""
    counts = [int(n) for n in re.findall(r"<n(\d+)>", line) if int(n) not in changes_in(line)]
    if len(counts) != 1 or no_fact(line) or re.search(r"<[xq]\d+>", line):
        return None
    if any(claim.marks for claim in read_claims(marked)):
        return None
    value = marked.numbers[counts[0]]
    return (counts[0], value) if value.whole else None


def _finding(sentence: Sentence, grid: Grid, row: Row, at: int, value: Value) -> Finding:
    cell = grid.figure(row, at)
    said = (
        f"{row.label}, {grid.columns[at].header}: {value.text} in the sentence, {cell.printed} in {grid.table.name} "
        f"(line {row.line}) (“{sentence.text[:200]}”)"
    )
    where = Where(sentence.file, sentence.line or None, None, row.label, grid.columns[at].header)
    figures = (Figure("in the sentence", value.text, value.number), cell)
    return Finding("fact_quoted_differently", "error", where, figures, said)


def _sentence(evidence: Evidence, sentence: Sentence, scopes: Scopes) -> Finding | None:
    marked = mark(sentence.full)
    dated = _period(marked)
    level = _level(marked, dated[1]) if dated is not None else None
    if dated is None or level is None or qualifiers_of(dated[1], level[0]):
        return None
    subjects, said = _subjects(dated[1], level[0]), frozenset(words(sentence.full))
    wrong: list[Finding] = []
    for grid in evidence.grids:
        at = _column(grid, dated[0]) if len(grid.key_names) == 1 else None
        if at is None or scopes.elsewhere(sentence, grid):
            continue
        for r in named_rows(grid, sentence.full):
            row, value = grid.rows[r], grid.rows[r].values[at]
            place = frozenset(key(row.label)) in places_said(sentence.full)
            if value is None or place or not any(_same_thing(grid, row, subject, said) for subject in subjects):
                continue
            if same_number(value, level[1]):
                return None
            wrong.append(_finding(sentence, grid, row, at, level[1]))
    return wrong[0] if wrong else None


def headlines_against_tables(evidence: Evidence) -> list[Finding]:
    """Every sentence with one count, one period and one thing that is a row."""
    scopes = evidence.scopes
    return [f for s in evidence.sentences if (f := _sentence(evidence, s, scopes)) is not None]
