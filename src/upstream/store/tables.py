"""Delta tables in one folder: commit files, read the file list of a version, keep the entries that say what was done.

The store knows no domain. A table is a folder with Parquet files and a Delta log; whoever adds records writes Parquet
files first and then commits them, together with the files they replace and a note of what was done, in **one** log
entry. A file that no log entry names does not exist for a reader. Commits are strictly ordered: each names the version
it was made from, and loses to any other commit made from the same version (:class:`~upstream.errors.Conflict`), so
nobody ever overwrites what they have not seen.
"""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import Any, Final

import duckdb
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, PostCommitHookProperties, Schema
from deltalake.exceptions import DeltaError
from deltalake.transaction import AddAction, RemoveAction, create_table_with_add_actions

from upstream.errors import BadInput, Conflict, NotHeld, Refused, UpstreamError
from upstream.store.parquet import file_rows, file_statistics
from upstream.store.scopes import ReadingScope, record_reading
from upstream.store.versions import Commit, Snapshot

TABLE_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
FILE_NAME: Final = re.compile(r"[A-Za-z0-9_=/-]+\.parquet")

WORKSPACES: Final = "_workspaces"
LOCK: Final = ".lock"
"""File in a workspace, locked as long as the add that uses it lives."""
ABANDONED: Final = dt.timedelta(days=1)
"""Files nobody committed for so long belong to an add that was killed."""

ENTRY_KEY: Final = "upstream.entry"
"""Where a commit's custom metadata holds the note of what was done, as JSON text."""

# The log is the book of entries, so none of it is ever cleaned away.
_CONFIGURATION: Final = {"delta.enableExpiredLogCleanup": "false", "delta.logRetentionDuration": "interval 36500 days"}
_RESTORE: Final = "Restore the folder of the table from a copy; until then nothing can be counted from it."
_HOOK: Final = PostCommitHookProperties(create_checkpoint=True, cleanup_expired_logs=False)


