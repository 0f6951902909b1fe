"""The quarterly report as a document: pages, scorecard, crime tables, exceptional volumes, what cannot be said."""

from __future__ import annotations

import dataclasses
import math
import re
from collections.abc import Callable

import pytest

from upstream.errors import Refused
from upstream.measures.definition import Pack
from upstream.measures.result import MeasureResult, Results, Series
from upstream.reports.document import (
    Callout,
    Chart,
    Document,
    Link,
    Section,
    Table,
    Text,
    figures_of,
    tables_of,
    text_of,
    walk,
)
from upstream.reports.figures import Figure
from upstream.reports.listing import printed_figures
from upstream.reports.quarterly import Request, newest_commit, quarterly_report
from upstream.reports.self_check import contradictions, misprints, refuse_contradictions


@pytest.fixture(scope="module")
def document(results: Results, force_pack: Pack) -> Document:
    return quarterly_report(Request(results, (force_pack,), "Synthetic force"))


def section(document: Document, ident: str) -> Section:
    return next(s for s in walk(document.sections) if s.id == ident)


def table(document: Document, key: str) -> Table:
    return next(t for s in walk(document.sections) for t in tables_of(s) if t.key == key)


def test_every_measure_of_the_pack_has_one_place(document: Document, force_pack: Pack) -> None:
    """A section of its own if the scorecard has it, a row of its page's table otherwise."""
    sections = [s.id for s in walk(document.sections)]
    rows = [row.id for s in walk(document.sections) for t in tables_of(s) for row in t.rows if row.id]
    ids = [*sections, *rows]
    assert len(ids) == len(set(ids))
    for definition in force_pack.definitions:
        if definition.in_scorecard and definition.alternative_of is None:
            assert f"measure-{definition.key}" in sections, definition.key
    for definition in force_pack.definitions:
        if definition.alternative_of is None and "_in_" not in definition.key:
            assert f"measure-{definition.key}" in ids, definition.key


def test_section_and_table_keys_never_clash(document: Document) -> None:
    keys = [s.id for s in walk(document.sections)]
    keys += [t.key for s in walk(document.sections) for t in tables_of(s)]
    assert len(keys) == len(set(keys))


def test_the_scorecard_has_every_measure_in_it_once(document: Document, force_pack: Pack) -> None:
    rows = [row for t in tables_of(section(document, "scorecard")) for row in t.rows]
    wanted = [
        d.title for d in force_pack.definitions if d.in_scorecard and d.kind != "page" and d.alternative_of is None
    ]
    links = [run.text for row in rows for run in row.cells[0].runs if isinstance(run, Link)]
    assert sorted(links) == sorted(wanted)
    assert all(row.cells[0].text for row in rows)  # the row's header, read out before each cell


def test_every_figure_names_table_versions_and_query(document: Document, results: Results) -> None:
    known = {q.id for q in document.queries}
    assert len(known) > 100
    for item in printed_figures(document):
        source = item.figure.source
        if source.measure in results.measures and results.measures[source.measure].provenance is not None:
            assert source.query in known
            assert source.tables == (("crimes", 7), ("incidents", 5))


def test_no_text_of_a_generated_block_holds_a_loose_number(document: Document, results: Results) -> None:
    """Key points of every measure: digits only in dates and in the base of a rate."""
    for part in walk(document.sections):
        for block in part.blocks:
            if getattr(block, "title", "") == "Key points":
                for runs in block.items:
                    loose = " ".join(run.text for run in runs if isinstance(run, Text))
                    assert not re.search(r"\d", re.sub(r"[A-Z][a-z]+ \d{4}|per 1,000", "", loose)), loose


def test_crime_tables_are_printed_for_the_force_and_each_area(document: Document, results: Results) -> None:
    force = table(document, "table-crime-force-force")
    assert len(force.rows) == 24
    assert len(force.columns) == 1 + 7 + 3
    for area in ("n", "s", "e", "w", "c"):
        assert len(table(document, f"table-crime-area-{area}").rows) == 26
    row = force.rows[0]
    series = results.measures["crime_total"].series["force"]
    values = [run.value for cell in row.cells for run in cell.runs if isinstance(run, Figure)]
    assert values[2] == series.latest.value
    assert values[0] == series.limits[0].upper[-1]


def test_exceptional_volumes_are_derived_both_ways(document: Document, results: Results, force_pack: Pack) -> None:
    listed = {(row.cells[0].text, row.cells[1].text, row.cells[2].text) for row in table(document, "exceptional").rows}
    keys = {key for wide in force_pack.tables for key in wide.measures}
    wanted = set()
    for key in keys:
        result = results.measures[key]
        for series in result.series.values():
            value, limits = series.latest.value, series.limits[0]
            name = "Force" if series.area == "force" else series.area_name
            if value > limits.upper[-1]:
                wanted.add((result.definition.title, name, "above the upper limit"))
            if value < limits.lower[-1]:
                wanted.add((result.definition.title, name, "below the lower limit"))
    assert listed == wanted
    assert {direction for *_, direction in listed} == {"above the upper limit", "below the lower limit"}


