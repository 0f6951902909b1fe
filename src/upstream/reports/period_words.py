"""Periods and lists of months as readers read them."""

from __future__ import annotations

from upstream.measures.result import Series
from upstream.periods import Month
from upstream.reports.binding import Binding

WINDOWS = {"rolling_3": 3, "rolling_6": 6, "rolling_12": 12}


def period_words(binding: Binding, month: Month) -> str:
    """The period of a headline value, for readers: "June 2022", "the six months to June 2022"."""
    window = binding.definition.window
    if window in WINDOWS:
        words = {3: "three", 6: "six", 12: "twelve"}[WINDOWS[window]]
        return f"the {words} months to {month.label}"
    if window == "year_to_date":
        return ytd_words(month)
    if binding.definition.frequency == "quarter":
        return f"the quarter to {month.label}"
    if binding.definition.frequency == "year":
        return f"the year to {month.label}"
    return month.label


def ytd_words(month: Month) -> str:
    """The months since April: "April to June 2022", "April 2022 to January 2023", "April 2022"."""
    first = month.financial_year.first_month
    if first == month:
        return month.label
    start = first.label if first.year != month.year else first.label.split()[0]
    return f"{start} to {month.label}"


def months_not_held(series: Series, first: Month) -> tuple[tuple[Month, ...], tuple[Month, ...]]:
    """Months from ``first`` on that are missing, and months of which only part is held."""
    pairs = [(m, s) for m, s in zip(series.months, series.states, strict=True) if m >= first]
    return tuple(m for m, s in pairs if s == "missing"), tuple(m for m, s in pairs if s == "part")


def month_list(listed: tuple[Month, ...]) -> str:
    """Months for readers, runs joined: "April to June 2020 and March 2021"."""
    runs: list[list[Month]] = []
    for month in sorted(listed):
        if runs and month.index == runs[-1][-1].index + 1:
            runs[-1].append(month)
        else:
            runs.append([month])
    words = [_run_words(run) for run in runs]
    if len(words) < 2:
        return "".join(words)
    inside = any(" and " in run for run in words)  # a comma keeps "November and December" together
    return f"{', '.join(words[:-1])}{',' if inside else ''} and {words[-1]}"


def _run_words(run: list[Month]) -> str:
    return months_words(run[0], run[-1])


def months_words(first: Month, last: Month) -> str:
    """Consecutive months: "March 2021", "November and December 2021", "April 2020 to March 2021"."""
    if first == last:
        return first.label
    start = first.label.split()[0] if first.year == last.year else first.label
    return f"{start} {'and' if last.index == first.index + 1 else 'to'} {last.label}"
