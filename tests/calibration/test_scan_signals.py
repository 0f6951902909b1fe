"""Where nothing is happening, signals are as seldom as the site says: a small part of the bench's own looks."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from upstream.datasets import Manifest
from upstream.scan.calibration import simulated
from upstream.scan.signals import KINDS

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "bench"))
from calibrate_signals import TRIALS, Trial, data_fault, near_repeat, partner_only, repeat_location
from force_drawn import drawn

LOOKS: dict[Trial, tuple[int, int]] = {
    near_repeat: (1, 2), repeat_location: (40, 30), data_fault: (30, 20), partner_only: (60, 15),
}  # fmt: skip
"""Looks where nothing is happening, and where one is planted, of those that are quick."""


def test_the_force_is_drawn_as_it_is_built(small_force: Manifest) -> None:
    of = drawn(small_force.seed, small_force.scale)
    cluster = small_force.planted["cluster"]
    assert (of.planted.cluster["lsoa"], of.planted.cluster["records"]) == (cluster["lsoa"], cluster["records"])
    columns = ["record_kind", "status", "area", "easting"]
    built = pq.read_table(small_force.folder / "crimes.parquet", columns=columns).to_pylist()
    # of the cluster's area: which records of another's half month are lost is drawn after the people
    here = [
        row["easting"] for row in built
        if (row["record_kind"], row["area"]) == ("crime", cluster["area"]) and row["status"] != "cancelled"
    ]  # fmt: skip
    own = of.x[of.area == ord(cluster["area"]) - ord("A")]
    assert len(own) == len(here)
    assert own.sum() == sum(here)


@pytest.mark.parametrize("trial", LOOKS, ids=lambda trial: trial.__name__)
def test_looks_where_nothing_happens_show_no_more_than_is_said(trial: Trial) -> None:
    (kind,), (looks, planted) = TRIALS[trial], LOOKS[trial]
    kept = simulated(kind)
    assert kept is not None
    rng = np.random.default_rng(7)
    false = sum(kind in trial(rng, None) for _ in range(looks))
    share = max(kept.false_looks, 0.02)
    assert false <= looks * share + 3 * (looks * share * (1 - share)) ** 0.5
    found = sum(kind in trial(rng, kind) for _ in range(planted))
    assert found >= planted * kept.found - 3 * (planted * kept.found * (1 - kept.found)) ** 0.5 - 0.5


def test_every_kind_has_been_simulated() -> None:
    assert set(KINDS) == {kind for kinds in TRIALS.values() for kind in kinds}
    for kind in KINDS:
        kept = simulated(kind)
        assert kept is not None
        assert min(kept.looks, kept.planted) > 0
        assert 0 <= kept.false_looks <= 1
        assert 0 <= kept.found <= 1
