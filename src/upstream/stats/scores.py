"""How well past probabilities did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput
from upstream.stats.intervals import CONFIDENCE, Interval, wilson_interval

RESAMPLES: Final = 1000
BIN_EDGES: Final = tuple(round(0.1 * i, 1) for i in range(11))
"""Ten equal bins: the usual reliability table."""


@dataclass(frozen=True, slots=True)
class ReliabilityRow:
    """Forecasts whose probability fell in one bin.

    Attributes
    ----------
    lower, upper : float
        Edges of the bin (0 to 1); the last bin includes its upper edge.
    n : int
        Forecasts.
    mean_probability : float
        Their mean probability; NaN when there are none.
    happened : Interval
        The share of them that came true, with a Wilson interval that treats them as independent.
    """

    lower: float
    upper: float
    n: int
    mean_probability: float
    happened: Interval


def _pair(probabilities: ArrayLike, outcomes: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    p, y = np.asarray(probabilities, np.float64), np.asarray(outcomes, np.float64)
    if p.shape != y.shape or p.size == 0 or np.any((p < 0) | (p > 1)) or not np.isin(y, (0, 1)).all():
        raise BadInput("Probabilities and outcomes do not fit.", allowed="one outcome (0 or 1) a probability (0 to 1)")
    return p, y


def brier_score(probabilities: ArrayLike, outcomes: ArrayLike) -> float:
    """Mean squared difference of probability and outcome: 0 is perfect, 0.25 is always saying 50%.

    Question: how far were the probabilities from what happened?

    Parameters: ``probabilities`` (n,) 0 to 1; ``outcomes`` (n,) 0 or 1.

    Assumes: nothing.

    When not to use: to compare forecasts of different questions; some are easier.

    Source: Brier (1950), Monthly Weather Review 78, 1-3 (half of his score).
    """
    p, y = _pair(probabilities, outcomes)
    return float(np.mean((p - y) ** 2))


def reliability(
    probabilities: ArrayLike, outcomes: ArrayLike, *, edges: tuple[float, ...] = BIN_EDGES
) -> tuple[ReliabilityRow, ...]:
    """What happened, bin by bin of the probability.

    Question: when 70% was said, did it happen about 70% of the time?

    Parameters: as :func:`brier_score`; ``edges`` of the bins, rising from 0 to 1.

    Assumes: for the intervals, independent forecasts.

    When not to use: bins with fewer than about 30 forecasts say little.

    Source: Murphy and Winkler (1977), Applied Statistics 26, 41-47.
    """
    p, y = _pair(probabilities, outcomes)
    which = _bins(p, edges)
    rows = []
    for b in range(len(edges) - 1):
        inside = which == b
        n = int(inside.sum())
        nothing = Interval(float("nan"), 0.0, 1.0)
        happened = wilson_interval(float(y[inside].sum()), n) if n else nothing
        mean = float(p[inside].mean()) if n else float("nan")
        rows.append(ReliabilityRow(edges[b], edges[b + 1], n, mean, happened))
    return tuple(rows)


def _bins(p: NDArray[np.float64], edges: tuple[float, ...]) -> NDArray[np.int64]:
    return np.clip(np.searchsorted(edges, p, side="right") - 1, 0, len(edges) - 2)


def calibration_error(probabilities: ArrayLike, outcomes: ArrayLike, *, edges: tuple[float, ...] = BIN_EDGES) -> float:
    """Mean absolute difference of said and happened over bins, weighted by forecasts; 0 to 1.

    Question: by how many points were the probabilities out, on average?

    Parameters: as :func:`reliability`.

    Assumes: nothing; chance alone makes it more than 0, the more so the fewer the forecasts.

    When not to use: without its interval (:func:`calibration_error_interval`).

    Source: Naeini, Cooper and Hauskrecht (2015), AAAI Conference on Artificial Intelligence, 2901-2907 (ECE).
    """
    p, y = _pair(probabilities, outcomes)
    which, bins = _bins(p, edges), len(edges) - 1
    gap = np.bincount(which, weights=p - y, minlength=bins)
    return float(np.abs(gap).sum() / p.size)


def calibration_error_interval(
    probabilities: ArrayLike,
    outcomes: ArrayLike,
    blocks: ArrayLike,
    *,
    rng: np.random.Generator,
    edges: tuple[float, ...] = BIN_EDGES,
    confidence: float = CONFIDENCE,
    resamples: int = RESAMPLES,
) -> Interval:
    """The calibration error with an interval from resampling whole blocks of forecasts.

    Question: how sure is the calibration error, when forecasts of one series or month stand or fall together?

    Parameters: as :func:`reliability`; ``blocks`` (n,) labels of forecasts that belong together; ``rng``;
    ``confidence``; ``resamples``.

    Assumes: independent blocks. Percentile interval; the error is biased upwards by chance and so is its interval.

    When not to use: fewer than about ten blocks.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), chapters 8 and 13.
    """
    p, y = _pair(probabilities, outcomes)
    which, bins = _bins(p, edges), len(edges) - 1
    label = np.unique(np.asarray(blocks), return_inverse=True)[1].ravel()
    count = int(label.max()) + 1
    gap = np.bincount(label * bins + which, weights=p - y, minlength=count * bins).reshape(count, bins)
    size = np.bincount(label, minlength=count)
    times = rng.multinomial(count, np.full(count, 1 / count), size=resamples)
    errors = np.abs(times @ gap).sum(axis=1) / (times @ size)
    tail = (1 - confidence) / 2
    lower, upper = np.quantile(errors, [tail, 1 - tail])
    return Interval(calibration_error(p, y, edges=edges), float(lower), float(upper), confidence)
