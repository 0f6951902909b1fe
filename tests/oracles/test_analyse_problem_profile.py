"""What stands beside a profile against a recount row by row; the command and its paper."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from scipy.stats import chi2

from fixtures_needs import AREAS, NeedsForce, build_needs_force, put
from upstream.analyse.monthly import MonthOf
from upstream.analyse.problem_profile import ProblemProfile, _trend, problem_profile
from upstream.analyse.profile import ProfileOf
from upstream.cli.main import main
from upstream.errors import BadInput
from upstream.periods import Month
from upstream.reports.html import render_html
from upstream.reports.problem_profile import profile_paper
from upstream.store import ReadingScope

SCOPE = ReadingScope("tests", "a recount", frozenset({"crimes", "incidents", "people_in_crimes"}), personal=True)
FIRST, LAST = Month(2021, 9), Month(2022, 4)
KIND = "residential_burglary"


def run(folder: Path, *arguments: str) -> int:
    try:
        main(["--config", str(folder / "upstream.toml"), "analyse", "profile", *arguments])
    except SystemExit as end:
        return int(end.code or 0)
    return 0


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
    states = [None, "current", "ended"]
    premises = [
        {"authority": "X", "licence_ref": f"L{at}", "lsoa": force.codes[at % 7], "status": states[at % 3],
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
    standing = [r for r in premises if r["lsoa"] in here and r["as_at"] <= last and r["status"] != "ended"]
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
    assert made["elsewhere"][0]["count"] <= made["records"]["total"]
    out = tmp_path / "profile.html"
    assert run(needs_force.folder, *months, "--area", "A", "--out", str(out)) == 0
    assert "Northing" in out.read_text("utf-8")
    assert run(needs_force.folder, *months, "--area", "Z") == BadInput.exit_code
    assert run(needs_force.folder, *months, "--out", "x.doc") == BadInput.exit_code
