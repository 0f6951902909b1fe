"""Which places are neighbours, and with what weight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from upstream.errors import BadInput
from upstream.stats.points import points


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Neighbours of n places, row by row; no place is its own neighbour.

    Attributes
    ----------
    start : array (n + 1,) of int64
        The neighbours of place i are ``index[start[i]:start[i + 1]]``.
    index : array (pairs,) of int32
        Neighbouring places, ascending within a row.
    weight : array (pairs,) of float
        Weight of each, above 0.
    """

    start: NDArray[np.int64]
    index: NDArray[np.int32]
    weight: NDArray[np.float64]

    @property
    def places(self) -> int:
        """Number of places."""
        return len(self.start) - 1

    @property
    def islands(self) -> NDArray[np.int64]:
        """Places without a neighbour."""
        return np.flatnonzero(np.diff(self.start) == 0)

    @property
    def matrix(self) -> csr_array:
        """The weights as a sparse matrix (n, n)."""
        return csr_array((self.weight, self.index, self.start), shape=(self.places, self.places))

    def row_standardised(self) -> Neighbours:
        """The same neighbours with weights that sum to one in every row."""
        sums = np.add.reduceat(np.r_[self.weight, 0.0], self.start[:-1])
        return Neighbours(self.start, self.index, self.weight / np.repeat(sums, np.diff(self.start)))


def neighbours_of(lists: Sequence[Sequence[int]]) -> Neighbours:
    """For :func:`getis_ord` and its like: neighbours from each place's list of others, each of weight one."""
    rows = [np.unique(np.asarray(row, np.int64)) for row in lists]
    for place, row in enumerate(rows):
        if len(row) and (row[0] < 0 or row[-1] >= len(rows) or place in row):
            raise BadInput(
                f"Place {place} has the neighbours {row.tolist()}.",
                allowed=f"other places, numbered 0 to {len(rows) - 1}",
            )
    return _of_rows(rows)


def nearest(x: ArrayLike, y: ArrayLike, k: int) -> Neighbours:
    """For :func:`getis_ord` and its like: the k nearest points of each point, each of weight one."""
    place = points(x, y)
    if not 0 < k < len(place):
        raise BadInput(f"{k} nearest of {len(place)} points.", allowed=f"1 to {len(place) - 1}")
    found = cKDTree(place).query(place, k + 1)[1]
    rows = []
    for point, near in enumerate(found):
        others = near[near != point]
        rows.append(np.sort(others[:k]))
    return _of_rows(rows)


def within(x: ArrayLike, y: ArrayLike, distance: float) -> Neighbours:
    """For :func:`getis_ord` and its like: all points up to a distance, included, each of weight one."""
    place = points(x, y)
    if not distance > 0:
        raise BadInput(f"A distance of {distance}.", allowed="above 0")
    pairs = cKDTree(place).query_pairs(distance, output_type="ndarray")
    both = np.concatenate([pairs, pairs[:, ::-1]])
    both = both[np.lexsort((both[:, 1], both[:, 0]))]
    start = np.r_[0, np.bincount(both[:, 0], minlength=len(place)).cumsum()].astype(np.int64)
    return Neighbours(start, both[:, 1].astype(np.int32), np.ones(len(both)))


def _of_rows(rows: Sequence[NDArray[np.integer]]) -> Neighbours:
    start = np.r_[0, np.cumsum([len(row) for row in rows])].astype(np.int64)
    index = np.concatenate(rows).astype(np.int32) if start[-1] else np.empty(0, np.int32)
    return Neighbours(start, index, np.ones(len(index)))
