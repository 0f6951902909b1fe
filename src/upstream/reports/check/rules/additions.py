"""What adds up to what: which of a table's rows, columns or tables is the sum of which others.

Which are a total and its parts is inferred, first from labels ("Total", "Force"), then from the arithmetic itself: a
relation that holds in most places is taken to be meant in all of them.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Hashable
from dataclasses import dataclass

from upstream.reports.check.evidence import rounding_base
from upstream.reports.check.labels import key
from upstream.reports.check.numbers import EPSILON, Value

# a relation nobody labelled must hold in this many places, and fail in at most half as many
FITS_WITHOUT_LABEL = 3
_MOST_ITEMS = 400
_MOST_NEIGHBOURS = 60
# a file of many thousand rows is a store of figures, not a table that adds up
_MOST_WORK = 1_000_000
# a whole that three parts or more add up to exactly, by chance once in so many
_LARGE = 100
# logarithm to base ten of the chance that a relation's fits are no accident
_LEAST_WEIGHT = 2.0
# sums that hold exactly for each that does not, where every number is a multiple of five
_EXACT_FITS = 8
# rounded numbers of so few steps add up to nearly anything
_FEW_STEPS = 8
_SURE_WEIGHT = 2.75


@dataclass(frozen=True, slots=True)
class Item:
    """One member of the axis being added over: its label and its values by position across."""

    label: str
    total: bool
    values: dict[Hashable, Value]
    group: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Relation:
    """``whole`` is the sum of ``parts`` (item numbers); where it fits and where not."""

    whole: int
    parts: tuple[int, ...]
    fits: tuple[Hashable, ...]
    misfits: tuple[Hashable, ...]


def _tolerance(values: list[Value], base: float) -> float:
    return sum((v.half if v.decimals != 0 else (0.0 if base == 1.0 else base / 2)) for v in values)


def relation_of(items: list[Item], whole: int, parts: tuple[int, ...], base: float, *, least: int = 2) -> Relation:
    """Where the sum of the parts is the whole, allowing for printed rounding only."""
    fits: list[Hashable] = []
    misfits: list[Hashable] = []
    for position, total in items[whole].values.items():
        held = [v for p in parts if (v := items[p].values.get(position)) is not None]
        if len(held) < least:
            continue
        apart = abs(sum(v.number for v in held) - total.number)
        close = apart <= _tolerance([*held, total], base) + EPSILON * max(1.0, abs(total.number))
        if close:
            if sum(v.number != 0 for v in held) >= least:
                fits.append(position)
        elif len(held) == len(parts):
            misfits.append(position)
    return Relation(whole, parts, tuple(fits), tuple(misfits))


def _all_but_one(items: list[Item], whole: int, plain: list[int]) -> list[tuple[int, ...]]:
    """The parts without one of them, where that one is the whole gap in every place: a row that is itself a part."""
    found = []
    for left_out in _gap_fillers(items, whole, plain) if len(plain) > 3 else ():
        rest = tuple(n for n in plain if n != left_out)
        relation = relation_of(items, whole, rest, 1.0)
        if relation.fits and not relation.misfits:
            found.append(rest)
    return found


def _gap_fillers(items: list[Item], whole: int, plain: list[int]) -> list[int]:
    """Parts that are the gap between all parts and the whole in the first places where everything is printed."""
    values = items[whole].values
    printed = [at for at in values if all(at in items[n].values for n in plain)][:3]
    likely = plain
    for at in printed:
        held = [items[n].values[at] for n in plain]
        gap = sum(v.number for v in held) - values[at].number
        slack = _tolerance([*held, values[at]], 1.0) + EPSILON * max(1.0, abs(values[at].number))
        likely = [n for n in likely if abs(items[n].values[at].number - gap) <= slack]
    return likely


def _neighbours(items: list[Item], whole: int) -> list[tuple[int, ...]]:
    """Every run of neighbours before and after a whole."""
    if len(items) > _MOST_NEIGHBOURS:
        return []
    after = [tuple(range(whole + 1, end)) for end in range(whole + 3, len(items) + 1)]
    return [*after, *(tuple(range(start, whole)) for start in range(whole - 1))]


def _candidates(items: list[Item], whole: int) -> list[tuple[int, ...]]:
    """Sets of parts worth trying for one whole."""
    plain = [n for n, item in enumerate(items) if n != whole and not item.total]
    totals = [n for n, item in enumerate(items) if n != whole and item.total]
    after = next((n for n in totals if n > whole), len(items))
    before = max((n for n in totals if n < whole), default=-1)
    sets = [
        tuple(plain),
        *_all_but_one(items, whole, plain),
        tuple(range(whole + 1, after)),
        tuple(range(before + 1, whole)),
        tuple(totals),
    ]
    if len(totals) > 1:
        sets.append(tuple(n for n in totals if n < whole))
    if items[whole].group:
        alike = tuple(n for n in plain if items[n].group == items[whole].group)
        sets.append(alike)
    return [s for s in dict.fromkeys(sets) if len(s) >= 2]


def _strict(label: str) -> bool:
    """Labels that can only be the sum of everything else."""
    return key(label) in {
        key(w)
        for w in ("Total", "Grand total", "Force total", "Overall total", "All areas", "Total all", "Overall", "All")
    }


def _accepted(items: list[Item], whole: int, base: float, *, rounded: bool) -> Relation | None:
    """The best set of parts for one whole.

    Where a whole document is rounded, sums hold by chance every other time: they were rounded before adding only where
    nearly every sum is exact.
    """
    steps = base if rounded else 1.0
    exact = _judged(items, whole, 1.0, steps)
    if base == 1.0:
        return exact
    if exact is not None:
        least = _EXACT_FITS * max(len(exact.misfits), 1) if rounded else len(exact.misfits)
        if len(exact.fits) >= least:
            return exact
    return _judged(items, whole, base, steps)


def _judged(items: list[Item], whole: int, slack: float, base: float) -> Relation | None:
    """The best set of parts that the rounding in ``slack`` lets fit, of numbers that are multiples of ``base``."""
    tried = [relation_of(items, whole, parts, slack) for parts in _candidates(items, whole)]
    if not any(len(r.fits) >= 2 and not r.misfits for r in tried):
        tried += [relation_of(items, whole, parts, slack) for parts in _neighbours(items, whole)]
    if not tried:
        return None
    best = max(tried, key=lambda r: (len(r.fits), -len(r.misfits), len(r.parts)))
    fits, misfits = len(best.fits), len(best.misfits)
    if fits and _weight(items, best, base) < _LEAST_WEIGHT:
        return None
    if items[whole].total and ((fits >= 2 and fits >= misfits) or (fits == 1 and misfits <= 2)):
        return best
    if _at_an_end(items, best) and (2 <= fits >= misfits or (1 == fits >= misfits and _over_all(items, best))):
        return best
    if fits >= FITS_WITHOUT_LABEL and fits >= 2 * misfits and len(best.parts) >= 2:
        return best
    if items[whole].total and not fits and _strict(items[whole].label):
        return _near(items, tried[0])
    return None


def _weight(items: list[Item], relation: Relation, base: float = 1.0) -> float:
    """How much the places that fit say: by chance a total of 100 fits once in a hundred, a total of 2 half the time."""
    room = base * math.sqrt(len(relation.parts) + 1.0) if base > 1.0 else 1.0
    return sum(math.log10(1.0 + abs(items[relation.whole].values[at].number) / room) for at in relation.fits)


def _at_an_end(items: list[Item], relation: Relation) -> bool:
    """The first or last item with all others as parts, fitting on numbers so large that one fit is no accident."""
    if relation.whole not in {0, len(items) - 1} or len(relation.parts) != len(items) - 1 or len(relation.parts) < 3:
        return False
    return all(items[relation.whole].values[at].number >= _LARGE for at in relation.fits)


def _over_all(items: list[Item], relation: Relation) -> bool:
    """Whether an unlabelled whole exceeds each part in every place, and its one fit is too large for an accident."""
    whole = items[relation.whole].values
    held = [(whole[at], v) for p in relation.parts for at, v in items[p].values.items() if at in whole]
    return _weight(items, relation) >= _SURE_WEIGHT and all(t.number > v.number for t, v in held)


def _near(items: list[Item], relation: Relation) -> Relation | None:
    """With a plain "Total" and no place that fits: accepted when the sum comes near, so that it was meant as one."""
    if len(relation.misfits) > 1:  # several places and not one that fits: a list of some rows, and no sum
        return None
    for position in relation.misfits:
        added = sum(items[p].values[position].number for p in relation.parts)
        total = items[relation.whole].values[position].number
        if not 0.4 <= (added / total if total else 0.0) <= 2.5:
            return None
    return relation if relation.misfits else None


def _nested(items: list[Item]) -> list[Relation] | None:
    """Sub-totals, each the sum of the run before it, and a last total of them: accepted when most of these hold."""
    totals = [n for n, item in enumerate(items) if item.total]
    if len(totals) < 3 or totals[-1] != len(items) - 1 or totals[0] == 0:
        return None
    relations, begin = [], 0
    for whole in totals[:-1]:
        parts = tuple(range(begin, whole))
        if not parts:
            return None
        relations.append(relation_of(items, whole, parts, 1.0, least=1))
        begin = whole + 1
    loose = tuple(range(begin, len(items) - 1))
    leaves = tuple(n for n in range(len(items)) if n not in totals)
    ways = [relation_of(items, totals[-1], parts, 1.0) for parts in ((*totals[:-1], *loose), leaves)]
    relations.append(max(ways, key=lambda r: (len(r.fits), -len(r.misfits))))
    fits, misfits = sum(len(r.fits) for r in relations), sum(len(r.misfits) for r in relations)
    return relations if fits and fits >= misfits else None


def relations_among(items: list[Item], *, rounded: bool = False) -> list[Relation]:
    """The sums that the items show, labelled totals first; an unlabelled whole is looked for when none is labelled."""
    if not 3 <= len(items) <= _MOST_ITEMS or len(items) * sum(len(i.values) for i in items) > _MOST_WORK:
        return []
    if (nested := _nested(items)) is not None:
        return nested
    numbers = [v.number for item in items for v in item.values.values()]
    base = rounding_base(numbers)
    if rounded and numbers and statistics.median(map(abs, numbers)) < _FEW_STEPS * base:
        return []
    labelled = [n for n, item in enumerate(items) if item.total]
    found = [r for n in labelled if (r := _accepted(items, n, base, rounded=rounded)) is not None]
    if not any(r.fits for r in found) and not rounded:  # rounded numbers add up by chance
        ends = [n for n in dict.fromkeys((0, len(items) - 1, *range(min(len(items), 40)))) if n not in labelled]
        unlabelled = [r for n in ends if (r := _accepted(items, n, base, rounded=rounded)) is not None]
        found += sorted(unlabelled, key=lambda r: (-len(r.fits), -len(r.parts)))[:1]
    return found
