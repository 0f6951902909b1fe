"""Two sources that count the same kind of event by place and period: how much of one the other does not hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import bdtrc, betaln, gammaln

from upstream.errors import BadInput
from upstream.stats.distributions import reach
from upstream.stats.false_alarms import benjamini_hochberg
from upstream.stats.intervals import CONFIDENCE

LEAST_PERIODS: Final = 20
"""Fewer give no interval worth printing. Ours: at 20 the t quantile is within 7% of the normal's."""

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Unshared:
    """How much of a first source a second one does not hold.

    Attributes
    ----------
    first, second : int
        Events of either source in the places and periods compared.
    share : float
        Estimated share of the first source's events that the second does not hold, 0 to 1; not a number where either
        source is empty or the second never varies.
    lower, upper : float
        Ends of the interval of ``share``, 0 to 1.
    least : float
        Share that the second cannot hold, whatever else is assumed, if it holds an event once and in the same place and
        period: what the first has beyond the second in each place and period.
    periods : int
        Periods, which the interval treats as the sample.
    confidence : float
    """

    first: int
    second: int
    share: float
    lower: float
    upper: float
    least: float
    periods: int
    confidence: float


def unshared(first: ArrayLike, second: ArrayLike, *, confidence: float = CONFIDENCE) -> Unshared:
    """The share of one source's events that another does not hold, from counts alone.

    Question: of the events that the first source saw, what share is not among the second's of the same place and
    period? No record is linked with another, so nobody need be identified.

    Parameters: ``first``, ``second`` events of either source, both (places, periods) whole numbers; every place and
    period counts, those of no event too. ``confidence`` of the interval, 0 to 1.

    Assumes: an event that both hold lies in the same place and period of both, so the first's count moves with the
    second's: first = shared + unshared, where the shared are a thinned draw of the second's events, at a ratio a.
    Beyond what place and period alone explain (expected: row total x column total / grand total), unshared events come
    independently of the second's. Then cov(first, second) = a var(second) whatever the spread of either, and the share
    is 1 - a sum(second) / sum(first), with a the slope of what is left of the first on what is left of the second.
    Places are all there are; periods are the sample: the interval is the jackknife's over periods, with t.

    When not to use: where events of one source are put in the wrong place or week (they count as unshared, so the share
    is overstated), or where something makes both kinds rise together in one place and one week beyond season, such as a
    festival (the share is understated). One place alone has no share: its periods explain all of it.

    Source: the identity is that of a thinned count, Cov(Bin(N, a), N) = a Var(N); the comparison by place and time
    without linking people follows Sutherland and others (2021), Cambridge Journal of Evidence-Based Policing 5, 20-39;
    the jackknife is Efron and Tibshirani (1993), An Introduction to the Bootstrap, ch. 11. Their use together is ours.
    """
    a, b = _pair(first, second)
    periods = a.shape[1]
    if periods < LEAST_PERIODS:
        raise BadInput(f"{periods} periods were given.", allowed=f"{LEAST_PERIODS} or more")
    left_a, left_b = _beyond(a), _beyond(b)
    together, spread = (left_a * left_b).sum(axis=0), (left_b * left_b).sum(axis=0)
    seen, known = a.sum(axis=0), b.sum(axis=0)
    least = float(np.maximum(a - b, 0).sum() / a.sum()) if a.sum() else np.nan
    share = float(_share(together.sum(), spread.sum(), seen.sum(), known.sum()))
    without = _share(
        together.sum() - together, spread.sum() - spread, seen.sum() - seen, known.sum() - known
    )  # fmt: skip
    error = np.sqrt((periods - 1) / periods * ((without - without.mean()) ** 2).sum())
    half = reach(confidence, periods - 1) * error
    ends = np.clip([share - half, share + half], 0, 1)
    return Unshared(
        int(a.sum()), int(b.sum()), float(np.clip(share, 0, 1)), float(ends[0]), float(ends[1]), least, periods,
        confidence,
    )  # fmt: skip


