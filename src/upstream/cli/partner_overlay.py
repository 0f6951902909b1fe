"""``upstream analyse overlay``: violence that a partner sees beside violence that the police record."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from upstream.cli.force import open_store
from upstream.cli.settings import load_settings, who
from upstream.cli.terminal import cells, say, say_json, show

if TYPE_CHECKING:
    from upstream.analyse.overlay import Overlay
    from upstream.measures.partner_violence import PartnerCounts

PURPOSE = "Violence that partners see beside recorded violence"
SOURCES = {"ed": "ed_assaults", "ambulance": "ambulance_incidents"}
DAY = click.DateTime(["%Y-%m-%d"])
DAYS_BEFORE = 364


@click.command("overlay")
@click.argument("source", type=click.Choice(list(SOURCES)), default="ed")
@click.option("--from", "first", type=DAY, help="First day; without it, a year before the last.")
@click.option("--to", "last", type=DAY, required=True, help="Last day; whole weeks up to it are compared.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Every row into a file: .csv, .parquet or .json; small areas with their outlines: .geojson.",
)
@click.option("--json", "as_json", is_flag=True, help="JSON, for a program to read.")
@click.pass_obj
def overlay(
    config: str, source: str, first: dt.datetime | None, last: dt.datetime, out: Path | None, as_json: bool
) -> None:
    """Compare assaults seen by emergency departments (ed) or ambulances with recorded violence, by place and week.

    No record is linked with another: counts alone are compared, and the share not known comes with its interval.

    Example: upstream analyse overlay ed --to 2022-06-30 --out overlay.csv
    """
    from upstream.analyse.overlay import as_facts, as_rows, place_rows
    from upstream.analyse.overlay import overlay as compare
    from upstream.reports.rows_out import write_rows

    made = compare(_counts(config, source, first.date() if first else None, last.date()))
    public = load_settings(Path(config)).disclosure == "public"
    rows = as_rows(made, public=public)
    if out is not None and out.suffix.lower() == ".geojson":
        write_rows(out, place_rows(made, {}, public=public), open_store(config)[1])
    elif out is not None:
        write_rows(out, rows)
    if as_json:
        say_json({**as_facts(made, public=public), "rows": rows})
        return
    _show(made, rows, public)
    if out is not None:
        said = len(made.seen) if out.suffix.lower() == ".geojson" else len(rows)
        say(f"{said} rows in {out}.")


def _counts(config: str, source: str, first: dt.date | None, last: dt.date) -> PartnerCounts:
    from upstream.measures.partner_violence import partner_counts
    from upstream.store import ReadingScope

    settings, store = open_store(config)
    table = SOURCES[source]
    return partner_counts(
        "ed_assaults" if table == "ed_assaults" else "ambulance_incidents", store,
        ReadingScope(who(), PURPOSE, frozenset({table, "crimes"}), personal=True),
        first or last - dt.timedelta(days=DAYS_BEFORE), last, areas={area.code: area.name for area in settings.areas},
        engine=settings.engine, memory=settings.memory, threads=settings.threads,
    )  # fmt: skip


def _show(made: Overlay, rows: list[dict[str, object]], public: bool) -> None:
    from rich.table import Table

    from upstream.analyse.overlay import in_words

    table = Table(title=f"{made.title} beside recorded violence")
    for name, right in (("", 0), ("Partner", 1), ("Recorded", 1), ("Not known", 1), ("95%", 1), ("At least", 1)):
        table.add_column(name, justify="right" if right else "left")
    for row in rows:
        named = f"{row['name']} {row['lsoa']}" if row["lsoa"] else str(row["name"])
        ends = "" if row["lower"] is None else f"{row['lower']:.0%} to {row['upper']:.0%}"
        numbers = [_whole(row["partner"]), _whole(row["recorded"]), _percent(row["share_not_known"]), ends,
                   _percent(row["least_not_known"])]  # fmt: skip
        table.add_row(*cells(named, *numbers))
    show(table)
    for line in in_words(made, public=public):
        say(line)


def _whole(value: object) -> str:
    return "*" if value is None else f"{value:,}"


def _percent(value: object) -> str:
    return "" if value is None else f"{value:.0%}"
