"""What a worth says in plain words: the events first, then the pounds, who is spared them, and what was assumed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Final

from upstream.assess.answer_value import SEED, Valued, Valuing
from upstream.assess.in_words import capital
from upstream.assess.quoted import Beside, beside
from upstream.assess.value import NOT_SPLIT, Worth
from upstream.harm.prices import published_values
from upstream.stats.intervals import Interval
from upstream.stats.yardstick import likelihood


def said_of_worth(made: Worth, unit: str, by: Valuing | None = None) -> list[str]:
    """Sentences, in the order a reader needs them."""
    return [*found(made, unit), *assumed(made, by)]


def found(made: Worth, unit: str) -> list[str]:
    """What came out: events, pounds, whether it pays, whose it is."""
    return [*_effect(made, unit), *_pays(made, unit), *_whose(made)]


def beside_the_table(made: Worth) -> list[str]:
    """What a table of the figures does not say: whether it pays, with what to spare, and what is cash."""
    whose = _whose if len(made.bearers) == 1 else _cash  # the table splits among several only
    return [*_likely(made), *_to_spare(made), *whose(made), *_no_sum(made)]


def span(of: Interval, say: Callable[[float], str]) -> str:
    """An estimate with its interval: "£1,200 (95% interval: £300 to £2,100)"."""
    return f"{say(of.estimate)} ({100 * of.confidence:.0f}% interval: {say(of.lower)} to {say(of.upper)})"


def pounds(value: float) -> str:
    """Pounds in whole pounds, to three figures: more would be a show."""
    if not math.isfinite(value):
        return "no limit"
    shown = three_figures(value)
    return f"{'−' if round(shown) < 0 else ''}£{abs(shown):,.0f}"


def three_figures(value: float) -> float:
    """A number to three figures, never finer than whole; as it is where it has no limit."""
    size = abs(value)
    return round(value, -max(0, math.floor(math.log10(size)) - 2)) if 1 <= size < math.inf else value


def exactly(value: float) -> str:
    """Pounds that are known: with pence where there are any."""
    return f"£{value:,.0f}" if value == round(value) else f"£{value:,.2f}"


def pence(value: float) -> str:
    """Pounds and pence."""
    return f"{'−' if round(value, 2) < 0 else ''}£{abs(value):,.2f}"


def number(value: float) -> str:
    """A count as people read it."""
    if not math.isfinite(value):
        return "no limit"
    return f"{value:,.1f}".replace("-", "−") if abs(value) < 10 else f"{value:,.0f}".replace("-", "−")


def _effect(made: Worth, unit: str) -> Iterator[str]:
    yield f"{capital(unit)} avoided by it: {span(made.avoided, number)} ({made.method})."
    if made.harm_days is not None:
        days = span(made.harm_days, number)
        yield f"Days of harm avoided: {days}."
        yield from _no_sum(made)


def _no_sum(made: Worth) -> Iterator[str]:
    if made.harm_days is not None:
        yield "Days of harm are not to be added to pounds: both are of the same events."


def _pays(made: Worth, unit: str) -> Iterator[str]:
    yield f"Worth to society: {span(made.benefit, pounds)}, in prices of {made.level.to or 'a year not known'}."
    if made.cost:
        yield f"Spent: {exactly(made.cost)}."
    yield from _likely(made)
    if not made.cost:
        return
    if made.returned is not None:
        yield f"For each pound spent: {span(made.returned, pence)} came back."
    yield f"Spent for each of the {unit} avoided: {span(made.cost_of_each, pounds)}."
    sure = made.break_even.lower == made.break_even.upper
    yield f"It pays from {number(made.break_even.estimate) if sure else span(made.break_even, number)} avoided."
    yield from _to_spare(made)


def _likely(made: Worth) -> Iterator[str]:
    if not made.cost:
        yield "Nothing was said to be spent, so there is no return."
        return
    yield f"How likely it is that it was worth more than it cost: {likelihood(made.chance_it_pays).printed}."


def _to_spare(made: Worth) -> Iterator[str]:
    if made.can_be_wrong is not None:
        yield f"It would still pay if its worth were {100 * made.can_be_wrong:.0f}% less than this."


def _whose(made: Worth) -> Iterator[str]:
    alone = len(made.bearers) == 1
    for one in made.bearers:
        who = f"Spared to {one.bearer}"
        if one.bearer == NOT_SPLIT:
            who = f"Whose {'it' if alone else 'the rest'} is, the source does not say"
        cash = f", {100 * one.cash:.0f}% of it said to be cash" if one.cash else ""
        yield f"{who}: {span(one.benefit, pounds)}{cash}."
    yield from _cash(made)


def _cash(made: Worth) -> Iterator[str]:
    if any(one.cash for one in made.bearers):
        yield f"Cash that budgets would see, as it was said: {span(made.cash, pounds)}."
    else:
        yield (
            "None of it is counted as cash: fewer crimes free time and spare people harm, but close no post and end no "
            "contract by themselves. Say what share a budget was in fact cut by, where one was."
        )


def assumed(made: Worth, by: Valuing | None = None) -> Iterator[str]:
    """What it rests on: the unit cost, its prices, who bears it, the correction for optimism, what is cash."""
    unit = made.unit
    wide = f"£{unit.least:,.0f} to £{unit.most:,.0f}, most likely " if unit.most > unit.least else ""
    yield (
        f"Each counts {wide}£{unit.likely:,.0f} in prices of {unit.price_year or 'a year not known'}: {unit.source}."
    )
    if made.level.factor != 1:
        forecast = " (a forecast)" if made.level.forecast else ""
        yield f"Re-priced to {made.level.to}{forecast} by {made.level.factor:.4f}: {made.level.source}."
    if unit.unchecked:
        share = f"{100 * unit.unchecked:.0f}%"
        yield f"{share} of it rests on unit costs that are recalled and not checked against their publication."
    if unit.without:
        yield f"{100 * unit.without:.0f}% of the events have no unit cost and count nothing."
    if unit.not_split:
        yield f"Who bears it is not known, or not of all of it, for {', '.join(unit.not_split)}: {NOT_SEEN}"
    if by is not None and by.spent_on:
        yield f"What was spent: {by.spent_on}."
    yield _optimism(made, by)
    for bearer, part in ((by.cashable or {}) if by else {}).items():
        if part:
            yield f"{100 * part:.0f}% of what is {_spared(bearer)} was said to be cash{_because(by)}."
    yield "Nothing after the last period counted is in it, and no crime that nobody recorded."
    if by is not None and by.said_on:
        yield f"What it assumes was said on {by.said_on}. The effect does not depend on it."


NOT_SEEN: Final = (
    "the Home Office's table by kind of cost was not seen, only the parts that a newspaper quotes (police and justice "
    "of a homicide, police of a rape and of a vehicle theft). A table of your own may split it."
)


def _spared(bearer: str) -> str:
    return "not split" if bearer == NOT_SPLIT else f"spared to {bearer}"


def _because(by: Valuing | None) -> str:
    return f": {by.cash_reason}" if by is not None and by.cash_reason else ""


def _optimism(made: Worth, by: Valuing | None) -> str:
    if not made.optimism:
        return (
            "Nothing was taken off for optimism: the Green Book (2022, 5.43 to 5.46) has no general share for benefits "
            "and asks for one from own evidence."
        )
    where = by.optimism_source if by is not None else ""
    said = f"{100 * made.optimism:.0f}% was taken off for optimism"
    return f"{said}: {where}." if where else f"{said}, as given and without a source."


def drawn(made: Valued) -> str:
    """How the uncertainty was carried through, so that the same can be drawn again."""
    unit = " and the unit cost" if made.main.unit.most > made.main.unit.least else ""
    return f"{made.draws:,} draws of the effect{unit} carry their uncertainty into every figure; seed {SEED}."


def said_beside(made: Valued) -> list[str]:
    """Figures that others quote, to be seen beside the worth: never part of it."""
    return [
        f"Others quote, of {one.value.title[0].lower()}{one.value.title[1:]}: {_as_quoted(one)}. {one.age} "
        f"{one.source}. Not comparable: {one.value.not_comparable}"
        for one in beside(made.by.beside, made.main.level.to)
    ]


def _as_quoted(one: Beside) -> str:
    if one.value.per == "pound":
        return f"{pence(one.value.pounds)} for each pound"
    again = "" if one.repriced is None or one.level is None else f", {pounds(one.repriced)} in prices of {one.level.to}"
    return f"£{one.value.pounds:,.0f}{again}"


def quoted(year: int) -> list[str]:
    """Figures that are often quoted, with their age: to see a return beside, never to borrow."""
    return [
        f"{one.title}: {pounds(one.pounds)} ({one.key}; {one.age(year)}; {one.source})." for one in published_values()
    ]
