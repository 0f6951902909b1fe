"""``upstream measures``: list, explain, check and run measures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.console import Console
from rich.table import Table

from upstream.cli.settings import load_settings
from upstream.errors import BadInput
from upstream.measures.definition import Definition, Tally, Target
from upstream.measures.loading import BadDefinition, load_file, load_pack, load_packs

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.group("measures")
def group() -> None:
    """List, explain, check and run measures.

    Example: upstream measures run --to 2022-06 --measure crime_total
    """


def _definitions(config: str, packs: Sequence[str]) -> tuple[Definition, ...]:
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
    Console().print(table)


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
        near = [name for name in definitions if key in name]
        raise BadInput(
            f"There is no measure {key!r}.",
            allowed=", ".join(near[:8]) or "the keys that `upstream measures list` shows",
        )
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
    Console().print(table)


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
    problems, checked = [], 0
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
