"""Overlapping questions: whatever is asked in whatever order, the answers leave small groups hidden."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upstream.disclosure.differencing import answered_in_turn
from upstream.disclosure.setting import INTERNAL, PUBLIC, DisclosureSetting
from upstream.errors import BadInput

CELLS = st.lists(st.integers(0, 7), min_size=4, max_size=4)
QUESTIONS = st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=1, max_size=6)
EVERY = np.array(list(itertools.product(range(12), repeat=4)))


@settings(max_examples=150, deadline=None)
@given(CELLS, QUESTIONS)
def test_no_small_group_can_be_worked_out(cells: list[int], questions: list[list[bool]]) -> None:
    asked = np.array(questions)
    found = answered_in_turn(cells, asked, PUBLIC)
    told = asked[~found.withheld]
    np.testing.assert_array_equal(found.counts[~found.withheld], told @ cells)
    # every table of small whole numbers that the answers fit
    fits = EVERY[(told @ cells == EVERY @ told.T).all(axis=1)]
    patterns = {tuple(column) for column in told.T if any(column)}
    for pattern in patterns:
        group = (pattern == told.T).all(axis=1) if told.size else np.zeros(4, bool)
        if 0 < np.array(cells)[group].sum() < 5:
            assert len(np.unique(fits[:, group].sum(axis=1))) > 1, (cells, told.tolist(), pattern)


@settings(max_examples=100, deadline=None)
@given(CELLS, QUESTIONS)
def test_what_was_answered_stays_answered(cells: list[int], questions: list[list[bool]]) -> None:
    whole = answered_in_turn(cells, questions, PUBLIC).counts
    for n in range(1, len(questions)):
        np.testing.assert_array_equal(answered_in_turn(cells, questions[:n], PUBLIC).counts, whole[:n])


def test_the_force_and_the_force_without_one_area() -> None:
    cells = [2, 50, 60]
    found = answered_in_turn(cells, [[1, 1, 1], [0, 1, 1], [0, 1, 0]], PUBLIC)
    assert found.counts[0] == 112
    assert found.revealing.tolist() == [False, True, False]
    # asked the other way round the force is what is withheld
    assert answered_in_turn(cells, [[0, 1, 1], [1, 1, 1]], PUBLIC).revealing.tolist() == [False, True]


def test_a_small_group_of_several_cells_is_a_small_count() -> None:
    # two streets, two and one: their sum of three is as small as either
    found = answered_in_turn([20, 2, 1], [[1, 1, 1], [1, 0, 0]], PUBLIC)
    assert found.withheld.tolist() == [False, True]


def test_a_small_difference_is_withheld_although_its_parts_stay_unknown() -> None:
    # 20 + (1 + 2), then (1) + 30, then 20: the 1 and the 2 are not to be told apart, but their sum is
    found = answered_in_turn([20, 1, 2, 30], [[1, 1, 1, 0], [0, 1, 0, 1], [1, 0, 0, 0]], PUBLIC)
    assert found.withheld.tolist() == [False, False, True]


def test_three_answers_that_give_nothing_away_two_by_two() -> None:
    # 1 + 2, 2 + 3 and 1 + 3 make the small middle cell known; any two of them do not
    found = answered_in_turn([9, 3, 8], [[1, 1, 0], [0, 1, 1], [1, 0, 1]], PUBLIC)
    assert found.withheld.tolist() == [False, False, True]


def test_small_counts_zeros_and_the_internal_reader() -> None:
    cells, asked = [3, 0, 40], np.eye(3, dtype=bool)
    assert answered_in_turn(cells, asked, PUBLIC).small.tolist() == [True, False, False]
    hiding = DisclosureSetting("public", 5, hide_zero=True)
    assert answered_in_turn(cells, asked, hiding).small.tolist() == [True, True, False]
    assert not answered_in_turn(cells, asked, INTERNAL).withheld.any()


@pytest.mark.parametrize(("cells", "questions"), [([1.5, 2], [[1, 1]]), ([-1, 2], [[1, 1]]), ([1, 2], [[1, 1, 1]])])
def test_refusals(cells: list[float], questions: list[list[int]]) -> None:
    with pytest.raises(BadInput):
        answered_in_turn(cells, questions, PUBLIC)
