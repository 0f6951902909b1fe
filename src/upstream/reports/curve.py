"""A curve of shares: how much of everything the first of many hold, from nothing to all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from upstream.reports.svg import Drawing

WIDE: Final = (600.0, 240.0)
NARROW: Final = (270.0, 220.0)
_LEFT, _TOP, _BELOW, _RIGHT = 52.0, 12.0, 46.0, 28.0
_TICKS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
_MOST_POINTS: Final = 200
"""More are not seen: leaving them out makes pages light."""


def draw_curve(
    key: str, title: str, description: str, points: Sequence[tuple[float, float]], along: str,
    size: tuple[float, float] = WIDE,
) -> str:  # fmt: skip
    """The picture: ``points`` of shares, both from 0 to 1, beside the line on which all are alike."""
    wide, high = size
    page = Drawing(_LEFT + wide + _RIGHT, _TOP + high + _BELOW)

    def at(x: float, y: float) -> tuple[float, float]:
        return _LEFT + x * wide, _TOP + (1 - y) * high

    for tick in _TICKS:
        page.line("c-grid", *at(0, tick), *at(1, tick))
        across, down = at(tick, 0)
        page.text("t-soft", _LEFT - 8, at(0, tick)[1] + 4, f"{tick:.0%}", size=12, anchor="end")
        page.text("t-soft", across, down + 16, f"{tick:.0%}", size=12, anchor="middle")
    page.line("c-axis", *at(0, 0), *at(1, 0))
    page.path("c-limit", [at(0, 0), at(1, 1)])
    kept = np.unique(np.linspace(0, len(points) - 1, min(len(points), _MOST_POINTS)).round().astype(int))
    page.path("c-value", [at(*points[one]) for one in kept.tolist()])
    page.text("t-soft", _LEFT + wide / 2, _TOP + high + 36, along, size=12, anchor="middle")
    return page.svg(key, title, description)
