"""Whether counts in a few classes are more uneven than chance makes them, exactly where they are few."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput

MOST_OUTCOMES: Final = 200_000
"""Outcomes that are all looked at; more are drawn."""
_NEAR: Final = 1e-9


@dataclass(frozen=True, slots=True)
class GTest:
    """Wilks's G of counts against shares.

    Attributes
    ----------
    g : float
        2 sum n ln(n / expected); nought where the counts are as expected.
    p : float
        Chance of a G at least as high.
    exact : bool
        Whether every outcome was looked at; else (1 + draws at least as high) / (1 + draws).
    """

    g: float
    p: float
    exact: bool


def g_test(
    counts: ArrayLike, shares: ArrayLike | None = None, *, rng: np.random.Generator, simulations: int = 9_999
) -> GTest:
    """The exact multinomial test by G, or the same by simulation where there are too many outcomes.

    Question: are these counts more uneven than if each event fell into a class by these shares?

    Parameters: ``counts`` (k,) whole numbers; ``shares`` (k,) what is expected, scaled to one (``None``: equal);
    ``rng``, ``simulations`` for many events.

    Assumes: events are independent. Two records of one event are not.

    When not to use: events spread over several classes (aoristic weights).

    Source: Wheeler 2016, Policing: An International Journal 39:4 (small-sample test of days of the week).
    """
    found = np.asarray(counts)
    expected = np.full(found.shape, 1.0) if shares is None else np.asarray(shares, np.float64)
    if found.ndim != 1 or len(found) < 2 or (found < 0).any() or not np.equal(found, np.floor(found)).all():
        raise BadInput(f"Counts {found.tolist()}.", allowed="whole numbers from 0, two classes or more")
    if expected.shape != found.shape or not (expected > 0).all():
        raise BadInput(f"{expected.size} shares for {found.size} classes.", allowed="one above 0 for each")
    share, total = expected / expected.sum(), int(found.sum())
    if not total:
        raise BadInput("No events were given.", allowed="one or more")
    g = float(_g(found[None, :].astype(np.float64), share * total)[0])
    if math.comb(total + len(found) - 1, len(found) - 1) <= MOST_OUTCOMES:
        outcomes = np.array(list(_outcomes(total, len(found))), np.float64)
        chance = _chances(outcomes, share, total)
        return GTest(g, min(1.0, float(chance[_g(outcomes, share * total) >= g - _NEAR].sum())), exact=True)
    drawn = rng.multinomial(total, share, simulations).astype(np.float64)
    return GTest(g, float((1 + (_g(drawn, share * total) >= g - _NEAR).sum()) / (1 + simulations)), exact=False)


def _g(rows: NDArray[np.float64], expected: NDArray[np.float64]) -> NDArray[np.float64]:
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(rows > 0, rows * np.log(rows / expected), 0.0)
    g: NDArray[np.float64] = 2 * parts.sum(1)
    return g


def _outcomes(total: int, classes: int) -> Iterator[tuple[int, ...]]:
    if classes == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in _outcomes(total - first, classes - 1):
            yield (first, *rest)


def _chances(outcomes: NDArray[np.float64], share: NDArray[np.float64], total: int) -> NDArray[np.float64]:
    log_factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, total + 1)))])
    ways = log_factorial[total] - log_factorial[outcomes.astype(np.int64)].sum(1)
    chance: NDArray[np.float64] = np.exp(ways + outcomes @ np.log(share))
    return chance
