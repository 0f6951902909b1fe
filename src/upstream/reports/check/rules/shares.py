"""Shares said in sentences: "12 of 40 (25%)", "two thirds of the 617 invited (406)", "60% (4) of the areas".

A part, a whole and a share are told apart by size and by the small words between them, whatever else is said.
"""

from __future__ import annotations

import re
from itertools import permutations

from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.marks import Marked, mark
from upstream.reports.check.movement import DIRECTION
from upstream.reports.check.numbers import Value, percent_agrees, share_can_be, show
from upstream.reports.check.reading.model import Sentence

_SHARE = re.compile(r"<t(\d+)>\s*\(\s*<n(\d+)>[^()<]{0,30}\)")
# a sentence that compares two periods says changes, not shares
_CHANGE_WORD = re.compile(
    r"increas|decreas|\bris(?:e|es|en|ing)\b|\brose\b|\bfall(?:s|en|ing)?\b|\bfell\b|reduc|\bdrop|declin|growth|"
    r"\bgrew\b|uplift|"
    r"\bmore\b(?! than (?:half|a |an |one |two |three |nine|<t))|\bfewer\b(?! than (?:half|a |an |one |two |three "
    r"|<t))|"
    r"higher|lower|\bchange (?:of|from|on|in)\b|(?<!make )(?<!makes )(?<!made )(?<!followed )(?<!taken )\bup\b|"
    r"\bdown\b|compar|\bprevious|last year|target|against"
)
# the words that make two counts a part and a whole
_TIED: tuple[re.Pattern[str], ...] = (
    re.compile(
        r"<n(?P<part>\d+)>\)?\s*(?:[a-z'-]+ ){0,3}?(?:out of|of|from a total of|from among|in|/)\s*(?:the |all |a "
        r"|an |these |those |our |total |of |some )*<n(?P<whole>\d+)>"
    ),
    re.compile(r"<n(?P<part>\d+)>\s*/\s*<n(?P<whole>\d+)>"),
    re.compile(
        r"\b(?:of|out of|among)(?: (?:the|all|these|those|our|a|total|of))* <n(?P<whole>\d+)>(?:[^<.]|"
        r"<[tpq]\d+>)*?<n(?P<part>\d+)>"
    ),
    re.compile(r"^(?:from|with) (?:the |all |a |total of )*<n(?P<whole>\d+)>(?:[^<.]|<[tpq]\d+>)*?<n(?P<part>\d+)>"),
    re.compile(
        r"<n(?P<whole>\d+)>[^<.;]{0,60}(?:,|;|\band\b|\bof (?:which|whom|these|those|"
        r"them)\b)[^<.;]{0,20}<n(?P<part>\d+)>(?: of (?:them|these|which|those|whom)|,? \()"
    ),
    re.compile(r"<n(?P<whole>\d+)>[^<.]{0,60}\b(?:of (?:which|whom|these|those|them))\b[^<.;]{0,20}<n(?P<part>\d+)>"),
)
_TIED += (
    re.compile(r"<n(?P<part>\d+)> ?\(<t\d+>\) (?:out )?of (?:the |all |our |a total of |these )?<n(?P<whole>\d+)>"),
    re.compile(r"\(n ?= ?<n(?P<part>\d+)>\)[^<.;]*\(n ?= ?<n(?P<whole>\d+)>\)"),
    re.compile(r"<n(?P<whole>\d+)> [^<.]{2,60}[;,] <n(?P<part>\d+)>,? (?:or |\()<t\d+>"),
    re.compile(r"\(<n(?P<part>\d+)> (?:from|of|out of|in|/) (?:the |all )?<n(?P<whole>\d+)>\)"),
    re.compile(r"\b(?:base|sample|total|cohort|group) of (?:the |our )?<n(?P<whole>\d+)>[^<.;]{2,70}?<n(?P<part>\d+)>"),
    re.compile(r"<n(?P<part>\d+)> [^<.;]{0,50}?,? ?(?:or )?<t\d+> of (?:the |all |those |our )?<n(?P<whole>\d+)>"),
    re.compile(
        r"<n(?P<part>\d+)>(?:[^<.;]|<p\d+>){0,60}\b(?:is|are|was|were|makes?|made|equals?|"
        r"represents?) [^<.;]{0,30}\bof "
        r"(?:the |all |our )?<n(?P<whole>\d+)>"
    ),
)
_SHARE_WORD = re.compile(
    r"\b(?:a|the) (?:proportion|share|percentage) of <t\d+>|\bequivalent to <t\d+>|"
    r"\b(?:proportion|share|percentage) (?:is|was) <t\d+>"
)
_PARTS = {
    "half": 1 / 2,
    "third": 1 / 3,
    "quarter": 1 / 4,
    "fifth": 1 / 5,
    "sixth": 1 / 6,
    "eighth": 1 / 8,
    "tenth": 1 / 10,
}
_COUNTS = {
    "a": 1,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
_NEAR = (
    r"(?P<near>more than|over|just over|fewer than|less than|under|just under|nearly|almost|about|around|roughly|"
    r"some|at least)?"
)
_WORDED = re.compile(
    rf"\b{_NEAR}\s*(?:(?P<top>{'|'.join(_COUNTS)})[ -](?P<part>third|quarter|fifth|sixth|eighth|tenth)s?\b|"
    rf"(?P<half>half)\b|"
    rf"(?P<of>one|two|three|four|five|six|seven|eight|nine) (?:in|out of)(?: every)? (?P<ten>two|three|four|five|"
    rf"six|seven|eight|nine|ten)\b)"
)
_SLACK = 3.5
_LOOSE = 8.0


# words beside a share that move nothing: "followed up", "makes up 46%", "more than half of the 40"
_NO_MOVE = re.compile(r"(?:up|down|more|less|fewer|higher|lower|greater|above|below|gained)\b")


def reads_as_share(marked: Marked) -> bool:
    """Whether a per cent of a sentence is the share that one of its counts is of another, and no verb says a change."""
    if any(not _NO_MOVE.match(m[0]) for m in DIRECTION.finditer(marked.line)):
        return False
    counts = [marked.numbers[int(n)] for n in re.findall(r"<n(\d+)>", marked.line)]
    percents = [marked.numbers[int(n)] for n in re.findall(r"<t(\d+)>", marked.line)]
    return any(
        0 < part.number < whole.number and percent_agrees(said, part, whole, change=False)
        for said in percents
        for part, whole in permutations([v for v in counts if v.whole], 2)
    )


def _figure(what: str, value: Value) -> Figure:
    return Figure(what, value.text, value.number)


def _tied(line: str, numbers: tuple[Value, ...]) -> tuple[Value, Value] | None:
    """The part and the whole of a line with two counts, tied by small words; the part is the smaller."""
    counts = list(dict.fromkeys(int(n) for n in re.findall(r"<n(\d+)>", line)))
    if len(counts) != 2 or not all(numbers[n].whole for n in counts):
        return None
    for pattern in _TIED:
        if match := pattern.search(line):
            part, whole = numbers[int(match["part"])], numbers[int(match["whole"])]
            return (part, whole) if 0 <= part.number <= whole.number and whole.number else None
    if _SHARE_WORD.search(line):
        part, whole = sorted((numbers[n] for n in counts), key=lambda v: v.number)
        return (part, whole) if whole.number else None
    return None


def _in_words(line: str) -> tuple[str, float, str] | None:
    """A share in words: as said, as a per cent, and the word that makes it rough."""
    match = _WORDED.search(line)
    if match is None:
        return None
    if match["half"]:
        share = 0.5
    elif match["part"]:
        share = _COUNTS[match["top"]] * _PARTS[match["part"]]
    else:
        share = _COUNTS[match["of"]] / _COUNTS[match["ten"]]
    return match[0].strip(), 100.0 * share, match["near"] or ""


def _worded_holds(exact: float, share: float, near: str) -> bool:
    if near in {"more than", "over", "just over", "at least"}:
        return exact >= share - 1e-9
    if near in {"fewer than", "less than", "under", "just under"}:
        return exact <= share + 1e-9
    return abs(exact - share) <= (_LOOSE if near else _SLACK)


def _of_pieces(marked: Marked) -> list[str]:
    """Pieces of a line with a share and its two counts: the whole line, or its halves at a semicolon."""
    line = marked.line
    if len(re.findall(r"<n\d+>", line)) > 2:
        return re.split(r";|, (?:and|while|but) ", line)
    return [line]


def _rough(line: str, number: int) -> str:
    found = re.search(
        rf"\b(more than|over|fewer than|less than|under|nearly|almost|about|around|roughly|some|at "
        rf"least)\s+<t{number}>",
        line,
    )
    return found[1] if found else ""


def _share_finding(sentence: Sentence, said: str, percent: Figure, part: Value, whole: Value) -> Finding:
    exact = show(100 * part.number / whole.number, 2)
    figures = (percent, _figure("part", part), _figure("whole", whole))
    text = f"100 x {part.text} / {whole.text} = {exact}%, but {said} is said (“{sentence.text[:220]}”)"
    return Finding("percent_does_not_follow", "error", Where(sentence.file, sentence.line or None), figures, text)


# "..., and 1.3% of their IDs": a share of something else than the counts before it
_OF_ITS_OWN = re.compile(
    r"<n\d+>[^<]*(?:, (?:and|while|but)|;|\),) [^<]*<t\d+> of (?!(?:the |these |those |all )?<n)[a-z]"
)


def _against_counts(sentence: Sentence, marked: Marked) -> Finding | None:
    """A share with its part and whole: whether it follows."""
    for piece in _of_pieces(marked):
        percents = [int(n) for n in re.findall(r"<t(\d+)>", piece)]
        tied = _tied(piece, marked.numbers) if not _CHANGE_WORD.search(piece) else None
        if tied is None or len(percents) > 1 or re.search(r"<q\d+>", piece) or _OF_ITS_OWN.search(piece):
            continue
        part, whole = tied
        exact = 100 * part.number / whole.number
        if percents:
            said = marked.numbers[percents[0]]
            near = _rough(piece, percents[0])
            holds = percent_agrees(said, part, whole, change=False) or (
                near and _worded_holds(exact, said.number, near)
            )
            if not holds and not (
                near in {"some", "about", "around", "roughly"} and abs(exact - said.number) <= _SLACK
            ):
                return _share_finding(sentence, said.text, _figure("per cent", said), part, whole)
        elif (words := _in_words(piece)) is not None and not _worded_holds(exact, words[1], words[2]):
            return _share_finding(sentence, f"“{words[0]}”", Figure("share", words[0], words[1]), part, whole)
    return None


# "most of the 46 orders were made: 13"
_MAJORITY = re.compile(
    r"\b(?P<most>most|(?:the|a) (?:large |vast |great )?majority|more than half)?(?P<few>a (?:small )?minority|"
    r"fewer than half|"
    r"less than half)?(?:,| of)? (?:the |all |our )?<n(?P<first>\d+)>[^<.;]*?(?:: |\(| of (?:the |all |"
    r"our )?)<n(?P<second>\d+)>"
)


def _majority(sentence: Sentence, marked: Marked) -> Finding | None:
    """Most or a minority, against the one part and the one whole that stand with it."""
    match = _MAJORITY.search(marked.line)
    if match is None or not (match["most"] or match["few"]) or len(marked.numbers) != 2:
        return None
    part, whole = sorted((marked.numbers[int(match[n])] for n in ("first", "second")), key=lambda v: v.number)
    half = 2 * part.number - whole.number
    if not (part.whole and whole.whole and whole.number) or (half >= 0 if match["most"] else half <= 0):
        return None
    word = match["most"] or match["few"]
    return _share_finding(sentence, f"“{word}”", Figure("share", word, 50.0), part, whole)


def _without_whole(sentence: Sentence, marked: Marked) -> list[Finding]:
    """ "60% (4) of the areas": some whole number must exist of which four is 60%."""
    found = []
    for match in _SHARE.finditer(marked.line):
        percent, part = marked.numbers[int(match[1])], marked.numbers[int(match[2])]
        near = marked.line[max(match.start() - 40, 0) : match.end() + 24]
        if not part.whole or re.search(r"<n\d+>", marked.line[match.end() :]) or _CHANGE_WORD.search(near):
            continue
        if share_can_be(percent, int(part.number)):
            continue
        said = f"{part.text} is not 0% of anything."
        if percent.number:
            exact = show(100 * part.number / percent.number, 2)
            said = (
                f"no whole number exists of which {part.text} is {percent.text}: {part.text} / {percent.text} = "
                f"{exact}."
            )
        figures = (_figure("per cent", percent), _figure("part", part))
        where = Where(sentence.file, sentence.line or None)
        found.append(Finding("sentence_cannot_hold", "error", where, figures, f"{said} (“{sentence.text[:220]}”)"))
    return found


def shares_said(evidence: Evidence) -> list[Finding]:
    """Every share of every sentence against the part and the whole that stand with it."""
    found: list[Finding] = []
    for sentence in evidence.sentences:
        marked = mark(sentence.text)
        if marked.numbers:
            wrong = _against_counts(sentence, marked) or _majority(sentence, marked)
            found += [wrong] if wrong is not None else _without_whole(sentence, marked)
    return found
