"""``upstream analyse``: which places need most, of what type they are, and which are alike."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from upstream.cli.analyse_profile import profile_command
from upstream.cli.analyse_when import when
from upstream.cli.analysing import (
    DEFINITION,
    JSON,
    OUT,
    TABLES,
    TO,
    TOP,
    VERSION,
    WEIGHTS,
    asked,
    definition_of,
    needs_scope,
)
from upstream.cli.force import open_store
from upstream.cli.index_versions import index_keep, index_moves
from upstream.cli.partner_overlay import overlay
from upstream.cli.terminal import cells, say, say_json, show

if TYPE_CHECKING:
    from upstream.analyse.needs import Index
    from upstream.analyse.similar import Similar
    from upstream.analyse.typology import Typology

SHOWN = 25
"""Rows of a table in the terminal; --out and --json give every one."""
UNSURE = 0.75
"""Share of the resamples under which a small area is said to lie between classes."""


@click.group("analyse")
def group() -> None:
    """Which places need most, of what type they are, and which are alike.

    Example: upstream analyse index --to 2022-06 --out index.csv
    """


group.add_command(profile_command)
group.add_command(index_keep)
group.add_command(index_moves)


@group.command("index")
@click.argument("key", default="vulnerability")
@TO
@TOP
@WEIGHTS
@click.option("--certain-weights", is_flag=True, help="Take the weights as certain: intervals show counts alone.")
@VERSION
@DEFINITION
@TABLES
@OUT
@JSON
@click.pass_obj
def index(
    config: str, key: str, to_text: str | None, top: int, weights: tuple[str, ...], certain_weights: bool,
    version: int | None, path: Path | None, files: tuple[Path, ...], out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Rank small areas by an index of needs, with the interval of every rank and who lives in those chosen.

    Example: upstream analyse index --to 2022-06 --top 10 --weight harm=40 --out index.csv
    """
    from upstream.analyse.needs import as_rows, index_of_needs
    from upstream.reports.rows_out import write_rows
    from upstream.stats.composite import WEIGHT_CONCENTRATION

    definition = definition_of(key, version, path, weights)
    settings, store = open_store(config)
    made = index_of_needs(
        definition, store, needs_scope(), top=top,
        weight_concentration=None if certain_weights else WEIGHT_CONCENTRATION, **asked(settings, to_text, files),
    )  # fmt: skip
    rows = as_rows(made)
    if out:
        write_rows(out, rows, store)
    if as_json:
        say_json({"index": _index_facts(made), "small_areas": rows})
        return
    _show_index(made)
    if out:
        say(f"{len(rows)} small areas in {out}.")


def _index_facts(made: Index) -> dict[str, Any]:
    from dataclasses import asdict

    of = made.definition
    return {
        "key": of.key, "version": of.version, "hash": of.hash, "title": of.title, "from": str(made.first),
        "to": str(made.last), "missing_months": [str(month) for month in made.missing], "top": made.top,
        "indicators": [
            {"key": one.of.key, "title": one.of.title, "unit": one.unit, "weight": one.share,
             "rank_correlation_without": one.correlation, "replaced_without": one.replaced}
            for one in made.indicators
        ],
        "lacking": {one.key: why for one, why in made.lacking},
        "rural_and_urban": [asdict(kind) for kind in made.kinds],
        "policing_areas": [asdict(kind) for kind in made.policing_areas],
        "groups": [asdict(group) for group in made.groups], "groups_of": made.groups_of,
        "left_out": dict(made.left_out),
        "crimes": {"in_small_areas": made.placed, "elsewhere": made.elsewhere, "without_place": made.without_place},
        "tables": {one.table: one.version for one in made.tables}, "engine_version": made.engine_version,
    }  # fmt: skip


