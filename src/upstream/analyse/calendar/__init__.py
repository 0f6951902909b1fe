"""Days that may differ from others: bank holidays, paydays, school terms, as dated facts with their source."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from upstream.errors import BadInput

FILE: Final = "days.csv"
COLUMNS: Final = ("kind", "name", "first", "last", "place", "source")
PAYDAY: Final = "the last working day of the month, on which many monthly salaries are paid"


@dataclass(frozen=True, slots=True)
class Span:
    """Days of one kind, both ends included, and where that is written."""

    kind: str
    name: str
    first: dt.date
    last: dt.date
    place: str
    source: str


@dataclass(frozen=True, slots=True)
class SpecialDays:
    """Which days of a period are special, of those of which that is known.

    Attributes
    ----------
    name, source
        What they are, and where that is written.
    special, known : array (days,) of bool
        From the first day of the period on.
    """

    name: str
    source: str
    special: NDArray[np.bool_]
    known: NDArray[np.bool_]


def spans(path: Path | None = None) -> tuple[Span, ...]:
    """The table of this package, or one of the same columns.

    Raises
    ------
    BadInput
        The file is not there, lacks a column, or has a day that cannot be read or ends before it begins.
    """
    try:
        text = (path or resources.files(__package__).joinpath(FILE)).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise BadInput(f"{path} cannot be read.", allowed="a CSV file of days") from None
    rows = list(csv.DictReader(text.splitlines()))
    if not rows or not set(COLUMNS) <= set(rows[0]):
        raise BadInput(f"{path} is no table of days.", allowed=f"CSV with the columns {', '.join(COLUMNS)}")
    return tuple(_span(row, at) for at, row in enumerate(rows, 2))


def _span(row: dict[str, str], line: int) -> Span:
    try:
        first, last = dt.date.fromisoformat(row["first"]), dt.date.fromisoformat(row["last"])
    except ValueError:
        raise BadInput(
            f"Line {line} has the days {row['first']!r} to {row['last']!r}.", allowed="days such as 2022-04-25"
        ) from None
    if last < first:
        raise BadInput(f"Line {line} ends on {last}, before it begins on {first}.", allowed="a last day from the first")
    return Span(row["kind"], row["name"], first, last, row["place"], row["source"])


def special_days(held: Sequence[Span], first: dt.date, last: dt.date) -> tuple[SpecialDays, ...]:
    """Every kind of special day in a period: bank holidays, paydays, and each other kind and place of the table."""
    days = np.datetime64(first) + np.arange((last - first).days + 1)
    made = []
    for kind, place in dict.fromkeys((one.kind, one.place) for one in held):
        own = [one for one in held if (one.kind, one.place) == (kind, place)]
        special = _within(days, own)
        known = _known(days, own, whole_years=kind == "bank_holiday")
        if (special & known).any():
            made.append(SpecialDays(f"{kind.replace('_', ' ')}, {place}", own[0].source, special, known))
    holidays = [one for one in held if one.kind == "bank_holiday"]
    if holidays:
        known = _known(days, holidays, whole_years=True)
        paid = _last_working_days(days, _within(days, holidays))
        if (paid & known).any():
            made.append(SpecialDays("payday", PAYDAY, paid, known))
    return tuple(made)


def _within(days: NDArray[np.datetime64], held: Sequence[Span]) -> NDArray[np.bool_]:
    inside = np.zeros(len(days), bool)
    for one in held:
        inside |= (days >= np.datetime64(one.first)) & (days <= np.datetime64(one.last))
    return inside


def _known(days: NDArray[np.datetime64], held: Sequence[Span], *, whole_years: bool) -> NDArray[np.bool_]:
    """Days between the first and the last of the table: beyond it nothing is known."""
    first, last = min(one.first for one in held), max(one.last for one in held)
    if whole_years:
        first, last = dt.date(first.year, 1, 1), dt.date(last.year, 12, 31)
    return (days >= np.datetime64(first)) & (days <= np.datetime64(last))


def _last_working_days(days: NDArray[np.datetime64], holiday: NDArray[np.bool_]) -> NDArray[np.bool_]:
    weekend = (days.astype("datetime64[D]").view("int64") + 3) % 7 >= 5
    paid = np.zeros(len(days), bool)
    month = days.astype("datetime64[M]")
    for one in np.unique(month):
        end = ((one + 1).astype("datetime64[D]") - 1) <= days[-1]
        working = np.flatnonzero((month == one) & ~weekend & ~holiday)
        if end and len(working):
            paid[working[-1]] = True
    return paid