def test_a_measure_not_held_says_what_is_lacking(document: Document) -> None:
    page = section(document, "measure-fleet_own_fault_cost")
    assert any(isinstance(b, Callout) and "Table returns is not in the store." in text_of(b.runs) for b in page.blocks)
    assert not any(isinstance(b, Chart) for b in page.blocks)


def test_months_not_held_are_gaps_and_are_named(document: Document, results: Results) -> None:
    key = "calls_999"
    series = results.measures[key].series["force"]
    values = series.values.copy()
    values[20:22] = math.nan
    states = tuple("missing" if math.isnan(v) else "held" for v in values)
    gapped = dataclasses.replace(series, values=values, monthly=values, states=states)
    result = dataclasses.replace(results.measures[key], series={"force": gapped})
    from upstream.reports.binding import Binding
    from upstream.reports.measure_page import Reading, measure_section

    page = measure_section(Reading(results.to, {key: Binding(result)}, {}), key)
    callout = next(b for b in page.blocks if isinstance(b, Callout) and b.title == "Months not held")
    assert "December 2020 and January 2021" in text_of(callout.runs)
    chart = next(b for b in page.blocks if isinstance(b, Chart))
    assert "No figure for December 2020 and January 2021." in chart.description
    assert chart.svg.count('class="c-gap"') == 1
    assert chart.svg.count('class="c-cross"') == 4
    cells = [row.cells[1] for row in chart.data.rows if row.cells[1].flag == "missing"]
    assert [c.text for c in cells] == ["not held", "not held"]


def test_the_public_report_prints_no_small_count(results: Results, force_pack: Pack) -> None:
    public = quarterly_report(Request(results, (force_pack,), "Synthetic force", public=True))
    for item in printed_figures(public):
        source = item.figure.source
        counted = source.measure in results.measures and source.quantity in ("value", "year_to_date", "month_alone")
        if counted and item.figure.unit == "count" and item.figure.value is not None:
            assert not 0 < item.figure.value < 5, item


def test_the_creation_time_is_the_newest_commit(results: Results) -> None:
    assert newest_commit(results).isoformat() == "2022-07-05T06:30:00+00:00"


def test_the_report_does_not_contradict_itself(document: Document) -> None:
    assert list(contradictions(printed_figures(document))) == []
    assert list(misprints(printed_figures(document))) == []


def test_a_contradiction_stops_publication(document: Document) -> None:
    page = section(document, "measure-crime_total")
    right = next(f for f in figures_of(page) if f.value)
    wrong = dataclasses.replace(right, value=(right.value or 0) + 1)
    bad = Section("extra", "Extra", (Callout("note", "x", (wrong,)),))
    with pytest.raises(Refused, match="contradicts itself"):
        refuse_contradictions(dataclasses.replace(document, sections=(*document.sections, bad)))
    misprinted = dataclasses.replace(right, text="7")
    bad = Section("extra", "Extra", (Callout("note", "x", (misprinted,)),))
    with pytest.raises(Refused, match="is printed as 7"):
        refuse_contradictions(dataclasses.replace(document, sections=(*document.sections, bad)))


def test_a_sparse_force_says_what_cannot_be_said(
    results: Results, force_pack: Pack, one_series: Callable[..., Series]
) -> None:
    """Three months of one measure and nothing else: no limits, no last year, no invention."""
    definition = force_pack.definition("crime_total")
    sparse = one_series(definition, [70.0, 75.0, 80.0])
    kept: dict[str, MeasureResult] = {
        key: MeasureResult(r.definition, {}, None, "table incidents is not in the store")
        for key, r in results.measures.items()
        if r.definition.kind != "page"
    }
    kept["crime_total"] = dataclasses.replace(results.measures["crime_total"], series={"force": sparse})
    document = quarterly_report(Request(dataclasses.replace(results, measures=kept), (force_pack,), "Sparse"))
    page = section(document, "measure-crime_total")
    said = [text_of(runs) for b in page.blocks if getattr(b, "title", "") == "Key points" for runs in b.items]
    assert said[0] == "In June 2022 there were 80."
    assert "It cannot be compared with June 2021, which is not held." in said
    lacking = table(document, "not-held")
    assert len(lacking.rows) == len(kept) - 1


def test_the_public_cannot_subtract_its_way_to_a_small_count(results: Results, force_pack: Pack) -> None:
    """Areas under five are withheld, all others and the force are rounded: the rest of the sum is not the small one."""
    from upstream.reports.binding import Binding

    definition = force_pack.definition("crime_business_robbery")
    made = results.measures[definition.key]
    counts = {"n": 3.0, "s": 40.0, "e": 9.0, "w": 22.0, "c": 17.0}
    series = {}
    for area, one in made.series.items():
        numbers = one.monthly.copy()
        numbers[-1] = counts.get(area, sum(counts.values()))
        series[area] = dataclasses.replace(one, monthly=numbers, values=numbers)
    binding = Binding(dataclasses.replace(made, series=series), public=True)
    shown = {area: binding.own_month(one, results.to).value for area, one in binding.result.series.items()}
    assert shown == {"force": 90, "n": None, "s": 40, "e": 10, "w": 20, "c": 15}
    inside = Binding(dataclasses.replace(made, series=series))
    assert inside.own_month(series["n"], results.to).value == 3
