"""Partners' files into their tables: what each standard asks for, what is refused, and that nobody is in them."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from upstream.records.contract import contract
from upstream.records.entries import AddResult
from upstream.records.force_tables import add_file
from upstream.records.mapping import Mapping, fillable, read_mapping
from upstream.records.quarantine import quarantined
from upstream.records.templates import write_template
from upstream.store import ReadingScope, Store

PARTNER_TABLES = ("ambulance_incidents", "ed_assaults", "fire_incidents", "housing_stock", "licensed_premises",
                  "road_collisions", "school_exclusions")  # fmt: skip
JULY, AUGUST = dt.date(2022, 7, 4), dt.date(2022, 8, 1)
ISTV = """
table = "ed_assaults"
date_formats = ["%d/%m/%Y %H:%M", "%d/%m/%Y"]
[columns]
site = "Site Code (of Treatment)"
reported_from = "Reporting Period Start Date"
reported_to = "Reporting Period End Date"
arrived_at = "Arrival Date and Time"
assault_at = "Assault Date and Time"
method = "Assault Method"
other_method = "Assault Method Other Description"
location_type = "Assault Location Type"
location = "Assault Location Description"
[values.method]
"1" = "body_part"
"""
HEADER = (
    "Site Code (of Treatment),Reporting Period Start Date,Reporting Period End Date,Arrival Date and Time,"
    "Assault Date and Time,Assault Method,Assault Method Other Description,Assault Location Type,"
    "Assault Location Description,NHS Number,Patient Name"
)
ASSAULT = "RXA01,01/06/2022,30/06/2022,05/06/2022 01:10,05/06/2022 00:30,1,,Street,High Street,943 476 5919,Joan Bell"


def everything(store: Store, table: str) -> list[dict[str, object]]:
    scope = ReadingScope("tester", "tests", frozenset({table}), personal=True)
    files = store.snapshot(table, scope=scope).files
    return [row for file in files for row in pq.ParquetFile(file).read().to_pylist()]


def reported(store: Store, lines: list[str], as_at: dt.date = JULY) -> AddResult:
    folder = store.root.parent
    (folder / "istv.toml").write_text(ISTV)
    (folder / "istv.csv").write_text("\n".join([HEADER, *lines]) + "\n")
    return add_file(store, "ed_assaults", folder / "istv.csv", mapping=folder / "istv.toml", as_at=as_at, who="tester")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def test_a_report_as_the_standard_has_it(store: Store) -> None:
    result = reported(store, [ASSAULT, ASSAULT])
    assert (result.read, result.accepted) == (2, 2)
    rows = everything(store, "ed_assaults")
    # two people hurt in one fight look alike and are two rows
    assert len({row["record_number"] for row in rows}) == 2
    assert {(row["method"], row["location_type"], row["location"]) for row in rows} == {
        ("body_part", "street", "High Street")
    }
    # half past midnight in summer time
    assert rows[0]["assaulted_on"] == dt.date(2022, 6, 5)
    assert rows[0]["assault_at"] == dt.datetime(2022, 6, 4, 23, 30, tzinfo=dt.UTC)


def test_nothing_about_the_patient_is_held(store: Store) -> None:
    reported(store, [ASSAULT, ASSAULT.replace("High Street", "flat of 943 476 5919"), ",,,,,,,,,9434765919,Joan Bell"])
    held = b"".join(path.read_bytes() for path in store.root.rglob("*") if path.is_file())
    for secret in (b"943 476 5919", b"9434765919", b"Joan Bell"):
        assert secret not in held
    scope = ReadingScope("tester", "tests", frozenset({"ed_assaults_quarantine"}), personal=True)
    refused = quarantined(store, "ed_assaults", scope=scope)
    assert [row.line for row in refused] == [3, 4]
    assert "looks like an NHS number" in refused[0].reason
    assert "(withheld)" in refused[0].raw
    assert "RXA01" in refused[0].raw


@pytest.mark.parametrize(
    ("old", "new", "fate"),
    [
        ("05/06/2022 00:30", "", "assault_at is blank"),
        (",1,", ",,", "method is blank"),
        ("Street,", ",", "location_type is blank"),
        ("RXA01", "", "site is blank"),
        ("01/06/2022,30", "01/07/2022,30", "the period reported ends before it starts"),
        ("05/06/2022 01:10", "", None),
        ("High Street", "", None),
    ],
)
def test_mandatory_items_are_needed_and_required_ones_are_asked_for(
    store: Store, old: str, new: str, fate: str | None
) -> None:
    result = reported(store, [ASSAULT.replace(old, new, 1)])
    assert list(result.reasons) == ([] if fate is None else [fate])


def test_a_corrected_report_takes_the_place_of_the_whole_one(store: Store) -> None:
    reported(store, [ASSAULT, ASSAULT, ASSAULT])
    other = ASSAULT.replace("RXA01", "RXB02")
    reported(store, [other])
    result = reported(store, [ASSAULT], AUGUST)
    assert (result.accepted, result.already_held) == (1, 0)
    assert "2 rows were held of an earlier file and not in this one: no longer held." in result.warnings
    assert sorted((row["site"], row["as_at"]) for row in everything(store, "ed_assaults")) == [
        ("RXA01", AUGUST),
        ("RXB02", JULY),
    ]
    late = reported(store, [ASSAULT, ASSAULT])
    assert (late.accepted, late.already_held) == (0, 2), "an older report adds nothing to a newer one"
    assert reported(store, [ASSAULT], AUGUST).already_held == 1


def test_registers_are_read_whole(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    head = "authority,licence_ref,name,kind\n"
    path.write_text(head + "Ham,1,The Ship,premises_licence\nHam,2,The Bell,premises_licence\n")
    add_file(store, "licensed_premises", path, as_at=JULY, who="tester")
    path.write_text(head + "Ham,2,The Bell,premises_licence\nHam,3,The Fox,club premises certificate\n")
    add_file(store, "licensed_premises", path, as_at=AUGUST, who="tester")
    assert sorted((row["name"], row["kind"]) for row in everything(store, "licensed_premises")) == [
        ("The Bell", "premises_licence"),
        ("The Fox", "club_premises_certificate"),
    ]


def test_a_place_with_so_few_homes_that_it_is_a_household_is_refused(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "homes.csv"
    path.write_text(
        "landlord,lsoa,period_from,period_to,homes,tenancies_ended,evictions\n"
        "Ham Homes,E01000001,2022-04-01,2022-06-30,7,,\nHam Homes,E01000002,2022-04-01,2022-06-30,8,2,3\n"
        "Ham Homes,E01000003,2022-04-01,2022-06-30,40,2,2\n"
    )
    result = add_file(store, "housing_stock", path, as_at=JULY, who="tester")
    assert result.accepted == 1
    assert set(result.reasons) == {"homes is below 8", "more tenancies ended by eviction than ended"}


@pytest.mark.parametrize("table", PARTNER_TABLES)
def test_partner_tables_say_what_is_agreed_and_hold_nobody(table: str) -> None:
    held = contract(table)
    assert held.agreement
    assert held.retention_years or "ublic" in held.retention_reason or "ublished" in held.retention_reason
    assert not [column.name for column in held.columns if column.type == "pseudonym"]
    words = {word for column in held.columns for word in column.name.split("_")}
    assert not words & {
        "patient",
        "nhs",
        "age",
        "sex",
        "gender",
        "ethnicity",
        "birth",
        "pupil",
        "tenant",
        "holder",
        "dob",
    }
    # a point at which somebody was hurt, or called for help, can be somebody's home
    points = [held.column(name).personal for name in ("easting", "northing") if name in held.names]
    assert all(points) == (held.regime == "uk-gdpr") or not points


@pytest.mark.parametrize("table", PARTNER_TABLES)
def test_templates_of_partner_tables_are_mappings(tmp_path: Path, table: str) -> None:
    _, mapping = write_template(table, tmp_path)
    read = read_mapping(mapping, contract(table))
    assert set(read.columns) <= {column.name for column in fillable(contract(table))}


MANCHESTER = Mapping(
    columns={
        "authority": "ORGANISATIONLABEL", "licence_ref": "CASEREFERENCE", "name": "PREMISESNAME",
        "address": "LOCATIONTEXT", "postcode": "POSTCODE", "kind": "SERVICETYPELABEL",
        "activities": "ENTERTAINMENTTYPELABEL", "late_refreshment": "LATENIGHTREFRESHMENT", "alcohol": "ALCOHOLSUPPLY",
        "hours": "OPENINGHOURS", "status": "STATUSLABEL", "granted_on": "LICENCESTARTDATE", "as_at": "EXTRACTDATE",
    },
    date_formats=("%d/%m/%Y",),
)  # fmt: skip


@pytest.mark.shared
def test_a_real_register_is_read(store: Store, tmp_path: Path, shared_data: Path) -> None:
    path = tmp_path / "manchester.csv"
    packed = shared_data / "licensed-premises" / "manchester_licensed_premises_2014.csv.gz"
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    result = add_file(store, "licensed_premises", path, mapping=MANCHESTER, who="tester")
    # licences that start after the day the register was read are set aside with that reason
    assert result.read == 2265
    assert set(result.reasons) <= {"granted_on is after the as-at date"}
    assert result.accepted > 2200
    assert result.unknown_codes == {}
    rows = everything(store, "licensed_premises")
    assert {row["kind"] for row in rows} == {"premises_licence", "club_premises_certificate"}
    assert sum(row["alcohol"] is True for row in rows) > 1850


STATS19 = Mapping(
    columns={
        "collision_ref": "accident_index", "happened_on": "date", "clock_time": "time", "severity": "accident_severity",
        "easting": "location_easting_osgr", "northing": "location_northing_osgr", "vehicles": "number_of_vehicles",
        "casualties": "number_of_casualties", "lsoa": "lsoa_of_accident_location",
    },
    values={"severity": {"1": "fatal", "2": "serious", "3": "slight"}},
    date_formats=("%d/%m/%Y",),
    blanks=("-1",),
)  # fmt: skip


@pytest.mark.shared
def test_real_collisions_are_read(store: Store, shared_data: Path) -> None:
    path = shared_data / "road-casualties" / "stats19_accidents_sample_raw.csv"
    result = add_file(store, "road_collisions", path, mapping=STATS19, as_at=dt.date(2024, 9, 30), who="tester")
    assert (result.read, result.accepted) == (3, 3)
    first = min(everything(store, "road_collisions"), key=lambda row: str(row["collision_ref"]))
    assert first | {"as_at": None} == {
        "collision_ref": "2023010451590", "happened_on": dt.date(2023, 6, 24), "clock_time": "17:58",
        "severity": "slight", "area": None, "lsoa": "E01003131", "easting": 530265.0, "northing": 172710.0,
        "vehicles": 2, "casualties": 1, "killed": None, "seriously_injured": None, "on_foot": None, "cycling": None,
        "speed_limit": 20, "as_at": None,
    }  # fmt: skip
