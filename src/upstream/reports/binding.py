"""Figures out of measures' results: each value is bound to the series, period and query it came from."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from upstream.disclosure.published import places as public_places
from upstream.measures.definition import Definition
from upstream.measures.result import Change, Limits, MeasureResult, Provenance, Series, Value
from upstream.periods import Month
from upstream.reports.figures import (
    NOT_APPLICABLE,
    NOT_HELD,
    Figure,
    FigureUnit,
    figure,
    printed,
    rounded,
)
from upstream.reports.figures import Provenance as Source
from upstream.reports.small_numbers import published_result, withheld

SUPPRESSED: Final = "suppressed"
WHOLE: Final = 100.0
"""Per cent; a share is never more."""
YEARS_BACK: Final = 2
"""Financial years before the report's own that charts and their tables show."""

_UNITS: Final[dict[str, FigureUnit]] = {
    "count": "count",
    "percent": "percent",
    "per_1000": "per_1000",
    "seconds": "seconds",
    "minutes": "minutes",
    "days": "days",
    "ratio": "ratio",
    "pounds": "pounds",
}


def query_id(provenance: Provenance) -> str:
    """A short name for a query: the same text against the same table versions has the same name everywhere."""
    parts = [provenance.query, *(f"{t.table}@{t.version}" for t in provenance.tables)]
    return "q-" + hashlib.sha256("\n".join(parts).encode()).hexdigest()[:10]


