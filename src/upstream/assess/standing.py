"""How each method did where nothing was done, and findings widened by what places do by themselves there."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Final

import numpy as np

from upstream.assess.finding import CountFree, Finding, Line, benefit_from_p
from upstream.assess.panel import Panel
from upstream.stats.distributions import normal_sf, reach
from upstream.stats.empirical_calibration import widened
from upstream.stats.intervals import CONFIDENCE, Interval

STANDING_FILE: Final = "standing.csv"
MOST_FALSE: Final = 0.07
"""False positives of a 5% test on real placebos: a method with more is not offered. Goal of the project: 3 to 7%."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a method did on real placebos, from so many treated places, periods before and events a period on.

    Attributes
    ----------
    method
        Key.
    step
        What one period is.
    places, before, mean
        Treated places, periods before, and events a period in all of them, from which this row holds.
    analyses
        Placebo analyses made.
    raw
        Share of them where the method's own 5% test rejected.
    spread
        Standard deviation (of the log ratio, or of the difference as a share of what was to be expected) that its
        intervals are widened by; 0 where its own test holds.
    false_positives, coverage
        With that spread, learnt from other places than it is tried on: share where a 5% test rejected, and share of
        95% intervals that held an effect that was planted.
    """

    method: str
    step: str
    places: int
    before: int
    mean: float
    analyses: int
    raw: float
    spread: float
    false_positives: float
    coverage: float

    @property
    def words(self) -> str:
        """Which placebos."""
        several = f"{self.places} places or more, " if self.places > 1 else ""
        return (
            f"{self.analyses:,} real placebos like these ({several}{self.before} {self.step}s or more before, "
            f"{self.mean:g} events or more a {self.step})"
        )


def standing_of(method: str, panel: Panel, rows: Sequence[Standing]) -> Standing | None:
    """The row with the most places, periods and events that a panel reaches; None where nothing like it was tried.

    Of measures nothing was.
    """
    if panel.measured:
        return None
    places, mean = int(panel.treated.sum()), float(panel.series("treated")[: panel.start].mean())
    reached = [
        row
        for row in rows
        if (row.method, row.step) == (method, panel.step)
        and row.places <= places
        and row.before <= panel.start
        and row.mean <= mean
    ]
    return max(reached, key=lambda row: (row.places, row.before, row.mean)) if reached else None


def distrusted(row: Standing | None) -> str | None:
    """Why a method's record refuses it; None when it holds, or was not tried."""
    if row is None or row.false_positives <= MOST_FALSE:
        return None
    return f"on {row.words} its 5% test was wrong {100 * row.false_positives:.1f}% of the time"


def as_it_stands(finding: Finding, row: Standing | None) -> Finding:
    """The finding with the interval that its record calls for, and a word on it."""
    if row is None:
        unknown = CountFree(
            "How often this method is wrong on data like these, where nothing was done, has not been measured."
        )
        return replace(finding, caveats=(*finding.caveats, unknown))
    if not row.spread:
        return finding
    said = (
        f"Its interval is widened for what places do by themselves: on {row.words} its own 5% test was wrong "
        f"{100 * row.raw:.0f}% of the time; widened, {100 * row.false_positives:.0f}%."
    )
    return replace(with_spread(finding, row.spread), caveats=(*finding.caveats, said))


def with_spread(finding: Finding, spread: float) -> Finding:
    """The finding with a further standard deviation of its log ratio, or of its difference as a share of what was to be
    expected."""
    ratio, difference = finding.ratio, finding.difference
    if ratio is not None:
        ratio, p = _ratio(ratio, spread)
        if difference is not None and finding.counterfactual > 0:
            low, high = (finding.counterfactual * (limit - 1) for limit in (ratio.lower, ratio.upper))
            difference = Interval(difference.estimate, low, high, difference.confidence)
    elif difference is not None:
        difference, p = widened(difference, spread * share_of(finding))
    error = finding.log_ratio_error
    return replace(
        finding,
        ratio=ratio,
        difference=difference,
        p=p,
        probability_of_benefit=benefit_from_p(p, finding.better, fell=_fell(finding)),
        figures={**finding.figures, "spread of places left alone": spread},
        line=None if finding.line is None else _line(finding.line, spread),
        log_ratio_error=None if error is None else math.hypot(error, spread),
    )


def share_of(finding: Finding) -> float:
    """What a difference is a share of: what was to be expected, or what was seen where that is not above nought."""
    return finding.counterfactual if finding.counterfactual > 0 else max(finding.observed, 1.0)


def _ratio(ratio: Interval, spread: float) -> tuple[Interval, float]:
    if 0 < ratio.estimate < math.inf:
        low = math.log(ratio.lower) if ratio.lower > 0 else -math.inf
        made, p = widened(Interval(math.log(ratio.estimate), low, math.log(ratio.upper), ratio.confidence), spread)
        limits = (math.exp(made.lower), math.exp(made.upper))
        return Interval(ratio.estimate, *limits, ratio.confidence), p
    # nothing was counted on one side: the limit that there is moves by the whole of the spread, never by too little
    z = reach(ratio.confidence)
    low, high = ratio.lower * math.exp(-z * spread), ratio.upper * math.exp(z * spread)
    facing = -math.log(high) if ratio.estimate == 0 else math.log(low) if low > 0 else -math.inf
    return Interval(ratio.estimate, low, high, ratio.confidence), float(2 * normal_sf(max(z + facing, 0.0)))


def _fell(finding: Finding) -> bool:
    if finding.ratio is not None:
        return finding.ratio.estimate < 1
    return finding.difference is not None and finding.difference.estimate < 0


def _line(line: Line, spread: float) -> Line:
    z = reach(CONFIDENCE)
    low, high = (np.hypot(line.expected - side, z * spread * line.expected) for side in (line.low, line.high))
    return replace(line, low=np.maximum(line.expected - low, 0.0), high=line.expected + high)


@cache
def standings() -> tuple[Standing, ...]:
    """The record of every method on real placebos, as measured; empty where none is kept."""
    file = resources.files("upstream.assess").joinpath(STANDING_FILE)
    if not file.is_file():
        return ()
    return tuple(
        Standing(row["method"], row["step"], int(row["places"]), int(row["before"]), float(row["mean"]),
                 int(row["analyses"]), *(float(row[name]) for name in ("raw", "spread", "false_positives", "coverage")))
        for row in csv.DictReader(file.read_text("utf-8").splitlines())
    )  # fmt: skip
