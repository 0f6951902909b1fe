"""Rows into a table by key: the latest as-at date wins, the same row twice is one row, and nothing is guessed.

Within one file and against what is held, for each key:

* the same row with the same as-at date is already held;
* an older as-at date than another row of the key is already held, with a warning;
* two different rows with one as-at date contradict each other: in one file both are set aside; against what is held,
  the new one is;
* where a file holds a report or register whole, rows held of it with an older as-at date end, and a file older than
  what is held of it changes nothing.

Files of the table are copied on write: only those with a row that is replaced are written anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from upstream.records.checks import BETWEEN, RAW, REASON
from upstream.records.contract import Contract
from upstream.records.tabular_files import ROW
from upstream.store.duckdb_session import listed, named, quoted

SAME: Final = "the same row is held"
OLDER: Final = "older than what is held for its key"
TWINS: Final = "two different rows of this file have this key and as-at date"
CONTRADICTS: Final = "held with other values for this key and as-at date"

_ROW_GROUP: Final = 100_000


@dataclass(frozen=True, slots=True)
class Merge:
    """What becomes of the rows of one file, and the files of the next version.

    Attributes
    ----------
    accepted, quarantined, already_held
        Rows, out of all rows read into the staged file.
    older
        Rows, among those already held, that were older than what is held or than another row of the file.
    ended
        Held rows that a newer report or register no longer has.
    months
        Months (YYYY-MM) that have an accepted row, in order.
    written
        Month -> files of new and rewritten rows, in the work folder.
    replaced
        Files of the held version that end here.
    """

    accepted: int
    quarantined: int
    already_held: int
    older: int
    ended: int
    months: tuple[str, ...]
    written: tuple[tuple[str, Path], ...]
    replaced: tuple[Path, ...]


def merge(
    connection: duckdb.DuckDBPyConnection, held: Contract, staged: Path, files: Sequence[Path], work: Path
) -> Merge:
    """Decide each staged row's fate and write the files of the next version.

    Parameters
    ----------
    connection
        Session that may read the staged file and the table and write to ``work``.
    held
        The table's contract.
    staged
        Parquet file of :func:`upstream.records.checks.checked_rows`.
    files
        Files of the held version; none when there is no table yet.
    work
        Folder for the files written; the view ``refused`` of rows set aside stays in the connection.
    """
    _stage(connection, staged)
    _fates_within(connection, held)
    if held.replaces:
        _fates_of_wholes(connection, held, files)
    if files:
        _fates_against(connection, held, files)
    ended = _ends(connection, held, files) if held.replaces and files else 0
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW refused AS "
        f"SELECT {named(ROW)} AS line, concat_ws({quoted(BETWEEN)}, nullif({REASON}, ''), fate) AS {REASON}, {RAW} "
        f"FROM staged LEFT JOIN fates ON fated = seat "
        f"WHERE {REASON} <> '' OR fate IN ({quoted(TWINS)}, {quoted(CONTRADICTS)})"
    )
    replaced = _replaced(connection)
    months = _write(connection, held, replaced, work)
    total = _count(connection, "SELECT count(*) FROM staged")
    refused = _count(connection, "SELECT count(*) FROM refused")
    already = _count(connection, f"SELECT count(*) FROM fates WHERE fate IN ({quoted(SAME)}, {quoted(OLDER)})")
    older = _count(connection, f"SELECT count(*) FROM fates WHERE fate = {quoted(OLDER)}")
    out = work / "out"
    written = tuple(
        (folder.name.partition("=")[2], file)
        for folder in sorted(out.iterdir() if out.is_dir() else ())
        for file in sorted(folder.iterdir())
    )
    return Merge(total - refused - already, refused, already, older, ended, months, written, replaced)


def _stage(connection: duckdb.DuckDBPyConnection, staged: Path) -> None:
    source = f"read_parquet({quoted(str(staged))}, file_row_number = true, hive_partitioning = false)"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW staged AS SELECT *, file_row_number AS seat FROM {source}")
    connection.execute(f"CREATE OR REPLACE TEMP VIEW good AS SELECT * FROM staged WHERE {REASON} = ''")
    connection.execute("CREATE OR REPLACE TEMP TABLE fates (fated BIGINT, fate VARCHAR)")
    connection.execute("CREATE OR REPLACE TEMP TABLE newer (file VARCHAR, held_row BIGINT)")


def _fates_within(connection: duckdb.DuckDBPyConnection, held: Contract) -> None:
    """Rows of the file that share a key."""
    key, content = _keys(held), _content(held)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE repeated AS SELECT {key} FROM good GROUP BY ALL HAVING count(*) > 1"
    )
    if not _count(connection, "SELECT count(*) FROM repeated"):
        return
    connection.execute(
        f"""INSERT INTO fates
        WITH rows AS (SELECT seat, as_at, {key}, {content} AS content FROM good SEMI JOIN repeated USING ({key})),
        states AS (
            SELECT as_at, {key}, min(seat) AS first_seat, count(DISTINCT content) AS contents
            FROM rows GROUP BY ALL),
        latest AS (SELECT {key}, max(as_at) AS newest FROM states WHERE contents = 1 GROUP BY ALL)
        SELECT seat, CASE
            WHEN contents > 1 THEN {quoted(TWINS)}
            WHEN as_at < newest THEN {quoted(OLDER)}
            WHEN seat > first_seat THEN {quoted(SAME)} END AS fate
        FROM rows JOIN states USING (as_at, {key}) LEFT JOIN latest USING ({key})
        WHERE fate IS NOT NULL"""
    )


def _fates_against(connection: duckdb.DuckDBPyConnection, held: Contract, files: Sequence[Path]) -> None:
    """Rows whose key the table holds already."""
    key = _keys(held)
    source = _located(files)
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE met AS
        WITH offered AS (SELECT seat, as_at, {key} FROM good ANTI JOIN fates ON seat = fated)
        SELECT offered.seat, offered.as_at AS new_as_at, h.as_at AS held_as_at,
               h.filename AS file, h.file_row_number AS held_row
        FROM {source} AS h JOIN offered USING ({key})"""
    )
    if not _count(connection, "SELECT count(*) FROM met"):
        return
    connection.execute(f"INSERT INTO fates SELECT seat, {quoted(OLDER)} FROM met WHERE new_as_at < held_as_at")
    connection.execute("INSERT INTO newer SELECT file, held_row FROM met WHERE new_as_at > held_as_at")
    same_day = [
        row[0] for row in connection.execute("SELECT DISTINCT file FROM met WHERE new_as_at = held_as_at").fetchall()
    ]
    if same_day:
        places = _located([Path(name) for name in same_day])
        connection.execute(
            f"""INSERT INTO fates
            WITH tied AS (SELECT * FROM met WHERE new_as_at = held_as_at),
            new AS (SELECT seat, {_content(held)} AS content FROM staged SEMI JOIN tied USING (seat)),
            old AS (SELECT tied.seat, {_content(held, "h")} AS content
                    FROM {places} AS h JOIN tied ON h.filename = tied.file AND h.file_row_number = tied.held_row)
            SELECT seat, CASE WHEN new.content = old.content THEN {quoted(SAME)} ELSE {quoted(CONTRADICTS)} END
            FROM new JOIN old USING (seat)"""
        )


