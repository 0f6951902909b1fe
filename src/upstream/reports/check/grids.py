"""Printed tables understood: which cells are headers, labels and numbers, and what part each column plays."""

from __future__ import annotations

import re
from dataclasses import dataclass

from upstream.reports.check.columns import (
    Role,
    are_verdicts,
    columns_of,
    is_aim,
    is_limit,
    is_period,
    is_serial,
    number_cell,
    role_of,
)
from upstream.reports.check.findings import Figure, Where
from upstream.reports.check.labels import is_total
from upstream.reports.check.numbers import Value, is_nothing, parse_value
from upstream.reports.check.reading.model import Table
from upstream.reports.check.spans import Span, only_span

_YTD = re.compile(
    r"\b(?:f|c|fin )?ytd\b|\bto date\b|year to date|\bytm\b|year to month|cumulative|so far this year", re.IGNORECASE
)
_ROLLING = re.compile(r"\brolling\b|12 months|twelve months|\br12\b|\bmat\b", re.IGNORECASE)
_KEY_WORDS = re.compile(
    r"(?:area|district|lpa|force|division|borough|ward|beat|sector|team|command|measure|"
    r"indicator|kpi|metric|category|crime type|type|offence|"
    r"offence type|crime|group|age|age group|ethnicity|outcome|grade|month|period|quarter|"
    r"year|week|date|name|department|function|locality|"
    r"statistic|figure|row|item|what|policing area|service|channel|reason)s?(?: (?:name|type|group|category))?",
    re.IGNORECASE,
)
_MOST_HEADER_ROWS = 4
_MOST_LYING_ROWS = 8
_LEAST_LYING_COLUMNS = 3


@dataclass(frozen=True, slots=True)
class Column:
    """A column of numbers: its place in the table, its header and the part it plays."""

    index: int
    header: str
    role: Role
    span: Span | None
    cumulative: bool
    rolling: bool
    total: bool

    @property
    def additive(self) -> bool:
        return self.role in {"count", "difference"}


@dataclass(frozen=True, slots=True)
class Row:
    """A row: its labels, one value a column (``None``: no number printed), and its plain text by header."""

    index: int
    line: int
    keys: tuple[str, ...]
    values: tuple[Value | None, ...]
    texts: dict[str, str]

    @property
    def label(self) -> str:
        return " / ".join(k for k in self.keys if k)

    @property
    def total(self) -> bool:
        return any(is_total(k) for k in self.keys)


