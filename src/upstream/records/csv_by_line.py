"""A CSV file read line by line: for files whose quotation marks or line ends the fast reader cannot be trusted with.

One quotation mark that is never closed turns the rest of a file into one cell. Here a cell runs over lines only where
its record then has a cell for each header; otherwise the line with the open mark is set aside and the next line starts
afresh. Every line is a part of a record, set aside, or blank.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from upstream.errors import BadInput
from upstream.records.tabular_files import LONGEST_LINE, ROW, TabularFile, row_batches
from upstream.store.duckdb_session import quoted

TELLING_WIDTH: Final = 5
"""Cells: a line inside an open quotation that has as many as the header, and this many, is a row of its own."""

MOST_KEPT: Final = 10_000
"""Characters of a line that is set aside; the rest helps nobody mend it."""

OPEN: Final = "unquoted value"
"""A quotation that is not closed, or closed and followed by more."""

_BATCH: Final = 1_000
_REJECTS: Final = pa.schema([("line", pa.int64()), ("error_type", pa.string()), ("csv_line", pa.string())])


@dataclass(frozen=True, slots=True)
class _SetAside:
    """A line that cannot be split: where, why (in the fast reader's words) and the line."""

    line: int
    kind: str
    text: str


_Record = tuple[int, list[str]] | _SetAside


def lines_expected(text: Path) -> int | None:
    """Lines with anything on them, the header not counted; ``None``: a quotation is open at the end of some line."""
    count = 0
    with text.open(encoding="utf-8", newline="") as stream:
        for line in stream:
            if '"' in line and line.count('"') % 2:
                return None
            count += line not in ("\n", "\r\n", "\r")
    return count - 1


def read_by_line(file: TabularFile, work: Path) -> TabularFile:
    """The same file as rows numbered by their line, and the lines set aside.

    Returns
    -------
    TabularFile
        ``records`` is the number of rows and lines set aside, counted here.
    """
    if file.text is None:
        raise BadInput(f"{file.path.name} cannot be read to its end.", remedy="Export it again.")
    rows, rejects = work / "by_line.parquet", work / "set_aside.parquet"
    width = len(file.headers)
    schema = pa.schema([*((f"c{position}", pa.string()) for position in range(width)), (ROW, pa.int64())])
    aside: list[_SetAside] = []
    count = 0
    with pq.ParquetWriter(rows, schema) as rows_to, pq.ParquetWriter(rejects, _REJECTS) as rejects_to:

        def split() -> Iterator[tuple[int, list[str]]]:
            nonlocal count
            for record in _records(file.text, width, file.delimiter):
                count += 1
                if not isinstance(record, _SetAside):
                    yield record
                    continue
                aside.append(record)
                if len(aside) == _BATCH:
                    _write(aside, rejects_to)

        for batch in row_batches(split(), width):
            rows_to.write_table(pa.table(batch, schema=schema))
        _write(aside, rejects_to)
    return replace(
        file,
        sql=f"read_parquet({quoted(str(rows))}, hive_partitioning = false)",
        rejects=f"read_parquet({quoted(str(rejects))}, hive_partitioning = false)",
        lines_above=0,
        numbered_by_line=True,
        records=count,
        text=None,
    )


def _write(aside: list[_SetAside], writer: pq.ParquetWriter) -> None:
    columns = [[one.line for one in aside], [one.kind for one in aside], [one.text[:MOST_KEPT] for one in aside]]
    writer.write_table(pa.table(columns, schema=_REJECTS))
    aside.clear()


def _records(text: Path | None, width: int, delimiter: str) -> Iterator[_Record]:
    if text is None:
        return
    with text.open(encoding="utf-8", newline="") as stream:
        lines = enumerate(stream, start=1)
        next((line for _, line in lines if line.strip()), None)  # the header
        waiting: deque[tuple[int, str]] = deque()
        while (item := waiting.popleft() if waiting else next(lines, None)) is not None:
            number, line = item
            if not line.strip("\r\n"):
                continue
            if '"' not in line:
                cells = line.rstrip("\r\n").split(delimiter)
                wrong = _fault(cells, line, width)
                yield _SetAside(number, wrong, line.rstrip("\r\n")) if wrong else (number, cells)
                continue
            found, more = _split([line], width, delimiter), None
            if found == OPEN:
                more = _rest_of_quotation(line, lines, waiting)
                found = _split([line, *(text for _, text in more)], width, delimiter) if more else OPEN
            if isinstance(found, str):
                waiting.extendleft(reversed(more or []))
                yield _SetAside(number, OPEN if more else found, line.rstrip("\r\n"))
            else:
                yield number, found


def _rest_of_quotation(
    line: str, lines: Iterator[tuple[int, str]], waiting: deque[tuple[int, str]]
) -> list[tuple[int, str]] | None:
    """The lines up to the one that closes the quotation; ``None``: nothing closes it (and the lines wait again)."""
    taken: list[tuple[int, str]] = []
    size = len(line)
    while size <= LONGEST_LINE and (item := waiting.popleft() if waiting else next(lines, None)) is not None:
        taken.append(item)
        size += len(item[1])
        if item[1].count('"') % 2:
            return taken
    waiting.extendleft(reversed(taken))
    return None


def _split(lines: list[str], width: int, delimiter: str) -> list[str] | str:
    """The cells of a record, or what is wrong with it."""
    if width >= TELLING_WIDTH and any(text.count(delimiter) == width - 1 for text in lines[1:-1] if '"' not in text):
        return OPEN
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error as error:
        return "line size over maximum" if "field larger" in str(error) else OPEN
    return _fault(rows[0], "".join(lines), width) or rows[0] if len(rows) == 1 else OPEN


def _fault(cells: list[str], line: str, width: int) -> str:
    if len(line) > LONGEST_LINE:
        return "line size over maximum"
    if len(cells) == width:
        return ""
    return "missing columns" if len(cells) < width else "too many columns"
