"""A treated place beside a mixture of untreated ones: synthetic control, and synthetic difference in differences."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from upstream.assess.counts import line_of, no_like
from upstream.assess.finding import Finding, Refused, benefit_from_p, maryland
from upstream.assess.panel import Panel
from upstream.stats.distributions import reach
from upstream.stats.intervals import CONFIDENCE, Interval
from upstream.stats.synthetic_control import (
    LEAST_BEFORE,
    SyntheticControl,
    augmented,
    group_placebos,
    space_placebos,
    synthetic_control,
    without_each_donor,
)
from upstream.stats.synthetic_did import effects_elsewhere, synthetic_did

Floats = NDArray[np.float64]
LEAST_DONORS: Final = 19
"""With 19 donors and the treated place the smallest exact p is 5%; with fewer no 95% interval exists."""
MOST_DONORS: Final = 3000
"""Each donor is a placebo mixed of all the others: ten thousand take hours and gigabytes, and there the micro synthetic
control answers."""
MOST_APART: Final = 0.10
"""A mixture whose level before is further from the treated place than this share of it is not like it. Ours."""
GROUPS: Final = 199
"""Groups of donors taken as if treated, where several places are. Ours."""
NEAREST: Final = 20
"""Each treated place is replaced by one of so many donors nearest to its level. Ours."""
SHOWN: Final = 8
"""Donors named in the figures."""
SEED: Final = 1989


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """Outcomes by place and period per unit of exposure, and the treated exposure after it began."""

    treated: Floats
    donors: Floats
    names: tuple[str, ...]
    exposed: float


def rates_of(panel: Panel) -> Rates:
    """Treated places together, and each donor by itself; refused where they cannot be mixed or tested."""
    if panel.staggered:
        raise Refused("Places began at different times.", allowed="one start", remedy="Assess each start by itself.")
    donors = np.flatnonzero(panel.comparison)
    if donors.size < LEAST_DONORS:
        raise Refused(
            f"{donors.size} comparison places are too few to mix and to test.",
            allowed=f"{LEAST_DONORS} or more",
            remedy="Add places where nothing was done.",
        )
    if donors.size > MOST_DONORS:
        raise Refused(
            f"{donors.size:,} comparison places are more than can each be tried as if treated.",
            allowed=f"up to {MOST_DONORS:,}",
            remedy="Name those that are most like the treated place.",
        )
    if panel.start < LEAST_BEFORE:
        raise Refused(f"{panel.start} {panel.step}s before are too few.", allowed=f"{LEAST_BEFORE} or more")
    kept = kept_periods(panel)
    exposed = panel.exposed("treated")[kept]
    own = panel.series("treated")[kept] / exposed
    if not own[: panel.start].any():
        raise Refused(f"No {panel.outcome} were counted in the treated place before it began.", allowed="more than 0")
    theirs = panel.counts[donors][:, kept] / panel.exposure[donors][:, kept]
    return Rates(own, theirs, tuple(panel.units[at] for at in donors), float(exposed[panel.start :].mean()))


def kept_periods(panel: Panel) -> NDArray[np.bool_]:
    """(periods,) which count as before or after; those of coming in do not."""
    at = np.arange(len(panel.periods))
    return np.asarray((at < panel.start) | (at >= panel.counted))


def synthetic(panel: Panel) -> Finding:
    """The treated place beside the mixture of donors nearest to it before, tested on every donor."""
    rates = rates_of(panel)
    made = synthetic_control(rates.treated, rates.donors, panel.start)
    apart = abs(float(made.gap[: panel.start].mean())) / float(rates.treated[: panel.start].mean())
    if apart > MOST_APART:
        raise Refused(
            f"No mixture of the comparison places is like the treated one: its level before is {100 * apart:.0f}% off.",
            allowed=f"up to {100 * MOST_APART:.0f}%",
            remedy="Add places of its size, or give residents as exposure so that rates are mixed.",
        )
    reach, p, many = _tested(panel, rates, made)
    return _finding(
        panel,
        rates,
        made.synthetic,
        made.effect,
        Interval(made.effect, made.effect - reach, made.effect + reach, CONFIDENCE),
        p,
        method="synthetic_control",
        title="Synthetic control",
        estimand="events a period in the treated place less those of the mixture, after it began",
        assumes=(
            "The mixture, like the treated place before, would have stayed like it.",
            "None of the mixed places was touched by it, or by something of its own.",
        ),
        overturned_by=(
            "A place where nothing was done with as large a gap after, beside its gap before.",
            "An effect that is gone when one mixed place is left out, or seen before it began.",
        ),
        caveats=no_like(panel),
        figures=_mixed_figures(panel, rates, made, many),
    )


def _tested(panel: Panel, rates: Rates, made: SyntheticControl) -> tuple[float, float, int]:
    """How far an interval reaches, p, and how many placebos: single donors, or groups of as many as are treated."""
    if panel.treated.sum() == 1:
        alone = space_placebos(rates.donors, panel.start)
        return alone.reach(CONFIDENCE) * made.miss_before, alone.p(made), int(alone.ratios.size)
    groups = _groups(panel, rates)
    return (*_among(group_placebos(rates.donors, groups, panel.start), groups, panel, rates, made.effect), len(groups))


def _groups(panel: Panel, rates: Rates) -> list[list[int]]:
    """Donors in the treated places' stead: each one of the nearest to its place in level before, none twice."""
    own = (panel.counts[panel.treated] / panel.exposure[panel.treated])[:, : panel.start].mean(1)
    theirs = rates.donors[:, : panel.start].mean(1)
    if len(theirs) < LEAST_DONORS + own.size:
        raise Refused(
            f"{len(theirs)} comparison places are too few to test {own.size} treated ones together.",
            allowed=f"{LEAST_DONORS + own.size} or more",
            remedy="Add places where nothing was done.",
        )
    rng, order = np.random.default_rng(SEED), [np.argsort(np.abs(theirs - level), kind="stable") for level in own]
    groups = []
    for _ in range(GROUPS):
        taken: list[int] = []
        for at in rng.permutation(own.size):
            free = [int(one) for one in order[at][: NEAREST + own.size] if one not in taken][:NEAREST]
            taken.append(int(rng.choice(free)))
        groups.append(sorted(taken))
    return groups


