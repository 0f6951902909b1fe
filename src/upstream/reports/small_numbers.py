"""Which counts the public does not see: small ones, and others without which totals would give them away."""

from __future__ import annotations

import math
from collections.abc import Iterator

from upstream.disclosure.relations import Relation
from upstream.disclosure.setting import DisclosureSetting
from upstream.disclosure.suppression import suppress
from upstream.measures.result import FORCE, MeasureResult
from upstream.periods import Month

Withheld = frozenset[tuple[str, str]]
"""Pairs of area and period; a period by every name that a figure of it may carry."""


def withheld(result: MeasureResult, setting: DisclosureSetting, first: Month) -> Withheld:
    """Every count of a measure that may not be printed, by area and period.

    Within one period the force is the sum of its areas; a count that could be found by subtraction is withheld with the
    small one. Categories are not added up against each other here: rows of a crime table overlap.
    """
    out: set[tuple[str, str]] = set()
    for names, counts in _periods(result, first):
        if any(setting.is_small(count) for count in counts.values()):
            areas = list(counts)
            numbers = [counts[area] for area in areas]
            made = suppress(numbers, _adds_up(areas, numbers), setting)
            out |= {
                (area, name)
                for area, first_pass, second in zip(areas, made.primary, made.secondary, strict=True)
                if first_pass or second
                for name in names
            }
    return frozenset(out)


def _adds_up(areas: list[str], numbers: list[int]) -> tuple[Relation, ...]:
    parts = tuple(i for i, area in enumerate(areas) if area != FORCE)
    if FORCE not in areas or not parts or numbers[areas.index(FORCE)] != sum(numbers[i] for i in parts):
        return ()
    return (Relation(areas.index(FORCE), parts),)


def _periods(result: MeasureResult, first: Month) -> Iterator[tuple[tuple[str, ...], dict[str, int]]]:
    """Names of each period, and the whole counts of every area in it."""
    force = result.series.get(FORCE)
    if force is None:
        return
    for i, month in enumerate(force.months):
        if month >= first:
            yield (str(month), month.label), _whole({a: float(s.monthly[i]) for a, s in result.series.items()})
    names = {change.name for series in result.series.values() for change in series.changes}
    for name in sorted(names):
        held = {a: c for a, s in result.series.items() for c in s.changes if c.name == name}
        label = next(iter(held.values()))
        yield (label.now_label,), _whole({area: change.now.value for area, change in held.items()})
        yield (label.then_label,), _whole({area: change.then.value for area, change in held.items()})


def _whole(values: dict[str, float]) -> dict[str, int]:
    return {area: int(v) for area, v in values.items() if math.isfinite(v) and v >= 0 and v == int(v)}
