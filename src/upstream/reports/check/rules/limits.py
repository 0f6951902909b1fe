"""Volumes outside their limits that nobody lists, and listed ones that are inside."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Finding, Where
from upstream.reports.check.grids import Grid, Row
from upstream.reports.check.labels import likeness, words
from upstream.reports.check.marks import mark
from upstream.reports.check.reading.model import Sentence
from upstream.reports.check.rules.limit_columns import Limits, by_flag, figures_of, limits_of, on_limit, side, stated_of
from upstream.reports.check.rules.named_rows import named_rows
from upstream.reports.check.spans import find_spans, is_period_label

_LIMIT = (
    r"(?:control |process |statistical |warning |expected |usual |normal |natural |predicted |\w+ (?:and|or) "
    r"\w+ )*(?:limits?|ranges?|bounds?|band|lines|levels? of variation|variation|\b[ul]n?[cp]l)"
)
_BEYOND = r"outside|beyond|above|over|exceed\w*|breach\w*|below|under|beneath|outwith|out of|crossed|passed|broke\w*"
# what is said of a volume outside its limits: a word that says so alone, or a place beyond a limit
_LISTING = re.compile(
    rf"\bexceptional\w*\b|\bexceptions?\b|\bspecial[- ]cause\b|\boutliers?\b|\bout of control\b|\bunusual\w*|"
    rf"\babnormal\w*|\banomal\w*|\bastronomical\b|\bstatistically (?:unusual|different|significant variation)|"
    rf"\b(?:higher|lower|more|fewer|greater|less|above|below)(?: than)? (?:was |would be |is |we |usually |normally )*"
    rf"(?:expected|normal|usual|predicted)\b|\b(?:{_BEYOND})\b[^.;]{{0,60}}?\b{_LIMIT}\b|"
    rf"\b(?:upper|lower)\b[^.;]{{0,20}}\blimits?\b",
    re.IGNORECASE,
)
_INSIDE = re.compile(
    rf"\b(?:within|inside|between)\b[^.;]{{0,40}}?\b{_LIMIT}\b|\b(?:not|nothing|neither) (?:exceptional|unusual)\b|"
    rf"\bas (?:would be )?expected\b",
    re.IGNORECASE,
)
_NOBODY = re.compile(
    (
        r"\b(?:no|none|nothing|zero|neither)\b[^.;]{0,60}?(?:exceptional|exception|outside|beyond|above|"
        r"exceed|breach|outlier|unusual|special[- ]cause|out of control|abnormal|anomal)|\b(?:all|every|each)\b"
        r"[^.;]{0,50}?(?:within|inside)"
    ),
    re.IGNORECASE,
)
_BUT_FOR = re.compile(
    r"\b(?:other than|except(?:ing)?(?: for)?|apart from|aside from|bar|but for|excluding|"
    r"with the exceptions? of)\b(?P<named>.+?)(?=\b(?:was|were|is|are|remain\w*|fell|stayed|lay|lie|sit|sat)\b|$)",
    re.IGNORECASE,
)
_DEFINES = re.compile(
    (
        r"\bderived\b|\bcalculat\w*|\bdefin\w*|standard deviation|\bif\b|\bwhen a\b|"
        r"\bcoloured\b|\bshown in\b|\bmeans that\b|\bhave been generated\b"
    ),
    re.IGNORECASE,
)


@dataclass(slots=True)
class Listing:
    """Rows of one table that sentences name as outside or as inside, and how far the list claims to reach."""

    outside: dict[int, Sentence] = field(default_factory=dict)
    inside: dict[int, Sentence] = field(default_factory=dict)
    sentences: list[Sentence] = field(default_factory=list)
    upper_only: bool = True
    longest: Sentence | None = None
    rows: int = 0


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


def _home(grids: list[tuple[Grid, Limits]], sentence: Sentence) -> int | None:
    """The limits table a listing sentence speaks of: nearest heading first, then the latest before it."""
    scored = []
    here = any(grid.table.file == sentence.file for grid, _ in grids)
    for n, (grid, _) in enumerate(grids):
        if (here and grid.table.file != sentence.file) or (_timeline(grid) and sentence.section != grid.table.section):
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
    for sentence in evidence.sentences:
        text = sentence.full
        outside, inside, nobody = bool(_LISTING.search(text)), bool(_INSIDE.search(text)), bool(_NOBODY.search(text))
        if not (outside or inside) or _DEFINES.search(text) or (home := _home(grids, sentence)) is None:
            continue
        grid, limits = grids[home]
        if not _speaks_of(limits, grid, text):
            continue
        rows = named_rows(grid, text)
        listing = listings.setdefault(home, Listing())
        if _timeline(grid):
            rows = _meant(grid, limits, rows, text)
            nobody = False
            if len(rows) < 2:
                (listing.outside if outside and not inside else listing.inside).update(dict.fromkeys(rows, sentence))
                continue
        if inside and (but := _BUT_FOR.search(text)) is not None:
            listing.sentences.append(sentence)
            listing.upper_only = False
            listing.outside |= dict.fromkeys(named_rows(grid, but["named"]), sentence)
            continue
        negated = bool(
            re.search(
                r"\b(?:not|never)\b[^.;]{0,20}(?:exceptional|unusual|outside|exceed|breach|above|below)|no longer",
                text,
                re.IGNORECASE,
            )
        )
        if len(rows) == 1 and (inside or outside) and not _its_numbers(grid, limits, rows[0], text):
            continue
        if (inside and not outside) or negated:
            listing.inside |= dict.fromkeys(rows, sentence) if not _other_period(text) else {}
            if nobody:
                listing.sentences.append(sentence)
                listing.upper_only = False
            continue
        if len(rows) == 1 and not _its_numbers(grid, limits, rows[0], text):
            continue
        if nobody or rows:
            listing.sentences.append(sentence)
            listing.longest = sentence if len(rows) > listing.rows or listing.longest is None else listing.longest
            listing.rows = max(listing.rows, len(rows))
            listing.upper_only &= not nobody and bool(
                re.search(r"upper|exceed|above|over\b|higher", text, re.IGNORECASE)
            )
        if not nobody and not (outside and inside):
            listing.outside |= dict.fromkeys(rows, sentence)
        elif not nobody:
            first = re.split(r"\b(?:while|whilst|but|whereas|although|;)\b", text, maxsplit=1)
            for half in first:
                target = listing.outside if _LISTING.search(half) and not _INSIDE.search(half) else listing.inside
                target |= dict.fromkeys(named_rows(grid, half), sentence)
    return listings


def _other_period(text: str) -> bool:
    return bool(re.search(r"previous|last year|remained|consistently|past", text, re.IGNORECASE))


def limits_and_lists(evidence: Evidence) -> list[Finding]:
    """Both rules: limits against flag columns and against the sentences that list exceptional volumes."""
    grids = [(g, limits) for g in evidence.grids if (limits := limits_of(g)) is not None]
    found: list[Finding] = []
    for grid, limits in grids:
        found += by_flag(grid, limits)
    for home, listing in _listings(evidence, grids).items():
        grid, limits = grids[home]
        if not listing.sentences and not listing.inside:
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
    if outside and r not in listing.outside and listing.sentences:
        severity = "warning" if outside < 0 and listing.upper_only else "error"
        said = listing.longest or listing.sentences[-1]
        return [
            Finding(
                "outside_limits_not_listed",
                "note" if severity == "warning" else "error",
                where,
                figures,
                (
                    f"{stated}, and it is not named where exceptional volumes are listed (line "
                    f"{said.line}: “{said.text[:160]}”)."
                ),
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
