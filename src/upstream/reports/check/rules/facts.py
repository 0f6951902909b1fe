"""One fact, the same measure, area and period, printed differently in two tables."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Figure, Finding, Severity, Where
from upstream.reports.check.grids import Column, Grid, Row
from upstream.reports.check.labels import is_total, key, said_in, stem, words
from upstream.reports.check.numbers import Value, same_number
from upstream.reports.check.spans import find_spans, is_period_label

_PLAIN = {
    stem(w)
    for w in [
        "table",
        "figure",
        "by",
        "and",
        "the",
        "of",
        "in",
        "for",
        "to",
        "a",
        "an",
        "on",
        "at",
        "with",
        "per",
        "all",
        "monthly",
        "month",
        "months",
        "volume",
        "volumes",
        "count",
        "counts",
        "number",
        "numbers",
        "recorded",
        "offence",
        "offences",
        "crime",
        "crimes",
        "type",
        "types",
        "level",
        "levels",
        "trend",
        "trends",
        "performance",
        "key",
        "measure",
        "measures",
        "data",
        "headline",
        "headlines",
        "summary",
        "comparison",
        "compared",
        "latest",
        "period",
        "report",
        "force",
        "area",
        "areas",
        "district",
        "districts",
        "local",
        "policing",
        "lpa",
        "year",
        "years",
        "quarter",
        "quarterly",
        "annual",
        "date",
        "position",
        "overview",
        "detail",
        "details",
        "main",
        "statistic",
        "statistics",
        "incident",
        "incidents",
        "police",
        "annex",
        "appendix",
        "total",
        "totals",
        "figures",
        "points",
        "current",
        "previous",
        "last",
        "this",
        "rolling",
        "ytd",
        "end",
        "ending",
        "financial",
        "calendar",
        "week",
        "weekly",
        "daily",
        "average",
        "each",
        "every",
        "against",
        "versus",
        "vs",
        "breakdown",
        "category",
        "categories",
        "group",
        "section",
        "page",
    ]
}
_MOST_PAIRS = 4000
_TELLS = 5

Identity = tuple[frozenset[frozenset[str]], tuple[int, int] | None, bool, str]


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of a table and where it stands."""

    grid: Grid
    row: Row
    at: int

    @property
    def column(self) -> Column:
        return self.grid.columns[self.at]

    @property
    def value(self) -> Value:
        value = self.row.values[self.at]
        if value is None:
            raise ValueError("a fact without a number")
        return value

    @property
    def where(self) -> Where:
        return self.grid.where(self.row, self.column)


def without_periods(text: str) -> str:
    """A text with every period taken out."""
    for named in reversed(find_spans(text)):
        text = f"{text[: named.start]} {text[named.end :]}"
    return text


@lru_cache(maxsize=50_000)
def telling(text: str) -> frozenset[str]:
    """The words of a title or header that say what it is about: no periods, no plain report words, no numbers."""
    return frozenset(
        w for w in words(without_periods(text.replace("_", " "))) if w not in _PLAIN and not w.isdigit() and len(w) > 1
    )


# "above the upper limit" is a remark and names nothing
_PLACE = re.compile(r"\b(?:above|below|within|outside|inside|beyond)\b.*\blimits?\b", re.IGNORECASE)


def vocabulary(grids: tuple[Grid, ...]) -> dict[frozenset[str], str]:
    """Names of things (areas, measures) that rows and columns carry, by their telling words."""
    found: dict[frozenset[str], str] = {}
    for grid in grids:
        labels = [k for row in grid.rows for k in row.keys] + [
            c.header for c in grid.columns if c.role == "count" and c.span is None
        ]
        for label in labels:
            if (
                label
                and len(label) < 80
                and not _PLACE.search(label)
                and not is_total(label)
                and not is_period_label(label)
                and telling(label)
            ):
                found.setdefault(key(label), label)
    return found


def _title_members(grid: Grid, names: dict[frozenset[str], str]) -> frozenset[frozenset[str]]:
    heading = grid.heading
    said = {k for k, label in names.items() if said_in(label, heading)}
    return frozenset(k for k in said if not any(k < other for other in said))


def _identity(cell: Cell, members: frozenset[frozenset[str]]) -> Identity | None:
    column = cell.column
    parts = set(members)
    spans = [column.span] if column.span is not None and column.span.dated else []
    for label in cell.row.keys:
        found = find_spans(label) if label else []
        if found and is_period_label(label):
            spans += [n.span for n in found if n.span.dated]
        elif label and not is_total(label):
            parts.add(key(label))
    header = telling(column.header)
    if header and column.span is None:
        parts.add(key(without_periods(column.header)))
    elif header - {"count"}:
        parts.add(header)
    if all(is_period_label(label) for label in cell.row.keys if label):
        # the rows are periods: what is measured stands in the heading, whole
        parts.add(telling(cell.grid.table.title) or telling(cell.grid.heading))
    if len(spans) != 1 or not parts:
        return None
    total = "total" if cell.row.total or column.total else ""
    return frozenset(parts), (spans[0].first, spans[0].last), column.cumulative, f"{column.role}{total}"


