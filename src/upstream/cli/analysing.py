"""What the commands about small areas share: options, the store, and what may be read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from upstream.cli.settings import Settings, who
from upstream.errors import BadInput

if TYPE_CHECKING:
    from upstream.analyse.index_definition import IndexDefinition
    from upstream.store import ReadingScope

TO = click.option("--to", "to_text", metavar="YYYY-MM", help="The last month counted; without it, the newest held.")
OUT = click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE",
    help="Every row into a file: .csv, .parquet, .json, or .geojson with outlines.",
)  # fmt: skip
JSON = click.option("--json", "as_json", is_flag=True, help="JSON, for a program to read.")
TABLES = click.option(
    "--table", "files", multiple=True, type=click.Path(path_type=Path), metavar="FILE",
    help="A partner's CSV: a small-area code, then numbers (repeat for more).",
)  # fmt: skip


def needs_scope() -> ReadingScope:
    """What an index of needs may read: people too, as counts by small area."""
    from upstream.analyse.small_area_needs import PURPOSE, TABLES
    from upstream.store import ReadingScope

    return ReadingScope(who(), PURPOSE, TABLES, personal=True)


def asked(settings: Settings, to_text: str | None, files: Sequence[Path]) -> dict[str, Any]:
    """What every count of small areas takes from the settings and the options."""
    from upstream.periods import Month

    return {
        "to": Month.parse(to_text) if to_text else None,
        "areas": {area.code: area.name for area in settings.areas},
        "force": settings.force_key,
        "files": files,
        "engine": settings.engine,
        "memory": settings.memory,
        "threads": settings.threads,
    }


def definition_of(key: str, version: int | None, path: Path | None, weights: Sequence[str] = ()) -> IndexDefinition:
    """The definition named, with other weights where some were given as KEY=NUMBER."""
    from upstream.analyse.index_definition import load_index, load_index_file

    definition = load_index_file(path) if path else load_index(key, version)
    return definition.weighted(dict(map(_weight, weights)))


def _weight(text: str) -> tuple[str, float]:
    key, _, number = text.partition("=")
    try:
        return key.strip(), float(number)
    except ValueError:
        raise BadInput(f"The weight {text!r} cannot be read.", allowed="KEY=NUMBER, for example harm=30") from None


DEFINITION = click.option(
    "--definition", "path", type=click.Path(path_type=Path), metavar="FILE", help="A definition of your own (TOML)."
)
VERSION = click.option("--version", type=int, help="An earlier version of the index.")
WEIGHTS = click.option("--weight", "weights", multiple=True, metavar="KEY=NUMBER", help="Another weight (repeat).")
TOP = click.option("--top", default=10, show_default=True, help="How many small areas are chosen.")
