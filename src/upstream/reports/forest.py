"""A forest plot: each result with its interval, the pool below, and the same as a table."""

from __future__ import annotations

import math

from upstream.evidence.synthesis import Pool, Row
from upstream.reports.charts import Scale
from upstream.reports.document import Block, Bullets, Cell, Chart, Column, Runs, Table, Text
from upstream.reports.document import Row as TableRow
from upstream.reports.figures import Provenance, figure
from upstream.reports.svg import Drawing
from upstream.stats.intervals import Interval

ROW_HEIGHT, LEFT, WIDTH, TOP, FOOT = 30.0, 190.0, 720.0, 8.0, 34.0
MARKS = (0.1, 0.2, 0.5, 0.8, 1.0, 1.25, 2.0, 5.0, 10.0)
"""Ratios that may be marked below the plot, a step as long either way on the log scale."""


def forest_blocks(pool: Pool, key: str) -> tuple[Block, ...]:
    """The plot, its table, and what the pool says."""
    title = "Every result, and all of them together"
    said = "Each line is a result's interval; left of 0% is a reduction. The last line is all of them together."
    return (
        Chart(f"{key}-forest", title, said, draw_forest(pool, f"{key}-forest", title, said), _table(pool, key)),
        Bullets(tuple((Text(one),) for one in pool.sentences), "What they say together"),
    )


def draw_forest(pool: Pool, key: str, title: str, description: str) -> str:
    """Rows as lines with a dot that grows with the weight; on the log scale, so that half and double lie as far out."""
    page = Drawing(WIDTH, TOP + ROW_HEIGHT * (len(pool.rows) + 1) + FOOT)
    intervals = [row.ratio for row in pool.rows] + [pool.ratio]
    low = min(*(one.lower for one in intervals), 0.8)
    high = max(*(one.upper for one in intervals), 1.25)
    across = Scale(math.log(low), math.log(high), LEFT, WIDTH - 24)
    floor = TOP + ROW_HEIGHT * (len(pool.rows) + 1)
    for mark in (one for one in MARKS if low <= one <= high):
        x = across.y(math.log(mark))
        page.line("c-axis" if mark == 1 else "c-grid", x, TOP, x, floor)
        page.text("t-soft", x, floor + 18, f"{100 * (mark - 1):+.0f}%" if mark != 1 else "0%", anchor="middle")
    for at, row in enumerate(pool.rows):
        _row(page, row.name, row.ratio, TOP + ROW_HEIGHT * (at + 0.5), across, 3 + 5 * math.sqrt(row.weight), "c-dot")
    _row(page, "All together", pool.ratio, floor - ROW_HEIGHT / 2, across, 7, "c-flag")
    return page.svg(key, title, description)


def _row(page: Drawing, name: str, ratio: Interval, y: float, across: Scale, size: float, kind: str) -> None:
    page.text("t-ink", LEFT - 12, y + 4, name[:28], size=13, anchor="end", bold=kind == "c-flag")
    page.line("c-interval", across.y(math.log(ratio.lower)), y, across.y(math.log(ratio.upper)), y)
    page.dot(kind, across.y(math.log(ratio.estimate)), y, size)


def _table(pool: Pool, key: str) -> Table:
    columns = (
        Column("Result", "text"),
        Column("From", "text"),
        Column("Change"),
        Column("Lowest"),
        Column("Highest"),
        Column("Share"),
        Column("Level"),
    )
    rows = [
        TableRow(_cells(row.name, row.ratio, key, "here" if row.local else "published") + _weight(row, key))
        for row in pool.rows
    ]
    none = (Cell((Text("100%"),)), Cell((Text("–"),)))
    rows.append(TableRow(_cells("All together", pool.ratio, key) + none))
    if pool.prediction is not None:
        spread = (Cell((Text("–"),)), Cell((Text("–"),)))
        rows.append(TableRow(_cells("A new place like these", pool.prediction, key) + spread))
    return Table(f"{key}-results", "Results in per cent; below 0 is a reduction", columns, tuple(rows))


def _cells(name: str, ratio: Interval, key: str, source: str = "–") -> tuple[Cell, ...]:
    def change(value: float, quantity: str) -> Runs:
        return (figure(100 * (value - 1), "percent", Provenance("evidence", key, name, quantity), decimals=0),)

    values = ((ratio.estimate, "estimate"), (ratio.lower, "lower"), (ratio.upper, "upper"))
    return (Cell((Text(name),)), Cell((Text(source),)), *(Cell(change(value, quantity)) for value, quantity in values))


def _weight(row: Row, key: str) -> tuple[Cell, ...]:
    share = figure(100 * row.weight, "percent", Provenance("evidence", key, row.name, "weight"), decimals=0)
    return (Cell((share,)), Cell((Text(str(row.level or "not known")),)))