@dataclass(frozen=True, slots=True)
class Grid:
    """A table understood.

    Attributes
    ----------
    table
        The printed table (the first, when a table continues over pages).
    key_names
        Headers of the label columns, the length of every row's ``keys``.
    columns, rows
        Columns of numbers and the rows that hold at least one.
    rounded
        Whether the whole document has its counts rounded, to fives at least: sums hold then by chance and fail by it.
    """

    table: Table
    key_names: tuple[str, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    rounded: bool = False

    @property
    def heading(self) -> str:
        return " ".join((*self.table.section[-2:], self.table.title))

    def where(self, row: Row, column: Column | None = None) -> Where:
        header = None if column is None else (column.header or f"column {column.index + 1}")
        return Where(self.table.file, row.line or None, self.table.name, row.label or f"row {row.index + 1}", header)

    def figure(self, row: Row, at: int) -> Figure:
        value = row.values[at]
        what = ", ".join(p for p in (row.label, self.columns[at].header) if p)
        return Figure(what, value.text if value else "", value.number if value else None)


def _is_full(row: list[str]) -> bool:
    """A header row with a name over every column: four digits under it are a count and no year."""
    return len(row) > 1 and all(row)


def _header_rows(rows: list[list[str]], hint: int | None) -> int:
    """Leading rows without numbers, years and dates not counted as numbers."""
    if hint is not None and 0 < hint < len(rows):
        return hint
    for at, row in enumerate(rows):
        filled = [c for c in row if c]
        numbers = [c for c in filled if number_cell(c) and not is_nothing(c) and not is_period(c)]
        periods = [c for c in filled if is_period(c)]
        tail = [c for c in row[1:] if c]
        counted = (
            at > 0 and row[0] and not is_period(row[0]) and _is_full(rows[at - 1]) and all(c.isdigit() for c in tail)
        )
        gaps = at > 0 and bool(row[0]) and bool(tail) and all(is_nothing(c) for c in tail)
        if numbers or (counted and tail) or gaps:
            return at if at <= _MOST_HEADER_ROWS else 1
        if (
            periods
            and at > 0
            and row[0]
            and not [c for c in tail if is_period(c)]
            and not numbers
            and any(is_nothing(c) for c in tail)
        ):
            return at
    return 1 if rows else 0


def _join_headers(rows: list[list[str]], width: int) -> list[str]:
    """One header a column: upper headers spread over the blanks to their right, then joined downwards."""
    spread: list[list[str]] = []
    for level, row in enumerate(rows):
        last, filled = "", []
        lower = list(rows[level + 1 :])
        for at in range(width):
            cell = row[at]
            below = any(r[at] for r in lower)
            if cell:
                last = cell
            elif lower and below and last and at > 0:
                cell = last
            filled.append(cell)
        spread.append(filled)
    joined = []
    for at in range(width):
        parts = [r[at] for r in spread if r[at]]
        joined.append(" ".join(dict.fromkeys(parts)))
    return joined


def _grid_of(table: Table, body: list[list[str]], lines: list[int], headers: list[str]) -> Grid | None:
    texts, numbers = columns_of(headers, body, workbook=table.file.lower().endswith(".xlsx"))
    numbers = [raw for raw in numbers if not is_serial(raw)]
    if not numbers:
        return None
    first = min(raw.index for raw in numbers)
    keys = [
        raw
        for raw in texts
        if (raw.index < first and not is_aim(raw))
        or (_KEY_WORDS.fullmatch(raw.header.replace("_", " ")) and not are_verdicts(raw.cells))
    ]
    columns = tuple(
        Column(
            raw.index,
            raw.header,
            role_of(raw.header, raw.numbers),
            only_span(raw.header),
            bool(_YTD.search(raw.header.replace("_", " "))),
            bool(_ROLLING.search(raw.header.replace("_", " "))),
            is_total(raw.header) or bool(re.search(r"\btotal\b", raw.header, re.IGNORECASE)),
        )
        for raw in numbers
    )
    rows: list[Row] = []
    last: list[str] = [""] * len(keys)
    for n in range(len(body)):
        labels = [raw.cells[n] for raw in keys]
        for k, label in enumerate(labels[:-1]):
            labels[k] = label or (last[k] if any(labels[k + 1 :]) else "")
        last = labels
        values = tuple(raw.values[n] for raw in numbers)
        if any(v is not None for v in values):
            beside = {raw.header: raw.cells[n] for raw in texts if raw not in keys and raw.cells[n]}
            rows.append(Row(n, lines[n], tuple(labels), values, beside))
    return Grid(table, tuple(raw.header for raw in keys), columns, tuple(rows)) if rows else None


def _padded(table: Table) -> list[list[str]]:
    width = max((len(row) for row in table.rows), default=0)
    return [[*row, *[""] * (width - len(row))] for row in table.rows]


def _continues(previous: Table, headers: list[list[str]], table: Table, rows: list[list[str]], head: int) -> bool:
    """Whether a table goes on from the one just before it: nothing in between, same heading, same or no header."""
    if (
        table.file != previous.file
        or table.order != previous.order + 1
        or table.section != previous.section
        or table.title not in {"", previous.title}
    ):
        return False
    width = len(headers[0]) if headers else 0
    if rows and head and width != len(rows[0]):
        return False
    return len(rows[0]) <= width if head == 0 else rows[:head] == headers


def _lies(headers: list[list[str]], body: list[list[str]]) -> bool:
    """Whether a table lies on its side: a row of words among rows of numbers, so that what is alike stands in rows."""
    if len(headers) != 1 or not 3 <= len(body) <= _MOST_LYING_ROWS or len(headers[0]) < _LEAST_LYING_COLUMNS:
        return False
    numbers = [all(number_cell(c) for c in row[1:]) for row in body]
    if all(numbers) and not is_period(headers[0][1]):
        return _compares(body)
    worded = [all(c and not number_cell(c) and not is_nothing(c) for c in row[1:]) for row in body]
    # the words judge the columns and do not name the rows
    return all(row[0] for row in body) and sum(numbers) >= 2 and sum(numbers) + sum(worded) == len(body) > sum(numbers)


def _compares(body: list[list[str]]) -> bool:
    """Whether rows are a few periods and the change between them, so that the columns are what is compared."""
    periods = [row for row in body if is_period(row[0])]
    rest = [row for row in body if not is_period(row[0])]
    values = [[v for c in row[1:] if (v := parse_value(c)) is not None] for row in rest]
    changes = {"percent_change", "difference", "points"}
    return (
        2 <= len(periods) <= _MOST_LYING_ROWS // 2
        and bool(rest)
        and all(role_of(row[0], held) in changes for row, held in zip(rest, values, strict=True))
    )


def understand(tables: list[Table]) -> list[Grid]:
    """Every table with numbers in it, tables that continue over pages joined, long tables turned."""
    grids: list[Grid] = []
    at = 0
    while at < len(tables):
        table = tables[at]
        rows = _padded(table)
        head = _header_rows(rows, table.header_rows)
        if table.rows and not any(rows[0]) and head:
            rows = rows[1:]
        headers = rows[:head]
        body = [list(r) for r in rows[head:]]
        lines = list(table.lines[head : head + len(body)])
        previous = table
        while at + 1 < len(tables):
            following = tables[at + 1]
            more = _padded(following)
            has_head = (
                0
                if more and any(number_cell(c) and not is_period(c) for c in more[0][1:])
                else _header_rows(more, following.header_rows)
            )
            if not headers or not _continues(previous, headers, following, more, has_head):
                break
            body += [[""] * len(headers[0])]
            body += [[*row, *[""] * (len(headers[0]) - len(row))] for row in more[has_head:]]
            lines += [0, *following.lines[has_head:]]
            previous = following
            at += 1
        at += 1
        width = len(rows[0]) if rows else 0
        if _lies(headers, body):
            flat = [list(column) for column in zip(*headers, *body, strict=True)]
            headers, body, lines, width = flat[:1], flat[1:], [lines[0]] * (width - 1), len(flat[0])
        grid = _grid_of(table, body, lines, _join_headers(headers, width) if headers else [""] * width)
        if grid is not None:
            grids.append(turned(grid))
    return grids


_MEASURE_NAMES = re.compile(
    r"upper|lower|\bucl\b|\blcl\b|% change|per ?cent|percent|\bcount\b|\btotal\b|limit|target|\brate\b|change",
    re.IGNORECASE,
)


def turned(grid: Grid) -> Grid:
    """A long table (labels, one value) as a wide one: the label that names parts or periods becomes the columns."""
    if len(grid.columns) != 1 or len(grid.key_names) < 2 or len(grid.rows) < 4:
        return grid
    across = _turning_key(grid)
    if across is None:
        return grid
    names = list(dict.fromkeys(row.keys[across] for row in grid.rows))
    held: dict[tuple[str, ...], dict[str, Row]] = {}
    for row in grid.rows:
        rest = tuple(k for n, k in enumerate(row.keys) if n != across)
        if row.keys[across] in held.setdefault(rest, {}):
            return grid
        held[rest][row.keys[across]] = row
    if len(held) * len(names) > 4 * len(grid.rows):
        return grid
    columns = []
    for name in names:
        values = [v for row in grid.rows if row.keys[across] == name and (v := row.values[0]) is not None]
        header = name
        columns.append(
            Column(
                grid.columns[0].index,
                header,
                role_of(header, values),
                only_span(header),
                bool(_YTD.search(header)),
                bool(_ROLLING.search(header)),
                is_total(header),
            )
        )
    rows = []
    for rest, by_name in held.items():
        first = next(iter(by_name.values()))
        across_row = tuple(by_name[name].values[0] if name in by_name else None for name in names)
        rows.append(Row(first.index, first.line, rest, across_row, first.texts))
    return Grid(grid.table, tuple(k for n, k in enumerate(grid.key_names) if n != across), tuple(columns), tuple(rows))


def _is_statistic(name: str) -> bool:
    found = _MEASURE_NAMES.search(name)
    return found is not None and (found[0].lower() not in {"upper", "lower"} or is_limit(name))


def _turning_key(grid: Grid) -> int | None:
    """Which label to turn: the one with names of statistics, else the one with periods, else none."""
    for wanted in ("statistic", "period"):
        for n in range(len(grid.key_names)):
            names = {row.keys[n] for row in grid.rows}
            if not 2 <= len(names) <= 60:
                continue
            if wanted == "statistic" and sum(_is_statistic(x) for x in names) >= 2 and len(names) <= 12:
                return n
            if wanted == "period" and sum(is_period(x) for x in names) * 2 > len(names):
                return n
    return None
