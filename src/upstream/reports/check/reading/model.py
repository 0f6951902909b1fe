"""What every format is read into: tables of cells and sentences, each knowing where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from upstream.reports.check.spans import find_spans

# bounds on other people's files
MAXIMUM_BYTES = 50_000_000
MAXIMUM_CELLS = 2_000_000
MAXIMUM_FILES = 2_000
_LONGEST_TITLE = 32
_CAPTION = re.compile(r"(?:table|figure|chart|exhibit)\s+\w", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Table:
    """A table as printed.

    Attributes
    ----------
    file
        Name of the file as it was given.
    number
        1, 2, ... within the file.
    title
        Caption, sheet name or the line above; may be empty.
    section
        Headings above, outermost first.
    rows
        Text of every cell; rows may be of different lengths.
    lines
        Line of each row in the file (or row of the sheet).
    order
        Position among the file's tables and sentences.
    header_rows
        How many rows are headers, when the format says so.
    """

    file: str
    number: int
    title: str
    section: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    order: int
    header_rows: int | None = None

    @property
    def name(self) -> str:
        heading = self.title or (self.section[-1] if self.section else "")
        return f"table {self.number} ({heading})" if heading else f"table {self.number}"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence or bullet; ``lead`` is the line ending in a colon that introduces it."""

    file: str
    line: int
    text: str
    section: tuple[str, ...]
    order: int
    lead: str = ""

    @property
    def full(self) -> str:
        return f"{self.lead} {self.text}" if self.lead else self.text


@dataclass(slots=True)
class Pages:
    """What reading collects, in the order of the file."""

    file: str
    tables: list[Table] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    order: int = 0
    above: tuple[int, str] = (-1, "")

    def end_block(self, text: str, *, heading: bool = False) -> None:
        """A paragraph or heading has been added: it is the title of a table that follows directly, when it reads so."""
        short = len(text.split()) <= _LONGEST_TITLE and not re.search(r"[.;:!?]$", text)
        titled = not heading or bool(_CAPTION.match(text) or find_spans(text))
        self.above = (self.order, text if short and titled else "")

    def title_above(self) -> str:
        """The line directly above, where that is a title and nothing stands between."""
        order, text = self.above
        return text if order == self.order else ""

    def add_table(
        self,
        rows: list[list[str]],
        lines: list[int],
        *,
        title: str = "",
        section: tuple[str, ...] = (),
        header_rows: int | None = None,
    ) -> None:
        if not any(cell.strip() for row in rows for cell in row):
            return
        self.order += 1
        kept = tuple(tuple(row) for row in rows)
        self.tables.append(
            Table(self.file, len(self.tables) + 1, title, section, kept, tuple(lines), self.order, header_rows)
        )

    def add_sentence(self, text: str, line: int, section: tuple[str, ...], lead: str = "") -> None:
        if text.strip():
            self.order += 1
            self.sentences.append(Sentence(self.file, line, text.strip(), section, self.order, lead))
