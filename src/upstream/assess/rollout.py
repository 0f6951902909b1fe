"""A roll-out whose turns were dealt by chance: tested by dealing them out again."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np

from upstream.assess.finding import Finding, Refused, benefit_from_p, maryland
from upstream.assess.panel import Panel
from upstream.errors import BadInput
from upstream.stats.intervals import CONFIDENCE, Interval
from upstream.stats.rollouts import DEALS, roll_out

LEAST_MEAN: Final = 5.0
"""Events a place and period: with fewer, logarithms of counts are mostly noise. Ours."""
HALF: Final = 0.5
"""Added to a count before its logarithm is taken, so that nought has one."""
SEED: Final = 1935


def dealt_by_chance(panel: Panel, *, strata: Mapping[str, str] | None = None, deals: int = DEALS) -> Finding:
    """Places whose start, or whether they began at all, chance decided; ``strata`` names the group of each unit.

    The ladder does not ask this: only people know that chance dealt the turns, and they say so by calling it.
    """
    if panel.phase_in:
        raise Refused(
            "A time of coming in is not modelled here.", allowed="no such periods", remedy="Give later starts."
        )
    used = panel.treated | panel.comparison
    units = [unit for unit, one in zip(panel.units, used, strict=True) if one]
    counts, exposure, starts = panel.counts[used], panel.exposure[used], panel.starts[used]
    if counts.mean() < LEAST_MEAN:
        raise Refused(
            f"There are {counts.mean():.1f} {panel.outcome} a place and {panel.step}.",
            allowed=f"{LEAST_MEAN:g} or more",
            remedy="Take longer periods or larger places.",
        )
    if strata is not None and any(unit not in strata for unit in units):
        raise Refused("A place has no stratum.", allowed="one for each of the places dealt to")
    try:
        made = roll_out(
            np.log((counts + HALF) / exposure),
            starts,
            rng=np.random.default_rng(SEED),
            strata=None if strata is None else [strata[unit] for unit in units],
            deals=deals,
        )
    except BadInput as why:
        raise Refused(why.what, allowed=why.allowed, remedy=why.remedy) from why
    begun = (np.arange(counts.shape[1]) >= starts[:, None]) & (starts >= 0)[:, None]
    observed = float(counts[begun].sum())
    ratio = Interval(math.exp(made.effect), math.exp(made.lower), math.exp(made.upper), CONFIDENCE)
    return Finding(
        method="roll_out",
        title="Roll-out dealt by chance",
        question=f"Did {panel.outcome} change in each place when its turn came?",
        estimand="events where it had begun over those there would have been, the same in every place",
        unit=panel.outcome,
        better=panel.better,
        observed=observed,
        counterfactual=observed / ratio.estimate,
        ratio=ratio,
        difference=Interval(
            observed - observed / ratio.estimate,
            observed - observed / ratio.lower,
            observed - observed / ratio.upper,
            CONFIDENCE,
        ),
        p=made.p,
        probability_of_benefit=benefit_from_p(made.p, panel.better, fell=made.effect < 0),
        maryland=maryland(before_and_after=True, comparison="controlled", random=True),
        assumes=(
            "Chance dealt the turns as said, and every place kept the turn it was dealt.",
            "What is done in one place does not touch another; the effect is at once and alike everywhere.",
        ),
        overturned_by=(
            "Turns that were changed after they were dealt, or dealt with the outcome in view.",
            "An effect that comes slowly: then later turns look better than they are.",
        ),
        caveats=panel.caveats,
        figures={"deals": made.deals, "log_ratio": made.effect, "places": len(units)},
    )
