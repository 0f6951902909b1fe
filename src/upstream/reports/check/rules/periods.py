"""Period labels that contradict the title, the other columns, the months of a quarter, or the length of a window."""

from __future__ import annotations

import itertools
import re
from collections import Counter

from upstream.reports.check.claims import Claim, read_claims
from upstream.reports.check.evidence import Evidence
from upstream.reports.check.findings import Finding, Where
from upstream.reports.check.marks import mark
from upstream.reports.check.rules.period_tables import (
    YEAR_AGO,
    column_where,
    labelled_twice,
    labels_against_title,
    named_by_a_change,
    pairs_of_years,
    rows_in_step,
    say,
    sequences,
    span_in_header,
    title_window,
)
from upstream.reports.check.spans import Named, Span, find_spans, month_name

_WORDS = {
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
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "twenty-four": 24,
}
_WINDOW = re.compile(
    r"(?<![\d.,])\b(\d{1,2}|"
    + "|".join(_WORDS)
    + r")[- ](?:rolling )?months?\b(?! (?:ago|earlier|before|later|average|target|of the))|"
    r"\b(quarter|half[- ]year|year)\b",
    re.IGNORECASE,
)
_MONTH_AGO = re.compile(
    r"(?:previous|preceding|prior) month\b|month[- ]on[- ]month|\bmonth before|a month "
    r"(?:earlier|before|ago)|the month prior",
    re.IGNORECASE,
)
_QUARTER_AGO = re.compile(
    r"(?:previous|preceding|prior) quarter\b|quarter[- ]on[- ]quarter|quarter before", re.IGNORECASE
)


def _quarter_months(texts: list[tuple[Where, str]]) -> list[Finding]:
    """ "Q1 (April to June)": the months of a quarter in the financial or the calendar year, one way in a document."""
    said: list[tuple[Where, Span, Span, str]] = []
    for where, text in texts:
        spans = [n.span for n in find_spans(text)]
        for one, other in itertools.pairwise(spans):
            both = {one.kind: one, other.kind: other}
            if (
                one.quarter
                and not one.problem
                and other.kind == "range"
                and other.last - other.first <= 3
                and _together(text, one, other)
            ):
                said.append((where, one, other, text))
            elif (
                other.quarter
                and not other.problem
                and one.kind == "range"
                and one.last - one.first <= 3
                and _together(text, one, other)
            ):
                said.append((where, both["quarter"], one, text))
    ways: Counter[str] = Counter()
    for _, quarter, months, _ in said:
        ways.update(way for way, first in (("financial", 3), ("calendar", 0)) if _fits(quarter, months, first))
    if any(n.span.quarter and n.span.dated for _, text in texts for n in find_spans(text)):
        # "Q1 2024/25" elsewhere: the quarters of this document are those of a financial year
        ways["financial"] += 1
    main = ways.most_common(1)[0][0] if ways else "financial"
    found = []
    for where, quarter, months, text in said:
        # a quarter of 2021/22 is one of a financial year, whatever the others are
        first = 3 if main == "financial" or quarter.dated or _of_financial_year(text, quarter) else 0
        if _fits(quarter, months, first) and not _years_apart(quarter, months):
            continue
        start = (3 * ((quarter.quarter or 1) - 1) + first) % 12
        right = f"{month_name(start, dated=False)} to {month_name((start + 2) % 12, dated=False)}"
        found.append(
            say(
                where,
                [quarter, months],
                f"“{quarter.text}” is said to be {months.text}; quarter {quarter.quarter} of a {main} year is {right} "
                f"(“{text[:200]}”).",
            )
        )
    return found


def _of_financial_year(text: str, quarter: Span) -> bool:
    """ "The first quarter (January to March) of 2024/25", "Q2 of the financial year"."""
    behind = text[text.find(quarter.text) + len(quarter.text) :]
    named = re.match(r"\s*(?:\([^()]*\)\s*)?of (?:the )?(financial year)?", behind)
    years = find_spans(behind[named.end() : named.end() + 9]) if named else ()
    return (
        "financial" in quarter.text.lower()
        or bool(named and named[1])
        or any(n.span.kind == "financial_year" and not n.start for n in years)
    )


def _years_apart(quarter: Span, months: Span) -> bool:
    return quarter.dated and months.dated and quarter.first != months.first


