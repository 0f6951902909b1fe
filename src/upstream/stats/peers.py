"""A rank among peers, with the range of ranks that chance allows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput
from upstream.stats.intervals import CONFIDENCE

SIMULATIONS: Final = 4000
IN_LINE: Final = 2.0
"""Standard errors of the peers' mean within which a rate is in line. Source: the two-standard-error convention of
published force comparisons."""


@dataclass(frozen=True, slots=True)
class PeerRanks:
    """Ranks of units on a rate, 1 the highest.

    Attributes
    ----------
    rates : array (n,)
        Events per ``per`` of population.
    ranks : array (n,) of int
        Equal rates share the smaller rank.
    lower, upper : array (n,) of int
        Interval of each rank.
    mean : float
        Unweighted mean of the rates.
    in_line : array (n,) of bool
        Whether each rate lies within two standard errors of the mean, the standard error being the SD of the rates
        (ddof = 1) over the square root of their number.
    confidence : float
        Of the intervals, 0 to 1.
    """

    rates: NDArray[np.float64]
    ranks: NDArray[np.int64]
    lower: NDArray[np.int64]
    upper: NDArray[np.int64]
    mean: float
    in_line: NDArray[np.bool_]
    confidence: float


def peer_ranks(
    counts: ArrayLike,
    populations: ArrayLike,
    *,
    rng: np.random.Generator,
    per: float = 1000.0,
    dispersion: float = 1.0,
    confidence: float = CONFIDENCE,
    simulations: int = SIMULATIONS,
) -> PeerRanks:
    """Rank units on events per head, with an interval for every rank.

    Question: where does a unit stand among its peers, and how much of that is chance?

    Parameters: ``counts`` and ``populations`` (n,), n >= 2; ``rng``; ``per`` the base of the rate; ``dispersion``
    (>= 1) variance over mean of a count; ``confidence``; ``simulations``.

    Assumes: each true rate follows a gamma distribution about what was seen (shape: count / dispersion + 1/2), so the
    intervals show the noise of one year's count; no shrinking towards the peers.

    When not to use: to call neighbours in the ranking better or worse when their intervals overlap.

    Source: Goldstein and Spiegelhalter (1996), Journal of the Royal Statistical Society A 159, 385-443 (intervals for
    ranks).
    """
    events, heads = np.asarray(counts, np.float64), np.asarray(populations, np.float64)
    if events.ndim != 1 or events.shape != heads.shape or events.size < 2 or np.any(heads <= 0) or np.any(events < 0):
        raise BadInput("Counts and populations do not fit.", allowed="two or more units, populations above 0")
    rates = per * events / heads
    shape = events / dispersion + 0.5
    simulated = rng.gamma(shape, size=(simulations, events.size)) / heads
    tail = (1 - confidence) / 2
    positions = (-simulated).argsort(axis=1).argsort(axis=1) + 1
    lower, upper = np.quantile(positions, [tail, 1 - tail], axis=0, method="nearest")
    mean = float(rates.mean())
    standard_error = float(rates.std(ddof=1)) / np.sqrt(rates.size)
    ranks = min_ranks(rates)
    return PeerRanks(
        rates,
        ranks,
        np.minimum(lower.astype(np.int64), ranks),
        np.maximum(upper.astype(np.int64), ranks),
        mean,
        np.abs(rates - mean) <= IN_LINE * standard_error,
        confidence,
    )


def dispersion_of_table(counts: ArrayLike, *, exposure: ArrayLike = 1.0) -> float:
    """How many times more than Poisson counts vary about what their unit and their month lead to expect.

    Question: how noisy are the counts that a rank rests on, apart from differences between units and from seasons they
    share?

    Parameters: ``counts`` (units, months), two or more of either; ``exposure`` one, or (units, months), above 0.
    Returns 1 or more.

    Assumes: expected counts are products of a unit's and a month's share: Pearson's chi-square over its degrees of
    freedom. A unit's own trend or season counts as noise, so an interval made with it is rather too wide.

    When not to use: tables in which most cells are 0.

    Source: McCullagh and Nelder, Generalized Linear Models, 2nd ed. (1989), sections 4.5 and 6.2.
    """
    table = np.asarray(counts, dtype=np.float64)
    if table.ndim != 2 or min(table.shape) < 2 or np.any(table < 0):
        raise BadInput(f"A table of shape {table.shape} was given.", allowed="two or more units and months of counts")
    if not table.any():
        return 1.0
    exposed = np.broadcast_to(np.asarray(exposure, dtype=np.float64), table.shape)
    rates = exposed * table.sum(axis=0) / exposed.sum(axis=0)
    expected = rates * (table.sum(axis=1) / rates.sum(axis=1))[:, None]
    apart = np.divide((table - expected) ** 2, expected, out=np.zeros_like(table), where=expected > 0)
    freedom = (np.count_nonzero(table.sum(axis=1)) - 1) * (np.count_nonzero(table.sum(axis=0)) - 1)
    return max(1.0, float(apart.sum()) / freedom) if freedom else 1.0


def min_ranks(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Rank of each value, 1 the highest; equal values share the smaller rank. Shape (n,)."""
    return np.asarray(1 + (values[None, :] > values[:, None]).sum(axis=1), dtype=np.int64)
