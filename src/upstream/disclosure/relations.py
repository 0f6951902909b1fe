"""Which cells of a table add up to which: what a reader with a pencil knows beside the printed counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from upstream.errors import BadInput


@dataclass(frozen=True, slots=True)
class Relation:
    """One cell is the sum of others.

    Attributes
    ----------
    total : int
        Index of the cell that is the sum.
    parts : tuple of int
        Indices of the cells that add up to it.
    """

    total: int
    parts: tuple[int, ...]


def table_relations(rows: int, columns: int) -> tuple[Relation, ...]:
    """Relations of a table whose last row and last column are totals; cell (r, c) has index r x columns + c."""
    across = [
        Relation(r * columns + columns - 1, tuple(r * columns + c for c in range(columns - 1))) for r in range(rows)
    ]
    down = [Relation((rows - 1) * columns + c, tuple(r * columns + c for r in range(rows - 1))) for c in range(columns)]
    return tuple(across + down)


def matrix(relations: Sequence[Relation], cells: int) -> NDArray[np.float64]:
    """One row a relation, one column a cell: 1 for a part, -1 for the total. Shape (relations, cells)."""
    a = np.zeros((len(relations), cells))
    for i, relation in enumerate(relations):
        if not all(0 <= j < cells for j in (relation.total, *relation.parts)):
            raise BadInput(f"A relation names a cell beyond {cells - 1}.", allowed="indices of cells")
        a[i, list(relation.parts)] = 1
        a[i, relation.total] = -1
    return a


def check_sums(counts: NDArray[np.int64], relations: Sequence[Relation]) -> None:
    """Refuse counts that do not add up: nothing could be promised about what their totals give away."""
    off = np.flatnonzero(matrix(relations, counts.size) @ counts)
    if off.size:
        wrong = relations[int(off[0])]
        raise BadInput(
            f"Cell {wrong.total} holds {counts[wrong.total]}, its parts add up to {counts[list(wrong.parts)].sum()}.",
            remedy="Correct the table, or leave that relation out if the cell is not the sum of those parts.",
        )
