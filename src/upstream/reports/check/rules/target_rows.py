"""Which rows of a table are said to reach a standard: "the 85% standard was reached in North and South only".

The table is the one that holds the names said and gives the same standard in its title or a header; its levels are its
one column of per cents (or of averages). "Only", "all but" and "three of the four" speak of the other rows as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.grids import Grid, Row
from upstream.reports.check.labels import words
from upstream.reports.check.marks import Marked, without_paragraph_number
from upstream.reports.check.numbers import Value
from upstream.reports.check.reading.model import Sentence
from upstream.reports.check.rules.betterness import better_of
from upstream.reports.check.rules.named_rows import named_rows
from upstream.reports.check.rules.target_claims import with_units
from upstream.reports.check.rules.target_tables import bound_said, in_unit
from upstream.reports.check.rules.target_words import TARGET_NOUN, measureless
from upstream.reports.check.rules.verdicts import met_verdict, placed
from upstream.reports.check.rules.vocabulary import telling
from upstream.reports.check.spans import without_periods

_EXCEPT = re.compile(
    r"\b(?:(?:every|each|all|no)\b[^.;]*?)?\b(?:except(?:ing)?(?: for)?|apart from|other than|bar|but for|save for|"
    r"all but|with the exception of|excluding)\b",
    re.IGNORECASE,
)
_ONLY = re.compile(r"\b(?:only|alone|solely|just|no other|none of the others?|nowhere else)\b", re.IGNORECASE)
_WORDS = {"no": 0, "none": 0, "neither": 0, "one": 1, "two": 2, "both": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_WORDS |= {"seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12}
_NUMBER = rf"(?:\d{{1,2}}|{'|'.join(_WORDS)})"
_COUNTED = re.compile(
    rf"\b(?P<k>{_NUMBER}|all) (?:out )?of (?:the |our |its |these )?(?P<m>{_NUMBER}) (?!<)[a-z]", re.I
)
_ALL = re.compile(r"\b(?:every|each|all(?: the| of the)?) [a-z]+(?: [a-z]+){0,2}? (?!of\b)", re.IGNORECASE)
_NONE = re.compile(r"\b(?:no|none of the|not one of the|not a single) [a-z]+", re.IGNORECASE)
_STANDARD = re.compile(rf"\b{TARGET_NOUN}\b", re.IGNORECASE)
# volumes and their control limits are no standard
_LIMITS = re.compile(r"\blimits?\b|\bexpected range", re.IGNORECASE)
_HIGH_SHARE = 50
_LEAST_ROWS = 3


@dataclass(frozen=True, slots=True)
class Levels:
    """Rows of a table with their levels, totals left out, and the standard they are held against."""

    grid: Grid
    at: int
    rows: tuple[Row, ...]
    standard: Value
    better: int

    def met(self, row: Row) -> bool:
        return (self._level(row).number - self.standard.number) * self.better >= 0

    def level(self, row: Row) -> bool:
        """Whether a row is at the standard to the digit: either may be said of it."""
        return self._level(row).number == self.standard.number

    def _level(self, row: Row) -> Value:
        value = in_unit(row.values[self.at], self.standard)
        if value is None:
            raise ValueError("a row without a level")
        return value


@dataclass(frozen=True, slots=True)
class Claimed:
    """Rows said to be met or missed (``sign``), whether the others are said to be the opposite, and how many are."""

    named: tuple[Row, ...]
    sign: int
    closed: bool
    count: int | None


@dataclass(frozen=True, slots=True)
class Board:
    """A table with one column of levels and a standard in its title or a header: the numbers that may be it."""

    grid: Grid
    at: int
    known: frozenset[tuple[float, bool]]


def _boards(evidence: Evidence) -> list[Board]:
    found = []
    for grid in evidence.grids:
        shares = [n for n, c in enumerate(grid.columns) if c.role in {"percent", "average", "median"}]
        heads = " ; ".join((grid.table.title.replace("_", " "), *(c.header for c in grid.columns)))
        if len(shares) != 1 or len(grid.key_names) != 1 or not _STANDARD.search(heads):
            continue
        # a title made from a file's name has lost its signs
        plain = grid.table.title == grid.table.title.lower()
        printed = with_units(heads).numbers
        known = {(v.number, v.percent) for v in printed} | {(v.number, True) for v in printed if plain}
        found += [Board(grid, shares[0], frozenset(known))] if known else []
    return found


def _standard_of(board: Board, sentence: Sentence) -> Value | None:
    """The one standard that the sentence says and the table repeats."""
    said = [v for v in with_units(sentence.full).numbers if v.decimals <= 1]
    found = {v.number: v for v in said if (v.number, v.percent) in board.known and v.text in sentence.full}
    return next(iter(found.values())) if len(found) == 1 else None


def _whole(grid: Grid, row: Row) -> bool:
    """Whether a row is all the others together: by its label, or because a column of counts says so."""
    if row.total:
        return True
    counts = [n for n, c in enumerate(grid.columns) if c.role == "count"]
    held = {n: [v.number for r in grid.rows if r is not row and (v := r.values[n]) is not None] for n in counts}
    return any((own := row.values[n]) is not None and own.number == sum(rest) > 0 for n, rest in held.items())


def _levels(board: Board, sentence: Sentence) -> Levels | None:
    standard = _standard_of(board, sentence)
    if standard is None:
        return None
    grid, at = board.grid, board.at
    rows = tuple(row for row in grid.rows if not _whole(grid, row) and row.values[at] is not None)
    if any((v := in_unit(row.values[at], standard)) is None or v.percent != standard.percent for row in rows):
        return None
    about = f"{grid.table.title} {sentence.full}"
    better = bound_said(about) or (1 if standard.percent and standard.number >= _HIGH_SHARE else better_of(about))
    return Levels(grid, at, rows, standard, better) if better and len(rows) >= _LEAST_ROWS else None


def _number(text: str | None) -> int | None:
    plain = (text or "").lower()
    return int(plain) if plain.isdigit() else _WORDS.get(plain)


def _verdict(marked: Marked) -> int | None:
    """1 for reached or above, -1 for missed or below."""
    line = measureless(marked.line)
    met, place = met_verdict(line), placed(line)
    return met[0] if met is not None else place[1] if place is not None else None


def _claimed(sentence: Sentence, levels: Levels) -> Claimed | None:
    text = without_paragraph_number(sentence.full)
    sign = _verdict(with_units(_EXCEPT.sub("", text)))
    if sign is None:
        return None
    at = set(named_rows(levels.grid, text))
    named = tuple(row for row in levels.rows if row.index in {levels.grid.rows[n].index for n in at})
    rest = tuple(row for row in levels.rows if row not in named)
    counted = _COUNTED.search(text)
    if counted is not None and _number(counted["m"]) != len(levels.rows):
        return None
    count = _number(counted["k"]) if counted is not None else None
    if _EXCEPT.search(text) and named:
        none = bool(_NONE.search(text))
        return Claimed(named, sign if none else -sign, True, None)
    if counted is None and not named:
        every, nobody = _ALL.search(text), _NONE.search(text)
        return Claimed(rest, -sign if nobody else sign, False, None) if bool(every) != bool(nobody) else None
    if counted is not None and counted["k"].lower() == "all":
        return Claimed(levels.rows, sign, False, None)
    listed = count is not None and len(named) == count
    return Claimed(named, sign, listed or (bool(_ONLY.search(text)) and bool(named)), count)


def _wrong(levels: Levels, claim: Claimed) -> list[Row]:
    """Rows that are not what is said of them."""
    met = claim.sign > 0
    wrong = [row for row in claim.named if levels.met(row) != met and not levels.level(row)]
    others = [row for row in levels.rows if row not in claim.named] if claim.closed else []
    return wrong + [row for row in others if levels.met(row) == met and not levels.level(row)]


def _miscounted(levels: Levels, claim: Claimed) -> bool:
    loose = sum(levels.level(row) for row in levels.rows)
    true = sum(levels.met(row) == (claim.sign > 0) for row in levels.rows)
    return claim.count is not None and not true - loose <= claim.count <= true + loose


def _home(boards: list[Board], sentence: Sentence) -> Levels | None:
    """The one table that a sentence can mean: with its title said, else in its section."""
    held = [levels for board in boards if (levels := _levels(board, sentence)) is not None]
    said = frozenset(words(sentence.full))
    titled = [h for h in held if (own := telling(without_periods(h.grid.table.title)) - _unnamed(h)) and own <= said]
    near = [h for h in held if (h.grid.table.file, h.grid.table.section) == (sentence.file, sentence.section)]
    for chosen in (titled, near, held):
        if chosen:
            return chosen[0] if len(chosen) == 1 else None
    return None


def _unnamed(levels: Levels) -> frozenset[str]:
    """Words of a title that name no measure: the standard itself and the names of the label column."""
    names = words(" ".join(levels.grid.key_names))
    return frozenset((*names, "standard", "target", "station", "group", "table", "figure"))


def rows_said_to_reach(evidence: Evidence) -> list[Finding]:
    """Every sentence that says which rows, or how many, reach the standard of a table."""
    found = []
    boards = _boards(evidence)
    for sentence in evidence.sentences if boards else ():
        if not _STANDARD.search(sentence.full) or _LIMITS.search(sentence.full):
            continue
        levels = _home(boards, sentence)
        claim = _claimed(sentence, levels) if levels is not None else None
        if levels is None or claim is None:
            continue
        wrong = _wrong(levels, claim)
        if wrong or _miscounted(levels, claim):
            found.append(_finding(sentence, levels, claim, wrong or list(levels.rows)))
    return found


def _finding(sentence: Sentence, levels: Levels, claim: Claimed, rows: list[Row]) -> Finding:
    figures = tuple(levels.grid.figure(row, levels.at) for row in rows)
    listed = "; ".join(f"{row.label} {figure.printed}" for row, figure in zip(rows, figures, strict=True))
    way = "reach" if levels.better > 0 else "keep to"
    said = f"{listed} in {levels.grid.table.name}; not what is said of who does {'' if claim.sign > 0 else 'not '}{way}"
    arithmetic = f"{said} {levels.standard.text} (“{sentence.text[:200]}”)"
    standard = Figure("standard", levels.standard.text, levels.standard.number)
    where = Where(sentence.file, sentence.line or None, levels.grid.table.name)
    return Finding("target_claim_wrong", "error", where, (*figures, standard), arithmetic)
