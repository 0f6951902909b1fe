"""Where nothing is happening, signals are as seldom as the site says: a small part of the bench's own looks."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from upstream.scan.calibration import simulated
from upstream.scan.signals import Kind

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
from calibrate_signals import KINDS

LOOKS: dict[Kind, int] = {"near_repeat": 4, "hot_spot": 1, "repeat_location": 60, "partner_only": 60}


@pytest.mark.parametrize("kind", KINDS)
def test_looks_where_nothing_happens_show_no_more_than_is_said(kind: Kind) -> None:
    kept, looks = simulated(kind), LOOKS[kind]
    assert kept is not None
    rng = np.random.default_rng(7)
    false = sum(KINDS[kind](rng, False) for _ in range(looks))
    share = max(kept.false_looks, 0.02)
    assert false <= looks * share + 3 * (looks * share * (1 - share)) ** 0.5
    planted = max(looks // 4, 1)
    assert sum(KINDS[kind](rng, True) for _ in range(planted)) >= planted / 2, "and what is planted is mostly found"


def test_a_kind_that_nobody_simulated_has_no_figures() -> None:
    assert simulated("data_fault") is None
