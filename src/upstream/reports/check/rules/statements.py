"""One fact said twice: a thing, a place and a period with one number in one place and another number elsewhere.

Sentences and cells are both read into statements, and statements of one thing are compared. A number is taken only
when its noun phrase, its one period and its place are all plain; a number that is a change, a part, a forecast or a
figure since revised is no statement.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from upstream.reports.check.claims import read_claims
from upstream.reports.check.cues import LABELLED, beside, changes_in
from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.grids import Grid
from upstream.reports.check.labels import is_total, key, said_in
from upstream.reports.check.labels import telling as telling_label
from upstream.reports.check.marks import mark, names_in
from upstream.reports.check.movement import DIRECTION
from upstream.reports.check.nouns import name_of, phrase_after, phrase_before, qualifiers_of, subject_of, tokens
from upstream.reports.check.numbers import Value, same_number
from upstream.reports.check.reading.model import Sentence
from upstream.reports.check.rules.vocabulary import telling, vocabulary
from upstream.reports.check.scopes import places_said
from upstream.reports.check.spans import Span, find_spans, is_period_label, without_periods

Period = tuple[int, int]
Identity = tuple[frozenset[str], frozenset[str], Period, bool]
_NO_FACT = re.compile(
    r"\b(?:forecast\w*|expect\w*|project(?:ed|ion|ions|s to)|plan(?:ned|s)? (?:to|for)|target\w*|estimat\w*|"
    r"provisional\w*|"
    r"revis\w*|restat\w*|previously (?:reported|published)|first (?:published|reported)|originally|correct(?:ed|"
    r"ion)|budget\w*|"
    r"at least|up to|more than|fewer than|less than|nearly|almost|around|"
    r"about(?= <| half\b| an?\b)|approximately|roughly|some|over|under|"
    r"average\w*|mean|median|limits?|capacity|cumulative\w*|year to (?:date|month)|yt[dm]|so far|baseline|"
    r"excluding|including|per)\b"
)
_PART = re.compile(
    r"\b(?:of (?:which(?! there (?:were|are))|these|those|them|whom)|including|among (?:them|these))\b[^.;]*$|"
    r"\bof (?:the |all )?<n\d+>[^.;<]*$"
)
_JUDGED = re.compile(
    r"\b(?:targets?|goals?|standards?|ambition|threshold|benchmark|minimum|maximum|confidence interval|since|compar\w+|"
    r"against|than|versus|vs|of (?:those|these|them|which|whom)|would|will|if)\b|<t0> of\b"
)
_TITLE_LEAD = re.compile(r"^(?:table|figure|chart|annex|appendix)\s+[\w.]+\s*[.:)-]?\s*", re.IGNORECASE)
_RATIO_TITLE = re.compile(r"\bper (?!cent\b)[a-z]+", re.IGNORECASE)  # "open investigations per workflow"
_CAPITAL = re.compile(r"(?<=[a-z,;:(] )[A-Z][\w'-]+")


@dataclass(frozen=True, slots=True)
class Statement:
    """A number said of a thing in a place and a period, and where it is said."""

    subject: tuple[str, ...]
    places: frozenset[str]
    period: Period
    value: Value
    where: Where
    text: str

    @property
    def thing(self) -> frozenset[str]:
        return thing_of(self.subject)

    @property
    def identity(self) -> Identity:
        return self.thing, self.places, self.period, self.value.percent


def no_fact(line: str) -> bool:
    """Whether words of a marked line make its numbers something else than a plain fact: a forecast, a mean, a limit."""
    return bool(_NO_FACT.search(re.sub(r"<p\d+>", "", line)))


def thing_of(subject: tuple[str, ...]) -> frozenset[str]:
    """The words that tell a thing from others: "burglary" of "burglary offences"."""
    return key(" ".join(subject))


def places_in(text: str, subject: tuple[str, ...], names: dict[frozenset[str], str]) -> frozenset[str]:
    """Names in a text beside its subject: words with a capital inside a sentence, and labels of tables."""
    own = set(subject)
    plain = without_periods(text)
    capitals = {stem for m in _CAPITAL.finditer(plain) for stem in name_of(m[0])} - own
    said = {
        k
        for k, label in names.items()
        if label[:1].isupper() and not (k | set(name_of(label))) & own and said_in(label, plain)
    }
    return frozenset(capitals | {word for k in said if _as_name(names[k], plain) for word in k}) | names_in(plain)


def _as_name(label: str, text: str) -> bool:
    """Whether a label stands with its capital: "Central" the place, not "central" the word."""
    return bool(re.search(rf"\b{re.escape(label)}\b", text))


def _period_of(line: str, number: int, spans: tuple[Span, ...]) -> Period | None:
    """The one dated period of a number: the only one of the sentence, or the one that stands with it."""
    if len(spans) == 1:
        return (spans[0].first, spans[0].last) if spans[0].dated and _its_own(line, number) else None
    at = beside(line, number)
    if at is None or not spans[at].dated or sum(s.dated for s in spans) != len(spans):
        return None
    return spans[at].first, spans[at].last


_COMPARED = re.compile(
    r"\b(?:compar\w+ (?:with|to|against)|than|from|on|against|since|versus|vs|over)(?: (?:the|in|those|that|of))*\s*$"
)


def _its_own(line: str, number: int) -> bool:
    """Whether the one period of a line is that of a number: no comparison, or no other number and no comma between."""
    labelled = LABELLED.search(line)
    if labelled is not None and int(labelled[1]) != number:
        return False
    before = line[: line.index("<p")]
    levels = [int(n) for n in re.findall(r"<n(\d+)>", line) if int(n) not in changes_in(line)]
    if _COMPARED.search(before) and not re.search(r"\bfrom\s*$", before):
        return False
    start, end = sorted((line.index("<p"), line.index(f"<n{number}>")))
    return len(levels) == 1 or not re.search(r"[,;]|<n\d+>", line[start + 4 : end])


def statements_of(sentence: Sentence, names: dict[frozenset[str], str]) -> Iterator[Statement]:
    """Every plain level of a sentence that has a thing and a period."""
    marked = mark(sentence.full)
    line = marked.line
    if not marked.spans or not marked.numbers or no_fact(line):
        return
    moved, named = changes_in(line), places_said(sentence.full)
    sides = {n: span for claim in read_claims(marked) for n, span in claim.sides()}
    for found in re.finditer(r"<n(\d+)>", line):
        number = int(found[1])
        value = marked.numbers[number]
        before = line[: found.start()]
        if number in moved or not value.whole or _PART.search(before) or _share(line, number):
            continue
        span = sides.get(number)
        if number in sides and (span is None or not span.dated):
            continue
        period = (span.first, span.last) if span is not None else _period_of(line, number, marked.spans)
        subject = subject_of(line, number)
        if period is None or not subject or not telling_label(" ".join(subject)) or frozenset(subject) in named:
            continue  # "126 reports in Abbey, against 134 in June": the place is not what is counted
        narrowed = qualifiers_of(line, number)
        if narrowed is None:
            continue
        where = Where(sentence.file, sentence.line or None)
        places = places_in(sentence.text, subject, names) | _scope(sentence, subject, names) | narrowed
        yield Statement(subject, places, period, value, where, sentence.text)


def _percent_of(sentence: Sentence, names: dict[frozenset[str], str]) -> Iterator[Statement]:
    """The one per cent of a sentence that says nothing else: the level of a measure in a period."""
    marked = mark(sentence.full)
    line = marked.line
    if len(marked.numbers) != 1 or len(marked.spans) != 1 or "<t0>" not in line or not marked.spans[0].dated:
        return
    if DIRECTION.search(line) or no_fact(line) or _JUDGED.search(line):
        return
    subject = _share_of(line)
    if not telling_label(" ".join(subject)):
        return
    places = places_in(sentence.text, subject, names) | _scope(sentence, subject, names)
    where = Where(sentence.file, sentence.line or None)
    period = marked.spans[0].first, marked.spans[0].last
    yield Statement(subject, places, period, marked.numbers[0], where, sentence.text)


_SHARE_OF = (
    re.compile(
        r"\b(?:proportion|percentage|share) of (?!<)(?:the |all |our )?([^<,;]+?)"
        r"(?:,? (?:in|for|during|over|to) <p0>,?)? (?:was|is|were|are|stood at|stands at|reached|came to)"
        r"(?: just| only)? <t0>"
    ),
    re.compile(
        r"<t0> (?:was|is) the (?:proportion|percentage|share) of (?:the |all |our )?([^<,;]+?)"
        r"(?= (?:in|for|during|over|to) <p0>|[.,;]|$)"
    ),
)


def _share_of(line: str) -> tuple[str, ...]:
    """What the one per cent of a line is a share of, or what stands before it."""
    match = next((m for pattern in _SHARE_OF if (m := pattern.search(line))), None)
    if match is not None:
        return name_of(match[1])
    said = tokens(line)
    at = said.index("<t0>")
    return () if phrase_after(said, at) else phrase_before(said, at)


def _own_names(evidence: Evidence) -> dict[str, frozenset[str]]:
    """Names in the title of each file: of whom the report is, and so no place in it."""
    first: dict[str, Sentence] = {}
    for sentence in evidence.sentences:
        first.setdefault(sentence.file, sentence)
    found = {}
    for file, sentence in first.items():
        titled = re.findall(r"[A-Z][\w'-]+", without_periods(sentence.text))
        found[file] = frozenset(stem for word in titled for stem in name_of(word))
    return found


def _scope(sentence: Sentence, subject: tuple[str, ...], names: dict[frozenset[str], str]) -> frozenset[str]:
    """What a heading that names a row of some table says of what is under it: the page of a measure or a place."""
    heading = sentence.section[-1] if sentence.section else ""
    own = set(subject)
    said = [k for k, label in names.items() if not (k | set(name_of(label))) & own and said_in(label, heading)]
    return frozenset(word for k in said for word in k)


def _share(line: str, number: int) -> bool:
    """ "30 of the 40", "30 (12%)" after a share: a part and no level."""
    return bool(re.search(rf"<n{number}> (?:out )?of (?:the |all |our )?<n\d+>|<t\d+>\s*\(\s*<n{number}>", line))


def _title_subject(grid: Grid) -> tuple[str, ...]:
    if _RATIO_TITLE.search(grid.table.title):
        return ()
    title = re.split(r"\b(?:by|in each|for each|per|across)\b", without_periods(_TITLE_LEAD.sub("", grid.table.title)))[
        0
    ]
    return name_of(re.sub(r"[\s,:;()-]+$|\b(?:and|to|ending|year)\b", " ", title)) if telling(title) else ()


def _column_period(grid: Grid, at: int) -> Period | None:
    column = grid.columns[at]
    if column.role not in {"count", "percent", "average"} or column.cumulative or column.rolling:
        return None
    if column.span is not None:
        return (column.span.first, column.span.last) if column.span.dated and is_period_label(column.header) else None
    titled = [n.span for n in find_spans(grid.table.title)]
    plain = not telling(column.header) and sum(c.role == column.role for c in grid.columns) == 1
    return (titled[0].first, titled[0].last) if plain and len(titled) == 1 and titled[0].dated else None


def cells_of(grid: Grid, names: dict[frozenset[str], str]) -> Iterator[Statement]:
    """Cells as statements: rows are things, or the title is the thing and rows are places."""
    titled = _title_subject(grid)
    parts = any(row.total for row in grid.rows)
    for at in range(len(grid.columns)):
        period = _column_period(grid, at)
        if period is None:
            continue
        for row in grid.rows:
            value = _as_share(grid, at, row.values[at])
            if value is None or len([k for k in row.keys if k]) != 1:
                continue
            label = row.keys[0] or row.label
            where, text = grid.where(row, grid.columns[at]), f"{row.label}, {grid.columns[at].header}: {value.text}"
            if not parts and not is_period_label(label):
                yield Statement(name_of(label), _heading_places(grid, label, names), period, value, where, text)
            if titled:
                places = frozenset() if is_total(label) else frozenset(key(label))
                yield Statement(titled, places, period, value, where, text)


_ACROSS = re.compile(r"\b(?:by|in each|for each|per|across)\b", re.IGNORECASE)
_LEFT_OPEN = re.compile(
    r"\b(?:where (?:known|recorded|stated|given)|not (?:known|recorded|stated|given)|unknown|missing|more than one|"
    r"excluding|excludes?|only those|several answers|multiple|(?:not|round\w*) [^.;]{0,40}(?:sum|add)|nearest)\b",
    re.IGNORECASE,
)


def _totals_apart(evidence: Evidence, names: dict[frozenset[str], str]) -> Iterator[tuple[Statement, Statement]]:
    """One thing broken down in two ways, in one place and period, with two totals and no word that explains it."""
    held: dict[tuple[str, Identity], Statement] = {}
    notes = evidence.words_by_section()
    for number, grids in enumerate(evidence.documents()):
        for grid in grids:
            cut = _ACROSS.search(grid.table.title)
            about = f"{grid.table.title} {notes.get((grid.table.file, grid.table.section), '')}"
            totals = [row for row in grid.rows if row.total]
            labels = " ".join(row.label for row in grid.rows)
            if cut is None or len(totals) != 1 or _LEFT_OPEN.search(f"{about} {labels}"):
                continue
            for statement in cells_of(grid, names):
                if statement.places or statement.subject != _title_subject(grid) or statement.value.percent:
                    continue
                first = held.setdefault((str(number), statement.identity), statement)
                if first.where.table != statement.where.table and not same_number(first.value, statement.value):
                    yield first, statement


def _as_share(grid: Grid, at: int, value: Value | None) -> Value | None:
    """A cell as it is shown: a workbook holds 44% as 0.44 in a column of fractions."""
    held = [v for row in grid.rows if (v := row.values[at]) is not None]
    book = grid.table.file.lower().endswith(".xlsx")
    fractions = all(0 <= v.number <= 1 and not v.percent for v in held) and any(v.decimals > 1 for v in held)
    if value is None or not (book and fractions):
        return value
    return Value(100 * value.number, max(value.decimals - 2, 0), True, value.text)


def _heading_places(grid: Grid, label: str, names: dict[frozenset[str], str]) -> frozenset[str]:
    """Places that a table's title or heading names, for rows that are things."""
    heading = f"{grid.table.title} {' '.join(grid.table.section[-1:])}"
    own = frozenset(name_of(label))
    titled = frozenset(word for place in places_said(grid.table.title) if not place & own for word in place)
    return titled | frozenset(
        w for k, n in names.items() if not k & own and n[:1].isupper() and _as_name(n, heading) for w in k
    )


