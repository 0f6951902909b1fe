"""Volumes outside their limits that nobody lists, and listed ones that are inside."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Finding, Where
from upstream.reports.check.grids import Grid, Row
from upstream.reports.check.labels import key, likeness, words
from upstream.reports.check.marks import mark
from upstream.reports.check.reading.model import Sentence
from upstream.reports.check.rules.limit_columns import Limits, by_flag, figures_of, limits_of, on_limit, side, stated_of
from upstream.reports.check.rules.limit_words import Said, halves, of_another_period, said_of_limits
from upstream.reports.check.rules.named_rows import named_rows
from upstream.reports.check.scopes import Scopes, places_said
from upstream.reports.check.spans import find_spans, is_period_label


@dataclass(slots=True)
class Listing:
    """Rows of one table that sentences name as outside or as inside, and how far the list claims to reach."""

    outside: dict[int, Sentence] = field(default_factory=dict)
    inside: dict[int, Sentence] = field(default_factory=dict)
    sides: set[int] = field(default_factory=set)
    longest: Sentence | None = None
    rows: int = 0

    def add(self, sentence: Sentence, said: Said, rows: int) -> None:
        """A sentence that lists the volumes outside, or says that there are none."""
        self.sides |= said.sides
        self.longest = sentence if rows > self.rows or self.longest is None else self.longest
        self.rows = max(self.rows, rows)


def _timeline(grid: Grid) -> bool:
    """Whether the rows are the periods of one measure: a period alone does not tell which table is meant."""
    return sum(is_period_label(row.keys[0]) for row in grid.rows if row.keys) * 2 > len(grid.rows)


def _meant(grid: Grid, limits: Limits, rows: list[int], text: str) -> list[int]:
    """Rows of a timeline that a sentence means: it prints their value, or no number at all."""
    printed = {v.number for v in mark(text).numbers if not v.percent} | {v.number for v in mark(text).numbers}
    if not printed:
        return rows
    return [r for r in rows if (v := grid.rows[r].values[limits.value]) is not None and v.number in printed]


def _its_numbers(grid: Grid, limits: Limits, r: int, text: str) -> bool:
    """Whether a sentence prints no figures, or one of a row's own: else it speaks of another table."""
    printed = {v.number for v in mark(text).numbers}
    row = grid.rows[r]
    own = {v.number for n in (limits.value, limits.upper, limits.lower) if n is not None and (v := row.values[n])}
    return not printed or bool(printed & own) or not mark(text).spans


def _speaks_of(limits: Limits, grid: Grid, text: str) -> bool:
    """A sentence that dates itself to another month speaks of another table."""
    span = grid.columns[limits.value].span
    months = {named.span.first for named in find_spans(text) if named.span.kind == "month" and named.span.dated}
    return not months or span is None or span.kind != "month" or not span.dated or span.first in months


_WHOLE = re.compile(
    r"\b(?:force|county|borough|district|service|region|overall|wide|across|whole|areas)\b", re.IGNORECASE
)


def _of_no_place(sentence: Sentence) -> bool:
    """A list that names no place and no whole speaks of the table it follows."""
    return not places_said(sentence.full) and not _WHOLE.search(sentence.full)


def _just_before(grids: list[tuple[Grid, Limits]], sentence: Sentence) -> int | None:
    """The last table with limits before a sentence, under the same heading."""
    before = [
        (grid.table.order, n)
        for n, (grid, _) in enumerate(grids)
        if grid.table.file == sentence.file
        and grid.table.order < sentence.order
        and grid.table.section[:1] == sentence.section[:1]
    ]
    return max(before)[1] if before else None


def _home(grids: list[tuple[Grid, Limits]], sentence: Sentence, scopes: Scopes) -> int | None:
    """The limits table a listing sentence speaks of: nearest heading first, then the latest before it."""
    scored = []
    last = _just_before(grids, sentence)
    here = any(grid.table.file == sentence.file for grid, _ in grids)
    for n, (grid, _) in enumerate(grids):
        if (here and grid.table.file != sentence.file) or (_timeline(grid) and sentence.section != grid.table.section):
            continue
        if scopes.elsewhere(sentence, grid) and not (n == last and _of_no_place(sentence)):
            continue
        heading = (
            likeness(
                frozenset(words(" ".join(sentence.section[:1]))), frozenset(words(" ".join(grid.table.section[:1])))
            )
            if sentence.section and grid.table.section
            else 0.0
        )
        same = 1.0 if sentence.section[:2] == grid.table.section[:2] else 0.0
        before = grid.table.order < sentence.order
        scored.append((round(heading + 0.25 * same, 3), before, -abs(sentence.order - grid.table.order), n))
    return max(scored)[3] if scored else None


