"""``upstream analyse when``: hours, weekdays, months, special days and daylight, with tests."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import click

from upstream.cli.force import open_store
from upstream.cli.scan_events import PURPOSE, asked, events_of, read_line
from upstream.cli.settings import who
from upstream.cli.terminal import cells, say, say_json, show
from upstream.errors import BadInput

if TYPE_CHECKING:
    from upstream.analyse.timing import Timing

LEAST_PUBLIC = 100
"""Events below which the public sees no hours: a cell would be one or two of them. Ours."""


@click.command("when")
@click.option(
    "--days", "path", type=click.Path(path_type=Path), metavar="FILE",
    help="Special days of your own: a CSV with kind, name, first, last, place, source.",
)  # fmt: skip
@click.option("--rows", type=click.Choice(["week", "months", "patterns"]), default="week", show_default=True,
              help="Which rows go into --out.")  # fmt: skip
@click.option("--seed", default=1440, show_default=True, help="Of the draws: the same seed, the same p-values.")
@asked
@click.pass_obj
def when(
    config: str, path: Path | None, rows: str, seed: int, types: tuple[str, ...], areas: tuple[str, ...],
    first: dt.datetime | None, last: dt.datetime, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """At what hours, weekdays, times of year, on what days and in what light does it happen, beyond chance?

    Needs times: open data, which has months alone, is refused. Each pattern is tested, and the share of false ones held
    to one in twenty.

    Example: upstream analyse when --type Burglary --from 2020-07-01 --to 2022-06-30 --out week.csv
    """
    from upstream.analyse.calendar import spans
    from upstream.analyse.timing import as_plain, timing
    from upstream.measures.events import events
    from upstream.reports.rows_out import write_rows
    from upstream.store import ReadingScope

    settings, store = open_store(config)
    scope = ReadingScope(who(), PURPOSE, frozenset({"crimes", "incidents", "street_crimes"}))
    read = events(
        events_of(settings, types, areas, first, last), store, scope, need="small area", engine=settings.engine,
        memory=settings.memory, threads=settings.threads,
    )  # fmt: skip
    if settings.disclosure == "public" and len(read.day) < LEAST_PUBLIC:
        raise BadInput(f"{len(read.day)} events are too few to show the public.", allowed=f"{LEAST_PUBLIC} or more")
    found = timing(read, days=spans(path) if path else None, seed=seed)
    made = as_plain(found)
    if out is not None:
        if out.suffix.lower() == ".geojson":
            raise BadInput("Hours and days have no outline.", allowed=".csv, .parquet, .json")
        write_rows(out, made[rows])
    if as_json:
        say_json(made)
        return
    _show(found)
    say(read_line(read))
    if out is not None:
        say(f"Written to {out}.")


def _show(found: Timing) -> None:
    from rich.table import Table

    table = Table(title="Patterns (* more than noise: share of false ones held to 5%)")
    for title in ("Pattern", "p", "What"):
        table.add_column(title, justify="right" if title == "p" else "left", overflow="fold")
    for one in found.patterns:
        table.add_row(*cells(one.name, f"{_p(one.p)}{'*' if one.real else ' '}", one.said))
    show(table)
    for name, why in found.not_tested.items():
        say(f"Not tested: {name}. {why}")
    week = found.week
    spread = f"{week.uncertain:,} spread over more than an hour, {week.over_a_week:,} over a week"
    say(f"Hours: {week.events:,} events placed, {spread}.")


def _p(value: float) -> str:
    return "<0.001" if value < 0.001 else f"{value:.3f}"
