"""Values that cannot be: shares over 100%, negative counts, limits crossed, a year to date below its month, 31 June."""

from __future__ import annotations

import re
from dataclasses import dataclass

from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.grids import Column, Grid, Row
from upstream.reports.check.labels import is_average, words
from upstream.reports.check.numbers import Value
from upstream.reports.check.rules.additions import relations_among
from upstream.reports.check.rules.axes import over_rows
from upstream.reports.check.rules.impossible_said import NEGATIVE_ALLOWED, impossible_said
from upstream.reports.check.rules.vocabulary import telling
from upstream.reports.check.spans import find_spans, is_period_label

_OVER_HUNDRED_ALLOWED = re.compile(
    (
        r"change|increase|growth|variance|of target|of baseline|of budget|of plan|against|"
        r"index|clearance|compared|vs\b|ratio|capacity|utilis|establishment"
    ),
    re.IGNORECASE,
)
# a workbook stores a share with all its digits, a count never
_UNROUNDED = 6
# records write what they do not know so
_MISSING = -1


def _add(grid: Grid, row: Row, at: int, others: tuple[int, ...], said: str) -> Finding:
    figures = tuple(grid.figure(row, n) for n in (at, *others))
    return Finding("impossible_value", "error", grid.where(row, grid.columns[at]), figures, said)


@dataclass(frozen=True, slots=True)
class Habits:
    """What is usual in a column: values over 100, negatives, per cent signs, whole numbers but for one."""

    over: bool
    negative: bool
    marked: bool
    whole: bool


def _habits(grid: Grid, at: int) -> Habits:
    values = [v for row in grid.rows if (v := row.values[at]) is not None]
    over, negative = sum(v.number > 100 for v in values), sum(v.number < 0 for v in values)
    return Habits(
        over > 1 and over * 4 > len(grid.rows),
        negative > 1 and negative * 4 >= len(grid.rows),
        any(v.percent for v in values),
        len(values) >= 4 and sum(v.whole for v in values) == len(values) - 1,
    )


def _one_value(grid: Grid, row: Row, at: int, value: Value, usual: Habits) -> Finding | None:
    """A share over 100% or under nil, a count under nil, a count that is not whole."""
    column = grid.columns[at]
    named = f"{row.label}, {column.header}: {value.text}"
    may_fall = NEGATIVE_ALLOWED.search(f"{column.header} {row.label} {grid.table.title}")
    if column.role == "percent" and value.number > 100 and not usual.over and (value.percent or not usual.marked):
        # a number without the sign that others of its column carry is something else
        if not _OVER_HUNDRED_ALLOWED.search(f"{column.header} {grid.heading}"):
            return _add(grid, row, at, (), f"{named} is more than 100%, and a share cannot be.")
        return None
    if column.role == "percent" and value.number < 0 and not may_fall:
        return _add(grid, row, at, (), f"{named} is less than nil, and a share cannot be.")
    if column.role != "count":
        return None
    if value.number < 0 and value.number != _MISSING and not usual.negative and not may_fall:
        return _add(grid, row, at, (), f"{named} is less than nil, and a count cannot be.")
    broken = 0 < value.decimals <= _UNROUNDED and not value.percent and not float(value.number).is_integer()
    if broken and usual.whole and not is_average(f"{row.label} {grid.table.title}"):
        return _add(grid, row, at, (), f"{named} is not a whole number, as every other count of the column is.")
    return None


def _limits_crossed(grid: Grid, row: Row) -> list[Finding]:
    upper = next((n for n, c in enumerate(grid.columns) if c.role == "upper" and row.values[n] is not None), None)
    lower = next((n for n, c in enumerate(grid.columns) if c.role == "lower" and row.values[n] is not None), None)
    if upper is None or lower is None:
        return []
    high, low = row.values[upper], row.values[lower]
    if high is None or low is None or low.number <= high.number:
        return []
    return [
        _add(
            grid, row, lower, (upper,), f"{row.label}: the lower limit {low.text} is above the upper limit {high.text}."
        )
    ]


def _within_range(grid: Grid, row: Row) -> list[Finding]:
    """A median or a mean outside the smallest and the largest."""
    by_role: dict[str, int] = {
        c.role: n
        for n, c in enumerate(grid.columns)
        if c.role in {"median", "average", "minimum", "maximum"} and row.values[n] is not None
    }
    found = []
    for middle in ("median", "average"):
        for end, sign in (("minimum", -1), ("maximum", 1)):
            a, b = by_role.get(middle), by_role.get(end)
            va, vb = (row.values[a] if a is not None else None), (row.values[b] if b is not None else None)
            if (
                a is not None
                and b is not None
                and va is not None
                and vb is not None
                and sign * (va.number - vb.number) > va.half + vb.half
            ):
                found.append(
                    _add(
                        grid,
                        row,
                        a,
                        (b,),
                        (
                            f"{row.label}: the {middle} {va.text} is "
                            f"{'above the largest' if sign > 0 else 'below the smallest'} {vb.text}."
                        ),
                    )
                )
    return found


