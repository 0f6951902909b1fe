"""Many small areas: untreated ones weighted until, together, they were exactly like the treated ones before."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from upstream.assess.counts import line_of
from upstream.assess.finding import CountFree, Finding, Line, Refused, benefit_from_p, maryland
from upstream.assess.panel import Panel
from upstream.errors import BadInput
from upstream.stats.calibrated_weights import CalibratedWeights, calibrated_weights
from upstream.stats.distributions import reach
from upstream.stats.intervals import CONFIDENCE, Interval
from upstream.stats.weighted_comparisons import PlaceboGroups, WeightedComparison, placebo_groups, weighted_comparison

Floats = NDArray[np.float64]
LEAST_DONORS: Final = 100
"""Fewer untreated areas are no crowd to weight: synthetic control mixes few places. Ours."""
FINEST: Final = 12
"""At most so many spans of the time before are matched one by one. Ours."""
LEAST_EFFECTIVE: Final = 20.0
"""Weights as variable as those of fewer equal donors rest on too few. Ours."""
GROUPS: Final = 199
LEAST_GROUPS: Final = 39
SEED: Final = 2017


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """What is matched (areas, targets), into how many spans the time before was cut, and the weights."""

    held: Floats
    spans: int
    weights: CalibratedWeights


def micro_synthetic(panel: Panel, *, covariates: Mapping[str, Floats] | None = None, groups: int = GROUPS) -> Finding:
    """Treated small areas beside untreated ones, weighted by raking on every span before and on ``covariates``.

    ``covariates`` are values (units,) in the panel's order: residents, households. Tested on random groups of untreated
    areas, each with weights of its own.
    """
    treated, donors = panel.treated, panel.comparison
    if panel.staggered:
        raise Refused("Areas began at different times.", allowed="one start", remedy="Assess each start by itself.")
    if donors.sum() < LEAST_DONORS:
        raise Refused(f"{int(donors.sum())} comparison areas are too few to weight.", allowed=f"{LEAST_DONORS} or more")
    matched = _matched(panel, covariates or {})
    after = panel.counts[:, panel.counted :]
    made = weighted_comparison(after[treated], after[donors], matched.weights.weights)
    if not math.isfinite(made.log_ratio_error):
        raise Refused(
            f"No {panel.outcome} were counted after it began, in the treated areas or in those like them.",
            allowed="at least one in each",
            remedy="Look at more kinds of event or a longer time.",
        )
    placebos = placebo_groups(
        matched.held[donors], after[donors], int(treated.sum()), rng=np.random.default_rng(SEED), groups=groups
    )
    return _finding(panel, matched, made, placebos)


def _matched(panel: Panel, covariates: Mapping[str, Floats]) -> Matched:
    """The finest cut of the time before for which weights exist; refused when there are none even for its total."""
    fixed = [np.ones(len(panel.units)), *(np.asarray(values, np.float64) for values in covariates.values())]
    if any(values.shape != fixed[0].shape for values in fixed):
        raise Refused("A covariate does not have one value an area.", allowed=f"{len(panel.units)} values")
    spans, reason = min(panel.start, FINEST), ""
    while spans:
        cuts = np.linspace(0, panel.start, spans + 1).round().astype(int)
        counts = [panel.counts[:, a:b].sum(1) for a, b in pairwise(cuts.tolist())]
        held = np.column_stack([*fixed, *counts])
        try:
            weights = calibrated_weights(held[panel.comparison], held[panel.treated].sum(0))
            if weights.effective_number >= LEAST_EFFECTIVE:
                return Matched(held, spans, weights)
            reason = f"their weights rest on {weights.effective_number:.0f} areas"
        except BadInput as why:
            reason = why.what
        spans //= 2
    raise Refused(
        f"The untreated areas cannot be made like the treated ones: {reason}.",
        allowed=f"treated areas inside the range of the others, weights that rest on {LEAST_EFFECTIVE:.0f} or more",
        remedy="Match fewer things, or add untreated areas like the treated.",
    )


def _finding(panel: Panel, matched: Matched, made: WeightedComparison, placebos: PlaceboGroups) -> Finding:
    sizes = np.sort(np.abs(placebos.log_ratio_z[np.isfinite(placebos.log_ratio_z)]))
    at = math.ceil(CONFIDENCE * (sizes.size + 1)) - 1
    if sizes.size < LEAST_GROUPS:
        raise Refused(
            f"Only {sizes.size} random groups of untreated areas could be weighted: the method cannot be tested.",
            allowed=f"{LEAST_GROUPS} or more",
            remedy="Match fewer things, or treat larger areas as the unit.",
        )
    half = float(sizes[at]) * made.log_ratio_error
    ratio = Interval(made.ratio, made.ratio * math.exp(-half), made.ratio * math.exp(half), CONFIDENCE)
    p = float((1 + np.sum(sizes >= abs(made.log_ratio_z) - 1e-12)) / (1 + sizes.size))
    return Finding(
        method="micro_synthetic",
        title="Micro synthetic control",
        question=f"Did {panel.outcome} differ from those of areas that were, together, exactly alike before?",
        estimand="events in the treated areas over those of the weighted untreated areas, after it began",
        unit=panel.outcome,
        better=panel.better,
        observed=made.treated,
        counterfactual=made.control,
        ratio=ratio,
        difference=Interval(
            made.difference, made.control * (ratio.lower - 1), made.control * (ratio.upper - 1), CONFIDENCE
        ),
        p=p,
        probability_of_benefit=benefit_from_p(p, panel.better, fell=made.ratio < 1),
        maryland=maryland(before_and_after=True, comparison="controlled"),
        assumes=(
            "Areas alike in what is matched would have gone the same way without it.",
            "Untreated areas were not touched by it: nothing moved there.",
        ),
        overturned_by=(
            "Random groups of untreated areas that differ as much from areas like them.",
            "Something the areas differ in that is not matched and that changed at the time.",
        ),
        caveats=(*panel.caveats, *_caveats(panel, matched, placebos)),
        figures={
            "matched": int(matched.held.shape[1]),
            "spans_before": matched.spans,
            "effective_donors": matched.weights.effective_number,
            "largest_weight": matched.weights.largest,
            "placebo_groups": int(sizes.size),
        },
        line=_line(panel, matched, made, half),
        log_ratio_error=made.log_ratio_error,
    )


def _line(panel: Panel, matched: Matched, made: WeightedComparison, half: float) -> Line:
    expected = matched.weights.weights @ panel.counts[panel.comparison]
    spread = (expected * half / reach(CONFIDENCE)) ** 2 + expected
    after = np.arange(panel.counted, len(panel.periods))
    return line_of(panel, panel.series("treated"), expected, spread, total=made.control, after=after)


def _caveats(panel: Panel, matched: Matched, placebos: PlaceboGroups) -> tuple[str, ...]:
    said = []
    if matched.spans < min(panel.start, FINEST):
        said.append(
            CountFree(f"No weights are exactly alike in finer spans: the time before was matched in {matched.spans}.")
        )
    if placebos.left_out:
        said.append(CountFree(f"{placebos.left_out} random groups could not be weighted and are left out of the test."))
    return tuple(said)