@dataclass(frozen=True)
class Binding:
    """One measure's result and how its numbers are printed.

    Attributes
    ----------
    result : MeasureResult
    public : bool
        ``result`` is turned into what may be published, and nothing else is kept.
    """

    result: MeasureResult
    public: bool = False

    def __post_init__(self) -> None:
        if self.public:
            object.__setattr__(self, "result", published_result(self.result))

    @property
    def definition(self) -> Definition:
        return self.result.definition

    @property
    def unit(self) -> FigureUnit:
        return _UNITS[self.definition.unit]

    @property
    def is_monthly(self) -> bool:
        """Whether the headline value is a month's own, which the limits are for."""
        return self.definition.window == "month"

    @property
    def is_count(self) -> bool:
        return self.unit == "count"

    def source(self, area: str, period: str, quantity: str) -> Source:
        """What a figure of this measure rests on."""
        return Source(self.definition.key, area, period, quantity, *self._rests_on)

    @cached_property
    def _rests_on(self) -> tuple[tuple[tuple[str, int], ...], str]:
        """Table versions and query, worked out once for thousands of figures."""
        provenance = self.result.provenance
        if provenance is None:
            return (), ""
        return tuple((t.table, t.version) for t in provenance.tables), query_id(provenance)

    @property
    def places(self) -> int:
        """Digits after the point: the measure's own, fewer in public."""
        return public_places(self.unit) if self.public else self.definition.decimals

    def withheld(self, value: Value | None) -> bool:
        """Whether a value is held and the public may not see it."""
        return self.public and withheld(value)

    def month_withheld(self, series: Series, month: Month) -> bool:
        """Whether a month's own value is held and the public may not see it."""
        place = position(series, month)
        held = place is not None and series.states[place] in ("held", "part")
        return self.public and held and not math.isfinite(monthly_at(series, month))

    def side_hidden(self, series: Series, change: Change) -> bool:
        """Whether either side of a comparison is withheld from the reader."""
        return self.withheld(change.now) or self.withheld(change.then)

    def number(
        self,
        number: float,
        area: str,
        period: str,
        quantity: str,
        *,
        unit: FigureUnit | None = None,
        decimals: int | None = None,
        signed: bool = False,
        bare: bool = False,
        absent: str = NOT_HELD,
    ) -> Figure:
        """A number of this measure as a figure; NaN prints ``absent``. The public gets no digit that is not printed."""
        places = self.places if decimals is None else decimals
        source = self.source(area, period, quantity)
        wanted = unit or self.unit
        if not math.isfinite(number):
            return figure(None, wanted, source, decimals=places, absent=absent)
        if self.public:
            number = float(rounded(number, places))
        return figure(number, wanted, source, decimals=places, signed=signed, bare=bare)

    def value(
        self, value: Value | None, area: str, period: str, quantity: str = "value", *, bare: bool = False
    ) -> Figure:
        """A value of the series in the measure's own unit."""
        number = math.nan if value is None else value.value
        return self.number(
            number,
            area,
            period,
            quantity,
            bare=bare,
            absent=SUPPRESSED if self.withheld(value) else absent_words(value),
        )

    def month_value(self, series: Series, month: Month, *, bare: bool = False) -> Figure:
        """The headline value of one month."""
        place = position(series, month)
        number = math.nan if place is None else float(series.values[place])
        held = self.public and place is not None and series.states[place] in ("held", "part")
        absent = SUPPRESSED if held else NOT_HELD
        return self.number(number, series.area, str(month), "value", bare=bare, absent=absent)

    def own_month(self, series: Series, month: Month, *, bare: bool = False) -> Figure:
        """The value of one month alone, whatever the headline's window."""
        absent = SUPPRESSED if self.month_withheld(series, month) else NOT_HELD
        return self.number(monthly_at(series, month), series.area, str(month), "month_alone", bare=bare, absent=absent)

    def limit(
        self, series: Series, month: Month, which: str, *, bare: bool = False, beside: float = math.nan
    ) -> Figure:
        """A primary limit ("lower", "centre", "upper") of a month.

        ``beside`` is the value that it is read against: where that lies outside and both would print alike, the limit
        gets one more digit, so that no sentence says "39 is above 39".
        """
        number = self.level_of(series, month, which)
        places = self.places
        outside = beside > number if which == "upper" else beside < number  # never with NaN
        if not self.public and outside:
            while places < self.definition.decimals + 3 and printed(beside, places) == printed(number, places):
                places += 1
        quantity = {"lower": "lower_limit", "centre": "mean", "upper": "upper_limit"}[which]
        return self.number(
            number,
            series.area,
            str(month),
            quantity,
            decimals=places,
            bare=bare,
            absent=NOT_APPLICABLE,
        )

    def level_of(self, series: Series, month: Month, which: str) -> float:
        """A limit as a number; the upper one of a share stops at 100%, as the lower one stops at 0."""
        number = limit_at(series, month, which)
        share = self.unit == "percent" and which == "upper" and not np.nanmax(series.monthly, initial=0.0) > WHOLE
        return min(number, WHOLE) if share and math.isfinite(number) else number

    def difference(self, series: Series, change: Change, *, signed: bool = False, bare: bool = False) -> Figure:
        """How much later differs from earlier: percentage points where the measure is a per cent.

        It is the difference of the two figures as printed, so that a reader's own subtraction gives it.
        """
        unit: FigureUnit = "points" if self.unit == "percent" else self.unit
        places = self.places
        known = math.isfinite(change.now.value) and math.isfinite(change.then.value) and change.broken is None
        number = math.nan
        if known:
            number = float(rounded(change.now.value, places) - rounded(change.then.value, places))
        hidden = self.side_hidden(series, change)
        return self.number(
            math.nan if hidden else number if signed else abs(number),
            series.area,
            f"{change.then_label} to {change.now_label}",
            f"difference {change.name}",
            unit=unit,
            signed=signed,
            bare=bare,
            absent=SUPPRESSED if hidden else NOT_APPLICABLE,
        )

    def percent_change(self, series: Series, change: Change, *, signed: bool = False, decimals: int = 0) -> Figure:
        """The change as a per cent of the earlier figure; none on a tiny base or where a side is suppressed."""
        number = change.percent if signed else abs(change.percent)
        hidden = self.side_hidden(series, change)
        return self.number(
            math.nan if hidden else number,
            series.area,
            f"{change.then_label} to {change.now_label}",
            f"percent_change {change.name}",
            unit="percent",
            decimals=decimals,
            signed=signed,
            absent=SUPPRESSED if hidden else NOT_APPLICABLE,
        )

    def tally(self, number: int, area: str, period: str, quantity: str) -> Figure:
        """A number counted from the series itself: months in a row, months held."""
        return figure(float(number), "count", self.source(area, period, quantity))


def absent_words(value: Value | None) -> str:
    """Why a value is not there."""
    if value is None or value.state == "not_applicable":
        return NOT_APPLICABLE
    return NOT_HELD


def position(series: Series, month: Month) -> int | None:
    """Where a month stands in the series."""
    place = month.index - series.months[0].index if series.months else -1
    return place if 0 <= place < len(series.months) else None


def primary(series: Series) -> Limits | None:
    """The limits that decide what is exceptional."""
    return series.limits[0] if series.limits else None


def monthly_at(series: Series, month: Month) -> float:
    """The value of a month alone, NaN where there is none: what the limits are for."""
    place = position(series, month)
    return math.nan if place is None else float(series.monthly[place])


def limit_at(series: Series, month: Month, which: str) -> float:
    """A primary limit of a month, NaN where there is none."""
    limits, place = primary(series), position(series, month)
    if limits is None or place is None:
        return math.nan
    return float({"lower": limits.lower, "centre": limits.centre, "upper": limits.upper}[which][place])


def change_named(series: Series, name: str) -> Change | None:
    """The change of that name ("previous", "same_last_year", "year_to_date", "rolling_12")."""
    return next((change for change in series.changes if change.name == name), None)
