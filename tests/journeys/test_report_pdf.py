"""What a screen reader needs of the PDF: as much of PDF/UA-1 as can be read from the file (ISO 14289-1, clause 7)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pdfua
import pikepdf
import pytest

pytestmark = pytest.mark.browser  # the report is made once for both kinds of page


@pytest.fixture(scope="module")
def paper(report_folder: Path) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(report_folder / "report.pdf") as opened:
        yield opened


@pytest.fixture(scope="module")
def elements(paper: pikepdf.Pdf) -> list[Any]:
    """Every element of the structure tree, in reading order."""
    found, waiting = [], [paper.Root.StructTreeRoot.K]
    while waiting:
        node = waiting.pop()
        if isinstance(node, pikepdf.Array):
            waiting.extend(reversed(list(node)))
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                found.append(node)
            if "/K" in node:
                waiting.append(node.K)
    return found


def scope_of(cell: Any) -> str | None:
    given = cell.get("/A")
    attributes = given if isinstance(given, pikepdf.Array) else [given]
    return next((str(a.Scope) for a in attributes if a is not None and "/Scope" in a), None)


def test_the_file_says_what_it_is(paper: pikepdf.Pdf) -> None:
    assert str(paper.Root.Lang) == "en-GB"
    assert bool(paper.Root.MarkInfo.Marked)
    assert bool(paper.Root.ViewerPreferences.DisplayDocTitle)
    with paper.open_metadata() as facts:
        assert facts["pdfuaid:part"] == "1"
        assert facts["dc:title"] == "Quarterly performance report - Marchwold"
    assert "/Outlines" in paper.Root


def test_headings_leave_no_level_out(elements: list[Any]) -> None:
    levels = [int(str(e.S)[2:]) for e in elements if str(e.S)[:2] == "/H" and str(e.S)[2:].isdigit()]
    assert levels[0] == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_every_table_has_headers_with_their_scope(elements: list[Any]) -> None:
    headers = [e for e in elements if e.S == "/TH"]
    tables = [e for e in elements if e.S == "/Table"]
    assert len(headers) > len(tables) > 0
    assert {scope_of(cell) for cell in headers} <= {"/Column", "/Row", "/Both"}


def test_every_picture_has_words(elements: list[Any]) -> None:
    pictures = [e for e in elements if e.S in ("/Figure", "/Formula")]
    assert pictures
    assert [e for e in pictures if len(str(e.get("/Alt", ""))) < 10] == []


def test_links_are_tagged_and_named(paper: pikepdf.Pdf) -> None:
    links = [note for page in paper.pages for note in page.get("/Annots", [])]
    assert links
    assert all("/StructParent" in note and str(note.get("/Contents", "")) for note in links)
    assert {str(page.Tabs) for page in paper.pages if "/Annots" in page} == {"/S"}


def test_the_marking_and_page_number_are_not_read_out(paper: pikepdf.Pdf) -> None:
    for page in paper.pages:
        operators = list(pikepdf.parse_content_stream(page))
        marked = [str(op.operands[0]) for op in operators if str(op.operator) in ("BDC", "BMC")]
        assert marked.count("/Artifact") >= 2


def test_every_font_is_in_the_file(paper: pikepdf.Pdf) -> None:
    fonts = [o for o in paper.objects if isinstance(o, pikepdf.Dictionary) and o.get("/Type") == "/FontDescriptor"]
    assert fonts
    assert all(any(f"/FontFile{n}" in font for n in ("", "2", "3")) for font in fonts)


# pdfua stumbles over a list of attributes in pikepdf 10: its rule on empty headings stops there, ours is below
STOPS = {"UA-14-001"}


def test_a_checker_of_others_finds_nothing(report_folder: Path) -> None:
    """Tags or artefacts for all content, tables that can be walked, words for pictures and links (Matterhorn 1.1)."""
    report = pdfua.validate(str(report_folder / "report.pdf"))
    assert [f"{f.rule_id}: {f.message}" for f in report.findings] == []
    assert {outcome.rule_id for outcome in report.outcomes if outcome.skipped} <= STOPS


def test_the_checker_is_not_blind(paper: pikepdf.Pdf, tmp_path: Path) -> None:
    with pikepdf.open(str(paper.filename)) as spoilt:
        del spoilt.Root.Lang
        spoilt.Root.MarkInfo.Marked = False
        spoilt.save(tmp_path / "spoilt.pdf")
    found = {finding.rule_id for finding in pdfua.validate(str(tmp_path / "spoilt.pdf")).findings}
    assert {"UA-01-002", "UA-06-001"} <= found


def test_no_heading_or_header_is_empty(paper: pikepdf.Pdf, elements: list[Any]) -> None:
    named = [e for e in elements if str(e.S) in ("/TH", "/Title") or str(e.S)[:2] == "/H"]
    assert named
    assert [str(e.S) for e in named if not holds_content(e)] == []


def holds_content(node: Any) -> bool:
    """Whether marked content hangs from an element somewhere below it."""
    inside = node.get("/K")
    parts = list(inside) if isinstance(inside, pikepdf.Array) else [inside]
    return any(
        isinstance(p, int) or (isinstance(p, pikepdf.Dictionary) and ("/MCID" in p or holds_content(p))) for p in parts
    )


def test_every_row_of_a_table_is_as_wide_as_the_table(elements: list[Any]) -> None:
    tables = [e for e in elements if e.S == "/Table"]
    assert tables
    for table in tables:
        widths = {sum(span_of(cell) for cell in children(row)) for row in rows_of(table)}
        assert len(widths) == 1, widths


def children(node: Any) -> list[Any]:
    inside = node.get("/K")
    return [k for k in (inside if isinstance(inside, pikepdf.Array) else [inside]) if isinstance(k, pikepdf.Dictionary)]


def rows_of(node: Any) -> Iterator[Any]:
    for child in children(node):
        if child.get("/S") == "/TR":
            yield child
        elif child.get("/S") in ("/THead", "/TBody", "/TFoot"):
            yield from rows_of(child)


def span_of(cell: Any) -> int:
    given = cell.get("/A")
    attributes = given if isinstance(given, pikepdf.Array) else [given]
    return next((int(a.ColSpan) for a in attributes if a is not None and "/ColSpan" in a), 1)
