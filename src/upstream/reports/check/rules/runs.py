"""Runs and extremes said in sentences: "third consecutive increase", "highest since July 2021"."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from upstream.reports.check.claims import Claim
from upstream.reports.check.cues import beside
from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.grids import Grid, Row
from upstream.reports.check.marks import Marked, mark
from upstream.reports.check.movement import DIRECTION
from upstream.reports.check.numbers import Value
from upstream.reports.check.reading.model import Sentence
from upstream.reports.check.spans import Span

_ORDINALS = {
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
}
_RUN = re.compile(
    r"\b("
    + "|".join(_ORDINALS)
    + r"|\d+(?:st|nd|rd|th)?)\b[- ](?:consecutive|successive|month(?:s)? (?:in a row|running|in succession))",
    re.IGNORECASE,
)
HIGHEST = re.compile(r"\b(highest|lowest|most|fewest|peak|largest|smallest)\b[^<.;]{0,50}?\bsince\b[^<]{0,12}<p(\d+)>")
EXTREME = re.compile(
    (
        r"\b(highest|lowest|fewest|most|peak|busiest|quietest)\b(?! (?:since|proportion|rate|"
        r"percentage|share|average|volume increase|increase))[^.;<]{0,40}?\b(?:of the (?:year|"
        r"period)|on record|in the (?:period|series|table|last)|month|recorded|over the)"
    ),
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a table that a sentence speaks of."""

    grid: Grid
    row: Row


def months_of(grid: Grid) -> list[tuple[Span, int]]:
    """Month columns of plain counts (or of one role), oldest first."""
    held = [
        (c.span, n)
        for n, c in enumerate(grid.columns)
        if c.span is not None
        and c.span.kind == "month"
        and c.span.dated
        and c.role in {"count", "percent", "average"}
        and not c.cumulative
        and not c.rolling
        and not c.total
    ]
    return sorted(held, key=lambda pair: pair[0].first)


def runs_said(places: list[Place], marked: Marked, claims: tuple[Claim, ...], sentence: Sentence) -> list[Finding]:
    """ "Third consecutive monthly increase", "highest since July 2021", against the months of the table."""
    found: list[Finding] = []
    run = _RUN.search(sentence.text)
    high = HIGHEST.search(marked.line)
    extreme = EXTREME.search(sentence.text) if not high else None
    direction = next((c.direction for c in claims if c.direction), None)
    for place in places:
        months = months_of(place.grid)
        values = [(s, v) for s, n in months if (v := place.row.values[n]) is not None]
        if len(values) < 3 or len(values) != len(months):
            continue
        where = Where(sentence.file, sentence.line or None, None, place.row.label)
        if run and direction:
            found += _run(values, run, direction, where, sentence)
        if high:
            since = marked.spans[int(high[2])]
            found += _since(values, since, high[1].lower(), where, sentence, marked)
        elif extreme and not claims_levels(claims):
            found += _extreme(values, extreme[1].lower(), where, sentence, marked)
        if found:
            break
    return found


def run_in_sentence(sentence: Sentence) -> list[Finding]:
    """ "Fallen for three months in a row: 42 in May, 40 in June, 44 in July and 38 in August", against its own list."""
    run, marked = _RUN.search(sentence.text), mark(sentence.text)
    words = DIRECTION.search(marked.line)
    if run is None or words is None or words["flat"] or len(marked.numbers) != len(marked.spans):
        return []
    listed = [(beside(marked.line, n), value) for n, value in enumerate(marked.numbers)]
    months = [(marked.spans[at], value) for at, value in listed if at is not None and marked.spans[at].kind == "month"]
    length = _length(run)
    firsts = [span.first for span, _ in months]
    if len(months) != len(listed) or len(months) not in {length, length + 1} or len(set(firsts)) != len(firsts):
        return []
    steps = sorted(months, key=lambda pair: pair[0].first) if all(s.dated for s, _ in months) else months
    direction = 1 if words["up"] or words["more"] else -1
    moves = [b[1].number - a[1].number for a, b in itertools.pairwise(steps)]
    if all(m * direction > 0 for m in moves):
        return []
    return [_broken(run, steps, Where(sentence.file, sentence.line or None), sentence)]


