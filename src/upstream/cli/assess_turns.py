"""``upstream assess programme|roll-out``: people as a group beside a rate or others; places that began in turns."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from upstream.cli.amounts import Amount
from upstream.cli.assess_groups import COUNT, WHAT
from upstream.cli.assess_lists import counted_in, filled, rows_of
from upstream.cli.assess_panel import BETTER, FILE, JSON, OUTCOME
from upstream.cli.assess_said import say_answer, tell
from upstream.cli.terminal import say, say_json
from upstream.errors import BadInput

if TYPE_CHECKING:
    from upstream.assess.finding import Better
    from upstream.cli.assess_lists import Counted
    from upstream.csv_files import Row


@click.command("programme", short_help="Did it happen to fewer of those who took part?")
@WHAT
@click.option("--happened", type=COUNT, required=True, help="To how many of those who took part it happened.")
@click.option("--people", type=COUNT, required=True, help="How many took part.")
@click.option("--rate", type=Amount(0, 100, min_open=True, max_open=True), help="A published rate, in per cent.")
@click.option("--months", type=click.IntRange(1), help="Months that the rate is of, and that they were followed for.")
@click.option("--source", help="Where the rate was read.")
@click.option("--others-happened", type=COUNT, help="To how many of others, who did not take part.")
@click.option("--others", type=COUNT, help="How many others, followed for as long.")
@BETTER
@JSON
def programme(
    what: str, happened: int, people: int, rate: float | None, months: int | None, source: str | None,
    others_happened: int | None, others: int | None, better: str, as_json: bool,
) -> None:  # fmt: skip
    """Did it happen to fewer, or more, of those who took part? Beside a published rate, or beside others.

    Of groups of ten people or more, never of one.

    Example: upstream assess programme --what reoffending --happened 19 --people 270 --rate 25 --months 12 \
--source "National Statistics, table 1"
    """
    from upstream.assess.groups import beside_base_rate, beside_comparison

    good: Better = "higher" if better == "higher" else "lower"
    if rate is not None and months is not None and source and (others, others_happened) == (None, None):
        made = beside_base_rate(
            happened, people, rate / 100, what=what, followed_months=months, source=source, better=good
        )
    elif (rate, months, source) == (None, None, None) and others is not None and others_happened is not None:
        made = beside_comparison(happened, people, others_happened, others, what=what, better=good)
    else:
        raise BadInput(
            "It is not said what they are held against.",
            allowed="--rate, --months and --source, or --others-happened and --others",
        )
    tell(made, as_json)


@click.command("design-programme", short_help="Before it starts: how many must take part?")
@WHAT
@click.option("--people", type=COUNT, required=True, help="How many will take part.")
@click.option(
    "--rate",
    type=Amount(0, 100, min_open=True, max_open=True),
    required=True,
    help="To how many in a hundred it happens without it: published, or of the others.",
)
@click.option(
    "--others", type=COUNT, help="How many others will be followed for as long (none: the rate is published)."
)
@click.option(
    "--hoped",
    type=Amount(1, 99),
    default=20.0,
    show_default=True,
    help="The change hoped for, in per cent of the rate: how likely is it to be seen?",
)
@BETTER
@JSON
def design_programme(
    what: str, people: int, rate: float, others: int | None, hoped: float, better: str, as_json: bool
) -> None:  # fmt: skip
    """Before it starts: how small a change would be seen with so many people, and how many must take part.

    Of groups of ten people or more, never of one.

    Example: upstream assess design-programme --what reoffending --people 100 --rate 25 --hoped 20
    """
    from upstream.assess.design_of_people import programme_planned, said_of_programme
    from upstream.assess.kept import plain

    good: Better = "higher" if better == "higher" else "lower"
    made = programme_planned(people, rate / 100, what=what, hoped=hoped / 100, others=others, better=good)
    if as_json:
        say_json(plain(made))
        return
    for sentence in said_of_programme(made):
        say(sentence)


@click.command("roll-out", short_help="Did places change when their turn came?")
@FILE
@click.option(
    "--turns", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True, metavar="TURNS.csv",
    help="Columns unit and start (empty: never), a row for every place; stratum, where turns were dealt within strata.",
)  # fmt: skip
@click.option("--by-chance", is_flag=True, help="Chance dealt the turns: tested by dealing them out again.")
@OUTCOME
@BETTER
@JSON
def roll_out(file: Path, turns: Path, by_chance: bool, outcome: str, better: str, as_json: bool) -> None:
    """Did places change when their turn came? In steps, or some of them and not others.

    FILE has the columns unit, period and count, as for effect. TURNS names every place with the period in which it
    began there. Who did not let chance deal the turns has every method asked that turns leave.

    Example: upstream assess roll-out counts.csv --turns turns.csv --outcome thefts --by-chance
    """
    from upstream.assess.kept import as_data
    from upstream.assess.ladder import answer
    from upstream.assess.methods import METHODS
    from upstream.assess.panel import panel_of
    from upstream.assess.rollout import dealt_by_chance

    counted, rows = counted_in(file), _each_once(rows_of(turns, "unit", "start"))
    panel = panel_of(
        counted.rows,
        outcome=outcome,
        treated=_starts(rows, counted),
        comparison=[row["unit"] for row in rows if not row["start"]],
        better="higher" if better == "higher" else "lower",
    )
    if by_chance:
        strata = {row["unit"]: filled(row, "stratum") for row in rows} if "stratum" in rows[0] else None
        tell(dealt_by_chance(panel, strata=strata), as_json)
        return
    found = answer(panel, METHODS)
    if as_json:
        say_json(as_data(found))
    else:
        say_answer(found, panel, file.name)


def _each_once(rows: list[Row]) -> list[Row]:
    times = Counter(filled(row, "unit") for row in rows)
    twice = [unit for unit, number in times.items() if number > 1]
    if twice:
        raise BadInput(f"{twice[0]} has {times[twice[0]]} turns.", allowed="one row a unit")
    return rows


def _starts(rows: list[Row], counted: Counted) -> dict[str, str]:
    return {row["unit"]: counted.label(row["start"]) for row in rows if row["start"]}
