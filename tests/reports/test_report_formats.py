"""Every format of one document: accessible, the same figures, the same bytes."""

from __future__ import annotations

import csv
import dataclasses
import io
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pikepdf
import pytest
from lxml import html as lxml_html

from upstream.measures.definition import Pack
from upstream.measures.result import Results
from upstream.reports.document import Document, Paragraph, Text, tables_of, walk
from upstream.reports.figures import Figure
from upstream.reports.html import render_html
from upstream.reports.json_csv import render_csv, render_json
from upstream.reports.listing import printed_figures
from upstream.reports.pdf import as_typst_data, render_pdf
from upstream.reports.publishing import FORMATS, publish
from upstream.reports.quarterly import Request, quarterly_report
from upstream.reports.spreadsheet import as_plain_text, render_xlsx, sheet_names

KEPT_PAGES = 6


@pytest.fixture(scope="module")
def document(results: Results, force_pack: Pack) -> Document:
    """The report of a dozen measures: every kind of block, quickly drawn."""
    keys = [
        k for k in results.measures if k.startswith(("crime_", "calls_", "fleet_", "satisfaction_d", "exceptional"))
    ]
    kept = dataclasses.replace(results, measures={k: results.measures[k] for k in keys})
    definitions = tuple(d for d in force_pack.definitions if d.key in kept.measures)
    pack = dataclasses.replace(force_pack, definitions=definitions)
    return quarterly_report(Request(kept, (pack,), "Synthetic <b>force</b>"))


@pytest.fixture(scope="module")
def page(document: Document) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring(render_html(document))


def test_html_has_one_title_landmarks_and_a_skip_link(page: lxml_html.HtmlElement) -> None:
    assert len(page.xpath("//h1")) == 1
    assert [len(page.xpath(f"//{tag}")) for tag in ("main", "header", "footer", "nav")] == [1, 1, 1, 1]
    first_link = page.xpath("//body//a")[0]
    assert page.get_element_by_id(first_link.get("href")[1:]).tag == "main"
    assert page.get("lang") == "en-GB"


def test_html_headings_never_skip_a_level(page: lxml_html.HtmlElement) -> None:
    levels = [int(h.tag[1]) for h in page.xpath("//h1|//h2|//h3|//h4|//h5|//h6")]
    assert levels[0] == 1
    assert all(b <= a + 1 for a, b in itertools.pairwise(levels))


def test_html_ids_are_unique_and_every_inner_link_arrives(page: lxml_html.HtmlElement) -> None:
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))
    targets = {href[1:] for href in page.xpath("//a/@href") if href.startswith("#")}
    assert targets <= set(ids)
    labelled = {i for value in page.xpath("//@aria-labelledby") for i in value.split()}
    assert labelled <= set(ids)


def test_html_tables_have_captions_and_scoped_headers(page: lxml_html.HtmlElement) -> None:
    tables = page.xpath("//table")
    assert len(tables) > 20
    for table in tables:
        assert table.xpath("./caption")[0].text_content().strip()
        assert all(th.get("scope") in ("col", "row", "rowgroup") for th in table.xpath(".//th"))
        scroller = table.getparent()
        assert scroller.get("role") == "group"
        assert scroller.get("tabindex") == "0"


def test_html_charts_are_named_and_their_figures_are_a_table(page: lxml_html.HtmlElement) -> None:
    figures = page.xpath("//figure")
    assert figures
    for figure in figures:
        svg = figure.xpath(".//*[local-name()='svg']")[0]
        title, description = (svg.xpath(f"./*[local-name()='{tag}']")[0] for tag in ("title", "desc"))
        assert svg.get("role") == "img"
        assert svg.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
        assert len(description.text) > 40
        assert figure.xpath("./details//table")


def test_html_loads_nothing_and_runs_nothing(document: Document) -> None:
    text = render_html(document).decode()
    assert "<script" not in text
    assert not any(f"{word}=" in text for word in ("src", "onclick", "onload"))
    assert "url(" not in text
    assert "@import" not in text


def test_html_escapes_what_people_typed(document: Document) -> None:
    text = render_html(document).decode()
    assert "Synthetic &lt;b&gt;force&lt;/b&gt;" in text
    assert "<b>force" not in text


def test_html_says_in_words_what_colour_shows(page: lxml_html.HtmlElement) -> None:
    flags = page.xpath("//*[@class='flag']")
    assert flags
    assert all("control" in f.text_content() or "limit" in f.text_content() for f in flags)


def test_pdf_is_tagged_titled_and_in_english(document: Document) -> None:
    with pikepdf.open(io.BytesIO(render_pdf(document))) as pdf:
        root = pdf.Root
        assert root.MarkInfo.Marked
        assert "/StructTreeRoot" in root
        assert str(root.Lang).lower().startswith("en")
        assert root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as metadata:
            assert "Quarterly performance report" in metadata["dc:title"]
            assert metadata["pdfuaid:part"] == "1"
        assert len(pdf.pages) > KEPT_PAGES


