"""The worth of an effect as blocks: what was avoided, pounds and days, whose, and what was assumed."""

from __future__ import annotations

from typing import Final

from upstream.assess.answer_value import Valued, range_of
from upstream.assess.value import NOT_SPLIT, Worth
from upstream.assess.worth_words import assumed, number, pounds, said_of_worth, span
from upstream.reports.document import Block, Bullets, Callout, Cell, Column, Row, Runs, Table, Text
from upstream.reports.figures import FigureUnit, Provenance, figure
from upstream.stats.intervals import Interval

NOT_CASH: Final = "Pounds to society as a whole, not a saving that a budget would see."


def worth_blocks(made: Valued, unit: str, place: str) -> tuple[Block, ...]:
    """The table of worth, the words, and what was assumed."""
    main = made.main
    said = [one for one in said_of_worth(main, unit) if one not in set(assumed(main))]
    blocks: list[Block] = [_table(main, unit, place), Bullets(tuple((Text(one),) for one in said), "In words")]
    span_of = range_of(made.others)
    if span_of is not None:
        words = f"By the other methods that compared, it was worth from {pounds(span_of[0])} to {pounds(span_of[1])}."
        blocks.append(Callout("note", "The other methods", (Text(words),)))
    blocks.append(Bullets(tuple((Text(one),) for one in assumed(main)), "What the worth rests on"))
    return tuple(blocks)


def worth_in_a_line(main: Worth, unit: str) -> str:
    """The worth in one sentence, for a list."""
    returned = "" if main.returned is None else f"; for each pound spent £{main.returned.estimate:,.2f}"
    return f"{number(main.avoided.estimate)} {unit} avoided, worth {span(main.benefit, pounds)}{returned}."


def _table(main: Worth, unit: str, place: str) -> Table:
    rows = [_row(f"{unit.capitalize()} avoided", main.avoided, "count", "avoided", place, 1)]
    if main.harm_days is not None:
        rows.append(_row("Days of harm avoided", main.harm_days, "count", "harm days", place))
    rows.append(_row("Worth to society", main.benefit, "pounds", "benefit", place))
    for one in main.bearers if len(main.bearers) > 1 else ():
        name = "of which not split by the source" if one.bearer == NOT_SPLIT else f"of which spared to {one.bearer}"
        rows.append(_row(name, one.benefit, "pounds", f"benefit, {one.bearer}", place))
    if main.cost:
        cost = Interval(main.cost, main.cost, main.cost, main.benefit.confidence)
        rows += [
            _row("Spent", cost, "pounds", "cost", place),
            _row("Worth less what was spent", main.net, "pounds", "net", place),
        ]
        if main.returned is not None:
            rows.append(_row("Back for each pound spent", main.returned, "pounds", "returned", place, 2))
        rows.append(_row("Spent for each avoided", main.cost_of_each, "pounds", "cost of each", place))
    title = f"Worth, in prices of {main.level.to or 'a year not known'}, by {main.method.lower()}"
    columns = (Column("What", "text", wide=True), Column("Estimate"), Column("At least"), Column("At most"))
    return Table("assessment-worth", title, columns, tuple(rows), ((Text(NOT_CASH),),))


def _row(name: str, of: Interval, unit: FigureUnit, quantity: str, place: str, decimals: int = 0) -> Row:
    def cell(value: float, end: str) -> Cell:
        source = Provenance("assessment worth", place, "", f"{quantity}, {end}")
        finite = abs(value) != float("inf")
        runs: Runs = (figure(value if finite else None, unit, source, decimals=decimals, absent="no limit"),)
        return Cell(runs)

    return Row(
        (Cell((Text(name),)), cell(of.estimate, "estimate"), cell(of.lower, "least"), cell(of.upper, "most")),
    )