def _show_index(made: Index) -> None:
    from rich.table import Table

    of = made.definition
    table = Table(title=f"{of.title}, version {of.version}: {made.first.label} to {made.last.label}")
    for name, right in (("Rank", 1), ("95% of ranks", 1), ("Small area", 0), ("Area", 0), ("Rural", 0),
                        ("Among its kind", 1), ("Score", 1), (f"In the first {made.top}", 1)):  # fmt: skip
        table.add_column(name, justify="right" if right else "left")
    for row in made.areas[: max(SHOWN, made.top)]:
        rural = {None: "not known", True: "rural", False: "urban"}[row.area.rural]
        table.add_row(
            *cells(str(row.rank), f"{row.lower} to {row.upper}", f"{row.area.code} {row.area.name}", row.area.area,
                   rural, str(row.rank_of_kind or ""), f"{row.score:.1f}", f"{row.in_top:.0%}")
        )  # fmt: skip
    show(table)
    for line in _index_lines(made):
        say(line)


def _index_lines(made: Index) -> list[str]:
    lines = ["Weights: " + ", ".join(f"{one.of.title} {one.share:.0%}" for one in made.indicators) + "."]
    lines += [f"Not in the index: {why} Its weight falls to the others." for _, why in made.lacking]
    swayed = max(made.indicators, key=lambda one: one.replaced)
    lines.append(f"Without {swayed.of.title}, {swayed.replaced} of the first {made.top} would be others.")
    for kind in (*made.kinds, *made.policing_areas):
        harm = "" if math.isnan(kind.share_of_harm) else f", {kind.share_of_harm:.0%} of harm"
        lines.append(
            f"{kind.name}: {kind.in_top} of the first {made.top} ({kind.expected_in_top:.1f} on average); "
            f"{kind.share_of_residents:.0%} of residents{harm}."
        )
    for group in made.groups:
        lines.append(
            f"{group.group}: {group.of_all:.1%} of residents, {group.of_top:.1%} of those in the first {made.top}."
        )
    if not made.groups:
        lines.append("Who lives there is not held: add a population by group to see on whom the choice falls.")
    if made.missing:
        lines.append(f"Not held, and in no figure: {', '.join(month.label for month in made.missing)}.")
    lost = made.elsewhere + made.without_place
    return [*lines, f"Crimes: {made.placed:,.0f} in these small areas, {lost:,.0f} elsewhere or without a place."]


