"""What a finding says in plain words: one sentence of the effect, one of how sure."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

from upstream.assess.finding import Finding
from upstream.stats.intervals import Interval

STRONG_ENOUGH = 3
"""Level of the Maryland scale from which an effect may be put down to what was done: a comparison shown to be alike."""


Word = Literal["worked", "perhaps", "not_shown", "perhaps_worse", "worse", "not_known"]


def in_a_word(finding: Finding, *, agreed: bool) -> Word:
    """The answer of :func:`did_it_work` as one of a few words, for lists and counts."""
    of, none = (finding.ratio, 1.0) if finding.ratio is not None else (finding.difference, 0.0)
    if of is None or not all(map(math.isfinite, (of.estimate, of.lower, of.upper))):
        return "not_known"
    if of.lower <= none <= of.upper:
        return "not_shown"
    good = (of.upper < none) == (finding.better == "lower")
    if finding.maryland.level >= STRONG_ENOUGH and agreed:
        return "worked" if good else "worse"
    return "perhaps" if good else "perhaps_worse"


def did_it_work(finding: Finding, *, agreed: bool) -> str:
    """The answer in one sentence: no more than the interval, the design and the other methods bear."""
    word = in_a_word(finding, agreed=agreed)
    if word == "not_known":
        return "Not known: too little was counted."
    if word == "not_shown":
        return "Not shown: no change at all also fits what was counted."
    good = word in ("worked", "perhaps")
    fewer = good == (finding.better == "lower")
    counted = f"{_size(finding)}{'fewer' if fewer else 'more'} {finding.unit} than expected without it"
    if finding.measured:
        counted = f"{finding.unit} {_size(finding)}{'lower' if fewer else 'higher'} than expected without it"
    if finding.maryland.level < STRONG_ENOUGH:
        return f"Perhaps{'' if good else ' not'}: {counted}, but the comparison is too weak to say that this was why."
    if not agreed:
        return f"Perhaps{'' if good else ' not'}: {counted}, but the methods do not agree."
    return f"{'Yes' if good else 'No'}, if what the method assumes holds: {counted}."


def _size(finding: Finding) -> str:
    """The effect in per cent as the start of a sentence's middle: "23% "; nothing where there is none."""
    return "" if finding.ratio is None else f"{_per_cent(finding.ratio.estimate)} "


def effect(finding: Finding, *, counts: bool = True) -> str:
    """The effect: "Burglaries were 23% lower than without it (95% interval: 35% to 9% lower), 40 fewer."

    Without ``counts`` in per cent alone, for readers who may not see small numbers; empty where it has no such effect.
    """
    if counts and finding.ratio is None and finding.difference is not None:
        moved = finding.difference
        if finding.measured:
            return f"{capital(finding.unit)} were {_by(moved.estimate)} than without it {_between(moved, _by)}."
        return f"There were {_fewer(moved.estimate)} {finding.unit} than without it {_between(moved, _fewer)}."
    parts = []
    if finding.ratio is not None and math.isfinite(finding.ratio.estimate):
        parts.append(f"{_moved(finding.ratio.estimate)} than without it {_between(finding.ratio, _moved)}")
    if counts and finding.difference is not None and math.isfinite(finding.difference.estimate):
        say = _by if finding.measured else _fewer
        parts.append(f"{say(finding.difference.estimate)} {_between(finding.difference, say)}")
    return f"{capital(finding.unit)} were {', '.join(parts)}." if parts else ""


def sureness(finding: Finding) -> str:
    """How sure: the yardstick's words, and the level of design earned."""
    better = "fewer" if finding.better == "lower" else "more"
    were = f"it was {finding.better}" if finding.measured else f"there were {better}"
    return (
        f"Chance that {were} because of it: {finding.verdict.printed}, if what the method assumes holds. "
        f"Level {finding.maryland.level} of 5 on the Maryland scale: {finding.maryland.reason}"
    )


def chance(p: float) -> str:
    """A p value as it is printed: "p 0.034"; never that it is nought."""
    return "p below 0.001" if p < 0.001 else f"p {p:.3f}"


def _between(interval: Interval, say: Callable[[float], str]) -> str:
    low, high = say(interval.lower), say(interval.upper)
    (number, _, way), other = low.rpartition(" "), high.rpartition(" ")[2]
    return f"({100 * interval.confidence:.0f}% interval: {number if number and way == other else low} to {high})"


def _moved(ratio: float) -> str:
    if math.isinf(ratio):
        return "without limit higher"
    if math.isnan(ratio):
        return "not known"
    return f"{_per_cent(ratio)} {'lower' if ratio < 1 else 'higher'}"


def _per_cent(ratio: float) -> str:
    size = abs(100 * (ratio - 1))
    return f"{size:.1f}%" if size < 1 else f"{size:.0f}%"


def _fewer(count: float) -> str:
    if math.isinf(count):
        return f"without limit {'fewer' if count < 0 else 'more'}"
    if math.isnan(count):
        return "not known"
    size = abs(count)
    said = f"{size:,.1f}" if size < 10 else f"{size:,.0f}"
    return f"{said} {'fewer' if count < 0 else 'more'}"


def capital(words: str) -> str:
    """Words as the start of a sentence; the rest stays as it is (GDP a head)."""
    return words[:1].upper() + words[1:]


def _by(moved: float) -> str:
    """A change of a mean measure: "15.6 lower"; to four figures."""
    if not math.isfinite(moved):
        return _fewer(moved)
    return f"{abs(moved):,.4g} {'lower' if moved < 0 else 'higher'}"
