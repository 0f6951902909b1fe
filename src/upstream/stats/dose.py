"""Whether more delivery went with more effect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from upstream.errors import BadInput
from upstream.stats.count_regression import fit_counts
from upstream.stats.distributions import reach, two_sided
from upstream.stats.intervals import CONFIDENCE, Interval


@dataclass(frozen=True, slots=True)
class Dose:
    """The factor by which a count changes with each unit of what was delivered.

    Attributes
    ----------
    per_unit : Interval
        Below 1: fewer events where more was delivered.
    p : float
        Two-sided p of no relation.
    dispersion : float
        Variance over mean that was allowed for (1 or more).
    """

    per_unit: Interval
    p: float
    dispersion: float


def dose_response(
    counts: ArrayLike,
    dose: ArrayLike,
    *,
    exposure: ArrayLike = 1.0,
    groups: ArrayLike | None = None,
    confidence: float = CONFIDENCE,
) -> Dose:
    """Counts by how much was delivered, on the logarithmic scale.

    Question: did more delivery go with fewer events?

    Parameters: ``counts`` (n,); ``dose`` (n,) delivered (hours, visits); ``exposure`` one or (n,); ``groups`` (n,)
    codes of places, each then with a level of its own, so that a place is compared with itself; ``confidence`` 0 to 1.

    Assumes: each unit more multiplies by as much; nothing else that moves with the dose.

    When not to use: delivery sent where things were bad, without groups and a time lag: it then looks harmful.

    Source: McCullagh and Nelder 1989, Generalized Linear Models, chapter 6 (log-linear, variance over mean estimated).
    """
    y, given = np.asarray(counts, np.float64), np.asarray(dose, np.float64)
    exposed = np.broadcast_to(np.asarray(exposure, np.float64), y.shape)
    if given.shape != y.shape or not np.isfinite(given).all() or np.ptp(given) == 0 or (exposed <= 0).any():
        raise BadInput(
            "The doses are alike, or do not fit the counts.", allowed="a dose a count, of at least two sizes"
        )
    code = np.zeros(len(y), int) if groups is None else np.unique(np.asarray(groups), return_inverse=True)[1]
    levels = (code[:, None] == np.arange(code.max() + 1)).astype(np.float64)
    fit = fit_counts(y, np.column_stack([levels, given - given.mean()]), offset=np.log(exposed))
    phi, free = max(fit.dispersion, 1.0), fit.degrees
    log, error = float(fit.coefficients[-1]), float(np.sqrt(phi * fit.bread[-1, -1]))
    half = reach(confidence, free) * error
    per_unit = Interval(float(np.exp(log)), float(np.exp(log - half)), float(np.exp(log + half)), confidence)
    return Dose(per_unit, two_sided(log / error, free), phi)
