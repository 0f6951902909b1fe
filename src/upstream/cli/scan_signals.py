"""``upstream scan signals``: everything that a person should look at."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from upstream.cli.force import open_store
from upstream.cli.settings import who
from upstream.cli.terminal import cells, number, say, say_json, show

if TYPE_CHECKING:
    from rich.table import Table

    from upstream.scan.signals import Signals
    from upstream.store import Store

PURPOSE = "Signals looked for from the command line"


@click.command("signals")
@click.option(
    "--to", type=click.DateTime(["%Y-%m-%d"]), required=True, metavar="YYYY-MM-DD", help="The last day looked at."
)
@click.option("--json", "as_json", is_flag=True, help="JSON, for a program to read.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Every signal into a file: .json (with all its figures), .csv, .parquet or .geojson.",
)
@click.pass_obj
def signals(config: str, to: dt.datetime, as_json: bool, out: Path | None) -> None:
    """Propose signals from the records to a day, ranked by harm: exceptional volumes and lasting changes, new clusters,
    near repeats, hot spots, repeat locations, violence that partners alone know of, faults of the data.

    Signals that speak of one thing are put together, and nothing about one person or one household is ever one. The
    site keeps them in its inbox: upstream-web signals_propose --if-changed, after every add.

    Example: upstream scan signals --to 2022-06-30 --out signals.geojson
    """
    from upstream.scan.nightly import TABLES_READ, propose
    from upstream.scan.signals import all_plain
    from upstream.store import ReadingScope

    settings, store = open_store(config)
    found = propose(
        store,
        to=to.date(),
        scope=ReadingScope(who(), PURPOSE, TABLES_READ, personal=True),
        areas={area.code: area.name for area in settings.areas},
        force=settings.force_key,
        force_name=settings.force_name or settings.force_key or "the force",
    )
    if out is not None:
        _write(out, found, store)
    if as_json:
        say_json(all_plain(found))
        return
    if found.groups:
        show(_table(found))
    for reason, n in found.left_out.items():
        say(f"{number(n, 'candidate')} left out: {reason}.")
    for what, why in found.not_looked_for.items():
        say(f"Not looked for: {what}. {why}")
    say(f"{number(len(found.groups), 'signal')} to {found.to:%d %B %Y}.".replace(" 0", " "))
    if out is not None:
        say(f"Written to {out}.")


def _write(out: Path, found: Signals, store: Store) -> None:
    from upstream.reports.rows_out import write_rows
    from upstream.scan.signal_rows import shapes, signal_rows
    from upstream.scan.signals import all_plain

    ending = out.suffix.lower()
    if ending == ".json":
        out.write_text(json.dumps(all_plain(found), indent=1) + "\n", "utf-8")
        return
    write_rows(out, signal_rows(found.groups), shapes=shapes(found.signals, store) if ending == ".geojson" else None)


def _table(found: Signals) -> Table:
    from rich.table import Table

    from upstream.scan.signals import KIND_WORDS

    table = Table()
    for title in ("Kind", "Harm days", "False", "Evidence"):
        table.add_column(title, justify="right" if title in ("Harm days", "False") else "left", overflow="fold")
    for group in found.groups:
        lead = group.lead
        share = "not known" if lead.false_alarm_share is None else f"{lead.false_alarm_share:.0%}"
        more = f" (with {number(len(group.others), 'neighbour')})" if group.others else ""
        table.add_row(*cells(KIND_WORDS[lead.kind], f"{lead.harm_days:,.0f}", share, lead.evidence + more))
    return table
