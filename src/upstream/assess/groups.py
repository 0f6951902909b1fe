"""Groups of people: programmes beside a published rate or a comparison, and answers to surveys. Never one person."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from upstream.assess.finding import Better, Finding, Refused, benefit_from_p, maryland
from upstream.errors import BadInput
from upstream.stats.comparisons import ShareChange, share_change
from upstream.stats.follow_up import against_rate, log_rank
from upstream.stats.intervals import Interval
from upstream.stats.survey_change import change_with_design

FEWEST: Final = 10
"""Of fewer people a share says more of them than of a programme. Ours, as in disclosure of small numbers."""


def beside_base_rate(
    events: int, n: int, rate: float, *, what: str, followed_months: int, source: str, better: Better = "lower"
) -> Finding:
    """A programme's share (reoffended, completed) beside a published rate over the same time of follow-up."""
    _enough(n)
    made = against_rate(events, n, rate)
    return Finding(
        method="base_rate",
        title="Beside a published rate",
        question=f"Did {what} happen to fewer, or more, of them than the published rate?",
        estimand=f"their share within {followed_months} months over the published rate of {100 * rate:g}%",
        unit="people to whom it happened",
        better=better,
        observed=float(events),
        counterfactual=made.expected,
        ratio=made.ratio,
        difference=_of_people(made.share, rate, n),
        p=made.p,
        probability_of_benefit=benefit_from_p(made.p, better, fell=made.share.estimate <= rate),
        maryland=maryland(before_and_after=False, comparison="unproven"),
        assumes=(f"The published rate ({source}) is of people like these, followed for {followed_months} months too.",),
        overturned_by=("Those who took part were at another risk to begin with, or were counted in another way.",),
        caveats=(f"{events} of {n} people; all must have been followed for {followed_months} months.",),
        figures={"share": made.share.estimate, "lower": made.share.lower, "upper": made.share.upper, "rate": rate},
    )


def beside_comparison(
    events: int, n: int, events_compared: int, n_compared: int, *, what: str, better: Better = "lower"
) -> Finding:
    """A programme's share beside that of people who did not take part, followed for as long."""
    _enough(n)
    _enough(n_compared)
    made = share_change(events, n, events_compared, n_compared)
    return _of_change(
        made,
        n,
        method="programme_compared",
        title="Beside people who did not take part",
        question=f"Did {what} happen to fewer, or more, of those who took part?",
        better=better,
        assumes=("Both groups were at one risk to begin with, and were followed for as long.",),
        overturned_by=("Those who took part differ in what decides the outcome: age, record, being willing.",),
        caveats=(f"{events} of {n} took part and {events_compared} of {n_compared} did not.",),
        before_and_after=False,
    )


def sooner_or_later(
    months: ArrayLike, happened: ArrayLike, took_part: ArrayLike, *, what: str, better: Better = "lower"
) -> Finding:
    """Whether it happened sooner to those who took part, where not all were followed for as long."""
    own = np.asarray(took_part, bool)
    _enough(int(own.sum()))
    _enough(int((~own).sum()))
    try:
        made = log_rank(months, happened, own)
    except BadInput as why:
        raise Refused(why.what, allowed=why.allowed, remedy=why.remedy) from why
    ratio, seen = made.ratio, made.observed
    away, low, high = (seen - seen / limit for limit in (ratio.estimate, ratio.lower, ratio.upper))
    return Finding(
        method="log_rank",
        title="Time until it happened",
        question=f"Did {what} happen sooner, or later, to those who took part?",
        estimand="the rate at which it happened to those who took part over that of the others, at every time alike",
        unit="people to whom it happened",
        better=better,
        observed=made.observed,
        counterfactual=seen / ratio.estimate,
        ratio=ratio,
        difference=Interval(away, low, high, ratio.confidence) if seen else None,
        p=made.p,
        probability_of_benefit=benefit_from_p(made.p, better, fell=made.ratio.estimate <= 1),
        maryland=maryland(before_and_after=False, comparison="unproven"),
        assumes=(
            "Both groups were at one risk to begin with.",
            "Why somebody is no longer followed has nothing to do with what would have happened.",
            "One ratio holds at all times.",
        ),
        overturned_by=(
            "Those who took part differ in what decides the outcome: age, record, being willing.",
            "A clock that starts later for one group: whoever it happened to before could not take part.",
        ),
        caveats=(f"{int(own.sum())} took part and {int((~own).sum())} did not.", *_all_on_one_side(happened, own)),
    )


def survey(
    yes_now: int,
    n_now: int,
    yes_then: int,
    n_then: int,
    *,
    what: str,
    design_effect: float = 1.0,
    better: Better = "higher",
) -> Finding:
    """The change of a share between two waves of a survey."""
    _enough(n_now)
    _enough(n_then)
    made = change_with_design(yes_now, n_now, yes_then, n_then, design_effect=design_effect)
    return _of_change(
        made,
        n_now,
        method="survey",
        title="Two waves of a survey",
        unit="people who say so",
        question=f"Did the share who say that {what} change?",
        better=better,
        assumes=("Both waves ask the same question of samples of the same people, drawn in the same way.",),
        overturned_by=("A change of wording, of order, or of who answers.", "The same change where nothing was done."),
        caveats=(
            f"{yes_now} of {n_now} now and {yes_then} of {n_then} before, design effect {design_effect:g}.",
            "Of many questions some change by chance: allow for their number (Holm) before one is picked.",
        ),
        before_and_after=True,
    )


def _of_change(
    made: ShareChange,
    n: int,
    *,
    method: str,
    title: str,
    question: str,
    better: Better,
    assumes: tuple[str, ...],
    overturned_by: tuple[str, ...],
    caveats: tuple[str, ...],
    before_and_after: bool,
    unit: str = "people to whom it happened",
) -> Finding:
    points = made.difference
    return Finding(
        method=method,
        title=title,
        question=question,
        estimand="the difference of two shares, as people of the first group",
        unit=unit,
        better=better,
        observed=n * made.now,
        counterfactual=n * made.then,
        ratio=None,
        difference=Interval(n * points.estimate, n * points.lower, n * points.upper, points.confidence),
        p=made.p,
        probability_of_benefit=benefit_from_p(made.p, better, fell=made.difference.estimate <= 0),
        maryland=maryland(before_and_after=before_and_after, comparison="none" if before_and_after else "unproven"),
        assumes=assumes,
        overturned_by=overturned_by,
        caveats=caveats,
        figures={"share": made.now, "share compared": made.then, "points": 100 * points.estimate},
    )


def _all_on_one_side(happened: ArrayLike, own: np.ndarray) -> tuple[str, ...]:
    """Perfect separation: the ratio of rates is nought or without limit, and what is given is only its direction."""
    event = np.asarray(happened, bool)
    if event[own].any() and event[~own].any():
        return ()
    none = "did not take part" if event[own].any() else "took part"
    return (f"It happened to nobody who {none}: the ratio has no finite value. Read the direction, not the size.",)


def _of_people(share: Interval, rate: float, n: int) -> Interval:
    return Interval(n * (share.estimate - rate), n * (share.lower - rate), n * (share.upper - rate), share.confidence)


def _enough(n: int) -> None:
    if n < FEWEST:
        raise Refused(
            f"There are {n} people.", allowed=f"{FEWEST} or more", remedy="Wait for more, or pool programmes."
        )
