"""Changes of treated units against the changes of many others: together, and where they began at different times."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

import numpy as np

from upstream.assess.counts import Windows, comparison_earned, line_of, no_like, windows
from upstream.assess.finding import CountFree, Finding, Line, Refused, benefit_from_p, chance_of_benefit, maryland
from upstream.assess.panel import NEVER, Floats, Mask, Panel
from upstream.assess.synthetic import ratio_within
from upstream.errors import BadInput
from upstream.stats.before_after import LEAST_PERIODS, drift_apart
from upstream.stats.difference_in_differences import (
    SMOOTHED,
    Effect,
    Staggered,
    beside_spread,
    ratio_of_changes,
    staggered,
    two_way,
)
from upstream.stats.intervals import Interval

LEVEL: Final = 0.05
SEED: Final = 2008


def difference_in_differences(panel: Panel) -> Finding:
    """The treated units' factor of change over that of the others, beside how much the others differ."""
    if panel.staggered:
        raise Refused(
            "The treated units began at different times.", allowed="one start", remedy="Use the form for steps."
        )
    if panel.measured:
        return _of_measures(panel)
    when = windows(panel)
    before, after = (panel.counts[:, at].sum(1) for at in (when.before, when.after))
    used = panel.treated | panel.comparison
    made = _asked(before[used], after[used], panel.treated[used])
    earlier, wild = _pretended(panel), _wild(before[used], after[used], panel.treated[used])
    seen = float(after[panel.treated].sum())
    expected = seen / made.effect.estimate if made.effect.estimate > 0 else float("nan")
    error = made.standard_error
    return Finding(
        method="difference_in_differences",
        title="Difference in differences",
        question=f"Did {panel.outcome} change there by another factor than places left alone do among themselves?",
        estimand="the treated places' factor of change over that of the comparisons",
        unit=panel.outcome,
        better=panel.better,
        observed=seen,
        counterfactual=expected,
        ratio=made.effect,
        difference=Interval(seen - expected, expected * (made.effect.lower - 1), expected * (made.effect.upper - 1)),
        p=made.p,
        probability_of_benefit=chance_of_benefit(float(np.log(made.effect.estimate)), error, panel.better),
        maryland=maryland(before_and_after=True, comparison=comparison_earned(panel)),
        assumes=(
            "Without it, the treated places would have changed by the comparisons' factor, as far as those agree.",
            "What moves a place by itself is as large there as in the comparisons.",
        ),
        overturned_by=(
            "Comparisons that moved otherwise before it began.",
            "Something else that touched the treated places alone.",
        ),
        caveats=(
            *panel.caveats,
            *when.caveats,
            *_parallel(panel),
            *no_like(panel),
            *_doubts(panel, made, earlier, wild),
        ),
        figures={
            "log ratio": float(np.log(made.effect.estimate)),
            "standard error": error,
            "spread of the comparisons": made.spread,
            "comparisons": made.compared,
            **({} if wild is None else {"p, whole places drawn anew": wild}),
            **({} if earlier is None else {"ratio at a pretended earlier start": earlier.effect.estimate}),
        },
        line=_line(panel, made, expected, when),
        log_ratio_error=error,
    )


def _of_measures(panel: Panel) -> Finding:
    """The treated units' change of a mean measure less that of the others."""
    used, own = panel.treated | panel.comparison, panel.series("treated")
    kept = np.r_[0 : panel.start, panel.counted : len(panel.periods)]
    after = np.arange(panel.counted, len(panel.periods))
    values, treated = panel.counts[used][:, kept], panel.treated[used]
    try:
        made = beside_spread(values, treated, panel.start)
    except BadInput as why:
        raise Refused(why.what, allowed=why.allowed, remedy=why.remedy) from why
    seen, others = panel.over(own[after]), panel.series("comparison")
    expected = others + (own - others)[: panel.start].mean()
    return Finding(
        method="difference_in_differences",
        title="Difference in differences",
        question=f"Did {panel.outcome} change there by more than in places left alone?",
        estimand="the treated places' change of the mean less that of the comparisons",
        unit=panel.outcome,
        better=panel.better,
        observed=seen,
        counterfactual=seen - made.effect.estimate,
        ratio=ratio_within(seen, made.effect),
        difference=made.effect,
        p=made.p,
        probability_of_benefit=benefit_from_p(made.p, panel.better, fell=made.effect.estimate <= 0),
        maryland=maryland(before_and_after=True, comparison=comparison_earned(panel)),
        assumes=("Without it, the treated places would have moved by as much as the comparisons did.",),
        overturned_by=(
            "Comparisons that moved otherwise before it began.",
            "Something else that touched the treated places alone.",
        ),
        caveats=panel.caveats,
        figures={"standard error": made.standard_error, "comparisons": made.compared},
        line=line_of(panel, own, expected, np.full(own.size, made.standard_error**2), total=math.nan, after=after),
    )