def _cumulative_below_month(grid: Grid, row: Row) -> list[Finding]:
    """A year to date (or a rolling year) smaller than a month that lies in it."""
    found = []
    for at, column in enumerate(grid.columns):
        total = row.values[at]
        if not (column.cumulative or column.rolling) or column.role != "count" or total is None:
            continue
        for n, month in enumerate(grid.columns):
            value = row.values[n]
            if (
                n == at
                or month.role != "count"
                or month.cumulative
                or month.rolling
                or month.span is None
                or month.span.kind != "month"
                or value is None
            ):
                continue
            if _lies_in(grid, month, column) and value.number > total.number:
                found.append(
                    _add(
                        grid,
                        row,
                        at,
                        (n,),
                        (
                            f"{row.label}: {column.header} {total.text} is less than {month.header} {value.text}, "
                            f"a month of it."
                        ),
                    )
                )
                break
    return found


_RUNNING = re.compile(r"year to date|\bytd\b|cumulative|running total|to date|so far", re.IGNORECASE)


def _running_totals(grid: Grid) -> list[Finding]:
    """Months beside their running total, along rows or down columns: a total below its own month cannot be."""
    found = []
    named = [row for row in grid.rows if _RUNNING.search(row.label)]
    others = [row for row in grid.rows if not _RUNNING.search(row.label)]
    if len(named) == 1 and len(others) == 1:
        for at, column in enumerate(grid.columns):
            total, month = named[0].values[at], others[0].values[at]
            if column.role == "count" and total is not None and month is not None and total.number < month.number:
                figures = (grid.figure(named[0], at), grid.figure(others[0], at))
                said = f"{column.header}: the running total {total.text} is less than its own month, {month.text}."
                found.append(Finding("impossible_value", "error", grid.where(named[0], column), figures, said))
    running = [n for n, c in enumerate(grid.columns) if c.role == "count" and _RUNNING.search(c.header)]
    months = [n for n, c in enumerate(grid.columns) if c.role == "count" and n not in running]
    if len(running) == 1 and len(months) == 1 and grid.rows and all(is_period_label(row.label) for row in grid.rows):
        for row in grid.rows:
            total, month = row.values[running[0]], row.values[months[0]]
            if total is not None and month is not None and total.number < month.number:
                said = f"{row.label}: the running total {total.text} is less than its own month, {month.text}."
                found.append(_add(grid, row, running[0], (months[0],), said))
    return found


def _lies_in(grid: Grid, month: Column, total: Column) -> bool:
    """Whether a month belongs to a year to date: in its year when that is named, else the latest month."""
    if month.span is None or not telling(total.header) <= telling(month.header):
        return False
    if (
        total.span is not None
        and total.span.kind in {"financial_year", "year", "range"}
        and month.span.dated
        and total.span.dated
    ):
        return total.span.first <= month.span.first <= total.span.last
    if set(words(total.header)) & {"previous", "last", "prior"}:
        return False
    dated = [
        c.span.last
        for c in grid.columns
        if c.span is not None and c.span.kind == "month" and c.role == "count" and not c.cumulative
    ]
    return month.span.last == max(dated, default=-1) and month.span.dated


_WHOLE = re.compile(
    r"total|all|received|recorded|opened|offered|due|incidents|calls|offences|requests|victims|cases", re.IGNORECASE
)


def _part_over_whole(grid: Grid, row: Row) -> list[Finding]:
    """ "of which ..." columns and a column against a total column to which all others keep."""
    found: list[Finding] = []
    counts = [n for n, c in enumerate(grid.columns) if c.role == "count"]
    for at in counts:
        value = row.values[at]
        header = grid.columns[at].header
        if value is None or not re.search(
            (
                r"of which|of these|\bwithin\b|on time|in time|repeat|\bmet\b|positive|attended|"
                r"answered|completed|resolved|upheld|charged|detected|solved"
            ),
            header,
            re.IGNORECASE,
        ):
            continue
        for whole in _wholes(grid, counts, header):
            total = row.values[whole]
            if whole == at or total is None or value.number <= total.number or not _always_below(grid, row, at, whole):
                continue
            found.append(
                _add(
                    grid,
                    row,
                    at,
                    (whole,),
                    (
                        f"{row.label}: {header} {value.text} is more than {grid.columns[whole].header} "
                        f"{total.text}, of which it is a part."
                    ),
                )
            )
            break
    return found


