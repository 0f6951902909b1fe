"""The first page: what is outside its limits, what is likely to be missed, and what nobody has explained yet."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from upstream.measures.definition import Pack
from upstream.measures.result import FORCE, FalseAlarms, Likelihood, Results, Series
from upstream.reports.area_tables import flag_of, number, words
from upstream.reports.binding import Binding, primary
from upstream.reports.commentary import Commentary
from upstream.reports.document import Block, Bullets, Cell, Column, Link, Row, Runs, Section, Table, Text
from upstream.reports.figures import Provenance, figure
from upstream.reports.likelihood_words import by_words, chance_runs, good_words, level_words
from upstream.reports.measure_page import Reading, anchor
from upstream.stats.yardstick import EVEN_CHANCE

WAYS = {False: "The wrong way", None: "Neither way is good by itself", True: "The right way"}
"""By whether the direction is the measure's good one; what goes wrong stands first."""

WITH_LIMITS = "measures with control limits lies outside them"
HOW_TO_READ = (
    "Control limits are where last year's months lead us to expect this year's. A figure outside them is a question, "
    "not yet a finding: about one unchanged month in twelve lies outside by chance.",
    "A likelihood is the chance, from the figures so far, that the level is reached by its date. It is no judgement of "
    "plans; a person may put their own in its place, with a name and a reason.",
    "Key points are made from the figures. Explanations are people's, and say who wrote them.",
    "A month that is not held is a gap, never a zero.",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One scorecard measure of the force."""

    binding: Binding
    series: Series
    written: Commentary | None

    @property
    def key(self) -> str:
        return self.binding.definition.key

    @property
    def link(self) -> Cell:
        return Cell((Link(self.binding.definition.title, f"#{anchor(self.key)}"),))

    @property
    def latest(self) -> Cell:
        value = self.binding.value(self.series.latest, FORCE, str(self.series.latest_month))
        return number(value, flag_of(self.binding, self.series))


def glance_section(reading: Reading, packs: tuple[Pack, ...], results: Results) -> Section:
    """What a reader with five minutes should know, every number of it bound."""
    lines = tuple(_lines(reading, packs))
    outside = [line for line in lines if flag_of(line.binding, line.series)]
    forecast = sorted(_forecast(lines), key=lambda pair: pair[1].probability)
    missed = [(line, item) for line, item in forecast if item.probability < EVEN_CHANCE]
    points = (
        _outside_words(lines, outside),
        *_chance_words(results.false_alarms),
        *_forecast_words(forecast, missed),
        *_not_held_words(results),
    )
    blocks: list[Block] = [Bullets(points, "In short")]
    if outside:
        blocks.append(_outside_table(outside, results))
    if missed:
        blocks.append(_missed_table(missed))
    blocks.append(Bullets((*((Text(text),) for text in HOW_TO_READ), _at_the_end(packs)), "How to read this report"))
    return Section("at-a-glance", "At a glance", tuple(blocks))


def _at_the_end(packs: tuple[Pack, ...]) -> Runs:
    titles = ", ".join(pack.title for pack in packs)
    return (
        Text(f"The measures are those of {titles}. At the end: "),
        Link("methods", "#methods"),
        Text(", "),
        Link("how each measure is counted", "#definitions"),
        Text(" and "),
        Link("where each figure came from", "#provenance"),
        Text("."),
    )


def _lines(reading: Reading, packs: tuple[Pack, ...]) -> Iterator[Line]:
    for pack in packs:
        for definition in pack.definitions:
            if not definition.in_scorecard or definition.kind == "page" or definition.alternative_of is not None:
                continue
            binding = reading.bindings[definition.key]
            series = binding.result.series.get(FORCE)
            if series is not None and binding.result.not_held is None:
                yield Line(binding, series, reading.commentary.get(definition.key))


def _forecast(lines: tuple[Line, ...]) -> Iterator[tuple[Line, Likelihood]]:
    """The headline likelihood of every measure that has one."""
    for line in lines:
        given = next((x for x in line.series.likelihoods if math.isfinite(x.probability)), None)
        if given is not None:
            yield line, given


def _tally(count: float, quantity: str, *, decimals: int = 0) -> Runs:
    return (figure(count, "count", Provenance("at_a_glance", quantity=quantity), decimals=decimals),)


def _outside_words(lines: tuple[Line, ...], outside: list[Line]) -> Runs:
    limited = sum(1 for line in lines if line.binding.is_monthly and _has_limits(line.series))
    if not limited:
        return (Text("No scorecard measure has control limits this month: too few months before it are held."),)
    if not outside:
        return (Text("None of "), *_tally(float(limited), "scorecard_with_limits"), Text(f" scorecard {WITH_LIMITS}."))
    wrong = sum(1 for line in outside if _way(line) is False)
    unexplained = sum(1 for line in outside if line.written is None)
    return (
        Text("Of "),
        *_tally(float(limited), "scorecard_with_limits"),
        Text(" scorecard measures with control limits, "),
        *_tally(float(len(outside)), "scorecard_outside"),
        Text(" lie outside them, "),
        *_tally(float(wrong), "scorecard_outside_wrong_way"),
        Text(" of those the wrong way. "),
        *_tally(float(unexplained), "scorecard_outside_unexplained"),
        Text(" have no explanation written yet."),
    )


def _has_limits(series: Series) -> bool:
    limits = primary(series)
    return limits is not None and limits.refused is None and bool(math.isfinite(limits.upper[-1]))


def _chance_words(alarms: FalseAlarms) -> tuple[Runs, ...]:
    if not alarms.series:
        return ()
    return (
        (
            Text("Counting every measure and area, "),
            *_tally(float(alarms.outside), "lines_outside"),
            Text(" of "),
            *_tally(float(alarms.series), "lines"),
            Text(" lie outside their limits; if nothing at all had changed, chance would put about "),
            *_tally(alarms.expected, "lines_expected_outside", decimals=0),
            Text(" there."),
        ),
    )


def _forecast_words(forecast: list[tuple[Line, Likelihood]], missed: list[tuple[Line, Likelihood]]) -> tuple[Runs, ...]:
    if not forecast:
        return ((Text("No measure has both a level and a date to reach it by, so no likelihoods are given."),),)
    several = "measure has" if len(forecast) == 1 else "measures have"
    return (
        (
            *_tally(float(len(forecast)), "scorecard_with_likelihood"),
            Text(f" scorecard {several} a likelihood of reaching what good looks like; for "),
            *_tally(float(len(missed)), "scorecard_unlikely"),
            Text(" it is less than even."),
        ),
    )


def _not_held_words(results: Results) -> tuple[Runs, ...]:
    lacking = sum(1 for result in results.measures.values() if result.not_held is not None)
    if not lacking:
        return ()
    words_of = "measure cannot be calculated: its" if lacking == 1 else "measures cannot be calculated: their"
    return (
        (
            *_tally(float(lacking), "measures_not_held"),
            Text(f" {words_of} records are not held ("),
            Link("what is lacking", "#data-quality"),
            Text(")."),
        ),
    )


def _way(line: Line) -> bool | None:
    flag = line.series.exceptional
    return flag.favourable if flag is not None else None


def _outside_table(outside: list[Line], results: Results) -> Table:
    rows = []
    for way, group in WAYS.items():
        for line in (x for x in outside if _way(x) is way):
            rows.append(Row(_outside_cells(line), group))
            group = ""
    columns = (
        Column("Measure", "text", wide=True),
        Column(results.to.label),
        Column("Lower limit"),
        Column("Upper limit"),
        Column("Explained by", "text", wide=True),
    )
    return Table("glance-outside", f"Outside their control limits, {results.to.label}", columns, tuple(rows))


def _outside_cells(line: Line) -> tuple[Cell, ...]:
    month, beside = line.series.latest_month, line.series.latest.value
    limits = (number(line.binding.limit(line.series, month, which, beside=beside)) for which in ("lower", "upper"))
    return (line.link, line.latest, *limits, words(line.written.author if line.written else "nobody yet"))


def _missed_table(missed: list[tuple[Line, Likelihood]]) -> Table:
    rows = tuple(Row(_missed_cells(line, item)) for line, item in missed)
    columns = (
        Column("Measure", "text", wide=True),
        Column("Latest"),
        Column("Level to reach", "text"),
        Column("By", "text"),
        Column("Likelihood", "text"),
    )
    return Table("glance-unlikely", "Less likely than not to reach what good looks like", columns, rows)


def _missed_cells(line: Line, item: Likelihood) -> tuple[Cell, ...]:
    level = level_words(line.binding, line.series, item) or good_words(line.binding.definition)
    by, chance = by_words(line.binding, item), chance_runs(line.binding, line.series, item)
    return line.link, line.latest, Cell(level), words(by), Cell(chance)
