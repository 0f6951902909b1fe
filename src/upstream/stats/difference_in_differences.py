"""Differences in differences: changes of treated units against changes of units left alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput
from upstream.stats.distributions import reach, two_sided
from upstream.stats.intervals import CONFIDENCE, Interval
from upstream.stats.pooling import paule_mandel

Floats = NDArray[np.float64]
WEBB: Final = np.sqrt(np.array([1.5, 1.0, 0.5]))
"""Six weights of the wild bootstrap, these and their negatives: enough different draws with few units. Source: Webb
(2014), Queen's Economics Department Working Paper 1315."""
DRAWS: Final = 1999
LEAST_TREATED: Final = 3
"""With fewer treated units the wild bootstrap cannot tell an effect from that unit's own chance. Source: MacKinnon and
Webb (2018), Econometrics Journal 21, 114-135."""
LEAST_COMPARISONS: Final = 4
"""Fewer comparisons show no spread of changes. Ours."""
SMOOTHED: Final = 0.5


@dataclass(frozen=True, slots=True)
class Effect:
    """A difference in differences.

    Attributes
    ----------
    effect : Interval
        In the outcome's unit (or a ratio, where said); errors are clustered by unit.
    p : float
        Two-sided p of no effect, Student's t with as many degrees of freedom as units less one.
    p_wild : float or None
        The same by the wild bootstrap over units; None with fewer than three units on either side.
    standard_error : float
        Clustered by unit (of the logarithm, for a ratio).
    treated, compared : int
        Units.
    spread : float
        For a ratio: standard deviation of units' own changes beyond chance, of the logarithm; else 0.
    """

    effect: Interval
    p: float
    p_wild: float | None
    standard_error: float
    treated: int
    compared: int
    spread: float


def two_way(
    outcome: ArrayLike,
    treated: ArrayLike,
    start: int,
    *,
    rng: np.random.Generator | None = None,
    confidence: float = CONFIDENCE,
) -> Effect:
    """Change of the treated units' mean from before to after, less that of the others.

    Question: by how much did the treated units change more than the others did?

    Parameters: ``outcome`` (units, periods); ``treated`` (units,) true or false; ``start`` index of the first period
    after; ``rng`` draws the wild bootstrap, none without; ``confidence`` 0 to 1.

    Assumes: without a change both would have moved by as much (parallel trends: :func:`event_study` shows the time
    before); units independent of one another, periods of one unit related in whatever way.

    When not to use: units that began at different times (:func:`staggered`); counts of very different level
    (:func:`ratio_of_changes`).

    Source: Bertrand, Duflo and Mullainathan 2004, Quarterly Journal of Economics 119, 249-275 (clusters); Cameron,
    Gelbach and Miller 2008, Review of Economics and Statistics 90, 414-427 (wild bootstrap).
    """
    y, mask = _panel(outcome, treated, start)
    changes = y[:, start:].mean(1) - y[:, :start].mean(1)
    return _effect(changes, mask, rng, confidence)


def beside_spread(outcome: ArrayLike, treated: ArrayLike, start: int, *, confidence: float = CONFIDENCE) -> Effect:
    """The same difference of a measure, judged by how far the comparisons' own changes lie apart.

    Question: is the treated units' change further from the others' than those are from one another?

    Parameters: ``outcome`` (units, periods); ``treated`` (units,) true or false; ``start`` index of the first period
    after; ``confidence`` 0 to 1.

    Assumes: parallel trends; treated units' changes scatter as much as the others', about normally, independent of one
    another. So one treated unit is enough.

    When not to use: counts, whose scatter follows from their level (:func:`ratio_of_changes`); fewer than four others.

    Source: Donald and Lang 2007, Review of Economics and Statistics 89, 221-233 (few groups: Student's t over units).
    """
    y, mask = _panel(outcome, treated, start)
    changes = y[:, start:].mean(1) - y[:, :start].mean(1)
    own, others = changes[mask], changes[~mask]
    if others.size < LEAST_COMPARISONS:
        raise BadInput(f"{others.size} comparisons show no spread.", allowed=f"{LEAST_COMPARISONS} or more")
    error = float(others.std(ddof=1) * np.sqrt(1 / own.size + 1 / others.size))
    if not error > 0:
        raise BadInput("Every unit changed by as much: there is no spread to judge by.", allowed="units that vary")
    value, free = float(own.mean() - others.mean()), others.size - 1
    half = reach(confidence, free) * error
    effect = Interval(value, value - half, value + half, confidence)
    return Effect(effect, two_sided(value / error, free), None, error, own.size, others.size, 0.0)


