"""An add that is killed at any moment has happened whole or not at all."""

from __future__ import annotations

import random
import time
from multiprocessing.process import BaseProcess
from pathlib import Path

import duckdb
import pytest

from fixtures_processes import kill, started
from upstream.records.entries import entries
from upstream.records.month_replacement import held_months
from upstream.records.quarantine import quarantined
from upstream.records.sources import police_uk
from upstream.store import Store

HEADER = (
    "Crime ID,Month,Reported by,Falls within,Longitude,Latitude,Location,LSOA code,LSOA name,Crime type,"
    "Last outcome category,Context\n"
)
MONTHS = tuple(f"2022-{month:02}" for month in range(1, 7))
ROWS_BEFORE, ROWS_AFTER = 300, 500
SMALL, DEEP = 50, 1_000


def download(folder: Path, rows: int, *, bad: bool) -> Path:
    folder.mkdir(parents=True)
    for month in MONTHS:
        line = f",{month},Kent Police,Kent Police,0.5,51.2,On or near X,E01024000,K,Anti-social behaviour,,\n"
        last = line.replace("51.2", "north") if bad else ""
        (folder / f"{month}-kent-street.csv").write_text(HEADER + line * rows + last)
    return folder


def counts(store: Store) -> dict[str, int]:
    files = [str(path) for path in store.snapshot("street_crimes").files]
    return dict(duckdb.sql(f"SELECT month, count(*) FROM read_parquet({files!r}) GROUP BY month").fetchall())


def start_add(config: Path, folder: Path) -> BaseProcess:
    return started("--config", str(config), "records", "add", "police-uk", str(folder))


def check_after_kill(store: Store, before: int) -> bool:
    """Whether the add had happened; anything between is a failure."""
    version = store.version("street_crimes")
    rows = counts(store)
    if version == before:
        assert rows == dict.fromkeys(MONTHS, ROWS_BEFORE)
        assert quarantined(store, "street_crimes") == ()
        return False
    assert version == before + 1
    assert rows == dict.fromkeys(MONTHS, ROWS_AFTER)
    assert len(quarantined(store, "street_crimes")) == len(MONTHS)
    assert len(list(entries(store, "street_crimes"))) == version + 1
    return True


def kill_at_random(tmp_path: Path, trials: int, seed: int) -> int:
    """Kill adds and check the store after each; returns how many had happened.

    The moments follow the commit, however busy the machine: later after a kill that came too early, earlier after one
    that came too late.
    """
    rng = random.Random(seed)
    old, new = download(tmp_path / "old", ROWS_BEFORE, bad=False), download(tmp_path / "new", ROWS_AFTER, bad=True)
    config = tmp_path / "upstream.toml"
    config.write_text('[store]\npath = "store"\n')
    started("--help").join(timeout=120)  # what follows is timed with everything imported
    began = time.monotonic()
    process = start_add(config, old)
    process.join(timeout=120)
    takes = time.monotonic() - began
    assert process.exitcode == 0
    store = Store(tmp_path / "store")
    happened = 0
    for _ in range(trials):
        before = store.version("street_crimes")
        process = start_add(config, new)
        time.sleep(rng.uniform(0.5, 1.5) * takes)
        kill(process)
        whole = check_after_kill(store, before)
        takes *= 0.85 if whole else 1.1
        if whole:
            happened += 1
            police_uk.add(store, [old], who="tester")
            assert counts(store) == dict.fromkeys(MONTHS, ROWS_BEFORE)
    (result,) = police_uk.add(store, [new], who="tester")
    assert (result.accepted, result.quarantined) == (len(MONTHS) * ROWS_AFTER, len(MONTHS))
    assert counts(store) == dict.fromkeys(MONTHS, ROWS_AFTER)
    assert len(quarantined(store, "street_crimes")) == len(MONTHS)
    assert {held.rows for held, _ in held_months(store, "street_crimes").values()} == {ROWS_AFTER}
    return happened


def test_an_add_killed_at_random_moments(tmp_path: Path) -> None:
    happened = kill_at_random(tmp_path, SMALL, seed=20220601)
    # the moments must fall on both sides, or the test proves nothing
    assert 0 < happened < SMALL


@pytest.mark.deep
def test_an_add_killed_a_thousand_times(tmp_path: Path) -> None:
    happened = kill_at_random(tmp_path, DEEP, seed=20220602)
    assert 0 < happened < DEEP
