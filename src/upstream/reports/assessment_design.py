"""A design as blocks of a document: what would be seen, what comes by itself, what to compare with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from upstream.assess.design import Curve, Planned, by_itself_in_words
from upstream.reports.charts import Scale
from upstream.reports.document import Block, Callout, Cell, Chart, Column, Facts, Row, Table, Text
from upstream.reports.figures import Provenance, figure
from upstream.reports.svg import Drawing

HEIGHT, LEFT, TOP, FOOT = 290.0, 48.0, 30.0, 36.0
WIDE: Final = (720.0, 180.0)
"""Width of the picture, and of it what the lines' names take."""
NARROW: Final = (340.0, 24.0)
LINES: Final = ("c-value", "c-trend")
LIKELY: Final = "80 times in 100"
ENOUGH: Final = 0.8
GRID: Final = 25
WHOLE: Final = 100


@dataclass(frozen=True, slots=True)
class ShownDesign:
    """A design for a reader: what is counted, how often, where, whether small numbers are withheld, and how many months
    it takes to come in."""

    planned: Planned
    outcome: str
    counted: int
    months: int
    place: str
    tables: tuple[tuple[str, int], ...]
    public: bool = False
    phase_in: int = 0

    @property
    def counted_from(self) -> str:
        """When the months of the power curve begin."""
        return "it is fully running" if self.phase_in else "it begins"


def design_blocks(shown: ShownDesign) -> tuple[Block, ...]:
    """Everything but the candidates, which a page lets people choose from."""
    title = "What would this design show?"
    blocks: list[Block] = [Callout("answer", title, (Text(in_a_sentence(shown.planned.curves)),)), _facts(shown)]
    blocks.append(_chart(shown))
    if shown.planned.by_itself is None:
        blocks.append(Callout("note", "What comes by itself is not known", (Text(shown.planned.why_not),)))
    elif not shown.public:
        said = by_itself_in_words(shown.planned.by_itself, shown.outcome)
        title = "It looks chosen for a bad time" if said.warns else "What comes by itself"
        blocks.append(Callout("warning" if said.warns else "note", title, (Text(said.words),)))
    return tuple(blocks)


def _facts(shown: ShownDesign) -> Facts:
    rate = shown.counted / shown.months
    counted = f"{shown.counted:,} {shown.outcome} in {shown.months} months, {rate:,.1f} a month"
    rows = [] if shown.public else [("Counted before", counted)]
    rows += [(_against(curve), _seen(curve)) for curve in shown.planned.curves]
    return Facts(tuple((name, (Text(words),)) for name, words in rows))


def _against(curve: Curve) -> str:
    if not curve.compared:
        return "Before and after alone"
    return "Against one place" if len(curve.compared) == 1 else f"Against {len(curve.compared)} places together"


def _seen(curve: Curve) -> str:
    last = curve.seen[-1]
    if math.isnan(last.chance):
        return "Nothing can be said: too little is counted."
    small = "no fall, however large," if last.smallest is None else f"a fall of {100 * last.smallest:.0f}% or more"
    return (
        f"After {last.months} months {small} is likely ({LIKELY}) to be seen. A fall of {100 * curve.effect:.0f}%, as "
        f"hoped for, would be seen {100 * last.chance:.0f} times in 100."
    )


def in_a_sentence(curves: tuple[Curve, ...]) -> str:
    """Whether the fall hoped for is likely to be seen in the time looked at, by the best comparison there is."""
    known = [curve for curve in curves if not math.isnan(curve.seen[-1].chance)]
    if not known:
        return "Nothing: too little is counted there."
    best = max(known, key=lambda curve: curve.seen[-1].chance)
    last = best.seen[-1]
    hoped = f"a fall of {100 * best.effect:.0f}%"
    chance = f"{100 * last.chance:.0f} times in 100 after {last.months} months"
    if last.chance >= ENOUGH:
        return f"Yes: {hoped} is likely to be seen ({chance})."
    likely = (
        "No fall is large enough"
        if last.smallest is None
        else f"Only {100 * last.smallest:.0f}% or more is large enough"
    )
    return f"Too little: {hoped} would be seen only {chance}. {likely} to be likely seen. Count more, or for longer."


