"""``upstream measures``: list, explain, check and run measures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from upstream.cli.force import with_force
from upstream.cli.settings import Settings, load_settings, who
from upstream.errors import BadInput, NotHeld

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from upstream.measures.definition import Definition, Tally, Target
    from upstream.measures.loading import Problem
    from upstream.measures.periods_of import Grain
    from upstream.measures.result import MeasureResult, Results, Value

PURPOSE = "Measures run from the command line"
SHORT = {"force": "Force", "not_known": "Not known"}
UNITS = {"percent": "%", "per_1000": "/1,000"}


@click.group("measures")
def group() -> None:
    """List, explain, check and run measures.

    Example: upstream measures run --to 2022-06 --measure crime_total
    """


def _definitions(config: str, packs: Sequence[str]) -> tuple[Definition, ...]:
    # reading contracts needs pyarrow, so this waits until a command runs: help stays quick
    from upstream.measures.loading import load_packs

    names = tuple(packs) or load_settings(Path(config)).packs
    return tuple(definition for pack in load_packs(names) for definition in pack.definitions)


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
        click.echo(json.dumps([_line(definition) for definition in definitions], indent=1))
        return
    table = Table(title=f"{len(definitions)} measures")
    for heading in ("Key", "Title", "Kind", "Reference", "Reads", "Next review"):
        table.add_column(heading)
    for d in definitions:
        table.add_row(d.key, d.title, d.kind, ", ".join(d.kpi_refs), ", ".join(d.tables), str(d.next_review))
    _terminal().print(table)


def _terminal() -> Console:
    """Titles and areas' names are people's words: no markup is read in them."""
    return Console(markup=False, emoji=False)


def _line(definition: Definition) -> dict[str, Any]:
    return {
        "key": definition.key,
        "pack": definition.pack,
        "title": definition.title,
        "question": definition.question,
        "kind": definition.kind,
        "unit": definition.unit,
        "kpi_refs": list(definition.kpi_refs),
        "tables": list(definition.tables),
        "hash": definition.hash,
    }


@group.command("show")
@click.argument("key")
@_PACK
@_JSON
@click.pass_obj
def show(config: str, key: str, packs: tuple[str, ...], as_json: bool) -> None:
    """Explain one measure: what is counted, from where, what good looks like.

    Example: upstream measures show da_arrest_rate
    """
    definitions = {definition.key: definition for definition in _definitions(config, packs)}
    if key not in definitions:
        raise _no_measure(key, definitions)
    definition = definitions[key]
    facts = _facts(definition)
    if as_json:
        click.echo(json.dumps({**_line(definition), **dict(facts)}, indent=1))
        return
    table = Table(title=f"{definition.title} ({definition.key})", show_header=False)
    table.add_column(style="bold")
    table.add_column()
    for name, value in facts:
        table.add_row(name, value)
    _terminal().print(table)


def _facts(d: Definition) -> list[tuple[str, str]]:
    rows = [
        ("Question", d.question),
        ("Kind and unit", f"{d.kind}, {d.unit}"),
        ("Numerator", _tally(d.numerator)),
        ("Denominator", _tally(d.denominator)),
        ("Linked with", _tally(d.linked)),
        ("Window", d.window.replace("_", " ")),
        ("Good is", d.good),
        ("What good looks like", "; ".join(_target(target) for target in d.targets) or "not set"),
        ("Limits", d.limits),
        ("Breaks", "; ".join(f"{b.start}: {b.what}" for b in d.breaks)),
        ("Reading", f"{d.reading}: {d.reading_reason}" if d.reading else ""),
        ("Other readings", ", ".join(d.alternatives)),
        ("About", d.about),
        ("Caveats", "; ".join(d.caveats)),
        ("Owner", d.owner),
        ("Reviewed, next review", f"{d.reviewed}, {d.next_review}"),
        ("Source", d.source),
        ("File", Path(d.path).name),
    ]
    return [(name, value) for name, value in rows if value]


def _tally(tally: Tally | None) -> str:
    if tally is None:
        return ""
    what = f"sum of {tally.column}" if tally.column else "rows"
    if tally.distinct:
        what = f"different {', '.join(tally.distinct)}"
    where = f" where {tally.filter.text}" if tally.filter else ""
    return f"{what} of {tally.table}{where}"


def _target(target: Target) -> str:
    by = f" (by {target.by})" if target.by else ""
    return f"{target.text}{by}"


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
        click.echo(json.dumps({"measures": checked, "problems": rows}, indent=1))
    else:
        for problem in problems:
            click.echo(str(problem))
        click.echo(f"{checked} measures read, {len(problems)} problems.")
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
    definitions = _chosen(_definitions(config, packs), keys)
    results = _calculated(settings, definitions, to_text, engine or settings.engine, no_cache=no_cache)
    if keep:
        _keep(settings, results, quiet=as_json)
    unknown = [code for code in area_codes if code not in results.areas]
    if unknown:
        raise BadInput(f"There is no area {unknown[0]!r}.", allowed=", ".join(results.areas))
    shown = area_codes or tuple(results.areas)
    if as_json:
        click.echo(json.dumps(_as_json(results, shown), indent=1))
        return
    _terminal().print(_as_table(results, shown, f"Measures to {to.label}"))
    for line in (_areas_line(results, shown), *_alarm_lines(results)):
        click.echo(line)


def _areas_line(results: Results, areas: Sequence[str]) -> str:
    return (
        "Areas: "
        + ", ".join(f"{code} {results.areas[code]}" for code in areas)
        + ". ▲ ▼ outside its limits; likely: to reach its target."
    )


def _alarm_lines(results: Results) -> list[str]:
    alarms = results.false_alarms
    lines = []
    if alarms.series:
        lines.append(
            f"{alarms.outside} of {alarms.series} series are outside their limits; about {alarms.expected:.0f} would "
            f"be if nothing had changed. {alarms.standing_out} stand out even among so many (q of 5% or less). "
            f"{alarms.flagged} break any rule; at most {alarms.expected_at_most:.0f} would by chance."
        )
    if alarms.dependent:
        lines.append(
            f"Apart from these, {alarms.dependent_outside} of {alarms.dependent} stocks and series whose months follow "
            "one another are outside; how many would be by chance cannot be said."
        )
    return lines


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
        click.echo(f"{kept} likelihoods kept.")


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
    if as_json:
        rows = [{"first": str(p.first), "last": str(p.last), "value": without_nan(plain(p.value))} for p in periods]
        click.echo(json.dumps({"measure": key, "area": area, "grain": grain, "periods": rows}, indent=1))
        return
    table = Table(title=f"{definition.title}, {area}, by {grain}")
    table.add_column("Period")
    table.add_column(definition.unit, justify="right")
    for period in periods:
        table.add_row(period.label, _printed(period.value, definition))
    _terminal().print(table)


def _as_json(results: Results, areas: Sequence[str]) -> dict[str, Any]:
    from upstream.measures.plain import plain, without_nan

    measures: dict[str, Any] = without_nan(plain(results.measures))
    for measure in measures.values():
        measure["series"] = {area: one for area, one in measure["series"].items() if area in areas}
    return {
        "to": str(results.to),
        "areas": results.areas,
        "tables": plain(results.tables),
        "false_alarms": without_nan(plain(results.false_alarms)),
        "engine": results.engine,
        "engine_version": results.engine_version,
        "measures": measures,
    }


def _as_table(results: Results, areas: Sequence[str], title: str) -> Table:
    from rich import box

    rows = [result for result in results.measures.values() if result.definition.kind != "page"]
    areas = [area for area in areas if any(area in result.series for result in rows)]
    table = Table(title=title, box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("Measure", min_width=16)
    table.add_column("Unit")
    for area in areas:
        # names of areas are printed once below: eight columns of figures must fit a terminal
        table.add_column(SHORT.get(area, area), justify="right", no_wrap=len(areas) <= 8)
    table.add_column("Likely", justify="right")
    for result in rows:
        table.add_row(*_row(result, areas))
    return table


def _row(result: MeasureResult, areas: Sequence[str]) -> list[str]:
    definition = result.definition
    unit = UNITS.get(definition.unit, definition.unit)
    if not result.series:
        return [definition.title, unit, *([""] * len(areas)), result.not_held or ""]
    cells = []
    for area in areas:
        one = result.series.get(area)
        mark = {None: "", "high": "▲", "low": "▼"}[one.exceptional.direction if one and one.exceptional else None]
        cells.append(f"{_printed(one.latest, definition)}{mark}" if one else "")
    first = next(iter(result.series.values()))
    given = first.likelihoods[0] if first.likelihoods and first.likelihoods[0].band else None
    return [definition.title, unit, *cells, f"{given.probability:.0%}" if given else ""]


def _printed(value: Value, definition: Definition) -> str:
    if value.value != value.value:
        held = f"{value.months_held} of {value.months_wanted} months"
        return held if value.months_held < value.months_wanted else "none"
    return f"{value.value:,.{definition.decimals}f}"
