"""Values from cells: days as people and workbooks write them."""

import datetime
import re

FORMS = ("%d/%m/%Y", "%d/%m/%y", "%d.%m.%Y", "%d-%m-%Y", "%d %B %Y", "%d %b %Y", "%d-%b-%Y", "%d-%b-%y")
EXCEL_BEGINS = datetime.date(1899, 12, 30)
"""Day 0 of Excel's count, so that day 60 and on are right."""
EXCEL_DAYS = range(20_000, 80_000)
"""Counts of days that are taken for days: 1954 to 2119."""


def day(text: str) -> datetime.date:
    """A day as a workbook or a person in Britain writes it: 2026-03-27, 27/03/2026, 27 March 2026.

    Raises ValueError, in words.
    """
    plain = " ".join(re.sub(r"[T ]00:00(:00)?(\.0+)?$", "", text.strip()).split())
    plain = re.sub(r"(?<=\d)(st|nd|rd|th)\b", "", plain)
    if plain.isdigit() and int(plain) in EXCEL_DAYS:
        return EXCEL_BEGINS + datetime.timedelta(days=int(plain))
    if re.fullmatch(r"\d{4}-\d\d-\d\d", plain):
        return datetime.date.fromisoformat(plain)
    for form in FORMS:
        try:
            return datetime.datetime.strptime(plain, form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    raise ValueError(f"“{text}” is not a day. Write it as day/month/year, for example 27/03/2026.")
