"""One question, the strongest method that the data carry, the rest as checks, and what they disagree about.

A method says what it needs; its standing on real placebos (places and times where nothing was done) can refuse it too.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from upstream.assess.finding import CountFree, Finding, Refused, something_expected
from upstream.assess.panel import Panel
from upstream.assess.standing import Standing, as_it_stands, distrusted, standing_of, standings
from upstream.errors import BadInput

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
    counts
        Whether it rests on chance in counts, so that measures (rates, scores) are nothing to it.
    steady
        Whether it compares counts as they are, so that residents or days that change would pass for an effect.
    """

    before: int = 1
    after: int = 1
    comparisons: int = 0
    mean: float = 0.0
    buffer: bool = False
    at_once: bool = False
    counts: bool = True
    steady: bool = True

    def lacking(self, panel: Panel) -> str | None:
        """Why a panel is not enough, in words, free of counts where nothing counted is in them; None when it is."""
        before, after = panel.start, len(panel.periods) - panel.counted
        mean = float(panel.series("treated")[: panel.start].mean())
        comparisons = int(panel.comparison.sum())
        for short, words in (
            (self.counts and panel.measured, CountFree("it needs counts; measures are given")),
            (
                self.steady and panel.exposure_changes,
                CountFree("it takes counts as they are, and what they are of changes"),
            ),
            (before < self.before, CountFree(f"it needs {self.before} {panel.step}s before; {before} are held")),
            (after < self.after, CountFree(f"it needs {self.after} {panel.step}s after; {after} are held")),
            (
                comparisons < self.comparisons,
                CountFree(f"it needs {self.comparisons} comparison places; {comparisons} are given"),
            ),
            (
                mean < self.mean and not panel.measured,
                f"it needs {self.mean:g} {panel.outcome} a {panel.step} before; there were {mean:.1f}",
            ),
            (self.buffer and not panel.mask("buffer").any(), CountFree("it needs places near by, and none are given")),
            (self.at_once and panel.staggered, CountFree("it needs places that began at the same time")),
        ):
            if short:
                return words
        return None


@dataclass(frozen=True, slots=True)
class Method:
    """A rung of the ladder."""

    key: str
    title: str
    needs: Needs
    run: Callable[[Panel], Finding]


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
    """Ask every method, the highest first; refused when none can answer.

    The higher a method, the better it tells an effect from what would have happened anyway. Each finding is widened by
    what its record on placebos calls for.
    """
    rows = standings() if standing is None else standing
    found: list[Finding] = []
    not_used: list[NotUsed] = []
    for method in methods:
        row = standing_of(method.key, panel, rows)
        why = method.needs.lacking(panel) or distrusted(row)
        if why is None:
            try:
                found.append(as_it_stands(_with_an_effect(method.run(panel), panel), row))
                continue
            except BadInput as error:
                why = why_not(error)
        not_used.append(NotUsed(method.key, method.title, why))
    if not found:
        raise Refused(
            "No method can answer with these data. "
            + " ".join(f"{one.title}: {one.why.removesuffix('.')}." for one in not_used),
            remedy="Add periods before and after, places to compare with, or a larger place.",
        )
    return Answer(found[0], tuple(found[1:]), tuple(not_used), tuple(disagreements(found[0], found[1:])))


def why_not(error: BadInput) -> str:
    """Why a method was not used, for a reader who gave it nothing: a reason, not the answer to a mistake."""
    takes = f"; it takes {error.allowed}" if error.allowed else ""
    return f"{error.what.removesuffix('.')}{takes}."


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


def _with_an_effect(finding: Finding, panel: Panel) -> Finding:
    """The finding, refused where it would be a number without its uncertainty."""
    held = [one for one in (finding.ratio, finding.difference) if one is not None]
    if not any(math.isfinite(one.estimate) for one in held):
        raise Refused("Too little was counted for an effect.")
    something_expected(finding.counterfactual)
    if any(one.lower == one.upper for one in held):
        raise Refused("Too little was counted: the interval of its effect has no width.")
    return replace(finding, measured=panel.measured)


def _apart(one: Finding, other: Finding) -> bool:
    a, b = one.ratio, other.ratio
    if a is None or b is None:
        a, b = one.difference, other.difference
    if a is None or b is None:
        return False
    return not (a.lower <= b.estimate <= a.upper or b.lower <= a.estimate <= b.upper)
