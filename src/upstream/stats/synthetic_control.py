"""A treated place beside a mixture of untreated ones that was like it before: effect, placebos, what it rests on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize

from upstream.errors import BadInput
from upstream.stats.mixtures import mixture_of_products, nearest_mixture

Floats = NDArray[np.float64]

LEAST_BEFORE: Final = 3
"""Periods before: with fewer nearly any place can be mixed."""
STARTS: Final = 400
POLISHED: Final = 12
"""Importances tried at random, and how many of the best are followed downhill. Ours: on the Basque country two of the
best five starts end in poor optima, which is why one start is not enough."""
_WIDEST: Final = 5.0
"""Logarithms of importances lie within this of nought: none counts 22,000 times another. Beyond, one predictor alone is
matched, exactly and in many ways, and predictors that count for nothing pick among them: the loss can then be driven to
that of the outcome alone, and starts do not agree. Source: Malo et al. (2023), corner solutions."""
_SHARE: Final = 1e-6
"""A smaller share of a donor is nought."""


@dataclass(frozen=True, slots=True, eq=False)
class SyntheticControl:
    """A mixture of donors.

    Attributes
    ----------
    shares : array (donors,)
        From 0 up, adding up to 1.
    importance : array (predictors,) or None
        Of each predictor, adding up to 1; None where only the outcome before was matched.
    synthetic : array (periods,)
        The outcome of the mixture.
    gap : array (periods,)
        Treated less mixture.
    start : int
        First period after it began.
    loss : float
        Mean squared gap over the periods that the importance was chosen by.
    """

    shares: Floats
    importance: Floats | None
    synthetic: Floats
    gap: Floats
    start: int
    loss: float

    @property
    def effect(self) -> float:
        """Mean gap after it began."""
        return float(self.gap[self.start :].mean())

    @property
    def miss_before(self) -> float:
        """Root mean squared gap before it began."""
        return float(np.sqrt(np.mean(self.gap[: self.start] ** 2)))

    @property
    def miss_ratio(self) -> float:
        """Root mean squared gap after over before; infinite where the fit before is perfect."""
        after, before = float(np.sqrt(np.mean(self.gap[self.start :] ** 2))), self.miss_before
        return after / before if before > 0 else np.inf


@dataclass(frozen=True, slots=True, eq=False)
class SpacePlacebos:
    """Every donor taken as if it were the treated one.

    Attributes
    ----------
    ratios : array (donors,)
        Root mean squared gap after over before.
    effects, misses : array (donors,)
        Mean gap after, and root mean squared gap before.
    """

    ratios: Floats
    effects: Floats
    misses: Floats

    def p(self, treated: SyntheticControl) -> float:
        """Exact p: the share of places, the treated one included, whose ratio is as high."""
        return float((1 + np.sum(self.ratios >= treated.miss_ratio)) / (1 + self.ratios.size))

    def reach(self, confidence: float) -> float:
        """How many times its miss before the mean gap after of a placebo is, at most, with this confidence.

        Infinite with too few donors for the confidence (19 for 95%).
        """
        sizes = np.sort(np.abs(self.effects) / np.where(self.misses > 0, self.misses, np.nan))
        at = int(np.ceil(confidence * (sizes.size + 1) - 1e-9)) - 1
        return float(sizes[at]) if at < sizes.size and np.isfinite(sizes[at]) else np.inf


def synthetic_control(
    treated: ArrayLike,
    donors: ArrayLike,
    start: int,
    *,
    predictors: tuple[ArrayLike, ArrayLike] | None = None,
    fit: tuple[int, int] | None = None,
    importance: ArrayLike | None = None,
    rng: np.random.Generator | None = None,
) -> SyntheticControl:
    """A mixture of donors like the treated place before it began.

    Question: what would the treated place have had without it?

    Parameters: ``treated`` (t,) its outcome; ``donors`` (n, t) theirs; ``start`` index of the first period after it
    began; ``predictors`` of the treated (k,) and of the donors (n, k), each of which is given an importance so that
    the mixture, made by the predictors alone, has the outcome of the treated place in periods ``fit`` (first, one past
    last; all before by default): the nested problem, whose best of many local optima is taken. Without predictors the
    outcome in those periods is matched itself. ``importance`` (k,) of the predictors where it is known, from 0 up: of
    an earlier time (cross-validation), or as published; else it is chosen. ``rng`` draws the starts.

    Assumes: the treated place lies among the donors; nothing else happened to one of them alone; no donor is touched by
    what was done.

    When not to use: a treated place unlike every mixture of donors (see the gap before), or few periods before.

    Source: Abadie and Gardeazabal (2003), American Economic Review 93, 113-132, appendix B; Abadie, Diamond and
    Hainmueller (2010), JASA 105, 493-505, section 2.3. Many local optima: Malo, Eskelinen, Zhou and Kuosmanen (2023),
    Computational Economics.
    """
    one, others = np.asarray(treated, np.float64), np.asarray(donors, np.float64)
    _check(one, others, start)
    first, last = (0, start) if fit is None else fit
    if not 0 <= first < last <= start:
        raise BadInput(f"Periods {first} to {last} cannot be fitted.", allowed=f"within 0 to {start}, before it began")
    seen, goal = others[:, first:last].T, one[first:last]
    chosen = None
    if predictors is None:
        shares = nearest_mixture(seen, goal)
    elif importance is None:
        chosen, shares = _nested(_apart(predictors, others.shape[0]), seen, goal, rng or np.random.default_rng(0))
    else:
        away = _apart(predictors, others.shape[0])
        chosen = _given(importance, away.shape[0])
        shares = _nearest(away, chosen)
    shares = np.where(shares > _SHARE, shares, 0.0)
    shares /= shares.sum()
    mixed = shares @ others
    loss = float(np.mean((goal - shares @ others[:, first:last]) ** 2))
    return SyntheticControl(shares, chosen, mixed, one - mixed, start, loss)


def _check(one: Floats, others: Floats, start: int) -> None:
    if one.ndim != 1 or others.ndim != 2 or others.shape[1] != one.size:
        raise BadInput(
            f"A treated place of shape {one.shape} and donors of shape {others.shape} do not belong together.",
            allowed="(periods,) and (donors, periods)",
        )
    if not (np.isfinite(one).all() and np.isfinite(others).all()):
        raise BadInput("An outcome is missing or not a number.", allowed="finite numbers", remedy="Leave the unit out.")
    if not LEAST_BEFORE <= start < one.size:
        raise BadInput(
            f"It began at period {start} of {one.size}.", allowed=f"{LEAST_BEFORE} or more before it and one after"
        )
    if others.shape[0] < 2:
        raise BadInput(f"{others.shape[0]} donor cannot be mixed.", allowed="at least 2")


def _apart(predictors: tuple[ArrayLike, ArrayLike], many: int) -> Floats:
    """(k, n) standardised distance of each donor from the treated place in each predictor."""
    own, theirs = (np.asarray(part, np.float64) for part in predictors)
    if theirs.shape != (many, own.size) or not (np.isfinite(own).all() and np.isfinite(theirs).all()):
        raise BadInput(
            f"Predictors of shape {own.shape} and {theirs.shape} do not belong to {many} donors.",
            allowed="finite numbers, (predictors,) and (donors, predictors)",
        )
    spread = np.vstack([own, theirs]).std(0, ddof=1)
    return np.asarray((theirs - own).T / np.where(spread > 0, spread, 1.0)[:, None])


def _given(importance: ArrayLike, many: int) -> Floats:
    held = np.asarray(importance, np.float64)
    if held.shape != (many,) or not (np.isfinite(held).all() and (held >= 0).all() and held.any()):
        raise BadInput(
            f"The importance of {many} predictors is {held}.", allowed="one from 0 up a predictor, not all 0"
        )
    return np.asarray(held / held.sum())


def _nearest(away: Floats, importance: Floats) -> Floats:
    """Shares of the donors whose predictors, weighed by importance, come nearest."""
    weighed = away * np.sqrt(importance)[:, None]
    return mixture_of_products(np.ascontiguousarray(weighed.T @ weighed))


def _nested(away: Floats, seen: Floats, goal: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Importance of the predictors, and the shares it leads to: the best of many starts, each followed downhill."""

    def shares_of(logs: Floats) -> Floats:
        return _nearest(away, np.exp(logs - logs.max()))

    def loss(logs: Floats) -> float:
        return float(np.mean((goal - seen @ shares_of(logs)) ** 2))

    best = min((_downhill(loss, start) for start in _starts(loss, away.shape[0], rng)), key=loss)
    importance = np.exp(best - best.max())
    return importance / importance.sum(), shares_of(best)


