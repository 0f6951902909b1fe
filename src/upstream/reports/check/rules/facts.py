"""One fact, the same measure, area and period, printed differently in two tables."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations

from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Finding, Where
from upstream.reports.check.grids import Column, Grid, Row
from upstream.reports.check.labels import is_total, key, said_in
from upstream.reports.check.numbers import Value, same_number
from upstream.reports.check.rules.summaries import bands, time_targets
from upstream.reports.check.rules.vocabulary import telling, vocabulary
from upstream.reports.check.scopes import places_said
from upstream.reports.check.spans import find_spans, is_period_label, without_periods

_MOST_PAIRS = 4000
_TELLS = 5
# ... times as large where they are rounded
_ROUNDED = 20
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


def _title_members(grid: Grid, names: dict[frozenset[str], str]) -> frozenset[frozenset[str]]:
    heading = grid.heading
    said = {k for k, label in names.items() if said_in(label, heading)}
    return frozenset(k for k in said if not any(k < other for other in said)) | places_said(grid.table.title)


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
    # small numbers agree by chance, and those rounded to five more often
    tells = _TELLS * (_ROUNDED if next(iter(one.values())).grid.rounded else 1)
    agree = sum(one[i].value.number >= tells for i in shared) - sum(c.value.number >= tells for c, _ in apart)
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
        for one, other in _disagreements(held[a], held[b]):
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


def fact_quoted_differently(evidence: Evidence) -> list[Finding]:
    """Tables against tables, labels that stand twice, likelihoods of numbered measures; sentences are in ``quotes``."""
    names = vocabulary(evidence.grids)
    found = _between_tables(evidence.grids, names)
    for grid in evidence.grids:
        found += _same_label_twice(grid)
    return found + bands(evidence) + time_targets(evidence)
