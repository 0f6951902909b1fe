"""Special causes: every rule that a point of a control chart breaks, as a set of flags."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput
from upstream.stats.limits import Limits

NEAR_LIMIT: Final = 2 / 3
"""Share of the way from centre to limit beyond which a point is near the limit. Source: NHSRplotthedots."""


class SpecialCause(IntFlag):
    """Rules a point breaks; any number at once, in either direction.

    NEAR flags are set on the points themselves that lie near the limit, not on the third point beside them.
    """

    NONE = 0
    ABOVE_UPPER = 1
    BELOW_LOWER = 2
    SHIFT_HIGH = 4
    SHIFT_LOW = 8
    TREND_UP = 16
    TREND_DOWN = 32
    NEAR_UPPER = 64
    NEAR_LOWER = 128

    @classmethod
    def of(cls, bits: int) -> SpecialCause:
        """The set of flags of one point."""
        return cls(int(bits))


OUTSIDE: Final = SpecialCause.ABOVE_UPPER | SpecialCause.BELOW_LOWER
HIGH: Final = SpecialCause.ABOVE_UPPER | SpecialCause.SHIFT_HIGH | SpecialCause.TREND_UP | SpecialCause.NEAR_UPPER
LOW: Final = SpecialCause.BELOW_LOWER | SpecialCause.SHIFT_LOW | SpecialCause.TREND_DOWN | SpecialCause.NEAR_LOWER


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A named, versioned set of run rules.

    Attributes
    ----------
    name, version : str
        What a report prints beside its flags.
    source : str
        Where the numbers come from.
    shift : int or None
        Points in a row on one side of the centre; ``None``: no such rule.
    trend : int or None
        Points in a row each higher (or each lower) than the last; ``None``: no such rule.
    near : bool
        Whether two of three points near one limit, all three on that side, are flagged.
    """

    name: str
    version: str
    source: str
    shift: int | None
    trend: int | None
    near: bool


MAKING_DATA_COUNT: Final = RuleSet(
    "NHS Making Data Count", "1", "NHSRplotthedots, ptd_spc_standard and ptd_calculate_point_type", 7, 7, True
)
NELSON: Final = RuleSet("Nelson", "1984", "Nelson (1984), Journal of Quality Technology 16(4), 237-239", 9, 6, True)
WESTERN_ELECTRIC: Final = RuleSet(
    "Western Electric", "1956", "Western Electric, Statistical Quality Control Handbook (1956), p.25-28", 8, None, True
)
RUN_CHART: Final = RuleSet(
    "Run chart", "2011", "Perla, Provost and Murray (2011), BMJ Quality and Safety 20, 46-51", 6, 5, False
)
LIMITS_ONLY: Final = RuleSet(
    "Limits only",
    "1",
    "West Mercia Police and Crime Panel, 7 September 2022, performance report p.45",
    None,
    None,
    False,
)
RULE_SETS: Final = (MAKING_DATA_COUNT, NELSON, WESTERN_ELECTRIC, RUN_CHART, LIMITS_ONLY)


def special_causes(values: ArrayLike, limits: Limits, *, rules: RuleSet = MAKING_DATA_COUNT) -> NDArray[np.uint8]:
    """Every rule that each point breaks, against one set of limits.

    Question: which points are signals, of what kind and in which direction?

    Parameters: ``values`` (n,) consecutive values in the unit of the limits, NaN for missing; ``limits``; ``rules``.
    Returns (n,) bits of :class:`SpecialCause`; 0 for common cause and for a missing value.

    Assumes: consecutive, equally spaced values. A missing value breaks every run; a value equal to the centre breaks a
    shift; outside and near are strict. Near lines are two thirds of the way to the unfloored limits.

    When not to use: rolling sums, whose neighbours share most of their months, always seem to shift and trend; use
    :data:`LIMITS_ONLY` or test the months.

    Source: NHSRplotthedots (rules); NHS England, Making Data Count.
    """
    x = np.asarray(values, dtype=np.float64)
    shape = x.shape
    return special_causes_against(
        x,
        centre=np.full(shape, limits.centre),
        lower=np.full(shape, limits.lower),
        upper=np.full(shape, limits.upper),
        lower_unfloored=np.full(shape, limits.lower_unfloored),
        rules=rules,
    )


