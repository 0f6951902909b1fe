"""Results kept beside the store, so that redrawing a report after a change of words does not count again.

A result is found by everything that could change it: definitions, table versions, month, areas, engine and engine
version. A file that is not there, or cannot be read, is worked out again; the whole folder may be deleted at any time.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from upstream.measures.definition import Definition
from upstream.measures.plain import plain, restored
from upstream.measures.result import Results

FOLDER: Final = ".measures"
KEPT: Final = 36
"""Files kept, three years of months; the oldest go first."""
_QUICK: Final = 1
SPOILT: Final = (
    *(OSError, EOFError, zlib.error, RecursionError),
    *(ValueError, KeyError, IndexError, TypeError, AttributeError),
)
"""What reading a file that is cut, overwritten or of another shape can raise."""


def cache_folder(store: Path) -> Path:
    """Where a store keeps results."""
    return store / FOLDER


def cache_key(definitions: Sequence[Definition], facts: Mapping[str, Any]) -> str:
    """The name of a result: SHA-256 of the definitions' hashes and of everything else it rests on."""
    hashes = [(definition.key, definition.hash) for definition in definitions]
    return hashlib.sha256(json.dumps([hashes, facts], sort_keys=True).encode()).hexdigest()[:40]


def kept(folder: Path, key: str, definitions: Sequence[Definition]) -> Results | None:
    """The result of that name, or ``None``."""
    try:
        found = restored(Results, content_of(folder, key), {definition.key: definition for definition in definitions})
    except SPOILT:
        return None
    return found if isinstance(found, Results) else None


def keep(folder: Path, key: str, results: Results) -> None:
    """Write a result; a reader sees all of it or nothing, and a folder that cannot be written is no error."""
    with suppress(OSError):
        keep_content(folder, key, plain(results), most=KEPT)


def content_of(folder: Path, key: str) -> Any:
    """What a file of that name holds; raises one of :data:`SPOILT` where it is not there or cannot be read."""
    return json.loads(gzip.decompress((folder / f"{key}.json.gz").read_bytes()))


def keep_content(folder: Path, key: str, content: Any, *, most: int) -> None:
    """Write plain content; a reader sees all of it or nothing, and of more than ``most`` files the oldest go first."""
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{key}.{os.getpid()}.part"
    unfinished.write_bytes(gzip.compress(json.dumps(content).encode(), _QUICK))
    unfinished.replace(folder / f"{key}.json.gz")
    for old in sorted(folder.glob("*.json.gz"), key=lambda path: path.stat().st_mtime)[:-most]:
        old.unlink(missing_ok=True)


def empty(folder: Path) -> int:
    """Delete every result kept; how many there were."""
    found = list(folder.glob("*.json.gz"))
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)
