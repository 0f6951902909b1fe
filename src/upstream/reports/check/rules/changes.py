"""Changes said in sentences without their levels, against the cells of tables that hold the levels.

"Burglaries are up by 12% on Q1 2021/22": the thing is a row, the two periods are columns, and the sum is the table's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from upstream.reports.check.claims import Claim, read_claims
from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.labels import stem
from upstream.reports.check.marks import Marked, mark
from upstream.reports.check.nouns import tokens
from upstream.reports.check.numbers import Value, percent_agrees, percent_change, show, tidy
from upstream.reports.check.reading.model import Sentence
from upstream.reports.check.rules.statements import Period, Statement, cells_of, places_in, thing_of
from upstream.reports.check.rules.vocabulary import vocabulary
from upstream.reports.check.spans import Span

_EARLIER = re.compile(
    r"\b(?:on|since|from|than|against|compar\w+ (?:with|to|against)|versus|vs|over)(?: (?:in|the|those|that|of))*\s*$"
)
_OTHER = re.compile(
    r"\b(?:target\w*|forecast\w*|expect\w*|plan(?:ned)?|budget|average|mean|median|year to date|ytd|cumulative|"
    r"rolling|baseline|limit\w*|"
    r"likely|projected|rate|share|proportion|percentage|national\w*|similar|peer)\b"
)


@dataclass(frozen=True, slots=True)
class Series:
    """One row of a table: a thing in a place, its cells by period."""

    subject: tuple[str, ...]
    places: frozenset[str]
    cells: dict[Period, Statement]

    def between(self, spans: list[tuple[Span, bool]]) -> tuple[Statement, Statement] | None:
        """The later and the earlier cell for periods, each with whether it is said to be the earlier."""
        told = [(s.first, s.last) for s, _ in spans]
        if len(told) == 1 and spans[0][0].kind == "range" and spans[0][1] and told[0] not in self.cells:
            # "from March 2019 to March 2020": two months and no year between them
            told = [(told[0][0],) * 2, (told[0][1],) * 2]
        if len(told) == 2 and all(p in self.cells for p in told) and told[0] != told[1]:
            early, late = sorted(told)
            return self.cells[late], self.cells[early]
        if len(told) != 1 or told[0] not in self.cells or not spans[0][1]:
            return None
        length = told[0][1] - told[0][0]
        later = [p for p in self.cells if p > told[0] and p[1] - p[0] == length]
        return (self.cells[later[0]], self.cells[told[0]]) if len(later) == 1 else None


def _series(evidence: Evidence, names: dict[frozenset[str], str]) -> list[Series]:
    found = []
    for grid in evidence.grids:
        rows: dict[tuple[tuple[str, ...], frozenset[str]], dict[Period, Statement]] = defaultdict(dict)
        for cell in cells_of(grid, names):
            if not cell.value.percent:
                rows[cell.subject, cell.places][cell.period] = cell
        found += [Series(subject, places, cells) for (subject, places), cells in rows.items() if len(cells) > 1]
    return found


def _said(series: Series, stems: list[str]) -> bool:
    """Whether the words of a thing stand together in a sentence."""
    size = len(series.subject)
    return any(tuple(stems[n : n + size]) == series.subject for n in range(len(stems) - size + 1))


def _spans(marked: Marked, part: str) -> list[tuple[Span, bool]]:
    """The dated periods of a claim, each with whether a word of comparison stands before it."""
    found = []
    for match in re.finditer(r"<p(\d+)>", part):
        span = marked.spans[int(match[1])]
        if span.dated:
            found.append((span, bool(_EARLIER.search(part[: match.start()]))))
    return found


def contradiction(claim: Claim, now: Value, then: Value) -> str | None:
    """What of a claim's direction, change and per cent cannot be with two levels."""
    moved = now.number - then.number
    stated = f"{now.text} - {then.text} = {show(moved)}"
    if claim.direction and moved * claim.direction < 0:
        return f"“{claim.word}” is said, but {stated} by the table"
    if claim.direction and moved == 0 and (claim.percent or claim.change):
        return f"“{claim.word}” is said, but {stated} by the table"
    change = claim.change
    if change is not None and change.whole and not claim.rough and abs(abs(change.number) - abs(moved)) > 1e-9:
        return f"a change of {change.text} is said, but {stated} by the table"
    if claim.percent is None or claim.rough or not claim.direction or not then.number:
        return None
    printed = Value(abs(claim.percent.number) * (1 if moved >= 0 else -1), claim.percent.decimals, True, "")
    if percent_agrees(printed, now, then, change=True):
        return None
    exact = show(percent_change(now.number, then.number) or 0.0, max(claim.percent.decimals, 0) + 1)
    back = now.number and abs(abs(claim.percent.number) - abs(100 * moved / now.number)) <= claim.percent.half
    note = "; that is the change divided by the later figure" if back else ""
    return f"{claim.percent.text} is said, but 100 x {show(moved)} / {then.text} = {exact}%{note}"


def _sentence(sentence: Sentence, held: list[Series], names: dict[frozenset[str], str]) -> Finding | None:
    marked = mark(sentence.full)
    if _OTHER.search(marked.line) or not marked.spans:
        return None
    stems = [stem(t.removesuffix("'s")) for t in tokens(tidy(sentence.full).lower())]
    said = [s for s in held if _said(s, stems)]
    longest = max((len(s.subject) for s in said), default=0)
    for claim in read_claims(marked):
        if (claim.later and claim.earlier) or claim.points or claim.times or not (claim.percent or claim.change):
            continue
        wrong: list[Finding] = []
        for series in said:
            pair = series.between(_spans(marked, claim.part)) if len(series.subject) == longest else None
            if pair is None or series.places != places_in(sentence.text, series.subject, names):
                continue
            why = contradiction(claim, pair[0].value, pair[1].value)
            if not why:
                wrong = []
                break
            wrong.append(_finding(sentence, series, claim, pair, why))
        if wrong:
            return wrong[0]
    return None


def _finding(sentence: Sentence, series: Series, claim: Claim, pair: tuple[Statement, Statement], why: str) -> Finding:
    figures = [Figure("per cent", claim.percent.text, claim.percent.number)] if claim.percent else []
    figures += [Figure("change", claim.change.text, claim.change.number)] if claim.change else []
    figures += [Figure(str(cell.where), cell.value.text, cell.value.number) for cell in pair]
    where = Where(sentence.file, sentence.line or None, None, pair[0].where.row)
    said = f"{' '.join(series.subject)}: {why} ({pair[0].where.table}; “{sentence.text[:200]}”)"
    return Finding("sentence_cannot_hold", "error", where, tuple(figures), said)


def changes_against_tables(evidence: Evidence) -> list[Finding]:
    """Every change said of a row whose levels a table gives."""
    names = vocabulary(evidence.grids)
    held = [s for s in _series(evidence, names) if thing_of(s.subject)]
    return [f for sentence in evidence.sentences if (f := _sentence(sentence, held, names)) is not None]
