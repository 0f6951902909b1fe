"""Counts by month with control limits: what stands out from what chance alone gives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from upstream.errors import BadInput
from upstream.periods import MONTHS_IN_YEAR, FinancialYear, Month, months
from upstream.stats.count_limits import count_limits
from upstream.stats.run_rules import MAKING_DATA_COUNT, SpecialCause, special_causes_against


@dataclass(frozen=True, slots=True)
class MonthOf:
    """One month: ``count`` is ``None`` where it is not held (it is not zero); limits ``None`` where there are none.

    ``signals`` names what chance alone seldom makes there ("above its upper limit", "shift upwards" ...).
    """

    month: Month
    count: int | None
    lower: float | None = None
    centre: float | None = None
    upper: float | None = None
    signals: tuple[str, ...] = ()
    partial: bool = False


_SIGNALS: Final[tuple[tuple[SpecialCause, str], ...]] = (
    (SpecialCause.ABOVE_UPPER, "above its upper limit"),
    (SpecialCause.BELOW_LOWER, "below its lower limit"),
    (SpecialCause.SHIFT_HIGH, "part of a run above the mean"),
    (SpecialCause.SHIFT_LOW, "part of a run below the mean"),
    (SpecialCause.TREND_UP, "part of a rising trend"),
    (SpecialCause.TREND_DOWN, "part of a falling trend"),
    (SpecialCause.NEAR_UPPER, "near the upper limit twice in three months"),
    (SpecialCause.NEAR_LOWER, "near the lower limit twice in three months"),
)


def monthly(
    rows: Sequence[Mapping[str, Any]], first: Month, last: Month, held: set[Month], partial: set[Month]
) -> tuple[MonthOf, ...]:
    """The months asked for with the limits of their financial year, made of the year before.

    A month that looks only partly uploaded is shown, but is part of no baseline and no rule.
    """
    sums: Counter[int] = Counter()
    for row in rows:
        sums[row["month"]] += int(row["n"])
    every = tuple(months(first.financial_year.previous.first_month, last))
    values = np.array([sums[m.index] if m in held - partial else np.nan for m in every], float)
    centre, lower, upper, raw = (np.full(len(every), np.nan) for _ in range(4))
    for start in range(first.financial_year.start, last.financial_year.start + 1):
        at = FinancialYear(start).first_month.index - every[0].index
        try:
            limits = count_limits(values[at - MONTHS_IN_YEAR : at])
        except BadInput:
            continue
        judged = slice(at, at + MONTHS_IN_YEAR)
        centre[judged], lower[judged], upper[judged] = limits.centre, limits.lower, limits.upper
        raw[judged] = limits.lower_unfloored
    own = slice(first.index - every[0].index, None)
    bits = special_causes_against(
        values[own], centre=centre[own], lower=lower[own], upper=upper[own], lower_unfloored=raw[own],
        rules=MAKING_DATA_COUNT,
    )  # fmt: skip
    made = []
    for at, bit in enumerate(bits, own.start):
        month = every[at]
        signals = tuple(words for cause, words in _SIGNALS if int(bit) & int(cause))
        count = sums[month.index] if month in held else None
        low, mid, high = (None if np.isnan(one[at]) else float(one[at]) for one in (lower, centre, upper))
        made.append(MonthOf(month, count, low, mid, high, signals, month in partial))
    return tuple(made)
