"""Periods as people and spreadsheets write them, made into the labels that a calendar is read from."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping
from typing import Final

from upstream.assess.finding import Refused

ALLOWED: Final = (
    "days (01/04/2021, 1 April 2021, 2021-04-01), weeks (2021-W14, or the day each begins), months (Apr-21, "
    "April 2021, 2021-04, or its first day), quarters (2021-Q2, 2021/22 Q1) or years (2021, 2021/22), one kind"
)
_CENTURY: Final = 2000
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME: Final = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_YEAR: Final = r"(?P<year>\d{4}|\d{2})"
_FULL_YEAR: Final = r"(?P<year>\d{4})"
_FINANCIAL: Final = r"(?P<year>\d{4})[/-](?P<next>\d{4}|\d{2})"
_GAP: Final = r"[\s/.-]*"
_FIRST_DAY: Final = 1


def labels_of(written: Collection[str]) -> dict[str, str]:
    """The label of each period as it is written: ``Apr-21`` and ``2021-04`` are one month.

    Question: which period does somebody mean?

    Parameters: ``written`` every label of a file, and those of options beside it, for some can be told only together.

    Assumes: days come before months, as in Britain, and two figures of a year belong to this century. Days that are all
    the first (or all the last) of a month stand for months; of every third month, for quarters.

    When not to use: dates written month first. Refused is a label that is no period, or no day of the calendar.

    Source: ours.
    """
    distinct = list(dict.fromkeys(written))
    if len(distinct) > 1 and all(_financial_year(text) for text in distinct):
        return {text: str(_financial_year(text)) for text in distinct}
    read = {text: _label(text) for text in distinct}
    if len(set(read.values())) > 1 and all(re.fullmatch(r"\d{4}-\d\d-\d\d", label) for label in read.values()):
        return _of_days({text: dt.date.fromisoformat(label) for text, label in read.items()})
    return read


def label_beside(text: str, known: Mapping[str, str]) -> str:
    """The label of one more period, read as those that are ``known`` by how they are written."""
    if text in known:
        return known[text]
    together = labels_of([*known, text])
    if all(together[one] == label for one, label in known.items()):
        alone = together[text]
        month = alone.removesuffix("-01")
        return month if month in known.values() else alone
    return _label(text)


def is_period(text: str) -> bool:
    """Whether a text can be read as a period."""
    try:
        return bool(_label(text))
    except Refused:
        return False


def _of_days(days: dict[str, dt.date]) -> dict[str, str]:
    firsts = all(day.day == _FIRST_DAY for day in days.values())
    lasts = all((day + dt.timedelta(days=1)).day == _FIRST_DAY for day in days.values())
    if not (firsts or lasts):
        return {text: day.isoformat() for text, day in days.items()}
    months = {day.year * 12 + day.month - 1 for day in days.values()}
    quarterly = all((month - min(months)) % 3 == 0 for month in months) and (min(months) + lasts) % 3 == 0
    if quarterly:
        return {text: f"{day.year}-Q{(day.month - 1) // 3 + 1}" for text, day in days.items()}
    return {text: f"{day.year}-{day.month:02d}" for text, day in days.items()}


def _label(text: str) -> str:
    plain = re.sub(r"^(w/c|wc|week commencing|week beginning)\s+", "", text.strip().lower())
    for form, make in _FORMS:
        if found := form.fullmatch(plain):
            try:
                return make(found.groupdict())
            except ValueError as error:
                raise Refused(f"{text!r} is not in the calendar: {error}.", allowed=ALLOWED) from error
    if year := _financial_year(plain):
        return year
    raise Refused(f"{text!r} is not a period.", allowed=ALLOWED)


def _financial_year(text: str) -> str | None:
    found = re.fullmatch(rf"(?:fy\s*)?{_FINANCIAL}", text.strip().lower())
    return found and _of_financial_year(found.groupdict())


def _of_financial_year(parts: dict[str, str]) -> str | None:
    year, follows = int(parts["year"]), parts["next"]
    return f"{year}/{(year + 1) % 100:02d}" if follows in (str(year + 1), f"{(year + 1) % 100:02d}") else None


def _year(parts: dict[str, str]) -> int:
    year = int(parts["year"])
    return year + _CENTURY if len(parts["year"]) == len("21") else year


def _month(parts: dict[str, str]) -> int:
    return _MONTHS.index(parts["name"][:3]) + 1 if "name" in parts else int(parts["month"])


def _day_label(parts: dict[str, str]) -> str:
    return dt.date(_year(parts), _month(parts), int(parts["day"])).isoformat()


def _month_label(parts: dict[str, str]) -> str:
    return dt.date(_year(parts), _month(parts), _FIRST_DAY).isoformat()[:7]


def _week_label(parts: dict[str, str]) -> str:
    return f"{_year(parts)}-W{int(parts['week']):02d}"


def _quarter_label(parts: dict[str, str]) -> str:
    return f"{_year(parts)}-Q{parts['quarter']}"


def _financial_quarter_label(parts: dict[str, str]) -> str:
    year = _of_financial_year(parts)
    if year is None:
        raise ValueError("a financial year ends in the year after")
    return f"{year} Q{parts['quarter']}"


_MIDNIGHT: Final = r"(?:[ t]00:00(?::00(?:\.0+)?)?)?"
_FORMS: Final[tuple[tuple[re.Pattern[str], Callable[[dict[str, str]], str]], ...]] = tuple(
    (re.compile(form, re.ASCII), make)
    for form, make in (
        (rf"{_FULL_YEAR}[-/.](?P<month>\d\d?)[-/.](?P<day>\d\d?){_MIDNIGHT}", _day_label),
        (rf"(?P<day>\d\d?)[-/.](?P<month>\d\d?)[-/.]{_YEAR}{_MIDNIGHT}", _day_label),
        (rf"(?P<day>\d\d?)(?:st|nd|rd|th)?{_GAP}{_NAME}{_GAP}{_YEAR}{_MIDNIGHT}", _day_label),
        (rf"{_FULL_YEAR}{_GAP}w(?:eek|k)?\s*(?P<week>\d\d?)", _week_label),
        (rf"w(?:eek|k)?\s*(?P<week>\d\d?){_GAP}{_FULL_YEAR}", _week_label),
        (rf"{_FULL_YEAR}[-/](?P<month>0[1-9]|1[0-2])", _month_label),
        (rf"{_FULL_YEAR}(?P<month>0[1-9]|1[0-2])", _month_label),
        (rf"(?P<month>0?[1-9]|1[0-2])[-/]{_FULL_YEAR}", _month_label),
        (rf"{_NAME}{_GAP}'?{_YEAR}", _month_label),
        (rf"{_FULL_YEAR}{_GAP}{_NAME}", _month_label),
        (rf"{_FULL_YEAR}{_GAP}q(?P<quarter>[1-4])", _quarter_label),
        (rf"q(?P<quarter>[1-4]){_GAP}{_FULL_YEAR}", _quarter_label),
        (rf"{_FINANCIAL}{_GAP}q(?P<quarter>[1-4])", _financial_quarter_label),
        (rf"q(?P<quarter>[1-4]){_GAP}{_FINANCIAL}", _financial_quarter_label),
        (r"(?P<year>\d{4})", lambda parts: parts["year"]),
    )
)
