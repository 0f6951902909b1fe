"""Events against the records themselves, one by one; DuckDB and Spark alike."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from stores import Crime, Rows, filled, street_files
from upstream.errors import BadInput, NotHeld
from upstream.harm.weights import one_for, weights
from upstream.measures.crime_types import CRIMES_OF
from upstream.measures.events import Events, EventsOf, events
from upstream.periods import Month
from upstream.store import ReadingScope, Store

FIRST, LAST = dt.date(2021, 1, 1), dt.date(2021, 12, 31)
OF = EventsOf(dt.date(2021, 2, 10), dt.date(2021, 11, 20), ("A",), types=("Burglary", "Criminal damage and arson"))
EVERY = EventsOf(FIRST, LAST)
SCOPE = ReadingScope("tests", "a recount", frozenset({"crimes"}), areas=("A", "B"))
KINDS = ("residential_burglary", "business_burglary", "criminal_damage_arson", "vehicle_offences")
ZONE = ZoneInfo("Europe/London")
PLACES = ((401_000.0, 301_000.0), (402_500.0, 303_000.0), (None, None), (0.0, 0.0), (120_000.0, 400_000.0))


def crimes(rng: np.random.Generator, n: int) -> Rows:
    rows = []
    for at in range(n):
        day = FIRST + dt.timedelta(days=int(rng.integers((LAST - FIRST).days + 1)))
        start = dt.datetime.combine(day, dt.time(), dt.UTC) + dt.timedelta(minutes=int(rng.integers(1440)))
        length = dt.timedelta(minutes=int(rng.choice([0, 20, 900, -30], p=[0.3, 0.3, 0.3, 0.1])))
        known = rng.random() > 0.1
        x, y = PLACES[int(rng.choice(5, p=[0.4, 0.4, 0.1, 0.05, 0.05]))]
        rows.append(
            {
                "crime_ref": f"C{at}",
                "record_kind": str(rng.choice(["crime", "crimed_incident"], p=[0.9, 0.1])),
                "status": str(rng.choice(["recorded", "cancelled", "reclassified"], p=[0.8, 0.1, 0.1])),
                "recorded_on": day,
                "committed_from": start if known else None,
                "committed_to": start + length if known else None,
                "area": [None, "A", "B", "C"][int(rng.choice(4, p=[0.05, 0.6, 0.25, 0.1]))],
                "lsoa": [None, "S1", "S2"][int(rng.integers(3))],
                "category": str(rng.choice(KINDS)),
                "offence_code": [None, "56A", "58A"][int(rng.integers(3))],
                "easting": x,
                "northing": y,
            }
        )
    return rows


@pytest.fixture(scope="module")
def rows() -> Rows:
    return crimes(np.random.default_rng(20261126), 1500)


@pytest.fixture(scope="module")
def store(rows: Rows, tmp_path_factory: pytest.TempPathFactory) -> Store:
    opened = {"incident_ref": "I1", "opened_at": dt.datetime(2021, 6, 1, 5, tzinfo=dt.UTC), "area": "A", "lsoa": "S1",
              "opened_on": dt.date(2021, 6, 1), "incident_type": "asb_nuisance"}  # fmt: skip
    return filled(tmp_path_factory.mktemp("store"), {"crimes": rows, "incidents": [opened]})


@pytest.fixture(scope="module")
def found(store: Store) -> Events:
    return events(OF, store, SCOPE)


def asked(rows: Rows) -> Rows:
    types = {category for name in OF.types for category in CRIMES_OF[name]}
    return [
        row
        for row in rows
        if OF.first <= row["recorded_on"] <= OF.last
        and row["record_kind"] == "crime"
        and row["status"] != "cancelled"
        and row["area"] == "A"
        and row["category"] in types
    ]


def local(instant: dt.datetime) -> np.datetime64:
    return np.datetime64(instant.astimezone(ZONE).replace(tzinfo=None), "m")


def test_every_event_is_a_record_and_every_record_an_event_or_left_out(found: Events, rows: Rows) -> None:
    own = asked(rows)
    assert found.read == len(own) > 300
    reasons = {one.reason: one.count for one in found.left_out}
    assert reasons == {
        "no coordinates": sum(not row["easting"] for row in own),
        "outside Great Britain": sum(row["easting"] == 120_000 for row in own),
    }
    expected: Counter[Any] = Counter()
    for row in own:
        if not row["easting"] or row["easting"] == 120_000:
            continue
        usable = row["committed_from"] is not None and row["committed_to"] >= row["committed_from"]
        start = str(local(row["committed_from"])) if usable else "NaT"
        end = str(local(row["committed_to"])) if usable else "NaT"
        weight = one_for(weights(), "crimes", row["category"], row["offence_code"])
        expected[
            row["easting"], row["northing"], str(row["recorded_on"]), start, end, row["lsoa"] or "", row["area"],
            row["category"], float(weight.days) if weight else None,
        ] += 1  # fmt: skip
    days = [None if np.isnan(one) else one for one in found.harm_days.tolist()]
    columns = (
        found.easting,
        found.northing,
        found.day,
        found.start,
        found.end,
        found.small_area,
        found.area,
        found.type,
    )
    texts = [column.tolist() if column.dtype == np.float64 else column.astype(str).tolist() for column in columns]
    assert Counter(zip(*texts, days, strict=True)) == expected
    assert found.without_times == sum(n for key, n in expected.items() if key[3] == "NaT") > 0


def test_the_clock_is_that_of_the_place(store: Store, tmp_path: Path) -> None:
    """A crime at half past midnight, UTC, in June happened at half past one."""
    row = {"crime_ref": "C", "recorded_on": dt.date(2021, 6, 2), "category": "shoplifting", "easting": 4e5,
           "northing": 3e5, "record_kind": "crime", "status": "recorded", "area": "A",
           "committed_from": dt.datetime(2021, 6, 1, 0, 30, tzinfo=dt.UTC),
           "committed_to": dt.datetime(2021, 12, 1, 0, 30, tzinfo=dt.UTC)}  # fmt: skip
    found = events(EVERY, filled(tmp_path, {"crimes": [row]}), SCOPE)
    assert [str(found.start[0]), str(found.end[0])] == ["2021-06-01T01:30", "2021-12-01T00:30"]


def same(one: Events, other: Events) -> bool:
    for field in fields(Events):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if field.name == "tables":
            continue
        if not (np.array_equal(a, b, equal_nan=a.dtype.kind in "fM") if isinstance(a, np.ndarray) else a == b):
            return False
    return True


def test_neither_the_order_of_rows_nor_the_engine_changes_anything(found: Events, rows: Rows, tmp_path: Path) -> None:
    assert same(found, events(OF, filled(tmp_path, {"crimes": rows[::-1]}), SCOPE))
    assert not same(found, events(OF, filled(tmp_path / "fewer", {"crimes": rows[:-200]}), SCOPE))


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_spark_gives_the_same_events(found: Events, store: Store, spark: Any) -> None:
    assert same(found, events(OF, store, SCOPE, engine="spark", spark=spark))


def test_a_scope_shows_its_own_areas_and_no_other(store: Store) -> None:
    assert set(events(EVERY, store, SCOPE).area) == {"A", "B"}
    assert set(events(EVERY, store, replace(SCOPE, areas=None)).area) == {"", "A", "B", "C"}
    assert len(events(replace(OF, areas=("C",)), store, SCOPE).day) == 0


def test_no_person_and_no_reference_is_among_them() -> None:
    names = {field.name for field in fields(Events)}
    assert not names & {"person", "crime_ref", "incident_ref", "crime_id"}


def test_incidents_have_small_areas_and_no_points(store: Store) -> None:
    of = replace(EVERY, types=("Anti-social behaviour",))
    found = events(of, store, SCOPE, need="small area")
    assert (found.table, found.small_area.tolist(), found.read) == ("incidents", ["S1"], 1)
    assert found.missing == tuple(Month(2021, month) for month in range(1, 13) if month != 6)
    with pytest.raises(BadInput, match="no points"):
        events(of, store, SCOPE)


def test_what_cannot_be_read_is_refused(store: Store) -> None:
    with pytest.raises(BadInput, match="first no later"):
        EventsOf(LAST, FIRST)
    with pytest.raises(BadInput, match="one kind"):
        replace(EVERY, types=("Anti-social behaviour", "Burglary"))
    with pytest.raises(BadInput, match="no such crime type"):
        events(replace(EVERY, types=("Piracy",)), store, SCOPE)
    with pytest.raises(NotHeld, match=r"No records of January 2030.*January 2021 to December 2021"):
        events(EventsOf(dt.date(2030, 1, 1), dt.date(2030, 1, 31)), store, SCOPE)


def test_open_data_is_said_to_be_shared_points_of_whole_months(tmp_path: Path) -> None:
    january = ("2021-01", "0.52", "51.27", "E01000001", "Burglary")
    others: list[Crime] = [("2021-02", "", "", "", "Burglary"), ("2021-02", "2.35", "48.8", "E01000001", "Drugs"),
                           ("2021-02", "0.5", "51.2", "E01000001", "Anti-social behaviour")]  # fmt: skip
    store = street_files(tmp_path, [january, january, *others])
    of = EventsOf(dt.date(2021, 1, 1), dt.date(2021, 3, 31))
    found = events(of, store, SCOPE)  # open data is for everybody, whatever the areas of the scope
    assert (found.shared_points, found.month_only, found.read, len(found.day)) == (True, True, 4, 2)
    assert [(one.reason, one.count) for one in found.left_out] == [("no coordinates", 1), ("outside Great Britain", 1)]
    assert found.month.tolist() == [Month(2021, 1).index] * 2
    assert found.missing == (Month(2021, 3),)
    assert np.isnat(found.start).all()
    with pytest.raises(BadInput, match="no days"):
        events(replace(of, last=dt.date(2021, 2, 27)), store, SCOPE)
    exchanged = street_files(tmp_path / "exchanged", [("2021-01", "51.27", "0.52", "E01000001", "Burglary")])
    with pytest.raises(BadInput, match="exchanged"):
        events(of, exchanged, SCOPE)