def _cells(grid: Grid, names: dict[frozenset[str], str]) -> dict[Identity, Cell]:
    members = _title_members(grid, names)
    found: dict[Identity, Cell] = {}
    twice: set[Identity] = set()
    for row in grid.rows:
        for at, value in enumerate(row.values):
            if value is None or grid.columns[at].role not in {"count", "percent", "average", "median"}:
                continue
            cell = Cell(grid, row, at)
            identity = _identity(cell, members)
            if identity is not None:
                twice |= {identity} if identity in found else set()
                found[identity] = cell
    return {i: c for i, c in found.items() if i not in twice}


def _disagreements(one: dict[Identity, Cell], other: dict[Identity, Cell]) -> list[tuple[Cell, Cell]]:
    """Where two tables of the same facts differ; none when too few agree for them to be the same facts."""
    shared = one.keys() & other.keys()
    apart = [(one[i], other[i]) for i in shared if not same_number(one[i].value, other[i].value)]
    # small numbers agree by chance
    agree = sum(one[i].value.number >= _TELLS for i in shared) - sum(c.value.number >= _TELLS for c, _ in apart)
    if not apart:
        return []
    grids = next(iter(one.values())).grid, next(iter(other.values())).grid
    titles = telling(grids[0].table.title), telling(grids[1].table.title)
    alike = bool(titles[0]) and (titles[0] <= titles[1] or titles[1] <= titles[0])
    if (
        (agree >= 2 and agree >= 2 * len(apart))
        or (alike and agree >= len(apart))
        or (agree >= 2 and len(apart) <= agree)
    ):
        return apart
    return []


def _swaps(pairs: list[tuple[Cell, Cell]]) -> list[Finding]:
    """Two rows whose values are interchanged in one of the tables."""
    by_rows: dict[tuple[str, str], list[tuple[Cell, Cell]]] = defaultdict(list)
    for a, b in pairs:
        by_rows[a.row.label, b.row.label].append((a, b))
    found = []
    for (_, first), (_, second) in combinations(by_rows.items(), 2):
        here = {c.column.header: (c, d) for c, d in first}
        there = {c.column.header: (c, d) for c, d in second}
        both = here.keys() & there.keys()
        turned = [
            h
            for h in both
            if same_number(here[h][0].value, there[h][1].value) and same_number(there[h][0].value, here[h][1].value)
        ]
        if turned and 2 * len(turned) > len(here.keys() | there.keys()):
            cells = [c for h in turned for c in (*here[h], *there[h])]
            mine, other = here[turned[0]], there[turned[0]]
            said = (
                f"“{mine[0].row.label}” is {mine[0].value.text} in {mine[0].grid.table.name} and "
                f"{mine[1].value.text} in {mine[1].grid.table.name}; “{other[0].row.label}” is "
                f"{other[0].value.text} and {other[1].value.text}: the two are interchanged."
            )
            found.append(
                Finding(
                    "rows_swapped", "error", other[1].where, tuple(c.grid.figure(c.row, c.at) for c in cells[:12]), said
                )
            )
    return found


def _between_tables(grids: tuple[Grid, ...], names: dict[frozenset[str], str]) -> list[Finding]:
    held = [_cells(grid, names) for grid in grids]
    found: list[Finding] = []
    tried = 0
    for a, b in combinations(range(len(grids)), 2):
        if not held[a].keys() & held[b].keys():
            continue
        tried += 1
        if tried > _MOST_PAIRS:
            break
        apart = _disagreements(held[a], held[b])
        swaps = _swaps(apart)
        found += swaps
        for one, other in apart:
            said = (
                f"{one.row.label}, {one.column.header}: {one.value.text} in {one.grid.table.name} of "
                f"{one.grid.table.file}, {other.value.text} in {other.grid.table.name} of "
                f"{other.grid.table.file}."
            )
            found.append(
                Finding(
                    "fact_quoted_differently",
                    "error",
                    other.where,
                    (one.grid.figure(one.row, one.at), other.grid.figure(other.row, other.at)),
                    said,
                )
            )
    return found


def _same_label_twice(grid: Grid) -> list[Finding]:
    """A label that stands twice in one table with different numbers."""
    rows: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in grid.rows:
        if any(row.keys):
            rows[row.keys].append(row)
    twice = [r for r in rows.values() if len(r) > 1]
    if len(twice) != 1 or len(twice[0]) != 2 or len(rows) < 4 or twice[0][0].total:
        return []
    one, other = twice[0]
    for at in range(len(grid.columns)):
        a, b = one.values[at], other.values[at]
        if a is not None and b is not None and not same_number(a, b):
            said = (
                f"“{one.label}” stands twice in {grid.table.name}, once with {a.text} and once with "
                f"{b.text} under “{grid.columns[at].header}”."
            )
            return [
                Finding(
                    "fact_quoted_differently",
                    "error",
                    grid.where(other, grid.columns[at]),
                    (grid.figure(one, at), grid.figure(other, at)),
                    said,
                )
            ]
    return []


