"""Files of the force's own systems: read through a mapping, checked against the contract, merged by key."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import duckdb

from upstream.errors import BadInput, Conflict
from upstream.records import pseudonyms
from upstream.records.checks import BETWEEN, REASON, WARNINGS, checked_rows
from upstream.records.contract import Contract, code_list, contract
from upstream.records.csv_by_line import lines_expected, read_by_line
from upstream.records.entries import (
    AddResult,
    Entry,
    Progress,
    Source,
    entries,
    entry_id,
    entry_note,
    no_progress,
    repeat_on_conflict,
    standing,
)
from upstream.records.mapping import Binding, bind, fillable, read_mapping
from upstream.records.mapping import Mapping as FileMapping
from upstream.records.quarantine import commit_quarantine, quarantine_table
from upstream.records.tabular_files import TabularFile, open_tabular
from upstream.records.upsert import Merge, merge
from upstream.store import Store, mark_personal
from upstream.store.duckdb_session import duckdb_session, named, parquet_files, quoted

KEY_FINGERPRINT: Final = "person_key"
"""Where a commit's note keeps the fingerprint of the key that made its pseudonyms."""

DISK_FULL: Final = "No space left"
"""Words of the operating system in DuckDB's errors."""

MOST_CODES: Final = 200
"""Unknown codes listed by an add; a free-text column mapped by mistake has thousands."""

_WITHHELD: Final = "not kept: the line cannot be split into cells, and the table holds identifiers of people"


@dataclass(frozen=True, slots=True)
class _Staged:
    """A file read and checked, not yet merged: where, lines that could not be split, lines above the first row."""

    file: TabularFile
    path: Path
    rejects: int
    lines_above: int


def add_file(
    store: Store,
    table: str,
    path: Path,
    *,
    mapping: FileMapping | Path | None = None,
    as_at: dt.date | None = None,
    who: str,
    person_key: bytes | None = None,
    areas: Collection[str] = (),
    progress: Progress | None = None,
) -> AddResult:
    """Add one CSV, Excel or Parquet file to a force table.

    The add is one commit: either all of it is held or none. The same file again changes nothing. Memory stays bounded
    whatever the size of the file.

    Parameters
    ----------
    store, table, path
        Where to, which table, which file.
    mapping
        How the file fills the table; ``None``: the headers are the table's own column names.
    as_at
        The day the file was read from its system, for rows that carry no as-at date of their own.
    who
        The person adding it.
    person_key
        Secret of the pseudonyms; needed when the file holds identifiers of people.
    areas
        Codes of the force's areas; with them, other codes are reported.
    progress
        Told what is under way.

    Raises
    ------
    BadInput
        The file, the mapping or the key cannot be used; nothing was written.
    """
    held = contract(table)
    if held.written_by != "upsert":
        raise BadInput(f"{table} is filled from police.uk files.", remedy="Use: upstream records add police-uk PATH")
    read = mapping if isinstance(mapping, FileMapping) else read_mapping(mapping, held) if mapping else FileMapping()
    tell = progress or no_progress
    with store.workspace() as work, _session(store, path, work) as connection:
        tell(f"reading {path.name}", 0, path.stat().st_size if path.is_file() else 0)
        expected = [read.columns.get(column.name, column.name) for column in fillable(held)]
        file = open_tabular(path, work, expected=expected, sheet=read.sheet)
        binding = bind(held, read, file.headers, as_at_given=as_at is not None)
        fingerprint = _prepare_key(connection, store, held, binding, read, person_key)
        staged = _stage(connection, file, held, binding, read, as_at=as_at, keyed=fingerprint is not None, work=work)
        tell(f"merging {path.name}", file.size, file.size)
        attempts = iter(range(1_000_000))
        also = json.dumps([_plain(read), str(as_at or "")], sort_keys=True)
        return repeat_on_conflict(
            lambda: _merge_and_commit(
                connection,
                store,
                held,
                staged,
                binding,
                work=work / f"attempt-{(number := next(attempts))}",
                also=f"{also}{number or ''}",
                who=who,
                fingerprint=fingerprint,
                areas=areas,
            )
        )


