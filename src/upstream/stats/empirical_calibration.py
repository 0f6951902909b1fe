"""What a method's own error leaves out, learnt from cases where nothing was done, and intervals that allow for it."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput
from upstream.stats.distributions import reach, two_sided
from upstream.stats.intervals import CONFIDENCE, Interval

Floats = NDArray[np.float64]
LEAST: Final = 39
"""Of fewer placebos not even two lie beyond five in a hundred. Ours."""


def spread_needed(effects: ArrayLike, reaches: ArrayLike, *, confidence: float = CONFIDENCE) -> float:
    """The standard deviation that, added to each method's own error, makes its intervals hold on placebos.

    Question: by how much do places move by themselves that a method's own error does not know of?

    Parameters: ``effects`` (n,) found where nothing was done (logarithms of ratios; nought is right); ``reaches`` (n,)
    how far each interval went from its effect towards nought; ``confidence`` of those intervals, 0 to 1.

    Assumes: the next case is like the placebos; what moves places beyond a method's error is alike among them, and
    adds to it as a variance.

    When not to use: fewer than some hundred placebos, or placebos of other lengths and levels than the case in hand.

    Source: Schuemie, Ryan, DuMouchel, Suchard and Madigan (2014), Statistics in Medicine 33, 209-218, and (2018),
    PNAS 115, 2571-2577 (systematic error as a distribution over negative controls). There it is normal and fitted by
    likelihood; here it is the one that holds at the level asked for, the quantile of conformal prediction: Lei, G'Sell,
    Rinaldo, Tibshirani and Wasserman (2018), JASA 113, 1094-1111.
    """
    found, half = (np.asarray(values, np.float64) for values in (effects, reaches))
    if found.ndim != 1 or found.shape != half.shape or np.isnan(found).any() or (half < 0).any():
        raise BadInput("Effects and reaches do not belong together.", allowed="one reach, from 0 up, an effect")
    if found.size < LEAST:
        raise BadInput(f"{found.size} placebos are too few.", allowed=f"{LEAST} or more")
    z = reach(confidence)
    needed = np.sort((found**2 - half**2) / z**2)
    at = math.ceil(confidence * (needed.size + 1) - 1e-9) - 1
    return math.sqrt(max(float(needed[min(at, needed.size - 1)]), 0.0))


def widened(effect: Interval, spread: float) -> tuple[Interval, float]:
    """An interval on a scale where nought is no effect, with a further standard deviation, and its two-sided p.

    Question: what does the interval become when places move by themselves as far as placebos did?

    Parameters: ``effect`` with an interval that need not be even; ``spread`` from :func:`spread_needed`, same unit.

    Assumes: as :func:`spread_needed`. p is read off the half of the interval that faces nought, as if normal: it is
    below the level exactly where the interval leaves nought out.

    When not to use: an interval without a finite estimate.

    Source: Schuemie et al. (2018), PNAS 115, 2571-2577, equations 3 and 4.
    """
    if not math.isfinite(effect.estimate) or spread < 0:
        raise BadInput(f"{effect.estimate} with a spread of {spread} cannot be widened.", allowed="finite, from 0 up")
    z = reach(effect.confidence)
    low, high = (
        math.hypot(half, z * spread) for half in (effect.estimate - effect.lower, effect.upper - effect.estimate)
    )
    wide = Interval(effect.estimate, effect.estimate - low, effect.estimate + high, effect.confidence)
    facing = high if effect.estimate < 0 else low
    p = 1.0 if effect.estimate == 0 else two_sided(z * effect.estimate / facing) if facing else 0.0
    return wide, p
