"""Files about places: recognised by their columns, checked row by row, merged."""

from __future__ import annotations

import gzip
import json
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upstream.errors import BadInput, NotHeld
from upstream.places.add import TWICE, PlacesAdded, add_places
from upstream.places.areas import Area, csp_of_lsoa, district_from_name, district_of_lsoa, force_of_lsoa
from upstream.places.population import periods, population_of
from upstream.places.status import places_held
from upstream.places.tables import BOUNDARIES, REFUSED, read_table
from upstream.places.vintages import carry_counts, lsoa_carry
from upstream.store import Store

CHANGES = """lsoa11_name,lsoa11_code,change_code,lsoa21_name,lsoa21_code,ltla22_name,ltla22_code
Ham 001A,E01000001,U,Ham 001A,E01000001,Ham,E06000001
Ham 001B,E01000002,S,Ham 001F,E01000011,Ham,E06000001
Ham 001B,E01000002,S,Ham 001G,E01000012,Ham,E06000001
Ham 001C,E01000003,M,Ham 001H,E01000013,Ham,E06000001
Ham 001D,E01000004,M,Ham 001H,E01000013,Ham,E06000001
Ham 001E,E01000005,X,Ham 001J,E01000014,Ham,E06000001
Ham 001E,E01000005,X,Ely 001A,E01000015,Ely,E06000002
"""
CENSUS = """lsoa21_code,total_residents,total_households
E01000001,1000,400
E01000011,1500,600
E01000012,500,200
E01000013,2000,900
E01000014,300,100
E01000015,100,50
"""
AREAS = """lsoa21_name,lsoa21_code,ltla24_name,ltla24_code,csp24_code,csp24_name,pfa24_code,pfa24_name
Ham 001A,E01000001,Ham,E06000001,E22000001,Hams,E23000001,Hamshire
Ham 001F,E01000011,Ham,E06000001,E22000001,Hams,E23000001,Hamshire
Ham 001G,E01000012,Ham,E06000001,E22000001,Hams,E23000001,Hamshire
Ham 001H,E01000013,Ham,E06000001,E22000001,Hams,E23000001,Hamshire
Ham 001J,E01000014,Ham,E06000001,E22000001,Hams,E23000001,Hamshire
Ely 001A,E01000015,Ely,E06000002,E22000002;E22000003,One;Two,E23000001,Hamshire
"""


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def add(store: Store, kind: str, name: str, text: str, **options: object) -> PlacesAdded:
    path = store.root.parent / name
    path.write_text(text, "utf-8")
    return add_places(store, kind, path, who="tester", **options)


def carried(store: Store, vintage: int) -> dict[str, dict[str, tuple[float, bool]]]:
    table: dict[str, dict[str, tuple[float, bool]]] = {}
    for row in lsoa_carry(store, vintage).to_pylist():
        table.setdefault(row["from_code"], {})[row["to_code"]] = (row["part"] / row["whole"], row["estimated"])
    return table


def test_carry_to_2021(store: Store) -> None:
    add(store, "lookup", "changes.csv", CHANGES)
    add(store, "population", "census2021.csv", CENSUS)
    to = carried(store, 2021)
    assert to["E01000001"] == {"E01000001": (1.0, False)}
    assert to["E01000002"] == {"E01000011": (0.75, True), "E01000012": (0.25, True)}
    assert to["E01000003"] == to["E01000004"] == {"E01000013": (1.0, False)}
    assert to["E01000005"] == {"E01000014": (0.75, True), "E01000015": (0.25, True)}
    assert to["E01000011"] == {"E01000011": (1.0, False)}


def test_carry_to_2011_shares_a_merged_code(store: Store) -> None:
    add(store, "lookup", "changes.csv", CHANGES)
    add(store, "population", "mid2020.csv", "lsoa11_code,mid2020\nE01000003,900\nE01000004,1100\n")
    to = carried(store, 2011)
    assert to["E01000013"] == {"E01000003": (0.45, True), "E01000004": (0.55, True)}
    assert to["E01000011"] == {"E01000002": (1.0, False)}


def test_without_a_population_a_split_is_shared_evenly(store: Store) -> None:
    add(store, "lookup", "changes.csv", CHANGES)
    assert carried(store, 2021)["E01000002"] == {"E01000011": (0.5, True), "E01000012": (0.5, True)}