def _chart(shown: ShownDesign) -> Chart | Table:
    title = f"The smallest fall that is likely to be seen, by months after {shown.counted_from}"
    said = f"A fall as large as the line or larger would be seen {LIKELY}. The table has the same figures."
    curves = shown.planned.curves
    if all(one.smallest is None for curve in curves for one in curve.seen):
        return _table(shown, title)  # an empty picture tells nothing
    wide, narrow = (
        _draw(curves, key, title, said, *of) for key, *of in (("design-power", *WIDE), ("design-power-narrow", *NARROW))
    )
    return Chart("design-power", title, said, wide, _table(shown, title), narrow=narrow)


def _table(shown: ShownDesign, title: str) -> Table:
    def per_cent(value: float | None, period: str, quantity: str) -> Cell:
        source = Provenance("design", shown.place, period, quantity, shown.tables)
        known = value is not None and math.isfinite(value)
        return Cell(
            (
                figure(
                    100 * value if known and value is not None else None, "percent", source, decimals=0, absent="none"
                ),
            )
        )

    columns = [Column("Months after", "text")]
    for curve in shown.planned.curves:
        columns += [Column(f"{_against(curve)}: smallest fall"), Column(f"Chance to see {100 * curve.effect:.0f}%")]
    rows = []
    for at, first in enumerate(shown.planned.curves[0].seen):
        cells = [Cell((Text(str(first.months)),))]
        for curve in shown.planned.curves:
            one = curve.seen[at]
            cells += [
                per_cent(one.smallest, f"{one.months} months", f"smallest fall, {_against(curve)}"),
                per_cent(one.chance, f"{one.months} months", f"chance, {_against(curve)}"),
            ]
        rows.append(Row(tuple(cells)))
    return Table("design-power-figures", title, tuple(columns), tuple(rows))


def _draw(curves: tuple[Curve, ...], key: str, title: str, said: str, width: float, right: float) -> str:
    """The lines are named where they end; on a telephone over them."""
    page = Drawing(width, HEIGHT)
    floor, end, top = HEIGHT - FOOT, width - right, TOP if width == WIDE[0] else TOP + 20 * len(curves)
    months = [one.months for one in curves[0].seen]
    up, along = Scale(0, WHOLE, floor, top), Scale(0, months[-1], LEFT, end)
    page.text("t-soft", 4, 16, "Smallest fall likely to be seen", size=13)
    for mark in range(0, WHOLE + 1, GRID):
        page.line("c-axis" if not mark else "c-grid", LEFT, up.y(mark), end, up.y(mark))
        page.text("t-soft", LEFT - 8, up.y(mark) + 4, f"{mark}%", anchor="end")
    for month in months:
        page.text("t-soft", along.y(month), floor + 20, f"{month} months", anchor="middle" if right > 30 else "end")
    below = -math.inf
    for at, (curve, kind) in enumerate(zip(curves, LINES, strict=False)):
        points = [(along.y(one.months), up.y(100 * one.smallest)) for one in curve.seen if one.smallest is not None]
        page.path(kind, points)
        for x, y in points:
            page.dot("c-dot", x, y, 3.5)
        if width != WIDE[0]:
            page.path(kind, [(4, 32 + 20 * at), (32, 32 + 20 * at)])
            page.text("t-ink", 40, 36 + 20 * at, _short(curve), size=13)
        elif points:
            below = max(points[-1][1] + 4, below + 18) if abs(points[-1][1] - below) < 18 else points[-1][1] + 4
            page.text("t-ink", end + 10, below, _short(curve), size=13)
    return page.svg(key, title, said)


def _short(curve: Curve) -> str:
    return "beside the comparison" if curve.compared else "before and after"