def _among(
    effects: Floats, groups: Sequence[Sequence[int]], panel: Panel, rates: Rates, effect: float
) -> tuple[float, float]:
    """How far an interval reaches and p, of placebo effects each taken as a share of its level before.

    What moves a place by itself moves it by a share, in recorded crime as wherever counts are not small: sized by the
    root of the level, as chance alone would be, places busier than their donors were called changed twice as often.
    """
    before = rates.donors[:, : panel.start].mean(1)
    least = before[before > 0].min() if before.any() else 1.0
    levels = np.array([max(float(before[list(group)].mean()), least) for group in groups])
    own = float((panel.counts[panel.treated] / panel.exposure[panel.treated])[:, : panel.start].mean())
    sizes = np.sort(np.abs(effects) * own / levels)
    half = float(sizes[math.ceil(CONFIDENCE * (sizes.size + 1) - 1e-9) - 1])
    return half, float((1 + np.sum(sizes >= abs(effect) - 1e-12)) / (1 + sizes.size))


def synthetic_difference(panel: Panel) -> Finding:
    """Synthetic difference in differences, tested on donors, or groups of them, taken as if treated."""
    rates = rates_of(panel)
    treated = (panel.counts[panel.treated] / panel.exposure[panel.treated])[:, kept_periods(panel)]
    made = synthetic_did(treated, rates.donors, panel.start)
    groups = [[at] for at in range(len(rates.donors))] if len(treated) == 1 else _groups(panel, rates)
    placebos = effects_elsewhere(treated, rates.donors, panel.start, groups)
    error = float(placebos.std())
    if error == 0:
        raise Refused("The comparison places do not vary.", allowed="counts that differ from period to period")
    half, p = _among(placebos, groups, panel, rates, made.effect)
    return _finding(
        panel,
        rates,
        made.expected,
        made.effect,
        Interval(made.effect, made.effect - half, made.effect + half, CONFIDENCE),
        p,
        method="synthetic_did",
        title="Synthetic difference in differences",
        estimand="change of the treated places more than that of donors whose trend ran alongside, a period",
        assumes=(
            "Without it, the treated places would have kept their distance from the weighted donors.",
            "Counts of the treated places wander as much, for their level, as those of the donors.",
        ),
        overturned_by=(
            "Donors that drift apart from it before it began.",
            "Something else that began in only one of them.",
        ),
        caveats=(),
        figures={"effect_a_period": made.effect, "error": error, **_shares(rates.names, made.donors)},
    )