def test_counts_are_carried_as_fractions_and_unknown_codes_kept(store: Store) -> None:
    add(store, "lookup", "changes.csv", CHANGES)
    add(store, "population", "census2021.csv", CENSUS)
    found = carry_counts(
        {"E01000002": 10, "E01000011": 3, "E01000003": 4, "W01000999": 5, "X": 0}, lsoa_carry(store, 2021)
    )
    assert found.counts == {"E01000011": Fraction(21, 2), "E01000012": Fraction(5, 2), "E01000013": 4}
    assert found.estimated == {"E01000011", "E01000012"}
    assert found.unknown == {"W01000999": 5, "X": 0}
    with pytest.raises(BadInput, match="1991"):
        lsoa_carry(store, 1991)


def test_no_lookup_says_what_to_do(store: Store) -> None:
    with pytest.raises(NotHeld, match="places add lookup"):
        lsoa_carry(store, 2021)


def test_partnerships_fall_back_on_districts(store: Store) -> None:
    add(store, "lookup", "changes.csv", CHANGES)
    add(store, "lookup", "areas.csv", AREAS)
    csp = csp_of_lsoa(store)
    assert csp["E01000011"] == Area("E22000001", "Hams")
    assert csp["E01000002"] == Area("E22000001", "Hams"), "a 2011 code takes the area of what it became"
    assert csp["E01000015"] == Area("E06000002", "Ely"), "several partnerships of one district are none of it alone"
    assert force_of_lsoa(store)["E01000004"] == Area("E23000001", "Hamshire")


def test_a_code_in_two_areas_lies_where_most_of_its_residents_live(store: Store) -> None:
    changes = CHANGES.replace("Ham 001E,E01000005", ",E01000005")
    add(store, "lookup", "changes.csv", changes)
    add(
        store,
        "lookup",
        "areas.csv",
        AREAS.replace("Ely 001A,E01000015,Ely,E06000002", "Ely 001A,E01000015,Ely,E05000002"),
    )
    assert district_of_lsoa(store)["E01000005"].name == "Ely", "without residents: the first by code"
    add(store, "population", "census2021.csv", CENSUS)
    assert district_of_lsoa(store)["E01000005"].name == "Ham"


def test_districts_from_names_alone(store: Store) -> None:
    assert district_from_name("Carlisle 002D") == Area("Carlisle", "Carlisle")
    assert district_from_name("Telford and Wrekin 001A") == Area("Telford and Wrekin", "Telford and Wrekin")
    assert district_from_name("Carlisle") is None
    assert district_from_name(None) is None
    add(store, "lookup", "x.csv", "lsoa11_name,lsoa11_code,ltla21_name,ltla21_code\nCarlisle 002D,E01000009,,\n")
    assert district_of_lsoa(store)["E01000009"].name == "Carlisle"


def test_the_later_edition_stands_whichever_came_first(store: Store) -> None:
    old = "lsoa21_code,ltla22_code,ltla22_name\nE01000001,E07000026,Allerdale\n"
    new = "lsoa21_code,ltla24_code,ltla24_name\nE01000001,E06000063,Cumberland\n"
    add(store, "lookup", "new.csv", new)
    assert add(store, "lookup", "old.csv", old).already_held == 1
    assert district_of_lsoa(store)["E01000001"].name == "Cumberland"


def test_population_by_level_and_name(store: Store) -> None:
    add(store, "lookup", "areas.csv", AREAS)
    add(store, "population", "census2021.csv", CENSUS)
    found = population_of(store, ["E06000001", "Hamshire", "E22000001", "E01000015", "nowhere"])
    assert {code: held.residents for code, held in found.items()} == {
        "E06000001": 5300,
        "Hamshire": 5400,
        "E22000001": 5300,
        "E01000015": 100,
    }
    assert found["Hamshire"].households == 2250
    assert periods(store) == ("census-2021",)
    with pytest.raises(NotHeld, match="mid-2030"):
        population_of(store, ["Hamshire"], period="mid-2030")


def test_bad_rows_are_set_aside(store: Store) -> None:
    text = (
        "lsoa21_code,total_residents\nE01000001,10\nE0100,5\n,5\nE01000002,-3\nE01000003,x\nE01000004,\nE01000005\n"
        "E01000006,7\nE01000006,8\nE01000001,10\nE01000007,9999999999999999999\n"
    )
    result = add(store, "population", "census2021.csv", text)
    assert (result.read, result.accepted, result.quarantined, result.already_held) == (11, 1, 9, 1)
    assert result.reasons[TWICE] == 2
    assert result.reasons["total_residents is not a count"] == 3
    assert read_table(store, REFUSED).num_rows == 9


