"""Signals: what a night proposes from records written for the purpose, and what it refuses."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from stores import Rows, filled, street_files
from upstream.errors import BadInput, NotHeld
from upstream.periods import Month, months
from upstream.places.tables import BOUNDARIES, write_facts
from upstream.reports.rows_out import rows_as
from upstream.scan import point_signals
from upstream.scan.households import left_without_one
from upstream.scan.merging import continues, grouped
from upstream.scan.nightly import LOOKS, PARTNERS, TABLES_READ, propose
from upstream.scan.signal_rows import shapes, signal_rows
from upstream.scan.signals import Group, Signal, Signals, all_plain, as_plain, from_plain, key_of
from upstream.store import ReadingScope, Store

FIRST, LAST = Month(2020, 1), Month(2022, 6)
TO = LAST.last_day
AREAS = {"A": "Alder", "B": "Birch"}
SCOPE = ReadingScope("tests", "signals", TABLES_READ, personal=True)


def crime(month: Month, area: str, small: str, category: str, address: int, day: int = 5) -> dict[str, object]:
    return {
        "record_kind": "crime",
        "status": "recorded",
        "recorded_on": month.first_day + dt.timedelta(days=day),
        "area": area,
        "lsoa": small,
        "category": category,
        "easting": 400_000.0 + address,
        "northing": 300_000.0,
    }


def steady(rng: np.random.Generator, level: float = 12.0, kind: str = "vehicle_offences") -> Rows:
    """Records of two areas with three small areas each, every month about alike, at many addresses."""
    return [
        crime(month, area, f"{area}{small}", kind, int(rng.integers(200)))
        for month in months(FIRST, LAST)
        for area in AREAS
        for small in range(3)
        for _ in range(rng.poisson(level))
    ]


def numbered(rows: Rows) -> Rows:
    return [{**row, "crime_ref": f"C{at}"} for at, row in enumerate(rows)]


def night(
    folder: Path, rows: Rows, people: Rows | None = None, scope: ReadingScope = SCOPE, only: Sequence[str] = ("months",)
) -> Signals:
    tables = {"crimes": numbered(rows)} | ({"people_in_crimes": people} if people is not None else {})
    store = filled(folder, tables)
    return propose(store, to=TO, scope=scope, areas=AREAS, force_name="Greenford", only=only)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(20220630)


def many(n: int, *, addresses: int, small: str = "A1", kind: str = "vehicle_offences") -> Rows:
    return [crime(LAST, "A", small, kind, 1000 + at % addresses) for at in range(n)]


def test_a_steady_force_gives_no_signal(tmp_path: Path, rng: np.random.Generator) -> None:
    found = night(tmp_path, steady(rng))
    assert found.groups == ()
    nine = "the force, two areas and six small areas of one type"
    assert found.looked_at == {"volumes": 9, "lasting changes": 9}, nine


def test_an_exceptional_month_is_one_group_with_its_evidence(tmp_path: Path, rng: np.random.Generator) -> None:
    found = night(tmp_path, steady(rng) + many(80, addresses=60))
    assert len(found.groups) == 1
    own = next(one for one in found.signals if one.small_areas)
    assert (own.kind, own.types, own.area, own.small_areas) == ("high_volume", ("Vehicle crime",), "A", ("A1",))
    assert (own.first, own.last) == (dt.date(2022, 6, 1), dt.date(2022, 6, 30))
    assert own.count > 80
    assert own.expected == pytest.approx(12, abs=2)
    assert own.p is not None
    assert own.p < 1e-6
    assert own.false_alarm_share == 0.05
    assert own.harm_days > 0
    assert f"Vehicle crime in A1 in Alder: {own.count} crimes recorded in June 2022" in own.evidence
    assert own.tables == {"crimes": 0}
    assert own.figures["counts"][-1] == own.count
    assert len(own.figures["counts"]) == 25


def test_a_month_far_too_low_is_a_signal_too(tmp_path: Path, rng: np.random.Generator) -> None:
    # half as many everywhere: too much for chance, too little for a half-uploaded month
    rows = [row for row in steady(rng, 60) if row["recorded_on"] < LAST.first_day or int(row["easting"]) % 3]
    found = night(tmp_path, rows)
    assert {one.kind for one in found.signals} == {"low_volume"}
    assert len(found.groups) == 1
    assert found.groups[0].lead.area is None, "the force leads what its areas say again"


def raised(level: float, address: int | None = None) -> Rows:
    """Records of three months more in one small area than before, too few for any one month to stand out."""
    more = np.random.default_rng(7)
    return [
        crime(month, "A", "A1", "vehicle_offences", int(more.integers(1000, 1200)) if address is None else address)
        for month in months(LAST - 2, LAST)
        for _ in range(more.poisson(level))
    ]


def test_a_change_that_lasts_is_a_signal_though_no_month_is(tmp_path: Path, rng: np.random.Generator) -> None:
    rows = steady(rng)
    found = night(tmp_path / "more", rows + raised(10.0))
    own = next(one for one in found.signals if one.small_areas)
    assert (own.kind, own.small_areas, own.first, own.last) == ("high_volume", ("A1",), dt.date(2022, 4, 1), TO)
    assert own.figures["months"] == 3
    assert own.count == sum(own.figures["counts"][-3:])
    assert own.expected == pytest.approx(36, abs=6)
    assert own.false_alarm_share == 0.05
    assert "crimes recorded in the 3 months April 2022 to June 2022, where" in own.evidence
    assert [one for one in found.signals if one.small_areas] == [own], "no month of it by itself is exceptional"


def test_a_change_that_lasts_at_one_address_is_no_signal(tmp_path: Path, rng: np.random.Generator) -> None:
    found = night(tmp_path, steady(rng) + raised(10.0, address=1000))
    assert not [one for one in found.signals if one.small_areas]
    assert found.left_out == {"rested on one address or one victim": 1}


def test_a_half_uploaded_month_is_a_fault_and_no_fall(tmp_path: Path, rng: np.random.Generator) -> None:
    rows = [
        row for row in steady(rng, 60)
        if row["recorded_on"] < LAST.first_day or row["area"] == "B" or int(row["easting"]) % 3 == 0
    ]  # fmt: skip
    found = night(tmp_path, rows)
    assert [(one.kind, one.area) for one in found.signals if one.kind == "data_fault"] == [("data_fault", "A")]
    assert not [one for one in found.signals if one.kind == "low_volume" and one.area in ("A", None)]


def test_a_missing_month_is_a_fault(tmp_path: Path, rng: np.random.Generator) -> None:
    gone = Month(2022, 3)
    found = night(tmp_path, [row for row in steady(rng) if Month.of(row["recorded_on"]) != gone])
    (fault,) = found.signals
    assert (fault.kind, fault.first, fault.count) == ("data_fault", gone.first_day, 0)
    assert "No records of crimes of March 2022 are held for Greenford" in fault.evidence


def test_months_missing_one_after_the_other_are_one_fault(tmp_path: Path, rng: np.random.Generator) -> None:
    gone = [Month(2021, 2), *months(Month(2021, 11), Month(2022, 1))]
    found = night(tmp_path, [row for row in steady(rng) if Month.of(row["recorded_on"]) not in gone])
    alone, three = sorted(found.signals, key=lambda one: one.first)
    assert (alone.first, alone.last) == (gone[0].first_day, gone[0].last_day), "as far back as months are compared"
    assert (three.first, three.last) == (gone[1].first_day, gone[3].last_day)
    assert "of November 2021 to January 2022 are held" in three.evidence
    assert three.expected == 3 * (alone.expected or 0)


def test_a_gap_is_the_same_signal_the_month_after(tmp_path: Path, rng: np.random.Generator) -> None:
    """Though by then its first months are longer ago than months are compared with."""
    rows = [crime(month, "A", "A1", "vehicle_offences", 1) for month in (FIRST, LAST - 1, LAST)]
    store = filled(tmp_path, {"crimes": numbered(rows)})
    nights = [
        propose(store, to=month.last_day, scope=SCOPE, areas=AREAS, only=("months",)) for month in (LAST - 1, LAST)
    ]
    before, after = ([one.key for one in found.signals if one.figures["missing"]] for found in nights)
    assert before == after
    assert len(after) == 1


def test_anti_social_behaviour_in_open_data_is_incidents_and_no_crimes(tmp_path: Path) -> None:
    rows = [
        (str(month), "-2.0", "52.6", "S01", "Anti-social behaviour")
        for month in months(FIRST, LAST)
        for _ in range(90 if month == LAST else 12)
    ]
    store = street_files(tmp_path, rows)
    found = propose(store, to=TO, scope=SCOPE, only=("months",))
    assert found.signals
    assert all(" incidents recorded in " in one.evidence for one in found.signals)


def test_what_rests_on_one_address_is_no_signal(tmp_path: Path, rng: np.random.Generator) -> None:
    found = night(tmp_path, steady(rng) + many(80, addresses=1))
    assert not [one for one in found.signals if one.small_areas]
    assert found.left_out == {"rested on one address or one victim": 2}, "as a month, and as some months together"


def test_what_rests_on_one_victim_is_no_signal(tmp_path: Path, rng: np.random.Generator) -> None:
    rows = steady(rng) + many(80, addresses=60)
    refs = [f"C{at}" for at, row in enumerate(rows) if int(row["easting"]) >= 401_000]
    people = [{"crime_ref": ref, "person": "p1", "role": "victim", "business": False} for ref in refs]
    assert not [one for one in night(tmp_path / "one", rows, people).signals if one.small_areas]
    others = [{**one, "person": f"p{at}"} for at, one in enumerate(people)]
    assert [one for one in night(tmp_path / "many", rows, others).signals if one.small_areas]


def test_all_of_one_address_or_one_victim_leaves_nothing() -> None:
    assert left_without_one([7], []) == 0
    assert left_without_one([3, 4], [7]) == 0
    assert left_without_one([3, 4], [2, 1, 1]) == 3
    assert left_without_one([], []) == 0


def test_whoever_may_read_one_area_gets_no_figure_of_the_force(tmp_path: Path, rng: np.random.Generator) -> None:
    scope = replace(SCOPE, areas=("B",))
    found = night(tmp_path, steady(rng) + many(80, addresses=60), scope=scope)
    assert found.groups == ()
    assert found.looked_at == {"volumes": 4, "lasting changes": 4}


def test_a_store_without_records_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotHeld, match="No records of crimes or incidents are held"):
        propose(Store(tmp_path), to=TO, scope=SCOPE)


# --- signals themselves --------------------------


def signal(**values: object) -> Signal:
    of = Signal(
        key="k", kind="high_volume", types=("Burglary",), area="A", small_areas=("A1",), place="A1 in Alder",
        first=dt.date(2022, 6, 1), last=dt.date(2022, 6, 30), count=20, evidence="More.", method="m",
        tables={"crimes": 3}, harm_days=5.0,
    )  # fmt: skip
    return replace(of, **values)


def test_a_signal_comes_back_from_json_as_it_was(tmp_path: Path, rng: np.random.Generator) -> None:
    found = night(tmp_path, steady(rng) + many(80, addresses=60))
    for one in found.signals:
        assert from_plain(json.loads(json.dumps(as_plain(one)))) == one
    assert len(json.loads(json.dumps(all_plain(found)))["groups"]) == len(found.groups)


def test_the_key_is_of_kind_types_place_and_period_alone(tmp_path: Path, rng: np.random.Generator) -> None:
    assert key_of("cluster", ("a", "b"), "A", ("1", "2"), "m") == key_of("cluster", ("b", "a"), "A", ("2", "1"), "m")
    assert key_of("cluster", ("a",), "A", (), "m") != key_of("cluster", ("a",), None, (), "m")
    rows = steady(rng) + many(80, addresses=60)
    keys = {one.key for one in night(tmp_path / "one", rows).signals}
    assert keys == {one.key for one in night(tmp_path / "again", rows[::-1]).signals}


def test_signals_become_rows_and_shapes_for_other_programs(tmp_path: Path) -> None:
    circle = signal(key="c", kind="cluster", easting=400_000.0, northing=300_000.0, radius_metres=100.0, expected=2.0)
    whole, small = signal(key="w", small_areas=()), signal(small_areas=("A3",))
    store = filled(tmp_path, {})
    outlined(store)
    rows = signal_rows([Group(whole, (small,)), Group(circle)])
    assert [(row["group"], row["key"]) for row in rows] == [("w", "w"), ("w", "k"), ("c", "c")]
    assert (rows[1]["small_areas"], rows[1]["kind"], rows[2]["expected"]) == ("A3", "More than usual", 2.0)
    drawn = shapes([whole, small, circle], store)
    assert drawn[0] is None, "a whole area has no shape of its own"
    assert drawn[1] == shapely.box(-1.97, 53, -1.96, 53.01)
    assert drawn[2] is not None
    assert shapely.distance(drawn[2].centroid, shapely.Point(-2.0014, 52.5977)) < 0.001
    made = json.loads(rows_as(".geojson", rows, shapes=drawn))
    assert [one["geometry"] is None for one in made["features"]] == [True, False, False]
    assert rows_as(".csv", rows).decode().count("\n") == 4


def test_a_kind_that_is_none_and_days_reversed_are_refused() -> None:
    with pytest.raises(BadInput, match="no kind of signal"):
        signal(kind="person")
    with pytest.raises(BadInput, match="a first day no later than the last"):
        signal(last=dt.date(2022, 5, 1))


def test_neighbours_are_one_group_and_strangers_are_not() -> None:
    own = signal()
    beside = signal(key="b", small_areas=("A2",), harm_days=9.0)
    far = signal(key="c", small_areas=("A9",))
    other_type = signal(key="d", small_areas=("A2",), types=("Robbery",))
    adjoining = {"A1": ["A2"], "A2": ["A1"]}
    groups = grouped([own, beside, far, other_type], adjoining)
    assert [(group.lead.key, [one.key for one in group.others]) for group in groups] == [
        ("b", ["k"]), ("c", []), ("d", []),
    ]  # fmt: skip
    assert len(grouped([own, beside])) == 2, "without a map nothing adjoins"


def test_kinds_of_one_place_are_one_group() -> None:
    cluster = signal(key="c", kind="cluster", types=("Robbery",), easting=1.0, northing=1.0, radius_metres=100.0)
    assert len(grouped([signal(), cluster])) == 1
    elsewhere = replace(cluster, small_areas=("A7",))
    assert len(grouped([signal(), elsewhere])) == 2
    long_ago = replace(cluster, first=dt.date(2021, 1, 1), last=dt.date(2021, 1, 31))
    assert len(grouped([signal(), long_ago])) == 2


def test_up_and_down_are_never_one_thing() -> None:
    assert len(grouped([signal(), signal(key="l", kind="low_volume")])) == 2


def test_groups_are_ranked_by_harm_whatever_the_order() -> None:
    ones = [signal(key=str(at), small_areas=(f"S{at}",), harm_days=float(at % 3)) for at in range(9)]
    first = [group.lead.key for group in grouped(ones)]
    assert first == [group.lead.key for group in grouped(ones[::-1])]
    assert [group.harm_days for group in grouped(ones)] == sorted((one.harm_days for one in ones), reverse=True)


def test_next_month_of_the_same_continues_what_was_said() -> None:
    july = signal(key="j", first=dt.date(2022, 7, 1), last=dt.date(2022, 7, 31))
    assert continues(july, signal())
    assert not continues(signal(), july), "what is older continues nothing"
    assert not continues(replace(july, types=("Robbery",)), signal())
    assert not continues(replace(july, small_areas=("A2",)), signal())
    assert not continues(replace(july, first=dt.date(2022, 12, 1), last=dt.date(2022, 12, 31)), signal())


# --- points --------------------------------------

MANY_VICTIMS, ONE_ADDRESS, ONE_VICTIM = (12, "each"), (1, "each"), (12, "one")
"""Addresses of what is gathered about one point, and who its victims are."""


@pytest.fixture
def few_replicas(monkeypatch: pytest.MonkeyPatch) -> None:
    of = replace(point_signals.CLUSTERS_OF, screened=39, simulations=99)
    monkeypatch.setattr(point_signals, "CLUSTERS_OF", of)


def gathered(addresses: int, kind: str) -> Rows:
    """Crimes of the last weeks within a street or two of one point, at so many addresses."""
    return [
        {
            **crime(LAST, "A", "A1", kind, 0, day=5 + at),
            "easting": 405_000.0 + 8.0 * (at % addresses),
            "northing": 305_000.0,
        }
        for at in range(24)
    ]


def scattered(rng: np.random.Generator, kind: str) -> Rows:
    """Crimes of two years over ten kilometres; after one in three another follows, sixty metres and two days away."""
    rows = [
        {
            **crime(month, "A", f"A{int(rng.integers(40))}", kind, 0, day=int(rng.integers(20))),
            "easting": float(rng.integers(400_000, 410_000)),
            "northing": float(rng.integers(300_000, 310_000)),
        }
        for month in months(Month(2020, 7), LAST)
        for _ in range(rng.poisson(30))
    ]
    soon = dt.timedelta(days=2)
    after = [{**row, "easting": row["easting"] + 60.0, "recorded_on": row["recorded_on"] + soon} for row in rows[::3]]
    return rows + after


def people_in(rows: Rows, who: str) -> Rows:
    """A victim for each of the gathered crimes: one and the same, or each another."""
    own = [at for at, row in enumerate(rows) if row["northing"] == 305_000.0 and row["easting"] < 406_000.0]
    names = {at: f"p{at}" if who == "each" else "p" for at in own}
    return [{"crime_ref": f"C{at}", "person": names[at], "role": "victim", "business": False} for at in own]


def outlined(store: Store) -> None:
    """Forty small areas, eight by five squares about a kilometre across."""
    facts = {
        (f"A{at}", 2021): (f"A{at}", 2021, shapely.to_wkb(shapely.box(x, y, x + 0.01, y + 0.01)))
        for at in range(40)
        for x, y in [(-2 + 0.01 * (at % 8), 53 + 0.01 * (at // 8))]
    }
    write_facts(store, BOUNDARIES, facts, {})


def looked(folder: Path, rng: np.random.Generator, look: str, household: tuple[int, str]) -> list[Signal]:
    """The signals of a look about the place where crimes were gathered."""
    kind = "residential_burglary" if look == "near repeats" else "vehicle_offences"
    rows = scattered(rng, kind) + gathered(household[0], kind)
    if look == "hot spots":
        # hot is a place with its neighbours: one alone never is
        rows += [crime(LAST, "A", f"A{at}", kind, 100 * n) for at in (0, 2, 8, 9, 10) for n in range(20)]
    rows = numbered(rows)
    store = filled(folder, {"crimes": rows, "people_in_crimes": people_in(rows, household[1])})
    outlined(store)
    found = propose(store, to=TO, scope=SCOPE, areas=AREAS, force_name="Greenford", only=(look,))
    return [one for one in found.signals if "A1" in one.small_areas]


@pytest.mark.usefixtures("few_replicas")
@pytest.mark.parametrize("look", [look for look in LOOKS if look != PARTNERS])
def test_no_look_makes_a_signal_of_one_household(tmp_path: Path, rng: np.random.Generator, look: str) -> None:
    """What is a signal where many were victims at many addresses is none at one address, and none of one victim."""
    (own, *_) = looked(tmp_path / "many", rng, look, MANY_VICTIMS)
    assert own.kind in {"high_volume", "cluster", "near_repeat", "hot_spot", "repeat_location"}
    assert own.count >= 20
    assert own.place == "A1 in Alder"
    assert from_plain(json.loads(json.dumps(as_plain(own)))) == own
    assert looked(tmp_path / "address", rng, look, ONE_ADDRESS) == []
    assert looked(tmp_path / "victim", rng, look, ONE_VICTIM) == []


def test_what_cannot_be_looked_for_is_refused_by_name(tmp_path: Path, rng: np.random.Generator) -> None:
    with pytest.raises(BadInput, match="persons cannot be looked for"):
        night(tmp_path, steady(rng, 1.0), only=("persons",))
    found = night(tmp_path / "again", steady(rng, 1.0), only=("hot spots",))
    assert any(why.startswith("No outlines") for why in found.not_looked_for.values()), "a refusal says why"
