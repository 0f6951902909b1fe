"""The crime tables of the force and of each area, and the list of exceptional volumes derived from them."""

from __future__ import annotations

import math

from upstream.measures.definition import Pack, WideTable
from upstream.measures.result import FORCE, NOT_KNOWN, FalseAlarms, MeasureResult, Series
from upstream.periods import Month
from upstream.reports.area_tables import flag_of, number, volume_cells, volume_columns, words
from upstream.reports.binding import Binding, limit_at
from upstream.reports.document import Block, Callout, Cell, Column, Link, Paragraph, Row, Runs, Section, Table, Text
from upstream.reports.figures import NOT_APPLICABLE, Figure, Provenance, figure
from upstream.reports.measure_page import Reading, anchor
from upstream.reports.period_words import ytd_words

FOR_AREAS = "_area"
"""A wide table whose key ends so is printed for each area; the others for the force."""


def crime_sections(reading: Reading, pack: Pack) -> tuple[Section, ...]:
    """One section for the force, one for each area."""
    out = []
    for wide in pack.tables:
        areas = _areas(reading, wide) if wide.key.endswith(FOR_AREAS) else {FORCE: ""}
        for area, name in areas.items():
            table = _wide_table(reading, wide, area, name)
            if table is not None:
                title = f"{wide.title.removesuffix(' by area')}: {name}" if name else wide.title
                note = Paragraph((Text("Volumes outside their control limits are marked with their direction."),))
                out.append(Section(table.key.replace("table-", "volumes-", 1), title, (note, table)))
    return tuple(out)


def _areas(reading: Reading, wide: WideTable) -> dict[str, str]:
    names: dict[str, str] = {}
    for key in wide.measures:
        if key in reading.bindings:
            for series in reading.bindings[key].result.series.values():
                if series.area not in (FORCE, NOT_KNOWN):
                    names.setdefault(series.area, series.area_name)
    return names


def _wide_table(reading: Reading, wide: WideTable, area: str, name: str) -> Table | None:
    rows = []
    for key in wide.measures:
        binding = reading.bindings.get(key)
        if binding is None:
            continue
        series = binding.result.series.get(area)
        cells = (
            volume_cells(binding, series, reading.to)
            if series is not None
            else _not_held(len(volume_columns(reading.to)))
        )
        extra = tuple(_outcome_cell(reading, binding, outcome, area) for outcome in wide.outcomes)
        rows.append(Row((Cell((Link(binding.definition.title, f"#{anchor(key)}"),)), *cells, *extra)))
    if not rows:
        return None
    where = name or (next(iter(reading.bindings.values())).result.definition.pack and "the force")
    outcomes = tuple(_outcome_column(reading, key) for key in wide.outcomes)
    return Table(
        f"table-{wide.key}-{area}".replace("_", "-"),
        f"{wide.title.removesuffix(' by area')}, {where}, {reading.to.label}",
        (Column("Category", "text"), *volume_columns(reading.to), *outcomes),
        tuple(rows),
        _rowless(reading, wide),
    )


def _rowless(reading: Reading, wide: WideTable) -> tuple[Runs, ...]:
    """A note on the categories that are in the total and have no row of their own."""
    if "crime_total" not in wide.measures:
        return ()
    definitions = [binding.definition for binding in reading.bindings.values()]
    rows = {d.code for d in definitions if d.key in wide.measures}
    lacking = sorted({d.code for d in definitions if d.code and "_in_" in d.key and d.code not in rows})
    if not lacking:
        return ()
    names = ", ".join(code.replace("_", " ") for code in lacking)
    return ((Text(f"Total recorded crime also holds {names}, which has no row of its own."),),)


def _not_held(columns: int) -> tuple[Cell, ...]:
    return tuple(words("not held") for _ in range(columns))


def _outcome_column(reading: Reading, key: str) -> Column:
    binding = reading.bindings.get(key)
    title = binding.definition.title if binding else key.replace("_", " ").capitalize()
    unit = ", %" if binding is not None and binding.unit == "percent" else ""
    return Column(f"{title}, year to date{unit}")


