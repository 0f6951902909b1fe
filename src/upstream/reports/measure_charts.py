"""Charts of a measure's series: the force with limits and projection, the areas side by side."""

from __future__ import annotations

import math
from typing import Literal

from upstream.measures.result import FORCE, NOT_KNOWN, Series
from upstream.periods import Month, months
from upstream.reports.area_tables import number, words
from upstream.reports.binding import YEARS_BACK, Binding, position, primary
from upstream.reports.charts import Ahead, Break, ControlChart, Point, draw_both
from upstream.reports.document import Cell, Chart, Column, Flag, Row, Runs, Table, Text
from upstream.reports.figures import printed
from upstream.reports.period_words import month_list, months_not_held
from upstream.reports.small_multiples import Panel, draw_panels

LEAST_POINTS = 3
FLATTENED = 4
"""So many times the months' own values, a longer period would flatten them to a line."""

_AXIS = {
    "count": "Number",
    "percent": "Per cent",
    "per_1000": "Per 1,000 residents",
    "seconds": "Seconds",
    "minutes": "Minutes",
    "days": "Days",
    "ratio": "Ratio",
    "pounds": "Pounds",
}
_EVERY = {"month": "each month", "quarter": "each quarter", "year": "each year", "occasion": "as returned"}
_TREND = {"rolling_3": "3 months", "rolling_6": "6 months", "rolling_12": "12 months", "year_to_date": "year to date"}
_TREND_COLUMN = {
    "rolling_3": "Three months to this one",
    "rolling_6": "Six months to this one",
    "rolling_12": "Twelve months to this one",
    "year_to_date": "Financial year to this month",
}


def chart_months(to: Month) -> tuple[Month, ...]:
    """From the April two financial years before to the month of the report."""
    return tuple(months(to.financial_year.first_month - 12 * YEARS_BACK, to))


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def points_of(binding: Binding, series: Series, shown: tuple[Month, ...]) -> tuple[Point, ...]:
    """The months to draw, with their limits and flags; small numbers of public reports are gaps."""
    limits = primary(series)
    flags = {
        flag.month: flag.direction
        for flag in series.flags
        if limits is not None and flag.limits == limits.rule and flag.rule.endswith("_limit")
    }
    out = []
    for month in shown:
        place = position(series, month)
        value = None if place is None else _finite(float(series.monthly[place]))
        lower, centre, upper = (
            _finite(binding.level_of(series, month, which)) for which in ("lower", "centre", "upper")
        )
        flag = {"high": "above", "low": "below"}.get(flags.get(month, ""), "") if value is not None else ""
        text = "" if value is None else printed(value, binding.places)
        side: Literal["", "above", "below"] = "above" if flag == "above" else "below" if flag else ""
        withheld = binding.month_withheld(series, month)
        out.append(Point(month, value, lower, centre, upper, side, text, withheld))
    return tuple(out)


def flag_of_month(point: Point) -> Flag:
    """Outside its limits, withheld, or not held at all."""
    if point.value is None:
        return "suppressed" if point.withheld else "missing"
    return point.flag


def force_chart(binding: Binding, to: Month) -> Chart | None:
    """The force's control chart; ``None`` with fewer than three values to draw."""
    series = binding.result.series.get(FORCE)
    if series is None:
        return None
    definition = binding.definition
    points = points_of(binding, series, chart_months(to))
    if definition.frequency != "month":
        points = _without_months_between(points)
    if sum(p.value is not None for p in points) < LEAST_POINTS:
        return None
    breaks = tuple(
        Break(b.start, chr(ord("A") + i)) for i, b in enumerate(b for b in definition.breaks if b.concerns(FORCE))
    )
    key = f"chart-{definition.key}".replace("@", "-")
    title = f"{definition.title}, {_EVERY[definition.frequency]}"
    target = definition.targets[0] if definition.targets else None
    good = target.value if target is not None and target.relative_to is None and target.on == "value" else None
    chart = ControlChart(
        key,
        title,
        describe(binding, series, points),
        _AXIS[definition.unit],
        points,
        _trend(binding, series, points),
        _TREND.get(definition.window, ""),
        _ahead(binding, series),
        breaks,
        good,
        ceiling_of(binding),
    )
    data = _chart_table(binding, series, points, f"{key}-figures", f"{title}: figures")
    wide, narrow = draw_both(chart)
    return Chart(key, title, chart.description, wide, data, _break_notes(binding, breaks), narrow=narrow)


def ceiling_of(binding: Binding) -> float:
    """The most that a value can be."""
    return 100.0 if binding.unit == "percent" else math.inf


def _trend(binding: Binding, series: Series, points: tuple[Point, ...]) -> tuple[float | None, ...]:
    if binding.is_monthly:
        return ()
    places = (position(series, point.month) for point in points)
    values = tuple(None if place is None else _finite(float(series.values[place])) for place in places)
    highest = max((p.value for p in points if p.value is not None), default=0.0)
    if max((v for v in values if v is not None), default=0.0) > FLATTENED * highest:
        return ()  # a sum of months so much higher that the months themselves could not be read; the table has it
    return values


