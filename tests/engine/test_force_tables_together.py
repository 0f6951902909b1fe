"""Several adds to one table at once, and adds that fail half way."""

from __future__ import annotations

import datetime as dt
import fcntl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from upstream.errors import UpstreamError
from upstream.records import force_tables
from upstream.records.entries import entries
from upstream.records.force_tables import add_file
from upstream.store import Store

JULY = dt.date(2022, 7, 1)


def write(path: Path, first: int, last: int) -> Path:
    lines = [f"I{number},2022-06-{number % 28 + 1:02d} 10:00,1" for number in range(first, last)]
    path.write_text("incident_ref,opened_at,grade\n" + "\n".join(lines) + "\n")
    return path


def test_two_adds_at_once_lose_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    files = [write(tmp_path / f"{number}.csv", number * 50, number * 50 + 100) for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda path: add_file(store, "incidents", path, as_at=JULY, who="tester"), files))
    # each file shares half its rows with the next
    assert sum(result.accepted for result in results) == 250
    assert sum(result.already_held for result in results) == 150
    assert store.snapshot("incidents").rows == 250
    assert len(list(entries(store, "incidents"))) == len([result for result in results if result.entry])


def test_a_workspace_is_not_taken_for_abandoned_while_it_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, really = Store(tmp_path / "store"), fcntl.flock

    def late(lock: object, how: int) -> None:
        monkeypatch.undo()
        with store.workspace():  # another add begins, and clears up, just before the first has its lock
            pass
        really(lock, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with store.workspace() as folder:
        assert folder.is_dir()


def test_a_failed_commit_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "store")
    path = write(tmp_path / "a.csv", 0, 10)

    def full(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Store, "commit", full)
    with pytest.raises(UpstreamError, match="nothing was added"):
        add_file(store, "incidents", path, as_at=JULY, who="tester")
    monkeypatch.undo()
    assert not store.holds("incidents")
    assert not list((tmp_path / "store").rglob("*.parquet"))
    assert add_file(store, "incidents", path, as_at=JULY, who="tester").accepted == 10


def test_a_full_disk_is_said_to_be_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path / "store")

    def full(*_: object, **__: object) -> None:
        raise duckdb.IOException("Could not write file: No space left on device")

    monkeypatch.setattr(force_tables, "merge", full)
    with pytest.raises(UpstreamError, match="nothing was added"):
        add_file(store, "incidents", write(tmp_path / "a.csv", 0, 10), as_at=JULY, who="tester")
