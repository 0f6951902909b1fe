"""A series with a wandering level, a season and controls: a step in it, and what would have been without it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar

from upstream.errors import BadInput

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

LEAST_BEFORE: Final = 12
"""Periods before: with fewer the level's wandering cannot be told from noise. Ours."""
SEASONS_HELD: Final = 2
"""So many of each season before are needed to know it. Ours."""
DRAWS: Final = 2000
BURNT: Final = 200
LEVEL_GUESS: Final = 0.01
LEVEL_WEIGHT: Final = 32.0
"""Prior of the level's step: this share of the series' standard deviation, worth so many steps."""
EXPLAINED: Final = 0.8
NOISE_WEIGHT: Final = 1.0
MODEL_SIZE: Final = 3.0
INFORMATION: Final = 0.01
SHRINKAGE: Final = 0.5
"""Prior of the controls: share of variance explained and its weight, how many matter, weight of the slab, and how far
the slab is drawn to its diagonal. Source: defaults of Google's CausalImpact and bsts (R), but for the noise's weight,
50 values there: where controls explain less than foretold, intervals were then too narrow (83 in 100 held)."""
_TENS: Final = 20.0
_MIDDLE_95: Final = 1.96
_LEAST: Final = float(np.finfo(float).tiny)


@dataclass(frozen=True, slots=True)
class Step:
    """A step in the logarithm (or unit) that the series was given in.

    Attributes
    ----------
    effect, error : float
        The step and its standard error.
    wandering : float
        Variance of the level's step over that of the noise, at its maximum likelihood.
    """

    effect: float
    error: float
    wandering: float


@dataclass(frozen=True, slots=True, eq=False)
class Without:
    """What there would have been, as draws.

    Attributes
    ----------
    draws : array (draws, periods after)
        Simulated outcomes without it.
    expected : array (periods,)
        Mean of the model, before and after.
    low, high : array (periods,)
        Where 95 in 100 outcomes would lie.
    inclusion : array (controls,)
        How often each control was in the model, 0 to 1.
    observed : array (periods after,)
        What was seen.
    """

    draws: Floats
    expected: Floats
    low: Floats
    high: Floats
    inclusion: Floats
    observed: Floats

    def from_period(self, after: int) -> Without:
        """The same with so many of the first periods after left out of the effect."""
        return replace(self, draws=self.draws[:, after:], observed=self.observed[after:])

    @property
    def effects(self) -> Floats:
        """(draws,) cumulative effect."""
        return np.asarray(self.observed.sum() - self.draws.sum(1))

    @property
    def p(self) -> float:
        """Two-sided: twice the share of draws on the rarer side of the total seen, itself counted."""
        total, seen = self.draws.sum(1), self.observed.sum()
        rarer = min(int(np.sum(total >= seen)), int(np.sum(total <= seen)))
        return float(min(1.0, 2 * (1 + rarer) / (1 + total.size)))


def season_columns(periods: int, season: int) -> Floats:
    """(periods, season - 1) contrasts of the seasons: each against the last, adding up to nought over a year."""
    at = np.arange(periods) % season
    columns = np.equal.outer(at, np.arange(season - 1)).astype(float)
    columns[at == season - 1] = -1.0
    return columns


