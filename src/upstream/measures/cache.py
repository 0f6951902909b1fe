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
from pathlib import Path
from typing import Any, Final

from upstream.measures.definition import Definition
from upstream.measures.plain import plain, restored
from upstream.measures.result import Results

FOLDER: Final = ".measures"
KEPT: Final = 36
"""Files kept, three years of months; the oldest go first."""
_QUICK: Final = 1
_SPOILT: Final = (
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
    path = folder / f"{key}.json.gz"
    try:
        content = json.loads(gzip.decompress(path.read_bytes()))
        found = restored(Results, content, {definition.key: definition for definition in definitions})
    except _SPOILT:
        return None
    return found if isinstance(found, Results) else None


def keep(folder: Path, key: str, results: Results) -> None:
    """Write a result; a reader sees all of it or nothing, and a folder that cannot be written is no error."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = folder / f"{key}.{os.getpid()}.part"
        unfinished.write_bytes(gzip.compress(json.dumps(plain(results)).encode(), _QUICK))
        unfinished.replace(folder / f"{key}.json.gz")
        for old in sorted(folder.glob("*.json.gz"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        return


def empty(folder: Path) -> int:
    """Delete every result kept; how many there were."""
    found = list(folder.glob("*.json.gz"))
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)
