"""Before anything is done: how likely a change of a count is to be seen, and how small a change is likely to be."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import nctdtr

from upstream.errors import BadInput
from upstream.stats.before_after import SMOOTHED
from upstream.stats.distributions import normal_cdf, normal_quantile, t_quantile

Floats = NDArray[np.float64]
LEVEL: Final = 0.05
LIKELY: Final = 0.8
"""The chance from which a change counts as likely to be seen. Source: Cohen 1988, Statistical Power Analysis for the
Behavioral Sciences, 2nd edition, section 2.4: a convention."""
STEP: Final = 0.001
MOST: Final = 5.0
"""The largest ratio that is tried where more is good."""


@dataclass(frozen=True, slots=True)
class Design:
    """What will be counted: the treated place before and after, and a comparison in the same months.

    Attributes
    ----------
    mean
        Events a period in the treated place before; above 0.
    before, after
        Periods counted before and after.
    compared
        Events a period in the comparison; 0 where there is none.
    dispersion
        Variance of a period's count over its mean (1 or more).
    degrees
        Degrees of freedom that the dispersion will have when it is estimated; infinite where it will be known.
    """

    mean: float
    before: int
    after: int
    compared: float = 0.0
    dispersion: float = 1.0
    degrees: float = math.inf

    def __post_init__(self) -> None:
        if not (self.mean > 0 and self.compared >= 0 and math.isfinite(self.mean + self.compared)):
            raise BadInput(
                f"There are {self.mean:g} events a period, and {self.compared:g} in the comparison.",
                allowed="more than 0 in the treated place, 0 or more in the comparison",
            )
        if min(self.before, self.after) < 1 or self.dispersion < 1 or self.degrees <= 0:
            raise BadInput(
                f"{self.before} periods before, {self.after} after, a dispersion of {self.dispersion:g}.",
                allowed="1 period or more before and after, a dispersion from 1, degrees of freedom above 0",
            )


def chance_of_seeing(design: Design, ratio: ArrayLike, *, level: float = LEVEL) -> Floats:
    """The chance that a test says so, when the count after is ``ratio`` times what it would have been.

    Question: if it works so well, shall we be able to say that it did?

    Parameters: ``design``; ``ratio`` (n,) or one, above nought, of what is counted after over what there would have
    been; ``level`` (0 to 1) of the two-sided test. Only a change seen in its true direction counts.

    Assumes: the logarithm of the ratio (of the ratios, where there is a comparison) is normal about its true value;
    its variance is the dispersion times the sum of one over each expected total, and where the dispersion will be
    estimated the test is Student's. Counts get :data:`SMOOTHED` more, as in the test that will be asked
    (:func:`upstream.stats.before_after.counts_compared`).

    When not to use: totals of less than five, where the chance given is rough; months that hang together beyond season
    and comparison, where it is too high.

    Source: Zhu and Lakkis 2014, Statistics in Medicine 33, 376-387 (variance of the log ratio under the change);
    Gart 1966, Biometrika 53, 637-639 (a half more in every count).
    """
    held = np.atleast_1d(np.asarray(ratio, np.float64))
    if not np.isfinite(held).all() or (held <= 0).any() or not 0 < level < 1:
        raise BadInput("A ratio is not above 0, or the level not between 0 and 1.", allowed="ratios above 0")
    cells = [np.full_like(held, design.mean * design.before), design.mean * design.after * held]
    nil = math.log((design.mean * design.after + SMOOTHED) / (design.mean * design.before + SMOOTHED))
    if design.compared:
        cells += [np.full_like(held, design.compared * n) for n in (design.before, design.after)]
    variance = design.dispersion * np.sum([1 / (cell + SMOOTHED) for cell in cells], axis=0)
    away = np.abs(np.log((cells[1] + SMOOTHED) / (cells[0] + SMOOTHED)) - nil) / np.sqrt(variance)
    if math.isinf(design.degrees):
        return np.asarray(normal_cdf(away - float(normal_quantile(1 - level / 2))), np.float64)
    beyond = float(t_quantile(1 - level / 2, design.degrees))
    return np.asarray(1 - nctdtr(design.degrees, away, beyond), np.float64)


def smallest_ratio(design: Design, *, chance: float = LIKELY, level: float = LEVEL, fewer: bool = True) -> float | None:
    """The ratio nearest to 1 that is seen with at least the given chance; None where none is.

    Question: how large must the effect be, to be likely to be seen?

    Parameters: ``design``; ``chance`` (0 to 1) of seeing it; ``level`` of the two-sided test; ``fewer`` whether a fall
    is looked for, else a rise up to :data:`MOST`.

    Assumes: as :func:`chance_of_seeing`. Ratios are tried in steps of :data:`STEP`.

    When not to use: to say how large the effect will be. An effect that is smaller may be there and stay unseen.

    Source: as :func:`chance_of_seeing`.
    """
    if not 0 < chance < 1:
        raise BadInput(f"A chance of {chance:g} was asked for.", allowed="between 0 and 1")
    tried = np.arange(1 - STEP, STEP / 2, -STEP) if fewer else np.arange(1 + STEP, MOST + STEP / 2, STEP)
    enough = np.flatnonzero(chance_of_seeing(design, tried, level=level) >= chance)
    return float(round(tried[enough[0]], 3)) if enough.size else None
