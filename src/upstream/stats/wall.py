"""A whole wall of control charts in one pass over a dense cube of monthly counts."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numba import njit, prange
from numpy.typing import NDArray

from upstream.errors import BadInput
from upstream.stats.limits import BASELINE_LEAST, SD_MULTIPLE, XMR_CONSTANT

ABOVE: Final = 1
BELOW: Final = 2
XMR_ABOVE: Final = 4
XMR_BELOW: Final = 8
MISSING: Final = 128
"""Bits of a cell: above or below the mean +/- 2 SD limits, above or below the XmR limits, month not held."""
ROLLING_MONTHS: Final = 12
NO_SUM: Final = -1
"""Rolling sum of a cell whose twelve months are not all held."""


@dataclass(frozen=True, slots=True)
class Wall:
    """Limits and flags of every series of a cube.

    Attributes
    ----------
    flags : array (series, months) of uint8
        Bits ``ABOVE``, ``BELOW``, ``XMR_ABOVE``, ``XMR_BELOW``, ``MISSING``.
    rolling : array (series, months) of int32
        Sum of this and the eleven months before; ``NO_SUM`` where any of them is not held.
    centre, sd, moving_range : array (series,)
        Mean, standard deviation (ddof = 1) and mean moving range of the baseline, in counts. Limits are the mean
        +/- 2 SD and +/- 2.66 moving ranges, lower floored at 0; see :meth:`limits`.
    baseline_n : int
        Baseline months held.
    """

    flags: NDArray[np.uint8]
    rolling: NDArray[np.int32]
    centre: NDArray[np.float64]
    sd: NDArray[np.float64]
    moving_range: NDArray[np.float64]
    baseline_n: int

    @property
    def lower(self) -> NDArray[np.float64]:
        """Mean - 2 SD, floored at 0; shape (series,)."""
        return np.maximum(self.centre - SD_MULTIPLE * self.sd, 0.0)

    @property
    def upper(self) -> NDArray[np.float64]:
        """Mean + 2 SD; shape (series,)."""
        return self.centre + SD_MULTIPLE * self.sd


@dataclass(frozen=True, slots=True)
class WallArrays:
    """Room for one wall, to be filled again and again without asking the system for memory.

    Attributes
    ----------
    flags, rolling : ndarray, shape (series, months)
        As in :class:`Wall`.
    statistics : ndarray, shape (series, 3)
        Centre, SD and moving range, in the unit of the counts.
    """

    flags: NDArray[np.uint8]
    rolling: NDArray[np.int32]
    statistics: NDArray[np.float64]


def room_for(series: int, months: int) -> WallArrays:
    """Arrays for a :func:`wall` of ``series`` x ``months``."""
    return WallArrays(
        np.empty((series, months), np.uint8), np.empty((series, months), np.int32), np.empty((series, 3), np.float64)
    )


def wall(
    cube: NDArray[np.int32],
    baseline_start: int,
    baseline_stop: int,
    *,
    missing: NDArray[np.bool_] | None = None,
    room: WallArrays | None = None,
) -> Wall:
    """Limits, flags, rolling twelve months and moving ranges of every series.

    Question: which of very many series and months lie outside limits fixed on a baseline?

    Parameters: ``cube`` (series, months) of int32 counts, C order; ``baseline_start`` and ``baseline_stop`` bound the
    baseline months (stop not included); ``missing`` (months,) is true for months that are not held, whose counts are
    not looked at; ``room`` from :func:`room_for` is overwritten and becomes part of the result.

    Assumes: as :func:`limits.sd_limits` and :func:`limits.xmr_limits` for every series. A count is compared with the
    mean +/- 2 SD in whole-number arithmetic, so a count exactly on a limit is inside; counts up to 10 million in a
    baseline of up to 24 months.

    When not to use: series that miss different months: call once for each set.

    Source: as the two functions named.
    """
    cube = _checked(cube, baseline_start, baseline_stop)
    months = cube.shape[1]
    absent = np.zeros(months, np.bool_) if missing is None else np.asarray(missing, np.bool_)
    if absent.shape != (months,):
        raise BadInput(f"The mask covers {absent.size} months, the cube {months}.", allowed="one mask value a month")
    held = int((~absent[baseline_start:baseline_stop]).sum())
    if held < BASELINE_LEAST:
        raise BadInput(f"The baseline holds {held} months.", allowed=f"at least {BASELINE_LEAST}")
    out = room_for(*cube.shape) if room is None else room
    if absent.any():
        out.flags[:, absent] = MISSING
        out.rolling[:, absent] = NO_SUM
    baseline = _held_runs(absent, baseline_start, baseline_stop)
    _fill(cube, _held_runs(absent, 0, months), baseline, out.flags, out.rolling, out.statistics)
    centre, sd, moving_range = out.statistics.T
    return Wall(out.flags, out.rolling, centre, sd, moving_range, held)


def _checked(cube: NDArray[np.int32], start: int, stop: int) -> NDArray[np.int32]:
    if cube.ndim != 2 or cube.dtype != np.int32:
        raise BadInput(f"A cube of {cube.dtype}, {cube.ndim} dimensions.", allowed="int32 counts, series by months")
    if not 0 <= start < stop <= cube.shape[1]:
        raise BadInput(f"Baseline {start} to {stop} of {cube.shape[1]} months.", allowed="months of the cube")
    return np.ascontiguousarray(cube)


_SQUARED_MULTIPLE: Final = int(SD_MULTIPLE) ** 2
_LARGEST: Final = 2**31 - 1


def _held_runs(absent: NDArray[np.bool_], start: int, stop: int) -> NDArray[np.int64]:
    """First and last-plus-one month of every unbroken run of held months within ``start`` to ``stop``; shape (r, 2)."""
    held = np.concatenate(([False], ~absent[start:stop], [False]))
    return start + np.flatnonzero(held[1:] != held[:-1]).reshape(-1, 2)


def _outside(n: int, total: int, spread: int, x: int) -> bool:
    """Whether ``x`` is more than 2 SD from the mean, in whole numbers: (nx - T)^2 (n - 1) > 4 n (nQ - T^2)."""
    return (n * x - total) * (n * x - total) * (n - 1) > _SQUARED_MULTIPLE * n * spread


def _inside(n: int, total: int, spread: int) -> tuple[int, int]:
    """The smallest and the largest whole number that are not below and not above mean +/- 2 SD."""
    half = SD_MULTIPLE * math.sqrt(spread / (n * (n - 1.0)))
    high = math.floor(total / n + half)
    while n * high > total and _compiled_outside(n, total, spread, high):
        high -= 1
    while n * (high + 1) <= total or not _compiled_outside(n, total, spread, high + 1):
        high += 1
    low = math.ceil(total / n - half)
    while n * low < total and _compiled_outside(n, total, spread, low):
        low += 1
    while n * (low - 1) >= total or not _compiled_outside(n, total, spread, low - 1):
        low -= 1
    return low, high


def _fill_rows(
    cube: NDArray[np.int32],
    runs: NDArray[np.int64],
    baseline: NDArray[np.int64],
    flags: NDArray[np.uint8],
    rolling: NDArray[np.int32],
    statistics: NDArray[np.float64],
) -> None:
    for i in prange(cube.shape[0]):
        row = cube[i]
        n, pairs, total, squares, moved = 0, 0, 0, 0, 0
        for r in range(baseline.shape[0]):
            held = row[baseline[r, 0] : baseline[r, 1]]
            n += held.size
            pairs += held.size - 1
            for j in range(held.size):
                total += held[j]
                squares += np.int64(held[j]) * held[j]
            for j in range(held.size - 1):
                moved += abs(held[j + 1] - held[j])
        spread = n * squares - total * total
        centre, moving_range = total / n, moved / pairs
        statistics[i, 0] = centre
        statistics[i, 1] = math.sqrt(spread / (n * (n - 1.0)))
        statistics[i, 2] = moving_range
        lowest, highest = _compiled_inside(n, total, spread)
        low, high = np.int32(max(lowest, 0)), np.int32(min(highest, _LARGEST))
        xmr_low = np.int32(max(math.ceil(centre - XMR_CONSTANT * moving_range), 0))
        xmr_high = np.int32(min(math.floor(centre + XMR_CONSTANT * moving_range), _LARGEST))
        for r in range(runs.shape[0]):
            first, end = runs[r, 0], runs[r, 1]
            _compiled_flag(row[first:end], low, high, xmr_low, xmr_high, flags[i, first:end])
            _compiled_roll(row[first:end], rolling[i, first:end])


def _flag(
    held: NDArray[np.int32],
    low: np.int32,
    high: np.int32,
    xmr_low: np.int32,
    xmr_high: np.int32,
    flags: NDArray[np.uint8],
) -> None:
    for j in range(held.size):
        x = held[j]
        flags[j] = (x > high) | ((x < low) << 1) | ((x > xmr_high) << 2) | ((x < xmr_low) << 3)


def _roll(held: NDArray[np.int32], rolling: NDArray[np.int32]) -> None:
    whole = min(ROLLING_MONTHS - 1, held.size)
    summed = np.int32(0)
    for j in range(whole):
        summed += held[j]
        rolling[j] = NO_SUM
    leaving = held[: held.size - whole]
    entering, out = held[whole:], rolling[whole:]
    for j in range(out.size):
        summed += entering[j]
        out[j] = summed
        summed -= leaving[j]


_compiled_outside = njit(cache=True, inline="always")(_outside)
_compiled_inside = njit(cache=True)(_inside)
_compiled_flag = njit(cache=True, inline="always")(_flag)
_compiled_roll = njit(cache=True, inline="always")(_roll)
_fill = njit(parallel=True, cache=True)(_fill_rows)
