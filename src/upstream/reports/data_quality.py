"""What the store holds, as the data quality pages print it."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import duckdb

from upstream.measures.asked import ENGINE_VERSION
from upstream.measures.cache import cache_folder, cache_key
from upstream.measures.plain import plain, restored
from upstream.periods import Month
from upstream.records.contract import code_list, contract
from upstream.records.quality import MonthFact
from upstream.records.quarantine import quarantine_table, quarantined
from upstream.records.status import Holding as HeldTable
from upstream.records.status import status
from upstream.store import ReadingScope, Store
from upstream.store.duckdb_session import duckdb_session, named, parquet_files


@dataclass(frozen=True, slots=True)
class Holding:
    """One table as held.

    Attributes
    ----------
    table, title : str
    version : int
    rows : int
        Rows in this version.
    first, last : Month or None
        Months held, first and last.
    missing : tuple of Month
        Months between them that are not held.
    suspect : tuple of MonthFact
        Months that look only partly uploaded, and what is too low in them.
    quarantined : int
        Rows refused and set aside.
    reasons : tuple of (str, int)
        Why, and how many.
    unknown : tuple of (column, code, int)
        Codes in no list: kept and counted as such.
    """

    table: str
    title: str
    version: int
    rows: int
    first: Month | None = None
    last: Month | None = None
    missing: tuple[Month, ...] = ()
    suspect: tuple[MonthFact, ...] = ()
    quarantined: int = 0
    reasons: tuple[tuple[str, int], ...] = ()
    unknown: tuple[tuple[str, str, int], ...] = ()


def kept_holdings(store: Store, *, who: str, purpose: str, areas: Collection[str] = ()) -> tuple[Holding, ...]:
    """:func:`holdings_of`, kept beside the store for as long as no table has a new version."""
    versions = {name: store.version(name) for name in store.tables()}
    key = cache_key((), {"holdings": versions, "areas": sorted(areas), "engine": ENGINE_VERSION})
    path = cache_folder(store.root) / f"holdings-{key}.json"
    try:
        found = restored(tuple[Holding, ...], json.loads(path.read_bytes()), {})
    except (OSError, ValueError, KeyError, TypeError):
        found = None
    if isinstance(found, tuple):
        return found
    made = holdings_of(store, who=who, purpose=purpose, areas=areas)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        for old in path.parent.glob("holdings-*.json"):
            old.unlink(missing_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}.part")
        unfinished.write_text(json.dumps(plain(made)), "utf-8")
        unfinished.replace(path)
    except OSError:
        return made  # a folder that cannot be written only costs time
    return made


def holdings_of(store: Store, *, who: str, purpose: str, areas: Collection[str] = ()) -> tuple[Holding, ...]:
    """What the store holds of each table, why rows were refused, codes in no list (reasons and counts alone).

    ``areas`` are the force's area codes; without them codes of areas are not judged.
    """
    with duckdb_session([store.root]) as connection:
        return tuple(
            Holding(
                table=held.table,
                title=f"{held.title}, {held.force}" if held.force else held.title,
                version=held.version,
                rows=held.rows,
                first=min((fact.month for fact in held.months), default=None),
                last=max((fact.month for fact in held.months), default=None),
                missing=held.missing,
                suspect=held.suspect,
                quarantined=held.quarantined,
                reasons=_reasons(store, held.table, who, purpose) if held.quarantined else (),
                unknown=_unknown(connection, store, held, frozenset(areas), who, purpose),
            )
            for held in status(store)
        )


def _reasons(store: Store, table: str, who: str, purpose: str) -> tuple[tuple[str, int], ...]:
    name = quarantine_table(table)
    scope = ReadingScope(who, purpose, frozenset({table, name}), personal=True)
    counted = Counter(row.reason for row in quarantined(store, table, scope=scope))
    return tuple(sorted(counted.items()))


def _unknown(
    connection: duckdb.DuckDBPyConnection,
    store: Store,
    held: HeldTable,
    areas: frozenset[str],
    who: str,
    purpose: str,
) -> tuple[tuple[str, str, int], ...]:
    """Column, code and rows of every code that its column's list does not have."""
    lists: dict[str, frozenset[str]] = {}
    for column in contract(held.table).columns:
        listed = code_list(column.code_list) if column.code_list else None
        known = areas if column.code_list == "areas" else frozenset(listed.codes) if listed else frozenset()
        if known:
            lists[column.name] = known
    if not lists:
        return ()
    scope = ReadingScope(who, purpose, frozenset({held.table}), personal=True)
    rows_of = parquet_files(store.snapshot(held.table, scope=scope).files)
    where, given = ("WHERE force = ?", [held.force]) if held.force else ("", [])
    found = []
    for name, known in lists.items():
        query = f"SELECT {named(name)}, count(*) FROM {rows_of} {where} GROUP BY 1"
        for code, rows in connection.execute(query, given).fetchall():
            if code is not None and code not in known:
                found.append((name, str(code), int(rows)))
    return tuple(sorted(found))
