"""Tables of one measure by area, and of many measures for one area: limits, months, years to date, changes."""

from __future__ import annotations

import math

from upstream.measures.result import FORCE, NOT_KNOWN, Change, Series
from upstream.periods import Month
from upstream.reports.binding import Binding, change_named, limit_at
from upstream.reports.document import Cell, Column, Flag, Row, Table, Text
from upstream.reports.figures import NOT_APPLICABLE, Figure
from upstream.reports.period_words import period_words, ytd_words


def words(text: str) -> Cell:
    """A cell of plain words."""
    return Cell((Text(text),))


def number(figure: Figure, flag: Flag = "") -> Cell:
    """A cell of one figure."""
    return Cell((figure,), flag)


def flag_of(binding: Binding, series: Series) -> Flag:
    """Whether the latest headline value lies outside its primary limits, which are for months."""
    exceptional = series.exceptional
    if exceptional is None or not binding.is_monthly:
        return ""
    return "above" if exceptional.direction == "high" else "below"


def volume_columns(to: Month) -> tuple[Column, ...]:
    """The columns of the crime tables as the source prints them."""
    last, year = to - 12, to.financial_year
    return (
        Column("Upper control limit"),
        Column("Lower control limit"),
        Column(to.label),
        Column(last.label),
        Column(f"Year to date {year}"),
        Column(f"Year to date {year.previous}"),
        Column("Change year to date, %"),
    )


def volume_cells(binding: Binding, series: Series, to: Month) -> tuple[Cell, ...]:
    """The cells of :func:`volume_columns` for one series."""
    year = change_named(series, "year_to_date")
    last = change_named(series, "same_last_year")
    value = binding.value(series.latest, series.area, str(series.latest_month), bare=True)
    beside = series.latest.value
    return (
        number(binding.limit(series, to, "upper", bare=True, beside=beside)),
        number(binding.limit(series, to, "lower", bare=True, beside=beside)),
        number(value, flag_of(binding, series)),
        number(binding.value(last.then if last else None, series.area, str(to - 12), bare=True)),
        number(binding.value(series.year_to_date, series.area, ytd_words(to), "year_to_date", bare=True)),
        number(binding.value(year.then if year else None, series.area, ytd_words(to - 12), "year_to_date", bare=True)),
        _percent(binding, series, year),
    )


def _percent(binding: Binding, series: Series, change: Change | None) -> Cell:
    if change is None:
        return words(NOT_APPLICABLE)
    shown = binding.percent_change(series, change, signed=True)
    if shown.value is None:
        return number(shown)
    bare = binding.number(change.percent, series.area, shown.source.period, shown.source.quantity,
                          unit="percent", decimals=0, signed=True, bare=True)  # fmt: skip
    return number(bare)


def _level_columns(binding: Binding, to: Month) -> tuple[Column, ...]:
    unit = {"percent": ", %", "minutes": ", minutes", "seconds": ", seconds", "days": ", days", "pounds": ", £"}
    after = unit.get(binding.definition.unit, "")
    change = "Change, percentage points" if binding.unit == "percent" else "Change"
    limits = (Column("Upper control limit"), Column("Lower control limit")) if _limited(binding, to) else ()
    return (
        *limits,
        Column(_capital(period_words(binding, to)) + after),
        Column(_capital(period_words(binding, to - 12)) + after),
        Column(change),
    )


def _limited(binding: Binding, to: Month) -> bool:
    """Whether the limits say something of the headline figure: it is a month's, and somewhere there are some."""
    several = binding.result.series.values()
    return binding.is_monthly and any(math.isfinite(limit_at(series, to, "upper")) for series in several)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _level_cells(binding: Binding, series: Series, to: Month) -> tuple[Cell, ...]:
    last = change_named(series, "same_last_year")
    changed = (
        words(NOT_APPLICABLE) if last is None else number(binding.difference(series, last, signed=True, bare=True))
    )
    limits: tuple[Cell, ...] = ()
    if _limited(binding, to):
        limits = tuple(number(binding.limit(series, to, which, bare=True)) for which in ("upper", "lower"))
    return (
        *limits,
        number(
            binding.value(series.latest, series.area, str(series.latest_month), bare=True), flag_of(binding, series)
        ),
        number(binding.value(last.then if last else None, series.area, str(to - 12), bare=True)),
        changed,
    )


def is_volume(binding: Binding) -> bool:
    """Whether months add up to a year to date."""
    return binding.definition.kind == "count" and binding.definition.window == "month"


def area_table(binding: Binding) -> Table | None:
    """One measure in every area, the force first; ``None`` when it is for the force only."""
    if len(binding.result.series) < 2:
        return None
    force = next(iter(binding.result.series.values()))
    month = force.latest_month
    columns = volume_columns(month) if is_volume(binding) else _level_columns(binding, month)
    cells = volume_cells if is_volume(binding) else _level_cells
    rows = []
    for series in binding.result.series.values():
        name = {FORCE: "Whole force", NOT_KNOWN: "Area not known"}.get(series.area, series.area_name)
        rows.append(Row((words(name), *cells(binding, series, month))))
    return Table(
        f"areas-{binding.definition.key}".replace("@", "-"),
        f"{binding.definition.title} by area, {period_words(binding, month)}",
        (Column("Area", "text"), *columns),
        tuple(rows),
    )
