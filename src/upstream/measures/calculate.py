"""From definitions and tables to results: opens tables within a reading scope, asks the engine, lays out series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from upstream.errors import BadInput, NotHeld, UpstreamError
from upstream.measures.cache import cache_key, keep, kept
from upstream.measures.definition import Definition
from upstream.measures.engines import ENGINES, EngineName
from upstream.measures.facts import Facts, monthly_facts
from upstream.measures.gathering import Asked, gathering, part_months
from upstream.measures.questions import names_small_areas, other_question_keys, sums_of
from upstream.measures.ranks import ranks
from upstream.measures.result import FORCE, NOT_KNOWN, MeasureResult, Provenance, Rank, Results, Series, TableVersion
from upstream.measures.series import series_of
from upstream.measures.source_tables import source_table
from upstream.measures.values import NAN, make_line
from upstream.measures.wall import charts, false_alarms, with_q_values
from upstream.periods import Month
from upstream.places.areas import areas_of_small_areas
from upstream.places.population import population_of
from upstream.places.tables import AREAS, CHANGES, DISTRICTS, POPULATION
from upstream.records.contract import code_list, contract
from upstream.store import ReadingScope, Snapshot, Store

ENGINE_VERSION: Final = "3"
"""Raised whenever the same records and definitions could give another figure; empties every cache."""
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


def populations_held(store: Store, areas: Sequence[str], force: Sequence[str | None]) -> dict[str, float]:
    """Residents of the areas, and of the force by the first of its names that is known; empty when none are held."""
    names = [name for name in force if name]
    try:
        found = population_of(store, [*areas, *names])
    except UpstreamError:
        return {}
    residents = {code: float(one.residents) for code, one in found.items() if one.residents}
    whole = next((residents[name] for name in names if name in residents), None)
    if whole is None and areas and all(code in residents for code in areas):
        whole = sum(residents[code] for code in areas)
    return residents if whole is None else {**residents, FORCE: whole}


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
    ready = [d for d in definitions if d.kind != "page" and not any(name in lacking for name in d.tables)]
    if store is not None and any(names_small_areas(source_table(name)) for d in ready for name in d.tables):
        asked = replace(asked, area_of=areas_of_small_areas(store, areas.keys()))
    with gathering(ready, tables, asked, engine, spark=spark, memory=memory, threads=threads) as facts:
        if store is not None:
            facts.part = part_months(store, list(tables), asked)
        if populations is None and store is not None and any(d.kind == "rate" for d in ready):
            held = populations_held(store, facts.frame.labels[1:-1], (force, force_name))
            asked = replace(asked, populations=held)
        results = _results(definitions, ready, facts, tables, lacking, asked, engine)
    if similar and force:
        residents = dict(populations or {}) or _residents_of_forces(store, (force, *similar))
        found_ranks = ranks(ready, tables, to=to, force=force, similar=similar, residents=residents)
        results = _ranked(results, found_ranks)
    if cache is not None:
        results = replace(results, kept_as=key)
        keep(cache, key, results)
    return results


def _residents_of_forces(store: Store | None, forces: Sequence[str]) -> dict[str, float]:
    names = code_list("forces")
    if store is None or names is None:
        return {}
    titles = {slug: names.codes.get(slug, slug) for slug in forces}
    held = populations_held(store, list(titles.values()), ())
    return {slug: held[title] for slug, title in titles.items() if title in held}


def _ranked(results: Results, found: Mapping[str, Rank]) -> Results:
    measures = dict(results.measures)
    for key, rank in found.items():
        series = dict(measures[key].series)
        if FORCE in series:
            series[FORCE] = replace(series[FORCE], rank=rank)
            measures[key] = replace(measures[key], series=series)
    return replace(results, measures=measures)


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


def _results(
    definitions: Sequence[Definition],
    ready: Sequence[Definition],
    facts: Facts,
    tables: Mapping[str, Snapshot],
    lacking: Mapping[str, str],
    asked: Asked,
    engine: EngineName,
) -> Results:
    names = {FORCE: asked.force_name, **{a: asked.areas.get(a, a) for a in facts.frame.labels[1:-1]}}
    names[NOT_KNOWN] = "Outside the force or not known" if asked.area_of is not None else "Area not known"
    versions = {
        name: TableVersion(name, tables[name].version, tables[name].committed_at.isoformat())
        for name in sorted({name for definition in ready for name in definition.tables})
    }
    limited = any(tables[name].areas is not None for name in versions)
    measures = {}
    # what was counted first is worked out while the rest is still being counted
    for definition in sorted(definitions, key=lambda d: len(other_question_keys(d))):
        if definition.kind == "page":
            measures[definition.key] = MeasureResult(definition, {}, None)
        elif definition not in ready:
            why = " ".join(lacking[name] for name in definition.tables if name in lacking)
            measures[definition.key] = MeasureResult(definition, {}, None, why)
        else:
            series = _series(definition, facts, names, asked, limited)
            provenance = _provenance(definition, facts, versions, engine)
            lacks = None if series else "No month of it is held."
            measures[definition.key] = MeasureResult(definition, series, provenance, lacks)
    measures = with_q_values({definition.key: measures[definition.key] for definition in definitions})
    alarms = false_alarms(charts(measures))
    return Results(asked.to, names, measures, tuple(versions.values()), alarms, engine, ENGINE_VERSION)


def _series(
    definition: Definition, facts: Facts, names: Mapping[str, str], asked: Asked, limited: bool
) -> dict[str, Series]:
    """The series of a measure, the force first; a reader limited to some areas gets those areas only."""
    monthly = monthly_facts(definition, facts)
    found: dict[str, Series] = {}
    for at, area in enumerate(facts.frame.labels):
        by_area = definition.by_area or area == FORCE
        empty = area == NOT_KNOWN and not monthly.numerator[at].any()
        if not by_area or empty or (limited and area in (FORCE, NOT_KNOWN)):
            continue
        population = (asked.populations or {}).get(area, NAN)
        line = make_line(definition, area, at, facts.frame.months, monthly, population)
        series = series_of(line, names[area], outlook=area != NOT_KNOWN)
        if series is not None:
            found[area] = series
    return found


def _provenance(
    definition: Definition, facts: Facts, versions: Mapping[str, TableVersion], engine: EngineName
) -> Provenance:
    keys: list[object] = list(other_question_keys(definition)) or []
    keys += dict.fromkeys(table for table, _ in sums_of(definition))
    query = ";\n\n".join(facts.sql[key] for key in keys)
    return Provenance(
        definition.key,
        definition.hash,
        tuple(versions[name] for name in definition.tables),
        query,
        engine,
        ENGINE_VERSION,
    )
