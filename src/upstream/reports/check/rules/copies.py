"""The same run of numbers under two labels, where chance does not do that."""

from __future__ import annotations

import math
import re
import statistics
from collections import Counter
from collections.abc import Sequence
from itertools import combinations

from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Finding
from upstream.reports.check.grids import Column, Grid, Row
from upstream.reports.check.labels import key, said_in
from upstream.reports.check.numbers import Value
from upstream.reports.check.scopes import places_said

_LEAST_RUN = 3
# log-surprise that a repeated run must exceed beyond that of the number of pairs looked at; twice as much where the
# numbers are rounded, which makes equal what was only near
_LEAST_SURPRISE = 6.0
_MOST_ROWS = 600
_ROUNDED = 5.0
_ENOUGH_ROWS = 10
# a number with more decimals follows from others and adds nothing
_UNROUNDED = 4
_SHARED = {"rank", "target", "upper", "lower", "median", "minimum", "maximum"}
_BASELINE = re.compile(r"\bmean\b|\baverage\b|baseline|expected|forecast|projection|population", re.IGNORECASE)


def surprise(values: list[Value], spreads: list[float] | None = None, *, base: float = 1.0) -> float:
    """How unlikely equal numbers are by chance: the sum of the logs of their sizes, equal values counted once.

    Numbers that vary little in their column (``spreads``) surprise by how they vary, not by their size, and numbers
    rounded to a ``base`` by the multiples of it that they could have been.
    """
    bounds = spreads or [math.inf] * len(values)
    steps = {
        v.number: min(abs(v.number), bound) * 10.0 ** min(max(v.decimals, 0), 2) / base
        for v, bound in zip(values, bounds, strict=True)
    }
    return sum(0.75 * math.log1p(step) for step in steps.values())


def _spread(grid: Grid, at: int) -> float:
    """Six standard deviations of a column, nine times in ten the range of what chance could print; totals left out."""
    numbers = _numbers(grid, at)
    return 6.0 * statistics.pstdev(numbers) if len(numbers) > 1 else math.inf


def _base(grid: Grid) -> float:
    """What the counts of a table were rounded to."""
    return _ROUNDED if grid.rounded else 1.0


def _numbers(grid: Grid, at: int) -> list[float]:
    return [v.number for row in grid.rows if not row.total and (v := row.values[at]) is not None]


def _left_over(grid: Grid, at: int, first: int, spread: float) -> float:
    """What is left of a column's spread when another column is known: areas that share out one total move together."""
    one, other = _numbers(grid, first), _numbers(grid, at)
    if (
        at == first
        or len(one) != len(other)
        or len(one) < _ENOUGH_ROWS
        or not all(map(statistics.pstdev, (one, other)))
    ):
        return spread
    return spread * math.sqrt(max(1.0 - statistics.correlation(one, other) ** 2, 0.0))


def _across(grid: Grid, row: Row, columns: list[int]) -> float:
    """Six standard deviations of a row's own numbers: the spread of :func:`_spread`, the other way round."""
    numbers = [v.number for n in columns if not grid.columns[n].total and (v := row.values[n]) is not None]
    return 6.0 * statistics.pstdev(numbers) if len(numbers) > 1 else math.inf


def _runs(one: Row, other: Row, free: list[int]) -> list[int]:
    """The longest run of neighbouring columns with equal numbers."""
    best: list[int] = []
    run: list[int] = []
    for n in free:
        a, b = one.values[n], other.values[n]
        if a is not None and b is not None and a.number == b.number:
            run.append(n)
        else:
            run = []
        if len(run) > len(best):
            best = list(run)
    return best


def _own(grid: Grid) -> list[int]:
    """Columns with a row's own numbers: limits, means and targets stand for a baseline and repeat rightly."""
    return [n for n, c in enumerate(grid.columns) if c.role not in _SHARED and not _BASELINE.search(c.header)]


def _contained(one: Row, other: Row) -> bool:
    """A total of a single part repeats it rightly."""
    return one.total or other.total


