"""A series and what it would have been: a wandering level, a season, and places left alone as controls."""

from __future__ import annotations

from typing import Final

import numpy as np

from upstream.assess.counts import comparison_earned
from upstream.assess.finding import CountFree, Finding, Line, Refused, maryland
from upstream.assess.panel import Panel
from upstream.assess.synthetic import ratio_within
from upstream.errors import BadInput
from upstream.stats.intervals import CONFIDENCE, Interval
from upstream.stats.structural import DRAWS, SEASONS_HELD, Without, without_it

LEAST_MEAN: Final = 10.0
"""Events a period before: with fewer, noise is not normal enough. Ours."""
MOST_CONTROLS: Final = 20
"""The comparison places most like the treated one before are controls; the rest are left out. Ours."""
TOGETHER: Final = "the comparison places together"
SHOWN: Final = 8
SEED: Final = 2015


def structural(panel: Panel, *, draws: int = DRAWS) -> Finding:
    """The treated series against what its level, its season and the comparison places foretell."""
    series = panel.series("treated")
    mean = float(series[: panel.start].mean())
    if mean < LEAST_MEAN and not panel.measured:
        raise Refused(
            f"There were {mean:.1f} {panel.outcome} a {panel.step} before.",
            allowed=f"{LEAST_MEAN:g} or more",
            remedy="Take longer periods or a larger place.",
        )
    seasonal = panel.in_a_year > 1 and panel.start >= SEASONS_HELD * panel.in_a_year
    names, controls = _controls(panel)
    try:
        made = without_it(
            series,
            panel.start,
            rng=np.random.default_rng(SEED),
            controls=controls if names else None,
            season=panel.in_a_year if seasonal else 1,
            draws=draws,
        )
    except BadInput as why:
        raise Refused(why.what, allowed=why.allowed, remedy=why.remedy) from why
    return _finding(panel, made, names, seasonal=seasonal)


def _line(panel: Panel, made: Without) -> Line:
    coming = np.isin(np.arange(len(panel.periods)), np.arange(panel.start, panel.counted))
    expected, low, high = (np.where(coming, np.nan, values) for values in (made.expected, made.low, made.high))
    return Line(panel.periods, panel.series("treated"), expected, low, high, panel.start)


def _controls(panel: Panel) -> tuple[tuple[str, ...], np.ndarray]:
    """The comparison places' counts together, as one control: each by itself is mostly chance, which hides what moves
    them all. Measures each by themselves: those that went along most closely before."""
    places = [at for at in np.flatnonzero(panel.comparison) if np.ptp(panel.counts[at, : panel.start]) > 0]
    if not panel.measured:
        together = panel.counts[places].sum(0)
        return ((TOGETHER,), together[:, None]) if np.ptp(together[: panel.start]) > 0 else ((), together[:, None])
    series = panel.series("treated")[: panel.start]
    along = [abs(float(np.corrcoef(series, panel.counts[at, : panel.start])[0, 1])) for at in places]
    chosen = [places[at] for at in np.argsort(along)[::-1][:MOST_CONTROLS]] if np.ptp(series) > 0 else []
    return tuple(panel.units[at] for at in chosen), panel.counts[chosen].T


def _finding(panel: Panel, made: Without, names: tuple[str, ...], *, seasonal: bool) -> Finding:
    made = made.from_period(panel.phase_in)
    whole = made.observed.size if panel.measured else 1
    effects, observed = made.effects / whole, panel.over(made.observed)
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(effects, [tail, 1 - tail])
    difference = Interval(float(effects.mean()), float(low), float(high), CONFIDENCE)
    good = effects < 0 if panel.better == "lower" else effects > 0
    weighty = [at for at in np.argsort(-made.inclusion)[:SHOWN] if names]
    short = f"Less than {SEASONS_HELD} years are held before: no season is allowed for."
    season = CountFree("" if seasonal else short)
    return Finding(
        method="structural",
        title="Structural time series",
        question=f"Did {panel.outcome} leave the path that their level, season and comparison places foretold?",
        estimand="events after it began less those foretold",
        unit=panel.outcome,
        better=panel.better,
        observed=observed,
        counterfactual=observed - difference.estimate,
        ratio=ratio_within(observed, difference),
        difference=difference,
        p=made.p,
        probability_of_benefit=float(good.mean()),
        maryland=maryland(before_and_after=True, comparison=comparison_earned(panel)),
        assumes=(
            "The level would have wandered after as it did before, and seasons stayed as they were.",
            "Comparison places kept their relation to the treated one and were not touched by it.",
        ),
        overturned_by=(
            "Something else that moved the treated place and not the comparison places at the time.",
            "Steps as large at other starts, when nothing began.",
        ),
        caveats=(*panel.caveats, *([season] if season and panel.in_a_year > 1 else [])),
        figures={
            "draws": int(effects.size),
            "controls": len(names),
            **{f"inclusion of {names[at]}": round(float(made.inclusion[at]), 3) for at in weighty},
        },
        line=_line(panel, made),
    )
