"""Counts before and after: alone, against a comparison, and with what moved to places near by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from upstream.assess.finding import (
    Comparison,
    CountFree,
    Finding,
    Line,
    Refused,
    benefit_from_p,
    chance_of_benefit,
    maryland,
    something_expected,
)
from upstream.assess.panel import Panel, Role
from upstream.stats.before_after import LEAST_PERIODS, Ratio, counts_before_after, counts_compared, drift_apart
from upstream.stats.displacement import (
    Difference,
    Quotient,
    dispersion_of_changes,
    dispersion_of_months,
    displacement_difference,
    displacement_quotient,
)
from upstream.stats.distributions import reach
from upstream.stats.intervals import CONFIDENCE
from upstream.stats.trend import mann_kendall

Floats = NDArray[np.float64]
DRIFT: Final = 0.10
"""A comparison that drifted apart with p below this is not called alike. Ours: with few periods a looser level than
five in a hundred misses less."""
UNLIKE: Final = 1.5
"""Levels before that differ by more than this factor make a difference in numbers doubtful. Ours."""
MOST_BUSY: Final = 1.5
"""A place busier than every comparison by this factor has no like among them. Ours."""
SEVERAL: Final = 5
"""So many comparison units or more are several places. Ours."""


@dataclass(frozen=True, slots=True)
class Windows:
    """Which periods are compared: the same seasons before and after where the data allow.

    Attributes
    ----------
    before, after
        Indices of periods.
    caveats
        What was not alike.
    """

    before: NDArray[np.int64]
    after: NDArray[np.int64]
    caveats: tuple[str, ...]


def windows(panel: Panel) -> Windows:
    """The periods after it began and, before, those of the same seasons; all of them where a season is not held."""
    return windows_between(panel, len(panel.periods))


def windows_between(panel: Panel, end: int) -> Windows:
    """The same where the data will reach to ``end``: for an assessment that is still to come."""
    year = panel.in_a_year
    after, before = np.arange(panel.counted, end), np.arange(panel.start)
    seasons, held = set((after % year).tolist()), set((before % year).tolist())
    if not seasons <= held:
        return Windows(
            before,
            after,
            (CountFree(f"Less than a year is held before: the {panel.step}s compared are of other seasons."),),
        )
    whole = before[len(before) % year :] if len(after) >= year else before[np.isin(before % year, list(seasons))]
    if len(after) > year and len(after) % year:
        uneven = CountFree("The time after is no whole number of years: some seasons count twice.")
        return Windows(whole, after, (uneven,))
    return Windows(whole, after, ())


def comparison_earned(panel: Panel) -> Comparison:
    """What the comparison may be called: shown to be like the treated place before, or not."""
    if not panel.comparison.any():
        return "none"
    treated, compared = panel.series("treated")[: panel.start], panel.series("comparison")[: panel.start]
    if panel.start < max(LEAST_PERIODS, panel.in_a_year // 2) or not treated.any() or not compared.any():
        return "unproven"
    gap = treated - compared
    drifted = float(mann_kendall(gap[None]).p[0]) if panel.measured else drift_apart(treated, compared).p
    if drifted < DRIFT:
        return "unproven"
    return "controlled" if int(panel.comparison.sum()) >= SEVERAL else "comparable"


def before_and_after(panel: Panel) -> Finding:
    """The rate after over the rate before, in the treated place alone."""
    when = windows(panel)
    series, exposed = panel.series("treated"), panel.exposed("treated")
    made = counts_before_after(
        series[when.before],
        series[when.after],
        exposure_before=exposed[when.before],
        exposure_after=exposed[when.after],
        dispersion=_known(when),
    )
    expected = exposed * series[when.before].sum() / exposed[when.before].sum()
    return _of_ratio(
        panel,
        made,
        method="before_after",
        title="Before and after",
        estimand="the rate after it began over the rate before, in the treated place",
        assumes=(
            "Without it, the level would have stayed as before: no trend, no season that the two times do not share.",
            "The place was not chosen for a bad time, after which it would have fallen back by itself.",
        ),
        overturned_by=(
            "A place left alone that changed as much.",
            "A trend before it began, or a change of recording.",
        ),
        expected=expected,
        after=when.after,
        caveats=(*when.caveats, CountFree("Nothing is compared with: this change is not yet an effect.")),
    )


def before_and_after_compared(panel: Panel) -> Finding:
    """The rate after over before of the treated place, over that of the comparison."""
    _needs_comparison(panel)
    when = windows(panel)
    treated, compared = panel.series("treated"), panel.series("comparison")
    made = counts_compared(
        treated[when.before],
        treated[when.after],
        compared[when.before],
        compared[when.after],
        dispersion=_known(when),
    )
    apart = _apart(panel, when)
    if apart > made.dispersion:
        made = counts_compared(
            treated[when.before],
            treated[when.after],
            compared[when.before],
            compared[when.after],
            dispersion=apart,
            degrees=float(panel.comparison.sum()) - 1,
        )
    expected = compared * treated[when.before].sum() / max(compared[when.before].sum(), 1.0)
    return _of_ratio(
        panel,
        made,
        method="before_after_compared",
        title="Before and after, against a comparison",
        estimand="the factor of change of the treated place over the factor of change of the comparison",
        assumes=("Without it, the treated place would have changed by the same factor as the comparison.",),
        overturned_by=(
            "A comparison that drifted away from the treated place before it began.",
            "Something else that touched only one of them.",
            "Problems that moved from the treated place into the comparison.",
        ),
        expected=expected,
        after=when.after,
        caveats=(*when.caveats, *_not_alike(panel)),
    )


def displacement(panel: Panel) -> Finding:
    """The weighted displacement difference of the treated place and its buffer, against their comparisons."""
    _needs_comparison(panel)
    when = windows(panel)
    made = difference_of_panel(panel, when)
    seen = float(panel.series("treated")[when.after].sum() + panel.series("buffer")[when.after].sum())
    about = bool(panel.mask("buffer").any())
    return Finding(
        method="displacement_difference",
        title="Weighted displacement difference",
        question=f"Did {panel.outcome} change more there and near by than where nothing was done?",
        estimand="events in the treated place"
        + (" and about it" if about else "")
        + " more than the comparison's change",
        unit=panel.outcome,
        better=panel.better,
        observed=seen,
        counterfactual=seen - made.total.estimate,
        ratio=None,
        difference=made.total,
        p=made.p,
        probability_of_benefit=chance_of_benefit(made.total.estimate, made.standard_error, panel.better),
        maryland=maryland(before_and_after=True, comparison=comparison_earned(panel)),
        assumes=(
            "Without it, places would have changed by the same number of events for their size as the comparison.",
            "The places do not overlap, and what was done did not reach the comparison.",
        ),
        overturned_by=(
            "A comparison of another level or another trend.",
            "Counts that vary more than their months before say.",
        ),
        caveats=(*panel.caveats, *when.caveats, *_not_alike(panel), *_unlike(panel, when), *_no_buffer(about)),
        figures=_figures(panel, when, made),
        line=_line_of_difference(panel, when, made.dispersion, seen - made.total.estimate),
    )


def difference_of_panel(panel: Panel, when: Windows) -> Difference:
    """The weighted displacement difference of a panel's roles, sized to the treated place and to its buffer."""

    def counts(role: Role) -> Floats:
        series = panel.series(role)
        return np.array([series[when.before].sum(), series[when.after].sum()])

    near = panel.mask("buffer").any()
    return displacement_difference(
        counts("treated"),
        counts("comparison"),
        displacement=counts("buffer") if near else None,
        displacement_control=counts("comparison buffer") if panel.mask("comparison buffer").any() else None,
        control_weights=_size(panel, "comparison", "treated"),
        displacement_control_weights=_size(panel, "comparison buffer", "buffer"),
        period_weights=(len(when.before) / len(when.after), 1.0),
        dispersion=max(_spread(panel), _apart(panel, when)),
    )


