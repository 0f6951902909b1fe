"""Targets judged in the words of cells and in clock times: a scorecard's target beside its update."""

from __future__ import annotations

import re
from dataclasses import dataclass

from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.labels import key
from upstream.reports.check.marks import mark
from upstream.reports.check.numbers import Value, parse_value
from upstream.reports.check.reading.model import Table
from upstream.reports.check.rules.betterness import better_of

TARGET_HEADER = re.compile(
    r"target|goal|\bplan(?:ned)?\b|trajectory|required|wdgll|what good looks like|good looks like|ambition|aim\b|"
    r"standard(?! (?:dev|err))|threshold|benchmark|expected(?! (?:range|limits?|count|number|value))|^(?:minimum|"
    r"maximum)\b",
    re.IGNORECASE,
)
ACTUAL_HEADER = re.compile(
    r"actual|update|current|latest|result|performance|achieved|level|value|score|outturn|position", re.IGNORECASE
)
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
    head = next((r for r in table.rows[:3] if any(TARGET_HEADER.search(c) for c in r)), None)
    if head is None:
        return found
    targets = [n for n, c in enumerate(head) if TARGET_HEADER.search(c)]
    actuals = [n for n, c in enumerate(head) if ACTUAL_HEADER.search(c) and n not in targets]
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


def targets_in_cells(evidence: Evidence) -> list[Finding]:
    """Scorecard cells and clock times that judge a figure against its target."""
    found: list[Finding] = []
    for sentence in evidence.sentences:
        found += _clock(sentence.full, sentence.full, Where(sentence.file, sentence.line or None), sentence.text)
    for table in evidence.tables:
        found += _text_cells(table)
    return found
