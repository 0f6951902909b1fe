"""A funnel plot: each result by its effect and how sure it is, so that a missing side shows; the same as a table."""

from __future__ import annotations

import math
from typing import Final

from upstream.assess.in_words import chance
from upstream.evidence.synthesis import Pool, Row, only_good_news
from upstream.reports.charts import Scale, nice_step
from upstream.reports.document import Block, Bullets, Cell, Chart, Column, Table, Text
from upstream.reports.document import Row as TableRow
from upstream.reports.figures import Figure, FigureUnit, Provenance, figure
from upstream.reports.forest import MARKS, in_per_cent, shortened
from upstream.reports.svg import Drawing
from upstream.stats.distributions import reach
from upstream.stats.intervals import CONFIDENCE

LEFT, RIGHT, TOP, FOOT = 52.0, 20.0, 26.0, 44.0
WIDE: Final = (720.0, 380.0)
NARROW: Final = (340.0, 340.0)
FEWEST: Final = 3
"""Results that a funnel is drawn of: two points have no shape. Ours."""
MOST_NAMED: Final = 12
"""Dots that are named in the picture: the names of more would cover one another."""
SIDES: Final = ("surely fewer", "no change shown", "surely more")


def funnel_blocks(pool: Pool, key: str) -> tuple[Block, ...]:
    """The plot with its table, and what it says; nothing of fewer than three results."""
    if len(pool.rows) < FEWEST:
        return ()
    title = "Results by what they found and how sure they are"
    said = (
        "Each dot is a result: left is a larger reduction, higher is surer. Chance alone keeps 95 in 100 between the "
        "sloping lines. A side that is empty low down is news that may not have been filed."
    )
    wide = draw_funnel(pool, f"{key}-funnel", title, said)
    narrow = draw_funnel(pool, f"{key}-funnel-narrow", title, said, NARROW)
    return (
        Chart(f"{key}-funnel", title, said, wide, _table(pool, key), ((Text(said),),), narrow=narrow),
        Bullets(tuple((Text(one),) for one in said_of_funnel(pool)), "What the funnel says"),
    )


def said_of_funnel(pool: Pool) -> list[str]:
    """How many results lie on each side, and Egger's test or why it is not made."""
    fewer, none, more = (sum(side_of(row) == side for row in pool.rows) for side in SIDES)
    said = [
        f"Of {len(pool.rows)} results {fewer} show surely fewer, {more} surely more, and {none} no change that is "
        "sure. Each counts by how sure it is, never by what it says.",
        only_good_news(pool),
    ]
    if pool.asymmetry_p is not None:
        said.append(
            f"Egger's regression: {chance(pool.asymmetry_p)}. Small places may also differ for a reason of their own, "
            "such as being easier to work with."
        )
    return said


def side_of(row: Row) -> str:
    """Which side of no change a result surely lies on."""
    if row.ratio.upper < 1:
        return SIDES[0]
    return SIDES[2] if row.ratio.lower > 1 else SIDES[1]


def error_of(row: Row) -> float:
    """Standard error of the log ratio, from its interval."""
    return math.log(row.ratio.upper / row.ratio.lower) / (2 * reach(row.ratio.confidence))


def draw_funnel(pool: Pool, key: str, title: str, description: str, size: tuple[float, float] = WIDE) -> str:
    """Effect across on the log scale, standard error down, the pool's line with where chance would keep results."""
    page = Drawing(*size)
    errors = [error_of(row) for row in pool.rows]
    deep = max(errors) * 1.08
    aside = reach(CONFIDENCE) * deep
    middle = math.log(pool.ratio.estimate)
    logs = [math.log(row.ratio.estimate) for row in pool.rows]
    across = Scale(min(*logs, middle - aside, -0.1), max(*logs, middle + aside, 0.1), LEFT, page.width - RIGHT)
    down = Scale(0.0, deep, TOP, page.height - FOOT)
    _axes(page, across, down)
    tip = (across.y(middle), down.y(0.0))
    feet = [(across.y(middle + side * aside), down.y(deep)) for side in (-1, 1)]
    page.path("c-limit", [feet[0], tip, feet[1]])
    page.line("c-axis", tip[0], tip[1], tip[0], down.y(deep))
    page.text("t-soft h", tip[0] + 6, TOP + 16, f"all together {in_per_cent(pool.ratio.estimate)}")
    for row, log, error in zip(pool.rows, logs, errors, strict=True):
        page.dot("c-dot", across.y(log), down.y(error), 5)
        if len(pool.rows) <= MOST_NAMED:
            left = across.y(log) > page.width * 0.6
            page.text(
                "t-ink h", across.y(log) + (-9 if left else 9), down.y(error) + 4, shortened(row.name, 12, 150),
                anchor="end" if left else "start",
            )  # fmt: skip
    page.text("t-soft", 4, 16, "Standard error of the log ratio: surer results above")
    page.text("t-soft", LEFT, page.height - 6, "← fewer")
    page.text("t-soft", page.width - RIGHT, page.height - 6, "more →", anchor="end")
    return page.svg(key, title, description)


def _axes(page: Drawing, across: Scale, down: Scale) -> None:
    for mark in MARKS:
        if across.low <= math.log(mark) <= across.high:
            x = across.y(math.log(mark))
            page.line("c-axis" if mark == 1 else "c-grid", x, TOP, x, page.height - FOOT)
            page.text("t-soft", x, page.height - FOOT + 18, in_per_cent(mark), anchor="middle")
    step = nice_step(down.high, 4)
    for at in range(int(down.high / step) + 1):
        y = down.y(at * step)
        page.line("c-grid", LEFT, y, page.width - RIGHT, y)
        page.text("t-soft", LEFT - 8, y + 4, f"{at * step:g}", anchor="end")


def _table(pool: Pool, key: str) -> Table:
    def cell(value: float, row: Row, quantity: str) -> Cell:
        unit: FigureUnit = "percent" if quantity == "change" else "ratio"
        made: Figure = figure(
            value, unit, Provenance("evidence", key, row.name, quantity), decimals=0 if unit == "percent" else 2
        )
        return Cell((made,))

    rows = tuple(
        TableRow(
            (
                Cell((Text(row.name),)),
                cell(100 * (row.ratio.estimate - 1), row, "change"),
                cell(error_of(row), row, "standard error"),
                Cell((Text(side_of(row)),)),
                Cell((Text(str(row.level or "not known")),)),
            )
        )
        for row in sorted(pool.rows, key=error_of)
    )
    columns = (
        Column("Result", "text"), Column("Change"), Column("Standard error"), Column("Shows", "text"), Column("Level"),
    )  # fmt: skip
    return Table(f"{key}-funnel-table", "Results, the surest first", columns, rows)
