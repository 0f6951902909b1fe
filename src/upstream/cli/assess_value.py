"""``upstream assess value`` and ``prices``: what an effect was worth, and what unit costs are at hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from upstream.cli.amounts import Amount
from upstream.cli.assess_lists import rows_of
from upstream.cli.assess_panel import BUNDLE, FILE, JSON, OUT, panel_in, places, to_be_written, write_paper
from upstream.cli.terminal import say, say_json
from upstream.csv_files import named_columns
from upstream.errors import BadInput

if TYPE_CHECKING:
    from upstream.assess.unit_value import UnitPounds

UNIT_COST = (
    click.option("--crime", default="", help="The crime, by the unit costs' own name (upstream assess prices)."),
    click.option(
        "--unit-costs", "table", type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="A table of your own: crime, pounds, price_year, source; least, most, police, justice, health, victim ...",
    ),
    click.option("--quoted", default="", help="A figure that is often quoted, such as youth_justice."),
    click.option("--pounds", type=Amount(0), help="Pounds that one event costs, with --source."),
    click.option("--source", default="", help="Where --pounds is from."),
    click.option("--price-year", default="", metavar="2015/16", help="The year of the prices of --pounds or --quoted."),
)  # fmt: skip


def unit_cost(command: click.decorators.FC) -> click.decorators.FC:
    """The options that say what one event costs."""
    for option in reversed(UNIT_COST):
        command = option(command)
    return command


@click.command("value", short_help="What it was worth, against what was spent.")
@FILE
@places
@unit_cost
@click.option("--cost", type=Amount(0), required=True, help="Pounds spent on it.")
@click.option("--prices", default="", metavar="2024/25", help="Re-price the unit cost to this financial year.")
@click.option("--optimism", type=Amount(0, 99), help="Per cent taken off the benefit (none), with --optimism-source.")
@click.option("--optimism-source", default="", help="What your own share for optimism rests on.")
@click.option(
    "--optimism-grade",
    type=click.IntRange(1, 6),
    help="A share of the supplementary guidance to the Green Book instead, 1 (surest) to 6: upstream assess prices.",
)
@click.option("--cashable", multiple=True, metavar="WHO=PER CENT", help="Part of a bearer's share that is cash.")
@click.option("--cash-reason", default="", help="Which budget was cut, for --cashable.")
@click.option(
    "--beside",
    multiple=True,
    metavar="KEY",
    help="A figure that others quote, to be seen beside the worth and no part of it; again for each, or all.",
)
@click.option("--harm-days", type=Amount(0), help="Days of harm that one event weighs.")
@OUT
@BUNDLE
@JSON
def value(
    file: Path, treated: tuple[str, ...], start: str, comparison: tuple[str, ...], buffer: tuple[str, ...],
    phase_in: int, outcome: str, crime: str, table: Path | None, quoted: str, pounds: float | None, source: str,
    price_year: str, cost: float, prices: str, optimism: float | None, optimism_source: str,
    optimism_grade: int | None, cashable: tuple[str, ...], cash_reason: str, beside: tuple[str, ...],
    harm_days: float | None, out: Path | None, bundle: Path | None, as_json: bool,
) -> None:  # fmt: skip
    """What it was worth: pounds and days of harm avoided, against what was spent, with how sure that is.

    FILE has the columns unit, period and count, as for effect. There is no worth without a comparison.

    Example: upstream assess value counts.csv --treated "Marsh Green" --start 2022-09 --outcome burglaries \
