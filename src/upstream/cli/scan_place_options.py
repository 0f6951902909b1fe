"""What the scans of places share: their options, the events and places read, the rows given out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from upstream.cli.force import open_store
from upstream.cli.scan_events import PURPOSE, asked, events_of
from upstream.cli.settings import Settings, who
from upstream.cli.terminal import cells, say, say_json, show
from upstream.errors import BadInput

if TYPE_CHECKING:
    import numpy as np

    from upstream.measures.events import Events
    from upstream.scan.study import Study, Unit

SHOWN = 12
"""Rows of a table in the terminal; --out and --json give every one."""
UNIT = click.option(
    "--by", "unit", type=click.Choice(["small-area", "square", "hexagon"]), default="small-area", show_default=True,
    help="Places looked at.",
)  # fmt: skip
ACROSS = click.option("--across", default=500.0, show_default=True, help="Metres across a square or hexagon.")
SEED = click.option("--seed", default=2015, show_default=True, help="Of what is drawn: the same seed, the same answer.")
_UNITS: Final[dict[str, Unit]] = {"small-area": "small area", "square": "square", "hexagon": "hexagon"}
Rows = list[dict[str, Any]]


def of_places(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every scan of places."""
    for option in (SEED, ACROSS, UNIT):
        function = option(function)
    return click.pass_obj(asked(function))


def read_events(
    config: str, unit: str, across: float, types: Sequence[str], areas: Sequence[str],
    first: dt.datetime | None, last: dt.datetime,
) -> tuple[Settings, Events, Study]:  # fmt: skip
    """The events asked for and the places that they are looked at in."""
    from upstream.measures.events import events
    from upstream.scan.study import study_of
    from upstream.store import ReadingScope

    settings, store = open_store(config)
    of = events_of(settings, types, areas, first, last)
    scope = ReadingScope(who(), PURPOSE, frozenset({"crimes", "incidents", "street_crimes"}))
    found = events(
        of, store, scope, need="small area" if unit == "small-area" else "point",
        engine=settings.engine, memory=settings.memory, threads=settings.threads,
    )  # fmt: skip
    names = {area.code: area.name for area in settings.areas}
    return settings, found, study_of(found, store, unit=_UNITS[unit], across=across, area_names=names)


def rng_of(seed: int) -> np.random.Generator:
    import numpy as np

    return np.random.default_rng(seed)


def given_out(
    facts: Mapping[str, Any],
    rows: Rows,
    out: Path | None,
    as_json: bool,
    made_shapes: Callable[[], Sequence[Any]] | None,
) -> bool:
    """Write the file and print the JSON that were asked for; whether there is no table to show any more."""
    from upstream.reports.rows_out import write_rows

    if out is not None:
        drawn = out.suffix.lower() == ".geojson"
        if drawn and made_shapes is None:
            raise BadInput("These rows have no shape.", allowed=".csv, .parquet, .json")
        write_rows(out, rows, shapes=made_shapes() if drawn and made_shapes else None)
    if as_json:
        say_json({**facts, "rows": rows})
    return as_json


def show_rows(title: str, columns: Mapping[str, str], rows: Rows) -> None:
    from rich.table import Table

    table = Table(title=title)
    for words in columns:
        table.add_column(words, justify="left" if words in ("Place", "Called", "Map") else "right")
    for row in rows[:SHOWN]:
        table.add_row(*cells(*(_cell(row, key) for key in columns.values())))
    show(table)
    if len(rows) > SHOWN:
        say(f"{len(rows) - SHOWN:,} more rows: give --out FILE or --json.")


def _cell(row: Mapping[str, Any], key: str) -> str:
    if key == "place":
        return str(row.get("name") or row.get("lsoa") or row.get("cell"))
    value = row[key]
    if value is None:
        return "withheld"
    if not isinstance(value, float):
        return f"{value:,}" if isinstance(value, int) else str(value)
    return f"{value:,.3g}" if abs(value) < 100 else f"{value:,.0f}"


def say_read(read: Mapping[str, Any], after: Path | None) -> None:
    """What was left out and what a reader must know."""
    say(f"{read['read']:,} events of {read['first']} to {read['last']} read.")
    for reason, count in read["left_out"].items():
        say(f"{count:,} left out: {reason}.")
    for note in read["notes"]:
        say(note)
    if after is not None:
        say(f"Written to {after}.")
