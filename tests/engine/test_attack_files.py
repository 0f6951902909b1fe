"""Attacks with files: small ones that would fill the memory, deep ones, spoilt ones, names that are commands."""

from __future__ import annotations

import datetime as dt
import random
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from upstream.cli.settings import load_settings
from upstream.errors import BadInput, UpstreamError
from upstream.measures.loading import load_file
from upstream.places.add import add_places
from upstream.records.contract import contract
from upstream.records.force_tables import add_file
from upstream.records.mapping import read_mapping
from upstream.records.sources import police_uk
from upstream.records.spreadsheets import read_sheet
from upstream.reports.check.reading.sheets import read_workbook
from upstream.store import Store

TODAY = dt.date(2022, 7, 1)
SHEET = "xl/worksheets/sheet1.xml"

# --- workbooks ------------------------------


def workbook(path: Path, change: tuple[str, str], *, encoding: str = "utf-8") -> Path:
    """An honest workbook of one small table whose worksheet was then changed by hand."""
    book = openpyxl.Workbook()
    for row in (["measure", "area"], ["a", "A"], ["b", "B"]):
        book.active.append(row)
    honest = path.with_suffix(".honest.xlsx")
    book.save(honest)
    with zipfile.ZipFile(honest) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            if name == SHEET:
                text = content.decode()
                assert change[0] in text
                content = text.replace(*change, 1).encode(encoding)
            target.writestr(name, content)
    return path


def far(reference: str, row: str = "1048576", more: str = "") -> tuple[str, str]:
    cell = f'<row r="{row}"><c {reference}{more} t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    return "</sheetData>", cell


@pytest.mark.parametrize(
    "change",
    [
        far('r="XFD1048576"'),
        far("r = 'XFD1048576'"),
        far('x=">" r="XFD1048576"'),
        far('r="XFD1048576"', more=' x="/>"'),
        far('x="<" r="XFD1048576"'),
        far(f'x="{"y" * 500_000}" r="XFD1048576"'),
        far("", row="4000000000"),
    ],
    ids=["corner", "spaced", "closed-in-value", "empty-in-value", "opened-in-value", "long-tag", "no-reference"],
)
def test_a_cell_far_away_is_refused_before_the_grid_is_made(tmp_path: Path, change: tuple[str, str]) -> None:
    path = workbook(tmp_path / "far.xlsx", change)
    with pytest.raises(BadInput, match=r"far\.xlsx"):
        read_sheet(path, ["measure"])
    with pytest.raises(BadInput, match=r"far\.xlsx"):
        read_workbook(path.read_bytes(), path.name)


def test_a_far_cell_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "far.xlsx", far('r="XFD1048576"'), encoding="utf-16")
    with pytest.raises(BadInput, match="UTF-8"):
        read_sheet(path, ["measure"])


def test_formatted_cells_far_away_are_no_harm(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "wide.xlsx", ("</sheetData>", '<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>')
    )
    assert [texts for _, texts in read_sheet(path, ["measure"]).rows] == [["a", "A"], ["b", "B"]]


def test_merging_the_whole_sheet_holds_no_more_than_is_there(tmp_path: Path) -> None:
    merged = '</sheetData><mergeCells count="1"><mergeCell ref="A2:XFD1048576"/></mergeCells>'
    path = workbook(tmp_path / "merged.xlsx", ("</sheetData>", merged))
    assert [texts for _, texts in read_sheet(path, ["measure"]).rows] == [["a", "a"], ["a", "a"]]


def test_ranges_merged_over_each_other_are_refused(tmp_path: Path) -> None:
    many = '<mergeCell ref="A1:B3"/>' * 200_000
    path = workbook(
        tmp_path / "merged.xlsx", ("</sheetData>", f'</sheetData><mergeCells count="1">{many}</mergeCells>')
    )
    with pytest.raises(BadInput, match="merges too many"):
        read_sheet(path, ["measure"])


def test_an_opendocument_sheet_under_another_name_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", ("</sheetData>", "</sheetData>"))
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("content.xml", "<repeated/>")
    with pytest.raises(BadInput, match=r"not an \.xlsx"):
        read_sheet(path, ["measure"])


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    path = workbook(tmp_path / "lol.xlsx", ("<worksheet", f'<!DOCTYPE w [<!ENTITY a0 "lol">{entities}]><worksheet'))
    with zipfile.ZipFile(path) as archive:
        text = (
            archive.read(SHEET)
            .decode()
            .replace("</sheetData>", '<row r="4"><c r="A4" t="e"><v>&a9;</v></c></row></sheetData>')
        )
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(bomb, "w") as target:
        for name in source.namelist():
            target.writestr(name, text if name == SHEET else source.read(name))
    with pytest.raises(BadInput, match=r"bomb\.xlsx"):
        list(read_sheet(bomb, ["measure"]).rows)
