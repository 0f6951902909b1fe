"""What changed in a treated place and about it, against the change of places that were left alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput
from upstream.stats.distributions import reach, two_sided
from upstream.stats.intervals import CONFIDENCE, Interval
from upstream.stats.peers import dispersion_of_table

Floats = NDArray[np.float64]
NO_AREA: Final = np.zeros((0, 2))


@dataclass(frozen=True, slots=True)
class Difference:
    """A weighted displacement difference.

    Attributes
    ----------
    total : Interval
        Events more (below 0: fewer) than the comparison places lead one to expect, in the treated places and about
        them; of one place and one period where weights are given.
    local, displaced : Interval
        Its two parts: the treated places alone, and the places about them alone.
    standard_error : float
        Of ``total``, in events.
    z : float
        ``total`` over its standard error.
    p : float
        Two-sided p value of no change.
    dispersion : float
        Variance of a count over its mean that was allowed for.
    """

    total: Interval
    local: Interval
    displaced: Interval
    standard_error: float
    z: float
    p: float
    dispersion: float


def displacement_difference(
    treated: ArrayLike,
    control: ArrayLike,
    *,
    displacement: ArrayLike | None = None,
    displacement_control: ArrayLike | None = None,
    treated_weights: ArrayLike = 1.0,
    control_weights: ArrayLike = 1.0,
    displacement_weights: ArrayLike = 1.0,
    displacement_control_weights: ArrayLike = 1.0,
    period_weights: tuple[float, float] = (1.0, 1.0),
    dispersion: float = 1.0,
    confidence: float = CONFIDENCE,
) -> Difference:
    """The weighted displacement difference of places before and after.

    Question: did events fall more in the treated places, and in those about them, than where nothing was done?

    Parameters:

    treated, control, displacement, displacement_control : (2,) or (n, 2) of int
        Events before and after, one row a place. The places about the treated ones, and their own controls, may be
        left out; displacement without a control of its own is taken as it is.
    treated_weights, ... : number or (n,)
        Size of each place (area, street length, or how many controls stand for one treated place): counts are divided
        by it.
    period_weights
        Length of the time before and after in one unit; counts are divided by it.
    dispersion
        Variance of a count over its mean (1 or more): :func:`dispersion_of_months` says how much. The standard error
        grows by its root.
    confidence
        Of the intervals, 0 to 1.

    Assumes: counts of different places and periods are independent and vary as Poisson counts do, times
    ``dispersion``; treated and control places would have changed by the same number of events per unit of weight.

    When not to use: places that overlap; a treated place chosen for a bad time (it falls anyway); places of very
    different size without weights (a common change in per cent is not one in numbers): use a ratio of ratios
    (:func:`counts_compared`).

    Source: Wheeler and Ratcliffe 2018, Crime Science 7:11.
    """
    if not (np.isfinite(dispersion) and dispersion >= 1):
        raise BadInput(f"The dispersion is {dispersion}.", allowed="1 or more")
    periods = _periods(period_weights)
    sums = [
        _change(places, weights, periods, name)
        for places, weights, name in (
            (treated, treated_weights, "treated"),
            (control, control_weights, "control"),
            (NO_AREA if displacement is None else displacement, displacement_weights, "displacement"),
            (
                NO_AREA if displacement_control is None else displacement_control,
                displacement_control_weights,
                "displacement control",
            ),
        )
    ]
    (t, t_var, _), (c, c_var, _), (d, d_var, _), (k, k_var, _) = sums
    _comparable(sums, treated_weights, control_weights, displacement_weights, displacement_control_weights)
    return _difference((t - c, t_var + c_var), (d - k, d_var + k_var), dispersion, confidence)


def weighted_sum(parts: Sequence[Difference], weights: ArrayLike, *, confidence: float = CONFIDENCE) -> Difference:
    """Differences of several kinds of event, each weighed (harm, cost), as one.

    Question: did harm fall more in the treated places than where nothing was done?

    Parameters: ``parts`` (k) one a kind of event, from :func:`displacement_difference`; ``weights`` (k,) what one event
    of the kind counts; ``confidence`` 0 to 1.

    Assumes: kinds that vary independently; weights that are known.

    When not to use: where one rare and heavy kind decides the sum: show the kinds.

    Source: Wheeler and Ratcliffe 2018, Crime Science 7:11; variance of a weighted sum.
    """
    w = np.asarray(weights, dtype=np.float64)
    if w.shape != (len(parts),) or not len(parts) or not np.isfinite(w).all() or (w < 0).any():
        raise BadInput(f"{len(parts)} kinds and {w.size} weights.", allowed="one weight from 0 for each kind")

    def part(name: str) -> tuple[float, float]:
        held = [getattr(one, name) for one in parts]
        error = np.array([(one.upper - one.estimate) / reach(one.confidence) for one in held])
        return float(w @ [one.estimate for one in held]), float(w**2 @ error**2)

    return _difference(part("local"), part("displaced"), 1.0, confidence)


def _difference(
    local: tuple[float, float], displaced: tuple[float, float], dispersion: float, confidence: float
) -> Difference:
    total = (local[0] + displaced[0], local[1] + displaced[1])
    error = float(np.sqrt(total[1] * dispersion))
    if not error:
        raise BadInput("No event was counted in any place.", allowed="at least one event, before or after")
    z = total[0] / error
    made = [_interval(estimate, variance * dispersion, confidence) for estimate, variance in (total, local, displaced)]
    return Difference(made[0], made[1], made[2], error, z, two_sided(z), dispersion)


def _interval(estimate: float, variance: float, confidence: float) -> Interval:
    half = reach(confidence) * float(np.sqrt(variance))
    return Interval(estimate, estimate - half, estimate + half, confidence)


def _periods(weights: tuple[float, float]) -> Floats:
    held = np.asarray(weights, dtype=np.float64)
    if held.shape != (2,) or not np.isfinite(held).all() or (held <= 0).any():
        raise BadInput(f"The lengths of the periods are {weights}.", allowed="two numbers above 0")
    return held


def _places(counts: ArrayLike, name: str) -> Floats:
    held = np.atleast_2d(np.asarray(counts, dtype=np.float64))
    whole = np.isfinite(held).all() and (held >= 0).all() and (held == np.floor(held)).all()
    if held.ndim != 2 or held.shape[1] != 2 or not whole:
        raise BadInput(
            f"The {name} counts are {np.asarray(counts).tolist()}.",
            allowed="two whole numbers from 0 for each place: before and after",
        )
    return held


def _change(counts: ArrayLike, weights: ArrayLike, periods: Floats, name: str) -> tuple[float, float, int]:
    """Change of a group of places, its Poisson variance, and how many there are."""
    held = _places(counts, name)
    w = np.broadcast_to(np.asarray(weights, dtype=np.float64), (len(held),))
    if not np.isfinite(w).all() or (w <= 0).any():
        raise BadInput(f"A weight of the {name} places is not above 0.", allowed="numbers above 0")
    scaled = held / w[:, None] / periods
    variance = held / (w[:, None] * periods) ** 2
    return float(scaled[:, 1].sum() - scaled[:, 0].sum()), float(variance.sum()), len(held)


def _comparable(sums: Sequence[tuple[float, float, int]], *weights: ArrayLike) -> None:
    """A sum over three controls is no match for one treated place, unless weights say how they compare."""
    for (first, second), (a, b) in (
        ((0, 1), ("control", "treated")),
        ((2, 3), ("displacement control", "displacement")),
    ):
        given = any(np.any(np.asarray(weights[place]) != 1) for place in (first, second))
        if sums[second][2] and sums[first][2] != sums[second][2] and not given:
            raise BadInput(
                f"{sums[second][2]} {a} places for {sums[first][2]} {b} and no weights.",
                allowed="as many of both, or weights",
                remedy="To compare with the mean of controls, weigh each by how many stand for one treated place.",
            )


def dispersion_of_months(counts: ArrayLike) -> float:
    """Variance over mean of the monthly counts of places before anything was done; 1 where they vary no more.

    Question: by how much do these counts vary more than Poisson counts?

    Parameters: ``counts`` (n, m) events of n places in m months, all of the time before.

    Assumes: each place has a level of its own and each month one common to all (season, trend); what is left is spread
    alike. With one place the months are compared with their mean.

    When not to use: months of the time after, where an effect would pass for spread; fewer than about 12 months.

    Source: McCullagh and Nelder 1989, Generalized Linear Models, section 6.2.3 (Pearson's chi-square over its degrees
    of freedom).
    """
    y = np.atleast_2d(np.asarray(counts, dtype=np.float64))
    if y.ndim != 2 or y.shape[1] < 2 or not np.isfinite(y).all() or (y < 0).any():
        raise BadInput(f"Counts of shape {y.shape}.", allowed="places by months, two months or more, from 0")
    y = y[y.sum(1) > 0]
    if not len(y):
        raise BadInput("No event was counted in any month.", allowed="at least one event")
    if len(y) > 1:
        return dispersion_of_table(y)
    chi = float(((y - y.mean()) ** 2).sum()) / float(y.mean())
    found: float = max(1.0, chi / (y.size - 1))
    return found


def dispersion_of_changes(before: ArrayLike, after: ArrayLike) -> float:
    """Variance over mean of the changes of units that were left alone; 1 where they differ no more than by chance.

    Question: by how much do such units part from one another, from before to after, beyond Poisson chance?

    Parameters: ``before`` and ``after`` (n,) counts of units left alone.

    Assumes: all moved by one factor, but for what moves each by itself.

    When not to use: units of another level than the one it is used for: what moves a unit grows with its level.

    Source: McCullagh and Nelder 1989, Generalized Linear Models, section 6.2.3 (Pearson's chi-square over its degrees
    of freedom), of a table of units by two periods.
    """
    pairs = _places(np.column_stack([np.asarray(before, np.float64), np.asarray(after, np.float64)]), "unit")
    pairs = pairs[pairs.sum(1) > 0]
    if len(pairs) < 2:
        raise BadInput(f"{len(pairs)} units with events.", allowed="two or more")
    return dispersion_of_table(pairs)


@dataclass(frozen=True, slots=True)
class Quotient:
    """A weighted displacement quotient.

    Attributes
    ----------
    quotient : Interval
        Change about the treated place over change in it, both against the control. Above 1 what was gained about it
        exceeds what was gained in it; from 0 to 1 some was gained; below 0 some was displaced; below -1 more than was
        gained. Limits are infinite where the change in the treated place could be nil.
    direct, about : float
        Change of the ratio to the control, of the treated place and of the places about it.
    interpretable : bool
        Whether the treated place fell against the control at all; if not, the quotient says nothing.
    bounded : bool
        Whether the limits are finite.
    """

    quotient: Interval
    direct: float
    about: float
    interpretable: bool
    bounded: bool


def displacement_quotient(
    treated: ArrayLike,
    displacement: ArrayLike,
    control: ArrayLike,
    *,
    dispersion: float = 1.0,
    confidence: float = CONFIDENCE,
) -> Quotient:
    """The weighted displacement quotient: what was displaced, or gained about it, per unit gained in the place.

    Question: of what fell in the treated place, how much came back near by, or fell near by too?

    Parameters: ``treated``, ``displacement`` and ``control`` (2,) counts before and after, above 0 in the control;
    ``dispersion`` (1 or more) variance over mean; ``confidence`` 0 to 1.

    Assumes: independent Poisson counts, times ``dispersion``, large enough for Fieller's limits (ten or more each).

    When not to use: where the treated place did not fall against the control; where the fall could be nil the quotient
    has no limits: read the difference instead (:func:`displacement_difference`).

    Source: Bowers and Johnson 2003, Journal of Quantitative Criminology 19, 275-301; limits by Fieller 1954, Journal
    of the Royal Statistical Society B 16, 175-185.
    """
    a, b, c = (
        _places(x, n)[0] for x, n in ((treated, "treated"), (displacement, "displacement"), (control, "control"))
    )
    if (c == 0).any() or a.sum() == 0 or dispersion < 1:
        raise BadInput(
            f"The control counts are {c.tolist()}, the treated ones {a.tolist()}, the dispersion {dispersion}.",
            allowed="control counts above 0, an event in the treated place, dispersion 1 or more",
        )
    direct, about = float(a[1] / c[1] - a[0] / c[0]), float(b[1] / c[1] - b[0] / c[0])
    covariance = dispersion * np.array(
        [a @ (b / c**3), (a / c**2).sum() + a @ (a / c**3), (b / c**2).sum() + b @ (b / c**3)]
    )
    low, high, bounded = _fieller(about, direct, covariance, reach(confidence))
    estimate = about / direct if direct else float("nan")
    return Quotient(Interval(estimate, low, high, confidence), direct, about, direct < 0, bounded)


def _fieller(top: float, bottom: float, covariance: Floats, z: float) -> tuple[float, float, bool]:
    """Fieller's limits of a ratio; ``covariance`` is that of both, the variance of the bottom, and of the top."""
    both, below, above = covariance
    a = bottom**2 - z**2 * below
    b = top * bottom - z**2 * both
    inside = b**2 - a * (top**2 - z**2 * above)
    if a <= 0 or inside < 0:
        return float("-inf"), float("inf"), False
    return float((b - np.sqrt(inside)) / a), float((b + np.sqrt(inside)) / a), True
