"""Files whose kind is known, and the SQL that reads their text with DuckDB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from upstream.records.contract import contract
from upstream.records.month_replacement import ForceMonth
from upstream.records.sources.archive import SourceFile
from upstream.records.sources.lines import LONGEST_LINE
from upstream.records.sources.police_uk_layouts import Layout
from upstream.store.duckdb_session import listed, quoted

BATCH: Final = 512 * 2**20
"""Bytes of text read into one Parquet file; a larger file is a batch of its own."""


@dataclass(frozen=True, slots=True)
class StreetFile:
    """A file whose kind is known.

    Attributes
    ----------
    source
        Where it is.
    layout, position
        Its kind, and header -> place of each column.
    width
        Number of columns, known or not.
    force, month
        From the file name; ``None`` when its name says neither and the rows must.
    size
        Bytes.
    """

    source: SourceFile
    layout: Layout
    position: Mapping[str, int]
    width: int
    force: str | None
    month: str | None
    size: int

    @property
    def key(self) -> ForceMonth | None:
        return (self.force, self.month) if self.force and self.month else None


def batches(files: Sequence[StreetFile]) -> Iterator[list[StreetFile]]:
    """Files that can be read by one query, up to :data:`BATCH` bytes together; unnamed files alone."""
    groups: dict[tuple[object, ...], list[StreetFile]] = {}
    for file in sorted(files, key=lambda item: (item.force or "", item.month or "", item.source.name)):
        own = file.source.name if file.key is None else None
        groups.setdefault((tuple(sorted(file.position.items())), file.width, own), []).append(file)
    for group in groups.values():
        batch: list[StreetFile] = []
        for file in group:
            if batch and sum(item.size for item in batch) + file.size > BATCH:
                yield batch
                batch = []
            batch.append(file)
        yield batch


def _columns_sql(types: Sequence[str], *before: str) -> str:
    return "{" + ", ".join([*before, *(f"'c{place}': '{kind}'" for place, kind in enumerate(types))]) + "}"


_CSV: Final = f"delim = ',', quote = '\"', escape = '\"', auto_detect = false, max_line_size = {LONGEST_LINE}"


def lines_sql(batch: Sequence[StreetFile]) -> str:
    paths = listed([str(file.source.path) for file in batch])
    several = ", filename = true" if len(batch) > 1 else ""
    # numbers and times are cheapest to check while the text is being read
    first = batch[0]
    types = ["VARCHAR"] * first.width
    for name, header_of in first.layout.columns.items():
        column = contract(first.layout.table).column(name)
        if header_of in first.position and column.type in {"number", "timestamp"}:
            types[first.position[header_of]] = column.duckdb_type
    columns = _columns_sql(types)
    return f"read_csv({paths}, columns = {columns}, header = true, ignore_errors = true, {_CSV}{several})"


def numbered_sql(file: StreetFile) -> str:
    """The lines of a file with their numbers, true as long as every line is a row."""
    columns = _columns_sql(["VARCHAR"] * file.width)
    text = (
        f"read_csv({quoted(str(file.source.path))}, columns = {columns}, header = true, ignore_errors = true, {_CSV})"
    )
    return f"(SELECT row_number() OVER () + 1 AS line, * FROM {text})"


def clean_sql(clean: Path, width: int) -> str:
    columns = _columns_sql(["VARCHAR"] * width, "'line': 'BIGINT'")
    return f"read_csv({quoted(str(clean))}, columns = {columns}, header = false, {_CSV})"


def key_sql(batch: Sequence[StreetFile]) -> str:
    """The force and month of each file's name, as ``k``."""
    if len(batch) == 1:
        force, month = (quoted(text) if text else "NULL::VARCHAR" for text in (batch[0].force, batch[0].month))
        return f"CROSS JOIN (SELECT {force} AS force, {month} AS month) k"
    values = ", ".join(
        f"({quoted(str(file.source.path))}, {quoted(file.force or '')}, {quoted(file.month or '')})" for file in batch
    )
    return f"JOIN (VALUES {values}) k(path, force, month) ON k.path = r.filename"
