"""Synthetic difference in differences: donors and earlier periods weighted so that trends run alongside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput
from upstream.stats.mixtures import nearest_mixture

Floats = NDArray[np.float64]
LEAST_BEFORE: Final = 3
_BARELY: Final = 1e-6
"""Ridge of the period weights, in standard deviations of a period's change: only enough to make them unique."""


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticDid:
    """Weights of donors and of periods before, and the effect.

    Attributes
    ----------
    effect : float
        Mean effect on the treated, a place and period.
    donors : array (donors,)
        From 0 up, adding up to 1.
    periods : array (periods before,)
        From 0 up, adding up to 1.
    expected : array (periods,)
        Mean of the treated as there would have been without it: the donors' mixture, moved level with the treated.
    """

    effect: float
    donors: Floats
    periods: Floats
    expected: Floats


def synthetic_did(treated: ArrayLike, donors: ArrayLike, start: int) -> SyntheticDid:
    """The effect of something that began at one time in some places.

    Question: how much more did the treated places change than donors whose trend ran alongside, from the periods
    before that foretell those after?

    Parameters: ``treated`` (m, t) and ``donors`` (n, t) outcomes; ``start`` first period after it began.

    Assumes: without it, the treated would have kept their distance from the weighted donors.

    When not to use: places that began at different times; fewer than two donors or three periods before.

    Source: Arkhangelsky, Athey, Hirshberg, Imbens and Wager (2021), American Economic Review 111, 4088-4118,
    algorithm 1 and equations 4 to 6. The weights here are the exact minimum, where the authors' program stops near it.
    """
    one, others = np.atleast_2d(np.asarray(treated, np.float64)), np.asarray(donors, np.float64)
    _check(one, others, start)
    noise = float(np.diff(others[:, :start], axis=1).std(ddof=1))
    wide = (one.shape[0] * (one.shape[1] - start)) ** 0.25 * noise
    before, after = others[:, :start], others[:, start:].mean(1)
    periods = _level(before, after, others.shape[0] * (_BARELY * noise) ** 2)
    shares = _level(before.T, one[:, :start].mean(0), start * wide**2)
    return _told(one, others, start, shares, periods)


def _told(one: Floats, others: Floats, start: int, shares: Floats, periods: Floats) -> SyntheticDid:
    middle, mixed = one.mean(0), shares @ others
    apart = middle - mixed
    level = float(periods @ apart[:start])
    return SyntheticDid(float(apart[start:].mean() - level), shares, periods, mixed + level)


def _check(one: Floats, others: Floats, start: int) -> None:
    if others.ndim != 2 or one.shape[1] != others.shape[1] or others.shape[0] < 2:
        raise BadInput(
            f"Treated {one.shape} and donors {others.shape} do not belong together.",
            allowed="the same periods, 2 donors or more",
        )
    if not (np.isfinite(one).all() and np.isfinite(others).all()):
        raise BadInput("An outcome is missing or not a number.", allowed="finite numbers")
    if not LEAST_BEFORE <= start < one.shape[1]:
        raise BadInput(f"It began at period {start} of {one.shape[1]}.", allowed=f"{LEAST_BEFORE} or more before it")


def _level(held: Floats, goal: Floats, ridge: float) -> Floats:
    """Weights of the columns whose mixture runs alongside the goal, at whatever level."""
    return nearest_mixture(held - held.mean(0), goal - goal.mean(), ridge=ridge)


def placebo_error(
    donors: ArrayLike,
    treated: int,
    start: int,
    *,
    rng: np.random.Generator,
    draws: int = 200,
    groups: Sequence[Sequence[int]] | None = None,
) -> tuple[float, Floats]:
    """Standard error from donors taken as if treated, and the placebo effects (draws,).

    Question: how much does the estimate wander where nothing was done?

    Parameters: ``donors`` (n, t); ``treated`` how many places are; ``start``; ``rng`` draws groups of so
    many, ``draws`` times, unless ``groups`` of rows are given. A single treated place is replaced by each donor once,
    and nothing is drawn.

    Assumes: the treated place's outcome wanders as much as the donors'.

    When not to use: no more donors than treated places.

    Source: Arkhangelsky et al. (2021), algorithm 4.
    """
    others = np.asarray(donors, np.float64)
    many = others.shape[0]
    if many < treated + 2:
        raise BadInput(f"{many} donors are too few for {treated} treated places.", allowed=f"{treated + 2} or more")
    if groups is None:
        one_each = [[at] for at in range(many)]
        groups = one_each if treated == 1 else [rng.permutation(many)[:treated].tolist() for _ in range(draws)]
    found = np.empty(len(groups))
    for at, group in enumerate(groups):
        inside = np.zeros(many, bool)
        inside[list(group)] = True
        found[at] = synthetic_did(others[inside], others[~inside], start).effect
    return float(found.std()), found


def effects_elsewhere(
    treated: ArrayLike, donors: ArrayLike, start: int, groups: Sequence[Sequence[int]] | None = None
) -> Floats:
    """(groups,) effects with other places taken as if treated, the truly treated ones among their donors.

    Question: which effects would have been found, had it been any of these places?

    Parameters: ``treated`` and ``donors`` as :func:`synthetic_did`; ``groups`` of rows of donors, each taken in the
    treated places' stead; each donor once by default.

    Assumes: under no effect any of the groups could as well have been treated. Then every place has the same part in
    the test, and the treated one's effect is the largest of n + 1 once in n + 1 times. :func:`placebo_error` keeps the
    treated places out: its placebos have a donor less, and each is one of the donors of all the others, which the
    treated place is of none.

    When not to use: for a standard error beside a large effect: it comes into the placebos by the treated place's share
    in them, which makes them wider, never narrower.

    Source: Firpo and Possebom (2018), Journal of Causal Inference 6, 20160026, section 3 (permuting which place is
    treated, the sharp null imposed).
    """
    one, others = np.atleast_2d(np.asarray(treated, np.float64)), np.asarray(donors, np.float64)
    found = []
    for group in [[at] for at in range(others.shape[0])] if groups is None else groups:
        inside = np.zeros(others.shape[0], bool)
        inside[list(group)] = True
        found.append(synthetic_did(others[inside], np.vstack([one, others[~inside]]), start).effect)
    return np.array(found)


def jackknife_error(treated: ArrayLike, donors: ArrayLike, start: int) -> float:
    """Standard error with one place at a time left out, weights kept.

    Question: how much does the effect rest on single places?

    Parameters: as :func:`synthetic_did`.

    Assumes: places are independent of one another; two treated places or more.

    When not to use: one treated place, or one donor that carries all the weight.

    Source: Arkhangelsky et al. (2021), algorithm 3.
    """
    one, others = np.atleast_2d(np.asarray(treated, np.float64)), np.asarray(donors, np.float64)
    found = synthetic_did(one, others, start)
    if one.shape[0] < 2 or np.sum(found.donors > 0) < 2:
        raise BadInput("A jackknife needs two treated places and two donors with weight.", allowed="at least 2 of each")
    parts = [
        _told(np.delete(one, at, 0), others, start, found.donors, found.periods).effect for at in range(one.shape[0])
    ]
    for at in range(others.shape[0]):
        rest = np.delete(found.donors, at)
        parts.append(_told(one, np.delete(others, at, 0), start, rest / rest.sum(), found.periods).effect)
    many = len(parts)
    return math.sqrt((many - 1) ** 2 / many * float(np.var(parts, ddof=1)))
