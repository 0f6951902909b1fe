"""Where a monthly series is going: simulated paths, projections and the probability of meeting a target."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput
from upstream.stats.structure import FLOW_RATIOS, MONTHS, STOCK_RATIOS, TIME_RATIOS, Structure, structure

Scale = Literal["count", "proportion", "positive", "plain"]
Direction = Literal["at_most", "at_least"]

LEAST_VALUES: Final = 10
"""Fewer values than this refuse a forecast."""
PATHS: Final = 4000
"""Simulated paths: the standard error of a probability is at most 0.8 points."""
LONGEST: Final = 24
"""Months ahead."""
COUNT_NOISE: Final = (3.0, 1.5)
"""Prior weight (in values) and size of the noise variance of counts on Anscombe's scale, where Poisson is 1."""
ANGLE_NOISE: Final = 0.25
"""Variance of the angle of a proportion of n independent trials, times n. Source: Anscombe (1948), Biometrika 35."""
OTHER_NOISE_WEIGHT: Final = 1.0
"""Prior weight (in values) of the noise variance on other scales; its size is half the mean squared step."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """Simulated futures of one monthly series.

    Attributes
    ----------
    history : array (n,)
        Values in the unit of the series, NaN for missing.
    months : array (t,)
        Index of each simulated month, 0 the first of the history: the missing months, then ``horizon`` months after
        the history ends.
    paths : array (p, t)
        Simulated values, one row a path; a row's months belong together, so sums keep their covariance.
    horizon : int
        Months after the end of the history.
    model : str
        The model that made them.
    """

    history: NDArray[np.float64]
    months: NDArray[np.int64]
    paths: NDArray[np.float64]
    horizon: int
    model: str


@dataclass(frozen=True, slots=True)
class Projection:
    """The middle and the intervals of a forecast.

    Attributes
    ----------
    median : array (h,)
        One for each month after the history, in the unit of the series.
    levels : tuple of float
        Coverage of each interval (0 to 1).
    lower, upper : array (levels, h)
        Ends of the intervals.
    """

    median: NDArray[np.float64]
    levels: tuple[float, ...]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]


def forecast(
    values: ArrayLike,
    horizon: int,
    *,
    rng: np.random.Generator,
    first_calendar_month: int,
    scale: Scale = "count",
    breaks: Sequence[int] = (),
    paths: int = PATHS,
    trials: float | None = None,
    stock: bool = False,
) -> Forecast:
    """Simulated futures of a monthly series.

    Question: what may the coming months hold, given what the months so far did?

    Parameters: ``values`` (n,) one a month, NaN for missing (it is simulated too); ``horizon`` months after the last
    (1 to 24); ``rng``; ``first_calendar_month`` 1 to 12, of ``values[0]``; ``scale`` what the values are: counts
    (or means of counts), proportions (0 to 1), positive amounts such as times, or plain numbers; ``breaks`` indices of
    the first month after each dated change of recording, before which only the seasons are learnt from; ``paths`` to
    simulate; ``trials`` behind a typical month's proportion: its months to come vary at least as much as so many
    independent trials do, however quiet the history was; ``stock`` whether the values are of a moment, each the last
    one plus what came and less what went: their level wanders, and is no count that varies by chance about it.

    Assumes: the structure of :mod:`structure` on a square-root, angular, log or plain scale; the future brings
    no change of recording and no event unlike those held. The variances are averaged over their likely values, not
    fixed at the best ones, which is what keeps intervals honest with 13 to 40 values.

    When not to use: fewer than 10 values; means under about five a month.

    Source: Harvey (1989), Forecasting, Structural Time Series Models and the Kalman Filter, chapter 2; Anscombe (1948),
    Biometrika 35, 246-254 (the scales of counts and proportions); Gelman et al., Bayesian Data Analysis, 3rd ed.
    (2013), section 3.2 (the noise variance). Back-test: docs/explanation/likelihood.md.
    """
    history = np.array(values, dtype=np.float64)
    held = np.flatnonzero(np.isfinite(history))
    _check(history, held, horizon, first_calendar_month, scale)
    months = np.concatenate((np.flatnonzero(~np.isfinite(history)), history.size + np.arange(horizon)))
    ratios = STOCK_RATIOS if stock else TIME_RATIOS if scale == "positive" else FLOW_RATIOS
    changed = tuple(sorted(b for b in breaks if b > 0))
    model = structure(tuple(held.tolist()), tuple(months.tolist()), first_calendar_month, changed, ratios)
    onto, back = _SCALES[scale]
    least = ANGLE_NOISE / trials if scale == "proportion" and trials else 0.0
    y = onto(history[held])
    prior = COUNT_NOISE if scale == "count" and not stock else _usual_noise(y)
    simulated = back(_simulate(model, y, prior, paths, rng, least))
    if scale == "count" and np.array_equal(history[held], np.rint(history[held])):
        simulated = np.rint(simulated)  # a daily mean of counts is on the same scale but need not be whole
    return Forecast(history, months, simulated, horizon, "wandering level, drift and month effects")


def _check(history: NDArray[np.float64], held: NDArray[np.int64], horizon: int, month: int, scale: Scale) -> None:
    if history.ndim != 1 or held.size < LEAST_VALUES:
        raise BadInput(
            f"Only {held.size} months are held: too few to forecast from.",
            allowed=f"at least {LEAST_VALUES}",
            remedy="Add earlier months; with fewer no projection or likelihood is given.",
        )
    if not 1 <= horizon <= LONGEST:
        raise BadInput(f"A forecast of {horizon} months was asked for.", allowed=f"1 to {LONGEST}")
    if not 1 <= month <= MONTHS:
        raise BadInput(f"{month} is not a calendar month.", allowed="1 to 12")
    lowest, highest = _RANGES[scale]
    if history[held].min() < lowest or history[held].max() > highest:
        raise BadInput(f"A value lies outside the scale {scale!r}.", allowed=f"{lowest} to {highest}")


def _simulate(
    model: Structure,
    y: NDArray[np.float64],
    prior: tuple[float, float],
    paths: int,
    rng: np.random.Generator,
    least: float,
) -> NDArray[np.float64]:
    """Paths (p, t) on the transformed scale: a mixture, over the variance ratios, of multivariate t."""
    middle = float(y.mean())
    centred = y - middle
    quadratic = (model.inverse @ centred) @ centred
    weight, size = prior
    shape = (weight + y.size - model.diffuse) / 2
    rate = (weight * size + quadratic) / 2
    log_posterior = -model.log_det / 2 - shape * np.log(rate)
    chance = np.exp(log_posterior - log_posterior.max())
    drawn = rng.multinomial(paths, chance / chance.sum())
    blocks = []
    for which in np.flatnonzero(drawn):
        noise_sd = np.sqrt(np.maximum(rate[which] / rng.gamma(shape, 1.0, size=drawn[which]), least))
        spread = model.spread[which]
        wander = rng.standard_normal((drawn[which], spread.shape[0])) @ spread.T
        blocks.append(middle + centred @ model.weights[which] + noise_sd[:, None] * wander)
    return np.concatenate(blocks)


def _usual_noise(y: NDArray[np.float64]) -> tuple[float, float]:
    """Prior weight and size of the noise variance where no scale fixes it."""
    step = float(np.mean(np.diff(y) ** 2)) / 2
    return OTHER_NOISE_WEIGHT, max(step, np.finfo(np.float64).tiny)


def _anscombe(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(2 * np.sqrt(x + 3 / 8))


def _from_anscombe(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.maximum((np.maximum(z, 0) / 2) ** 2 - 3 / 8, 0.0))


def _angle(p: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.arcsin(np.sqrt(p)))


def _from_angle(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.sin(np.clip(z, 0, np.pi / 2)) ** 2)


def _from_log(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.exp(np.minimum(z, 500)))


def _same(z: NDArray[np.float64]) -> NDArray[np.float64]:
    return z


_Map = Callable[[NDArray[np.float64]], NDArray[np.float64]]
_SCALES: Final[dict[Scale, tuple[_Map, _Map]]] = {
    "count": (_anscombe, _from_anscombe),
    "proportion": (_angle, _from_angle),
    "positive": (np.log, _from_log),
    "plain": (_same, _same),
}
_RANGES: Final[dict[Scale, tuple[float, float]]] = {
    "count": (0.0, np.inf),
    "proportion": (0.0, 1.0),
    "positive": (float(np.finfo(np.float64).tiny), np.inf),
    "plain": (-np.inf, np.inf),
}


def seasonal_naive(values: ArrayLike, horizon: int, *, rng: np.random.Generator, paths: int = PATHS) -> Forecast:
    """The forecast to beat: every month as twelve months before, give or take the usual yearly difference of a count.

    Question: what would last year's figures say?

    Parameters: ``values`` (n,) counts, NaN for missing; ``horizon`` 1 to 12; ``rng``; ``paths``.

    Assumes: independent yearly differences on Anscombe's scale; their variance is estimated when six or more pairs are
    held, else taken as twice the variance of the last twelve months.

    When not to use: to inform anybody; it is the yardstick of the back-test. A missing month of last year is replaced
    by the mean of the months held.

    Source: Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 3rd ed. (2021), section 5.2.
    """
    history = np.array(values, dtype=np.float64)
    if history.size < MONTHS or not 1 <= horizon <= MONTHS:
        raise BadInput(f"{history.size} months of history, {horizon} ahead.", allowed="12 or more, and 1 to 12")
    y = _anscombe(history)
    year = y[-MONTHS:]
    apart = y[MONTHS:] - y[:-MONTHS]
    apart = apart[np.isfinite(apart)]
    variance = float(np.mean(apart**2)) if apart.size >= MONTHS // 2 else 2 * float(np.nanvar(year, ddof=1))
    last_year = year[:horizon]
    middle = np.where(np.isfinite(last_year), last_year, np.nanmean(y))
    simulated = np.rint(_from_anscombe(middle + np.sqrt(variance) * rng.standard_normal((paths, horizon))))
    return Forecast(history, history.size + np.arange(horizon), simulated, horizon, "seasonal naive")


def projection(made: Forecast, *, levels: Sequence[float] = (0.8, 0.95)) -> Projection:
    """Median and intervals for each month after the history.

    Question: what range will each coming month most likely fall in?

    Parameters: ``made`` by :func:`forecast`; ``levels`` of coverage, 0 to 1.

    Assumes: what the forecast assumes.

    When not to use: adding the ends of monthly intervals to a yearly one: use :func:`total_paths`.

    Source: quantiles of simulated paths.
    """
    # one call sorts each month's paths once
    future = made.paths[:, -made.horizon :]
    tails = np.array([(1 - level) / 2 for level in levels])
    drawn = np.quantile(future, np.concatenate(([0.5], tails, 1 - tails)), axis=0)
    return Projection(drawn[0], tuple(levels), drawn[1 : 1 + tails.size], drawn[1 + tails.size :])


def total_paths(made: Forecast, first: int, last: int) -> NDArray[np.float64]:
    """Simulated totals, shape (p,), of months ``first`` to ``last`` (indices, both included), held months as they are.

    ``last`` may reach ``horizon`` months beyond the history: a year to date or rolling twelve months part known and
    part to come.
    """
    end = made.history.size + made.horizon - 1
    if not 0 <= first <= last <= end:
        raise BadInput(f"Months {first} to {last} were asked for.", allowed=f"0 to {end}, in order")
    known = float(np.nansum(made.history[first : last + 1]))
    wanted = (made.months >= first) & (made.months <= last)
    return np.asarray(known + made.paths[:, wanted].sum(axis=1))


def month_paths(made: Forecast, ahead: int) -> NDArray[np.float64]:
    """Simulated values, shape (p,), ``ahead`` months after the end of the history (1 is the next)."""
    if not 1 <= ahead <= made.horizon:
        raise BadInput(f"Month {ahead} ahead was asked for.", allowed=f"1 to {made.horizon}")
    return made.paths[:, made.paths.shape[1] - made.horizon + ahead - 1]


def probability(simulated: ArrayLike, target: float, direction: Direction) -> float:
    """The share of simulated outcomes that meet a target, 0 to 1.

    Question: how likely is the target to be met by its date?

    Parameters: ``simulated`` (p,) from :func:`month_paths` or :func:`total_paths`; ``target`` in the same unit;
    ``direction`` whether good is at most or at least the target.

    Assumes: what the forecast assumes.

    When not to use: without a target or a date.

    Source: docs/explanation/likelihood.md, with how well such probabilities have done.
    """
    outcomes = np.asarray(simulated, dtype=np.float64)
    met = outcomes <= target if direction == "at_most" else outcomes >= target
    return float(met.mean())