def _listings(evidence: Evidence, grids: list[tuple[Grid, Limits]]) -> dict[int, Listing]:
    listings: dict[int, Listing] = {}
    scopes = evidence.scopes
    for sentence in evidence.sentences:
        said = said_of_limits(sentence.full)
        if said is None or (home := _home(grids, sentence, scopes)) is None:
            continue
        grid, limits = grids[home]
        if _speaks_of(limits, grid, sentence.full):
            _take(listings.setdefault(home, Listing()), sentence, said, grid, limits)
    for table in evidence.grids:
        _take_table(listings, table, grids, scopes)
    return listings


def _take_table(listings: dict[int, Listing], table: Grid, grids: list[tuple[Grid, Limits]], scopes: Scopes) -> None:
    """Add a table that itself lists the volumes outside ("Volumes outside their limits"), by its title."""
    said = said_of_limits(table.table.title)
    named = {key(row.keys[0]) for row in table.rows if row.keys}
    if said is None or not said.outside or said.inside or said.nobody or not named:
        return
    homes = [
        n
        for n, (grid, _) in enumerate(grids)
        if grid is not table
        and named < {key(row.keys[0]) for row in grid.rows if row.keys}
        and scopes.of_table(grid).places == scopes.of_table(table).places
    ]
    if len(homes) != 1:
        return
    place = table.table
    sentence = Sentence(place.file, table.rows[0].line, place.title, place.section, place.order)
    listing = listings.setdefault(homes[0], Listing())
    listing.add(sentence, said, len(named))
    for r, row in enumerate(grids[homes[0]][0].rows):
        if row.keys and key(row.keys[0]) in named:
            listing.outside[r] = sentence


def _take(listing: Listing, sentence: Sentence, said: Said, grid: Grid, limits: Limits) -> None:
    """Add what one sentence says to the listing of its table."""
    text = sentence.full
    rows, nobody = named_rows(grid, text), said.nobody
    if _timeline(grid):
        rows, nobody = _meant(grid, limits, rows, text), False
        if len(rows) < 2:
            (listing.outside if said.outside and not said.inside else listing.inside).update(
                dict.fromkeys(rows, sentence)
            )
            return
    if said.excepted is not None:
        listing.add(sentence, said, 0)
        listing.outside |= dict.fromkeys(named_rows(grid, said.excepted), sentence)
        return
    if len(rows) == 1 and not _its_numbers(grid, limits, rows[0], text):
        return
    if (said.inside and not said.outside) or (said.negated and not nobody):
        listing.inside |= dict.fromkeys(rows, sentence) if not of_another_period(text) else {}
        if nobody:
            listing.add(sentence, said, 0)
        return
    if nobody or rows:
        listing.add(sentence, said, len(rows))
    if nobody:
        return
    if not (said.outside and said.inside):
        listing.outside |= dict.fromkeys(rows, sentence)
        return
    for half, outside in halves(text):
        target = listing.outside if outside else listing.inside
        target |= dict.fromkeys(named_rows(grid, half), sentence)


def limits_and_lists(evidence: Evidence) -> list[Finding]:
    """Both rules: limits against flag columns and against the sentences that list exceptional volumes."""
    grids = [(g, limits) for g in evidence.grids if (limits := limits_of(g)) is not None]
    found: list[Finding] = []
    for grid, limits in grids:
        found += by_flag(grid, limits)
    for home, listing in _listings(evidence, grids).items():
        grid, limits = grids[home]
        if listing.longest is None and not listing.inside:
            continue
        for r, row in enumerate(grid.rows):
            found += _row_findings(grid, limits, listing, r, row)
    return found


def _row_findings(grid: Grid, limits: Limits, listing: Listing, r: int, row: Row) -> list[Finding]:
    outside = side(row, limits)
    held = [n for n in (limits.upper, limits.lower) if n is not None and row.values[n] is not None]
    if row.values[limits.value] is None or not held:
        return []
    where, figures, stated = (
        grid.where(row, grid.columns[limits.value]),
        figures_of(grid, row, limits),
        stated_of(row, limits),
    )
    if outside and r in listing.inside and r not in listing.outside:
        said = listing.inside[r]
        return [
            Finding(
                "outside_limits_not_listed",
                "error",
                where,
                figures,
                f"{stated}, but it is said to be within limits (line {said.line}: “{said.text[:160]}”).",
            )
        ]
    if outside and r not in listing.outside and listing.longest is not None:
        said = listing.longest
        unlisted = f"{stated}, and it is not named where exceptional volumes are listed"
        return [
            Finding(
                "outside_limits_not_listed",
                # a list of the high ones may leave out the low ones, but a reader misses them
                "error" if outside in listing.sides else "note",
                where,
                figures,
                f"{unlisted} (line {said.line}: “{said.text[:160]}”).",
            )
        ]
    if not outside and r in listing.outside and not on_limit(row, limits):
        said = listing.outside[r]
        return [
            Finding(
                "listed_inside_limits",
                "error",
                Where(said.file, said.line or None, grid.table.name, row.label, grid.columns[limits.value].header),
                figures,
                f"{stated}, but it is listed as outside (“{said.text[:160]}”).",
            )
        ]
    return []