def _panel(outcome: ArrayLike, treated: ArrayLike, start: int) -> tuple[Floats, NDArray[np.bool_]]:
    y, mask = np.asarray(outcome, dtype=np.float64), np.asarray(treated, dtype=bool)
    if y.ndim != 2 or mask.shape != (len(y),) or not np.isfinite(y).all():
        raise BadInput(f"An outcome of shape {y.shape} for {mask.size} units.", allowed="units by periods, no gaps")
    if not 0 < start < y.shape[1]:
        raise BadInput(f"It began at period {start} of {y.shape[1]}.", allowed="within the data, with periods before")
    if not mask.any() or int((~mask).sum()) < 2:
        raise BadInput(
            f"{int(mask.sum())} treated units and {int((~mask).sum())} others.", allowed="one and two, or more"
        )
    return y, mask


def _effect(changes: Floats, mask: NDArray[np.bool_], rng: np.random.Generator | None, confidence: float) -> Effect:
    estimate, error = _slope(changes[None, :], mask)
    if not error[0] > 0:
        raise BadInput("Every unit changed by as much: there is no spread to judge by.", allowed="units that vary")
    free = len(changes) - 1
    half = reach(confidence, free) * float(error[0])
    wild = None
    if rng is not None and min(int(mask.sum()), int((~mask).sum())) >= LEAST_TREATED:
        wild = _wild(changes, mask, float(estimate[0] / error[0]), rng)
    value = float(estimate[0])
    return Effect(
        Interval(value, value - half, value + half, confidence),
        two_sided(float(value / error[0]), free),
        wild,
        float(error[0]),
        int(mask.sum()),
        int((~mask).sum()),
        0.0,
    )


