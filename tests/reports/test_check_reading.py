"""Formats read, hostile files refused, the command and its JSON."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from click.testing import CliRunner

from upstream.cli.report_check import check
from upstream.errors import BadInput
from upstream.reports.check import check_paths, check_text
from upstream.reports.check.grids import understand
from upstream.reports.check.reading import read_file
from upstream.reports.check.reading.sheets import read_csv
from upstream.reports.check.reading.text import read_text

ROWS = [
    ["Area", "Apr 2024", "May 2024", "Total"],
    ["North", 1200, 1310, 2510],
    ["South", 900, 870, 1770],
    ["Force", 2100, 2180, 4380],
]
"""The last total should be 4,280."""


def workbook(path: Path) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Calls")
        sheet.write(0, 0, "Table 1: calls by area and month")
        for r, row in enumerate(ROWS):
            for c, value in enumerate(row):
                sheet.write(r + 2, c, value)
        sheet.write(8, 0, "Note: figures are provisional and may change")
    return path


def as_lines(separator: str) -> str:
    return "\n".join(separator.join(f"{c:,}" if isinstance(c, int) else c for c in row) for row in ROWS)


@pytest.mark.parametrize("kind", ["xlsx", "csv", "semicolons", "txt", "aligned", "md", "html", "utf16"])
def test_every_format_shows_the_same_fault(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "given.txt"
    if kind == "xlsx":
        path = workbook(tmp_path / "given.xlsx")
    elif kind in {"csv", "semicolons"}:
        path = tmp_path / "given.csv"
        mark = ";" if kind == "semicolons" else ","
        path.write_text("Calls\n\n" + "\n".join(mark.join(map(str, row)) for row in ROWS) + "\n", "utf-8")
    elif kind == "txt":
        path.write_text("Calls\n\n" + as_lines("\t") + "\n", "utf-8")
    elif kind == "utf16":
        path.write_text("Calls\n\n" + as_lines("\t") + "\n", "utf-16")
    elif kind == "aligned":
        path.write_text("\n".join("".join(f"{c!s:>14}" for c in row).strip() for row in ROWS) + "\n", "utf-8")
    elif kind == "md":
        path = tmp_path / "given.md"
        lines = as_lines(" | ").splitlines()
        path.write_text("\n".join([lines[0], "---|---|---|---", *lines[1:]]) + "\n", "utf-8")
    else:
        path = tmp_path / "given.html"
        body = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in ROWS)
        path.write_text(f"<table>{body}</table>", "utf-8")
    report = check_paths(path)
    assert report.counts() == {"parts_do_not_sum": 2}
    assert all("4,380" in f.arithmetic or "4380" in f.arithmetic for f in report.findings)
    assert {f.where.row for f in report.findings} == {"Force"}


def test_two_numbers_in_one_cell_and_continued_tables() -> None:
    text = "\t\tJun 2024\nBurglary\t853 487\t900\nRobbery\t1,023 836\t900\n\n\t\tJun 2024\nTheft\t124 88\t90\n"
    (grid,) = understand(read_text(text, "x", markdown=False).tables)
    assert [c.role for c in grid.columns] == ["upper", "lower", "count"]
    assert [row.values[0].number for row in grid.rows if row.values[0]] == [853, 1023, 124]


def test_spans_and_two_header_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(
        "<table><tr><th rowspan=2>Area</th><th colspan=2>Calls</th></tr><tr><th>2023/24</th><th>2022/23</th></tr>"
        "<tr><td rowspan=2>North</td><td>5</td><td>6</td></tr><tr><td>7</td><td>8</td></tr></table>",
        "utf-8",
    )
    (grid,) = understand(read_file(path).tables)
    assert [c.header for c in grid.columns] == ["Calls 2023/24", "Calls 2022/23"]
    assert [row.label for row in grid.rows] == ["North", "North"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.txt", b"\x00\x01\x02binary", "not text"),
        ("a.xlsx", b"not a zip", "not a workbook"),
        ("a.pdf", b"%PDF", "cannot be checked"),
    ],
)
def test_hostile_or_unknown_files_are_refused(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadInput, match=words):
        check_paths(path)


def test_zip_bomb_is_refused_before_unpacking(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as entry,
    ):
        for _ in range(450):
            entry.write(b"0" * 1_000_000)
    with pytest.raises(BadInput, match="unpacks to"):
        check_paths(path)


def test_entity_bomb_expands_to_nothing(tmp_path: Path) -> None:
    path = tmp_path / "bomb.html"
    entities = "".join(f'<!ENTITY a{n} "&a{n - 1};&a{n - 1};">' for n in range(1, 40))
    path.write_text(f'<!DOCTYPE html [<!ENTITY a0 "lol">{entities}]><p>&a39; 5 of 10 (20%)</p>', "utf-8")
    assert "percent_does_not_follow" in check_paths(path).counts()


def test_empty_files_and_folders(tmp_path: Path) -> None:
    for name in ("a.txt", "b.md", "c.csv", "d.html"):
        (tmp_path / name).write_bytes(b"")
    report = check_paths(tmp_path)
    assert (len(report.files), report.findings) == (4, ())
    with pytest.raises(BadInput, match="holds no file"):
        check_paths([tmp_path / "a.txt", (tmp_path / "none").mkdir() or tmp_path / "none"])


def test_json_holds_exactly_the_promised_keys() -> None:
    found = json.loads(check_text("Burglary increased 8% (117) to 1,257 from 1,448.").to_json())
    assert found
    for finding in found:
        assert set(finding) == {"rule", "severity", "where", "figures", "arithmetic"}
        assert {"file", "line", "table", "row", "column"} == set(finding["where"])


def test_the_command(tmp_path: Path) -> None:
    wrong, right = tmp_path / "wrong.md", tmp_path / "right.md"
    wrong.write_text("Robbery decreased by 5% from 10 to 12.", "utf-8")
    right.write_text("Robbery increased by 20% from 10 to 12.", "utf-8")
    run = CliRunner()
    assert run.invoke(check, [str(right)]).exit_code == 0
    shown = run.invoke(check, [str(wrong), "--json"])
    assert shown.exit_code == 1
    assert json.loads(shown.output)[0]["rule"] == "sentence_cannot_hold"
    assert json.loads(run.invoke(check, [str(right), "--json"]).output) == []
    assert "Example" in run.invoke(check, ["--help"]).output
    with pytest.raises(BadInput):
        run.invoke(check, [str(tmp_path / "absent.md")], catch_exceptions=False)


RELATIONS = """
[[sums]]
table = "a"
total = "Rand"
parts = ["Ost", "West"]
columns = ["neu"]

