"""The door to the engine's reader of workbooks and CSV files: rows as text, numbered as in the file."""

import shutil
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files.base import File

from upstream.errors import BadInput
from upstream.records.csv_by_line import read_by_line
from upstream.records.spreadsheets import worksheet_names
from upstream.records.tabular_files import ROW, TabularFile, open_tabular
from upstream.store.duckdb_session import duckdb_session, named

MOST_ROWS = 5_000
"""Rows of a sheet: what a person can still check. More is split."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row: its number in the file, its texts by header, and why it cannot be split into cells, or nothing."""

    number: int
    cells: dict[str, str]
    broken: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet, or a CSV file, whose name is then empty."""

    name: str
    headers: tuple[str, ...]
    rows: tuple[SheetRow, ...]


def sheet_names(file: File, name: str) -> tuple[str, ...]:
    """The worksheets of a workbook; one empty name for a CSV file."""
    with tempfile.TemporaryDirectory() as folder:
        path = _copied(file, Path(folder, name))
        if path.suffix.lower() == ".csv":
            return ("",)
        with _refused_in_our_words():
            return worksheet_names(path)


def read(file: File, name: str, sheet: str, expected: Collection[str]) -> Sheet:
    """Read a sheet.

    sheet : of a workbook; empty for a CSV file
    expected : headers to look for; the first row with one of them is the row of headers
    """
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder, "work")
        work.mkdir()
        path = _copied(file, Path(folder, name))
        with _refused_in_our_words():
            return _read(open_tabular(path, work, expected=expected, sheet=sheet or None), work, sheet)


def _read(file: TabularFile, work: Path, sheet: str) -> Sheet:
    headers = _told_apart(file.headers)
    if file.text is not None:
        file = read_by_line(file, work)
    with duckdb_session([work]) as connection:
        found = connection.execute(f"SELECT * FROM {file.sql} ORDER BY {named(ROW)} LIMIT {MOST_ROWS + 1}").fetchall()
        broken = []
        if file.rejects:
            broken = connection.execute(f"SELECT line, error_type, csv_line FROM {file.rejects}").fetchall()
    if len(found) + len(broken) > MOST_ROWS:
        raise ValidationError(
            f"The sheet has more than {MOST_ROWS:,} rows. Split it, and bring the parts in one by one."
        )
    rows = [SheetRow(int(row[-1]), {h: (c or "").strip() for h, c in zip(headers, row, strict=False)}) for row in found]
    rows = [row for row in rows if any(row.cells.values())]
    rows += [
        SheetRow(int(line), {headers[0]: text}, f"The line cannot be split: {kind}.") for line, kind, text in broken
    ]
    return Sheet(sheet, tuple(h for h in headers), tuple(sorted(rows, key=lambda row: row.number)))


def _told_apart(headers: tuple[str, ...]) -> list[str]:
    """Headers without a name or named twice get their number."""
    found: list[str] = []
    for number, header in enumerate(headers, 1):
        name = " ".join(header.split())[:100] or f"Column {number}"
        found.append(f"{name} ({number})" if name in found else name)
    return found


def _copied(file: File, path: Path) -> Path:
    with file.open("rb") as source, path.open("wb") as target:
        shutil.copyfileobj(source, target)
    return path


@contextmanager
def _refused_in_our_words() -> Iterator[None]:
    try:
        yield
    except BadInput as error:
        raise ValidationError(str(error)) from error
