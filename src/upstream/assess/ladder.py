"""One question, the strongest method that the data carry, the rest as checks, and what they disagree about.

A method says what it needs; its standing on real placebos (places and times where nothing was done) can refuse it too.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

from upstream.assess.finding import Finding, Refused
from upstream.assess.panel import Panel
from upstream.errors import BadInput

STANDING_FILE: Final = "standing.csv"
MOST_FALSE: Final = 0.07
"""False positives of a 5% test on real placebos: a method with more is not offered. Goal of the project: 3 to 7%."""
EVEN: Final = 0.5


@dataclass(frozen=True, slots=True)
class Needs:
    """What a method cannot do without.

    Attributes
    ----------
    before, after
        Periods before and after it began.
    comparisons
        Comparison units.
    mean
        Events a period before, in the treated place.
    buffer
        Places near by.
    at_once
        Whether every treated unit must begin at the same time.
    """

    before: int = 1
    after: int = 1
    comparisons: int = 0
    mean: float = 0.0
    buffer: bool = False
    at_once: bool = False

    def lacking(self, panel: Panel) -> str | None:
        """Why a panel is not enough, in words; None when it is."""
        before, after = panel.start, len(panel.periods) - panel.start
        mean = float(panel.series("treated")[: panel.start].mean())
        comparisons = int(panel.comparison.sum())
        for short, words in (
            (before < self.before, f"it needs {self.before} {panel.step}s before; {before} are held"),
            (after < self.after, f"it needs {self.after} {panel.step}s after; {after} are held"),
            (comparisons < self.comparisons, f"it needs {self.comparisons} comparison places; {comparisons} are given"),
            (mean < self.mean, f"it needs {self.mean:g} {panel.outcome} a {panel.step} before; there were {mean:.1f}"),
            (self.buffer and not panel.mask("buffer").any(), "it needs places near by, and none are given"),
            (self.at_once and panel.staggered, "it needs places that began at the same time"),
        ):
            if short:
                return words
        return None


@dataclass(frozen=True, slots=True)
class Method:
    """A rung: the higher, the better it tells an effect from what would have happened anyway."""

    key: str
    title: str
    height: int
    needs: Needs
    run: Callable[[Panel], Finding]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a method did on real placebos, from so many periods before and so many events a period on.

    Attributes
    ----------
    method
        Key.
    step
        What one period is.
    before, mean
        Periods before, and events a period, from which this row holds.
    analyses
        Placebo analyses made.
    false_positives
        Share of them where a 5% test rejected.
    coverage
        Share of 95% intervals that held no effect.
    """

    method: str
    step: str
    before: int
    mean: float
    analyses: int
    false_positives: float
    coverage: float


@dataclass(frozen=True, slots=True)
class NotUsed:
    """A method that was not used, and why."""

    key: str
    title: str
    why: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One question answered.

    Attributes
    ----------
    main
        What the highest method says that the data carry.
    checks
        What the others say, highest first.
    not_used
        Methods that the data or their standing refuse.
    disagreements
        Sentences; empty when all agree.
    """

    main: Finding
    checks: tuple[Finding, ...]
    not_used: tuple[NotUsed, ...]
    disagreements: tuple[str, ...]


def answer(panel: Panel, methods: Sequence[Method], standing: Sequence[Standing] | None = None) -> Answer:
    """Ask every method; refused when none can answer."""
    rows = standings() if standing is None else standing
    found: list[Finding] = []
    not_used: list[NotUsed] = []
    for method in sorted(methods, key=lambda one: -one.height):
        why = method.needs.lacking(panel) or _distrusted(method, panel, rows)
        if why is None:
            try:
                found.append(_with_an_effect(method.run(panel)))
                continue
            except BadInput as error:
                why = str(error)
        not_used.append(NotUsed(method.key, method.title, why))
    if not found:
        raise Refused(
            "No method can answer with these data. " + " ".join(f"{one.title}: {one.why}." for one in not_used),
            remedy="Add periods before and after, places to compare with, or a larger place.",
        )
    return Answer(found[0], tuple(found[1:]), tuple(not_used), tuple(disagreements(found[0], found[1:])))


def disagreements(main: Finding, checks: Iterable[Finding]) -> Iterable[str]:
    """Where a check points the other way, or where neither interval holds the other's effect."""
    for check in checks:
        if (main.probability_of_benefit - EVEN) * (check.probability_of_benefit - EVEN) < 0:
            yield (
                f"{main.title} finds a benefit {main.verdict.printed}, {check.title} {check.verdict.printed}: "
                "they point different ways."
            )
        elif _apart(main, check):
            yield f"{main.title} and {check.title} agree on the direction, not on the size: neither holds the other's."


def _with_an_effect(finding: Finding) -> Finding:
    if not any(one is not None and math.isfinite(one.estimate) for one in (finding.ratio, finding.difference)):
        raise Refused("Too little was counted for an effect.")
    return finding


def _apart(one: Finding, other: Finding) -> bool:
    a, b = one.ratio, other.ratio
    if a is None or b is None:
        a, b = one.difference, other.difference
    if a is None or b is None:
        return False
    return not (a.lower <= b.estimate <= a.upper or b.lower <= a.estimate <= b.upper)


def _distrusted(method: Method, panel: Panel, rows: Sequence[Standing]) -> str | None:
    """Why a method's record on placebos refuses it; the row with the most periods and events that the panel reaches."""
    mean = float(panel.series("treated")[: panel.start].mean())
    reached = [
        row
        for row in rows
        if row.method == method.key and row.step == panel.step and row.before <= panel.start and row.mean <= mean
    ]
    if not reached:
        return None
    row = max(reached, key=lambda one: (one.before, one.mean))
    if row.false_positives <= MOST_FALSE:
        return None
    return (
        f"on {row.analyses:,} real placebos like these ({row.before} {row.step}s or more before, {row.mean:g} events "
        f"or more a {row.step}) its 5% test was wrong {100 * row.false_positives:.1f}% of the time"
    )


@cache
def standings() -> tuple[Standing, ...]:
    """The record of every method on real placebos, as measured; empty where none is kept."""
    file = resources.files("upstream.assess").joinpath(STANDING_FILE)
    if not file.is_file():
        return ()
    return tuple(
        Standing(
            row["method"],
            row["step"],
            int(row["before"]),
            float(row["mean"]),
            int(row["analyses"]),
            float(row["false_positives"]),
            float(row["coverage"]),
        )
        for row in csv.DictReader(file.read_text("utf-8").splitlines())
    )
