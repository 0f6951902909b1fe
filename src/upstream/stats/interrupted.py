"""Interrupted time series: the level and the slope of a series of counts before and after a change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import fdtrc

from upstream.errors import BadInput
from upstream.stats.count_regression import (
    Errors,
    Fit,
    autoregressive,
    fit_counts,
    fit_negative_binomial,
    model_errors,
    newey_west,
)
from upstream.stats.distributions import reach, two_sided
from upstream.stats.intervals import CONFIDENCE, Interval

Floats = NDArray[np.float64]
Model = Literal["poisson", "quasi-poisson", "negative binomial"]
Residuals = Literal["independent", "autoregressive", "newey-west"]
LEAST_EACH_SIDE: Final = 3
"""Fewer periods before or after show no level beside a trend."""


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """A segmented regression of a series of counts.

    Attributes
    ----------
    step : Interval
        Factor by which the level changed at the start (with a slope: before it has had a period to work).
    slope : Interval or None
        Factor by which growth a period changed; None where not asked for.
    effect : Interval
        Events after over events that there would have been, over all periods after that are counted.
    trend : Interval
        Factor of growth a period before the change.
    p : float
        Two-sided p value of no effect (0 to 1); with a slope that of ``effect``.
    observed, expected : float
        Events after, and as there would have been.
    dispersion, autocorrelation, degrees : float
        As allowed for in the errors (:class:`count_regression.Errors`).
    fitted, without : array (n,)
        Expected counts with the change, and without it; NaN where a period is left out.
    without_error : array (n,)
        Standard error of the logarithm of ``without``.
    fit : Fit
        The regression, its columns: level, trend, season, other changes, slope, step.
    """

    step: Interval
    slope: Interval | None
    effect: Interval
    trend: Interval
    p: float
    observed: float
    expected: float
    dispersion: float
    autocorrelation: float
    degrees: float
    fitted: Floats
    without: Floats
    without_error: Floats
    fit: Fit


def interrupted_series(
    counts: ArrayLike,
    start: int,
    *,
    exposure: ArrayLike = 1.0,
    control: ArrayLike | None = None,
    season: int = 12,
    harmonics: int = 0,
    slope: bool = False,
    phase_in: int = 0,
    other_changes: Sequence[int] = (),
    model: Model = "quasi-poisson",
    residuals: Residuals = "independent",
    lags: int | None = None,
    small_sample: bool = True,
    confidence: float = CONFIDENCE,
) -> Series:
    """A series of counts with a trend, a season and a change of level (and slope) from ``start``.

    Question: did the series leave, from the start, the path that it was on?

    Parameters:

    counts : (n,)
        Of equal periods, in order.
    start
        Index of the first period after it began.
    exposure : one or (n,)
        What the counts are of: residents, days.
    control : (n,) or None
        Counts of a comparison in the same periods: the path is then that of the ratio to it; what moves both is out.
    season, harmonics
        Periods in a year, and pairs of sine and cosine.
    slope
        Whether growth may change too; it is centred at the last period before, so that the step is the step there.
    phase_in
        Periods from the start that are left out.
    other_changes
        Starts of other changes of level.
    model, residuals, lags
        Variance, and how residuals of different periods are related; ``lags`` of Newey and West (default n^(1/4)).
    small_sample
        Student's t and not the normal distribution.
    confidence
        Of the intervals.

    Assumes: the path before would have gone on (a straight line of the logarithm, and the season); nothing else changed
    at the start.

    When not to use: a start chosen because the series was high or low; a trend that was bending; fewer periods before
    than a season that is fitted; a recording rule that changed.

    Source: Lopez Bernal, Cummins and Gasparrini 2017, International Journal of Epidemiology 46, 348-355; Wagner et al.
    2002, Journal of Clinical Pharmacy and Therapeutics 27, 299-309.
    """
    y = np.asarray(counts, dtype=np.float64)
    _sides(y, start, phase_in)
    kept = ~((np.arange(len(y)) >= start) & (np.arange(len(y)) < start + phase_in))
    design = _design(len(y), start, season, harmonics, slope, other_changes)
    totals = None if control is None else _totals(y, control)
    if totals is not None:
        kept &= totals > 0
    offset = np.log(_exposure(exposure, y.shape))
    if model == "negative binomial" and totals is None:
        fit = fit_negative_binomial(y[kept], design[kept], offset=offset[kept])
    else:
        fit = fit_counts(y[kept], design[kept], offset=offset[kept], totals=None if totals is None else totals[kept])
    errors = _errors(fit, model, residuals, lags)
    return _read(y, kept, design, offset, totals, start, slope, fit, errors, small_sample, confidence)


def placebo_starts(
    counts: ArrayLike,
    starts: Sequence[int],
    *,
    until: int,
    exposure: ArrayLike = 1.0,
    control: ArrayLike | None = None,
    season: int = 12,
    harmonics: int = 0,
    residuals: Residuals = "autoregressive",
) -> tuple[Series, ...]:
    """The same question asked at starts at which nothing began, of the periods before ``until`` alone.

    See :func:`interrupted_series`. Effects there are what a series like this shows by itself.
    """
    y = np.asarray(counts, dtype=np.float64)[:until]
    exposed = np.broadcast_to(np.asarray(exposure, dtype=np.float64), (np.asarray(counts).size,))[:until]
    other = None if control is None else np.asarray(control, dtype=np.float64)[:until]
    return tuple(
        interrupted_series(
            y, start, exposure=exposed, control=other, season=season, harmonics=harmonics, residuals=residuals
        )
        for start in starts
    )


def deviance_test(small: Fit, large: Fit) -> tuple[float, float]:
    """F of the terms that a larger model has more, over the larger model's dispersion, and its p value."""
    more = small.degrees - large.degrees
    if more < 1:
        raise BadInput("The second model has no more terms than the first.", allowed="a model within another")
    f = max(small.deviance - large.deviance, 0.0) / more / large.dispersion
    return f, float(fdtrc(more, large.degrees, f))