def _finding(
    panel: Panel,
    rates: Rates,
    expected: Floats,
    effect: float,
    interval: Interval,
    p: float,
    *,
    method: str,
    title: str,
    estimand: str,
    assumes: tuple[str, ...],
    overturned_by: tuple[str, ...],
    caveats: tuple[str, ...],
    figures: dict[str, float | int | str],
) -> Finding:
    after = np.arange(panel.counted, len(panel.periods))
    observed = panel.over(panel.series("treated")[after])
    size = 1.0 if panel.measured else rates.exposed * after.size
    difference = Interval(effect * size, interval.lower * size, interval.upper * size, CONFIDENCE)
    half = interval.upper - effect
    exposed, without = panel.exposed("treated"), np.zeros(len(panel.periods))
    without[kept_periods(panel)] = expected
    return Finding(
        method=method,
        title=title,
        question=f"Did {panel.outcome} leave the path of places that were alike?",
        estimand=estimand,
        unit=panel.outcome,
        better=panel.better,
        observed=observed,
        counterfactual=observed - difference.estimate,
        ratio=ratio_within(observed, difference),
        difference=difference,
        p=p,
        probability_of_benefit=benefit_from_p(p, panel.better, fell=effect < 0),
        maryland=maryland(before_and_after=True, comparison="controlled"),
        assumes=assumes,
        overturned_by=overturned_by,
        caveats=(*panel.caveats, *caveats),
        figures=figures,
        line=line_of(
            panel,
            panel.series("treated"),
            without * exposed,
            (half * exposed / reach(CONFIDENCE)) ** 2,
            total=float((panel.series("treated")[after]).sum()) - effect * rates.exposed * after.size,
            after=after,
        ),
    )


def ratio_within(observed: float, difference: Interval) -> Interval | None:
    """Observed over what there would have been, from the interval of the difference; None without a finite one."""
    least, most = observed - difference.upper, observed - difference.lower
    middle = observed - difference.estimate
    if middle <= 0 or most <= 0:
        return None
    upper = observed / least if least > 0 else math.inf
    return Interval(observed / middle, observed / most, upper, difference.confidence)


def _shares(names: tuple[str, ...], shares: Floats) -> dict[str, float | int | str]:
    largest = [at for at in np.argsort(-shares)[:SHOWN] if shares[at] > 0]
    return {
        "donors": int(np.sum(shares > 0)),
        **{f"share of {names[at]}": round(float(shares[at]), 4) for at in largest},
    }


def _mixed_figures(panel: Panel, rates: Rates, made: SyntheticControl, placebos: int) -> dict[str, float | int | str]:
    rests = without_each_donor(rates.treated, rates.donors, panel.start)
    early = panel.start - max(panel.start // 3, 1)
    figures: dict[str, float | int | str] = {
        "effect_a_period": made.effect,
        "miss_before": made.miss_before,
        "miss_after_over_before": made.miss_ratio,
        "placebos": placebos,
        "augmented_effect_a_period": augmented(rates.treated, rates.donors, panel.start).effect,
        "least_without_one_donor": float(rests.min()) if rests.size else made.effect,
        "most_without_one_donor": float(rests.max()) if rests.size else made.effect,
    }
    if early >= LEAST_BEFORE:
        pretend = synthetic_control(rates.treated[: panel.start], rates.donors[:, : panel.start], early)
        figures["effect_at_a_pretended_earlier_start"] = pretend.effect
    return {**figures, **_shares(rates.names, made.shares)}