def _fates_of_wholes(connection: duckdb.DuckDBPyConnection, held: Contract, files: Sequence[Path]) -> None:
    """Rows of a report or register of which a later one is there: the later one is the whole of it."""
    whole = ", ".join(named(name) for name in held.replaces)
    both = f"SELECT {whole}, as_at FROM good" + (
        f" UNION ALL SELECT {whole}, as_at FROM {_located(files)}" if files else ""
    )
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE wholes AS SELECT {whole}, max(as_at) AS newest FROM ({both}) GROUP BY ALL"
    )
    connection.execute(
        f"""INSERT INTO fates SELECT seat, {quoted(OLDER)} FROM good ANTI JOIN fates ON seat = fated
        JOIN wholes USING ({whole}) WHERE as_at < newest"""
    )


def _ends(connection: duckdb.DuckDBPyConnection, held: Contract, files: Sequence[Path]) -> int:
    """Held rows that a newer report or register no longer has; how many."""
    whole = ", ".join(named(name) for name in held.replaces)
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE ended AS SELECT h.filename AS file, h.file_row_number AS held_row
        FROM {_located(files)} AS h JOIN wholes USING ({whole})
        ANTI JOIN newer ON h.filename = newer.file AND h.file_row_number = newer.held_row WHERE h.as_at < newest"""
    )
    connection.execute("INSERT INTO newer SELECT file, held_row FROM ended")
    return _count(connection, "SELECT count(*) FROM ended")


def _replaced(connection: duckdb.DuckDBPyConnection) -> tuple[Path, ...]:
    rows = connection.execute("SELECT DISTINCT file FROM newer ORDER BY file").fetchall()
    return tuple(Path(row[0]) for row in rows)


def _write(
    connection: duckdb.DuckDBPyConnection, held: Contract, replaced: Sequence[Path], work: Path
) -> tuple[str, ...]:
    names = ", ".join(named(name) for name in held.names)
    month = f"strftime({named(held.event_date)}, '%Y-%m')"
    new = f"SELECT {names} FROM good ANTI JOIN fates ON seat = fated"
    months = connection.execute(f"SELECT DISTINCT {month} AS month FROM ({new}) ORDER BY month").fetchall()
    rest = ""
    if replaced:
        source = _located(replaced)
        rest = (
            f" UNION ALL SELECT {names} FROM {source} AS h ANTI JOIN newer "
            "ON h.filename = newer.file AND h.file_row_number = newer.held_row"
        )
    if months or replaced:
        connection.execute(
            f"COPY (SELECT *, {month} AS {named('event month')} FROM ({new}{rest})) TO {quoted(str(work / 'out'))} "
            f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_ROW_GROUP}, PARTITION_BY ({named('event month')}))"
        )
    return tuple(row[0] for row in months)


def _located(files: Sequence[Path]) -> str:
    """Rows of files with the file and the place in it that each comes from."""
    names = listed([str(file) for file in files])
    return f"read_parquet({names}, filename = true, file_row_number = true, hive_partitioning = false)"


def _keys(held: Contract) -> str:
    return ", ".join(named(name) for name in held.key)


def _content(held: Contract, source: str | None = None) -> str:
    """All that a row says beside its key and as-at date, as one value that compares as a whole."""
    rest = [name for name in held.names if name not in held.key and name != "as_at"]
    prefix = f"{source}." if source else ""
    return f"struct_pack({', '.join(f'{named(name)} := {prefix}{named(name)}' for name in rest)})" if rest else "1"


def _count(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
