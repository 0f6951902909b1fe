"""Which counts of very many are exceptional, high or low, with the share of false ones held down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from upstream.errors import BadInput
from upstream.stats.false_alarms import benjamini_hochberg, outside_p, stands_out
from upstream.stats.limits import BASELINE_LEAST, independence_p

FALSE_SHARE: Final = 0.05
"""Share of exceptional counts that may be false. Ours: the level of the wall."""
DEPENDENT_BELOW: Final = 0.01
"""A baseline is taken to carry over from month to month below this chance, as on the measures' wall."""


@dataclass(frozen=True, slots=True)
class Exceptional:
    """The latest count of each series, judged by its own baseline.

    Attributes
    ----------
    p : array (series,)
        Two-sided chance of a count as far out, were nothing changed; NaN where the baseline is too short.
    q : array (series,)
        Share of false ones to expect if everything up to this p were taken, within the series' family.
    expected : array (series,)
        Mean of the baseline.
    dependent : array (series,) of bool
        The baseline's months follow one another, so that neither p nor q keeps what it promises.
    out : array (series,) of bool
        q is at most the level.
    level : float
        Share of false ones allowed.
    """

    p: NDArray[np.float64]
    q: NDArray[np.float64]
    expected: NDArray[np.float64]
    dependent: NDArray[np.bool_]
    out: NDArray[np.bool_]
    level: float

    @property
    def tested(self) -> int:
        """Series whose baseline is long enough."""
        return int(np.isfinite(self.p).sum())

    def cut(self, dependent: bool) -> float:
        """The p value up to which a series of a family is taken as out; 0 when none is."""
        family = np.isfinite(self.p) & (self.dependent == dependent)
        return self.level * float(self.out[family].sum()) / max(int(family.sum()), 1)


def exceptional(latest: ArrayLike, baselines: ArrayLike, *, level: float = FALSE_SHARE) -> Exceptional:
    """Which latest counts are too far from their baseline to be chance, among so many looked at.

    Question: in which places and types is there more, or less, than before, when a share of the answers may be false?

    Parameters: ``latest`` (series,) counts, NaN where not to be judged; ``baselines`` (series, months), NaN for months
    not held; ``level`` the share of false ones allowed, 0 to 1.

    Assumes: as :func:`~upstream.stats.false_alarms.outside_p` for each series and
    :func:`~upstream.stats.false_alarms.benjamini_hochberg` over each family. Series whose baseline months carry over
    into one another are a family of their own, so that their p values, too small, do not make room for others.

    When not to use: amounts and rates; a trend that has run through the baseline.

    Source: Benjamini and Hochberg (1995), Journal of the Royal Statistical Society B 57, 289-300; the limits as
    docs/explanation/control-charts.md; the share of false ones simulated in docs/explanation/signals.md.
    """
    now, before = np.asarray(latest, np.float64), np.asarray(baselines, np.float64)
    if before.ndim != 2 or now.shape != before.shape[:1]:
        raise BadInput(f"{now.shape} latest counts, baselines {before.shape}.", allowed="one baseline a latest count")
    if not 0 < level < 1:
        raise BadInput(f"A share of false ones of {level}.", allowed="above 0 and below 1")
    p, q, expected = (np.full(now.size, np.nan) for _ in range(3))
    dependent = np.zeros(now.size, np.bool_)
    enough = np.flatnonzero(np.isfinite(now) & (np.isfinite(before).sum(axis=1) >= BASELINE_LEAST))
    for at in enough:
        p[at] = outside_p(float(now[at]), before[at], of_counts=True)
        dependent[at] = independence_p(before[at]) < DEPENDENT_BELOW
        expected[at] = np.nanmean(before[at])
    for family in (~dependent, dependent):
        q[family] = benjamini_hochberg(p[family])
    return Exceptional(p, q, expected, dependent, stands_out(q, level=level), level)