def _without_months_between(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Quarterly and yearly figures: months that are not due are not gaps; the axis is in reporting order."""
    kept = [p for p in points if p.value is not None]
    return tuple(kept)


def _ahead(binding: Binding, series: Series) -> tuple[Ahead, ...]:
    projection = series.projection
    if projection is None or projection.refused is not None or binding.definition.frequency != "month":
        return ()
    rows = zip(
        projection.months,
        projection.median.tolist(),
        projection.low_80.tolist(),
        projection.high_80.tolist(),
        strict=True,
    )
    return tuple(Ahead(month, mean, low, high) for month, mean, low, high in rows)


def describe(binding: Binding, series: Series, points: tuple[Point, ...]) -> str:
    """What there is to see, for those who do not see it: span, latest, extremes, outside limits, gaps."""
    held = [p for p in points if p.value is not None]
    low = min(held, key=lambda p: p.value or 0.0)
    high = max(held, key=lambda p: p.value or 0.0)
    parts = [
        f"Line chart, {points[0].month.label} to {points[-1].month.label}.",
        f"Latest: {held[-1].text} in {held[-1].month.label}.",
        f"Lowest: {low.text} in {low.month.label}; highest: {high.text} in {high.month.label}.",
    ]
    outside = [f"{p.month.label} ({p.text}, {p.flag})" for p in held if p.flag]
    if any(p.upper is not None for p in points):
        parts.append("Outside the control limits: " + (", ".join(outside) or "no month") + ".")
    if binding.definition.frequency == "month":
        gaps = tuple(p.month for p in points if p.value is None and not p.withheld)
        if gaps:
            parts.append(f"No figure for {month_list(gaps)}.")
        withheld = tuple(p.month for p in points if p.withheld)
        if withheld:
            parts.append(f"Small numbers, not published: {month_list(withheld)}.")
    if _ahead(binding, series):
        parts.append("The months ahead are shown as a projection with its 80% interval.")
    return " ".join(parts)


def _chart_table(binding: Binding, series: Series, points: tuple[Point, ...], key: str, title: str) -> Table:
    longer = _TREND_COLUMN.get(binding.definition.window)
    rows = []
    for point in points:
        flag = flag_of_month(point)
        cells = [words(point.month.label), number(binding.own_month(series, point.month, bare=True), flag)]
        if longer is not None:
            cells.append(number(binding.month_value(series, point.month, bare=True)))
        cells += [number(binding.limit(series, point.month, w, bare=True)) for w in ("lower", "centre", "upper")]
        rows.append(Row(tuple(cells)))
    labels = [
        _AXIS[binding.definition.unit],
        longer,
        "Lower control limit",
        "Mean of the baseline",
        "Upper control limit",
    ]
    columns = (Column("Month", "text"), *(Column(label) for label in labels if label is not None))
    return Table(key, title, columns, tuple(rows))


def _break_notes(binding: Binding, breaks: tuple[Break, ...]) -> tuple[Runs, ...]:
    named = [b for b in binding.definition.breaks if b.concerns(FORCE)]
    return tuple(
        (Text(f"{mark.letter}: from {mark.month.label}, {named[i].what}. Limits and comparisons stop at it."),)
        for i, mark in enumerate(breaks)
    )


def areas_chart(binding: Binding, to: Month) -> Chart | None:
    """The areas side by side; ``None`` when the measure is not by area."""
    shown = chart_months(to)
    several = [s for s in binding.result.series.values() if s.area not in (FORCE, NOT_KNOWN)]
    if len(several) < 2 or binding.definition.frequency != "month":
        return None
    panels = tuple(Panel(s.area_name, points_of(binding, s, shown)) for s in several)
    if not any(p.value is not None for panel in panels for p in panel.points):
        return None
    key = f"areas-chart-{binding.definition.key}".replace("@", "-")
    title = f"{binding.definition.title} by area, with control limits"
    outside = [panel.name for panel in panels if panel.points[-1].flag]
    description = (
        f"One small line chart for each of {len(panels)} areas, {shown[0].label} to {shown[-1].label}, "
        "each on its own scale. "
        f"Outside its control limits in {shown[-1].label}: {', '.join(outside) or 'no area'}."
    )
    columns = (Column("Month", "text"), *(Column(s.area_name) for s in several))
    rows = tuple(
        Row(
            (
                words(month.label),
                *(_area_cell(binding, s, panel.points[i], month) for s, panel in zip(several, panels, strict=True)),
            )
        )
        for i, month in enumerate(shown)
    )
    table = Table(f"{key}-figures", f"{title}: figures", columns, rows)
    drawn = draw_panels(key, title, description, panels, ceiling=ceiling_of(binding))
    return Chart(key, title, description, drawn, table)


def _area_cell(binding: Binding, series: Series, point: Point, month: Month) -> Cell:
    return number(binding.own_month(series, month, bare=True), flag_of_month(point))


def gaps_of(binding: Binding, to: Month) -> tuple[str, str]:
    """Months of the chart that are missing, and those of which only part is held, in words ("" for none)."""
    series = binding.result.series.get(FORCE)
    if series is None or binding.definition.frequency != "month":
        return "", ""
    missing, part = months_not_held(series, chart_months(to)[0])
    return month_list(missing), month_list(part)
