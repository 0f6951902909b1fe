"""``upstream report check``: what contradicts itself in anybody's report or tables."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from upstream.cli.terminal import number, say, say_json
from upstream.errors import BadInput

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

    Ends with 0 when nothing is found, 1 when something is, 2 when a file cannot be read or holds nothing to check.
    """
    from upstream.reports.check import RULES, check_paths

    report = check_paths(paths, relations)
    if not report.tables and not report.sentences:
        # "nothing contradicts itself" would be said of a report that was not read
        raise BadInput(
            f"Nothing in {', '.join(map(str, paths))} could be checked: no table and no sentence was found.",
            allowed="a report or tables with words or figures in them",
            remedy="See that this is the right file, and that it is not empty.",
        )
    if as_json:
        say_json([finding.to_plain() for finding in report.findings])
    else:
        for finding in report.findings:
            say(str(finding.where))
            say(f"  {finding.severity}: {RULES[finding.rule]} [{finding.rule}]")
            say(f"  {finding.arithmetic}")
        read = f"{number(len(report.files), 'file')}, {number(report.tables, 'table')}, "
        read += f"{number(report.sentences, 'sentence')} read"
        said = number(len(report.findings), "finding") if report.findings else "nothing contradicts itself"
        say(f"{read}: {said}.")
    sys.exit(1 if report.findings else 0)
