"""Units that hold one another: a place under two spellings, and a total of all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from upstream.assess.finding import Refused

FEWEST_SIZES: Final = 5
"""Different counts that a series must have before equality with a sum is no chance. Ours."""
_TOTAL: Final = re.compile(r"(grand |sub-?)?totals?|sum|all( units| areas| places| wards)?")
_APART: Final = "places that do not overlap"


def refuse_spellings(units: Sequence[str]) -> None:
    """Refuse units whose names differ in capitals or spaces alone: one of them would be compared with the other."""
    seen: dict[str, str] = {}
    for unit in units:
        other = seen.setdefault(" ".join(unit.casefold().split()), unit)
        if other != unit:
            raise Refused(
                f"{other!r} and {unit!r} are one name, written in two ways.",
                allowed="one spelling a unit",
                remedy="Write it alike in every row.",
            )


def refuse_overlaps(units: Sequence[str], roles: Sequence[str], counts: NDArray[np.float64]) -> None:
    """Refuse a unit in use that is the total of the others: it holds what it would be compared with."""
    used = np.array([role != "unused" for role in roles])
    sums = _telling(counts) & (2 * counts == counts.sum(axis=0)).all(axis=1) & (len(units) > 2)
    for at in np.flatnonzero(used).tolist():
        if sums[at] or _TOTAL.fullmatch(units[at].casefold()):
            raise Refused(
                f"{units[at]} is the total of the other units: it overlaps them.",
                allowed=_APART,
                remedy="Remove the total, or name what to compare with.",
            )


def _telling(counts: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.array([len(np.unique(series)) >= FEWEST_SIZES for series in counts], bool)
