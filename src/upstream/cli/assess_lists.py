"""Lists that somebody gives to assess, read from a CSV file: their rows, numbers, counts and periods."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from upstream.csv_files import Row, cleaned, named_columns, rows_in
from upstream.errors import BadInput

_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_GROUPED: Final = re.compile(r"\d{1,3}(?:(?:,\d{3})+|(?: \d{3})+)(\.\d+)?", re.ASCII)
"""Thousands between commas or spaces."""

MOST: Final = 1e12
"""A count or an amount beyond a million millions is a slip: of columns, or of units."""
_LINES: Final = 5
"""Lines that a sentence names."""


@dataclass(frozen=True, slots=True)
class Counted:
    """Counts as a file has them: rows by label of period, the label of each period as it is written there, and
    what each count is of (residents, days) where the file says so."""

    rows: list[tuple[str, str, float]]
    labels: Mapping[str, str]
    exposure: Mapping[tuple[str, str], float] | None = None

    def label(self, written: str) -> str:
        """The label of a period that an option names."""
        from upstream.assess.periods_written import label_beside

        return label_beside(cleaned(written), self.labels)


def counted_in(file: Path, *, measured: bool = False) -> Counted:
    """The counts of a file, or measures, long (unit, period, count and, where it matters, exposure) or wide (unit,
    and a column for every period)."""
    from upstream.assess.periods_written import is_period, labels_of

    rows, exposed = rows_of(file, "unit"), None
    if "count" not in rows[0] and "period" not in rows[0] and sum(map(is_period, rows[0])) > 1:
        cells = list(_cells_of(file, rows, measured))
    else:
        with_columns(file, rows, "unit", "period", "count")
        cells = [(filled(row, "unit"), filled(row, "period"), _value_of(row, "count", measured)) for row in rows]
        if "exposure" in rows[0]:
            exposed = [number_of(row, "exposure", least=0) for row in rows]
    labels = labels_of([period for _, period, _ in cells])
    counts = [(unit, labels[period], count) for unit, period, count in cells]
    of = None if exposed is None else {row[:2]: one for row, one in zip(counts, exposed, strict=True)}
    return Counted(counts, labels, of)


def doses_in(file: Path) -> list[tuple[str, str, float, float]]:
    """Rows of unit, period, count and dose."""
    from upstream.assess.periods_written import labels_of

    rows = rows_of(file, "unit", "period", "count", "dose")
    labels = labels_of([filled(row, "period") for row in rows])
    return [
        (filled(row, "unit"), labels[row["period"]], count_of(row, "count"), number_of(row, "dose")) for row in rows
    ]


def answered(rows: list[Row], columns: list[str]) -> tuple[list[Row], list[str]]:
    """The rows with something in each of some columns, and sentences on those left out."""
    kept = [row for row in rows if all(row[name] for name in columns)]
    lines = [str(row.line) for row in rows if not all(row[name] for name in columns)]
    if not kept:
        raise BadInput(f"No row has all of {named_columns(columns)}.", allowed="a cell for each, in most rows")
    others = f" and {len(lines) - _LINES:,} more" if len(lines) > _LINES else ""
    said = f"{len(lines):,} of {len(rows):,} rows are left out, for a cell is empty: line {', '.join(lines[:_LINES])}"
    return kept, [f"{said}{others}."] if lines else []


def _cells_of(file: Path, rows: list[Row], measured: bool) -> Iterator[tuple[str, str, float]]:
    from upstream.assess.periods_written import is_period

    periods = [name for name in rows[0] if name != "unit"]
    others = [name for name in periods if not is_period(name)]
    if others:
        raise BadInput(
            f"{file.name} has columns that are no period: {named_columns(others)}.",
            allowed="unit and a column for every period; or unit, period and count",
            remedy="Remove totals and other columns.",
        )
    for row in rows:
        for period in periods:
            yield filled(row, "unit"), period, _value_of(row, period, measured)


def rows_of(file: Path, *columns: str) -> list[Row]:
    """The rows of a CSV file that must have some columns, whichever way their headings are capitalised."""
    return with_columns(file, rows_in(file), *columns)


def with_columns(file: Path, rows: list[Row], *columns: str) -> list[Row]:
    """The rows, refused where there is none or a column is lacking."""
    if not rows:
        raise BadInput(f"{file.name} has no rows.", allowed=f"the columns {', '.join(columns)}, and rows below them")
    missing = [name for name in columns if name not in rows[0]]
    if missing:
        raise BadInput(
            f"{file.name} has no column {missing[0]}: it has {named_columns([*rows[0]]) or 'no headings'}.",
            allowed=f"the columns {', '.join(columns)}",
            remedy="Name them so in the first line, and remove titles above it.",
        )
    return rows


def filled(row: Row, name: str) -> str:
    """What a cell says, which must say something."""
    if not row[name]:
        raise BadInput(
            f"Line {row.line} has no {name}.",
            allowed=f"a {name} in every row",
            remedy="Remove notes and totals below the rows.",
        )
    return row[name]


def number_of(row: Row, name: str, *, least: float = -math.inf) -> float:
    """A number of a row: 1,234 is one, unless semicolons separate cells and the comma may be a decimal one."""
    text = row[name]
    grouped = _GROUPED.fullmatch(text) and not ("," in text and row.delimiter == ";")
    number = float(re.sub("[, ]", "", text)) if grouped or _NUMBER.fullmatch(text) else math.nan
    if not abs(number) <= MOST:
        raise BadInput(
            f"Line {row.line}: {text!r} ({name}) is not a number." if text else f"Line {row.line} has no {name}.",
            allowed=f"a number up to {MOST:,.0f} in every row",
            remedy="What is missing or hidden (*, <5) is not nought: find the number, or leave the place out.",
        )
    if number < least:
        raise BadInput(f"Line {row.line}: {text} ({name}) is too small.", allowed=f"{least:g} or more")
    return number


def yes_of(row: Row, name: str) -> float:
    """1 for yes, 0 for no."""
    if row[name] not in ("0", "1"):
        raise BadInput(f"Line {row.line}: {row[name]!r} ({name}) is neither 0 nor 1.", allowed="0 (no) or 1 (yes)")
    return float(row[name])


def _value_of(row: Row, name: str, measured: bool) -> float:
    return number_of(row, name, least=0) if measured else count_of(row, name)


def count_of(row: Row, name: str) -> float:
    """A count of a row: a whole number from 0, since what chance does to a count follows from its size."""
    number = number_of(row, name)
    if number < 0 or number != math.floor(number):
        raise BadInput(
            f"Line {row.line}: {row[name]} ({name}) is {'below nought' if number < 0 else 'not whole'}.",
            allowed="counts from 0",
            remedy="Give counts; or, of effect, say --measured where they are rates, averages or scores.",
        )
    return number
