"""Counts rounded so that nothing printed can undo the rounding."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.disclosure.relations import Relation
from upstream.disclosure.setting import PUBLIC_ROUNDING
from upstream.errors import BadInput


def rounded(counts: ArrayLike, relations: Sequence[Relation] = (), *, base: int = PUBLIC_ROUNDING) -> NDArray[np.int64]:
    """Counts to the nearest multiple of a base, totals as sums of the rounded parts; shape (n,).

    Question: how can a table be printed whole without its exact small counts?

    Parameters: ``counts`` (n,) whole numbers from 0; ``relations``, parts before the totals that are parts themselves;
    ``base`` 2 or more. Halves go to the even multiple.

    Assumes: totals are printed only as returned. A total rounded by itself can undo the rounding of its parts: twelve
    cells of 2 would print as 0 beside a total of 25.

    When not to use: where the exact total is published elsewhere (:func:`suppression.suppress`); sums of many parts,
    whose rounded total may be far from the true one.

    Source: Hundepool et al., Statistical Disclosure Control (2012), chapter 5.
    """
    n = np.asarray(counts)
    if base < 2 or np.any(n < 0) or np.any(n != np.floor(n)):
        raise BadInput(f"Counts to base {base}.", allowed="whole numbers from 0, base 2 or more")
    out = (np.rint(n / base) * base).astype(np.int64)
    for relation in relations:
        out[relation.total] = out[list(relation.parts)].sum()
    return out