def test_adding_twice_changes_nothing(store: Store) -> None:
    add(store, "lookup", "changes.csv", CHANGES)
    version = store.version("places_lsoa_change")
    again = add(store, "lookup", "changes.csv", CHANGES)
    assert (again.accepted, again.already_held, dict(again.versions)) == (0, 7, {})
    assert store.version("places_lsoa_change") == version


def feature(code: str, ring: list[list[float]]) -> dict[str, object]:
    return {
        "type": "Feature",
        "properties": {"lsoa21_code": code, "lsoa21_name": "Ham 001A", "ltla24_code": "E06000001"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def test_boundaries(store: Store, tmp_path: Path) -> None:
    square = [[-2.0, 52.0], [-2.0, 52.1], [-1.9, 52.1], [-1.9, 52.0], [-2.0, 52.0]]
    grid = [[400000.0, 300000.0], [400000.0, 301000.0], [401000.0, 301000.0], [400000.0, 300000.0]]
    bow = [[-2.0, 52.0], [-1.9, 52.1], [-1.9, 52.0], [-2.0, 52.1], [-2.0, 52.0]]
    features = [feature("E01000001", square), feature("E01000002", grid), feature("bad", square), {"type": "Feature"}]
    path = tmp_path / "b.geojson.gz"
    path.write_bytes(gzip.compress(json.dumps({"features": [*features, feature("E01000003", bow)]}).encode()))
    result = add_places(store, "lsoa", path, who="tester")
    assert (result.read, result.accepted, result.quarantined) == (5, 2, 3)
    assert read_table(store, BOUNDARIES).column("vintage").to_pylist() == [2021, 2021]
    assert {line.what: line.rows for line in places_held(store)}["boundaries 2021"] == 2


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("lookup", "a,b\n1,2\n", "not a look-up"),
        ("lookup", "lsoa11_code,lsoa21_code\nE01000001,E01000001\n", "kind of change"),
        ("population", "lsoa21_code,total_residents\nE01000001,1\n", "when this population"),
        ("population", "code,total\nE01000001,1\n", "no LSOA code"),
        ("deprivation", "lsoa11_code,IMD_rank\nE01000001,1\n", "which year"),
        ("deprivation", "lsoa11_code,other\nE01000001,1\n", "no index"),
        ("lsoa", "not json", "GeoJSON"),
        ("lookup", "", "no row"),
        ("lookup", "a,a\n", "twice"),
    ],
)
def test_files_that_are_something_else_say_so(store: Store, kind: str, text: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        add(store, kind, "x.csv", text)
    assert store.tables() == ()


def test_deprivation_of_a_year(store: Store) -> None:
    text = "lsoa21_code,IMD_score,IMD_rank,IMD_decile\nE01000001,8.7,26525,8\nE01000002,x,1,1\nE01000003,1,1,11\n"
    result = add(store, "deprivation", "d.csv", text, year=2025)
    assert (result.accepted, result.quarantined) == (1, 2)


codes = st.sampled_from([f"E0100000{n}" for n in range(5)])
changes = st.lists(
    st.tuples(codes, st.sampled_from("USMX"), codes.map(lambda code: code.replace("E010", "E012"))), max_size=8
)


@settings(max_examples=20, deadline=None)
@given(changes)
def test_nothing_is_lost_when_carried(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]
) -> None:
    store = Store(tmp_path_factory.mktemp("places") / "store")
    text = "lsoa11_code,change_code,lsoa21_code\n" + "".join(f"{old},{kind},{new}\n" for old, kind, new in rows)
    result = add(store, "lookup", "c.csv", text)
    assert result.read == len(rows) == result.accepted + result.quarantined + result.already_held
    if not store.holds("places_lsoa_change"):
        return
    counts = {code: 7 + at for at, code in enumerate({code for old, _, new in rows for code in (old, new)})}
    for vintage in (2011, 2021):
        for shares in carried(store, vintage).values():
            assert sum(share for share, _ in shares.values()) == pytest.approx(1, abs=1e-12)
        found = carry_counts(counts, lsoa_carry(store, vintage))
        assert sum(found.counts.values()) + sum(found.unknown.values()) == sum(counts.values())
