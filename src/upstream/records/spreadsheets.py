"""Rows of an Excel workbook as text: formulas as their values, errors as errors, merged cells filled."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

from lxml import etree
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from upstream.errors import BadInput

LARGEST_UNPACKED: Final = 300_000_000
"""Bytes a workbook may unpack to; more is refused before anything is unpacked."""

MOST_CELLS: Final = 20_000_000
"""Rows times columns of a worksheet. The reader sets out a grid as far as the farthest cell, empty or not: two cells
in opposite corners would ask for 400 GB."""

MOST_MERGED: Final = 1_000_000
"""Cells in merged ranges, which are held in memory one by one."""

HEADER_WITHIN: Final = 30
"""Rows from the top among which the headers are looked for (titles and notes often stand above them)."""

_CHUNK: Final = 1 << 20
_ERROR_CELL: Final = b't="e"'
_NAMESPACE: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_PLACE: Final = re.compile(
    rb"""(?<![\w:.-])r\s*=\s*["'](?P<column>[A-Za-z]*)(?P<row>\d*)["'](?P<empty>[^<>"']*(?:"[^<>"]*"[^<>"']*)*/>)?"""
)
"""The place of a row or cell, and the rest of its tag where it ends at once: such a cell is formatted but empty."""
_ENCODING: Final = re.compile(
    rb"""\A(?:\xef\xbb\xbf)?<\?xml[^>]*\sencoding\s*=\s*["'](?!(?:utf-?8|us-ascii)["'])""", re.I
)
_OTHER_KINDS: Final = frozenset({"content.xml", "xl/workbook.bin"})
"""Parts of OpenDocument and binary workbooks, which the reader would open as such."""
_LONGEST_TAG: Final = 1 << 20
_CELL: Final = re.compile(r"([A-Z]+)(\d+)")

Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet read as text.

    Attributes
    ----------
    name
        Of the worksheet.
    headers
        Texts of the header row.
    rows
        Each row below the headers that is not empty: its number in the worksheet (from 1) and one text a header.
    """

    name: str
    headers: tuple[str, ...]
    rows: Iterator[tuple[int, list[str]]]


def read_sheet(path: Path, expected: Collection[str], sheet: str | None = None) -> Sheet:
    """Read one worksheet.

    Parameters
    ----------
    path
        An .xlsx or .xlsm file.
    expected
        Headers to look for: the first row that has one of them is the header row.
    sheet
        Name of the worksheet; ``None``: the first that has a cell.

    Raises
    ------
    BadInput
        Not a workbook, too large unpacked, no such worksheet, or nothing in it.
    """
    _check_size(path)
    try:
        book = CalamineWorkbook.from_path(str(path))
        chosen = _choose(path, book, sheet)
    except (CalamineError, OSError) as error:
        raise BadInput(f"{path.name} is not an Excel workbook that can be read: {error}.") from error
    cells = _corrections(path, chosen)
    rows = _texts(chosen, cells)
    headers, rows = _headers(path, rows, {name.strip().lower() for name in expected})
    return Sheet(chosen.name, headers, rows)


def worksheet_names(path: Path) -> tuple[str, ...]:
    """The names of a workbook's worksheets, in its order.

    Raises
    ------
    BadInput
        Not a workbook, or too large unpacked.
    """
    _check_size(path)
    try:
        return tuple(CalamineWorkbook.from_path(str(path)).sheet_names)
    except (CalamineError, OSError) as error:
        raise BadInput(f"{path.name} is not an Excel workbook that can be read: {error}.") from error


def _check_size(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(item.file_size for item in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise BadInput(
            f"{path.name} is not an Excel workbook: {error}.", allowed=".xlsx; save older ones anew"
        ) from error
    if size > LARGEST_UNPACKED:
        raise BadInput(
            f"{path.name} unpacks to {size:,} bytes.",
            allowed=f"up to {LARGEST_UNPACKED:,}",
            remedy="Save the sheet as CSV and add that.",
        )
    with zipfile.ZipFile(path) as archive:
        check_extent(archive, path.name)


def check_extent(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse a workbook that would be read as a grid of more than :data:`MOST_CELLS`, before it is.

    Raises
    ------
    BadInput
        Too large a grid, another kind of workbook than .xlsx, or parts that are damaged.
    """
    if _OTHER_KINDS & set(archive.namelist()):
        raise BadInput(f"{name} is not an .xlsx workbook.", allowed=".xlsx; save others anew")
    for part in archive.namelist():
        try:
            with archive.open(part) as stream:
                rows, columns = _extent(stream, name)
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, OSError, ValueError) as error:
            raise BadInput(f"{name} is not a complete workbook: {error}.", remedy="Save it again.") from error
        if rows * columns > MOST_CELLS:
            raise BadInput(
                f"{name} has a worksheet of {rows:,} rows and {columns:,} columns.",
                allowed=f"rows times columns up to {MOST_CELLS:,}",
                remedy="Delete what stands far from the table, or save the sheet as CSV and add that.",
            )


