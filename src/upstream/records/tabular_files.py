"""A CSV, Excel or Parquet file as something DuckDB can read: rows numbered, cells as written."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from upstream.errors import BadInput
from upstream.records.spreadsheets import read_sheet
from upstream.store.duckdb_session import named, quoted

LONGEST_LINE: Final = 1_000_000
"""Bytes of one record of a CSV file; a longer one is set aside."""

LONGEST_READ: Final = 8_000_000
"""Bytes between two line ends. DuckDB passes over a line that does not fit its buffers without saying so."""

ROW: Final = "row of the file"
"""Column that numbers the rows (from 1); its spaces keep it apart from any column of a table."""

_CHUNK: Final = 1 << 20
_DELIMITERS: Final = ",;\t|"
_BATCH_ROWS: Final = 20_000
_KINDS: Final = ".xlsx, .csv, .parquet"


@dataclass(frozen=True, slots=True)
class TabularFile:
    """A file ready to be read.

    Attributes
    ----------
    path, checksum, size
        The file, its SHA-256 and its bytes.
    headers
        As written, in order.
    types
        Header -> DuckDB type of its cells; all "VARCHAR" unless the file is Parquet.
    sql
        Expression to select from: the headers as columns (positions ``c0``, ``c1`` ...) and :data:`ROW`.
    rejects
        Table in which DuckDB lists lines that it cannot split (CSV); ``None`` for other files.
    lines_above
        Lines above the row numbered 1 that the numbers do not count (blank lines and the header of a CSV file).
    text, delimiter
        The file as UTF-8, where it is CSV, and what separates its cells.
    numbered_by_line
        Whether rows bear the number of their line, nothing to be added.
    records
        Rows and rejected lines that there must be, counted apart from the reading; ``None`` where nobody counted.
    """

    path: Path
    checksum: str
    size: int
    headers: tuple[str, ...]
    types: dict[str, str]
    sql: str
    rejects: str | None = None
    lines_above: int = 0
    text: Path | None = None
    delimiter: str = ","
    numbered_by_line: bool = False
    records: int | None = None


def open_tabular(path: Path, work: Path, *, expected: Collection[str], sheet: str | None = None) -> TabularFile:
    """Recognise a file by its first bytes and make it readable.

    Parameters
    ----------
    path
        The file.
    work
        Folder for what must be rewritten first (workbooks, CSV that is not UTF-8); the caller removes it.
    expected, sheet
        Headers to look for in a workbook, and its worksheet.

    Raises
    ------
    BadInput
        Not there, empty, of a kind that is not read, or not text.
    """
    if not path.is_file():
        what = f"{path} is a folder." if path.is_dir() else f"There is no file {path}."
        raise BadInput(what, allowed=_KINDS, remedy="Check the path.")
    with path.open("rb") as stream:
        start = stream.read(8)
    if not start:
        raise BadInput(f"{path.name} is empty.")
    checksum, size = _checksum(path)
    if start.startswith(b"PAR1"):
        return _parquet(path, checksum, size)
    if start.startswith(b"PK"):
        return _workbook(path, work, checksum, size, expected, sheet)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise BadInput(f"{path.name} is an old Excel file.", allowed=_KINDS, remedy="Save it as .xlsx.")
    if start.startswith(b"%PDF"):
        raise BadInput(f"{path.name} is a PDF.", allowed=_KINDS, remedy="Export the table itself from its system.")
    if start.startswith(b"\x1f\x8b"):
        raise BadInput(f"{path.name} is compressed.", allowed=_KINDS, remedy="Unpack it first.")
    return _csv(path, work, checksum, size)


def _checksum(path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def _parquet(path: Path, checksum: str, size: int) -> TabularFile:
    try:
        schema = pq.read_schema(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise BadInput(f"{path.name} starts like a Parquet file but cannot be read as one.") from error
    columns = ", ".join(f"{named(name)} AS c{position}" for position, name in enumerate(schema.names))
    source = f"read_parquet({quoted(str(path))}, file_row_number = true, hive_partitioning = false)"
    sql = f"(SELECT {columns}, file_row_number + 1 AS {named(ROW)} FROM {source})"
    return TabularFile(
        path=path,
        checksum=checksum,
        size=size,
        headers=tuple(schema.names),
        types={field.name: _duckdb_type(field.type) for field in schema},
        sql=sql,
    )


def _duckdb_type(kind: pa.DataType) -> str:
    if pa.types.is_dictionary(kind):
        return _duckdb_type(kind.value_type)
    if pa.types.is_boolean(kind):
        return "BOOLEAN"
    if pa.types.is_integer(kind) or pa.types.is_decimal(kind) or pa.types.is_floating(kind):
        return "DOUBLE" if pa.types.is_floating(kind) else "BIGINT" if pa.types.is_integer(kind) else "DECIMAL"
    if pa.types.is_date(kind):
        return "DATE"
    if pa.types.is_timestamp(kind):
        return "TIMESTAMPTZ" if kind.tz else "TIMESTAMP"
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return "VARCHAR"
    return "VARCHAR" if pa.types.is_null(kind) else "OTHER"


def _workbook(
    path: Path, work: Path, checksum: str, size: int, expected: Collection[str], sheet: str | None
) -> TabularFile:
    found = read_sheet(path, expected, sheet)
    headers = _without_blank_end(found.headers)
    target = work / "sheet.parquet"
    schema = pa.schema([*((f"c{position}", pa.string()) for position in range(len(headers))), (ROW, pa.int64())])
    with pq.ParquetWriter(target, schema) as writer:
        for batch in row_batches(
            ((number, texts) for number, texts in found.rows if any(texts[: len(headers)])), len(headers)
        ):
            writer.write_table(pa.table(batch, schema=schema))
    sql = f"read_parquet({quoted(str(target))}, hive_partitioning = false)"
    return TabularFile(path, checksum, size, headers, dict.fromkeys(headers, "VARCHAR"), sql)


def row_batches(rows: Iterator[tuple[int, list[str]]], width: int) -> Iterator[list[pa.Array]]:
    """Columns of text and of row numbers, some thousands of rows at a time."""
    cells: list[list[str]] = [[] for _ in range(width)]
    numbers: list[int] = []
    for number, texts in rows:
        texts = (texts + [""] * width)[:width]
        numbers.append(number)
        for column, text in zip(cells, texts, strict=True):
            column.append(text)
        if len(numbers) == _BATCH_ROWS:
            yield [*(pa.array(column, pa.string()) for column in cells), pa.array(numbers, pa.int64())]
            cells, numbers = [[] for _ in range(width)], []
    yield [*(pa.array(column, pa.string()) for column in cells), pa.array(numbers, pa.int64())]


def _without_blank_end(headers: tuple[str, ...]) -> tuple[str, ...]:
    width = len(headers)
    while width and not headers[width - 1].strip():
        width -= 1
    return headers[:width]


def _csv(path: Path, work: Path, checksum: str, size: int) -> TabularFile:
    encoding = _encoding(path)
    text = path if encoding == "utf-8" else _as_utf8(path, work / "text.csv", encoding)
    _check_lines(text)
    delimiter, headers, skipped = _first_row(text)
    return TabularFile(
        path=path,
        checksum=checksum,
        size=size,
        headers=headers,
        types=dict.fromkeys(headers, "VARCHAR"),
        sql=_csv_sql(text, len(headers), delimiter, skipped, "rejected_first"),
        rejects="rejected_first",
        lines_above=skipped + 1,
        text=text,
        delimiter=delimiter,
    )


def _check_lines(text: Path) -> None:
    with text.open("rb") as stream:
        open_since = 0
        while chunk := stream.read(_CHUNK):
            chunk = chunk.replace(b"\r", b"\n")
            first, last = chunk.find(b"\n"), chunk.rfind(b"\n")
            longest = open_since + (first if first >= 0 else len(chunk))
            if longest > LONGEST_READ:
                raise BadInput(
                    f"{text.name} has a line of more than {LONGEST_READ:,} bytes.",
                    allowed=f"lines up to {LONGEST_LINE:,} bytes, each ended",
                    remedy="Export it again; nothing of it was added.",
                )
            open_since = len(chunk) - last - 1 if last >= 0 else longest


def _csv_sql(text: Path, width: int, delimiter: str, skipped: int, rejects: str) -> str:
    columns = ", ".join(f"{quoted(f'c{position}')}: 'VARCHAR'" for position in range(width))
    # numbered while it is read: the order of rows in what is written later is not the order of the file
    return (
        f"(SELECT *, row_number() OVER () AS {named(ROW)} FROM read_csv({quoted(str(text))}, auto_detect = false, "
        f"header = true, skip = {skipped}, columns = {{{columns}}}, delim = {quoted(delimiter)}, quote = '\"', "
        f"escape = '\"', strict_mode = true, null_padding = false, max_line_size = {LONGEST_LINE}, nullstr = '', "
        f"store_rejects = true, rejects_table = '{rejects}', rejects_scan = '{rejects}_scan', rejects_limit = 0))"
    )


def _encoding(path: Path) -> str:
    """UTF-8, UTF-8 with a mark, UTF-16 with a mark, or else Windows-1252, the code page of British office software."""
    with path.open("rb") as stream:
        start = stream.read(4)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        if start.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        stream.seek(0)
        decoder, known = codecs.getincrementaldecoder("utf-8")(), True
        while chunk := stream.read(_CHUNK):
            if b"\0" in chunk:
                raise BadInput(f"{path.name} is not a text file.", allowed=_KINDS)
            if known:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    known = False
        if known:
            try:
                decoder.decode(b"", final=True)
            except UnicodeDecodeError:
                known = False
    return "utf-8" if known else "cp1252"


def _as_utf8(path: Path, target: Path, encoding: str) -> Path:
    # cp1252 leaves five bytes undefined; they become the replacement character rather than a lost row
    with (
        path.open(encoding=encoding, errors="replace", newline="") as source,
        target.open("w", encoding="utf-8", newline="") as sink,
    ):
        while text := source.read(_CHUNK):
            if "\0" in text:
                raise BadInput(f"{path.name} is not a text file.", allowed=_KINDS)
            sink.write(text)
    return target


def _first_row(path: Path) -> tuple[str, tuple[str, ...], int]:
    """The delimiter, the headers and the number of blank lines above them."""
    with path.open(encoding="utf-8", newline="") as stream:
        start = stream.read(LONGEST_LINE)
    lines = start.splitlines()
    skipped = next((number for number, line in enumerate(lines) if line.strip()), None)
    if skipped is None:
        raise BadInput(f"{path.name} has no row with anything in it.")
    line = lines[skipped]
    delimiter = max(_DELIMITERS, key=line.count) if any(mark in line for mark in _DELIMITERS) else ","
    headers = next(csv.reader(io.StringIO("\n".join(lines[skipped:])), delimiter=delimiter))
    if "\n" in "".join(headers):
        raise BadInput(f"A header of {path.name} runs over two lines.", remedy="Put the headers on one line.")
    return delimiter, tuple(headers), skipped
