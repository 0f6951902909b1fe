"""How soon something happens again, where for many the wait is not over yet."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from upstream.errors import BadInput


@dataclass(frozen=True, slots=True)
class TimeToNext:
    """Share for whom it has happened again, by time since.

    Attributes
    ----------
    times : array (k,) of int64
        Times at which it happened again for at least one, ascending.
    again : array (k,) of float
        Share for whom it has happened again by then, 0 to 1.
    lower, upper : array (k,) of float
        95% confidence limits of that share.
    at_risk : array (k,) of int64
        How many were still waiting, and watched, just before.
    number, happened : int
        How many were watched, and for how many it happened again while they were.
    """

    times: NDArray[np.int64]
    again: NDArray[np.float64]
    lower: NDArray[np.float64]
    upper: NDArray[np.float64]
    at_risk: NDArray[np.int64]
    number: int
    happened: int

    def at(self, time: float) -> tuple[float, float, float]:
        """Share again within a time, with its limits; not a number beyond the longest wait that was watched."""
        place = int(np.searchsorted(self.times, time, side="right")) - 1
        if place < 0:
            return 0.0, 0.0, 0.0
        return float(self.again[place]), float(self.lower[place]), float(self.upper[place])

    def half(self) -> float:
        """Time by which it has happened again for half; not a number where it never gets so far."""
        reached = np.flatnonzero(self.again >= 0.5)
        return float(self.times[reached[0]]) if len(reached) else float("nan")


def time_to_next(waits: ArrayLike, happened: ArrayLike, *, confidence: float = 0.95) -> TimeToNext:
    """Kaplan and Meier's share again, by time since.

    Question: after one, how soon is there another, when the records end before many could have another?

    Parameters:

    waits : (n,) of int
        Time from one to the next, or to the end of the records.
    happened : (n,) of bool
        Whether there was a next; False: the records ended first.
    confidence
        Of the limits.

    Assumes: when the records end says nothing of when the next would have come; the waits are independent (several of
    one person are not: limits are then too narrow).

    When not to use: to say what one person or place will do.

    Source: Kaplan and Meier 1958, Journal of the American Statistical Association 53:457-481; variance by Greenwood,
    limits on the scale of log(-log), Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data (2002),
    section 1.4.
    """
    wait, over = np.asarray(waits), np.asarray(happened, bool)
    if wait.ndim != 1 or wait.shape != over.shape or not np.issubdtype(wait.dtype, np.integer) or (wait < 0).any():
        raise BadInput(
            f"{wait.size} waits and {over.size} endings.", allowed="whole numbers from 0, one ending for each"
        )
    times, counts = np.unique(wait[over], return_counts=True)
    at_risk = len(wait) - np.searchsorted(np.sort(wait), times, side="left")
    still: NDArray[np.float64] = np.cumprod(1 - counts / at_risk).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.cumsum(counts / (at_risk * (at_risk - counts)))
        spread = norm.ppf(0.5 + confidence / 2) * np.sqrt(variance) / np.abs(np.log(still))
        lowest, highest = still ** np.exp(spread), still ** np.exp(-spread)
    none_left = still <= 0  # nobody is watched any longer: the limits are those of the time before
    for limits in (lowest, highest):
        limits[none_left] = limits[~none_left][-1] if (~none_left).any() else np.nan
    lowest[none_left] = 0.0
    return TimeToNext(
        times=times.astype(np.int64),
        again=1 - still,
        lower=1 - highest,
        upper=1 - lowest,
        at_risk=at_risk.astype(np.int64),
        number=len(wait),
        happened=int(over.sum()),
    )


def waits(who: ArrayLike, days: ArrayLike, *, end: int) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Days from each event of one to the next of the same one, or to ``end``; and whether there was a next.

    ``who`` (n,) codes; ``days`` (n,) whole numbers up to ``end``, the last day that was watched.
    """
    code, day = np.asarray(who), np.asarray(days, np.int64)
    if code.shape != day.shape or code.ndim != 1 or (day > end).any():
        raise BadInput(f"{code.size} codes and {day.size} days.", allowed=f"one of each, no day after {end}")
    order = np.lexsort((day, code))
    code, day = code[order], day[order]
    same = np.zeros(len(code), bool)
    same[:-1] = code[1:] == code[:-1]
    following = np.full(len(code), end, np.int64)
    following[:-1][same[:-1]] = day[1:][same[:-1]]
    return following - day, same
