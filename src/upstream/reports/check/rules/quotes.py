"""Sentences against tables: levels, per cents and runs quoted in words against the cells they speak of."""

from __future__ import annotations

import re

from upstream.reports.check.claims import Claim, read_claims
from upstream.reports.check.cues import LABELLED, changes_in
from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.grids import Column, Grid
from upstream.reports.check.labels import key, said_in, words
from upstream.reports.check.marks import Marked, mark
from upstream.reports.check.numbers import Value, same_number
from upstream.reports.check.reading.model import Sentence
from upstream.reports.check.rules.changes import contradiction
from upstream.reports.check.rules.named_rows import named_rows
from upstream.reports.check.rules.runs import EXTREME, HIGHEST, Place, months_of, runs_said
from upstream.reports.check.rules.vocabulary import telling, vocabulary
from upstream.reports.check.scopes import Scopes
from upstream.reports.check.spans import Span, month_name, without_periods

_CUMULATIVE = re.compile(
    (
        r"year to date|\bytd\b|year to month|\bytm\b|cumulative|so far this year|since april|"
        r"rolling|12 months|twelve months|financial year|this year|quarter|q[1-4]\b|annual|"
        r"average|year-to-date|in total over|over the (?:period|year)"
    ),
    re.IGNORECASE,
)
_ANAPHORA = re.compile(r"^(?:this|that|it|these|which)\b", re.IGNORECASE)
_LATEST = re.compile(
    r"last month|this month|latest month|in the month|reporting month|current month|month on month", re.IGNORECASE
)
_PREVIOUS = re.compile(
    (
        r"(?:previous|preceding|prior) month|last month|month before|month on month|a month "
        r"(?:ago|earlier)|the month prior"
    ),
    re.IGNORECASE,
)
_YEAR_AGO = re.compile(
    (
        r"same (?:month|period|time|point) (?:last|(?:of |in )?the previous|a) year|year on "
        r"year|year-on-year|a year (?:ago|earlier|before)|(?:one|a) year (?:before|earlier)|"
        r"last year|previous year|twelve months (?:earlier|before|ago)"
    ),
    re.IGNORECASE,
)
_STANDALONE = (
    re.compile(r"there (?:were|was|have been|had been)(?: a total of)? <n(\d+)>"),
    re.compile(
        r"<n(\d+)>(?: [a-z&'-]+){0,6}? (?:were|was|have been|had been) (?:recorded|reported|"
        r"logged|received|made|seen|noted|registered)"
    ),
    re.compile(
        r"(?:recorded|recording|saw|logged|registered|reported|totalled|totalling|numbered|"
        r"stood at|stands at|reached|amounted to|came to|a total of|was|were) <n(\d+)>(?! "
        r"(?:per|more|fewer|less|higher|lower))"
    ),
    re.compile(r"<p\d+>\s*:?\s*\(?<n(\d+)>\)?"),
    re.compile(r"<n(\d+)>(?: [a-z&'-]+){0,6}? in <p\d+>"),
    re.compile(r": <n(\d+)>(?: |\.|$)"),
)


def _context(evidence: Evidence, n: int) -> str:
    """The sentence, with the one before when it begins with "This" or "It"."""
    sentence = evidence.sentences[n]
    text = sentence.full
    if (
        _ANAPHORA.match(sentence.text)
        and n
        and evidence.sentences[n - 1].section == sentence.section
        and evidence.sentences[n - 1].file == sentence.file
    ):
        return f"{evidence.sentences[n - 1].text} {text}"
    return text


def _counted(label: str, text: str) -> bool:
    """Whether a row's label is itself what the sentence counts, so that the table's heading need not be said.

    "658 hotspot patrols", "Review requests stood at 14,376": things in the plural. In "312 burglaries in North" the
    row is a place, and the heading must say what is counted there.
    """
    name = re.escape(label.strip().lower())
    last = label.split()[-1] if label.split() else ""
    line = mark(text).line
    if re.search(rf"<n\d+> (?:[a-z]+ )?{name}\b", line):
        return True
    things = last.islower() and last.endswith("s") and not last.endswith("ss")
    return things and bool(
        re.search(
            rf"(?:^|[.;,] |number of )(?:the )?{name}\b[^<]*(?:<p\d+>[^<]*)?<n\d+>\s*(?:in|during|for|[.,;(]|$)", line
        )
    )


_TALK = (
    r"(?:enquir\w*|inquir\w*|quer\w*|questions?|calls?|contacts?|complaints?|reports?|satisfaction|confidence|"
    r"concerns?|"
    r"requests?|correspondence|training|spending|feedback|letters?|advice|warnings?)"
)


def _only_about(label: str, text: str) -> bool:
    """ "Enquiries about noise complaints" are not noise complaints, nor is "satisfaction with" them."""
    name = re.escape(label.strip())
    return bool(label) and bool(
        re.search(
            rf"\b{_TALK} (?:about|with|on|regarding|concerning|relating to|in|after) (?:the |all )?{name}\b", text, re.I
        )
    )


