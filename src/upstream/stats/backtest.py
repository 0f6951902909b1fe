"""Forecasts made as if in the past, and what then happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.stats.forecast import LEAST_VALUES, PATHS, forecast, month_paths, probability, seasonal_naive
from upstream.stats.limits import BASELINE_LEAST

YEAR: Final = 12
LEAST_MEAN: Final = 20.0
"""Counts a month, over the year before the forecast, that a series needs to be scored."""
TARGET_RATIOS: Final = (0.8, 0.9, 1.0, 1.1, 1.2)
"""Targets as multiples of the mean of the year before the forecast."""
HORIZONS: Final = tuple(range(1, 10))
"""Months ahead."""


@dataclass(frozen=True, slots=True)
class BackTest:
    """Probabilities of "at most the target" made at past dates, and outcomes; all arrays (f,), one entry a forecast.

    Attributes
    ----------
    probability, naive : array of float
        Of the model and of the seasonal-naive forecast, 0 to 1.
    met : array of bool
        Whether the count was at most the target.
    within : array of bool
        Whether the count lay in the model's 80% interval.
    origin, horizon : array of int
        Months of history used; months ahead.
    ratio : array of float
        Target over the mean of the year before.
    """

    probability: NDArray[np.float64]
    naive: NDArray[np.float64]
    met: NDArray[np.bool_]
    within: NDArray[np.bool_]
    origin: NDArray[np.int64]
    horizon: NDArray[np.int64]
    ratio: NDArray[np.float64]


def backtest(
    values: ArrayLike,
    *,
    rng: np.random.Generator,
    first_calendar_month: int,
    origins: Sequence[int] | None = None,
    horizons: Sequence[int] = HORIZONS,
    ratios: Sequence[float] = TARGET_RATIOS,
    least_mean: float = LEAST_MEAN,
    paths: int = PATHS,
) -> BackTest:
    """Forecast one monthly series from each of many past dates.

    Question: had the probabilities been published then, how would they have done?

    Parameters: ``values`` (n,) counts, NaN for missing; ``rng``; ``first_calendar_month`` of ``values[0]``; ``origins``
    lengths of history to forecast from (default: every one from 12); ``horizons`` months ahead; ``ratios`` of target
    to the mean of the year before; ``least_mean`` of that year; ``paths``.

    Assumes: nothing after an origin is used before it. An origin is passed over when fewer than 10 of the 12 months
    before it are held or their mean is below ``least_mean``; a month that is not held is not scored.

    When not to use: to choose a model and report its score from the same series.

    Source: Tashman (2000), International Journal of Forecasting 16, 437-450 (rolling origin).
    """
    x = np.asarray(values, dtype=np.float64)
    rows: list[tuple[float, float, bool, bool, int, int, float]] = []
    for origin in range(YEAR, x.size) if origins is None else origins:
        year = x[origin - YEAR : origin]
        held = np.isfinite(year).sum()
        if held < BASELINE_LEAST or np.nanmean(year) < least_mean or np.isfinite(x[:origin]).sum() < LEAST_VALUES:
            continue
        month = first_calendar_month
        ahead = max(horizons)
        model = forecast(x[:origin], ahead, rng=rng, first_calendar_month=month, paths=paths)
        naive = seasonal_naive(x[:origin], ahead, rng=rng, paths=paths)
        for horizon in horizons:
            when = origin + horizon - 1
            if when >= x.size or not np.isfinite(x[when]):
                continue
            ours, theirs = month_paths(model, horizon), month_paths(naive, horizon)
            low, high = np.quantile(ours, [0.1, 0.9])
            for ratio in ratios:
                target = ratio * float(np.nanmean(year))
                chances = (probability(ours, target, "at_most"), probability(theirs, target, "at_most"))
                rows.append((*chances, bool(x[when] <= target), bool(low <= x[when] <= high), origin, horizon, ratio))
    columns = list(zip(*rows, strict=True)) if rows else [()] * 7
    kinds = (np.float64, np.float64, np.bool_, np.bool_, np.int64, np.int64, np.float64)
    return BackTest(*(np.array(column, dtype=kind) for column, kind in zip(columns, kinds, strict=True)))


def together(tests: Sequence[BackTest]) -> BackTest:
    """The forecasts of several series (:func:`backtest`) in one, in the order given."""
    return BackTest(*(np.concatenate([getattr(each, name) for each in tests]) for name in BackTest.__slots__))


def drifting_series(
    rng: np.random.Generator, *, months: int, level: float, season: float, wander: float, dispersion: float
) -> NDArray[np.float64]:
    """Made-up monthly counts with seasons, drift and more than Poisson noise; shape (months,).

    ``level`` is the first month's mean; ``season`` the yearly wave as a share of the level; ``wander``
    the SD of a month's step of the log level; ``dispersion`` variance over mean (> 1).
    """
    t = np.arange(months)
    wave = season * np.cos(2 * np.pi * (t / YEAR + rng.random()))
    mean = level * np.exp(np.cumsum(wander * rng.standard_normal(months))) * (1 + wave)
    return np.asarray(rng.negative_binomial(mean / (dispersion - 1), 1 / dispersion), dtype=np.float64)
