"""Every quirk of the published files, one test each, on small files written here."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import duckdb
import pytest

from upstream.errors import BadInput, UpstreamError
from upstream.records.entries import AddResult
from upstream.records.quarantine import quarantined
from upstream.records.sources import police_uk
from upstream.records.sources.police_uk_layouts import OUTCOMES, STOPS, STREET, force_slug
from upstream.store import Store

CRIME = {
    "Crime ID": "a" * 64,
    "Month": "2022-06",
    "Reported by": "Northumbria Police",
    "Falls within": "Northumbria Police",
    "Longitude": "-1.611000",
    "Latitude": "54.970000",
    "Location": "On or near Grey Street",
    "LSOA code": "E01008397",
    "LSOA name": "Newcastle upon Tyne 024A",
    "Crime type": "Burglary",
    "Last outcome category": "Under investigation",
    "Context": "",
}
ASB = CRIME | {"Crime ID": "", "Crime type": "Anti-social behaviour", "Last outcome category": ""}
STOP = dict.fromkeys(STOPS.headers, "") | {
    "Type": "Person search",
    "Date": "2022-06-03T12:00:00+00:00",
    "Latitude": "54.97",
    "Longitude": "-1.61",
    "Outcome linked to object of search": "True",
}
OUTCOME = {header: CRIME.get(header, "") for header in OUTCOMES.headers} | {"Outcome type": "Suspect charged"}
STREET_NAME = "2022-06-northumbria-street.csv"
STOP_NAME = "2022-06-northumbria-stop-and-search.csv"


def text(*rows: dict[str, str], headers: tuple[str, ...] = STREET.headers, end: str = "\n") -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, headers, lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "download"
    path.mkdir()
    return path


def add(store: Store, folder: Path, name: str, content: str | bytes) -> AddResult:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    (result,) = police_uk.add(store, [path], who="tester")
    return result


def held(store: Store, table: str, columns: str) -> list[tuple[object, ...]]:
    files = [str(path) for path in store.snapshot(table).files]
    return duckdb.sql(f"SELECT {columns} FROM read_parquet({files!r})").fetchall() if files else []


def refused_rows(store: Store, table: str = "street_crimes") -> list[tuple[int, str | None, str]]:
    return [(row.line, row.value, row.reason) for row in quarantined(store, table)]


def test_a_row_keeps_every_value_as_published(store: Store, folder: Path) -> None:
    add(store, folder, STREET_NAME, text(CRIME))
    assert held(store, "street_crimes", "force, month, month_on::VARCHAR, crime_id, longitude, lsoa, category") == [
        ("northumbria", "2022-06", "2022-06-01", "a" * 64, -1.611, "E01008397", "burglary")
    ]
    assert held(store, "street_crimes", "reported_by, location, lsoa_name, last_outcome, context") == [
        ("Northumbria Police", "On or near Grey Street", "Newcastle upon Tyne 024A", "Under investigation", None)
    ]


def test_antisocial_behaviour_rows_that_look_alike_are_separate(store: Store, folder: Path) -> None:
    result = add(store, folder, STREET_NAME, text(ASB, ASB, ASB))
    assert (result.read, result.accepted) == (3, 3)
    assert held(store, "street_crimes", "category, crime_id") == [("anti_social_behaviour", None)] * 3


def test_repeated_crime_ids_are_kept(store: Store, folder: Path) -> None:
    assert add(store, folder, STREET_NAME, text(CRIME, CRIME | {"Crime type": "Drugs"})).accepted == 2


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("last_end", [True, False])
def test_line_ends_and_byte_order_mark(store: Store, folder: Path, end: str, mark: str, last_end: bool) -> None:
    content = text(CRIME, ASB, end=end)
    result = add(store, folder, STREET_NAME, mark + (content if last_end else content.removesuffix(end)))
    assert (result.read, result.accepted, result.quarantined) == (2, 2, 0)
    assert held(store, "street_crimes", "context") == [(None,), (None,)]


def test_blank_coordinates_stay_blank(store: Store, folder: Path) -> None:
    blank = CRIME | {"Longitude": "", "Latitude": "", "Location": "No Location", "LSOA code": "", "LSOA name": ""}
    assert add(store, folder, STREET_NAME, text(blank)).accepted == 1
    assert held(store, "street_crimes", "longitude, latitude, lsoa, location") == [(None, None, None, "No Location")]


def test_points_outside_the_force_are_kept(store: Store, folder: Path) -> None:
    away = CRIME | {"LSOA code": "W01001897", "LSOA name": "Gwynedd 004A", "Longitude": "-4.1", "Latitude": "53.2"}
    assert add(store, folder, STREET_NAME, text(away)).accepted == 1


def test_an_unknown_category_is_kept_and_reported(store: Store, folder: Path) -> None:
    result = add(store, folder, STREET_NAME, text(CRIME | {"Crime type": "Theft of  Drones (new)"}, CRIME))
    assert result.accepted == 2
    assert result.unknown_codes == {"category": {"theft_of_drones_new": 1}}
    assert any("theft_of_drones_new (1 rows)" in warning for warning in result.warnings)


def test_an_unknown_outcome_is_kept_and_reported(store: Store, folder: Path) -> None:
    row = OUTCOME | {"Outcome type": "Something else"}
    result = add(store, folder, "2022-06-northumbria-outcomes.csv", text(OUTCOME, row, headers=OUTCOMES.headers))
    assert result.unknown_codes == {"outcome": {"something_else": 1}}


def test_a_location_without_a_name_is_kept(store: Store, folder: Path) -> None:
    row = OUTCOME | {"Location": "On or near "}
    add(store, folder, "2022-06-northumbria-outcomes.csv", text(row, headers=OUTCOMES.headers))
    assert held(store, "street_outcomes", "location, outcome") == [("On or near ", "suspect_charged")]


def test_an_empty_file_is_a_month_held_with_nothing(store: Store, folder: Path) -> None:
    result = add(store, folder, STREET_NAME, text())
    assert (result.read, result.months) == (0, ("northumbria 2022-06",))
    assert store.snapshot("street_crimes").rows == 0


def test_headers_may_differ_in_case_and_spacing(store: Store, folder: Path) -> None:
    content = text(CRIME).replace("Crime ID,Month,Reported by", " crime id ,MONTH,Reported  By")
    assert add(store, folder, STREET_NAME, content).accepted == 1


@pytest.mark.parametrize("sign", [".", "_"])
def test_headers_may_be_spelt_as_statistics_packages_do(store: Store, folder: Path, sign: str) -> None:
    header = ",".join(STREET.headers)
    content = text(CRIME).replace(header, header.replace(" ", sign))
    assert add(store, folder, STREET_NAME, content).accepted == 1
    stops = ",".join(STOPS.headers)
    spelt = stops.replace(" ", sign).replace("-", sign)
    assert add(store, folder, STOP_NAME, text(STOP, headers=STOPS.headers).replace(stops, spelt)).accepted == 1


def test_columns_may_stand_in_another_order_with_more_of_them(store: Store, folder: Path) -> None:
    headers = ("Extra", *reversed(STREET.headers))
    add(store, folder, STREET_NAME, text(CRIME | {"Extra": "x"}, headers=headers))
    assert held(store, "street_crimes", "category, longitude, latitude") == [("burglary", -1.611, 54.97)]


def test_missing_columns_are_named(store: Store, folder: Path) -> None:
    headers = tuple(header for header in STREET.headers if header not in {"LSOA code", "Crime type"})
    row = {header: CRIME[header] for header in headers}
    with pytest.raises(BadInput, match="lacks the columns LSOA code, Crime type of a street file"):
        add(store, folder, STREET_NAME, text(row, headers=headers))
    assert store.tables() == ()


def test_search_times_are_utc_and_days_are_local(store: Store, folder: Path) -> None:
    first_hour = STOP | {"Date": "2022-05-31T23:05:00+00:00"}
    winter = STOP | {"Date": "2022-06-30T22:59:00+00:00"}
    next_month = STOP | {"Date": "2022-06-30T23:00:00+00:00"}
    result = add(store, folder, STOP_NAME, text(first_hour, winter, next_month, headers=STOPS.headers))
    assert (result.accepted, result.quarantined) == (2, 1)
    assert held(store, "street_stops", "searched_on::VARCHAR, outcome_linked, clothing_removed, operation") == [
        ("2022-06-01", True, None, None),
        ("2022-06-30", True, None, None),
    ]
    assert refused_rows(store, "street_stops") == [
        (4, "2022-06-30T23:00:00+00:00", "Date is not in the month of the file name")
    ]


def test_repeated_searches_are_separate(store: Store, folder: Path) -> None:
    assert add(store, folder, STOP_NAME, text(STOP, STOP, headers=STOPS.headers)).accepted == 2


FAULTS = {
    "fewer fields": (b"x,2022-06,Northumbria", "line has fewer fields than the header"),
    "more fields": (text(CRIME).splitlines()[1].encode() + b",more", "line has more fields than the header"),
    "open quote": (b'"' + text(CRIME).splitlines()[1].encode(), "quotes do not close on the line"),
    "NUL": (text(CRIME).splitlines()[1].replace("Grey", "Gr\0y").encode(), "line contains NUL bytes"),
    "Latin-1": (text(CRIME | {"Location": "Café"}).splitlines()[1].encode("latin-1"), "line is not UTF-8 text"),
    "too long": (b"x" * 70_000, "line is longer than 65,536 bytes"),
    "longitude": (CRIME | {"Longitude": "-181"}, "Longitude is outside -180 to 180"),
    "absurd latitude": (CRIME | {"Latitude": "5497"}, "Latitude is outside -90 to 90"),
    "not a number": (CRIME | {"Latitude": "north"}, "Latitude is not a number"),
    "NaN": (CRIME | {"Latitude": "nan"}, "Latitude is outside -90 to 90"),
    "one coordinate": (CRIME | {"Latitude": ""}, "Longitude or Latitude is blank without the other"),
    "wrong date": (CRIME | {"Month": "2022-13"}, "Month is not a month written YYYY-MM"),
    "date not month": (CRIME | {"Month": "06/2022"}, "Month is not a month written YYYY-MM"),
    "before publication": (CRIME | {"Month": "1999-06"}, "Month is not between 2010-12 and this month"),
    "future": (CRIME | {"Month": "2199-06"}, "Month is not between 2010-12 and this month"),
    "other month": (CRIME | {"Month": "2022-05"}, "Month is not in the month of the file name"),
    "other force": (CRIME | {"Reported by": "Kent Police"}, "Reported by is not the force of the file name"),
    "no force": (CRIME | {"Reported by": ""}, "Reported by is blank"),
    "no type": (CRIME | {"Crime type": ""}, "Crime type is blank"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_line_is_quarantined_alone(store: Store, folder: Path, fault: str) -> None:
    line, reason = FAULTS[fault]
    raw = line if isinstance(line, bytes) else text(line).splitlines()[1].encode()
    content = text(CRIME).encode() + raw + b"\n" + text(ASB).splitlines()[1].encode() + b"\n"
    result = add(store, folder, STREET_NAME, content)
    assert (result.read, result.accepted, result.quarantined, result.already_held) == (3, 2, 1, 0)
    assert result.reasons == {reason: 1}
    assert [(row.line, row.reason) for row in quarantined(store, "street_crimes")] == [(3, reason)]
    assert held(store, "street_crimes", "category") == [("burglary",), ("anti_social_behaviour",)]


def test_a_file_cut_off_in_the_middle_of_a_row(store: Store, folder: Path) -> None:
    content = text(CRIME, CRIME, CRIME)
    result = add(store, folder, STREET_NAME, content[: -len(text(CRIME).splitlines()[1]) // 2])
    assert (result.read, result.accepted, result.quarantined) == (3, 2, 1)


def test_quarantine_keeps_the_line(store: Store, folder: Path) -> None:
    bad = CRIME | {"Latitude": "north", "Location": 'On or near "The Mews", Hexham'}
    add(store, folder, STREET_NAME, text(bad, CRIME))
    (row,) = quarantined(store, "street_crimes")
    assert row.raw == text(bad).splitlines()[1]
    assert (row.column, row.value, row.file) == ("Latitude", "north", STREET_NAME)


def test_blank_lines_are_no_rows(store: Store, folder: Path) -> None:
    result = add(store, folder, STREET_NAME, text(CRIME).replace("\n", "\n\n") + "\r\n\n" + text(ASB).splitlines()[1])
    assert (result.read, result.accepted) == (2, 2)


def test_formulas_are_kept_as_text(store: Store, folder: Path) -> None:
    add(store, folder, STREET_NAME, text(CRIME | {"Location": '=HYPERLINK("http://example.org")'}))
    assert held(store, "street_crimes", "location") == [('=HYPERLINK("http://example.org")',)]


def test_utf16_is_refused_by_name(store: Store, folder: Path) -> None:
    with pytest.raises(BadInput, match="encoded as UTF-16"):
        add(store, folder, STREET_NAME, text(CRIME).encode("utf-16"))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (text(CRIME).encode("utf-16-le"), "holds NUL bytes"),
        (text(CRIME, end="\r").encode(), "ends its lines with carriage returns alone"),
        (text(CRIME).replace(",", "\t").encode(), "has no column of a police.uk file; it begins 'Crime ID"),
        (b"<!DOCTYPE html><html></html>", "it begins '<!DOCTYPE html>"),
        (b"downloaded today\n" + text(CRIME).encode(), "it begins 'downloaded today'"),
    ],
    ids=["UTF-16 without a mark", "old Mac", "tabs", "error page", "a line before the header"],
)
def test_a_file_that_is_something_else_says_what(store: Store, folder: Path, content: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        add(store, folder, STREET_NAME, content)
    assert store.tables() == ()


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (CRIME | {"Month": "Jun-22"}, r"has 2 rows and none can be used: Month is not a month written YYYY-MM \(2\)"),
        (CRIME | {"Longitude": "1,5"}, r"none can be used: Longitude is not a number \(2\)"),
    ],
    ids=["months of a spreadsheet", "decimal commas"],
)
def test_a_file_without_one_usable_row_is_no_month_of_nothing(
    store: Store, folder: Path, row: dict[str, str], said: str
) -> None:
    add(store, folder, STREET_NAME, text(CRIME, ASB, ASB))
    with pytest.raises(BadInput, match=said):
        add(store, folder, STREET_NAME, text(row, row))
    assert store.snapshot("street_crimes").rows == 3


def test_a_file_wholly_in_another_encoding_says_so(store: Store, folder: Path) -> None:
    with pytest.raises(BadInput, match=r"none can be used: line is not UTF-8 text \(1\)"):
        add(store, folder, STREET_NAME, text(CRIME | {"Location": "Café"}).encode("cp1252"))


def test_a_file_with_nothing_in_it_is_refused(store: Store, folder: Path) -> None:
    with pytest.raises(BadInput, match="has no header line"):
        add(store, folder, STREET_NAME, b"")


def test_a_renamed_file_is_refused(store: Store, folder: Path) -> None:
    with pytest.raises(BadInput, match="named as kent 2022-06, but not one of its rows is"):
        add(store, folder, "2022-06-kent-street.csv", text(CRIME, ASB))
    with pytest.raises(BadInput, match="named as northumbria 2022-07, but not one of its rows is"):
        add(store, folder, "2022-07-northumbria-street.csv", text(CRIME, ASB))
    assert store.tables() == ()


def test_a_file_named_as_another_kind_is_refused(store: Store, folder: Path) -> None:
    with pytest.raises(BadInput, match="named as a outcomes file but has the columns of a street file"):
        add(store, folder, "2022-06-northumbria-outcomes.csv", text(CRIME))


def test_a_file_with_a_name_of_its_own_says_force_and_month_in_its_rows(store: Store, folder: Path) -> None:
    other = CRIME | {"Reported by": "Devon & Cornwall Police", "Month": "2022-05"}
    strange = CRIME | {"Reported by": "Ruritania Constabulary"}
    result = add(store, folder, "everything.csv", text(CRIME, other, strange))
    assert result.months == ("devon-and-cornwall 2022-05", "northumbria 2022-06", "ruritania 2022-06")
    assert any("force and month were taken from its rows" in warning for warning in result.warnings)
    assert result.unknown_codes == {"force": {"ruritania": 1}}


def test_searches_need_a_name(store: Store, folder: Path) -> None:
    with pytest.raises(BadInput, match="does not say which force and month"):
        add(store, folder, "searches.csv", text(STOP, headers=STOPS.headers))


def test_the_same_file_again_is_held_already(store: Store, folder: Path) -> None:
    content = text(CRIME, ASB, CRIME | {"Latitude": "north"})
    first = add(store, folder, STREET_NAME, content)
    again = add(store, folder, STREET_NAME, content)
    assert (again.read, again.accepted, again.quarantined, again.already_held) == (3, 0, 1, 2)
    assert (again.entry, again.version_after) == (None, first.version_after)
    assert store.snapshot("street_crimes").rows == 2
    assert len(quarantined(store, "street_crimes")) == 1


def test_a_changed_file_replaces_its_month_and_no_other(store: Store, folder: Path) -> None:
    add(store, folder, STREET_NAME, text(CRIME, ASB))
    may = CRIME | {"Month": "2022-05"}
    add(store, folder, "2022-05-northumbria-street.csv", text(may))
    result = add(store, folder, STREET_NAME, text(CRIME, ASB, ASB, ASB))
    assert (result.accepted, result.already_held) == (4, 0)
    assert sorted(held(store, "street_crimes", "month")) == [("2022-05",)] + [("2022-06",)] * 4


def test_months_that_share_a_file_are_replaced_alone(store: Store, folder: Path) -> None:
    may = CRIME | {"Month": "2022-05"}
    (folder / STREET_NAME).write_text(text(CRIME, ASB))
    (folder / "2022-05-northumbria-street.csv").write_text(text(may, may, may))
    police_uk.add(store, [folder], who="tester")
    assert len(store.snapshot("street_crimes").files) == 1
    add(store, folder, STREET_NAME, text(ASB))
    assert sorted(held(store, "street_crimes", "month, category")) == [("2022-05", "burglary")] * 3 + [
        ("2022-06", "anti_social_behaviour")
    ]


def test_two_different_files_of_one_month_are_refused(store: Store, folder: Path) -> None:
    (folder / STREET_NAME).write_text(text(CRIME))
    (folder / "copy").mkdir()
    (folder / "copy" / STREET_NAME).write_text(text(ASB))
    with pytest.raises(BadInput, match="are both of northumbria 2022-06 but differ"):
        police_uk.add(store, [folder], who="tester")
    (folder / "copy" / STREET_NAME).write_text(text(CRIME))
    (result,) = police_uk.add(store, [folder], who="tester")
    assert result.read == 1
    assert any("is the same file as" in warning for warning in result.warnings)


def test_a_month_that_two_files_bring_is_refused(store: Store, folder: Path) -> None:
    (folder / STREET_NAME).write_text(text(CRIME))
    (folder / "mine.csv").write_text(text(CRIME, ASB))
    with pytest.raises(BadInput, match="More than one of these files has rows of northumbria 2022-06"):
        police_uk.add(store, [folder], who="tester")
    assert store.tables() == ()


def test_all_three_kinds_in_one_folder(store: Store, folder: Path) -> None:
    (folder / STREET_NAME).write_text(text(CRIME))
    (folder / STOP_NAME).write_text(text(STOP, headers=STOPS.headers))
    (folder / "2022-06-northumbria-outcomes.csv").write_text(text(OUTCOME, OUTCOME, headers=OUTCOMES.headers))
    results = police_uk.add(store, [folder], who="tester")
    assert [(result.table, result.accepted) for result in results] == [
        ("street_crimes", 1),
        ("street_outcomes", 2),
        ("street_stops", 1),
    ]


def test_nothing_is_written_when_one_file_of_several_is_bad(store: Store, folder: Path) -> None:
    (folder / STREET_NAME).write_text(text(CRIME))
    (folder / "2022-05-northumbria-street.csv").write_text("Month,Crime type\n")
    with pytest.raises(BadInput, match="lacks the columns"):
        police_uk.add(store, [folder], who="tester")
    assert store.tables() == ()


def test_a_month_that_cannot_have_happened_is_refused(store: Store, folder: Path) -> None:
    with pytest.raises(BadInput, match="is of 2199-01"):
        add(store, folder, "2199-01-northumbria-street.csv", text(CRIME))


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Avon and Somerset Constabulary", "avon-and-somerset"),
        ("Devon & Cornwall Police", "devon-and-cornwall"),
        ("Metropolitan Police Service", "metropolitan"),
        ("Police Service of Northern Ireland", "northern-ireland"),
        ("City of London Police", "city-of-london"),
        ("Dyfed-Powys Police", "dyfed-powys"),
        ("British Transport Police", "btp"),
    ],
)
def test_slugs_of_forces(name: str, slug: str) -> None:
    assert force_slug(name) == slug


def test_errors_are_for_people(store: Store, tmp_path: Path) -> None:
    with pytest.raises(UpstreamError, match="is not there"):
        police_uk.add(store, [tmp_path / "nothing.zip"], who="tester")
