"""Targets judged in tables: a status column, a cell of words, a time beside its limit."""

from __future__ import annotations

import re
from dataclasses import dataclass

from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.grids import Grid
from upstream.reports.check.labels import key
from upstream.reports.check.marks import mark
from upstream.reports.check.numbers import Value, parse_value
from upstream.reports.check.reading.model import Table
from upstream.reports.check.rules.betterness import better_of
from upstream.reports.check.rules.target_claims import bound_of, met_verdict, with_units

_TARGET_WORD = (
    r"(?:target|goal|ambition|aim|aspiration\w*|threshold|standard|benchmark|required|"
    r"expectation|objective|what good looks like|good looks like)"
)
_MET = re.compile(
    (
        r"\b(?:met|meets?|meeting|achiev\w+|hit|hits|hitting|on target|on track|reach(?:ed|es|ing)?|"
        r"attain\w*|satisf(?:ied|ies|ying)|deliver(?:ed|s|ing)?|secur(?:ed|es|ing)|pass(?:ed|es|ing)?|"
        r"in line with (?:the |its )?target|green|fulfilled|"
        r"within (?:the |its |our )?(?:target|standard|threshold)|success\w*)\b"
    ),
    re.IGNORECASE,
)
_MISSED = re.compile(
    (
        r"\b(?:miss\w*|not (?:been )?(?:met|meet|achiev\w+|hit|reach\w*)|(?:did|does|do|was|"
        r"were|is|has|have) ?n[o']t (?:been )?\w+|(?:fail\w*|unable|struggl\w*)(?: to \w+)?|"
        r"short of|shortfall|off target|unmet|falls? short|fell short|outside (?:the |its |"
        r"our )?target|red|under-?perform\w*|yet to (?:meet|reach|achieve))\b"
    ),
    re.IGNORECASE,
)
_ABOVE = re.compile(
    (
        r"\b(?:above|exceed\w*|over|beat\w*|surpass\w*|better than|ahead of|higher than|in "
        r"excess of|outperform\w*|more than)\b"
    ),
    re.IGNORECASE,
)
_BELOW = re.compile(r"\b(?:below|under|lower than|less than|beneath|behind|worse than|short of)\b", re.IGNORECASE)
_CLOCK = re.compile(r"(?<![\d:])(\d{1,2}):(\d{2})(?::(\d{2}))?(?![\d:])")
_WITHIN_TIME = re.compile(r"(?:within|target(?: of)?|under|in under|-)\s*(\d+)\s*(?:min(?:ute)?s?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of a target: 1 at or above it, -1 below it; ``sense`` is "level" or "met"."""

    sign: int
    sense: str
    word: str


def verdict_of(text: str) -> Verdict | None:
    """The one verdict of a text; ``None`` when there is none or several."""
    plain = re.sub(r"what good looks like|what “good looks like”", "target", text, flags=re.IGNORECASE)
    missed, met = _MISSED.search(plain), _MET.search(_MISSED.sub(" ", plain))
    above, below = _ABOVE.search(plain), _BELOW.search(plain)
    if missed and not met and not (above and not below):
        if re.search(r"short", missed[0]):
            return Verdict(-1, "level", missed[0])
        return Verdict(-1, "met", missed[0])
    if above and not below and not missed:
        return Verdict(1, "level", above[0])
    if below and not above and not missed and not met:
        return Verdict(-1, "level", below[0])
    if met and not missed and not above and not below:
        return Verdict(1, "met", met[0])
    return None


def _holds(verdict: Verdict, actual: float, target: float, better: int | None) -> bool | None:
    """Whether the verdict can be; ``None`` when it cannot be told."""
    if verdict.sense == "level":
        if (
            verdict.word.lower().startswith(("better", "worse", "ahead", "behind", "outperform", "beat", "surpass"))
            and better is not None
            and better < 0
        ):
            return (actual <= target) == (verdict.sign > 0)
        return actual >= target if verdict.sign > 0 else actual <= target
    if better is None:
        return None
    met = actual >= target if better > 0 else actual <= target
    return met == (verdict.sign > 0)


def _finding(
    verdict: Verdict, actual: Value, target: Value, better: int | None, where: Where, text: str
) -> list[Finding]:
    if _holds(verdict, actual.number, target.number, better) is not False:
        return []
    sign = ">" if actual.number > target.number else "<" if actual.number < target.number else "="
    figures = (Figure("actual", actual.text, actual.number), Figure("target", target.text, target.number))
    wanted = "" if verdict.sense == "level" else f" (here {'higher' if (better or 0) > 0 else 'lower'} is better)"
    return [
        Finding(
            "target_claim_wrong",
            "error",
            where,
            figures,
            (
                f"{actual.text} {sign} {target.text}{wanted}, but the target is said to be "
                f"“{verdict.word}” (“{text[:200]}”)"
            ),
        )
    ]


def _clock(target_text: str, claim_text: str, where: Where, shown: str) -> list[Finding]:
    """ "12:37, within target" beside "within 12 minutes"."""
    limit, took = _WITHIN_TIME.search(target_text), _CLOCK.search(claim_text)
    verdict = re.search(
        r"\b(?:within|met|inside|on) (?:the |its )?target\b|\b(?:outside|missed|over|above) (?:the |its )?target\b",
        claim_text,
        re.IGNORECASE,
    )
    if not limit or not took or not verdict or not re.search(r"median|average|mean|time", claim_text, re.IGNORECASE):
        return []
    hours = took[3] is not None
    minutes = int(took[1]) * 60 + int(took[2]) + int(took[3] or 0) / 60 if hours else int(took[1]) + int(took[2]) / 60
    inside = minutes <= int(limit[1])
    if inside == bool(re.match(r"within|met|inside|on", verdict[0], re.IGNORECASE)):
        return []
    sign = "<=" if inside else ">"
    figures = (Figure("time", took[0], round(minutes, 2)), Figure("target", f"{limit[1]} minutes", float(limit[1])))
    return [
        Finding(
            "target_claim_wrong",
            "error",
            where,
            figures,
            (
                f"{took[0]} (minutes and seconds) {sign} {limit[1]} minutes, but it is said to be "
                f"“{verdict[0]}” (“{shown[:200]}”)"
            ),
        )
    ]


_FRACTION = 1.0
# rows that must agree before they outweigh the words
_FEW = 2
_HIGH_SHARE = 50
_TARGET_HEADER = re.compile(
    r"target|goal|\bplan(?:ned)?\b|trajectory|required|wdgll|what good looks like|good looks like|ambition|aim\b|"
    r"standard(?! (?:dev|err))|threshold|benchmark|expected(?! (?:range|limits?|count|number|value))|^(?:minimum|"
    r"maximum)\b",
    re.IGNORECASE,
)
_ACTUAL_HEADER = re.compile(
    r"actual|update|current|latest|result|performance|achieved|level|value|score|outturn|position", re.IGNORECASE
)
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


def _bound_said(header: str) -> int | None:
    """1 for "Standard (at least)", -1 for "Limit (at most)", ``None`` for neither."""
    least, most = _AT_LEAST.search(header), _AT_MOST.search(header)
    return None if bool(least) == bool(most) else 1 if least else -1


def _aims(grid: Grid) -> dict[int, Aim]:
    """Targets by row, from a column of numbers or of words with one number each ("at least 75%")."""
    columns = [n for n, c in enumerate(grid.columns) if c.role == "target" or _TARGET_HEADER.search(c.header)]
    if len(columns) == 1:
        at = columns[0]
        return {
            r: Aim(value, _bound_said(grid.columns[at].header), grid.figure(row, at))
            for r, row in enumerate(grid.rows)
            if (value := row.values[at]) is not None
        }
    headers = dict.fromkeys(h for row in grid.rows for h in row.texts if _TARGET_HEADER.search(h))
    if columns or len(headers) != 1:
        return {}
    header = next(iter(headers))
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
    aims = _aims(grid)
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


def _in_unit(level: Value | None, aim: Value) -> Value | None:
    """A level as a per cent when its target is one and a workbook stored it as a fraction."""
    if level is None or level.percent or not aim.percent or aim.number <= _FRACTION or level.number > _FRACTION:
        return level
    return Value(100 * level.number, max(level.decimals - 2, 0), True, level.text)


def _judged(
    grid: Grid, r: int, actual: int, aims: dict[int, Aim], signs: dict[int, int], header: str
) -> Finding | None:
    """One row's verdict against its level and target."""
    row, aim, sign = grid.rows[r], aims[r], signs[r]
    level = _in_unit(row.values[actual], aim.value)
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
    aims, actuals = _aims(grid), _actuals(grid)
    if not aims or not actuals:
        return []
    actual = _actual_column(grid, actuals)
    found = []
    for r, aim in aims.items():
        row = grid.rows[r]
        level = _in_unit(row.values[actual], aim.value)
        if level is not None:
            better = aim.bound or _better_row(grid, r, actual, aims, {})
            apart = level.number - aim.value.number
            found.append(Held(row.label, level, aim.value, None if better is None else apart * better >= 0))
    return found


def _actuals(grid: Grid) -> list[int]:
    """Columns that may hold the levels."""
    roles = {"count", "percent", "average", "median"}
    return [n for n, c in enumerate(grid.columns) if c.role in roles and not _TARGET_HEADER.search(c.header)]


def _actual_column(grid: Grid, actuals: list[int]) -> int:
    named = [n for n in actuals if _ACTUAL_HEADER.search(grid.columns[n].header)]
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


def _clock_cells(table: Table) -> list[Finding]:
    """A target in minutes and a time judged against it, in two cells of one row."""
    found = []
    for row, line in zip(table.rows, table.lines, strict=True):
        limits = [c for c in row if _WITHIN_TIME.search(c)]
        times = [c for c in row if _CLOCK.search(c) and "target" in c.lower()]
        if len(limits) == 1 and len(times) == 1:
            where = Where(table.file, line or None, table.name, next((c for c in row if c), None))
            found += _clock(limits[0], times[0], where, f"{limits[0]} / {times[0]}")
    return found


def _text_cells(table: Table) -> list[Finding]:
    """Scorecards in words: a target cell and an update cell in one row."""
    found = _clock_cells(table)
    head = next((r for r in table.rows[:3] if any(_TARGET_HEADER.search(c) for c in r)), None)
    if head is None:
        return found
    targets = [n for n, c in enumerate(head) if _TARGET_HEADER.search(c)]
    actuals = [n for n, c in enumerate(head) if _ACTUAL_HEADER.search(c) and n not in targets]
    for row, line in zip(table.rows, table.lines, strict=True):
        for t in targets:
            for a in actuals:
                if row is head or max(a, t) >= len(row) or parse_value(row[a]) is not None:
                    continue
                label = next((c for c in reversed(row[:t]) if len(key(c)) > 1), row[0])
                where = Where(table.file, line or None, table.name, label, head[a])
                target, said = mark(row[t]), mark(row[a])
                if (
                    len(target.numbers) == 1
                    and len(said.numbers) == 1
                    and target.numbers[0].percent == said.numbers[0].percent
                    and re.search(rf"{_TARGET_WORD}", row[a], re.IGNORECASE)
                ):
                    verdict = verdict_of(said.line)
                    if verdict is not None:
                        found += _finding(
                            verdict,
                            said.numbers[0],
                            target.numbers[0],
                            better_of(f"{label} {row[t]}"),
                            where,
                            f"{row[t]} / {row[a]}",
                        )
    return found


def targets_in_tables(evidence: Evidence) -> list[Finding]:
    """Status columns, scorecard cells and clock times that judge a figure against its target."""
    found: list[Finding] = []
    for sentence in evidence.sentences:
        found += _clock(sentence.full, sentence.full, Where(sentence.file, sentence.line or None), sentence.text)
    for grid in evidence.grids:
        found += _status_column(grid)
    for table in evidence.tables:
        found += _text_cells(table)
    return found
