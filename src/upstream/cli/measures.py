"""``upstream measures``: list, explain, check and run measures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from upstream.cli.force import packs_held, with_force
from upstream.cli.measures_shown import (
    alarm_lines,
    areas_line,
    facts_table,
    lacking_lines,
    list_table,
    measure_facts,
    measure_line,
    nothing_held,
    periods_table,
    results_json,
    results_table,
    score_line,
    scored_json,
    scored_table,
)
from upstream.cli.settings import Settings, load_settings, who
from upstream.cli.terminal import number, say, say_json, show
from upstream.errors import BadInput, NotHeld

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from upstream.measures.definition import Definition
    from upstream.measures.loading import Problem
    from upstream.measures.periods_of import Grain
    from upstream.measures.result import Results

PURPOSE = "Measures run from the command line"


@click.group("measures")
def group() -> None:
    """List, explain, check and run measures.

    Example: upstream measures run --to 2022-06 --measure crime_total
    """


def _definitions(config: str, packs: Sequence[str], *, held_only: bool = False) -> tuple[Definition, ...]:
    """The measures of the packs named, in the settings or here; of every pack, or of those whose tables are held."""
    # reading contracts needs pyarrow, so this waits until a command runs: help stays quick
    from upstream.measures.loading import load_packs

    settings = load_settings(Path(config))
    names = tuple(packs) or settings.packs
    chosen = load_packs(names)
    if held_only and not names:
        chosen = packs_held(settings, chosen)
    return tuple(definition for pack in chosen for definition in pack.definitions)


_PACK = click.option("--pack", "packs", multiple=True, metavar="PACK", help="Only this pack (a name, or a folder).")
_JSON = click.option("--json", "as_json", is_flag=True, help="JSON, for a program to read.")


@group.command("list")
@_PACK
@_JSON
@click.pass_obj
def list_measures(config: str, packs: tuple[str, ...], as_json: bool) -> None:
    """List the measures, in the report's order.

    Example: upstream measures list --pack national_2026
    """
    definitions = _definitions(config, packs)
    if as_json:
        say_json([measure_line(definition) for definition in definitions])
        return
    show(list_table(definitions))


@group.command("show")
@click.argument("key")
@_PACK
@_JSON
@click.pass_obj
def show_measure(config: str, key: str, packs: tuple[str, ...], as_json: bool) -> None:
    """Explain one measure: what is counted, from where, what good looks like.

    Example: upstream measures show da_arrest_rate
    """
    definitions = {definition.key: definition for definition in _definitions(config, packs)}
    if key not in definitions:
        raise _no_measure(key, definitions)
    definition = definitions[key]
    if as_json:
        say_json({**measure_line(definition), **dict(measure_facts(definition))})
        return
    show(facts_table(definition))


@group.command("check")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@_JSON
def check(paths: tuple[Path, ...], as_json: bool) -> None:
    """Check definition files, or folders that hold a pack; every problem with its line and reason.

    Example: upstream measures check my_measures/
    """
    from upstream.measures.loading import BadDefinition, load_file, load_pack

    problems: list[Problem] = []
    checked = 0
    for path in paths:
        try:
            checked += len(load_pack(path).definitions if path.is_dir() else load_file(path))
        except BadDefinition as error:
            problems += error.problems
    if as_json:
        rows = [{"path": p.path, "line": p.line, "reason": p.reason} for p in problems]
        say_json({"measures": checked, "problems": rows})
    else:
        for problem in problems:
            say(str(problem))
        say(f"{number(checked, 'measure')} read, {number(len(problems), 'problem')}.")
    if problems:
        raise SystemExit(BadInput.exit_code)


@group.command("run")
@click.option("--to", "to_text", required=True, metavar="YYYY-MM", help="The month reported.")
@click.option("--measure", "keys", multiple=True, metavar="KEY", help="Only this measure (repeat for more).")
@click.option("--area", "area_codes", multiple=True, metavar="CODE", help="Show only this area (repeat for more).")
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), help="Which engine counts (settings: engine.name).")
@click.option("--no-cache", is_flag=True, help="Count again even when the result is kept.")
@click.option("--keep", is_flag=True, help="Keep the likelihoods given, to be scored when their dates pass.")
@_PACK
@_JSON
@click.pass_obj
def run(
    config: str,
    to_text: str,
    keys: tuple[str, ...],
    area_codes: tuple[str, ...],
    engine: str | None,
    no_cache: bool,
    keep: bool,
    packs: tuple[str, ...],
    as_json: bool,
) -> None:
    """Calculate measures for the force and its areas, to one month.

    Example: upstream measures run --to 2022-06 --measure crime_total --area A
    """
    from upstream.periods import Month

    to = Month.parse(to_text)
    settings = load_settings(Path(config))
    definitions = _chosen(_definitions(config, packs, held_only=not keys), keys)
    results = _calculated(settings, definitions, to_text, engine or settings.engine, no_cache=no_cache)
    if keep:
        _keep(settings, results, quiet=as_json)
    unknown = [code for code in area_codes if code not in results.areas]
    if unknown:
        raise BadInput(f"There is no area {unknown[0]!r}.", allowed=", ".join(results.areas))
    if not any(result.series for result in results.measures.values()):
        raise nothing_held(results)
    shown = area_codes or tuple(results.areas)
    if as_json:
        say_json(results_json(results, shown))
        return
    show(results_table(results, shown, f"Measures to {to.label}"))
    for line in (areas_line(results, shown), *alarm_lines(results), *lacking_lines(results)):
        say(line)


def _no_measure(key: str, known: Iterable[str]) -> BadInput:
    """The refusal of a key: names that hold it, or are spelt like it."""
    from difflib import get_close_matches

    names = list(known)
    near = [name for name in names if key in name] or get_close_matches(key, names)
    return BadInput(
        f"There is no measure {key!r}.",
        allowed=", ".join(near[:8]) or "the keys of the measures",
        remedy="See every key with: upstream measures list",
    )


def _chosen(definitions: tuple[Definition, ...], keys: tuple[str, ...]) -> list[Definition]:
    by_key = {definition.key: definition for definition in definitions}
    unknown = [key for key in keys if key not in by_key]
    if unknown:
        raise _no_measure(unknown[0], by_key)
    return [by_key[key] for key in keys] if keys else list(definitions)


def _calculated(settings: Settings, definitions: list[Definition], to: str, engine: str, *, no_cache: bool) -> Results:
    # the engines take half a second to import: only when something is counted
    from upstream.measures.cache import cache_folder
    from upstream.measures.calculate import calculate, reading_scope
    from upstream.periods import Month
    from upstream.store import Store

    store = Store(settings.store)
    settings = with_force(settings, store)
    return calculate(
        definitions,
        store,
        to=Month.parse(to),
        areas={area.code: area.name for area in settings.areas},
        force=settings.force_key,
        force_name=settings.force_name or settings.force_key or "Force",
        engine="spark" if engine == "spark" else "duckdb",
        scope=reading_scope(who(), PURPOSE, definitions),
        memory=settings.memory,
        threads=settings.threads,
        cache=None if no_cache else cache_folder(settings.store),
        similar=settings.similar_forces,
    )


def _keep(settings: Settings, results: Results, *, quiet: bool) -> None:
    import datetime as dt

    from upstream.measures.forecasts import keep_forecasts
    from upstream.store import Store

    today = dt.datetime.now(dt.UTC).date()
    kept = keep_forecasts(Store(settings.store), results, made_on=today, who=who())
    if not quiet:
        say(f"{kept} likelihoods kept.")


@group.command("score")
@click.option(
    "--to", "to_text", required=True, metavar="YYYY-MM", help="Likelihoods whose date is not after this month."
)
@_PACK
@_JSON
@click.pass_obj
def score(config: str, to_text: str, packs: tuple[str, ...], as_json: bool) -> None:
    """What became of the likelihoods that were kept: reached or not, and how good they were.

    A likelihood is scored against the definition that made it, once the records of its date are held.

    Example: upstream measures score --to 2023-03
    """
    from upstream.measures.forecasts import forecasts_due, score_forecasts
    from upstream.periods import Month
    from upstream.store import Store

    settings = load_settings(Path(config))
    store = Store(settings.store)
    due = forecasts_due(store, Month.parse(to_text))
    known = {definition.key: definition for definition in _definitions(config, packs)}
    results = []
    for by, keys in due.items():
        definitions = [known[key] for key in sorted(keys & set(known))]
        if definitions:
            results.append(_calculated(settings, definitions, str(by), settings.engine, no_cache=False))
    scored = score_forecasts(store, results)
    if not scored:
        raise NotHeld(
            f"No likelihood that was kept can be scored by {to_text}.",
            remedy="A quarterly report keeps its likelihoods; add the records of their dates, then score.",
        )
    if as_json:
        say_json(scored_json(scored))
        return
    show(scored_table(scored))
    say(score_line(scored))


@group.command("by")
@click.argument("key")
@click.argument("grain", type=click.Choice(["day", "week", "month", "quarter", "year"]))
@click.option("--to", "to_text", required=True, metavar="YYYY-MM", help="The last month.")
@click.option("--area", default="force", show_default=True, metavar="CODE", help="Which area.")
@click.option("--last", default=24, show_default=True, type=click.IntRange(1), help="How many periods are shown.")
@_PACK
@_JSON
@click.pass_obj
def by(
    config: str, key: str, grain: Grain, to_text: str, area: str, last: int, packs: tuple[str, ...], as_json: bool
) -> None:
    """One measure by day, week, month, quarter or financial year.

    Example: upstream measures by crime_total week --to 2022-06 --area A
    """
    from upstream.measures.calculate import open_tables, reading_scope
    from upstream.measures.periods_of import by_period
    from upstream.measures.plain import plain, without_nan
    from upstream.periods import Month
    from upstream.store import Store

    settings = load_settings(Path(config))
    settings = with_force(settings, Store(settings.store))
    (definition,) = _chosen(_definitions(config, packs), (key,))
    scope = reading_scope(who(), PURPOSE, [definition])
    tables, lacking = open_tables(Store(settings.store), [definition], scope)
    if lacking:
        raise NotHeld(" ".join(lacking.values()), remedy="Add records first: upstream records add --help")
    areas = {one.code: one.name for one in settings.areas}
    found = by_period(definition, tables, grain, to=Month.parse(to_text), areas=areas, force=settings.force_key)
    if area not in found:
        raise BadInput(f"There is no area {area!r}.", allowed=", ".join(found))
    periods = found[area][-last:]
    if not periods:
        raise NotHeld(f"No record of {key} is held up to {to_text}.", remedy="See: upstream records status")
    if as_json:
        rows = [{"first": str(p.first), "last": str(p.last), "value": without_nan(plain(p.value))} for p in periods]
        say_json({"measure": key, "area": area, "grain": grain, "periods": rows})
        return
    show(periods_table(definition, area, grain, periods))


@group.command("small-areas")
@click.argument("key")
@click.option("--to", "to_text", required=True, metavar="YYYY-MM", help="The last month.")
@click.option("--months", "span", default=1, show_default=True, type=click.IntRange(1, 60), help="Months added up.")
@click.option("--vintage", type=click.Choice(["2011", "2021"]), default="2021", show_default=True, help="Whose codes.")
@click.option("--area", "wanted", multiple=True, metavar="CODE", help="Only this small area, or those of this area.")
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), help="Which engine counts (settings: engine.name).")
@_PACK
@_JSON
@click.pass_obj
def small_areas(
    config: str,
    key: str,
    to_text: str,
    span: int,
    vintage: str,
    wanted: tuple[str, ...],
    engine: str | None,
    packs: tuple[str, ...],
    as_json: bool,
) -> None:
    """Count one measure by small area (LSOA) of one census.

    Records that carry codes of the other census are carried by look-up. A split code is shared out by the residents of
    its parts, and what rests on such a share is marked estimated; every row stays in the total.

    \b
    Example: upstream measures small-areas street_total --to 2022-06 --months 12
    Example: upstream measures small-areas street_asb --to 2022-06 --area Gateshead --json
    """
    from upstream.cli.measures_shown import small_areas_as_json, small_areas_summary, small_areas_table
    from upstream.measures.calculate import reading_scope
    from upstream.measures.small_areas import small_area_counts
    from upstream.periods import Month
    from upstream.store import Store

    settings = load_settings(Path(config))
    store = Store(settings.store)
    settings = with_force(settings, store)
    (definition,) = _chosen(_definitions(config, packs), (key,))
    found = small_area_counts(
        definition,
        store,
        to=Month.parse(to_text),
        span=span,
        vintage=2021 if vintage == "2021" else 2011,
        force=settings.force_key,
        area_codes=[area.code for area in settings.areas],
        scope=reading_scope(who(), PURPOSE, [definition]),
        engine="spark" if (engine or settings.engine) == "spark" else "duckdb",
    ).of(wanted)
    public = settings.disclosure == "public"
    if as_json:
        say_json(small_areas_as_json(found, public=public))
        return
    show(small_areas_table(found, definition.title, public=public))
    for line in small_areas_summary(found, public=public):
        say(line)
