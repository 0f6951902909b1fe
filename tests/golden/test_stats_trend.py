"""Mann and Kendall's test against published figures and against every pair looked at in turn."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import kendalltau, theilslopes

from upstream.errors import BadInput
from upstream.stats.trend import mann_kendall

RAIN = Path(__file__).parent / "data" / "bogra_monthly_rainfall.csv"


@pytest.fixture(scope="module")
def rainfall() -> np.ndarray:
    """Monthly rainfall at Bogra, 1981 to 2010, from the tests of pyMannKendall (MIT); blank months are left out."""
    with RAIN.open() as file:
        return np.array([float(row["millimetres"]) for row in csv.DictReader(file) if row["millimetres"]])


def test_the_published_test_of_the_rainfall(rainfall: np.ndarray) -> None:
    # pyMannKendall 1.4, tests: printed to the last digit
    found = mann_kendall(rainfall, memory="none")
    assert found.s[0] == -1959
    assert found.variance[0] == pytest.approx(4_889_800.333_333, abs=1e-6)
    assert found.z[0] == pytest.approx(-0.885_456_284_259, abs=1e-10)
    assert found.p[0] == pytest.approx(0.375_910_587_405, abs=1e-10)
    assert found.tau[0] == pytest.approx(-0.031_531_676_539, abs=1e-10)
    assert found.slope[0] == pytest.approx(-0.006_451_612_903, abs=1e-10)


def test_hamed_and_rao_with_three_lags(rainfall: np.ndarray) -> None:
    found = mann_kendall(rainfall, memory="hamed rao")
    assert found.variance[0] == pytest.approx(14_226_812.425_139, abs=1e-4)
    assert found.z[0] == pytest.approx(-0.519_109_389_919, abs=1e-9)
    assert found.p[0] == pytest.approx(0.603_684_460_662, abs=1e-9)


def test_scipy_has_the_same_signs_and_slope() -> None:
    rng = np.random.default_rng(3)
    series = rng.poisson(3, (20, 15)).astype(float)
    found = mann_kendall(series)
    for row, s, slope in zip(series, found.s, found.slope, strict=True):
        both = [np.sign(row[j] - row[i]) for i in range(15) for j in range(i + 1, 15)]
        assert s == sum(both)
        assert slope == pytest.approx(theilslopes(row).slope)
        assert np.sign(s) == np.sign(kendalltau(range(15), row).statistic)


def test_many_rows_at_once_are_each_row_alone() -> None:
    series = np.random.default_rng(4).poisson(5, (7, 24)).astype(float)
    whole = mann_kendall(series)
    for at, row in enumerate(series):
        alone = mann_kendall(row)
        assert (alone.s[0], alone.p[0], alone.variance[0]) == (whole.s[at], whole.p[at], whole.variance[at])
    assert mann_kendall(-series).z == pytest.approx(-whole.z)
    assert mann_kendall(series * 7 + 3).p == pytest.approx(whole.p)


def test_values_that_are_all_alike_have_no_trend() -> None:
    found = mann_kendall(np.full((1, 12), 4.0))
    assert (found.s[0], found.z[0], found.p[0], found.slope[0]) == (0, 0, 1, 0)


@pytest.mark.parametrize("series", [[1.0, 2, 3], [1.0, np.nan, 2, 3, 4, 5, 6], [[1.0, 2, 3]]])
def test_too_few_periods_or_gaps_are_refused(series: list[float]) -> None:
    with pytest.raises(BadInput, match="without gaps"):
        mann_kendall(series)
