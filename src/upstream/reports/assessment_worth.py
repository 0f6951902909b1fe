"""The worth of an effect as blocks: what was avoided, pounds and days, whose, and what was assumed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

from upstream.assess.answer_value import Valued, range_of
from upstream.assess.in_words import capital
from upstream.assess.quoted import beside
from upstream.assess.value import NOT_SPLIT, Worth
from upstream.assess.worth_words import assumed, beside_the_table, drawn, number, pence, pounds, span, three_figures
from upstream.reports.document import Block, Bullets, Callout, Cell, Column, Row, Runs, Table, Text
from upstream.reports.figures import FigureUnit, Provenance, figure
from upstream.stats.intervals import Interval

NOT_CASH: Final = "Pounds to society as a whole, not a saving that a budget would see."
NOT_OURS: Final = "Seen beside the worth, and no part of it."


def worth_blocks(made: Valued, unit: str, place: str) -> tuple[Block, ...]:
    """The answer, the table of worth, the words, and what was assumed."""
    main = made.main
    answer = Callout("answer", "Was it worth its cost?", (Text(in_short(main)),))
    blocks: list[Block] = [answer, _table(main, unit, place), _bullets(beside_the_table(main), "Whether it pays")]
    span_of = range_of(made.others)
    if span_of is not None:
        words = f"By the other methods that compared, it was worth from {pounds(span_of[0])} to {pounds(span_of[1])}."
        blocks.append(Callout("note", "The other methods", (Text(words),)))
    blocks.append(_bullets([*assumed(main, made.by), drawn(made)], "What the worth rests on"))
    if made.by.beside:
        blocks.append(_quoted(made))
    return tuple(blocks)


def in_short(main: Worth) -> str:
    """Whether more came back than was spent, in a sentence: yes and no only where the whole interval says so."""
    if main.returned is None:
        return f"It was worth {span(main.benefit, pounds)} to society. No cost was given, so it is not known."
    back = f"{span(main.returned, pence)} came back to society for each pound spent."
    if main.returned.lower > 1:
        return f"Yes: {back}"
    return f"{'No' if main.returned.upper < 1 else 'Not shown'}: {back}"


def _bullets(said: Iterable[str], title: str) -> Bullets:
    return Bullets(tuple((Text(one),) for one in said), title)


def _quoted(made: Valued) -> Table:
    """What others have quoted: beside the worth, and no part of it."""
    to = made.main.level.to
    rows = []
    for one in beside(made.by.beside, to):
        per = "each pound" if one.value.per == "pound" else "a person"
        what = f"{one.value.title}: £{one.value.pounds:,.0f} for {per}"
        again = "–" if one.repriced is None else pounds(one.repriced)
        why = f"{one.age} {one.source}. {one.value.not_comparable}"
        rows.append(Row(tuple(Cell((Text(words),)) for words in (what, again, why))))
    columns = (
        Column("Of what, as it is quoted", "text", wide=True),
        Column(f"In prices of {to}"),
        Column("Age, source, and why it is not comparable", "text", wide=True),
    )
    return Table("assessment-quoted", "What others have quoted", columns, tuple(rows), ((Text(NOT_OURS),),))


def worth_in_a_line(main: Worth, unit: str) -> str:
    """The worth in one sentence, for a list."""
    returned = "" if main.returned is None else f"; for each pound spent £{main.returned.estimate:,.2f}"
    return f"{number(main.avoided.estimate)} {unit} avoided, worth {span(main.benefit, pounds)}{returned}."


def _table(main: Worth, unit: str, place: str) -> Table:
    rows = [_row(f"{capital(unit)} avoided", main.avoided, "count", "avoided", place, 1)]
    if main.harm_days is not None:
        rows.append(_row("Days of harm avoided", main.harm_days, "count", "harm days", place))
    rows.append(_row("Worth to society", main.benefit, "pounds", "benefit", place))
    for one in main.bearers if len(main.bearers) > 1 else ():
        name = "of which not split by the source" if one.bearer == NOT_SPLIT else f"of which spared to {one.bearer}"
        rows.append(_row(name, one.benefit, "pounds", f"benefit, {one.bearer}", place))
    if any(one.cash for one in main.bearers):
        rows.append(_row("of which cash to budgets, as it was said", main.cash, "pounds", "cash", place))
    if main.cost:
        cost = Interval(main.cost, main.cost, main.cost, main.benefit.confidence)
        rows += [
            _row("Spent", cost, "pounds", "cost", place, 2),
            _row("Worth less what was spent", main.net, "pounds", "net", place),
        ]
        if main.returned is not None:
            rows.append(_row("Back for each pound spent", main.returned, "pounds", "returned", place, 2))
        rows.append(_row("Spent for each avoided", main.cost_of_each, "pounds", "cost of each", place))
        rows.append(_row("Break-even: it pays from so many avoided", main.break_even, "count", "break-even", place, 1))
    title = f"Worth, in prices of {main.level.to or 'a year not known'}, by {main.method.lower()}"
    columns = (Column("What", "text", wide=True), Column("Estimate"), Column("At least"), Column("At most"))
    return Table("assessment-worth", title, columns, tuple(rows), ((Text(NOT_CASH),),))


def _row(name: str, of: Interval, unit: FigureUnit, quantity: str, place: str, decimals: int = 0) -> Row:
    """A figure and its interval; one that is known has none."""

    def cell(value: float, end: str) -> Cell:
        source = Provenance("assessment worth", place, "", f"{quantity}, {end}")
        shown = value if decimals or unit != "pounds" else three_figures(value)
        runs: Runs = (
            figure(shown if abs(value) != math.inf else None, unit, source, decimals=decimals, absent="no limit"),
        )
        return Cell(runs)

    name_cell, estimate = Cell((Text(name),)), cell(of.estimate, "estimate")
    if of.lower == of.estimate == of.upper:
        return Row((name_cell, estimate, *(Cell((Text("–"),)) for _ in range(2))))
    return Row((name_cell, estimate, cell(of.lower, "least"), cell(of.upper, "most")))
