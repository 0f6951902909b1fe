"""Treated places beside weighted untreated ones: effect, linearised error, placebo groups and the jackknife."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput
from upstream.stats.calibrated_weights import Distance, calibrated_weights

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class WeightedComparison:
    """One outcome of a treated group beside its weighted comparison.

    Attributes
    ----------
    treated, control : float
        Totals over the periods compared; control weighted.
    difference_error, log_ratio_error : float
        Linearised standard errors of treated - control and of log(treated / control); the latter infinite where either
        total is nought.
    """

    treated: float
    control: float
    difference_error: float
    log_ratio_error: float

    @property
    def difference(self) -> float:
        """Treated less control."""
        return self.treated - self.control

    @property
    def ratio(self) -> float:
        """Treated over control; infinite or not a number where control is nought."""
        if self.control == 0:
            return math.inf if self.treated > 0 else math.nan
        return self.treated / self.control

    @property
    def log_ratio_z(self) -> float:
        """Log ratio over its standard error; not a number where it has none."""
        return math.log(self.ratio) / self.log_ratio_error if self.log_ratio_error < math.inf else math.nan

    @property
    def z(self) -> float:
        """Difference over its standard error; nought where nothing differs."""
        return self.difference / self.difference_error if self.difference_error > 0 else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class PlaceboGroups:
    """The same comparison for groups of places where nothing began, drawn at random.

    Attributes
    ----------
    z : array (groups,)
        Their statistics.
    log_ratio_z : array (groups,)
        Log ratio over its standard error; NaN where it has none.
    left_out : int
        Groups for which no weights exist.
    """

    z: Floats
    log_ratio_z: Floats
    left_out: int

    def p(self, z: float) -> float:
        """Two-sided p of a statistic among the placebos, itself counted."""
        return float((1 + np.sum(np.abs(self.z) >= abs(z) - 1e-12)) / (1 + self.z.size))


def weighted_comparison(
    treated: ArrayLike, donors: ArrayLike, weights: ArrayLike, *, rows_independent: bool = False
) -> WeightedComparison:
    """Totals of treated places beside weighted donors, with linearised standard errors.

    Question: how far are the treated places from what their weighted comparison had?

    Parameters: ``treated`` (m, t) counts by place and period after it began; ``donors`` (n, t) likewise; ``weights``
    (n,) of the donors, which add up to m; ``rows_independent`` takes every place-period as drawn by itself, as the
    microsynth package does; by default a place's periods belong together.

    Assumes: places are independent of one another; weights are taken as fixed, which is on the safe side where what is
    matched explains the outcome.

    When not to use: fewer than about ten treated places: use placebo groups.

    Source: Robbins, Saunders and Kilmer (2017), JASA 112, 109-126, section 4.1 (linearisation of a weighted regression
    on treatment and period); Binder (1983), International Statistical Review 51, 279-292.
    """
    one, other = np.asarray(treated, np.float64), np.asarray(donors, np.float64)
    weight = np.asarray(weights, np.float64)
    if one.ndim != 2 or other.ndim != 2 or one.shape[1] != other.shape[1] or weight.shape != other.shape[:1]:
        raise BadInput(
            f"Treated {one.shape}, donors {other.shape} and weights {weight.shape} do not belong together.",
            allowed="the same periods in both, a weight a donor",
        )
    places, mass = one.shape[0], float(weight.sum())
    means_one, means_other = one.mean(0), weight @ other / mass
    gap = float(one.mean() - means_other.mean())
    level = (places * (means_one - gap) + mass * means_other) / (places + mass)
    left_one, left_other = (one - level - gap) / places, (other - level) * weight[:, None] / mass
    if not rows_independent:
        left_one, left_other = left_one.sum(1, keepdims=True), left_other.sum(1, keepdims=True)
    rows = left_one.size + left_other.size
    a, b = (rows / (rows - 1) * float((part**2).sum()) for part in (left_one, left_other))
    total, control = float(one.sum()), float((weight @ other).sum())
    log_error = math.inf
    if total > 0 and control > 0:
        log_error = math.sqrt(a / (total / places) ** 2 + b / (control / mass) ** 2)
    return WeightedComparison(total, control, math.sqrt(a + b) * places, log_error)


def placebo_groups(
    matched: ArrayLike,
    outcomes: ArrayLike,
    size: int,
    *,
    rng: np.random.Generator,
    groups: int = 99,
    distance: Distance = "raking",
) -> PlaceboGroups:
    """The comparison for random groups of places where nothing began, each with weights of its own.

    Question: how large a difference would chance and the method make between a group and its weighted comparison?

    Parameters: ``matched`` (n, k) what is matched, of untreated places; ``outcomes`` (n, t) counts after it began;
    ``size`` of a group; ``rng``; ``groups`` to draw; ``distance`` as in :func:`calibrated_weights`.

    Assumes: the treated places could have been any places: under no effect their group is like a random one.

    When not to use: treated places that are unlike most others by far (a random group is then easier to match).

    Source: Robbins, Saunders and Kilmer (2017), JASA 112, 109-126, section 4.2.
    """
    held, seen = np.asarray(matched, np.float64), np.asarray(outcomes, np.float64)
    if not 0 < size < held.shape[0]:
        raise BadInput(f"Groups of {size} cannot be drawn from {held.shape[0]} places.", allowed="fewer than all")
    found, left_out = [], 0
    for _ in range(groups):
        drawn = np.zeros(held.shape[0], bool)
        drawn[rng.choice(held.shape[0], size, replace=False)] = True
        try:
            weights = calibrated_weights(held[~drawn], held[drawn].sum(0), distance=distance).weights
        except BadInput:
            left_out += 1
            continue
        found.append(weighted_comparison(seen[drawn], seen[~drawn], weights))
    z = np.array([one.z for one in found])
    ratio_z = [
        math.log(one.ratio) / one.log_ratio_error if one.log_ratio_error < math.inf else math.nan for one in found
    ]
    return PlaceboGroups(z, np.array(ratio_z), left_out)


def jackknife_log_error(
    matched: ArrayLike,
    outcomes: ArrayLike,
    treated: ArrayLike,
    *,
    rng: np.random.Generator,
    groups: int | None = None,
    distance: Distance = "raking",
) -> float:
    """Standard error of the log ratio, leaving out one group of places at a time and weighting anew.

    Question: how much does the effect rest on a few places, the weights' own wandering included?

    Parameters: ``matched`` (n, k) and ``outcomes`` (n, t) of all places; ``treated`` (n,) mask; ``rng`` deals places to
    groups; ``groups``, by default one a treated place.

    Assumes: places are independent of one another.

    When not to use: fewer than ten treated places.

    Source: Robbins, Saunders and Kilmer (2017), JASA 112, 109-126, section 4.1; Wolter (2007), Introduction to Variance
    Estimation, section 4.2 (delete-a-group jackknife).
    """
    held, seen = np.asarray(matched, np.float64), np.asarray(outcomes, np.float64)
    mask = np.asarray(treated, bool)
    many = min(groups or int(mask.sum()), int(mask.sum()), int((~mask).sum()))
    if many < 2:
        raise BadInput("A jackknife needs two treated places.", allowed="at least 2")
    dealt = np.zeros(mask.size, np.int64)
    for part in (np.flatnonzero(mask), np.flatnonzero(~mask)):
        dealt[rng.permutation(part)] = np.arange(part.size) % many
    logs = []
    for group in range(many):
        kept = dealt != group
        one, other = kept & mask, kept & ~mask
        weights = calibrated_weights(held[other], held[one].sum(0), distance=distance).weights
        logs.append(math.log(seen[one].sum() / float((weights @ seen[other]).sum())))
    values = np.array(logs)
    return math.sqrt((many - 1) / many * float(((values - values.mean()) ** 2).sum()))
