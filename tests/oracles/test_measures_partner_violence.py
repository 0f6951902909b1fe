"""Partner and recorded violence by small area and week, recounted row by row in plain Python."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from stores import filled
from upstream.errors import BadInput, NotHeld, Refused
from upstream.measures.partner_violence import (
    RECORDED,
    SHOWN_FROM,
    TIMES,
    PartnerCounts,
    partner_counts,
    partner_only_places,
)
from upstream.places.add import add_places
from upstream.store import ReadingScope, Store

LONDON = ZoneInfo("Europe/London")
FIRST, LAST = dt.date(2022, 1, 1), dt.date(2022, 6, 30)
SMALL = [f"E010000{number:02d}" for number in range(1, 21)]
AREAS = {"A": "Northing", "B": "Southing"}
KINDS = (*RECORDED, "shoplifting", "rape")
Rows = list[dict[str, Any]]


def _moment(rng: np.random.Generator) -> dt.datetime:
    return dt.datetime(2021, 12, 25, tzinfo=dt.UTC) + dt.timedelta(minutes=int(rng.integers(0, 195 * 1440)))


def _assaults(rng: np.random.Generator) -> Rows:
    rows = []
    for number in range(700):
        when = _moment(rng)
        lsoa = SMALL[0] if number % 7 == 0 else str(rng.choice([*SMALL, "E01999999"]))
        day = when.astimezone(LONDON).date()
        rows.append({
            "site": str(rng.choice(["RXA01", "RXB02"])), "reported_from": day, "reported_to": day,
            "record_number": number, "assault_at": when, "assaulted_on": day, "method": "body_part",
            "location_type": "street", "lsoa": lsoa if rng.random() < 0.9 else None, "as_at": LAST,
            "police_told": [None, "yes", "no"][int(rng.integers(0, 3))],
        })  # fmt: skip
    return rows


def _crimes(rng: np.random.Generator) -> Rows:
    rows = []
    for number in range(4_000):
        when = _moment(rng)
        recorded = min(
            when + dt.timedelta(days=int(rng.choice([0, 0, 0, 9]))), dt.datetime(2022, 6, 30, 12, tzinfo=dt.UTC)
        )
        at = int(rng.integers(1, len(SMALL)))
        rows.append({
            "crime_ref": f"C{number}", "record_kind": "crime", "recorded_at": recorded,
            "recorded_on": recorded.astimezone(LONDON).date(), "as_at": LAST, "area": "A" if at < 10 else "B",
            "committed_from": None if rng.random() < 0.05 else when, "lsoa": SMALL[at],
            "status": "cancelled" if rng.random() < 0.05 else "recorded", "category": str(rng.choice(KINDS)),
        })  # fmt: skip
    return rows


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Rows, Rows]:
    rng = np.random.default_rng(12)
    assaults, crimes = _assaults(rng), _crimes(rng)
    folder = tmp_path_factory.mktemp("partners")
    store = filled(folder / "store", {"ed_assaults": assaults, "crimes": crimes})
    lines = [
        "lsoa21_name,lsoa21_code,ward24_name,ward24_code,ltla24_name,ltla24_code,csp24_code,csp24_name,pfa24_code,pfa24_name"
    ]
    for at, code in enumerate(SMALL):
        name = AREAS["A" if at < 10 else "B"]
        lines.append(f"{name} 001A,{code},W,W05000001,{name},{name},{name},{name},F1,Force")
    path = folder / "lookup_lsoa21_ward24_lad24_csp24_pfa24.csv"
    path.write_text("\n".join(lines) + "\n")
    add_places(store, "lookup", path, who="tests")
    return store, assaults, crimes


def scope(**more: Any) -> ReadingScope:
    return ReadingScope("tester", "tests", frozenset({"ed_assaults", "crimes"}), **{"personal": True, **more})


def counted(held: tuple[Store, Rows, Rows]) -> PartnerCounts:
    return partner_counts("ed_assaults", held[0], scope(), FIRST, LAST, areas=AREAS)


def _part(local: dt.datetime) -> str:
    if 6 <= local.hour < 20:
        return "days"
    begun = local.date() - dt.timedelta(days=1) if local.hour < 6 else local.date()
    return "weekend nights" if begun.weekday() in (4, 5) else "other nights"


def _recount(moments: list[tuple[dt.datetime, str | None, bool]]) -> Counter[tuple[str, str, dt.date]]:
    found: Counter[tuple[str, str, dt.date]] = Counter()
    for local, lsoa, timed in moments:
        monday = local.date() - dt.timedelta(days=local.weekday())
        if lsoa in SMALL and dt.date(2022, 1, 3) <= monday <= dt.date(2022, 6, 20):
            found["every hour", lsoa, monday] += 1
            if timed:
                found[_part(local), lsoa, monday] += 1
    return found


def _as_counter(counts: PartnerCounts, cells: np.ndarray) -> Counter[tuple[str, str, dt.date]]:
    return Counter({
        (TIMES[part], counts.small_areas[at], counts.weeks[week]): int(cells[part, at, week])
        for part, at, week in zip(*np.nonzero(cells), strict=True)
    })  # fmt: skip


def test_counts_are_those_of_the_rows(held: tuple[Store, Rows, Rows]) -> None:
    counts = counted(held)
    _, assaults, crimes = held
    assert (counts.weeks[0], counts.weeks[-1], len(counts.weeks)) == (dt.date(2022, 1, 3), dt.date(2022, 6, 20), 25)
    seen = [(row["assault_at"].astimezone(LONDON), row["lsoa"], True) for row in assaults]
    assert _as_counter(counts, counts.partner) == _recount(seen)
    standing = [row for row in crimes if row["status"] != "cancelled" and row["category"] in RECORDED]
    known = []
    for row in standing:
        if row["recorded_on"] < dt.date(2022, 1, 3):
            continue
        start = row["committed_from"]
        day = dt.datetime.combine(row["recorded_on"], dt.time(), LONDON)
        known.append((start.astimezone(LONDON) if start else day, row["lsoa"], start is not None))
    assert _as_counter(counts, counts.recorded) == _recount(known)


def test_what_is_not_placed_is_counted_and_answers_are_kept(held: tuple[Store, Rows, Rows]) -> None:
    counts = counted(held)
    inside = [row for row in held[1] if dt.date(2022, 1, 3) <= row["assaulted_on"] <= dt.date(2022, 6, 26)]
    assert counts.unplaced == sum(row["lsoa"] is None for row in inside)
    assert counts.elsewhere == sum(row["lsoa"] == "E01999999" for row in inside)
    assert int(counts.partner[0].sum()) + counts.unplaced + counts.elsewhere == len(inside)
    assert sum(counts.by_site.values()) == len(inside)
    assert counts.told == dict(sorted(Counter(row["police_told"] for row in inside if row["police_told"]).items()))


def test_the_place_that_only_the_partner_knows_is_named(held: tuple[Store, Rows, Rows]) -> None:
    (place,) = partner_only_places(counted(held))
    assert (place.small_area, place.area, place.recorded) == (SMALL[0], "A", 0)
    assert place.least_unknown == place.partner >= SHOWN_FROM
    assert place.q < 0.1


def test_only_places_that_the_reader_may_see(held: tuple[Store, Rows, Rows]) -> None:
    counts = partner_counts("ed_assaults", held[0], scope(areas=("B",)), FIRST, LAST, areas=AREAS)
    assert set(counts.areas) == {"B"}
    assert counts.small_areas == tuple(SMALL[10:])
    with pytest.raises(Refused):
        partner_counts("ed_assaults", held[0], scope(personal=False), FIRST, LAST, areas=AREAS)


def test_what_is_not_held_is_said(held: tuple[Store, Rows, Rows]) -> None:
    store = held[0]
    with pytest.raises(NotHeld, match="ambulance_incidents"):
        partner_counts("ambulance_incidents", store, scope(), FIRST, LAST, areas=AREAS)
    with pytest.raises(NotHeld, match="No whole week"):
        partner_counts("ed_assaults", store, scope(), dt.date(2019, 1, 1), dt.date(2019, 3, 1), areas=AREAS)
    with pytest.raises(NotHeld, match="look-up"):
        partner_counts("ed_assaults", store, scope(), FIRST, LAST, areas={"X": "Nowhere"})
    with pytest.raises(BadInput):
        partner_counts("ed_assaults", store, scope(), LAST, FIRST, areas=AREAS)
