"""Every reader of files from outside, on damaged ones: refused in plain words, or every row accounted for."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from upstream.cli.settings import load_settings
from upstream.errors import UpstreamError
from upstream.measures.loading import load_file
from upstream.places.add import add_places
from upstream.records.contract import contract
from upstream.records.force_tables import add_file
from upstream.records.mapping import read_mapping
from upstream.records.quarantine import quarantined
from upstream.records.sources import police_uk
from upstream.records.sources.police_uk_layouts import OUTCOMES, STOPS, STREET, Layout
from upstream.reports.check import check_paths
from upstream.reports.commentary import read_commentary
from upstream.store import Store

PLACE = "Kent Police,Kent Police,0.5,51.2,On or near X,E01024000,Kent 001A"
POLICE_UK = {
    "street": (STREET, f"{'a' * 64},2022-06,{PLACE},Burglary,Under investigation,"),
    "outcomes": (OUTCOMES, f"{'a' * 64},2022-06,{PLACE},Suspect charged"),
    "stop-and-search": (
        STOPS,
        "Person search,2022-06-03T12:00:00+00:00,False,,51.2,0.5,Male,18-24,White,White,Misuse of Drugs Act 1971,"
        "Controlled drugs,Arrest,True,False",
    ),
}
BOUNDARY = (
    '{"type":"Feature","properties":{"LSOA21CD":"E0100000%d","LSOA21NM":"Ham 001A"},"geometry":'
    '{"type":"Polygon","coordinates":[[[0.1,51.1],[0.2,51.1],[0.2,51.2],[0.1,51.1]]]}}'
)
PLACES = {
    "lsoa": '{"type":"FeatureCollection","features":[' + ",".join(BOUNDARY % n for n in range(4)) + "]}",
    "lookup": "lsoa11_code,change_code,lsoa21_code\n" + "".join(f"E0100000{n},U,E0100000{n}\n" for n in range(6)),
    "population": "lsoa21_code,total_residents\n" + "".join(f"E0100000{n},{n}00\n" for n in range(6)),
    "deprivation": "lsoa21_code,IMD_rank,IMD_decile\n" + "".join(f"E0100000{n},{n + 1},1\n" for n in range(6)),
}
RETURNS = "measure,period_from,period_to,area,numerator,source\n" + "".join(
    f"sickness,2022-0{n}-01,2022-0{n}-28,A,{n},HR\n" for n in range(1, 7)
)
DEFINITION = """key = "m"
title = "T"
question = "Q?"
kind = "count"
table = "crimes"
filter = "category = 'homicide' and (knife or not domestic_abuse)"
good = "lower"
objective = "o"
key_question = "k"
owner = "Head of Performance"
reviewed = 2022-04-01
next_review = 2023-04-01
source = "test"
"""
SETTINGS = '[force]\nkey = "kent"\n[[areas]]\ncode = "A"\nname = "North"\n[engine]\nmemory = "1GB"\nthreads = 2\n'
MAPPING = 'date_formats = ["%d/%m/%Y"]\n[columns]\nmeasure = "Name"\n[constants]\nsource = "HR"\n'
COMMENTARY = "---\nauthor: Head of Crime\nreviewed: 2022-07-06\n---\n## What does this mean?\nIt rose to {latest}.\n"
REPORT = "# Report\n\nCrime rose by 5% from 100 to 105.\n\n| Area | Crimes |\n|---|---|\n| A | 60 |\n| Total | 60 |\n"
HTML = "<h1>R</h1><p>Crime rose by 5% from 100 to 105.</p><table><tr><th>A</th></tr><tr><td>6</td></tr></table>"

# what is put in at a place (share of the file), and how many bytes it takes the place of
DAMAGE = st.lists(
    st.tuples(
        st.floats(0, 1, exclude_max=True),
        st.one_of(
            st.sampled_from(
                [b"", b'"', b",", b"\n", b"\r", b"\0", b"\xff", b"{", b"}", b"|", b"-1", b"9" * 30, b"=1+1"]
            ),
            st.binary(max_size=6),
        ),
        st.integers(0, 40),
    ),
    min_size=1,
    max_size=4,
)
FEW = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def damaged(content: bytes, edits: list[tuple[float, bytes, int]]) -> bytes:
    for share, put, gone in edits:
        at = int(share * len(content))
        content = content[:at] + put + content[at + gone :]
    return content


def lines_of(layout: Layout, row: str) -> bytes:
    return "\n".join([",".join(layout.headers), *[row] * 5, ""]).encode()


@FEW
@given(edits=DAMAGE)
@pytest.mark.parametrize("kind", POLICE_UK)
def test_police_uk_files(kind: str, edits: list[tuple[float, bytes, int]]) -> None:
    layout, row = POLICE_UK[kind]
    content = damaged(lines_of(layout, row), edits)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / f"2022-06-kent-{kind}.csv"
        path.write_bytes(content)
        store = Store(Path(name) / "store")
        try:
            (result,) = police_uk.add(store, [path], who="tester")
        except UpstreamError:
            assert store.tables() == ()
            return
        records = sum(1 for line in content.split(b"\n")[1:] if line.strip(b"\r\n"))
        assert result.read == records == result.accepted + result.quarantined
        assert store.snapshot(layout.table).rows == result.accepted
        assert len(quarantined(store, layout.table)) == result.quarantined == sum(result.reasons.values())


@FEW
@given(edits=DAMAGE)
@pytest.mark.parametrize("kind", PLACES)
def test_files_about_places(kind: str, edits: list[tuple[float, bytes, int]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / ("census2021.geojson" if kind == "lsoa" else "imd2025_census2021.csv")
        path.write_bytes(damaged(PLACES[kind].encode(), edits))
        store = Store(Path(name) / "store")
        try:
            result = add_places(store, kind, path, who="tester", period="census-2021", year=2025)
        except UpstreamError:
            return
        assert result.read == result.accepted + result.quarantined + result.already_held
        assert result.quarantined == sum(result.reasons.values())


def spoilt_workbook(edits: list[tuple[float, bytes, int]]) -> bytes:
    """A workbook with its sheet damaged inside, so that the damage is not stopped by a checksum."""
    sound, out = io.BytesIO(), io.BytesIO()
    with xlsxwriter.Workbook(sound, {"in_memory": True}) as workbook:
        sheet = workbook.add_worksheet()
        for number, line in enumerate(RETURNS.splitlines()):
            sheet.write_row(number, 0, line.split(","))
    with zipfile.ZipFile(sound) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.infolist():
            text = old.read(member)
            spoilt = member.filename.startswith(("xl/worksheets/sheet", "xl/sharedStrings"))
            new.writestr(member.filename, damaged(text, edits) if spoilt else text)
    return out.getvalue()


@FEW
@given(edits=DAMAGE)
@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_force_tables(ending: str, edits: list[tuple[float, bytes, int]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / f"returns{ending}"
        path.write_bytes(spoilt_workbook(edits) if ending == ".xlsx" else damaged(RETURNS.encode(), edits))
        store = Store(Path(name) / "store")
        try:
            result = add_file(store, "returns", path, as_at=dt.date(2022, 7, 1), who="tester")
        except UpstreamError:
            assert not store.holds("returns")
            return
        assert result.read == result.accepted + result.quarantined + result.already_held
        assert result.quarantined == sum(result.reasons.values()) == len(quarantined(store, "returns"))


def _checked(path: Path) -> object:
    return check_paths([path])


TEXTS: dict[str, tuple[str, str, Callable[[Path], object]]] = {
    "settings": ("upstream.toml", SETTINGS, load_settings),
    "mapping": ("mapping.toml", MAPPING, lambda path: read_mapping(path, contract("returns"))),
    "definition": ("m.toml", DEFINITION, load_file),
    "commentary": ("crime_total.md", COMMENTARY, lambda path: read_commentary(path.parent)),
    "report in Markdown": ("report.md", REPORT, _checked),
    "report in HTML": ("report.html", HTML, _checked),
    "report as text": ("report.txt", REPORT, _checked),
    "table to check": ("table.csv", "Area,Crimes,% change\nA,60,5%\nB,40,2%\nTotal,100,4%\n", _checked),
}


@FEW
@given(edits=DAMAGE)
@pytest.mark.parametrize("kind", TEXTS)
def test_texts_are_read_or_refused(kind: str, edits: list[tuple[float, bytes, int]]) -> None:
    file_name, text, read = TEXTS[kind]
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / file_name
        path.write_bytes(damaged(text.encode(), edits))
        # any other exception fails the test
        with suppress(UpstreamError):
            read(path)


@pytest.mark.parametrize("kind", TEXTS)
def test_the_sound_texts_are_read(kind: str, tmp_path: Path) -> None:
    file_name, text, read = TEXTS[kind]
    (tmp_path / file_name).write_text(text, "utf-8")
    assert read(tmp_path / file_name) is not None
