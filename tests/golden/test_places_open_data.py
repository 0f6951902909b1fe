"""The open files as published: published totals, and the look-up's own change codes."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from upstream.places.add import add_places
from upstream.places.areas import csp_of_lsoa, force_of_lsoa
from upstream.places.population import population_of
from upstream.places.tables import CHANGES, read_table
from upstream.places.vintages import lsoa_carry
from upstream.store import Store

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Store:
    store = Store(tmp_path_factory.mktemp("places") / "store")
    for kind, name in (
        ("lookup", "geography/lookup_lsoa11_lsoa21_lad22_england_wales.csv.gz"),
        ("lookup", "geography/lookup_lsoa21_ward24_lad24_csp24_pfa24_england_wales.csv.gz"),
        ("lookup", "geography/lookup_lad24_csp24_pfa24_england_wales.csv"),
        ("lsoa", "geography/lsoa21_west-mercia.geojson.gz"),
        ("lsoa", "geography/lsoa11_west-mercia.geojson.gz"),
        ("population", "population/census2021_lsoa21_residents_households_england_wales.csv.gz"),
        ("population", "population/population_mid2019_mid2020_lsoa11_totals_england_wales.csv.gz"),
        ("deprivation", "deprivation/imd2015_england_lsoa11.csv.gz"),
    ):
        result = add_places(store, kind, shared_data / name, who="tester")
        assert result.quarantined == 0, name
    return store


def test_change_codes(held: Store) -> None:
    """35,795 rows: U 33,647, S 1,900, M 239, X 9 (counted from the file; the census areas of England and Wales)."""
    counts = Counter(read_table(held, CHANGES).column("change").to_pylist())
    assert counts == {"U": 33_647, "S": 1_900, "M": 239, "X": 9}


def test_residents_of_two_forces(held: Store) -> None:
    """Census 2021 and mid-2020 totals; exact, as they are sums of the published counts."""
    census = population_of(held, ["West Mercia", "West Midlands"], period="census-2021")
    assert (census["West Mercia"].residents, census["West Mercia"].households) == (1_299_826, 558_826)
    assert (census["West Midlands"].residents, census["West Midlands"].households) == (2_919_639, 1_131_715)
    assert population_of(held, ["West Mercia"], period="mid-2020")["West Mercia"].residents == 1_298_422


def test_carrying_keeps_the_people(held: Store) -> None:
    """2011 codes carried to 2021 and back cover every code of both censuses with shares that sum to one."""
    shares = lsoa_carry(held, 2021)
    totals: dict[str, Fraction] = {}
    for row in shares.to_pylist():
        totals[row["from_code"]] = totals.get(row["from_code"], Fraction(0)) + Fraction(row["part"], row["whole"])
    assert set(totals.values()) == {1}
    assert set(shares.column("to_code").to_pylist()) == set(read_table(held, CHANGES).column("lsoa21").to_pylist())
    estimated = sum(shares.column("estimated").to_pylist())
    assert estimated == 1_909, "1,900 rows of split codes and 9 irregular ones"


def test_partnerships_of_west_mercia(held: Store) -> None:
    force, csp = force_of_lsoa(held), csp_of_lsoa(held)
    names = {csp[code].name for code, area in force.items() if area.name == "West Mercia"}
    assert names == {
        "Herefordshire, County of",
        "North Worcestershire",
        "Shropshire",
        "South Worcester",
        "Telford and Wrekin",
    }
