"""What the commands of assess share: the options that name places, and counts read from a CSV file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from upstream.csv_files import rows_in
from upstream.errors import BadInput

if TYPE_CHECKING:
    from upstream.assess.answer_value import Valued
    from upstream.assess.ladder import Answer
    from upstream.assess.panel import Panel
    from upstream.reports.publishing import Format

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="Everything as JSON, for a program.")
OUTCOME = click.option("--outcome", default="events", show_default=True, help="What is counted, plural.")
BETTER = click.option(
    "--better", type=click.Choice(["lower", "higher"]), default="lower", show_default=True, help="Which way is good."
)
_PLACES = (
    click.option("--treated", multiple=True, required=True, help="A unit where it was done; again for each."),
    click.option("--start", required=True, help="The first period after it began, as the file writes it."),
    click.option("--comparison", multiple=True, help="A unit left alone; again for each (every other unit)."),
    click.option("--buffer", multiple=True, help="A unit near by, where it may move to; again for each."),
    click.option(
        "--phase-in", type=click.IntRange(0), default=0, show_default=True,
        help="Periods from the start while it was still coming in: neither before nor after.",
    ),
    OUTCOME,
)  # fmt: skip
OUT = click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="A paper: .pdf, .html, .xlsx, .json, .csv."
)
BUNDLE = click.option(
    "--bundle",
    type=click.Path(path_type=Path),
    metavar="FILE.zip",
    help="Data, definition and figures, to count again.",
)
PUBLIC = click.option("--public", is_flag=True, help="Paper and bundle for readers who may see no small number.")
PAPERS = (".pdf", ".html", ".json", ".csv", ".xlsx")
Command = Callable[..., Any]


def places(command: Command) -> Command:
    """The options that say where, from when, and compared with what."""
    for option in reversed(_PLACES):
        command = option(command)
    return command


def panel_in(
    file: Path,
    *,
    treated: tuple[str, ...],
    start: str,
    comparison: tuple[str, ...],
    buffer: tuple[str, ...],
    outcome: str,
    phase_in: int = 0,
    better: str = "lower",
    also_began: tuple[str, ...] = (),
    rule_changed: tuple[str, ...] = (),
) -> Panel:
    """The counts of a file as a panel, from the last change of recording rule before it began."""
    from upstream.assess.panel import Marker, panel_of, rebaselined

    panel = panel_of(
        counts_in(file),
        outcome=outcome,
        treated=treated,
        start=start,
        comparison=comparison or None,
        buffer=buffer,
        phase_in=phase_in,
        better="higher" if better == "higher" else "lower",
        also_began=also_began,
        markers=[Marker(period, "as the options say") for period in rule_changed],
    )
    for period in rule_changed:
        if period not in panel.periods:
            raise BadInput(f"The rule changed in {period}, outside the data.", allowed=f"{panel.periods[0]} and later")
    return rebaselined(panel)


def write_paper(
    out: Path | None,
    bundle: Path | None,
    file: Path,
    panel: Panel,
    found: Answer,
    valued: Valued | None,
    *,
    public: bool,
) -> list[str]:
    """Write the paper and the bundle that were asked for; what was written, in words."""
    from dataclasses import replace

    from upstream.reports.assessment_bundle import bundle_of
    from upstream.reports.assessment_paper import assessment_paper, of_file
    from upstream.reports.publishing import RENDERERS

    if out and out.suffix.lower() not in PAPERS:
        raise BadInput(f"{out.name} has an ending that is not known.", allowed=", ".join(PAPERS))
    paper = replace(of_file(found, panel, file.name, file.read_bytes(), valued), public=public)
    said = []
    if out:
        document = assessment_paper(paper)
        out.write_bytes(RENDERERS[cast("Format", out.suffix.lower()[1:])](document))
        said.append(f"The paper is {out}.")
    if bundle:
        bundle.write_bytes(bundle_of(paper, for_anybody=public))
        said.append(f"The bundle is {bundle}; count it again with: upstream assess rerun {bundle}")
    return said


def counts_in(file: Path) -> list[tuple[str, str, float]]:
    """Rows of unit, period and count."""
    return [(row["unit"], row["period"], number_of(row, "count")) for row in rows_of(file, "unit", "period", "count")]


def rows_of(file: Path, *columns: str) -> list[dict[str, str]]:
    """The rows of a CSV file that must have some columns."""
    rows = rows_in(file)
    missing = [name for name in columns if rows and name not in rows[0]]
    if missing or not rows:
        raise BadInput(
            f"{file.name} has no column {missing[0]}." if missing else f"{file.name} has no rows.",
            allowed=f"the columns {', '.join(columns)}",
        )
    return rows


def number_of(row: dict[str, str], name: str) -> float:
    """A number of a row."""
    try:
        return float(row[name])
    except (TypeError, ValueError):
        raise BadInput(f"{row[name]!r} ({name}) is not a number.", allowed="a number in every row") from None
