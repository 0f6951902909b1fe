"""What a version of a table and a log entry say, and how columns about people are marked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

PERSONAL: Final = {b"upstream.personal": b"true"}
"""Field metadata of a column about identifiable people; a table with such a column opens only with a scope."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One version of a table, to read from.

    Attributes
    ----------
    table, version
        Name and Delta version, from 0.
    files
        Absolute paths of the Parquet files that make up the version, in path order.
    schema
        Arrow schema; personal columns carry the field metadata :data:`PERSONAL`.
    rows
        Number of rows in the version.
    committed_at
        When the version was committed, UTC.
    areas
        Area codes whose rows may be used; ``None``: every area. Whoever reads the files applies it.
    """

    table: str
    version: int
    files: tuple[Path, ...]
    schema: pa.Schema
    rows: int
    committed_at: dt.datetime
    areas: tuple[str, ...] | None = None

    @property
    def personal(self) -> bool:
        return is_personal(self.schema)


@dataclass(frozen=True, slots=True)
class Commit:
    """One log entry of a table.

    Attributes
    ----------
    version, committed_at
        Delta version and its time, UTC.
    note
        What was done, as given to the store's ``commit``; empty for a commit made by another tool.
    added, removed
        Names of files relative to the table's folder.
    """

    version: int
    committed_at: dt.datetime
    note: Mapping[str, Any]
    added: tuple[str, ...]
    removed: tuple[str, ...]


def is_personal(schema: pa.Schema) -> bool:
    """Whether any column is marked as being about identifiable people."""
    return any((field.metadata or {}).get(b"upstream.personal") == b"true" for field in schema)


def mark_personal(schema: pa.Schema, columns: Sequence[str]) -> pa.Schema:
    """The schema with these columns marked as personal."""
    return pa.schema([field.with_metadata(PERSONAL) if field.name in columns else field for field in schema])
