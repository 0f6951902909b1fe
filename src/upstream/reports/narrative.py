"""Key points: plain sentences made from values, every number in them bound to its value.

A sentence says what the figure is, how it stands to its limits, how it compares, and whether chance alone could
explain the difference. Nothing is said that the values do not say: no causes, no praise.
"""

from __future__ import annotations

import math

from upstream.measures.result import Series
from upstream.reports.binding import Binding, limit_at, position, primary
from upstream.reports.comparisons import comparisons
from upstream.reports.document import Run, Runs, Text
from upstream.reports.figures import Figure
from upstream.reports.period_words import period_words

STREAK = 3
"""Months in a row that are worth a sentence."""


def key_points(binding: Binding, series: Series) -> tuple[Runs, ...]:
    """What the latest figure is and how it compares, one sentence or two a point.

    Question: what should a reader know who sees only this?
    """
    points = [_level(binding, series)]
    if math.isfinite(series.latest.value):
        points += [
            point
            for point in (
                *comparisons(binding, series),
                _month_alone(binding, series),
                _streak(binding, series),
                _side_of_mean(binding, series),
                _rank(binding, series),
            )
            if point
        ]
    return tuple(points)


def _level(binding: Binding, series: Series) -> Runs:
    month, value = series.latest_month, series.latest
    when = period_words(binding, month)
    if binding.withheld(value):
        return (Text(f"The number for {when} is small and is not printed."),)
    if not math.isfinite(value.value):
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
        or not math.isfinite(value.numerator)
        or not math.isfinite(value.denominator)
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
    if not (math.isfinite(lower) and math.isfinite(upper)):
        return []
    if value > upper:
        outside = Text("above the upper control limit", bold=True)
        return [Text(", "), outside, Text(" of "), binding.limit(series, month, "upper", beside=value)]
    if value < lower:
        outside = Text("below the lower control limit", bold=True)
        return [Text(", "), outside, Text(" of "), binding.limit(series, month, "lower", beside=value)]
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
        if math.isfinite(number):
            return (
                Text(" The last figure held is "),
                binding.month_value(series, month),
                Text(f" for {period_words(binding, month)}."),
            )
    return (Text(" No earlier figure is held either."),)


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
