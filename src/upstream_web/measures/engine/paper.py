"""What a paper for a meeting says of each chosen measure: the page's own words, figures and picture."""

from __future__ import annotations

import re
from dataclasses import dataclass

from upstream.measures.result import FORCE
from upstream.reports.binding import Binding
from upstream.reports.document import Bullets, Chart, Facts, Prose, Table, text_of
from upstream.reports.pictures import as_png
from upstream_web.measures.engine.figures import Figures
from upstream_web.measures.engine.pages import headline, measure_section_of
from upstream_web.measures.engine.words import bound_section
from upstream_web.measures.models import Words

NOT_BACKED = (("Commentary", ("Left out: it holds a number that is backed by no value any more.",)),)
NUMBER = re.compile(r"[−-]?£?\d[\d,]*(\.\d+)?%?|–|n/a|")
MONTHS = 13
"""Rows of a measure's table: this month and the same month last year, and what is between."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart as PNG, what it is called, and what there is to see."""

    png: bytes
    title: str
    description: str
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of words: the first row is its header."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def numbers(self) -> frozenset[int]:
        """The columns that hold nothing but numbers: they stand to the right."""
        places = range(len(self.header))
        return frozenset(place for place in places if all(NUMBER.fullmatch(row[place]) for row in self.rows))


@dataclass(frozen=True, slots=True)
class Sheet:
    """One measure.

    standing : how its latest month lies to its limits
    facts : label and words: what good looks like, likelihood, how it is counted
    commentary : heading and paragraphs
    source : tables and versions that it rests on
    """

    title: str
    question: str
    latest: str
    standing: str
    facts: tuple[tuple[str, str], ...]
    points: tuple[str, ...]
    picture: Picture | None
    table: Grid | None
    commentary: tuple[tuple[str, tuple[str, ...]], ...]
    source: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper for a meeting: a title, a first table of all its measures, and a sheet for each."""

    title: str
    force: str
    month: str
    marking: str
    as_at: str
    overview: Grid
    sheets: tuple[Sheet, ...]


def paper_of(figures: Figures, title: str, keys: tuple[str, ...], written: dict[str, Words]) -> Paper:
    """The paper on these measures, with what people wrote about them."""
    sheets = tuple(_sheet(figures, key, written.get(key)) for key in keys)
    header = ("Measure", "Latest", "Against its limits", "What good looks like", "Likelihood")
    rows = tuple(
        (
            one.title,
            one.latest,
            one.standing,
            dict(one.facts).get("What good looks like", "No level has been set."),
            dict(one.facts).get("Likelihood of reaching it", "None given."),
        )
        for one in sheets
    )
    return Paper(
        title=title,
        force=figures.force.name,
        month=figures.month.label,
        marking=figures.force.settings.marking,
        as_at=f"{figures.records_as_at:%-d %B %Y}",
        overview=Grid("At a glance", header, rows),
        sheets=sheets,
    )


def _sheet(figures: Figures, key: str, written: Words | None) -> Sheet:
    binding = figures.bindings[key]
    worded = bound_section(figures, key, written) if written is not None else None
    blocks = (worded or measure_section_of(figures, key)).blocks
    head = headline(binding)
    chart = next((block for block in blocks if isinstance(block, Chart)), None)
    facts = [item for block in blocks if isinstance(block, Facts) for item in block.items]
    said = tuple(_prose(block) for block in blocks if isinstance(block, Prose))
    points = [item for block in blocks if isinstance(block, Bullets) for item in block.items]
    return Sheet(
        title=binding.definition.title,
        question=binding.definition.question,
        latest=f"{head.figure.text}, {head.period}" if head else "Not held",
        standing=standing(binding),
        facts=tuple((label, text_of(runs)) for label, runs in facts),
        points=tuple(text_of(item) for item in points),
        picture=_picture(chart) if chart else None,
        table=_grid(chart.data) if chart else None,
        commentary=NOT_BACKED if written is not None and worded is None else said,
        source=_source(figures, key),
    )


def standing(binding: Binding) -> str:
    """How the latest month lies to its control limits."""
    series = binding.result.series.get(FORCE)
    if series is None:
        return "Not held"
    if not series.limits or series.limits[0].refused:
        return "No limits"
    flag = series.exceptional
    if flag is None:
        return "Within its limits"
    whose = "Above its upper limit" if flag.direction == "high" else "Below its lower limit"
    return whose if binding.is_monthly else f"The month alone is {whose.lower()}"


def _picture(chart: Chart) -> Picture:
    made = as_png(chart.svg)
    return Picture(made.png, chart.title, chart.description, made.width, made.height)


def _grid(table: Table) -> Grid:
    rows = tuple(tuple(cell.text for cell in row.cells) for row in table.rows[-MONTHS:])
    return Grid(table.title, tuple(column.label for column in table.columns), rows)


def _prose(block: Prose) -> tuple[str, tuple[str, ...]]:
    said: list[str] = []
    for one in block.blocks:
        said += [text_of(item) for item in one.items] if isinstance(one, Bullets) else [text_of(one.runs)]
    return block.title, tuple(said)


def _source(figures: Figures, key: str) -> str:
    made = figures.bindings[key].result.provenance
    if made is None:
        return "Not calculated: its records are not held."
    tables = ", ".join(f"{one.table} version {one.version}" for one in made.tables)
    return f"Source: {tables}; definition {key} ({made.hash})."


def exceptional(figures: Figures) -> tuple[str, ...]:
    """Measures whose latest month lies outside its limits: what a meeting looks at first."""
    found = figures.bindings.items()
    return tuple(
        key
        for key, one in found
        if one.definition.in_scorecard and (series := one.result.series.get(FORCE)) is not None and series.exceptional
    )
