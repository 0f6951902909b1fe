"""The axes of tables along which numbers add up: rows, columns, and tables laid out alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable

from upstream.reports.check.findings import Where
from upstream.reports.check.grids import Grid
from upstream.reports.check.labels import is_average, is_total, key
from upstream.reports.check.numbers import Value
from upstream.reports.check.rules.additions import Item

Place = Callable[[int, Hashable], tuple[Where, str]]
# rows that repeat a share of the row above, or are no sum of anything
NO_PART = re.compile(
    r"^\W*(?:of (?:which|these|whom|those)|including|incl\.?|excluding|excl\.?|thereof|memo)\b", re.IGNORECASE
)


def over_rows(grid: Grid, dimension: int) -> tuple[list[Item], Place]:
    """Items of one label column; positions are the other labels with each additive column."""
    additive = [n for n, c in enumerate(grid.columns) if c.additive and not is_average(c.header)]
    counts = [n for n in additive if grid.columns[n].role == "count"]
    # a difference follows from the counts beside it and says nothing more
    additive = counts if len(counts) > 1 else additive
    order: dict[str, dict[Hashable, Value]] = {}
    at: dict[tuple[str, Hashable], tuple[int, int]] = {}
    for r, row in enumerate(grid.rows):
        if any(NO_PART.search(k) or is_average(k) for k in row.keys):
            continue
        label = row.keys[dimension] if row.keys else f"row {r}"
        rest = tuple(k for n, k in enumerate(row.keys) if n != dimension)
        held = order.setdefault(label if label not in order or len(grid.key_names) > 1 else f"{label} ({r})", {})
        name = next(reversed(order)) if held is order[next(reversed(order))] else label
        for n in additive:
            if (value := row.values[n]) is not None:
                held[rest, n] = value
                at[name, (rest, n)] = (r, n)
    names = list(order)
    items = [Item(name, is_total(name), values) for name, values in order.items()]

    def place(whole: int, position: Hashable) -> tuple[Where, str]:
        r, n = at[names[whole], position]
        rest = " / ".join(k for m, k in enumerate(grid.rows[r].keys) if m != dimension and k)
        return grid.where(grid.rows[r], grid.columns[n]), ", ".join(p for p in (rest, grid.columns[n].header) if p)

    return items, place


def over_columns(grid: Grid) -> tuple[list[Item], Place]:
    """Items are the additive columns; positions the rows."""
    additive = [n for n, c in enumerate(grid.columns) if c.role == "count" and not is_average(c.header)]
    headers = [grid.columns[n].header for n in additive]
    shared = [frozenset(key(h)) for h in headers]
    items = []
    for n, words in zip(additive, shared, strict=True):
        column = grid.columns[n]
        group = _group(words, shared)
        # a row of per cents in a turned table adds up to nothing
        values: dict[Hashable, Value] = {
            r: v
            for r, row in enumerate(grid.rows)
            if (v := row.values[n]) is not None and not v.percent and not is_average(row.label)
        }
        items.append(
            Item(column.header or f"column {column.index + 1}", column.total or column.cumulative, values, group)
        )

    def place(whole: int, position: Hashable) -> tuple[Where, str]:
        row = grid.rows[position] if isinstance(position, int) else grid.rows[0]
        return grid.where(row, grid.columns[additive[whole]]), row.label or f"row {row.index + 1}"

    return items, place


def _group(words: frozenset[str], all_words: list[frozenset[str]]) -> frozenset[str]:
    """The words of a header that others share but not all: "No. of officers" under several bands."""
    common = frozenset.intersection(*all_words) if all_words else frozenset()
    return frozenset(w for w in words - common if 1 < sum(w in others for others in all_words) < len(all_words)) - {
        "total"
    }


def over_tables(family: list[Grid]) -> tuple[list[Item], dict[tuple[int, Hashable], tuple[Grid, int, int]]]:
    """Items are tables laid out alike; positions (row, header), with the grid, row and column of each."""
    items = []
    at: dict[tuple[int, Hashable], tuple[Grid, int, int]] = {}
    for g, grid in enumerate(family):
        values: dict[Hashable, Value] = {}
        for r, row in enumerate(grid.rows):
            for n, column in enumerate(grid.columns):
                value = row.values[n]
                if value is not None and column.additive and not is_average(column.header) and column.header:
                    position = (key(row.label), column.header.lower())
                    values[position] = value
                    at[g, position] = (grid, r, n)
        items.append(Item(grid.table.name, is_total(grid.table.title), values))
    return items, at


def families(grids: tuple[Grid, ...]) -> list[list[Grid]]:
    """Tables that share most row labels and at least one header of counts; three or more."""
    families: list[list[Grid]] = []
    for grid in grids:
        rows = {key(r.label) for r in grid.rows}
        if len(rows) < 3:
            continue
        headers = {c.header.lower() for c in grid.columns if c.additive and c.header}
        for family in families:
            first = {key(r.label) for r in family[0].rows}
            theirs = {c.header.lower() for c in family[0].columns if c.additive and c.header}
            if 2 * len(rows & first) > min(len(rows), len(first)) and headers & theirs:
                family.append(grid)
                break
        else:
            families.append([grid])
    return [f for f in families if len(f) >= 3]
