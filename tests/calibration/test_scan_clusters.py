"""The nightly scan: false nights as seldom as it says, and the cluster planted in the synthetic force is found."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from fixtures_events import made
from upstream.datasets import Manifest, build
from upstream.datasets.build import read_manifest
from upstream.measures.events import Events
from upstream.scan.clusters import ClustersOf, clusters

QUICK = ClustersOf(screened=99, simulations=99, longest_days=14)


def town(rng: np.random.Generator) -> Events:
    """A year of 500 events about 40 places of unequal risk."""
    place = rng.uniform(0, 5_000, (2, 40))
    at = rng.choice(40, 500, p=rng.dirichlet(np.full(40, 2.0)))
    return made(*(place[:, at] + rng.uniform(-100, 100, (2, 500))), rng.integers(0, 365, 500))


def test_one_night_in_twenty_has_a_cluster_of_once_in_twenty_nights() -> None:
    rng = np.random.default_rng(20_270)
    nights = [clusters(town(rng), QUICK) for _ in range(200)]
    share = np.mean([bool(one.clusters) and one.clusters[0].recurrence_days >= 20 for one in nights])
    assert 0.005 < share < 0.05 + 3 * (0.05 * 0.95 / 200) ** 0.5


def to_night(folder: Path, category: str, night: dt.date) -> Events:
    """One category of the synthetic force, the year to a night."""
    columns = ["easting", "northing", "recorded_at", "lsoa"]
    rows = pq.read_table(folder / "crimes.parquet", columns=columns, filters=[("category", "=", category)])
    x, y, at, small = (rows.column(name).to_numpy(zero_copy_only=False) for name in columns)
    first = night - dt.timedelta(days=364)
    since = (at.astype("datetime64[D]") - np.datetime64(first)).astype(int)
    kept = (since >= 0) & (since < 365) & np.isfinite(x)
    return made(x[kept], y[kept], since[kept], small_areas=small[kept].astype(str), first=first)


def found_after(manifest: Manifest, days: int) -> bool:
    """Whether the planted cluster is new so many days after it began, and nothing else is."""
    planted = manifest.planted["cluster"]
    night = dt.date.fromisoformat(planted["first_day"]) + dt.timedelta(days=days)
    events = to_night(manifest.folder, str(planted["category"]), night)
    new = clusters(events, ClustersOf(simulations=199)).new
    return bool(new) and all(
        np.hypot(one.easting - planted["easting"], one.northing - planted["northing"])
        <= one.radius_metres + planted["radius_metres"]
        for one in new
    )


def test_the_cluster_planted_in_the_synthetic_force_is_found(synthetic_force: Manifest) -> None:
    assert found_after(synthetic_force, 28)


@pytest.mark.deep
def test_planted_clusters_of_other_seeds_are_found(tmp_path: Path) -> None:
    found = 0
    for seed in (11, 12, 13):
        build(tmp_path / str(seed), seed=seed)
        found += found_after(read_manifest(tmp_path / str(seed)), 28)
    assert found == 3
