"""The best allocation against every possible one, on small cases; and what must hold of any."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upstream.errors import BadInput
from upstream.respond.allocation import Place, Rules, allocate, apportion, both_readings, costs


def _places(rng: np.random.Generator, n: int = 6) -> list[Place]:
    return [
        Place(f"P{i}", f"Place {i}", "AB"[i % 2], float(rng.integers(0, 30)), int(rng.integers(500, 2000)),
              float(rng.integers(0, 90)))
        for i in range(n)
    ]  # fmt: skip


def _met(places: list[Place], rules: Rules, posts: tuple[int, ...]) -> float | None:
    """Need met, one post at a time; `None` where a rule is broken."""
    far = min(rules.shift / 2, rules.furthest or 1e9)
    total = 0.0
    for place, number in zip(places, posts, strict=True):
        if number and place.travel > far:
            return None
        for post in range(number):
            total += place.need * (1 - 2 * place.travel / rules.shift) * rules.further_post**post
    for group in {place.group for place in places}:
        own = sum(number for place, number in zip(places, posts, strict=True) if place.group == group)
        if own < rules.least_a_group or (rules.most_a_group is not None and own > rules.most_a_group):
            return None
    return total


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("least", [0, 2])
def test_no_allocation_is_better_and_each_way_keeps_the_rules(seed: int, least: int) -> None:
    places = _places(np.random.default_rng(seed))
    rules = Rules(5, least_a_group=least, most_a_group=4, shift=300, furthest=80, further_post=0.6)
    try:
        ways = allocate(places, rules)
    except BadInput:
        pytest.fail("the rules can be kept")
    every = [posts for posts in itertools.product(range(3), repeat=6) if sum(posts) == 5]
    most = max(met for posts in every if (met := _met(places, rules, posts)) is not None)
    best = ways[-1]
    assert best.met == pytest.approx(most)
    assert best.gap == 0
    for way in ways:
        assert int(way.posts.sum()) == 5
        assert _met(places, rules, tuple(way.posts.tolist())) == pytest.approx(way.met)
        assert way.share_of_best == pytest.approx(way.met / most)
        # within its numbers for each policing area, no other places would meet more
        same = [posts for posts in every if sum(posts[::2]) == way.by_group["A"]]
        assert way.met == pytest.approx(max(m for posts in same if (m := _met(places, rules, posts)) is not None))


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 3), st.integers(3, 9)), min_size=1, max_size=6), st.data())
def test_whole_posts_add_up_within_their_bounds(rows: list[tuple[int, int, int]], data: st.DataObject) -> None:
    shares, least, most = (np.array(column) for column in zip(*rows, strict=True))
    posts = data.draw(st.integers(int(least.sum()), int(most.sum())))
    found = apportion(shares.astype(float), posts, least, most)
    assert found.sum() == posts
    assert np.all(found >= least)
    assert np.all(found <= most)


def test_largest_remainders_by_hand() -> None:
    # quotas 4.7, 3.2, 2.1: the one post left goes to .7
    none, plenty = np.zeros(3, np.int64), np.full(3, 99)
    assert apportion(np.array([47.0, 32.0, 21.0]), 10, none, plenty).tolist() == [5, 3, 2]
    assert apportion(np.array([32.0, 47.0, 21.0]), 10, none, plenty).tolist() == [3, 5, 2]
    assert apportion(np.array([47.0, 32.0, 21.0]), 10, np.array([0, 0, 4]), plenty).tolist() == [4, 2, 4]
    assert apportion(np.array([0.0, 0.0, 0.0]), 4, none, plenty).tolist() == [2, 1, 1]


def test_both_readings_of_the_rule() -> None:
    # five policing areas of four places; the ten first ranks lie in the first three
    places = [Place(f"P{i:02d}", "", "ABCDE"[i // 4], float(20 - i), 1000, rank=i + 1) for i in range(20)]
    first, spread = both_readings(places, 10, Rules(10))
    assert dict(first.by_group) == {"A": 4, "B": 4, "C": 2, "D": 0, "E": 0}
    assert dict(spread.by_group) == dict.fromkeys("ABCDE", 2)
    assert first.met == sum(range(11, 21))
    assert spread.met == 20 + 19 + 16 + 15 + 12 + 11 + 8 + 7 + 4 + 3
    priced = costs(places, (first, spread), first)
    assert priced[0].need_not_met == 0
    assert priced[1].need_not_met == first.met - spread.met
    assert priced[1].moved == 4
    assert priced[0].residents_a_post["D"] == float("inf")
    assert priced[1].residents_a_post["A"] == 2000
    with pytest.raises(BadInput, match="multiple of 5"):
        both_readings(places, 7, Rules(7))


def test_travel_is_lost_from_the_shift() -> None:
    near, far = Place("N", "", "A", 10, 1000, 0), Place("F", "", "A", 19, 1000, 120)
    best = allocate([near, far], Rules(1, most_a_place=1, shift=480))[-1]
    assert best.posts.tolist() == [1, 0]  # 19 by half a shift is 9.5
    best = allocate([near, far], Rules(2, most_a_place=2, furthest=60))[-1]
    assert best.posts.tolist() == [2, 0]


@pytest.mark.parametrize(
    "rules",
    [Rules(0), Rules(99), Rules(3, least_a_group=2), Rules(3, most_a_group=1), Rules(2, further_post=0),
     Rules(2, shift=0), Rules(2, most_a_place=0), Rules(2, furthest=-1)],
)  # fmt: skip
def test_rules_that_nothing_can_keep(rules: Rules) -> None:
    places = [Place("A1", "", "A", 3, 100), Place("B1", "", "B", 2, 100)]
    with pytest.raises(BadInput):
        allocate(places, rules)


@pytest.mark.parametrize(
    "places", [[], [Place("A", "", "A", -1, 1)], [Place("A", "", "A", 1, 1)] * 2, [Place("A", "", "A", 1, 1, -5)]]
)
def test_places_that_cannot_be(places: list[Place]) -> None:
    with pytest.raises(BadInput):
        allocate(places, Rules(1))