def structural_step(
    values: ArrayLike, start: int, *, season: int = 1, controls: ArrayLike | None = None, early: float = 0.0
) -> Step:
    """The size of a step at a known time.

    Question: by how much did the level change when it began, season, wandering level and controls allowed for?

    Parameters: ``values`` (t,) the series, in logarithms where the step is a ratio; ``start`` first period after;
    ``season`` periods a year (1 for none); ``controls`` (t, k); ``early`` share of the effect (0 to 1) already there in
    the period before, where people acted ahead.

    Assumes: a level that wanders by independent normal steps, a fixed season, controls that are not moved by what was
    done, and an effect that comes at once and stays.

    When not to use: counts near nought; an effect that grows.

    Source: Harvey and Durbin (1986), JRSS A 149, 187-227; Harvey (1989), Forecasting, Structural Time Series Models and
    the Kalman Filter, sections 4.4 and 7.6.
    """
    y = np.asarray(values, np.float64)
    held = _columns(y, start, season, controls)
    there = (np.arange(y.size) >= start).astype(float)
    there[start - 1] = early
    table = np.column_stack([y, there, held])

    def badness(log_ratio: float) -> float:
        white, log_size = _whitened(table, math.exp(log_ratio))
        left = white[:, 0] - white[:, 1:] @ np.linalg.lstsq(white[:, 1:], white[:, 0], rcond=None)[0]
        return float(white.shape[0] * math.log(left @ left) + log_size)

    best = float(minimize_scalar(badness, bounds=(-_TENS, 5.0), method="bounded").x)
    white, _ = _whitened(table, math.exp(best))
    inverse = np.linalg.pinv(white[:, 1:].T @ white[:, 1:])
    found = inverse @ white[:, 1:].T @ white[:, 0]
    left = white[:, 0] - white[:, 1:] @ found
    noise = float(left @ left) / (white.shape[0] - white.shape[1] + 1)
    return Step(float(found[0]), math.sqrt(noise * inverse[0, 0]), math.exp(best))


def _columns(y: Floats, start: int, season: int, controls: ArrayLike | None) -> Floats:
    _check(y, start, season)
    parts = [season_columns(y.size, season)] if season > 1 else []
    if controls is not None:
        given = np.asarray(controls, np.float64)
        given = given[:, None] if given.ndim == 1 else given
        if given.shape[0] != y.size or not np.isfinite(given).all():
            raise BadInput("A control is missing or not a number.", allowed="finite numbers, one a period")
        parts.append(given - given.mean(0))
    return np.column_stack(parts) if parts else np.empty((y.size, 0))


def _check(y: Floats, start: int, season: int) -> None:
    if y.ndim != 1 or not np.isfinite(y).all():
        raise BadInput("A value is missing or not a number.", allowed="finite numbers, one a period")
    least = max(LEAST_BEFORE, SEASONS_HELD * season if season > 1 else 0)
    if not least <= start < y.size:
        raise BadInput(
            f"{start} periods before of {y.size} are not enough.",
            allowed=f"{least} or more before, and one after",
            remedy="Add earlier periods, or leave the season out and say so.",
        )
    if np.ptp(y[:start]) == 0:
        raise BadInput("The series never changes before it began.", allowed="values that differ")


def _whitened(table: Floats, ratio: float) -> tuple[Floats, float]:
    """One-step errors of each column, standardised, with a level of unknown start; and the log determinant."""
    level = table[0].copy()
    spread, log_size = 1.0 + ratio, 0.0
    white = np.empty((table.shape[0] - 1, table.shape[1]))
    for at in range(1, table.shape[0]):
        size = spread + 1.0
        missed = table[at] - level
        white[at - 1] = missed / math.sqrt(size)
        log_size += math.log(size)
        gain = spread / size
        level += gain * missed
        spread = spread * (1 - gain) + ratio
    return white, log_size