def _outcome_cell(reading: Reading, row: Binding, outcome: str, area: str) -> Cell:
    """The outcome's own measure for the row of all crime; ``<outcome>_in_<category>`` for a category's row."""
    code = row.definition.code
    if code is not None and row.definition.family == "crime":
        key = f"{outcome}_in_{code}"
    elif row.definition.key == "crime_total":
        key = outcome
    else:
        return words("")
    binding = reading.bindings.get(key)
    series = binding.result.series.get(area) if binding is not None else None
    if binding is None or series is None:
        return words("not held")
    value = series.latest if binding.definition.window == "year_to_date" else series.year_to_date
    return number(binding.value(value, area, ytd_words(reading.to), "year_to_date", bare=True))


def exceptional_section(reading: Reading, pack: Pack, alarms: FalseAlarms) -> Section:
    """Every volume outside its limits, both ways, derived from the series; and what chance alone would give."""
    rows = [
        _exceptional_row(reading.bindings[key], series, reading.to)
        for key in _volume_keys(pack)
        if key in reading.bindings
        for series in reading.bindings[key].result.series.values()
        if series.area != NOT_KNOWN and flag_of(reading.bindings[key], series)
    ]
    blocks: list[Block] = [_chance(alarms)]
    if rows:
        blocks.append(
            Table(
                "exceptional",
                f"Volumes outside their control limits, {reading.to.label}",
                (
                    Column("Category", "text"),
                    Column("Area", "text"),
                    Column("Direction", "text"),
                    Column(reading.to.label),
                    Column("Lower control limit"),
                    Column("Upper control limit"),
                    Column("Standard deviations from the mean"),
                    Column("q value"),
                ),
                tuple(rows),
            )
        )
    elif alarms.series:  # without limits the paragraph has said so
        blocks.append(Callout("note", "None", (Text("No volume lies outside its control limits."),)))
    return Section("exceptional-volumes", "Exceptional volumes", tuple(blocks))


def _volume_keys(pack: Pack) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for table in pack.tables for key in table.measures))


def _exceptional_row(binding: Binding, series: Series, to: Month) -> Row:
    value, month = series.latest.value, series.latest_month
    flag = flag_of(binding, series)
    upper, centre = limit_at(series, to, "upper"), limit_at(series, to, "centre")
    sds = 2 * (value - centre) / (upper - centre) if upper > centre else math.nan
    return Row(
        (
            Cell((Link(binding.definition.title, f"#{anchor(binding.definition.key)}"),)),
            words("Force" if series.area == FORCE else series.area_name),
            words("above the upper limit" if flag == "above" else "below the lower limit"),
            number(binding.value(series.latest, series.area, str(month), bare=True), flag),
            number(binding.limit(series, to, "lower", bare=True, beside=value)),
            number(binding.limit(series, to, "upper", bare=True, beside=value)),
            number(
                binding.number(
                    sds,
                    series.area,
                    str(month),
                    "standard_deviations",
                    unit="ratio",
                    decimals=1,
                    signed=True,
                    absent=NOT_APPLICABLE,
                )
            ),
            number(_q_value(binding, series)),
        )
    )


def _q_value(binding: Binding, series: Series) -> Figure:
    return binding.number(
        series.outside_q,
        series.area,
        str(series.latest_month),
        "q_value",
        unit="ratio",
        decimals=3,
        absent=NOT_APPLICABLE,
    )


def _chance(alarms: FalseAlarms) -> Paragraph:
    """How many of the lines would be outside if nothing had changed."""
    if not alarms.series:
        return Paragraph((Text("Nothing has control limits this month, because too few months before it are held."),))
    lines, outside, expected = (
        Provenance("exceptional_volumes", quantity=name)
        for name in ("lines", "lines_outside", "lines_expected_outside")
    )
    return Paragraph(
        (
            Text("Of "),
            figure(float(alarms.series), "count", lines),
            Text(" series with control limits in this report, every measure and area counted, "),
            figure(float(alarms.outside), "count", outside),
            Text(" lie outside them this month. If nothing at all had changed, about "),
            figure(alarms.expected, "count", expected, decimals=1),
            Text(
                " would: one volume outside its limits is a question, not a finding. The q value says how much to make "
                "of it. Act on every volume with a q value of up to 0.1, and about one in ten of them will be a false "
                "alarm; the lower the value, the surer. The list has the volumes of the tables before it."
            ),
        )
    )


def not_held_rows(results: dict[str, MeasureResult]) -> tuple[tuple[str, str, str], ...]:
    """Key, title and reason of every measure that could not be calculated."""
    return tuple(
        (key, result.definition.title, result.not_held)
        for key, result in results.items()
        if result.not_held is not None
    )