def _slope(changes: Floats, mask: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Difference of means of each row of changes, and its error clustered by unit (which here is by entry)."""
    n, sides = mask.size, (mask, ~mask)
    means = [changes[:, side].mean(1) for side in sides]
    square = sum(
        ((changes[:, side] - mean[:, None]) ** 2).sum(1) / side.sum() ** 2
        for side, mean in zip(sides, means, strict=True)
    )
    return means[0] - means[1], np.sqrt(np.asarray(square) * n / (n - 2))


def _wild(changes: Floats, mask: NDArray[np.bool_], seen: float, rng: np.random.Generator) -> float:
    """Share of wild draws, with no effect imposed, whose t is as far out."""
    around = changes - changes.mean()
    weights = np.concatenate([WEBB, -WEBB])[rng.integers(6, size=(DRAWS, changes.size))]
    estimate, error = _slope(weights * around, mask)
    far = np.abs(estimate) >= abs(seen) * error * (1 - 1e-9)
    return float((1 + far.sum()) / (DRAWS + 1))


def ratio_of_changes(
    before: ArrayLike, after: ArrayLike, treated: ArrayLike, *, confidence: float = CONFIDENCE
) -> Effect:
    """The factor of change of treated units over that of the others, beside how much the others' factors differ.

    Question: did the treated units change by another factor than units left alone do among themselves?

    Parameters: ``before`` and ``after`` (units,) counts; ``treated`` (units,) true or false, four or more others;
    ``confidence`` 0 to 1.

    Assumes: counts vary as Poisson counts about levels of their own; what moves a unit beyond chance and beyond its
    side's factor (drift, months that follow one another) has one variance, which the units of both sides show, and the
    treated would have moved as the others did. Where the effect differs among treated units, that is in the variance.

    When not to use: others that are not like the treated; fewer than four of them.

    Source: Paule and Mandel 1982, Journal of Research of the National Bureau of Standards 87, 377-385 (variance between
    units); Higgins, Thompson and Spiegelhalter 2009, Journal of the Royal Statistical Society A 172, 137-159 (where a
    new unit lies); Donald and Lang 2007, Review of Economics and Statistics 89, 221-233 (few groups).
    """
    first, second = (np.asarray(x, dtype=np.float64) for x in (before, after))
    mask = np.asarray(treated, dtype=bool)
    if not (first.shape == second.shape == mask.shape) or (first < 0).any() or (second < 0).any():
        raise BadInput("Counts before, after and what is treated do not fit.", allowed="one of each a unit, from 0")
    others = ~mask & (first + second > 0)
    if not mask.any() or others.sum() < LEAST_COMPARISONS:
        raise BadInput(
            f"{int(mask.sum())} treated units and {int(others.sum())} others with events.",
            allowed=f"one, and {LEAST_COMPARISONS} others or more",
        )
    for whose, side in (("treated units", mask), ("others", others)):
        for when, counts in (("before", first), ("after", second)):
            if not counts[side].any():  # perfect separation: half an event in every unit would decide the factor
                raise BadInput(
                    f"No event was counted in the {whose} {when}: their factor of change has no finite estimate.",
                    allowed="events before and after, in both",
                )
    log = np.log((second + SMOOTHED) / (first + SMOOTHED))
    chance = 1 / (second + SMOOTHED) + 1 / (first + SMOOTHED)
    held = others | (mask & (first + second > 0))
    spread = paule_mandel(log[held], chance[held], mask[held])
    weight = 1 / (chance + spread)
    means = [float((log * weight)[side].sum() / weight[side].sum()) for side in (mask, others)]
    error = float(np.sqrt(sum(1 / weight[side].sum() for side in (mask, others))))
    free = int(held.sum()) - 2
    value, half = means[0] - means[1], reach(confidence, free) * error
    limits = np.exp([value, value - half, value + half])
    return Effect(
        Interval(float(limits[0]), float(limits[1]), float(limits[2]), confidence),
        two_sided(value / error, free),
        None,
        error,
        int(mask.sum()),
        int(others.sum()),
        float(np.sqrt(spread)),
    )


@dataclass(frozen=True, slots=True)
class EventStudy:
    """Effects period by period, before and after.

    Attributes
    ----------
    periods : tuple of int
        Periods since the start; -1, the last before, is what all are compared with.
    effects : tuple of Interval
        One a period, errors clustered by unit.
    drift : Interval
        Treated less others, growth a period before; 0 where they moved alike.
    p_parallel : float
        Two-sided p that they did.
    """

    periods: tuple[int, ...]
    effects: tuple[Interval, ...]
    drift: Interval
    p_parallel: float


def event_study(outcome: ArrayLike, treated: ArrayLike, start: int, *, confidence: float = CONFIDENCE) -> EventStudy:
    """The difference between treated units and others in every period, against the last before.

    Question: did they move alike before, and from when did they part?

    Parameters: as :func:`two_way`, two periods before or more.

    Assumes: as :func:`two_way`; here it can be seen.

    When not to use: to prove that they moved alike: a drift too small to see is not nil.

    Source: Freyaldenhoven, Hansen and Shapiro 2019, American Economic Review 109, 3307-3338; Roth 2022, American
    Economic Review: Insights 4, 305-322 (what such a look can and cannot show).
    """
    y, mask = _panel(outcome, treated, start)
    if start < 2:
        raise BadInput("There is one period before.", allowed="two or more, to see whether they moved alike")
    periods = tuple(t - start for t in range(y.shape[1]) if t != start - 1)
    effects = tuple(
        _effect(y[:, t + start] - y[:, start - 1], mask, None, confidence).effect
        if _varies(y, t, start)
        else Interval(0.0, 0.0, 0.0, confidence)
        for t in periods
    )
    at = np.arange(start) - (start - 1) / 2
    slopes = y[:, :start] @ at / (at @ at)
    drift = _effect(slopes, mask, None, confidence)
    return EventStudy(periods, effects, drift.effect, drift.p)


def _varies(y: Floats, period: int, start: int) -> bool:
    return bool(np.ptp(y[:, period + start] - y[:, start - 1]) > 0)


@dataclass(frozen=True, slots=True)
class Staggered:
    """Effects where units began at different times.

    Attributes
    ----------
    overall : Interval
        Mean over treated units and their periods after.
    p : float
        Two-sided p of no effect.
    by_time : tuple of (int, Interval)
        Effect by periods since a unit's own start; before it (below -1) nought where trends are parallel.
    cohorts : tuple of (int, float)
        Mean effect of the units that began at each start.
    """

    overall: Interval
    p: float
    by_time: tuple[tuple[int, Interval], ...]
    cohorts: tuple[tuple[int, float], ...]


def staggered(
    outcome: ArrayLike,
    starts: ArrayLike,
    *,
    not_yet: bool = False,
    phase_in: int = 0,
    confidence: float = CONFIDENCE,
) -> Staggered:
    """Effects of a roll-out in steps, each unit compared with units that were not treated at the time.

    Question: what did it do, where it began at different times?

    Parameters: ``outcome`` (units, periods); ``starts`` (units,) index of each one's first period after, below 0 for
    never; ``not_yet`` also compares with units that begin later; ``phase_in`` periods from each start are left out of
    the mean; ``confidence`` 0 to 1.

    Assumes: without it all would have moved alike from the period before each start; no effect before a start; units
    independent of one another. Where fewer than three began together their spread is taken to be that of the others.

    When not to use: fewer than two units never treated (or, with ``not_yet``, later ones), or starts brought forward
    where things went badly.

    Source: Callaway and Sant'Anna 2021, Journal of Econometrics 225, 200-230 (no covariates; normal limits from the
    influence of each unit).
    """
    y, begun = np.asarray(outcome, dtype=np.float64), np.asarray(starts, dtype=np.int64)
    if y.ndim != 2 or begun.shape != (len(y),) or not np.isfinite(y).all():
        raise BadInput(f"An outcome of shape {y.shape} for {begun.size} starts.", allowed="units by periods, no gaps")
    cohorts = sorted({int(s) for s in begun if 0 <= s < y.shape[1]})
    if not cohorts or cohorts[0] == 0:
        raise BadInput("No unit begins within the data after a period before.", allowed="starts from 1")
    cells = {(g, t): _cell(y, begun, g, t, not_yet) for g in cohorts for t in range(y.shape[1]) if t != g - 1}
    held = {key: cell for key, cell in cells.items() if cell is not None}
    after = {key: cell for key, cell in held.items() if key[1] >= key[0] + phase_in}
    if not after:
        raise BadInput("Nobody is left to compare with.", allowed="two units or more not treated at the time")
    size = {g: int((begun == g).sum()) for g in cohorts}
    overall, p = _mean_of(after, size, confidence)
    times = sorted({t - g for g, t in held})
    by_time = tuple(
        (e, _mean_of({k: c for k, c in held.items() if k[1] - k[0] == e}, size, confidence)[0]) for e in times
    )
    means = tuple(
        (g, float(np.mean([c[0] for k, c in after.items() if k[0] == g])))
        for g in cohorts
        if any(k[0] == g for k in after)
    )
    return Staggered(overall, p, by_time, means)


def _cell(y: Floats, begun: NDArray[np.int64], g: int, t: int, not_yet: bool) -> tuple[float, Floats] | None:
    """Effect on the units that began at ``g`` in period ``t``, and how much each unit sways it."""
    own, others = begun == g, (begun < 0) | (begun >= y.shape[1])
    if not_yet:
        others = others | (begun > max(t, g))
    if others.sum() < 2:
        return None
    change = y[:, t] - y[:, g - 1]
    sway = np.zeros(len(y))
    if (
        own.sum() < LEAST_TREATED
    ):  # too few to show their own spread: that of the others, in the same direction each time
        sway[own] = change[others].std(ddof=1) / own.sum()
    else:
        sway[own] = (change[own] - change[own].mean()) / own.sum()
    sway[others] = -(change[others] - change[others].mean()) / others.sum()
    return float(change[own].mean() - change[others].mean()), sway


def _mean_of(
    cells: dict[tuple[int, int], tuple[float, Floats]], size: dict[int, int], confidence: float
) -> tuple[Interval, float]:
    weights = np.array([float(size[g]) for g, _ in cells])
    weights /= weights.sum()
    value = float(weights @ [cell[0] for cell in cells.values()])
    sway = np.sum([w * cell[1] for w, cell in zip(weights, cells.values(), strict=True)], axis=0)
    swaying = int((sway != 0).sum())
    error = float(np.sqrt((sway**2).sum() * swaying / max(swaying - 1, 1)))
    free = max(swaying - 1, 1)
    half = reach(confidence, free) * error
    p = two_sided(value / error, free) if error else (1.0 if value == 0 else 0.0)
    return Interval(value, value - half, value + half, confidence), p
