"""What the commands of assess share: the options that name places, the panel of a file, its paper and bundle."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from upstream.cli.amounts import WORDS
from upstream.cli.assess_lists import counted_in
from upstream.csv_files import cleaned
from upstream.errors import BadInput

if TYPE_CHECKING:
    from upstream.assess.answer_value import Valued
    from upstream.assess.ladder import Answer
    from upstream.assess.panel import Panel
    from upstream.reports.publishing import Format

FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help="Print everything as JSON, for a program.")
OUTCOME = click.option("--outcome", type=WORDS, default="events", show_default=True, help="What is counted, plural.")
BETTER = click.option(
    "--better", type=click.Choice(["lower", "higher"]), default="lower", show_default=True, help="Which way is good."
)
_PLACES = (
    click.option("--treated", multiple=True, required=True, help="A unit where it was done; again for each."),
    click.option("--start", required=True, help="The first period after it began: Sep-22, 2022-09, 05/09/2022 ..."),
    click.option("--comparison", multiple=True, help="A unit left alone; again for each.  [default: every other unit]"),
    click.option("--buffer", multiple=True, help="A unit near by, where it may move to; again for each."),
    click.option(
        "--phase-in", type=click.IntRange(0), default=0, show_default=True,
        help="Periods from the start while it was still coming in: neither before nor after.",
    ),
    OUTCOME,
)  # fmt: skip
OUT = click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Write a paper: .pdf, .html, .xlsx, .json or .csv."
)
BUNDLE = click.option(
    "--bundle",
    type=click.Path(path_type=Path),
    metavar="FILE.zip",
    help="Write data, definition and figures, to count again.",
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
    measured: bool = False,
) -> Panel:
    """The counts of a file as a panel, from the last change of recording rule before it began."""
    from upstream.assess.panel import Marker, panel_of, rebaselined

    counted = counted_in(file, measured=measured)
    changes = [counted.label(period) for period in rule_changed]
    panel = panel_of(
        counted.rows,
        outcome=outcome,
        treated=units(treated),
        start=counted.label(start),
        comparison=units(comparison) or None,
        buffer=units(buffer),
        phase_in=phase_in,
        better="higher" if better == "higher" else "lower",
        also_began=[counted.label(period) for period in also_began],
        measured=measured,
        exposure=counted.exposure,
        markers=[Marker(period, "as the options say") for period in changes],
    )
    for period in changes:
        if period not in panel.periods[1:]:
            raise BadInput(
                f"The rule changed in {period}, outside the data ({panel.periods[0]} to {panel.periods[-1]}).",
                allowed=f"{panel.periods[1]} to {panel.periods[-1]}",
                remedy="Leave it out: all that is held follows one rule.",
            )
    return rebaselined(panel)


def units(named: tuple[str, ...]) -> list[str]:
    """Units that options name, each once, as cells of a file are read."""
    return list(dict.fromkeys(map(cleaned, named)))


def to_be_written(file: Path, out: Path | None, bundle: Path | None = None, papers: tuple[str, ...] = PAPERS) -> None:
    """Refuse, before anything is counted, what cannot be written, or would be written over the file given."""
    for target, endings in ((out, papers), (bundle, (".zip",))):
        if target is None:
            continue
        if target.suffix.lower() not in endings:
            raise BadInput(f"{target.name} has an ending that is not known.", allowed=", ".join(endings))
        if target.is_dir() or not target.parent.is_dir():
            what = f"{target} is a folder." if target.is_dir() else f"There is no folder {target.parent}."
            raise BadInput(
                what, allowed="a file in a folder that is there", remedy="Make the folder, or mend the path."
            )
        if target.resolve() == file.resolve():
            raise BadInput(f"{target} is the file that is read.", allowed="another name", remedy="Nothing was written.")


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
