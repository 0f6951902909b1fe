"""Monthly counts that honour every printed figure at once: twelve months with a given sum, spread and June.

Limits are the mean plus and minus two sample standard deviations of the twelve months of 2021/22. Random draws would
miss them, so the months are constructed: start from seasonal profiles, then descend on the distance of every standard
deviation (area and category, force and category, area total, force total) from the printed one, moving only within
the space that keeps June, April with May, and the year as printed; at last make whole numbers without leaving it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Counts = NDArray[np.int64]

MONTHS: Final = 12
JUNE: Final = 2
_LATE: Final = slice(3, MONTHS)
_ITERATIONS: Final = 500
_ENOUGH: Final = 1e-4
_PULL_TO_PROFILE: Final = 2e-4


@dataclass(frozen=True, slots=True)
class YearWanted:
    """What twelve months must satisfy; rows are areas, columns are lines.

    Attributes
    ----------
    june, quarter : (areas, lines) int64
        Count of June and of April to June.
    year : (areas, lines) int64
        Count of the twelve months.
    deviation, weight : (areas, lines) float64
        Sample standard deviation wanted and how much it matters (0: free).
    line_deviation, line_weight : (lines,) float64
        The same for the sum over areas.
    area_deviation, area_weight : (areas,) float64
        The same for the sum over lines.
    total_deviation, total_weight : float
        The same for the grand total.
    """

    june: Counts
    quarter: Counts
    year: Counts
    deviation: Array
    weight: Array
    line_deviation: Array
    line_weight: Array
    area_deviation: Array
    area_weight: Array
    total_deviation: float = 1.0
    total_weight: float = 0.0


def _project(step: Array) -> Array:
    """Remove from a step what would change June, April with May, or the rest of the year."""
    out = np.zeros_like(step)
    half = (step[..., 0] - step[..., 1]) / 2
    out[..., 0], out[..., 1] = half, -half
    late = step[..., _LATE]
    out[..., _LATE] = late - late.mean(axis=-1, keepdims=True)
    return out


def _spread(x: Array, wanted: Array, weight: Array) -> tuple[float, Array]:
    """Weighted squared relative distance of standard deviations from those wanted, and its gradient."""
    centred = x - x.mean(axis=-1, keepdims=True)
    deviation = np.sqrt((centred**2).sum(axis=-1) / (MONTHS - 1)) + 1e-9
    miss = deviation / wanted - 1
    gradient = (2 * weight * miss / wanted / deviation / (MONTHS - 1))[..., None] * centred
    return float((weight * miss**2).sum()), gradient


def _loss(x: Array, start: Array, wanted: YearWanted) -> tuple[float, Array]:
    total, gradient = _spread(x, wanted.deviation, wanted.weight)
    for axis, aim, weight in (
        (0, wanted.line_deviation, wanted.line_weight),
        (1, wanted.area_deviation, wanted.area_weight),
    ):
        part, slope = _spread(x.sum(axis=axis), aim, weight)
        total += part
        gradient = gradient + np.expand_dims(slope, axis)
    part, slope = _spread(x.sum(axis=(0, 1)), np.array(wanted.total_deviation), np.array(wanted.total_weight))
    total += part
    gradient = gradient + slope
    scale = (wanted.deviation[..., None] + 1) ** 2
    away = x - start
    below = np.minimum(x, 0)
    total += float((_PULL_TO_PROFILE * away**2 / scale).sum() + (below**2 / scale).sum())
    return total, gradient + 2 * (_PULL_TO_PROFILE * away + below) / scale


def _feasible(profile: Array, wanted: YearWanted) -> Array:
    """The profile shifted and scaled so that June, April with May, and the year are as wanted."""
    x = np.maximum(profile, 0.05)
    early = (wanted.quarter - wanted.june).astype(np.float64)
    late = (wanted.year - wanted.quarter).astype(np.float64)
    x[..., JUNE] = wanted.june
    x[..., :JUNE] *= (early / x[..., :JUNE].sum(axis=-1))[..., None]
    x[..., _LATE] *= (late / x[..., _LATE].sum(axis=-1))[..., None]
    return x


def _whole(x: Array, wanted: YearWanted) -> Counts:
    """Round by largest remainder, keeping April with May and the rest of the year."""
    out = np.zeros(x.shape, np.int64)
    out[..., JUNE] = wanted.june
    for part, aim in ((slice(0, JUNE), wanted.quarter - wanted.june), (_LATE, wanted.year - wanted.quarter)):
        values = np.maximum(x[..., part], 0)
        total = values.sum(axis=-1, keepdims=True)
        values = np.where(total > 0, values * (aim[..., None] / np.where(total > 0, total, 1)), 0)
        floor = np.floor(values).astype(np.int64)
        short = aim - floor.sum(axis=-1)
        order = np.argsort(np.argsort(floor - values, axis=-1, kind="stable"), axis=-1, kind="stable")
        out[..., part] = floor + (order < short[..., None])
    return out


def _polish(x: Counts, wanted: YearWanted) -> Counts:
    """Move single records between months of one cell while that brings the printed spreads nearer."""
    x = x.copy()
    moves = [(0, 1), (1, 0)] + [(i, j) for i in range(3, MONTHS) for j in range(3, MONTHS) if i != j]
    step = np.zeros((len(moves), MONTHS), np.int64)
    for row, (i, j) in enumerate(moves):
        step[row, i], step[row, j] = -1, 1
    for _ in range(4):
        moved = False
        for area in range(x.shape[0]):
            for line in range(x.shape[1]):
                moved |= _polish_cell(x, area, line, step, wanted)
        if not moved:
            break
    return x


def _polish_cell(x: Counts, area: int, line: int, step: Counts, wanted: YearWanted) -> bool:
    moved = False
    margins = (
        (x[:, line].sum(axis=0) - x[area, line], wanted.line_deviation[line], wanted.line_weight[line]),
        (x[area].sum(axis=0) - x[area, line], wanted.area_deviation[area], wanted.area_weight[area]),
        (x.sum(axis=(0, 1)) - x[area, line], wanted.total_deviation, wanted.total_weight),
        (np.zeros(MONTHS, np.int64), wanted.deviation[area, line], wanted.weight[area, line]),
    )
    for _ in range(6):
        candidates = np.vstack([x[area, line], x[area, line] + step])
        loss = np.zeros(len(candidates))
        for rest, aim, weight in margins:
            if weight > 0:
                miss = (candidates + rest).std(axis=1, ddof=1) / aim - 1
                loss += weight * miss**2
        loss[(candidates < 0).any(axis=1)] = np.inf
        best = int(loss.argmin())
        if best == 0 or loss[best] > loss[0] - 1e-9:
            break
        x[area, line] = candidates[best]
        moved = True
    return moved


def _descend(start: Array, wanted: YearWanted) -> Array:
    """Descend on the loss inside the feasible space (Adam, step falling to nothing).

    Elementwise arithmetic only: a linear-algebra library may answer differently with another number of threads, and the
    same seed must give the same force.
    """
    x = start.copy()
    size = np.minimum(wanted.deviation, start.mean(axis=-1))[..., None] + 0.5
    momentum, scale = np.zeros_like(x), np.zeros_like(x)
    for iteration in range(1, _ITERATIONS + 1):
        loss, gradient = _loss(x, start, wanted)
        if loss < _ENOUGH:
            break
        gradient = _project(gradient) * size
        momentum = 0.9 * momentum + 0.1 * gradient
        scale = 0.99 * scale + 0.01 * gradient**2
        direction = momentum / (1 - 0.9**iteration) / (np.sqrt(scale / (1 - 0.99**iteration)) + 1e-9)
        x = x - _project(0.06 * (1 - iteration / (_ITERATIONS + 1)) * size * direction)
    return x


def construct_year(profile: Array, wanted: YearWanted) -> Counts:
    """Twelve monthly counts a cell that satisfy June, quarter and year exactly and the spreads as nearly as can be.

    Parameters
    ----------
    profile : (areas, lines, 12) float64
        A plausible year, April to March, in records a month: the answer stays near it.
    wanted
        What must hold.

    Returns
    -------
    (areas, lines, 12) int64
    """
    start = _feasible(profile, wanted)
    return _polish(_whole(_descend(start, wanted), wanted), wanted)
