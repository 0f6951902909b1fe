"""Targets judged in tables by a column of verdicts beside levels and targets."""

from __future__ import annotations

import re
from dataclasses import dataclass

from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.grids import Grid
from upstream.reports.check.numbers import Value, in_per_cent
from upstream.reports.check.rules.betterness import better_of
from upstream.reports.check.rules.target_cells import ACTUAL_HEADER, TARGET_HEADER
from upstream.reports.check.rules.target_claims import bound_of, with_units
from upstream.reports.check.rules.verdicts import met_verdict

_FRACTION = 1.0
# rows that must agree before they outweigh the words
_FEW = 2
_HIGH_SHARE = 50
_STATUS_HEADER = re.compile(
    (
        r"status|met|rag\b|on track|achieved\?|result|against target|v target|vs target|"
        r"verdict|position|outcome|target\?|assessment|judgement"
    ),
    re.IGNORECASE,
)
_STATUS = {
    "met": 1,
    "yes": 1,
    "y": 1,
    "achieved": 1,
    "on target": 1,
    "green": 1,
    "pass": 1,
    "passed": 1,
    "hit": 1,
    "target met": 1,
    "on track": 1,
    "above target": 2,
    "above": 2,
    "exceeded": 2,
    "below target": -2,
    "below": -2,
    "not met": -1,
    "no": -1,
    "n": -1,
    "missed": -1,
    "red": -1,
    "fail": -1,
    "failed": -1,
    "off target": -1,
    "not achieved": -1,
    "target missed": -1,
    "target not met": -1,
    "off track": -1,
    "within target": 1,
    "outside target": -1,
}


_POLARITY = re.compile(
    r"(?:(bigger|higher|more|high|increase|up|maximi[sz]e)|(?:smaller|lower|less|low|fewer|decrease|reduce|down|"
    r"minimi[sz]e))"
    r"(?: is (?:better|good))?",
    re.IGNORECASE,
)


