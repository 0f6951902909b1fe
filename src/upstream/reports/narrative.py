"""Key points: plain sentences made from values, every number in them bound to its value.

A sentence says what the figure is, how it stands to its limits, how it compares, and whether chance alone could
explain the difference. Nothing is said that the values do not say: no causes, no praise.
"""

from __future__ import annotations

import math

from upstream.measures.result import Change, Series
from upstream.periods import FIRST_MONTH_OF_YEAR, Month
from upstream.reports.binding import Binding, change_named, limit_at, position, primary
from upstream.reports.document import Run, Runs, Text
from upstream.reports.figures import Figure, printed

STREAK = 3
"""Months in a row that are worth a sentence."""

_WINDOWS = {"rolling_3": 3, "rolling_6": 6, "rolling_12": 12}


def key_points(binding: Binding, series: Series) -> tuple[Runs, ...]:
    """What the latest figure is and how it compares, one sentence or two a point.

    Question: what should a reader know who sees only this?
    """
    points = [_level(binding, series)]
    if held(series.latest.value):
        points += [
            point
            for point in (
                _comparison(binding, series, "previous"),
                _comparison(binding, series, "same_last_year"),
                _comparison(binding, series, "year_to_date"),
                _comparison(binding, series, "rolling_12"),
                _month_alone(binding, series),
                _streak(binding, series),
                _side_of_mean(binding, series),
                _rank(binding, series),
            )
            if point
        ]
    return tuple(points)


def held(number: float) -> bool:
    """Whether there is a number at all."""
    return math.isfinite(number)


def period_words(binding: Binding, month: Month) -> str:
    """The period of a headline value, for readers: "June 2022", "the six months to June 2022"."""
    window = binding.definition.window
    if window in _WINDOWS:
        words = {3: "three", 6: "six", 12: "twelve"}[_WINDOWS[window]]
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


def _level(binding: Binding, series: Series) -> Runs:
    month, value = series.latest_month, series.latest
    when = period_words(binding, month)
    if binding.withheld(value):
        return (Text(f"The number for {when} is small and is not printed."),)
    if not held(value.value):
        if value.state == "not_applicable":
            return (Text(f"There is no figure for {when}: none is due."),)
        if not binding.is_monthly:
            return (
                Text(f"There is no figure for {when}: not all that it needs is held."),
                *_last_held(binding, series),
            )
        return (
            Text(f"The records of {when} are not held, so there is no figure for it."),
            *_last_held(binding, series),
        )
    shown = binding.value(value, series.area, str(month))
    runs: list[Run] = [*_opening(binding, when, shown), *_out_of(binding, series), *_against_limits(binding, series)]
    runs.append(Text("."))
    if value.months_held < value.months_wanted:
        runs += [
            Text(" It rests on "),
            binding.tally(value.months_held, series.area, str(month), "months_held"),
            Text(" of "),
            binding.tally(value.months_wanted, series.area, str(month), "months_wanted"),
            Text(" months: the others are not held."),
        ]
    elif value.state == "part":
        runs.append(Text(" Only part of that period is held, so the figure is too low or not yet settled."))
    return tuple(runs)


def _opening(binding: Binding, when: str, shown: Figure) -> list[Run]:
    kind = binding.definition.kind
    if binding.is_count and kind == "count":
        was = "was" if shown.text == "1" else "were"
        return [Text(f"In {when} there {was} "), shown]
    if kind in ("level", "holders") and binding.definition.window == "month":
        return [Text(f"At the end of {when} the figure was "), shown]
    if kind == "duration":
        words = {"median": "the median", "mean": "the mean", "percentile": "the chosen percentile"}
        return [Text(f"In {when} {words.get(binding.definition.statistic or '', 'the figure')} was "), shown]
    return [Text(f"In {when} the figure was "), shown]


def _out_of(binding: Binding, series: Series) -> list[Run]:
    value = series.latest
    if (
        binding.unit != "percent"
        or binding.definition.weight
        or not held(value.numerator)
        or not held(value.denominator)
    ):
        return []
    if (
        value.numerator < 0
        or value.numerator != round(value.numerator)
        or value.denominator != round(value.denominator)
    ):
        return []
    month = str(series.latest_month)
    of = (
        binding.number(value.numerator, series.area, month, "numerator", unit="count", decimals=0),
        binding.number(value.denominator, series.area, month, "denominator", unit="count", decimals=0),
    )
    return [Text(" ("), of[0], Text(" of "), of[1], Text(")")]


def _against_limits(binding: Binding, series: Series) -> list[Run]:
    if not binding.is_monthly:
        return []
    month, value = series.latest_month, series.latest.value
    lower, upper = limit_at(series, month, "lower"), limit_at(series, month, "upper")
    if not (held(lower) and held(upper)):
        return []
    if value > upper:
        return [Text(", above the upper control limit of "), binding.limit(series, month, "upper", beside=value)]
    if value < lower:
        return [Text(", below the lower control limit of "), binding.limit(series, month, "lower", beside=value)]
    return [
        Text(", within the control limits of "),
        binding.limit(series, month, "lower"),
        Text(" and "),
        binding.limit(series, month, "upper"),
    ]


