"""``upstream demo``: the synthetic force, its store, its report, served on this machine."""

from __future__ import annotations

import functools
import http.server
import json
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

LOOPBACK = "127.0.0.1"
PLACES_COMMANDS = {"boundaries": "lsoa", "lookup": "lookup", "population": "population", "deprivation": "deprivation"}


def _run(folder: Path, *arguments: str) -> None:
    """One command, as a person would type it."""
    from upstream.cli.main import upstream

    upstream.main(["--config", str(folder / "upstream.toml"), *arguments], prog_name="upstream", standalone_mode=False)


def _build_records(folder: Path, scale: float, seed: int, console: Console) -> None:
    from upstream.datasets.build import build

    with console.status("Inventing a force and its records"):
        build(folder / "records", seed=seed, scale=scale)
    shutil.copy(folder / "records" / "upstream.toml", folder / "upstream.toml")


def _add_everything(folder: Path, console: Console) -> None:
    records = folder / "records"
    manifest = json.loads((records / "manifest.json").read_text("utf-8"))
    for name in manifest["places"]:
        kind = next((command for word, command in PLACES_COMMANDS.items() if word in Path(name).name), None)
        if kind is not None:
            _run(folder, "places", "add", kind, str(records / name))
    # the generator keys its invented people itself
    mapping = records / "mapping.toml"
    mapping.write_text('pseudonyms = "already keyed"\n', "utf-8")
    for table, facts in manifest["tables"].items():
        console.print(f"Adding {table}", style="dim")
        _run(folder, "records", "add", table, str(records / facts["file"]), "--map", str(mapping))


class _QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves one folder; says nothing about each request."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Keep the terminal for the address."""


def _serve(folder: Path, port: int, console: Console) -> None:
    handler = functools.partial(_QuietHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer((LOOPBACK, port), handler) as server:
        console.print(f"\nThe report is at [bold]http://{LOOPBACK}:{server.server_port}/report.html[/bold]")
        console.print("Stop with Ctrl+C.")
        server.serve_forever()


@click.command("demo")
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    default="demo",
    show_default=True,
    help="Where to build it.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8765,
    show_default=True,
    help="Port on this machine; 0: any free one.",
)
@click.option(
    "--scale",
    type=click.FloatRange(0.01, 10),
    default=1.0,
    show_default=True,
    help="Size of the force; 1: about 95,000 crimes a year.",
)
@click.option("--seed", type=int, default=2022, show_default=True, help="The same seed gives the same records.")
@click.option("--serve/--no-serve", default=True, show_default=True, help="Serve the report when it is made.")
def group(folder: Path, port: int, scale: float, seed: int, serve: bool) -> None:
    """Build the synthetic force and its report, and serve them on this machine.

    Example: upstream demo --folder demo --port 8765
    """
    from rich.console import Console

    console = Console(stderr=True)
    started = time.monotonic()
    report = folder / "report"
    if not (report / "report.html").exists():
        for half_made in ("records", "store", "report"):
            shutil.rmtree(folder / half_made, ignore_errors=True)
        folder.mkdir(parents=True, exist_ok=True)
        _build_records(folder, scale, seed, console)
        _add_everything(folder, console)
        _run(folder, "report", "quarterly", "--to", "2022-06", "--out", str(report))
        console.print(f"Built in {time.monotonic() - started:.0f} s.")
    if serve:
        _serve(report, port, console)
