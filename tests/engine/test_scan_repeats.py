"""Again, as counts: people under a scope, addresses by place, and nothing that points at one of them."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from commands import ended
from fixtures_events import made
from stores import filled
from upstream.errors import BadInput, NotHeld, Refused
from upstream.measures.events import EventsOf
from upstream.measures.person_events import PEOPLE, person_events
from upstream.scan.repeats import curve_rows, plain_repeats, repeat_addresses, repeat_people
from upstream.store import ReadingScope, Store

FIRST = dt.date(2022, 1, 1)
OF = EventsOf(FIRST, dt.date(2022, 12, 31))
SCOPE = ReadingScope("tests", "a recount", frozenset({"crimes", PEOPLE}), personal=True)


@pytest.fixture(scope="module")
def rows() -> list[tuple[str, str, int, str, bool]]:
    """Person, role, day, area and whether a business, one a crime."""
    rng = np.random.default_rng(3)
    return [
        (
            f"P{int(60 * rng.random() ** 2)}",
            str(rng.choice(["victim", "suspect"])),
            int(rng.integers(0, 365)),
            str(rng.choice(["A", "B"])),
            bool(rng.random() < 0.1),
        )
        for _ in range(200)
    ]


@pytest.fixture(scope="module")
def folder(rows: list, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made_in = tmp_path_factory.mktemp("people")
    crimes = [
        {"crime_ref": f"C{at}", "record_kind": "crime", "status": "recorded", "area": area, "lsoa": "S1",
         "category": "residential_burglary", "recorded_on": FIRST + dt.timedelta(days=day),
         "easting": 400_000.0 + at % 7, "northing": 400_000.0}
        for at, (_, _, day, area, _) in enumerate(rows)
    ]  # fmt: skip
    people = [
        {"crime_ref": f"C{at}", "person": person, "role": role, "business": business, "status": "recorded",
         "recorded_on": FIRST + dt.timedelta(days=day)}
        for at, (person, role, day, _, business) in enumerate(rows)
    ]  # fmt: skip
    filled(made_in / "store", {"crimes": crimes, PEOPLE: people})
    (made_in / "upstream.toml").write_text("", "utf-8")
    (made_in / "public.toml").write_text('[report]\ndisclosure = "public"\n', "utf-8")
    return made_in


@pytest.mark.parametrize("role", ["victim", "suspect"])
def test_people_are_counted_as_by_hand(folder: Path, rows: list, role: str) -> None:
    found = repeat_people(person_events(OF, Store(folder / "store"), SCOPE, role))
    by_hand = Counter(person for person, part, _, _, business in rows if part == role and not business)
    assert found.subjects == len(by_hand)
    assert found.crimes == sum(by_hand.values())
    assert found.again == sum(n > 1 for n in by_hand.values())
    assert found.crimes_again == sum(n for n in by_hand.values() if n > 1)
    sizes = Counter(min(n, 5) for n in by_hand.values())
    assert found.by_crimes == tuple(sizes[n] for n in range(1, 6))
    assert sum(found.by_crimes) == found.subjects
    assert [one.days for one in found.within] == [7, 30, 90, 180]


def test_a_reader_of_one_area_counts_that_area(folder: Path, rows: list) -> None:
    scope = ReadingScope("tests", "a recount", frozenset({"crimes", PEOPLE}), areas=("A",), personal=True)
    found = repeat_people(person_events(OF, Store(folder / "store"), scope, "victim"))
    mine = [person for person, part, _, area, business in rows if part == "victim" and area == "A" and not business]
    assert (found.subjects, found.crimes) == (len(set(mine)), len(mine))


def test_people_are_read_only_under_a_scope_that_covers_them(folder: Path, tmp_path: Path) -> None:
    store = Store(folder / "store")
    with pytest.raises(Refused):
        person_events(OF, store, ReadingScope("tests", "no people", frozenset({"crimes"})), "victim")
    with pytest.raises(BadInput, match="no part in a crime"):
        person_events(OF, store, SCOPE, "bystander")
    without = filled(tmp_path / "store", {"crimes": []})
    with pytest.raises(NotHeld, match="No people are held"):
        person_events(OF, without, SCOPE, "victim")


def test_addresses_again_by_place() -> None:
    events = made(
        [1, 1, 1, 5, 5, 9, 20], [0] * 7, [0, 10, 40, 100, 130, 7, 200],
        small_areas=["S1", "S1", "S1", "S2", "S2", "S1", "S2"],
    )  # fmt: skip
    found = repeat_addresses(events)
    assert (found.subjects, found.again, found.crimes, found.crimes_again) == (4, 2, 7, 5)
    assert [(p.small_area, p.addresses, p.again, p.crimes_again) for p in found.places] == [
        ("S1", 2, 1, 3),
        ("S2", 2, 1, 2),
    ]
    # 10, 30 and 30 days to the next; four waits end with the records
    assert found.curve.times.tolist() == [10, 30]
    assert (found.curve.number, found.curve.happened) == (7, 3)
    assert len(curve_rows(found)) == 2


def test_what_cannot_be_counted_is_refused() -> None:
    with pytest.raises(BadInput, match="No addresses were found"):
        repeat_addresses(made([], [], []))
    with pytest.raises(BadInput, match="Open data gives no repeat addresses"):
        repeat_addresses(made([1], [1], [1], table="street_crimes"))


def test_the_public_sees_no_small_counts() -> None:
    rng = np.random.default_rng(4)
    events = made(rng.integers(0, 60, 150), np.zeros(150), rng.integers(0, 365, 150))
    shown = plain_repeats(repeat_addresses(events), public=True)
    counts = [*shown["by_crimes"].values(), shown["again"], shown["crimes"], shown["subjects"]]
    assert all(n is None or n % 5 == 0 for n in counts)
    few = repeat_addresses(made([1, 1, 5, 9], [0] * 4, [1, 2, 3, 4]))
    assert plain_repeats(few, public=True)["share_again"] is None
    assert curve_rows(few, public=True) == []


def run(folder: Path, *arguments: str, settings: str = "upstream.toml") -> int:
    return ended("--config", str(folder / settings), "scan", "repeats", *arguments)


def test_the_command(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    assert run(folder, "--to", "2022-12-31", "--out", str(tmp_path / "curve.csv")) == 0
    text = capsys.readouterr().out
    assert "victims" in text
    assert "the same victim had another within 30 days" in text
    assert (tmp_path / "curve.csv").read_text().startswith("days,share,lower,upper")
    assert run(folder, "--to", "2022-12-31", "--of", "addresses", "--json") == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["subjects"], found["crimes"], found["places"][0]["addresses_again"]) == (7, 200, 7)
    assert (
        run(folder, "--to", "2022-12-31", "--of", "addresses", "--rows", "places", "--out", str(tmp_path / "p.csv"))
        == 0
    )
    assert run(folder, "--to", "2022-12-31", settings="public.toml") == 0
    assert "to the nearest 5" in capsys.readouterr().out
    assert run(folder, "--to", "2022-12-31", "--rows", "places") == 2
    assert "have no places" in capsys.readouterr().err
