"""Which things are most like one of them, and which variables that rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput

MOST_SIMILAR: Final = 7
"""Others in a group. Source: most similar groups of police forces have eight members, the force itself among them."""


@dataclass(frozen=True, slots=True)
class MostSimilar:
    """The things nearest to one, the nearest first.

    Attributes
    ----------
    order : array (c,) of int
        Positions of those most similar.
    distance : array (c,)
        In standard deviations: root of the weighted mean of squared differences.
    parts : array (c, m)
        Share of the squared distance that each variable makes, 0 to 1.
    kept : array (c,)
        Share of the variables without which it would still be among the c nearest, 0 to 1.
    """

    order: NDArray[np.int64]
    distance: NDArray[np.float64]
    parts: NDArray[np.float64]
    kept: NDArray[np.float64]


def most_similar(
    values: ArrayLike, of: int, *, weights: ArrayLike | None = None, count: int = MOST_SIMILAR
) -> MostSimilar:
    """Find the things that are most like one, by stated variables.

    Question: with whom can this area fairly be compared?

    Parameters: ``values`` (n, m), variables on any scales (each is put in standard deviations of the n); ``of`` the
    position compared; ``weights`` (m,), from 0, ``None``: all alike; ``count`` c.

    Assumes: that what should be alike is what the variables say, and each by its weight. Correlated variables count
    what they share several times.

    When not to use: with the figure that is to be compared among the variables: like would be found by the answer.

    Source: standardised Euclidean distance, as in the nearest-neighbour models of public finance statisticians (CIPFA)
    and, after principal components, in the Home Office's most similar groups.
    """
    table = np.asarray(values, np.float64)
    if table.ndim != 2 or len(table) < 2 or not np.isfinite(table).all():
        raise BadInput(f"A table of shape {table.shape} was given.", allowed="two or more rows of finite numbers")
    shares = np.ones(table.shape[1]) if weights is None else np.asarray(weights, np.float64)
    if shares.shape != (table.shape[1],) or not np.isfinite(shares).all() or np.any(shares < 0) or not shares.any():
        raise BadInput("The weights do not fit.", allowed="one a variable, from 0, at least one above 0")
    if not 0 <= of < len(table) or not 1 <= count < len(table):
        raise BadInput(f"{count} of {len(table)} cannot be compared.", allowed=f"1 to {len(table) - 1}")
    shares = shares / shares.sum()
    spread = table.std(axis=0)
    apart = np.divide(table - table[of], spread, out=np.zeros_like(table), where=spread > 0)
    squares = apart**2 * shares
    order = _nearest(squares, of, count)
    total = squares[order].sum(axis=1, keepdims=True)
    parts = np.divide(squares[order], total, out=np.zeros_like(squares[order]), where=total > 0)
    used = np.flatnonzero(shares)
    without = [_nearest(np.delete(squares, at, axis=1), of, count) for at in used]
    kept = np.mean([np.isin(order, one) for one in without], axis=0)
    return MostSimilar(order, np.sqrt(total[:, 0]), parts, kept)


def _nearest(squares: NDArray[np.float64], of: int, count: int) -> NDArray[np.int64]:
    """Positions of the smallest sums, without the thing itself; equal ones in their order."""
    sums = squares.sum(axis=1)
    sums[of] = np.inf
    return np.argsort(sums, kind="stable")[:count]
