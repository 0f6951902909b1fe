"""A printed number and what it rests on: the value, how it is printed, and where it came from."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final, Literal

FigureUnit = Literal[
    "count", "percent", "points", "per_1000", "seconds", "minutes", "days", "ratio", "pounds", "probability", "limit"
]

MINUS: Final = "−"
NOT_HELD: Final = "not held"
NOT_APPLICABLE: Final = "n/a"

_AFTER: Final[dict[str, str]] = {
    "percent": "%",
    "points": " percentage points",
    "per_1000": " per 1,000",
    "seconds": " seconds",
    "minutes": " minutes",
    "days": " days",
    "probability": "%",
}
_ONE: Final[dict[str, str]] = {
    "points": " percentage point",
    "seconds": " second",
    "minutes": " minute",
    "days": " day",
}


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a figure came from.

    Attributes
    ----------
    measure
        Key of the measure, or of the part of the report ("data_quality").
    area
        Area code ("force" for the whole force).
    period
        The period as the figure's label names it ("2022-06", "2022-04 to 2022-06").
    quantity
        What of the series it is: "value", "year_to_date", "upper_limit" ...
    tables
        Table name and version, for each table it was counted from.
    query
        Identity of the question asked of those tables.
    """

    measure: str
    area: str = "force"
    period: str = ""
    quantity: str = "value"
    tables: tuple[tuple[str, int], ...] = ()
    query: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed number.

    Attributes
    ----------
    value
        The unrounded value in ``unit``; ``None`` when there is none, and ``text`` then says why.
    unit
        Percentages are 0 to 100; durations are in the named unit; money in pounds.
    decimals
        Digits printed after the point.
    text
        Exactly what the reader sees.
    source
        What the value rests on.
    """

    value: float | None
    unit: FigureUnit
    decimals: int
    text: str
    source: Provenance


def rounded(value: float, decimals: int) -> Decimal:
    """The value at its printed precision; halves go away from zero, as readers and spreadsheets expect."""
    number = Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return number if number else abs(number)


def printed(value: float, decimals: int, *, signed: bool = False) -> str:
    """Digits grouped in thousands with a true minus sign; ``signed`` also writes the plus."""
    if decimals == 0 and value == (whole := int(value)):  # most figures are counts
        return f"{MINUS if whole < 0 else '+' if signed and whole > 0 else ''}{abs(whole):,}"
    number = rounded(value, decimals)
    sign = MINUS if number < 0 else "+" if signed and number > 0 else ""
    return f"{sign}{abs(number):,.{decimals}f}"


def with_unit(value: float, unit: FigureUnit, decimals: int, *, signed: bool = False) -> str:
    """The number as it stands in a sentence, with its unit."""
    digits = printed(value, decimals, signed=signed)
    if unit == "pounds":
        sign = digits[0] if digits[0] in f"{MINUS}+" else ""
        return f"{sign}£{digits.removeprefix(sign)}"
    after = _AFTER.get(unit, "")
    return digits + (_ONE.get(unit, after) if abs(rounded(value, decimals)) == 1 else after)


def figure(
    value: float | None,
    unit: FigureUnit,
    source: Provenance,
    *,
    decimals: int | None = None,
    signed: bool = False,
    bare: bool = False,
    absent: str = NOT_HELD,
) -> Figure:
    """Bind a value to its printed text.

    Parameters
    ----------
    value
        Unrounded, in ``unit``; ``None`` prints ``absent``.
    decimals
        Digits after the point; by default what the unit usually needs (:func:`usual_decimals`).
    signed
        Write "+" before a rise.
    bare
        Leave the unit out: the column or row says it.
    """
    places = usual_decimals(unit) if decimals is None else decimals
    if value is None:
        return Figure(None, unit, places, absent, source)
    text = printed(value, places, signed=signed) if bare else with_unit(value, unit, places, signed=signed)
    return Figure(float(value), unit, places, text, source)


def usual_decimals(unit: FigureUnit) -> int:
    """Digits after the point that a unit is usually printed with."""
    return {"count": 0, "limit": 0, "pounds": 0, "days": 0, "seconds": 0, "probability": 0, "ratio": 2}.get(unit, 1)
