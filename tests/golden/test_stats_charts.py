"""Published charts: EWMA, p and u."""

from __future__ import annotations

import numpy as np
import pytest

from upstream.stats.attribute_charts import p_chart_limits, u_chart_limits
from upstream.stats.ewma import ewma

# NIST/SEMATECH e-Handbook 6.3.2.4: target 50, SD 2.0539, weight 0.3
EWMA_VALUES = [
    52.0, 47.0, 53.0, 49.3, 50.1, 47.0, 51.0, 50.1, 51.2, 50.5, 49.6, 47.6, 49.9, 51.3, 47.8, 51.2, 52.6, 52.4, 53.6,
    52.1,
]  # fmt: skip
EWMA_AVERAGES = [
    50.60, 49.52, 50.56, 50.18, 50.16, 49.21, 49.75, 49.85, 50.26, 50.33, 50.11, 49.36, 49.52, 50.05, 49.38, 49.92,
    50.73, 51.23, 51.94, 51.99,
]  # fmt: skip
# NIST/SEMATECH e-Handbook 6.3.3.2: chips misaligned of 50 on each of 30 wafers
MISALIGNED = [
    12, 15, 8, 10, 4, 7, 16, 9, 14, 10, 5, 6, 17, 12, 22, 8, 10, 5, 13, 11, 20, 18, 24, 15, 9, 12, 7, 13, 9, 6,
]  # fmt: skip
# the same, 6.3.3.1: defects on each of 25 wafers
DEFECTS = [16, 14, 28, 16, 12, 20, 10, 12, 10, 17, 19, 17, 14, 16, 15, 13, 14, 16, 11, 20, 11, 19, 16, 31, 13]


def test_ewma_of_nist() -> None:
    found = ewma(EWMA_VALUES, target=50, sd=2.0539)
    # averages are printed to 2 decimals
    assert found.values == pytest.approx(EWMA_AVERAGES, abs=0.005)
    assert [found.lower_in_the_end, found.upper_in_the_end] == pytest.approx([47.4115, 52.5884], abs=1e-4)
    assert not found.outside.any()


def test_p_chart_of_nist() -> None:
    found = p_chart_limits(MISALIGNED, [50] * 30)
    # limits are worked out there from a centre printed to 4 decimals
    assert found.centre == pytest.approx(0.2313, abs=5e-5)
    assert [found.lower[0], found.upper[0]] == pytest.approx([0.0524, 0.4102], abs=1e-4)
    shares = np.array(MISALIGNED) / 50
    assert (np.flatnonzero((shares < found.lower) | (shares > found.upper)) + 1).tolist() == [15, 23]


def test_u_chart_of_one_wafer_each_is_nists_c_chart() -> None:
    found = u_chart_limits(DEFECTS, np.ones(25))
    assert (found.centre, found.lower[0], found.upper[0]) == (16, 4, 28)
