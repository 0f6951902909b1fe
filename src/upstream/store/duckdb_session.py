"""A DuckDB connection that stays inside its memory, its folders and this machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import duckdb

DEFAULT_MEMORY: Final = "1GB"
"""Bound of one connection's buffers; an add of any size stays inside it."""


@contextmanager
def duckdb_session(
    folders: Sequence[Path],
    *,
    spill: Path | None = None,
    memory: str = DEFAULT_MEMORY,
    threads: int | None = None,
    keep_order: bool = True,
    joins_as_written: bool = False,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that reads and writes only below ``folders``, loads no extension and reaches no network.

    Parameters
    ----------
    folders
        Folders (or files) that may be read and written.
    spill
        Folder for what does not fit in memory; ``None``: nothing is spilled and the query fails instead.
    memory, threads
        Bound such as "1GB"; number of threads (``None``: every core).
    keep_order
        Rows come out in the order of the files.
    joins_as_written
        The right-hand side of every join is the one held in memory. Needed where the left is a text file of any size:
        the planner cannot know that it is the large one.
    """
    allowed = [*folders, *([spill] if spill else [])]
    with duckdb.connect(":memory:") as connection:
        settings = {
            "memory_limit": quoted(memory),
            "preserve_insertion_order": str(keep_order).lower(),
            "temp_directory": quoted(str(spill) if spill else ""),
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "enable_progress_bar": "false",
            "TimeZone": quoted("UTC"),
            "allowed_directories": listed([f"{folder}/" for folder in allowed]),
            "allowed_paths": listed([str(folder) for folder in allowed]),
        }
        if joins_as_written:
            settings["disabled_optimizers"] = quoted("join_order,build_side_probe_side")
        if threads:
            settings["threads"] = str(threads)
        for name, value in settings.items():
            connection.execute(f"SET {name} = {value}")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
        yield connection


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def named(name: str) -> str:
    """A name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def listed(texts: Sequence[str]) -> str:
    """Texts as an SQL list literal."""
    return "[" + ", ".join(quoted(text) for text in texts) + "]"


def parquet_files(files: Sequence[Path]) -> str:
    """An SQL expression that reads these Parquet files as one table; there must be at least one."""
    return f"read_parquet({listed([str(file) for file in files])})"
