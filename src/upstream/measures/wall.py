"""All charts of the latest month together: what chance alone would flag, and which flags stand out among so many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from upstream.measures.definition import STOCKS, Definition, pooling
from upstream.measures.result import NOT_KNOWN, FalseAlarms, Floats, Limits, MeasureResult, Series
from upstream.stats.count_limits import OVERDISPERSION_ALPHA, SMALL_MEAN, dispersion
from upstream.stats.false_alarms import benjamini_hochberg, expected_false_alarms, outside_p, stands_out
from upstream.stats.limits import BASELINE_WANTED
from upstream.stats.limits import Limits as Worked
from upstream.stats.run_rules import MAKING_DATA_COUNT

_NAN: Final = float("nan")


@dataclass(frozen=True)
class Chart:
    """One measure in one area with limits in its latest month; ``dependent``: its months carry over into others."""

    key: str
    area: str
    series: Series
    limits: Limits
    dependent: bool

    @property
    def outside(self) -> bool:
        return self.series.exceptional is not None

    @property
    def flagged(self) -> bool:
        """Whether the latest month breaks any rule of the primary limits."""
        month, rule = self.series.latest_month, self.limits.rule
        return any(flag.month == month and flag.limits == rule for flag in self.series.flags)


def charts(measures: Mapping[str, MeasureResult]) -> list[Chart]:
    """Every chart whose primary limits judge its latest month; alternative readings and the not-known line left out."""
    return [
        Chart(key, area, one, one.limits[0], _is_stock(result.definition) or one.limits[0].dependent)
        for key, result in measures.items()
        if result.definition.alternative_of is None
        for area, one in result.series.items()
        if area != NOT_KNOWN and one.limits and one.limits[0].refused is None and np.isfinite(one.limits[0].false_alarm)
    ]


def _is_stock(definition: Definition) -> bool:
    return definition.kind in STOCKS or pooling(definition) == "last"


def false_alarms(wall: list[Chart]) -> FalseAlarms:
    """What chance would flag in the latest month over all the charts shown.

    Counted apart are stocks (most of this month's open cases were last month's) and series whose baseline months follow
    one another: a chance drift stays there, and limits made for independent months promise no number of false flags.
    """
    flows = [chart for chart in wall if not chart.dependent]
    dependent = [chart for chart in wall if chart.dependent]
    points = min((len(chart.series.months) for chart in flows), default=0)
    expected = expected_false_alarms([_worked(chart.limits) for chart in flows], MAKING_DATA_COUNT, points=points)
    q = np.array([chart.series.outside_q for chart in flows])
    return FalseAlarms(
        series=len(flows),
        expected=float(expected.outside),
        outside=sum(chart.outside for chart in flows),
        shift=float(expected.shift),
        trend=float(expected.trend),
        near=float(expected.near),
        flagged=sum(chart.flagged for chart in flows),
        standing_out=int(stands_out(q).sum()),
        dependent=len(dependent),
        dependent_outside=sum(chart.outside for chart in dependent),
    )


def _worked(limits: Limits) -> Worked:
    """The newest limits in the form of the statistics: only the size of the baseline and the chance are used."""
    middle, low, high = (float(values[-1]) for values in (limits.centre, limits.lower, limits.upper))
    return Worked(middle, low, high, low, "sd", limits.baseline_months, BASELINE_WANTED, limits.false_alarm)


def with_q_values(measures: Mapping[str, MeasureResult]) -> dict[str, MeasureResult]:
    """The results with each chart's q value: how far out its latest month is, given how many charts are looked at."""
    wall = charts(measures)
    q_values = benjamini_hochberg([_p(chart) for chart in wall])
    found = dict(measures)
    for chart, q in zip(wall, q_values, strict=True):
        series = {**found[chart.key].series, chart.area: replace(chart.series, outside_q=float(q))}
        found[chart.key] = replace(found[chart.key], series=series)
    return found


def _p(chart: Chart) -> float:
    """Chance of a latest month as far from its baseline as this one, were nothing changed."""
    one, limits = chart.series, chart.limits
    if limits.baseline_from is None or limits.baseline_to is None:
        return _NAN
    first = one.months[0].index
    start, end = limits.baseline_from.index - first, limits.baseline_to.index - first + 1
    baseline, value = one.monthly[max(start, 0) : end], float(one.monthly[one.latest_month.index - first])
    return outside_p(value, baseline, poisson=_is_poisson(limits, baseline)) if np.isfinite(value) else _NAN


def _is_poisson(limits: Limits, baseline: Floats) -> bool:
    """Whether the limits took the baseline for Poisson counts: see :func:`upstream.stats.count_limits.count_limits`."""
    held = baseline[np.isfinite(baseline)]
    small = limits.rule == "counts" and held.mean() < SMALL_MEAN and not np.any(held % 1)
    return bool(small and dispersion(held).p >= OVERDISPERSION_ALPHA)
