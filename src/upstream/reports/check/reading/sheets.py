"""CSV files and workbooks: each sheet is one or more tables parted by blank rows, with titles and notes around them."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from pathlib import PurePath

from python_calamine import CalamineError, CalamineWorkbook

from upstream.errors import BadInput
from upstream.records.spreadsheets import check_extent
from upstream.reports.check.numbers import tidy
from upstream.reports.check.reading.model import MAXIMUM_BYTES, MAXIMUM_CELLS, Pages
from upstream.reports.check.reading.text import split_sentences

# an ordinary workbook unpacks to about ten times its size
_MAXIMUM_UNPACKED = 400_000_000
_TITLE_WORDS = 12
_CAPTION = re.compile(r"(?:table|figure|chart|exhibit)\s+\w", re.IGNORECASE)
_LONGEST_CELL = 1_000_000


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(round(value, 10))
    if isinstance(value, dt.datetime | dt.date):
        return f"{value:%B %Y}" if value.day == 1 else f"{value:%d %B %Y}"
    return tidy(str(value))


def _blocks(rows: list[list[str]]) -> list[tuple[int, int]]:
    """Runs of rows without a blank row between them."""
    blocks: list[tuple[int, int]] = []
    start: int | None = None
    for at, row in enumerate([*rows, []]):
        if any(cell for cell in row):
            start = at if start is None else start
        elif start is not None:
            blocks.append((start, at))
            start = None
    return blocks


def _filled(row: list[str]) -> int:
    return sum(bool(cell) for cell in row)


def _add_sheet(pages: Pages, rows: list[list[str]], sheet: str, title: str = "") -> None:
    """Split a sheet into titles, tables and notes; ``title`` is that of the first table when the rows give none."""
    named = title
    section = (sheet,) if sheet else ()
    wide = max((_filled(row) for row in rows), default=0)
    if wide == 1:
        _add_prose(pages, rows, section)
        return
    for start, end in _blocks(rows):
        first, last = start, end
        while first < last and _filled(rows[first]) == 1 and wide > 1:
            text = " ".join(cell for cell in rows[first] if cell)
            for sentence in split_sentences(text):
                pages.add_sentence(sentence, first + 1, section)
            title = text if title == named or _CAPTION.match(text) else title
            first += 1
        notes: list[tuple[int, str]] = []
        while (
            last > first
            and _filled(rows[last - 1]) == 1
            and wide > 1
            and rows[last - 1][0]
            and len(rows[last - 1][0].split()) > 2
        ):
            last -= 1
            notes.insert(0, (last + 1, rows[last][0]))
        if last - first >= 2:
            table = list(rows[first:last])
            pages.add_table(table, list(range(first + 1, last + 1)), title=title, section=section)
            title = named = ""
        elif last > first:
            pages.add_sentence(" ".join(c for c in rows[first] if c), first + 1, section)
        for line, text in notes:
            for sentence in split_sentences(text):
                pages.add_sentence(sentence, line, section)


def _add_prose(pages: Pages, rows: list[list[str]], section: tuple[str, ...]) -> None:
    """A sheet with one cell a row: text, in which a short line without a full stop is a heading."""
    values = [next((cell for cell in row if cell), "") for row in rows]
    if not any(len(text.split()) > _TITLE_WORDS for text in values):
        pages.add_table([[text] for text in values], list(range(1, len(values) + 1)), section=section)
        return
    for line, text in enumerate(values, 1):
        if text and len(text.split()) <= _TITLE_WORDS and not text.endswith((".", ":", ";")):
            section = (*section[:1], text)
        for sentence in split_sentences(text):
            pages.add_sentence(sentence, line, section)


_WRITTEN_MONTH = re.compile(r"(?<!\d)(20\d\d)[ _](0[1-9]|1[0-2])(?!\d)")
_WRITTEN_YEAR = re.compile(r"(?<!\d)(20\d\d)[ _](\d\d)(?!\d)")


def _title_of(file: str) -> str:
    """What the name of a file says of the one table in it: "02_arrests_by_area_2023_24.csv"."""
    name = re.sub(r"^\d+[ _.-]+", "", PurePath(file).stem)
    plain = _WRITTEN_YEAR.sub(r"\1/\2", _WRITTEN_MONTH.sub(r"\1-\2", name)).replace("_", " ")
    plain = re.sub(r"(?<=[a-z])-|-(?=[a-z])", " ", plain, flags=re.IGNORECASE)
    return plain if len(re.findall(r"[a-z]{3,}", plain, re.IGNORECASE)) >= 2 else ""


def read_csv(text: str, file: str) -> Pages:
    """Read comma-, semicolon- or tab-separated values."""
    pages = Pages(file)
    sample = text[:20_000]
    counts = {mark: sum(mark in line for line in sample.splitlines()) for mark in (",", ";", "\t", "|")}
    delimiter = max(counts, key=lambda mark: (counts[mark], sample.count(mark)))
    before = csv.field_size_limit(_LONGEST_CELL)  # of the whole process: others read by the usual one
    rows: list[list[str]] = []
    cells = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            cells += len(row)
            if cells > MAXIMUM_CELLS:
                raise BadInput(f"{file} is too large to check.", allowed=f"{MAXIMUM_CELLS:,} cells")
            rows.append([tidy(cell) for cell in row])
    except csv.Error as error:
        raise BadInput(f"{file} cannot be read as CSV: {error}.", remedy="Save it again as CSV in UTF-8.") from error
    finally:
        csv.field_size_limit(before)
    _add_sheet(pages, rows, "", _title_of(file))
    return pages


def _refuse_bomb(data: bytes, file: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
            if unpacked <= _MAXIMUM_UNPACKED:
                check_extent(archive, file)
    except zipfile.BadZipFile as error:
        raise BadInput(f"{file} is not a workbook: {error}.", allowed=".xlsx as saved by a spreadsheet") from error
    if unpacked > _MAXIMUM_UNPACKED:
        raise BadInput(
            f"{file} unpacks to {unpacked:,} bytes.",
            allowed=f"{_MAXIMUM_UNPACKED:,} bytes unpacked, {MAXIMUM_BYTES:,} packed",
        )


def read_workbook(data: bytes, file: str) -> Pages:
    """Read every sheet of an .xlsx workbook, formulas as their stored values."""
    _refuse_bomb(data, file)
    pages = Pages(file)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for sheet in book.sheet_names:
            page = book.get_sheet_by_name(sheet)
            if page.total_height * page.total_width > MAXIMUM_CELLS:
                raise BadInput(f"Sheet {sheet!r} of {file} is too large to check.", allowed=f"{MAXIMUM_CELLS:,} cells")
            raw = page.to_python(skip_empty_area=False)
            _add_sheet(pages, [[_cell(value) for value in row] for row in raw], sheet)
    except (CalamineError, ValueError, OSError) as error:
        raise BadInput(f"{file} cannot be read as a workbook: {error}.", remedy="Save it again as .xlsx.") from error
    return pages
