"""Control charts: what happened, what was to be expected, what is not known.

A chart shows the value, the limits of each financial year as steps, values outside them by shape and label, months
that are not held as marked gaps, dated breaks in recording, the projection as a band, and the level that would be good.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from upstream.periods import Month
from upstream.reports.svg import Drawing, width_of


@dataclass(frozen=True, slots=True)
class Point:
    """One month: value, limits (``None`` where there are none), the value as printed, whether it is withheld."""

    month: Month
    value: float | None
    lower: float | None = None
    centre: float | None = None
    upper: float | None = None
    flag: Literal["", "above", "below"] = ""
    text: str = ""
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Ahead:
    """One projected month: middle and the interval's ends."""

    month: Month
    value: float
    lower: float
    upper: float


@dataclass(frozen=True, slots=True)
class Break:
    """A dated change in recording; ``letter`` is its mark in the chart and in the notes below it."""

    month: Month
    letter: str


@dataclass(frozen=True, slots=True)
class ControlChart:
    """What to draw; ``points`` are consecutive months, a missing one with ``value`` ``None``.

    ``trend`` has, for each point, the value of the longer period that ends there, where the headline covers more than a
    month; ``trend_name`` says which period. ``line_names`` are the words at the lower, middle and upper line.
    """

    key: str
    title: str
    description: str
    axis: str
    points: tuple[Point, ...]
    trend: tuple[float | None, ...] = ()
    trend_name: str = ""
    ahead: tuple[Ahead, ...] = ()
    breaks: tuple[Break, ...] = ()
    good: float | None = None
    ceiling: float = math.inf
    line_names: tuple[str, str, str] = ("lower limit", "mean", "upper limit")


@dataclass(frozen=True, slots=True)
class Scale:
    """Values to pixels: ``low`` at ``bottom``, ``high`` at ``top``."""

    low: float
    high: float
    bottom: float
    top: float

    def y(self, value: float) -> float:
        return self.bottom - (value - self.low) / (self.high - self.low) * (self.bottom - self.top)


def nice_step(span: float, wanted: int) -> float:
    """A step of 1, 2, 2.5 or 5 times a power of ten that gives about ``wanted`` intervals over ``span``."""
    raw = span / max(wanted, 1)
    power = 10.0 ** math.floor(math.log10(raw))
    return power * next((m for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.999), 10)


def ticks(low: float, high: float, wanted: int, ceiling: float = math.inf) -> list[float]:
    """Round values that span ``low`` to ``high``, ends included, none above ``ceiling`` unless ``high`` is."""
    if high <= low:
        low, high = (low - abs(low) * 0.1 - 0.5, high + abs(high) * 0.1 + 0.5) if low else (0.0, 1.0)
    step = nice_step(high - low, wanted)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    marks = [k * step for k in range(first, last + 1)]
    if high <= ceiling < marks[-1]:
        marks = [mark for mark in marks if mark < ceiling] + [ceiling]
    return marks


def tick_label(value: float, step: float) -> str:
    """An axis label with no more digits than the step needs."""
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    if digits and step * 10 ** (digits - 1) % 1 < 1e-9:
        digits -= 1
    text = f"{abs(value):,.{digits}f}"
    if digits == 0 and step % 1:
        text = f"{abs(value):,.1f}"
    return ("−" if value < 0 else "") + text


def _range(chart: ControlChart) -> tuple[float, float]:
    seen = [v for p in chart.points for v in (p.value, p.lower, p.upper) if v is not None]
    seen += [v for a in chart.ahead for v in (a.lower, a.upper)] + [v for v in chart.trend if v is not None]
    if chart.good is not None:
        seen.append(chart.good)
    low, high = (min(seen), max(seen)) if seen else (0.0, 1.0)
    if 0 <= low < 0.45 * high:
        low = min(low, 0.0)
    return low, high


WIDTH, HEIGHT = 680.0, 212.0
NARROW_WIDTH = 350.0
"""For a telephone, or a page enlarged four times: words stay as large."""
LEFT, RIGHT, TOP, BOTTOM = 54.0, 78.0, 34.0, 40.0


def draw_both(chart: ControlChart) -> tuple[str, str]:
    """The chart as SVG, wide and narrow."""
    return draw(chart), draw(replace(chart, key=f"{chart.key}-narrow"), NARROW_WIDTH)


