"""``upstream assess dose|survey|drivers|follow-up``: delivery, answers to surveys, and groups of people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from upstream.cli.assess_panel import BETTER, FILE, JSON, OUTCOME, number_of, rows_of
from upstream.cli.terminal import say, say_json
from upstream.errors import BadInput

if TYPE_CHECKING:
    from upstream.assess.finding import Finding

HIGHER = click.option(
    "--better", type=click.Choice(["lower", "higher"]), default="higher", show_default=True, help="Which way is good."
)
WHAT = click.option("--what", required=True, help="What is asked or counted: reoffending, 'they feel safe'.")
COUNT = click.IntRange(0)


@click.command("dose")
@FILE
@OUTCOME
@click.option("--delivered", default="units", show_default=True, help="What was delivered, plural: hours, visits.")
@click.option("--lag", type=COUNT, default=0, show_default=True, help="Look for the outcome so many periods later.")
@BETTER
@JSON
def dose(file: Path, outcome: str, delivered: str, lag: int, better: str, as_json: bool) -> None:
    """Did more delivery go with more effect, each place beside itself?

    FILE has the columns unit, period, count and dose, a row for every unit and period.

    Example: upstream assess dose patrols.csv --outcome assaults --delivered hours --lag 1
    """
    from upstream.assess.dose import more_for_more

    rows = [
        (row["unit"], row["period"], number_of(row, "count"), number_of(row, "dose"))
        for row in rows_of(file, "unit", "period", "count", "dose")
    ]
    made = more_for_more(
        rows, outcome=outcome, delivered=delivered, lag=lag, better="higher" if better == "higher" else "lower"
    )
    _tell(made, as_json)


@click.command("survey")
@WHAT
@click.option("--yes-now", type=COUNT, required=True, help="How many say so now.")
@click.option("--asked-now", type=COUNT, required=True, help="Of how many.")
@click.option("--yes-before", type=COUNT, required=True, help="How many said so before.")
@click.option("--asked-before", type=COUNT, required=True, help="Of how many.")
@click.option(
    "--design-effect", type=click.FloatRange(1), default=1.0, show_default=True,
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
    _tell(made, as_json)


@click.command("drivers")
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

    rows = rows_of(file, answer)
    names = [name for name in rows[0] if name != answer]
    if not names:
        raise BadInput(f"{file.name} has no column but {answer}.", allowed="a column for each factor")
    yes = [number_of(row, answer) for row in rows]
    found = what_goes_with(yes, [[number_of(row, name) for name in names] for row in rows], names)
    if as_json:
        say_json([plain(one) for one in found])
        return
    for one in found:
        say(in_words(one))
    for limit in LIMITS:
        say(f"Know: {limit}")


@click.command("follow-up")
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

    rows = rows_of(file, "took_part", "months", "happened")
    months, happened, own = ([number_of(row, name) for row in rows] for name in ("months", "happened", "took_part"))
    if {*happened, *own} - {0.0, 1.0}:
        raise BadInput("took_part or happened is neither 0 nor 1.", allowed="0 (no) or 1 (yes)")
    made = sooner_or_later(months, happened, own, what=what, better="higher" if better == "higher" else "lower")
    _tell(made, as_json)


def _tell(made: Finding, as_json: bool) -> None:
    from upstream.assess.in_words import did_it_work, effect, sureness
    from upstream.assess.kept import plain

    if as_json:
        say_json(plain(made))
        return
    say(did_it_work(made, agreed=True))
    say(f"{made.title}: {effect(made)}")
    say(sureness(made))
    for label, sentences in (("Assumes", made.assumes), ("Overturned by", made.overturned_by), ("Know", made.caveats)):
        for sentence in sentences:
            say(f"{label}: {sentence}")
