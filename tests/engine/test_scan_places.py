"""What scans of places find where it is known what is there, what they say beside it, and what they refuse."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from planted_map import ALWAYS, FIRST, ISLAND, LAST, NEWLY, SCOPE, SIDE, _crime, code, planted
from stores import street_files
from upstream.errors import BadInput, NotHeld
from upstream.measures.events import Events, EventsOf, events
from upstream.places.outlines import outlines
from upstream.scan.back_test import MAPS, back_test
from upstream.scan.concentration import concentrated, risky_facilities
from upstream.scan.emerging import emerging
from upstream.scan.hot_spots import density_map, harm_spots, hot_spots
from upstream.scan.study import Study, counts_of, place_events, study_of
from upstream.store import Store

OF = EventsOf(FIRST.first_day, LAST.last_day)


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return planted(tmp_path_factory.mktemp("planted"))


@pytest.fixture(scope="module")
def found(store: Store) -> Events:
    return events(OF, store, SCOPE)


@pytest.fixture(scope="module")
def study(store: Store, found: Events) -> Study:
    return study_of(found, store)


def named(study: Study, which: np.ndarray) -> set[str]:
    return set(study.keys[which].tolist())


def test_every_small_area_is_a_place_and_neighbours_are_those_beside_it(study: Study) -> None:
    assert len(study) == SIDE**2 + 1  # empty ones, too
    assert study.keys[study.neighbours.islands].tolist() == [ISLAND]
    at = study.keys.tolist().index(code(5, 5))
    beside = study.neighbours.index[study.neighbours.start[at] : study.neighbours.start[at + 1]]
    assert named(study, beside) == {code(r, c) for r in (4, 5, 6) for c in (4, 5, 6)} - {code(5, 5)}
    assert study.square_km == pytest.approx(np.ones(len(study)), rel=1e-3)


def test_events_are_counted_where_their_code_or_their_point_says(found: Events, study: Study, store: Store) -> None:
    counts = counts_of(study, place_events(study, found))
    assert dict(zip(study.keys.tolist(), counts.tolist(), strict=True)) == {
        **dict.fromkeys(study.keys.tolist(), 0),
        **Counter(found.small_area.tolist()),
    }
    squares = study_of(found, store, unit="square", across=1_000)
    by_point = counts_of(squares, place_events(squares, found))
    assert sorted(by_point.tolist())[-9:] == sorted(counts.tolist())[-9:]
    assert squares.bounded


def test_the_planted_hot_spot_is_found_and_little_else(found: Events, study: Study) -> None:
    for method in ("gi", "moran"):
        spots = hot_spots(found, study, rng=rng(), method=method, permutations=499)
        hot = named(study, spots.called == "hot")
        middle = {code(r, c) for r, c in ALWAYS}
        near = {code(r, c) for r in range(1, 6) for c in range(1, 6)}
        # around a corner of the spot there is little, so a corner need not be certain
        assert {code(3, 3), code(2, 3), code(3, 2), code(3, 4), code(4, 3)} <= hot <= near | {code(11, 11)}, method
    assert named(study, spots.naive[:9]) == middle
    assert any("without a neighbour" in note for note in spots.notes)


def test_where_there_is_nothing_nothing_is_hot(store: Store, study: Study, tmp_path: Path) -> None:
    """Events dealt out evenly, ten times: a map with any hot spot comes in about one of twenty."""
    draws, flagged = np.random.default_rng(3), 0
    flat = events(OF, store, SCOPE)
    for _ in range(10):
        place = draws.integers(0, SIDE, (len(flat.day), 2))
        codes = np.array([code(int(r), int(c)) for r, c in place])
        flagged += bool((hot_spots(replace(flat, small_area=codes), study, rng=draws, permutations=199).called
                         != "not certain").any())  # fmt: skip
    assert flagged <= 2


def test_places_are_told_apart_by_when_they_became_hot(found: Events, study: Study) -> None:
    emerged = emerging(found, study, rng=rng(), permutations=199)
    called = dict(zip(study.keys.tolist(), emerged.called.tolist(), strict=True))
    # around a corner of a spot there is little, so a corner need not be certain
    for spot, word in ((ALWAYS, "persistent"), (NEWLY, "new")):
        corners = {spot[0], spot[2], spot[6], spot[8]}
        assert {called[code(r, c)] for r, c in spot if (r, c) not in corners} == {word}
    assert Counter(called.values())["none"] >= SIDE**2 + 1 - 18
    assert (emerged.months[0], len(emerged.months)) == (FIRST, 24)
    quarters = emerging(
        replace(found, of=replace(OF, first=FIRST.first_day)), study, rng=rng(), permutations=19, period_months=2
    )
    assert len(quarters.months) == 12


def test_a_map_is_judged_beside_the_naive_one_on_months_it_has_not_seen(found: Events, study: Study) -> None:
    tested = back_test(found, study, rng=rng(), maps=MAPS, areas=(9 / 257,), tested=4)
    scores = {score.map: score for score in tested.scores}
    assert tested.scores[0].map == "same places"
    assert tested.periods[-1] == LAST
    # nine of 257 places, each nine times as busy: 81 of 329 events a month, and fewer in the last
    assert scores["all months"].hit_rate == pytest.approx(0.24, abs=0.03)
    assert scores["all months"].index == pytest.approx(scores["all months"].hit_rate * 257 / 9, rel=1e-3)
    assert 0.8 < scores["all months"].efficiency <= 1
    assert scores["same places"].gain == 0
    assert scores["all months"].gain_low <= scores["all months"].gain <= scores["all months"].gain_high
    # the last month's new spot cannot have been known: no map may have seen it
    last = back_test(found, study, rng=rng(), areas=(18 / 257,), tested=1)
    assert max(score.efficiency for score in last.scores) < 0.85


def test_harm_is_weighed_and_its_uncertainty_said(found: Events, study: Study) -> None:
    harm = harm_spots(found, study, rng=rng(), top=9, draws=200)
    assert named(study, harm.order[:9]) == {code(r, c) for r, c in ALWAYS}
    first = harm.order[0]
    own = found.harm_days[found.small_area == study.keys[first]]
    assert harm.totals.total[first] == pytest.approx(own.sum())
    assert harm.totals.lower[first] < own.sum() < harm.totals.upper[first]
    assert harm.without_weight == 0


def test_density_is_per_square_metre_of_what_is_policed(found: Events, study: Study) -> None:
    made = density_map(found, study)
    cell = made.density.cell
    assert np.nansum(made.density.values) * cell**2 == pytest.approx(len(found.easting), rel=0.02)
    assert made.rule.startswith("300 metres")
    assert (made.bounded, made.left_out) == (True, ())
    assert density_map(found, study, rule="given", bandwidth=600).density.bandwidth == 600
    with pytest.raises(BadInput, match="bandwidth"):
        density_map(found, study, rule="given")


def test_how_few_places_hold_how_much_and_whether_they_stay(found: Events, study: Study) -> None:
    few = concentrated(found, study, rng=rng(), simulations=39)
    counts = np.sort(few.counts)[::-1]
    assert few.found.needed.tolist() == [int((counts.cumsum() < share * counts.sum()).sum()) + 1
                                         for share in (0.25, 0.5, 0.8)]  # fmt: skip
    assert few.curve[8] == pytest.approx(counts[:9].sum() / counts.sum())
    ((before, after, stable),) = few.stable
    assert (str(before), str(after)) == ("2020-01", "2021-01")
    assert stable.jaccard >= 0.5 > stable.jaccard_by_chance
    assert few.found.gini > few.found.gini_by_chance + 0.1


def test_few_of_many_facilities_are_risky(found: Events) -> None:
    east, north = np.array([402_500.0, 408_000.0, 411_000.0]), np.array([303_500.0, 302_000.0, 311_000.0])
    risky = risky_facilities(found, ["Bell", "Crown", "Fox"], east, north, radius=400, rng=rng(), simulations=19)
    away = np.hypot(found.easting[:, None] - east, found.northing[:, None] - north)
    near = away.min(1) <= 400
    assert risky.counts.tolist() == np.bincount(away.argmin(1)[near], minlength=3).tolist()
    assert risky.names[risky.order[0]] == "Bell"
    assert risky.beyond + risky.counts.sum() == len(found.easting)
    with pytest.raises(BadInput, match="three or more"):
        risky_facilities(found, ["Bell"], [1.0], [1.0], radius=400, rng=rng())
    with pytest.raises(BadInput, match="No event lies within"):
        risky_facilities(found, ["A", "B", "C"], [1.0, 2, 3], [1.0, 2, 3], radius=400, rng=rng())


def test_shared_points_are_said_to_be_shared(tmp_path: Path) -> None:
    store = street_files(tmp_path, [("2021-01", f"{-1.9 + at / 100}", "52.6", "E01000001", "Burglary")
                                    for at in range(9)])  # fmt: skip
    january = FIRST + 12
    shared = events(EventsOf(january.first_day, january.last_day), store, SCOPE)
    cells = study_of(shared, store, unit="hexagon", across=1_000)
    few = concentrated(shared, cells, rng=rng(), simulations=9)
    assert not cells.bounded
    assert any("shared map points" in note for note in few.notes)
    assert any("No outlines are held" in note for note in few.notes)
    with pytest.raises(NotHeld, match="No outlines"):
        study_of(shared, store)
    with pytest.raises(NotHeld, match="No outlines of 2021"):
        outlines(store, 2021)


def test_no_events_one_event_and_all_at_one_point_have_a_clear_answer(
    found: Events, study: Study, tmp_path: Path
) -> None:
    one = _crime(0, 3, 3, FIRST, rng())
    for number, rows in enumerate(([one], [dict(one, crime_ref=f"C{at}") for at in range(200)])):
        store = planted(tmp_path / str(number), rows)
        some = events(OF, store, SCOPE)
        few = concentrated(some, study_of(some, store), rng=rng(), simulations=9)
        assert few.found.needed.tolist() == [1, 1, 1]
    spots = hot_spots(some, study, rng=rng(), permutations=99)  # 200 at one point
    # nothing around it: no pattern of places, and it is said that one place is nearly all
    assert (spots.called != "hot").all()
    assert any("One place holds 100%" in note for note in spots.notes)
    none = replace(found, **{name: getattr(found, name)[:0] for name in
                            ("easting", "northing", "day", "start", "end", "small_area", "area", "type",
                             "harm_days")}, read=0)  # fmt: skip
    for scan in (concentrated, hot_spots, harm_spots):
        with pytest.raises(BadInput):
            scan(none, study, rng=rng())
    with pytest.raises(BadInput):
        density_map(none, study)
    with pytest.raises(BadInput, match="Nothing happened"):
        back_test(none, study, rng=rng())


def test_what_cannot_be_asked_is_refused(found: Events, study: Study) -> None:
    with pytest.raises(BadInput, match="No such map"):
        back_test(found, study, rng=rng(), maps=("crystal ball",))
    with pytest.raises(BadInput, match="above 0, below 1"):
        back_test(found, study, rng=rng(), areas=(1.5,))
    with pytest.raises(BadInput, match="10 periods"):
        emerging(replace(found, of=replace(OF, first=LAST.first_day)), study, rng=rng())
    with pytest.raises(BadInput, match="not held"):
        concentrated(found, study, rng=rng(), exposure="residents")


def test_missing_months_make_no_period(found: Events, study: Study) -> None:
    gap = replace(found, missing=(LAST - 3,))
    assert (LAST - 3) not in emerging(gap, study, rng=rng(), permutations=9).months
    tested = back_test(gap, study, rng=rng(), tested=3).periods
    assert tested == (LAST - 4, LAST - 1, LAST)  # a period without the one before it is no test of the naive map
    assert any("not held" in note for note in concentrated(gap, study, rng=rng(), simulations=9).notes)
    assert concentrated(gap, study, rng=rng(), simulations=9).stable == ()