class Store:
    """The tables in one folder.

    Parameters
    ----------
    root
        Folder of the store; made on the first commit.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.absolute()

    def tables(self) -> tuple[str, ...]:
        """Names of the tables held, in alphabetical order."""
        if not self.root.is_dir():
            return ()
        return tuple(sorted(path.name for path in self.root.iterdir() if self.holds(path.name)))

    def holds(self, table: str) -> bool:
        """Whether the table has at least one committed version."""
        return TABLE_NAME.fullmatch(table) is not None and DeltaTable.is_deltatable(str(self.root / table))

    def folder(self, table: str) -> Path:
        """The table's folder, made if it is not there; Parquet files are written below it before a commit."""
        if TABLE_NAME.fullmatch(table) is None:
            raise BadInput(f"{table!r} cannot name a table.", allowed="lower-case letters, digits and underscores")
        self._make_root()
        path = self.root / table
        path.mkdir(exist_ok=True)
        return path

    def _make_root(self) -> None:
        """Make the store's folder, closed to other users of the machine: records of people lie below it."""
        self.root.parent.mkdir(parents=True, exist_ok=True)
        self.root.mkdir(mode=0o700, exist_ok=True)

    @contextmanager
    def workspace(self) -> Iterator[Path]:
        """A folder for what an add needs on the way, on the disk of the store; gone afterwards.

        Raises
        ------
        UpstreamError
            The disk refused to take what was written inside the ``with`` (full, or not allowed).
        """
        try:
            with self._workspace() as folder:
                yield folder
        except (OSError, duckdb.IOException, duckdb.OutOfMemoryException) as error:
            raise _not_written(error) from error

    @contextmanager
    def _workspace(self) -> Iterator[Path]:
        self._make_root()
        above = self.root / WORKSPACES
        above.mkdir(exist_ok=True)
        for left in above.iterdir():
            if _is_abandoned(left):
                shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=above) as folder, (Path(folder) / f"{LOCK}.new").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            # named once it is locked: before that another add would take it for one whose maker has ended
            Path(lock.name).rename(Path(folder) / LOCK)
            yield Path(folder)

    def version(self, table: str) -> int:
        """The newest version of a table."""
        return self._load(table, None).version()

    def snapshot(self, table: str, version: int | None = None, *, scope: ReadingScope | None = None) -> Snapshot:
        """A version of a table to read from; the newest when ``version`` is ``None``.

        A table with personal columns is refused without a scope that covers it; every reading of one, and every
        refusal, is logged before the files are named.

        Raises
        ------
        NotHeld
            No such table or version.
        Refused
            The table is personal and the scope does not allow it.
        """
        held = self.snapshot_for_writing(table, version)
        if not held.personal:
            return held if scope is None else replace(held, areas=scope.areas)
        allowed = scope is not None and scope.covers(table)
        record_reading(self.root, scope=scope, table=table, version=held.version, opened=allowed)
        if scope is None or not allowed:
            raise Refused(
                f"{table} is about identifiable people and this reading is not allowed to open it.",
                allowed="a reading scope with personal records that names the table",
                remedy="Read it for a stated purpose by somebody entitled to it; the reading is logged.",
            )
        return replace(held, areas=scope.areas)

    def snapshot_for_writing(self, table: str, version: int | None = None) -> Snapshot:
        """A version of a table for whoever merges new rows into it; its entry, not the reading log, records the use."""
        loaded = self._load(table, version)
        if version is None:  # an earlier version's files may have been erased by rule
            self._check_on_disk(table, loaded)
        return Snapshot(
            table=table,
            version=loaded.version(),
            files=tuple(sorted(self.root / table / path for path in _paths(loaded))),
            schema=pa.schema(loaded.schema().to_arrow()),
            rows=_rows(loaded),
            committed_at=_read_commit(self._log_entry(table, loaded.version())).committed_at,
        )

    def commit(
        self,
        table: str,
        *,
        schema: pa.Schema,
        note: Mapping[str, Any],
        made_from: int | None,
        add: Sequence[Path] = (),
        remove: Sequence[Path] = (),
    ) -> int:
        """Make a new version in one log entry: it has the added files and no longer the removed ones.

        Parameters
        ----------
        table
            Name of the table; it is created when ``made_from`` is ``None``.
        schema
            Arrow schema of every file added; those about people marked (``mark_personal``).
        note
            What was done (plain JSON values); kept in the log entry and read back by :meth:`commits`.
        made_from
            The version that ``remove`` and the new rows were worked out from; ``None``: there was no table.
        add, remove
            Parquet files below :meth:`folder`, complete on disk; files of version ``made_from`` that end here.

        Returns
        -------
        int
            The new version.

        Raises
        ------
        Conflict
            The table is no longer at ``made_from``; nothing was written, work it out again.
        """
        actions: list[AddAction | RemoveAction] = [self._added(table, path) for path in add]
        properties = CommitProperties(
            custom_metadata={ENTRY_KEY: json.dumps(note, sort_keys=True)}, max_commit_retries=0
        )
        if made_from is None:
            self._create(table, schema, actions, properties)
            return 0
        loaded = self._load(table, made_from)
        _same_columns(table, pa.schema(loaded.schema().to_arrow()), schema)
        live = set(_paths(loaded))
        now = time.time_ns() // 1_000_000
        for path in remove:
            name = path.relative_to(self.root / table).as_posix()
            if name not in live:
                raise Conflict(f"{name} is not part of {table} version {made_from}.", remedy="Work it out again.")
            actions.append(RemoveAction(name, True, now, path.stat().st_size, {}))
        try:
            loaded.create_write_transaction(
                actions,
                "append",
                Schema.from_arrow(schema),
                commit_properties=properties,
                post_commithook_properties=_HOOK,
            )
        except (DeltaError, OSError) as error:
            if self.version(table) != made_from:
                raise _conflict(table) from error
            raise _not_written(error) from error
        return made_from + 1

    def commits(self, table: str) -> Iterator[Commit]:
        """Every log entry of a table, oldest first."""
        for path in sorted((self.root / table / "_delta_log").glob("[0-9]*.json")):
            yield _read_commit(path)

    def sweep(self, table: str, *, older_than: dt.timedelta = ABANDONED) -> tuple[Path, ...]:
        """Remove files that no log entry ever named (left by an add that was killed) and return them.

        Younger files are left alone: they may belong to an add under way.
        """
        folder = self.root / table
        named = {name for commit in self.commits(table) for name in commit.added}
        latest = time.time() - older_than.total_seconds()
        orphans = tuple(
            path
            for path in sorted(folder.rglob("*"))
            if path.is_file()
            and "_delta_log" not in path.parts
            and path.relative_to(folder).as_posix() not in named
            and path.stat().st_mtime < latest
        )
        for path in orphans:
            path.unlink(missing_ok=True)
            with suppress(OSError):  # not empty
                path.parent.rmdir()
        return orphans

    def _log_entry(self, table: str, version: int) -> Path:
        return self.root / table / "_delta_log" / f"{version:020}.json"

    def _load(self, table: str, version: int | None) -> DeltaTable:
        if not self.holds(table):
            raise NotHeld(
                f"The store holds no table {table!r}.",
                allowed=", ".join(self.tables()) or "nothing yet",
                remedy="Add records first: upstream records add --help",
            )
        if version is not None and not self._log_entry(table, version).exists():
            raise NotHeld(f"{table} has no version {version}.", remedy="See: upstream records status")
        try:
            return DeltaTable(str(self.root / table), version=version)
        except DeltaError as error:
            raise _damaged(table, error) from error

    def _check_on_disk(self, table: str, loaded: DeltaTable) -> None:
        """Every file of a version is there and as long as its log entry says."""
        actions = _add_actions(loaded)
        for name, size in zip(
            actions.column("path").to_pylist(), actions.column("size_bytes").to_pylist(), strict=True
        ):
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts:
                raise UpstreamError(f"The log of {table} names {name!r}, outside its folder.", remedy=_RESTORE)
            try:
                found = (self.root / table / path).stat().st_size
            except OSError as error:
                raise UpstreamError(f"The file {name} of {table} cannot be read.", remedy=_RESTORE) from error
            if found != size:
                raise UpstreamError(
                    f"The file {name} of {table} has {found:,} bytes and was committed with {size:,}.", remedy=_RESTORE
                )

    def _added(self, table: str, path: Path) -> AddAction:
        name = path.relative_to(self.root / table).as_posix()
        if FILE_NAME.fullmatch(name) is None:
            # the Delta log would percent-encode anything else, and not every reader decodes it
            raise BadInput(f"{name!r} cannot name a data file.", allowed="letters, digits, _ = - and .parquet")
        rows, statistics = file_statistics(path)
        _to_disk(path)
        return AddAction(
            path=name,
            size=path.stat().st_size,
            partition_values={},
            modification_time=int(path.stat().st_mtime * 1000),
            data_change=True,
            stats=json.dumps({"numRecords": rows, **statistics}),
        )

    def _create(
        self, table: str, schema: pa.Schema, actions: list[AddAction | RemoveAction], properties: CommitProperties
    ) -> None:
        if self.holds(table):
            raise _conflict(table)
        try:
            create_table_with_add_actions(
                str(self.folder(table)),
                Schema.from_arrow(schema),
                [action for action in actions if isinstance(action, AddAction)],
                mode="error",
                name=table,
                configuration=_CONFIGURATION,
                commit_properties=properties,
                post_commithook_properties=_HOOK,
            )
        except (DeltaError, OSError) as error:
            if self.holds(table):
                raise _conflict(table) from error
            raise _not_written(error) from error