def _length(run: re.Match[str]) -> int:
    word = run[1].lower()
    return _ORDINALS.get(word) or int(re.sub(r"\D", "", word))


def _broken(run: re.Match[str], steps: list[tuple[Span, Value]], where: Where, sentence: Sentence) -> Finding:
    series = ", ".join(f"{s.text} {v.text}" for s, v in steps)
    figures = tuple(Figure(s.text, v.text, v.number) for s, v in steps)
    said = f"“{run[0]}” is said, but the numbers are {series} (“{sentence.text[:160]}”)"
    return Finding("sentence_cannot_hold", "error", where, figures, said)


def claims_levels(claims: tuple[Claim, ...]) -> bool:
    return any(c.later is not None and c.earlier is not None for c in claims)


def _at_month(values: list[tuple[Span, Value]], marked: Marked, but: Span | None = None) -> int:
    """Index of the month that the sentence speaks of; the latest when it names none."""
    for span in marked.spans:
        if span is not but and span.kind == "month" and span.dated:
            for n, (s, _) in enumerate(values):
                if s.first == span.first:
                    return n
    return len(values) - 1


def _run(
    values: list[tuple[Span, Value]], run: re.Match[str], direction: int, where: Where, sentence: Sentence
) -> list[Finding]:
    length = _length(run)
    end = _at_month(values, mark(sentence.text))
    if length > end or length < 2:
        return []
    steps = values[end - length : end + 1]
    moves = [b[1].number - a[1].number for a, b in itertools.pairwise(steps)]
    return [] if all(m * direction > 0 for m in moves) else [_broken(run, steps, where, sentence)]


def _since(
    values: list[tuple[Span, Value]], since: Span, word: str, where: Where, sentence: Sentence, marked: Marked
) -> list[Finding]:
    end = _at_month(values, marked, since)
    after = [(s, v) for s, v in values[:end] if s.first > since.last]
    sign = 1 if word in {"highest", "most", "peak", "largest"} else -1
    beyond = [(s, v) for s, v in after if sign * (v.number - values[end][1].number) > 0]
    if not beyond:
        return []
    s, v = beyond[-1]
    now = values[end]
    figures = (Figure(now[0].text, now[1].text, now[1].number), Figure(s.text, v.text, v.number))
    return [
        Finding(
            "sentence_cannot_hold",
            "error",
            where,
            figures,
            (
                f"“{word} since {since.text}” is said of {now[1].text}, but {s.text} was {v.text} "
                f"(“{sentence.text[:160]}”)"
            ),
        )
    ]


def _extreme(
    values: list[tuple[Span, Value]], word: str, where: Where, sentence: Sentence, marked: Marked
) -> list[Finding]:
    named = [s for s in marked.spans if s.kind == "month" and s.dated]
    if len(named) != 1:
        return []
    at = next((n for n, (s, _) in enumerate(values) if s.first == named[0].first), None)
    if at is None:
        return []
    sign = 1 if word in {"highest", "most", "peak", "busiest"} else -1
    best = max(values, key=lambda pair: sign * pair[1].number)
    if best[1].number == values[at][1].number:
        return []
    figures = (
        Figure(named[0].text, values[at][1].text, values[at][1].number),
        Figure(best[0].text, best[1].text, best[1].number),
    )
    return [
        Finding(
            "sentence_cannot_hold",
            "error",
            where,
            figures,
            (
                f"“{word}” is said of {named[0].text} ({values[at][1].text}), but {best[0].text} was "
                f"{best[1].text} (“{sentence.text[:160]}”)"
            ),
        )
    ]
