"""British National Grid: Ordnance Survey's own worked example, and what is no place in Great Britain."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from upstream.errors import BadInput
from upstream.places.national_grid import by_formula, checked, from_degrees, projected, to_degrees

WATER_TOWER = (1.716073972, 52.658007833)
"""Caister water tower: Ordnance Survey, A guide to coordinate systems in Great Britain, worked examples."""


def test_the_water_tower_is_where_ordnance_survey_has_it_to_the_millimetre() -> None:
    found = from_degrees([WATER_TOWER[0]], [WATER_TOWER[1]])
    # both are printed to the millimetre
    assert found.easting[0] == pytest.approx(651_409.804, abs=0.0005)
    assert found.northing[0] == pytest.approx(313_177.450, abs=0.0005)
    assert not found.approximate[0]


def test_without_its_grid_the_formula_is_metres_off() -> None:
    """What a projection without OSTN15 gives, to the millimetre (G29), and why it is not used where OSTN15 reaches."""
    east, north = by_formula(*(np.array([degrees]) for degrees in WATER_TOWER))[0]
    assert (east, north) == (pytest.approx(651_411.222, abs=0.002), pytest.approx(313_180.596, abs=0.002))


def test_islands_that_the_grid_as_held_does_not_reach_are_placed_and_said_to_be_approximate() -> None:
    scilly = from_degrees([-6.30], [49.92])
    assert scilly.approximate.tolist() == [True]
    assert (scilly.easting[0], scilly.northing[0]) == (pytest.approx(91_461, abs=8), pytest.approx(11_068, abs=8))


@pytest.mark.parametrize(
    "place", [(-5.93, 54.60), (-6.26, 53.35), (-6.20, 55.31), (1.85, 50.95), (1.08, 49.92), (2.35, 48.86), (-2.1, 49.2),
              (0.0, 0.0), (4.9, 52.4)]
)  # fmt: skip
def test_belfast_dublin_rathlin_calais_dieppe_paris_jersey_nowhere_and_amsterdam_are_outside(
    place: tuple[float, float],
) -> None:
    found = from_degrees([place[0], -1.5], [place[1], 52.0])
    assert found.outside.tolist() == [True, False]
    assert np.isnan(found.easting[0])


@pytest.mark.parametrize(
    "place", [(-5.80, 55.30), (-6.27, 55.63), (-5.18, 55.0), (-5.32, 51.88), (-5.71, 50.07), (1.76, 52.48),
              (-3.0, 58.6), (-0.97, 50.78), (1.40, 51.13), (-0.85, 60.8)]
)  # fmt: skip
def test_kintyre_islay_galloway_the_corners_and_shetland_are_inside(place: tuple[float, float]) -> None:
    assert not from_degrees([place[0]], [place[1]]).outside[0]


def test_no_coordinates_are_missing_and_not_outside() -> None:
    found = from_degrees([np.nan, -1.5], [np.nan, 52.0])
    assert (found.missing.tolist(), found.outside.tolist()) == ([True, False], [False, False])


def test_longitude_and_latitude_exchanged_are_refused() -> None:
    with pytest.raises(BadInput, match="exchanged"):
        from_degrees([52.0, 52.1, 52.2], [-1.5, -1.6, -1.7])


def test_metres_are_no_degrees_and_degrees_no_metres() -> None:
    with pytest.raises(BadInput, match="not in degrees"):
        from_degrees([400_000.0], [300_000.0])
    with pytest.raises(BadInput, match="are degrees"):
        checked([-1.5, 52.0], [52.0, -1.5])


def test_the_corner_of_the_grid_is_no_place_and_beyond_it_is_outside() -> None:
    found = checked([0.0, 400_000.0, 300_000.0, 800_000.0], [0.0, 300_000.0, 1_400_000.0, 300_000.0])
    assert found.missing.tolist() == [True, False, False, False]
    assert found.outside.tolist() == [False, False, True, True]


def test_neighbours_still_touch_once_projected() -> None:
    """Corners that two outlines share are one corner afterwards, OSTN15 or not."""
    west = shapely.box(1.5, 54.0, 1.8, 54.2)
    east = shapely.box(1.8, 54.0, 2.1, 54.2)
    moved = projected(np.array([west, east]))
    shared = shapely.intersection(moved[0], moved[1])
    assert shared.length == pytest.approx(22_250, rel=0.01)
    with pytest.raises(BadInput, match="outside Great Britain"):
        projected(np.array([shapely.box(2.2, 48.8, 2.4, 48.9)]))


def test_the_way_back_is_the_same_way_on_land_and_at_sea() -> None:
    """Degrees of a point on the grid and its grid point again: within a centimetre by OSTN15, by the formula at sea."""
    east = np.array([651_409.804, 257_725.158, 699_000.0, 640_000.0])
    north = np.array([313_177.450, 675_344.886, 500_000.0, 500_000.0])
    degrees = to_degrees(east, north)
    assert degrees[0] == pytest.approx(WATER_TOWER, abs=1e-7)
    again = from_degrees(degrees[:, 0], degrees[:, 1])
    assert again.easting == pytest.approx(east, abs=0.01)
    assert again.northing == pytest.approx(north, abs=0.01)
    assert again.approximate.tolist() == [False, False, True, False]
    assert to_degrees([], []).shape == (0, 2)