def _month_alone(binding: Binding, series: Series) -> Runs:
    """Where the headline covers more than a month: whether the month itself is outside its limits."""
    flag = series.exceptional
    if binding.is_monthly or flag is None:
        return ()
    side = ("above", "upper") if flag.direction == "high" else ("below", "lower")
    own = binding.own_month(series, flag.month)
    beside = own.value if own.value is not None else math.nan
    return (
        Text(f"{flag.month.label} alone was "),
        own,
        Text(f", {side[0]} the {side[1]} control limit for a month of "),
        binding.limit(series, flag.month, side[1], beside=beside),
        Text("."),
    )


def _last_held(binding: Binding, series: Series) -> Runs:
    for month, number in zip(reversed(series.months), reversed(series.values.tolist()), strict=True):
        if held(number):
            return (
                Text(" The last figure held is "),
                binding.month_value(series, month),
                Text(f" for {period_words(binding, month)}."),
            )
    return (Text(" No earlier figure is held either."),)


def _comparison(binding: Binding, series: Series, name: str) -> Runs:
    change = change_named(series, name)
    if change is None:
        return ()
    if name == "year_to_date" and series.latest_month.month == FIRST_MONTH_OF_YEAR:
        return ()  # April's year to date is April, already compared
    if not held(change.now.value) or name == binding.definition.window:
        return ()  # the headline is this very figure
    if name == "previous" and not binding.is_monthly:
        return ()  # windows that overlap say little of each other
    if binding.side_hidden(series, change):
        return (Text(f"It is not compared with {change.then_label}, because a small number is not printed."),)
    if not held(change.then.value):
        if name == "rolling_12" or change.then.state == "not_applicable":
            return ()
        lacking = "not held in full" if name == "year_to_date" else "not held"
        return (Text(f"It cannot be compared with {change.then_label}, which is {lacking}."),)
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


def change_words(binding: Binding, series: Series, change: Change, then: Figure, *, opening: bool) -> list[Run]:
    """How a figure compares with an earlier one: direction, size, per cent where the base allows, level."""
    start = ("That is " if binding.definition.kind == "count" else "It is ") if opening else ""
    if change.broken is not None:
        return [
            Text(f"{start}not comparable with {change.then_label} ("),
            then,
            Text(f"): recording changed in {change.broken.label}"),
        ]
    against = f" in {change.then_label} ("
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


def streak(series: Series) -> tuple[int, int]:
    """Months in a row, up to the latest, that rose or fell: (how many, +1 or -1); (0, 0) when there is none.

    Held months only: a gap ends the streak, and so does a change of recording.
    """
    place = position(series, series.latest_month)
    if place is None:
        return 0, 0
    values = series.values[: place + 1]
    count, sign = 0, 0
    for i in range(place, 0, -1):
        step = values[i] - values[i - 1]
        if (
            series.months[i] in series.breaks
            or not math.isfinite(step)
            or step == 0
            or (sign and (step > 0) != (sign > 0))
        ):
            break
        sign = 1 if step > 0 else -1
        count += 1
    return count, sign


def _streak(binding: Binding, series: Series) -> Runs:
    if not binding.is_monthly or binding.definition.frequency != "month":
        return ()
    count, sign = streak(series)
    start = series.latest_month - count
    if count < STREAK or binding.month_value(series, start).value is None:
        return ()
    words = "risen" if sign > 0 else "fallen"
    return (
        Text(f"It has {words} for "),
        binding.tally(count, series.area, str(series.latest_month), "months_in_a_row"),
        Text(" months running, from "),
        binding.month_value(series, start),
        Text(f" in {start.label}."),
    )


def side_of_mean(series: Series) -> tuple[int, int]:
    """Months in a row, up to the latest, on one side of the limits' centre: (how many, +1 above or -1 below)."""
    limits, place = primary(series), position(series, series.latest_month)
    if limits is None or place is None:
        return 0, 0
    count, sign = 0, 0
    for i in range(place, -1, -1):
        step = series.monthly[i] - limits.centre[i]
        if not math.isfinite(step) or step == 0 or (sign and (step > 0) != (sign > 0)):
            break
        sign = 1 if step > 0 else -1
        count += 1
    return count, sign


def _side_of_mean(binding: Binding, series: Series) -> Runs:
    limits = primary(series)
    if limits is None:
        return ()
    shifts = [
        f for f in series.flags if f.rule == "shift" and f.limits == limits.rule and f.month == series.latest_month
    ]
    count, sign = side_of_mean(series)
    if not shifts or not count:
        return ()
    return (
        Text(f"{'It' if binding.is_monthly else 'The month alone'} has been "),
        Text(f"{'above' if sign > 0 else 'below'} its mean for "),
        binding.tally(count, series.area, str(series.latest_month), "months_one_side_of_mean"),
        Text(" months running: a shift, which chance alone seldom makes."),
    )


def _rank(binding: Binding, series: Series) -> Runs:
    rank = series.rank
    if rank is None:
        return ()
    month = str(series.latest_month)
    return (
        Text("Among "),
        binding.tally(rank.of, series.area, month, "similar_forces"),
        Text(" similar forces its rate per 1,000 residents is number "),
        binding.tally(rank.rank, series.area, month, "rank"),
        Text(" from the lowest; with chance allowed for, between "),
        binding.tally(rank.low, series.area, month, "rank_low"),
        Text(" and "),
        binding.tally(rank.high, series.area, month, "rank_high"),
        Text("."),
    )


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
    words = [
        run[0].label if len(run) == 1 else f"{run[0].label}{' and ' if len(run) == 2 else ' to '}{run[-1].label}"
        for run in runs
    ]
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)
