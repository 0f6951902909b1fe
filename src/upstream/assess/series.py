"""An interrupted series: the path before, carried on, beside what was seen; alone or against a comparison."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Final

import numpy as np

from upstream.assess.counts import comparison_earned, line_of
from upstream.assess.finding import CountFree, Finding, Refused, benefit_from_p, maryland
from upstream.assess.in_words import chance
from upstream.assess.panel import Panel
from upstream.errors import BadInput
from upstream.stats.interrupted import Series, interrupted_series, placebo_starts

YEARS_FOR_A_SEASON: Final = 2
"""So many years before are needed to tell a season from chance. Ours."""
LEAST_PRETENDED: Final = 4
"""Periods on either side of a pretended start. Ours."""
WORTH_SAYING: Final = 0.05
"""A pretended start with p below this is said."""


def interrupted(panel: Panel, *, slope: bool = False) -> Finding:
    """The treated series against its own path before."""
    made = series_of(panel, compared=False, slope=slope)
    return _finding(panel, made, compared=False)


def interrupted_compared(panel: Panel, *, slope: bool = False) -> Finding:
    """The ratio of the treated series to its comparison, against the path of that ratio before."""
    if not panel.comparison.any():
        raise Refused("There is no comparison.", allowed="one unit or more that was left alone")
    made = series_of(panel, compared=True, slope=slope)
    return _finding(panel, made, compared=True)


def series_of(panel: Panel, *, compared: bool, slope: bool = False) -> Series:
    """The regression, with a season where the data can carry one and errors for months that follow one another."""
    seasonal = not compared and panel.in_a_year > 1 and panel.start >= YEARS_FOR_A_SEASON * panel.in_a_year
    try:
        return interrupted_series(
            panel.series("treated"),
            panel.start,
            exposure=1.0 if compared else panel.exposed("treated"),
            control=panel.series("comparison") if compared else None,
            season=panel.in_a_year,
            harmonics=min(2, panel.in_a_year // 2) if seasonal else 0,
            slope=slope,
            phase_in=panel.phase_in,
            other_changes=[panel.periods.index(label) for label in panel.also_began],
            residuals="autoregressive",
        )
    except BadInput as why:
        raise Refused(why.what, allowed=why.allowed, remedy=why.remedy) from why


def _finding(panel: Panel, made: Series, *, compared: bool) -> Finding:
    pretended = _pretended(panel, compared)
    away = made.expected * np.array([made.effect.estimate - 1, made.effect.lower - 1, made.effect.upper - 1])
    own = "the ratio of the treated place to its comparison" if compared else "the treated place"
    return Finding(
        method="interrupted_series_compared" if compared else "interrupted_series",
        title="Interrupted series, against a comparison" if compared else "Interrupted series",
        question=f"Did {panel.outcome} leave the path that they were on when it began?",
        estimand=f"events after over events on the path of {own} before, all periods after together",
        unit=panel.outcome,
        better=panel.better,
        observed=made.observed,
        counterfactual=made.expected,
        ratio=made.effect,
        difference=replace(made.effect, estimate=float(away[0]), lower=float(away[1]), upper=float(away[2])),
        p=made.p,
        probability_of_benefit=benefit_from_p(made.p, panel.better, fell=made.effect.estimate < 1),
        maryland=maryland(before_and_after=True, comparison=comparison_earned(panel) if compared else "none"),
        assumes=(
            f"Without it, {own} would have kept to its path: the same growth a {panel.step}, the same season.",
            "Nothing else that matters began at the same time.",
        ),
        overturned_by=(
            "Steps as large at other starts, when nothing began.",
            "A path that was already bending, or a start chosen because of a bad time.",
        ),
        caveats=(*panel.caveats, *_caveats(panel, compared), *_elsewhen(pretended)),
        figures={**_figures(made), "pretended starts": len(pretended)},
        line=line_of(
            panel,
            panel.series("treated"),
            made.without,
            _variance(made),
            total=made.expected,
            after=np.arange(panel.counted, len(panel.periods)),
        ),
    )


def _pretended(panel: Panel, compared: bool) -> dict[str, Series]:
    """The same question at starts before it began, when nothing did, by label; where there is time for them."""
    held: dict[str, Series] = {}
    for at in sorted({panel.start // 3, panel.start // 2, 2 * panel.start // 3}):
        if min(at, panel.start - at) >= LEAST_PRETENDED:
            with suppress(BadInput):
                (held[panel.periods[at]],) = placebo_starts(
                    panel.series("treated"),
                    [at],
                    until=panel.start,
                    exposure=1.0 if compared else panel.exposed("treated"),
                    control=panel.series("comparison") if compared else None,
                )
    return held


def _elsewhen(pretended: dict[str, Series]) -> tuple[str, ...]:
    return tuple(
        CountFree(
            f"Taken to have begun in {label}, when nothing did, it finds {100 * (made.effect.estimate - 1):+.0f}% too "
            f"({chance(made.p)})."
        )
        for label, made in pretended.items()
        if made.p < WORTH_SAYING
    )


def _variance(made: Series) -> np.ndarray:
    return made.dispersion * made.without + (made.without * made.without_error) ** 2


def _caveats(panel: Panel, compared: bool) -> tuple[str, ...]:
    if not compared and panel.in_a_year > 1 and panel.start < YEARS_FOR_A_SEASON * panel.in_a_year:
        return (CountFree(f"Less than {YEARS_FOR_A_SEASON} years before: no season is allowed for."),)
    return ()


def _figures(made: Series) -> dict[str, float | int | str]:
    figures: dict[str, float | int | str] = {
        "step": made.step.estimate,
        "trend a period": made.trend.estimate,
        "dispersion": made.dispersion,
        "autocorrelation": made.autocorrelation,
        "degrees of freedom": made.degrees,
    }
    if made.slope:
        figures["change of trend"] = made.slope.estimate
    return figures