def fact_said_twice(evidence: Evidence) -> list[Finding]:
    """Sentences against sentences and against tables; tables against tables are in ``facts``."""
    names = vocabulary(evidence.grids)
    own = _own_names(evidence)
    said = [
        replace(s, places=s.places - own.get(s.where.file, frozenset()))
        for n in range(len(evidence.sentences))
        for s in _said_in(evidence, n, names)
    ]
    held: dict[Identity, list[Statement]] = defaultdict(list)
    for statement in said:
        held[statement.identity].append(statement)
    cells: dict[Identity, list[Statement]] = defaultdict(list)
    for grid in evidence.grids:
        for statement in cells_of(grid, names):
            if statement.identity in held:
                cells[statement.identity].append(statement)
    found = []
    for identity, statements in held.items():
        table = cells.get(identity, [])
        first = (table or statements)[0]
        for other in statements:
            alike = [s for s in table if same_number(s.value, other.value)]
            if other is not first and not alike and not same_number(first.value, other.value):
                found.append(_finding(first, other))
    return found + [_finding(first, other) for first, other in _totals_apart(evidence, names)]


_ANSWER = re.compile(
    r"^(?:it|they|that|this|these|there|the (?:answer|figure|number)) (?:was|were|is|are|came to) (?=[\d£])", re.I
)


