"""``upstream analyse index-keep`` and ``index-moves``: the index as it stood, and what moved since, and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from upstream.cli.analysing import JSON, TO, TOP, WEIGHTS, asked, definition_of, needs_scope
from upstream.cli.force import open_store
from upstream.cli.terminal import cells, say, say_json, show
from upstream.errors import BadInput

if TYPE_CHECKING:
    from upstream.analyse.index_moves import KeptIndex, Moves

SHOWN = 20
FILE = click.Path(path_type=Path)


@click.command("index-keep")
@click.argument("to_file", type=FILE, metavar="FILE.json")
@TO
@TOP
@WEIGHTS
@click.pass_obj
def index_keep(config: str, to_file: Path, to_text: str | None, top: int, weights: tuple[str, ...]) -> None:
    """Keep the index of needs as it stands: definition, weights, versions of the records and every rank.

    Example: upstream analyse index-keep june.json --to 2022-06
    """
    from upstream.analyse.index_moves import as_data, kept_index
    from upstream.analyse.needs import ranked
    from upstream.analyse.small_area_needs import needs_of

    definition = definition_of("vulnerability", None, None, weights)
    settings, store = open_store(config)
    needs = needs_of(definition, store, needs_scope(), **asked(settings, to_text, ()))
    made = kept_index(definition, needs, ranked(definition, needs, store, top=top))
    to_file.write_text(json.dumps(as_data(made)) + "\n", "utf-8")
    say(f"{len(made.areas)} small areas in {to_file}.")


@click.command("index-moves")
@click.argument("before", type=FILE)
@click.argument("after", type=FILE)
@click.option("--out", type=FILE, metavar="FILE", help="Every small area into a file: .csv, .parquet or .json.")
@JSON
def index_moves(before: Path, after: Path, out: Path | None, as_json: bool) -> None:
    """Say what moved between two versions that were kept, and whether the weights or the records moved it.

    Example: upstream analyse index-moves march.json june.json --out moves.csv
    """
    from upstream.analyse.index_moves import as_rows, moves
    from upstream.reports.rows_out import write_rows

    made = moves(_read(before), _read(after))
    rows = as_rows(made)
    if out is not None:
        write_rows(out, rows)
    if as_json:
        say_json({"differ": list(made.differ), "stayed": made.stayed, "weights": dict(made.weights),
                  "tables": dict(made.tables), "moves": rows})  # fmt: skip
        return
    _show(made)
    if out is not None:
        say(f"{len(rows)} rows in {out}.")


def _read(path: Path) -> KeptIndex:
    from upstream.analyse.index_moves import from_data

    try:
        return from_data(json.loads(path.read_text("utf-8")))
    except OSError as error:
        raise BadInput(f"There is no file {path}.", allowed="a file of upstream analyse index-keep") from error
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadInput(f"{path} is no kept version.", allowed="a file of upstream analyse index-keep") from error


def _show(made: Moves) -> None:
    from rich.table import Table

    table = Table(title="What moved")
    for name, right in (("Small area", 0), ("Before", 1), ("After", 1), ("Surely", 0), ("By weights", 1),
                        ("By records", 1), ("Most by", 0)):  # fmt: skip
        table.add_column(name, justify="right" if right else "left")
    for row in [row for row in made.moves if row.before != row.after][:SHOWN]:
        table.add_row(*cells(f"{row.name} {row.code}", str(row.before or ""), str(row.after or ""),
                             "yes" if row.apart else "no", f"{row.by_weights:+.1f}", f"{row.by_records:+.1f}",
                             row.need))  # fmt: skip
    show(table)
    say(f"They differ in {', '.join(made.differ)}." if made.differ else "They do not differ.")
    say(f"Of the first places {made.stayed} are the same.")
