"""What every method found of one effect: a table, and the intervals below each other."""

from __future__ import annotations

import math
from typing import Final

from upstream.assess.finding import Finding
from upstream.assess.ladder import Answer
from upstream.reports.document import Block, Cell, Chart, Column, Row, Table, Text
from upstream.reports.figures import MINUS
from upstream.reports.forest import Drawn, draw_ratios, in_per_cent
from upstream.stats.intervals import Interval

FEWEST: Final = 2
"""Intervals that are worth a picture."""
WHOLE: Final = 10
"""From here on numbers of events are whole: a decimal would be a show."""
TITLE: Final = "The answer, and the checks on it"
NOTE: Final = "The first is the answer, the others are checks on it. Below 0 is fewer."


def results_drawn(answer: Answer, *, public: bool) -> tuple[Block, ...]:
    """The picture with its table; the table alone where fewer than two methods give a change in per cent, and for
    readers who may not see small numbers: a line's ends can be measured more finely than they are printed."""
    table = results_table(answer, public=public)
    ratios = [
        one for one in (answer.main, *answer.checks) if one.ratio is not None and math.isfinite(one.ratio.estimate)
    ]
    if public or len(ratios) < FEWEST:
        return (table,)
    drawn = [Drawn(one.title, one.ratio, 5, first=one is answer.main) for one in ratios if one.ratio is not None]
    said = f"Each line is a method's 95% interval of the change in {answer.main.unit}. {NOTE}"
    wide, narrow = draw_ratios(drawn, "assessment-methods", TITLE, said)
    return (Chart("assessment-methods", TITLE, said, wide, table, ((Text(said),),), narrow=narrow),)


def results_table(answer: Answer, *, public: bool, with_p: bool = False) -> Table:
    """A row a method; ``with_p`` for readers who check."""
    columns = [
        Column("Method", "text", wide=True),
        Column("Change (95% interval)"),
        Column("In numbers (95% interval)"),
    ]
    columns += [Column("p")] if with_p else []
    columns += [Column("How likely it did good", "text", wide=True), Column("Maryland level")]
    rows = tuple(_row(one, public=public, with_p=with_p) for one in (answer.main, *answer.checks))
    # a paper has both: one name a worksheet, and one a landmark
    key = "assessment-results-with-p" if with_p else "assessment-results"
    title = f"The effect by every method that the data carry{', with p' if with_p else ''}"
    return Table(key, title, tuple(columns), rows, ((Text(NOTE),),))


def _row(one: Finding, *, public: bool, with_p: bool) -> Row:
    change = "–" if one.ratio is None else _change(one.ratio)
    number = "–" if one.difference is None or public else _number(one.difference)
    p = (p_in_words(one.p),) if with_p else ()
    words = (one.title, change, number, *p, one.verdict.printed, str(one.maryland.level))
    return Row(tuple(Cell((Text(word),)) for word in words))


def p_in_words(p: float | None) -> str:
    """A p value for a column; never that it is nought."""
    if p is None:
        return "–"
    return "below 0.001" if p < 0.001 else f"{p:.3f}"


def _change(ratio: Interval) -> str:
    def said(value: float) -> str:
        return "–" if not math.isfinite(value) else in_per_cent(value)

    return f"{said(ratio.estimate)} ({said(ratio.lower)} to {said(ratio.upper)})"


def _number(difference: Interval) -> str:
    def said(value: float) -> str:
        decimals = 0 if abs(value) >= WHOLE else 1
        return "–" if not math.isfinite(value) else f"{value:+,.{decimals}f}".replace("-", MINUS)

    return f"{said(difference.estimate)} ({said(difference.lower)} to {said(difference.upper)})"
