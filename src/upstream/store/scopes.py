"""Who may read tables about people, for what, and the log of every such reading."""

from __future__ import annotations

import datetime as dt
import fcntl
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from upstream.account import account
from upstream.errors import BadInput

if TYPE_CHECKING:
    from upstream.store.tables import Store
    from upstream.store.versions import Snapshot

READING_LOG: Final = "reading_log.jsonl"


@dataclass(frozen=True, slots=True)
class ReadingScope:
    """What one person may read, and for what.

    Attributes
    ----------
    who
        The person who reads.
    purpose
        Why, in words that can be audited.
    tables
        Names of the tables that may be opened.
    areas
        Area codes whose rows may be used; ``None``: every area.
    personal
        Whether tables about identifiable people may be opened.
    """

    who: str
    purpose: str
    tables: frozenset[str]
    areas: tuple[str, ...] | None = None
    personal: bool = False

    def __post_init__(self) -> None:
        if not self.who.strip() or not self.purpose.strip():
            raise BadInput(
                "A reading scope needs a person and a purpose.", allowed="who and purpose as words, neither blank"
            )

    def covers(self, table: str) -> bool:
        """Whether a personal table may be opened."""
        return self.personal and table in self.tables


def open_table(store: Store, table: str, scope: ReadingScope, version: int | None = None) -> Snapshot:
    """A version of a table for a scope: its ``areas`` say which rows may be used.

    Raises
    ------
    Refused
        The table is about identifiable people and the scope does not cover it.
    """
    return store.snapshot(table, version, scope=scope)


def record_reading(root: Path, *, scope: ReadingScope | None, table: str, version: int, opened: bool) -> None:
    """Append one line to the reading log and force it to disk before anything is read."""
    line: dict[str, Any] = {
        "at": dt.datetime.now(dt.UTC).isoformat(timespec="milliseconds"),
        "account": account(),  # known even of a reading without a scope
        "who": scope.who if scope else None,
        "purpose": scope.purpose if scope else None,
        "table": table,
        "version": version,
        "areas": list(scope.areas) if scope and scope.areas is not None else None,
        "opened": opened,
    }
    handle = os.open(root / READING_LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        text = json.dumps(line, sort_keys=True) + "\n"
        # a line that the disk cut short stays as it is, on a line of its own
        start = "" if _ends_a_line(root / READING_LOG) else "\n"
        left = (start + text).encode()
        while left:
            left = left[os.write(handle, left) :]
        os.fsync(handle)
    finally:
        os.close(handle)


def _ends_a_line(path: Path) -> bool:
    with path.open("rb") as log:
        size = log.seek(0, os.SEEK_END)
        log.seek(max(size - 1, 0))
        return log.read(1) in (b"", b"\n")


def readings(root: Path) -> tuple[dict[str, Any], ...]:
    """The reading log, oldest first: at, account (of the machine), who, purpose, table, version, areas, opened.

    A line that was cut short (a full disk, a lost machine) is given as ``{"damaged": its text}``: it is not left out.
    """
    path = root / READING_LOG
    if not path.exists():
        return ()
    return tuple(_line(text) for text in path.read_text("utf-8", errors="replace").split("\n") if text)


def _line(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {"damaged": text}
    return found if isinstance(found, dict) else {"damaged": text}
