"""Sister tables: two tables with rows of the same names and a column whose numbers one repeats from the other.

That the numbers of two columns agree row by row says that they count the same, whatever the headers call it. Then two
rows whose numbers are interchanged in one of the tables are a fault, and so is the one number of a period that is not
the same.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Finding
from upstream.reports.check.grids import Column, Grid, Row
from upstream.reports.check.labels import is_total, key
from upstream.reports.check.numbers import Value

# smaller numbers agree by chance
_TELLS = 10.0
_LEAST_AGREE = 2
# a number that stands in so many columns tells none of them from the others
_MOST_COLUMNS = 40
_MOST_SHOWN = 12
# what the numbers that agree must weigh for each that does not, and with those that changed places
_LEAST_WEIGHT = 2.5
_SURE_WEIGHT = 6.0
_MOST_APART = 2
RowKey = frozenset[str]
Period = tuple[int, int, bool]
_TOTAL: RowKey = frozenset({"total"})


@dataclass(frozen=True, slots=True)
class Line:
    """A column of a table, its numbers by the names of their rows."""

    grid: Grid
    at: int
    cells: dict[RowKey, tuple[Row, Value]]

    @property
    def column(self) -> Column:
        return self.grid.columns[self.at]

    @property
    def table(self) -> tuple[str, int]:
        return self.grid.table.file, self.grid.table.order


@dataclass(frozen=True, slots=True)
class Twins:
    """Two columns that agree in most of the rows they share, and the rows where they do not."""

    one: Line
    other: Line
    agree: int
    apart: tuple[RowKey, ...]

    def numbers(self, row: RowKey) -> tuple[float, float]:
        return self.one.cells[row][1].number, self.other.cells[row][1].number


def _name(row: Row) -> RowKey:
    """The row's name; every kind of total is one name."""
    return _TOTAL if any(is_total(k) for k in row.keys) else key(row.label)


def _lines(grids: tuple[Grid, ...], *, least: int) -> list[Line]:
    """Columns of counts whose rows have each a name of their own, with so many numbers at least."""
    found = []
    for grid in grids:
        times = Counter(_name(row) for row in grid.rows)
        rows = [(name, row) for row in grid.rows if (name := _name(row)) and times[name] == 1]
        for at, column in enumerate(grid.columns):
            cells = {name: (row, v) for name, row in rows if (v := row.values[at]) is not None and v.whole}
            if column.role == "count" and len(cells) >= least and not grid.rounded:
                found.append(Line(grid, at, cells))
    return found


def twins(grids: tuple[Grid, ...]) -> Iterator[Twins]:
    """Pairs of columns of two tables that agree in at least two rows with numbers large enough to tell."""
    lines = _lines(grids, least=_LEAST_AGREE + 1)
    holders: dict[tuple[RowKey, float], list[int]] = defaultdict(list)
    for n, line in enumerate(lines):
        for name, (_, value) in line.cells.items():
            if value.number >= _TELLS:
                holders[name, value.number].append(n)
    agree: Counter[tuple[int, int]] = Counter()
    for held in holders.values():
        if len(held) <= _MOST_COLUMNS:
            agree.update(pair for pair in combinations(held, 2) if lines[pair[0]].grid is not lines[pair[1]].grid)
    for (a, b), times in agree.items():
        one, other = lines[a], lines[b]
        shared = [name for name in one.cells if name in other.cells]
        apart = tuple(n for n in shared if one.cells[n][1].number != other.cells[n][1].number)
        if times >= _LEAST_AGREE and apart:
            yield Twins(one, other, times, apart)


def _crossed(pair: Twins) -> bool:
    """Whether the two rows that differ have each other's numbers."""
    if len(pair.apart) != 2:
        return False
    (a, b), (c, d) = (pair.numbers(row) for row in pair.apart)
    agree = {pair.numbers(row)[0] for row in pair.one.cells if row in pair.other.cells and row not in pair.apart}
    return (a, b) == (d, c) and _weight(agree | {a, b}) >= _SURE_WEIGHT


def _weight(numbers: set[float]) -> float:
    """How unlikely it is that different numbers are met twice by accident, as a logarithm to base ten."""
    return sum(math.log10(max(abs(n), 1.0)) for n in numbers)


