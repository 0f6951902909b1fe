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

from upstream.cli.main import main
from upstream.cli.settings import load_settings
from upstream.errors import BadInput
from upstream.measures.loading import load_file
from upstream.places.add import add_places
from upstream.records.contract import contract
from upstream.records.entries import AddResult
from upstream.records.force_tables import add_file
from upstream.records.mapping import read_mapping
from upstream.records.quarantine import quarantined
from upstream.records.sources import police_uk
from upstream.records.spreadsheets import read_sheet
from upstream.reports.check.reading.sheets import read_workbook
from upstream.store import Store
from upstream.toml_files import NotToml, parse

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


# --- text that is deep, wrong or a command ------------------------------

DEEP = 5_000


def test_deep_settings_mappings_and_definitions_are_refused_plainly(tmp_path: Path) -> None:
    path = tmp_path / "deep.toml"
    path.write_text(f"blanks = {'[' * DEEP}{']' * DEEP}", "utf-8")
    for read in (load_settings, lambda file: read_mapping(file, contract("returns")), load_file):
        with pytest.raises(BadInput, match="deep"):
            read(path)


@pytest.mark.parametrize(
    "text",
    [
        'force = "x"',
        "[report]\npacks = [1]",
        "[engine]\nthreads = -4",
        "[engine]\nthreads = true",
        '[engine]\nmemory = "1GB\'; SELECT 1; --"',
        "[areas]\ncode = 1",
        '[force]\nname = "a\\u0001b"',
        '[force]\nname = "a\\u001b[31mb"',
        '[[areas]]\ncode = "A"\nname = "\\u202eevil"',
        f'[report]\nmarking = "{"M" * 300}"',
    ],
)
def test_settings_of_the_wrong_kind_are_refused_plainly(tmp_path: Path, text: str) -> None:
    path = tmp_path / "upstream.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(BadInput):
        load_settings(path)


@pytest.mark.parametrize("depth", [500, 200_000])
def test_deep_boundaries_are_refused_plainly(tmp_path: Path, depth: int) -> None:
    path = tmp_path / "deep.geojson"
    inner = '{"type":"GeometryCollection","geometries":[' * depth + "]}" * depth
    feature = '{"type":"Feature","properties":{"LSOA21CD":"E01000001","LSOA21NM":"A"},"geometry":' + inner + "}"
    path.write_text('{"type":"FeatureCollection","features":[' + feature + "]}", "utf-8")
    try:
        added = add_places(Store(tmp_path / "store"), "lsoa", path, who="tester")
    except BadInput:
        return
    assert (added.read, added.quarantined) == (1, 1)


def test_a_date_format_that_means_nothing_is_refused_plainly(tmp_path: Path) -> None:
    path, mapping = tmp_path / "returns.csv", tmp_path / "m.toml"
    path.write_text(
        "measure,period_from,period_to,area,numerator,denominator,as_at,source\nm,1,2,A,1,1,2022-07-01,s\n", "utf-8"
    )
    mapping.write_text('date_formats = ["%Q%%%"]', "utf-8")
    with pytest.raises(BadInput, match="%Q"):
        add_file(Store(tmp_path / "store"), "returns", path, mapping=mapping, who="tester")


def test_spoilt_parquet_files_are_refused_plainly_or_reconcile(tmp_path: Path) -> None:
    names = ("measure", "period_from", "period_to", "area", "source")
    good = tmp_path / "good.parquet"
    pq.write_table(pa.table({name: [f"{name} {row}" for row in range(40)] for name in names}), good)
    content, rng = good.read_bytes(), random.Random(3)
    for number in range(25):
        spoilt = bytearray(content)
        for _ in range(rng.choice((1, 3, 20))):
            spoilt[rng.randrange(4, len(content) - 4)] = rng.randrange(256)
        path = tmp_path / f"{number}.parquet"
        path.write_bytes(spoilt)
        try:
            added = add_file(Store(tmp_path / f"store{number}"), "returns", path, as_at=TODAY, who="tester")
        except BadInput:
            continue
        assert added.read == added.accepted + added.quarantined + added.already_held == 40


def test_a_zip_whose_offsets_are_spoilt_is_no_full_disk(tmp_path: Path) -> None:
    path = tmp_path / "spoilt.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("2022-06-kent-street.csv", "x" * 100)
    content = bytearray(path.read_bytes())
    content[-6:-2] = b"\xf0\xff\xff\x7f"  # where the list of members begins
    path.write_bytes(content)
    with pytest.raises(BadInput, match="not a complete zip"):
        police_uk.add(Store(tmp_path / "store"), [path], who="tester")


def test_a_line_that_the_reader_would_skip_without_a_word_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "returns.csv"
    row = b"m,2022-06-01,2022-06-30,A,1,1,2022-07-01,s\n"
    header = b"measure,period_from,period_to,area,numerator,denominator,as_at,source\n"
    path.write_bytes(header + row + b"x" * 40_000_000 + b"\n" + row.replace(b"m,", b"n,", 1))
    with pytest.raises(BadInput, match="a line of more than"):
        add_file(Store(tmp_path / "store"), "returns", path, who="tester")