def _said_in(evidence: Evidence, n: int, names: dict[frozenset[str], str]) -> list[Statement]:
    """Statements of a sentence; an answer is read with its question ("How many were there in June? It was 40")."""
    sentence, before = evidence.sentences[n], evidence.sentences[n - 1] if n else None
    if before is not None and before.text.endswith("?") and _ANSWER.match(sentence.text):
        asked = f"{before.text.rstrip('? ')}: {_ANSWER.sub('', sentence.text)}"
        sentence = replace(sentence, text=asked, lead="")
    return _told_apart([*statements_of(sentence, names), *_percent_of(sentence, names)])


def _told_apart(said: list[Statement]) -> list[Statement]:
    """Statements of one sentence without those that look alike and differ: a whole and its parts are no one fact."""
    numbers: dict[Identity, set[float]] = defaultdict(set)
    for statement in said:
        numbers[statement.identity].add(statement.value.number)
    return [s for s in said if len(numbers[s.identity]) == 1]


def _finding(first: Statement, other: Statement) -> Finding:
    thing = " ".join(first.subject)
    said = f"{thing}: {first.value.text} (“{first.text[:160]}”), but {other.value.text} (“{other.text[:160]}”)."
    figures = (
        Figure(str(first.where), first.value.text, first.value.number),
        Figure(str(other.where), other.value.text, other.value.number),
    )
    return Finding("fact_quoted_differently", "error", other.where, figures, said)