_BAND = re.compile(
    (
        r"(\d{1,3})\s?%\s?(?:-|to)\s?(\d{1,3})\s?%\s*[-:,(]?\s*(remote chance|highly unlikely|"
        r"unlikely|realistic possibility|likely or probable|highly likely|likely|probable|"
        r"almost certain)"
    ),
    re.IGNORECASE,
)
_REFERENCE = re.compile(r"\b(\d{1,2}(?:\.\d{1,2}){2})\b")


def _bands(evidence: Evidence) -> list[Finding]:
    """A likelihood band said of one numbered measure in a summary and another one on its own page."""
    said: dict[str, list[tuple[str, Where, str]]] = defaultdict(list)
    for table in evidence.tables:
        for row, line in zip(table.rows, table.lines, strict=True):
            refs = [m[1] for cell in row for m in [_REFERENCE.fullmatch(cell.strip())] if m]
            bands = [m for cell in row for m in [_BAND.search(cell)] if m]
            if len(refs) == 1 and len(bands) == 1:
                said[refs[0]].append(
                    (_band(bands[0]), Where(table.file, line or None, table.name, refs[0]), bands[0][0])
                )
    at_section: tuple[str, ...] = ()
    reference, waiting = "", ""
    for sentence in evidence.sentences:
        if sentence.section[:1] != at_section:
            at_section = sentence.section[:1]
            match = _REFERENCE.search(" ".join(at_section))
            reference, waiting = (match[1] if match else ""), ""
        text = f"{waiting} {sentence.text}".strip()
        waiting = sentence.text if re.fullmatch(r"\d{1,3}\s?%\s?-\s?\d{1,3}\s?%", sentence.text.strip()) else ""
        if reference and (match := _BAND.search(text)) and len(text) < 120:
            said[reference].append((_band(match), Where(sentence.file, sentence.line or None), match[0]))
    found = []
    for name, places in said.items():
        tables = [p for p in places if p[1].table]
        pages = [p for p in places if not p[1].table]
        apart = [p for p in pages if tables and p[0] != tables[0][0]]
        if apart:
            figures = tuple(_band_figure(p) for p in (tables[0], apart[0]))
            text = (
                f"Measure {name}: “{tables[0][2]}” in {tables[0][1].table} (line {tables[0][1].line}),"
                f" “{apart[0][2]}” on a page of its own (line {apart[0][1].line})."
            )
            severity: Severity = "error" if len(apart) == len(pages) else "warning"
            found.append(Finding("fact_quoted_differently", severity, apart[0][1], figures, text))
    return found


def _band(match: re.Match[str]) -> str:
    return f"{match[1]}-{match[2]} {match[3].lower()}"


def _band_figure(place: tuple[str, Where, str]) -> Figure:
    return Figure(f"likelihood, {place[1]}", place[2])


_TIME_TARGET = re.compile(
    r"\b([A-Z][a-z]+ \d)\b(?!\d)[^.;]{0,60}?\b(?:within|target(?: of| is)?)\s*:?\s*(\d+)\s*(min|hour|sec|day)",
    re.IGNORECASE,
)


def _time_targets(evidence: Evidence) -> list[Finding]:
    """A time target of one grade or priority that is 12 minutes in one place and 20 in another."""
    said: dict[tuple[str, str], list[tuple[int, Where, str]]] = defaultdict(list)
    texts = [(s.text, Where(s.file, s.line or None)) for s in evidence.sentences]
    texts += [
        (c, Where(t.file, line or None, t.name))
        for t in evidence.tables
        for row, line in zip(t.rows, t.lines, strict=True)
        for c in row
        if len(c) < 400
    ]
    for text, where in texts:
        for match in _TIME_TARGET.finditer(text):
            said[match[1].lower(), match[3].lower()].append((int(match[2]), where, text))
    found = []
    for (subject, unit), places in said.items():
        other = next((p for p in places if p[0] != places[0][0]), None)
        if other is not None:
            one = places[0]
            figures = (
                Figure(f"{subject} target", f"{one[0]} {unit}", float(one[0])),
                Figure(f"{subject} target", f"{other[0]} {unit}", float(other[0])),
            )
            text = (
                f"The target time of {subject} is {one[0]} {unit} in “{one[2][:100]}” (line "
                f"{one[1].line}) and {other[0]} {unit} in “{other[2][:100]}” (line {other[1].line})."
            )
            found.append(Finding("fact_quoted_differently", "error", other[1], figures, text))
    return found


def fact_quoted_differently(evidence: Evidence) -> list[Finding]:
    """Tables against tables, labels that stand twice, likelihoods of numbered measures; sentences are in ``quotes``."""
    names = vocabulary(evidence.grids)
    found = _between_tables(evidence.grids, names)
    for grid in evidence.grids:
        found += _same_label_twice(grid)
    return found + _bands(evidence) + _time_targets(evidence)
