"""Grids and contiguity: every point in the cell that covers it, areas that add up, neighbours both ways."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely

from upstream.errors import BadInput
from upstream.places.grids import Shape, beside, cells_of, grid
from upstream.places.outlines import touching

ISLAND = shapely.Polygon([(400_000, 300_000), (405_000, 301_000), (404_000, 306_000), (399_500, 304_000)])
SHAPES: tuple[Shape, Shape] = ("square", "hexagon")


@pytest.mark.parametrize("shape", SHAPES)
def test_cells_cover_the_area_once(shape: Shape) -> None:
    found = grid(ISLAND, shape=shape, across=300)
    assert found.area.sum() == pytest.approx(ISLAND.area, rel=1e-9)
    whole = 300**2 * (1 if shape == "square" else math.sqrt(3) / 2)
    assert shapely.area(found.cells) == pytest.approx(np.full(len(found.x), whole), rel=1e-9)
    assert found.area.max() <= whole * (1 + 1e-9)
    assert len(set(found.keys)) == len(found.x)


@pytest.mark.parametrize("shape", SHAPES)
def test_every_point_is_in_the_cell_that_covers_it(shape: Shape) -> None:
    rng = np.random.default_rng(1)
    x, y = rng.uniform(399_000, 406_000, 3_000), rng.uniform(299_500, 306_500, 3_000)
    found = grid(ISLAND, shape=shape, across=300)
    at = cells_of(found, x, y)
    inside = shapely.contains_xy(ISLAND, x, y)
    assert (at[inside] >= 0).all()
    held = at >= 0
    assert shapely.dwithin(found.cells[at[held]], shapely.points(x[held], y[held]), 1e-6).all()
    lost = shapely.points(x[~held], y[~held])
    assert not shapely.intersects(shapely.union_all(found.cells).buffer(-0.01), lost).any()
    assert cells_of(found, [], []).tolist() == []


@pytest.mark.parametrize(("shape", "most"), [("square", 8), ("hexagon", 6)])
def test_neighbours_are_those_that_touch(shape: Shape, most: int) -> None:
    found = grid(ISLAND, shape=shape, across=400)
    by_distance, by_outline = beside(found), touching(found.cells)
    assert by_distance.start.tolist() == by_outline.start.tolist()
    assert by_distance.index.tolist() == by_outline.index.tolist()
    assert np.diff(by_distance.start).max() == most


def test_the_same_cells_whatever_the_area() -> None:
    """A cell of one force is a cell of its neighbour's grid, too."""
    here, there = (grid(shapely.box(400_050, 300_050, 400_050 + east, 302_000), shape="hexagon", across=250)
                   for east in (2_000, 4_000))  # fmt: skip
    assert set(here.keys) <= set(there.keys)


def test_an_island_has_no_neighbour_and_corners_count() -> None:
    shapes = np.array([shapely.box(0, 0, 1_000, 1_000), shapely.box(1_000.3, 1_000.3, 2_000, 2_000),
                       shapely.box(5_000, 0, 6_000, 1_000)])  # fmt: skip
    found = touching(shapes)
    assert found.index.tolist() == [1, 0]
    assert found.islands.tolist() == [2]


@pytest.mark.parametrize("across", [0.0, -5.0, math.nan, math.inf, 0.5])
def test_what_is_no_width_is_refused(across: float) -> None:
    with pytest.raises(BadInput):
        grid(ISLAND, shape="square", across=across)
    with pytest.raises(BadInput):
        grid(shapely.Polygon(), shape="square", across=100)