def _asked(before: Floats, after: Floats, treated: Mask) -> Effect:
    try:
        return ratio_of_changes(before, after, treated)
    except BadInput as why:
        raise Refused(why.what, allowed=why.allowed, remedy=why.remedy) from why


def _pretended(panel: Panel) -> Effect | None:
    """The same question of the time before alone, begun in its middle, when nothing did; None where it is short."""
    middle, used = panel.start // 2, panel.treated | panel.comparison
    if middle < LEAST_PERIODS:
        return None
    counts = panel.counts[used]
    try:
        return ratio_of_changes(counts[:, :middle].sum(1), counts[:, middle : panel.start].sum(1), panel.treated[used])
    except BadInput:
        return None


def _wild(before: Floats, after: Floats, treated: Mask) -> float | None:
    """p by the wild bootstrap over places, of the logarithms of their changes; None with fewer than three of a side."""
    logs = np.log(np.column_stack([before, after]) + SMOOTHED)
    try:
        return two_way(logs, treated, 1, rng=np.random.default_rng(SEED)).p_wild
    except BadInput:
        return None


def _doubts(panel: Panel, made: Effect, earlier: Effect | None, wild: float | None) -> tuple[str, ...]:
    said = []
    if earlier is not None and earlier.p < LEVEL:
        one = earlier.effect
        said.append(
            CountFree(
                f"Taken to have begun in {panel.periods[panel.start // 2]}, when nothing did, it finds a ratio of "
                f"{one.estimate:.2f} ({one.lower:.2f} to {one.upper:.2f}) too."
            )
        )
    if wild is not None and (wild < LEVEL) != (made.p < LEVEL):
        said.append(CountFree(f"With whole places drawn anew (wild bootstrap) p is {wild:.3f}, and not {made.p:.3f}."))
    return tuple(said)


def _parallel(panel: Panel) -> tuple[str, ...]:
    """What the time before says of whether they moved alike."""
    own, others = (panel.series(role)[: panel.start] for role in ("treated", "comparison"))
    if panel.start < LEAST_PERIODS or not own.any() or not others.any():
        return (CountFree("Too few periods before to see whether they moved alike."),)
    growth = drift_apart(own, others).per_period
    factors = (growth.estimate, growth.lower, growth.upper)
    drift, low, high = (f"{100 * (factor - 1):+.1f}%".replace("-", "−") for factor in factors)
    return (
        CountFree(
            f"Before it began the treated places drifted from the comparisons by {drift} a {panel.step} "
            f"(95% interval: {low} to {high})."
        ),
    )


def _line(panel: Panel, made: Effect, total: float, when: Windows) -> Line:
    own, others = panel.series("treated"), panel.series("comparison")
    expected = others * own[when.before].sum() / max(others[when.before].sum(), 1.0)
    return line_of(panel, own, expected, expected + (expected * made.spread) ** 2, total=total, after=when.after)


def staggered_differences(panel: Panel) -> Finding:
    """Each step's places against places not treated at the time, put together without bias from the order of steps."""
    if not panel.staggered:
        raise Refused("All treated units began at once.", allowed="two starts or more", remedy="Use the plain form.")
    rates = panel.counts / panel.exposure
    used = panel.treated | panel.comparison
    try:
        made = staggered(rates[used], np.where(panel.treated, panel.starts, NEVER)[used], phase_in=panel.phase_in)
    except BadInput as why:
        raise Refused(why.what, allowed=why.allowed, remedy=why.remedy) from why
    begun = np.where(panel.treated, panel.starts + panel.phase_in, len(panel.periods))
    cells = np.arange(len(panel.periods)) >= begun[:, None]
    exposed = 1.0 if panel.measured else float(panel.exposure[cells].sum())
    total = replace(
        made.overall,
        estimate=made.overall.estimate * exposed,
        lower=made.overall.lower * exposed,
        upper=made.overall.upper * exposed,
    )
    seen = panel.over(panel.counts[cells])
    return Finding(
        method="staggered",
        title="Steps against places not yet treated",
        question=f"What did it do to {panel.outcome}, where it began at different times?",
        estimand="mean effect on treated places in their periods after, times those periods",
        unit=panel.outcome,
        better=panel.better,
        observed=seen,
        counterfactual=seen - total.estimate,
        ratio=None,
        difference=total,
        p=made.p,
        probability_of_benefit=benefit_from_p(made.p, panel.better, fell=total.estimate <= 0),
        maryland=maryland(before_and_after=True, comparison=comparison_earned(panel)),
        assumes=("Without it, all places would have moved by as much from the period before each start.",),
        overturned_by=("Effects that seem to begin before the start.", "Steps taken first where things went badly."),
        caveats=panel.caveats,
        figures=_by_time(made),
    )


def _by_time(made: Staggered) -> dict[str, float | int | str]:
    return {f"{time:+d} periods": effect.estimate for time, effect in made.by_time}
