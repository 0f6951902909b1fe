"""The document: what a report says, before anybody has drawn it.

Sections hold blocks, blocks hold runs of text and figures. It is frozen, holds every number as a
:class:`~upstream.reports.figures.Figure`, and knows nothing of HTML, PDF or workbooks: a renderer lays out what is
here and computes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from upstream.reports.figures import Figure

Flag = Literal["", "above", "below", "missing", "suppressed"]


@dataclass(frozen=True, slots=True)
class Text:
    """Words; never a number that stands for a value. ``quoted`` words are another document's."""

    text: str
    bold: bool = False
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead to a section of this document (``#id``) or to an outside address."""

    text: str
    target: str


Run = Text | Link | Figure
Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    runs: Runs


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list; ``title`` is a small heading above it ("Key points"), or empty."""

    items: tuple[Runs, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Prose:
    """A small heading over paragraphs and lists written by people ("What does this mean?")."""

    title: str
    blocks: tuple[Paragraph | Bullets, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """Labelled facts: what good looks like, likelihood, owner."""

    items: tuple[tuple[str, Runs], ...]


@dataclass(frozen=True, slots=True)
class Callout:
    """Something the reader must not miss; ``kind`` is also said in words. An answer is what the whole page is for."""

    kind: Literal["note", "warning", "not_held", "answer"]
    title: str
    runs: Runs


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: runs, and a flag that is shown by shape and word as well as by colour."""

    runs: Runs
    flag: Flag = ""

    @property
    def text(self) -> str:
        return text_of(self.runs)


@dataclass(frozen=True, slots=True)
class Column:
    """``kind`` "number" is aligned right in tabular figures; ``wide`` columns may wrap freely."""

    label: str
    kind: Literal["text", "number"] = "number"
    wide: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """The first cell is the row's header. ``group`` starts a new group of rows under that heading;
    ``id`` is where a link to the row's measure arrives."""

    cells: tuple[Cell, ...]
    group: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """``key`` is unique in the document: anchor, worksheet and file name come from it."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    notes: tuple[Runs, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart.

    Attributes
    ----------
    title, description
        What it shows, and what there is to see: read aloud in place of the picture.
    svg
        The picture, self-contained.
    data
        The same figures as a table.
    screen_only
        Left out of the PDF, whose pages are dear.
    narrow
        The same picture for a screen as wide as a telephone, whole in itself; empty: the wide one is scrolled there.
    """

    key: str
    title: str
    description: str
    svg: str
    data: Table
    notes: tuple[Runs, ...] = ()
    screen_only: bool = False
    narrow: str = ""


Block = Paragraph | Bullets | Prose | Facts | Callout | Table | Chart


@dataclass(frozen=True, slots=True)
class Section:
    """``id`` is unique in the document. ``label`` is the short number or reference before the title ("4.1.1")."""

    id: str
    title: str
    blocks: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    label: str = ""
    kind: Literal["part", "measure", "appendix"] = "part"


@dataclass(frozen=True, slots=True)
class Query:
    """One question asked of the store, for the provenance appendix."""

    id: str
    measure: str
    title: str
    tables: tuple[tuple[str, int], ...]
    text: str


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report.

    Attributes
    ----------
    created
        Commit time (UTC) of the newest table version it rests on: the same versions give the same bytes.
    marking, handling
        Protective marking and handling instructions.
    tables
        Every table and version it rests on.
    layout
        "report": a cover, contents, a part a page. "paper": begins at once, for a few pages. "sheet": the same in small
        print, for one page.
    """

    title: str
    force: str
    period: str
    marking: str
    handling: str
    created: dt.datetime
    sections: tuple[Section, ...]
    tables: tuple[tuple[str, int], ...] = ()
    queries: tuple[Query, ...] = ()
    engine_version: str = ""
    language: str = "en-GB"
    subtitle: str = ""
    facts: tuple[tuple[str, Runs], ...] = field(default=())
    layout: Literal["report", "paper", "sheet"] = "report"


def text_of(runs: Runs) -> str:
    """The words and numbers of runs, as read."""
    return "".join(run.text for run in runs)


def walk(sections: tuple[Section, ...]) -> Iterator[Section]:
    """Every section, parents before children, in reading order."""
    for section in sections:
        yield section
        yield from walk(section.sections)


def tables_of(section: Section) -> Iterator[Table]:
    """A section's own tables, charts' tables included, in reading order."""
    for block in section.blocks:
        if isinstance(block, Table):
            yield block
        elif isinstance(block, Chart):
            yield block.data


def runs_of(block: Block) -> Iterator[Runs]:
    """Every sequence of runs in a block, in reading order."""
    if isinstance(block, Paragraph | Callout):
        yield block.runs
    elif isinstance(block, Bullets):
        yield from block.items
    elif isinstance(block, Prose):
        for inner in block.blocks:
            yield from runs_of(inner)
    elif isinstance(block, Facts):
        yield from (runs for _, runs in block.items)
    elif isinstance(block, Table):
        yield from (cell.runs for row in block.rows for cell in row.cells)
        yield from block.notes
    else:
        yield from runs_of(block.data)
        yield from block.notes


def figures_of(section: Section) -> Iterator[Figure]:
    """A section's own figures (not its children's), in reading order."""
    for block in section.blocks:
        for runs in runs_of(block):
            yield from (run for run in runs if isinstance(run, Figure))
