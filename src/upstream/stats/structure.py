"""What a monthly series is made of: a level that wanders, a drift, months of the year, dated steps and noise.

One Gaussian model serves every series. Its covariance depends on the months held and not on the values, so it is
factorised once and shared by all series with the same months.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

MONTHS: Final = 12
FLOW_RATIOS: Final = (0.0, 0.01, 0.03, 0.1, 0.3, 1.0)
"""Variance of a month's step of the level, as a multiple of the noise variance: of what happens in a month."""
TIME_RATIOS: Final = (0.0, 0.03, 0.3, 1.0, 3.0, 30.0)
"""The same for times and other amounts, whose level wanders more than months differ by chance."""
STOCK_RATIOS: Final = (1.0, 10.0)
"""The same for stocks: this month's are last month's, plus what came and less what went."""
SEASON_RATIOS: Final = (0.0, 0.5, 2.0, 8.0)
"""Variance of the month effects, as a multiple of the noise variance."""
DRIFT_RATIOS: Final = (0.0, 0.002, 0.02)
"""Variance of the drift a month, as a multiple of the noise variance (standard deviations of 0, 0.045, 0.14)."""
DIFFUSE: Final = 1e5
"""Variance of the first level and of each dated step, as a multiple of the noise variance: as good as unknown."""
SMOOTH_SEASON: Final = (0.5, 0.25, 0.25)
"""Shares of the month effects' variance in a yearly wave, a half-yearly wave, and each month by itself."""


@dataclass(frozen=True, slots=True)
class Structure:
    """The model for one pattern of held months, at each of g combinations of variance ratios, noise variance 1.

    Every combination is equally likely beforehand.

    Attributes
    ----------
    inverse : array (g, n, n)
        Inverse of the covariance of the n held values.
    log_det : array (g,)
        Log determinant of that covariance.
    weights : array (g, n, t)
        Weights that turn held values into predictions of the t target months.
    spread : array (g, t, t)
        Lower Cholesky factor of the predictions' covariance, noise included.
    diffuse : int
        Levels and steps to be learnt from the values alone.
    """

    inverse: NDArray[np.float64]
    log_det: NDArray[np.float64]
    weights: NDArray[np.float64]
    spread: NDArray[np.float64]
    diffuse: int


@lru_cache(maxsize=128)
def structure(
    held: tuple[int, ...],
    targets: tuple[int, ...],
    first_calendar_month: int,
    breaks: tuple[int, ...],
    level_ratios: tuple[float, ...] = FLOW_RATIOS,
) -> Structure:
    """The model for series held in the months ``held`` and predicted in the months ``targets``.

    Question: how are the months that we hold related to the months that we ask about?

    Parameters: indices of held and target months, 0 the first month of the series; the calendar month (1 to 12) of
    month 0; ``breaks`` indices of the first month after each dated change of recording; ``level_ratios`` the variances
    of a step of the level that are weighed.

    Assumes: additive normal parts on the scale of the transformed values.

    When not to use: weekly or daily series.

    Source: Harvey (1989), Forecasting, Structural Time Series Models and the Kalman Filter, chapter 2 (the parts);
    Rasmussen and Williams (2006), Gaussian Processes for Machine Learning, section 2.2 (prediction).
    """
    t = np.array(held + targets, dtype=np.float64)
    steps = [np.ones(t.size)] + [(t >= b).astype(np.float64) for b in breaks]
    learnable = [s for s in steps if s[: len(held)].sum() > 0]
    fixed = DIFFUSE * sum((np.outer(s, s) for s in learnable), np.zeros((t.size, t.size)))
    origin = max(held)
    level = np.minimum.outer(t, t) + 1.0
    drift = np.outer(t - origin, t - origin)
    season = _season(t + first_calendar_month - 1)
    q, s, d = (
        np.array(r)[:, None, None] for r in zip(*product(level_ratios, SEASON_RATIOS, DRIFT_RATIOS), strict=True)
    )
    covariance = fixed + q * level + d * drift + s * season + np.eye(t.size)
    return _factorised(covariance, len(held), len(learnable))


def _season(month: NDArray[np.float64]) -> NDArray[np.float64]:
    angle = 2 * np.pi * np.subtract.outer(month, month) / MONTHS
    same = np.isclose(np.cos(angle), 1.0).astype(np.float64)
    yearly, half_yearly, alone = SMOOTH_SEASON
    return np.asarray(yearly * np.cos(angle) + half_yearly * np.cos(2 * angle) + alone * same)


def _factorised(covariance: NDArray[np.float64], n: int, diffuse: int) -> Structure:
    factor = np.linalg.cholesky(covariance[:, :n, :n])
    half = np.linalg.inv(factor)
    inverse = half.transpose(0, 2, 1) @ half
    weights = inverse @ covariance[:, :n, n:]
    remaining = covariance[:, n:, n:] - covariance[:, n:, :n] @ weights
    spread = np.linalg.cholesky((remaining + remaining.transpose(0, 2, 1)) / 2)
    log_det = np.asarray(2 * np.log(np.diagonal(factor, axis1=1, axis2=2)).sum(axis=1), dtype=np.float64)
    return Structure(inverse, log_det, weights, np.asarray(spread, dtype=np.float64), diffuse)
