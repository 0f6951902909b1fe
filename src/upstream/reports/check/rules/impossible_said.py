"""Values in sentences that cannot be: a part above its whole, a year to date below its month, a negative count."""

from __future__ import annotations

import re

from upstream.reports.check.cues import changes_in
from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Figure, Finding, Where
from upstream.reports.check.marks import mark
from upstream.reports.check.reading.model import Sentence
from upstream.reports.check.spans import find_spans

NEGATIVE_ALLOWED = re.compile(
    r"change|diff|variance|net|balance|\+/-|movement|budget|surplus|deficit|gap|score|deviation|sigma|saving|"
    r"temperature|adjust",
    re.IGNORECASE,
)
_SHARE_SAID = re.compile(
    r"<t(\d+)>\s*(?:\([^()]*\)\s*)?(?:of (?:all |the |these |those |our )?(?!target|"
    r"baseline|budget|plan|last|capacity|establishment)[a-z]|were |was )"
)
_SAID_OVER = re.compile(
    (
        r"increas|ris|rose|grow|grew|higher|more than|up\b|compar|change|uplift|double|target|"
        r"capacity|budget|of last|of the (?:previous|baseline)|effort"
    ),
    re.IGNORECASE,
)


_DID = r"(?:were|was|had|have|are|is|did|could|would|passed|met|led|said|got|gave|took|went|came|kept|left|[a-z]+ed)\b"
_PART_OF = (
    re.compile(r"<n(?P<part>\d+)> (?:out of|of)(?: the| all| our| these| those)?(?: total of)? <n(?P<whole>\d+)>"),
    re.compile(
        r"\b(?:out )?of (?:the |all |these |our )?<n(?P<whole>\d+)> (?!to |and |or )[^<.;]{2,60}?,? "
        r"(?:only |just |some )?<n(?P<part>\d+)> "
        r"(?:\([^()]*\) )?(?:were|was|had|have|are|received|met|led|resulted|said|would|could|did|passed|failed|"
        r"got|gave|took|made|went|came|\w+ed)\b"
    ),
    re.compile(rf"<n(?P<part>\d+)> {_DID}[^<.;]{{0,50}} out of (?:the |all |our )?<n(?P<whole>\d+)>"),
    # a whole with its noun, then a part with none of its own
    re.compile(
        rf"\b(?:among|amongst|out of|from among) (?:the |all |these |our )?<n(?P<whole>\d+)> [^<.;]{{2,60}}?,? "
        rf"(?:only |just |some )?<n(?P<part>\d+)> {_DID}"
    ),
    re.compile(
        rf"<n(?P<whole>\d+)> [^<.;]{{2,80}}, (?:of|out of|from) (?:which|whom|these|those|them),? (?:only |just )?"
        rf"<n(?P<part>\d+)> {_DID}"
    ),
    re.compile(
        r"\b(?:sample|base|cohort|total|group) of <n(?P<whole>\d+)> [^<.;]{2,60} (?:held|had|included|contained|found) "
        r"<n(?P<part>\d+)> (?:that|who|which|of)\b"
    ),
)


def _part_said_over_whole(sentence: Sentence, where: Where) -> list[Finding]:
    """ "54 out of 49": a part larger than its whole."""
    marked = mark(sentence.text)
    if re.search(r"\bper\b(?! cent)|\bratio\b|\beach\b|\bevery\b", marked.line):
        return []
    for pattern in _PART_OF:
        for match in pattern.finditer(marked.line):
            part, whole = marked.numbers[int(match["part"])], marked.numbers[int(match["whole"])]
            if part.whole and whole.whole and part.number > whole.number:
                figures = (Figure("part", part.text, part.number), Figure("whole", whole.text, whole.number))
                said = f"{part.text} of {whole.text} is more than the whole (“{sentence.text[:200]}”)"
                return [Finding("impossible_value", "error", where, figures, said)]
    return []


# what may stand between "year to date" and its number
_GIVES = re.compile(
    r"(?:[\s:,(-]|\b(?:is|was|has|had|have|stands?|stood|at|to|of|totals?|totalled|figure|number|count|there|were|"
    r"saw|<p\d+>)\b)*"
)
_OF_ANOTHER_YEAR = re.compile(r"\b(?:last year|previous|year before|same (?:month|period)|compar\w+|against|than)\b")
_SHARE_WAS = re.compile(
    r"\b(?:share|proportion|percentage) of [^<.;]{3,90}? (?:was|is|were|stood at|stands at|reached|came to) <t(\d+)>"
)
_COUNTED = re.compile(
    r"\b(?:recorded|reported|received|count|number|total|logged|made|seen|there were)\b|"
    r"\b(?:had|has|have|saw|sees) <n\d+> [a-z]"
)


