"""Cells withheld from a table, and others with them, so that what is printed gives none of them away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linprog

from upstream.disclosure.relations import Relation, check_sums, matrix
from upstream.disclosure.setting import DisclosureSetting
from upstream.errors import BadInput

NEAR: Final = 1e-6
"""Slack for the solver's arithmetic; counts are whole."""


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A table as it may be printed.

    Attributes
    ----------
    counts : array (n,) of float
        Printed counts; NaN where withheld.
    primary : array (n,) of bool
        Withheld because small.
    secondary : array (n,) of bool
        Withheld because it would give a small one away.
    setting : DisclosureSetting
        Who it is for.
    """

    counts: NDArray[np.float64]
    primary: NDArray[np.bool_]
    secondary: NDArray[np.bool_]
    setting: DisclosureSetting

    @property
    def withheld(self) -> NDArray[np.bool_]:
        """Withheld for either reason; shape (n,)."""
        return self.primary | self.secondary


def suppress(counts: ArrayLike, relations: Sequence[Relation], setting: DisclosureSetting) -> Suppressed:
    """Withhold small counts, and as many others as keep them from being worked out.

    Question: which cells of this table may this reader see?

    Parameters: ``counts`` (n,) whole numbers from 0, totals among them; ``relations`` that hold between them, every one
    that a reader could know: row and column totals, areas of a force, quarters of a year; ``setting``.

    Assumes: the reader knows the relations, the threshold and that counts are not negative. A small cell is safe when
    the printed cells leave at least two possible values for it: whole numbers between its smallest and its largest
    possible value, each found by linear programming. While one is not safe, the smallest printed cell of a relation
    through the withheld ones is withheld too, until that relation's whole neighbourhood is withheld. One mark must be
    printed for both reasons: which cells are small is not for the reader.

    When not to use: tables linked by relations that are not given, for example last quarter's edition with one more
    area: pass both as one.

    Source: Hundepool et al., Statistical Disclosure Control (2012), chapter 4 (cell suppression, audit intervals).
    """
    n = np.asarray(counts)
    if n.ndim != 1 or np.any(n < 0) or np.any(n != np.floor(n)):
        raise BadInput("A table of counts holds a value that is not one.", allowed="whole numbers from 0")
    whole = n.astype(np.int64)
    check_sums(whole, relations)
    primary = np.array([setting.is_small(int(c)) for c in whole], dtype=np.bool_)
    withheld = primary.copy()
    sums = matrix(relations, whole.size)
    for cell in np.flatnonzero(primary):
        while not _is_safe(int(cell), whole, withheld, sums, primary, setting):
            other = _next_to_withhold(whole, withheld, sums)
            if other is None:
                break
            withheld[other] = True
    # a later addition frees no cell, but a small one first judged safe stays safe: fewer printed cells tell less
    return Suppressed(np.where(withheld, np.nan, whole.astype(np.float64)), primary, withheld & ~primary, setting)


def possible_range(
    cell: int,
    printed: NDArray[np.float64],
    relations: Sequence[Relation],
    *,
    small: NDArray[np.bool_] | None = None,
    setting: DisclosureSetting | None = None,
) -> tuple[float, float]:
    """The smallest and largest value a reader could give a withheld cell.

    Question: what does the printed table say about this cell?

    Parameters: ``cell`` index; ``printed`` (n,) counts, NaN where withheld; ``relations``; ``small`` (n,) cells marked
    as withheld because small, if the reader is told, with the ``setting`` whose threshold bounds them.

    Assumes: counts of zero or more, not necessarily whole, so the range is never narrower than the true one.

    When not to use: to withhold; :func:`suppress` does that.

    Source: Hundepool et al., Statistical Disclosure Control (2012), section 4.3 (audit problem).
    """
    withheld = ~np.isfinite(printed)
    sums = matrix(relations, printed.size)
    return _range(cell, np.where(withheld, 0.0, printed), withheld, sums, small, setting)


def leaves_a_choice(low: float, high: float) -> bool:
    """Whether a range of possible values holds two whole numbers at least."""
    return bool(np.floor(high + NEAR) - np.ceil(low - NEAR) >= 1)


def _is_safe(
    cell: int,
    counts: NDArray[np.int64],
    withheld: NDArray[np.bool_],
    sums: NDArray[np.float64],
    primary: NDArray[np.bool_],
    setting: DisclosureSetting,
) -> bool:
    known = np.where(withheld, 0, counts).astype(np.float64)
    return leaves_a_choice(*_range(cell, known, withheld, sums, primary, setting))


def _range(
    cell: int,
    known: NDArray[np.float64],
    withheld: NDArray[np.bool_],
    sums: NDArray[np.float64],
    small: NDArray[np.bool_] | None,
    setting: DisclosureSetting | None,
) -> tuple[float, float]:
    hidden = np.flatnonzero(withheld)
    a = sums[:, hidden]
    used = np.any(a != 0, axis=1)
    bounds: list[tuple[float, float | None]] = [(0.0, None)] * hidden.size
    if small is not None and setting is not None:
        floor = 0.0 if setting.hide_zero else 1.0
        bounds = [(floor, setting.threshold - 1.0) if small[j] else (0.0, None) for j in hidden]
    objective = (hidden == cell).astype(np.float64)
    ends = []
    for sign in (1.0, -1.0):
        found = linprog(
            sign * objective,
            A_eq=a[used] if used.any() else None,
            b_eq=-(sums @ known)[used] if used.any() else None,
            bounds=bounds,
            method="highs",
        )
        ends.append(sign * float(found.fun) if found.status == 0 else sign * -np.inf)
    return ends[0], ends[1]


def _next_to_withhold(counts: NDArray[np.int64], withheld: NDArray[np.bool_], sums: NDArray[np.float64]) -> int | None:
    """The smallest printed cell, zeros last, in the relation with fewest withheld cells among those that have any.

    A zero printed says nothing about people and hides nothing when withheld, so others are taken first.
    """
    involved = sums != 0
    hidden = involved[:, withheld].sum(axis=1)
    printed = involved & ~withheld
    candidates = [i for i in np.argsort(hidden, kind="stable") if hidden[i] > 0 and printed[i].any()]
    if not candidates:
        return None
    cells = np.flatnonzero(printed[candidates[0]])
    return int(min(cells, key=lambda j: (counts[j] == 0, counts[j], j)))
