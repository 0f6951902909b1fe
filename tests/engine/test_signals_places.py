"""Repeat locations and violence that partners alone know of: found where planted, with what they must not tell."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from stores import Rows, filled
from upstream.places.add import add_places
from upstream.scan.nightly import PARTNERS, REPEATS, TABLES_READ, propose, versions_of
from upstream.scan.repeat_locations import STRETCH_METRES, together
from upstream.scan.signals import Signals
from upstream.stats.false_alarms import benjamini_hochberg
from upstream.stats.unusual_places import Unusual
from upstream.store import ReadingScope, Store

TO = dt.date(2022, 6, 30)
SCOPE = ReadingScope("tests", "signals", TABLES_READ, personal=True)
AREAS = {"A": "Alder", "B": "Birch"}


def crime(at: int, day: dt.date, **more: Any) -> dict[str, Any]:
    return {
        "crime_ref": f"C{at}", "record_kind": "crime", "status": "recorded", "recorded_on": day, "area": "A",
        "lsoa": "A1", "category": "shoplifting", **more,
    }  # fmt: skip


def street(n: int, *, addresses: int) -> Rows:
    """Shoplifting of the last weeks in one stretch, at so many addresses."""
    return [
        crime(10_000 + at, TO - dt.timedelta(days=at), easting=405_010.0 + 8 * (at % addresses), northing=305_050.0)
        for at in range(n)
    ]


def town(rng: np.random.Generator) -> Rows:
    """Two years of shoplifting over four hundred stretches."""
    return [
        crime(
            at, TO - dt.timedelta(days=int(rng.integers(730))),
            easting=400_050.0 + 100 * int(rng.integers(20)), northing=300_050.0 + 100 * int(rng.integers(20)),
        )
        for at in range(3_000)
    ]  # fmt: skip


def repeats(folder: Path, rows: Rows, **tables: Rows) -> Signals:
    store = filled(folder, {"crimes": rows, **tables})
    return propose(store, to=TO, scope=SCOPE, areas=AREAS, only=(REPEATS,))


def test_a_stretch_with_far_more_than_others_is_a_signal(tmp_path: Path) -> None:
    found = repeats(tmp_path, town(np.random.default_rng(3)) + street(15, addresses=5))
    (own,) = found.signals
    assert (own.kind, own.types, own.area, own.small_areas) == ("repeat_location", ("Shoplifting",), "A", ("A1",))
    assert own.count == 15
    assert own.expected == pytest.approx(3_000 * 90 / 730 / 401, rel=0.1)
    assert (own.easting, own.northing) == (405_050.0, 305_050.0), "the middle of the stretch, never an address"
    assert own.radius_metres == pytest.approx(STRETCH_METRES / 2**0.5)
    assert own.false_alarm_share == 0.05
    assert "15 crimes at 5 addresses in the 90 days to 30 June 2022" in own.evidence
    assert found.looked_at == {REPEATS: 401}


def test_false_ones_are_held_down_over_all_types_together() -> None:
    """What stands out among the squares of its own type is nothing among those of all thirteen."""
    p = np.ones((13, 100))
    p[0, 0] = 0.0004
    alone = [Unusual(one, one, one, benjamini_hochberg(one)) for one in p]
    assert alone[0].q[0] == pytest.approx(0.04)
    assert together(alone)[0].q[0] == pytest.approx(0.52)
    assert together([]) == []


@pytest.mark.parametrize("addresses", [1, 2])
def test_what_few_addresses_make_is_no_signal(tmp_path: Path, addresses: int) -> None:
    found = repeats(tmp_path, town(np.random.default_rng(3)) + street(20, addresses=addresses))
    assert found.groups == ()
    assert found.left_out == {"rested on one address or one victim": 1}


def test_what_one_victim_makes_is_no_signal(tmp_path: Path) -> None:
    people = [{"crime_ref": f"C{10_000 + at}", "person": "p", "role": "victim", "business": False} for at in range(15)]
    rows = town(np.random.default_rng(3)) + street(15, addresses=5)
    assert repeats(tmp_path, rows, people_in_crimes=people).groups == ()


def test_stretches_by_licensed_premises_are_compared_with_one_another(tmp_path: Path) -> None:
    """Six crimes are far too many for a stretch, and nothing among forty stretches by premises with as many."""
    nightlife = [
        crime(20_000 + 6 * at + n, TO - dt.timedelta(days=n), easting=410_050.0 + 300 * at + n, northing=305_050.0)
        for at in range(40)
        for n in range(6)
    ]
    premises = [
        {"authority": "Q", "licence_ref": str(at), "name": "P", "easting": 410_050 + 300 * at, "northing": 305_050}
        for at in range(40)
    ]
    rows = town(np.random.default_rng(3)) + nightlife
    assert repeats(tmp_path / "like", rows, licensed_premises=premises).groups == ()


# --- partners ------------------------------------

SMALL = [f"E010000{number:02d}" for number in range(1, 31)]


def looked_up(store: Store, folder: Path) -> Store:
    """Every small area belongs to Alder."""
    header = (
        "lsoa21_name,lsoa21_code,ward24_name,ward24_code,ltla24_name,ltla24_code,csp24_code,csp24_name,pfa24_code,"
        "pfa24_name"
    )
    lines = [f"Alder 001A,{code},W,W05000001,Alder,Alder,Alder,Alder,F1,Force" for code in SMALL]
    path = folder / "lookup_lsoa21_ward24_lad24_csp24_pfa24.csv"
    path.write_text("\n".join([header, *lines]) + "\n")
    add_places(store, "lookup", path, who="tests")
    return store


def assaults(at: int, code: str, n: int) -> Rows:
    days = [TO - dt.timedelta(days=10 + 11 * number) for number in range(n)]
    return [
        {
            "site": "RXA01", "reported_from": day, "reported_to": day, "record_number": 1000 * at + number,
            "assault_at": dt.datetime.combine(day, dt.time(22), dt.UTC), "assaulted_on": day, "method": "body_part",
            "location_type": "street", "lsoa": code, "as_at": TO,
        }
        for number, day in enumerate(days)
    ]  # fmt: skip


@pytest.fixture(scope="module")
def partners(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Three assaults and thirty crimes in every small area; in the first thirty assaults and three crimes."""
    folder = tmp_path_factory.mktemp("partners")
    rng = np.random.default_rng(5)
    seen = [row for at, code in enumerate(SMALL) for row in assaults(at, code, 30 if at == 0 else 3)]
    crimes = [
        crime(
            100 * at + n, TO - dt.timedelta(days=int(rng.integers(1, 360))), lsoa=code, category="violence_with_injury"
        )
        for at, code in enumerate(SMALL)
        for n in range(3 if at == 0 else 30)
    ]
    return looked_up(filled(folder / "store", {"ed_assaults": seen, "crimes": crimes}), folder)