def _starts(loss: Callable[[Floats], float], many: int, rng: np.random.Generator) -> list[Floats]:
    """All predictors alike, each nearly alone, and random ones: the most promising."""
    alone = [np.where(np.arange(many) == one, 2.0, -4.0) for one in range(many)]
    tried = [np.zeros(many), *alone, *rng.normal(0.0, 3.0, (STARTS, many)).clip(1 - _WIDEST, _WIDEST - 1)]
    return sorted(tried, key=loss)[:POLISHED]


def _downhill(loss: Callable[[Floats], float], start: Floats) -> Floats:
    options = {"maxiter": 40, "xtol": 1e-3, "ftol": 1e-10}
    bounds = [(-_WIDEST, _WIDEST)] * start.size
    found: Floats = np.asarray(minimize(loss, start, method="Powell", bounds=bounds, options=options).x, np.float64)
    return found


def group_placebos(donors: ArrayLike, groups: Sequence[Sequence[int]], start: int) -> Floats:
    """(groups,) effects found for groups of donors, each group's mean mixed from the donors outside it.

    Question: how large an effect does the method find for so many places together, where nothing was done?

    Parameters: ``donors`` (n, t) outcomes; ``groups`` of rows, each as many as are treated; ``start`` first period
    after it began.

    Assumes: under no effect the treated places are like such a group.

    When not to use: one treated place (:func:`space_placebos`); groups unlike the treated in level.

    Source: Abadie, Diamond and Hainmueller (2010), JASA 105, 493-505, section 3.4; of several places together: Cavallo,
    Galiani, Noy and Pantano (2013), Review of Economics and Statistics 95, 1549-1561, section III.
    """
    others = np.asarray(donors, np.float64)
    found = []
    for group in groups:
        inside = np.zeros(others.shape[0], bool)
        inside[list(group)] = True
        found.append(synthetic_control(others[inside].mean(0), others[~inside], start).effect)
    return np.array(found)


