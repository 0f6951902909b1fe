"""Areas of a force side by side, each with what chance allows; in the force's own order, never as a league table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from upstream.measures.result import FORCE, NOT_KNOWN, Series
from upstream.reports.area_tables import number, words
from upstream.reports.binding import Binding
from upstream.reports.charts import Scale, tick_label, ticks
from upstream.reports.document import Chart, Column, Row, Table, Text
from upstream.reports.figures import NOT_APPLICABLE, FigureUnit
from upstream.reports.period_words import period_words
from upstream.reports.svg import Drawing
from upstream.stats.intervals import CONFIDENCE, newcombe_difference, rate_ratio
from upstream.stats.rates import rate
from upstream.units import PER_1000

Verdict = Literal["higher", "lower", "alike", "unknown"]
VERDICTS: dict[Verdict, str] = {
    "higher": "Higher, by more than chance alone gives",
    "lower": "Lower, by more than chance alone gives",
    "alike": "Chance alone could explain the difference",
    "unknown": "Cannot be said",
}
NOTE = (
    "Areas differ for many reasons: town centres, stations, visitors, what is recorded. A difference is a question to "
    "ask, not a verdict. With {areas} areas the comparison is held to {confidence:.1%} confidence, so that all of them "
    "together give a false difference once in twenty times."
)
_DECIMALS_OF_RATES = 2


@dataclass(frozen=True, slots=True)
class AreaFigure:
    """One area's figure in the unit compared.

    Attributes
    ----------
    value, low, high : float
        With the ends of its 95% interval; NaN where there is none.
    count : float
        The records behind it; NaN when not known.
    verdict : Verdict
        Against the other areas together, all areas' verdicts held to 95% together.
    """

    area: str
    name: str
    value: float
    low: float
    high: float
    count: float
    verdict: Verdict


def area_figures(binding: Binding, populations: Mapping[str, float]) -> tuple[AreaFigure, ...]:
    """Every area's figure with its interval; empty when the measure is not by area.

    Counts of a month become rates per 1,000 residents where every area's residents are known.
    """
    several = [s for s in binding.result.series.values() if s.area not in (FORCE, NOT_KNOWN)]
    if len(several) < 2:
        return ()
    per_head = is_per_head(binding, populations)
    confidence = 1 - (1 - CONFIDENCE) / len(several)
    return tuple(_figure(binding, one, several, populations if per_head else {}, confidence) for one in several)


def is_per_head(binding: Binding, populations: Mapping[str, float]) -> bool:
    """Whether the areas are compared by residents: counts of events and rates, where all residents are known."""
    kind = binding.definition.kind
    areas = [area for area in binding.result.series if area not in (FORCE, NOT_KNOWN)]
    return kind in ("count", "rate") and binding.unit in ("count", "per_1000") and all(a in populations for a in areas)


def _figure(
    binding: Binding, series: Series, several: list[Series], populations: Mapping[str, float], confidence: float
) -> AreaFigure:
    latest = series.latest
    value, low, high = latest.value, latest.low, latest.high
    count = latest.numerator
    if populations and _whole(count):
        found = rate(count, populations[series.area], PER_1000)
        value, low, high = found.estimate, found.lower, found.upper
    rest = [one for one in several if one is not series]
    return AreaFigure(
        series.area, series.area_name, value, low, high, count, _verdict(binding, series, rest, populations, confidence)
    )


def _whole(number: float) -> bool:
    return math.isfinite(number) and number >= 0 and number == round(number)


def _verdict(
    binding: Binding, series: Series, rest: list[Series], populations: Mapping[str, float], confidence: float
) -> Verdict:
    """Against the other areas together: rates by the ratio of Poisson rates, shares by Newcombe's difference."""
    here, there = series.latest.numerator, sum(one.latest.numerator for one in rest)
    if not (_whole(here) and _whole(there)):
        return "unknown"
    if populations:
        exposures = populations[series.area], sum(populations[one.area] for one in rest)
        ratio = rate_ratio(here, there, exposure_now=exposures[0], exposure_then=exposures[1], confidence=confidence)
        return _side(ratio.lower, ratio.upper, 1.0)
    bases = series.latest.denominator, sum(one.latest.denominator for one in rest)
    share = binding.unit == "percent" and binding.definition.of_separate_events and not binding.definition.weight
    if not share or not all(_whole(base) and base > 0 for base in bases) or here > bases[0] or there > bases[1]:
        return "unknown"
    difference = newcombe_difference(here, bases[0], there, bases[1], confidence=confidence)
    return _side(difference.lower, difference.upper, 0.0)