# --- quotation marks that are never closed ------------------------------

QUOTES = "incident_ref,opened_at,grade,incident_type,area\n"


def incidents_of(tmp_path: Path, lines: list[str]) -> tuple[AddResult, list[tuple[int, str]], Store]:
    path, store = tmp_path / "incidents.csv", Store(tmp_path / "store")
    path.write_text(QUOTES + "".join(f"{line}\n" for line in lines), "utf-8")
    added = add_file(store, "incidents", path, as_at=TODAY, who="tester")
    return added, [(row.line, row.reason) for row in quarantined(store, "incidents")], store


def sound(number: int, kind: str = "crime") -> str:
    return f"I{number},2022-06-01 10:00,1,{kind},A"


def test_an_open_quotation_mark_costs_its_own_line_only(tmp_path: Path) -> None:
    lines = [sound(0, '"crime'), *(sound(number) for number in range(1, 100_001))]
    added, refused, _ = incidents_of(tmp_path, lines)
    assert (added.read, added.accepted, added.quarantined) == (100_001, 100_000, 1)
    assert refused == [(2, "a quotation mark is not closed")]


@pytest.mark.parametrize("second", ['"crime', 'crime"'], ids=["opens-again", "closes"])
def test_two_stray_quotation_marks_do_not_swallow_what_is_between(tmp_path: Path, second: str) -> None:
    lines = [sound(number) for number in range(60)]
    lines[3], lines[50] = sound(3, '"crime'), sound(50, second)
    added, refused, _ = incidents_of(tmp_path, lines)
    assert added.read == 60
    assert refused[0] == (5, "a quotation mark is not closed")
    assert added.accepted >= 58


def test_inches_in_cells_without_quotation_lose_nothing(tmp_path: Path) -> None:
    lines = [sound(number, 'pipe 5"' if number in (2, 7) else "crime") for number in range(10)]
    added, _, _ = incidents_of(tmp_path, lines)
    assert (added.read, added.accepted) == (10, 10)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_cells_that_run_over_lines_stay_whole_and_the_lines_are_counted(tmp_path: Path, end: str) -> None:
    cell = f'"one{end}two, ""three"", four{end}{end}five"'
    lines = [sound(0), sound(1, cell), sound(2), "I3,2022-02-30 10:00,1,crime,A", sound(4, '"open')]
    added, refused, store = incidents_of(tmp_path, lines)
    assert (added.read, added.accepted) == (5, 3)
    assert refused == [(8, "opened_at is not a date and time"), (9, "a quotation mark is not closed")]
    kinds = [
        text for path in store.snapshot("incidents").files for text in pq.read_table(path)["incident_type"].to_pylist()
    ]
    assert sorted(kinds) == ["crime", "crime", f'one{end}two, "three", four{end}{end}five']


# --- TOML that is a bomb ------------------------------

BOMBS = {
    "deep": (b"x = " + b"[" * 100_000 + b"]" * 100_000, "nested too deep", 1),
    "deep tables": (b"x = " + b"{a=" * 5_000 + b"1" + b"}" * 5_000, "nested too deep", 1),
    "a number of 5,000 digits": (b"a = 1\nx = " + b"9" * 5_000, "not TOML", 1),
    "a key of 20,000 parts": (b"a = 1\n" + b".".join([b"a"] * 20_000) + b" = 1", "more than 500 dots", 2),
    "a million names": (b"".join(b"k%07d = 1\n" % number for number in range(100_000)), "too large", 1),
    "not text": (b"\xff\xfe", "not UTF-8", 1),
    "cut off": (b"a = 1\nb = [1,\nc = 2", "not TOML", 3),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_toml_file_is_read_in_bounded_time_or_refused(name: str) -> None:
    content, reason, line = BOMBS[name]
    with pytest.raises(NotToml, match=reason) as refused:
        parse(content)
    assert refused.value.line == line


def test_a_byte_order_mark_is_no_part_of_a_toml_file() -> None:
    assert parse(b"\xef\xbb\xbfa = 1\n")[1] == {"a": 1}


@pytest.mark.parametrize(
    "command", ["--config {} records status", "records add incidents x.csv --map {}", "measures check {}",
                "report check x.md --relations {}"],
)  # fmt: skip
def test_every_command_refuses_a_toml_bomb_plainly(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bomb.toml").write_bytes(BOMBS["deep"][0])
    (tmp_path / "x.csv").write_text("incident_ref,opened_at,grade,as_at\n", "utf-8")
    (tmp_path / "x.md").write_text("# Words\n", "utf-8")
    with pytest.raises(SystemExit) as ended:
        main(command.format("bomb.toml").split())
    assert ended.value.code == 2
    said = capsys.readouterr()
    assert "nested too deep" in said.err + said.out
