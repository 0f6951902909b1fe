"""How a figure compares with earlier ones, in sentences whose every number is bound."""

from __future__ import annotations

import math

from upstream.measures.result import Change, Series
from upstream.periods import FIRST_MONTH_OF_YEAR, MONTHS_IN_YEAR
from upstream.reports.binding import Binding, change_named
from upstream.reports.document import Run, Runs, Text
from upstream.reports.figures import Figure, printed
from upstream.reports.period_words import WINDOWS, months_words

COMPARED = ("previous", "same_last_year", "year_to_date", "rolling_12")


def months_compared(binding: Binding, series: Series, name: str) -> tuple[int, int]:
    """How many months a comparison's later figure covers, and how many months before it the earlier one lies."""
    to_date = (series.latest_month.month - FIRST_MONTH_OF_YEAR) % MONTHS_IN_YEAR + 1
    every = {"quarter": 3, "year": MONTHS_IN_YEAR}.get(binding.definition.frequency, 1)
    window = binding.definition.window
    headline = to_date if window == "year_to_date" else max(WINDOWS.get(window, 1), every)
    covered = {"year_to_date": to_date, "rolling_12": MONTHS_IN_YEAR}.get(name, headline)
    return covered, every if name == "previous" else MONTHS_IN_YEAR


def comparisons(binding: Binding, series: Series) -> list[Runs]:
    """Every comparison once: an annual figure's previous year is its last year, and April's year to date is April."""
    said: set[tuple[int, int]] = set()
    out = []
    for name in COMPARED:
        months = months_compared(binding, series, name)
        point = () if months in said else _comparison(binding, series, name)
        if point:
            said.add(months)
            out.append(point)
    return out


def _comparison(binding: Binding, series: Series, name: str) -> Runs:
    change = change_named(series, name)
    if change is None or not math.isfinite(change.now.value):
        return ()
    if name == "previous" and not binding.is_monthly:
        return ()  # windows that overlap say little of each other
    if binding.side_hidden(series, change):
        return (
            Text(
                f"It is not compared with {then_words(binding, series, change)}, because a small number is not printed."
            ),
        )
    if not math.isfinite(change.then.value):
        if name == "rolling_12" or change.then.state == "not_applicable":
            return ()
        lacking = "not held in full" if name == "year_to_date" else "not held"
        return (Text(f"It cannot be compared with {then_words(binding, series, change)}, which is {lacking}."),)
    lead: list[Run] = []
    if name in ("year_to_date", "rolling_12"):
        now = binding.value(change.now, series.area, change.now_label, name)
        words = "Year to date" if name == "year_to_date" else "Over twelve months"
        lead = [Text(f"{words} ({change.now_label}): "), now, Text(", ")]
    then = binding.value(change.then, series.area, change.then_label, name)
    return (
        *lead,
        *change_words(binding, series, change, then, opening=not lead),
        *_significance(change),
        Text("."),
    )


def then_words(binding: Binding, series: Series, change: Change) -> str:
    """The earlier period of a comparison; of a figure made once a quarter its months: "January to March 2021"."""
    every = {"quarter": 3, "year": MONTHS_IN_YEAR}.get(binding.definition.frequency)
    if every is None or not binding.is_monthly or change.name not in ("previous", "same_last_year"):
        return change.then_label
    last = series.latest_month - months_compared(binding, series, change.name)[1]
    return months_words(last - (every - 1), last)


def change_words(binding: Binding, series: Series, change: Change, then: Figure, *, opening: bool) -> list[Run]:
    """How a figure compares with an earlier one: direction, size, per cent where the base allows, level."""
    start = ("That is " if binding.definition.kind == "count" else "It is ") if opening else ""
    if change.broken is not None:
        return [
            Text(f"{start}not comparable with {then_words(binding, series, change)} ("),
            then,
            Text(f"): recording changed in {change.broken.label}"),
        ]
    against = f" in {then_words(binding, series, change)} ("
    if change.difference == 0:
        return [Text(f"{start}the same as{against}"), then, Text(")")]
    size = binding.difference(series, change)
    now = printed(change.now.value, size.decimals)
    if now == printed(change.then.value, size.decimals):
        return [Text(f"{start}almost the same as{against}"), then, Text(")")]
    runs: list[Run] = [Text(start), size]
    percent = binding.percent_change(series, change)
    if percent.value is not None:
        runs += [Text(" ("), percent, Text(")")]
    return [*runs, Text(f" {direction(binding, change)} than{against}"), then, Text(")")]


def direction(binding: Binding, change: Change) -> str:
    """The word for a rise or a fall: volumes are more or fewer, everything else is higher or lower."""
    up = change.difference > 0
    if binding.is_count and binding.definition.kind == "count":
        return "more" if up else "fewer"
    return "higher" if up else "lower"


def _significance(change: Change) -> list[Run]:
    if change.broken is not None or change.significant is None or change.difference == 0:
        return []
    if change.significant:
        return [Text(", a statistically significant change")]
    return [Text(", which chance alone could explain")]
