"""Wards, beats and local policing areas above small areas, dated; output areas below them."""

from __future__ import annotations

from pathlib import Path

import pytest

from upstream.errors import BadInput, NotHeld
from upstream.places.add import TWICE, PlacesAdded, add_places
from upstream.places.areas import Area
from upstream.places.population import population_of
from upstream.places.status import places_held
from upstream.places.tree import above, area_of_each, levels_held, lower_levels_held, output_areas_in, small_areas_in
from upstream.store import Store

CHANGES = """lsoa11_name,lsoa11_code,change_code,lsoa21_name,lsoa21_code
Ham 001A,E01000001,U,Ham 001A,E01000001
Ham 001B,E01000002,S,Ham 001F,E01000011
Ham 001B,E01000002,S,Ham 001G,E01000012
"""
WARDS = """LSOA21CD,WD24CD,WD24NM,LAD24CD,LAD24NM
E01000001,E05000001,Abbey,E06000001,Ham
E01000011,E05000001,Abbey,E06000001,Ham
E01000012,E05000002,Castle,E06000001,Ham
E01000013,E05000002,Castle,E06000002,Ely
"""
OLD_WARDS = "lsoa11_code,ward17_code\nE01000001,E05000007\nE01000002,E05000008\n"
BEATS = "lsoa21_code,beat_code,beat_name,lpa_code\nE01000001,N1,North 1,N\nE01000011,N2,North 2,N\nE01000012,,,S\n"
CENSUS = (
    "lsoa21_code,total_residents,total_households\nE01000001,900,1\nE01000011,100,1\nE01000012,300,1\nE01000013,200,1\n"
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def add(store: Store, kind: str, name: str, text: str, **options: object) -> PlacesAdded:
    path = store.root.parent / name
    path.write_text(text, "utf-8")
    return add_places(store, kind, path, who="tester", **options)


def test_wards_come_with_their_districts_and_both_editions_are_held(store: Store) -> None:
    add(store, "lookup", "changes.csv", CHANGES)
    assert add(store, "lookup", "wards.csv", WARDS).what == "2021 LSOAs to their areas and wards of 2024"
    assert add(store, "lookup", "old.csv", OLD_WARDS).what == "2011 LSOAs to their wards of 2017"
    assert [(one.level, one.edition, one.areas, one.small_areas) for one in lower_levels_held(store)] == [
        ("ward", 2017, 2, 2), ("ward", 2024, 2, 4),
    ]  # fmt: skip
    assert levels_held(store) == ("district", "ward")
    newest = area_of_each(store, "ward")
    assert newest["E01000012"] == Area("E05000002", "Castle")
    assert area_of_each(store, "ward", 2017)["E01000002"] == Area("E05000008", "E05000008")
    # codes of the other census: what was split lies in one ward of the old edition, in two of the new
    assert area_of_each(store, "ward", 2017)["E01000012"].code == "E05000008"
    assert small_areas_in(store, "ward", "E05000002") == {"E01000012", "E01000013"}
    lines = {line.what: line.rows for line in places_held(store)}
    assert (lines["wards of 2017"], lines["wards of 2024"]) == (2, 4)


def test_a_code_that_was_split_goes_where_most_of_its_residents_live(store: Store) -> None:
    add(store, "lookup", "changes.csv", CHANGES)
    add(store, "lookup", "wards.csv", WARDS)
    add(store, "population", "census2021.csv", CENSUS)
    assert area_of_each(store, "ward")["E01000002"].code == "E05000002"  # 300 residents against 100
    assert above(store, "ward", "district")["E05000002"].name == "Ham"  # 300 of Castle's 500
    assert {code: one.residents for code, one in population_of(store, ["E05000001", "E05000002"]).items()} == {
        "E05000001": 1000, "E05000002": 500,
    }  # fmt: skip


def test_beats_need_a_year_and_leave_blanks_alone(store: Store) -> None:
    with pytest.raises(BadInput, match="Nothing says of when"):
        add(store, "lookup", "beats.csv", BEATS)
    add(store, "lookup", "beats.csv", BEATS, year=2025)
    add(store, "lookup", "wards.csv", WARDS)
    assert levels_held(store) == ("policing_area", "district", "ward", "beat")
    assert area_of_each(store, "beat") == {"E01000001": Area("N1", "North 1"), "E01000011": Area("N2", "North 2")}
    assert above(store, "beat", "policing_area") == {"N1": Area("N", "N"), "N2": Area("N", "N")}
    dated = add(store, "lookup", "dated.csv", BEATS.replace("beat_", "beat23_").replace("lpa_code", "lpa23_code"))
    assert dated.what == "2021 LSOAs to their beats of 2023 and policing areas of 2023"


def test_what_is_not_held_is_said(store: Store) -> None:
    with pytest.raises(NotHeld, match="No beats are held"):
        area_of_each(store, "beat")
    add(store, "lookup", "wards.csv", WARDS)
    with pytest.raises(NotHeld, match=r"No wards of 1999.*2024"):
        area_of_each(store, "ward", 1999)
    assert small_areas_in(store, "ward", "nowhere") == frozenset()


def test_output_areas_lie_in_small_areas(store: Store) -> None:
    text = (
        "OA21CD,LSOA21CD,LAD22CD\nE00000002,E01000001,E06000001\nE00000001,E01000001,E06000001\nE00000003,X,E06000001\n"
    )
    made = add(store, "lookup", "oa.csv", text)
    assert (made.what, made.accepted, made.quarantined) == ("output areas to 2021 LSOAs", 2, 1)
    assert output_areas_in(store, "E01000001") == ("E00000001", "E00000002")
    assert {line.what: line.rows for line in places_held(store)}["output areas 2021"] == 2


def test_rows_that_contradict_or_have_no_ward_code_are_set_aside(store: Store) -> None:
    text = "LSOA21CD,WD24CD\nE01000001,E05000001\nE01000001,E05000002\nE01000011,Abbey\nE01000012,E05000001\n"
    made = add(store, "lookup", "wards.csv", text)
    assert made.accepted == 1
    assert made.reasons == {TWICE: 2, "WD24CD is not an area code": 1}


@pytest.mark.shared
def test_real_look_ups_of_both_censuses(store: Store, shared_data: Path) -> None:
    for name in ("lookup_lsoa21_ward24_lad24_csp24_pfa24", "lookup_lsoa11_ward17_lad21"):
        add_places(store, "lookup", shared_data / "geography" / f"{name}_england_wales.csv.gz", who="tester")
    held = {(one.level, one.edition): one.small_areas for one in lower_levels_held(store)}
    assert held == {("ward", 2017): 34_753, ("ward", 2024): 35_672}
    assert above(store, "ward", "district")["E05009861"].name == "Middlesbrough"
