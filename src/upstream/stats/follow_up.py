"""Programmes of people as a group: how many it happened to, how soon, beside others or a published rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from upstream.errors import BadInput
from upstream.stats.distributions import binomial_test, reach, two_sided
from upstream.stats.intervals import CONFIDENCE, Interval, checked_share, wilson_interval


@dataclass(frozen=True, slots=True)
class AgainstRate:
    """A group's share beside a published one.

    Attributes
    ----------
    share : Interval
        Of the group, 0 to 1.
    ratio : Interval
        Over the published rate.
    expected : float
        How many there would have been at that rate.
    p : float
        Two-sided exact p that the group's is that rate.
    """

    share: Interval
    ratio: Interval
    expected: float
    p: float


def against_rate(events: float, n: float, rate: float, *, confidence: float = CONFIDENCE) -> AgainstRate:
    """A share of a group beside a published base rate.

    Question: did it happen to fewer of them than the published rate leads one to expect?

    Parameters: ``events`` of ``n`` people, all followed for as long as the rate is of; ``rate`` between 0 and 1;
    ``confidence`` 0 to 1.

    Assumes: people independent; a rate known exactly, of people like these over the same time.

    When not to use: people chosen for being willing or at low risk (they would have done better anyway); followed for a
    shorter time than the rate is of (:func:`log_rank`). Never for one person.

    Source: Clopper and Pearson 1934, Biometrika 26, 404-413 (exact test); Wilson 1927, Journal of the American
    Statistical Association 22, 209-212.
    """
    hits, base = checked_share(events, n)
    if not 0 < rate < 1:
        raise BadInput(f"The published rate is {rate}.", allowed="between 0 and 1")
    share = wilson_interval(hits, base, confidence=confidence)
    ratio = Interval(share.estimate / rate, share.lower / rate, share.upper / rate, confidence)
    return AgainstRate(share, ratio, base * rate, binomial_test(hits, base, rate))


@dataclass(frozen=True, slots=True)
class LogRank:
    """Two groups' times until it happened.

    Attributes
    ----------
    ratio : Interval
        Rate at which it happened in the first group over that in the second, at every time alike.
    observed, expected : float
        How often in the first group, and how often there would have been without a difference.
    p : float
        Two-sided p of no difference.
    """

    ratio: Interval
    observed: float
    expected: float
    p: float


def log_rank(times: ArrayLike, happened: ArrayLike, first: ArrayLike, *, confidence: float = CONFIDENCE) -> LogRank:
    """Whether it happened sooner in one group than in another, where not all were followed for as long.

    Question: did it happen sooner, or later, to those who took part?

    Parameters: ``times`` (n,) until it happened or the person was last followed; ``happened`` (n,) whether it did;
    ``first`` (n,) whether of the first group; ``confidence`` 0 to 1.

    Assumes: why somebody is no longer followed has nothing to do with what would have happened; one ratio at all times.

    When not to use: groups that differ otherwise; curves that cross. Never for one person.

    Source: Mantel 1966, Cancer Chemotherapy Reports 50, 163-170; ratio: Yusuf et al. 1985, Progress in Cardiovascular
    Diseases 27, 335-371 (Peto's one-step estimate).
    """
    t, event, own = np.asarray(times, np.float64), np.asarray(happened, bool), np.asarray(first, bool)
    if not (t.shape == event.shape == own.shape) or not np.isfinite(t).all() or (t < 0).any():
        raise BadInput("Times, endings and groups do not fit.", allowed="one of each a person, times from 0")
    if own.all() or not own.any() or not event.any():
        raise BadInput("One group is empty, or it happened to nobody.", allowed="two groups, and at least one event")
    at = np.unique(t[event])[:, None]
    risk, risk_own = (t >= at).sum(1), ((t >= at) & own).sum(1)
    deaths = ((t == at) & event).sum(1)
    expected = float((deaths * risk_own / risk).sum())
    spare = np.where(risk > 1, risk - 1, 1)
    variance = float((deaths * (risk_own / risk) * (1 - risk_own / risk) * (risk - deaths) / spare).sum())
    seen = float((event & own).sum())
    if variance == 0:
        raise BadInput("The groups were never followed at the same time.", allowed="times that overlap")
    log, error = (seen - expected) / variance, 1 / np.sqrt(variance)
    half = reach(confidence) * error
    ratio = Interval(float(np.exp(log)), float(np.exp(log - half)), float(np.exp(log + half)), confidence)
    return LogRank(ratio, seen, expected, two_sided((seen - expected) / np.sqrt(variance)))