def rows_crossed(evidence: Evidence) -> list[Finding]:
    """Two rows whose numbers are interchanged in one of two sister tables."""
    found = []
    for grids in evidence.documents():
        held: dict[tuple[object, ...], list[Twins]] = defaultdict(list)
        for pair in twins(grids):
            if _crossed(pair):
                held[pair.one.table, pair.other.table, frozenset(pair.apart)].append(pair)
        found += [_finding(pairs) for pairs in held.values()]
    return found


def _finding(pairs: list[Twins]) -> Finding:
    first = pairs[0]
    one, other = first.one, first.other
    lines = [line for pair in pairs for line in (pair.one, pair.other)]
    cells = [(line, line.cells[row][0]) for line in lines for row in first.apart]
    here, there = (one.cells[row] for row in first.apart)
    said = (
        f"{here[0].label} {here[1].text} and {there[0].label} {there[1].text} in {one.grid.table.name}, "
        f"“{one.column.header}”; in {other.grid.table.name}, “{other.column.header}”, it is the other way round, and "
        f"{first.agree} other rows agree."
    )
    figures = tuple(line.grid.figure(row, line.at) for line, row in cells[:_MOST_SHOWN])
    row = other.cells[first.apart[0]][0]
    return Finding("rows_swapped", "error", other.grid.where(row, other.column), figures, said)


def _period(column: Column) -> Period | None:
    """The dated period of a column of counts; ``None`` for any other."""
    if column.role != "count" or column.span is None or not column.span.dated or column.rolling:
        return None
    return column.span.first, column.span.last, column.cumulative


Cells = dict[tuple[RowKey, Period], tuple[Line, Row]]


def _dated_cells(lines: list[Line]) -> list[Cells]:
    """Cells by table, then by the name of the row and the period; totals left out, for a selection has another one."""
    held: dict[tuple[str, int], Cells] = {}
    twice: set[tuple[tuple[str, int], Period]] = set()
    for line in lines:
        period = _period(line.column)
        if period is None:
            continue
        known = held.setdefault(line.table, {})
        if any(at == period for _, at in known):
            twice.add((line.table, period))
        known |= {(name, period): (line, row) for name, (row, _) in line.cells.items() if name != _TOTAL}
    return [{at: cell for at, cell in cells.items() if (table, at[1]) not in twice} for table, cells in held.items()]


def facts_apart(evidence: Evidence) -> list[Finding]:
    """One number of a thing and a period that two sister tables of one place print differently."""
    scopes = evidence.scopes
    found = []
    for grids in evidence.documents():
        tables = _dated_cells(_lines(grids, least=1))
        for one, other in combinations(tables, 2):
            shared = [at for at in one if at in other]
            apart = [at for at in shared if _number(one[at]) != _number(other[at])]
            agree = {_number(one[at]) for at in shared if at not in apart}
            if not 0 < len(apart) <= _MOST_APART or _weight(agree) < _LEAST_WEIGHT * len(apart):
                continue
            places = (scopes.of_table(next(iter(cells.values()))[0].grid).places for cells in (one, other))
            if len(set(places)) == 1 and not _interchanged(one, other, apart):
                found += [_quoted(one[at], other[at]) for at in apart]
    return found


def _number(cell: tuple[Line, Row]) -> float:
    line, row = cell
    value = row.values[line.at]
    return math.nan if value is None else value.number


def _interchanged(one: Cells, other: Cells, apart: list[tuple[RowKey, Period]]) -> bool:
    """Two numbers that changed places are found as such."""
    return sorted(_number(one[at]) for at in apart) == sorted(_number(other[at]) for at in apart)


def _quoted(first: tuple[Line, Row], second: tuple[Line, Row]) -> Finding:
    (one, row), (other, there) = first, second
    figures = one.grid.figure(row, one.at), other.grid.figure(there, other.at)
    said = (
        f"{row.label}, {one.column.header}: {figures[0].printed} in {one.grid.table.name}, {figures[1].printed} in "
        f"{other.grid.table.name}, where the other numbers of the two tables agree."
    )
    return Finding("fact_quoted_differently", "error", other.grid.where(there, other.column), figures, said)
