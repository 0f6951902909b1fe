"""Rate bases and units of measures: the words that a definition may use."""

from __future__ import annotations

from typing import Final, Literal

Unit = Literal["count", "percent", "per_1000", "seconds", "minutes", "days", "ratio", "pounds"]

UNITS: Final[tuple[Unit, ...]] = (
    "count",
    "percent",
    "per_1000",
    "seconds",
    "minutes",
    "days",
    "ratio",
    "pounds",
)

PER_1000: Final = 1_000
"""Residents in the base of a crime rate (the base forces publish)."""

PERCENT: Final = 100
