"""Entries: what each add did, kept in the same log entry as the rows it brought, and how it is taken back."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from upstream.errors import Conflict, NotHeld
from upstream.store import Store

ENTRY_ID_LENGTH: Final = 12
SHORTEST_BEGINNING: Final = 4
"""Signs of an id that stand for the whole: fewer may be a slip of the keyboard, and an undo cannot be taken back."""
ATTEMPTS: Final = 30
"""How often an add is worked out again after somebody else's commit before it gives up."""

Progress = Callable[[str, int, int], None]
"""Told what is being done, how much is done and how much there is (bytes or rows)."""


def no_progress(what: str, done: int, total: int) -> None:
    """Tells nobody."""


@dataclass(frozen=True, slots=True)
class Source:
    """One file that an entry read.

    Attributes
    ----------
    name
        File name as given, with its zip in front if it came out of one.
    sha256
        Checksum of its bytes, hexadecimal.
    read, accepted, quarantined
        Rows without the header; rows that went into the table; rows refused.
    """

    name: str
    sha256: str
    read: int
    accepted: int
    quarantined: int


@dataclass(frozen=True, slots=True)
class HeldMonth:
    """A month of a force as one entry left it: what replaced whatever was held.

    Attributes
    ----------
    force, month
        Slug of the force and month as YYYY-MM.
    sha256
        Checksum of the file it came from.
    rows
        Rows accepted; 0 is a month held with nothing recorded, which is not a missing month.
    """

    force: str
    month: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One add, or one taking back of an add.

    Attributes
    ----------
    id
        Hexadecimal, worked out from the table and the checksums, so that the same files give the same entry; a dash
        and a number follow when the same files were added before and taken back.
    table, kind
        Table; "add" or "undo".
    undoes
        The entry taken back, for an undo.
    who, at
        Who did it and when (UTC, time of the commit).
    sources
        Files read.
    read, accepted, quarantined, already_held
        Rows: ``read = accepted + quarantined + already_held``.
    version_before, version_after
        Table version it was made from (``None``: no table yet) and version it made.
    months
        For tables that are replaced by force and month.
    """

    id: str
    table: str
    kind: Literal["add", "undo"]
    who: str
    at: dt.datetime
    sources: tuple[Source, ...]
    read: int
    accepted: int
    quarantined: int
    already_held: int
    version_before: int | None
    version_after: int
    months: tuple[HeldMonth, ...] = ()
    undoes: str | None = None


@dataclass(frozen=True, slots=True)
class AddResult:
    """What one add did to one table.

    Attributes
    ----------
    table, entry
        Table; id of the entry, or ``None`` when everything was held already and nothing was written.
    files
        Names of the files read.
    read, accepted, quarantined, already_held
        Rows: ``read = accepted + quarantined + already_held``.
    version_before, version_after
        Versions of the table; equal when nothing was written, ``None`` when there is no table.
    months
        "force YYYY-MM" of each month replaced, or "YYYY-MM" for a table without forces.
    unknown_codes
        Column -> code -> rows: codes that are kept although no code list has them.
    reasons
        Reason -> rows quarantined for it.
    warnings
        Sentences for whoever added the files.
    """

    table: str
    entry: str | None
    files: tuple[str, ...]
    read: int
    accepted: int
    quarantined: int
    already_held: int
    version_before: int | None
    version_after: int | None
    months: tuple[str, ...] = ()
    unknown_codes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.read != self.accepted + self.quarantined + self.already_held:
            raise AssertionError(
                f"{self.table}: {self.read} rows read, but {self.accepted} accepted + {self.quarantined} quarantined + "
                f"{self.already_held} already held"
            )


def entry_note(entry: Entry) -> dict[str, Any]:
    """The entry as plain values for the commit's metadata; its time is the commit's own."""
    note = dataclasses.asdict(entry)
    del note["at"], note["version_after"]
    return note


def entries(store: Store, table: str) -> Iterator[Entry]:
    """Every entry of a table, oldest first; none if the table is not held."""
    if not store.holds(table):
        return
    for commit in store.commits(table):
        if "id" in commit.note:
            yield _entry(commit.note, commit.version, commit.committed_at)


def _entry(note: Mapping[str, Any], version: int, at: dt.datetime) -> Entry:
    # a note may carry more than an entry, such as the fingerprint of a key
    values = {item.name: note[item.name] for item in dataclasses.fields(Entry) if item.name in note}
    values["sources"] = tuple(Source(**source) for source in note["sources"])
    values["months"] = tuple(HeldMonth(**month) for month in note["months"])
    return Entry(**values, at=at, version_after=version)


def standing(held: Sequence[Entry]) -> tuple[Entry, ...]:
    """The adds that have not been taken back, oldest first."""
    undone = {entry.undoes for entry in held}
    return tuple(entry for entry in held if entry.kind == "add" and entry.id not in undone)


def entry_id(table: str, checksums: Sequence[str], held: Sequence[Entry], *, also: str = "") -> str:
    """The id of an entry that adds these files.

    Parameters
    ----------
    table, checksums
        Table and SHA-256 of every file.
    held
        Entries of the table so far: the same files taken back and added again get a number behind.
    also
        Anything else that decides what the files mean (mapping, as-at date).
    """
    content = json.dumps([table, sorted(checksums), also])
    base = hashlib.sha256(content.encode()).hexdigest()[:ENTRY_ID_LENGTH]
    earlier = sum(1 for entry in held if entry.kind == "add" and entry.id.split("-")[0] == base)
    return base if earlier == 0 else f"{base}-{earlier + 1}"


def find_entry(store: Store, wanted: str) -> Entry:
    """The entry of this id, or of the only id that starts so (four signs or more), in whichever table.

    Raises
    ------
    NotHeld
        No entry, or more than one, has such an id.
    """
    every = [entry for table in store.tables() for entry in entries(store, table)]
    found = [entry for entry in every if entry.id == wanted]
    if not found and len(wanted) >= SHORTEST_BEGINNING:
        found = [entry for entry in every if entry.id.startswith(wanted)]
    if len(found) != 1:
        how_many = "No entry" if not found else f"{len(found)} entries"
        raise NotHeld(
            f"{how_many} in the store for {wanted!r}.",
            allowed=", ".join(entry.id for entry in every[-5:]) or "there are no entries yet",
            remedy="See the entries with: upstream records status",
        )
    return found[0]


def repeat_on_conflict(attempt: Callable[[], AddResult]) -> AddResult:
    """Work an add out again each time somebody else commits first.

    Raises
    ------
    Conflict
        Still beaten after :data:`ATTEMPTS`; nothing of this add was written.
    """
    for _ in range(ATTEMPTS - 1):
        try:
            return attempt()
        except Conflict:
            continue
    return attempt()
