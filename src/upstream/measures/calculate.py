"""From definitions and tables to results: opened within a reading scope, and found among those kept or counted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from upstream.errors import BadInput, NotHeld
from upstream.measures.asked import ENGINE_VERSION, ENGINES, Asked, EngineName
from upstream.measures.cache import cache_key, keep, kept
from upstream.measures.definition import Definition
from upstream.measures.result import Results
from upstream.measures.source_tables import source_table
from upstream.periods import Month
from upstream.places.tables import AREAS, CHANGES, DISTRICTS, POPULATION
from upstream.records.contract import contract
from upstream.store import ReadingScope, Snapshot, Store

PLACES: Final = (POPULATION.name, AREAS.name, DISTRICTS.name, CHANGES.name)
"""Tables that residents and the areas of small areas come from."""


def open_tables(
    store: Store, definitions: Sequence[Definition], scope: ReadingScope | None
) -> tuple[dict[str, Snapshot], dict[str, str]]:
    """Every table that the definitions read, opened within the scope, and for those not held why.

    Raises
    ------
    Refused
        A table about people is needed and the scope does not cover it.
    """
    opened: dict[str, Snapshot] = {}
    lacking: dict[str, str] = {}
    for name in dict.fromkeys(name for definition in definitions for name in definition.tables):
        try:
            opened[name] = store.snapshot(name, scope=scope)
        except NotHeld:
            lacking[name] = f"{contract(name).title}: no records are held (table {name})."
    return opened, lacking


def reading_scope(who: str, purpose: str, definitions: Sequence[Definition]) -> ReadingScope:
    """The narrowest scope that the definitions can be calculated within."""
    tables = frozenset(name for definition in definitions for name in definition.tables)
    return ReadingScope(who, purpose, tables, personal=any(bool(source_table(name).personal) for name in tables))


def calculate(
    definitions: Sequence[Definition],
    tables: Store | Mapping[str, Snapshot],
    *,
    to: Month,
    areas: Mapping[str, str],
    force: str | None = None,
    force_name: str = "Force",
    populations: Mapping[str, float] | None = None,
    engine: EngineName = "duckdb",
    scope: ReadingScope | None = None,
    spark: Any = None,
    memory: str | None = None,
    threads: int | None = None,
    cache: Path | None = None,
    similar: Sequence[str] = (),
) -> Results:
    """Every measure asked for, by force and area, to one month.

    Parameters
    ----------
    definitions
        What to calculate; pages of prose come back without series.
    tables
        A store (tables about people open only within ``scope``), or snapshots already opened.
    to, areas, force, force_name, populations
        As in :class:`Asked`; without populations, those that the store's places hold.
    engine, spark, memory, threads
        "duckdb" within ``memory`` and ``threads``, or "spark" with a session (one is started when none is given).
    cache
        Folder of results kept (:func:`cache.cache_folder`); ``None``: nothing is kept or looked up.
    similar
        Slugs of similar forces, for ranks of the measures whose tables hold them; residents come from the store's
        places or from ``populations`` under the slug.

    Raises
    ------
    Refused
        A table about people is needed and the scope does not cover it.
    """
    if engine not in ENGINES:
        raise BadInput(f"There is no engine {engine!r}.", allowed=" or ".join(ENGINES))
    asked = Asked(to, areas, force, force_name, populations)
    lacking: dict[str, str] = {}
    store = tables if isinstance(tables, Store) else None
    if isinstance(tables, Store):
        tables, lacking = open_tables(tables, definitions, scope)
    lacking |= {
        name: f"No snapshot of table {name!r} was given."
        for definition in definitions
        for name in definition.tables
        if name not in tables and name not in lacking
    }
    key = ""
    if cache is not None:
        places = [[name, store.version(name)] for name in store.tables() if name in PLACES] if store else []
        key = cache_key(
            definitions, {**_rests_on(tables, lacking, asked, engine), "places": places, "similar": list(similar)}
        )
        found = kept(cache, key, definitions)
        if found is not None:
            return found
    from upstream.measures.counting import count  # only here: what is kept needs no engine, and that is half a second

    results = count(
        definitions,
        tables,
        lacking,
        asked,
        store=store,
        engine=engine,
        spark=spark,
        memory=memory,
        threads=threads,
        similar=similar,
    )
    if cache is not None:
        results = replace(results, kept_as=key)
        keep(cache, key, results)
    return results


def _rests_on(
    tables: Mapping[str, Snapshot], lacking: Mapping[str, str], asked: Asked, engine: EngineName
) -> dict[str, Any]:
    """Everything but the definitions that a result depends on."""
    return {
        "tables": {
            name: [one.version, one.committed_at.isoformat(), one.areas, [str(file) for file in one.files]]
            for name, one in tables.items()
        },
        "lacking": dict(lacking),
        "to": str(asked.to),
        "areas": list(asked.areas.items()),
        "force": [asked.force, asked.force_name],
        "populations": dict(asked.populations or {}),
        "engine": [engine, ENGINE_VERSION],
    }
