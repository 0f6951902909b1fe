"""Rows of a CSV file that somebody wrote, whatever wrote it."""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from upstream.errors import BadInput

_DELIMITERS: Final = ",;\t|"
_QUOTED: Final = re.compile(r'"[^"]*"')
_NAMED_DELIMITER: Final = re.compile(r"sep=(.)\s*", re.IGNORECASE)
"""First line by which Excel is told what separates cells."""
_UNSEEN: Final = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff"))
_OTHER_KINDS: Final = (
    (b"PK", "is an Excel workbook or a zip file", "Open it and save the sheet as CSV UTF-8."),
    (b"\xd0\xcf\x11\xe0", "is an old Excel workbook", "Open it and save the sheet as CSV UTF-8."),
    (b"%PDF", "is a PDF", "Export the table itself from its system."),
    (b"\x1f\x8b", "is compressed", "Unpack it first."),
)
_SHOWN: Final = 12
"""Headings, and characters of one, that a message names."""


class Row(dict[str, str]):
    """The cells of a row by heading, with the line of the file that it ends on and what separates its cells."""

    __slots__ = ("delimiter", "line")

    def __init__(self, cells: Iterator[tuple[str, str]], line: int, delimiter: str) -> None:
        super().__init__(cells)
        self.line = line
        self.delimiter = delimiter


def rows_in(path: Path, *, as_written: bool = False) -> list[Row]:
    """The rows by heading, in small letters unless they are wanted ``as_written``; a cell that is lacking is empty, and
    a row without anything in it is none.

    Read is what office software writes: UTF-8, UTF-16 with its mark, or Windows-1252; cells between commas, semicolons,
    tabs or bars. Refused is what would be read otherwise than it was meant.

    Raises
    ------
    BadInput
        It is not there, is no text, has two headings alike, or a line does not fit the headings.
    """
    lines = list(io.StringIO(_text(path), newline=""))
    above = next((number for number, line in enumerate(lines) if line.strip()), 0)
    delimiter = None
    if lines and (named := _NAMED_DELIMITER.fullmatch(lines[above])):
        delimiter, above = named[1], above + 1
    if delimiter is None and lines:
        line = _QUOTED.sub("", lines[above])
        delimiter = max(_DELIMITERS, key=line.count)
    return _rows(path.name, lines, above, delimiter or ",", as_written)


def cleaned(text: str) -> str:
    """The text as it looks: no spaces about it, one for each run of them of whatever kind, accents in one form."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text).translate(_UNSEEN)
    return " ".join(text.split())


def named_columns(headings: list[str]) -> str:
    """Headings in a message, the first dozen, none too long to read."""
    said = [name if len(name) <= 3 * _SHOWN else f"{name[: 3 * _SHOWN]}..." for name in headings[:_SHOWN]]
    return ", ".join(said) + (f" and {len(headings) - _SHOWN} more" if len(headings) > _SHOWN else "")


def _text(path: Path) -> str:
    if not path.is_file():
        raise BadInput(
            f"{path.name} is not a file." if path.exists() else f"There is no file {path}.", allowed="a CSV file"
        )
    content = path.read_bytes()
    for mark, what, remedy in _OTHER_KINDS:
        if content.startswith(mark):
            raise BadInput(f"{path.name} {what}: it cannot be read as CSV.", allowed="a CSV file", remedy=remedy)
    text = _decoded(content)
    if text is None or "\0" in text:
        raise BadInput(f"{path.name} cannot be read as CSV: it is not a text file.", allowed="a CSV file")
    return text


def _decoded(content: bytes) -> str | None:
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _rows(name: str, lines: list[str], above: int, delimiter: str, as_written: bool) -> list[Row]:
    reader = csv.reader(lines[above:], delimiter=delimiter, strict=True)
    try:
        numbered = ((above + reader.line_num, cells) for cells in reader)
        headings = [cleaned(one if as_written else one.lower()) for one in next(reader, [])]
        twice = [one for one, times in Counter(headings).items() if one and times > 1]
        if twice:
            raise BadInput(
                f"{name} has {headings.count(twice[0])} columns {twice[0]}.",
                allowed="each heading once",
                remedy="Rename or remove all but one.",
            )
        return list(_by_heading(name, numbered, headings, delimiter))
    except csv.Error as error:
        raise BadInput(
            f"{name} cannot be read as CSV: line {above + reader.line_num}: {error}.",
            allowed="cells that are closed when they are quoted",
            remedy="Mend the line, or save the file as CSV again.",
        ) from error


def _by_heading(
    name: str, numbered: Iterator[tuple[int, list[str]]], headings: list[str], delimiter: str
) -> Iterator[Row]:
    width = len(headings)
    for line, cells in numbered:
        if any(cell.strip() for cell in cells[width:]):
            raise BadInput(
                f"Line {line} of {name} has {len(cells)} cells, the headings are {width}.",
                allowed="as many cells as headings",
                remedy=f"Put double quotes about a cell with a {delimiter!r} in it; remove titles above the headings.",
            )
        found = [cleaned(cell) for cell in cells] + [""] * (width - len(cells))
        if any(found):
            yield Row(((key, value) for key, value in zip(headings, found, strict=False) if key), line, delimiter)
