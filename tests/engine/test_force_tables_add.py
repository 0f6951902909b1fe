"""Files of the force's own systems into its tables, one behaviour a test."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from upstream.errors import BadInput
from upstream.records import force_tables, spreadsheets
from upstream.records.entries import AddResult, entries
from upstream.records.force_tables import add_file
from upstream.records.mapping import Mapping, read_mapping
from upstream.records.quarantine import quarantined
from upstream.records.templates import write_template
from upstream.records.undo import undo
from upstream.store import ReadingScope, Store
from upstream.store.tables import WORKSPACES

KEY = b"a secret of more than sixteen bytes"
JULY = dt.date(2022, 7, 1)
HEAD = "incident_ref,opened_at,grade,incident_type,area\n"


def scope(*tables: str) -> ReadingScope:
    return ReadingScope(who="tester", purpose="tests", tables=frozenset(tables), personal=True)


def rows(store: Store, table: str) -> list[dict[str, object]]:
    files = store.snapshot(table, scope=scope(table)).files
    found = [row for file in files for row in pq.ParquetFile(file).read().to_pylist()]
    return sorted(found, key=str)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def incidents(
    store: Store, text: str | bytes, *, as_at: dt.date | None = JULY, mapping: Mapping | None = None
) -> AddResult:
    path = store.root.parent / "incidents.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return add_file(store, "incidents", path, as_at=as_at, who="tester", mapping=mapping)


def test_rows_and_entry(store: Store) -> None:
    result = incidents(store, HEAD + "I1,2022-06-01 10:00,1,crime,A\nI2,2022-05-31 23:30,2,crime,A\n")
    assert (result.read, result.accepted, result.months) == (2, 2, ("2022-05", "2022-06"))
    (entry,) = entries(store, "incidents")
    assert entry.id == result.entry
    assert entry.sources[0].sha256 == hashlib.sha256((store.root.parent / "incidents.csv").read_bytes()).hexdigest()
    first = rows(store, "incidents")[0]
    # half past eleven at night in summer time is the same local day and half past ten in UTC
    assert {row["incident_ref"]: row["opened_on"] for row in rows(store, "incidents")} == {
        "I1": dt.date(2022, 6, 1),
        "I2": dt.date(2022, 5, 31),
    }
    assert first["as_at"] == JULY


@pytest.mark.parametrize(
    ("wall", "utc"),
    [
        ("2022-01-05 00:30", dt.datetime(2022, 1, 5, 0, 30, tzinfo=dt.UTC)),
        ("2022-06-05 00:30", dt.datetime(2022, 6, 4, 23, 30, tzinfo=dt.UTC)),
        ("2021-10-31 01:30", dt.datetime(2021, 10, 31, 0, 30, tzinfo=dt.UTC)),
        ("2021-10-31 02:00", dt.datetime(2021, 10, 31, 2, 0, tzinfo=dt.UTC)),
        ("2022-03-27 02:00", dt.datetime(2022, 3, 27, 1, 0, tzinfo=dt.UTC)),
        ("2022-06-05T00:30:00Z", dt.datetime(2022, 6, 5, 0, 30, tzinfo=dt.UTC)),
        ("2022-06-05 00:30:00+01:00", dt.datetime(2022, 6, 4, 23, 30, tzinfo=dt.UTC)),
    ],
)
def test_times_are_kept_in_utc(store: Store, wall: str, utc: dt.datetime) -> None:
    assert incidents(store, HEAD + f"I1,{wall},1,crime,A\n").accepted == 1
    (path,) = store.snapshot("incidents").files
    column = pq.ParquetFile(path).read().column("opened_at")
    assert column.cast(pa.int64()).to_pylist() == [int(utc.timestamp() * 1_000_000)]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",2022-06-01 10:00,1,crime,A", "incident_ref is blank"),
        ("I1,2022-02-30 10:00,1,crime,A", "opened_at is not a date and time"),
        ("I1,2022-06-01,1,crime,A", "opened_at is not a date and time"),
        ("I1,1022-06-01 10:00,1,crime,A", "opened_at is before 1900"),
        ("I1,2022-07-02 00:00,1,crime,A", "opened_at is after the as-at date"),
        ("I1,2022-03-27 01:30,1,crime,A", "opened_at is a time that the clocks skipped in spring"),
        ("I1,2022-06-01 10:00,1.5,crime,A", "grade is not a whole number"),
        ("I1,2022-06-01 10:00,6,crime,A", "grade is above 5"),
        ("I1,2022-06-01 10:00,-1,crime,A", "grade is below 1"),
        ("I1,2022-06-01 10:00,#DIV/0!,crime,A", "grade is a formula error"),
        ("I1,2022-06-01 10:00,1", "the line has too few cells"),
        ("I1,2022-06-01 10:00,1,crime,A,more", "the line has too many cells"),
    ],
)
def test_refused_with_its_reason_and_line(store: Store, line: str, reason: str) -> None:
    result = incidents(store, HEAD + f"I0,2022-06-01 10:00,1,crime,A\n{line}\nI9,2022-06-01 10:00,1,crime,A\n")
    assert (result.read, result.accepted, result.quarantined) == (3, 2, 1)
    assert dict(result.reasons) == {reason: 1}
    (refused,) = quarantined(store, "incidents")
    assert (refused.reason, refused.line) == (reason, 3)


def test_clocks_going_back_are_counted(store: Store) -> None:
    result = incidents(store, HEAD + "I1,2021-10-31 01:30,1,crime,A\n")
    assert any("occurs twice" in warning for warning in result.warnings)


def test_unknown_codes_are_kept_and_reported(store: Store) -> None:
    text = HEAD + "I1,2022-06-01 10:00,1,strange,A\nI2,2022-06-01 10:00,1,ASB_Nuisance,A\n"
    result = incidents(store, text)
    assert result.accepted == 2
    assert result.unknown_codes == {"incident_type": {"strange": 1}}
    assert {row["incident_type"] for row in rows(store, "incidents")} == {"strange", "asb_nuisance"}


def test_areas_of_the_force_are_known_when_given(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEAD + "I1,2022-06-01 10:00,1,crime,A\nI2,2022-06-01 10:00,1,crime,Z\n")
    result = add_file(store, "incidents", path, as_at=JULY, who="tester", areas=("A", "B"))
    assert result.unknown_codes == {"area": {"Z": 1}}


def test_order_of_times_is_checked_as_the_contract_says(store: Store) -> None:
    text = (
        "incident_ref,opened_at,dispatched_at,arrived_at\nI1,2022-06-01 10:00,2022-06-01 10:05,2022-06-01 10:04\n"
        "I2,2022-06-01 10:00,,2022-06-01 10:04\n"
    )
    result = incidents(store, text)
    assert (result.accepted, result.quarantined) == (1, 1)
    assert "not in order" in next(iter(result.reasons))


def test_a_warning_keeps_the_row(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(
        "contact_ref,channel,queued_at,answered_at,abandoned\nC1,999,2022-06-01 10:00,2022-06-01 10:01,yes\n"
    )
    result = add_file(store, "contacts", path, as_at=JULY, who="tester")
    assert result.accepted == 1
    assert result.warnings == ("1 row: marked abandoned although it was answered.",)


def test_newer_as_at_replaces_and_older_is_already_held(store: Store) -> None:
    incidents(store, HEAD + "I1,2022-06-01 10:00,1,crime,A\nI2,2022-05-01 10:00,1,crime,A\n")
    before = {path.name for path in store.snapshot("incidents").files}
    newer = incidents(store, HEAD + "I1,2022-06-01 10:00,2,crime,A\n", as_at=dt.date(2022, 8, 1))
    assert (newer.accepted, newer.already_held) == (1, 0)
    after = {path.name for path in store.snapshot("incidents").files}
    assert len(before & after) == 1, "only the file with the replaced row is written anew"
    assert {row["incident_ref"]: row["grade"] for row in rows(store, "incidents")} == {"I1": 2, "I2": 1}
    older = incidents(store, HEAD + "I1,2022-06-01 10:00,3,crime,A\n", as_at=dt.date(2022, 6, 15))
    assert (older.accepted, older.already_held, older.entry) == (0, 1, None)
    assert any("older than what is held" in warning for warning in older.warnings)


def test_a_record_that_moves_month_leaves_the_old_one(store: Store) -> None:
    incidents(store, HEAD + "I1,2022-05-31 10:00,1,crime,A\nI2,2022-05-01 10:00,1,crime,A\n")
    incidents(store, HEAD + "I1,2022-06-01 10:00,1,crime,A\n", as_at=dt.date(2022, 8, 1))
    assert [row["incident_ref"] for row in rows(store, "incidents")] == ["I1", "I2"]
    assert store.snapshot("incidents").rows == 2


def test_contradicting_rows_are_both_set_aside(store: Store) -> None:
    result = incidents(store, HEAD + "I1,2022-06-01 10:00,1,crime,A\nI1,2022-06-01 10:00,2,crime,A\n")
    assert (result.accepted, result.quarantined) == (0, 2)


def test_same_as_at_with_other_values_is_refused_against_what_is_held(store: Store) -> None:
    incidents(store, HEAD + "I1,2022-06-01 10:00,1,crime,A\n")
    result = incidents(store, HEAD + "I1,2022-06-01 10:00,2,crime,A\n")
    assert (result.accepted, result.quarantined) == (0, 1)
    assert rows(store, "incidents")[0]["grade"] == 1


def test_latest_as_at_in_one_file_wins(store: Store) -> None:
    text = "incident_ref,opened_at,grade,as_at\nI1,2022-06-01 10:00,1,2022-06-02\nI1,2022-06-01 10:00,2,2022-06-09\n"
    result = incidents(store, text, as_at=None)
    assert (result.accepted, result.already_held) == (1, 1)
    assert rows(store, "incidents")[0]["grade"] == 2


def test_nothing_fills_a_required_column(store: Store) -> None:
    with pytest.raises(BadInput) as error:
        incidents(store, "ref,when\nI1,2022-06-01\n")
    assert "incident_ref, opened_at" in error.value.what
    assert "ref, when" in error.value.what
    with pytest.raises(BadInput, match="as_at"):
        incidents(store, HEAD + "I1,2022-06-01 10:00,1,crime,A\n", as_at=None)
    assert not store.holds("incidents")


MAPPING = """
table = "incidents"
date_formats = ["%d/%m/%Y %H:%M"]
blanks = ["N/A"]
[columns]
incident_ref = "Log No"
opened_at = "Opened"
grade = "Grade"
[constants]
area = "A"
[values.grade]
"Emergency" = "1"
"""


def test_mapping(store: Store, tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text(MAPPING)
    path = tmp_path / "a.csv"
    path.write_bytes(
        "Log No;Opened;Grade;Caller\nI1;01/06/2022 10:00;emergency;José\nI2;02/06/2022 10:00;N/A;x\n".encode("cp1252")
    )
    result = add_file(store, "incidents", path, mapping=tmp_path / "m.toml", as_at=JULY, who="tester")
    assert result.accepted == 2
    assert "Caller" in result.warnings[-1]
    assert [(row["incident_ref"], row["grade"], row["area"]) for row in rows(store, "incidents")] == [
        ("I1", 1, "A"),
        ("I2", None, "A"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[columns]\nincident_rf = "x"', "Did you mean 'incident_ref'"),
        ("colums = 1", "not known"),
        ('table = "crimes"', "mapping for crimes"),
        ('timezone = "Europe/Paris"', "timezone"),
        ('[columns]\nopened_on = "x"', "not a column"),
        ("not toml", "TOML"),
    ],
)
def test_bad_mappings_say_why(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "m.toml").write_text(text)
    with pytest.raises(BadInput, match=said):
        read_mapping(tmp_path / "m.toml", force_tables.contract("incidents"))


def arrests(store: Store, people: list[str], **options: Any) -> AddResult:
    path = store.root.parent / "arrests.csv"
    lines = [f"A{number},2022-06-01 10:00,{person}" for number, person in enumerate(people)]
    path.write_text("arrest_ref,arrested_at,person\n" + "\n".join(lines) + "\n")
    return add_file(store, "arrests", path, as_at=JULY, who="tester", **options)


def test_people_become_pseudonyms(store: Store) -> None:
    arrests(store, ["P 1/77", " P 1/77 ", ""], person_key=KEY)
    expected = hmac.new(KEY, b"P 1/77", hashlib.sha256).hexdigest()
    assert sorted(str(row["person"]) for row in rows(store, "arrests")) == sorted([expected, expected, "None"])
    everything = b"".join(path.read_bytes() for path in store.root.rglob("*") if path.is_file())
    assert b"P 1/77" not in everything
    assert KEY not in everything


def test_identifiers_are_not_kept_in_quarantine(store: Store) -> None:
    path = store.root.parent / "arrests.csv"
    path.write_text("arrest_ref,arrested_at,person\nA1,nonsense,SECRET-PERSON\nA2,SECRET-PERSON\n")
    result = add_file(store, "arrests", path, as_at=JULY, who="tester", person_key=KEY)
    assert result.quarantined == 2
    for refused in quarantined(store, "arrests", scope=scope("arrests_quarantine")):
        assert "SECRET-PERSON" not in refused.raw


def test_identifiers_in_the_wrong_column_are_withheld_from_quarantine(store: Store) -> None:
    path = store.root.parent / "people.csv"
    path.write_text(
        "crime_ref,person,role,recorded_on,as_at\nC1,P1,SECRET-PERSON,2022-06-01,2022-07-01\n"
        "C2,P2,victim,2022-06-01,SECRET-PERSON\nC3,P3,victim,2022-06-01,\n"
    )
    result = add_file(store, "people_in_crimes", path, who="tester", person_key=KEY)
    assert result.quarantined == 3
    refused = quarantined(store, "people_in_crimes", scope=scope("people_in_crimes_quarantine"))
    everything = b"".join(part.read_bytes() for part in store.root.rglob("*") if part.is_file())
    assert b"SECRET-PERSON" not in everything
    assert [row.raw.count("(withheld)") for row in refused] == [1, 1, 0]
    assert all(f"C{number}" in row.raw for number, row in enumerate(refused, start=1))
    assert all("SECRET-PERSON" not in row.raw for row in refused)


def test_another_key_is_refused(store: Store) -> None:
    arrests(store, ["P1"], person_key=KEY)
    with pytest.raises(BadInput, match="not the one"):
        arrests(store, ["P2"], person_key=KEY + b"!")
    with pytest.raises(BadInput, match="no key"):
        arrests(store, ["P2"])


def test_already_keyed(store: Store) -> None:
    mapping = Mapping(pseudonyms="already keyed")
    result = arrests(store, ["a" * 64, "Joe"], mapping=mapping)
    assert (result.accepted, result.quarantined) == (1, 1)
    assert rows(store, "arrests")[0]["person"] == "a" * 64


def test_workbook(store: Store, tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        sheet = book.add_worksheet("Export")
        sheet.write(0, 0, "Monthly export")
        sheet.write_row(2, 0, ["incident_ref", "opened_at", "grade", "area"])
        moment = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for row, (ref, grade) in enumerate([("I1", 1), ("I2", 2), ("I3", 3)], start=3):
            sheet.write(row, 0, ref)
            sheet.write_datetime(row, 1, dt.datetime.fromisoformat(f"2022-06-0{row}T10:00"), moment)
            sheet.write(row, 2, grade)
        sheet.write_formula(4, 2, "=1+1", None, 2)
        sheet.write_formula(5, 2, "=1/0", None, "#DIV/0!")
        sheet.merge_range(3, 3, 5, 3, "A")
    result = add_file(store, "incidents", tmp_path / "a.xlsx", as_at=JULY, who="tester")
    assert (result.read, result.accepted, dict(result.reasons)) == (3, 2, {"grade is a formula error": 1})
    assert [(row["incident_ref"], row["grade"], row["area"]) for row in rows(store, "incidents")] == [
        ("I1", 1, "A"),
        ("I2", 2, "A"),
    ]
    assert quarantined(store, "incidents")[0].line == 6


def test_parquet_with_types_of_its_own(store: Store, tmp_path: Path) -> None:
    table = pa.table(
        {
            "incident_ref": pa.array([1.0, 2.0]),
            "opened_at": pa.array([dt.datetime(2022, 6, 1, 9, tzinfo=dt.UTC)] * 2, pa.timestamp("us", "UTC")),
            "grade": pa.array([1, 9], pa.int32()),
            "area": pa.array(["A", "A"]).dictionary_encode(),
            "opened_on": pa.array([dt.date(2000, 1, 1)] * 2),
        }
    )
    pq.write_table(table, tmp_path / "a.parquet")
    result = add_file(store, "incidents", tmp_path / "a.parquet", as_at=JULY, who="tester")
    assert (result.accepted, result.quarantined, result.warnings) == (1, 1, ())
    (row,) = rows(store, "incidents")
    assert (row["incident_ref"], row["opened_on"]) == ("1", dt.date(2022, 6, 1))


@pytest.mark.parametrize(
    "content", [b"", b"\x1f\x8b\x08", b"PAR1xxxx", b"PK\x03\x04xx", b"a,b\0\n", b"\xd0\xcf\x11\xe0"]
)
def test_files_that_are_something_else(store: Store, content: bytes) -> None:
    with pytest.raises(BadInput):
        incidents(store, content)
    assert not store.holds("incidents")


def test_mixed_line_ends_are_read(store: Store) -> None:
    text = HEAD + "I1,2022-06-01 10:00,1,crime,A\r\nI2,2022-06-01 10:00,1,crime,A\nI3,x\r\n"
    result = incidents(store, text)
    assert (result.read, result.accepted, result.quarantined) == (3, 2, 1)


def test_nothing_is_left_under_way(store: Store) -> None:
    incidents(store, HEAD + "I1,2022-06-01 10:00,1,crime,A\n")
    assert list((store.root / WORKSPACES).iterdir()) == []


def test_police_uk_tables_are_not_force_tables(store: Store, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"police\.uk"):
        add_file(store, "street_crimes", tmp_path / "x.csv", who="tester")
    with pytest.raises(BadInput, match=r"police\.uk"):
        write_template("street_crimes", tmp_path)


@pytest.mark.parametrize("table", ["crimes", "arrests", "survey_responses", "unresourced", "returns"])
def test_template_can_be_added_back(tmp_path: Path, table: str) -> None:
    workbook, mapping = write_template(table, tmp_path)
    held = force_tables.contract(table)
    read_mapping(mapping, held)
    result = add_file(
        Store(tmp_path / "store"), table, workbook, mapping=mapping, as_at=JULY, who="tester", person_key=KEY
    )
    assert result.read == 0
    with pytest.raises(BadInput, match="already"):
        write_template(table, tmp_path)


def test_a_workbook_that_unpacks_to_too_much(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        book.add_worksheet().write_row(0, 0, ["incident_ref", "opened_at"])
    monkeypatch.setattr(spreadsheets, "LARGEST_UNPACKED", 1_000)
    with pytest.raises(BadInput, match="unpacks to"):
        add_file(store, "incidents", tmp_path / "a.xlsx", as_at=JULY, who="tester")


def test_a_named_worksheet(store: Store, tmp_path: Path) -> None:
    with xlsxwriter.Workbook(str(tmp_path / "a.xlsx")) as book:
        book.add_worksheet("Notes").write(0, 0, "nothing here")
        sheet = book.add_worksheet("June")
        sheet.write_row(0, 0, ["incident_ref", "opened_at"])
        sheet.write_row(2, 0, ["I1", "2022-06-01 10:00"])
    result = add_file(store, "incidents", tmp_path / "a.xlsx", mapping=Mapping(sheet="June"), as_at=JULY, who="tester")
    assert (result.read, result.accepted) == (1, 1)
    with pytest.raises(BadInput, match="no worksheet 'May'"):
        add_file(store, "incidents", tmp_path / "a.xlsx", mapping=Mapping(sheet="May"), as_at=JULY, who="tester")


def test_undo_brings_back_what_was_replaced(store: Store) -> None:
    incidents(store, HEAD + "I1,2022-06-01 10:00,1,crime,A\n")
    before = rows(store, "incidents")
    newer = incidents(store, HEAD + "I1,2022-06-01 10:00,2,crime,A\n", as_at=dt.date(2022, 8, 1))
    undo(store, str(newer.entry), who="tester")
    assert rows(store, "incidents") == before