def quotient_of_panel(panel: Panel, when: Windows) -> Quotient | None:
    """The displacement quotient; None without a buffer, or where the comparison has a count of nought."""
    pairs = {
        role: np.array([panel.series(role)[when.before].sum(), panel.series(role)[when.after].sum()])
        for role in ("treated", "buffer", "comparison")
    }
    if not panel.mask("buffer").any() or not pairs["comparison"].all() or not pairs["treated"].any():
        return None
    return displacement_quotient(pairs["treated"], pairs["buffer"], pairs["comparison"], dispersion=_spread(panel))


def _size(panel: Panel, of: Role, to: Role) -> float:
    """How much a role's units weigh beside another's: so that many stand for one."""
    held, other = (float(panel.weights[panel.mask(role)].sum()) for role in (of, to))
    return held / other if held and other else 1.0


def _spread(panel: Panel) -> float:
    """Variance of a month's count over its mean before it began; 1 where one period cannot show it."""
    before = np.array([panel.series(r)[: panel.start] for r in ("treated", "buffer", "comparison")])
    return dispersion_of_months(before) if panel.start > 1 and before.any() else 1.0


def _apart(panel: Panel, when: Windows) -> float:
    """How much more than by chance the comparison's units part from one another; 1 with too few to say."""
    before, after = (panel.counts[panel.comparison][:, at].sum(1) for at in (when.before, when.after))
    return dispersion_of_changes(before, after) if int((before + after > 0).sum()) >= SEVERAL else 1.0


def _known(when: Windows) -> float | None:
    """One period before and one after do not show how counts vary: then they are taken as Poisson."""
    return 1.0 if len(when.before) + len(when.after) == len(("before", "after")) else None


def _needs_comparison(panel: Panel) -> None:
    if not panel.comparison.any():
        raise Refused("There is no comparison.", allowed="one unit or more that was left alone")


