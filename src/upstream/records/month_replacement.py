"""Putting months of a force in the place of whatever is held of them, in one commit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from upstream.records.contract import contract
from upstream.records.entries import Entry, HeldMonth, Source, entries, entry_note, standing
from upstream.store import Snapshot, Store
from upstream.store.duckdb_session import duckdb_session, listed, parquet_files, quoted

ForceMonth = tuple[str, str]
"""Slug of a force and month as YYYY-MM."""

COMPRESSION: Final = "COMPRESSION zstd, COMPRESSION_LEVEL 1"
"""Level 1: within 3% of the size of the default level on street files, and a quarter less work."""

PARQUET: Final = f"(FORMAT parquet, {COMPRESSION}, DICTIONARY_SIZE_LIMIT 4000)"
"""No dictionary is begun where nearly all values differ, as identifiers do: 1% more bytes, a tenth less work."""


def held_months(store: Store, table: str) -> dict[ForceMonth, tuple[HeldMonth, Entry]]:
    """What each month held came from: (force, month) -> the month as recorded, and the entry that brought it."""
    return months_of(list(entries(store, table)))


def months_of(book: Sequence[Entry]) -> dict[ForceMonth, tuple[HeldMonth, Entry]]:
    """As :func:`held_months`, from the entries of a table, oldest first."""
    return {(held.force, held.month): (held, entry) for entry in standing(book) for held in entry.months}


def sources_in_use(table: str, book: Sequence[Entry]) -> tuple[tuple[Entry, Source], ...]:
    """The files that what is held came from: adds that stand, less those whose every month has been replaced since."""
    adds = standing(book)
    if contract(table).written_by != "replace_month":
        return tuple((entry, source) for entry in adds for source in entry.sources)
    used = {(entry.id, held.sha256) for held, entry in months_of(book).values()}
    return tuple((entry, source) for entry in adds for source in entry.sources if (entry.id, source.sha256) in used)


def commit_months(
    store: Store, entry: Entry, *, added: Sequence[Path], replaced: Iterable[ForceMonth], folder: Path
) -> int:
    """Commit files in place of these months; other months of a file that held one of them are written again.

    Parameters
    ----------
    entry
        What is being done; ``entry.version_before`` is the version it was worked out from.
    added
        Parquet files with the rows of the months, and nothing else.
    replaced
        Months whose held rows end here.
    folder
        Folder of the table that files which keep other months are written to.

    Raises
    ------
    Conflict
        The table changed meanwhile.
    """
    before = entry.version_before
    held = None if before is None else store.snapshot_for_writing(entry.table, before)
    removed, kept = _taken_out(store, held, set(replaced), folder) if held else ((), ())
    return store.commit(
        entry.table,
        schema=contract(entry.table).schema,
        note=entry_note(entry),
        made_from=before,
        add=[*added, *kept],
        remove=removed,
    )


def _taken_out(
    store: Store, held: Snapshot, replaced: set[ForceMonth], folder: Path
) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Files of a version that hold one of these months, and new files with what else was in them."""
    if not held.files or not replaced:
        return (), ()
    folder.mkdir(parents=True, exist_ok=True)
    kept: list[Path] = []
    removed: list[Path] = []
    with duckdb_session([store.root]) as connection:
        found = connection.execute(
            f"SELECT filename, force, month FROM {parquet_files(held.files)} GROUP BY ALL"
        ).fetchall()
        inside: dict[str, set[ForceMonth]] = {}
        for name, force, month in found:
            inside.setdefault(name, set()).add((force, month))
        for name, months in sorted(inside.items()):
            if not months & replaced:
                continue
            removed.append(Path(name))
            if months - replaced:
                target = folder / f"kept_{len(kept)}.parquet"
                connection.execute(
                    f"COPY (SELECT * FROM {parquet_files([Path(name)])} WHERE NOT ({_any_of(months & replaced)})) "
                    f"TO {quoted(str(target))} {PARQUET}"
                )
                kept.append(target)
    return tuple(removed), tuple(kept)


def copy_months(store: Store, held: Snapshot, months: Iterable[ForceMonth], target: Path) -> int:
    """Write the rows of these months of a version to a file; returns how many, and leaves no file when none."""
    wanted = set(months)
    if not held.files or not wanted:
        return 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with duckdb_session([store.root]) as connection:
        written = connection.execute(
            f"COPY (SELECT * FROM {parquet_files(held.files)} WHERE {_any_of(wanted)}) "
            f"TO {quoted(str(target))} {PARQUET}"
        ).fetchall()
    rows = int(written[0][0])
    if rows == 0:
        target.unlink()
    return rows


def _any_of(months: set[ForceMonth]) -> str:
    by_force: dict[str, list[str]] = {}
    for force, month in sorted(months):
        by_force.setdefault(force, []).append(month)
    return " OR ".join(
        f"(force = {quoted(force)} AND list_contains({listed(those)}, month))" for force, those in by_force.items()
    )


def month_names(months: Mapping[ForceMonth, object] | Iterable[ForceMonth]) -> tuple[str, ...]:
    """ "force YYYY-MM" of each, sorted."""
    return tuple(f"{force} {month}" for force, month in sorted(months))
