"""Counts of overlapping groups, one question after another, so that no two answers give a small group away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.disclosure.relations import Relation
from upstream.disclosure.setting import DisclosureSetting
from upstream.disclosure.suppression import leaves_a_choice, possible_range
from upstream.errors import BadInput


@dataclass(frozen=True, slots=True)
class Answered:
    """What a reader may be told, question by question.

    Attributes
    ----------
    counts : array (q,) of float
        The answers; NaN where withheld.
    small : array (q,) of bool
        Withheld because the count itself is small.
    revealing : array (q,) of bool
        Withheld because with an earlier answer it would give a small count away.
    setting : DisclosureSetting
        Who they are for.
    """

    counts: NDArray[np.float64]
    small: NDArray[np.bool_]
    revealing: NDArray[np.bool_]
    setting: DisclosureSetting

    @property
    def withheld(self) -> NDArray[np.bool_]:
        """Withheld for either reason; shape (q,)."""
        return self.small | self.revealing


def answered_in_turn(cells: ArrayLike, questions: ArrayLike, setting: DisclosureSetting) -> Answered:
    """Answer questions in the order asked, each only if all the answers so far and this one keep small counts hidden.

    Question: may a reader who filters freely see this count too, after those already seen?

    Parameters: ``cells`` (n,) whole numbers from 0, the finest groups that a filter can tell apart (an area, a month
    and a type); ``questions`` (q, n) of bool, the cells that each adds up, in the order asked: those that this reader,
    or the public, was answered before come first and are answered as they were; ``setting``.

    Assumes: the reader remembers every answer and knows which cells each adds up. An answer is withheld when its count
    is small; when it contains, or lies within, an earlier answer and their difference is small; or when the answers
    together leave a small group of cells that no question parts only one possible number (linear programming, as
    :func:`suppression.suppress`). Readers who pool their answers are one reader.

    When not to use: for tables with their totals (:func:`suppression.suppress` withholds less); where more than some
    hundred questions were answered (it slows down: publish fixed tables instead). That an answer is withheld says
    itself that something small is near.

    Source: Hundepool et al., Statistical Disclosure Control (2012), section 4.3 (audit problem); Dobkin, Jones and
    Lipton (1979), ACM Transactions on Database Systems 4, 97-106 (a reader who asks overlapping questions).
    """
    n, asked = np.asarray(cells), np.asarray(questions, dtype=np.bool_)
    if n.ndim != 1 or asked.ndim != 2 or asked.shape[1] != n.size or np.any(n < 0) or np.any(n != np.floor(n)):
        raise BadInput(
            "Cells and questions do not fit.", allowed="counts from 0, and for each question one bool a cell"
        )
    truth = (asked @ n).astype(np.int64)
    small = np.array([setting.is_small(int(count)) for count in truth], dtype=np.bool_)
    shown: list[int] = []
    for at in np.flatnonzero(~small):
        told = [*shown, int(at)]
        if setting.audience == "internal" or _keeps_hidden(n.astype(np.int64), asked[told], setting):
            shown = told
    given = np.isin(np.arange(truth.size), shown)
    return Answered(np.where(given, truth.astype(np.float64), np.nan), small, ~given & ~small, setting)


def _keeps_hidden(cells: NDArray[np.int64], told: NDArray[np.bool_], setting: DisclosureSetting) -> bool:
    """Whether all these answers together leave every small group hidden; the last one is new."""
    newest = told[-1]
    for earlier in told[:-1]:
        inside, around = (earlier & ~newest), (newest & ~earlier)
        if (not inside.any() or not around.any()) and setting.is_small(int(cells[inside | around].sum())):
            return False
    # cells that every question treats alike are one group: nothing tells them apart
    patterns, group = np.unique(told[:, told.any(axis=0)], axis=1, return_inverse=True)
    groups = np.bincount(group.ravel(), weights=cells[told.any(axis=0)], minlength=patterns.shape[1])
    relations = [Relation(groups.size + q, tuple(np.flatnonzero(row).tolist())) for q, row in enumerate(patterns)]
    printed = np.concatenate((np.full(groups.size, np.nan), told @ cells))
    return all(
        leaves_a_choice(*possible_range(int(at), printed, relations))
        for at, count in enumerate(groups)
        if setting.is_small(int(count))
    )
