"""``upstream demo``: the synthetic force, its store, its report, served on this machine."""

from __future__ import annotations

import functools
import http
import http.server
import json
import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from upstream.errors import BadInput

if TYPE_CHECKING:
    from rich.console import Console

LOOPBACK = "127.0.0.1"
MARKER = ".upstream-demo"
"""Stands in every folder that this command made: no other folder's files are ever deleted."""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
PLACES_COMMANDS = {
    "boundaries": "lsoa", "lookup": "lookup", "rural_urban": "lookup", "population": "population",
    "deprivation": "deprivation",
}  # fmt: skip


def _run(folder: Path, *arguments: str) -> None:
    """One command, as a person would type it."""
    from upstream.cli.main import upstream

    upstream.main(["--config", str(folder / "upstream.toml"), *arguments], prog_name="upstream", standalone_mode=False)


def _build_records(folder: Path, scale: float, seed: int, console: Console) -> None:
    from upstream.datasets.build import build

    with console.status("Inventing a force and its records"):
        build(folder / "records", seed=seed, scale=scale)
    shutil.copy(folder / "records" / "upstream.toml", folder / "upstream.toml")
    shutil.copytree(folder / "records" / "commentary", folder / "commentary", dirs_exist_ok=True)


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


def _make_room(folder: Path) -> None:
    """An empty folder to build in: a new one, or one that an earlier run left half made.

    Raises
    ------
    BadInput
        The folder holds files and this command did not make it.
    """
    made_here = (folder / MARKER).is_file()
    if folder.exists() and not made_here and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(
            f"{folder} holds files that are not the demo's; nothing was changed.",
            allowed="a new or empty folder",
            remedy="Name another: upstream demo --folder NAME.",
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARKER).touch()
    for half_made in ("records", "store", "report"):
        shutil.rmtree(folder / half_made, ignore_errors=True)


class ReportHandler(http.server.SimpleHTTPRequestHandler):
    """Serves the files of one folder to a browser on this machine; lists nothing, and logs no request."""

    def send_head(self) -> Any:
        """Refuse a page elsewhere that calls this address by a name of its own (DNS rebinding), and a way out."""
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        if host not in (LOOPBACK, "localhost"):
            self.send_error(http.HTTPStatus.MISDIRECTED_REQUEST)
            return None
        if not Path(self.translate_path(self.path)).resolve().is_relative_to(Path(self.directory).resolve()):
            self.send_error(http.HTTPStatus.NOT_FOUND)  # a link that leads out of the folder
            return None
        return super().send_head()

    def list_directory(self, path: Any) -> None:
        """Say that nothing is there."""
        self.send_error(http.HTTPStatus.NOT_FOUND)

    def end_headers(self) -> None:
        """What a browser may do with the file: show it, load nothing else, keep nothing."""
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cache-Control", "no-store")
        if self.path.partition("?")[0].endswith(".html"):
            self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Keep the terminal for the address."""


def _serve(folder: Path, port: int, console: Console) -> None:
    handler = functools.partial(ReportHandler, directory=str(folder))
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
        _make_room(folder)
        _build_records(folder, scale, seed, console)
        _add_everything(folder, console)
        _run(folder, "report", "quarterly", "--to", "2022-06", "--out", str(report))
        console.print(f"Built in {time.monotonic() - started:.0f} s.")
    if serve:
        _serve(report, port, console)
