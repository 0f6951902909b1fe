"""The exponentially weighted moving average chart: small lasting changes that single points do not show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput

WEIGHT: Final = 0.3
"""Weight of the newest value. Source: NIST/SEMATECH e-Handbook, 6.3.2.4 (0.2 to 0.3 is usual)."""
MULTIPLE: Final = 3.0
"""Standard errors from target to limit. Source: as the weight."""


@dataclass(frozen=True, slots=True)
class Ewma:
    """A series smoothed, with its limits; all in the unit of the series.

    Attributes
    ----------
    values : array (n,)
        The average after each value; NaN where the value is missing.
    lower, upper : array (n,)
        Limits of each average: narrow at the start, when few values are in it.
    target : float
        Centre line.
    lower_in_the_end, upper_in_the_end : float
        What the limits tend to.
    """

    values: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    target: float
    lower_in_the_end: float
    upper_in_the_end: float

    @property
    def outside(self) -> NDArray[np.bool_]:
        """Whether each average lies beyond its limits; shape (n,)."""
        return (self.values < self.lower) | (self.values > self.upper)


def ewma(values: ArrayLike, *, target: float, sd: float, weight: float = WEIGHT, multiple: float = MULTIPLE) -> Ewma:
    """An exponentially weighted moving average with its control limits.

    Question: has the level moved a little and stayed there?

    Parameters: ``values`` (n,) in time order, NaN for missing (the average waits for the next); ``target`` the centre;
    ``sd`` of single values; ``weight`` of the newest, above 0 and at most 1; ``multiple`` of the average's standard
    deviation, sd sqrt(weight / (2 - weight) (1 - (1 - weight)^(2 i))) after i values.

    Assumes: independent values with a known mean and standard deviation; about normal matters little.

    When not to use: with a target and SD from a dozen values, false alarms are several times as many; seasonal series.

    Source: NIST/SEMATECH e-Handbook of Statistical Methods, 6.3.2.4; Lucas and Saccucci (1990), Technometrics 32, 1-12.
    """
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 1 or not 0 < weight <= 1 or not sd > 0:
        raise BadInput(
            f"An average with weight {weight} and SD {sd}.", allowed="a row of values, 0 < weight <= 1, SD > 0"
        )
    held = np.isfinite(x)
    averages, average = np.full(x.shape, np.nan), target
    for at in np.flatnonzero(held):
        average = weight * float(x[at]) + (1 - weight) * average
        averages[at] = average
    in_the_end = multiple * sd * float(np.sqrt(weight / (2 - weight)))
    half = in_the_end * np.sqrt(1 - (1 - weight) ** (2 * np.cumsum(held)))
    return Ewma(averages, target - half, target + half, target, target - in_the_end, target + in_the_end)
