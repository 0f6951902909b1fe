"""``upstream assess``: did it work, from any CSV; results of several places put together."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from upstream.cli.amounts import Amount
from upstream.cli.assess_displacement import displacement
from upstream.cli.assess_groups import dose, follow_up, goes_with, survey
from upstream.cli.assess_lists import counted_in, filled, number_of, rows_of
from upstream.cli.assess_panel import (
    BETTER,
    BUNDLE,
    FILE,
    JSON,
    OUT,
    OUTCOME,
    PUBLIC,
    panel_in,
    places,
    to_be_written,
    units,
    write_paper,
)
from upstream.cli.assess_said import say_answer
from upstream.cli.assess_turns import design_programme, programme, roll_out
from upstream.cli.assess_value import prices_at_hand, value
from upstream.cli.terminal import number, say, say_json
from upstream.errors import BadInput

if TYPE_CHECKING:
    from upstream.csv_files import Row
    from upstream.evidence.synthesis import Study


MOST_TIMES = 10
"""A larger ratio is a per cent that was typed as it was read."""
PLACES = 20
"""Places to compare with that are printed, the best first."""
UNEVEN = 2
"""Times that one half of an interval may be as wide as the other before it is asked about."""


@click.group("assess")
def group() -> None:
    """Did it work, and how sure are we: of counts in a CSV file that you give.

    Example: upstream assess effect counts.csv --treated "Marsh Green" --start 2022-09
    """


group.add_command(value)
group.add_command(prices_at_hand)
group.add_command(displacement)
for one in (dose, survey, goes_with, follow_up, design_programme, programme, roll_out):
    group.add_command(one)


@group.command("effect", short_help="Did it work? Every method that the counts carry.")
@FILE
@places
@BETTER
@click.option("--measured", is_flag=True, help="Column count has rates, averages or scores, and no counts.")
@click.option("--also-began", multiple=True, help="A period in which something else began there; again for each.")
@click.option("--rule-changed", multiple=True, help="The first period recorded by another rule; again for each.")
@OUT
@BUNDLE
@PUBLIC
@JSON
def effect(
    file: Path, treated: tuple[str, ...], start: str, comparison: tuple[str, ...], buffer: tuple[str, ...],
    phase_in: int, outcome: str, better: str, measured: bool, also_began: tuple[str, ...],
    rule_changed: tuple[str, ...], out: Path | None, bundle: Path | None, public: bool, as_json: bool,
) -> None:  # fmt: skip
    """Ask every method that the counts carry: the strongest answers, the rest are checks.

    FILE has the columns unit, period and count, a row for every unit and period; or unit and a column for every period.
    Periods are days, weeks, months, quarters or years as people write them: Sep-22, 2022-09, 01/09/2022 (day first),
    2022-W35, 2022/23 Q2, 2022/23. A column exposure says what each count is of (residents, days open): methods that
    divide by it answer, the others only where it does not change.

    Example: upstream assess effect counts.csv --treated "Marsh Green" --start 2022-09 --outcome burglaries \
