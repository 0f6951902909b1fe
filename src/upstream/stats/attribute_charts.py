"""p and u charts: limits of shares and rates that are wider where there is less to go by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput
from upstream.stats.limits import BASELINE_LEAST, RANGE_OF_TWO, moving_ranges

MULTIPLE: Final = 3.0
"""Standard errors from centre to limit. Source: NIST/SEMATECH e-Handbook, 6.3.3.1 and 6.3.3.2."""


@dataclass(frozen=True, slots=True)
class VaryingLimits:
    """Limits that follow the denominator.

    Attributes
    ----------
    centre : float
        Share (0 to 1) or rate (per unit of exposure) of the whole baseline.
    lower, upper : array (n,)
        Limits of each point, in the same unit; NaN where its denominator is 0 or missing.
    spread : float
        How many times wider than sampling alone the limits are; 1 for a plain chart.
    """

    centre: float
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    spread: float


def p_chart_limits(
    numerators: ArrayLike,
    denominators: ArrayLike,
    *,
    judged: ArrayLike | None = None,
    multiple: float = MULTIPLE,
    overdispersed: bool = False,
) -> VaryingLimits:
    """Limits of monthly shares, from a baseline of shares.

    Question: which shares are further from the usual one than so many trials would carry them?

    Parameters: ``numerators`` and ``denominators`` (b,) counts of the baseline, NaN for missing; ``judged`` (n,)
    denominators of the points to be judged (default: the baseline's); ``multiple`` of the standard error
    sqrt(p (1 - p) / n); ``overdispersed`` widens the limits by the spread that the baseline's moving ranges of z scores
    show (Laney's p').

    Assumes: independent trials with one chance; p' lets the chance vary from month to month.

    When not to use: fewer than ten baseline months; expected numbers under about five; with large denominators the
    plain chart flags almost every month: use ``overdispersed``.

    Source: NIST/SEMATECH e-Handbook, 6.3.3.2; Laney (2002), Quality Engineering 14, 531-537.
    """
    above, below = _baseline(numerators, denominators)
    if np.any(above > below):
        raise BadInput("A numerator is larger than its denominator.", allowed="a part of the denominator")
    centre = float(np.nansum(above) / np.nansum(below))
    n = _judged(below if judged is None else judged)
    z = (above / below - centre) / np.sqrt(centre * (1 - centre) / below) if 0 < centre < 1 else np.zeros(below.shape)
    spread = _spread(z) if overdispersed else 1.0
    half = multiple * spread * np.sqrt(centre * (1 - centre) / n)
    return VaryingLimits(centre, np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0), spread)


def u_chart_limits(
    counts: ArrayLike,
    exposures: ArrayLike,
    *,
    judged: ArrayLike | None = None,
    multiple: float = MULTIPLE,
    overdispersed: bool = False,
) -> VaryingLimits:
    """Limits of events per unit of exposure, from a baseline of counts.

    Question: which rates are further from the usual one than chance would carry so few events?

    Parameters: ``counts`` of events and their ``exposures`` (b,), for example days or thousands of residents, NaN for
    missing; ``judged`` (n,) exposures of the points to be judged; ``multiple`` of the standard error sqrt(u / n);
    ``overdispersed`` as for :func:`p_chart_limits` (Laney's u').

    Assumes: Poisson counts with one rate.

    When not to use: as :func:`p_chart_limits`. With one exposure throughout it is a c chart
    (:func:`limits.c_chart_limits`).

    Source: NIST/SEMATECH e-Handbook, 6.3.3.1; Laney (2002), Quality Engineering 14, 531-537.
    """
    above, below = _baseline(counts, exposures)
    centre = float(np.nansum(above) / np.nansum(below))
    n = _judged(below if judged is None else judged)
    z = (above / below - centre) / np.sqrt(centre / below) if centre > 0 else np.zeros(below.shape)
    spread = _spread(z) if overdispersed else 1.0
    half = multiple * spread * np.sqrt(centre / n)
    return VaryingLimits(centre, np.maximum(centre - half, 0.0), centre + half, spread)


def _baseline(numerators: ArrayLike, denominators: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both, with NaN wherever a month has not both or nothing to divide by."""
    above, below = np.array(numerators, dtype=np.float64), np.array(denominators, dtype=np.float64)
    if above.ndim != 1 or above.shape != below.shape or np.any(above < 0) or np.any(below < 0):
        raise BadInput("Numerators and denominators do not fit.", allowed="two rows of numbers from 0, of one length")
    held = np.isfinite(above) & np.isfinite(below) & (below > 0)
    if held.sum() < BASELINE_LEAST:
        raise BadInput(f"The baseline holds {held.sum()} of {held.size} months.", allowed=f"at least {BASELINE_LEAST}")
    above[~held], below[~held] = np.nan, np.nan
    return above, below


def _judged(denominators: ArrayLike) -> NDArray[np.float64]:
    n = np.array(denominators, dtype=np.float64)
    n[~(n > 0)] = np.nan
    return n


def _spread(z: NDArray[np.float64]) -> float:
    """Standard deviation of z scores by their mean moving range, at least 1."""
    ranges = moving_ranges(z)
    ranges = ranges[np.isfinite(ranges)]
    return max(1.0, float(ranges.mean()) / RANGE_OF_TWO) if ranges.size else 1.0