def draw(chart: ControlChart, width: float = WIDTH) -> str:
    """The chart as SVG."""
    page = Drawing(width, HEIGHT)
    low, high = _range(chart)
    marks = ticks(low, high, 5, chart.ceiling)
    scale = Scale(marks[0], marks[-1], HEIGHT - BOTTOM, TOP)
    every = [p.month for p in chart.points] + [a.month for a in chart.ahead]
    step = (width - LEFT - RIGHT) / max(len(every), 1)
    x = {month: LEFT + (i + 0.5) * step for i, month in enumerate(every)}
    page.text("t-soft", 8, 15, chart.axis, size=12)
    for mark in marks:
        page.line("c-grid", LEFT, scale.y(mark), page.width - RIGHT, scale.y(mark))
        page.text("t-soft", LEFT - 8, scale.y(mark) + 4, tick_label(mark, marks[1] - marks[0]), size=12, anchor="end")
    _limits(page, chart.points, x, step, scale)
    _gaps(page, chart, x, step)
    _months(page, every, x, step)
    _good(page, chart, scale)
    _projection(page, chart, x, scale)
    _trend(page, chart, x, scale)
    _values(page, chart.points, x, scale)
    _breaks(page, chart.breaks, x, step)
    _names(page, chart, scale)
    return page.svg(chart.key, chart.title, chart.description)


def _runs(points: tuple[Point, ...], attribute: str) -> list[list[Point]]:
    """Stretches of consecutive months that hold ``attribute``."""
    return [list(run) for held, run in groupby(points, key=lambda p: getattr(p, attribute) is not None) if held]


def _gaps(page: Drawing, chart: ControlChart, x: dict[Month, float], step: float) -> None:
    for (held, withheld), run in groupby(chart.points, key=lambda p: (p.value is not None, p.withheld)):
        if held:
            continue
        words = "withheld" if withheld else "not held"
        months = [p.month for p in run]
        left, wide = x[months[0]] - step / 2, step * len(months)
        page.rect("c-gap", left, TOP, wide, HEIGHT - BOTTOM - TOP)
        for month in months:
            page.cross(x[month], HEIGHT - BOTTOM - 8, 3.5)
        if wide > width_of(words, 11):
            page.text("t-soft", left + wide / 2, HEIGHT - BOTTOM - 18, words, size=11, anchor="middle")


def _limits(page: Drawing, points: tuple[Point, ...], x: dict[Month, float], step: float, scale: Scale) -> None:
    for (upper, lower), run in groupby(points, key=lambda p: (p.upper, p.lower)):
        months = [p.month for p in run]
        left, right = x[months[0]] - step / 2, x[months[-1]] + step / 2
        if upper is not None and lower is not None:
            page.rect("c-band", left, scale.y(upper), right - left, scale.y(lower) - scale.y(upper))
    for kind, attribute in (("c-limit", "upper"), ("c-limit", "lower"), ("c-mean", "centre")):
        for run_points in _runs(points, attribute):
            path = []
            for level, run in groupby(run_points, key=lambda p: float(getattr(p, attribute))):
                months = [p.month for p in run]
                path += [(x[months[0]] - step / 2, scale.y(level)), (x[months[-1]] + step / 2, scale.y(level))]
            page.path(kind, path)


def _months(page: Drawing, every: list[Month], x: dict[Month, float], step: float) -> None:
    floor = HEIGHT - BOTTOM
    page.line("c-axis", LEFT, floor, page.width - RIGHT, floor)
    for year, run in groupby(every, key=lambda m: m.financial_year):
        months = list(run)
        left, right = x[months[0]] - step / 2, x[months[-1]] + step / 2
        page.line("c-axis", left, floor, left, floor + 36)
        if right - left > width_of(str(year), 12):
            page.text("t-ink", (left + right) / 2, floor + 34, str(year), size=12, anchor="middle")
        for month in months:
            if step >= 10 or month.month % 3 == 1:  # letters that do not touch
                page.text("t-soft", x[month], floor + 15, month.short_label[0], size=11, anchor="middle")


def _good(page: Drawing, chart: ControlChart, scale: Scale) -> None:
    if chart.good is not None:
        page.path("c-good", [(LEFT, scale.y(chart.good)), (page.width - RIGHT, scale.y(chart.good))])


