"""All charts of the latest month together: what chance alone would flag, and which flags stand out among so many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from upstream.measures.control import counts_things
from upstream.measures.definition import STOCKS, Definition, pooling
from upstream.measures.result import NOT_KNOWN, FalseAlarms, Floats, Limits, MeasureResult, Series
from upstream.stats.count_limits import SMALL_MEAN
from upstream.stats.false_alarms import (
    benjamini_hochberg,
    expected_false_alarms,
    outside_p,
    small_count_false_alarms,
    stands_out,
)
from upstream.stats.limits import BASELINE_WANTED
from upstream.stats.limits import Limits as Worked
from upstream.stats.run_rules import MAKING_DATA_COUNT

_NAN: Final = float("nan")


@dataclass(frozen=True)
class Chart:
    """One measure in one area with limits in its latest month.

    Attributes
    ----------
    key, area : str
    series : Series
    limits : Limits
    dependent : bool
        Its months carry over into others.
    of_counts : bool
        It counts things, so that small values are judged as counts.
    """

    key: str
    area: str
    series: Series
    limits: Limits
    dependent: bool
    of_counts: bool

    @property
    def outside(self) -> bool:
        return self.series.exceptional is not None

    @property
    def baseline(self) -> Floats:
        """The months that the newest limits were made from; none when the limits name none."""
        if self.limits.baseline_from is None or self.limits.baseline_to is None:
            return np.empty(0)
        first = self.series.months[0].index
        start, end = self.limits.baseline_from.index - first, self.limits.baseline_to.index - first + 1
        return self.series.monthly[max(start, 0) : end]

    @property
    def of_small_counts(self) -> bool:
        """Whether it counts things and a month of the baseline held fewer than ten."""
        return self.of_counts and bool(np.nanmean(self.baseline) < SMALL_MEAN)

    @property
    def flagged(self) -> bool:
        """Whether the latest month breaks any rule of the primary limits."""
        month, rule = self.series.latest_month, self.limits.rule
        return any(flag.month == month and flag.limits == rule for flag in self.series.flags)


def charts(measures: Mapping[str, MeasureResult]) -> list[Chart]:
    """Every chart whose primary limits judge its latest month; alternative readings and the not-known line left out."""
    return [
        Chart(
            key, area, one, one.limits[0],
            dependent=_is_stock(result.definition) or one.limits[0].dependent,
            of_counts=counts_things(result.definition, one.monthly),
        )
        for key, result in measures.items()
        if result.definition.alternative_of is None
        for area, one in result.series.items()
        if area != NOT_KNOWN and one.limits and one.limits[0].refused is None and np.isfinite(one.limits[0].false_alarm)
    ]  # fmt: skip


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
    large = [_worked(chart.limits) for chart in flows if not chart.of_small_counts]
    expected = [expected_false_alarms(large, MAKING_DATA_COUNT, points=points)] + [
        small_count_false_alarms(_worked(chart.limits), chart.baseline, MAKING_DATA_COUNT, points=points)
        for chart in flows
        if chart.of_small_counts
    ]
    q = np.array([chart.series.outside_q for chart in flows])
    return FalseAlarms(
        series=len(flows),
        expected=float(sum(one.outside for one in expected)),
        outside=sum(chart.outside for chart in flows),
        shift=float(sum(one.shift for one in expected)),
        trend=float(sum(one.trend for one in expected)),
        near=float(sum(one.near for one in expected)),
        flagged=sum(chart.flagged for chart in flows),
        standing_out=int(stands_out(q).sum()),
        dependent=len(dependent),
        dependent_outside=sum(chart.outside for chart in dependent),
    )


def _worked(limits: Limits) -> Worked:
    """The newest limits in the form of the statistics; two-sided rules are as far from the centre on either side."""
    middle, low, high = (float(values[-1]) for values in (limits.centre, limits.lower, limits.upper))
    unfloored = low if limits.rule == "counts" else min(low, 2 * middle - high)
    return Worked(middle, low, high, unfloored, "sd", limits.baseline_months, BASELINE_WANTED, limits.false_alarm)


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
    value = float(chart.series.monthly[chart.series.latest_month.index - chart.series.months[0].index])
    if not chart.baseline.size or not np.isfinite(value):
        return _NAN
    return outside_p(value, chart.baseline, of_counts=chart.of_counts)