def _sides(y: Floats, start: int, phase_in: int) -> None:
    if y.ndim != 1 or not 0 < start < len(y):
        raise BadInput(f"It began at period {start} of {y.size}.", allowed="within the data, with periods before")
    before, after = start, len(y) - start - phase_in
    if min(before, after) < LEAST_EACH_SIDE or phase_in < 0:
        raise BadInput(
            f"{before} periods before and {max(after, 0)} after are counted.",
            allowed=f"{LEAST_EACH_SIDE} or more of each",
        )
    if not y[:start].any() or not y[start + phase_in :].any():
        raise BadInput(
            "No event was counted before, or none after: the step has no finite estimate.",
            allowed="an event on either side",
            remedy="Compare counts before and after instead.",
        )


def _exposure(exposure: ArrayLike, shape: tuple[int, ...]) -> Floats:
    held = np.broadcast_to(np.asarray(exposure, dtype=np.float64), shape)
    if not np.isfinite(held).all() or (held <= 0).any():
        raise BadInput("An exposure is not above 0.", allowed="numbers above 0")
    return held


def _totals(y: Floats, control: ArrayLike) -> Floats:
    other = np.asarray(control, dtype=np.float64)
    if other.shape != y.shape or not np.isfinite(other).all() or (other < 0).any() or not other.any():
        raise BadInput("The control series has other periods, or no event.", allowed="counts of the same periods")
    total: Floats = y + other
    return total


def _design(n: int, start: int, season: int, harmonics: int, slope: bool, others: Sequence[int]) -> Floats:
    t = np.arange(n, dtype=np.float64)
    columns = [np.ones(n), t - start]
    for k in range(1, harmonics + 1):
        angle = 2 * np.pi * k * (t + 1) / season
        columns += [np.sin(angle), np.cos(angle)] if 2 * k < season else [np.cos(angle)]
    columns += [(t >= other).astype(float) for other in others]
    after = (t >= start).astype(float)
    if slope:
        columns.append(after * (t - start + 1))
    return np.column_stack([*columns, after])


def _errors(fit: Fit, model: Model, residuals: Residuals, lags: int | None) -> Errors:
    if residuals == "newey-west":
        return newey_west(fit, int(len(fit.pearson) ** 0.25) if lags is None else lags)
    if residuals == "autoregressive":
        return autoregressive(fit)
    return model_errors(fit, dispersion=None if model == "quasi-poisson" else 1.0)


def _read(
    y: Floats,
    kept: NDArray[np.bool_],
    design: Floats,
    offset: Floats,
    totals: Floats | None,
    start: int,
    slope: bool,
    fit: Fit,
    errors: Errors,
    small_sample: bool,
    confidence: float,
) -> Series:
    terms = 2 if slope else 1
    bare = design.copy()
    bare[:, -terms:] = 0
    free = errors.degrees if small_sample else float("inf")

    def of(direction: Floats, estimate: float | None = None) -> Interval:
        value = float(direction @ fit.coefficients) if estimate is None else estimate
        half = reach(confidence, free) * float(np.sqrt(direction @ errors.covariance @ direction))
        return Interval(float(np.exp(value)), float(np.exp(value - half)), float(np.exp(value + half)), confidence)

    log_without, log_with = bare @ fit.coefficients + offset, design @ fit.coefficients + offset
    if totals is None:
        without, fitted = np.exp(log_without), np.exp(log_with)
        without_error = np.sqrt(np.einsum("ij,jk,ik->i", bare, errors.covariance, bare))
    else:  # the ratio to the control, times the control
        control = totals - y
        without, fitted = control * np.exp(log_without), totals / (1 + np.exp(-log_with))
        without_error = np.sqrt(np.einsum("ij,jk,ik->i", bare, errors.covariance, bare))
    after = kept & (np.arange(len(y)) >= start)
    unit = np.zeros(design.shape[1])
    unit[-1] = 1
    step = of(unit)
    effect, log_effect, error = step, float(fit.coefficients[-1]), float(np.sqrt(errors.covariance[-1, -1]))
    if slope:
        with_all = without * np.exp(log_with - log_without)
        weight_with, weight_bare = (v[after] / v[after].sum() for v in (with_all, without))
        direction = weight_with @ design[after] - weight_bare @ bare[after]
        log_effect = float(np.log(with_all[after].sum() / without[after].sum()))
        error = float(np.sqrt(direction @ errors.covariance @ direction))
        effect = of(direction, log_effect)
    growth = np.zeros(design.shape[1])
    growth[1] = 1
    turn = np.zeros(design.shape[1])
    turn[-2] = 1
    for line in (without, fitted):
        line[~kept] = np.nan
    observed = float(y[after].sum())
    return Series(
        step=step,
        slope=of(turn) if slope else None,
        effect=effect,
        trend=of(growth),
        p=two_sided(log_effect / error, free),
        observed=observed,
        expected=observed / effect.estimate,
        dispersion=errors.dispersion,
        autocorrelation=errors.autocorrelation,
        degrees=errors.degrees,
        fitted=fitted,
        without=without,
        without_error=without_error,
        fit=fit,
    )
