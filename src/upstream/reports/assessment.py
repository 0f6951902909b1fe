"""An assessment as blocks of a document: the answer, its graph and months, checks, what it rests on.

For readers who may not see small numbers only the effect in per cent is said, and only where enough was counted.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from upstream.assess.finding import Finding, Line
from upstream.assess.in_words import chance, did_it_work, effect, sureness
from upstream.assess.ladder import Answer
from upstream.errors import BadInput
from upstream.periods import Month
from upstream.reports.charts import Break, ControlChart, Point, draw
from upstream.reports.document import Block, Bullets, Callout, Cell, Chart, Column, Facts, Paragraph, Row, Table, Text
from upstream.reports.figures import Figure, Provenance, figure

FEWEST_FOR_ALL: Final = 20
"""An effect of fewer events than this is not shown to readers who may not see small numbers. Ours."""
WITHHELD: Final = "Too little was counted to show to readers who may not see small numbers."


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """An answer for a reader: where, from which tables, and whether small numbers are withheld."""

    answer: Answer
    place: str
    tables: tuple[tuple[str, int], ...]
    public: bool = False

    def sentences(self, said: Iterable[str]) -> tuple[str, ...]:
        """Sentences that the reader may see: none that counts events, where small numbers are withheld."""
        unit = re.escape(self.answer.main.unit)
        counting = re.compile(rf"[0-9][0-9,.]*\s+({unit}|events)\b", re.IGNORECASE)
        return tuple(one for one in said if not (self.public and counting.search(one)))

    def number(self, value: float, period: str, quantity: str, decimals: int = 0) -> Figure:
        """A number as printed, with what it rests on."""
        source = Provenance("assessment", self.place, period, quantity, self.tables)
        if math.isnan(value):
            return figure(None, "count", source, decimals=decimals)
        return figure(value, "count", source, decimals=decimals)


@dataclass(frozen=True, slots=True)
class AnswerParts:
    """What comes first of an answer, and its graph; no graph where there is none, or small numbers are withheld."""

    answer: tuple[Block, ...]
    graph: tuple[Block, ...]

    @property
    def withheld(self) -> bool:
        """Whether too little was counted to show."""
        return not any(isinstance(one, Facts) for one in self.answer)


def answer_parts(shown: ShownAnswer) -> AnswerParts:
    """The answer with its warning, and its graph."""
    main = shown.answer.main
    if shown.public and min(main.observed, main.counterfactual) < FEWEST_FOR_ALL:
        return AnswerParts((Callout("note", "Small numbers", (Text(WITHHELD),)),), ())
    blocks: list[Block] = [_facts(main, shown)]
    if shown.answer.disagreements:
        said = " ".join(shown.answer.disagreements)
        blocks.append(Callout("warning", "The methods do not agree", (Text(said),)))
    drawn = next((one for one in (main, *shown.answer.checks) if one.line is not None), None)
    if drawn is None or drawn.line is None or shown.public:
        return AnswerParts(tuple(blocks), ())
    return AnswerParts(tuple(blocks), (_chart(drawn, drawn.line, shown),))


def answer_blocks(shown: ShownAnswer) -> tuple[Block, ...]:
    """Everything an answer says, the answer first."""
    parts = answer_parts(shown)
    if parts.withheld:
        return parts.answer
    main = shown.answer.main
    blocks: list[Block] = [*parts.answer, *parts.graph]
    if shown.answer.checks:
        blocks.append(_checks(shown))
    blocks += _rests_on(main, shown)
    unused = shown.sentences(f"{one.title}: {one.why}" for one in shown.answer.not_used)
    if unused:
        blocks.append(Bullets(tuple((Text(one),) for one in unused), "Methods not used, and why"))
    return tuple(blocks)


def _facts(main: Finding, shown: ShownAnswer) -> Facts:
    items = [
        ("Did it work?", did_it_work(main, agreed=not shown.answer.disagreements)),
        ("Effect", _effect(main, shown.public)),
        ("How sure", sureness(main)),
    ]
    if main.p is not None:
        items.append(
            ("By chance", f"Chance alone gives as much {_how_often(main.p)} ({chance(main.p)}), if it did nothing.")
        )
    items += [("What was asked", main.question), ("Method", f"{main.title}: {main.estimand}.")]
    return Facts(tuple((name, (Text(words),)) for name, words in items))


def _how_often(p: float) -> str:
    return f"about {100 * p:.0f} times in 100" if p >= 0.01 else "less than once in 100 times"


def _effect(main: Finding, public: bool) -> str:
    """In numbers for those who may see them; else the per cent alone."""
    words = effect(main)
    return words.split("), ")[0] + ")." if public and "), " in words else words


def _chart(main: Finding, line: Line, shown: ShownAnswer) -> Block:
    data = _months(main, line, shown)
    try:
        of = [Month.parse(period) for period in line.periods]
    except BadInput:  # weeks, quarters: the table alone
        return data
    points = tuple(
        Point(month, _known(line.observed[at]), _known(line.low[at]), _known(line.expected[at]), _known(line.high[at]))
        for at, month in enumerate(of)
    )
    title = f"{main.unit.capitalize()} by month, beside what was to be expected ({main.title.lower()})"
    said = (
        f"{line.observed[line.start :].sum():,.0f} from {of[line.start].label} on; "
        f"{line.expected[line.start :].sum():,.0f} were to be expected without it. "
        f"The letter A marks where it began."
    )
    drawn = ControlChart(
        "assessment",
        title,
        said,
        f"{main.unit.capitalize()} a month",
        points,
        breaks=(Break(of[line.start], "A"),),
        line_names=("at the least", "expected", "at the most"),
    )
    return Chart("assessment-chart", title, said, draw(drawn), data)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _months(main: Finding, line: Line, shown: ShownAnswer) -> Table:
    columns = ("Counted", "To be expected", "Lowest by chance", "Highest by chance")
    rows = []
    for at, period in enumerate(line.periods):
        values = (line.observed[at], line.expected[at], line.low[at], line.high[at])
        cells = tuple(
            Cell((shown.number(float(value), period, name, 0 if name == "Counted" else 1),))
            for name, value in zip(columns, values, strict=True)
        )
        group = {0: "Before", line.start: "After it began"}.get(at, "")
        rows.append(Row((Cell((Text(period),)), *cells), group=group))
    title = f"{main.unit.capitalize()}, period by period"
    return Table("assessment-months", title, (Column("Period", "text"), *map(Column, columns)), tuple(rows))


def _checks(shown: ShownAnswer) -> Table:
    rows = tuple(
        Row((Cell((Text(one.title),)), *(Cell((Text(words),)) for words in _said(one, shown.public))))
        for one in (shown.answer.main, *shown.answer.checks)
    )
    columns = (
        Column("Method", "text"),
        Column("Effect", "text", wide=True),
        Column("That it did good", "text"),
        Column("Level", "text"),
    )
    return Table("assessment-checks", "The answer, and the checks on it", columns, rows)


def _said(one: Finding, public: bool) -> tuple[str, str, str]:
    words = "in numbers of events" if public and one.ratio is None else _effect(one, public)
    return words, one.verdict.printed, str(one.maryland.level)


def _rests_on(main: Finding, shown: ShownAnswer) -> list[Block]:
    parts = [
        ("What it assumes", main.assumes),
        ("What would overturn it", main.overturned_by),
        ("Know beside it", shown.sentences(main.caveats)),
    ]
    return [Bullets(tuple((Text(one),) for one in said), title) for title, said in parts if said]


def one_line(main: Finding) -> Paragraph:
    """The answer in one paragraph, for a list or a letter."""
    return Paragraph((Text(f"{effect(main)} {sureness(main)}"),))