def _in_table(grid: Grid) -> list[Finding]:
    free = _own(grid)
    rows = [row for row in grid.rows if sum(row.values[n] is not None for n in free) >= _LEAST_RUN]
    if len(free) < _LEAST_RUN or len(rows) > _MOST_ROWS:
        return []
    # rates between the counts do not part a run of them
    counted = [n for n in free if grid.columns[n].role != "average"]
    spreads, base = {n: _spread(grid, n) for n in free}, _base(grid)
    enough = _LEAST_SURPRISE * (2 if base > 1.0 else 1)
    everywhere = math.log(max(len(rows) * (len(rows) - 1) / 2, 1.0))
    sizes = Counter((n, k) for row in rows for n, k in enumerate(row.keys))
    found = []
    for one, other in combinations(rows, 2):
        shared = [sizes[n, k] for n, k in enumerate(one.keys) if k and k == other.keys[n]]
        # rows of one area (or one measure) are compared among themselves
        least = enough + (math.log(min(shared) ** 2 / 2) if shared else everywhere)
        if (key(one.label) == key(other.label) and one.label == other.label) or _contained(one, other):
            continue
        run = max(_runs(one, other, free), _runs(one, other, counted), key=len)
        if len(run) < _LEAST_RUN:
            continue
        held = [v for n in run if (v := one.values[n]) is not None]
        if surprise(held, [min(spreads[n], _common(grid, n, one)) for n in run], base=base) < least:
            continue
        if surprise(held, [_left_over(grid, n, run[0], spreads[n]) for n in run], base=base) >= least:
            found.append(_finding(grid, one, grid, other, run, run))
    return found


def _finding(first: Grid, one: Row, second: Grid, other: Row, run: list[int], run_other: list[int]) -> Finding:
    printed = ", ".join(v.text for n in run if (v := one.values[n]) is not None)
    left = one.label if first is second else f"{first.table.name}: {one.label}"
    right = other.label if first is second else f"{second.table.name}: {other.label}"
    figures = [first.figure(one, n) for n in run] + [second.figure(other, n) for n in run_other]
    arithmetic = f"“{left}” and “{right}” have the same {len(run)} numbers in a row: {printed}."
    return Finding(
        "rows_copied", "error", second.where(other, second.columns[run_other[0]]), tuple(figures), arithmetic
    )


def _same_thing(first: Grid, one: Row, second: Grid, other: Row) -> bool:
    """One fact shown twice: the same label, or each label said in the other table's heading."""
    here, there = places_said(first.table.title), places_said(second.table.title)
    if here and there and not here & there:
        return False
    if key(one.label) == key(other.label):
        return True
    return said_in(one.label, f"{second.heading} {other.label}") and said_in(
        other.label, f"{first.heading} {one.label}"
    )


def _columns_of(grid: Grid) -> Sequence[object]:
    """What each column holds, however its header is worded: the part it plays and its period."""
    found = [(c.role, c.cumulative, (c.span.first, c.span.last)) for c in grid.columns if c.span is not None]
    return found if 2 * len(found) > len(grid.columns) else [id(grid)]


Triple = tuple[int, float, float, float]


def _triples(row: Row, free: list[int]) -> list[Triple]:
    """Every three neighbouring numbers of a row, with where they begin."""
    found = []
    for at, b, c in zip(free, free[1:], free[2:], strict=False):
        values = row.values[at], row.values[b], row.values[c]
        if values[0] is not None and values[1] is not None and values[2] is not None:
            found.append((at, values[0].number, values[1].number, values[2].number))
    return found


def _by_triple(grid: Grid, free: list[int]) -> dict[Triple, dict[int, Row]]:
    """Rows by the triples in them, so that only rows that share one are compared."""
    found: dict[Triple, dict[int, Row]] = {}
    for r, row in enumerate(grid.rows):
        for triple in _triples(row, free):
            found.setdefault(triple, {})[r] = row
    return found