def _side(lower: float, upper: float, nothing: float) -> Verdict:
    return "higher" if lower > nothing else "lower" if upper < nothing else "alike"


def comparison_chart(binding: Binding, populations: Mapping[str, float]) -> Chart | None:
    """The areas' figures with their intervals, as a picture and a table; ``None`` when there is nothing to compare."""
    rows = area_figures(binding, populations)
    if not any(math.isfinite(row.value) for row in rows):
        return None
    force = binding.result.series[FORCE]
    per_head = is_per_head(binding, populations)
    unit: FigureUnit = "per_1000" if per_head else binding.unit
    what = f"{binding.definition.title}{', per 1,000 residents' if per_head else ''}, by area"
    title = f"{what}, {period_words(binding, force.latest_month)}"
    key = f"compare-{binding.definition.key}".replace("@", "-")
    apart = [f"{row.name} ({row.verdict})" for row in rows if row.verdict in ("higher", "lower")]
    description = (
        f"A dot for each of {len(rows)} areas with its 95% interval, in the force's order. "
        f"Apart from the other areas by more than chance alone gives: {', '.join(apart) or 'none'}."
    )
    note = NOTE.format(areas=len(rows), confidence=1 - (1 - CONFIDENCE) / len(rows))
    table = _table(binding, rows, key, title, unit)
    return Chart(key, title, description, draw_intervals(key, title, description, rows), table, ((Text(note),),))


def _table(binding: Binding, rows: tuple[AreaFigure, ...], key: str, title: str, unit: FigureUnit) -> Table:
    month = str(binding.result.series[FORCE].latest_month)
    places = _DECIMALS_OF_RATES if unit == "per_1000" else binding.places
    columns = (
        Column("Area", "text"),
        Column("Records counted"),
        Column("Figure"),
        Column("From (95%)"),
        Column("To (95%)"),
        Column("Beside the other areas together", "text", wide=True),
    )
    made = []
    for row in rows:
        names = {"value": "area_comparison", "low": "interval_low", "high": "interval_high"}
        how: dict[str, Any] = {"bare": True, "absent": NOT_APPLICABLE}
        cells = [
            number(binding.number(getattr(row, part), row.area, month, name, unit=unit, decimals=places, **how))
            for part, name in names.items()
        ]
        counted = binding.number(row.count, row.area, month, "numerator", unit="count", decimals=0, **how)
        made.append(Row((words(row.name), number(counted), *cells, words(VERDICTS[row.verdict]))))
    return Table(f"{key}-figures", title, columns, tuple(made))


ROW_HEIGHT, LEFT, WIDTH, TOP, FOOT = 34.0, 210.0, 760.0, 8.0, 30.0


def draw_intervals(key: str, title: str, description: str, rows: tuple[AreaFigure, ...]) -> str:
    """A row an area: a dot at its value and a line over its interval; no order but the one given."""
    page = Drawing(WIDTH, TOP + ROW_HEIGHT * len(rows) + FOOT)
    seen = [v for row in rows for v in (row.value, row.low, row.high) if math.isfinite(v)]
    marks = ticks(min(0.0, *seen) if min(seen) < 0.45 * max(seen) else min(seen), max(seen), 5)
    across = Scale(marks[0], marks[-1], LEFT, WIDTH - 24)
    floor = TOP + ROW_HEIGHT * len(rows)
    for mark in marks:
        page.line("c-grid", across.y(mark), TOP, across.y(mark), floor)
        page.text("t-soft", across.y(mark), floor + 18, tick_label(mark, marks[1] - marks[0]), anchor="middle")
    for place, row in enumerate(rows):
        _draw_row(page, row, TOP + ROW_HEIGHT * (place + 0.5), across)
    return page.svg(key, title, description)


def _draw_row(page: Drawing, row: AreaFigure, y: float, across: Scale) -> None:
    page.text("t-ink", LEFT - 12, y + 4, row.name, size=13, anchor="end")
    if not math.isfinite(row.value):
        page.cross(LEFT + 6, y, 3)
        return
    if math.isfinite(row.low) and math.isfinite(row.high):
        page.line("c-interval", across.y(row.low), y, across.y(row.high), y)
    x = across.y(row.value)
    if row.verdict in ("higher", "lower"):
        page.triangle("c-flag", x, y, 6.5, up=row.verdict == "higher")
    else:
        page.dot("c-dot", x, y, 5)