def _projection(page: Drawing, chart: ControlChart, x: dict[Month, float], scale: Scale) -> None:
    if not chart.ahead:
        return
    upper = [(x[a.month], scale.y(a.upper)) for a in chart.ahead]
    lower = [(x[a.month], scale.y(a.lower)) for a in reversed(chart.ahead)]
    middle = [(x[a.month], scale.y(a.value)) for a in chart.ahead]
    last = next((p for p in reversed(chart.points) if p.value is not None), None)
    if last is not None and last.value is not None and last is chart.points[-1]:
        start = (x[last.month], scale.y(last.value))
        upper, lower, middle = [start, *upper], [*lower, start], [start, *middle]
    page.path("c-ahead-band", upper + lower, closed=True)
    page.path("c-ahead", middle)


MOST_LABELS = 4
APART = 3
"""Months between two written values, so that they do not touch."""


def _labelled(points: tuple[Point, ...]) -> set[Month]:
    """Flagged months whose value is written out: the newest, the extremes, then others while they are few and apart."""
    flagged = [(p.value, p.month) for p in points if p.flag and p.value is not None]
    if not flagged:
        return set()
    wanted = [flagged[-1][1], max(flagged)[1], min(flagged)[1]]
    if len(flagged) <= MOST_LABELS:
        wanted += [month for _, month in flagged]
    chosen: set[Month] = set()
    for month in wanted:
        if all(abs(month.index - other.index) >= APART for other in chosen):
            chosen.add(month)
    return chosen


def _values(page: Drawing, points: tuple[Point, ...], x: dict[Month, float], scale: Scale) -> None:
    for run in _runs(points, "value"):
        page.path("c-value", [(x[p.month], scale.y(p.value)) for p in run if p.value is not None])
    last = max((p.month for p in points if p.value is not None), default=None)
    labelled = _labelled(points)
    for point in points:
        if point.value is None:
            continue
        at_x, at_y = x[point.month], scale.y(point.value)
        if point.flag:
            up = point.flag == "above"
            page.triangle("c-flag", at_x, at_y, 6, up=up)
            if point.month in labelled:
                page.text("t-flag h", at_x, at_y + (-11 if up else 20), point.text, size=12, anchor="middle", bold=True)
        else:
            page.dot("c-dot", at_x, at_y, 4 if point.month == last else 2.6)
            if point.month == last:
                page.text("t-ink h", at_x, at_y - 10, point.text, size=13, anchor="middle", bold=True)


def _trend(page: Drawing, chart: ControlChart, x: dict[Month, float], scale: Scale) -> None:
    pairs = zip(chart.points, chart.trend, strict=False)
    for held, run in groupby(pairs, key=lambda pair: pair[1] is not None):
        if held:
            page.path("c-trend", [(x[p.month], scale.y(v)) for p, v in run if v is not None])


def _breaks(page: Drawing, breaks: tuple[Break, ...], x: dict[Month, float], step: float) -> None:
    for mark in breaks:
        if mark.month not in x:
            continue
        at = x[mark.month] - step / 2
        page.line("c-break", at, TOP - 8, at, HEIGHT - BOTTOM)
        page.rect("c-box", at - 8, TOP - 24, 16, 16)
        page.text("t-paper", at, TOP - 12, mark.letter, size=12, anchor="middle", bold=True)


def _names(page: Drawing, chart: ControlChart, scale: Scale) -> None:
    """Words at the right-hand edge, moved apart where they would touch."""
    names: list[tuple[float, str, str]] = []
    if chart.points:
        last = chart.points[-1]
        lines = zip((last.lower, last.centre, last.upper), chart.line_names, strict=True)
        names += [(scale.y(value), "t-limit", words) for value, words in lines if value is not None]
    if chart.ahead:
        names.append((scale.y(chart.ahead[-1].value), "t-ahead", "projection"))
    if chart.good is not None:
        names.append((scale.y(chart.good), "t-good", "good"))
    shown = [v for v in chart.trend if v is not None]
    if shown:
        names.append((scale.y(shown[-1]), "t-ahead", chart.trend_name))
    floor = -math.inf
    for y, kind, words in sorted(names):
        floor = max(y, floor + 14)
        page.text(kind, page.width - RIGHT + 8, floor + 4, words, size=12)
