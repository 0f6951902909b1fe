"""Weights on many donors that make their totals exactly those of a treated group, and stay as even as they can."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import lstsq, qr

from upstream.errors import BadInput

Floats = NDArray[np.float64]
Distance = Literal["raking", "truncated linear"]
"""How far weights are from even ones: raking is relative entropy (every weight is above nought and unique); truncated
linear is half the squared distance with weights not below nought."""

CLOSE: Final = 1e-9
"""A target is met when it is missed by less than this share of it (of 1 where it is below 1)."""
MOST_STEPS: Final = 100
_SHORTEST: Final = 1e-10
_ARMIJO: Final = 1e-4
_DEPENDENT: Final = 1e-9
_FLOOR: Final = 1e-12
_ROUNDING: Final = 1e-13
_STEEPEST: Final = 600.0
"""Exponents beyond this are taken for weights that do not exist."""


@dataclass(frozen=True, slots=True, eq=False)
class CalibratedWeights:
    """Weights of the donors.

    Attributes
    ----------
    weights : array (donors,)
        Not below nought; their weighted totals are the targets.
    reached : array (targets,)
        Weighted totals.
    steps : int
        Newton steps taken.
    """

    weights: Floats
    reached: Floats
    steps: int

    @property
    def largest(self) -> float:
        """The largest weight: how much rests on one donor."""
        return float(self.weights.max())

    @property
    def effective_number(self) -> float:
        """How many equal donors would be as variable (Kish)."""
        return float(self.weights.sum() ** 2 / (self.weights @ self.weights))


def calibrated_weights(
    donors: ArrayLike, targets: ArrayLike, *, base: ArrayLike | None = None, distance: Distance = "raking"
) -> CalibratedWeights:
    """Weights nearest to even ones whose weighted totals are the targets.

    Question: which mix of many untreated places was, before, exactly like the treated ones in everything we match?

    Parameters: ``donors`` (n, k) what each donor holds of each of k things (a column of ones makes the weights add up
    to a number of places); ``targets`` (k,) totals to be met; ``base`` (n,) weights to stay near, by default even ones
    that add up to the first target where the first column is ones, else ones over n; ``distance`` how nearness is
    measured.

    Assumes: the targets lie inside what the donors can be mixed to; what is matched is what drives the outcome.

    When not to use: few donors (a weight then rests on one place: use a synthetic control), or targets at the edge of
    the donors' range, which are refused.

    Source: Deville and Särndal (1992), JASA 87, 376-382, equations 2.2 to 2.5 and cases 1, 2 and 6; Hainmueller (2012),
    Political Analysis 20, 25-46, section 3.2 (the dual is convex in one number a target and solved by Newton's method).
    """
    held = np.asarray(donors, np.float64)
    wanted = np.asarray(targets, np.float64)
    _check(held, wanted)
    start = _base(held, wanted) if base is None else np.asarray(base, np.float64)
    usable = _may_weigh(held, wanted)
    part = held[usable]
    scale = np.abs(part).max(0, initial=0.0)
    _none_holds(scale, wanted)
    size = np.where(scale > 0, scale, 1.0)
    scaled = np.ascontiguousarray((part / size).T)
    kept = _independent(scaled)
    found, steps = _newton(scaled[kept], (wanted / size)[kept], start[usable], *_DISTANCES[distance])
    weights = np.zeros(held.shape[0])
    weights[usable] = found
    reached = weights @ held
    if (np.abs(reached - wanted) > np.maximum(np.abs(wanted), 1.0) * CLOSE * 100).any():
        raise _outside("Two targets contradict each other")
    return CalibratedWeights(weights, reached, steps)


def _may_weigh(held: Floats, wanted: Floats) -> NDArray[np.bool_]:
    """Donors that can have weight at all: where the treated have none of something, only donors without it."""
    nothing = (wanted == 0) & (held >= 0).all(0)
    return np.asarray(~(held[:, nothing] > 0).any(1))


def _check(held: Floats, wanted: Floats) -> None:
    if held.ndim != 2 or wanted.shape != held.shape[1:] or not (np.isfinite(held).all() and np.isfinite(wanted).all()):
        raise BadInput(
            f"Donors of shape {held.shape} and targets of shape {wanted.shape} cannot be calibrated.",
            allowed="finite numbers, one target a column of the donors",
        )
    if held.shape[0] <= held.shape[1]:
        raise BadInput(
            f"{held.shape[0]} donors cannot meet {held.shape[1]} targets in more than one way.",
            allowed="more donors than targets",
            remedy="Match fewer things or add up periods; with few donors use a synthetic control.",
        )


def _base(held: Floats, wanted: Floats) -> Floats:
    total = float(wanted[0]) if (held[:, 0] == 1).all() else 1.0
    return np.full(held.shape[0], total / held.shape[0])


def _none_holds(scale: Floats, wanted: Floats) -> None:
    empty = np.flatnonzero((scale == 0) & (wanted != 0))
    if empty.size:
        raise _outside(f"No donor has anything of target {int(empty[0]) + 1}, which is {wanted[empty[0]]:g}")


def _outside(what: str) -> BadInput:
    return BadInput(
        f"{what}: no weights from nought up make the donors like the treated.",
        allowed="targets inside the range that the donors can be mixed to",
        remedy="Match fewer things, add up periods, or add donors.",
    )


def _independent(held: Floats) -> NDArray[np.int64]:
    """Rows (one a target) that do not follow from the others; the rest are met with them."""
    alike = _curvature(held, np.ones(held.shape[1]))
    length = np.sqrt(np.diag(alike))
    some = np.flatnonzero(length > 0)
    _, triangle, order = qr(alike[np.ix_(some, some)] / np.outer(length[some], length[some]), pivoting=True)
    size = np.abs(np.diag(triangle))
    return np.sort(some[order[size > _DEPENDENT * size[0]]])


Curve = Callable[[Floats], Floats]


def _newton(held: Floats, goal: Floats, base: Floats, rise: Curve, weight: Curve, bend: Curve) -> tuple[Floats, int]:
    """Minimise the dual, sum of base x rise(multipliers @ held) less goal @ multipliers: one unknown a target."""
    multipliers = np.zeros(goal.size)
    along = np.zeros(base.size)
    height = float(np.sum(base * rise(along)))
    for step in range(MOST_STEPS):
        weights = base * weight(along)
        missing = goal - _totals(held, weights)
        if (np.abs(missing) <= CLOSE * np.maximum(np.abs(goal), _FLOOR)).all():
            return weights, step
        way = _solved(_curvature(held, base * bend(along)), missing)
        moved, size, gain = _mixed(held, way), 1.0, float(missing @ way)
        while size > _SHORTEST:
            tried = along + size * moved
            if tried.max() < _STEEPEST:
                new = float(np.sum(base * rise(tried)) - goal @ (multipliers + size * way))
                if new <= height - _ARMIJO * size * gain + _ROUNDING * abs(height):
                    break
            size /= 2
        else:
            raise _outside("The targets lie at or beyond the edge of the donors")
        multipliers, along, height = multipliers + size * way, tried, new
    raise _outside(f"No weights were found in {MOST_STEPS} steps")


# loops of our own, not the linear algebra library: its threads wait for one another when the machine has other work
def _totalled(held: Floats, weights: Floats) -> Floats:
    found = np.empty(held.shape[0])
    for i in range(held.shape[0]):
        total = 0.0
        for at in range(held.shape[1]):
            total += held[i, at] * weights[at]
        found[i] = total
    return found


def _mixed_up(held: Floats, way: Floats) -> Floats:
    found = np.zeros(held.shape[1])
    for i in range(held.shape[0]):
        for at in range(held.shape[1]):
            found[at] += way[i] * held[i, at]
    return found


def _curved(held: Floats, heaviness: Floats) -> Floats:
    many = held.shape[0]
    found = np.empty((many, many))
    heavy = np.empty(held.shape[1])
    for i in range(many):
        for at in range(held.shape[1]):
            heavy[at] = held[i, at] * heaviness[at]
        for j in range(i, many):
            total = 0.0
            for at in range(held.shape[1]):
                total += heavy[at] * held[j, at]
            found[i, j] = found[j, i] = total
    return found


_totals = njit(cache=True, fastmath=True)(_totalled)
_mixed = njit(cache=True, fastmath=True)(_mixed_up)
_curvature = njit(cache=True, fastmath=True)(_curved)


def _solved(curvature: Floats, missing: Floats) -> Floats:
    found: Floats = lstsq(curvature, missing, cond=1e-14, check_finite=False)[0]
    return found


def _flat_square(u: Floats) -> Floats:
    return np.asarray(np.maximum(1 + u, 0) ** 2 / 2)


def _flat(u: Floats) -> Floats:
    return np.asarray(np.maximum(1 + u, 0))


def _step(u: Floats) -> Floats:
    return np.asarray((1 + u > 0).astype(np.float64))


_DISTANCES: Final[dict[Distance, tuple[Curve, Curve, Curve]]] = {
    "raking": (np.exp, np.exp, np.exp),
    "truncated linear": (_flat_square, _flat, _step),
}
"""What the dual sums, its first and its second derivative."""