def space_placebos(donors: ArrayLike, start: int) -> SpacePlacebos:
    """Each donor mixed from the other donors, as if it were treated; the truly treated place is in none.

    Question: how large a gap does the method find where nothing was done?

    Parameters: ``donors`` (n, t) outcomes; ``start`` first period after it began.

    Assumes: under no effect the treated place is one of these, any of which could have been chosen.

    When not to use: fewer than 19 donors, where no 5% test is possible.

    Source: Abadie, Diamond and Hainmueller (2010), JASA 105, 493-505, section 3.4; (2015), American Journal of
    Political Science 59, 495-510, the ratio.
    """
    others = np.asarray(donors, np.float64)
    if others.ndim != 2 or others.shape[0] < 3 or not LEAST_BEFORE <= start < others.shape[1]:
        raise BadInput(f"Donors of shape {others.shape} have no placebos.", allowed="3 donors or more")
    before = others[:, :start]
    inner = before @ before.T
    gaps = np.empty_like(others)
    for at in range(others.shape[0]):
        rest = np.arange(others.shape[0]) != at
        cross = inner[rest, at]
        product = inner[np.ix_(rest, rest)] - cross[:, None] - cross + inner[at, at]
        gaps[at] = others[at] - mixture_of_products(np.ascontiguousarray(product)) @ others[rest]
    misses = np.sqrt(np.mean(gaps[:, :start] ** 2, axis=1))
    after = np.sqrt(np.mean(gaps[:, start:] ** 2, axis=1))
    ratios = np.divide(after, misses, out=np.full_like(after, np.inf), where=misses > 0)
    return SpacePlacebos(ratios, gaps[:, start:].mean(axis=1), misses)


def without_each_donor(treated: ArrayLike, donors: ArrayLike, start: int) -> Floats:
    """(donors with a share,) effects with one donor at a time left out: how much rests on a single place.

    Question, parameters and source as :func:`synthetic_control`; leave-one-out: Abadie, Diamond and Hainmueller (2015),
    American Journal of Political Science 59, 495-510.
    """
    others = np.asarray(donors, np.float64)
    shares = synthetic_control(treated, others, start).shares
    rest = [np.delete(others, at, axis=0) for at in np.flatnonzero(shares)]
    return np.array([synthetic_control(treated, part, start).effect for part in rest if part.shape[0] > 1])


def augmented(treated: ArrayLike, donors: ArrayLike, start: int) -> SyntheticControl:
    """The mixture put right for what it misses before, by ridge regression: shares may then fall below nought.

    Question: what would the effect be, were the gap before the start taken out as far as the donors allow?

    Parameters: as :func:`synthetic_control`. The ridge is chosen by leaving out one period before at a time, with the
    largest ridge whose error is within a standard error of the least.

    Assumes: outcomes move linearly with earlier ones, alike in every place.

    When not to use: where the mixture is already like the treated place, it changes nothing worth having.

    Source: Ben-Michael, Feller and Rothstein (2021), JASA 116, 1789-1803, equations 8 to 12 and section 5.3.
    """
    one, others = np.asarray(treated, np.float64), np.asarray(donors, np.float64)
    base = synthetic_control(one, others, start)
    middle = others.mean(0)
    held, goal = others[:, :start] - middle[:start], one[:start] - middle[:start]
    top = float(np.linalg.norm(held, 2) ** 2)
    ridges = top * np.logspace(0, -8, 20)
    errors = np.empty((ridges.size, start))
    for left in range(start):
        rest = np.arange(start) != left
        shares = nearest_mixture(held[:, rest].T, goal[rest])
        for at, ridge in enumerate(ridges):
            errors[at, left] = (goal[left] - _put_right(held[:, rest], goal[rest], shares, ridge) @ held[:, left]) ** 2
    mean, spread = errors.mean(1), errors.std(1, ddof=1) / np.sqrt(start)
    chosen = ridges[np.flatnonzero(mean <= (mean + spread)[mean.argmin()])[0]]
    shares = _put_right(held, goal, base.shares, float(chosen))
    mixed = middle + shares @ (others - middle)
    gap = one - mixed
    return SyntheticControl(shares, None, mixed, gap, start, float(np.mean(gap[:start] ** 2)))


def _put_right(held: Floats, goal: Floats, shares: Floats, ridge: float) -> Floats:
    missed = goal - shares @ held
    added = np.linalg.solve(held.T @ held + ridge * np.eye(goal.size), missed)
    return np.asarray(shares + held @ added)
