"""``upstream report check``: what contradicts itself in anybody's report or tables."""

from __future__ import annotations

import sys
from pathlib import Path

import click

_EPILOG = "Example: upstream report check quarterly.html tables.csv --json > findings.json"


@click.command("check", epilog=_EPILOG)
@click.argument("paths", metavar="FILE|DIR...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--relations",
    "relations",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Sums, per cents, limits, ratios and same facts that must hold (TOML).",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list of findings and nothing else.")
def check(paths: tuple[Path, ...], relations: Path | None, as_json: bool) -> None:
    """Find what contradicts itself in a report or in tables (.md .html .txt .csv .xlsx).

    Ends with 0 when nothing is found, 1 when something is, 2 when a file cannot be read.
    """
    from upstream.reports.check import RULES, check_paths

    report = check_paths(paths, relations)
    if as_json:
        click.echo(report.to_json())
    else:
        for finding in report.findings:
            click.echo(
                f"{finding.where}\n  {finding.severity}: {RULES[finding.rule]} [{finding.rule}]\n  {finding.arithmetic}"
            )
        read = f"{len(report.files)} files, {report.tables} tables, {report.sentences:,} sentences read"
        said = "nothing contradicts itself" if not report.findings else f"{len(report.findings)} findings"
        click.echo(f"{read}: {said}.")
    sys.exit(1 if report.findings else 0)