_AT_LEAST = re.compile(r"at least|minimum|no (?:less|fewer) than|or (?:more|above|better)|≥|>=", re.IGNORECASE)
_AT_MOST = re.compile(r"at most|maximum|no (?:more|longer) than|or (?:less|fewer|below|under)|≤|<=", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Aim:
    """The target of one row: its number, which way is good when the cell says so, and how it is shown."""

    value: Value
    bound: int | None
    figure: Figure


def bound_said(header: str) -> int | None:
    """1 for "Standard (at least)", -1 for "Limit (at most)", ``None`` for neither."""
    least, most = _AT_LEAST.search(header), _AT_MOST.search(header)
    return None if bool(least) == bool(most) else 1 if least else -1


def aims_of(grid: Grid) -> dict[int, Aim]:
    """Targets by row, from a column of numbers or of words with one number each ("at least 75%")."""
    columns = [n for n, c in enumerate(grid.columns) if c.role == "target" or TARGET_HEADER.search(c.header)]
    if len(columns) == 1:
        at = columns[0]
        return {
            r: Aim(value, bound_said(grid.columns[at].header), grid.figure(row, at))
            for r, row in enumerate(grid.rows)
            if (value := row.values[at]) is not None
        }
    named = dict.fromkeys(h for row in grid.rows for h in row.texts if TARGET_HEADER.search(h))
    # "Position against target" holds verdicts and no numbers
    headers = [
        h for h in named if 2 * sum(bool(re.search(r"\d", row.texts.get(h, ""))) for row in grid.rows) > len(grid.rows)
    ]
    if columns or len(headers) != 1:
        return {}
    header = headers[0]
    found = {}
    for r, row in enumerate(grid.rows):
        text = row.texts.get(header, "")
        numbers = with_units(text).numbers
        if len(numbers) == 1:
            figure = Figure(f"{row.label}, {header}", text, numbers[0].number)
            found[r] = Aim(numbers[0], bound_of(text), figure)
    return found


def _place(said: str) -> int:
    """2 for "above plan", -2 for "below plan", 0 for other words."""
    if re.match(r"(?:well |just |slightly )?(?:above|exceed\w*|ahead|over|higher)\b", said):
        return 2
    return -2 if re.match(r"(?:well |just |slightly )?(?:below|under|behind|lower|short)\b", said) else 0


def _signs(grid: Grid, header: str) -> dict[int, int]:
    """Verdicts of a column of words by row: 1 met, -1 missed, 2 above, -2 below."""
    found = {}
    for r, row in enumerate(grid.rows):
        said = re.sub(r"[^a-z' -]+", " ", row.texts.get(header, "").lower()).strip()
        verdict = _STATUS.get(said) or ((met := met_verdict(said)) and met[0]) or _place(said)
        if verdict:
            found[r] = verdict
    return found


def _status_column(grid: Grid) -> list[Finding]:
    aims = aims_of(grid)
    actuals = _actuals(grid)
    if not aims or not actuals:
        return []
    actual = _actual_column(grid, actuals)
    found = []
    for header in dict.fromkeys(h for row in grid.rows for h in row.texts):
        if re.search(r"limit|range|control|signal|exception", header, re.IGNORECASE):
            continue
        signs = _signs(grid, header)
        if not _STATUS_HEADER.search(header) and len(signs) < len(grid.rows):
            continue
        for r, sign in signs.items():
            wrong = _judged(grid, r, actual, aims, signs, header) if r in aims else None
            found += [wrong] if wrong is not None and sign else []
    return found


def in_unit(level: Value | None, aim: Value) -> Value | None:
    """A level as a per cent when its target is one and a workbook stored it as a fraction."""
    if level is None or level.percent or not aim.percent or aim.number <= _FRACTION or level.number > _FRACTION:
        return level
    return in_per_cent(level)


def _judged(
    grid: Grid, r: int, actual: int, aims: dict[int, Aim], signs: dict[int, int], header: str
) -> Finding | None:
    """One row's verdict against its level and target."""
    row, aim, sign = grid.rows[r], aims[r], signs[r]
    level = in_unit(row.values[actual], aim.value)
    if level is None or level.number == aim.value.number:
        return None
    better = 1 if abs(sign) == 2 else aim.bound or _better_row(grid, r, actual, aims, signs)
    if better is None or ((level.number - aim.value.number) * better > 0) == (sign > 0):
        return None
    mark_ = ">" if level.number > aim.value.number else "<"
    way = "higher" if better > 0 else "lower"
    said = (
        f"{row.label}: {level.text} {mark_} {aim.value.text} (target; here {way} is better), "
        f"but “{header}” says “{row.texts[header]}”."
    )
    where = Where(grid.table.file, row.line or None, grid.table.name, row.label, header)
    return Finding("target_claim_wrong", "error", where, (grid.figure(row, actual), aim.figure), said)


@dataclass(frozen=True, slots=True)
class Held:
    """One row's level and target, and whether the one meets the other (``None``: which way is good is not told)."""

    label: str
    level: Value
    aim: Value
    met: bool | None


def levels_against_aims(grid: Grid) -> list[Held]:
    """Every row of a table that shows a level and a target."""
    aims, actuals = aims_of(grid), _actuals(grid)
    if not aims or not actuals:
        return []
    actual = _actual_column(grid, actuals)
    found = []
    for r, aim in aims.items():
        row = grid.rows[r]
        level = in_unit(row.values[actual], aim.value)
        if level is not None:
            better = aim.bound or _better_row(grid, r, actual, aims, {})
            apart = level.number - aim.value.number
            found.append(Held(row.label, level, aim.value, None if better is None else apart * better >= 0))
    return found


def _actuals(grid: Grid) -> list[int]:
    """Columns that may hold the levels."""
    roles = {"count", "percent", "average", "median"}
    return [n for n, c in enumerate(grid.columns) if c.role in roles and not TARGET_HEADER.search(c.header)]


def _actual_column(grid: Grid, actuals: list[int]) -> int:
    named = [n for n in actuals if ACTUAL_HEADER.search(grid.columns[n].header)]
    dated = [n for n in actuals if (s := grid.columns[n].span) is not None and s.dated]
    if named:
        return named[0]
    return max(dated, key=lambda n: _last(grid, n)) if dated else actuals[-1]


def _last(grid: Grid, at: int) -> int:
    span = grid.columns[at].span
    return span.last if span is not None else 0


def _better_row(grid: Grid, r: int, actual: int, aims: dict[int, Aim], signs: dict[int, int]) -> int | None:
    """Which way is good: from the words of the row, else from what the other rows show."""
    row = grid.rows[r]
    for header in (*grid.key_names, *(c.header for c in grid.columns), grid.table.title):
        if stated := re.search(
            r"\b(?:(higher|more|bigger)|(?:lower|less|fewer|smaller)) (?:is|are) better\b", header, re.I
        ):
            return 1 if stated[1] else -1
    own = better_of(f"{row.label} {' '.join(row.texts.values())} {aims[r].value.text}")
    votes = _votes(grid, r, actual, aims, signs)
    for said in (*row.keys, *row.texts.values()):
        if polarity := _POLARITY.fullmatch(said.strip()):
            return 1 if polarity[1] else -1
    if own is not None:
        # the words of a label guess: a high share called bad, against all other rows, is left open
        high = aims[r].value.percent and aims[r].value.number >= _HIGH_SHARE
        return None if own < 0 and high and votes >= _FEW else own
    if abs(votes) >= _FEW:
        return 1 if votes > 0 else -1
    return 1 if aims[r].value.percent and aims[r].value.number >= 60 else None


def _votes(grid: Grid, r: int, actual: int, aims: dict[int, Aim], signs: dict[int, int]) -> int:
    """How many of the other rows judge a higher level as good, less those that judge a lower one so."""
    votes = 0
    for other, sign in signs.items():
        level = grid.rows[other].values[actual]
        if other != r and level is not None and other in aims and abs(sign) == 1:
            target = aims[other].value.number
            votes += sign * ((level.number > target) - (level.number < target))
    return votes


def targets_in_tables(evidence: Evidence) -> list[Finding]:
    """Status columns that judge a figure against its target."""
    return [finding for grid in evidence.grids for finding in _status_column(grid)]