# what may stand between two names of one period: a bracket, a comma, "that is", "which ran from"
_JOINT = re.compile(
    r"(?:[\s]*(?:figures?|data|numbers?|totals?|counts?|results?|volumes?)\s*(?=\())?"
    r"[\s(\[,:;=-]*(?:i\.e\.[\s,:]*|in other words[\s,:]*|that is to say[\s,:]*|(?:that|this|which|it|ie|namely|or|"
    r"being|financial|calendar|meaning|so|the|three|twelve|months?|"
    r"of|year|and so)\b[\s,:]*)*"
    r"(?:(?:is|was|are|were|covers?|covered|covering|runs?|ran|running|spans?|spanned|spanning|means|comprises?|"
    r"(?:began|begins|"
    r"beginning|started|starts|starting|opened) in|"
    r"comprising)\b[\s,:]*)?"
    r"(?:(?:from|for|between|the|months?|of|period)\b[\s,:]*)*[\s(]*",
    re.IGNORECASE,
)


def _together(text: str, one: Span, other: Span) -> bool:
    """Whether two periods stand so that one explains the other; a list or a comparison does not."""
    start, end = text.find(one.text) + len(one.text), text.find(other.text)
    gap = text[start:end] if end >= start else text
    return end >= start and bool(gap.strip()) and bool(_JOINT.fullmatch(gap))


def _apposed(where: Where, text: str) -> list[Finding]:
    """ "2020/21 (April 2019 to March 2020)": a year explained by months that are another year."""
    found = []
    for one, other in itertools.pairwise(n.span for n in find_spans(text)):
        year = next((s for s in (one, other) if s.kind == "financial_year" and not s.problem), None)
        months = next((s for s in (one, other) if s.kind == "range" and s.dated), None)
        if year is None or months is None or months.months != year.months or months.first == year.first:
            continue
        if _together(text, one, other):
            right = f"{month_name(year.first)} to {month_name(year.last)}"
            said = f"“{year.text}” is said to be {months.text}; it is {right} (“{text[:200]}”)."
            found.append(say(where, [year, months], said))
    return found


def _fits(quarter: Span, months: Span, first: int) -> bool:
    start = (3 * ((quarter.quarter or 1) - 1) + first) % 12
    return months.first % 12 == start and months.months == 3


# "July to December 2021, a span of five months", "July to December 2021 (six months)"
_LENGTH_AFTER = re.compile(
    r"[\s,(-]*(?:inclusive[\s,(]*)?(?:(?:that|this) (?:is|was|makes|made) )?(?:(?:a|the) (?:span|period|total|"
    r"stretch|window|run) of |being |i\.e\. |which "
    r"(?:is|was) |all )?",
    re.I,
)


def _windows(where: Where, text: str) -> list[Finding]:
    """ "12 months to June 2022 (August 2021 to June 2022)": the length said against the months given."""
    found = []
    spans = find_spans(text)
    for match in _WINDOW.finditer(text):
        near = [n for n in spans if n.span.kind == "range" and 0 <= n.start - match.end() <= 30]
        before = [n for n in spans if n.span.kind == "range" and _LENGTH_AFTER.fullmatch(text[n.end : match.start()])]
        if match[1] and before and before[-1].span.months > 0:
            near = before[-1:]
        if not near or (match[2] and near[0].start - match.end() > 6):
            continue
        named: Named = near[0]
        gap = text[match.end() : named.start] if named.start >= match.end() else ""
        if re.search(r"[.;]|compar|than|and ", gap, re.IGNORECASE):
            continue
        word = (match[1] or "").lower()
        said = (
            {"quarter": 3, "half-year": 6, "half year": 6, "year": 12}.get((match[2] or "").lower())
            or _WORDS.get(word)
            or int(word or 0)
        )
        # an undated range may run over a year end
        actual = named.span.months if named.span.months > 0 else named.span.months + 12
        loose = bool(match[2]) and said == 12 and not gap.strip().endswith("(")
        if (named.span.dated or said <= 12) and actual != said and not loose:
            arithmetic = f"“{match[0]}” is said of {named.span.text}, which has {actual} months (“{text[:200]}”)."
            found.append(say(where, [named.span], arithmetic))
    return found


