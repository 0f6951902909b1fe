"""The measures that stand behind a page's lead measures: one compact table and one small chart each."""

from __future__ import annotations

import math
from collections.abc import Mapping

from upstream.measures.definition import Definition
from upstream.measures.result import FORCE, Change, MeasureResult, Series
from upstream.reports.area_tables import flag_of, number, words
from upstream.reports.binding import Binding, change_named
from upstream.reports.commentary import Commentary
from upstream.reports.document import Block, Cell, Chart, Column, Row, Run, Table, Text
from upstream.reports.figures import NOT_APPLICABLE, NOT_HELD
from upstream.reports.likelihood_words import good_words, likelihood_runs
from upstream.reports.measure_charts import LEAST_POINTS, ceiling_of, chart_months, points_of
from upstream.reports.measure_page import Reading, anchor
from upstream.reports.period_words import period_words, ytd_words
from upstream.reports.small_multiples import Panel, draw_panels

COLUMNS = (
    Column("Measure", "text", wide=True),
    Column("Latest"),
    Column("Year to date"),
    Column("Period before"),
    Column("Last year"),
    Column("Lower limit"),
    Column("Upper limit"),
)
FEW = 3
"""So few small charts are for the screen alone."""
GOOD = Column("What good looks like", "text", wide=True)


def lead_measures(reading: Reading, keys: tuple[str, ...]) -> tuple[str, ...]:
    """The measures of a page that get a section of their own: those of the scorecard, pages of prose, and any that
    somebody wrote about; failing those the first, unless the page is a list of categories."""
    leads = tuple(k for k in keys if _leads(reading.bindings[k].definition, reading.commentary))
    if leads or (len({reading.bindings[k].definition.family for k in keys} - {None}) == 1 and len(keys) > 1):
        return leads
    return keys[:1]


def _leads(definition: Definition, commentary: Mapping[str, Commentary]) -> bool:
    return definition.in_scorecard or definition.kind == "page" or definition.key in commentary


def supporting_blocks(reading: Reading, ident: str, title: str, keys: tuple[str, ...]) -> tuple[Block, ...]:
    """The table of these measures, and their months as small charts."""
    panels = _panels(reading, ident, title, keys)
    return (_table(reading, ident, title, keys), *((panels,) if panels is not None else ()))


def _table(reading: Reading, ident: str, title: str, keys: tuple[str, ...]) -> Table:
    aims = any(reading.bindings[key].definition.targets for key in keys)
    names = _short_names(reading, keys)
    rows = tuple(Row(_cells(reading, reading.bindings[key], names[key], aims=aims), id=anchor(key)) for key in keys)
    return Table(
        f"{ident}-table",
        f"{title}, {reading.to.label} unless the row says otherwise",
        (*COLUMNS, GOOD) if aims else COLUMNS,
        rows,
    )


def _short_names(reading: Reading, keys: tuple[str, ...]) -> dict[str, str]:
    """Titles without what all of them begin with ("Median age of open investigations: "), which the heading says."""
    titles = {key: reading.bindings[key].definition.title for key in keys}
    stems = {title.partition(": ")[0] for title in titles.values() if ": " in title}
    if len(keys) < 2 or len(stems) != 1 or not all(": " in title for title in titles.values()):
        return titles
    ends = {key: title.partition(": ")[2] for key, title in titles.items()}
    return {key: end[:1].upper() + end[1:] for key, end in ends.items()}


def _cells(reading: Reading, binding: Binding, name: str, *, aims: bool) -> tuple[Cell, ...]:
    series = binding.result.series.get(FORCE)
    if series is None:
        nothing = tuple(words(NOT_HELD) for _ in COLUMNS[1:])
        return (words(name), *nothing, *((Cell(good_words(binding.definition)),) if aims else ()))
    month = series.latest_month
    when = period_words(binding, month)
    limits = (
        tuple(number(binding.limit(series, month, w, beside=series.latest.value)) for w in ("lower", "upper"))
        if binding.is_monthly
        else (words(NOT_APPLICABLE), words(NOT_APPLICABLE))
    )
    year = series.year_to_date
    total = words(NOT_APPLICABLE)
    if year is not None and (math.isfinite(year.value) or binding.withheld(year)):
        total = number(binding.value(year, FORCE, ytd_words(month), "year_to_date"))
    return (
        words(name if when == reading.to.label else f"{name}, {when}"),
        number(binding.value(series.latest, FORCE, str(month)), flag_of(binding, series)),
        total,
        _then(binding, change_named(series, "previous")),
        _then(binding, change_named(series, "same_last_year")),
        *limits,
        *((_aim(binding, series),) if aims else ()),
    )


def _then(binding: Binding, change: Change | None) -> Cell:
    if change is None:
        return words(NOT_APPLICABLE)
    return number(binding.value(change.then, FORCE, change.then_label, change.name))


def _aim(binding: Binding, series: Series) -> Cell:
    if not binding.definition.targets:
        return Cell(good_words(binding.definition))
    runs: tuple[Run, ...] = (*good_words(binding.definition), Text(". Likelihood: "))
    return Cell((*runs, *likelihood_runs(binding, series)))


def _charted(result: MeasureResult) -> Series | None:
    series = result.series.get(FORCE)
    return series if series is not None and result.definition.frequency == "month" else None


def _panels(reading: Reading, ident: str, title: str, keys: tuple[str, ...]) -> Chart | None:
    shown = chart_months(reading.to)
    names = _short_names(reading, keys)
    drawn: list[tuple[Binding, Series, Panel]] = []
    for key in keys:
        binding = reading.bindings[key]
        series = _charted(binding.result)
        if series is None:
            continue
        points = points_of(binding, series, shown)
        if sum(p.value is not None for p in points) >= LEAST_POINTS:
            drawn.append((binding, series, Panel(names[key], points, ceiling_of(binding))))
    if not drawn:
        return None
    caption = f"{title}, each month, with control limits"
    outside = [panel.name for _, _, panel in drawn if panel.points[-1].flag]
    description = (
        f"One small line chart for each of {len(drawn)} measures, {shown[0].label} to {shown[-1].label}, each on its "
        f"own scale. Outside its control limits in {shown[-1].label}: {', '.join(outside) or 'none'}."
    )
    rows = tuple(
        Row((words(month.label), *(number(b.own_month(s, month, bare=True), p.points[i].flag) for b, s, p in drawn)))
        for i, month in enumerate(shown)
    )
    columns = (Column("Month", "text"), *(Column(panel.name) for _, _, panel in drawn))
    data = Table(f"{ident}-chart-figures", f"{caption}: figures", columns, rows)
    svg = draw_panels(f"{ident}-chart", caption, description, tuple(panel for _, _, panel in drawn))
    return Chart(f"{ident}-chart", caption, description, svg, data, screen_only=len(drawn) <= FEW)
