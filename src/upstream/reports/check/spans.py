"""Periods as people write them: "June 2022", "Jun-22", "Q1 2022/23", "April to June 2022", "30/06/2022"."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

SpanKind = Literal["day", "month", "range", "quarter", "financial_year", "year"]

_MONTHS = {name.lower(): n for n, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): n for n, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_M = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|"
    r"december|jan|feb|mar|apr|jun|jul|aug|sept|sep|oct|nov|dec)\b\.?"
)
_Y = r"(?:(?:19|20)\d{2}|'\d{2}|\d{2}(?![\d%,./:]\d|\d|%))"
_TO = (
    r"\s*(?:-|–|—|and (?:ended|ending|ends|closed|finished) in|to (?:the )?end of|to|until|through|"
    r"up to(?: and including)?|till)\s*"
)
_FY = r"(?:20\d{2}\s?[/-]\s?(?:20)?\d{2}(?!\d|-\d)|(?<![\d/])\d{2}/\d{2}(?![\d/]))"
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern, re.IGNORECASE))
    for name, pattern in (
        (
            "day",
            rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?({_M})[\s,]*((?:19|20)\d{{2}}|\d{{2}}(?!\d))?(?![\d%])",
        ),
        ("daymonth", rf"\b({_M})\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+((?:19|20)\d{{2}})"),
        ("slashes", r"(?<![\d/])(\d{1,2})[/.](\d{1,2})[/.]((?:19|20)\d{2}|\d{2})(?![\d/])"),
        ("iso", r"(?<![\d-])((?:19|20)\d{2})-(\d{2})-(\d{2})(?![\d-])"),
        (
            "yearending",
            rf"\b(?:the )?(?:year|(?:12|twelve)[- ]months?)(?: period)? (?:ending|ended|to)(?: in| the end of| "
            rf"\d{{1,2}}(?:st|nd|rd|th)?)?"
            rf" ({_M})[\s,-]*({_Y})",
        ),
        ("monthlist", rf"\b({_M}),? {_M},? (?:and )?({_M})\s+((?:19|20)\d{{2}})"),
        ("bracketlist", rf"(?<=\()({_M}),? {_M},? (?:and )?({_M})()(?=\))"),
        ("range", rf"\b(?:between )?({_M})[\s-]?({_Y})?{_TO}({_M})[\s-]?({_Y})?"),
        ("between", rf"\bbetween ({_M})[\s-]?({_Y})? and ({_M})[\s-]?({_Y})?"),
        # "in May, 97 in June": two digits behind a comma are no year
        ("month", rf"\b({_M})(?:[\s,_-]*(?:(?<!,)(?<!, )|(?=(?:19|20)\d\d))({_Y}))?"),
        ("isomonth", r"(?<![\d-])((?:19|20)\d{2})[-_](0[1-9]|1[0-2])(?![\d-])"),
        ("quarter", rf"\b(?:q|qtr|quarter)[\s_]?(\d)(?!\d|\.\d)(?:[\s,_(]*(?:of\s+)?({_FY}|(?:19|20)\d{{2}}))?"),
        (
            "ordinal",
            rf"\b(first|second|third|fourth|final|last) quarter(?: of (?:the )?(?:financial year |year )?({_FY}))",
        ),
        ("ordinal", r"\b(first|second|third|fourth|final) quarter(?: of the (?:financial )?year)?()"),
        ("financial_year", rf"({_FY})"),
        ("year", r"(?<![\d.,£/-])((?:19|20)\d{2})(?![\d.,]\d|\d|[/%-]\d|%)"),
    )
)


_MAY_HOLD = re.compile(rf"\d|\b{_M}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """A period named in text.

    Attributes
    ----------
    kind
        What it was written as.
    first, last
        Months since year 0, both included; for a month or range without a year, 0 to 11.
    dated
        Whether a year was given.
    text
        As written.
    problem
        Why the label itself cannot be ("31 June", "Q5", "2022/24"), or empty.
    quarter
        Number of the quarter when written as one.
    """

    kind: SpanKind
    first: int
    last: int
    dated: bool
    text: str
    problem: str = ""
    quarter: int | None = None

    @property
    def months(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Named:
    """A span and where in the text it stands."""

    start: int
    end: int
    span: Span


def month_name(index: int, *, dated: bool = True) -> str:
    """``June 2022`` for a month index."""
    name = calendar.month_name[index % 12 + 1]
    return f"{name} {index // 12}" if dated else name


_MOST_DAYS = 31


def _month(text: str) -> int:
    return _MONTHS[text.lower().rstrip(".")]


def _year(text: str | None) -> int | None:
    if not text:
        return None
    digits = text.strip("' ")
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def _index(year: int | None, month: int) -> int:
    return (year or 0) * 12 + month - 1


def _day(day: int, month: int, year: int | None, text: str) -> Span | None:
    if day > _MOST_DAYS:
        return None
    if not 1 <= month <= 12:
        return Span("day", 0, 0, False, text, f"there is no month {month}") if year else None
    longest = calendar.monthrange(year or 2024, month)[1]
    problem = "" if 1 <= day <= longest else f"{calendar.month_name[month]} has {longest} days"
    index = _index(year, month)
    return Span("day", index, index, year is not None, text, problem)


def _financial_year(text: str) -> tuple[int, str]:
    parts = re.split(r"\s?[/-]\s?", text)
    first, last = _year(parts[0]) or 0, _year(parts[1]) or 0
    return first, "" if last == first + 1 else f"a year that starts in {first} ends in {first + 1}"


def _range(match: re.Match[str]) -> Span:
    first_month, last_month = _month(match[1]), _month(match[3])
    last_year = _year(match[4])
    first_year = _year(match[2])
    if first_year is None and last_year is not None:
        first_year = last_year - (1 if first_month > last_month else 0)
    if last_year is None and first_year is not None:
        last_year = first_year + (1 if first_month > last_month else 0)
    first, last = _index(first_year, first_month), _index(last_year, last_month)
    if first_year is None and last < first:
        last += 12
    problem = "it ends before it begins" if last < first else ""
    return Span("range", first, last, first_year is not None, match[0], problem)


def _quarter(match: re.Match[str]) -> Span:
    number, year_text = int(match[1]), match[2]
    problem = "" if 1 <= number <= 4 else "a year has four quarters"
    if year_text and re.search(r"[/-]", year_text):
        year, odd = _financial_year(year_text)
        first = year * 12 + 3 + 3 * (number - 1)
        return Span("quarter", first, first + 2, True, match[0], problem or odd, number)
    year = _year(year_text) or 0
    # a quarter of a bare year may be of the calendar or the financial year: kept undated
    return Span(
        "quarter", year * 12 + 3 * (number - 1), year * 12 + 3 * (number - 1) + 2, False, match[0], problem, number
    )


_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "final": 4, "last": 4}


def _named_quarter(match: re.Match[str]) -> Span:
    """ "The second quarter of 2021/22", or of a year that is not named."""
    number = _ORDINALS[match[1].lower()]
    year, odd = _financial_year(match[2]) if match[2] else (0, "")
    first = year * 12 + 3 + 3 * (number - 1) if match[2] else 3 * (number - 1)
    return Span("quarter", first, first + 2, bool(match[2]), match[0], odd, number)


def _year_ending(match: re.Match[str]) -> Span:
    last = _index(_year(match[2]), _month(match[1]))
    return Span("range", last - 11, last, True, match[0])


def _month_list(match: re.Match[str]) -> Span | None:
    first, last, year = _month(match[1]), _month(match[2]), int(match[3] or 0)
    if (last - first) % 12 != 2:
        return None
    if not year:
        return Span("range", first - 1, first + 1, False, match[0])
    end = _index(year, last)
    return Span("range", end - 2, end, True, match[0])


def _build(name: str, match: re.Match[str]) -> Span | None:
    text = match[0]
    if name == "ordinal":
        return _named_quarter(match)
    if name == "yearending":
        return _year_ending(match)
    if name in {"monthlist", "bracketlist"}:
        return _month_list(match)
    if name == "day":
        return _day(int(match[1]), _month(match[2]), _year(match[3]), text)
    if name == "daymonth":
        return _day(int(match[2]), _month(match[1]), _year(match[3]), text)
    if name == "slashes" and len(match[3]) == 2 and not 1 <= int(match[2]) <= 12:
        # "17/18/19" are years, "17.0.15" is a version
        return None
    if name == "slashes":
        return _day(int(match[1]), int(match[2]), _year(match[3]), text)
    if name == "iso":
        return _day(int(match[3]), int(match[2]), _year(match[1]), text)
    if name in {"range", "between"}:
        return _range(match)
    if name == "quarter":
        return _quarter(match)
    if name == "isomonth":
        index = _index(int(match[1]), int(match[2]))
        return Span("month", index, index, True, text)
    if name == "month":
        year = _year(match[2])
        index = _index(year, _month(match[1]))
        return Span("month", index, index, year is not None, text)
    if name == "financial_year":
        year, problem = _financial_year(text)
        if not 2000 <= year <= 2060 or (problem and len(re.split(r"[/-]", text)[0].strip()) == 2):
            return None
        return Span("financial_year", year * 12 + 3, year * 12 + 14, True, text, problem)
    year = int(match[1])
    return Span("year", year * 12, year * 12 + 11, True, text)


def _is_modal(match: re.Match[str]) -> bool:
    """``may`` and ``march`` as verbs: lower case, without a year."""
    if match.re.groups == 3:
        return match[2] in {"may", "march"} and not match[3]
    return match[1] in {"may", "march"} and not (match.re.groups > 1 and match[2])


@lru_cache(maxsize=50_000)
def find_spans(text: str) -> tuple[Named, ...]:
    """Every period named in a text, in order; longer readings first, none overlapping."""
    if not _MAY_HOLD.search(text):
        return ()
    taken = [False] * len(text)
    found: list[Named] = []
    for name, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if any(taken[match.start() : match.end()]) or (name in {"month", "day"} and _is_modal(match)):
                continue
            span = _build(name, match)
            if span is None:
                continue
            taken[match.start() : match.end()] = [True] * (match.end() - match.start())
            found.append(Named(match.start(), match.end(), span))
    return tuple(sorted(found, key=lambda named: named.start))


def only_span(text: str) -> Span | None:
    """The one period named in a label; of several, a dated month or range before a bare year; else ``None``."""
    plain = re.sub(r"(20\d\d)_(\d\d)(?!\d)(?<!_0[1-9])(?<!_1[0-2])", r"\1/\2", text).replace("_", " ")
    spans = [named.span for named in find_spans(plain)]
    if len(spans) > 1:
        dated = [s for s in spans if s.kind in {"month", "range", "day"} and s.dated]
        spans = dated or spans
    return spans[0] if len(spans) == 1 else None


@lru_cache(maxsize=50_000)
def is_period_label(text: str) -> bool:
    """Whether a label is nothing but a period ("Jun 2022", "2021/22", "Q1", "2022-06")."""
    spans = find_spans(text)
    if not spans:
        return False
    rest = text
    for named in reversed(spans):
        rest = rest[: named.start] + rest[named.end :]
    return not re.sub(r"[\s().,/_'-]|ytd|ending|to date|\bto\b|year|month|the", "", rest, flags=re.IGNORECASE)


def without_periods(text: str, put: str = " ") -> str:
    """A text with every period taken out, and something else put in its place."""
    for named in reversed(find_spans(text)):
        text = f"{text[: named.start]}{put}{text[named.end :]}"
    return text
