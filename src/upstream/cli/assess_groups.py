"""``upstream assess dose|survey|drivers|follow-up``: delivery, answers to surveys, and groups of people."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from upstream.cli.amounts import WORDS, Amount, Whole
from upstream.cli.assess_lists import answered, doses_in, number_of, rows_of, with_columns, yes_of
from upstream.cli.assess_panel import BETTER, FILE, JSON, OUTCOME
from upstream.cli.assess_said import tell
from upstream.cli.terminal import say, say_json
from upstream.csv_files import rows_in
from upstream.errors import BadInput

if TYPE_CHECKING:
    pass

HIGHER = click.option(
    "--better", type=click.Choice(["lower", "higher"]), default="higher", show_default=True, help="Which way is good."
)
WHAT = click.option(
    "--what", type=WORDS, required=True, help="What is asked or counted: reoffending, 'they feel safe'."
)
COUNT = Whole(0, 10_000_000)
FEWEST_OF_A_KEY = 20
"""With fewer rows whole numbers may all differ by themselves. Ours."""


@click.command("dose", short_help="Did more delivery go with more effect?")
@FILE
@OUTCOME
@click.option(
    "--delivered", type=WORDS, default="units", show_default=True, help="What was delivered, plural: hours, visits."
)
@click.option("--lag", type=COUNT, default=0, show_default=True, help="Look for the outcome so many periods later.")
@BETTER
@JSON
def dose(file: Path, outcome: str, delivered: str, lag: int, better: str, as_json: bool) -> None:
    """Did more delivery go with more effect, each place beside itself?

    FILE has the columns unit, period, count and dose, a row for every unit and period.

    Example: upstream assess dose patrols.csv --outcome assaults --delivered hours --lag 1
    """
    from upstream.assess.dose import more_for_more

    made = more_for_more(
        doses_in(file),
        outcome=outcome,
        delivered=delivered,
        lag=lag,
        better="higher" if better == "higher" else "lower",
    )
    tell(made, as_json)


@click.command("survey", short_help="Did the share who say so change?")
@WHAT
@click.option("--yes-now", type=COUNT, required=True, help="How many say so now.")
@click.option("--asked-now", type=COUNT, required=True, help="Of how many.")
@click.option("--yes-before", type=COUNT, required=True, help="How many said so before.")
@click.option("--asked-before", type=COUNT, required=True, help="Of how many.")
@click.option(
    "--design-effect", type=Amount(1), default=1.0, show_default=True,
    help="Variance of the sample's design over that of a simple one.",
)  # fmt: skip
@HIGHER
@JSON
def survey(
    what: str, yes_now: int, asked_now: int, yes_before: int, asked_before: int, design_effect: float, better: str,
    as_json: bool,
) -> None:  # fmt: skip
    """Did the share who say so change between two waves?

    Example: upstream assess survey --what "safe" --yes-now 90 --asked-now 120 --yes-before 70 --asked-before 118
    """
    from upstream.assess.groups import survey as asked

    made = asked(
        yes_now, asked_now, yes_before, asked_before, what=what, design_effect=design_effect,
        better="higher" if better == "higher" else "lower",
    )  # fmt: skip
    tell(made, as_json)


@click.command("drivers", short_help="What goes with an answer to a survey?")
@FILE
@click.option("--answer", required=True, help="The column of the answer, 0 or 1; every other column is a factor.")
@JSON
def goes_with(file: Path, answer: str, as_json: bool) -> None:
    """What goes with an answer, and how much of it each factor accounts for.

    FILE has a row for every answer: the answer (0 or 1) and factors as numbers. It holds no names.

    Example: upstream assess drivers wave.csv --answer satisfied
    """
    from upstream.assess.drivers import LIMITS, in_words, what_goes_with
    from upstream.assess.kept import plain

    rows = rows_in(file, as_written=True)
    with_columns(file, rows, answer)
    names = [name for name in rows[0] if name != answer]
    if not names:
        raise BadInput(f"{file.name} has no column but {answer}.", allowed="a column for each factor")
    kept, left_out = answered(rows, [answer, *names])
    yes = [yes_of(row, answer) for row in kept]
    factors = {name: [number_of(row, name) for row in kept] for name in names}
    _factors_proper(factors)
    found = what_goes_with(yes, list(zip(*factors.values(), strict=True)), names)
    if as_json:
        say_json([plain(one) for one in found])
        return
    for one in found:
        say(in_words(one))
    for limit in (*left_out, *LIMITS):
        say(f"Know: {limit}")


@click.command("follow-up", short_help="Did it happen later to those who took part?")
@FILE
@WHAT
@BETTER
@JSON
def follow_up(file: Path, what: str, better: str, as_json: bool) -> None:
    """Did it happen sooner, or later, to those who took part? Of groups of ten people or more, never of one.

    FILE has the columns took_part (0 or 1), months (until it happened, or followed so far) and happened (0 or 1).

    Example: upstream assess follow-up programme.csv --what reoffending
    """
    from upstream.assess.groups import sooner_or_later

    columns = ["took_part", "months", "happened"]
    rows, left_out = answered(rows_of(file, *columns), columns)
    months = [number_of(row, "months", least=0) for row in rows]
    happened, own = ([yes_of(row, name) for row in rows] for name in ("happened", "took_part"))
    made = sooner_or_later(months, happened, own, what=what, better="higher" if better == "higher" else "lower")
    tell(replace(made, caveats=(*left_out, *made.caveats)), as_json)


def _factors_proper(factors: dict[str, list[float]]) -> None:
    """Refuse what never varies; and a number that no two rows share, which may be a key to who somebody is."""
    for name, held in factors.items():
        if len(set(held)) == 1:
            raise BadInput(
                f"{name} is {held[0]:g} in every row: it tells nobody from anybody.",
                allowed="factors that differ between people",
                remedy=f"Remove the column {name}.",
            )
        if len(set(held)) == len(held) >= FEWEST_OF_A_KEY and all(one == int(one) for one in held):
            raise BadInput(
                f"{name} is another whole number in every row, as the number of a person or of a form is.",
                allowed="factors that people share: scores, bands, yes or no",
                remedy=f"Remove the column {name}.",
            )
