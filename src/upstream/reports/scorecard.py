"""The summary scorecard: every measure in it, by objective and key question, as the source lays it out."""

from __future__ import annotations

import math

from upstream.measures.definition import Definition, Pack
from upstream.measures.result import FORCE
from upstream.reports.area_tables import flag_of, words
from upstream.reports.binding import Binding, change_named
from upstream.reports.comparisons import change_words
from upstream.reports.document import Block, Callout, Cell, Column, Link, Paragraph, Row, Run, Section, Table, Text
from upstream.reports.likelihood_words import good_words, likelihood_runs
from upstream.reports.measure_page import Reading, anchor, first_ref
from upstream.reports.period_words import period_words

COLUMNS = (
    Column("Measure", "text", wide=True),
    Column("What good looks like", "text", wide=True),
    Column("Update", "text", wide=True),
    Column("Likelihood of reaching it by its date", "text", wide=True),
)


def scorecard_section(reading: Reading, pack: Pack) -> Section:
    """One table an objective, its rows grouped by key question."""
    tables = [table for table in (_objective_table(reading, pack, o.key) for o in pack.objectives) if table is not None]
    blocks: list[Block] = [
        Paragraph(
            (
                Text(
                    "Each measure is held against what good looks like. The likelihood is worked out from the figures "
                    "so far and put into the words of the probability yardstick, which the "
                ),
                Link("methods", "#methods"),
                Text(" explain; where no level or no date is set there is none."),
            )
        ),
        *tables,
    ]
    if not tables:
        blocks.append(Callout("not_held", "Empty scorecard", (Text("No measure of the scorecard is in this pack."),)))
    return Section("scorecard", "Summary scorecard", tuple(blocks))


def _objective_table(reading: Reading, pack: Pack, objective: str) -> Table | None:
    rows: list[Row] = []
    for question in (q for q in pack.key_questions if q.objective == objective):
        group = f"{question.number} {question.text}"
        for definition in pack.definitions:
            if definition.in_scorecard and definition.key_question == question.key and _shown(definition):
                rows.append(Row(_cells(reading, definition), group))
                group = ""
    title = next(f"{o.number}. {o.title}" for o in pack.objectives if o.key == objective)
    return Table(f"scorecard-{objective}".replace("_", "-"), title, COLUMNS, tuple(rows)) if rows else None


def _shown(definition: Definition) -> bool:
    return definition.kind != "page" and definition.alternative_of is None


def _cells(reading: Reading, definition: Definition) -> tuple[Cell, ...]:
    binding = reading.bindings[definition.key]
    force = binding.result.series.get(FORCE)
    written = reading.commentary.get(definition.key)
    chance: tuple[Run, ...] = (Text("None: the measure is not held."),)
    if force is not None:
        chance = likelihood_runs(binding, force, written.override if written else None)
    ref = first_ref(definition)
    link = Link(definition.title, f"#{anchor(definition.key)}")
    return (
        Cell((Text(f"{ref} "), link) if ref else (link,)),
        Cell(good_words(definition)),
        _update(binding),
        Cell(chance),
    )


def _update(binding: Binding) -> Cell:
    series = binding.result.series.get(FORCE)
    if series is None:
        return words("Not held.")
    month, value = series.latest_month, series.latest
    when = period_words(binding, month)
    if binding.withheld(value):
        return words(f"The number for {when} is small and is not printed.")
    if not math.isfinite(value.value):
        return words(f"No figure for {when}.")
    runs: list[Run] = [binding.value(value, series.area, str(month)), Text(f" in {when}")]
    change = change_named(series, "same_last_year")
    known = change is not None and math.isfinite(change.now.value) and math.isfinite(change.then.value)
    if change is not None and known and not binding.side_hidden(series, change):
        then = binding.value(change.then, series.area, change.then_label, "same_last_year")
        runs += [Text(", "), *change_words(binding, series, change, then, opening=False)]
    if flag_of(binding, series):
        runs.append(Text(f"; {flag_of(binding, series)} its control limits", bold=True))
    return Cell((*runs, Text(".")))