def _title(grid: Grid) -> frozenset[str]:
    title = grid.table.title or (grid.table.section[-1] if grid.table.section else "")
    own = frozenset(w for name in grid.key_names for w in words(name))
    return telling(title) - own


def _places(
    evidence: Evidence,
    names: dict[frozenset[str], str],
    labels: list[frozenset[frozenset[str]]],
    sentence: Sentence,
    text: str,
    scopes: Scopes,
) -> list[Place]:
    """Rows that a sentence speaks of: every label said, the table's own subject said, nothing else named."""
    heading = " ".join(sentence.section)
    said = frozenset(words(f"{text} {heading}"))
    mentioned = [label for label in names.values() if said_in(label, text)]
    mentioned = [m for m in mentioned if not any(key(m) < key(o) for o in mentioned)]
    subjects = {key(m) for m in mentioned}
    found: list[Place] = []
    for at, grid in enumerate(evidence.grids):
        if scopes.elsewhere(sentence, grid):
            continue
        titled = _title(grid) <= said
        if not titled and not (len(grid.key_names) == 1 and subjects & labels[at]):
            continue
        rows = [grid.rows[r] for r in named_rows(grid, text)]
        counted = not titled and len(rows) == 1 and len(grid.key_names) == 1 and _counted(rows[0].label, text)
        if not (counted or titled):
            continue
        if not rows and len(grid.key_names) == 1 and not any(_in_grid(grid, m) for m in mentioned):
            rows = (
                [row for row in grid.rows if row.total]
                if _title(grid) and _title(grid) <= frozenset(words(text))
                else []
            )
        if len(rows) != 1 or any(_only_about(label, text) for label in rows[0].keys):
            continue
        subject = frozenset(words(" ".join((*rows[0].keys, grid.heading))))
        if all(key(m) <= subject or _is_header(grid, m) for m in mentioned):
            found.append(Place(grid, rows[0]))
    return found


def _in_grid(grid: Grid, label: str) -> bool:
    return any(key(label) == key(k) for row in grid.rows for k in row.keys)


def _is_header(grid: Grid, label: str) -> bool:
    return any(key(label) == key(c.header) for c in grid.columns)


def _header_said(column: Column, text: str) -> bool:
    """Whether the header's own words, beyond its period, are said."""
    return telling(without_periods(column.header)) <= frozenset(words(text))


def _cell(place: Place, span: Span | None, percent: bool, text: str) -> int | None:
    """The column for a period: one month column of the right kind, or ``None``."""
    if span is None or span.kind != "month" or not span.dated:
        return None
    hits = [
        n
        for s, n in months_of(place.grid)
        if s.first == span.first
        and (place.grid.columns[n].role == "percent") == percent
        and _header_said(place.grid.columns[n], text)
    ]
    return hits[0] if len(hits) == 1 else None


def _month(index: int) -> Span:
    return Span("month", index, index, True, month_name(index))


def _sides(claim: Claim, marked: Marked, latest: Span | None) -> tuple[Span | None, Span | None]:
    """Periods of the later and the earlier level of a claim."""
    dated = [s for s in marked.spans if s.dated and s.kind == "month"]
    later = (
        claim.later_span if claim.later_span and claim.later_span.kind == "month" and claim.later_span.dated else None
    )
    earlier = (
        claim.earlier_span
        if claim.earlier_span and claim.earlier_span.kind == "month" and claim.earlier_span.dated
        else None
    )
    against = claim.against or claim.part
    if later is None and earlier is None and len(dated) == 1 and re.search(r"\b(?:on|than) <p\d+>", marked.line):
        # "215, down by 196 on May": the one month named is the one compared with
        return None, dated[0]
    if earlier is None and later is None and len(dated) == 2 and dated[0].first != dated[1].first:
        earlier, later = sorted(dated, key=lambda s: s.first)
        return later, earlier
    if later is None:
        others = [s for s in dated if earlier is None or s.first != earlier.first]
        later = others[0] if len(others) == 1 else None
        if later is None and not dated:
            later = latest
    if earlier is None and later is not None:
        if _YEAR_AGO.search(against):
            earlier = _month(later.first - 12)
        elif _PREVIOUS.search(against):
            earlier = _month(later.first - 1)
    return later, earlier


def _quoted(place: Place, at: int, value: Value, sentence: Sentence) -> Finding:
    cell = place.row.values[at]
    printed = cell.text if cell else ""
    figures = (Figure("in the sentence", value.text, value.number), place.grid.figure(place.row, at))
    said = (
        f"{place.row.label}, {place.grid.columns[at].header}: {value.text} in the sentence, "
        f"{printed} in {place.grid.table.name} (line {place.row.line}) "
        f"(“{sentence.text[:200]}”)"
    )
    return Finding(
        "fact_quoted_differently",
        "error",
        Where(sentence.file, sentence.line or None, None, place.row.label, place.grid.columns[at].header),
        figures,
        said,
    )


