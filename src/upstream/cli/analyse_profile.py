"""``upstream analyse profile``: everything about one problem in one call, as a paper."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

import click

from upstream.cli.analysing import JSON
from upstream.cli.force import open_store
from upstream.cli.settings import who
from upstream.cli.terminal import say, say_json
from upstream.errors import BadInput

if TYPE_CHECKING:
    from upstream.analyse.problem_profile import ProblemProfile
    from upstream.reports.publishing import Format

PURPOSE = "Problem profile"
PAPERS = (".pdf", ".html", ".json", ".csv", ".xlsx")


@click.command("profile")
@click.option("--from", "first", required=True, metavar="YYYY-MM", help="The first month.")
@click.option("--to", "last", required=True, metavar="YYYY-MM", help="The last month.")
@click.option("--area", "area_codes", multiple=True, metavar="CODE", help="A policing area (repeat for more).")
@click.option("--small-area", "small", multiple=True, metavar="CODE", help="A small area in it (repeat for more).")
@click.option("--type", "types", multiple=True, metavar="TYPE", help="A crime type, as plans name it (repeat).")
@click.option("--place", default="", help="What to call the place in the paper.")
@click.option("--public", is_flag=True, help="For readers who may see no small number.")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="The paper: .pdf, .html, .xlsx, .json or .csv."
)
@JSON
@click.pass_obj
def profile_command(
    config: str, first: str, last: str, area_codes: tuple[str, ...], small: tuple[str, ...], types: tuple[str, ...],
    place: str, public: bool, out: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """Count everything about one problem: volume, harm, cost, trend, when, where, who again, the same elsewhere.

    Example: upstream analyse profile --from 2020-07 --to 2022-06 --area A --type Burglary --out profile.pdf
    """
    from upstream.analyse.kept import as_data
    from upstream.analyse.problem_profile import TABLES, problem_profile
    from upstream.analyse.profile_counts import ProfileOf
    from upstream.periods import Month
    from upstream.reports.problem_profile import profile_paper
    from upstream.reports.publishing import RENDERERS
    from upstream.store import ReadingScope

    settings, store = open_store(config)
    names = {area.code: area.name for area in settings.areas}
    if names and (unknown := [code for code in area_codes if code not in names]):
        raise BadInput(f"There is no area {unknown[0]!r}.", allowed=", ".join(names))
    if out and out.suffix.lower() not in PAPERS:
        raise BadInput(f"{out.name} has an ending that is not known.", allowed=", ".join(PAPERS))
    of = ProfileOf(Month.parse(first), Month.parse(last), area_codes or None, small, types, settings.force_key)
    scope = ReadingScope(who(), PURPOSE, TABLES, personal=True)
    made = problem_profile(
        of, store, scope, areas=names, engine=settings.engine, memory=settings.memory, threads=settings.threads
    )
    called = place or ", ".join([*(names.get(code, code) for code in area_codes), *small]) or "the whole force"
    shut = public or settings.disclosure == "public"
    if out:
        paper = profile_paper(
            made, called, force=settings.force_name or "Force", marking=settings.marking, public=shut, names=names
        )
        out.write_bytes(RENDERERS[cast("Format", out.suffix.lower()[1:])](paper))
    if as_json:
        say_json(as_data(made))
        return
    for line in _lines(made):
        say(line)
    if out:
        say(f"The paper is {out}.")


def _lines(made: ProblemProfile) -> list[str]:
    of = made.profile
    lines = [f"{of.total:,} recorded, {of.of.first.label} to {of.of.last.label}."]
    if made.trend:
        ratio = made.trend.ratio
        lines.append(
            f"Last twelve months {made.trend.now:,}, the twelve before {made.trend.then:,}: "
            f"{100 * (ratio.estimate - 1):+.0f}% ({100 * (ratio.lower - 1):+.0f}% to {100 * (ratio.upper - 1):+.0f}%)."
        )
    lines += [
        f"{one.name}: {one.rate.estimate:.1f} a year for 1,000 residents "
        f"({one.rate.lower:.1f} to {one.rate.upper:.1f})."
        for one in made.comparators
    ]
    if made.alike:
        rate = made.alike.rate
        lines.append(
            f"The {len(made.alike.codes)} small areas most like it: {rate.estimate:.1f} "
            f"({rate.lower:.1f} to {rate.upper:.1f})."
        )
    lines += [f"{one.title}: {one.count:,}." for one in made.beside]
    return [*lines, *made.not_held]