def test_workbook_read_back_holds_the_documents_tables(document: Document) -> None:
    book = openpyxl.load_workbook(io.BytesIO(render_xlsx(document)))
    names = sheet_names(document)
    compared = 0
    for section in walk(document.sections):
        for table in tables_of(section):
            sheet = book[names[table.key]]
            assert sheet["A1"].value == table.title
            first = next(
                r for r in range(1, 20) if sheet.cell(r, 1).value in ("Group", table.columns[0].label) and r > 2
            )
            shift = 1 if sheet.cell(first, 1).value == "Group" and table.columns[0].label != "Group" else 0
            assert sheet.freeze_panes == f"B{first + 1}"
            for r, row in enumerate(table.rows, first + 1):
                for c, cell in enumerate(row.cells, 1 + shift):
                    held = sheet.cell(r, c).value
                    if len(cell.runs) == 1 and isinstance(cell.runs[0], Figure) and cell.runs[0].value is not None:
                        assert held == pytest.approx(cell.runs[0].value, rel=1e-12)
                        compared += 1
                    else:
                        assert (held or "") == cell.text
    assert compared > 1_000


def test_workbook_has_no_formula(document: Document) -> None:
    book = openpyxl.load_workbook(io.BytesIO(render_xlsx(document)))
    assert not any(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@x", "\t=1"])
def test_text_that_would_run_as_a_formula_is_disarmed(words: str) -> None:
    assert as_plain_text(words) == f"'{words}"
    assert as_plain_text("a=b") == "a=b"


def test_csv_and_json_hold_every_printed_figure(document: Document) -> None:
    printed = list(printed_figures(document))
    rows = list(csv.DictReader(io.StringIO(render_csv(document).decode())))
    assert [row["printed"] for row in rows] == [item.figure.text for item in printed]
    assert all(row["query"] and row["tables"] for row in rows if row["measure"].startswith("crime_"))
    held = json.loads(render_json(document))
    found: list[dict[str, object]] = []
    todo = [held["document"]]
    while todo:
        value = todo.pop()
        if isinstance(value, dict):
            found += [value] if value.get("type") == "figure" else []
            todo += list(value.values())
        elif isinstance(value, list):
            todo += value
    assert sorted(str(f["text"]) for f in found) == sorted(item.figure.text for item in printed)
    sources = held["sources"]
    assert all(0 <= int(str(f["source"])) < len(sources) for f in found)


REDRAW = """
import pickle, sys
from pathlib import Path
from upstream.reports.publishing import publish
publish(pickle.loads(Path(sys.argv[1]).read_bytes()), Path(sys.argv[2]))
"""


def test_redrawing_gives_the_same_bytes_in_another_folder_zone_and_locale(document: Document, tmp_path: Path) -> None:
    import pickle

    held = tmp_path / "document.pickle"
    held.write_bytes(pickle.dumps(document))
    publish(document, tmp_path / "one")
    time.sleep(1.1)  # a clock that leaked into a file would have moved
    there = tmp_path / "a longer folder name" / "two"
    surroundings = {**os.environ, "TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    subprocess.run([sys.executable, "-c", REDRAW, str(held), str(there)], check=True, env=surroundings)
    for name in FORMATS:
        assert (there / f"report.{name}").read_bytes() == (tmp_path / "one" / f"report.{name}").read_bytes(), name


def test_publishing_leaves_only_the_formats_asked_for(document: Document, tmp_path: Path) -> None:
    publish(document, tmp_path, ["json", "csv"])
    publish(document, tmp_path, ["csv"])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["report.csv"]


def test_a_failing_format_changes_nothing(document: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(document, tmp_path, ["csv"])
    before = (tmp_path / "report.csv").read_bytes()

    def fail(_: Document) -> bytes:
        raise OSError("disk full")

    monkeypatch.setitem(sys.modules["upstream.reports.publishing"].RENDERERS, "json", fail)
    with pytest.raises(OSError, match="disk full"):
        publish(dataclasses.replace(document, title="Another"), tmp_path, ["csv", "json"])
    assert (tmp_path / "report.csv").read_bytes() == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["report.csv"]


def test_html_gives_the_value_where_the_printed_digits_are_not_all_of_it(document: Document) -> None:
    """A count of 1,257 says what it is; 71.0% may be 70.96."""
    page = lxml_html.document_fromstring(render_html(document))
    values = page.xpath("//data")
    assert values
    assert not any(v.text.replace(",", "") == v.get("value") for v in values)
    printed = page.text_content()
    for item in itertools.islice(printed_figures(document), 500):
        assert item.figure.text in printed


def test_pdf_keeps_a_measures_head_with_its_chart(document: Document) -> None:
    sections = {s["id"]: s for s in _flat(json.loads(as_typst_data(document))["sections"])}
    kinds = [block["kind"] for block in sections["measure-crime_total"]["blocks"]]
    assert kinds[: sections["measure-crime_total"]["together"]] == ["facts", "bullets", "chart"]
    long = dataclasses.replace(document.sections[0], blocks=(Paragraph((Text("long " * 600),)),), kind="measure")
    spoilt = dataclasses.replace(document, sections=(long,))
    assert json.loads(as_typst_data(spoilt))["sections"][0]["together"] == 0


def _flat(sections: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for section in sections:
        yield section
        yield from _flat(section["sections"])
