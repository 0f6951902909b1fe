"""Counting: the engine is asked, what it gives is laid out as series, and ranks among similar forces are added."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from upstream.errors import UpstreamError
from upstream.measures.asked import ENGINE_VERSION, Asked, EngineName
from upstream.measures.definition import Definition
from upstream.measures.facts import Facts, monthly_facts
from upstream.measures.gathering import gathering, part_months
from upstream.measures.questions import names_small_areas, other_question_keys, sums_of
from upstream.measures.ranks import ranks
from upstream.measures.result import FORCE, NOT_KNOWN, MeasureResult, Provenance, Rank, Results, Series, TableVersion
from upstream.measures.series import series_of
from upstream.measures.source_tables import source_table
from upstream.measures.values import NAN, make_line
from upstream.measures.wall import charts, false_alarms, with_q_values
from upstream.places.areas import areas_of_small_areas
from upstream.places.population import population_of
from upstream.records.contract import code_list
from upstream.store import Snapshot, Store


def count(
    definitions: Sequence[Definition],
    tables: Mapping[str, Snapshot],
    lacking: Mapping[str, str],
    asked: Asked,
    *,
    store: Store | None,
    engine: EngineName,
    spark: Any = None,
    memory: str | None = None,
    threads: int | None = None,
    similar: Sequence[str] = (),
) -> Results:
    """Every measure counted anew; parameters as :func:`calculate.calculate` has them.

    Parameters
    ----------
    lacking
        Why, by table that the definitions read and that is not in ``tables``.
    store
        Where the areas of small areas, months held in part and residents are looked up; ``None``: nowhere.
    """
    given = asked.populations
    ready = [d for d in definitions if d.kind != "page" and not any(name in lacking for name in d.tables)]
    if store is not None and any(names_small_areas(source_table(name)) for d in ready for name in d.tables):
        asked = replace(asked, area_of=areas_of_small_areas(store, asked.areas.keys()))
    with gathering(ready, tables, asked, engine, spark=spark, memory=memory, threads=threads) as facts:
        if store is not None:
            facts.part = part_months(store, list(tables), asked)
        if given is None and store is not None and any(d.kind == "rate" for d in ready):
            held = populations_held(store, facts.frame.labels[1:-1], (asked.force, asked.force_name))
            asked = replace(asked, populations=held)
        results = _results(definitions, ready, facts, tables, lacking, asked, engine)
    if similar and asked.force:
        forces = (asked.force, *similar)
        residents = dict(given or {}) or _residents_of_forces(store, forces)
        found = ranks(ready, tables, to=asked.to, force=asked.force, similar=similar, residents=residents)
        results = _ranked(results, found)
    return results


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
