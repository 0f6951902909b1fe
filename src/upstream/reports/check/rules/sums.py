"""Parts that do not add up to their total: over rows, over columns, and over tables laid out alike.

Which rows are a total and which are its parts is inferred, first from labels ("Total", "Force"), then from the
arithmetic itself: a relation that holds in most places is taken to be meant in all of them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from upstream.reports.check.evidence import Evidence, rounding_base, shown
from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.grids import Grid
from upstream.reports.check.labels import is_average, is_total, key
from upstream.reports.check.numbers import EPSILON, Value, show

# a relation nobody labelled must hold in this many places, and fail in at most half as many
_FITS_WITHOUT_LABEL = 3
_MOST_ITEMS = 400
# a file of many thousand rows is a store of figures, not a table that adds up
_MOST_WORK = 1_000_000
# a whole that three parts or more add up to exactly, by chance once in so many
_LARGE = 100
# logarithm to base ten of the chance that a relation's fits are no accident
_LEAST_WEIGHT = 2.0


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
    for left_out in plain if len(plain) > 3 else ():
        rest = tuple(n for n in plain if n != left_out)
        relation = relation_of(items, whole, rest, 1.0)
        if relation.fits and not relation.misfits:
            found.append(rest)
    return found


def _candidates(items: list[Item], whole: int, *, wide: bool) -> list[tuple[int, ...]]:
    """Sets of parts worth trying for one whole; ``wide`` adds every run of neighbours before and after it."""
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
    if wide and len(items) <= 60:
        sets += [tuple(range(whole + 1, end)) for end in range(whole + 3, len(items) + 1)]
        sets += [tuple(range(start, whole)) for start in range(whole - 1)]
    return [s for s in dict.fromkeys(sets) if len(s) >= 2]


def _strict(label: str) -> bool:
    """Labels that can only be the sum of everything else."""
    return key(label) in {
        key(w) for w in ("Total", "Grand total", "Force total", "Overall total", "All areas", "Total all", "Overall")
    }


def _accepted(items: list[Item], whole: int, base: float) -> Relation | None:
    """The best set of parts for one whole; rounding to fives or tens is allowed only where exact sums do not hold."""
    exact = _judged(items, whole, 1.0)
    return (
        exact
        if base == 1.0 or (exact is not None and len(exact.fits) >= len(exact.misfits))
        else _judged(items, whole, base)
    )


def _judged(items: list[Item], whole: int, base: float) -> Relation | None:
    tried = [relation_of(items, whole, parts, base) for parts in _candidates(items, whole, wide=False)]
    if not any(len(r.fits) >= 2 and not r.misfits for r in tried):
        tried += [relation_of(items, whole, parts, base) for parts in _candidates(items, whole, wide=True)]
    if not tried:
        return None
    best = max(tried, key=lambda r: (len(r.fits), -len(r.misfits), len(r.parts)))
    fits, misfits = len(best.fits), len(best.misfits)
    if fits and _weight(items, best) < _LEAST_WEIGHT:
        return None
    if items[whole].total and ((fits >= 2 and fits >= misfits) or (fits == 1 and misfits <= 2)):
        return best
    if _at_an_end(items, best) and 2 <= fits >= misfits:
        return best
    if fits >= _FITS_WITHOUT_LABEL and fits >= 2 * misfits and len(best.parts) >= 2:
        return best
    if items[whole].total and not fits and _strict(items[whole].label):
        return _near(items, tried[0])
    return None


def _weight(items: list[Item], relation: Relation) -> float:
    """How much the places that fit say: by chance a total of 100 fits once in a hundred, a total of 2 half the time."""
    return sum(math.log10(1.0 + abs(items[relation.whole].values[at].number)) for at in relation.fits)


def _at_an_end(items: list[Item], relation: Relation) -> bool:
    """The first or last item with all others as parts, fitting on numbers so large that one fit is no accident."""
    if relation.whole not in {0, len(items) - 1} or len(relation.parts) != len(items) - 1 or len(relation.parts) < 3:
        return False
    return all(items[relation.whole].values[at].number >= _LARGE for at in relation.fits)


def _near(items: list[Item], relation: Relation) -> Relation | None:
    """With a plain "Total" and no place that fits: accepted when the sum comes near, so that it was meant as one."""
    if len(relation.misfits) > 2:
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


def relations_among(items: list[Item]) -> list[Relation]:
    """The sums that the items show, labelled totals first; an unlabelled whole is looked for when none is labelled."""
    if not 3 <= len(items) <= _MOST_ITEMS or len(items) * sum(len(i.values) for i in items) > _MOST_WORK:
        return []
    if (nested := _nested(items)) is not None:
        return nested
    base = rounding_base([v.number for item in items for v in item.values.values()])
    labelled = [n for n, item in enumerate(items) if item.total]
    found = [r for n in labelled if (r := _accepted(items, n, base)) is not None]
    if not any(r.fits for r in found):
        ends = [n for n in dict.fromkeys((0, len(items) - 1, *range(min(len(items), 40)))) if n not in labelled]
        unlabelled = [r for n in ends if (r := _accepted(items, n, base)) is not None]
        found += sorted(unlabelled, key=lambda r: (-len(r.fits), -len(r.parts)))[:1]
    return found


def _finding(where: Where, what: list[Figure], held: list[Value], total: Value, said: str) -> Finding:
    added = sum(v.number for v in held)
    decimals = max(v.decimals for v in [*held, total])
    apart = show(abs(added - total.number), decimals)
    side = "more" if added > total.number else "less"
    arithmetic = f"{said}: {shown(held, added)}, but the total printed is {total.text} ({apart} {side} than printed)."
    return Finding("parts_do_not_sum", "error", where, tuple(what), arithmetic)


def _report(
    items: list[Item], relation: Relation, place: Callable[[int, Hashable], tuple[Where, str]]
) -> list[Finding]:
    found = []
    for position in relation.misfits:
        held = [items[p].values[position] for p in relation.parts]
        total = items[relation.whole].values[position]
        where, across = place(relation.whole, position)
        figures = [Figure(f"{items[relation.whole].label}, {across}", total.text, total.number)]
        figures += [
            Figure(f"{items[p].label}, {across}", items[p].values[position].text, items[p].values[position].number)
            for p in relation.parts[:60]
        ]
        found.append(
            _finding(where, figures, held, total, f"{across or 'Column'}, parts of {items[relation.whole].label}")
        )
    return found


# rows that repeat a share of the row above, or are no sum of anything
_NO_PART = re.compile(
    r"^\W*(?:of (?:which|these|whom|those)|including|incl\.?|excluding|excl\.?|thereof|memo)\b", re.IGNORECASE
)


def over_rows(grid: Grid, dimension: int) -> tuple[list[Item], Callable[[int, Hashable], tuple[Where, str]]]:
    """Items of one label column; positions are the other labels with each additive column."""
    additive = [n for n, c in enumerate(grid.columns) if c.additive and not is_average(c.header)]
    order: dict[str, dict[Hashable, Value]] = {}
    at: dict[tuple[str, Hashable], tuple[int, int]] = {}
    for r, row in enumerate(grid.rows):
        if any(_NO_PART.search(k) or is_average(k) for k in row.keys):
            continue
        label = row.keys[dimension] if row.keys else f"row {r}"
        rest = tuple(k for n, k in enumerate(row.keys) if n != dimension)
        held = order.setdefault(label if label not in order or len(grid.key_names) > 1 else f"{label} ({r})", {})
        name = next(reversed(order)) if held is order[next(reversed(order))] else label
        for n in additive:
            if (value := row.values[n]) is not None:
                held[rest, n] = value
                at[name, (rest, n)] = (r, n)
    names = list(order)
    items = [Item(name, is_total(name), values) for name, values in order.items()]

    def place(whole: int, position: Hashable) -> tuple[Where, str]:
        r, n = at[names[whole], position]
        rest = " / ".join(k for m, k in enumerate(grid.rows[r].keys) if m != dimension and k)
        return grid.where(grid.rows[r], grid.columns[n]), ", ".join(p for p in (rest, grid.columns[n].header) if p)

    return items, place


def over_columns(grid: Grid) -> tuple[list[Item], Callable[[int, Hashable], tuple[Where, str]]]:
    """Items are the additive columns; positions the rows."""
    additive = [n for n, c in enumerate(grid.columns) if c.role == "count" and not is_average(c.header)]
    headers = [grid.columns[n].header for n in additive]
    shared = [frozenset(key(h)) for h in headers]
    items = []
    for n, words in zip(additive, shared, strict=True):
        column = grid.columns[n]
        group = _group(words, shared)
        values: dict[Hashable, Value] = {r: v for r, row in enumerate(grid.rows) if (v := row.values[n]) is not None}
        items.append(
            Item(column.header or f"column {column.index + 1}", column.total or column.cumulative, values, group)
        )

    def place(whole: int, position: Hashable) -> tuple[Where, str]:
        row = grid.rows[position] if isinstance(position, int) else grid.rows[0]
        return grid.where(row, grid.columns[additive[whole]]), row.label or f"row {row.index + 1}"

    return items, place


def _group(words: frozenset[str], all_words: list[frozenset[str]]) -> frozenset[str]:
    """The words of a header that others share but not all: "No. of officers" under several bands."""
    common = frozenset.intersection(*all_words) if all_words else frozenset()
    return frozenset(w for w in words - common if 1 < sum(w in others for others in all_words) < len(all_words)) - {
        "total"
    }


def over_tables(grids: list[Grid]) -> list[Finding]:
    """One table is the sum of the others laid out alike (one table an area, and one for all of them)."""
    found: list[Finding] = []
    for family in _families(grids):
        items = []
        at: dict[tuple[int, Hashable], tuple[Grid, int, int]] = {}
        for g, grid in enumerate(family):
            values: dict[Hashable, Value] = {}
            for r, row in enumerate(grid.rows):
                for n, column in enumerate(grid.columns):
                    value = row.values[n]
                    if value is not None and column.additive and not is_average(column.header) and column.header:
                        position = (key(row.label), column.header.lower())
                        values[position] = value
                        at[g, position] = (grid, r, n)
            items.append(Item(grid.table.name, is_total(grid.table.title), values))
        for relation in _whole_of_family(items):
            for missed in relation.misfits:
                grid, r, n = at[relation.whole, missed]
                held = [items[p].values[missed] for p in relation.parts]
                total = items[relation.whole].values[missed]
                figures = [grid.figure(grid.rows[r], n)]
                for p in relation.parts:
                    other, orow, on = at[p, missed]
                    printed = other.rows[orow].values[on]
                    figures.append(
                        Figure(
                            f"{other.table.name}: {other.rows[orow].label}, {other.columns[on].header}",
                            printed.text if printed else "",
                            printed.number if printed else None,
                        )
                    )
                said = f"{grid.rows[r].label}, {grid.columns[n].header}, over {len(held)} tables"
                found.append(_finding(grid.where(grid.rows[r], grid.columns[n]), figures, held, total, said))
    return found


def _whole_of_family(items: list[Item]) -> list[Relation]:
    tried = [relation_of(items, n, tuple(m for m in range(len(items)) if m != n), 1.0) for n in range(len(items))]
    best = max(tried, key=lambda r: len(r.fits))
    return [best] if len(best.fits) >= _FITS_WITHOUT_LABEL and len(best.fits) >= 2 * len(best.misfits) else []


def _families(grids: list[Grid]) -> list[list[Grid]]:
    """Tables that share most row labels and at least one header of counts; three or more."""
    families: list[list[Grid]] = []
    for grid in grids:
        rows = {key(r.label) for r in grid.rows}
        if len(rows) < 3:
            continue
        headers = {c.header.lower() for c in grid.columns if c.additive and c.header}
        for family in families:
            first = {key(r.label) for r in family[0].rows}
            theirs = {c.header.lower() for c in family[0].columns if c.additive and c.header}
            if 2 * len(rows & first) > min(len(rows), len(first)) and headers & theirs:
                family.append(grid)
                break
        else:
            families.append([grid])
    return [f for f in families if len(f) >= 3]


def shares_of_hundred(grid: Grid) -> list[Finding]:
    """A column of shares with a total of 100% whose parts do not come near it."""
    found = []
    for n, column in enumerate(grid.columns):
        if column.role != "percent":
            continue
        totals = [
            row for row in grid.rows if row.total and (v := row.values[n]) is not None and abs(v.number - 100) < EPSILON
        ]
        if len(totals) != 1:
            continue
        parts = [
            (row, v)
            for row in grid.rows
            if row is not totals[0]
            and not row.total
            and not any(_NO_PART.search(k) for k in row.keys)
            and (v := row.values[n]) is not None
        ]
        whole = totals[0].values[n]
        added = sum(v.number for _, v in parts)
        if (
            len(parts) < 2
            or whole is None
            or abs(added - 100) <= sum(v.half for _, v in parts) + EPSILON
            or not 50 <= added <= 200
        ):
            continue
        figures = [grid.figure(totals[0], n), *(grid.figure(row, n) for row, _ in parts)]
        found.append(
            _finding(grid.where(totals[0], column), figures, [v for _, v in parts], whole, f"{column.header}, shares")
        )
    return found


_PEOPLE = re.compile(r"\b(?:people|persons?|individuals?|unique|distinct|households|patients|clients)\b", re.IGNORECASE)


def _counted_twice(grid: Grid, items: list[Item], relation: Relation) -> bool:
    """People belong to several areas and count once in the whole: parts that exceed it throughout are no fault."""
    over = [
        sum(items[p].values[at].number for p in relation.parts) > items[relation.whole].values[at].number
        for at in relation.misfits
    ]
    return len(over) > 1 and all(over) and bool(_PEOPLE.search(grid.heading))


_COMPARISON = re.compile(
    r"\b(?:last year|period before|previous|prior|preceding|year before|a year (?:ago|earlier))\b", re.I
)


def _of_other_years(grid: Grid, items: list[Item], relation: Relation) -> bool:
    """A year to date beside the same month of two years: no sum of them."""
    spans = {c.header or f"column {c.index + 1}": c.span for c in grid.columns}
    if any(_COMPARISON.search(items[p].label) for p in relation.parts):
        return True
    parts = [s for p in relation.parts if (s := spans.get(items[p].label)) is not None]
    return len({s.first % 12 for s in parts}) < len(parts) and len({s.first for s in parts}) == len(parts)


_MEAN = re.compile(r"\b(?:mean|average|rounded|daily)\b", re.IGNORECASE)
_ALSO_HOLDS = re.compile(
    r"\b(?:also )?(?:holds?|includes?|contains?|counts?)\b"
    r".*\b(?:no row|not (?:shown|listed|printed|included)|other|without|elsewhere)\b",
    re.IGNORECASE,
)
_MOST_LEFT_OUT = 0.05
# "people may be counted in more than one area": said of the parts, and no rounding
_DO_NOT_ADD = re.compile(
    r"\bmore than one (?:area|category|type|reason|service|group|\w+)\b|\bcounted (?:twice|once in|"
    r"in (?:each|both|more|every))|"
    r"\bdouble[- ]count|\bmultiple (?:response|categor|answer|reason)\w*|\bnot mutually exclusive\b|\boverlap\w*|"
    r"^(?!.*\bround).*\b(?:do|does|may|will|need|should|can) ?not (?:\w+ )?(?:sum|add|total)\b",
    re.IGNORECASE,
)


def _explained(grid: Grid, items: list[Item], relation: Relation, notes: str) -> bool:
    """Whether the words beside a table account for the gaps: rounded means, or a part that has no row."""
    gaps = [
        (items[relation.whole].values[at], sum(items[p].values[at].number for p in relation.parts))
        for at in relation.misfits
    ]
    text = f"{grid.table.title}. {notes}"
    if _DO_NOT_ADD.search(notes):
        return True
    if _MEAN.search(text) and all(abs(t.number - s) <= (len(relation.parts) + 1) / 2 for t, s in gaps):
        return True
    return bool(_ALSO_HOLDS.search(notes)) and all(0 < t.number - s <= _MOST_LEFT_OUT * t.number for t, s in gaps)


_HIDDEN = re.compile(r"[<~≤*]\s*\d*%?|\[?[cxz]\]?|suppressed|fewer than \d+|less than \d+", re.IGNORECASE)
_MOST_HIDDEN = 10


def _suppressed(grid: Grid, items: list[Item], relation: Relation) -> bool:
    """Parts that are not printed because they are small: a total a little above the rest is no fault."""
    hidden = sum(any(_HIDDEN.fullmatch(cell.strip()) for cell in row[1:]) for row in grid.table.rows)
    above = [
        items[relation.whole].values[at].number - sum(items[p].values[at].number for p in relation.parts)
        for at in relation.misfits
    ]
    return hidden > 0 and bool(above) and all(0 < a <= _MOST_HIDDEN * hidden for a in above)


def parts_do_not_sum(evidence: Evidence) -> list[Finding]:
    """Areas to force, categories to total, months to year, tables to their sum; only printed rounding is allowed."""
    found: list[Finding] = []
    notes = evidence.words_by_section()
    for grid in evidence.grids:
        for dimension in range(max(len(grid.key_names), 1)):
            items, place = over_rows(grid, dimension)
            for relation in relations_among(items):
                left = (
                    _counted_twice(grid, items, relation)
                    or _suppressed(grid, items, relation)
                    or _explained(grid, items, relation, notes.get((grid.table.file, grid.table.section), ""))
                )
                found += [] if left else _report(items, relation, place)
        items, place = over_columns(grid)
        for relation in relations_among(items):
            if _of_other_years(grid, items, relation):
                continue
            found += _report(items, relation, place)
        found += shares_of_hundred(grid)
    for file in dict.fromkeys(g.table.file for g in evidence.grids):
        found += over_tables([g for g in evidence.grids if g.table.file == file])
    return found
