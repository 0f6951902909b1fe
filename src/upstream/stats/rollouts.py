"""Stepped or randomised roll-outs: the effect, tested by dealing the same starts out again as chance could have."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput

Floats = NDArray[np.float64]
Starts = NDArray[np.int64]
NEVER: Final = -1
"""In ``starts``: a place that never begins."""
DEALS: Final = 1999
LEAST_DEALS: Final = 20
"""With fewer different deals no 5% test exists."""


@dataclass(frozen=True, slots=True)
class RollOut:
    """The effect of a roll-out.

    Attributes
    ----------
    effect : float
        Change of the outcome (or its logarithm, as given) where it had begun, places and periods allowed for.
    p : float
        Two-sided, over deals of the same starts; the true one counted.
    lower, upper : float
        95% interval: effects that the same test does not reject.
    deals : int
        Deals compared with.
    """

    effect: float
    p: float
    lower: float
    upper: float
    deals: int


def roll_out(
    values: ArrayLike,
    starts: ArrayLike,
    *,
    rng: np.random.Generator,
    strata: ArrayLike | None = None,
    deals: int = DEALS,
) -> RollOut:
    """The effect of something that chance gave to places at different times, or to some and not to others.

    Question: did places change when their turn came, more than other ways of dealing the turns would show?

    Parameters: ``values`` (n, t) outcome by place and period, in logarithms or roots where counts vary much; ``starts``
    (n,) first period after each began, or :data:`NEVER`; ``rng`` deals; ``strata`` (n,) places among which starts
    were dealt, all together by default; ``deals`` to draw.

    Assumes: chance dealt the starts as said; a place's outcome depends on its own start alone; the effect is the same
    everywhere and from the first period on (the interval; the test needs only no effect).

    When not to use: starts chosen by need or by will: they could not have been dealt otherwise.

    Source: Fisher (1935), The Design of Experiments; Ji, Fink, Robyn and Small (2017), Annals of Applied Statistics 11,
    1-20 (permutation in stepped designs); Rosenbaum (2002), Observational Studies, section 2.4 (intervals).
    """
    y, begun = np.asarray(values, np.float64), np.asarray(starts, np.int64)
    group = np.zeros(begun.size, np.int64) if strata is None else np.unique(np.asarray(strata), return_inverse=True)[1]
    _check(y, begun, group)
    outcome, design = _centred(y), _centred(_begun(begun, y.shape[1]))
    size = float(np.sum(design**2))
    effect = float(np.sum(design * outcome)) / size
    dealt = np.array([_begun(_dealt(begun, group, rng), y.shape[1]) for _ in range(deals)])
    dealt -= dealt.mean(1, keepdims=True) + dealt.mean(2, keepdims=True) - dealt.mean((1, 2), keepdims=True)
    chance = np.einsum("dnt,nt->d", dealt, outcome) / size
    own = np.einsum("dnt,nt->d", dealt, design) / size
    p = float((1 + np.sum(np.abs(chance) >= abs(effect) - 1e-12)) / (1 + deals))
    lower, upper = _not_rejected(effect, chance, own)
    return RollOut(effect, p, lower, upper, deals)


def _check(y: Floats, begun: Starts, group: NDArray[np.int64]) -> None:
    if y.ndim != 2 or begun.shape != y.shape[:1] or group.shape != begun.shape or not np.isfinite(y).all():
        raise BadInput(
            f"Values {y.shape}, starts {begun.shape} and strata {group.shape} do not belong together.",
            allowed="finite numbers, one start and stratum a place",
        )
    if ((begun != NEVER) & ((begun < 1) | (begun >= y.shape[1]))).any():
        raise BadInput("A start lies outside the periods, or has none before it.", allowed=f"1 to {y.shape[1] - 1}")
    ways = 1.0
    for one in range(int(group.max()) + 1):
        _, many = np.unique(begun[group == one], return_counts=True)
        ways *= math.factorial(int(many.sum())) / math.prod(math.factorial(int(n)) for n in many)
    if ways < LEAST_DEALS:
        raise BadInput(
            f"The starts could have been dealt in {ways:.0f} ways only.",
            allowed=f"{LEAST_DEALS} or more",
            remedy="With fewer no 5% test exists: add places or turns.",
        )


def _begun(starts: Starts, periods: int) -> Floats:
    at = np.where(starts == NEVER, periods, starts)
    return (np.arange(periods) >= at[:, None]).astype(float)


def _centred(table: Floats) -> Floats:
    """A table less its places' and periods' means."""
    return np.asarray(table - table.mean(0) - table.mean(1, keepdims=True) + table.mean())


def _dealt(begun: Starts, group: NDArray[np.int64], rng: np.random.Generator) -> Starts:
    dealt = begun.copy()
    for one in range(int(group.max()) + 1):
        at = np.flatnonzero(group == one)
        dealt[at] = begun[rng.permutation(at)]
    return dealt


def _not_rejected(effect: float, chance: Floats, own: Floats) -> tuple[float, float]:
    """Ends of the effects d for which |effect - d| is not beyond 95 in 100 of |chance - d x own|."""
    ends = []
    for sign in (-1.0, 1.0):
        inside, outside = 0.0, max(abs(effect), float(np.abs(chance).max()), 1e-12)
        while _rejection(effect, chance, own, effect + sign * outside) > 0.05 and outside < 1e12:
            inside, outside = outside, 2 * outside
        for _ in range(50):
            middle = (inside + outside) / 2
            if _rejection(effect, chance, own, effect + sign * middle) > 0.05:
                inside = middle
            else:
                outside = middle
        ends.append(effect + sign * outside)
    return ends[0], ends[1]


def _rejection(effect: float, chance: Floats, own: Floats, tried: float) -> float:
    left = np.abs(chance - tried * own)
    return float((1 + np.sum(left >= abs(effect - tried) - 1e-12)) / (1 + chance.size))
