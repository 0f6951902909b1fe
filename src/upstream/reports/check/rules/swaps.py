"""Two values interchanged: both places contradict something, and exchanging them mends both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.grids import Grid, Row
from upstream.reports.check.numbers import Value
from upstream.reports.check.rules.additions import relations_among
from upstream.reports.check.rules.axes import families, over_columns, over_rows, over_tables
from upstream.reports.check.rules.exchanges import exchange_in
from upstream.reports.check.rules.limit_columns import Limits, limits_of, side
from upstream.reports.check.rules.percents import Source, chosen, pair_of, rate_holds, rate_source
from upstream.reports.check.rules.percents import holds as percent_holds

Constraint = Callable[[Row], bool]
_MOST_BROKEN = 40
_LEAST_SHARE = 0.4
_SMALL = 10


def _percent_constraint(at: int, source: Source, kind: str) -> Constraint:
    def holds(row: Row) -> bool:
        printed, pair = row.values[at], pair_of(row, source)
        return printed is None or pair is None or row is source.total or percent_holds(printed, *pair, kind)

    return holds


def _rate_constraint(at: int, source: tuple[int, int, float]) -> Constraint:
    return lambda row: rate_holds(row, at, source) is not False


def _limit_constraint(limits: Limits) -> Constraint:
    """Broken only far outside: by more than the width of the limits."""

    def holds(row: Row) -> bool:
        value, upper = row.values[limits.value], row.values[limits.upper]
        lower = row.values[limits.lower] if limits.lower is not None else None
        if value is None or upper is None or lower is None or not side(row, limits):
            return True
        width = max(upper.number - lower.number, 1.0)
        return lower.number - width <= value.number <= upper.number + width

    return holds


def _sum_constraints(grid: Grid) -> list[Constraint]:
    """Row totals: the columns whose sum another column is, relation_of on one row."""
    items, _ = over_columns(grid)
    additive = [n for n, c in enumerate(grid.columns) if c.role == "count"]
    by_name = {grid.columns[n].header or f"column {grid.columns[n].index + 1}": n for n in additive}
    constraints: list[Constraint] = []
    for relation in relations_among(items, rounded=grid.rounded):
        whole = by_name.get(items[relation.whole].label)
        parts = [by_name.get(items[p].label) for p in relation.parts]

        def holds(row: Row, whole: int | None = whole, parts: list[int | None] = parts) -> bool:
            total = row.values[whole] if whole is not None else None
            held = [row.values[p] for p in parts if p is not None]
            if total is None or any(v is None for v in held):
                return True
            known = [v for v in held if v is not None]
            slack = sum(v.half for v in [*known, total] if v.decimals)
            return abs(sum(v.number for v in known) - total.number) <= slack + 1e-9

        constraints.append(holds)
    return constraints


def _constraints(grid: Grid) -> tuple[list[Constraint], list[Constraint]]:
    """What every row must hold to by its own arithmetic, and by its limits."""
    found = _sum_constraints(grid)
    for at, column in enumerate(grid.columns):
        kind = {"percent_change": "change", "difference": "difference", "percent": "share"}.get(column.role)
        # two rows interchanged are two that do not fit, in a small table half of all
        source = chosen(grid, at, kind, share=_LEAST_SHARE) if kind else None
        if source is not None and kind is not None:
            found.append(_percent_constraint(at, source, kind))
    for at, column in enumerate(grid.columns):
        rate = rate_source(grid, at) if column.role in {"average", "ratio"} else None
        if rate is not None:
            found.append(_rate_constraint(at, rate))
    limits = limits_of(grid)
    inside = [_limit_constraint(limits)] if limits is not None and limits.lower is not None else []
    return found, inside


def _exchange(one: Row, other: Row, at: tuple[int, ...]) -> tuple[Row, Row]:
    def swapped(row: Row, source: Row) -> Row:
        return replace(row, values=tuple(source.values[n] if n in at else v for n, v in enumerate(row.values)))

    return swapped(one, other), swapped(other, one)


def _tells(one: Row, other: Row, at: tuple[int, ...]) -> bool:
    """Whether the values exchanged are not so small that chance could do it."""
    return any(abs(v.number) >= _SMALL for row in (one, other) for n in at if (v := row.values[n]) is not None)


def _within_rows(grid: Grid) -> list[Finding]:
    arithmetic, limits = _constraints(grid)
    constraints = [*arithmetic, *limits]
    # a volume outside its limits is no contradiction: limits only choose among exchanges that mend a sum
    broken = [row for row in grid.rows if not row.total and not all(holds(row) for holds in arithmetic)]
    if not arithmetic or not 2 <= len(broken) <= _MOST_BROKEN or grid.rounded:
        return []
    counts = tuple(n for n, c in enumerate(grid.columns) if c.role == "count")
    tries = [(n,) for n in range(len(grid.columns))] + ([counts] if len(counts) > 1 else [])
    found = []
    for one, other in combinations(broken, 2):
        for at in tries:
            if (
                not _tells(one, other, at)
                or any(one.values[n] is None or other.values[n] is None for n in at)
                or all(_number(one, n) == _number(other, n) for n in at)
            ):
                continue
            mended = _exchange(one, other, at)
            if all(holds(row) for row in mended for holds in constraints):
                found.append(_finding(grid, one, other, at))
                break
    return found


def _number(row: Row, at: int) -> float | None:
    value: Value | None = row.values[at]
    return None if value is None else value.number


def _finding(grid: Grid, one: Row, other: Row, at: tuple[int, ...]) -> Finding:
    figures = tuple(f for n in at for f in (grid.figure(one, n), grid.figure(other, n)))
    named = ", ".join(f"“{grid.columns[n].header}”" for n in at[:4])
    printed = "; ".join(f"{f.what} {f.printed}" for f in figures[:4])
    arithmetic = f"{named}: {printed}. Each contradicts its own row; exchanged, both rows hold."
    return Finding("rows_swapped", "error", grid.where(one, grid.columns[at[0]]), figures, arithmetic)


def _by_sums(grid: Grid) -> list[Finding]:
    """Two numbers of a table interchanged: two sums fail and exchanging the numbers mends both."""
    found = []
    for axis in (over_rows(grid, 0), over_columns(grid)) if len(grid.key_names) <= 1 else ():
        items, place = axis
        exchanged = None if grid.rounded else exchange_in(items)
        if exchanged is not None:
            change, _, _ = exchanged
            cells = [
                (*place(change.at, position), items[change.at].label, items[change.at].values[position])
                for pair in change.places
                for position in pair
            ]
            found.append(_exchanged(cells))
    return found


def _by_tables(grids: tuple[Grid, ...]) -> list[Finding]:
    """Two rows (or columns) of one table interchanged, where the tables of the areas add up to that of the whole."""
    found = []
    for family in families(grids):
        items, at = over_tables(family)
        exchanged = None if family[0].rounded else exchange_in(items, whole_only=True)
        if exchanged is None:
            continue
        change, _, _ = exchanged
        cells = []
        for pair in change.places:
            for position in pair:
                grid, r, n = at[change.at, position]
                where = grid.where(grid.rows[r], grid.columns[n])
                what = f"{grid.rows[r].label}, {grid.columns[n].header}"
                cells.append((where, what, items[change.at].label, items[change.at].values[position]))
        found.append(_exchanged(cells))
    return found


def _exchanged(cells: list[tuple[Where, str, str, Value]]) -> Finding:
    figures = tuple(Figure(f"{label}, {what}", value.text, value.number) for _, what, label, value in cells)
    printed = "; ".join(f"{f.what} {f.printed}" for f in figures[:4])
    said = f"{printed}. The sums of both fail by just their difference; exchanged, all hold."
    return Finding("rows_swapped", "error", cells[0][0], figures, said)


def rows_swapped(evidence: Evidence) -> list[Finding]:
    """Values of two rows (or two columns of a row) interchanged, seen through sums, per cents and limits."""
    found: list[Finding] = []
    for grid in evidence.grids:
        found += _within_rows(grid)
        found += _by_sums(grid)
    for grids in evidence.documents():
        found += _by_tables(grids)
    return found