@group.command("typology")
@click.argument("key", default="typology")
@TO
@click.option("--classes", type=int, help="How many classes; without it, the number with the highest silhouette.")
@WEIGHTS
@VERSION
@DEFINITION
@TABLES
@OUT
@JSON
@click.pass_obj
def typology_command(
    config: str, key: str, to_text: str | None, classes: int | None, weights: tuple[str, ...], version: int | None,
    path: Path | None, files: tuple[Path, ...], out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Sort small areas into classes of the same needs, and say whether the classes would be found again.

    Example: upstream analyse typology --classes 5 --out typology.geojson
    """
    from dataclasses import asdict

    from upstream.analyse.typology import as_rows, typology
    from upstream.reports.rows_out import write_rows

    definition = definition_of(key, version, path, weights)
    settings, store = open_store(config)
    made = typology(definition, store, needs_scope(), classes=classes, **asked(settings, to_text, files))
    rows = as_rows(made)
    if out:
        write_rows(out, rows, store)
    if as_json:
        tried = made.tried
        each = zip(tried.ks, tried.silhouette.tolist(), tried.gap.tolist(), tried.gap_error.tolist(), strict=True)
        say_json({
            "key": definition.key, "version": definition.version, "hash": definition.hash, "from": str(made.first),
            "to": str(made.last), "variables": [one.title for one in made.variables],
            "lacking": {one.key: why for one, why in made.lacking},
            "tried": [dict(zip(("classes", "silhouette", "gap", "gap_error"), row, strict=True)) for row in each],
            "by_silhouette": tried.by_silhouette, "by_gap": tried.by_gap,
            "classes": [asdict(one) for one in made.classes], "small_areas": rows,
            "tables": {one.table: one.version for one in made.tables}, "engine_version": made.engine_version,
        })  # fmt: skip
        return
    _show_typology(made)
    if out:
        say(f"{len(rows)} small areas in {out}.")


def _show_typology(made: Typology) -> None:
    from rich.table import Table

    table = Table(title=f"{made.definition.title}, version {made.definition.version}: to {made.last.label}")
    for name in ("Class", "What stands out"):
        table.add_column(name)
    for name in ("Small areas", "Rural", "Residents", "Found again"):
        table.add_column(name, justify="right")
    for one in made.classes:
        found = f"{one.stability:.0%}{'' if one.stable else ', not stable'}"
        rural = "not known" if one.rural is None else f"{one.rural}"
        table.add_row(*cells(str(one.number), one.name, str(one.small_areas), rural, f"{one.residents:,}", found))
    show(table)
    tried = made.tried
    each = zip(tried.ks, tried.silhouette, tried.gap, strict=True)
    say("Classes tried (silhouette, gap): " + "; ".join(f"{k}: {s:.2f}, {g:.2f}" for k, s, g in each) + ".")
    say(f"Highest silhouette: {tried.by_silhouette} classes; by the gap: {tried.by_gap}.")
    between = sum(row.certainty < UNSURE for row in made.areas)
    say(f"{between} of {len(made.areas)} small areas lie between classes: certain in under {UNSURE:.0%}.")
    for _, why in made.lacking:
        say(f"Not among the variables: {why}")


@group.command("similar")
@click.argument("code")
@click.option(
    "--in",
    "table",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="A CSV of areas or forces: a name, then numbers; without it, small areas of the force.",
)
@click.option("--count", default=7, show_default=True, help="How many to list.")
@TO
@WEIGHTS
@OUT
@JSON
@click.pass_obj
def similar(
    config: str, code: str, table: Path | None, count: int, to_text: str | None, weights: tuple[str, ...],
    out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Find the areas most like one, by stated variables, and how firmly each belongs to the list.

    Example: upstream analyse similar S01000462 --count 5

    Example: upstream analyse similar "West Mercia" --in forces.csv
    """
    from upstream.analyse.similar import similar_in_table, similar_small_areas
    from upstream.analyse.small_area_needs import needs_of
    from upstream.reports.rows_out import write_rows

    if table:
        made = similar_in_table(table, code, count=count)
    else:
        definition = definition_of("typology", None, None, weights)
        settings, store = open_store(config)
        needs = needs_of(definition, store, needs_scope(), **asked(settings, to_text, ()))
        made = similar_small_areas(definition, needs, code, count=count)
    rows = [
        {"code": one.code, "name": one.name, "area": one.where, "distance": round(one.distance, 4),
         "kept": round(one.kept, 3), "differs_most_in": one.apart[0], "share_of_difference": round(one.apart[1], 3)}
        for one in made.found
    ]  # fmt: skip
    if out:
        write_rows(out, rows)
    if as_json:
        say_json({"code": made.code, "name": made.name, "variables": made.variables, "similar": rows})
        return
    _show_similar(made)


def _show_similar(made: Similar) -> None:
    from rich.table import Table

    table = Table(title=f"Most like {made.name} ({made.code})" if made.name != made.code else f"Most like {made.name}")
    for name, right in (("Area", 0), ("Distance", 1), ("Stays when a variable goes", 1), ("Differs most in", 0)):
        table.add_column(name, justify="right" if right else "left")
    for one in made.found:
        label = one.name if one.name == one.code else f"{one.code} {one.name}"
        table.add_row(*cells(label, f"{one.distance:.2f}", f"{one.kept:.0%}", f"{one.apart[0]} ({one.apart[1]:.0%})"))
    show(table)
    say(f"By: {', '.join(made.variables)}. Distances are in standard deviations.")


group.add_command(when)
group.add_command(overlay)
