"""Before a programme begins: how likely a change of a share of people is to be seen, beside a rate or beside others."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from typing import Final

import numpy as np
from scipy.stats import binom

from upstream.errors import BadInput
from upstream.stats.comparisons import SMALL_EXPECTED, SMALL_SAMPLE
from upstream.stats.distributions import normal_cdf, normal_quantile
from upstream.stats.follow_up import against_rate
from upstream.stats.power import LEVEL, LIKELY

STEP: Final = 0.001
MOST_PEOPLE: Final = 100_000
"""More people than any programme has: what takes more will not be seen."""


def chance_beside_rate(people: int, rate: float, share: float, *, level: float = LEVEL) -> float:
    """The chance that a test against a published rate says so, when the true share is another.

    Question: if it works so well, shall we be able to say that it did?

    Parameters: ``people`` who take part; ``rate`` that is published and ``share`` that is true of them, 0 to 1;
    ``level`` of the two-sided test. Only a change seen in its true direction counts.

    Assumes: people independent; the exact test that will be asked (:func:`upstream.stats.follow_up.against_rate`).

    When not to use: groups with others to compare with (:func:`chance_beside_others`).

    Source: Clopper and Pearson 1934, Biometrika 26, 404-413 (the test); its chance is summed, not approximated.
    """
    _checked(people, rate, share, level)
    fewer, expected = share < rate, people * rate

    def silent(events: int) -> bool:
        return against_rate(events, people, rate).p > level

    if fewer:
        said = bisect_left(range(math.ceil(expected)), True, key=silent)
        return float(binom.cdf(said - 1, people, share))
    said = bisect_left(range(people - math.floor(expected)), True, key=lambda spared: silent(people - spared))
    return float(binom.sf(people - said, people, share))


def chance_beside_others(people: int, others: int, rate: float, share: float, *, level: float = LEVEL) -> float:
    """The chance that a test of two shares says so: ``rate`` is true of the others, ``share`` of those who take part.

    Question: if it works so well, shall we be able to say that it did?

    Parameters: ``people`` who take part and ``others`` who do not; ``rate`` and ``share`` 0 to 1; ``level`` of the
    two-sided test. Only a change seen in its true direction counts.

    Assumes: people independent; the test that will be asked (:func:`upstream.stats.comparisons.share_change`): pooled
    z, or Fisher's in small groups, whose chance is that of z with Yates's correction: a little low (0.74 where 0.79 is
    true of 30 beside 30, 45% and 12%).

    When not to use: groups of fewer than ten, where the chance given is rough.

    Source: Fleiss, Levin and Paik 2003, Statistical Methods for Rates and Proportions, 3rd edition, chapter 4.
    """
    _checked(people, rate, share, level)
    if others < 1:
        raise BadInput(f"{others} others.", allowed="1 or more")
    each = 1 / people + 1 / others
    pooled = (people * share + others * rate) / (people + others)
    smaller = min(people, others)
    exact = smaller < SMALL_SAMPLE or min(pooled, 1 - pooled) * smaller < SMALL_EXPECTED
    away = abs(share - rate) - (each / 2 if exact else 0)
    nil = math.sqrt(pooled * (1 - pooled) * each)
    true = math.sqrt(share * (1 - share) / people + rate * (1 - rate) / others)
    return float(normal_cdf((away - float(normal_quantile(1 - level / 2)) * nil) / true))


def smallest_share(
    chance: Callable[[float], float], rate: float, *, likely: float = LIKELY, fewer: bool
) -> float | None:
    """The share nearest to ``rate`` that is seen with a chance of ``likely`` or more, to a tenth of a per cent; None
    where there is none."""
    tried = np.arange(rate - STEP, STEP / 2, -STEP) if fewer else np.arange(rate + STEP, 1 - STEP / 2, STEP)
    at = _first(lambda index: chance(float(tried[index])) >= likely, len(tried))
    return None if at is None else float(round(tried[at], 3))


def people_needed(chance: Callable[[int], float], *, likely: float = LIKELY) -> int | None:
    """The fewest people with whom ``chance`` is ``likely`` or more; None where :data:`MOST_PEOPLE` are not enough.

    An exact chance goes up and down by a little from one number of people to the next: a few fewer may do as well.
    """
    return _first(lambda people: people > 0 and chance(people) >= likely, MOST_PEOPLE + 1)


def _checked(people: int, rate: float, share: float, level: float) -> None:
    if people < 1 or not (0 < rate < 1 and 0 < share < 1 and 0 < level < 1):
        raise BadInput(
            f"{people} people, a rate of {rate:g}, a share of {share:g}, a level of {level:g}.",
            allowed="1 person or more, and shares between 0 and 1",
        )
    if share == rate:
        raise BadInput("The share is that of the rate: there is no change to see.", allowed="another share")


def _first(holds: Callable[[int], bool], size: int) -> int | None:
    """The first index from which something holds; None where it never does."""
    at = bisect_left(range(size), True, key=holds)
    return at if at < size else None
