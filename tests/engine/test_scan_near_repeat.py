"""Near repeats: the table of the statistic, chains, and where risk is raised; what cannot be told is refused."""

from __future__ import annotations

import datetime as dt
from itertools import combinations

import numpy as np
import pytest

from fixtures_events import FIRST, made
from upstream.errors import BadInput
from upstream.measures.events import Events
from upstream.scan.near_repeat import NearRepeatOf, NearRepeats, near_repeats
from upstream.scan.raised_risk import RaisedBand, risk_windows


def planted() -> Events:
    """150 burglaries anywhere, 60 of them followed by another near by within a week."""
    rng = np.random.default_rng(5)
    x, y, day = rng.uniform(0, 5_000, 150), rng.uniform(0, 5_000, 150), rng.integers(0, 355, 150)
    again = rng.choice(150, 60, replace=False)
    x = np.concatenate([x, x[again] + rng.uniform(-60, 60, 60)])
    y = np.concatenate([y, y[again] + rng.uniform(-60, 60, 60)])
    day = np.concatenate([day, day[again] + rng.integers(1, 8, 60)])
    return made(x, y, day, small_areas=np.char.add("S", (x // 1_000).astype(int).astype(str)))


@pytest.fixture(scope="module")
def found() -> NearRepeats:
    return near_repeats(planted(), NearRepeatOf())


def test_pairs_are_those_of_every_pair_looked_at(found: NearRepeats) -> None:
    events = planted()
    day = (events.day - events.day[0]).astype(int)
    counts = np.zeros((5, 4), int)
    for i, j in combinations(range(len(day)), 2):
        away = np.hypot(events.easting[i] - events.easting[j], events.northing[i] - events.northing[j])
        later = abs(day[i] - day[j])
        if away <= 400 and later <= 28:
            counts[
                0 if away == 0 else 1 + int(np.searchsorted([100, 200, 300], away)), np.searchsorted([7, 14, 21], later)
            ] += 1
    assert found.table.observed.tolist() == counts.tolist()
    assert found.distance_words[:3] == ("same place", "up to 100 metres", "100 to 200 metres")
    assert found.day_words == ("0 to 7 days", "8 to 14 days", "15 to 21 days", "22 to 28 days")


def test_planted_repeats_are_raised_and_nothing_else_far_away(found: NearRepeats) -> None:
    assert found.raised[1, 0]
    assert not found.raised[3:].any()
    assert found.table.p_more[1, 0] == 0.001
    assert (found.q >= found.table.p_more).all()


def test_chains_join_what_is_near_and_soon(found: NearRepeats) -> None:
    events = planted()
    assert len(found.chains) > 40
    assert [chain.last for chain in found.chains] == sorted((chain.last for chain in found.chains), reverse=True)
    seen = [link.event for chain in found.chains for link in chain.links]
    assert len(seen) == len(set(seen))
    for chain in found.chains:
        rows = np.array([link.event - 1 for link in chain.links])
        assert (np.diff(events.day[rows]).astype(int) >= 0).all()
        for row in rows:  # each has another of its chain near by and soon
            others = rows[rows != row]
            near = (
                np.hypot(
                    *(
                        np.array([events.easting, events.northing])[:, others]
                        - [[events.easting[row]], [events.northing[row]]]
                    )
                )
                <= 200
            )
            soon = np.abs((events.day[others] - events.day[row]).astype(int)) <= 14
            assert (near & soon).any()
    first = found.chains[0]
    assert first.links[0].type == "residential_burglary"
    assert first.links[0].small_area.startswith("S")
    assert first.first <= first.last


def test_events_at_one_point_are_no_chain_that_is_shown() -> None:
    one = made([0, 0, 0, 900, 950, 9_000], [0, 0, 0, 0, 0, 0], [0, 3, 5, 100, 104, 300])
    found = near_repeats(one, NearRepeatOf(permutations=19))
    assert [[link.event for link in chain.links] for chain in found.chains] == [[4, 5]]
    assert found.chains_at_one_point == 1


def test_risk_is_raised_round_the_latest_events_for_as_long_as_the_bands_say() -> None:
    events = planted()
    late = made(
        np.append(events.easting, 2_510.0),
        np.append(events.northing, 2_510.0),
        np.append((events.day - np.datetime64(FIRST)).astype(int), 362),
        small_areas=np.append(events.small_area, "LATE"),
    )
    found = near_repeats(late, NearRepeatOf())
    assert found.raised[1, 0]
    mine = [area for area in found.risk if area.small_area == "LATE"]
    own = next(area for area in mine if area.easting <= 2_510 < area.easting + area.metres)
    assert own.latest == FIRST + dt.timedelta(days=362)
    longest = int(np.argmin(np.r_[found.raised[1], False]))
    assert own.until == own.latest + dt.timedelta(days=7 * longest)
    assert own.ratio == pytest.approx(found.table.ratio[1, :longest].max())
    assert all(area.until > found.to for area in found.risk)
    assert all(area.metres == 200 for area in found.risk)
    # every square lies within the raised bands of an event of the last days
    reach = max(end for end, row in zip((100, 200, 300, 400), found.raised[1:], strict=True) if row[0])
    recent = late.day > np.datetime64(found.to) - 28
    for area in found.risk:
        away = np.hypot(late.easting[recent] - area.easting - 100, late.northing[recent] - area.northing - 100)
        assert away.min() <= max(reach, 142)


def test_a_window_is_open_round_each_recent_event_as_far_and_as_long_as_the_bands_say(found: NearRepeats) -> None:
    """Beside a slow second count: every event, every band, those alone that another does not reach beyond."""
    events = planted()
    day = (events.day - np.datetime64(FIRST)).astype(int)
    ends = []
    for metres, row in zip((0, 100, 200, 300, 400), found.raised, strict=True):
        longest = next((at for at, up in enumerate(row) if not up), len(row))
        if longest:
            ends.append((metres, 7 * longest))
        elif metres:
            break
    last = (found.to - FIRST).days
    wanted = {
        (at + 1, metres, day[at] + days)
        for at in range(len(day))
        for metres, days in ends
        if day[at] + days > last and not any(m > metres and d >= days for m, d in ends)
    }
    made_windows = {(one.event, one.metres, (one.until - FIRST).days) for one in found.windows}
    assert made_windows == wanted
    assert len(made_windows) == len(found.windows) > 0
    latest = [one.day for one in found.windows]
    assert latest == sorted(latest, reverse=True)
    for one in found.windows:  # the middle of a square of 100 metres, not the event's own point
        x, y = events.easting[one.event - 1], events.northing[one.event - 1]
        assert (one.easting % 100, one.northing % 100) == (50, 50)
        assert max(abs(one.easting - x), abs(one.northing - y)) <= 50


def test_a_band_that_a_wider_one_outlasts_makes_no_window() -> None:
    events = made([510, 5_000], [510, 5_000], [360, 340])
    day = events.day.astype(np.int64)
    bands = [RaisedBand(0, 28, 9.0), RaisedBand(100, 7, 4.0), RaisedBand(200, 14, 3.0), RaisedBand(300, 7, 2.0)]
    windows = [(one.event, one.metres, (one.until - FIRST).days) for one in risk_windows(events, day, bands)]
    assert windows == [(1, 300, 367), (1, 200, 374), (1, 0, 388), (2, 0, 368)]
    assert risk_windows(events, day, []) == ()


def test_nothing_raised_is_no_risk_anywhere() -> None:
    rng = np.random.default_rng(3)
    quiet = near_repeats(
        made(*rng.uniform(0, 5_000, (2, 150)), rng.integers(0, 365, 150)), NearRepeatOf(permutations=199)
    )
    assert not quiet.raised.any()
    assert quiet.risk == ()
    assert quiet.windows == ()


def test_the_same_seed_gives_the_same_table_and_order_changes_nothing(found: NearRepeats) -> None:
    again = near_repeats(planted(), NearRepeatOf())
    assert (again.table.p_more == found.table.p_more).all()
    cumulative = near_repeats(planted(), NearRepeatOf(cumulative=True, same_place=False))
    assert (cumulative.table.observed == found.table.observed.cumsum(0)[1:].cumsum(1)).all()
    assert cumulative.day_words[-1] == "0 to 28 days"
    assert cumulative.distance_words[-1] == "up to 400 metres"


def test_an_event_happened_in_the_middle_of_its_range() -> None:
    days = made([0, 50, 9_000], [0, 0, 0], [0, 10, 300], lasted=[20 * 24 * 60, 0, 0])
    found = near_repeats(days, NearRepeatOf(permutations=19))
    assert found.table.observed[1].tolist() == [1, 0, 0, 0]
    assert (found.uncertain, found.by_recording) == (1, 0)


@pytest.mark.parametrize(
    ("events", "words"),
    [
        (made([], [], []), "No events were found"),
        (made([1], [1], [1]), "One event was found"),
        (made([5] * 9, [5] * 9, range(9)), "All 9 events lie at one point"),
        (made([1, 5], [1, 5], [3, 3]), "All 2 events happened on one day"),
        (made([1, 5], [1, 5], [3, 9], table="street_crimes"), "Open data gives no near repeats"),
    ],
)
def test_what_cannot_be_told_is_refused(events: Events, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        near_repeats(events, NearRepeatOf())


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ({"distances": (200, 100)}, "Bands of distances"),
        ({"days": (0, 7)}, "Bands of days"),
        ({"days": (1.5,)}, "whole days|1.5"),
        ({"permutations": 0}, "0 permutations"),
        ({"cell_metres": 20}, "one household"),
        ({"chain_days": 0}, "A chain needs"),
    ],
)
def test_bands_that_cannot_be_are_refused(bad: dict, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        NearRepeatOf(**bad)
