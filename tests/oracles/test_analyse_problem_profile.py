"""What stands beside a profile against a recount row by row; the command and its paper."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import chi2

from commands import ended
from fixtures_needs import AREAS, NeedsForce, build_needs_force, put
from planted_map import CORNER, code, crimes, planted
from upstream.analyse.monthly import MonthOf
from upstream.analyse.near_by import near_by
from upstream.analyse.people import Bands, is_fixed, shown_bands
from upstream.analyse.problem_profile import ProblemProfile, _trend, problem_profile
from upstream.analyse.profile_counts import ProfileOf
from upstream.datasets.ages import bands as age_bands
from upstream.disclosure.relations import table_relations
from upstream.disclosure.setting import PUBLIC_THRESHOLD
from upstream.disclosure.suppression import leaves_a_choice, possible_range
from upstream.errors import BadInput
from upstream.periods import Month
from upstream.places.tables import DEPRIVATION, POPULATION, read_table
from upstream.reports.html import render_html
from upstream.reports.problem_profile import profile_paper
from upstream.store import ReadingScope

SCOPE = ReadingScope("tests", "a recount", frozenset({"crimes", "incidents", "people_in_crimes"}), personal=True)
FIRST, LAST = Month(2021, 9), Month(2022, 4)
KIND = "residential_burglary"
AGES = age_bands()
TURN = dt.date(2022, 1, 1)
"""The day after which people of the records are a band older."""


def run(folder: Path, *arguments: str) -> int:
    return ended("--config", str(folder / "upstream.toml"), "analyse", "profile", *arguments)


@pytest.fixture(scope="module")
def found(needs_force: NeedsForce) -> ProblemProfile:
    small = tuple(needs_force.codes[:6])
    return problem_profile(ProfileOf(FIRST, LAST, ("A",), small, ("Burglary",)), needs_force.store, SCOPE, areas=AREAS)


def test_the_same_elsewhere_is_a_recount(found: ProblemProfile, needs_force: NeedsForce) -> None:
    counts: Counter[str] = Counter(
        crime["lsoa"]
        for crime in needs_force.crimes
        if crime["status"] != "cancelled"
        and crime["category"] == KIND
        and crime["lsoa"]
        and FIRST.first_day <= crime["recorded_on"] <= LAST.last_day
    )
    places = {
        "This place": needs_force.codes[:6],
        "Northing": needs_force.codes[:20],
        "Southing": needs_force.codes[20:],
    }
    assert found.comparators[0].here
    assert {one.name for one in found.comparators} == set(places)
    for one in found.comparators:
        codes = places[one.name]
        n, people = sum(counts[code] for code in codes), sum(needs_force.residents[code] for code in codes)
        assert (one.count, one.residents) == (n, people)
        years = people / 1000 * 8 / 12
        assert one.rate.estimate == pytest.approx(n / years)
        assert one.rate.lower == pytest.approx(chi2.ppf(0.025, 2 * n) / 2 / years)
        assert one.rate.upper == pytest.approx(chi2.ppf(0.975, 2 * n + 2) / 2 / years)


def test_the_place_is_a_recount(found: ProblemProfile, needs_force: NeedsForce) -> None:
    place = found.place
    assert place is not None
    assert place.residents == sum(needs_force.residents[code] for code in needs_force.codes[:6])
    assert (place.small_areas, place.rural) == (6, sum(needs_force.rural[code] for code in needs_force.codes[:6]))
    assert place.deprived is None  # these records have domains, and no index over all
    assert found.trend is None  # eight months are no two years


def test_what_partners_hold_is_a_recount(tmp_path: Path) -> None:
    force = build_needs_force(tmp_path)
    here = force.codes[:3]
    states = [None, "current", "ended", "suspended"]
    premises = [
        {"authority": "X", "licence_ref": f"L{at}", "lsoa": force.codes[at % 7], "status": states[at % 4],
         "as_at": dt.date(2021 + at % 2 * 2, 1, 1)}
        for at in range(30)
    ]  # fmt: skip
    days = [FIRST.first_day + dt.timedelta(days=at * 9 - 20) for at in range(40)]
    collisions = [
        {"collision_ref": f"R{at}", "lsoa": force.codes[at % 5], "happened_on": day} for at, day in enumerate(days)
    ]
    put(force.store, "licensed_premises", premises)
    put(force.store, "road_collisions", collisions)
    scope = ReadingScope("t", "t", SCOPE.tables | {"licensed_premises", "road_collisions"}, personal=True)
    made = problem_profile(ProfileOf(FIRST, LAST, ("A",), tuple(here)), force.store, scope, areas=AREAS)
    last = LAST.last_day
    # a register is read at some day, mostly after the period: what is in force in it counts, whenever that was
    standing = [r for r in premises if r["lsoa"] in here and r["status"] in (None, "current")]
    seen = [r for r in collisions if r["lsoa"] in here and FIRST.first_day <= r["happened_on"] <= last]
    assert 0 < len(standing) < len(premises)
    assert 0 < len(seen) < len(collisions)
    assert {one.table: (one.count, one.whole) for one in made.beside} == {
        "licensed_premises": (len(standing), True),
        "road_collisions": (len(seen), False),
    }
    assert any("Ambulance incidents" in line for line in made.not_held)
    shut = problem_profile(ProfileOf(FIRST, LAST, ("A",), tuple(here)), force.store, SCOPE, areas=AREAS)
    assert shut.beside == ()  # a table that the scope does not name is not opened


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> tuple[NeedsForce, list[dict[str, Any]]]:
    """The small force with ages and sexes of most people, some of whom are a year older the next time."""
    force = build_needs_force(tmp_path_factory.mktemp("described"))
    rng = np.random.default_rng(3)
    at = {one["person"]: int(rng.integers(7)) for one in force.people}
    sex = {one["person"]: str(rng.choice(["female", "male"])) for one in force.people}
    rows = {
        (one["crime_ref"], one["person"]): {
            "crime_ref": one["crime_ref"],
            "person": one["person"],
            "recorded_on": one["recorded_on"],
            "age_band": None if rng.random() < 0.2 else AGES[at[one["person"]] + (one["recorded_on"] > TURN)],
            "sex": None if rng.random() < 0.1 else sex[one["person"]],
        }
        for one in force.people
        if rng.random() < 0.9
    }
    put(force.store, "ages_and_sexes", list(rows.values()))
    return force, list(rows.values())


def test_people_in_bands_are_a_recount(described: tuple[NeedsForce, list[dict[str, Any]]]) -> None:
    force, rows = described
    scope = ReadingScope("t", "t", SCOPE.tables | {"ages_and_sexes"}, personal=True)
    of = ProfileOf(FIRST, LAST, ("A",), (), ("Burglary",))
    made = problem_profile(of, force.store, scope, areas=AREAS)
    assert made.people is not None
    own = {
        crime["crime_ref"]
        for crime in force.crimes
        if crime["status"] != "cancelled"
        and crime["category"] == KIND
        and crime["area"] == "A"
        and FIRST.first_day <= crime["recorded_on"] <= LAST.last_day
    }
    for role, bands in (("victim", made.people.victims), ("suspect", made.people.suspects)):
        seen: dict[str, tuple[list[int], set[str]]] = {}
        for one in force.people:
            if one["role"] == role and not one["business"] and one["crime_ref"] in own:
                ages, sexes = seen.setdefault(one["person"], ([], set()))
                for row in rows:
                    if (row["crime_ref"], row["person"]) == (one["crime_ref"], one["person"]):
                        ages += [AGES.index(row["age_band"])] if row["age_band"] else []
                        sexes |= {row["sex"]} if row["sex"] else set()
        cells = Counter(
            (min(ages, default=len(AGES)), ["female", "male"].index(*sexes) if len(sexes) == 1 else 2)
            for ages, sexes in seen.values()
        )
        assert bands.people == len(seen) > 10
        assert {(a, b): n for a, row in enumerate(bands.counts) for b, n in enumerate(row) if n} == dict(cells)
    assert made.profile.repeats is not None
    assert made.people.victims.people == made.profile.repeats.victims
    unasked = problem_profile(of, force.store, SCOPE, areas=AREAS)
    assert unasked.people is None  # a scope that does not name the table does not open it


def test_no_small_cell_of_ages_can_be_worked_out_from_what_is_printed() -> None:
    rng = np.random.default_rng(11)
    for _ in range(6):
        counts = tuple(tuple(int(n) for n in row) for row in rng.poisson(5, (9, 3)))
        shown = shown_bands(Bands((*AGES, "not recorded"), counts), public=False)
        assert shown is not None
        printed = np.array(shown)
        flat, relations = printed.ravel(), table_relations(*printed.shape)
        for cell in np.argwhere(np.array(counts) < PUBLIC_THRESHOLD):
            at = int(cell[0] * printed.shape[1] + cell[1])
            if counts[cell[0]][cell[1]]:
                assert np.isnan(flat[at])
                assert leaves_a_choice(*possible_range(at, flat, relations))
    few = Bands((*AGES, "not recorded"), ((2, 0, 0), *[(0, 0, 0)] * 8))
    assert shown_bands(few, public=False) is None


@pytest.mark.parametrize(
    ("asked", "fixed"),
    [
        ({}, True),
        ({"areas": ("A",), "types": ("Burglary",)}, True),
        ({"small_areas": ("E01000001",)}, False),
        ({"areas": ("A", "B")}, False),
        ({"types": ("Burglary", "Robbery")}, False),
        ({"last": Month(2022, 2)}, False),
        ({"first": Month(2020, 4)}, False),
    ],
)
def test_everybody_is_shown_ages_of_fixed_questions_alone(asked: dict[str, Any], fixed: bool) -> None:
    assert is_fixed(ProfileOf(**{"first": Month(2021, 4), "last": Month(2022, 3), **asked})) is fixed


def test_places_alike_are_those_nearest_by_a_plain_search(needs_force: NeedsForce) -> None:
    here = tuple(needs_force.codes[:2])
    made = problem_profile(ProfileOf(FIRST, LAST, ("A",), here), needs_force.store, SCOPE, areas=AREAS)
    alike = made.alike
    assert alike is not None
    assert "income deprivation" in alike.variables
    outside = [code for code in needs_force.codes if code not in here]
    held = {row["lsoa"]: {} for row in read_table(needs_force.store, DEPRIVATION).to_pylist()}
    for row in read_table(needs_force.store, DEPRIVATION).to_pylist():
        held[row["lsoa"]][row["domain"]] = row["score"]
    households = {row["lsoa"]: row["households"] for row in read_table(needs_force.store, POPULATION).to_pylist()}

    def values(code: str) -> np.ndarray:
        people = needs_force.residents[code]
        scores = [held[code][domain] for domain in sorted(held[code])]
        return np.array([people, people / households[code], needs_force.rural[code], *scores])

    found: set[str] = set()
    for own in here:
        table = np.array([values(code) for code in [*outside, own]])
        scaled = table / table.std(axis=0)
        away = ((scaled[:-1] - scaled[-1]) ** 2).sum(axis=1)
        found |= {outside[at] for at in np.argsort(away)[:7]}
    assert set(alike.codes) == found
    assert alike.residents == sum(needs_force.residents[code] for code in found)
    assert alike.rate.estimate == pytest.approx(alike.count / (alike.residents / 1000 * 8 / 12))
    whole = problem_profile(ProfileOf(FIRST, LAST, ("A",)), needs_force.store, SCOPE, areas=AREAS)
    assert whole.alike is not None  # twenty small areas: still a small place


def test_where_only_its_own_area_is_open_nothing_is_said_of_elsewhere(needs_force: NeedsForce) -> None:
    of = ProfileOf(FIRST, LAST, ("A",), (), ("Burglary",))
    shut = ReadingScope("t", "t", SCOPE.tables, ("A",), personal=True)
    alone = problem_profile(of, needs_force.store, shut, areas=AREAS)
    assert (alone.comparators, alone.alike) == ((), None)
    assert any("elsewhere is not open" in line for line in alone.not_held)
    counted = problem_profile(of, needs_force.store, shut, areas=AREAS, elsewhere=ReadingScope("t", "t", SCOPE.tables))
    open_to_all = problem_profile(of, needs_force.store, SCOPE, areas=AREAS)
    assert counted.comparators == open_to_all.comparators
    assert len(counted.comparators) == 3


def test_facilities_in_the_place_and_around_it_are_those_by_hand(tmp_path: Path) -> None:
    store = planted(tmp_path, crimes(np.random.default_rng(5))[:200])
    x, y = CORNER
    points = {"in": (500.0, 500.0), "edge": (1_200.0, 500.0), "far": (1_400.0, 500.0), "unknown": (None, None)}
    put(
        store,
        "licensed_premises",
        [
            {"authority": "X", "licence_ref": name, "name": name, "as_at": dt.date(2021, 1, 1), "status": "current",
             "easting": None if east is None else x + east, "northing": None if north is None else y + north}
            for name, (east, north) in points.items()
        ],
    )  # fmt: skip
    scope = ReadingScope("t", "t", frozenset({"licensed_premises"}))
    near = near_by((code(0, 0),), 2021, store, scope)
    assert near is not None
    assert [one.name for one in near.inside] == ["in"]
    assert [one.name for one in near.around] == ["edge"]  # 200 metres from the outline; 400 is too far
    assert (near.without_point, near.not_held) == (1, ("school",))
    assert near_by((code(0, 0),), 2021, store, ReadingScope("t", "t", frozenset())) is None


def test_the_trend_is_two_years_side_by_side(needs_force: NeedsForce, found: ProblemProfile) -> None:
    months = tuple(MonthOf(Month(2020, 5) + at, 10 if at < 12 else 15) for at in range(24))
    trend = _trend(replace(found.profile, months=months))
    assert trend is not None
    assert (trend.then, trend.now) == (120, 180)
    # 2020/21 and 2021/22, May to April, have 365 days each
    assert trend.ratio.estimate == pytest.approx(1.5)
    assert 1 < trend.ratio.lower < 1.5 < trend.ratio.upper
    assert _trend(replace(found.profile, months=(*months[:-1], replace(months[-1], count=None)))) is None
    assert _trend(replace(found.profile, months=(*months[:-1], replace(months[-1], partial=True)))) is None
    # one year of records: the twelve months before are not held, and not zero
    of = ProfileOf(Month(2020, 7), Month(2022, 6), None, (), ("Burglary",))
    assert problem_profile(of, needs_force.store, SCOPE, areas=AREAS).trend is None


def test_the_paper_for_the_public_shows_no_small_number(needs_force: NeedsForce) -> None:
    of = ProfileOf(FIRST, LAST, ("A",), (needs_force.codes[0],), ("Robbery",))
    made = problem_profile(of, needs_force.store, SCOPE, areas=AREAS)
    assert made.profile.total > 0
    for public in (False, True):
        paper = profile_paper(made, "Northing 000A", force="Test", marking="OFFICIAL", public=public, names=AREAS)
        page = render_html(paper).decode()
        assert ("fewer than 5" in page) == public
        assert "Not in this profile" in page


def test_the_command(needs_force: NeedsForce, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    months = ["--from", "2021-09", "--to", "2022-04"]
    assert run(needs_force.folder, *months, "--area", "A", "--type", "Burglary", "--json") == 0
    made = json.loads(capsys.readouterr().out)
    assert made["comparators"][0]["count"] <= made["profile"]["total"]
    out = tmp_path / "profile.html"
    assert run(needs_force.folder, *months, "--area", "A", "--out", str(out)) == 0
    assert "Northing" in out.read_text("utf-8")
    assert run(needs_force.folder, *months, "--area", "Z") == BadInput.exit_code
    assert run(needs_force.folder, *months, "--out", "x.doc") == BadInput.exit_code
