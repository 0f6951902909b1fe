"""The graph of an assessment: what was counted, beside what was to be expected without what was done.

Drawn twice, wide and for a telephone. Lines are named where they end; on a telephone above the picture.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import numpy as np

from upstream.assess.finding import Line
from upstream.errors import BadInput
from upstream.periods import Month
from upstream.reports.charts import Scale, tick_label, ticks
from upstream.reports.svg import Drawing, width_of

COUNTED: Final = "counted"
EXPECTED: Final = "expected without it"
BAND: Final = "where 95 in 100 would lie"
MOST_DOTS: Final = 80
"""Periods of which each has a dot; more would be a thick line."""
MONTH_STEPS: Final = (1, 2, 3, 6, 12, 24, 60, 120)


@dataclass(frozen=True, slots=True)
class Frame:
    """Sizes of a drawing in pixels, and whether its lines are named at their ends or above."""

    width: float
    height: float
    left: float
    right: float
    top: float
    foot: float
    named_above: bool

    @property
    def floor(self) -> float:
        """Where nought lies."""
        return self.height - self.foot


WIDE: Final = Frame(740, 310, 52, 186, 52, 32, named_above=False)
NARROW: Final = Frame(340, 330, 40, 12, 106, 30, named_above=True)


def draw_counterfactual(line: Line, key: str, title: str, description: str, axis: str, frame: Frame = WIDE) -> str:
    """The picture; ``axis`` is what is counted, a period."""
    page = Drawing(frame.width, frame.height)
    step = (frame.width - frame.left - frame.right) / len(line.periods)
    across = [frame.left + (at + 0.5) * step for at in range(len(line.periods))]
    up = _up(line, frame)
    page.text("t-soft", 4, 16, axis, size=13)
    _grid(page, up, frame)
    _periods(page, line.periods, across, frame)
    _band(page, line, across, up)
    _begun(page, line, across, step, frame)
    for run in _runs(line.expected):
        page.path("c-expected", [(across[at], up.y(line.expected[at])) for at in run])
    for run in _runs(line.observed):
        page.path("c-value", [(across[at], up.y(line.observed[at])) for at in run])
    if len(line.periods) <= MOST_DOTS:
        for at in np.flatnonzero(np.isfinite(line.observed)):
            page.dot("c-dot", across[at], up.y(line.observed[at]), 2.4)
    if frame.named_above:
        _named_above(page)
    else:
        _named_at_the_end(page, line, up, frame)
    return page.svg(key, title, description)


def _up(line: Line, frame: Frame) -> Scale:
    """From nought, so that a fall looks as large as it is."""
    values = np.concatenate([line.observed, line.expected, line.high])
    most = float(np.nanmax(values)) if np.isfinite(values).any() else 1.0
    return Scale(0.0, ticks(0.0, most, 5)[-1], frame.floor, frame.top)


def _grid(page: Drawing, up: Scale, frame: Frame) -> None:
    marks = ticks(0.0, up.high, 5)
    for mark in marks:
        page.line("c-axis" if not mark else "c-grid", frame.left, up.y(mark), frame.width - frame.right, up.y(mark))
        page.text("t-soft", frame.left - 7, up.y(mark) + 4, tick_label(mark, marks[1]), anchor="end")


def _runs(values: np.ndarray) -> Iterator[list[int]]:
    """Stretches of periods for which there is a value."""
    for held, run in groupby(range(len(values)), key=lambda at: bool(np.isfinite(values[at]))):
        if held:
            yield list(run)


def _band(page: Drawing, line: Line, across: list[float], up: Scale) -> None:
    for run in _runs(line.low + line.high):
        edge = [(across[at], up.y(line.high[at])) for at in run] + [
            (across[at], up.y(line.low[at])) for at in run[::-1]
        ]
        page.path("c-band", edge, closed=True)


def _begun(page: Drawing, line: Line, across: list[float], step: float, frame: Frame) -> None:
    """The line where it began, and the periods shaded in which it was coming in: nothing is expected of those."""
    x = across[line.start] - step / 2
    coming = line.counted - line.start
    if coming:
        page.rect("c-gap", x, frame.top, coming * step, frame.floor - frame.top)
        page.text("t-soft", x + 4, frame.top + 14, "coming in", size=11)
    page.line("c-break", x, frame.top - 12, x, frame.floor)
    words = f"Began {period_in_words(line.periods[line.start])}"
    room = frame.width - frame.right - x > width_of(words, 13)
    page.text(
        "t-ink", x + (4 if room else -4), frame.top - 4, words, size=13, anchor="start" if room else "end", bold=True
    )


def _periods(page: Drawing, periods: tuple[str, ...], across: list[float], frame: Frame) -> None:
    """A mark and a label for as many periods as have room; of months, at the same months of each year."""
    names = [_short(one) for one in periods]
    room = width_of("m" * max(map(len, names)), 12) * 1.25 / max(across[1] - across[0], 1e-9)
    numbers = [month.index if month else at for at, month in enumerate(map(_month, periods))]
    steps = MONTH_STEPS if _month(periods[0]) else range(1, len(periods) + 1)
    every = next((one for one in steps if one >= room), len(periods))
    for at, number in enumerate(numbers):
        if number % every == 0:
            page.line("c-axis", across[at], frame.floor, across[at], frame.floor + 5)
            page.text("t-soft", across[at], frame.floor + 20, names[at], anchor="middle")


def _named_at_the_end(page: Drawing, line: Line, up: Scale, frame: Frame) -> None:
    """Words at the right edge, moved apart where they would touch."""
    named = (
        (line.observed, "t-value", COUNTED, True),
        (line.expected, "t-soft", EXPECTED, True),
        (line.high, "t-soft", BAND, False),
    )
    ends = [
        (up.y(float(values[np.isfinite(values)][-1])), kind, words, bold)
        for values, kind, words, bold in named
        if np.isfinite(values).any()
    ]
    below = -math.inf
    for y, kind, words, bold in sorted(ends):
        below = max(y + 4, below + 16)
        page.text(kind, frame.width - frame.right + 6, below, words, size=12.5, bold=bold)


def _named_above(page: Drawing) -> None:
    """A key over the picture, line by line."""
    page.path("c-value", [(4, 32), (32, 32)])
    page.dot("c-dot", 18, 32, 2.4)
    page.text("t-value", 40, 36, COUNTED, size=13, bold=True)
    page.path("c-expected", [(4, 51), (32, 51)])
    page.text("t-soft", 40, 55, EXPECTED, size=13, bold=True)
    page.rect("c-band", 4, 63, 28, 13)
    page.text("t-soft", 40, 74, BAND, size=13)


def _month(period: str) -> Month | None:
    try:
        return Month.parse(period)
    except BadInput:
        return None


def is_month(period: str) -> bool:
    """Whether a period's label is a month."""
    return _month(period) is not None


def period_in_words(period: str) -> str:
    """A month as people write it; another period as it is."""
    month = _month(period)
    return month.label if month else period


def _short(period: str) -> str:
    month = _month(period)
    return month.short_label if month else period