--crime "Domestic burglary" --prices 2024/25 --cost 12000
    """
    from upstream.assess.answer_value import Valuing, value_answer
    from upstream.assess.kept import plain
    from upstream.assess.ladder import answer
    from upstream.assess.methods import METHODS
    from upstream.assess.worth_words import drawn, said_beside, said_of_worth, span
    from upstream.assess.worth_words import pounds as in_pounds

    to_be_written(file, out, bundle)
    unit = _unit(crime, table, quoted, pounds, source, price_year)
    panel = panel_in(
        file, treated=treated, start=start, comparison=comparison, buffer=buffer, phase_in=phase_in, outcome=outcome
    )  # fmt: skip
    taken_off, taken_from = _optimism(optimism, optimism_source, optimism_grade)
    valuing = Valuing(
        unit, cost, prices, taken_off, _shares(cashable), harm_days, taken_from, cash_reason, _beside(beside)
    )
    found = answer(panel, METHODS)
    made = value_answer(found, valuing)
    written = write_paper(out, bundle, file, panel, found, made, public=False)
    if as_json:
        said = {"worth": plain(made.main), "others": [plain(one) for one in made.others], "assumed": plain(made.by)}
        say_json(said | {"beside": said_beside(made), "draws": made.draws})
        return
    for sentence in (*said_of_worth(made.main, panel.outcome, made.by), drawn(made)):
        say(sentence)
    for other in made.others:
        say(f"By {other.method.lower()}: {span(other.benefit, in_pounds)}.")
    for sentence in (*said_beside(made), *written):
        say(sentence)


@click.command("prices", short_help="Unit costs, shares for optimism, quoted figures.")
def prices_at_hand() -> None:
    """The unit costs, shares for optimism and quoted figures at hand: year, age, source, how far each is checked.

    Example: upstream assess prices
    """
    import datetime as dt

    from upstream.assess.worth_words import quoted
    from upstream.harm.assumptions import optimism_grades
    from upstream.harm.weights import STANDING_WORDS, unit_costs

    for one in unit_costs():
        known = STANDING_WORDS[one.standing]
        say(f"{one.crime_type}: £{one.pounds:,} ({one.price_year} prices; {known}; {one.source}).")
    for grade in optimism_grades():
        say(f"Optimism, {grade.per_cent:g}% off: {grade.said}.")
    for sentence in quoted(dt.datetime.now(dt.UTC).year):
        say(sentence)


def _unit(
    crime: str, table: Path | None, quoted: str, pounds: float | None, source: str, price_year: str
) -> UnitPounds:
    from upstream.assess.unit_value import UnitPounds, unit_of_crime, unit_of_quoted, unit_of_row

    given = [
        name for name, held in (("--crime", crime), ("--quoted", quoted), ("--pounds", pounds is not None)) if held
    ]
    if len(given) != 1 or (table and not crime):
        raise BadInput(
            f"What one event costs is said by {' and '.join(given) or 'nothing'}.",
            allowed="one of --crime, --quoted or --pounds; --unit-costs goes with --crime",
        )
    if pounds is not None:
        if not source:
            raise BadInput("Pounds without a source.", allowed="--source with --pounds", remedy="Say where it is from.")
        return UnitPounds(pounds, pounds, pounds, price_year, source)
    if quoted:
        return unit_of_quoted(quoted, price_year)
    if not table:
        return unit_of_crime(crime)
    rows = rows_of(table, "crime", "pounds", "price_year", "source")
    found = [row for row in rows if row["crime"].lower() == crime.lower()]
    if not found:
        raise BadInput(f"{table.name} has no {crime!r}.", allowed=named_columns(sorted(row["crime"] for row in rows)))
    if len(found) > 1:
        raise BadInput(f"{table.name} has {len(found)} rows of {crime!r}.", allowed="one row a crime")
    return unit_of_row(found[0])


def _optimism(share: float | None, source: str, grade: int | None) -> tuple[float, str]:
    """The share taken off, and where it is from."""
    from upstream.harm.assumptions import optimism_grades

    if grade is not None:
        if share is not None or source:
            raise BadInput("Optimism is given twice.", allowed="--optimism with --optimism-source, or --optimism-grade")
        found = optimism_grades()[grade - 1]
        return found.per_cent / 100, found.said
    if share and not source.strip():
        raise BadInput(
            "A share for optimism without a source.",
            allowed="--optimism-source with --optimism",
            remedy="Say what it rests on, such as results of your own earlier plans; or take an --optimism-grade.",
        )
    return (share or 0.0) / 100, source


def _beside(keys: tuple[str, ...]) -> tuple[str, ...]:
    from upstream.harm.prices import published_values

    return tuple(one.key for one in published_values()) if "all" in keys else keys


def _shares(cashable: tuple[str, ...]) -> dict[str, float]:
    made = {}
    for one in cashable:
        name, _, share = one.partition("=")
        try:
            made[name.strip()] = float(share.rstrip("% ")) / 100
        except ValueError:
            raise BadInput(f"{one!r} is no share.", allowed="who=per cent, such as police=20") from None
    return made