def _comparisons(where: Where, text: str) -> list[Finding]:
    """ "June 2022 ... the same month last year (June 2020)": the step between the two months named."""
    found = []
    spans = [
        n for n in find_spans(text) if n.span.dated and n.span.kind in {"month", "quarter", "range", "financial_year"}
    ]
    for pattern, unit in ((YEAR_AGO, "year"), (_MONTH_AGO, "month"), (_QUARTER_AGO, "quarter")):
        for match in pattern.finditer(text):
            after = [
                n
                for n in spans
                if 0 <= n.start - match.end() <= 14
                and re.fullmatch(r"[\s(,:;-]*(?:in |of |i\.e\. |namely )?", text[match.end() : n.start])
            ]
            before = [
                n
                for n in spans
                if 0 <= match.start() - n.end <= 10
                and re.fullmatch(r"[\s(,-]*(?:the |in the )?", text[n.end : match.start()])
            ]
            other = after[0] if after else before[0] if before and len(spans) > 1 else None
            if other is None:
                continue
            mine = [n for n in spans if n is not other and n.span.kind == other.span.kind]
            if len(mine) != 1:
                continue
            step = mine[0].span.first - other.span.first
            wanted = 12 if unit == "year" else 3 if unit == "quarter" else 1
            if abs(step) != wanted and (unit != "month" or other.span.kind == "month"):
                found.append(
                    say(
                        where,
                        [mine[0].span, other.span],
                        f"“{match[0]}”: from {other.span.text} to {mine[0].span.text} is {abs(step)} months, "
                        f"not {wanted} (“{text[:200]}”).",
                    )
                )
    return found


_ONE_YEAR = re.compile(r"\b(?:financial|fiscal) year(?: of)? *$|^ *(?:financial|fiscal) year\b", re.IGNORECASE)


def _malformed(where: Where, text: str) -> list[Finding]:
    return [
        say(where, [n.span], f"“{n.span.text}”: {n.span.problem} (“{text[:200]}”).")
        for n in find_spans(text)
        if n.span.problem
        and (n.span.kind in {"quarter", "range"} or (n.span.kind == "financial_year" and _as_one_year(text, n)))
    ]


def _as_one_year(text: str, named: Named) -> bool:
    """ "2019/21" is one year; "2019-21" is a run of years, unless "financial year" stands beside it."""
    beside = _ONE_YEAR.search(text[: named.start]) or _ONE_YEAR.search(text[named.end :])
    return "/" in named.span.text or bool(beside)


def _compared_with_itself(where: Where, text: str) -> list[Finding]:
    """ "From 120 in June 2022 to 140 in June 2022": two levels that differ, and one period for both."""
    found = []
    for claim in read_claims(mark(text)):
        one, other = claim.later_span, claim.earlier_span
        if (
            one is None
            or other is None
            or not (one.dated and other.dated)
            or claim.marks.keys() != {"later", "earlier"}
        ):
            continue
        twice = text.lower().count(one.text.lower()) > 1
        if (one.first, one.last) == (other.first, other.last) and twice and _differ(claim):
            found.append(say(where, [one, other], f"{one.text} is compared with itself (“{text[:200]}”)."))
    return found


def _differ(claim: Claim) -> bool:
    return claim.later is not None and claim.earlier is not None and claim.later.number != claim.earlier.number


def wrong_period_label(evidence: Evidence) -> list[Finding]:
    """Labels of periods, in tables and in sentences."""
    found: list[Finding] = []
    texts: list[tuple[Where, str]] = []
    for sentence in evidence.sentences:
        where = Where(sentence.file, sentence.line or None)
        texts.append((where, sentence.text))
        found += _windows(where, sentence.text) + _comparisons(where, sentence.text) + _malformed(where, sentence.text)
        found += _apposed(where, sentence.text) + _compared_with_itself(where, sentence.text)
    for grid in evidence.grids:
        for column in grid.columns:
            where = column_where(grid, column)
            texts.append((where, column.header))
            found += _malformed(where, column.header) + _windows(where, column.header)
        titled = Where(grid.table.file, grid.table.lines[0] or None, grid.table.name)
        texts.append((titled, grid.table.title))
        found += _malformed(titled, grid.table.title) + _windows(titled, grid.table.title)
        found += (
            (sequences(grid) or labelled_twice(grid))
            + named_by_a_change(grid)
            + rows_in_step(grid)
            + title_window(grid)
            + pairs_of_years(grid)
            + span_in_header(grid)
            + labels_against_title(grid)
        )
    return found + _quarter_months(texts)