def without_it(
    values: ArrayLike,
    start: int,
    *,
    rng: np.random.Generator,
    controls: ArrayLike | None = None,
    season: int = 1,
    draws: int = DRAWS,
) -> Without:
    """What the series would have been without it, learnt from the time before.

    Question: where would the series have gone, by its own level and by controls that went on undisturbed?

    Parameters: ``values`` (t,); ``start`` first period after it began; ``rng``; ``controls`` (t, k), of which few may
    matter: each is in the model or out of it; ``season`` periods a year (1 for none); ``draws`` to keep.

    Assumes: controls that were not touched by it, related to the series after as before; a level that wanders little.

    When not to use: short series, counts near nought, or controls that the problem may have moved to.

    Source: Brodersen, Gallusser, Koehler, Remy and Scott (2015), Annals of Applied Statistics 9, 247-274, section 2;
    George and McCulloch (1997), Statistica Sinica 7, 339-373 (in or out, one control at a time).
    """
    y = np.asarray(values, np.float64)
    columns = _columns(y, start, season, controls)
    fixed = season - 1 if season > 1 else 0
    middle, size = float(y[:start].mean()), float(y[:start].std(ddof=1))
    scale = columns[:start].std(0)
    if (scale == 0).any():
        raise BadInput("A control never changes before it began.", allowed="controls that vary")
    held = (columns - columns[:start].mean(0)) / scale
    many = max(held.shape[1] - fixed, 1)
    chance = np.full(held.shape[1], min(MODEL_SIZE / many, 1.0))
    chance[:fixed] = 1.0
    explained = EXPLAINED if held.shape[1] else 0.0
    prior = INFORMATION / start * _shrunk(held[:start])
    base, weight = NOISE_WEIGHT * (1 - explained), NOISE_WEIGHT + start
    future, fitted, inside = _gibbs((y - middle)[:start] / size, held, chance, prior, base, weight, draws, rng)
    future, fitted = middle + size * future, middle + size * fitted
    low, high = np.quantile(future, [0.025, 0.975], axis=0)
    past = fitted.mean(0)
    spread = _MIDDLE_95 * float(np.std(y[:start] - past, ddof=1))
    return Without(
        future,
        np.append(past, future.mean(0)),
        np.append(past - spread, low),
        np.append(past + spread, high),
        inside[fixed:],
        y[start:],
    )


def _shrunk(held: Floats) -> Floats:
    alike = held.T @ held
    return np.asarray((1 - SHRINKAGE) * alike + SHRINKAGE * np.diag(np.diag(alike)))


def _levelled(left: Floats, noise: float, step: float, chance: Floats) -> Floats:
    """One draw of the wandering level: filtered forwards, drawn backwards; ``chance`` are standard normal draws."""
    many = left.size
    mean, spread = np.empty(many), np.empty(many)
    m, p = left[0], 1.0
    for at in range(many):
        if at:
            p += step
        gain = p / (p + noise)
        m += gain * (left[at] - m)
        p *= 1 - gain
        mean[at], spread[at] = m, p
    level = np.empty(many)
    level[many - 1] = mean[many - 1] + np.sqrt(spread[many - 1]) * chance[many - 1]
    for at in range(many - 2, -1, -1):
        pull = spread[at] / (spread[at] + step)
        middle = mean[at] + pull * (level[at + 1] - mean[at])
        level[at] = middle + np.sqrt(spread[at] * (1 - pull)) * chance[at]
    return level


_level = njit(cache=True)(_levelled)


def _root(matrix: Floats) -> tuple[Floats, float]:
    """Lower Cholesky root of a small matrix, and half the logarithm of its determinant."""
    many = matrix.shape[0]
    root, size = np.zeros((many, many)), 0.0
    for i in range(many):
        for j in range(i + 1):
            left = matrix[i, j]
            for k in range(j):
                left -= root[i, k] * root[j, k]
            root[i, j] = math.sqrt(left) if i == j else left / root[j, j]
        size += math.log(root[i, i])
    return root, size


_rooted = njit(cache=True)(_root)


def _up(root: Floats, values: Floats) -> Floats:
    """Solve with the transpose of a lower root."""
    found = values.copy()
    for i in range(values.size - 1, -1, -1):
        for k in range(i + 1, values.size):
            found[i] -= root[k, i] * found[k]
        found[i] /= root[i, i]
    return found


_solved_up = njit(cache=True)(_up)


