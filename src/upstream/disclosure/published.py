"""What the public sees of one number: counts to the nearest five and none under five; shares as whole per cents.

Every number of a public report goes through here before anything is written or drawn, so that no table, sentence,
picture or file holds more than is printed. Sums and differences of such numbers are sums and differences of intervals.
"""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from upstream.disclosure.setting import PUBLIC_ROUNDING, PUBLIC_THRESHOLD

LEAST_DENOMINATOR: Final = 20
"""Records that a public per cent, rate, mean or quantile rests on at least. Ours: at 20 a whole per cent is finer than
one record, but the record count itself is known to the nearest five only; below 20 one record moves a share by more
than 5 points, so little is lost to readers by withholding it."""
POUNDS: Final = 1_000
"""Money is published to the nearest thousand pounds: one claim is not to be read from a sum."""

WITHHELD: Final = math.nan


def to_nearest(value: float, base: int) -> float:
    """The nearest multiple of a base, halves away from zero; NaN stays NaN."""
    if not math.isfinite(value):
        return math.nan
    made = Decimal(repr(float(value))) / base
    return float(made.quantize(Decimal(1), rounding=ROUND_HALF_UP) * base) + 0.0


def published_count(count: float) -> float:
    """A count as the public sees it.

    Question: what may be printed of a number of records?

    Parameters: ``count``, any number; NaN where nothing is held.

    Returns the nearest multiple of 5, NaN from 0 to 4. Zero is withheld with the small ones: were zeros printed, a
    total of 5 over five areas, four of them zero, would say more of the fifth than its own cell does.

    Assumes: the same rule for every count of the report, each rounded by itself and totals as well, so printed parts
    need not add up to printed totals.

    When not to use: for numbers that count no records (months in a row, measures, table versions).

    Source: the common rule of public bodies, for example Defence Analytical Services and Advice, Rounding policy
    (2009, revised 2010), paragraphs 2 and 5: under 5 not shown, else the nearest 5.
    """
    return WITHHELD if not math.isfinite(count) or abs(count) < PUBLIC_THRESHOLD else to_nearest(count, PUBLIC_ROUNDING)


def effect_is_safe(observed: float, expected: float) -> bool:
    """Whether an effect in per cent may be printed: enough was counted, and enough was to be expected without it.

    Question: may everybody read that so many events were so much per cent fewer than were to be expected?

    Parameters: ``observed`` and ``expected``, numbers of events; NaN where one is not known, which is not safe.

    Assumes: the per cent is printed whole; of either number no more is printed than :func:`published_count` gives.

    When not to use: for shares of records, which leave a rest that may be small (:func:`share_is_safe`).

    Source: ours; the least that any public per cent rests on (:data:`LEAST_DENOMINATOR`).
    """
    return observed >= LEAST_DENOMINATOR and expected >= LEAST_DENOMINATOR


def share_is_safe(numerator: float, denominator: float, *, part_of_whole: bool) -> bool:
    """Whether a share or rate may be printed: enough records, and neither it nor the rest is small.

    ``part_of_whole``: the numerator is among the denominator (a per cent), so that the rest is a count too. What is not
    known is not safe.
    """
    if not (math.isfinite(numerator) and math.isfinite(denominator)) or denominator < LEAST_DENOMINATOR:
        return False
    return numerator >= PUBLIC_THRESHOLD and (not part_of_whole or denominator - numerator >= PUBLIC_THRESHOLD)


def to_places(value: float, decimals: int) -> float:
    """The value at a printed precision, halves away from zero; NaN stays NaN."""
    if not math.isfinite(value):
        return math.nan
    return float(Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)) + 0.0


def published_value(value: float, unit: str, numerator: float, denominator: float) -> float:
    """A measure's value in its unit as the public sees it; NaN where withheld.

    ``numerator`` and ``denominator`` are the records behind it; for means and quantiles either may be lacking.
    """
    if unit == "count":
        return published_count(value)
    if unit == "pounds":
        return to_nearest(value, POUNDS)
    if unit in ("percent", "per_1000", "ratio"):
        safe = share_is_safe(numerator, denominator, part_of_whole=unit == "percent")
        return to_unit(value, unit) if safe else WITHHELD
    records = denominator if math.isfinite(denominator) else numerator
    return to_unit(value, unit) if math.isfinite(records) and records >= LEAST_DENOMINATOR else WITHHELD


def places(unit: str) -> int:
    """Digits after the point in public: one for rates and ratios, none for anything else."""
    return 1 if unit in ("per_1000", "ratio") else 0


def to_unit(value: float, unit: str) -> float:
    """Limits, levels and forecasts at the precision of the values that they stand beside."""
    if unit == "count":
        return to_nearest(value, PUBLIC_ROUNDING)
    return to_nearest(value, POUNDS) if unit == "pounds" else to_places(value, places(unit))