def _plain(mapping: FileMapping) -> dict[str, object]:
    return {
        "columns": dict(mapping.columns),
        "constants": dict(mapping.constants),
        "values": {name: dict(pairs) for name, pairs in mapping.values.items()},
        "other": [mapping.date_formats, mapping.blanks, mapping.timezone, mapping.pseudonyms, mapping.sheet],
    }


@contextmanager
def _session(store: Store, path: Path, work: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb_session([store.root, path.absolute()], spill=work / "spill") as connection:
        yield connection


def _prepare_key(
    connection: duckdb.DuckDBPyConnection,
    store: Store,
    held: Contract,
    binding: Binding,
    mapping: FileMapping,
    person_key: bytes | None,
) -> str | None:
    """Hand the key to the session, once it is known to be the one the store's pseudonyms were made with."""
    people = [column.name for column in held.columns if column.type == "pseudonym" and column.name in binding.headers]
    if not people or mapping.pseudonyms == "already keyed":
        return None
    key = pseudonyms.check_key(person_key, held.table)
    fingerprint = pseudonyms.fingerprint(key)
    known = _fingerprint_held(store)
    if known not in (None, fingerprint):
        raise BadInput(
            "The key for pseudonyms is not the one that the people in this store were keyed with.",
            remedy="Use the same key for every add: with another, each person would be two people.",
        )
    # as variables, so that no error message can quote them
    for name, pad in zip(("inner_pad", "outer_pad"), pseudonyms.pads(key), strict=True):
        connection.execute(f"SET VARIABLE {name} = $pad::BLOB", {"pad": pad})
    return fingerprint


def _fingerprint_held(store: Store) -> str | None:
    for table in store.tables():
        for commit in store.commits(table):
            if KEY_FINGERPRINT in commit.note:
                return str(commit.note[KEY_FINGERPRINT])
    return None


def _stage(
    connection: duckdb.DuckDBPyConnection,
    file: TabularFile,
    held: Contract,
    binding: Binding,
    mapping: FileMapping,
    *,
    as_at: dt.date | None,
    keyed: bool,
    work: Path,
) -> _Staged:
    target = work / "staged.parquet"

    def copy(source: TabularFile) -> None:
        query = checked_rows(
            source,
            held,
            binding,
            mapping,
            as_at=as_at,
            # a day more: this machine's clock is in UTC, the force's may have passed midnight
            today=dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1),
            pads=("getvariable('inner_pad')", "getvariable('outer_pad')") if keyed else None,
        )
        connection.execute(f"COPY ({query}) TO {quoted(str(target))} (FORMAT parquet, COMPRESSION lz4)")

    read = _read_fast(connection, file, copy, target) if file.text is not None else None
    if read is None:
        read = read_by_line(file, work) if file.text is not None else file
        try:
            copy(read)
        except duckdb.Error as error:  # of a spoilt file, of any kind
            if _is_about_space(error):
                raise
            raise BadInput(f"{file.path.name} cannot be read to its end.", remedy="Export it again.") from error
        rejects = _list_rejects(connection, read)
        if read.records is not None and _rows(connection, target) + rejects != read.records:
            raise BadInput(f"The lines of {file.path.name} cannot all be accounted for.", remedy="Export it again.")
    return _Staged(read, target, _rows(connection, "rejected"), read.lines_above)


def _read_fast(
    connection: duckdb.DuckDBPyConnection, file: TabularFile, copy: Callable[[TabularFile], None], target: Path
) -> TabularFile | None:
    """The file, where every line of it came through as a row or a rejected line; else nothing."""
    expected = lines_expected(file.text) if file.text is not None else None
    if expected is None:
        return None
    try:
        copy(file)
    except duckdb.Error as error:
        if _is_about_space(error):
            raise
        return None
    return file if _rows(connection, target) + _list_rejects(connection, file) == expected else None


def _is_about_space(error: duckdb.Error) -> bool:
    return DISK_FULL in str(error) or isinstance(error, duckdb.OutOfMemoryException)


