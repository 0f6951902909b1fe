"""Withheld cells cannot be worked out from what is printed."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from upstream.disclosure.relations import Relation, table_relations
from upstream.disclosure.rounding import rounded
from upstream.disclosure.setting import INTERNAL, PUBLIC, DisclosureSetting
from upstream.disclosure.suppression import possible_range, suppress
from upstream.errors import BadInput

inner = st.integers(1, 4).flatmap(
    lambda rows: st.integers(1, 4).flatmap(
        lambda cols: st.lists(
            st.lists(st.sampled_from([0, 0, 1, 2, 3, 4, 5, 8, 20]), min_size=cols, max_size=cols),
            min_size=rows, max_size=rows,
        )
    )
)  # fmt: skip


def with_totals(cells: list[list[int]]) -> np.ndarray:
    table = np.array(cells)
    table = np.vstack((table, table.sum(axis=0)))
    return np.column_stack((table, table.sum(axis=1)))


def possible_tables(printed: np.ndarray) -> list[np.ndarray]:
    """Every 3 x 3 table of whole numbers that agrees with what is printed, by trying values of the inner cells."""
    grid = printed.reshape(3, 3)
    choices = [range(25) if np.isnan(v) else [int(v)] for v in grid[:2, :2].ravel()]
    tables = (with_totals(np.array(c).reshape(2, 2).tolist()) for c in itertools.product(*choices))
    return [t.ravel() for t in tables if (np.isnan(grid) | (grid == t)).all()]


@settings(max_examples=60, deadline=None)
@given(inner)
def test_no_small_cell_can_be_worked_out(cells: list[list[int]]) -> None:
    table = with_totals(cells)
    relations = table_relations(*table.shape)
    found = suppress(table.ravel(), relations, PUBLIC)
    assert np.array_equal(found.primary, (table.ravel() > 0) & (table.ravel() < 5))
    printed = ~found.withheld
    assert np.array_equal(found.counts[printed], table.ravel()[printed])
    for cell in np.flatnonzero(found.primary):
        told = possible_range(int(cell), found.counts, relations, small=found.primary, setting=PUBLIC)
        marked = possible_range(int(cell), found.counts, relations)
        for low, high in (told, marked):
            assert low <= table.ravel()[cell] <= high
        # with everything withheld, a reader told which cells are small might still work some out; one mark is printed
        assert marked[1] - marked[0] >= 1 - 1e-6
        assert told[1] - told[0] >= 1 - 1e-6 or found.withheld.reshape(table.shape)[:-1, :-1].all()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.sampled_from([0, 1, 2, 4, 6, 9]), min_size=2, max_size=2), min_size=2, max_size=2))
def test_two_whole_tables_at_least_fit_every_withheld_small_cell(cells: list[list[int]]) -> None:
    table = with_totals(cells)
    found = suppress(table.ravel(), table_relations(3, 3), PUBLIC)
    if found.primary.any() and found.withheld.reshape(3, 3)[:2, :2].sum() <= 3:
        fits = possible_tables(found.counts)
        for cell in np.flatnonzero(found.primary):
            assert len({int(t[cell]) for t in fits}) >= 2


def test_one_small_cell_takes_others_with_it() -> None:
    table = with_totals([[3, 20], [10, 30]])
    found = suppress(table.ravel(), table_relations(3, 3), PUBLIC)
    assert found.primary.sum() == 1
    # hiding only the 3 would leave 23 - 20; a square of four is needed
    assert found.secondary.sum() >= 3


def test_a_difference_between_two_areas_gives_nothing_away() -> None:
    # the force, and the force without its smallest area, both printed: their difference is the area
    counts = [2, 50, 60, 112, 110]
    relations = [Relation(3, (0, 1, 2)), Relation(4, (1, 2)), Relation(3, (0, 4))]
    found = suppress(counts, relations, PUBLIC)
    low, high = possible_range(0, found.counts, relations, small=found.primary, setting=PUBLIC)
    assert found.withheld[0]
    assert high - low >= 1 - 1e-6
    assert found.withheld[3] or found.withheld[4]


def test_internal_prints_everything() -> None:
    table = with_totals([[1, 2], [0, 4]])
    found = suppress(table.ravel(), table_relations(3, 3), INTERNAL)
    assert not found.withheld.any()
    assert np.array_equal(found.counts, table.ravel())


def test_without_small_counts_nothing_is_withheld_and_zeros_are_printed() -> None:
    table = with_totals([[0, 12], [5, 40]])
    assert not suppress(table.ravel(), table_relations(3, 3), PUBLIC).withheld.any()
    hiding = suppress(table.ravel(), table_relations(3, 3), DisclosureSetting("public", 5, hide_zero=True))
    assert hiding.primary[0]


def test_refusals() -> None:
    with pytest.raises(BadInput, match="add up"):
        suppress([1, 2, 4], [Relation(2, (0, 1))], PUBLIC)
    with pytest.raises(BadInput):
        suppress([1.5, 2], [], PUBLIC)
    with pytest.raises(BadInput, match="threshold"):
        DisclosureSetting("public", 2)


@given(inner)
def test_rounded_totals_are_sums_of_rounded_parts(cells: list[list[int]]) -> None:
    table = with_totals(cells)
    shown = rounded(table.ravel(), table_relations(*table.shape)).reshape(table.shape)
    assert np.array_equal(shown, with_totals(shown[:-1, :-1].tolist()))
    assert np.all(shown % 5 == 0)
    assert np.all(np.abs(shown[:-1, :-1] - table[:-1, :-1]) <= 2)


def test_twelve_twos_do_not_give_themselves_away() -> None:
    counts = [2] * 12 + [24]
    assert rounded(counts, [Relation(12, tuple(range(12)))]).tolist() == [0] * 13
