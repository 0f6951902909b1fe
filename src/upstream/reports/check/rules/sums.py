"""Parts that do not add up to their total: over rows, over columns, and over tables laid out alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable

from upstream.reports.check.evidence import Evidence, rounding_base, shown
from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.grids import Grid
from upstream.reports.check.numbers import EPSILON, Value, show
from upstream.reports.check.rules.additions import FITS_WITHOUT_LABEL, Item, Relation, relation_of, relations_among
from upstream.reports.check.rules.axes import NO_PART, families, over_columns, over_rows, over_tables


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


def _over_tables(grids: tuple[Grid, ...]) -> list[Finding]:
    """One table is the sum of the others laid out alike (one table an area, and one for all of them)."""
    found: list[Finding] = []
    for family in families(grids):
        items, at = over_tables(family)
        for relation in _whole_of_family(items, rounded=family[0].rounded):
            for missed in relation.misfits:
                grid, r, n = at[relation.whole, missed]
                held = [items[p].values[missed] for p in relation.parts]
                total = items[relation.whole].values[missed]
                figures = [grid.figure(grid.rows[r], n), *(_in_table(at[p, missed]) for p in relation.parts)]
                said = f"{grid.rows[r].label}, {grid.columns[n].header}, over {len(held)} tables"
                found.append(_finding(grid.where(grid.rows[r], grid.columns[n]), figures, held, total, said))
    return found


def _in_table(place: tuple[Grid, int, int]) -> Figure:
    grid, r, n = place
    figure = grid.figure(grid.rows[r], n)
    return Figure(f"{grid.table.name}: {figure.what}", figure.printed, figure.number)


def _whole_of_family(items: list[Item], *, rounded: bool) -> list[Relation]:
    base = rounding_base([v.number for item in items for v in item.values.values()]) if rounded else 1.0
    tried = [relation_of(items, n, tuple(m for m in range(len(items)) if m != n), base) for n in range(len(items))]
    best = max(tried, key=lambda r: len(r.fits))
    return [best] if len(best.fits) >= FITS_WITHOUT_LABEL and len(best.fits) >= 2 * len(best.misfits) else []


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
            and not any(NO_PART.search(k) for k in row.keys)
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
            for relation in relations_among(items, rounded=grid.rounded):
                left = (
                    _counted_twice(grid, items, relation)
                    or _suppressed(grid, items, relation)
                    or _explained(grid, items, relation, notes.get((grid.table.file, grid.table.section), ""))
                )
                found += [] if left else _report(items, relation, place)
        items, place = over_columns(grid)
        for relation in relations_among(items, rounded=grid.rounded):
            if _of_other_years(grid, items, relation):
                continue
            found += _report(items, relation, place)
        found += shares_of_hundred(grid)
    for grids in evidence.documents():
        found += _over_tables(grids)
    return found