def _list_rejects(connection: duckdb.DuckDBPyConnection, file: TabularFile) -> int:
    """Lines that could not be split, into the table ``rejected``; how many."""
    connection.execute("CREATE OR REPLACE TEMP TABLE rejected (line BIGINT, kind VARCHAR, raw VARCHAR)")
    if file.rejects:
        connection.execute(
            "INSERT INTO rejected SELECT line, min(lower(CAST(error_type AS VARCHAR))), min(csv_line) "
            f"FROM {file.rejects} GROUP BY line"
        )
    return _rows(connection, "rejected")


def _rows(connection: duckdb.DuckDBPyConnection, table: Path | str) -> int:
    source = parquet_files([table]) if isinstance(table, Path) else table
    found = connection.execute(f"SELECT count(*) FROM {source}").fetchone()
    return int(found[0]) if found else 0


def _merge_and_commit(
    connection: duckdb.DuckDBPyConnection,
    store: Store,
    held: Contract,
    staged: _Staged,
    binding: Binding,
    *,
    work: Path,
    also: str,
    who: str,
    fingerprint: str | None,
    areas: Collection[str],
) -> AddResult:
    work.mkdir()
    before = store.snapshot_for_writing(held.table) if store.holds(held.table) else None
    merged = merge(connection, held, staged.path, before.files if before else (), work)
    earlier = list(entries(store, held.table))
    entry = entry_id(held.table, [staged.file.checksum], earlier, also=also)
    quarantined = merged.quarantined + staged.rejects
    known = {held_entry.id.partition("-")[0] for held_entry in standing(earlier)}
    written = merged.accepted > 0 or (quarantined > 0 and entry.partition("-")[0] not in known)
    result = AddResult(
        table=held.table,
        entry=entry if written else None,
        files=(staged.file.path.name,),
        read=merged.accepted + quarantined + merged.already_held,
        accepted=merged.accepted,
        quarantined=quarantined,
        already_held=merged.already_held,
        version_before=before.version if before else None,
        version_after=before.version if before else None,
        months=merged.months,
        unknown_codes=_unknown_codes(connection, held, areas),
        reasons=_reasons(connection),
        warnings=tuple(_warnings(connection, merged, binding, staged.file)),
    )
    if not written:
        return result
    if quarantined:
        _quarantine(connection, store, held, staged, entry)
    version = _commit(store, held, merged, result, entry, who, staged.file, fingerprint)
    return replace(result, version_after=version)


def _commit(
    store: Store,
    held: Contract,
    merged: Merge,
    result: AddResult,
    entry: str,
    who: str,
    file: TabularFile,
    fingerprint: str | None,
) -> int:
    note = entry_note(
        Entry(
            id=entry,
            table=held.table,
            kind="add",
            who=who,
            at=dt.datetime.now(dt.UTC),
            sources=(Source(file.path.name, file.checksum, result.read, result.accepted, result.quarantined),),
            read=result.read,
            accepted=result.accepted,
            quarantined=result.quarantined,
            already_held=result.already_held,
            version_before=result.version_before,
            version_after=0,
        )
    )
    moved: list[Path] = []
    try:
        for number, (month, path) in enumerate(merged.written):
            target = store.folder(held.table) / month / f"{entry}-{number}-{uuid.uuid4().hex[:8]}.parquet"
            target.parent.mkdir(exist_ok=True)
            moved.append(path.rename(target))
        return store.commit(
            held.table,
            schema=mark_personal(held.schema, [column.name for column in held.columns if column.personal]),
            note=note | ({KEY_FINGERPRINT: fingerprint} if fingerprint else {}),
            made_from=result.version_before,
            add=moved,
            remove=merged.replaced,
        )
    except (Conflict, OSError):
        for path in moved:
            path.unlink(missing_ok=True)
        raise


