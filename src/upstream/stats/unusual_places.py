"""Places with far more events than places like them: each against the spread of all the others of its kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, gammainc

from upstream.errors import BadInput
from upstream.stats.comparisons import SIGNIFICANCE
from upstream.stats.false_alarms import benjamini_hochberg

LIKE_LEAST: Final = 30
"""Fewer places of a kind do not tell how such places differ."""
PASSES: Final = 20
"""Times that all are judged, at most."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Unusual:
    """Each place against the others of its kind, each array (n,).

    Attributes
    ----------
    expected : of float
        Mean of the others of its kind; not a number where they are too few.
    spread : of float
        Variance of a place of its kind: that of a Poisson count, or more.
    p : of float
        Chance of as many or more, 0 to 1; not a number where not judged.
    q : of float
        The same with the false-discovery rate held over all places judged.
    """

    expected: Floats
    spread: Floats
    p: Floats
    q: Floats


def unusual_places(counts: ArrayLike, kinds: ArrayLike, *, level: float = SIGNIFICANCE) -> Unusual:
    """Which places have far more events than the others of their kind.

    Question: where is there so much that places of this kind do not differ by as much from one another?

    Parameters: ``counts`` (n,) whole numbers, 0 included for places where nothing happened; ``kinds`` (n,) what each
    place is of: only places of one kind are compared; ``level`` the share of false ones allowed.

    Assumes: places of a kind differ from one another as gamma variables do, so that counts are negative binomial; mean
    and variance by moments from all the others, the place itself left out, and Poisson where they vary no more. Those
    that stand out are left out of what the rest is judged by, and all are judged again, until no more are found: so a
    few very busy places do not hide the others, and where none stands out nothing is left out.

    When not to use: places chosen because something happened there in the days counted.

    Source: Hilbe (2011), Negative Binomial Regression, 2nd ed., section 8.2 (moments); Benjamini and Hochberg (1995),
    J. R. Statist. Soc. B 57, 289-300.
    """
    n = np.asarray(counts, np.float64)
    kind = np.asarray(kinds)
    if n.ndim != 1 or n.shape != kind.shape:
        raise BadInput(f"Counts of shape {n.shape}, kinds {kind.shape}.", allowed="one kind a place")
    if not (np.isfinite(n).all() and (n >= 0).all() and (n == np.rint(n)).all()):
        raise BadInput("Some counts are not whole numbers from 0.", allowed="0, 1, 2 ...")
    which = np.unique(kind, return_inverse=True)[1].ravel()
    typical = np.ones(n.size, bool)
    for _ in range(PASSES):
        found = _against_others(n, which, typical)
        still = ~(found.q <= level)
        if (still == typical).all():
            break
        typical = still
    return found


def _against_others(n: Floats, which: NDArray[np.int64], typical: NDArray[np.bool_]) -> Unusual:
    """Each place against the typical others of its kind."""
    kinds = int(which.max(initial=-1)) + 1

    def of_others(values: Floats) -> Floats:
        return np.asarray(np.bincount(which[typical], values[typical], kinds)[which] - np.where(typical, values, 0.0))

    others, sums, squares = (of_others(values) for values in (np.ones(n.size), n, n**2))
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = sums / others
        spread = np.maximum((squares - others * mean**2) / (others - 1), mean)
    judged = (others >= LIKE_LEAST - 1) & (mean > 0)
    p = np.full(n.size, np.nan)
    p[judged] = _or_more(n[judged], mean[judged], spread[judged])
    mean[~judged], spread[~judged] = np.nan, np.nan
    return Unusual(mean, spread, p, benjamini_hochberg(p))


def chance_of(count: float, expected: float, spread: float) -> float:
    """Chance of so many or more at a place of this mean and variance."""
    return float(_or_more(np.array([count]), np.array([expected]), np.array([spread]))[0])


def _or_more(n: Floats, mean: Floats, spread: Floats) -> Floats:
    some = n >= 1
    p = np.ones(n.size)
    wider = some & (spread > mean * (1 + 1e-9))
    plain = some & ~wider
    p[plain] = gammainc(n[plain], mean[plain])  # P(X >= n) of Poisson
    size = mean[wider] ** 2 / (spread[wider] - mean[wider])
    p[wider] = _negative_binomial(n[wider], size, mean[wider])
    return p


def _negative_binomial(n: Floats, size: Floats, mean: Floats) -> Floats:
    """P(X >= n): the regularised incomplete beta of 1 - success."""
    return np.asarray(betainc(n, size, mean / (mean + size)), np.float64)