def _wholes(grid: Grid, counts: list[int], part: str) -> list[int]:
    """What a part can be of: the columns that its own name repeats ("Closed in time" of "Closed"), else any."""
    said = set(words(part))
    repeated = [n for n in counts if (of := set(words(grid.columns[n].header))) and of < said]
    return repeated or [n for n in counts if _WHOLE.search(grid.columns[n].header)]


def _always_below(grid: Grid, but: Row, part: int, whole: int) -> bool:
    pairs = [
        (a.number, b.number)
        for row in grid.rows
        if row is not but and (a := row.values[part]) is not None and (b := row.values[whole]) is not None
    ]
    return len(pairs) >= 2 and all(a <= b for a, b in pairs)


def _row_over_total(grid: Grid) -> list[Finding]:
    """A part larger than the whole of its column where the total row is plain."""
    totals = [row for row in grid.rows if row.total]
    if len(totals) != 1 or totals[0] not in (grid.rows[0], grid.rows[-1]) or len(grid.key_names) != 1:
        return []
    found = []
    for at, column in enumerate(grid.columns):
        whole = totals[0].values[at]
        if (
            column.role != "count"
            or whole is None
            or any((v := r.values[at]) is not None and v.number < 0 for r in grid.rows)
        ):
            continue
        over = [
            row
            for row in grid.rows
            if row is not totals[0] and (v := row.values[at]) is not None and v.number > whole.number
        ]
        if len(over) == 1 and len(grid.rows) >= 4:
            value = over[0].values[at]
            others = [r for r in grid.columns if r.role == "count"]
            proven = _proven_parts(grid, totals[0])
            if value is not None and others and over[0] in proven and _below_elsewhere(grid, over[0], totals[0], at):
                found.append(
                    Finding(
                        "impossible_value",
                        "error",
                        grid.where(over[0], column),
                        (grid.figure(over[0], at), grid.figure(totals[0], at)),
                        (
                            f"{over[0].label}, {column.header}: {value.text} is more than {totals[0].label} "
                            f"{whole.text}, of which it is a part."
                        ),
                    )
                )
    return found


def _proven_parts(grid: Grid, total: Row) -> list[Row]:
    """Rows that the total is the sum of, in some column at least: domestic abuse may be more than all crime."""
    items, _ = over_rows(grid, 0)
    label = total.keys[0]
    relations = [r for r in relations_among(items, rounded=grid.rounded) if r.fits and items[r.whole].label == label]
    parts = {items[p].label for r in relations for p in r.parts}
    return [row for row in grid.rows if row.keys[0] in parts]


def _below_elsewhere(grid: Grid, part: Row, whole: Row, at: int) -> bool:
    pairs = [
        (a.number, b.number)
        for n, c in enumerate(grid.columns)
        if n != at and c.role == "count" and (a := part.values[n]) is not None and (b := whole.values[n]) is not None
    ]
    return all(a <= b for a, b in pairs)


def _dates_in_cells(grid: Grid) -> list[Finding]:
    found = []
    for n, row in enumerate(grid.table.rows):
        for cell in row:
            for named in find_spans(cell) if re.search(r"\d", cell) and len(cell) < 200 else []:
                if named.span.problem and named.span.kind == "day":
                    line = grid.table.lines[n] if n < len(grid.table.lines) else None
                    where = Where(grid.table.file, line, grid.table.name, row[0] if row else None, None)
                    found.append(
                        Finding(
                            "impossible_value",
                            "error",
                            where,
                            (Figure("date", named.span.text),),
                            f"“{named.span.text}”: {named.span.problem}.",
                        )
                    )
    return found


def impossible_value(evidence: Evidence) -> list[Finding]:
    """Values that no arithmetic is needed to doubt."""
    found: list[Finding] = []
    for grid in evidence.grids:
        found += _dates_in_cells(grid) + _row_over_total(grid) + _running_totals(grid)
        usual = [_habits(grid, at) for at in range(len(grid.columns))]
        for row in grid.rows:
            for at, value in enumerate(row.values):
                one = _one_value(grid, row, at, value, usual[at]) if value is not None else None
                found += [one] if one is not None else []
            found += _limits_crossed(grid, row) + _within_range(grid, row)
            found += _cumulative_below_month(grid, row) + _part_over_whole(grid, row)
    return found + impossible_said(evidence)