[[percents]]
table = "a"
percent = "wandel"
later = "neu"
earlier = "alt"

[[ratios]]
table = "a"
ratio = "quot"
top = "neu"
bottom = "alt"

[[same_facts]]
first = { table = "a", row = "Ost", column = "neu" }
second = { table = "b", row = "Ost", column = "stand" }
"""


def test_stated_relations(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "ort,neu,alt,wandel,quot\nOst,110,100,10,1.1\nWest,90,90,5,1.0\nRand,205,190,8,1.1\n", "utf-8"
    )
    (tmp_path / "b.csv").write_text("ort,stand\nOst,111\nWest,90\n", "utf-8")
    (tmp_path / "r.toml").write_text(RELATIONS, "utf-8")
    plain = check_paths([tmp_path / "a.csv", tmp_path / "b.csv"]).counts()
    stated = check_paths([tmp_path / "a.csv", tmp_path / "b.csv"], tmp_path / "r.toml").counts()
    added = {rule: n - plain.get(rule, 0) for rule, n in stated.items()}
    assert added["fact_quoted_differently"] == 1
    assert added["parts_do_not_sum"] == 1
    assert stated["percent_does_not_follow"] >= 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[summs]]\ntotal = 'x'", "not known"),
        ("[[sums]]\nparts = ['x']", "has the keys"),
        ("[[sums", "not TOML"),
        ("[[sums]]\ntable = 'z'\ntotal = 'x'", "no table is called"),
    ],
)
def test_wrong_relations_are_refused(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "a.csv").write_text("a,b\nx,1\ny,2\n", "utf-8")
    (tmp_path / "r.toml").write_text(text, "utf-8")
    with pytest.raises(BadInput, match=words):
        check_paths(tmp_path / "a.csv", tmp_path / "r.toml")


def test_a_long_cell_is_read_and_the_limit_of_others_is_left_alone() -> None:
    before = csv.field_size_limit()
    read_csv(f"area,note\nBirchley,{'x' * 200_000}\n", "notes.csv")
    assert csv.field_size_limit() == before
    with pytest.raises(BadInput, match="cannot be read as CSV"):
        read_csv(f"area,note\nBirchley,{'x' * 2_000_000}\n", "notes.csv")
    assert csv.field_size_limit() == before
