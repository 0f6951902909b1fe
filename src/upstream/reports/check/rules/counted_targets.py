"""How many targets are said to be met, against the table that shows them: "three of the five standards were met"."""

from __future__ import annotations

import re

from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.grids import Grid
from upstream.reports.check.marks import without_paragraph_number
from upstream.reports.check.reading.model import Sentence
from upstream.reports.check.rules.target_tables import Held, levels_against_aims
from upstream.reports.check.rules.verdicts import met_verdict

_WORDS = {"no": 0, "none": 0, "neither": 0, "one": 1, "two": 2, "both": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_WORDS |= {"seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12}
_NUMBER = rf"(?<![\d.,])(?:\d{{1,2}}|{'|'.join(_WORDS)})"
_THING = (
    r"(?P<thing>(?:[a-z]+ ){0,2}?(?:standards?|targets?|measures?|indicators?|kpis?|goals?|ambitions?|thresholds?|"
    r"benchmarks?|requirements?|objectives?|expectations?))"
)
_OF_MANY = (
    re.compile(rf"\b(?P<k>{_NUMBER}|all) (?:out )?of (?:the |our |its |these |those )?(?P<m>{_NUMBER}) {_THING}\b"),
    re.compile(
        rf"\b(?:out )?of (?:the |our |its |these |"
        rf"those )?(?P<m>{_NUMBER}) {_THING}\b[^.;\d]{{0,24}}?\b(?P<k>{_NUMBER}|all)\b(?! of)"
    ),
    re.compile(rf"\b(?P<k>{_NUMBER}) {_THING} (?:out )?of (?:the |a total of )?(?P<m>{_NUMBER})\b"),
    re.compile(rf"\b(?P<k>all|both) (?:the |our |of the )?(?P<m>{_NUMBER} )?{_THING}\b"),
)


def _number(text: str | None) -> int | None:
    plain = (text or "").strip().lower()
    return int(plain) if plain.isdigit() else _WORDS.get(plain)


def _claim(text: str) -> tuple[int | None, int | None, int] | None:
    """How many, of how many (``None``: of all), and 1 for met or -1 for missed."""
    line = text.lower()
    if re.search(
        r"\b(?:at least|more than|fewer than|less than|over|up to|last (?:year|month|quarter)|previous)\b", line
    ):
        return None
    for pattern in _OF_MANY:
        match = pattern.search(line)
        if match is None:
            continue
        verdict = met_verdict(f"{line[: match.start()]} it {line[match.end() :]}")
        many = _number(match["m"])
        count = many if match["k"] in {"all", "both"} and many is not None else _number(match["k"])
        if match["k"] == "all" and many is None:
            return (None, None, verdict[0]) if verdict else None
        return (count, many, verdict[0]) if verdict and count is not None else None
    return None


def _home(sentence: Sentence, held: list[tuple[Grid, list[Held]]], many: int | None) -> int | None:
    """The table that a sentence counts over: of its own document, with as many targets as it says, and only one."""
    near = [n for n, (grid, _) in enumerate(held) if grid.table.file == sentence.file] or list(range(len(held)))
    fits = [n for n in near if many is None or len(held[n][1]) == many]
    here = [n for n in fits if held[n][0].table.section == sentence.section]
    chosen = here if len(here) == 1 else fits
    return chosen[0] if len(chosen) == 1 else None


def targets_counted(evidence: Evidence) -> list[Finding]:
    """Every sentence that says how many targets of a table are met or missed."""
    held = [(grid, rows) for grid in evidence.grids if len(rows := levels_against_aims(grid)) >= 2]
    held = [(grid, rows) for grid, rows in held if all(row.met is not None for row in rows)]
    found = []
    for sentence in evidence.sentences if held else ():
        claim = _claim(without_paragraph_number(sentence.full))
        home = _home(sentence, held, claim[1]) if claim is not None else None
        if claim is None or home is None:
            continue
        grid, rows = held[home]
        count, _, sign = claim
        if len(rows) != len(grid.rows) and claim[1] != len(rows):
            continue
        true = sum(row.met == (sign > 0) for row in rows)
        # a level at its target may be called either
        level = sum(row.level.number == row.aim.number for row in rows)
        said = len(rows) if count is None else count
        if not true - level <= said <= true + level:
            found.append(_finding(sentence, grid, rows, said, true, sign))
    return found


def _finding(sentence: Sentence, grid: Grid, rows: list[Held], said: int, true: int, sign: int) -> Finding:
    word = "met" if sign > 0 else "missed"
    listed = "; ".join(f"{row.label} {row.level.text} against {row.aim.text}" for row in rows[:8])
    figures = (
        Figure(f"said to be {word}", str(said), float(said)),
        *(Figure(row.label, row.level.text, row.level.number) for row in rows),
    )
    text = (
        f"{grid.table.name} has {true} of {len(rows)} {word} ({listed}), but {said} is said (“{sentence.text[:200]}”)"
    )
    where = Where(sentence.file, sentence.line or None, grid.table.name)
    return Finding("target_claim_wrong", "error", where, figures, text)