def _conflict(table: str) -> Conflict:
    return Conflict(f"{table} was changed by somebody else meanwhile.", remedy="Nothing was written; try again.")


def _not_written(error: BaseException) -> UpstreamError:
    return UpstreamError(
        f"Writing failed, so nothing was added: {str(error).splitlines()[0]}.",
        remedy="Free space on the disk of the store, or ask who may write there; then do the same again.",
    )


def _damaged(table: str, error: Exception) -> UpstreamError:
    # never "not held": a report would leave the table out as if it had never been added
    said = (str(error).splitlines() or [type(error).__name__])[0]
    return UpstreamError(f"The log of {table} cannot be read: {said}.", remedy=_RESTORE)


def _is_abandoned(workspace: Path) -> bool:
    """Whether the add that made a workspace has ended without removing it: what it read must not lie about."""
    try:
        with (workspace / LOCK).open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
    except FileNotFoundError:  # made a moment ago, or by hand
        with suppress(FileNotFoundError):
            return workspace.stat().st_mtime < time.time() - ABANDONED.total_seconds()
    except OSError:
        return False
    return False


def _add_actions(loaded: DeltaTable) -> pa.Table:
    """The files of a version, as its log names them."""
    # pa.table would ask pandas first, and loading that takes longer than reading the log
    return pa.RecordBatchReader.from_stream(loaded.get_add_actions()).read_all()


def _paths(loaded: DeltaTable) -> list[str]:
    return [str(path) for path in _add_actions(loaded).column("path").to_pylist()]


def _rows(loaded: DeltaTable) -> int:
    actions = _add_actions(loaded)
    counts = actions.column("num_records").to_pylist()
    if None not in counts:
        return int(sum(counts))
    # another tool's commit may carry no statistics
    base = Path(loaded.table_uri.removeprefix("file://"))
    return sum(file_rows(base / path) for path in actions.column("path").to_pylist())


def _same_columns(table: str, held: pa.Schema, given: pa.Schema) -> None:
    if [(field.name, field.type) for field in held] != [(field.name, field.type) for field in given]:
        raise BadInput(
            f"The columns given do not match those of {table}.",
            allowed=", ".join(f"{field.name} {field.type}" for field in held),
        )


def _read_commit(path: Path) -> Commit:
    try:
        actions = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line]
    except ValueError as error:
        raise _damaged(path.parent.parent.name, error) from error
    info: dict[str, Any] = next((action["commitInfo"] for action in actions if "commitInfo" in action), {})
    note = info.get(ENTRY_KEY)
    return Commit(
        version=int(path.stem),
        committed_at=_time(info.get("timestamp", 0)),
        note=json.loads(note) if note else {},
        added=tuple(action["add"]["path"] for action in actions if "add" in action),
        removed=tuple(action["remove"]["path"] for action in actions if "remove" in action),
    )


def _time(milliseconds: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(milliseconds / 1000, tz=dt.UTC)


def _to_disk(path: Path) -> None:
    # what a log entry names must outlive a power cut
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
