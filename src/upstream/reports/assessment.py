"""An assessment as blocks of a document: the answer, its graph and months, checks, what it rests on.

For readers who may not see small numbers only the effect in per cent is said, and only where enough was counted.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from upstream.assess.finding import CountFree, Finding, Line
from upstream.assess.in_words import capital, did_it_work, effect, sureness
from upstream.assess.ladder import Answer, NotUsed
from upstream.disclosure.published import effect_is_safe
from upstream.reports.assessment_results import results_drawn
from upstream.reports.counterfactual import NARROW, draw_counterfactual, is_month, period_in_words
from upstream.reports.document import Block, Bullets, Callout, Cell, Chart, Column, Facts, Row, Table, Text
from upstream.reports.figures import Figure, Provenance, figure

WITHHELD: Final = "Too little was counted to show to readers who may not see small numbers."
LEFT_OUT: Final = "More is to be known that holds counts: it is left out for readers who may not see small numbers."


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """An answer for a reader: where, from which tables, whether small numbers are withheld; names of units by code."""

    answer: Answer
    place: str
    tables: tuple[tuple[str, int], ...]
    public: bool = False
    names: Mapping[str, str] = field(default_factory=dict)

    def with_names(self, words: str) -> str:
        """Words with the name of each place for its code."""
        return re.sub(r"\w+", lambda found: self.names.get(found[0], found[0]), words) if self.names else words

    def caveats(self, of: Finding) -> tuple[str, ...]:
        """What the reader may see of what to know beside a finding; that something was left out is said."""
        seen = tuple(self.with_names(one) for one in of.caveats if self._open(one))
        return seen if len(seen) == len(of.caveats) else (*seen, LEFT_OUT)

    @property
    def not_used(self) -> tuple[NotUsed, ...]:
        """Methods that were not used, where the reader may see why."""
        return tuple(replace(one, why=self.with_names(one.why)) for one in self.answer.not_used if self._open(one.why))

    def _open(self, sentence: str) -> bool:
        """Where small numbers are withheld, only what is declared to hold no count."""
        return not self.public or isinstance(sentence, CountFree)

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
    if shown.public and not effect_is_safe(main.observed, main.counterfactual):
        return AnswerParts((Callout("note", "Small numbers", (Text(WITHHELD),)),), ())
    said = did_it_work(main, agreed=not shown.answer.disagreements)
    blocks: list[Block] = [Callout("answer", "Did it work?", (Text(said),)), _facts(main, shown)]
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
        blocks += results_drawn(shown.answer, public=shown.public)
    blocks += _rests_on(main, shown)
    if unused := [f"{one.title}: {one.why}" for one in shown.not_used]:
        blocks.append(Bullets(tuple((Text(one),) for one in unused), "Methods not used, and why"))
    return tuple(blocks)


def _facts(main: Finding, shown: ShownAnswer) -> Facts:
    items = [("Effect", _effect(main, shown.public)), ("How sure", sureness(main))]
    if main.p is not None:
        items.append(("By chance", f"If it did nothing, chance alone gives as large a change {_how_often(main.p)}."))
    items.append(("Method", f"{main.title}: {main.estimand}."))
    return Facts(tuple((name, (Text(words),)) for name, words in items))


def _how_often(p: float) -> str:
    return f"about {100 * p:.0f} times in 100" if p >= 0.01 else "less than once in 100 times"


def _effect(found: Finding, public: bool) -> str:
    """In numbers for those who may see them; else the per cent alone."""
    return effect(found, counts=not public) or "In numbers of events alone."


def _chart(main: Finding, line: Line, shown: ShownAnswer) -> Chart:
    judged = np.isfinite(line.expected) & (np.arange(len(line.periods)) >= line.start)
    counted, expected = main.observed, main.counterfactual
    if not main.measured:
        counted, expected = float(line.observed[judged].sum()), float(line.expected[judged].sum())
    unit = capital(main.unit)
    title = f"{unit}: counted, and expected without it"
    were = "was the mean" if main.measured else "were counted"
    said = (
        f"Since {period_in_words(line.periods[line.counted])} {_amount(main, counted)} {were} "
        f"and {_amount(main, expected)} expected, by {main.title.lower()}. Shaded: where 95 in 100 would lie by chance."
    )
    axis = f"{unit} a {'month' if is_month(line.periods[0]) else 'period'}"
    wide = draw_counterfactual(line, "assessment", title, said, axis)
    narrow = draw_counterfactual(line, "assessment-narrow", title, said, axis, NARROW)
    return Chart("assessment-chart", title, said, wide, _months(main, line, shown), ((Text(said),),), narrow=narrow)


def _amount(main: Finding, value: float) -> str:
    return f"{value:,.4g}" if main.measured else f"{value:,.0f}"


def _months(main: Finding, line: Line, shown: ShownAnswer) -> Table:
    columns = ("Counted", "Expected without it", "Lowest by chance", "Highest by chance")
    coming = line.counted > line.start
    began = {line.start: "While it was coming in"} if coming else {}
    after = "Once it was fully running" if coming else "After it began"
    rows = []
    for at, period in enumerate(line.periods):
        values = (line.observed[at], line.expected[at], line.low[at], line.high[at])
        cells = tuple(
            Cell((shown.number(float(value), period, name, 0 if name == "Counted" else 1),))
            for name, value in zip(columns, values, strict=True)
        )
        group = {**began, 0: "Before", line.counted: after}.get(at, "")
        rows.append(Row((Cell((Text(period_in_words(period)),)), *cells), group=group))
    title = f"{capital(main.unit)}, period by period"
    return Table("assessment-months", title, (Column("Period", "text"), *map(Column, columns)), tuple(rows))


def _rests_on(main: Finding, shown: ShownAnswer) -> list[Block]:
    parts = [
        ("What it assumes", main.assumes),
        ("What would overturn it", main.overturned_by),
        ("Know beside it", shown.caveats(main)),
    ]
    return [Bullets(tuple((Text(one),) for one in said), title) for title, said in parts if said]
