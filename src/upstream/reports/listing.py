"""Every figure of a document, one by one, with the place it is printed in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from upstream.reports.document import Block, Bullets, Chart, Document, Facts, Prose, Runs, Section, Table, text_of, walk
from upstream.reports.figures import Figure


@dataclass(frozen=True, slots=True)
class Printed:
    """A figure where it stands.

    Attributes
    ----------
    section : str
        Id of the section.
    where : str
        The block: a table's or chart's key, or the heading of the words.
    row, column : str
        Row header and column label in a table; in words, the place in the list and the sentence.
    figure : Figure
    """

    section: str
    where: str
    row: str
    column: str
    figure: Figure


def _in_words(section: str, where: str, place: str, runs: Runs) -> Iterator[Printed]:
    sentence = text_of(runs)
    for run in runs:
        if isinstance(run, Figure):
            yield Printed(section, where, place, sentence, run)


def _in_table(section: str, table: Table) -> Iterator[Printed]:
    for row in table.rows:
        header = row.cells[0].text
        name = f"{row.group}: {header}" if row.group else header
        for column, cell in zip(table.columns, row.cells, strict=True):
            for run in cell.runs:
                if isinstance(run, Figure):
                    yield Printed(section, table.key, name, column.label, run)
    for number, note in enumerate(table.notes, 1):
        yield from _in_words(section, table.key, f"note {number}", note)


def _in_block(section: str, block: Block) -> Iterator[Printed]:
    if isinstance(block, Table):
        yield from _in_table(section, block)
    elif isinstance(block, Chart):
        yield from _in_table(section, block.data)
        for number, note in enumerate(block.notes, 1):
            yield from _in_words(section, block.key, f"note {number}", note)
    elif isinstance(block, Bullets):
        for number, item in enumerate(block.items, 1):
            yield from _in_words(section, block.title or "list", str(number), item)
    elif isinstance(block, Prose):
        for inner in block.blocks:
            yield from _in_block(section, inner)
    elif isinstance(block, Facts):
        for label, runs in block.items:
            yield from _in_words(section, "facts", label, runs)
    else:
        yield from _in_words(section, type(block).__name__.lower(), "", block.runs)


def printed_figures(document: Document) -> Iterator[Printed]:
    """Every figure in reading order."""
    for label, runs in document.facts:
        yield from _in_words("cover", "facts", label, runs)
    for section in walk(document.sections):
        yield from _section_figures(section)


def _section_figures(section: Section) -> Iterator[Printed]:
    for block in section.blocks:
        yield from _in_block(section.id, block)
