"""Days, weeks, months, quarters, financial years.

The *financial year* runs from 1 April to 31 March and is named by both calendar years ("2022/23"); police forces
use the same dates for the policing year. A *quarter* is a financial quarter (Q1 is April to June). A *week* starts on
Monday (ISO 8601).
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from upstream.errors import BadInput

_MONTH = re.compile(r"(\d{4})-(\d{2})")
FIRST_MONTH_OF_YEAR = 4
MONTHS_IN_YEAR = 12


@dataclass(frozen=True, order=True, slots=True)
class Month:
    """A calendar month.

    Attributes
    ----------
    year : int
        Calendar year, 1900 to 2199.
    month : int
        1 to 12.
    """

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1 <= self.month <= MONTHS_IN_YEAR and 1900 <= self.year <= 2199):
            raise BadInput(
                f"{self.year}-{self.month:02d} is not a month.",
                allowed="a month from 1900-01 to 2199-12, written YYYY-MM",
            )

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read ``YYYY-MM``; anything else is refused."""
        match = _MONTH.fullmatch(text.strip())
        if match is None:
            raise BadInput(f"{text!r} is not a month.", allowed="YYYY-MM, for example 2022-06")
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def of(cls, day: dt.date) -> Month:
        """The month a day lies in."""
        return cls(day.year, day.month)

    @classmethod
    def from_index(cls, index: int) -> Month:
        """The inverse of :attr:`index`."""
        return cls(index // MONTHS_IN_YEAR, index % MONTHS_IN_YEAR + 1)

    @property
    def index(self) -> int:
        """Months since year 0: consecutive months differ by one."""
        return self.year * MONTHS_IN_YEAR + self.month - 1

    @property
    def first_day(self) -> dt.date:
        return dt.date(self.year, self.month, 1)

    @property
    def last_day(self) -> dt.date:
        return dt.date(self.year, self.month, self.days)

    @property
    def days(self) -> int:
        """Number of days, 28 to 31."""
        return calendar.monthrange(self.year, self.month)[1]

    @property
    def financial_year(self) -> FinancialYear:
        return FinancialYear(self.year if self.month >= FIRST_MONTH_OF_YEAR else self.year - 1)

    @property
    def quarter(self) -> Quarter:
        return Quarter(self.financial_year.start, (self.month - FIRST_MONTH_OF_YEAR) % MONTHS_IN_YEAR // 3 + 1)

    @property
    def label(self) -> str:
        """For readers: ``June 2022``."""
        return f"{calendar.month_name[self.month]} {self.year}"

    @property
    def short_label(self) -> str:
        """For chart axes and narrow tables: ``Jun 22``."""
        return f"{calendar.month_abbr[self.month]} {self.year % 100:02d}"

    def __add__(self, months: int) -> Month:
        return Month.from_index(self.index + months)

    def __sub__(self, months: int) -> Month:
        return self + (-months)

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02d}"


def months(first: Month, last: Month) -> Iterator[Month]:
    """Every month from ``first`` to ``last``, both included; none if ``last`` is earlier."""
    for index in range(first.index, last.index + 1):
        yield Month.from_index(index)


@dataclass(frozen=True, order=True, slots=True)
class FinancialYear:
    """1 April of ``start`` to 31 March of the next year."""

    start: int

    @property
    def first_month(self) -> Month:
        return Month(self.start, FIRST_MONTH_OF_YEAR)

    @property
    def last_month(self) -> Month:
        return Month(self.start + 1, FIRST_MONTH_OF_YEAR - 1)

    @property
    def months(self) -> tuple[Month, ...]:
        return tuple(months(self.first_month, self.last_month))

    @property
    def previous(self) -> FinancialYear:
        return FinancialYear(self.start - 1)

    def __str__(self) -> str:
        return f"{self.start}/{(self.start + 1) % 100:02d}"


@dataclass(frozen=True, order=True, slots=True)
class Quarter:
    """Financial quarter ``number`` (1 to 4) of the financial year that starts in ``year``."""

    year: int
    number: int

    @property
    def first_month(self) -> Month:
        return FinancialYear(self.year).first_month + 3 * (self.number - 1)

    @property
    def last_month(self) -> Month:
        return self.first_month + 2

    def __str__(self) -> str:
        return f"Q{self.number} {FinancialYear(self.year)}"