def _quarantine(
    connection: duckdb.DuckDBPyConnection, store: Store, held: Contract, staged: _Staged, entry: str
) -> None:
    """Write the refused rows, with their line in the file, and commit them before the rows that were accepted."""
    name = quoted(staged.file.path.name)
    people = any(column.type == "pseudonym" for column in held.columns)
    raw = quoted(_WITHHELD) if people else "raw"
    path = store.folder(quarantine_table(held.table)) / f"{entry}-{uuid.uuid4().hex[:8]}.parquet"
    connection.execute(
        f"""COPY (
        WITH shifts AS (SELECT line - row_number() OVER (ORDER BY line) + 1 AS from_line FROM rejected
                        WHERE {"false" if staged.file.numbered_by_line else "true"}),
        placed AS (SELECT line + {staged.lines_above} AS base, {REASON} AS reason, raw FROM refused),
        counted AS (SELECT placed.*, (SELECT count(*) FROM shifts WHERE from_line <= placed.base) AS shift FROM placed)
        SELECT {quoted(entry)} AS entry, {name} AS file, base + shift AS line, CAST(NULL AS VARCHAR) AS "column",
               CAST(NULL AS VARCHAR) AS value, reason, raw FROM counted
        UNION ALL
        SELECT {quoted(entry)}, {name}, line, NULL, NULL, {_reject_reason()}, {raw} FROM rejected
        ORDER BY line) TO {quoted(str(path))} (FORMAT parquet, COMPRESSION zstd)"""
    )
    commit_quarantine(store, held.table, entry, path, personal=held.personal)


def _reject_reason() -> str:
    return (
        "CASE kind WHEN 'missing columns' THEN 'the line has too few cells' "
        "WHEN 'too many columns' THEN 'the line has too many cells' "
        "WHEN 'unquoted value' THEN 'a quotation mark is not closed' "
        "WHEN 'line size over maximum' THEN 'the line is too long' "
        "ELSE 'the line cannot be split into cells' END"
    )


def _reasons(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    rows = connection.execute(
        f"SELECT reason, count(*) FROM (SELECT {REASON} AS reason FROM refused UNION ALL "
        f"SELECT {_reject_reason()} FROM rejected) GROUP BY reason ORDER BY count(*) DESC, reason LIMIT {MOST_CODES}"
    ).fetchall()
    return {str(reason): int(rows) for reason, rows in rows}


def _unknown_codes(
    connection: duckdb.DuckDBPyConnection, held: Contract, areas: Collection[str]
) -> dict[str, dict[str, int]]:
    """Codes that no list has, among the rows accepted."""
    found: dict[str, dict[str, int]] = {}
    for column in held.columns:
        listed_codes = code_list(column.code_list) if column.code_list else None
        known = list(areas) if column.code_list == "areas" else list(listed_codes.codes) if listed_codes else []
        if not known:
            continue
        rows = connection.execute(
            f"SELECT {named(column.name)} AS code, count(*) FROM good ANTI JOIN fates ON seat = fated "
            f"WHERE NOT list_contains($known, code) GROUP BY ALL ORDER BY count(*) DESC, code LIMIT {MOST_CODES}",
            {"known": known},
        ).fetchall()
        if rows:
            found[column.name] = {str(code): int(count) for code, count in rows}
    return found


def _warnings(
    connection: duckdb.DuckDBPyConnection, merged: Merge, binding: Binding, file: TabularFile
) -> Iterator[str]:
    rows = connection.execute(
        f"SELECT sentence, count(*) FROM (SELECT unnest(string_split({WARNINGS}, {quoted(BETWEEN)})) AS sentence "
        f"FROM good ANTI JOIN fates ON seat = fated WHERE {WARNINGS} <> '') GROUP BY ALL ORDER BY sentence"
    ).fetchall()
    for sentence, count in rows:
        yield f"{count:,} {'row' if count == 1 else 'rows'}: {sentence}."
    if merged.older:
        rows_are = "row is" if merged.older == 1 else "rows are"
        yield f"{merged.older:,} {rows_are} older than what is held for the same key."
    if merged.ended:
        rows_are = "row was" if merged.ended == 1 else "rows were"
        yield f"{merged.ended:,} {rows_are} held of an earlier file and not in this one: no longer held."
    if binding.unused:
        yield f"Headers of {file.path.name} that no column reads: {', '.join(binding.unused)}."
