"""Published near-repeat tables and Knox's test on Burkitt's lymphoma."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from upstream.stats.knox import knox

pytestmark = pytest.mark.shared


@pytest.fixture(scope="module")
def chicago(shared_data: Path) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
    """Burglaries in Chicago, one month: City of Chicago open data."""
    with (shared_data / "golden" / "chicago_burglary_month1.csv").open() as file:
        rows = list(csv.DictReader(file))
    days = np.array([dt.date.fromisoformat(row["date"]).toordinal() for row in rows])
    return np.array([float(row["x"]) for row in rows]), np.array([float(row["y"]) for row in rows]), days


def test_the_table_of_the_near_repeat_calculator(chicago) -> None:
    # Near Repeat Calculator 1.3, as published with the R package NearRepeat; counts, so exact
    found = knox(
        *chicago,
        distance_breaks=[0, 100, 200, 300, np.inf],
        lag_breaks=[0, 7, 14, 21, np.inf],
        metric="manhattan",
        distance_closed="right",
        same_place=True,
        permutations=0,
        rng=np.random.default_rng(0),
    )
    assert found.observed.tolist() == [
        [28, 5, 5, 2],
        [44, 13, 8, 4],
        [97, 56, 19, 16],
        [77, 67, 45, 20],
        [182194, 146149, 95237, 45879],
    ]


def test_the_vignette_of_nearrepeat(chicago) -> None:
    found = knox(
        *chicago,
        distance_breaks=[0, 0.1, 200, 400, 600],
        lag_breaks=[0, 7, 14, 21],
        metric="manhattan",
        rng=np.random.default_rng(2016),
    )
    assert found.observed.tolist() == [[28, 5, 5], [141, 69, 27], [186, 140, 100], [237, 192, 128]]
    # the vignette's means are of 999 draws of its own, ours are exact; its p-values have a sampling error of 0.016
    ratios = [
        [1.8028, 0.4044, 0.6128],
        [1.4121, 0.8622, 0.5171],
        [1.0144, 0.9499, 1.0511],
        [0.9754, 0.9807, 1.0072],
    ]
    assert found.ratio == pytest.approx(np.array(ratios), abs=0.02)
    p_values = [[0.001, 1, 0.943], [0.001, 0.929, 1], [0.435, 0.785, 0.312], [0.696, 0.635, 0.479]]
    assert found.p_more == pytest.approx(np.array(p_values), abs=0.05)


def test_burkitts_lymphoma_in_uganda(shared_data: Path) -> None:
    # Williams et al. 1978; P(X >= 13) of Poisson 10.1438 (a peer prints P(X > 13) = 0.146246)
    with (shared_data / "golden" / "burkitt_uganda.csv").open() as file:
        rows = list(csv.DictReader(file))
    found = knox(
        [float(row["X"]) for row in rows],
        [float(row["Y"]) for row in rows],
        [int(float(row["T"])) for row in rows],
        distance_breaks=[0, 20],
        lag_breaks=[0, 5],
        distance_closed="right",
        lag_closed="right",
        permutations=0,
        rng=np.random.default_rng(0),
    )
    assert (found.points, found.observed[0, 0]) == (188, 13)
    assert found.expected[0, 0] == pytest.approx(10.1438, abs=5e-5)
    assert found.p_poisson[0, 0] == pytest.approx(0.222267, abs=5e-7)
