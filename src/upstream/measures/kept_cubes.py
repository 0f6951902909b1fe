"""Cubes kept beside the store: a process that starts reads one file instead of counting every record again.

A cube is found by everything that its counts rest on. A file that is not there, or cannot be read, is counted again;
the folder may be deleted at any time.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np

from upstream.errors import NotHeld
from upstream.measures.asked import ENGINE_VERSION, EngineName
from upstream.measures.cache import SPOILT, cache_folder
from upstream.measures.cube import Coded, Cube, cube
from upstream.measures.result import TableVersion
from upstream.periods import Month
from upstream.places.tables import AREAS, CHANGES, DISTRICTS, POPULATION
from upstream.store import ReadingScope, Store

KEPT: Final = 8
"""Files kept; the oldest go first."""
_SPOILT: Final = (*SPOILT, zipfile.BadZipFile)


def kept_cube(
    store: Store, table: str, scope: ReadingScope, *, force: str | None = None, area_codes: Sequence[str] = (),
    engine: EngineName = "duckdb", spark: Any = None, memory: str | None = None, threads: int | None = None,
) -> Cube:  # fmt: skip
    """As :func:`upstream.measures.cube.cube`, from the file kept of the same records where there is one.

    The reading scope is asked and logged either way.
    """
    if not store.holds(table):
        raise NotHeld(f"No table of {table} is held.", remedy="Add records first.")
    snapshot = store.snapshot(table, scope=scope)
    path = cache_folder(store.root) / f"{_name(store, table, snapshot.version, snapshot.areas, force, area_codes)}.npz"
    try:
        return _read(path)
    except _SPOILT:
        made = cube(store, table, scope, force=force, area_codes=area_codes, engine=engine, spark=spark,
                    memory=memory, threads=threads)  # fmt: skip
    if made.version.version == snapshot.version:  # nothing was added meanwhile
        with suppress(OSError):
            _write(path, made)
    return made


def _name(
    store: Store, table: str, version: int, visible: Sequence[str] | None, force: str | None, codes: Sequence[str]
) -> str:
    places = [store.version(one.name) if store.holds(one.name) else -1
              for one in (AREAS, DISTRICTS, CHANGES, POPULATION)]  # fmt: skip
    seen = None if visible is None else sorted(visible)
    facts = [table, version, seen, force, sorted(codes), places, ENGINE_VERSION]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:40]


def _read(path: Path) -> Cube:
    with path.open("rb") as file, np.load(file, allow_pickle=False) as held:
        words = json.loads(held["words"].tobytes())
        coded = {name: Coded(np.array(words[name], np.str_), held[name]) for name in ("area", "small_area", "type")}
        return Cube(
            table=words["table"],
            **coded,
            month=held["month"],
            n=held["n"],
            held=tuple(Month.parse(month) for month in words["held"]),
            suspect=tuple(Month.parse(month) for month in words["suspect"]),
            version=TableVersion(**words["version"]),
        )


def _write(path: Path, made: Cube) -> None:
    """Write a cube; a reader sees all of it or nothing."""
    coded = {"area": made.area, "small_area": made.small_area, "type": made.type}
    words = {name: one.names.tolist() for name, one in coded.items()} | {
        "table": made.table, "version": asdict(made.version),
        "held": [str(month) for month in made.held], "suspect": [str(month) for month in made.suspect],
    }  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(f".{os.getpid()}.part")
    with unfinished.open("wb") as file:
        np.savez(
            file, words=np.frombuffer(json.dumps(words).encode(), np.uint8), month=made.month, n=made.n,
            area=made.area.codes, small_area=made.small_area.codes, type=made.type.codes,
        )  # fmt: skip
    unfinished.replace(path)
    for old in sorted(path.parent.glob("*.npz"), key=lambda one: one.stat().st_mtime)[:-KEPT]:
        old.unlink(missing_ok=True)