def _negative_count_said(sentence: Sentence, where: Where) -> list[Finding]:
    """ "-254 visits were made": a count below nil that nothing makes a change."""
    marked = mark(sentence.text)
    if not _COUNTED.search(f"{marked.line} ") or changes_in(marked.line) or NEGATIVE_ALLOWED.search(marked.line):
        return []
    for match in re.finditer(r"<n(\d+)>", marked.line):
        value = marked.numbers[int(match[1])]
        if (
            value.whole
            and value.text.startswith("-")
            and re.search(
                r"(?:^|\b(?:was|were|is|are|made|recorded|total of|had|has|have|saw|"
                r"sees) )$",
                marked.line[: match.start()],
            )
        ):
            figures = (Figure("count", value.text, value.number),)
            said = f"{value.text} is less than nil, and a count cannot be (“{sentence.text[:200]}”)"
            return [Finding("impossible_value", "error", where, figures, said)]
    return []


_SO_FAR = re.compile(r"\byear[- ]to[- ]date\b|\bf?ytd\b|\bso far this year\b|\b(?:in|for) the year so far\b")


def _nearest(line: str, marks: list[tuple[int, int]]) -> int:
    """The number that belongs to the words "year to date": the one just behind them, else the one just before."""
    match = _SO_FAR.search(line)
    start, end = match.span() if match else (0, 0)
    behind = [(at - end, n) for at, n in marks if at >= end and _GIVES.fullmatch(line[end:at])]
    before = [(start - at, n) for at, n in marks if at < start]
    return min(behind or before or [(0, marks[0][1])])[1]


def _year_said_under_month(sentence: Sentence, where: Where) -> list[Finding]:
    """ "352 in February and 204 in the year to date": a whole smaller than a month of it."""
    marked = mark(sentence.full)
    line = marked.line
    marks = [(m.start(), int(m[1])) for m in re.finditer(r"<n(\d+)>", line)]
    if len(marks) != 2 or len(marked.spans) != 1 or not _SO_FAR.search(line) or changes_in(line):
        return []
    if marked.spans[0].kind != "month" or _OF_ANOTHER_YEAR.search(line):
        return []
    at = _nearest(line, marks)
    year = marked.numbers[at]
    month = next(marked.numbers[n] for _, n in marks if n != at)
    if not (month.whole and year.whole) or year.number >= month.number:
        return []
    figures = (Figure("month", month.text, month.number), Figure("year to date", year.text, year.number))
    said = f"the year to date, {year.text}, is less than a month of it, {month.text} (“{sentence.text[:200]}”)"
    return [Finding("impossible_value", "error", where, figures, said)]


_FALL_OVER_ALL = re.compile(
    r"\b(?:fell|fall(?:en|s|ing)?|dropp?(?:ed|s)?|decreas\w+|reduc\w+|declin\w+|cut|down) (?:by |of )?(?:a |some )?"
    r"<t(\d+)>|<t(\d+)> (?:reduction|decrease|fall|drop|decline|cut|fewer|less|lower)\b"
)
_LENGTH = re.compile(
    r"\b\d+ (?:hours?|minutes?|mins?|hrs?),? (?:and )?(?P<part>\d+) (?P<unit>minutes?|mins?|seconds?|secs?)\b"
)
_SIXTY = 60


def _falls_and_lengths_said(sentence: Sentence, where: Where) -> list[Finding]:
    """ "Fell by 107%": a count cannot lose more than all; "8 minutes 78 seconds": a minute has sixty."""
    marked, found = mark(sentence.text), []
    for match in _FALL_OVER_ALL.finditer(marked.line):
        value = marked.numbers[int(match[1] or match[2])]
        if value.number > 100 and not NEGATIVE_ALLOWED.search(re.sub(r"chang\w*", "", marked.line)):
            said = f"a fall of {value.text} is more than all there was (“{sentence.text[:200]}”)"
            found.append(Finding("impossible_value", "error", where, (Figure("fall", value.text, value.number),), said))
    for match in _LENGTH.finditer(sentence.text):
        if int(match["part"]) >= _SIXTY:
            said = f"“{match[0]}”: {match['part']} {match['unit']} are more than one of the unit before"
            figure = Figure(match["unit"], match["part"], float(match["part"]))
            found.append(Finding("impossible_value", "error", where, (figure,), f"{said} (“{sentence.text[:200]}”)"))
    return found


def impossible_said(evidence: Evidence) -> list[Finding]:
    found = []
    for sentence in evidence.sentences:
        where = Where(sentence.file, sentence.line or None)
        for named in find_spans(sentence.text):
            if named.span.problem and named.span.kind == "day":
                found.append(
                    Finding(
                        "impossible_value",
                        "error",
                        where,
                        (Figure("date", named.span.text),),
                        f"“{named.span.text}”: {named.span.problem} (“{sentence.text[:200]}”).",
                    )
                )
        found += _falls_and_lengths_said(sentence, where)
        found += _part_said_over_whole(sentence, where) + _year_said_under_month(sentence, where)
        marked = mark(sentence.text)
        found += _negative_count_said(sentence, where)
        for match in (*_SHARE_SAID.finditer(marked.line), *_SHARE_WAS.finditer(marked.line)):
            value = marked.numbers[int(match[1])]
            if value.number > 100 and not _SAID_OVER.search(marked.line):
                found.append(
                    Finding(
                        "impossible_value",
                        "error",
                        where,
                        (Figure("share", value.text, value.number),),
                        f"{value.text} of a whole is more than the whole (“{sentence.text[:200]}”)",
                    )
                )
    return found