def _against_tables(
    places: list[Place], span: Span | None, value: Value, text: str, sentence: Sentence
) -> list[Finding]:
    """A level against every table that holds it: right when any agrees."""
    wrong: list[Finding] = []
    for place in places:
        at = _cell(place, span, value.percent, text)
        cell = place.row.values[at] if at is not None else None
        if at is None or cell is None:
            continue
        if same_number(cell, value):
            return []
        wrong.append(_quoted(place, at, value, sentence))
    return wrong[:1]


def _changes(
    places: list[Place], later: Span | None, earlier: Span | None, claim: Claim, text: str, sentence: Sentence
) -> list[Finding]:
    """Direction, per cent and change of a claim against the two cells it speaks of."""
    wrong: list[Finding] = []
    for place in places:
        a, b = _cell(place, later, False, text), _cell(place, earlier, False, text)
        now, then = (place.row.values[a] if a is not None else None), (place.row.values[b] if b is not None else None)
        if a is None or b is None or now is None or then is None:
            continue
        said = contradiction(claim, now, then)
        if not said:
            return []
        figures = [Figure("per cent", claim.percent.text, claim.percent.number)] if claim.percent else []
        figures += [Figure("change", claim.change.text, claim.change.number)] if claim.change else []
        figures += [place.grid.figure(place.row, a), place.grid.figure(place.row, b)]
        where = Where(sentence.file, sentence.line or None, None, place.row.label, None)
        wrong.append(
            Finding(
                "sentence_cannot_hold",
                "error",
                where,
                tuple(figures),
                f"{place.row.label}: {said} ({place.grid.table.name}; “{sentence.text[:200]}”)",
            )
        )
    return wrong[:1]


def _latest(places: list[Place], text: str) -> Span | None:
    """The latest month of the tables, for a sentence that names no month."""
    if _CUMULATIVE.search(text):
        return None
    if not (_LATEST.search(text) or _PREVIOUS.search(text) or _YEAR_AGO.search(text)):
        return None
    months = [s for place in places for s, _ in months_of(place.grid)]
    return max(months, key=lambda s: s.first) if months else None


_RANGE = re.compile(r"\b(?:from|between) <n(\d+)> (?:to|and) <n(\d+)>")
_COMPARED_WITH = re.compile(
    r"\b(?:on|than|from|against|since|compar\w+ (?:with|to)) (?:the |those in |that of )?<p\d+>"
)


def _standalone(marked: Marked, claims: tuple[Claim, ...]) -> list[int]:
    """Levels that stand outside any claim: "there were 312 offences", "312 in June 2022"."""
    used = {n for c in claims for n in c.marks.values()}
    changes = {c.change for c in claims if c.change is not None}
    # "numbers from 1 to 4 are shown as fewer than 5" gives a range and no level
    ranges = {int(n) for m in _RANGE.finditer(marked.line) for n in m.groups()}
    moved = changes_in(marked.line) | ranges
    found: list[int] = []
    for pattern in _STANDALONE:
        for match in pattern.finditer(marked.line):
            n = int(match[1])
            if n not in moved and n not in used and n not in found and marked.numbers[n] not in changes:
                found.append(n)
    return found


def _sentence(
    evidence: Evidence,
    names: dict[frozenset[str], str],
    labels: list[frozenset[frozenset[str]]],
    n: int,
    scopes: Scopes,
) -> list[Finding]:
    sentence = evidence.sentences[n]
    text = _context(evidence, n)
    marked = mark(sentence.full)
    claims = read_claims(marked)
    if not (claims or marked.numbers or HIGHEST.search(marked.line) or EXTREME.search(text)):
        return []
    places = _places(evidence, names, labels, sentence, text, scopes)
    if not places:
        return []
    found: list[Finding] = []
    latest = _latest(places, text)
    for claim in claims:
        if _CUMULATIVE.search(claim.part) and not re.search(r"same quarter|last year", claim.part):
            continue
        later, earlier = _sides(claim, marked, latest)
        if claim.later is not None and claim.earlier is not None:
            found += _against_tables(places, later, claim.later, text, sentence)
            found += _against_tables(places, earlier, claim.earlier, text, sentence)
        elif not (claim.points or claim.times) and (claim.percent or claim.change or claim.direction):
            found += _changes(places, later, earlier, claim, text, sentence)
    months = [s for s in marked.spans if s.kind == "month" and s.dated]
    others = len(months) == 1 and (_COMPARED_WITH.search(marked.line) or LABELLED.search(marked.line))
    if len({s.first for s in months}) <= 1 and not others and not _CUMULATIVE.search(sentence.text):
        span = months[0] if months else latest
        for at in _standalone(marked, claims):
            found += _against_tables(places, span, marked.numbers[at], text, sentence)
    return found + runs_said(places, marked, claims, sentence)


def sentences_against_tables(evidence: Evidence) -> list[Finding]:
    """Facts quoted differently and claims that the tables do not bear out."""
    names = vocabulary(evidence.grids)
    labels = [frozenset(key(k) for row in grid.rows for k in row.keys if k) for grid in evidence.grids]
    found: list[Finding] = []
    scopes = evidence.scopes
    for n in range(len(evidence.sentences)):
        found += _sentence(evidence, names, labels, n, scopes)
    return found