def _extent(stream: IO[bytes], name: str) -> tuple[int, int]:
    """The last row, and the last column with something in it, of a part of a workbook; 0 of a part without cells."""
    rows = columns = 0
    tail = b""
    while chunk := stream.read(_CHUNK):
        if not tail and (chunk.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")) or _ENCODING.match(chunk)):
            raise BadInput(f"{name} is not encoded as UTF-8.", remedy="Save it again.")
        text = tail + chunk
        for place in _PLACE.finditer(text):
            if not place["empty"]:
                rows = max(rows, int(place["row"] or 0))
                columns = max(columns, _column_number(place["column"].decode().upper()))
        tail = text[max(text.rfind(b"<"), 0) :]
        if len(tail) > _LONGEST_TAG:
            if re.match(rb"<[\w:]", tail):
                raise BadInput(
                    f"{name} has a tag or text of more than {_LONGEST_TAG:,} bytes.", remedy="Save it again."
                )
            tail = b""
    return rows, max(columns, 1)


def _column_number(letters: str) -> int:
    """A column's letters as its number, from 1; 0 for none."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _choose(path: Path, book: CalamineWorkbook, sheet: str | None) -> CalamineSheet:
    if sheet is not None:
        if sheet not in book.sheet_names:
            raise BadInput(f"{path.name} has no worksheet {sheet!r}.", allowed=", ".join(book.sheet_names))
        return book.get_sheet_by_name(sheet)
    for name in book.sheet_names:
        found = book.get_sheet_by_name(name)
        if found.height:
            return found
    raise BadInput(f"{path.name} has no worksheet with anything in it.")


def _texts(sheet: CalamineSheet, corrections: dict[Cell, str | Cell]) -> Iterator[tuple[int, list[str]]]:
    left = sheet.start[1] if sheet.start else 0
    anchors = {value for value in corrections.values() if isinstance(value, tuple)}
    seen: dict[Cell, str] = {}
    for number, row in enumerate(sheet.iter_rows()):
        texts = [_text(value) for value in row]
        if corrections:
            for position in range(len(texts)):
                cell = (number, position + left)
                correct = corrections.get(cell)
                if isinstance(correct, str):
                    texts[position] = correct
                elif correct is not None:
                    texts[position] = seen.get(correct, "")
                if cell in anchors:
                    seen[cell] = texts[position]
        if any(texts):
            yield number + 1, texts


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value).strip()


def _headers(
    path: Path, rows: Iterator[tuple[int, list[str]]], expected: set[str]
) -> tuple[tuple[str, ...], Iterator[tuple[int, list[str]]]]:
    above: list[tuple[int, list[str]]] = []
    for number, texts in rows:
        if expected & {text.lower() for text in texts}:
            return tuple(texts), rows
        above.append((number, texts))
        if len(above) == HEADER_WITHIN:
            break
    if not above:
        raise BadInput(f"{path.name} has no row with anything in it.")
    # no header is known: the first row is shown as the headers, and what is lacking is said by whoever binds them
    return tuple(above[0][1]), iter([*above[1:]])


def _corrections(path: Path, sheet: CalamineSheet) -> dict[Cell, str | Cell]:
    """What the reader leaves blank: the error of an error cell, the first cell of a merged range."""
    found: dict[Cell, str | Cell] = {}
    bottom, end = sheet.end or (0, 0)
    ranges = [(first, (min(low, bottom), min(right, end))) for first, (low, right) in sheet.merged_cell_ranges or ()]
    if sum((low - top + 1) * (right - left + 1) for (top, left), (low, right) in ranges) > MOST_MERGED:
        raise BadInput(
            f"{path.name} merges too many cells.", allowed=f"up to {MOST_MERGED:,}", remedy="Take the merging away."
        )
    for (top, left), (low, right) in ranges:
        for row in range(top, low + 1):
            for column in range(left, right + 1):
                if (row, column) != (top, left):
                    found[row, column] = (top, left)
    with zipfile.ZipFile(path) as archive:
        part = _part(archive, sheet.name)
        if part is not None and _mentions_errors(archive, part):
            with archive.open(part) as stream:
                try:
                    found.update(_errors(stream))
                except etree.XMLSyntaxError as error:
                    raise BadInput(f"{path.name} is not a complete workbook: {error}.") from error
    return found


def _part(archive: zipfile.ZipFile, name: str) -> str | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        book = etree.fromstring(archive.read("xl/workbook.xml"), parser)
        relations = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), parser)
    except (KeyError, etree.XMLSyntaxError):
        return None
    wanted = next((item.get(_RELATION) for item in book.iter(f"{_NAMESPACE}sheet") if item.get("name") == name), None)
    target = next((item.get("Target") for item in relations if item.get("Id") == wanted), None)
    if target is None:
        return None
    part = str(PurePosixPath(target.lstrip("/") if target.startswith("/") else f"xl/{target}"))
    return part if part in archive.namelist() else None


def _mentions_errors(archive: zipfile.ZipFile, part: str) -> bool:
    tail = b""
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            if _ERROR_CELL in tail + chunk:
                return True
            tail = chunk[-len(_ERROR_CELL) :]
    return False


def _errors(stream: IO[bytes]) -> Iterator[tuple[Cell, str]]:
    for _, cell in etree.iterparse(stream, tag=f"{_NAMESPACE}c", resolve_entities=False, no_network=True):
        place = _CELL.fullmatch(cell.get("r", ""))
        if cell.get("t") == "e" and place is not None:
            yield (int(place[2]) - 1, _column_number(place[1]) - 1), cell.findtext(f"{_NAMESPACE}v") or "#ERROR!"
        cell.clear()
