"""Pictures of one problem: the hours of its week, and its places as bars."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from upstream.reports.svg import HEAT, Drawing

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_LEFT, _TOP, _CELL, _ROW = 84.0, 8.0, 24.0, 24.0
_WIDE, _NAME, _BAR = 680.0, 230.0, 24.0


def shade(value: float, most: float) -> int:
    """Which of six shades a cell has, from nothing to the most."""
    if not math.isfinite(value) or most <= 0 or value <= 0:
        return 0
    return min(len(HEAT) - 1, max(1, math.ceil(value / most * (len(HEAT) - 1))))


def draw_week(key: str, title: str, description: str, cells: Sequence[Sequence[float]]) -> str:
    """Seven rows of 24 hours, darker where more happened; a cell that is withheld (NaN) is crossed out."""
    page = Drawing(_LEFT + 24 * _CELL + 12, _TOP + 7 * _ROW + 48)
    most = max((value for row in cells for value in row if math.isfinite(value)), default=0.0)
    for day, row in enumerate(cells):
        y = _TOP + day * _ROW
        page.text("t-ink", _LEFT - 8, y + 16, WEEKDAYS[day], size=12, anchor="end")
        for hour, value in enumerate(row):
            x = _LEFT + hour * _CELL
            page.rect(f"c-heat-{shade(value, most)}", x, y, _CELL - 1, _ROW - 1)
            if not math.isfinite(value):
                page.cross(x + _CELL / 2, y + _ROW / 2, 3)
    for hour in range(0, 24, 3):
        page.text("t-soft", _LEFT + hour * _CELL, _TOP + 7 * _ROW + 15, f"{hour:02d}:00", size=11)
    for step in range(len(HEAT)):
        page.rect(f"c-heat-{step}", _LEFT + 60 + step * _CELL, _TOP + 7 * _ROW + 26, _CELL - 1, 12)
    page.text("t-soft", _LEFT + 52, _TOP + 7 * _ROW + 36, "fewest", size=11, anchor="end")
    page.text("t-soft", _LEFT + 68 + len(HEAT) * _CELL, _TOP + 7 * _ROW + 36, "most", size=11)
    return page.svg(key, title, description)


def draw_bars(key: str, title: str, description: str, bars: Sequence[tuple[str, float, str]]) -> str:
    """A bar each: name, value, value as printed; in the order given. What is withheld (NaN) has a cross."""
    page = Drawing(_WIDE, 8 + _BAR * len(bars) + 4)
    most = max((value for _, value, _ in bars if math.isfinite(value)), default=0.0) or 1.0
    room = _WIDE - _NAME - 70
    for place, (name, value, printed) in enumerate(bars):
        y = 8 + place * _BAR
        page.text("t-ink", _NAME - 10, y + 14, name, size=12.5, anchor="end")
        if math.isfinite(value):
            page.rect("c-bar", _NAME, y + 2, max(1.0, room * value / most), _BAR - 9)
            page.text("t-ink", _NAME + room * value / most + 8, y + 14, printed, size=12.5)
        else:
            page.cross(_NAME + 6, y + 10, 3.5)
    return page.svg(key, title, description)
