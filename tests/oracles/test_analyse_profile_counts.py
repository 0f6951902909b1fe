"""One problem's records against a recount in pandas, row by row, on random records; DuckDB and Spark alike."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

from stores import filled
from upstream.analyse.profile_counts import Profile, ProfileOf, profile
from upstream.analyse.when import week_hours
from upstream.errors import BadInput, NotHeld
from upstream.measures.crime_types import CRIMES_OF, types_in
from upstream.periods import Month
from upstream.records.contract import code_list
from upstream.records.sources import police_uk
from upstream.store import Store
from upstream.store.scopes import ReadingScope, readings

FIRST, LAST = Month(2020, 1), Month(2022, 6)
OF = ProfileOf(Month(2021, 2), Month(2022, 3), ("A",), ("S1", "S2"), ("Burglary", "Vehicle crime"))
KINDS = ("residential_burglary", "business_burglary", "vehicle_offences", "shoplifting")
SCOPE = ReadingScope(
    "tests", "a recount", frozenset({"crimes", "incidents", "people_in_crimes"}), areas=("A", "B"), personal=True
)


def crimes(rng: np.random.Generator, n: int) -> list[dict[str, Any]]:
    span = (LAST.last_day - FIRST.first_day).days + 1
    rows = []
    for at in range(n):
        day = FIRST.first_day + dt.timedelta(days=int(rng.integers(span)))
        start = dt.datetime.combine(day, dt.time(), dt.UTC) + dt.timedelta(minutes=int(rng.integers(1440)))
        length = dt.timedelta(minutes=int(rng.choice([0, 20, 90, 700, 2000])))
        known = rng.random() > 0.05
        rows.append(
            {
                "crime_ref": f"C{at}",
                "record_kind": str(rng.choice(["crime", "crimed_incident"], p=[0.9, 0.1])),
                "status": str(rng.choice(["recorded", "cancelled", "reclassified"], p=[0.8, 0.1, 0.1])),
                "recorded_on": day,
                "committed_from": start if known else None,
                "committed_to": start + length if known and rng.random() > 0.02 else None,
                "area": [None, "A", "B"][int(rng.choice(3, p=[0.05, 0.6, 0.35]))],
                "lsoa": [None, "S1", "S2", "S3"][int(rng.integers(4))],
                "category": str(rng.choice(KINDS)),
                "offence_code": [None, "45", "48", "126"][int(rng.integers(4))],
            }
        )
    return rows


def people(rng: np.random.Generator, crimes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "crime_ref": one["crime_ref"],
            "person": f"p{int(rng.integers(120))}" if rng.random() > 0.05 else None,
            "role": str(rng.choice(["victim", "suspect"], p=[0.8, 0.2])),
            "recorded_on": one["recorded_on"],
            "business": bool(rng.random() < 0.1),
            "area": one["area"],
        }
        for one in crimes
        for _ in range(int(rng.integers(1, 3)))
    ]


def incidents(rng: np.random.Generator, n: int) -> list[dict[str, Any]]:
    span = (LAST.last_day - FIRST.first_day).days + 1
    days = [FIRST.first_day + dt.timedelta(days=int(d)) for d in rng.integers(span, size=n)]
    return [
        {
            "incident_ref": f"I{at}",
            "opened_at": dt.datetime.combine(day, dt.time(int(rng.integers(24)), 5), dt.UTC),
            "opened_on": day,
            "incident_type": str(rng.choice(["asb_nuisance", "asb_personal", "transport"])),
            "area": str(rng.choice(["A", "B"])),
            "lsoa": str(rng.choice(["S1", "S2", "S3"])),
        }
        for at, day in enumerate(days)
    ]


@pytest.fixture(scope="module")
def records() -> dict[str, list[dict[str, Any]]]:
    rng = np.random.default_rng(20260105)
    made = crimes(rng, 4000)
    return {"crimes": made, "people_in_crimes": people(rng, made), "incidents": incidents(rng, 900)}


@pytest.fixture(scope="module")
def store(records: dict[str, list[dict[str, Any]]], tmp_path_factory: pytest.TempPathFactory) -> Store:
    return filled(tmp_path_factory.mktemp("store"), records)


@pytest.fixture(scope="module")
def found(store: Store) -> Profile:
    return profile(OF, store, SCOPE)


def kept(rows: list[dict[str, Any]], of: ProfileOf) -> pd.DataFrame:
    """The slice, row by row."""
    types = types_in("crimes", of.types)
    own = [
        row
        for row in rows
        if of.first.first_day <= row["recorded_on"] <= of.last.last_day
        and row["record_kind"] == "crime"
        and row["status"] != "cancelled"
        and (of.areas is None or row["area"] in of.areas)
        and (not of.small_areas or row["lsoa"] in of.small_areas)
        and (types is None or row["category"] in types)
    ]
    return pd.DataFrame(own)


def test_months_types_and_small_areas_are_a_recount(found: Profile, records: dict[str, list[dict[str, Any]]]) -> None:
    own = kept(records["crimes"], OF)
    assert found.total == len(own) > 200
    by_month = Counter(Month.of(day) for day in own["recorded_on"])
    assert {one.month: one.count for one in found.months} == {m: by_month[m] for m in (o.month for o in found.months)}
    assert {part.key: part.count for part in found.types} == own["category"].value_counts().to_dict()
    assert {part.key: part.count for part in found.small_areas} == own["lsoa"].value_counts().to_dict()
    assert found.without_place == 0


def test_hours_are_shared_out_over_the_local_clock(found: Profile, records: dict[str, list[dict[str, Any]]]) -> None:
    cells, lost, zone = np.zeros((7, 24)), 0, ZoneInfo("Europe/London")
    for _, row in kept(records["crimes"], OF).iterrows():
        if pd.isna(row["committed_from"]) or pd.isna(row["committed_to"]):
            lost += 1
            continue
        start, end = (row[name].to_pydatetime().replace(minute=0) for name in ("committed_from", "committed_to"))
        hours = int((end - start).total_seconds() // 3600)
        if hours > 24:
            lost += 1
            continue
        for later in range(hours + 1):
            clock = (start + dt.timedelta(hours=later)).astimezone(zone)
            cells[clock.weekday(), clock.hour] += 1 / (hours + 1)
    assert found.hours is not None
    np.testing.assert_allclose(found.hours.cells, cells, rtol=0, atol=1e-9)
    assert found.hours.not_placed == lost > 0
    assert found.hours.cells.sum() == pytest.approx(found.total - lost, abs=1e-6)


def test_victims_again_are_a_recount_of_people(found: Profile, records: dict[str, list[dict[str, Any]]]) -> None:
    refs = set(kept(records["crimes"], OF)["crime_ref"])
    pairs = {
        (row["person"], row["crime_ref"])
        for row in records["people_in_crimes"]
        if row["crime_ref"] in refs and row["role"] == "victim" and not row["business"] and row["person"]
    }
    each = Counter(person for person, _ in pairs)
    again = [n for n in each.values() if n > 1]
    assert found.repeats is not None
    assert (found.repeats.victims, found.repeats.again) == (len(each), len(again))
    assert (found.repeats.offences, found.repeats.offences_again) == (len(pairs), sum(again))


def test_incidents_of_the_place_are_counted_whatever_the_crime(
    found: Profile, records: dict[str, list[dict[str, Any]]]
) -> None:
    own = Counter(
        row["incident_type"]
        for row in records["incidents"]
        if row["area"] == "A"
        and row["lsoa"] in OF.small_areas
        and OF.first.first_day <= row["opened_on"] <= OF.last.last_day
    )
    assert found.incidents is not None
    assert {part.key: part.count for part in found.incidents} == dict(own)


def test_harm_and_cost_weigh_exactly_the_crimes_counted(found: Profile) -> None:
    assert found.harm is not None
    assert found.cost is not None
    assert sum(one.crimes for one in found.counted) == found.total == found.harm.weighed + found.harm.without
    assert found.cost.crimes_checked + found.cost.crimes_unchecked + found.cost.without == found.total


def same(one: Profile, other: Profile) -> bool:
    assert one.hours is not None
    assert other.hours is not None
    np.testing.assert_allclose(one.hours.cells, other.hours.cells, rtol=0, atol=1e-9)
    plain = [replace(each, hours=None, tables=()) for each in (one, other)]
    return plain[0] == plain[1]


def test_the_order_of_rows_does_not_matter(
    found: Profile, records: dict[str, list[dict[str, Any]]], tmp_path: Path
) -> None:
    turned = {table: rows[::-1] for table, rows in records.items()}
    assert same(found, profile(OF, filled(tmp_path, turned), SCOPE))


def test_areas_add_up_to_the_force(store: Store) -> None:
    def total(**place: Any) -> int:
        of = ProfileOf(OF.first, OF.last, **place)
        return profile(of, store, replace(SCOPE, areas=None)).total

    whole = total()
    own = kept_everywhere = profile(ProfileOf(OF.first, OF.last), store, replace(SCOPE, areas=None))
    assert whole == sum(part.count for part in own.types) == kept_everywhere.total
    assert total(areas=("A",)) + total(areas=("B",)) < whole  # some rows name no area
    assert total(areas=("A", "B")) == total(areas=("A",)) + total(areas=("B",))
    assert whole == sum(part.count for part in own.small_areas) + own.without_place
    assert own.without_place > 0


def test_a_scope_of_other_areas_lets_nothing_through(store: Store) -> None:
    assert profile(OF, store, replace(SCOPE, areas=("B",))).total == 0


def test_without_leave_to_read_people_there_are_no_repeats_and_with_it_the_reading_is_logged(store: Store) -> None:
    assert profile(OF, store, replace(SCOPE, personal=False)).repeats is None
    before = len(readings(store.root))
    profile(OF, store, SCOPE)
    new = readings(store.root)[before:]
    assert [(line["table"], line["purpose"], line["opened"]) for line in new] == [
        ("people_in_crimes", "a recount", True)
    ]


def test_anti_social_behaviour_alone_is_counted_in_incidents(store: Store) -> None:
    found = profile(ProfileOf(OF.first, OF.last, ("A",), types=("Anti-social behaviour",)), store, SCOPE)
    assert found.table == "incidents"
    assert {part.key for part in found.types} == {"asb_nuisance", "asb_personal"}
    assert (found.harm, found.cost, found.repeats) == (None, None, None)


def test_months_that_are_not_held_are_not_zero(store: Store) -> None:
    found = profile(ProfileOf(Month(2022, 5), Month(2022, 8), ("A",)), store, SCOPE)
    assert [one.count is None for one in found.months] == [False, False, True, True]
    with pytest.raises(NotHeld, match="No records of January 2030"):
        profile(ProfileOf(Month(2030, 1), Month(2030, 2)), store, SCOPE)


def test_what_cannot_be_asked_is_refused(store: Store) -> None:
    with pytest.raises(BadInput, match="cannot be counted"):
        ProfileOf(Month(2022, 2), Month(2022, 1))
    with pytest.raises(BadInput, match="no such crime type"):
        profile(ProfileOf(OF.first, OF.last, types=("Piracy",)), store, SCOPE)
    with pytest.raises(NotHeld, match="No table of crimes"):
        profile(OF, Store(store.root / "nowhere"), SCOPE)


def test_incidents_that_are_not_held_are_never_counted_in_crimes(
    records: dict[str, list[dict[str, Any]]], tmp_path: Path
) -> None:
    without = filled(tmp_path / "crimes alone", {"crimes": records["crimes"]})
    with pytest.raises(NotHeld, match="No table of incidents"):
        profile(replace(OF, types=("Anti-social behaviour",)), without, SCOPE)


STREET_KINDS = ("Anti-social behaviour", "Burglary", "Drugs", "A type of next year")
STREET_HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    "Last outcome category,Context"
)


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, Any]], Store]:
    """Street files of two forces, with a type that nobody knows yet among the others."""
    rng, folder = np.random.default_rng(7), tmp_path_factory.mktemp("street")
    rows, files = [], []
    for force, n in (("kent", 40), ("essex", 12)):
        name = f"{force.title()} Police"
        for month in (Month(2021, 1) + number for number in range(14)):
            mine = [{"force": force, "month": month, "type": str(rng.choice(STREET_KINDS))} for _ in range(n)]
            lines = [f",{month},{name},{name},0.5,51.2,On,E01000001,Ham 001A,{row['type']},," for row in mine]
            files.append(folder / f"{month}-{force}-street.csv")
            files[-1].write_text("\n".join([STREET_HEADER, *lines]) + "\n", "utf-8")
            rows += mine
    store = Store(folder / "store")
    police_uk.add(store, files, who="tests")
    return rows, store


def recounted(rows: list[dict[str, Any]], of: ProfileOf, types: set[str]) -> int:
    return sum(
        of.first <= row["month"] <= of.last and row["force"] == of.force and row["type"] in types for row in rows
    )


@pytest.mark.parametrize(
    ("types", "kinds", "incidents"),
    [
        ((), {"Burglary", "Drugs", "A type of next year"}, True),
        (("Burglary",), {"Burglary"}, True),
        (("Drugs", "Anti-social behaviour"), {"Drugs"}, True),
        (("Anti-social behaviour",), {"Anti-social behaviour"}, False),
    ],
)
def test_open_data_keeps_incidents_out_of_the_crimes(
    street: tuple[list[dict[str, Any]], Store], types: tuple[str, ...], kinds: set[str], incidents: bool
) -> None:
    rows, store = street
    of = ProfileOf(Month(2021, 3), Month(2021, 12), types=types, force="kent")
    found = profile(of, store, SCOPE)
    assert found.total == recounted(rows, of, kinds) == sum(one.count or 0 for one in found.months)
    assert (found.harm is None) == (not incidents)
    said = recounted(rows, of, {"Anti-social behaviour"})
    assert (sum(one.count for one in found.incidents) if found.incidents is not None else None) == (
        said if incidents else None
    )


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_spark_counts_open_data_the_same(street: tuple[list[dict[str, Any]], Store], spark: Any) -> None:
    of = ProfileOf(Month(2021, 3), Month(2021, 12), force="kent")
    one, other = (profile(of, street[1], SCOPE, engine=name, spark=spark) for name in ("duckdb", "spark"))
    assert (one.total, one.months, one.types, one.incidents) == (
        *(other.total, other.months, other.types, other.incidents),
    )


def test_a_span_is_placed_whole_and_a_day_or_less() -> None:
    made = week_hours([0.0, 10.0, np.nan, 5.0], [3, 25, 0, -1], [6, 1, 2, 1])
    # 1 January 1970 was a Thursday, and London then kept summer time all year
    assert made.cells[3, 1:5].tolist() == [1.5, 1.5, 1.5, 1.5]
    assert (made.placed, made.not_placed) == (6, 4)
    assert made.cells.sum() == pytest.approx(6)


def test_every_category_of_the_force_belongs_to_one_type() -> None:
    held = code_list("crime_categories")
    assert held is not None
    assert sorted(category for of in CRIMES_OF.values() for category in of) == sorted(held.codes)


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_spark_counts_the_same(found: Profile, store: Store, spark: Any) -> None:
    assert same(found, profile(OF, store, SCOPE, engine="spark", spark=spark))
