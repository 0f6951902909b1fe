"""Likelihoods by kind of measure: what is said to be likely happens about as often as said, and intervals hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fixtures_likelihood import KINDS, scored
from upstream.stats.scores import calibration_error


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("series", [80, pytest.param(1000, marks=pytest.mark.deep)])
def test_likelihoods_of_every_kind_are_calibrated(kind: str, series: int, tmp_path: Path) -> None:
    found = scored(KINDS[kind], series, tmp_path, np.random.default_rng(22))
    assert len(found.said) == 5 * series
    # five targets of one series stand or fall together: chance alone makes about 6 points of 80 series, 2 of 1,000
    error = calibration_error(found.said, found.happened)
    assert error < (0.10 if series < 1000 else 0.05)
    assert 0.65 < np.mean(found.within) < 0.97
