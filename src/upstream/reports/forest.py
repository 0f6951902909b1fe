"""A forest plot: each result with its interval, the pool below, and the same as a table."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from upstream.evidence.synthesis import Pool, Row
from upstream.reports.charts import Scale
from upstream.reports.document import Block, Bullets, Cell, Chart, Column, Runs, Table, Text
from upstream.reports.document import Row as TableRow
from upstream.reports.figures import MINUS, Provenance, figure
from upstream.reports.svg import Drawing, width_of
from upstream.stats.intervals import Interval

MARKS = (0.1, 0.2, 0.5, 0.8, 1.0, 1.25, 2.0, 5.0, 10.0)
"""Ratios that may be marked below the plot, a step as long either way on the log scale."""
WIDTH, TOP, FOOT, END, ROW_HEIGHT = 780.0, 8.0, 50.0, 190.0, 30.0
NARROW_WIDTH, NARROW_ROW = 340.0, 62.0
MOST_NAME = 345.0
"""Pixels that a name may take before it is cut: the table has it whole."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A line of the plot: its name, effect with interval, radius of its dot, and whether it is the one to read."""

    name: str
    ratio: Interval
    size: float = 5.0
    first: bool = False


def of_per_cent(name: str, change: float, lower: float, upper: float) -> Drawn:
    """A line from changes in per cent, to the whole per cent in which they are printed: measured, it says no more."""
    return Drawn(name, Interval(*(1 + round(value) / 100 for value in (change, lower, upper))))


def forest_blocks(pool: Pool, key: str) -> tuple[Block, ...]:
    """The plot, its table, and what the pool says."""
    title = "Every result, and all of them together"
    said = "Each line is a result's interval; left of 0% is a reduction. The last line is all of them together."
    drawn = [Drawn(row.name, row.ratio, 3 + 5 * math.sqrt(row.weight)) for row in pool.rows]
    drawn.append(Drawn("All together", pool.ratio, 7, first=True))
    wide, narrow = draw_ratios(drawn, f"{key}-forest", title, said)
    return (
        Chart(f"{key}-forest", title, said, wide, _table(pool, key), narrow=narrow),
        Bullets(tuple((Text(one),) for one in pool.sentences), "What they say together"),
    )


def draw_ratios(drawn: Sequence[Drawn], key: str, title: str, description: str) -> tuple[str, str]:
    """The plot, wide and narrow: a line an interval, on the log scale, so that half and double lie as far out."""
    names = max((width_of(one.name, 13) for one in drawn), default=0.0)
    left = min(names * 1.25 + 24, MOST_NAME)
    wide = _draw(drawn, Drawing(WIDTH, TOP + ROW_HEIGHT * len(drawn) + FOOT), left, WIDTH - END, ROW_HEIGHT)
    thin = Drawing(NARROW_WIDTH, TOP + NARROW_ROW * len(drawn) + FOOT)
    narrow = _draw(drawn, thin, 16, NARROW_WIDTH - 16, NARROW_ROW)
    return wide.svg(key, title, description), narrow.svg(f"{key}-narrow", title, description)


def _draw(drawn: Sequence[Drawn], page: Drawing, left: float, right: float, high: float) -> Drawing:
    across = _across([one.ratio for one in drawn], left, right)
    floor = page.height - FOOT
    _axis(page, across, floor)
    for at, one in enumerate(drawn):
        _row(page, one, TOP + high * at, high, across)
    page.text("t-soft", left, floor + 40, "← fewer")
    page.text("t-soft", right, floor + 40, "more →", anchor="end")
    return page


def _across(ratios: Sequence[Interval], left: float, right: float) -> Scale:
    """From the lowest end to the highest, ten times either way at the most: what lies further out stops at the edge."""
    low = max(min(*(one.lower for one in ratios), 0.8), MARKS[0] / 2)
    high = min(max(*(one.upper for one in ratios), 1.25), MARKS[-1] * 2)
    return Scale(math.log(low), math.log(high), left, right)


def _axis(page: Drawing, across: Scale, floor: float) -> None:
    last = -math.inf
    for mark in (one for one in MARKS if across.low <= math.log(one) <= across.high):
        x = across.y(math.log(mark))
        page.line("c-axis" if mark == 1 else "c-grid", x, TOP, x, floor)
        words = in_per_cent(mark)
        if x - last > width_of(words, 12) + 14:
            page.text("t-soft", x, floor + 18, words, anchor="middle")
            last = x


def _row(page: Drawing, one: Drawn, top: float, high: float, across: Scale) -> None:
    """Beside its name and figures where there is room, else under them."""
    narrow = page.width == NARROW_WIDTH
    y = top + (high - 18 if narrow else high / 2)
    figures = f"{in_per_cent(one.ratio.estimate)} ({in_per_cent(one.ratio.lower)} to {in_per_cent(one.ratio.upper)})"
    if narrow:
        name = shortened(one.name, 12, page.width - 4)  # long names are of narrower letters than is reckoned
        page.text("t-ink h", 2, top + 16, name, size=13, bold=True)
        page.text("t-soft h", 2, top + 33, figures, size=13)
    else:
        name = shortened(one.name, 13, across.bottom - 14)
        page.text("t-ink", across.bottom - 14, y + 4, name, size=13, anchor="end", bold=one.first)
        page.text("t-ink" if one.first else "t-soft", across.top + 14, y + 4, figures, size=12.5, bold=one.first)

    def x(ratio: float) -> float:
        return across.y(min(max(math.log(max(ratio, 1e-9)), across.low), across.high))

    page.line("c-interval", x(one.ratio.lower), y, x(one.ratio.upper), y)
    middle = x(one.ratio.estimate)
    if one.first:  # told apart by shape
        size = one.size + 2
        page.path(
            "c-dot", [(middle - size, y), (middle, y - size), (middle + size, y), (middle, y + size)], closed=True
        )
    else:
        page.dot("c-dot", middle, y, one.size)


def shortened(words: str, size: float, room: float) -> str:
    """Words cut to the room there is, with a sign that they were."""
    most = int(room / width_of("m", size))
    return words if len(words) <= most else f"{words[: most - 1].rstrip(' ,')}…"


def in_per_cent(ratio: float) -> str:
    """A ratio as a change: "−20%", "0%", "+25%"."""
    if math.isinf(ratio):
        return "no limit"
    said = f"{100 * (ratio - 1):+.0f}%"
    return "0%" if said in ("+0%", "-0%") else said.replace("-", MINUS)


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