def test_violence_that_a_hospital_sees_and_the_police_do_not_is_a_signal(partners: Store) -> None:
    found = propose(partners, to=TO, scope=SCOPE, areas=AREAS, only=(PARTNERS,))
    (own,) = found.signals
    assert (own.kind, own.area, own.small_areas) == ("partner_only", "A", (SMALL[0],))
    assert own.count >= 28, "those of whole weeks"
    assert own.expected == pytest.approx(4.4, abs=1.0)
    assert own.false_alarm_share == 0.1
    assert own.harm_days > 0
    low, high = own.figures["share"]
    assert low > own.figures["share_of_force"]
    assert high > own.count / (own.count + own.figures["recorded"]) > low
    assert set(own.tables) == {"ed_assaults", "crimes"}
    assert found.not_looked_for == {"violence in ambulance calls to assaults": "No such table is held."}


def test_a_look_is_on_what_partners_added_too(partners: Store) -> None:
    assert {"crimes", "ed_assaults"} <= set(versions_of(partners))
    found = propose(partners, to=TO, scope=SCOPE, areas=AREAS, only=(PARTNERS,))
    assert versions_of(partners).items() <= found.tables.items()


def test_whoever_may_not_read_a_partners_records_gets_no_signal_of_them(partners: Store) -> None:
    scope = ReadingScope("tests", "signals", frozenset({"crimes"}), personal=True)
    found = propose(partners, to=TO, scope=scope, areas=AREAS, only=(PARTNERS,))
    assert found.groups == ()
