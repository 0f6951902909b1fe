"""Taking an entry back: what it replaced stands again, in a new version; nothing of the history is lost."""

from __future__ import annotations

import dataclasses
import datetime as dt
import uuid
from collections.abc import Sequence
from pathlib import Path

from upstream.errors import Conflict, NotHeld, Refused
from upstream.records.contract import contract
from upstream.records.entries import ATTEMPTS, Entry, entries, entry_note, find_entry, standing
from upstream.records.month_replacement import ForceMonth, commit_months, copy_months, month_names, months_of
from upstream.store import Store


def undo(store: Store, wanted: str, *, who: str) -> Entry:
    """Take an add back.

    Parameters
    ----------
    wanted
        Id of the entry, or the beginning of one.
    who
        The person who takes it back.

    Returns
    -------
    Entry
        The entry of the undo; ``undoes`` names the one taken back.

    Raises
    ------
    NotHeld
        No such entry, or it has been taken back already, or what it replaced has been erased since.
    Refused
        A later entry built on it.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return _undo(store, wanted, who)
        except Conflict:
            continue
    return _undo(store, wanted, who)


def _undo(store: Store, wanted: str, who: str) -> Entry:
    entry = find_entry(store, wanted)
    book = list(entries(store, entry.table))
    if entry.id not in {held.id for held in standing(book)}:
        raise NotHeld(
            f"Entry {entry.id} is not an add that stands: it was taken back, or it is itself an undo.",
            remedy="To have the records again, add the files again.",
        )
    back = dataclasses.replace(
        entry,
        id=f"undo-{entry.id}",
        kind="undo",
        undoes=entry.id,
        who=who,
        at=dt.datetime.now(dt.UTC),
        version_before=book[-1].version_after,
    )
    restore = _months_back if contract(entry.table).written_by == "replace_month" else _files_back
    version = restore(store, entry, back, book)
    return dataclasses.replace(back, version_after=version)


def _months_back(store: Store, entry: Entry, back: Entry, book: Sequence[Entry]) -> int:
    current = months_of(book)
    keys = [(held.force, held.month) for held in entry.months]
    later = {current[key][1].id: key for key in keys if current[key][1].id != entry.id}
    if later:
        raise _built_on(entry, sorted(later), month_names(later.values()))
    folder = store.folder(entry.table) / uuid.uuid4().hex[:12]
    added: list[Path] = []
    if entry.version_before is not None:
        target = folder / "restored.parquet"
        before = store.snapshot_for_writing(entry.table, entry.version_before)
        _all_on_disk(before.files, entry)
        if copy_months(store, before, _held_before(book, entry, keys), target):
            added.append(target)
    return commit_months(store, back, added=added, replaced=keys, folder=folder)


def _held_before(book: Sequence[Entry], entry: Entry, keys: Sequence[ForceMonth]) -> set[ForceMonth]:
    earlier = months_of([held for held in book if held.version_after < entry.version_after])
    return {key for key in keys if key in earlier}


def _files_back(store: Store, entry: Entry, back: Entry, book: Sequence[Entry]) -> int:
    """For tables merged by key: swap the files the entry wrote for those it replaced."""
    folder = store.root / entry.table
    log = list(store.commits(entry.table))
    done = log[entry.version_after]
    now = store.snapshot_for_writing(entry.table, back.version_before)
    gone = set(done.added) - {path.relative_to(folder).as_posix() for path in now.files}
    if gone:
        by_version = {held.version_after: held.id for held in book}
        later = [by_version.get(c.version, f"version {c.version}") for c in log if gone & set(c.removed)]
        raise _built_on(entry, later, ())
    restored = [folder / name for name in done.removed]
    _all_on_disk(restored, entry)
    return store.commit(
        entry.table,
        schema=now.schema,
        note=entry_note(back),
        made_from=back.version_before,
        add=restored,
        remove=[folder / name for name in done.added],
    )


def _all_on_disk(files: Sequence[Path], entry: Entry) -> None:
    if not all(path.exists() for path in files):
        raise NotHeld(
            f"What entry {entry.id} replaced is no longer on disk: it was erased when its time of retention ended.",
            remedy="Add the earlier files again instead.",
        )


def _built_on(entry: Entry, later: Sequence[str], months: Sequence[str]) -> Refused:
    where = f" for {', '.join(months[:5])}" if months else ""
    return Refused(
        f"Entry {entry.id} cannot be taken back: {', '.join(later)} built on it{where}.",
        remedy="Take the later entry back first.",
    )
