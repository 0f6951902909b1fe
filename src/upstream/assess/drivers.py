"""What goes with an answer to a survey: odds, shares of what is explained, and what that does not mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from upstream.assess.finding import Refused
from upstream.assess.in_words import chance
from upstream.errors import BadInput
from upstream.stats.comparisons import holm
from upstream.stats.survey_change import MOST_FACTORS, Driver, drivers

FEWEST_EACH: Final = 10
"""Answers of the rarer kind that each factor needs. Source: Peduzzi, Concato, Kemper, Holford and Feinstein (1996),
Journal of Clinical Epidemiology 49, 1373-1379."""
LIMITS: Final = (
    "What goes with an answer need not cause it: changing one would not have to change the other.",
    "What was not asked is not seen, and whoever did not answer is not in it.",
)


@dataclass(frozen=True, slots=True)
class Named:
    """One factor: its name, what it has to do with the answer, and p allowing for how many were looked at."""

    name: str
    driver: Driver
    p_of_many: float


def what_goes_with(yes: ArrayLike, factors: ArrayLike, names: Sequence[str]) -> tuple[Named, ...]:
    """Factors by how much of the answer each accounts for, the most first; refused where answers are too few."""
    said, held = np.asarray(yes, np.float64), np.asarray(factors, np.float64)
    if held.ndim == 2 and held.shape[1] > MOST_FACTORS:
        raise Refused(
            f"{held.shape[1]} factors are too many.", allowed=f"1 to {MOST_FACTORS}", remedy="Choose among them."
        )
    rarer = int(min(said.sum(), said.size - said.sum()))
    if held.ndim != 2 or rarer < FEWEST_EACH * held.shape[1]:
        raise Refused(
            f"{rarer} answers of the rarer kind do not carry {held.shape[-1]} factors.",
            allowed=f"{FEWEST_EACH} or more a factor",
            remedy="Ask of fewer factors, or put waves together.",
        )
    try:
        found = drivers(said, held)
    except BadInput as why:
        raise Refused(
            f"{why.what} A factor that decides every answer has no finite odds, and one that is a sum "
            "of others none of its own.",
            allowed=why.allowed or "factors that do not decide the answer",
            remedy="Leave one factor out, and ask again.",
        ) from why
    p = holm([one.p for one in found])
    named = [Named(name, one, float(of_many)) for name, one, of_many in zip(names, found, p, strict=True)]
    return tuple(sorted(named, key=lambda one: -one.driver.dominance))


def in_words(one: Named) -> str:
    """ "polite: odds of yes 2.1 times as high (1.4 to 3.0), 43% of what all explain; p 0.002 of so many." """
    odds = one.driver.odds
    return (
        f"{one.name}: odds of yes {odds.estimate:.2f} times as high for one more ({odds.lower:.2f} to "
        f"{odds.upper:.2f}), {100 * one.driver.dominance:.0f}% of what all explain; "
        f"{chance(one.p_of_many)}, allowing for their number."
    )