def _share(together: ArrayLike, spread: ArrayLike, seen: ArrayLike, known: ArrayLike) -> Floats:
    """1 - slope x known / seen; not a number where either is nothing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(1 - np.divide(together, spread) * np.divide(known, seen), np.float64)


def _beyond(counts: Counts) -> Floats:
    """Counts less what their row and column alone would give."""
    total = counts.sum()
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / max(int(total), 1)
    return np.asarray(counts - expected, np.float64)


@dataclass(frozen=True, slots=True)
class Excess:
    """Where the first source has more than the second leads one to expect; each array (n,).

    Attributes
    ----------
    expected : of float
        Events of the first, were the place's mix of the two that of all places.
    p : of float
        Chance of as many or more (0 to 1); 1 where the first has none.
    q : of float
        The same with the false-discovery rate held over all places (Benjamini and Hochberg).
    overdispersion : float
        By how much places differ in their mix beyond chance: the intraclass correlation, 0 to 1.
    """

    expected: Floats
    p: Floats
    q: Floats
    overdispersion: float


def excess(first: ArrayLike, second: ArrayLike) -> Excess:
    """Places where one source has far more than another leads one to expect.

    Question: where do those who report to the first see much that the second hardly holds?

    Parameters: ``first``, ``second`` events of either source by place, both (n,) whole numbers.

    Assumes: of the events of both in a place, the first's share is about the same everywhere, and differs between
    places by more than chance in one common measure (beta-binomial, its intraclass correlation by moments over all
    places). An event that both hold is counted in both, which makes the chance too large, never too small. Places that
    stand out are among those that measure the spread, so few are found where many stand out.

    When not to use: to say how many events are unknown; for places by different hospitals, of which some do not report.

    Source: Williams (1982), Applied Statistics 31, 144-148 (moments of the beta-binomial); Benjamini and Hochberg
    (1995), J. R. Statist. Soc. B 57, 289-300.
    """
    a, b = (np.atleast_1d(np.asarray(counts)) for counts in (first, second))
    a, b = (side.ravel() for side in _pair(a[None, :], b[None, :]))
    both = a + b
    if not both.sum():
        return Excess(np.zeros(a.size), np.ones(a.size), np.ones(a.size), 0.0)
    share = float(a.sum() / both.sum())
    rho = _intraclass(a, both, share)
    p = np.array([_at_least(int(k), int(n), share, rho) for k, n in zip(a, both, strict=True)], np.float64)
    return Excess(np.asarray(both * share, np.float64), p, benjamini_hochberg(p), rho)


def _intraclass(hits: Counts, both: Counts, share: float) -> float:
    """By moments: Pearson's chi-squared is n - 1 where rho is 0, and grows by rho (N - 1) a place."""
    if not 0 < share < 1:
        return 0.0
    held = both > 0
    n, k = both[held], hits[held]
    chi2 = float((((k - n * share) ** 2) / (n * share * (1 - share))).sum())
    more = float((n - 1).sum())
    return min(max((chi2 - (n.size - 1)) / more, 0.0), 1.0) if more else 0.0


def _at_least(k: int, n: int, share: float, rho: float) -> float:
    """Chance of k or more among n, binomial where ``rho`` is 0, beta-binomial above."""
    if k <= 0 or share >= 1:
        return 1.0
    if rho <= 0:
        return float(bdtrc(k - 1, n, share))
    scale = (1 - rho) / rho
    if scale <= 0:
        return share
    alpha, beta = share * scale, (1 - share) * scale
    x = np.arange(k, n + 1, dtype=np.float64)
    choose = gammaln(n + 1) - gammaln(x + 1) - gammaln(n - x + 1)
    return float(min(np.exp(choose + betaln(x + alpha, n - x + beta) - betaln(alpha, beta)).sum(), 1.0))


def _pair(first: ArrayLike, second: ArrayLike) -> tuple[Counts, Counts]:
    """Two tables of whole numbers of one shape."""
    given = [np.asarray(counts, np.float64) for counts in (first, second)]
    if given[0].ndim != 2 or given[0].shape != given[1].shape:
        raise BadInput(
            f"Counts of shapes {given[0].shape} and {given[1].shape} were given.",
            allowed="places by periods, both alike",
        )
    for counts in given:
        if counts.size and not (
            np.isfinite(counts).all() and (counts >= 0).all() and (counts == np.rint(counts)).all()
        ):
            raise BadInput("Some counts are not whole numbers from 0.", allowed="0, 1, 2 ...")
    a, b = (counts.astype(np.int64) for counts in given)
    return a, b
