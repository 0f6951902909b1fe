"""Rows that were refused: kept as text with the reason, beside the table they were meant for.

Refused rows are written before the rows that were accepted, in a table of their own (Delta has no transaction over two
tables). They count only when the entry they name stands in the log of the main table: refused rows of an add that was
killed, or taken back, are never shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from upstream.errors import Conflict
from upstream.records.entries import ATTEMPTS, entries, standing
from upstream.records.month_replacement import sources_in_use
from upstream.store import ReadingScope, Store, mark_personal
from upstream.store.duckdb_session import duckdb_session, parquet_files, quoted

SCHEMA: Final = pa.schema(
    [
        pa.field("entry", pa.string()),
        pa.field("file", pa.string()),
        pa.field("line", pa.int64()),
        pa.field("column", pa.string()),
        pa.field("value", pa.string()),
        pa.field("reason", pa.string()),
        pa.field("raw", pa.string()),
    ]
)
ROWS_IN_MEMORY: Final = 20_000


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not accepted.

    Attributes
    ----------
    file, line
        File name, and line in it (the header is line 1).
    column, value
        The column at fault with its value as text; ``None`` when the whole line is at fault.
    reason
        One sentence.
    raw
        The line as text.
    entry
        The entry that refused it; filled when it is written.
    """

    file: str
    line: int
    column: str | None
    value: str | None
    reason: str
    raw: str
    entry: str = ""


def quarantine_table(table: str) -> str:
    """Name of the table of refused rows of a table."""
    return f"{table}_quarantine"


class QuarantineFile:
    """A Parquet file of refused rows being written, a few thousand in memory at a time."""

    def __init__(self, path: Path, entry: str) -> None:
        self.path = path
        self.rows = 0
        self.reasons: dict[str, int] = {}
        self._entry = entry
        self._waiting: list[tuple[object, ...]] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        self._writer = pq.ParquetWriter(path, SCHEMA, compression="zstd")

    def extend(self, refused: Iterable[RefusedRow]) -> None:
        """Add rows to the file."""
        for row in refused:
            self._waiting.append((self._entry, row.file, row.line, row.column, row.value, row.reason, row.raw))
            self.rows += 1
            self.reasons[row.reason] = self.reasons.get(row.reason, 0) + 1
            if len(self._waiting) >= ROWS_IN_MEMORY:
                self._flush()

    def close(self) -> None:
        """Finish the file; it still counts for nothing until it is committed."""
        self._flush()
        self._writer.close()

    def _flush(self) -> None:
        # the first array made of Python values costs pyarrow a third of a second: most files refuse no row
        if not self._waiting:
            return
        columns = zip(*self._waiting, strict=True)
        arrays = [pa.array(values, field.type) for values, field in zip(columns, SCHEMA, strict=True)]
        self._writer.write_table(pa.Table.from_arrays(arrays, schema=SCHEMA))
        self._waiting.clear()


def commit_quarantine(store: Store, table: str, entry: str, file: Path, *, personal: bool = False) -> None:
    """Commit a file of refused rows; the same entry's rows are committed once however often an add is repeated.

    ``personal`` says that the main table is about identifiable people; then so is its quarantine.
    """
    name = quarantine_table(table)
    schema = mark_personal(SCHEMA, ("value", "raw")) if personal else SCHEMA
    for _ in range(ATTEMPTS):
        made_from = store.version(name) if store.holds(name) else None
        if made_from is not None and any(commit.note.get("refused_by") == entry for commit in store.commits(name)):
            return
        try:
            store.commit(name, schema=schema, note={"refused_by": entry}, made_from=made_from, add=[file])
        except Conflict:
            continue
        return
    raise Conflict(f"{name} is being changed by others all the time.", remedy="Nothing was written; try again.")


def quarantined(
    store: Store, table: str, *, entry: str | None = None, scope: ReadingScope | None = None
) -> tuple[RefusedRow, ...]:
    """Refused rows of the files that what is held came from, by entry, file and line.

    Parameters
    ----------
    table
        The main table.
    entry
        Every row that this entry refused, if it stands.
    scope
        Needed when the table is about identifiable people; it must name the quarantine table.
    """
    name = quarantine_table(table)
    book = list(entries(store, table))
    if entry is None:
        counted = [(held.id, source.name) for held, source in sources_in_use(table, book)]
    else:
        counted = [(held.id, source.name) for held in standing(book) if held.id == entry for source in held.sources]
    if not counted or not store.holds(name):
        return ()
    files = store.snapshot(name, scope=scope).files
    values = ", ".join(f"({quoted(held)}, {quoted(source)})" for held, source in counted)
    with duckdb_session([store.root]) as connection:
        rows = connection.execute(
            f'SELECT file, line, "column", value, reason, raw, entry FROM {parquet_files(files)} '
            f"SEMI JOIN (VALUES {values}) counted(entry, file) USING (entry, file) ORDER BY entry, file, line"
        ).fetchall()
    return tuple(RefusedRow(*row) for row in rows)
