"""Changes of level that last: the last few months of a count together, against the months and the season before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput
from upstream.stats.distributions import negative_binomial_cdf, negative_binomial_sf, t_sf
from upstream.stats.limits import independence_p

LENGTHS: Final = (2, 3, 6)
"""Months looked at together: a change shows after two where it is large, after six where it is small."""
BASELINE: Final = 36
"""Months before them, as far as held: three of every month of the year."""
BASELINE_LEAST: Final = 24
"""Fewer do not tell a season from a change. Ours: two of every month of the year."""
DEPENDENT_BELOW: Final = 0.05
"""What is left beyond season carries over from month to month below this chance."""
MOST_CARRIED: Final = 0.9
_YEAR: Final = 12

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LevelShifts:
    """The likeliest lasting change of each series, each array (series,).

    Attributes
    ----------
    p : of float
        Two-sided chance of a change as large over any of the lengths, were nothing changed; NaN where not judged.
    length : of int
        Months of the change; 0 where not judged.
    expected : of float
        Records in those months, were nothing changed; not a number where not judged.
    dependent : of bool
        What is left beyond season carries over from month to month, so that ``p`` may be too small.
    """

    p: Floats
    length: NDArray[np.int64]
    expected: Floats
    dependent: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the months of a change would hold together, were nothing changed.

    Attributes
    ----------
    each : of float, (months,)
        Expected of each.
    variance : float
        Of their sum about its expectation, the baseline's own uncertainty included.
    df : int
        Degrees of freedom of the variance.
    dependent : bool
        As :class:`LevelShifts` has it.
    """

    each: Floats
    variance: float
    df: int
    dependent: bool

    @property
    def expected(self) -> float:
        """Of all of them together."""
        return float(self.each.sum())

    def p(self, total: float) -> float:
        """Two-sided chance of a sum as far out: the larger of Student's t and of a negative binomial count.

        The first allows for a variance that is only estimated, the second for the skew of few records.
        """
        by_t = 2 * float(t_sf(abs(total - self.expected) / np.sqrt(self.variance), self.df))
        size, success = self.expected**2 / (self.variance - self.expected), self.expected / self.variance
        least = min(negative_binomial_cdf(total, size, success), negative_binomial_sf(total - 1, size, success))
        return min(max(by_t, 2 * least), 1.0)


def level_shifts(values: ArrayLike) -> LevelShifts:
    """Whether the last months of each series stand together above, or below, the months and the season before.

    Question: has the level changed, and stayed so, by too little a month for any one month to show it?

    Parameters: ``values`` (series, months), counts in time order up to the last month; NaN where not held.

    Assumes: as :func:`forecast` for each length of :data:`LENGTHS`; each month of the change lies on the same side of
    what was expected of it. The smallest p of the lengths is multiplied by their number (Bonferroni), which is too
    careful, because they overlap.

    When not to use: a drift through all the months; fewer than two years before.

    Source: ours, of standard parts (:func:`forecast`); power and false alarms are simulated in
    docs/explanation/signals.md.
    """
    held = np.asarray(values, np.float64)
    if held.ndim != 2:
        raise BadInput(f"Values of shape {held.shape} were given.", allowed="series by months")
    p, expected = np.full(len(held), np.nan), np.full(len(held), np.nan)
    length, dependent = np.zeros(len(held), np.int64), np.zeros(len(held), np.bool_)
    for at, series in enumerate(held):
        for months in LENGTHS:
            found = forecast(series[:-months], months)
            recent = series[-months:]
            if found is None or not np.isfinite(recent).all():
                continue
            own = found.p(float(recent.sum())) if _one_side(recent, found) else 1.0
            if not own * len(LENGTHS) >= p[at]:  # NaN at first
                p[at], length[at] = min(own * len(LENGTHS), 1.0), months
                expected[at], dependent[at] = found.expected, found.dependent
    return LevelShifts(p, length, expected, dependent)


def forecast(before: ArrayLike, months: int) -> Forecast | None:
    """What the next months hold together, if level and season stay as they were; ``None`` of too few months.

    Question: how many records would these months hold, and how far may chance take them from it?

    Parameters: ``before`` (n,) counts in time order, NaN where not held, of which the last :data:`BASELINE` are used;
    ``months`` forecast, 1 or more.

    Assumes: a level and one yearly wave, fitted by least squares. What is left varies alike all through, at least as a
    Poisson count does, and carries over from month to month by one factor (AR(1)), its estimate corrected for the
    months being few; the sum's variance is widened by it.

    When not to use: a trend; a season of more than one wave that matters (Christmas): it counts as noise.

    Source: Box, Jenkins and Reinsel (1994), Time Series Analysis, 3rd ed. (AR(1) and the variance of a sum); Kendall
    (1954), Biometrika 41, 403-404 (the correction, (1 + 3 r) / n).
    """
    series = np.asarray(before, np.float64)[-BASELINE:]
    held = np.flatnonzero(np.isfinite(series))
    if held.size < BASELINE_LEAST:
        return None
    wave = _wave(np.arange(series.size + months))
    known, ahead = wave[held], wave[series.size :]
    inverse = np.linalg.inv(known.T @ known)
    weights = inverse @ known.T @ series[held]
    left = np.full(series.size, np.nan)
    left[held] = series[held] - known @ weights
    carried = _carried(left, wave.shape[1])
    df = held.size - wave.shape[1]
    mean = float(series[held].mean())
    variance = max(float((left[held] ** 2).sum()) / df, mean)
    # the leverage of the sum: what the estimate of level and wave adds, widened as the sum's own variance is
    own, theirs = _widened(months, carried), _widened(held.size, carried)
    whole = variance * (months * own + float(ahead.sum(0) @ inverse @ ahead.sum(0)) * theirs)
    least = 0.5 / held.size  # half a record in all that is held, so that nothing is never impossible
    each = np.maximum(ahead @ weights, least)
    # a negative binomial must vary more than a Poisson count
    return Forecast(each, max(whole, float(each.sum()) * 1.0001), df, independence_p(left) < DEPENDENT_BELOW)


def _wave(month: NDArray[np.int64]) -> Floats:
    angle = 2 * np.pi * month / _YEAR
    return np.column_stack([np.ones(month.size), np.cos(angle), np.sin(angle)])


def _carried(left: Floats, fitted: int) -> float:
    """First autocorrelation of what is left, 0 or more, corrected for the fit and for the months being few."""
    held = left[np.isfinite(left)]
    spread = float((held**2).sum())
    if spread <= 0:
        return 0.0
    pairs = left[1:] * left[:-1]
    first = float(pairs[np.isfinite(pairs)].sum()) / spread
    return float(np.clip(first + (fitted + 3 * max(first, 0.0)) / held.size, 0.0, MOST_CARRIED))


def _widened(months: int, carried: float) -> float:
    """By how much the variance of a sum of months exceeds that of independent ones."""
    apart = np.arange(1, months)
    return 1 + 2 * float(((1 - apart / months) * carried**apart).sum())


def _one_side(recent: Floats, found: Forecast) -> bool:
    above = recent > found.each
    return bool(above.all() or not above.any())
