"""Measures behind a page's lead measures, q values, the example commentary, holdings that are kept."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

import upstream.datasets
from upstream.measures.definition import Pack
from upstream.measures.plain import plain, restored
from upstream.measures.result import Results
from upstream.periods import Month
from upstream.records.quality import MonthFact, PartMonth
from upstream.reports import data_quality
from upstream.reports.commentary import read_commentary
from upstream.reports.data_quality import Holding, kept_holdings
from upstream.reports.document import Chart, Document, Row, tables_of, text_of, walk
from upstream.reports.pdf import as_typst_data
from upstream.reports.quarterly import Request, quarterly_report
from upstream.store import Store

EXAMPLES = Path(upstream.datasets.__file__).parent / "commentary"


def rows_of(document: Document, key: str) -> tuple[Row, ...]:
    return next(t for s in walk(document.sections) for t in tables_of(s) if t.key == key).rows


def test_a_supporting_measure_has_its_row_and_its_small_chart(results: Results, force_pack: Pack) -> None:
    document = quarterly_report(Request(results, (force_pack,), "Force"))
    row = next(
        row for row in rows_of(document, "page-repeat-victims-others-table") if row.id == "measure-repeat_victims"
    )
    series = results.measures["repeat_victims"].series["force"]
    assert row.cells[1].runs[0].value == series.latest.value
    page = next(s for s in walk(document.sections) if s.id == "page-repeat-victims-others")
    chart = next(b for b in page.blocks if isinstance(b, Chart))
    assert chart.screen_only
    assert chart.svg not in as_typst_data(document)
    assert [c.label for c in chart.data.columns] == ["Month", results.measures["repeat_victims"].definition.title]


def test_a_measure_somebody_writes_about_leads_its_page(results: Results, force_pack: Pack, tmp_path: Path) -> None:
    words = "---\nauthor: Head of Crime\nreviewed: 2022-07-06\n---\n## Next steps\nNone.\n"
    (tmp_path / "repeat_victims.md").write_text(words, "utf-8")
    document = quarterly_report(Request(results, (force_pack,), "Force", commentary=read_commentary(tmp_path)))
    assert "measure-repeat_victims" in [s.id for s in walk(document.sections)]


def test_exceptional_volumes_print_their_q_value(results: Results, force_pack: Pack) -> None:
    rows = {key for wide in force_pack.tables for key in wide.measures}
    key, flagged = next((k, a) for k in sorted(rows) for a, s in results.measures[k].series.items() if s.exceptional)
    series = dict(results.measures[key].series)
    series[flagged] = dataclasses.replace(series[flagged], outside_q=0.0314)
    measures = {**results.measures, key: dataclasses.replace(results.measures[key], series=series)}
    document = quarterly_report(Request(dataclasses.replace(results, measures=measures), (force_pack,), "Force"))
    assert "0.031" in [row.cells[-1].text for row in rows_of(document, "exceptional")]


def test_the_total_says_which_categories_have_no_row(results: Results, force_pack: Pack) -> None:
    document = quarterly_report(Request(results, (force_pack,), "Force"))
    table = next(t for s in walk(document.sections) for t in tables_of(s) if t.key == "table-crime-force-force")
    assert [text_of(n) for n in table.notes] == [
        "Total recorded crime also holds homicide, which has no row of its own."
    ]


def test_the_example_commentary_is_backed_and_names_posts(results: Results, force_pack: Pack) -> None:
    examples = read_commentary(EXAMPLES)
    assert len(examples) >= 5
    document = quarterly_report(Request(results, (force_pack,), "Force", commentary=examples))
    said = [text_of(b.runs) for s in walk(document.sections) for b in s.blocks if hasattr(b, "runs")]
    for written in examples.values():
        assert re.match("Head of ", written.author)
        assert any(line.startswith(f"Written by {written.author}; last reviewed 6 July 2022") for line in said)


PARTIAL = MonthFact(
    Month(2019, 2),
    "suspect",
    5_000,
    (PartMonth("n", None, 600, 1_202), PartMonth(None, "robbery", 3, 61), PartMonth("Far", "rape", 9, 40)),
)


def test_months_that_look_partial_are_named_with_area_and_kind(results: Results, force_pack: Pack) -> None:
    holdings = (Holding("crimes", "Crimes", 3, 10, suspect=(PARTIAL,)),)
    document = quarterly_report(Request(results, (force_pack,), "Force", holdings=holdings))
    said = [[text_of(cell.runs) for cell in row.cells] for row in rows_of(document, "partial")]
    assert said == [
        ["Crimes", "February 2019", "North Marl", "all rows", "600", "1,202"],
        ["Crimes", "February 2019", "the whole force", "robbery", "3", "61"],
        ["Crimes", "February 2019", "Far", "rape", "9", "40"],
    ]
    public = Request(results, (force_pack,), "Force", holdings=holdings, public=True)
    cells = [row.cells[-2:] for row in rows_of(quarterly_report(public), "partial")]
    assert [[text_of(cell.runs) for cell in pair] for pair in cells] == [
        ["600", "1,200"],
        ["suppressed", "60"],
        ["10", "40"],
    ]
    assert restored(MonthFact, plain(PARTIAL), {}) == PARTIAL, "holdings are kept as JSON"


def test_holdings_are_read_once_for_the_same_versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = (Holding("crimes", "Crimes", 3, 10, unknown=(("area", "Z", 2),)),)
    asked: list[str] = []

    def read(_: Store, **given: object) -> tuple[Holding, ...]:
        asked.append(str(given["areas"]))
        return made

    monkeypatch.setattr(data_quality, "holdings_of", read)
    store = Store(tmp_path)
    for areas in (["A"], ["A"], ["A", "B"]):
        assert kept_holdings(store, who="x", purpose="y", areas=areas) == made
    assert len(asked) == 2