def _after_seeing(
    cross: Floats, total: float, inside: Bools, alike: Floats, prior: Floats, base: float, weight: float
) -> tuple[Floats, Floats, float, float]:
    """Middle, root of the precision, sum of squares left, and log evidence of the controls that are inside."""
    at = np.flatnonzero(inside)
    before, after = np.empty((at.size, at.size)), np.empty((at.size, at.size))
    for i in range(at.size):
        for j in range(at.size):
            before[i, j] = prior[at[i], at[j]]
            after[i, j] = before[i, j] + alike[at[i], at[j]]
    _, size_before = _rooted(before)
    root, size_after = _rooted(after)
    half = np.empty(at.size)
    for i in range(at.size):
        half[i] = cross[at[i]]
        for k in range(i):
            half[i] -= root[i, k] * half[k]
        half[i] /= root[i, i]
    left = base + total
    for i in range(at.size):
        left -= half[i] * half[i]
    return _solved_up(root, half), root, left, size_before - size_after - weight / 2 * math.log(max(left, _LEAST))


_posterior = njit(cache=True)(_after_seeing)


def _in_or_out(
    inside: Bools,
    chance: Floats,
    cross: Floats,
    total: float,
    alike: Floats,
    prior: Floats,
    base: float,
    weight: float,
    rng: np.random.Generator,
) -> Bools:
    """Each control in or out, one at a time, by the evidence."""
    now = inside.copy()
    evidence = _posterior(cross, total, now, alike, prior, base, weight)[3]
    for at in rng.permutation(np.flatnonzero(chance < 1.0)):
        now[at] = not now[at]
        its = _posterior(cross, total, now, alike, prior, base, weight)[3]
        gain = its - evidence if now[at] else evidence - its
        odds = math.log(chance[at]) - math.log1p(-chance[at]) + gain
        taken = rng.random() < 1 / (1 + math.exp(-min(max(odds, -500.0), 500.0)))
        if taken == now[at]:
            evidence = its
        else:
            now[at] = not now[at]
    return now


_chosen = njit(cache=True)(_in_or_out)


def _drawn(
    y: Floats,
    held: Floats,
    chance: Floats,
    prior: Floats,
    base: float,
    weight: float,
    draws: int,
    rng: np.random.Generator,
) -> tuple[Floats, Floats, Floats]:
    """Future (draws, after), fitted (draws, before) and how often each control was in."""
    before, controls, after = y.size, held.shape[1], held.shape[0] - y.size
    past, inside = np.ascontiguousarray(held[:before]), chance >= 1.0
    alike = past.T @ past
    beta, noise, step = np.zeros(controls), 0.5, LEVEL_GUESS**2
    future, fitted, often = np.empty((draws, after)), np.empty((draws, before)), np.zeros(controls)
    for turn in range(-BURNT, draws):
        level = _level(y - past @ beta, noise, step, rng.standard_normal(before))
        rate = (LEVEL_WEIGHT * LEVEL_GUESS**2 + np.sum(np.diff(level) ** 2)) / 2
        step = min(rate / rng.standard_gamma((LEVEL_WEIGHT + before - 1) / 2), 1.0)
        left = y - level
        cross, total = left @ past, np.sum(left * left)
        inside = _chosen(inside, chance, cross, total, alike, prior, base, weight, rng)
        middle, root, rest, _ = _posterior(cross, total, inside, alike, prior, base, weight)
        noise = rest / 2 / rng.standard_gamma(weight / 2)
        beta = np.zeros(controls)
        if middle.size:
            beta[inside] = middle + math.sqrt(noise) * _solved_up(root, rng.standard_normal(middle.size))
        if turn >= 0:
            wander = np.cumsum(rng.standard_normal(after)) * math.sqrt(step)
            shaken = math.sqrt(noise) * rng.standard_normal(after)
            future[turn] = level[-1] + wander + np.ascontiguousarray(held[before:]) @ beta + shaken
            fitted[turn] = level + past @ beta
            often += inside
    return future, fitted, often / draws


_gibbs = njit(cache=True)(_drawn)