--out paper.pdf --bundle bundle.zip
    """
    from upstream.assess.kept import as_data
    from upstream.assess.ladder import answer
    from upstream.assess.methods import METHODS

    to_be_written(file, out, bundle)
    panel = panel_in(
        file,
        treated=treated,
        start=start,
        comparison=comparison,
        buffer=buffer,
        phase_in=phase_in,
        outcome=outcome,
        better=better,
        also_began=also_began,
        rule_changed=rule_changed,
        measured=measured,
    )
    found = answer(panel, METHODS)
    written = write_paper(out, bundle, file, panel, found, None, public=public)
    if as_json:
        say_json(as_data(found))
        return
    say_answer(found, panel, file.name)
    for sentence in written:
        say(sentence)


@group.command("rerun", short_help="Count a bundle again and compare every figure.")
@click.argument("bundle", type=click.Path(exists=True, path_type=Path))
def rerun(bundle: Path) -> None:
    """Count the bundle of an assessment again, and compare every figure with those in it.

    BUNDLE is the zip file, or the folder that it was unpacked to. Ends with 1 when a figure comes out otherwise.

    Example: upstream assess rerun bundle.zip
    """
    from upstream.reports.assessment_bundle import rerun as again
    from upstream.reports.assessment_bundle import said_of_rerun

    made = again(bundle)
    for sentence in said_of_rerun(made):
        say(sentence)
    if made.differs or made.damaged:
        raise SystemExit(1)


@group.command("design", short_help="Before it starts: what could be seen, beside what.")
@FILE
@click.option("--treated", multiple=True, required=True, help="A unit where it will be done; again for each.")
@click.option("--buffer", multiple=True, help="A unit near by, where it may move to; again for each.")
@OUTCOME
@BETTER
@click.option(
    "--hoped", type=Amount(1, 99), default=20.0, show_default=True,
    help="The effect hoped for, in per cent: how likely is it to be seen?",
)  # fmt: skip
@click.option(
    "--chosen-by", type=click.IntRange(1), default=3, show_default=True, help="Periods whose counts it was chosen by."
)
@JSON
def design(
    file: Path, treated: tuple[str, ...], buffer: tuple[str, ...], outcome: str, better: str, hoped: float,
    chosen_by: int, as_json: bool,
) -> None:  # fmt: skip
    """Before it starts: what to compare with, how small an effect would be seen, and what comes by itself.

    FILE holds counts by unit and period, as for effect; all of it lies before.

    Example: upstream assess design counts.csv --treated "Marsh Green" --outcome burglaries --hoped 25
    """
    from upstream.assess.design import design_of, not_yet_begun, said_of_design
    from upstream.assess.kept import plain

    panel = not_yet_begun(
        counted_in(file).rows,
        outcome=outcome,
        treated=units(treated),
        buffer=units(buffer),
        better="higher" if better == "higher" else "lower",
    )
    made = design_of(panel, effect=hoped / 100, chosen_by=chosen_by)
    if as_json:
        say_json(plain(made))
        return
    said, places = said_of_design(made, panel), len(made.candidates)
    for sentence in (*said[places:], *said[: min(places, PLACES)]):
        say(sentence)
    if places > PLACES:
        say(f"{number(places - PLACES, 'more place')} can be seen with --json.")


@group.command("pool", short_help="Put results of several places together.")
@FILE
@JSON
def pool(file: Path, as_json: bool) -> None:
    """Put results of several places together: the mean effect, how far places differ, whether bad news is missing.

    FILE has the columns name, ratio, lower and upper (95% interval; 0.8 is 20% lower), a row for every result.

    Example: upstream assess pool results.csv
    """
    from dataclasses import asdict

    from upstream.evidence.synthesis import put_together

    rows = rows_of(file, "name", "ratio", "lower", "upper")
    studies = [_study(row) for row in rows]
    for study, times in Counter(studies).items():
        if times > 1:
            raise BadInput(f"{study.name} stands there {times} times.", allowed="each result once")
    made = put_together(studies)
    if as_json:
        say_json({"ratio": asdict(made.ratio), "between": made.pooled.between, "said": made.sentences})
        return
    for sentence in made.sentences:
        say(sentence)
    for sentence in _uneven(studies, rows):
        say(f"Know: {sentence}")


def _study(row: Row) -> Study:
    from upstream.evidence.synthesis import study_of
    from upstream.stats.intervals import Interval

    ratio = Interval(*(number_of(row, name) for name in ("ratio", "lower", "upper")))
    if ratio.estimate > MOST_TIMES:
        raise BadInput(
            f"Line {row.line}: a ratio of {ratio.estimate:g} is {ratio.estimate:g} times as much.",
            allowed=f"ratios up to {MOST_TIMES}",
            remedy="0.8 is 20% lower: divide per cents by 100.",
        )
    return study_of(filled(row, "name"), ratio)


def _uneven(studies: list[Study], rows: list[Row]) -> list[str]:
    """Results whose ratio does not lie in the middle of its interval, as logarithms go: often a slip of typing."""
    said = []
    for study, row in zip(studies, rows, strict=True):
        below, above = (abs(math.log(number_of(row, name)) - study.log_ratio) for name in ("lower", "upper"))
        if max(below, above) > UNEVEN * min(below, above):
            said.append(f"{study.name}: its ratio is far from the middle of its interval. Was it typed right?")
    return said