def special_causes_against(
    values: ArrayLike,
    *,
    centre: ArrayLike,
    lower: ArrayLike,
    upper: ArrayLike,
    lower_unfloored: ArrayLike | None = None,
    rules: RuleSet = MAKING_DATA_COUNT,
) -> NDArray[np.uint8]:
    """As :func:`special_causes`, with limits of their own for every point: limits that change each financial year.

    ``centre``, ``lower``, ``upper`` and ``lower_unfloored`` are (n,); NaN where a year has no limits, which breaks
    runs except trends.
    """
    x, mid, low, high = (np.asarray(a, dtype=np.float64) for a in (values, centre, lower, upper))
    raw_low = low if lower_unfloored is None else np.asarray(lower_unfloored, dtype=np.float64)
    if x.ndim != 1 or not x.shape == mid.shape == low.shape == high.shape == raw_low.shape:
        raise BadInput("Values and limits differ in length.", allowed="one limit a value")
    bits = np.zeros(x.shape, dtype=np.uint8)
    _set(bits, x > high, SpecialCause.ABOVE_UPPER)
    _set(bits, x < low, SpecialCause.BELOW_LOWER)
    above, below = x > mid, x < mid
    if rules.shift is not None:
        _set(bits, in_run(above, rules.shift), SpecialCause.SHIFT_HIGH)
        _set(bits, in_run(below, rules.shift), SpecialCause.SHIFT_LOW)
    if rules.trend is not None:
        _set(bits, _in_trend(np.diff(x) > 0, rules.trend), SpecialCause.TREND_UP)
        _set(bits, _in_trend(np.diff(x) < 0, rules.trend), SpecialCause.TREND_DOWN)
    if rules.near:
        near_high = x > mid + NEAR_LIMIT * (high - mid)
        near_low = x < mid - NEAR_LIMIT * (mid - raw_low)
        _set(bits, _two_of_three(near_high, above), SpecialCause.NEAR_UPPER)
        _set(bits, _two_of_three(near_low, below), SpecialCause.NEAR_LOWER)
    return bits


def in_run(holds: NDArray[np.bool_], length: int) -> NDArray[np.bool_]:
    """Whether each element lies in an unbroken run of ``True`` of at least ``length``."""
    padded = np.concatenate(([False], holds, [False]))
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    inside = np.zeros(holds.shape, dtype=np.bool_)
    for start, stop in edges.reshape(-1, 2):
        if stop - start >= length:
            inside[start:stop] = True
    return inside


def _in_trend(steps: NDArray[np.bool_], points: int) -> NDArray[np.bool_]:
    """Points at either end of a step that lies in a run of ``points`` - 1 such steps; shape (n,)."""
    run = in_run(steps, points - 1)
    inside = np.zeros(steps.size + 1, dtype=np.bool_)
    inside[:-1] |= run
    inside[1:] |= run
    return inside


def _two_of_three(near: NDArray[np.bool_], on_side: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Near points of any three consecutive points that lie on one side with at least two of them near."""
    flagged = np.zeros(near.shape, dtype=np.bool_)
    if near.size < 3:
        return flagged
    counted = np.convolve(near, np.ones(3, dtype=np.int64), "valid") >= 2
    starts = np.flatnonzero(counted & (np.convolve(on_side, np.ones(3, dtype=np.int64), "valid") == 3))
    for offset in range(3):
        flagged[starts + offset] = True
    return flagged & near


def _set(bits: NDArray[np.uint8], where: NDArray[np.bool_], flag: SpecialCause) -> None:
    bits[where] |= np.uint8(flag)