def _common(grid: Grid, at: int, row: Row) -> float:
    """The bound on what a number surprises: a value that its column has often says little."""
    value, numbers = row.values[at], _numbers(grid, at)
    if value is not None and value.decimals > _UNROUNDED:
        return 0.0
    times = numbers.count(value.number) if value is not None else 0
    return (
        math.inf
        if times <= 2
        else max((len(numbers) / times) ** (4 / 3) - 1.0, 0.0)
        / 10.0 ** min(max(value.decimals if value is not None else 0, 0), 2)
    )


def _between_tables(first: Grid, second: Grid) -> list[Finding]:
    """Rows of two tables with the same headers under different headings: a row repeated, not a table printed twice."""
    headers = [c.header for c in first.columns]
    alike = headers == [c.header for c in second.columns] or _columns_of(first) == _columns_of(second)
    if not alike or len(headers) != len(second.columns) or len(headers) < _LEAST_RUN or not any(headers):
        return []
    free = _own(first)
    found, same, base = [], 0, max(_base(first), _base(second))
    least = _LEAST_SURPRISE * (2 if base > 1.0 else 1) + math.log(max(len(first.rows) * len(second.rows), 1.0))
    theirs = _by_triple(second, free)
    for one in first.rows:
        alike_rows = {r: row for triple in _triples(one, free) for r, row in theirs.get(triple, {}).items()}
        for other in alike_rows.values():
            run = _runs(one, other, free)
            held = [v for n in run if (v := one.values[n]) is not None]
            # the bounds only lower a surprise: without them it must do already
            if len(run) < _LEAST_RUN or surprise(held, base=base) < least:
                continue
            if surprise(held, [_common(first, n, one) for n in run], base=base) >= least:
                alike = _same_thing(first, one, second, other)
                same += alike
                if not alike and not _contained(one, other):
                    found.append(_finding(first, one, second, other, run, run))
    return [] if same * 3 > min(len(first.rows), len(second.rows)) else found


_COMPARISON = re.compile(
    r"\b(?:previous|before|last|prior|earlier|latest|current|year to date|ytd|baseline)\b", re.IGNORECASE
)


def _may_coincide(one: Column, other: Column) -> bool:
    """Two periods that may be one: "last year" and "the period before" of a yearly measure."""
    return bool(_COMPARISON.search(one.header) and _COMPARISON.search(other.header)) and not (one.span and other.span)


def _columns_copied(grid: Grid) -> list[Finding]:
    """A column of counts repeated under another header (five rows or more)."""
    counts = [n for n, c in enumerate(grid.columns) if c.role == "count"]
    found = []
    for one, other in combinations(counts, 2):
        pairs = [
            (row, a, b)
            for row in grid.rows
            if not row.total and (a := row.values[one]) is not None and (b := row.values[other]) is not None
        ]
        if (
            not _LEAST_RUN <= len(pairs) <= _MOST_ROWS  # so long a file has one column twice by design
            or any(a.number != b.number for _, a, b in pairs)
            or grid.columns[one].header == grid.columns[other].header
            or _may_coincide(grid.columns[one], grid.columns[other])
        ):
            continue
        if surprise(
            [a for _, a, _ in pairs], [_across(grid, row, counts) for row, _, _ in pairs], base=_base(grid)
        ) >= _LEAST_SURPRISE + math.log(max(len(counts) * (len(counts) - 1) / 2, 1.0)) and not (
            grid.columns[one].total or grid.columns[other].total
        ):
            figures = tuple(f for row, _, _ in pairs for f in (grid.figure(row, one), grid.figure(row, other)))
            said = (
                f"All {len(pairs)} numbers of “{grid.columns[one].header}” are repeated in "
                f"“{grid.columns[other].header}”: {', '.join(a.text for _, a, _ in pairs[:6])} ..."
            )
            found.append(Finding("rows_copied", "error", grid.where(pairs[0][0], grid.columns[other]), figures, said))
    return found


def rows_copied(evidence: Evidence) -> list[Finding]:
    """Rows or blocks of three numbers or more that stand under two labels."""
    found: list[Finding] = []
    for grid in evidence.grids:
        found += _in_table(grid)
        found += _columns_copied(grid)
    for first, second in combinations(evidence.grids, 2):
        if first.table.file == second.table.file and first.heading != second.heading:
            found += _between_tables(first, second)
    return found