def _not_alike(panel: Panel) -> tuple[str, ...]:
    if comparison_earned(panel) == "unproven":
        unlike = CountFree("The comparison is not shown to have moved like the treated place before it began.")
        return (unlike, *no_like(panel))
    return no_like(panel)


def no_like(panel: Panel) -> tuple[str, ...]:
    """A word where a treated place is far busier than every place that it is compared with."""
    level = (panel.counts / panel.exposure)[:, : panel.start].mean(1)
    own, others = level[panel.treated].max(), level[panel.comparison].max(initial=0.0)
    if own <= MOST_BUSY * others or not others:
        return ()
    return (
        f"The busiest treated place had {own / others:.1f} times the {panel.outcome} of the busiest comparison: such "
        "places move by themselves most, and no comparison here is like it.",
    )


def _unlike(panel: Panel, when: Windows) -> tuple[str, ...]:
    own = float(panel.series("treated")[when.before].sum())
    other = float(panel.series("comparison")[when.before].sum()) / _size(panel, "comparison", "treated")
    if own and other and max(own / other, other / own) <= UNLIKE:
        return ()
    return (
        f"For its size the comparison had {other:.0f} {panel.outcome} before, the treated place {own:.0f}: a common "
        "change in per cent would look like an effect here. Read the ratio.",
    )


def _no_buffer(about: bool) -> tuple[str, ...]:
    return () if about else (CountFree("No places near by were counted: what moved there is not seen."),)


def _figures(panel: Panel, when: Windows, made: Difference) -> dict[str, float | int | str]:
    figures: dict[str, float | int | str] = {
        "total": made.total.estimate,
        "local": made.local.estimate,
        "displaced": made.displaced.estimate,
        "standard error": made.standard_error,
        "z": made.z,
        "dispersion": made.dispersion,
    }
    if quotient := quotient_of_panel(panel, when):
        figures["quotient"] = quotient.quotient.estimate
        figures["quotient, lower"] = quotient.quotient.lower
        figures["quotient, upper"] = quotient.quotient.upper
    return figures


def _line_of_difference(panel: Panel, when: Windows, dispersion: float, total: float) -> Line:
    size, beside = _size(panel, "comparison", "treated"), _size(panel, "comparison buffer", "buffer")
    own = panel.series("treated") + panel.series("buffer")
    moved = panel.series("comparison") / size + panel.series("comparison buffer") / beside
    expected = np.maximum(moved + own[when.before].mean() - moved[when.before].mean(), 0.0)
    variance = dispersion * expected * (1 + 1 / size)
    return line_of(panel, own, expected, variance, total=total, after=when.after)


def line_of(
    panel: Panel, observed: Floats, expected: Floats, variance: Floats, *, total: float, after: NDArray[np.int64]
) -> Line:
    """The graph: what was seen beside what was to be expected, with where 95 in 100 months would lie.

    What is expected of the periods ``after`` adds up to ``total``, the finding's counterfactual: the figure and the
    graph are one. Periods in which it was coming in are empty.
    """
    shown, spread = expected.astype(np.float64), np.sqrt(variance)
    summed = float(np.nansum(shown[after]))
    if summed > 0 and np.isfinite(total):
        late = np.arange(shown.size) >= panel.counted
        shown, spread = (np.where(late, values * total / summed, values) for values in (shown, spread))
    shown[panel.start : panel.counted] = np.nan
    half = reach(CONFIDENCE) * spread
    return Line(panel.periods, observed, shown, np.maximum(shown - half, 0.0), shown + half, panel.start)


def _of_ratio(
    panel: Panel,
    made: Ratio,
    *,
    method: str,
    title: str,
    estimand: str,
    assumes: tuple[str, ...],
    overturned_by: tuple[str, ...],
    expected: Floats,
    after: NDArray[np.int64],
    caveats: tuple[str, ...],
) -> Finding:
    something_expected(made.expected)
    compared = method != "before_after"
    return Finding(
        method=method,
        title=title,
        question=f"Did {panel.outcome} change after it began" + (", more than in the comparison?" if compared else "?"),
        estimand=estimand,
        unit=panel.outcome,
        better=panel.better,
        observed=made.observed,
        counterfactual=made.expected,
        ratio=made.ratio,
        difference=made.difference,
        p=made.p,
        probability_of_benefit=benefit_from_p(made.p, panel.better, fell=made.ratio.estimate < 1),
        maryland=maryland(before_and_after=True, comparison=comparison_earned(panel) if compared else "none"),
        assumes=assumes,
        overturned_by=overturned_by,
        caveats=(*panel.caveats, *caveats),
        figures={"ratio": made.ratio.estimate, "dispersion": made.dispersion, "degrees of freedom": made.degrees},
        line=line_of(
            panel, panel.series("treated"), expected, made.dispersion * expected, total=made.expected, after=after
        ),
    )
